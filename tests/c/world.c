#include "world.h"

#include <stdlib.h>
#include <time.h>

static void give_up(const char *what) {
    fprintf(stderr, "cannot go on: %s\n", what);
    exit(2);
}

/* A check that fails here would be counted by no test: each file has counters of its own. */
#undef OK
#define OK(call) ((call) == XMPP_TLS_OK ? (void)0 : give_up(#call))

const char *path_of(const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", CERTIFICATES, name);
    return path;
}

struct file file_of(const char *name) {
    FILE *stream = fopen(path_of(name), "rb");
    if (stream == NULL)
        give_up(path_of(name));
    struct file file = {malloc(65536), 0};
    if (file.data != NULL)
        file.len = fread(file.data, 1, 65536, stream);
    fclose(stream);
    if (file.len == 0 || file.len == 65536)
        give_up(path_of(name));
    return file;
}

void file_free(struct file file) { free(file.data); }

xmpp_tls_time time_at(int64_t seconds, uint64_t milliseconds) {
    static time_t begin;
    if (begin == 0)
        begin = time(NULL);
    xmpp_tls_time now = {(int64_t)begin + seconds, 1000000 + milliseconds};
    return now;
}

const xmpp_tls_certificate *certificate_of(const char *name) {
    const xmpp_tls_certificate *certificate;
    struct file file = file_of(name);
    OK(xmpp_tls_certificate_new_pem(file.data, file.len, &certificate, NULL));
    file_free(file);
    return certificate;
}

const xmpp_tls_trust_anchors *anchors_of(const char *name) {
    xmpp_tls_trust_anchors_builder *builder;
    const xmpp_tls_trust_anchors *anchors;
    struct file file = file_of(name);
    OK(xmpp_tls_trust_anchors_builder_new(&builder));
    OK(xmpp_tls_trust_anchors_builder_add_pem(builder, file.data, file.len, NULL));
    OK(xmpp_tls_trust_anchors_builder_build(builder, &anchors, NULL));
    xmpp_tls_trust_anchors_builder_free(builder);
    file_free(file);
    return anchors;
}

const xmpp_tls_credentials *credentials_of(const char *domain, const char *name) {
    xmpp_tls_credentials_builder *builder;
    const xmpp_tls_credentials *credentials;
    struct file file = file_of(name);
    OK(xmpp_tls_credentials_builder_new(&builder));
    OK(xmpp_tls_credentials_builder_add_pem(builder, domain, strlen(domain), file.data, file.len, NOTHING, NULL));
    OK(xmpp_tls_credentials_builder_build(builder, &credentials, NULL));
    xmpp_tls_credentials_builder_free(builder);
    file_free(file);
    return credentials;
}

const xmpp_tls_policy *policy_of(const char *preset, const struct setting *settings) {
    xmpp_tls_policy_builder *builder;
    const xmpp_tls_policy *policy;
    const xmpp_tls_trust_anchors *anchors = anchors_of("root.pem");
    OK(xmpp_tls_policy_builder_new(preset, strlen(preset), &builder, NULL));
    OK(xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, NULL));
    for (; settings != NULL && settings->name != NULL; settings++)
        OK(xmpp_tls_policy_builder_set(builder, settings->name, strlen(settings->name), settings->value,
                                       strlen(settings->value), NULL));
    OK(xmpp_tls_policy_builder_build(builder, &policy, NULL));
    xmpp_tls_policy_builder_free(builder);
    xmpp_tls_trust_anchors_free(anchors);
    return policy;
}

xmpp_tls_context *context_of(const char *preset, const struct setting *settings, const char *certificate) {
    xmpp_tls_context *context;
    const xmpp_tls_policy *policy = policy_of(preset, settings);
    const xmpp_tls_credentials *credentials = certificate ? credentials_of(DOMAIN, certificate) : NULL;
    OK(xmpp_tls_context_new(policy, credentials, &context, NULL));
    xmpp_tls_credentials_free(credentials);
    xmpp_tls_policy_free(policy);
    return context;
}

struct pair pair_of(xmpp_tls_context *client, xmpp_tls_context *server, uint32_t transport) {
    static const struct pair none;
    struct pair pair = none;
    pair.now = time_at(0, 0);
    OK(xmpp_tls_connection_new_initiating(client, transport, T(DOMAIN), &pair.now, &pair.client, NULL));
    OK(xmpp_tls_connection_new_accepting(server, transport, &pair.now, &pair.server, NULL));
    return pair;
}

/* Moves bytes one way; whether any moved. What is not taken waits in `way`. */
static bool move(xmpp_tls_connection *from, xmpp_tls_connection *to, const xmpp_tls_time *now, struct way *way) {
    size_t sent = 0, used = 0, read = 0;
    OK(xmpp_tls_connection_transmit(from, way->bytes + way->len, sizeof way->bytes - way->len, &sent));
    way->len += sent;
    xmpp_tls_result result = xmpp_tls_connection_receive(to, now, way->bytes, way->len, &used,
                                                         way->read + way->read_len,
                                                         sizeof way->read - way->read_len, &read);
    if (result != XMPP_TLS_OK) {
        way->len = 0;
        return sent > 0;
    }
    memmove(way->bytes, way->bytes + used, way->len - used);
    way->len -= used;
    way->read_len += read;
    return sent > 0 || used > 0 || read > 0;
}

void pair_run(struct pair *pair) {
    bool moved = true;
    while (moved) {
        moved = move(pair->client, pair->server, &pair->now, &pair->to_server);
        moved |= move(pair->server, pair->client, &pair->now, &pair->to_client);
    }
}

void pair_free(struct pair *pair) {
    xmpp_tls_connection_free(pair->client);
    xmpp_tls_connection_free(pair->server);
}

bool has_event(xmpp_tls_connection *connection, xmpp_tls_event wanted) {
    xmpp_tls_event event;
    while (xmpp_tls_connection_next_event(connection, &event) == XMPP_TLS_OK)
        if (event == wanted)
            return true;
    return false;
}
