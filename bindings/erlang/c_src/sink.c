/*
 * Output of unknown size: small results are made on the stack and copied into a fresh term once, large ones are
 * written where they stay.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

void sink_new(struct sink *sink, size_t limit) {
    sink->binary.data = NULL;
    sink->binary.size = 0;
    sink->used = 0;
    sink->limit = limit;
}

uint8_t *sink_room(struct sink *sink, size_t wanted, size_t *room_out) {
    size_t left = sink->limit - sink->used;
    if (wanted > left) {
        wanted = left;
    }
    if (sink->binary.data == NULL && SINK_LOCAL - sink->used >= wanted) {
        size_t room = SINK_LOCAL - sink->used;
        *room_out = room < left ? room : left;
        return sink->local + sink->used;
    }
    size_t size = sink->used + wanted;
    if (sink->binary.data == NULL) {
        if (!enif_alloc_binary(size, &sink->binary)) {
            return NULL;
        }
        memcpy(sink->binary.data, sink->local, sink->used);
    } else if (sink->binary.size < size) {
        size_t doubled = sink->binary.size * 2;
        if (!enif_realloc_binary(&sink->binary, doubled > size ? doubled : size)) {
            return NULL;
        }
    }
    size_t room = sink->binary.size - sink->used;
    *room_out = room < left ? room : left;
    return sink->binary.data + sink->used;
}

ERL_NIF_TERM sink_term(ErlNifEnv *env, struct sink *sink) {
    if (sink->binary.data == NULL) {
        return octets(env, sink->local, sink->used);
    }
    if (sink->binary.size != sink->used && !enif_realloc_binary(&sink->binary, sink->used)) {
        ERL_NIF_TERM term = octets(env, sink->binary.data, sink->used);
        enif_release_binary(&sink->binary);
        return term;
    }
    return enif_make_binary(env, &sink->binary);
}
