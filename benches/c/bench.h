/*
 * What the contenders have in common: each makes pairs of connected ends in memory, in one thread, and carries
 * messages between them. See docs/performance.md for the method.
 */
#ifndef XMPPTLS_BENCH_H
#define XMPPTLS_BENCH_H

#include <stddef.h>
#include <stdint.h>

/* What is set up. Everything is TLS 1.3, the client verifies chain and name. */
enum kind {
    C2S,     /* P-256 leaf, X25519, no tickets */
    PQ,      /* the same with X25519MLKEM768 */
    RSA_LEAF, /* the same with an RSA-2048 leaf */
    S2S,     /* both ends show and verify a certificate and a name */
    RESUMED, /* tickets; each handshake after the first resumes */
    CHACHA,  /* TLS_CHACHA20_POLY1305_SHA256 */
};

struct contender {
    const char *name;
    /* Makes what connections share; NULL when the kind is not to be had. `closed` frees it. */
    void *(*open)(enum kind kind);
    void (*closed)(void *shared);
    /* Makes it anew, so that nothing of the peer is remembered; NULL where nothing is. Not counted. */
    void (*renew)(void *shared);
    /* A full handshake of two new ends. */
    void *(*connect)(void *shared);
    void (*drop_client)(void *pair);
    void (*drop)(void *pair);
    /* Encrypts at one end and decrypts at the other; aborts unless all of it arrived. */
    void (*message)(void *pair, int from_server, const uint8_t *data, size_t length);
    /* Decides about the certificates of a chain file (`server`, `three`) and about the name. */
    void (*verify)(void *shared, const char *chain);
    /* Reads a bundle of roots, a chain and its key, and makes what connections share. */
    void (*policy)(const char *roots);
};

extern const struct contender ours, ours_const, openssl_libssl, openssl_released, gnutls;

#define SERVER_NAME "server.example"
#define PEER_NAME "peer.example"

/* Where the certificates are. */
extern const char *directory;
/* CPU nanoseconds that the server's end took; counted while `split` is set. */
extern uint64_t server_ns;
extern int split;

uint64_t cpu_ns(void);
/* What the allocator has given, in bytes. */
size_t heap(void);
/* 16 KiB to be sent. */
const uint8_t *data(void);
/* What stands in a file of the directory; kept for ever. */
const char *file_text(const char *name, size_t *length);
/* The path of a file of the directory; good for the next seven calls. */
const char *file_path(const char *name);
void fail(const char *what) __attribute__((noreturn));

/* How the cost grows; in growth.c. */
void connections(const struct contender *by, size_t most);
void domains(size_t count);
void reload(size_t count);

/* For the server's share of a handshake: SERVER(statement). */
#define SERVER(...) \
    do { \
        uint64_t began = split ? cpu_ns() : 0; \
        __VA_ARGS__; \
        if (split) \
            server_ns += cpu_ns() - began; \
    } while (0)

#endif
