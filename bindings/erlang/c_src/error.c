/*
 * Failed calls as terms: {error, Code}, or {error, {Code, Detail}} where the library tells more. Code is the atom of
 * the result, `not_yet` for XMPP_TLS_NOT_YET; Detail is a map with a message for people, and with file, domain, line and
 * column where something there is at fault.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

ERL_NIF_TERM code_atom(ErlNifEnv *env, xmpp_tls_result code) {
    return constant(env, xmpp_tls_result_name(code), "XMPP_TLS_");
}

ERL_NIF_TERM failed(ErlNifEnv *env, xmpp_tls_result code) {
    return enif_make_tuple2(env, atom_error, code_atom(env, code));
}

static void put_text(struct map *map, const char *key, xmpp_tls_str value) {
    if (value.len > 0) {
        map_put(map, key, text(map->env, value));
    }
}

static void put_number(struct map *map, const char *key, uint32_t value) {
    if (value > 0) {
        map_put(map, key, enif_make_uint(map->env, value));
    }
}

ERL_NIF_TERM reason_with(ErlNifEnv *env, xmpp_tls_result code, xmpp_tls_error *error) {
    struct map detail = map_new(env);
    xmpp_tls_str message = xmpp_tls_error_message(error);
    map_put(&detail, "message", text(env, message.len > 0 ? message : xmpp_tls_result_message(code)));
    put_text(&detail, "file", xmpp_tls_error_file(error));
    put_text(&detail, "domain", xmpp_tls_error_domain(error));
    put_number(&detail, "line", xmpp_tls_error_line(error));
    put_number(&detail, "column", xmpp_tls_error_column(error));
    xmpp_tls_error_free(error);
    return enif_make_tuple2(env, code_atom(env, code), detail.term);
}

ERL_NIF_TERM failed_with(ErlNifEnv *env, xmpp_tls_result code, xmpp_tls_error *error) {
    return enif_make_tuple2(env, atom_error, reason_with(env, code, error));
}
