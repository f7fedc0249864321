/* What tests start from: certificates, policies, contexts, and two ends in memory. */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "check.h"

#define DOMAIN "im.example.com"
#define DAY 86400

struct file {
    char *data;
    size_t len;
};

/* What follows ends the program where it fails. */

/* The file of this name among the test's certificates. */
struct file file_of(const char *name);
void file_free(struct file file);
/* The path of that file, valid until the next call. */
const char *path_of(const char *name);

/* The time at which the program started, with this offset. */
xmpp_tls_time time_at(int64_t seconds, uint64_t milliseconds);

const xmpp_tls_certificate *certificate_of(const char *name);
const xmpp_tls_trust_anchors *anchors_of(const char *name);
const xmpp_tls_credentials *credentials_of(const char *domain, const char *name);

struct setting {
    const char *name;
    const char *value;
};

/* A policy that trusts the root; the list of settings ends with a NULL name and may be NULL. */
const xmpp_tls_policy *policy_of(const char *preset, const struct setting *settings);
/* A context of such a policy that shows this certificate; NULL for none. */
xmpp_tls_context *context_of(const char *preset, const struct setting *settings, const char *certificate);

/* One direction: bytes that were not taken yet, and what the application read. */
struct way {
    uint8_t bytes[65536];
    size_t len;
    uint8_t read[4096];
    size_t read_len;
};

/* Two ends in memory. */
struct pair {
    xmpp_tls_connection *client, *server;
    xmpp_tls_time now;
    struct way to_client, to_server;
};

struct pair pair_of(xmpp_tls_context *client, xmpp_tls_context *server, uint32_t transport);
/* Moves bytes until nothing moves. */
void pair_run(struct pair *pair);
void pair_free(struct pair *pair);
/* Whether this event comes next on a connection; reads past the others. */
bool has_event(xmpp_tls_connection *connection, xmpp_tls_event wanted);

#endif
