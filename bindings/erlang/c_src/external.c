/*
 * SASL EXTERNAL (XEP-0178): which users a certificate names, whom a peer acts as, whether to offer it.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

/* The longest JID has 3071 octets (RFC 7622 section 3.1); in base64 that is a third more. */
#define LONGEST 4200

/* {ok, Text}; or {refused, #{reason, condition}}; or an error */
static ERL_NIF_TERM resolved(ErlNifEnv *env, xmpp_tls_result result, xmpp_tls_error *error, const char *out, size_t len,
                             uint32_t reason) {
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    if (reason == 0) {
        return ok(env, octets(env, out, len));
    }
    struct map map = map_new(env);
    map_put(&map, "reason", constant(env, xmpp_tls_reason_name(reason), ""));
    map_put(&map, "condition", text(env, xmpp_tls_external_condition(reason)));
    return enif_make_tuple2(env, enif_make_atom(env, "refused"), map.term);
}

/* Certificate, [Domain] */
NIF(nif_external_users) {
    (void)argc;
    const xmpp_tls_certificate *certificate = shared_handle(env, argv[0], CERTIFICATE);
    const xmpp_tls_external_users *users = NULL;
    unsigned count;
    ERL_NIF_TERM list = argv[1], head;
    xmpp_tls_error *error = NULL;
    if (certificate == NULL || !enif_get_list_length(env, list, &count)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_str *served = enif_alloc((count + (size_t)1) * sizeof *served);
    for (size_t at = 0; enif_get_list_cell(env, list, &head, &list); at++) {
        ErlNifBinary domain;
        if (!read_bytes(env, head, &domain)) {
            enif_free(served);
            return enif_make_badarg(env);
        }
        served[at] = (xmpp_tls_str){TEXT(domain)};
    }
    xmpp_tls_result result = xmpp_tls_certificate_users(certificate, served, count, &users, &error);
    enif_free(served);
    return result == XMPP_TLS_OK ? ok(env, shared_term(env, EXTERNAL_USERS, users)) : failed_with(env, result, error);
}

typedef size_t (*counting)(const xmpp_tls_external_users *);
typedef xmpp_tls_str (*naming)(const xmpp_tls_external_users *, size_t);

static ERL_NIF_TERM users_as_list(ErlNifEnv *env, ERL_NIF_TERM term, counting count, naming name) {
    const xmpp_tls_external_users *users = shared_handle(env, term, EXTERNAL_USERS);
    ERL_NIF_TERM list = enif_make_list(env, 0);
    if (users == NULL) {
        return enif_make_badarg(env);
    }
    for (size_t at = count(users); at > 0; at--) {
        list = enif_make_list_cell(env, text(env, name(users, at - 1)), list);
    }
    return list;
}

NIF(nif_external_list) {
    (void)argc;
    return users_as_list(env, argv[0], xmpp_tls_external_users_count, xmpp_tls_external_users_user);
}

NIF(nif_external_foreign) {
    (void)argc;
    return users_as_list(env, argv[0], xmpp_tls_external_users_foreign_count, xmpp_tls_external_users_foreign);
}

/* Users, Authzid | undefined, Mapped | undefined */
NIF(nif_external_resolve) {
    (void)argc;
    const xmpp_tls_external_users *users = shared_handle(env, argv[0], EXTERNAL_USERS);
    ErlNifBinary authzid, mapped;
    char out[LONGEST];
    size_t written = 0;
    uint32_t reason = 0;
    xmpp_tls_error *error = NULL;
    if (users == NULL || !read_optional(env, argv[1], &authzid) || !read_optional(env, argv[2], &mapped)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_external_users_resolve(users, TEXT(authzid), TEXT(mapped), out, sizeof out,
                                                             &written, &reason, &error);
    return resolved(env, result, error, out, written, reason);
}

/* Authzid | undefined, From */
NIF(nif_external_resolve_server) {
    (void)argc;
    ErlNifBinary authzid, from;
    char out[LONGEST];
    size_t written = 0;
    uint32_t reason = 0;
    xmpp_tls_error *error = NULL;
    if (!read_optional(env, argv[0], &authzid) || !read_bytes(env, argv[1], &from)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result =
        xmpp_tls_external_resolve_server(TEXT(authzid), TEXT(from), out, sizeof out, &written, &reason, &error);
    return resolved(env, result, error, out, written, reason);
}

/* Verdict, Users | undefined, IsMapped */
NIF(nif_external_offer) {
    (void)argc;
    const xmpp_tls_verdict *verdict = shared_handle(env, argv[0], VERDICT);
    const void *users;
    bool mapped;
    if (verdict == NULL || !optional_handle(env, argv[1], EXTERNAL_USERS, &users) || !read_boolean(argv[2], &mapped)) {
        return enif_make_badarg(env);
    }
    return constant(env, xmpp_tls_external_offer_name(xmpp_tls_verdict_external_offer(verdict, users, mapped)), "");
}

/* Certificate, Wanted | undefined */
NIF(nif_external_client_authzid) {
    (void)argc;
    const xmpp_tls_certificate *certificate = shared_handle(env, argv[0], CERTIFICATE);
    ErlNifBinary wanted;
    char out[LONGEST];
    size_t written = 0;
    xmpp_tls_error *error = NULL;
    if (certificate == NULL || !read_optional(env, argv[1], &wanted)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result =
        xmpp_tls_certificate_client_authzid(certificate, TEXT(wanted), out, sizeof out, &written, &error);
    return resolved(env, result, error, out, written, 0);
}

/* Identity | undefined */
NIF(nif_external_encode_authzid) {
    (void)argc;
    ErlNifBinary identity;
    char out[LONGEST];
    size_t written = 0;
    if (!read_optional(env, argv[0], &identity)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_external_encode_authzid(TEXT(identity), out, sizeof out, &written);
    return result == XMPP_TLS_OK ? ok(env, octets(env, out, written)) : failed(env, result);
}

/* Text of <auth/> */
NIF(nif_external_decode_authzid) {
    (void)argc;
    ErlNifBinary auth;
    char out[LONGEST];
    size_t written = 0;
    uint32_t reason = 0;
    if (!read_bytes(env, argv[0], &auth)) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = xmpp_tls_external_decode_authzid(TEXT(auth), out, sizeof out, &written, &reason);
    return result == XMPP_TLS_OK ? resolved(env, result, NULL, out, written, reason) : failed(env, result);
}
