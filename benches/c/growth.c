/*
 * How the cost of a connection grows with the number of connections and of domains, and what a reload does to it.
 * Lines of: what, at which number, figure.
 */
#include "ours.h"
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SAMPLE = 400, ROUNDS = 5 };

static int by_size(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static double median(double *figures, size_t count)
{
    qsort(figures, count, sizeof *figures, by_size);
    return figures[count / 2];
}

static void line(const char *what, const char *by, size_t at, double figure)
{
    printf("%s\t%s\t%zu\t%.1f\n", what, by, at, figure);
    fflush(stdout);
}

static uint64_t wall_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static const char *domain(size_t number)
{
    static char text[64];
    snprintf(text, sizeof text, "d%zu.example", number);
    return text;
}

/* Microseconds of the server's end of a handshake. With `names`, each is with the next of so many domains. */
static double handshake(const struct contender *by, void *shared, size_t names)
{
    static size_t next;
    double taken[ROUNDS];
    split = 1;
    for (int round = 0; round < ROUNDS; round++) {
        server_ns = 0;
        for (int i = 0; i < SAMPLE / ROUNDS; i++) {
            if (names)
                ((struct shared *)shared)->name = domain(next++ * 7919 % names);
            by->drop(by->connect(shared));
        }
        taken[round] = (double)server_ns / (SAMPLE / ROUNDS) / 1e3;
    }
    split = 0;
    return median(taken, ROUNDS);
}

/* Nanoseconds of a message to a connection of many, and the answer, each time to another one. */
static double message(const struct contender *by, void **pairs, size_t count)
{
    double taken[ROUNDS];
    uint32_t random = 1;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t began = cpu_ns();
        for (int i = 0; i < 4 * SAMPLE; i++) {
            random = random * 1664525 + 1013904223;
            by->message(pairs[(size_t)(random >> 8) % count], i & 1, data(), 300);
        }
        taken[round] = (double)(cpu_ns() - began) / (4 * SAMPLE);
    }
    return median(taken, ROUNDS);
}

/* Both ends of every connection stay. */
void connections(const struct contender *by, size_t most)
{
    void *shared = by->open(C2S), **pairs = calloc(most, sizeof *pairs);
    size_t made = 0;
    memset(pairs, 1, most * sizeof *pairs);
    handshake(by, shared, 0);
    for (size_t at = 100; at <= most; at = at == 10000 ? 50000 : at * 10) {
        for (; made < at; made++) {
            pairs[made] = by->connect(shared);
            by->message(pairs[made], 0, data(), 300);
            by->message(pairs[made], 1, data(), 300);
        }
        line("connections-handshake", by->name, at, handshake(by, shared, 0));
        line("connections-message", by->name, at, message(by, pairs, at));
    }
}

static EVP_PKEY *read_key(const char *name)
{
    FILE *file = fopen(file_path(name), "r");
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (!key)
        fail(name);
    fclose(file);
    return key;
}

static X509 *read_certificate(const char *name)
{
    FILE *file = fopen(file_path(name), "r");
    X509 *certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    if (!certificate)
        fail(name);
    fclose(file);
    return certificate;
}

/* A certificate for each domain, as an authority would issue them; all for one key, which takes no time to make. */
struct issued {
    char **pem;
    size_t count;
    const char *key;
    size_t key_length;
};

static void extend(X509 *leaf, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    if (!extension || !X509_add_ext(leaf, extension, -1))
        fail("an extension");
    X509_EXTENSION_free(extension);
}

static struct issued issue(size_t count)
{
    struct issued issued = { calloc(count, sizeof(char *)), count, NULL, 0 };
    X509 *root = read_certificate("root.pem");
    EVP_PKEY *signer = read_key("root.key"), *own = read_key("server.key");
    issued.key = file_text("server.key", &issued.key_length);
    for (size_t i = 0; i < count; i++) {
        X509 *leaf = X509_new();
        char name[80];
        X509_set_version(leaf, 2);
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(leaf), i + 1000);
        X509_gmtime_adj(X509_getm_notBefore(leaf), -60);
        X509_gmtime_adj(X509_getm_notAfter(leaf), 86400);
        X509_set_issuer_name(leaf, X509_get_subject_name(root));
        X509_NAME_add_entry_by_txt(X509_get_subject_name(leaf), "CN", MBSTRING_ASC, (const uint8_t *)domain(i), -1, -1,
            0);
        X509_set_pubkey(leaf, own);
        snprintf(name, sizeof name, "DNS:%s", domain(i));
        extend(leaf, NID_basic_constraints, "critical,CA:FALSE");
        extend(leaf, NID_key_usage, "critical,digitalSignature");
        extend(leaf, NID_ext_key_usage, "serverAuth");
        extend(leaf, NID_subject_alt_name, name);
        if (!X509_sign(leaf, signer, EVP_sha256()))
            fail("signing");
        BIO *text = BIO_new(BIO_s_mem());
        PEM_write_bio_X509(text, leaf);
        BIO_write(text, "", 1);
        char *start;
        BIO_get_mem_data(text, &start);
        issued.pem[i] = strdup(start);
        BIO_free(text);
        X509_free(leaf);
    }
    return issued;
}

static const xmpp_tls_credentials *load(const struct issued *issued)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_credentials_builder *builder = NULL;
    const xmpp_tls_credentials *credentials = NULL;
    check("credentials", xmpp_tls_credentials_builder_new(&builder), NULL);
    for (size_t i = 0; i < issued->count; i++)
        check("credentials", xmpp_tls_credentials_builder_add_pem(builder, "", 0, TEXT(issued->pem[i]), issued->key,
                                 issued->key_length, &error), error);
    check("credentials", xmpp_tls_credentials_builder_build(builder, &credentials, &error), error);
    xmpp_tls_credentials_builder_free(builder);
    return credentials;
}

void domains(size_t count)
{
    struct shared *shared = ours.open(C2S);
    struct issued issued = issue(count);
    handshake(&ours, shared, 0);
    size_t before = heap();
    uint64_t began = cpu_ns();
    const xmpp_tls_credentials *credentials = load(&issued);
    line("domains-load", ours.name, count, (double)(cpu_ns() - began) / (double)count / 1e3);
    line("domains-heap", ours.name, count, (double)(heap() - before) / (double)count);
    check("domains", xmpp_tls_context_set_credentials(shared->server, credentials, NULL), NULL);
    xmpp_tls_credentials_free(credentials);
    line("domains-handshake", ours.name, count, handshake(&ours, shared, count));
}

static struct {
    struct shared *shared;
    struct issued issued;
    int done;
} reloading;

static void *load_again(void *nothing)
{
    const xmpp_tls_credentials *credentials = load(&reloading.issued);
    check("reload", xmpp_tls_context_set_credentials(reloading.shared->server, credentials, NULL), NULL);
    xmpp_tls_credentials_free(credentials);
    __atomic_store_n(&reloading.done, 1, __ATOMIC_RELEASE);
    return nothing;
}

/* The longest that one of the handshakes took, both ends, by the clock on the wall, in microseconds. */
static double longest(struct shared *shared, size_t count, int *until, double *cpu, size_t *made)
{
    uint64_t most = 0;
    server_ns = 0;
    split = 1;
    for (*made = 0; until ? !__atomic_load_n(until, __ATOMIC_ACQUIRE) : *made < 4 * SAMPLE; ++*made) {
        uint64_t start = wall_ns();
        shared->name = domain(*made * 7919 % count);
        ours.drop(ours.connect(shared));
        most = wall_ns() - start > most ? wall_ns() - start : most;
    }
    split = 0;
    *cpu = (double)server_ns / (double)*made / 1e3;
    return (double)most / 1e3;
}

void reload(size_t count)
{
    static const char *when[] = { "before", "during", "after" };
    struct shared *shared = reloading.shared = ours.open(C2S);
    reloading.issued = issue(count);
    load_again(NULL);
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        double cpu;
        size_t made;
        char what[32];
        reloading.done = 0;
        if (i == 1 && pthread_create(&thread, NULL, load_again, NULL))
            fail("a thread");
        double most = longest(shared, count, i == 1 ? &reloading.done : NULL, &cpu, &made);
        if (i == 1)
            pthread_join(thread, NULL);
        snprintf(what, sizeof what, "reload-%s", when[i]);
        line(what, ours.name, made, cpu);
        snprintf(what, sizeof what, "reload-%s-longest", when[i]);
        line(what, ours.name, made, most);
    }
}
