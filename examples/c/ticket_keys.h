/*
 * Keys of session tickets that the nodes of a cluster share, in Redis or Valkey: docs/guide/14-cluster.md.
 *
 * One thread uses it at a time. A look into the store takes at most a few seconds when the store hangs: a server with
 * many clients does it on a thread of its own, which contexts permit.
 */
#ifndef TICKET_KEYS_H
#define TICKET_KEYS_H

#include <xmpptls.h>

struct ticket_keys;

struct ticket_keys_options {
    const char *store;       /* HOST:PORT, or the path of a socket */
    const char *password;    /* of the store, or NULL */
    const char *cluster;     /* the cluster's name, 1 to 64 bytes */
    const char *secret_file; /* 64 hexadecimal digits, as `openssl rand -hex 32` prints them */
    long period;             /* seconds that a key seals; 0 for a day */
};

/* Reads the keys, or makes those that nobody made yet, and gives them to the context. NULL when there are none to be
 * had, and stderr says why: such a node does not serve. `context` must live on. */
struct ticket_keys *ticket_keys_begin(xmpp_tls_context *context, const struct ticket_keys_options *options);

/* Takes over what lies in the store now; call it every minute. Whatever cannot be used is told on stderr, and the keys
 * that are held go on serving. Returns whether all was well. */
int ticket_keys_refresh(struct ticket_keys *keys);

/* Wipes and frees. `keys` may be NULL. */
void ticket_keys_free(struct ticket_keys *keys);

#endif
