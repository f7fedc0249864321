/*
 * The host's clocks: the library reads none, so this is the place where its Erlang host tells the time.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

/* Erlang's monotonic time begins far below zero; the library counts upwards from zero. */
#define ORIGIN ((ErlNifTime)1 << 60)

xmpp_tls_time now(void) {
    ErlNifTime monotonic = enif_monotonic_time(ERL_NIF_MSEC);
    xmpp_tls_time time = {
        .unix_seconds = (monotonic + enif_time_offset(ERL_NIF_MSEC)) / 1000,
        .monotonic_ms = (uint64_t)(monotonic + ORIGIN),
    };
    return time;
}

bool read_time(ErlNifEnv *env, ERL_NIF_TERM term, xmpp_tls_time *out) {
    ErlNifSInt64 seconds;
    *out = now();
    if (enif_is_identical(term, atom_undefined)) {
        return true;
    }
    if (!enif_get_int64(env, term, &seconds)) {
        return false;
    }
    out->unix_seconds = seconds;
    return true;
}

uint64_t milliseconds_until(uint64_t monotonic_ms) {
    uint64_t present = now().monotonic_ms;
    return monotonic_ms > present ? monotonic_ms - present : 0;
}
