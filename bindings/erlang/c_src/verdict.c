/*
 * Verdicts: the answer to who the peer is, as a map, and given back to its connection.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

/* [{Name, Text}] */
static ERL_NIF_TERM reasons(ErlNifEnv *env, const xmpp_tls_verdict *verdict) {
    ERL_NIF_TERM list = enif_make_list(env, 0);
    for (size_t index = xmpp_tls_verdict_reason_count(verdict); index > 0; index--) {
        xmpp_tls_str name = xmpp_tls_reason_name(xmpp_tls_verdict_reason(verdict, index - 1));
        ERL_NIF_TERM line = text(env, xmpp_tls_verdict_reason_text(verdict, index - 1));
        list = enif_make_list_cell(env, enif_make_tuple2(env, constant(env, name, ""), line), list);
    }
    return list;
}

static ERL_NIF_TERM notes(ErlNifEnv *env, const xmpp_tls_verdict *verdict) {
    ERL_NIF_TERM list = enif_make_list(env, 0);
    for (size_t index = xmpp_tls_verdict_note_count(verdict); index > 0; index--) {
        xmpp_tls_str name = xmpp_tls_note_name(xmpp_tls_verdict_note(verdict, index - 1));
        ERL_NIF_TERM line = text(env, xmpp_tls_verdict_note_text(verdict, index - 1));
        list = enif_make_list_cell(env, enif_make_tuple2(env, constant(env, name, ""), line), list);
    }
    return list;
}

NIF(nif_verdict_info) {
    (void)argc;
    const xmpp_tls_verdict *verdict = shared_handle(env, argv[0], VERDICT);
    if (verdict == NULL) {
        return enif_make_badarg(env);
    }
    int64_t until = xmpp_tls_verdict_valid_until(verdict);
    struct map map = map_new(env);
    map_put(&map, "permitted", boolean(xmpp_tls_verdict_is_permitted(verdict)));
    map_put(&map, "level", constant(env, xmpp_tls_level_name(xmpp_tls_verdict_level(verdict)), ""));
    map_put(&map, "method", constant(env, xmpp_tls_method_name(xmpp_tls_verdict_method(verdict)), ""));
    map_put(&map, "domain", text(env, xmpp_tls_verdict_domain(verdict)));
    map_put(&map, "service",
            enif_make_atom(env, xmpp_tls_verdict_service(verdict) == XMPP_TLS_SERVICE_C2S ? "c2s" : "s2s"));
    map_put(&map, "direction",
            enif_make_atom(env, xmpp_tls_verdict_direction(verdict) == XMPP_TLS_DIRECTION_INITIATING ? "initiating"
                                                                                                     : "receiving"));
    map_put(&map, "reference_identity", text_or_undefined(env, xmpp_tls_verdict_reference_identity(verdict)));
    map_put(&map, "presented_as", text_or_undefined(env, xmpp_tls_verdict_presented_as(verdict)));
    map_put(&map, "possession_shown", boolean(xmpp_tls_verdict_is_possession_shown(verdict)));
    map_put(&map, "judged_at", enif_make_int64(env, xmpp_tls_verdict_judged_at(verdict)));
    map_put(&map, "valid_until", until == INT64_MAX ? enif_make_atom(env, "infinity") : enif_make_int64(env, until));
    map_put(&map, "reasons", reasons(env, verdict));
    map_put(&map, "notes", notes(env, verdict));
    map_put(&map, "summary", text(env, xmpp_tls_verdict_summary(verdict)));
    return map.term;
}

NIF(nif_verdict_json) {
    (void)argc;
    const xmpp_tls_verdict *verdict = shared_handle(env, argv[0], VERDICT);
    return verdict == NULL ? enif_make_badarg(env) : text(env, xmpp_tls_verdict_json(verdict));
}

/* Connection, Domain | undefined */
static ERL_NIF_TERM of_connection(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    ErlNifBinary domain;
    const xmpp_tls_verdict *verdict = NULL;
    if (!read_optional(env, argv[1], &domain)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return failed(env, XMPP_TLS_CONNECTION_CLOSED);
    }
    xmpp_tls_result result = xmpp_tls_connection_verdict(connection->handle, TEXT(domain), &verdict);
    return result == XMPP_TLS_OK ? ok(env, shared_term(env, VERDICT, verdict)) : failed(env, result);
}

CONNECTION_NIF(nif_connection_verdict, of_connection, NULL)

/* Connection, Verdict */
static ERL_NIF_TERM conclude(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    const xmpp_tls_verdict *verdict = shared_handle(env, argv[1], VERDICT);
    xmpp_tls_error *error = NULL;
    if (verdict == NULL) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return failed(env, XMPP_TLS_CONNECTION_CLOSED);
    }
    xmpp_tls_time time = now();
    xmpp_tls_result result = xmpp_tls_connection_conclude(connection->handle, &time, verdict, &error);
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    xmpp_tls_verdict_free(connection->concluded);
    connection->concluded = xmpp_tls_verdict_retain(verdict);
    return atom_ok;
}

CONNECTION_NIF(nif_connection_conclude, conclude, NULL)

static ERL_NIF_TERM concluded(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)argv;
    if (connection->concluded == NULL) {
        return atom_none;
    }
    return ok(env, shared_term(env, VERDICT, xmpp_tls_verdict_retain(connection->concluded)));
}

CONNECTION_NIF(nif_connection_concluded, concluded, NULL)
