/*
 * Contexts: what connections share. All processes may use one at once.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

static xmpp_tls_context *context_of(ErlNifEnv *env, ERL_NIF_TERM term) {
    return (xmpp_tls_context *)(uintptr_t)shared_handle(env, term, CONTEXT);
}

static ERL_NIF_TERM done(ErlNifEnv *env, xmpp_tls_result result, xmpp_tls_error *error) {
    return result == XMPP_TLS_OK ? atom_ok : failed_with(env, result, error);
}

/* Policy, Credentials | undefined */
NIF(nif_context_new) {
    (void)argc;
    const void *policy = shared_handle(env, argv[0], POLICY), *credentials;
    xmpp_tls_context *context = NULL;
    xmpp_tls_error *error = NULL;
    if (policy == NULL || !optional_handle(env, argv[1], CREDENTIALS, &credentials)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_context_new(policy, credentials, &context, &error);
    return result == XMPP_TLS_OK ? ok(env, shared_term(env, CONTEXT, context)) : failed_with(env, result, error);
}

NIF(nif_context_set_policy) {
    (void)argc;
    xmpp_tls_context *context = context_of(env, argv[0]);
    const void *policy = shared_handle(env, argv[1], POLICY);
    xmpp_tls_error *error = NULL;
    if (context == NULL || policy == NULL) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_context_set_policy(context, policy, &error);
    return done(env, result, error);
}

NIF(nif_context_set_credentials) {
    (void)argc;
    xmpp_tls_context *context = context_of(env, argv[0]);
    const void *credentials;
    xmpp_tls_error *error = NULL;
    if (context == NULL || !optional_handle(env, argv[1], CREDENTIALS, &credentials)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_context_set_credentials(context, credentials, &error);
    return done(env, result, error);
}

/* Context, [<<Id:16/binary, Secret:32/binary>>] */
NIF(nif_context_set_ticket_keys) {
    (void)argc;
    xmpp_tls_context *context = context_of(env, argv[0]);
    ErlNifBinary keys;
    xmpp_tls_error *error = NULL;
    if (context == NULL || !read_bytes(env, argv[1], &keys) || keys.size % XMPP_TLS_TICKET_KEY_SIZE != 0) {
        return enif_make_badarg(env);
    }
    size_t count = keys.size / XMPP_TLS_TICKET_KEY_SIZE;
    xmpp_tls_result result = xmpp_tls_context_set_ticket_keys(context, keys.data, count, &error);
    return done(env, result, error);
}

NIF(nif_context_forget) {
    (void)argc;
    xmpp_tls_context *context = context_of(env, argv[0]);
    ErlNifBinary domain;
    if (context == NULL || !read_bytes(env, argv[1], &domain)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_context_forget(context, TEXT(domain));
    return result == XMPP_TLS_OK ? atom_ok : failed(env, result);
}
