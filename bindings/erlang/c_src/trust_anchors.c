/*
 * Trust anchors: whom certificates are proven by. A list of sources goes in, one frozen set comes out.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

typedef xmpp_tls_trust_anchors_builder anchors_builder;

/* One source: the atom `system`, or {Kind, Bytes}. */
static bool add(ErlNifEnv *env, anchors_builder *builder, ERL_NIF_TERM source, xmpp_tls_result *result, xmpp_tls_error **error) {
    const ERL_NIF_TERM *pair;
    int arity;
    char kind[16];
    ErlNifBinary bytes;

    if (enif_get_atom(env, source, kind, sizeof kind, ERL_NIF_LATIN1)) {
        if (strcmp(kind, "system") != 0) {
            return false;
        }
        *result = xmpp_tls_trust_anchors_builder_add_system(builder, error);
        return true;
    }
    if (!enif_get_tuple(env, source, &arity, &pair) || arity != 2 ||
        !enif_get_atom(env, pair[0], kind, sizeof kind, ERL_NIF_LATIN1) || !read_bytes(env, pair[1], &bytes)) {
        return false;
    }
    if (strcmp(kind, "file") == 0) {
        *result = xmpp_tls_trust_anchors_builder_add_file(builder, TEXT(bytes), error);
    } else if (strcmp(kind, "directory") == 0) {
        *result = xmpp_tls_trust_anchors_builder_add_directory(builder, TEXT(bytes), error);
    } else if (strcmp(kind, "pem") == 0) {
        *result = xmpp_tls_trust_anchors_builder_add_pem(builder, TEXT(bytes), error);
    } else if (strcmp(kind, "der") == 0) {
        *result = xmpp_tls_trust_anchors_builder_add_der(builder, bytes.data, bytes.size, error);
    } else if (strcmp(kind, "crl") == 0) {
        *result = xmpp_tls_trust_anchors_builder_add_crl(builder, bytes.data, bytes.size, error);
    } else {
        return false;
    }
    return true;
}

NIF(nif_trust_anchors_new) {
    (void)argc;
    anchors_builder *builder = NULL;
    xmpp_tls_error *error = NULL;
    const xmpp_tls_trust_anchors *anchors = NULL;
    ERL_NIF_TERM list = argv[0], head;
    xmpp_tls_result result = xmpp_tls_trust_anchors_builder_new(&builder);
    bool understood = true;

    while (result == XMPP_TLS_OK && understood && enif_get_list_cell(env, list, &head, &list)) {
        understood = add(env, builder, head, &result, &error);
    }
    if (result == XMPP_TLS_OK && understood) {
        result = xmpp_tls_trust_anchors_builder_build(builder, &anchors, &error);
    }
    xmpp_tls_trust_anchors_builder_free(builder);
    if (!understood || !enif_is_list(env, list)) {
        xmpp_tls_error_free(error);
        xmpp_tls_trust_anchors_free(anchors);
        return enif_make_badarg(env);
    }
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    return ok(env, shared_term(env, ANCHORS, anchors));
}

NIF(nif_trust_anchors_info) {
    (void)argc;
    const xmpp_tls_trust_anchors *anchors = shared_handle(env, argv[0], ANCHORS);
    if (anchors == NULL) {
        return enif_make_badarg(env);
    }
    struct map info = map_new(env);
    map_put(&info, "count", enif_make_uint64(env, xmpp_tls_trust_anchors_count(anchors)));
    map_put(&info, "skipped", enif_make_uint64(env, xmpp_tls_trust_anchors_skipped(anchors)));
    return info.term;
}
