/*
 * What can be said about a connection: what was agreed, what was shown, why it failed, what binds to it.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

static const char *phase_name(uint32_t phase) {
    switch (phase) {
    case XMPP_TLS_PHASE_PREPARED: return "prepared";
    case XMPP_TLS_PHASE_CLEAR: return "clear";
    case XMPP_TLS_PHASE_HELLO: return "hello";
    case XMPP_TLS_PHASE_HANDSHAKE: return "handshake";
    case XMPP_TLS_PHASE_OPEN: return "open";
    case XMPP_TLS_PHASE_FAILED: return "failed";
    default: return "closed";
    }
}

static ERL_NIF_TERM phase(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)argv;
    uint32_t number =
        connection->handle == NULL ? XMPP_TLS_PHASE_CLOSED : xmpp_tls_connection_phase(connection->handle);
    return enif_make_atom(env, phase_name(number));
}

CONNECTION_NIF(nif_connection_phase, phase, NULL)

static void put_cause(struct map *map, xmpp_tls_connection *handle) {
    uint32_t cause = xmpp_tls_connection_cause(handle);
    int32_t alert = xmpp_tls_connection_alert(handle);
    if (cause != 0) {
        map_put(map, "cause", constant(map->env, xmpp_tls_cause_name(cause), ""));
        map_put(map, "message", text(map->env, xmpp_tls_connection_cause_message(handle)));
        map_put(map, "clause", text(map->env, xmpp_tls_cause_clause(cause)));
    }
    if (alert >= 0) {
        map_put(map, "alert", constant(map->env, xmpp_tls_alert_name((uint32_t)alert), ""));
    }
}

ERL_NIF_TERM connection_reason(ErlNifEnv *env, struct connection *connection) {
    struct map detail = map_new(env);
    put_cause(&detail, connection->handle);
    return enif_make_tuple2(env, code_atom(env, XMPP_TLS_CONNECTION_FAILED), detail.term);
}

static void put_number(struct map *map, const char *key, uint32_t value) {
    map_put(map, key, value == 0 ? atom_undefined : enif_make_uint(map->env, value));
}

static void put_text(struct map *map, const char *key, xmpp_tls_str value) {
    map_put(map, key, text_or_undefined(map->env, value));
}

static ERL_NIF_TERM info(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)argv;
    struct map map = map_new(env);
    xmpp_tls_connection *handle = connection->handle;
    if (handle == NULL) {
        map_put(&map, "phase", enif_make_atom(env, phase_name(XMPP_TLS_PHASE_CLOSED)));
        return map.term;
    }
    xmpp_tls_bytes alpn = xmpp_tls_connection_alpn(handle);
    map_put(&map, "phase", enif_make_atom(env, phase_name(xmpp_tls_connection_phase(handle))));
    put_text(&map, "version", xmpp_tls_connection_tls_version_name(handle));
    put_number(&map, "suite", xmpp_tls_connection_suite(handle));
    put_text(&map, "suite_name", xmpp_tls_connection_suite_name(handle));
    put_number(&map, "group", xmpp_tls_connection_group(handle));
    put_text(&map, "group_name", xmpp_tls_connection_group_name(handle));
    map_put(&map, "alpn", alpn.len == 0 ? atom_undefined : octets(env, alpn.data, alpn.len));
    put_text(&map, "server_name", xmpp_tls_connection_server_name(handle));
    put_text(&map, "unverified_to", xmpp_tls_connection_unverified_to(handle));
    put_text(&map, "unverified_from", xmpp_tls_connection_unverified_from(handle));
    map_put(&map, "resumed", boolean(xmpp_tls_connection_is_resumed(handle)));
    map_put(&map, "reset_advised", boolean(xmpp_tls_connection_is_reset_advised(handle)));
    map_put(&map, "certificate_requested", boolean(xmpp_tls_connection_is_certificate_requested(handle)));
    map_put(&map, "peer_closed", boolean(xmpp_tls_connection_is_peer_closed(handle)));
    put_cause(&map, handle);
    return map.term;
}

CONNECTION_NIF(nif_connection_info, info, NULL)

typedef xmpp_tls_result (*certificate_reader)(const xmpp_tls_connection *, size_t, const xmpp_tls_certificate **);

/* peer | own: [Certificate], as far as they can be read. */
static ERL_NIF_TERM certificates(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    char whose[8];
    ERL_NIF_TERM list = enif_make_list(env, 0);
    if (!enif_get_atom(env, argv[1], whose, sizeof whose, ERL_NIF_LATIN1)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return list;
    }
    bool own = strcmp(whose, "own") == 0;
    certificate_reader read = own ? xmpp_tls_connection_own_certificate : xmpp_tls_connection_peer_certificate;
    size_t count = own ? xmpp_tls_connection_own_certificate_count(connection->handle)
                       : xmpp_tls_connection_peer_certificate_count(connection->handle);
    for (size_t index = count; index > 0; index--) {
        const xmpp_tls_certificate *certificate = NULL;
        if (read(connection->handle, index - 1, &certificate) == XMPP_TLS_OK) {
            list = enif_make_list_cell(env, shared_term(env, CERTIFICATE, certificate), list);
        }
    }
    return list;
}

CONNECTION_NIF(nif_connection_certificates, certificates, NULL)

/* tls_exporter | tls_server_end_point | tls_unique */
static ERL_NIF_TERM channel_binding(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    char kind[24];
    uint8_t value[64];
    size_t written = 0;
    xmpp_tls_error *error = NULL;
    if (!enif_get_atom(env, argv[1], kind, sizeof kind, ERL_NIF_LATIN1)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return failed(env, XMPP_TLS_CONNECTION_CLOSED);
    }
    uint32_t number = strcmp(kind, "tls_exporter") == 0           ? XMPP_TLS_CHANNEL_BINDING_TLS_EXPORTER
                      : strcmp(kind, "tls_server_end_point") == 0 ? XMPP_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT
                      : strcmp(kind, "tls_unique") == 0           ? XMPP_TLS_CHANNEL_BINDING_TLS_UNIQUE
                                                                  : 0;
    xmpp_tls_result result =
        xmpp_tls_connection_channel_binding(connection->handle, number, value, sizeof value, &written, &error);
    return result == XMPP_TLS_OK ? ok(env, octets(env, value, written)) : failed_with(env, result, error);
}

CONNECTION_NIF(nif_connection_channel_binding, channel_binding, NULL)

static ERL_NIF_TERM next_key_log_line(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)argv;
    if (connection->handle == NULL) {
        return atom_none;
    }
    xmpp_tls_str line = xmpp_tls_connection_next_key_log_line(connection->handle);
    return line.len == 0 ? atom_none : ok(env, text(env, line));
}

CONNECTION_NIF(nif_connection_next_key_log_line, next_key_log_line, NULL)
