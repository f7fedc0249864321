/* OpenSSL's libssl over memory BIOs: as hosts use it, and with its buffers released while idle. */
#include "bench.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

struct shared {
    SSL_CTX *client, *server;
    X509_STORE *store;
    SSL_SESSION *session;
    enum kind kind;
    int released;
};

struct pair {
    SSL *client, *server;
};

static void need(int good, const char *what)
{
    if (!good) {
        ERR_print_errors_fp(stderr);
        fail(what);
    }
}

static SSL_CTX *context(const SSL_METHOD *method, const char *leaf, enum kind kind, int released)
{
    SSL_CTX *ctx = SSL_CTX_new(method);
    need(ctx != NULL, "SSL_CTX_new");
    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
    need(SSL_CTX_set_ciphersuites(ctx, kind == CHACHA ? "TLS_CHACHA20_POLY1305_SHA256" : "TLS_AES_128_GCM_SHA256"), "suite");
    need(SSL_CTX_set1_groups_list(ctx, "X25519"), "group");
    need(SSL_CTX_load_verify_file(ctx, file_path("root.pem")), "root");
    if (leaf) {
        char name[64];
        snprintf(name, sizeof name, "%s.chain", leaf);
        need(SSL_CTX_use_certificate_chain_file(ctx, file_path(name)), "chain");
        snprintf(name, sizeof name, "%s.key", leaf);
        need(SSL_CTX_use_PrivateKey_file(ctx, file_path(name), SSL_FILETYPE_PEM), "key");
    }
    if (released)
        SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    if (kind != RESUMED) {
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(ctx, 0);
    }
    return ctx;
}

static struct shared *newest;

static int new_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(newest->session);
    newest->session = session;
    return 1;
}

static void *open_with(enum kind kind, int released)
{
    if (kind == PQ && OPENSSL_VERSION_NUMBER < 0x30500000L)
        return NULL;
    struct shared *shared = calloc(1, sizeof *shared);
    shared->kind = kind;
    shared->released = released;
    shared->client = context(TLS_client_method(), kind == S2S ? "peer" : NULL, kind, released);
    shared->server = context(TLS_server_method(), kind == RSA_LEAF ? "rsa" : "server", kind, released);
    SSL_CTX_set_verify(shared->client, SSL_VERIFY_PEER, NULL);
    if (kind == S2S) {
        SSL_CTX_set_verify(shared->server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        X509_VERIFY_PARAM_set_purpose(SSL_CTX_get0_param(shared->server), X509_PURPOSE_SSL_SERVER);
    }
    if (kind == RESUMED) {
        newest = shared;
        SSL_CTX_set_session_cache_mode(shared->client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(shared->client, new_session);
        SSL_CTX_set_session_id_context(shared->server, (const uint8_t *)"bench", 5);
    }
    shared->store = SSL_CTX_get_cert_store(shared->client);
    return shared;
}

static void *open_plain(enum kind kind)
{
    return open_with(kind, 0);
}

static void *open_released(enum kind kind)
{
    return open_with(kind, 1);
}

static void closed(void *opaque)
{
    struct shared *shared = opaque;
    SSL_SESSION_free(shared->session);
    SSL_CTX_free(shared->client);
    SSL_CTX_free(shared->server);
    free(shared);
}

static void *connect_pair(void *opaque)
{
    struct shared *shared = opaque;
    struct pair *pair = malloc(sizeof *pair);
    BIO *up = BIO_new(BIO_s_mem()), *down = BIO_new(BIO_s_mem());
    BIO_up_ref(up);
    BIO_up_ref(down);
    pair->client = SSL_new(shared->client);
    SSL_set_bio(pair->client, down, up);
    SSL_set_connect_state(pair->client);
    SSL_set_tlsext_host_name(pair->client, SERVER_NAME);
    SSL_set1_host(pair->client, SERVER_NAME);
    if (shared->session)
        need(SSL_set_session(pair->client, shared->session), "session");
    SERVER(pair->server = SSL_new(shared->server); SSL_set_bio(pair->server, up, down);
           SSL_set_accept_state(pair->server));
    for (int round = 0; !SSL_is_init_finished(pair->client) || !SSL_is_init_finished(pair->server); round++) {
        int made = SSL_do_handshake(pair->client);
        need(round < 8 && (made == 1 || SSL_get_error(pair->client, made) == SSL_ERROR_WANT_READ), "client");
        SERVER(made = SSL_do_handshake(pair->server));
        need(made == 1 || SSL_get_error(pair->server, made) == SSL_ERROR_WANT_READ, "server");
    }
    need(SSL_get_verify_result(pair->client) == X509_V_OK, "verdict");
    if (shared->kind == S2S) {
        X509 *peer;
        int fits;
        SERVER(peer = SSL_get0_peer_certificate(pair->server); fits = X509_check_host(peer, PEER_NAME, 0, 0, NULL));
        need(fits == 1 && SSL_get_verify_result(pair->server) == X509_V_OK, "peer");
    }
    if (shared->kind == RESUMED) {
        uint8_t none;
        need(SSL_read(pair->client, &none, 1) < 0, "tickets");
        static int first = 1;
        need(first || SSL_session_reused(pair->client), "resumption");
        first = 0;
    }
    return pair;
}

static void drop_client(void *opaque)
{
    struct pair *pair = opaque;
    SSL_free(pair->client);
    pair->client = NULL;
}

static void drop(void *opaque)
{
    struct pair *pair = opaque;
    /* Without this OpenSSL takes the session for a bad one. */
    if (pair->client)
        SSL_set_shutdown(pair->client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_set_shutdown(pair->server, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(pair->client);
    SSL_free(pair->server);
    free(pair);
}

static void message(void *opaque, int from_server, const uint8_t *data, size_t length)
{
    struct pair *pair = opaque;
    static uint8_t plain[1 << 15];
    SSL *from = from_server ? pair->server : pair->client, *to = from_server ? pair->client : pair->server;
    need(SSL_write(from, data, (int)length) == (int)length, "write");
    int got = SSL_read(to, plain, sizeof plain);
    need(got == (int)length && plain[0] == data[0] && plain[length - 1] == data[length - 1], "message");
}

/* From the bytes, as they come in a handshake, to a decision. */
static void verify(void *opaque, const char *chain)
{
    struct shared *shared = opaque;
    static struct {
        const char *name;
        uint8_t *der[4];
        int length[4], count;
    } cache[2];
    int which = cache[0].name && strcmp(cache[0].name, chain) != 0;
    if (!cache[which].name) {
        BIO *bio = BIO_new_file(file_path(chain), "r");
        X509 *certificate;
        while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
            int at = cache[which].count++;
            cache[which].length[at] = i2d_X509(certificate, &cache[which].der[at]);
            X509_free(certificate);
        }
        ERR_clear_error();
        BIO_free(bio);
        cache[which].name = chain;
    }
    STACK_OF(X509) *stack = sk_X509_new_null();
    X509 *leaf = NULL;
    for (int i = 0; i < cache[which].count; i++) {
        const uint8_t *der = cache[which].der[i];
        X509 *certificate = d2i_X509(NULL, &der, cache[which].length[i]);
        leaf = leaf ? leaf : certificate;
        sk_X509_push(stack, certificate);
    }
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    X509_STORE_CTX_init(ctx, shared->store, leaf, stack);
    X509_STORE_CTX_set_default(ctx, "ssl_server");
    need(X509_verify_cert(ctx) == 1 && X509_check_host(leaf, SERVER_NAME, 0, 0, NULL) == 1, "verify");
    X509_STORE_CTX_free(ctx);
    sk_X509_pop_free(stack, X509_free);
}

static void policy(const char *roots)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    need(SSL_CTX_load_verify_file(ctx, roots), "roots");
    need(SSL_CTX_use_certificate_chain_file(ctx, file_path("server.chain")), "chain");
    need(SSL_CTX_use_PrivateKey_file(ctx, file_path("server.key"), SSL_FILETYPE_PEM), "key");
    SSL_CTX_free(ctx);
}

const struct contender openssl_libssl = { "openssl", open_plain, closed, NULL, connect_pair, drop_client, drop,
    message, verify, policy };
const struct contender openssl_released = { "openssl-released", open_released, closed, NULL, connect_pair,
    drop_client, drop, message, verify, policy };
