/*
 * OpenSSL's words: codes and texts of verification, names of suites, cipher strings.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

/* More codes or suites than the library has. */
#define PLACES 64

/* Connection, Policy | undefined -> {ok, [{Code, Depth}]}: empty if the chain holds */
static ERL_NIF_TERM verify_chain(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    const void *policy;
    int32_t codes[PLACES];
    uint32_t depths[PLACES];
    size_t count = 0;
    xmpp_tls_error *error = NULL;
    if (!optional_handle(env, argv[1], POLICY, &policy)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return failed(env, XMPP_TLS_CONNECTION_CLOSED);
    }
    xmpp_tls_time time = now();
    xmpp_tls_result result =
        xmpp_tls_compat_verify_chain(connection->handle, policy, &time, codes, depths, PLACES, &count, &error);
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    ERL_NIF_TERM list = enif_make_list(env, 0);
    for (size_t index = count; index > 0; index--) {
        ERL_NIF_TERM pair = enif_make_tuple2(env, enif_make_int(env, codes[index - 1]), enif_make_uint(env, depths[index - 1]));
        list = enif_make_list_cell(env, pair, list);
    }
    return ok(env, list);
}

CONNECTION_NIF(nif_compat_verify_chain, verify_chain, always)

NIF(nif_compat_verify_code) {
    (void)argc;
    const xmpp_tls_verdict *verdict = shared_handle(env, argv[0], VERDICT);
    return verdict == NULL ? enif_make_badarg(env) : enif_make_int(env, xmpp_tls_compat_verify_code(verdict));
}

NIF(nif_compat_verify_text) {
    (void)argc;
    int code;
    return enif_get_int(env, argv[0], &code) ? text(env, xmpp_tls_compat_verify_text(code)) : enif_make_badarg(env);
}

NIF(nif_suite_name) {
    (void)argc;
    unsigned suite;
    return enif_get_uint(env, argv[0], &suite) ? text(env, xmpp_tls_suite_name(suite)) : enif_make_badarg(env);
}

NIF(nif_compat_suite_name) {
    (void)argc;
    unsigned suite;
    return enif_get_uint(env, argv[0], &suite) ? text(env, xmpp_tls_compat_suite_name(suite)) : enif_make_badarg(env);
}

/* Cipher string -> {ok, [Suite]} */
NIF(nif_compat_parse_ciphers) {
    (void)argc;
    ErlNifBinary ciphers;
    uint16_t suites[PLACES];
    size_t count = 0;
    xmpp_tls_error *error = NULL;
    if (!read_bytes(env, argv[0], &ciphers)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_compat_parse_ciphers(TEXT(ciphers), suites, PLACES, &count, &error);
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    ERL_NIF_TERM list = enif_make_list(env, 0);
    for (size_t index = count; index > 0; index--) {
        list = enif_make_list_cell(env, enif_make_uint(env, suites[index - 1]), list);
    }
    return ok(env, list);
}

/* Name of an option -> unknown | honoured | holds | meaningless | not_followed */
NIF(nif_compat_option_meaning) {
    (void)argc;
    static const char *const MEANINGS[] = {
        [XMPP_TLS_OPTION_MEANING_UNKNOWN] = "unknown",
        [XMPP_TLS_OPTION_MEANING_HONOURED] = "honoured",
        [XMPP_TLS_OPTION_MEANING_HOLDS] = "holds",
        [XMPP_TLS_OPTION_MEANING_MEANINGLESS] = "meaningless",
        [XMPP_TLS_OPTION_MEANING_NOT_FOLLOWED] = "not_followed",
    };
    ErlNifBinary name;
    if (!read_bytes(env, argv[0], &name)) {
        return enif_make_badarg(env);
    }
    uint32_t meaning = xmpp_tls_compat_option_meaning(TEXT(name));
    return enif_make_atom(env, MEANINGS[meaning < sizeof MEANINGS / sizeof *MEANINGS ? meaning : 0]);
}
