/*
 * Credentials: the certificates and keys that we show, by the domain they serve.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

/* One entry: {Domain | default, file | pem, Chain, Key | undefined}. */
struct entry {
    bool by_default, file;
    ErlNifBinary domain, chain, key;
};

static bool read_entry(ErlNifEnv *env, ERL_NIF_TERM term, struct entry *entry) {
    const ERL_NIF_TERM *part;
    int arity;
    char form[8];
    if (!enif_get_tuple(env, term, &arity, &part) || arity != 4 ||
        !enif_get_atom(env, part[1], form, sizeof form, ERL_NIF_LATIN1) || !read_bytes(env, part[2], &entry->chain) ||
        !read_optional(env, part[3], &entry->key)) {
        return false;
    }
    entry->by_default = enif_is_identical(part[0], enif_make_atom(env, "default")) != 0;
    entry->file = strcmp(form, "file") == 0;
    return (entry->file || strcmp(form, "pem") == 0) &&
           (entry->by_default || read_bytes(env, part[0], &entry->domain));
}

static xmpp_tls_result add(xmpp_tls_credentials_builder *builder, const struct entry *entry, xmpp_tls_error **error) {
    if (entry->by_default) {
        return entry->file
                   ? xmpp_tls_credentials_builder_add_default_file(builder, TEXT(entry->chain), TEXT(entry->key), error)
                   : xmpp_tls_credentials_builder_add_default_pem(builder, TEXT(entry->chain), TEXT(entry->key), error);
    }
    return entry->file ? xmpp_tls_credentials_builder_add_file(builder, TEXT(entry->domain), TEXT(entry->chain),
                                                               TEXT(entry->key), error)
                       : xmpp_tls_credentials_builder_add_pem(builder, TEXT(entry->domain), TEXT(entry->chain),
                                                              TEXT(entry->key), error);
}

/* [Entry] -> {ok, Credentials, [{Index, Reason}]}: what cannot be used is left out and named, counted from 1. */
NIF(nif_credentials_new) {
    (void)argc;
    xmpp_tls_credentials_builder *builder = NULL;
    const xmpp_tls_credentials *credentials = NULL;
    xmpp_tls_error *error = NULL;
    struct entry entry;
    unsigned index = 0;
    ERL_NIF_TERM list = argv[0], head, refused = enif_make_list(env, 0);
    xmpp_tls_result result = xmpp_tls_credentials_builder_new(&builder);

    while (result == XMPP_TLS_OK && enif_get_list_cell(env, list, &head, &list)) {
        index++;
        if (!read_entry(env, head, &entry)) {
            xmpp_tls_credentials_builder_free(builder);
            return enif_make_badarg(env);
        }
        xmpp_tls_result added = add(builder, &entry, &error);
        if (added != XMPP_TLS_OK) {
            ERL_NIF_TERM why = reason_with(env, added, error);
            refused = enif_make_list_cell(env, enif_make_tuple2(env, enif_make_uint(env, index), why), refused);
            error = NULL;
        }
    }
    if (result == XMPP_TLS_OK) {
        result = xmpp_tls_credentials_builder_build(builder, &credentials, &error);
    }
    xmpp_tls_credentials_builder_free(builder);
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    return enif_make_tuple3(env, atom_ok, shared_term(env, CREDENTIALS, credentials), refused);
}

static const char *serves(xmpp_tls_serves how) {
    switch (how) {
    case XMPP_TLS_SERVES_EXACT: return "exact";
    case XMPP_TLS_SERVES_WILDCARD: return "wildcard";
    case XMPP_TLS_SERVES_DEFAULT: return "default";
    default: return "nobody";
    }
}

/* Credentials, Name -> {ok, How, Certificate | undefined} */
NIF(nif_credentials_which) {
    (void)argc;
    const xmpp_tls_credentials *credentials = shared_handle(env, argv[0], CREDENTIALS);
    const xmpp_tls_certificate *certificate = NULL;
    xmpp_tls_serves how = 0;
    xmpp_tls_error *error = NULL;
    ErlNifBinary name;
    if (credentials == NULL || !read_bytes(env, argv[1], &name)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_credentials_which(credentials, TEXT(name), &how, &certificate, &error);
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    ERL_NIF_TERM shown = certificate == NULL ? atom_undefined : shared_term(env, CERTIFICATE, certificate);
    return enif_make_tuple3(env, atom_ok, enif_make_atom(env, serves(how)), shown);
}

NIF(nif_credentials_count) {
    (void)argc;
    const xmpp_tls_credentials *credentials = shared_handle(env, argv[0], CREDENTIALS);
    return credentials == NULL ? enif_make_badarg(env)
                               : enif_make_uint64(env, xmpp_tls_credentials_count(credentials));
}
