/* A connection on a descriptor.
 *
 * Event loops watch the descriptor, so what the kernel holds and what is held here must never be confused:
 * - The handshake reads record by record and nothing behind its last one; else the first stanza would lie
 *   here while the loop waits for the descriptor.
 * - A send has succeeded only when the kernel took the ciphertext; a loop stops watching for writability then.
 * - A receive takes at most one buffer of ciphertext, and decrypts every whole record of it before it says
 *   that nothing is left.
 * - Reading never answers "want write" nor writing "want read": replies of the protocol itself (a key update)
 *   leave with the next send.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#define _DEFAULT_SOURCE
#define _POSIX_C_SOURCE 200809L
#include "descriptor.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* The largest record of TLS 1.2 or 1.3: 16384 octets, 256 for protection, 5 for the header. */
enum { WIRE = 16384 + 256 + 5, HEADER = 5 };

static xmpp_tls_connection *tls_of(const struct xl_socket *socket)
{
    return socket->object.handle;
}

/* ---- octets ---- */

static void octets_free(struct xl_octets *octets)
{
    free(octets->memory);
    octets->memory = NULL;
    octets->start = octets->len = 0;
}

static void octets_drop(struct xl_octets *octets, size_t count)
{
    octets->start += count;
    octets->len -= count;
    if (octets->len == 0) {
        octets_free(octets);
    }
}

static enum xl_step system_failure(struct xl_socket *socket, int error)
{
    socket->system_error = error;
    return error == EPIPE || error == ECONNRESET ? XL_CLOSED : XL_SYSTEM;
}

static enum xl_step octets_keep(struct xl_socket *socket, struct xl_octets *octets, const uint8_t *data, size_t len)
{
    if (len == 0) {
        return XL_DONE;
    }
    octets->memory = malloc(len);
    if (octets->memory == NULL) {
        return system_failure(socket, ENOMEM);
    }
    memcpy(octets->memory, data, len);
    octets->start = 0;
    octets->len = len;
    return XL_DONE;
}

/* ---- to the peer ---- */

/* Sends what the kernel takes; *sent_out may be short with XL_WANT_WRITE. */
static enum xl_step push(struct xl_socket *socket, const uint8_t *data, size_t len, size_t *sent_out)
{
    size_t sent = 0;
    enum xl_step step = XL_DONE;
    while (sent < len) {
        ssize_t count = send(socket->fd, data + sent, len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0) {
            sent += (size_t)count;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            step = XL_WANT_WRITE;
            break;
        } else if (errno != EINTR) {
            step = system_failure(socket, errno);
            break;
        }
    }
    *sent_out = sent;
    return step;
}

static enum xl_step push_or_hold(struct xl_socket *socket, const uint8_t *data, size_t len)
{
    size_t sent = 0;
    enum xl_step step = push(socket, data, len, &sent);
    if (step == XL_WANT_WRITE && octets_keep(socket, &socket->held, data + sent, len - sent) != XL_DONE) {
        return XL_SYSTEM;
    }
    return step;
}

enum xl_step xl_flush(struct xl_socket *socket)
{
    if (socket->held.len > 0) {
        size_t sent = 0;
        enum xl_step step = push(socket, socket->held.memory + socket->held.start, socket->held.len, &sent);
        octets_drop(&socket->held, sent);
        if (step != XL_DONE) {
            return step;
        }
    }
    for (;;) {
        uint8_t wire[WIRE];
        size_t len = 0;
        if (xmpp_tls_connection_transmit(tls_of(socket), wire, sizeof wire, &len) != XMPP_TLS_OK || len == 0) {
            break;
        }
        enum xl_step step = push_or_hold(socket, wire, len);
        if (step != XL_DONE || len < sizeof wire) {
            return step; /* a buffer that was not filled left nothing inside */
        }
    }
    return XL_DONE;
}

enum xl_step xl_send(struct xl_socket *socket, const uint8_t *data, size_t len, size_t *accepted_out)
{
    *accepted_out = 0;
    if (socket->fd < 0 || !socket->open) {
        return XL_CLOSED;
    }
    enum xl_step step = socket->held.len > 0 || len == 0 ? xl_flush(socket) : XL_DONE;
    xmpp_tls_time now = xl_now();
    bool filled = len > 0; /* what waited inside comes first, so the library is empty once it leaves room */
    while (step == XL_DONE && (*accepted_out < len || filled)) {
        uint8_t wire[WIRE];
        size_t taken = 0, written = 0;
        xmpp_tls_result result = xmpp_tls_connection_write_into(tls_of(socket), &now, data + *accepted_out,
            len - *accepted_out, &taken, wire, sizeof wire, &written);
        if (result != XMPP_TLS_OK) {
            return result == XMPP_TLS_CONNECTION_CLOSED ? XL_CLOSED : XL_FAILED;
        }
        *accepted_out += taken;
        if (written == 0 && *accepted_out < len) {
            return XL_WANT_VERDICT;
        }
        step = push_or_hold(socket, wire, written);
        filled = written == sizeof wire;
    }
    return step;
}

/* ---- from the peer ---- */

static enum xl_step pull(struct xl_socket *socket, uint8_t *wire, size_t want, size_t *got_out)
{
    for (;;) {
        ssize_t count = recv(socket->fd, wire, want, MSG_DONTWAIT);
        if (count > 0) {
            socket->drained = (size_t)count < want;
            *got_out = (size_t)count;
            return XL_DONE;
        }
        if (count == 0) {
            xmpp_tls_time now = xl_now();
            (void)xmpp_tls_connection_end_of_input(tls_of(socket), &now);
            socket->over = true;
            return XL_TRUNCATED;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return XL_WANT_READ;
        }
        if (errno != EINTR) {
            socket->over = true;
            return system_failure(socket, errno);
        }
    }
}

/* The library's answer to bytes as a step; a failure sends its alert, as the host will close next. */
static enum xl_step judge(struct xl_socket *socket, xmpp_tls_result result)
{
    if (result == XMPP_TLS_OK) {
        return XL_DONE;
    }
    socket->over = true;
    (void)xl_flush(socket);
    return XL_FAILED;
}

/* Gives ciphertext to the library and keeps what it did not take. */
static enum xl_step feed(struct xl_socket *socket, uint8_t *wire, size_t len, uint8_t *out, size_t capacity,
    size_t *got_out)
{
    size_t used = 0;
    xmpp_tls_time now = xl_now();
    xmpp_tls_result result = xmpp_tls_connection_receive_in_place(tls_of(socket), &now, wire, len, &used, out,
        capacity, got_out);
    enum xl_step step = judge(socket, result);
    if (step == XL_DONE && used < len) {
        step = octets_keep(socket, &socket->rest, wire + used, len - used);
    }
    return step;
}

/* The same from what was kept before; XL_WANT_READ when the library took nothing of it. */
static enum xl_step feed_rest(struct xl_socket *socket, uint8_t *out, size_t capacity, size_t *got_out)
{
    size_t used = 0;
    xmpp_tls_time now = xl_now();
    xmpp_tls_result result = xmpp_tls_connection_receive_in_place(tls_of(socket), &now,
        socket->rest.memory + socket->rest.start, socket->rest.len, &used, out, capacity, got_out);
    enum xl_step step = judge(socket, result);
    if (step == XL_DONE) {
        octets_drop(&socket->rest, used);
        if (used == 0 && *got_out == 0) {
            return XL_WANT_READ;
        }
    }
    return step;
}

/* How much the handshake may read: the rest of a record's header, or the rest of the record. */
static size_t record_wants(const struct xl_socket *socket)
{
    if (xmpp_tls_connection_phase(tls_of(socket)) == XMPP_TLS_PHASE_CLEAR) {
        return WIRE; /* XML; the peer waits for our answer */
    }
    return socket->record_left > 0 ? socket->record_left : (size_t)(HEADER - socket->header_len);
}

static void record_read(struct xl_socket *socket, const uint8_t *wire, size_t len)
{
    if (socket->record_left > 0) {
        socket->record_left = (uint16_t)(socket->record_left - len);
        return;
    }
    memcpy(socket->header + socket->header_len, wire, len);
    socket->header_len = (uint8_t)(socket->header_len + len);
    if (socket->header_len == HEADER) {
        socket->record_left = (uint16_t)(socket->header[3] << 8 | socket->header[4]);
        socket->header_len = 0;
    }
}

static enum xl_step read_of_handshake(struct xl_socket *socket)
{
    uint8_t wire[WIRE], none[1];
    size_t len = 0, got = 0, want = record_wants(socket);
    if (socket->rest.len > 0) {
        return feed_rest(socket, none, 0, &got);
    }
    bool xml = xmpp_tls_connection_phase(tls_of(socket)) == XMPP_TLS_PHASE_CLEAR;
    enum xl_step step = pull(socket, wire, want < WIRE ? want : WIRE, &len);
    if (step != XL_DONE) {
        return step;
    }
    if (!xml) {
        record_read(socket, wire, len);
    }
    return feed(socket, wire, len, none, 0, &got);
}

/* Where the handshake stands after what was read so far; XL_WANT_READ: more must be read. */
static enum xl_step standing(const struct xl_socket *socket)
{
    uint32_t phase = xmpp_tls_connection_phase(tls_of(socket));
    switch (phase) {
    case XMPP_TLS_PHASE_OPEN:
        return XL_DONE;
    case XMPP_TLS_PHASE_FAILED:
        return XL_FAILED;
    case XMPP_TLS_PHASE_CLOSED:
        return XL_CLOSED;
    case XMPP_TLS_PHASE_HANDSHAKE:
        return xmpp_tls_connection_is_handshaking(tls_of(socket)) ? XL_WANT_READ : XL_WANT_VERDICT;
    default:
        return xmpp_tls_connection_is_waiting_for_choice(tls_of(socket)) ? XL_CLIENT_HELLO : XL_WANT_READ;
    }
}

/* Octets leave only when there is nothing more to read: a flight in one segment is not held back by Nagle's
 * algorithm until the peer's delayed acknowledgement. */
enum xl_step xl_handshake(struct xl_socket *socket)
{
    if (socket->fd < 0) {
        return XL_CLOSED;
    }
    bool at_start = xmpp_tls_connection_phase(tls_of(socket)) == XMPP_TLS_PHASE_PREPARED;
    enum xl_step step = at_start || socket->held.len > 0 ? xl_flush(socket) : XL_DONE;
    if (step != XL_DONE) {
        return step;
    }
    do {
        step = standing(socket);
        if (step == XL_WANT_READ) {
            step = socket->over ? XL_CLOSED : read_of_handshake(socket);
        } else {
            enum xl_step flushed = xl_flush(socket);
            socket->open = socket->filled = step == XL_DONE && flushed == XL_DONE;
            return step == XL_FAILED || flushed == XL_DONE ? step : flushed;
        }
    } while (step == XL_DONE);
    if (step == XL_TRUNCATED) {
        step = XL_CLOSED;
    }
    enum xl_step flushed = xl_flush(socket);
    return step != XL_WANT_READ || flushed == XL_DONE ? step : flushed;
}

enum xl_step xl_receive(struct xl_socket *socket, uint8_t *out, size_t capacity, size_t *got_out)
{
    *got_out = 0;
    if (socket->fd < 0 || !socket->open) {
        return XL_CLOSED;
    }
    for (;;) {
        enum xl_step step = XL_DONE;
        if (socket->filled && xmpp_tls_connection_has_plaintext(tls_of(socket))) {
            step = feed(socket, NULL, 0, out, capacity, got_out);
        } else if (socket->rest.len > 0) {
            step = feed_rest(socket, out, capacity, got_out);
        } else if (xmpp_tls_connection_phase(tls_of(socket)) == XMPP_TLS_PHASE_FAILED) {
            /* the call that found it gave plaintext, which comes first; no octets of the peer may follow */
            return judge(socket, XMPP_TLS_CONNECTION_FAILED);
        } else if (socket->over || xmpp_tls_connection_is_peer_closed(tls_of(socket))) {
            socket->over = true;
            return XL_CLOSED;
        } else if (socket->drained) {
            socket->drained = false;
            return XL_WANT_READ;
        } else {
            uint8_t wire[WIRE];
            size_t len = 0;
            step = pull(socket, wire, sizeof wire, &len);
            if (step == XL_DONE) {
                step = feed(socket, wire, len, out, capacity, got_out);
            }
        }
        socket->filled = *got_out == capacity;
        if (*got_out > 0 || step != XL_DONE) {
            return *got_out > 0 ? XL_DONE : step;
        }
    }
}

bool xl_is_dirty(const struct xl_socket *socket)
{
    const struct xl_octets *rest = &socket->rest;
    if (socket->fd < 0 || !socket->open) {
        return false;
    }
    if (xmpp_tls_connection_has_plaintext(tls_of(socket))) {
        return true;
    }
    if (rest->len < HEADER) {
        return false;
    }
    const uint8_t *record = rest->memory + rest->start;
    return rest->len >= HEADER + (size_t)(record[3] << 8 | record[4]);
}

void xl_close(struct xl_socket *socket)
{
    if (socket->object.handle != NULL && socket->fd >= 0) {
        xmpp_tls_time now = xl_now();
        (void)xmpp_tls_connection_close(tls_of(socket), &now);
        (void)xl_flush(socket);
    }
    if (socket->fd >= 0) {
        (void)close(socket->fd);
        socket->fd = -1;
    }
    octets_free(&socket->rest);
    octets_free(&socket->held);
    xmpp_tls_connection_free(tls_of(socket));
    socket->object.handle = NULL;
    socket->over = true;
}
