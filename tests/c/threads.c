/* Threads and fork: what may be shared, what is noticed, what a child may do. */
#define _POSIX_C_SOURCE 200809L
#include "world.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    xmpp_tls_context *client, *server;
    const xmpp_tls_policy *policy;
    const xmpp_tls_credentials *credentials;
};

static void *many_connections(void *argument) {
    struct shared *shared = argument;
    uintptr_t opened = 0;
    for (int i = 0; i < 5; i++) {
        struct pair *pair = malloc(sizeof *pair);
        *pair = pair_of(shared->client, shared->server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
        pair_run(pair);
        opened += xmpp_tls_connection_phase(pair->client) == XMPP_TLS_PHASE_OPEN;
        pair_free(pair);
        free(pair);
        (void)!xmpp_tls_context_set_policy(shared->server, shared->policy, NULL);
        (void)!xmpp_tls_context_set_credentials(shared->server, shared->credentials, NULL);
        const xmpp_tls_policy *own = xmpp_tls_policy_retain(shared->policy);
        opened += xmpp_tls_policy_toml(own).len > 0;
        xmpp_tls_policy_free(own);
    }
    return (void *)opened;
}

static void a_context_and_a_policy_serve_four_threads_at_once(void) {
    struct shared shared = {context_of("c2s-client", NULL, NULL), context_of("c2s-server", NULL, "server.pem"),
                            policy_of("c2s-server", NULL), credentials_of(DOMAIN, "server.pem")};
    pthread_t threads[4];
    time_at(0, 0);
    for (int i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, many_connections, &shared) == 0);
    for (int i = 0; i < 4; i++) {
        void *opened;
        CHECK(pthread_join(threads[i], &opened) == 0 && (uintptr_t)opened == 10);
    }
    xmpp_tls_context_free(shared.client);
    xmpp_tls_context_free(shared.server);
    xmpp_tls_policy_free(shared.policy);
    xmpp_tls_credentials_free(shared.credentials);
}

struct contest {
    xmpp_tls_connection *connection;
    pthread_barrier_t begin;
    int busy, other;
};

static void *contend(void *argument) {
    struct contest *contest = argument;
    uint8_t out[16];
    size_t written;
    int busy = 0, other = 0;
    pthread_barrier_wait(&contest->begin);
    for (int i = 0; i < 200000; i++) {
        xmpp_tls_result result = xmpp_tls_connection_transmit(contest->connection, out, 0, &written);
        busy += result == XMPP_TLS_HANDLE_BUSY;
        other += result != XMPP_TLS_HANDLE_BUSY && result != XMPP_TLS_OK;
    }
    __atomic_fetch_add(&contest->busy, busy, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&contest->other, other, __ATOMIC_SEQ_CST);
    return NULL;
}

static void two_threads_on_one_connection_are_told_that_it_is_in_use(void) {
    struct contest contest;
    pthread_t threads[2];
    xmpp_tls_time now = time_at(0, 0);
    xmpp_tls_context *context = context_of("c2s-client", NULL, NULL);
    contest.busy = contest.other = 0;
    OK(xmpp_tls_connection_new_initiating(context, XMPP_TLS_TRANSPORT_DIRECT_TLS, T(DOMAIN), &now, &contest.connection, NULL));
    CHECK(pthread_barrier_init(&contest.begin, NULL, 2) == 0);
    /* Whether they meet is the scheduler's; it is tried until they did. */
    for (int turn = 0; turn < 50 && contest.busy == 0; turn++) {
        for (int i = 0; i < 2; i++)
            CHECK(pthread_create(&threads[i], NULL, contend, &contest) == 0);
        for (int i = 0; i < 2; i++)
            CHECK(pthread_join(threads[i], NULL) == 0);
    }
    CHECK(contest.other == 0);
    CHECK(contest.busy > 0);
    CHECK(xmpp_tls_connection_phase(contest.connection) == XMPP_TLS_PHASE_HANDSHAKE);
    pthread_barrier_destroy(&contest.begin);
    xmpp_tls_connection_free(contest.connection);
    xmpp_tls_context_free(context);
}

static void *use_elsewhere(void *argument) {
    struct pair *pair = argument;
    pair_run(pair);
    return NULL;
}

static void an_exclusive_handle_moves_between_threads(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_STARTTLS);
    pthread_t thread;
    uint8_t out[4096];
    size_t written;
    OK(xmpp_tls_connection_transmit(pair.client, pair.to_server.bytes, sizeof pair.to_server.bytes, &pair.to_server.len));
    CHECK(pthread_create(&thread, NULL, use_elsewhere, &pair) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_OPEN);
    OK(xmpp_tls_connection_transmit(pair.client, out, sizeof out, &written));
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void a_child_makes_handles_of_its_own(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    int status;
    pair_run(&pair);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        xmpp_tls_context *own_client = context_of("c2s-client", NULL, NULL), *own_server = context_of("c2s-server", NULL, "server.pem");
        struct pair own = pair_of(own_client, own_server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
        pair_run(&own);
        bool open = xmpp_tls_connection_phase(own.client) == XMPP_TLS_PHASE_OPEN;
        pair_free(&own);
        xmpp_tls_context_free(own_client);
        xmpp_tls_context_free(own_server);
        pair_free(&pair);
        xmpp_tls_context_free(client);
        xmpp_tls_context_free(server);
        _exit(open && check_failures == 0 ? 0 : 1);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    size_t taken;
    OK(xmpp_tls_connection_write(pair.client, &pair.now, (const uint8_t *)"still here", 10, &taken));
    pair_run(&pair);
    CHECK(pair.to_server.read_len == 10);
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

int main(void) {
    RUN(a_context_and_a_policy_serve_four_threads_at_once);
    RUN(two_threads_on_one_connection_are_told_that_it_is_in_use);
    RUN(an_exclusive_handle_moves_between_threads);
    RUN(a_child_makes_handles_of_its_own);
    return check_end();
}
