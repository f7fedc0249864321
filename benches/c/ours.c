/* This library, through its public header only: the in-place calls, and the ones with const input. */
#include "ours.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void check(const char *what, xmpp_tls_result result, xmpp_tls_error *error)
{
    if (result == XMPP_TLS_OK)
        return;
    xmpp_tls_str text = error ? xmpp_tls_error_message(error) : xmpp_tls_result_message(result);
    fprintf(stderr, "%.*s\n", (int)text.len, text.data);
    fail(what);
}

/* A host asks its clocks when its loop wakes, and not for each record. */
static xmpp_tls_time now;

void wake(void)
{
    struct timespec wall, steady;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_MONOTONIC, &steady);
    now.unix_seconds = wall.tv_sec;
    now.monotonic_ms = (uint64_t)steady.tv_sec * 1000 + (uint64_t)(steady.tv_nsec / 1000000);
}

const xmpp_tls_trust_anchors *read_anchors(const char *path)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_trust_anchors_builder *builder = NULL;
    const xmpp_tls_trust_anchors *anchors = NULL;
    check("anchors", xmpp_tls_trust_anchors_builder_new(&builder), NULL);
    check("anchors", xmpp_tls_trust_anchors_builder_add_file(builder, TEXT(path), &error), error);
    check("anchors", xmpp_tls_trust_anchors_builder_build(builder, &anchors, &error), error);
    xmpp_tls_trust_anchors_builder_free(builder);
    return anchors;
}

static void set(xmpp_tls_policy_builder *builder, const char *name, const char *value)
{
    xmpp_tls_error *error = NULL;
    check(name, xmpp_tls_policy_builder_set(builder, TEXT(name), TEXT(value), &error), error);
}

const xmpp_tls_policy *make_policy(const char *preset, enum kind kind, const xmpp_tls_trust_anchors *anchors)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_policy_builder *builder = NULL;
    const xmpp_tls_policy *policy = NULL;
    check("preset", xmpp_tls_policy_builder_new(TEXT(preset), &builder, &error), error);
    set(builder, "tls.oldest_version", "TLSv1.3");
    set(builder, "tls.cipher_suites",
        kind == CHACHA ? "[\"TLS_CHACHA20_POLY1305_SHA256\"]" : "[\"TLS_AES_128_GCM_SHA256\"]");
    set(builder, "tls.groups", kind == PQ ? "[\"X25519MLKEM768\"]" : "[\"x25519\"]");
    if (kind != RESUMED)
        set(builder, "tls.resumption", "off");
    if (anchors)
        check("anchors", xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, &error), error);
    check("policy", xmpp_tls_policy_builder_build(builder, &policy, &error), error);
    xmpp_tls_policy_builder_free(builder);
    return policy;
}

static const xmpp_tls_credentials *make_credentials(const char *leaf)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_credentials_builder *builder = NULL;
    const xmpp_tls_credentials *credentials = NULL;
    char chain[512], key[512];
    snprintf(chain, sizeof chain, "%s/%s.chain", directory, leaf);
    snprintf(key, sizeof key, "%s/%s.key", directory, leaf);
    check("credentials", xmpp_tls_credentials_builder_new(&builder), NULL);
    check("credentials", xmpp_tls_credentials_builder_add_file(builder, "", 0, TEXT(chain), TEXT(key), &error), error);
    check("credentials", xmpp_tls_credentials_builder_build(builder, &credentials, &error), error);
    xmpp_tls_credentials_builder_free(builder);
    return credentials;
}

static xmpp_tls_context *make_context(const xmpp_tls_policy *policy, const char *leaf)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_context *context = NULL;
    const xmpp_tls_credentials *credentials = leaf ? make_credentials(leaf) : NULL;
    check("context", xmpp_tls_context_new(policy, credentials, &context, &error), error);
    xmpp_tls_credentials_free(credentials);
    return context;
}

/* New policies on new anchors: nothing is remembered of a peer. */
static const xmpp_tls_policy *fill(struct shared *shared)
{
    int s2s = shared->kind == S2S;
    const xmpp_tls_trust_anchors *anchors = read_anchors(file_path("root.pem"));
    const xmpp_tls_policy *server = make_policy(s2s ? "s2s" : "c2s-server", shared->kind, s2s ? anchors : NULL);
    xmpp_tls_policy_free(shared->policy);
    shared->policy = make_policy(s2s ? "s2s" : "c2s-client", shared->kind, anchors);
    xmpp_tls_trust_anchors_free(anchors);
    return server;
}

static void *open_with(enum kind kind, int in_place)
{
    struct shared *shared = calloc(1, sizeof *shared);
    shared->kind = kind;
    shared->in_place = in_place;
    shared->name = SERVER_NAME;
    const xmpp_tls_policy *server = fill(shared);
    shared->client = make_context(shared->policy, kind == S2S ? "peer" : NULL);
    shared->server = make_context(server, kind == RSA_LEAF ? "rsa" : "server");
    xmpp_tls_policy_free(server);
    wake();
    return shared;
}

static void *open_in_place(enum kind kind)
{
    return open_with(kind, 1);
}

static void *open_const(enum kind kind)
{
    return open_with(kind, 0);
}

static void closed(void *opaque)
{
    struct shared *shared = opaque;
    xmpp_tls_context_free(shared->client);
    xmpp_tls_context_free(shared->server);
    xmpp_tls_policy_free(shared->policy);
    free(shared);
}

static uint8_t wire[1 << 15], plain[1 << 15];

static size_t receive(xmpp_tls_connection *to, int in_place, size_t length)
{
    size_t at = 0, used, got, total = 0;
    uint32_t event;
    while (at < length) {
        check("receive",
            in_place ? xmpp_tls_connection_receive_in_place(to, &now, wire + at, length - at, &used, plain + total,
                           sizeof plain - total, &got)
                     : xmpp_tls_connection_receive(to, &now, wire + at, length - at, &used, plain + total,
                           sizeof plain - total, &got), NULL);
        at += used;
        total += got;
    }
    while (xmpp_tls_connection_next_event(to, &event) == XMPP_TLS_OK)
        if (event == XMPP_TLS_EVENT_FAILED)
            fail("a connection");
    return total;
}

static size_t transmit(xmpp_tls_connection *from)
{
    size_t length = 0;
    check("transmit", xmpp_tls_connection_transmit(from, wire, sizeof wire, &length), NULL);
    return length;
}

/* Whether the connection keeps the verdict about its peer, or the host is content to have read it. */
int keep_verdicts = 1;

/* A server asks who the other one is once TLS is up. */
static void judge(xmpp_tls_connection *connection)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_verification *verification = NULL;
    const xmpp_tls_verdict *verdict = NULL;
    check("verification", xmpp_tls_connection_verification(connection, TEXT(PEER_NAME), NULL, NULL, &verification,
                              &error), error);
    check("verdict", xmpp_tls_verification_decide(verification, &now, &verdict, &error), error);
    if (!xmpp_tls_verdict_is_permitted(verdict))
        fail("verdict");
    if (keep_verdicts)
        check("conclude", xmpp_tls_connection_conclude(connection, &now, verdict, &error), error);
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_verification_free(verification);
}

/* An initiating server gathers evidence before; it is judged by inside the handshake. */
static void prepare(struct shared *shared, xmpp_tls_connection *connection)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_verification *verification = NULL;
    check("own domain", xmpp_tls_connection_set_own_domain(connection, TEXT(PEER_NAME), &error), error);
    check("verification", xmpp_tls_verification_new(TEXT(SERVER_NAME), XMPP_TLS_DIRECTION_INITIATING, shared->policy,
                              NULL, &verification, &error), error);
    check("verification", xmpp_tls_connection_set_verification(connection, verification, &error), error);
    xmpp_tls_verification_free(verification);
}

static struct pair *new_pair(struct shared *shared)
{
    struct pair *pair = malloc(sizeof *pair);
    xmpp_tls_error *error = NULL;
    pair->in_place = shared->in_place;
    wake();
    check("client", xmpp_tls_connection_new_initiating(shared->client, XMPP_TLS_TRANSPORT_TLS_ONLY, TEXT(shared->name),
                        &now, &pair->client, &error), error);
    if (shared->kind == S2S)
        prepare(shared, pair->client);
    SERVER(check("server", xmpp_tls_connection_new_accepting(shared->server, XMPP_TLS_TRANSPORT_TLS_ONLY, &now,
                               &pair->server, &error), error));
    return pair;
}

static void *connect_pair(void *opaque)
{
    struct shared *shared = opaque;
    struct pair *pair = new_pair(shared);
    for (size_t up = 1, down = 1, round = 0; up || down; round++) {
        up = transmit(pair->client);
        SERVER(receive(pair->server, pair->in_place, up); down = transmit(pair->server));
        receive(pair->client, pair->in_place, down);
        if (round > 8)
            fail("handshake");
    }
    if (xmpp_tls_connection_phase(pair->client) != XMPP_TLS_PHASE_OPEN
        || xmpp_tls_connection_phase(pair->server) != XMPP_TLS_PHASE_OPEN)
        fail("handshake");
    if (shared->kind == S2S)
        SERVER(judge(pair->server));
    if (shared->kind == RESUMED && shared->handshakes++ && !xmpp_tls_connection_is_resumed(pair->client))
        fail("resumption");
    return pair;
}

static void drop_client(void *opaque)
{
    struct pair *pair = opaque;
    xmpp_tls_connection_free(pair->client);
    pair->client = NULL;
}

static void drop(void *opaque)
{
    struct pair *pair = opaque;
    xmpp_tls_connection_free(pair->client);
    xmpp_tls_connection_free(pair->server);
    free(pair);
}

static void renew(void *opaque)
{
    struct shared *shared = opaque;
    const xmpp_tls_policy *server = fill(shared);
    check("renewal", xmpp_tls_context_set_policy(shared->client, shared->policy, NULL), NULL);
    if (shared->kind == S2S) { /* else a server verifies nobody */
        int was_split = split;
        split = 0;
        check("renewal", xmpp_tls_context_set_policy(shared->server, server, NULL), NULL);
        /* What is made at the first use is made by the first half of a handshake, which verifies nothing. */
        struct pair *pair = new_pair(shared);
        receive(pair->server, pair->in_place, transmit(pair->client));
        transmit(pair->server);
        drop(pair);
        split = was_split;
    }
    xmpp_tls_policy_free(server);
}

static void message(void *opaque, int from_server, const uint8_t *data, size_t length)
{
    struct pair *pair = opaque;
    xmpp_tls_connection *from = from_server ? pair->server : pair->client;
    xmpp_tls_connection *to = from_server ? pair->client : pair->server;
    size_t taken = 0, written = 0;
    if (pair->in_place) {
        check("write", xmpp_tls_connection_write_into(from, &now, data, length, &taken, wire, sizeof wire, &written),
            NULL);
    } else {
        check("write", xmpp_tls_connection_write(from, &now, data, length, &taken), NULL);
        written = transmit(from);
    }
    size_t got = receive(to, pair->in_place, written);
    if (got != length || plain[0] != data[0] || plain[length - 1] != data[length - 1])
        fail("message");
}

/* From the bytes, as they come in a handshake, to a verdict. */
static void verify(void *opaque, const char *name)
{
    struct shared *shared = opaque;
    static struct {
        const char *name;
        const xmpp_tls_certificate *of[4];
        size_t count;
    } cache[2];
    int which = cache[0].name && strcmp(cache[0].name, name) != 0;
    xmpp_tls_error *error = NULL;
    if (!cache[which].name) {
        size_t length;
        const char *pem = file_text(name, &length), *at = pem;
        while ((at = strstr(at, "-----BEGIN"))) {
            const char *end = strstr(at, "-----END");
            end = strchr(end, '\n') + 1;
            check("certificate", xmpp_tls_certificate_new_pem(at, (size_t)(end - at),
                                     &cache[which].of[cache[which].count++], &error), error);
            at = end;
        }
        cache[which].name = name;
    }
    const xmpp_tls_certificate *chain[4];
    for (size_t i = 0; i < cache[which].count; i++) {
        xmpp_tls_bytes der = xmpp_tls_certificate_der(cache[which].of[i]);
        check("certificate", xmpp_tls_certificate_new_der(der.data, der.len, &chain[i], &error), error);
    }
    xmpp_tls_verification *verification = NULL;
    const xmpp_tls_verdict *verdict = NULL;
    check("verification", xmpp_tls_verification_new_chain(chain, cache[which].count, TEXT(SERVER_NAME),
                              XMPP_TLS_DIRECTION_INITIATING, shared->policy, NULL, &verification, &error), error);
    check("verdict", xmpp_tls_verification_decide(verification, &now, &verdict, &error), error);
    if (xmpp_tls_verdict_level(verdict) != XMPP_TLS_LEVEL_AUTHENTICATED)
        fail("verdict");
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_verification_free(verification);
    for (size_t i = 0; i < cache[which].count; i++)
        xmpp_tls_certificate_free(chain[i]);
}

static void policy(const char *roots)
{
    const xmpp_tls_trust_anchors *anchors = read_anchors(roots);
    const xmpp_tls_policy *made = make_policy("s2s", C2S, anchors);
    xmpp_tls_trust_anchors_free(anchors);
    xmpp_tls_context *context = make_context(made, "server");
    xmpp_tls_policy_free(made);
    xmpp_tls_context_free(context);
}

/* What another policy and context on the same anchors take. */
void second_policy(const char *roots, int count, void (*before)(void), void (*after)(int))
{
    const xmpp_tls_trust_anchors *anchors = read_anchors(roots);
    xmpp_tls_context *contexts[64];
    const xmpp_tls_policy *policies[64];
    const xmpp_tls_credentials *credentials = make_credentials("server");
    for (int i = -1; i < count && i < 63; i++) {
        if (i == 0)
            before();
        policies[i + 1] = make_policy("s2s", C2S, anchors);
        check("context", xmpp_tls_context_new(policies[i + 1], credentials, &contexts[i + 1], NULL), NULL);
    }
    after(count);
    for (int i = 0; i <= count && i < 64; i++) {
        xmpp_tls_context_free(contexts[i]);
        xmpp_tls_policy_free(policies[i]);
    }
    xmpp_tls_credentials_free(credentials);
    xmpp_tls_trust_anchors_free(anchors);
}

const struct contender ours = { "xmpptls", open_in_place, closed, renew, connect_pair, drop_client, drop, message, verify,
    policy };
const struct contender ours_const = { "xmpptls-const", open_const, closed, renew, connect_pair, drop_client, drop, message,
    verify, policy };
