/*
 * Answers to the questions of a verification, one shape of term for each kind:
 *
 *   {tlsa, Dnssec, [Rdata], ValidUntil}         {posh, Document, Referred | undefined, HttpsVerified, FetchedAt}
 *   {srv, [Endpoint]}                           {dialback, Valid, Dnssec, OverTls}
 *   {user, Jid}                                 {history, Json}
 *   {absent, Dnssec}   {failed, Failure}   not_asked
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

struct asked {
    xmpp_tls_verification *handle;
    unsigned id;
    xmpp_tls_result result;
    xmpp_tls_error *error;
};

/* Room for one `size` for each element of a list, however long: a peer's zone says how many there are, and the library
 * how many it takes. NULL if it is no proper list or there is no memory. */
static void *places(ErlNifEnv *env, ERL_NIF_TERM list, size_t size) {
    unsigned length;
    return enif_get_list_length(env, list, &length) ? enif_alloc(((size_t)length + 1) * size) : NULL;
}

static bool answer_tlsa(ErlNifEnv *env, struct asked *asked, const ERL_NIF_TERM part[]) {
    size_t count = 0;
    uint32_t dnssec;
    ErlNifSInt64 valid_until;
    ERL_NIF_TERM list = part[2], head;
    ErlNifBinary rdata;
    if (!read_dnssec(env, part[1], &dnssec) || !enif_get_int64(env, part[3], &valid_until)) {
        return false;
    }
    xmpp_tls_bytes *records = places(env, list, sizeof *records);
    if (records == NULL) {
        return false;
    }
    bool understood = true;
    while (understood && enif_get_list_cell(env, list, &head, &list)) {
        understood = read_bytes(env, head, &rdata);
        if (understood) {
            records[count].data = rdata.data;
            records[count++].len = rdata.size;
        }
    }
    if (understood) {
        asked->result = xmpp_tls_verification_answer_tlsa(asked->handle, asked->id, dnssec, records, count, valid_until,
                                                          &asked->error);
    }
    enif_free(records);
    return understood;
}

static bool answer_srv(ErlNifEnv *env, struct asked *asked, const ERL_NIF_TERM part[]) {
    size_t count = 0;
    ERL_NIF_TERM list = part[1], head;
    const xmpp_tls_endpoint **endpoints = places(env, list, sizeof *endpoints);
    if (endpoints == NULL) {
        return false;
    }
    bool understood = true;
    while (understood && enif_get_list_cell(env, list, &head, &list)) {
        endpoints[count] = shared_handle(env, head, ENDPOINT);
        understood = endpoints[count++] != NULL;
    }
    if (understood) {
        asked->result = xmpp_tls_verification_answer_srv(asked->handle, asked->id, endpoints, count, &asked->error);
    }
    enif_free(endpoints);
    return understood;
}

static bool answer_posh(ErlNifEnv *env, struct asked *asked, const ERL_NIF_TERM part[]) {
    ErlNifBinary document, referred;
    bool verified;
    ErlNifSInt64 fetched_at;
    if (!read_bytes(env, part[1], &document) || !read_optional(env, part[2], &referred) ||
        !read_boolean(part[3], &verified) || !enif_get_int64(env, part[4], &fetched_at)) {
        return false;
    }
    asked->result =
        xmpp_tls_verification_answer_posh(asked->handle, asked->id, document.data, document.size, referred.data,
                                          referred.size, verified, fetched_at, &asked->error);
    return true;
}

static bool answer_dialback(struct asked *asked, const ERL_NIF_TERM part[]) {
    bool valid, dnssec, over_tls;
    if (!read_boolean(part[1], &valid) || !read_boolean(part[2], &dnssec) || !read_boolean(part[3], &over_tls)) {
        return false;
    }
    asked->result =
        xmpp_tls_verification_answer_dialback(asked->handle, asked->id, valid, dnssec, over_tls, &asked->error);
    return true;
}

static const char *const FAILURES[] = {
    [XMPP_TLS_LOOKUP_FAILURE_BOGUS] = "bogus",
    [XMPP_TLS_LOOKUP_FAILURE_SERVER] = "server",
    [XMPP_TLS_LOOKUP_FAILURE_TIMEOUT] = "timeout",
    [XMPP_TLS_LOOKUP_FAILURE_HTTPS_UNVERIFIED] = "https_unverified",
    [XMPP_TLS_LOOKUP_FAILURE_MALFORMED] = "malformed",
    [XMPP_TLS_LOOKUP_FAILURE_FORBIDDEN] = "forbidden",
    [XMPP_TLS_LOOKUP_FAILURE_UNREACHABLE] = "unreachable",
};

static bool answer_failed(ErlNifEnv *env, struct asked *asked, ERL_NIF_TERM why) {
    char word[24];
    if (!enif_get_atom(env, why, word, sizeof word, ERL_NIF_LATIN1)) {
        return false;
    }
    for (uint32_t failure = 1; failure < sizeof FAILURES / sizeof *FAILURES; failure++) {
        if (strcmp(word, FAILURES[failure]) == 0) {
            asked->result = xmpp_tls_verification_answer_failed(asked->handle, asked->id, failure, &asked->error);
            return true;
        }
    }
    return false;
}

static bool answer_pair(ErlNifEnv *env, struct asked *asked, const char *kind, const ERL_NIF_TERM part[]) {
    ErlNifBinary bytes;
    uint32_t dnssec;
    if (strcmp(kind, "srv") == 0) {
        return answer_srv(env, asked, part);
    }
    if (strcmp(kind, "failed") == 0) {
        return answer_failed(env, asked, part[1]);
    }
    if (strcmp(kind, "absent") == 0 && read_dnssec(env, part[1], &dnssec)) {
        asked->result = xmpp_tls_verification_answer_absent(asked->handle, asked->id, dnssec, &asked->error);
        return true;
    }
    if (strcmp(kind, "user") == 0 && read_bytes(env, part[1], &bytes)) {
        asked->result = xmpp_tls_verification_answer_user(asked->handle, asked->id, TEXT(bytes), &asked->error);
        return true;
    }
    if (strcmp(kind, "history") == 0 && read_bytes(env, part[1], &bytes)) {
        asked->result =
            xmpp_tls_verification_answer_history(asked->handle, asked->id, bytes.data, bytes.size, &asked->error);
        return true;
    }
    return false;
}

/* Whether the term was understood. */
static bool answer_question(ErlNifEnv *env, struct asked *asked, ERL_NIF_TERM term) {
    const ERL_NIF_TERM *part;
    int arity;
    char kind[12];
    if (enif_get_atom(env, term, kind, sizeof kind, ERL_NIF_LATIN1)) {
        if (strcmp(kind, "not_asked") != 0) {
            return false;
        }
        asked->result = xmpp_tls_verification_answer_not_asked(asked->handle, asked->id, &asked->error);
        return true;
    }
    if (!enif_get_tuple(env, term, &arity, &part) || arity < 2 ||
        !enif_get_atom(env, part[0], kind, sizeof kind, ERL_NIF_LATIN1)) {
        return false;
    }
    switch (arity) {
    case 2: return answer_pair(env, asked, kind, part);
    case 4:
        return strcmp(kind, "tlsa") == 0       ? answer_tlsa(env, asked, part)
               : strcmp(kind, "dialback") == 0 ? answer_dialback(asked, part)
                                               : false;
    case 5: return strcmp(kind, "posh") == 0 && answer_posh(env, asked, part);
    default: return false;
    }
}

/* Verification, Id, Answer */
NIF(nif_verification_answer) {
    (void)argc;
    struct verification *verification = verification_of(env, argv[0]);
    struct asked asked = {NULL, 0, XMPP_TLS_OK, NULL};
    if (verification == NULL || !enif_get_uint(env, argv[1], &asked.id)) {
        return enif_make_badarg(env);
    }
    asked.handle = verification->handle;
    enif_mutex_lock(verification->lock);
    bool understood = answer_question(env, &asked, argv[2]);
    enif_mutex_unlock(verification->lock);
    if (!understood) {
        xmpp_tls_error_free(asked.error);
        return enif_make_badarg(env);
    }
    return asked.result == XMPP_TLS_OK ? atom_ok : failed_with(env, asked.result, asked.error);
}
