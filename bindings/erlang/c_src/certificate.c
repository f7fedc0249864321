/*
 * Certificates: what was presented, as data.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

/* der | pem, Bytes */
NIF(nif_certificate_new) {
    (void)argc;
    char form[4];
    ErlNifBinary bytes;
    const xmpp_tls_certificate *certificate = NULL;
    xmpp_tls_error *error = NULL;
    if (!enif_get_atom(env, argv[0], form, sizeof form, ERL_NIF_LATIN1) || !read_bytes(env, argv[1], &bytes)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = strcmp(form, "der") == 0
                                 ? xmpp_tls_certificate_new_der(bytes.data, bytes.size, &certificate, &error)
                                 : xmpp_tls_certificate_new_pem(TEXT(bytes), &certificate, &error);
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    return ok(env, shared_term(env, CERTIFICATE, certificate));
}

NIF(nif_certificate_der) {
    (void)argc;
    const xmpp_tls_certificate *certificate = shared_handle(env, argv[0], CERTIFICATE);
    if (certificate == NULL) {
        return enif_make_badarg(env);
    }
    xmpp_tls_bytes der = xmpp_tls_certificate_der(certificate);
    return octets(env, der.data, der.len);
}

static const char *name_kind(xmpp_tls_name_kind kind) {
    switch (kind) {
    case XMPP_TLS_NAME_KIND_DNS: return "dns_name";
    case XMPP_TLS_NAME_KIND_SRV_NAME: return "srv_name";
    case XMPP_TLS_NAME_KIND_XMPP_ADDR: return "xmpp_addr";
    case XMPP_TLS_NAME_KIND_IP: return "ip_address";
    case XMPP_TLS_NAME_KIND_URI: return "uri";
    case XMPP_TLS_NAME_KIND_EMAIL: return "email";
    default: return "ignored";
    }
}

/* [{Kind, Value}] in the order of the certificate. */
static ERL_NIF_TERM names(ErlNifEnv *env, const xmpp_tls_certificate *certificate) {
    ERL_NIF_TERM list = enif_make_list(env, 0);
    for (size_t index = xmpp_tls_certificate_name_count(certificate); index > 0; index--) {
        xmpp_tls_name_kind kind = 0;
        xmpp_tls_bytes value = {NULL, 0};
        if (xmpp_tls_certificate_name(certificate, index - 1, &kind, &value) == XMPP_TLS_OK) {
            ERL_NIF_TERM pair = enif_make_tuple2(env, enif_make_atom(env, name_kind(kind)),
                                                 octets(env, value.data, value.len));
            list = enif_make_list_cell(env, pair, list);
        }
    }
    return list;
}

typedef xmpp_tls_result (*attribute)(const xmpp_tls_certificate *, size_t, xmpp_tls_str *, xmpp_tls_str *, xmpp_tls_str *);

/* [{Oid, Name, Value}] */
static ERL_NIF_TERM attributes(ErlNifEnv *env, const xmpp_tls_certificate *certificate, size_t count, attribute read) {
    ERL_NIF_TERM list = enif_make_list(env, 0);
    for (size_t index = count; index > 0; index--) {
        xmpp_tls_str oid = {NULL, 0}, name = {NULL, 0}, value = {NULL, 0};
        if (read(certificate, index - 1, &oid, &name, &value) == XMPP_TLS_OK) {
            list = enif_make_list_cell(env, enif_make_tuple3(env, text(env, oid), text(env, name), text(env, value)), list);
        }
    }
    return list;
}

NIF(nif_certificate_info) {
    (void)argc;
    const xmpp_tls_certificate *certificate = shared_handle(env, argv[0], CERTIFICATE);
    if (certificate == NULL) {
        return enif_make_badarg(env);
    }
    xmpp_tls_bytes serial = xmpp_tls_certificate_serial(certificate);
    xmpp_tls_bytes spki = xmpp_tls_certificate_spki(certificate);
    struct map info = map_new(env);
    map_put(&info, "names", names(env, certificate));
    map_put(&info, "subject", attributes(env, certificate, xmpp_tls_certificate_subject_count(certificate),
                                         xmpp_tls_certificate_subject));
    map_put(&info, "issuer", attributes(env, certificate, xmpp_tls_certificate_issuer_count(certificate),
                                        xmpp_tls_certificate_issuer));
    map_put(&info, "serial", octets(env, serial.data, serial.len));
    map_put(&info, "spki", octets(env, spki.data, spki.len));
    map_put(&info, "not_before", enif_make_int64(env, xmpp_tls_certificate_not_before(certificate)));
    map_put(&info, "not_after", enif_make_int64(env, xmpp_tls_certificate_not_after(certificate)));
    map_put(&info, "key_algorithm", text(env, xmpp_tls_certificate_key_algorithm(certificate)));
    map_put(&info, "key_bits", enif_make_uint(env, xmpp_tls_certificate_key_bits(certificate)));
    map_put(&info, "signature_algorithm", text(env, xmpp_tls_certificate_signature_algorithm(certificate)));
    map_put(&info, "is_ca", boolean(xmpp_tls_certificate_is_ca(certificate)));
    map_put(&info, "has_user", boolean(xmpp_tls_certificate_has_user(certificate)));
    map_put(&info, "pem", text(env, xmpp_tls_certificate_pem(certificate)));
    return info.term;
}

/* Certificate, certificate | key, sha | sha256 | sha512 */
NIF(nif_certificate_digest) {
    (void)argc;
    const xmpp_tls_certificate *certificate = shared_handle(env, argv[0], CERTIFICATE);
    char of[12], hash[8];
    uint8_t digest[64];
    size_t written = 0;
    if (certificate == NULL || !enif_get_atom(env, argv[1], of, sizeof of, ERL_NIF_LATIN1) ||
        !enif_get_atom(env, argv[2], hash, sizeof hash, ERL_NIF_LATIN1)) {
        return enif_make_badarg(env);
    }
    uint32_t algorithm = strcmp(hash, "sha256") == 0   ? XMPP_TLS_DIGEST_SHA256
                         : strcmp(hash, "sha512") == 0 ? XMPP_TLS_DIGEST_SHA512
                         : strcmp(hash, "sha") == 0    ? XMPP_TLS_DIGEST_SHA1
                                                       : 0;
    xmpp_tls_result result =
        strcmp(of, "key") == 0 ? xmpp_tls_certificate_spki_digest(certificate, algorithm, digest, sizeof digest, &written)
                               : xmpp_tls_certificate_digest(certificate, algorithm, digest, sizeof digest, &written);
    return result == XMPP_TLS_OK ? ok(env, octets(env, digest, written)) : failed(env, result);
}
