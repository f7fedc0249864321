/*
 * Endpoints: where a connection goes or went, with the DNSSEC state that led there.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

bool read_dnssec(ErlNifEnv *env, ERL_NIF_TERM term, uint32_t *out) {
    char word[16];
    if (!enif_get_atom(env, term, word, sizeof word, ERL_NIF_LATIN1)) {
        return false;
    }
    if (strcmp(word, "secure") == 0) {
        *out = XMPP_TLS_DNSSEC_SECURE;
    } else if (strcmp(word, "insecure") == 0) {
        *out = XMPP_TLS_DNSSEC_INSECURE;
    } else if (strcmp(word, "bogus") == 0) {
        *out = XMPP_TLS_DNSSEC_BOGUS;
    } else if (strcmp(word, "indeterminate") == 0) {
        *out = XMPP_TLS_DNSSEC_INDETERMINATE;
    } else if (strcmp(word, "none") == 0) {
        *out = XMPP_TLS_DNSSEC_NONE;
    } else {
        return false;
    }
    return true;
}

/* Target, Port, Transport, Dnssec of SRV, Dnssec of addresses, Configured */
NIF(nif_endpoint_new) {
    (void)argc;
    ErlNifBinary target;
    unsigned port;
    char transport[12];
    uint32_t srv, addresses;
    bool configured;
    const xmpp_tls_endpoint *endpoint = NULL;
    xmpp_tls_error *error = NULL;
    if (!read_bytes(env, argv[0], &target) || !enif_get_uint(env, argv[1], &port) ||
        !enif_get_atom(env, argv[2], transport, sizeof transport, ERL_NIF_LATIN1) ||
        !read_dnssec(env, argv[3], &srv) || !read_dnssec(env, argv[4], &addresses) ||
        !read_boolean(argv[5], &configured)) {
        return enif_make_badarg(env);
    }
    uint32_t by = strcmp(transport, "direct_tls") == 0 ? XMPP_TLS_TRANSPORT_DIRECT_TLS : XMPP_TLS_TRANSPORT_STARTTLS;
    xmpp_tls_result result =
        xmpp_tls_endpoint_new(TEXT(target), port, by, srv, addresses, configured, &endpoint, &error);
    return result == XMPP_TLS_OK ? ok(env, shared_term(env, ENDPOINT, endpoint)) : failed_with(env, result, error);
}
