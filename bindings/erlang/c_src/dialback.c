/*
 * Dialback keys (XEP-0220, XEP-0185): pure functions over the strings as they stand on the wire.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

/* 64 hexadecimal digits. */
#define DIGITS 64

NIF(nif_dialback_random_secret) {
    (void)argc;
    (void)argv;
    char digits[DIGITS];
    size_t written = 0;
    xmpp_tls_result result = xmpp_tls_dialback_random_secret(digits, sizeof digits, &written);
    return result == XMPP_TLS_OK ? ok(env, octets(env, digits, written)) : failed(env, result);
}

NIF(nif_dialback_secret_new) {
    (void)argc;
    ErlNifBinary bytes;
    const xmpp_tls_dialback_secret *secret = NULL;
    xmpp_tls_error *error = NULL;
    if (!read_bytes(env, argv[0], &bytes)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_dialback_secret_new(bytes.data, bytes.size, &secret, &error);
    return result == XMPP_TLS_OK ? ok(env, shared_term(env, DIALBACK_SECRET, secret)) : failed_with(env, result, error);
}

/* Secret, Receiving, Originating, StreamId */
NIF(nif_dialback_key) {
    (void)argc;
    const xmpp_tls_dialback_secret *secret = shared_handle(env, argv[0], DIALBACK_SECRET);
    ErlNifBinary receiving, originating, stream;
    char digits[DIGITS];
    size_t written = 0;
    xmpp_tls_error *error = NULL;
    if (secret == NULL || !read_bytes(env, argv[1], &receiving) || !read_bytes(env, argv[2], &originating) ||
        !read_bytes(env, argv[3], &stream)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_dialback_secret_key(secret, TEXT(receiving), TEXT(originating), TEXT(stream),
                                                          digits, sizeof digits, &written, &error);
    return result == XMPP_TLS_OK ? ok(env, octets(env, digits, written)) : failed_with(env, result, error);
}

/* Secret, Receiving, Originating, StreamId, Key */
NIF(nif_dialback_matches) {
    (void)argc;
    const xmpp_tls_dialback_secret *secret = shared_handle(env, argv[0], DIALBACK_SECRET);
    ErlNifBinary receiving, originating, stream, key;
    if (secret == NULL || !read_bytes(env, argv[1], &receiving) || !read_bytes(env, argv[2], &originating) ||
        !read_bytes(env, argv[3], &stream) || !read_bytes(env, argv[4], &key)) {
        return enif_make_badarg(env);
    }
    return boolean(
        xmpp_tls_dialback_secret_matches(secret, TEXT(receiving), TEXT(originating), TEXT(stream), TEXT(key)));
}

/* The condition that answers a refused pair; undefined when the verdict does not refuse. */
NIF(nif_verdict_dialback_condition) {
    (void)argc;
    const xmpp_tls_verdict *verdict = shared_handle(env, argv[0], VERDICT);
    return verdict == NULL ? enif_make_badarg(env)
                           : text_or_undefined(env, xmpp_tls_verdict_dialback_condition(verdict));
}
