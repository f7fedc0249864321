/*
 * What happened on a connection, the end of its transport, and the passing of time.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

static ERL_NIF_TERM next_event(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    xmpp_tls_event event = 0;
    (void)argv;
    if (connection->handle == NULL || xmpp_tls_connection_next_event(connection->handle, &event) != XMPP_TLS_OK) {
        return atom_none;
    }
    return ok(env, constant(env, xmpp_tls_event_name(event), ""));
}

CONNECTION_NIF(nif_connection_next_event, next_event, NULL)

static ERL_NIF_TERM end_of_input(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)env;
    (void)argv;
    if (connection->handle != NULL) {
        xmpp_tls_time time = now();
        (void)xmpp_tls_connection_end_of_input(connection->handle, &time);
    }
    return atom_ok;
}

CONNECTION_NIF(nif_connection_end_of_input, end_of_input, NULL)

static ERL_NIF_TERM advance(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)env;
    (void)argv;
    if (connection->handle != NULL) {
        xmpp_tls_time time = now();
        (void)xmpp_tls_connection_advance(connection->handle, &time);
    }
    return atom_ok;
}

CONNECTION_NIF(nif_connection_advance, advance, NULL)

/* Milliseconds from now, or infinity. */
static ERL_NIF_TERM deadline(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    uint64_t at = 0;
    (void)argv;
    if (connection->handle == NULL || xmpp_tls_connection_deadline(connection->handle, &at) != XMPP_TLS_OK) {
        return enif_make_atom(env, "infinity");
    }
    return enif_make_uint64(env, milliseconds_until(at));
}

CONNECTION_NIF(nif_connection_deadline, deadline, NULL)
