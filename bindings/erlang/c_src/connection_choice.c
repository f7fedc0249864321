/*
 * The stop after the client hello: what the client asks for, and the host's choice.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

/* none, or {ok, #{server_name, alpn}} while a choice is waited for. */
static ERL_NIF_TERM client_hello(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)argv;
    xmpp_tls_connection *handle = connection->handle;
    if (handle == NULL || !xmpp_tls_connection_is_waiting_for_choice(handle)) {
        return atom_none;
    }
    ERL_NIF_TERM protocols = enif_make_list(env, 0);
    for (size_t index = xmpp_tls_connection_offered_alpn_count(handle); index > 0; index--) {
        xmpp_tls_bytes name = xmpp_tls_connection_offered_alpn(handle, index - 1);
        protocols = enif_make_list_cell(env, octets(env, name.data, name.len), protocols);
    }
    struct map hello = map_new(env);
    map_put(&hello, "server_name", text_or_undefined(env, xmpp_tls_connection_server_name(handle)));
    map_put(&hello, "alpn", protocols);
    return ok(env, hello.term);
}

CONNECTION_NIF(nif_connection_client_hello, client_hello, NULL)

/* Connection, Context | undefined, Domain | undefined, Protocol | undefined */
static ERL_NIF_TERM choose(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    const void *context;
    ErlNifBinary domain, protocol;
    xmpp_tls_error *error = NULL;
    if (!optional_handle(env, argv[1], CONTEXT, &context) || !read_optional(env, argv[2], &domain) ||
        !read_optional(env, argv[3], &protocol)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return failed(env, XMPP_TLS_CONNECTION_CLOSED);
    }
    xmpp_tls_time time = now();
    xmpp_tls_result result =
        xmpp_tls_connection_choose(connection->handle, &time, (xmpp_tls_context *)(uintptr_t)context, TEXT(domain),
                                   protocol.data, protocol.size, &error);
    return result == XMPP_TLS_OK ? atom_ok : failed_with(env, result, error);
}

CONNECTION_NIF(nif_connection_choose, choose, always)

/* Connection, Alert */
static ERL_NIF_TERM refuse(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    unsigned alert;
    if (!enif_get_uint(env, argv[1], &alert)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return failed(env, XMPP_TLS_CONNECTION_CLOSED);
    }
    xmpp_tls_result result = xmpp_tls_connection_refuse_client_hello(connection->handle, alert);
    return result == XMPP_TLS_OK ? atom_ok : failed(env, result);
}

CONNECTION_NIF(nif_connection_refuse, refuse, NULL)
