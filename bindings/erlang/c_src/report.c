/*
 * Reports, for people: what a connection is, and what changed since it was last seen.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

/* {ok, Json, Text} */
static ERL_NIF_TERM report(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    const xmpp_tls_report *made = NULL;
    xmpp_tls_error *error = NULL;
    (void)argv;
    if (connection->handle == NULL) {
        return failed(env, XMPP_TLS_CONNECTION_CLOSED);
    }
    xmpp_tls_time time = now();
    xmpp_tls_result result = xmpp_tls_connection_report(connection->handle, &time, &made, &error);
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    ERL_NIF_TERM json = text(env, xmpp_tls_report_json(made)), lines = text(env, xmpp_tls_report_text(made));
    xmpp_tls_report_free(made);
    return enif_make_tuple3(env, atom_ok, json, lines);
}

CONNECTION_NIF(nif_connection_report, report, always)

static const char *loudness(uint32_t how) {
    switch (how) {
    case XMPP_TLS_LOUDNESS_INFO: return "info";
    case XMPP_TLS_LOUDNESS_WARNING: return "warning";
    default: return "alarm";
    }
}

/* Verdict, History | undefined, Time -> {ok, #{change, loudness, store}} */
NIF(nif_verdict_observe) {
    (void)argc;
    const xmpp_tls_verdict *verdict = shared_handle(env, argv[0], VERDICT);
    const xmpp_tls_observation *observation = NULL;
    xmpp_tls_error *error = NULL;
    ErlNifBinary history;
    xmpp_tls_time time;
    if (verdict == NULL || !read_optional(env, argv[1], &history) || !read_time(env, argv[2], &time)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result =
        xmpp_tls_verdict_observe(verdict, history.data, history.size, &time, &observation, &error);
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    struct map map = map_new(env);
    map_put(&map, "change", constant(env, xmpp_tls_observation_change_name(observation), ""));
    map_put(&map, "loudness", enif_make_atom(env, loudness(xmpp_tls_observation_loudness(observation))));
    map_put(&map, "store", text_or_undefined(env, xmpp_tls_observation_to_store(observation)));
    xmpp_tls_observation_free(observation);
    return ok(env, map.term);
}
