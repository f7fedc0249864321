/*
 * What a look-up found, as terms, and given to a verification.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

static ERL_NIF_TERM addresses(ErlNifEnv *env, const xmpp_tls_lookup_reply *reply, size_t index) {
    ERL_NIF_TERM list = enif_make_list(env, 0);
    for (size_t at = xmpp_tls_lookup_reply_address_count(reply, index); at > 0; at--) {
        list = enif_make_list_cell(env, text(env, xmpp_tls_lookup_reply_address(reply, index, at - 1)), list);
    }
    return list;
}

/* [#{endpoint, target, port, transport, addresses}] in the order of trying */
static ERL_NIF_TERM candidates(ErlNifEnv *env, const xmpp_tls_lookup_reply *reply) {
    ERL_NIF_TERM list = enif_make_list(env, 0);
    for (size_t index = xmpp_tls_lookup_reply_count(reply); index > 0; index--) {
        const xmpp_tls_endpoint *endpoint = NULL;
        if (xmpp_tls_lookup_reply_endpoint(reply, index - 1, &endpoint) != XMPP_TLS_OK) {
            continue;
        }
        bool direct = xmpp_tls_endpoint_transport(endpoint) == XMPP_TLS_TRANSPORT_DIRECT_TLS;
        struct map map = map_new(env);
        map_put(&map, "target", text(env, xmpp_tls_endpoint_target(endpoint)));
        map_put(&map, "port", enif_make_uint(env, xmpp_tls_endpoint_port(endpoint)));
        map_put(&map, "transport", enif_make_atom(env, direct ? "direct_tls" : "starttls"));
        map_put(&map, "addresses", addresses(env, reply, index - 1));
        map_put(&map, "endpoint", shared_term(env, ENDPOINT, endpoint));
        list = enif_make_list_cell(env, map.term, list);
    }
    return list;
}

NIF(nif_reply_info) {
    (void)argc;
    const xmpp_tls_lookup_reply *reply = shared_handle(env, argv[0], REPLY);
    if (reply == NULL) {
        return enif_make_badarg(env);
    }
    uint32_t failure = xmpp_tls_lookup_reply_failure(reply);
    struct map map = map_new(env);
    map_put(&map, "outcome", constant(env, xmpp_tls_lookup_outcome_name(xmpp_tls_lookup_reply_outcome(reply)), ""));
    map_put(&map, "failure", failure == 0 ? atom_undefined : constant(env, xmpp_tls_lookup_failure_name(failure), ""));
    map_put(&map, "candidates", candidates(env, reply));
    map_put(&map, "resolver_without_dnssec", boolean(xmpp_tls_lookup_reply_is_resolver_without_dnssec(reply)));
    return map.term;
}

/* Reply, Verification, Id */
NIF(nif_reply_answer) {
    (void)argc;
    const xmpp_tls_lookup_reply *reply = shared_handle(env, argv[0], REPLY);
    struct verification *verification = verification_of(env, argv[1]);
    unsigned id;
    xmpp_tls_error *error = NULL;
    if (reply == NULL || verification == NULL || !enif_get_uint(env, argv[2], &id)) {
        return enif_make_badarg(env);
    }
    enif_mutex_lock(verification->lock);
    xmpp_tls_result result = xmpp_tls_lookup_reply_answer(reply, verification->handle, id, &error);
    enif_mutex_unlock(verification->lock);
    return result == XMPP_TLS_OK ? atom_ok : failed_with(env, result, error);
}

/* Reply, Verification: all that a gathering holds */
NIF(nif_reply_answer_all) {
    (void)argc;
    const xmpp_tls_lookup_reply *reply = shared_handle(env, argv[0], REPLY);
    struct verification *verification = verification_of(env, argv[1]);
    xmpp_tls_error *error = NULL;
    if (reply == NULL || verification == NULL) {
        return enif_make_badarg(env);
    }
    xmpp_tls_time time = now();
    enif_mutex_lock(verification->lock);
    xmpp_tls_result result = xmpp_tls_lookup_reply_answer_all(reply, verification->handle, &time, &error);
    enif_mutex_unlock(verification->lock);
    return result == XMPP_TLS_OK ? atom_ok : failed_with(env, result, error);
}
