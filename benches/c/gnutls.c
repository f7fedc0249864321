/* GnuTLS over its own push and pull functions. */
#include "bench.h"
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

/* What one end has sent and the other has not taken yet. */
struct pipe {
    uint8_t bytes[1 << 16];
    size_t from, to;
};

struct shared {
    gnutls_certificate_credentials_t client, server;
    gnutls_priority_t priorities;
    gnutls_datum_t ticket_key, session;
    enum kind kind;
};

struct end {
    gnutls_session_t session;
    struct pipe *in, *out;
};

struct pair {
    struct end client, server;
};

/* Both directions of the pair that is being driven: pairs at rest hold no bytes. */
static struct pipe up, down;

static void need(int result, const char *what)
{
    if (result < 0)
        fail(what);
}

static ssize_t push(gnutls_transport_ptr_t opaque, const void *data, size_t length)
{
    struct end *end = opaque;
    if (length > sizeof end->out->bytes - end->out->to)
        fail("a pipe");
    memcpy(end->out->bytes + end->out->to, data, length);
    end->out->to += length;
    return (ssize_t)length;
}

static ssize_t pull(gnutls_transport_ptr_t opaque, void *data, size_t room)
{
    struct end *end = opaque;
    size_t length = end->in->to - end->in->from;
    if (length == 0) {
        gnutls_transport_set_errno(end->session, EAGAIN);
        return -1;
    }
    length = length < room ? length : room;
    memcpy(data, end->in->bytes + end->in->from, length);
    end->in->from += length;
    if (end->in->from == end->in->to)
        end->in->from = end->in->to = 0;
    return (ssize_t)length;
}

static gnutls_certificate_credentials_t credentials(const char *leaf)
{
    gnutls_certificate_credentials_t made;
    need(gnutls_certificate_allocate_credentials(&made), "credentials");
    need(gnutls_certificate_set_x509_trust_file(made, file_path("root.pem"), GNUTLS_X509_FMT_PEM), "root");
    if (leaf) {
        char chain[64], key[64];
        strcat(strcpy(chain, leaf), ".chain");
        strcat(strcpy(key, leaf), ".key");
        need(gnutls_certificate_set_x509_key_file(made, file_path(chain), file_path(key), GNUTLS_X509_FMT_PEM), "key");
    }
    return made;
}

static void *open(enum kind kind)
{
    if (kind == PQ)
        return NULL;
    struct shared *shared = calloc(1, sizeof *shared);
    const char *priorities = kind == CHACHA
        ? "NONE:+VERS-TLS1.3:+CHACHA20-POLY1305:+AEAD:+GROUP-X25519:+SIGN-ALL:+CTYPE-X509"
        : "NONE:+VERS-TLS1.3:+AES-128-GCM:+AEAD:+GROUP-X25519:+SIGN-ALL:+CTYPE-X509";
    need(gnutls_priority_init(&shared->priorities, priorities, NULL), "priorities");
    shared->kind = kind;
    shared->client = credentials(kind == S2S ? "peer" : NULL);
    shared->server = credentials(kind == RSA_LEAF ? "rsa" : "server");
    if (kind == RESUMED)
        need(gnutls_session_ticket_key_generate(&shared->ticket_key), "ticket key");
    return shared;
}

static void closed(void *opaque)
{
    struct shared *shared = opaque;
    gnutls_certificate_free_credentials(shared->client);
    gnutls_certificate_free_credentials(shared->server);
    gnutls_priority_deinit(shared->priorities);
    gnutls_free(shared->ticket_key.data);
    gnutls_free(shared->session.data);
    free(shared);
}

static void start(struct end *end, struct shared *shared, unsigned flags, gnutls_certificate_credentials_t own,
    struct pipe *in, struct pipe *out)
{
    flags |= GNUTLS_NONBLOCK | (shared->kind == RESUMED ? 0 : GNUTLS_NO_TICKETS);
    need(gnutls_init(&end->session, flags), "session");
    need(gnutls_priority_set(end->session, shared->priorities), "priorities");
    need(gnutls_credentials_set(end->session, GNUTLS_CRD_CERTIFICATE, own), "credentials");
    end->in = in;
    end->out = out;
    gnutls_transport_set_ptr(end->session, end);
    gnutls_transport_set_push_function(end->session, push);
    gnutls_transport_set_pull_function(end->session, pull);
}

static int handshake(struct end *end)
{
    int result = gnutls_handshake(end->session);
    if (result != GNUTLS_E_SUCCESS && result != GNUTLS_E_AGAIN)
        fail(gnutls_strerror(result));
    return result == GNUTLS_E_SUCCESS;
}

static void take_tickets(struct shared *shared, struct pair *pair)
{
    uint8_t none;
    if (gnutls_record_recv(pair->client.session, &none, 1) != GNUTLS_E_AGAIN)
        fail("tickets");
    if (shared->session.data && !gnutls_session_is_resumed(pair->client.session))
        fail("resumption");
    gnutls_free(shared->session.data);
    need(gnutls_session_get_data2(pair->client.session, &shared->session), "ticket");
}

static void *connect_pair(void *opaque)
{
    struct shared *shared = opaque;
    struct pair *pair = calloc(1, sizeof *pair);
    up.from = up.to = down.from = down.to = 0;
    start(&pair->client, shared, GNUTLS_CLIENT, shared->client, &down, &up);
    gnutls_server_name_set(pair->client.session, GNUTLS_NAME_DNS, SERVER_NAME, strlen(SERVER_NAME));
    gnutls_session_set_verify_cert(pair->client.session, SERVER_NAME, 0);
    if (shared->session.data)
        need(gnutls_session_set_data(pair->client.session, shared->session.data, shared->session.size), "session");
    SERVER({
        start(&pair->server, shared, GNUTLS_SERVER, shared->server, &up, &down);
        if (shared->kind == RESUMED)
            need(gnutls_session_ticket_enable_server(pair->server.session, &shared->ticket_key), "tickets");
        if (shared->kind == S2S) {
            gnutls_certificate_server_set_request(pair->server.session, GNUTLS_CERT_REQUIRE);
            gnutls_session_set_verify_cert(pair->server.session, PEER_NAME, 0);
        }
    });
    for (int round = 0, client = 0, server = 0; !client || !server; round++) {
        client = client || handshake(&pair->client);
        SERVER(server = server || handshake(&pair->server));
        if (round > 8)
            fail("handshake");
    }
    if (shared->kind == RESUMED)
        take_tickets(shared, pair);
    return pair;
}

static void drop_client(void *opaque)
{
    struct pair *pair = opaque;
    gnutls_deinit(pair->client.session);
    pair->client.session = NULL;
}

static void drop(void *opaque)
{
    struct pair *pair = opaque;
    if (pair->client.session)
        gnutls_deinit(pair->client.session);
    gnutls_deinit(pair->server.session);
    free(pair);
}

static void message(void *opaque, int from_server, const uint8_t *data, size_t length)
{
    static uint8_t plain[1 << 15];
    struct pair *pair = opaque;
    struct end *from = from_server ? &pair->server : &pair->client, *to = from_server ? &pair->client : &pair->server;
    if (gnutls_record_send(from->session, data, length) != (ssize_t)length)
        fail("write");
    size_t got = 0;
    while (got < length) {
        ssize_t more = gnutls_record_recv(to->session, plain + got, sizeof plain - got);
        if (more <= 0)
            fail("read");
        got += (size_t)more;
    }
    if (got != length || plain[0] != data[0] || plain[length - 1] != data[length - 1])
        fail("message");
}

/* From the bytes, as they come in a handshake, to a decision. */
static void verify(void *opaque, const char *name)
{
    struct shared *shared = opaque;
    static struct {
        const char *name;
        gnutls_datum_t der[4];
        unsigned count;
    } cache[2];
    int which = cache[0].name && strcmp(cache[0].name, name) != 0;
    if (!cache[which].name) {
        size_t length;
        gnutls_datum_t pem = { (uint8_t *)file_text(name, &length), (unsigned)length };
        gnutls_x509_crt_t *list;
        need(gnutls_x509_crt_list_import2(&list, &cache[which].count, &pem, GNUTLS_X509_FMT_PEM, 0), "chain");
        for (unsigned i = 0; i < cache[which].count; i++)
            need(gnutls_x509_crt_export2(list[i], GNUTLS_X509_FMT_DER, &cache[which].der[i]), "chain");
        cache[which].name = name;
    }
    gnutls_x509_trust_list_t anchors;
    gnutls_certificate_get_trust_list(shared->client, &anchors);
    gnutls_x509_crt_t chain[4];
    for (unsigned i = 0; i < cache[which].count; i++) {
        need(gnutls_x509_crt_init(&chain[i]), "certificate");
        need(gnutls_x509_crt_import(chain[i], &cache[which].der[i], GNUTLS_X509_FMT_DER), "certificate");
    }
    gnutls_typed_vdata_st for_whom[] = { { GNUTLS_DT_DNS_HOSTNAME, (void *)SERVER_NAME, 0 },
        { GNUTLS_DT_KEY_PURPOSE_OID, (void *)GNUTLS_KP_TLS_WWW_SERVER, 0 } };
    unsigned status = 1;
    need(gnutls_x509_trust_list_verify_crt2(anchors, chain, cache[which].count, for_whom, 2, 0, &status, NULL),
        "verify");
    if (status)
        fail("verify");
    for (unsigned i = 0; i < cache[which].count; i++)
        gnutls_x509_crt_deinit(chain[i]);
}

static void policy(const char *roots)
{
    gnutls_certificate_credentials_t made;
    need(gnutls_certificate_allocate_credentials(&made), "credentials");
    need(gnutls_certificate_set_x509_trust_file(made, roots, GNUTLS_X509_FMT_PEM), "roots");
    need(gnutls_certificate_set_x509_key_file(made, file_path("server.chain"), file_path("server.key"),
             GNUTLS_X509_FMT_PEM), "key");
    gnutls_certificate_free_credentials(made);
}

const struct contender gnutls = { "gnutls", open, closed, NULL, connect_pair, drop_client, drop, message, verify, policy };
