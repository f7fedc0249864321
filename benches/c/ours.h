/* What the measurements of this library have in common. */
#ifndef XMPPTLS_BENCH_OURS_H
#define XMPPTLS_BENCH_OURS_H

#include "bench.h"
#include <string.h>

#include <xmpptls.h>

#define TEXT(text) text, strlen(text)

struct shared {
    xmpp_tls_context *client, *server;
    const xmpp_tls_policy *policy;
    enum kind kind;
    int in_place, handshakes;
    const char *name; /* whom the client means */
};

struct pair {
    xmpp_tls_connection *client, *server;
    int in_place;
};

/* Ends the program unless the result is good. */
void check(const char *what, xmpp_tls_result result, xmpp_tls_error *error);
/* Asks the clocks. */
void wake(void);
const xmpp_tls_trust_anchors *read_anchors(const char *path);
const xmpp_tls_policy *make_policy(const char *preset, enum kind kind, const xmpp_tls_trust_anchors *anchors);

#endif
