/*
 * Erlang's terms from and to the values of the library: text and bytes become binaries, constants atoms.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <ctype.h>
#include <string.h>

#include "xmpptls_nif.h"

ERL_NIF_TERM atom_ok, atom_error, atom_true, atom_false, atom_undefined, atom_none;

void make_atoms(ErlNifEnv *env) {
    atom_ok = enif_make_atom(env, "ok");
    atom_error = enif_make_atom(env, "error");
    atom_true = enif_make_atom(env, "true");
    atom_false = enif_make_atom(env, "false");
    atom_undefined = enif_make_atom(env, "undefined");
    atom_none = enif_make_atom(env, "none");
}

ERL_NIF_TERM ok(ErlNifEnv *env, ERL_NIF_TERM value) {
    return enif_make_tuple2(env, atom_ok, value);
}

ERL_NIF_TERM boolean(bool value) {
    return value ? atom_true : atom_false;
}

ERL_NIF_TERM octets(ErlNifEnv *env, const void *data, size_t len) {
    ERL_NIF_TERM term;
    unsigned char *place = enif_make_new_binary(env, len, &term);
    if (len > 0) {
        memcpy(place, data, len);
    }
    return term;
}

ERL_NIF_TERM text(ErlNifEnv *env, xmpp_tls_str value) {
    return octets(env, value.data, value.len);
}

ERL_NIF_TERM text_or_undefined(ErlNifEnv *env, xmpp_tls_str value) {
    return value.len == 0 ? atom_undefined : text(env, value);
}

ERL_NIF_TERM constant(ErlNifEnv *env, xmpp_tls_str name, const char *prefix) {
    char word[64];
    size_t skip = strlen(prefix), len = 0;
    if (name.len < skip || memcmp(name.data, prefix, skip) != 0) {
        skip = 0;
    }
    for (size_t i = skip; i < name.len && len < sizeof word; i++) {
        char letter = name.data[i];
        word[len++] = letter == '-' || letter == ' ' ? '_' : (char)tolower((unsigned char)letter);
    }
    return enif_make_atom_len(env, word, len);
}

bool read_bytes(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifBinary *out) {
    return enif_inspect_iolist_as_binary(env, term, out) != 0;
}

bool read_optional(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifBinary *out) {
    if (enif_is_identical(term, atom_undefined)) {
        memset(out, 0, sizeof *out);
        return true;
    }
    return read_bytes(env, term, out);
}

bool read_boolean(ERL_NIF_TERM term, bool *out) {
    *out = enif_is_identical(term, atom_true) != 0;
    return *out || enif_is_identical(term, atom_false);
}

struct map map_new(ErlNifEnv *env) {
    struct map map = {env, enif_make_new_map(env)};
    return map;
}

void map_put(struct map *map, const char *key, ERL_NIF_TERM value) {
    enif_make_map_put(map->env, map->term, enif_make_atom(map->env, key), value, &map->term);
}
