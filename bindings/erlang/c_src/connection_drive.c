/*
 * Driving a connection: bytes of the peer in, plaintext and bytes for the peer out.
 *
 * Every driving call answers {ok, Plain, Output} or {error, Reason, Plain, Output}: what to hand on, and what to send.
 * Output of a failed connection is its alert. What the library does not take at once is kept here under limits of our
 * own (XMPPTLS_EARLY_BYTES, XMPPTLS_HELD_BYTES) and given again with the next call.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

/* A record takes at most 16 KiB of plaintext, and 22 bytes more than that on the wire; more room costs nothing. */
#define RECORD ((size_t)16 * 1024)
#define OVERHEAD ((size_t)64)

bool transmit_all(struct connection *connection, struct sink *out) {
    size_t room, written;
    do {
        uint8_t *place = sink_room(out, xmpp_tls_connection_transmit_pending(connection->handle) + 1, &room);
        if (place == NULL) {
            return false;
        }
        written = 0;
        if (xmpp_tls_connection_transmit(connection->handle, place, room, &written) != XMPP_TLS_OK) {
            return true; /* nothing waits in a handle that lost its state */
        }
        out->used += written;
    } while (written > 0);
    return true;
}

/* Gives input until it is taken, `plain` is full, or nothing moves any more. */
static xmpp_tls_result receive(struct connection *connection, const uint8_t *tls, size_t len, size_t *taken,
                               struct sink *plain) {
    xmpp_tls_time time = now();
    xmpp_tls_result result;
    size_t room, used, written;
    *taken = 0;
    do {
        size_t left = len - *taken;
        /* Beside the input there may be plaintext inside, or the first part of a record. */
        size_t inside = left >= RECORD || xmpp_tls_connection_has_plaintext(connection->handle) ? RECORD : 0;
        uint8_t *place = sink_room(plain, left + inside, &room);
        if (place == NULL) {
            return XMPP_TLS_INTERNAL;
        }
        used = written = 0;
        result = xmpp_tls_connection_receive(connection->handle, &time, tls + *taken, left, &used, place, room, &written);
        *taken += used;
        plain->used += written;
        if (room == 0 && used == 0) {
            break;
        }
    } while (result == XMPP_TLS_OK && (used > 0 || written > 0) &&
             (*taken < len || xmpp_tls_connection_has_plaintext(connection->handle)));
    return result;
}

/* First what is held, then `data`; what is not taken is held. */
static xmpp_tls_result receive_kept(struct connection *connection, const uint8_t *data, size_t len, struct sink *plain) {
    size_t taken;
    xmpp_tls_result result;
    if (connection->held.len == 0) {
        result = receive(connection, data, len, &taken, plain);
        if (taken < len && result == XMPP_TLS_OK &&
            !bytes_append(&connection->held, data + taken, len - taken, XMPPTLS_HELD_BYTES)) {
            return XMPP_TLS_LIMIT_EXCEEDED;
        }
        return result;
    }
    if (!bytes_append(&connection->held, data, len, XMPPTLS_HELD_BYTES)) {
        return XMPP_TLS_LIMIT_EXCEEDED;
    }
    result = receive(connection, connection->held.data, connection->held.len, &taken, plain);
    bytes_drop(&connection->held, taken);
    return result;
}

static xmpp_tls_result write_out(struct connection *connection, const uint8_t *data, size_t len, size_t *taken_out,
                                 struct sink *out) {
    xmpp_tls_time time = now();
    xmpp_tls_result result = XMPP_TLS_OK;
    size_t taken, written, room;
    *taken_out = 0;
    do {
        size_t left = len - *taken_out;
        size_t records = left / RECORD + 1;
        uint8_t *place = sink_room(out, left + records * OVERHEAD, &room);
        if (place == NULL) {
            return XMPP_TLS_INTERNAL;
        }
        taken = written = 0;
        result = xmpp_tls_connection_write_into(connection->handle, &time, data + *taken_out, left, &taken, place, room,
                                                &written);
        *taken_out += taken;
        out->used += written;
    } while (result == XMPP_TLS_OK && *taken_out < len && (taken > 0 || written > 0));
    /* The library takes what finds room; what it does not take although there was room waits for the handshake. */
    return result;
}

/* Application bytes from before the handshake ended. */
static xmpp_tls_result write_early(struct connection *connection, struct sink *out) {
    if (connection->early.len == 0) {
        return XMPP_TLS_OK;
    }
    size_t taken;
    xmpp_tls_result result = write_out(connection, connection->early.data, connection->early.len, &taken, out);
    bytes_drop(&connection->early, taken);
    return result;
}

static ERL_NIF_TERM answer(ErlNifEnv *env, struct connection *connection, xmpp_tls_result result, struct sink *plain,
                           struct sink *out) {
    bool quiet = connection->open && xmpp_tls_connection_transmit_pending(connection->handle) == 0;
    if (!quiet && !transmit_all(connection, out)) {
        result = XMPP_TLS_INTERNAL;
    }
    connection->open = connection->open || xmpp_tls_connection_phase(connection->handle) == XMPP_TLS_PHASE_OPEN;
    ERL_NIF_TERM given = plain == NULL ? octets(env, NULL, 0) : sink_term(env, plain);
    ERL_NIF_TERM sent = sink_term(env, out);
    if (result == XMPP_TLS_OK) {
        return enif_make_tuple3(env, atom_ok, given, sent);
    }
    ERL_NIF_TERM reason =
        result == XMPP_TLS_CONNECTION_FAILED ? connection_reason(env, connection) : code_atom(env, result);
    return enif_make_tuple4(env, atom_error, reason, given, sent);
}

static ERL_NIF_TERM closed(ErlNifEnv *env) {
    ERL_NIF_TERM nothing = octets(env, NULL, 0);
    return enif_make_tuple4(env, atom_error, code_atom(env, XMPP_TLS_CONNECTION_CLOSED), nothing, nothing);
}

/* Work for a dirty scheduler by its amount; less than that is told as a part of our time on this one. */
static bool is_much(ErlNifEnv *env, size_t amount) {
    if (amount > 4096) {
        size_t part = amount * 100 / XMPPTLS_BYTES_PER_SLICE;
        enif_consume_timeslice(env, part > 100 ? 100 : (int)part);
    }
    return amount > XMPPTLS_BYTES_PER_SLICE;
}

/* What the peer says in the handshake has to be answered with keys and signatures; where it said nothing, nothing has. */
static bool is_long_to_receive(ErlNifEnv *env, const struct connection *connection, const ERL_NIF_TERM argv[]) {
    ErlNifBinary bytes;
    if (!read_bytes(env, argv[1], &bytes)) {
        return false;
    }
    size_t given = bytes.size + connection->held.len;
    if (!connection->open && (given > 0 || is_first(env, connection, argv))) {
        return true;
    }
    return is_much(env, given + connection->early.len);
}

/* Before the handshake is over, bytes are only put by. */
static bool is_long_to_write(ErlNifEnv *env, const struct connection *connection, const ERL_NIF_TERM argv[]) {
    ErlNifBinary bytes;
    return read_bytes(env, argv[1], &bytes) &&
           (is_first(env, connection, argv) || is_much(env, bytes.size + connection->early.len));
}

static ERL_NIF_TERM received(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    ErlNifBinary data;
    ErlNifUInt64 limit;
    struct sink plain, out;
    if (!read_bytes(env, argv[1], &data) || !enif_get_uint64(env, argv[2], &limit)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return closed(env);
    }
    sink_new(&plain, limit > SIZE_MAX ? SIZE_MAX : (size_t)limit);
    sink_new(&out, SIZE_MAX);
    xmpp_tls_result result = receive_kept(connection, data.data, data.size, &plain);
    if (result == XMPP_TLS_OK) {
        result = write_early(connection, &out);
    }
    return answer(env, connection, result, &plain, &out);
}

/* Connection, Bytes of the peer, how much plaintext at most */
CONNECTION_NIF(nif_connection_received, received, is_long_to_receive)

static ERL_NIF_TERM write_all(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    ErlNifBinary data;
    struct sink out;
    size_t taken = 0;
    if (!read_bytes(env, argv[1], &data)) {
        return enif_make_badarg(env);
    }
    if (connection->handle == NULL) {
        return closed(env);
    }
    sink_new(&out, SIZE_MAX);
    xmpp_tls_result result = write_early(connection, &out);
    if (result == XMPP_TLS_OK && connection->early.len == 0) {
        result = write_out(connection, data.data, data.size, &taken, &out);
    }
    if (result == XMPP_TLS_OK &&
        !bytes_append(&connection->early, data.data + taken, data.size - taken, XMPPTLS_EARLY_BYTES)) {
        result = XMPP_TLS_LIMIT_EXCEEDED;
    }
    return answer(env, connection, result, NULL, &out);
}

/* Connection, iodata */
CONNECTION_NIF(nif_connection_write, write_all, is_long_to_write)

static ERL_NIF_TERM transmit(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    struct sink out;
    (void)argv;
    if (connection->handle == NULL) {
        return closed(env);
    }
    sink_new(&out, SIZE_MAX);
    return answer(env, connection, XMPP_TLS_OK, NULL, &out);
}

CONNECTION_NIF(nif_connection_transmit, transmit, is_first)

/* Closes our direction and gives everything back at once; what is left to send is the answer. */
static ERL_NIF_TERM close_now(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]) {
    struct sink out;
    (void)argv;
    if (connection->handle == NULL) {
        return octets(env, NULL, 0);
    }
    xmpp_tls_time time = now();
    sink_new(&out, SIZE_MAX);
    if (xmpp_tls_connection_phase(connection->handle) != XMPP_TLS_PHASE_PREPARED) {
        (void)xmpp_tls_connection_close(connection->handle, &time);
        (void)transmit_all(connection, &out);
    }
    xmpp_tls_connection_free(connection->handle);
    connection->handle = NULL;
    bytes_free(&connection->early);
    bytes_free(&connection->held);
    return sink_term(env, &out);
}

CONNECTION_NIF(nif_connection_close, close_now, NULL)
