/*
 * Connections: making one, setting it up, and who may use it when.
 *
 * A connection is exclusive in the library; here a lock stands before it. No normal scheduler ever waits for that
 * lock: a call that finds it taken, or that has long work before it (anything while the handshake runs, much input),
 * moves to a dirty CPU scheduler and waits there.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

bool always(ErlNifEnv *env, const struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)env;
    (void)connection;
    (void)argv;
    return true;
}

/* The first call of an initiating connection makes the keys of its client hello. */
bool is_first(ErlNifEnv *env, const struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)env;
    (void)argv;
    return connection->initiating && !connection->open &&
           xmpp_tls_connection_phase(connection->handle) == XMPP_TLS_PHASE_PREPARED;
}

ERL_NIF_TERM with_connection(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[], const char *name,
                             ERL_NIF_TERM (*dirty)(ErlNifEnv *, int, const ERL_NIF_TERM[]),
                             connection_question is_long, connection_work work) {
    struct connection *connection = connection_of(env, argv[0]);
    if (connection == NULL) {
        return enif_make_badarg(env);
    }
    if (enif_mutex_trylock(connection->lock) != 0) {
        return enif_schedule_nif(env, name, ERL_NIF_DIRTY_JOB_CPU_BOUND, dirty, argc, argv);
    }
    if (is_long != NULL && connection->handle != NULL && is_long(env, connection, argv)) {
        enif_mutex_unlock(connection->lock);
        return enif_schedule_nif(env, name, ERL_NIF_DIRTY_JOB_CPU_BOUND, dirty, argc, argv);
    }
    ERL_NIF_TERM answer = work(env, connection, argv);
    enif_mutex_unlock(connection->lock);
    return answer;
}

ERL_NIF_TERM with_connection_dirty(ErlNifEnv *env, const ERL_NIF_TERM argv[], connection_work work) {
    struct connection *connection = connection_of(env, argv[0]);
    if (connection == NULL) {
        return enif_make_badarg(env);
    }
    enif_mutex_lock(connection->lock);
    ERL_NIF_TERM answer = work(env, connection, argv);
    enif_mutex_unlock(connection->lock);
    return answer;
}

static bool read_transport(ErlNifEnv *env, ERL_NIF_TERM term, uint32_t *out) {
    char word[12];
    if (!enif_get_atom(env, term, word, sizeof word, ERL_NIF_LATIN1)) {
        return false;
    }
    *out = strcmp(word, "starttls") == 0     ? XMPP_TLS_TRANSPORT_STARTTLS
           : strcmp(word, "direct_tls") == 0 ? XMPP_TLS_TRANSPORT_DIRECT_TLS
           : strcmp(word, "tls_only") == 0   ? XMPP_TLS_TRANSPORT_TLS_ONLY
                                             : 0;
    return *out != 0;
}

/* Context, initiating | accepting, Transport, Domain | undefined */
NIF(nif_connection_new) {
    (void)argc;
    xmpp_tls_context *context = (xmpp_tls_context *)(uintptr_t)shared_handle(env, argv[0], CONTEXT);
    char direction[12];
    uint32_t transport;
    ErlNifBinary domain;
    if (context == NULL || !enif_get_atom(env, argv[1], direction, sizeof direction, ERL_NIF_LATIN1) ||
        !read_transport(env, argv[2], &transport) || !read_optional(env, argv[3], &domain)) {
        return enif_make_badarg(env);
    }
    struct connection *connection = connection_new();
    if (connection == NULL) {
        return failed(env, XMPP_TLS_INTERNAL);
    }
    xmpp_tls_time time = now();
    xmpp_tls_error *error = NULL;
    connection->initiating = strcmp(direction, "initiating") == 0;
    xmpp_tls_result result =
        connection->initiating
            ? xmpp_tls_connection_new_initiating(context, transport, TEXT(domain), &time, &connection->handle, &error)
            : xmpp_tls_connection_new_accepting(context, transport, &time, &connection->handle, &error);
    ERL_NIF_TERM term = connection_term(env, connection);
    return result == XMPP_TLS_OK ? ok(env, term) : failed_with(env, result, error);
}

static bool set_alpn(ErlNifEnv *env, xmpp_tls_connection *handle, ERL_NIF_TERM list, xmpp_tls_result *result,
                     xmpp_tls_error **error) {
    xmpp_tls_bytes protocols[16];
    size_t count = 0;
    ERL_NIF_TERM head;
    ErlNifBinary name;
    while (count < 16 && enif_get_list_cell(env, list, &head, &list)) {
        if (!read_bytes(env, head, &name)) {
            return false;
        }
        protocols[count].data = name.data;
        protocols[count++].len = name.size;
    }
    if (!enif_is_empty_list(env, list)) {
        return false;
    }
    *result = xmpp_tls_connection_set_alpn(handle, protocols, count, error);
    return true;
}

static bool set_text(ErlNifEnv *env, xmpp_tls_connection *handle, const char *name, ERL_NIF_TERM value,
                     xmpp_tls_result *result, xmpp_tls_error **error) {
    ErlNifBinary bytes;
    if (!read_optional(env, value, &bytes)) {
        return false;
    }
    *result = strcmp(name, "server_name") == 0 ? xmpp_tls_connection_set_server_name(handle, TEXT(bytes), error)
                                               : xmpp_tls_connection_set_own_domain(handle, TEXT(bytes), error);
    return true;
}

static bool set_flag(xmpp_tls_connection *handle, const char *name, ERL_NIF_TERM value, xmpp_tls_result *result,
                     xmpp_tls_error **error) {
    bool on;
    if (!read_boolean(value, &on)) {
        return false;
    }
    if (strcmp(name, "stop_at_client_hello") == 0) {
        *result = xmpp_tls_connection_set_stop_at_client_hello(handle, on, error);
    } else if (strcmp(name, "key_log") == 0) {
        *result = xmpp_tls_connection_set_key_log(handle, on, error);
    } else if (strcmp(name, "host_gate") == 0 && on) {
        *result = xmpp_tls_connection_set_host_gate(handle, error);
    } else {
        return false;
    }
    return true;
}

static bool set_verification(ErlNifEnv *env, xmpp_tls_connection *handle, ERL_NIF_TERM value, xmpp_tls_result *result,
                             xmpp_tls_error **error) {
    struct verification *verification = verification_of(env, value);
    if (verification == NULL) {
        return false;
    }
    enif_mutex_lock(verification->lock);
    *result = xmpp_tls_connection_set_verification(handle, verification->handle, error);
    enif_mutex_unlock(verification->lock);
    return true;
}

static ERL_NIF_TERM set(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    char name[24];
    xmpp_tls_result result = XMPP_TLS_OK;
    xmpp_tls_error *error = NULL;
    bool understood;
    if (!enif_get_atom(env, argv[1], name, sizeof name, ERL_NIF_LATIN1)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return failed(env, XMPP_TLS_CONNECTION_CLOSED);
    }
    if (strcmp(name, "alpn") == 0) {
        understood = set_alpn(env, connection->handle, argv[2], &result, &error);
    } else if (strcmp(name, "server_name") == 0 || strcmp(name, "own_domain") == 0) {
        understood = set_text(env, connection->handle, name, argv[2], &result, &error);
    } else if (strcmp(name, "verification") == 0) {
        understood = set_verification(env, connection->handle, argv[2], &result, &error);
    } else {
        understood = set_flag(connection->handle, name, argv[2], &result, &error);
    }
    if (!understood) {
        xmpp_tls_error_free(error);
        return enif_make_badarg(env);
    }
    return result == XMPP_TLS_OK ? atom_ok : failed_with(env, result, error);
}

/* A verification may be at work on a dirty scheduler, and its lock is waited for. */
static bool needs_a_verification(ErlNifEnv *env, const struct connection *connection, const ERL_NIF_TERM argv[]) {
    (void)connection;
    return verification_of(env, argv[2]) != NULL;
}

/* Connection, Name, Value */
CONNECTION_NIF(nif_connection_set, set, needs_a_verification)
