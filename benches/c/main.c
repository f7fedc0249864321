/*
 * bench DIRECTORY round ROUND SECONDS [WORKLOAD …]     one round of every workload with every contender
 * bench DIRECTORY heap CONTENDER c2s|s2s|s2s-kept COUNT  memory per idle server connection (kept: with its verdict)
 * bench DIRECTORY roots FILE ROUND SECONDS             policies from a bundle of roots
 * bench DIRECTORY anchors FILE                         a second policy on the same anchors
 * bench DIRECTORY connections CONTENDER COUNT          what one more costs while so many are open
 * bench DIRECTORY domains COUNT                        what they cost with so many domains' certificates
 * bench DIRECTORY reload COUNT                         what they cost while those certificates are loaded again
 * bench DIRECTORY count CONTENDER WORKLOAD COUNT       so many operations and nothing else, for callgrind
 *
 * Prints lines of: workload, contender, figure.
 */
#include "bench.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct contender *contenders[] = { &openssl_libssl, &ours, &ours_const,
    &openssl_released, &gnutls };
enum { CONTENDERS = sizeof contenders / sizeof *contenders };

enum what { HANDSHAKE, SERVER_TIME, MESSAGE, VERIFY };
static const struct workload {
    const char *name;
    enum kind kind;
    enum what what;
    size_t length;
    const char *chain;
    /* Whether the ends have met before, or each time for the first time. */
    int again;
} workloads[] = {
    { "handshake", C2S, HANDSHAKE, 0, NULL, 0 },
    { "handshake-again", C2S, HANDSHAKE, 0, NULL, 1 },
    { "handshake-server", C2S, SERVER_TIME, 0, NULL, 0 },
    { "handshake-pq", PQ, HANDSHAKE, 0, NULL, 0 },
    { "handshake-rsa", RSA_LEAF, HANDSHAKE, 0, NULL, 0 },
    { "mutual", S2S, HANDSHAKE, 0, NULL, 0 },
    { "mutual-again", S2S, HANDSHAKE, 0, NULL, 1 },
    { "resumed", RESUMED, HANDSHAKE, 0, NULL, 1 },
    { "message", C2S, MESSAGE, 300, NULL, 1 },
    { "message-chacha", CHACHA, MESSAGE, 300, NULL, 1 },
    { "bulk", C2S, MESSAGE, 16384, NULL, 1 },
    { "bulk-chacha", CHACHA, MESSAGE, 16384, NULL, 1 },
    { "verify-2", C2S, VERIFY, 0, "server.chain", 0 },
    { "verify-3", C2S, VERIFY, 0, "three.chain", 0 },
};
enum { WORKLOADS = sizeof workloads / sizeof *workloads };

extern int keep_verdicts;

/* Not inlined: valgrind counts what is called in here. */
__attribute__((noinline)) static void operate(const struct contender *by, const struct workload *load, void *shared, void *pair, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        switch (load->what) {
        case HANDSHAKE:
        case SERVER_TIME:
            by->drop(by->connect(shared));
            break;
        case MESSAGE:
            by->message(pair, 0, data(), load->length);
            break;
        case VERIFY:
            by->verify(shared, load->chain);
        }
}

/* The same, and before each operation everything that could be remembered of the last is made anew, uncounted.
   Returns how much CPU time the operations took. */
static uint64_t repeat(const struct contender *by, const struct workload *load, void *shared, void *pair, uint64_t count)
{
    uint64_t took = 0;
    if (load->again || !by->renew) {
        uint64_t began = cpu_ns();
        operate(by, load, shared, pair, count);
        return cpu_ns() - began;
    }
    for (uint64_t i = 0; i < count; i++) {
        by->renew(shared);
        uint64_t began = cpu_ns();
        operate(by, load, shared, pair, 1);
        took += cpu_ns() - began;
    }
    return took;
}

static void one_round(int argc, char **argv, int round, double seconds)
{
    for (int w = 0; w < WORKLOADS; w++) {
        const struct workload *load = &workloads[w];
        int wanted = argc == 0;
        for (int i = 0; i < argc; i++)
            wanted |= strcmp(argv[i], load->name) == 0;
        for (int c = 0; wanted && c < CONTENDERS; c++) {
            const struct contender *by = contenders[(c + round) % CONTENDERS];
            if (load->what != MESSAGE && (by == &openssl_released || by == &ours_const))
                continue;
            if (load->what == VERIFY && !by->verify)
                continue;
            void *shared = by->open(load->kind);
            if (!shared)
                continue;
            void *pair = by->connect(shared); /* uncounted: seeding, tables, the first ticket */
            repeat(by, load, shared, pair, 2);
            uint64_t took = 0, count = 0, step = load->what == MESSAGE ? 64 : 4;
            server_ns = 0;
            split = load->what == SERVER_TIME;
            while ((double)took < seconds * 1e9) {
                took += repeat(by, load, shared, pair, step);
                count += step;
            }
            if (split)
                took = server_ns;
            split = 0;
            printf("%s\t%s\t%.1f\n", load->name, by->name, (double)count / (double)took * 1e9);
            fflush(stdout);
            by->drop(pair);
            by->closed(shared);
        }
    }
}

static const struct contender *called(const char *name)
{
    for (int i = 0; i < CONTENDERS; i++)
        if (strcmp(contenders[i]->name, name) == 0)
            return contenders[i];
    fail(name);
}

static size_t resident(void)
{
    size_t total = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%zu %zu", &total, &pages) != 2)
        fail("statm");
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void idle(const struct contender *by, enum kind kind, const char *name, size_t count)
{
    void *shared = by->open(kind), **pairs = calloc(count + 1, sizeof *pairs);
    size_t before = 0, resident_before = 0;
    memset(pairs, 1, (count + 1) * sizeof *pairs);
    for (size_t i = 0; i <= count; i++) {
        pairs[i] = by->connect(shared);
        by->message(pairs[i], 0, data(), 300);
        by->message(pairs[i], 1, data(), 300);
        by->drop_client(pairs[i]);
        if (i == 0) {
            before = heap();
            resident_before = resident();
        }
    }
    /* The pair that the benchmark itself keeps is a small chunk of its own. */
    size_t own = malloc_usable_size(pairs[0]) + sizeof(size_t);
    printf("heap-%s\t%s\t%.0f\n", name, by->name, (double)(heap() - before) / (double)count - (double)own);
    printf("resident-%s\t%s\t%.0f\n", name, by->name,
        (double)(resident() - resident_before) / (double)count - (double)own);
}

static void roots(const char *file, int round, double seconds)
{
    for (int c = 0; c < CONTENDERS; c++) {
        const struct contender *by = contenders[(c + round) % CONTENDERS];
        if (!by->policy || by == &openssl_released || by == &ours_const)
            continue;
        by->policy(file);
        uint64_t began = cpu_ns(), count = 0;
        for (; (double)(cpu_ns() - began) < seconds * 1e9; count++)
            by->policy(file);
        printf("policy\t%s\t%.1f\n", by->name, (double)count / (double)(cpu_ns() - began) * 1e9);
    }
}

void second_policy(const char *roots, int count, void (*before)(void), void (*after)(int));
static size_t heap_before;
static uint64_t ns_before;

static void before(void)
{
    heap_before = heap();
    ns_before = cpu_ns();
}

static void after(int count)
{
    printf("second-policy-ms\txmpptls\t%.3f\n", (double)(cpu_ns() - ns_before) / count / 1e6);
    printf("second-policy-heap\txmpptls\t%.0f\n", (double)(heap() - heap_before) / count);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        fail("usage");
    directory = argv[1];
    if (strcmp(argv[2], "round") == 0 && argc > 4) {
        one_round(argc - 5, argv + 5, atoi(argv[3]), atof(argv[4]));
    } else if (strcmp(argv[2], "heap") == 0 && argc > 5) {
        keep_verdicts = strcmp(argv[4], "s2s-kept") == 0;
        idle(called(argv[3]), strncmp(argv[4], "s2s", 3) == 0 ? S2S : C2S, argv[4], (size_t)atol(argv[5]));
    } else if (strcmp(argv[2], "roots") == 0 && argc > 5) {
        roots(argv[3], atoi(argv[4]), atof(argv[5]));
    } else if (strcmp(argv[2], "anchors") == 0) {
        second_policy(argv[3], 32, before, after);
    } else if (strcmp(argv[2], "connections") == 0 && argc > 4) {
        connections(called(argv[3]), (size_t)atol(argv[4]));
    } else if (strcmp(argv[2], "domains") == 0) {
        domains((size_t)atol(argv[3]));
    } else if (strcmp(argv[2], "reload") == 0) {
        reload((size_t)atol(argv[3]));
    } else if (strcmp(argv[2], "count") == 0 && argc > 5) {
        const struct contender *by = called(argv[3]);
        for (int w = 0; w < WORKLOADS; w++)
            if (strcmp(workloads[w].name, argv[4]) == 0) {
                void *shared = by->open(workloads[w].kind), *pair = by->connect(shared);
                repeat(by, &workloads[w], shared, pair, (uint64_t)atol(argv[5]));
            }
    } else {
        fail("usage");
    }
    return 0;
}
