/*
 * Verifications: questions out, answers in, one verdict. A verification is exclusive in the library; a lock stands
 * before it, and all its calls are for dirty schedulers, where they may wait.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

/* The certificates of a chain, as many as the library takes and one more, so that it can refuse. */
#define CHAIN 11

static uint32_t read_direction(ErlNifEnv *env, ERL_NIF_TERM term) {
    char word[12];
    if (!enif_get_atom(env, term, word, sizeof word, ERL_NIF_LATIN1)) {
        return 0;
    }
    return strcmp(word, "initiating") == 0  ? XMPP_TLS_DIRECTION_INITIATING
           : strcmp(word, "receiving") == 0 ? XMPP_TLS_DIRECTION_RECEIVING
                                            : 0;
}

static ERL_NIF_TERM made(ErlNifEnv *env, xmpp_tls_result result, xmpp_tls_verification *handle, xmpp_tls_error *error) {
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    struct verification *verification = verification_new();
    if (verification == NULL) {
        xmpp_tls_verification_free(handle);
        return failed(env, XMPP_TLS_INTERNAL);
    }
    verification->handle = handle;
    return ok(env, verification_term(env, verification));
}

/* Domain, Direction, Policy, Endpoint | undefined */
NIF(nif_verification_new) {
    (void)argc;
    ErlNifBinary domain;
    const void *policy = shared_handle(env, argv[2], POLICY), *endpoint;
    xmpp_tls_verification *handle = NULL;
    xmpp_tls_error *error = NULL;
    uint32_t direction = read_direction(env, argv[1]);
    if (!read_bytes(env, argv[0], &domain) || direction == 0 || policy == NULL ||
        !optional_handle(env, argv[3], ENDPOINT, &endpoint)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_verification_new(TEXT(domain), direction, policy, endpoint, &handle, &error);
    return made(env, result, handle, error);
}

/* [Certificate], Domain, Direction, Policy, Endpoint | undefined */
NIF(nif_verification_new_chain) {
    (void)argc;
    ErlNifBinary domain;
    const xmpp_tls_certificate *chain[CHAIN];
    size_t count = 0;
    ERL_NIF_TERM list = argv[0], head;
    const void *policy = shared_handle(env, argv[3], POLICY), *endpoint;
    xmpp_tls_verification *handle = NULL;
    xmpp_tls_error *error = NULL;
    uint32_t direction = read_direction(env, argv[2]);
    while (count < CHAIN && enif_get_list_cell(env, list, &head, &list)) {
        chain[count] = shared_handle(env, head, CERTIFICATE);
        if (chain[count++] == NULL) {
            return enif_make_badarg(env);
        }
    }
    if (!read_bytes(env, argv[1], &domain) || direction == 0 || policy == NULL ||
        !optional_handle(env, argv[4], ENDPOINT, &endpoint)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result =
        xmpp_tls_verification_new_chain(chain, count, TEXT(domain), direction, policy, endpoint, &handle, &error);
    return made(env, result, handle, error);
}

/* Connection, Domain, Policy | undefined, Endpoint | undefined */
static ERL_NIF_TERM of_connection(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    ErlNifBinary domain;
    const void *policy, *endpoint;
    xmpp_tls_verification *handle = NULL;
    xmpp_tls_error *error = NULL;
    if (!read_bytes(env, argv[1], &domain) || !optional_handle(env, argv[2], POLICY, &policy) ||
        !optional_handle(env, argv[3], ENDPOINT, &endpoint)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return failed(env, XMPP_TLS_CONNECTION_CLOSED);
    }
    xmpp_tls_result result =
        xmpp_tls_connection_verification(connection->handle, TEXT(domain), policy, endpoint, &handle, &error);
    return made(env, result, handle, error);
}

CONNECTION_NIF(nif_connection_verification, of_connection, always)

/* Verification, Originating, Receiving, StreamId */
NIF(nif_verification_ask_dialback) {
    (void)argc;
    struct verification *verification = verification_of(env, argv[0]);
    ErlNifBinary originating, receiving, stream;
    xmpp_tls_error *error = NULL;
    if (verification == NULL || !read_bytes(env, argv[1], &originating) || !read_bytes(env, argv[2], &receiving) ||
        !read_bytes(env, argv[3], &stream)) {
        return enif_make_badarg(env);
    }
    enif_mutex_lock(verification->lock);
    xmpp_tls_result result = xmpp_tls_verification_ask_dialback(verification->handle, TEXT(originating),
                                                                TEXT(receiving), TEXT(stream), &error);
    enif_mutex_unlock(verification->lock);
    return result == XMPP_TLS_OK ? atom_ok : failed_with(env, result, error);
}

/* Takes the question over. */
static ERL_NIF_TERM question_term(ErlNifEnv *env, const xmpp_tls_question *question) {
    struct map map = map_new(env);
    map_put(&map, "id", enif_make_uint(env, xmpp_tls_question_id(question)));
    map_put(&map, "kind", constant(env, xmpp_tls_question_kind_name(xmpp_tls_question_kind(question)), ""));
    map_put(&map, "name", text(env, xmpp_tls_question_name(question)));
    map_put(&map, "handle", shared_term(env, QUESTION, question));
    return map.term;
}

/* Verification, Time: the questions that were not given yet */
NIF(nif_verification_questions) {
    (void)argc;
    struct verification *verification = verification_of(env, argv[0]);
    xmpp_tls_time time;
    if (verification == NULL || !read_time(env, argv[1], &time)) {
        return enif_make_badarg(env);
    }
    ERL_NIF_TERM list = enif_make_list(env, 0);
    const xmpp_tls_question *question = NULL;
    enif_mutex_lock(verification->lock);
    while (xmpp_tls_verification_next_question(verification->handle, &time, &question) == XMPP_TLS_OK) {
        list = enif_make_list_cell(env, question_term(env, question), list);
    }
    enif_mutex_unlock(verification->lock);
    ERL_NIF_TERM ordered;
    enif_make_reverse_list(env, list, &ordered);
    return ordered;
}

/* Verification, Time */
NIF(nif_verification_decide) {
    (void)argc;
    struct verification *verification = verification_of(env, argv[0]);
    const xmpp_tls_verdict *verdict = NULL;
    xmpp_tls_error *error = NULL;
    xmpp_tls_time time;
    if (verification == NULL || !read_time(env, argv[1], &time)) {
        return enif_make_badarg(env);
    }
    enif_mutex_lock(verification->lock);
    xmpp_tls_result result = xmpp_tls_verification_decide(verification->handle, &time, &verdict, &error);
    enif_mutex_unlock(verification->lock);
    return result == XMPP_TLS_OK ? ok(env, shared_term(env, VERDICT, verdict)) : failed_with(env, result, error);
}
