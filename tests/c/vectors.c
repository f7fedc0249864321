/* Runs every case of tests/vectors that the C face can express; the others are counted, each with its reason. */
#define _POSIX_C_SOURCE 200809L
#include "world.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>

static size_t ran, skipped, wrong;
static const json_t *certificates;

static const char *text(const json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    return value == NULL ? "" : value;
}

static size_t text_len(const json_t *object, const char *key) { return json_string_length(json_object_get(object, key)); }

#define TEXT_OF(object, key) text(object, key), text_len(object, key)

/* The number that a name stands for, found by the library's own names; 0 if there is none. */
static uint32_t number_of(xmpp_tls_str (*name)(uint32_t), const char *word) {
    for (uint32_t number = 1; number < 64; number++)
        if (is_text(name(number), word))
            return number;
    return 0;
}

static size_t from_base64(const char *from, uint8_t *to) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = 0;
    uint32_t bits = 0;
    int count = 0;
    for (; *from != 0 && *from != '='; from++) {
        bits = bits << 6 | (uint32_t)(strchr(alphabet, *from) - alphabet);
        count += 6;
        if (count >= 8) {
            count -= 8;
            to[length++] = (uint8_t)(bits >> count);
        }
    }
    return length;
}

static size_t from_hexadecimal(const char *from, uint8_t *to) {
    size_t length = 0;
    unsigned byte;
    for (; sscanf(from, "%2x", &byte) == 1; from += 2)
        to[length++] = (uint8_t)byte;
    return length;
}

/* Bytes in base64: of a certificate by its name, or as they stand; to be freed. */
static uint8_t *bytes_of(const json_t *value, size_t *length) {
    const json_t *known = json_object_get(certificates, json_string_value(value));
    const char *base64 = json_string_value(known != NULL ? known : value);
    uint8_t *bytes = malloc(strlen(base64) + 1);
    *length = from_base64(base64, bytes);
    return bytes;
}

static const xmpp_tls_policy *policy_of_case(const json_t *input) {
    xmpp_tls_trust_anchors_builder *anchors_builder;
    xmpp_tls_policy_builder *builder;
    const xmpp_tls_trust_anchors *anchors;
    const xmpp_tls_policy *policy = NULL;
    const json_t *value;
    size_t index, length;
    OK(xmpp_tls_trust_anchors_builder_new(&anchors_builder));
    json_array_foreach(json_object_get(input, "trust_anchors"), index, value) {
        uint8_t *der = bytes_of(value, &length);
        OK(xmpp_tls_trust_anchors_builder_add_der(anchors_builder, der, length, NULL));
        free(der);
    }
    json_array_foreach(json_object_get(input, "revocation_lists"), index, value) {
        uint8_t *list = bytes_of(value, &length);
        OK(xmpp_tls_trust_anchors_builder_add_crl(anchors_builder, list, length, NULL));
        free(list);
    }
    OK(xmpp_tls_trust_anchors_builder_build(anchors_builder, &anchors, NULL));
    OK(xmpp_tls_policy_builder_new_toml(TEXT_OF(input, "policy"), &builder, NULL));
    OK(xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, NULL));
    OK(xmpp_tls_policy_builder_build(builder, &policy, NULL));
    xmpp_tls_policy_builder_free(builder);
    xmpp_tls_trust_anchors_free(anchors);
    xmpp_tls_trust_anchors_builder_free(anchors_builder);
    return policy;
}

static const xmpp_tls_endpoint *endpoint_of_case(const json_t *form) {
    const xmpp_tls_endpoint *endpoint = NULL;
    if (!json_is_object(form))
        return NULL;
    const char *srv = text(form, "srv");
    OK(xmpp_tls_endpoint_new(TEXT_OF(form, "target"), (uint32_t)json_integer_value(json_object_get(form, "port")),
                             XMPP_TLS_TRANSPORT_STARTTLS, *srv ? number_of(xmpp_tls_dnssec_name, srv) : XMPP_TLS_DNSSEC_NONE,
                             number_of(xmpp_tls_dnssec_name, text(form, "addresses")),
                             json_is_true(json_object_get(form, "configured")), &endpoint, NULL));
    return endpoint;
}

/* Answers what fits every question; whether there is more to say. */
static bool has_value(xmpp_tls_verification *verification, uint32_t id, const json_t *answer) {
    if (json_object_get(answer, "found") != NULL)
        return true;
    if (json_object_get(answer, "absent") != NULL)
        OK(xmpp_tls_verification_answer_absent(verification, id, number_of(xmpp_tls_dnssec_name, text(answer, "absent")), NULL));
    else if (json_object_get(answer, "failed") != NULL)
        OK(xmpp_tls_verification_answer_failed(verification, id, number_of(xmpp_tls_lookup_failure_name, text(answer, "failed")), NULL));
    else
        OK(xmpp_tls_verification_answer_not_asked(verification, id, NULL));
    return false;
}

static void answer_tlsa(xmpp_tls_verification *verification, uint32_t id, xmpp_tls_str owner, const json_t *all) {
    const json_t *one, *answer = NULL, *value;
    size_t index, at, count = 0;
    json_array_foreach(all, index, one) {
        char name[512];
        snprintf(name, sizeof name, "_%lld._tcp.%s.", (long long)json_integer_value(json_object_get(one, "port")), text(one, "host"));
        if (answer == NULL && is_text(owner, name))
            answer = json_object_get(one, "answer");
    }
    if (!has_value(verification, id, answer))
        return;
    const json_t *found = json_object_get(answer, "found"), *records = json_object_get(found, "rdata");
    size_t size = json_array_size(records);
    xmpp_tls_bytes *rdata = calloc(size + 1, sizeof *rdata);
    json_array_foreach(records, at, value) {
        uint8_t *bytes = malloc(json_string_length(value) / 2 + 1);
        rdata[count].len = from_hexadecimal(json_string_value(value), bytes);
        rdata[count++].data = bytes;
    }
    OK(xmpp_tls_verification_answer_tlsa(verification, id, number_of(xmpp_tls_dnssec_name, text(found, "dnssec")), rdata, count,
                                         json_integer_value(json_object_get(found, "valid_until")), NULL));
    while (count > 0)
        free((void *)(uintptr_t)rdata[--count].data);
    free(rdata);
}

static void answer_posh(xmpp_tls_verification *verification, uint32_t id, const json_t *answer) {
    if (!has_value(verification, id, answer))
        return;
    const json_t *found = json_object_get(answer, "found"), *verified = json_object_get(found, "https_verified");
    const json_t *reference = json_object_get(found, "reference"), *document = json_object_get(found, "document");
    bool referred = json_is_string(reference);
    const json_t *first = referred ? reference : document;
    xmpp_tls_result result = xmpp_tls_verification_answer_posh(
        verification, id, (const uint8_t *)json_string_value(first), json_string_length(first),
        (const uint8_t *)(referred ? json_string_value(document) : NULL), referred ? json_string_length(document) : 0,
        verified == NULL || json_is_true(verified), json_integer_value(json_object_get(found, "fetched_at")), NULL);
    if (result == XMPP_TLS_MALFORMED_DOCUMENT)
        OK(xmpp_tls_verification_answer_failed(verification, id, XMPP_TLS_LOOKUP_FAILURE_MALFORMED, NULL));
    else
        OK(result);
}

static void answer_targets(xmpp_tls_verification *verification, uint32_t id, const json_t *answer) {
    const json_t *form;
    const xmpp_tls_endpoint *endpoints[64];
    size_t index, count = 0;
    if (!has_value(verification, id, answer))
        return;
    json_array_foreach(json_object_get(answer, "found"), index, form) {
        if (count < 64)
            endpoints[count++] = endpoint_of_case(form);
    }
    OK(xmpp_tls_verification_answer_srv(verification, id, endpoints, count, NULL));
    while (count > 0)
        xmpp_tls_endpoint_free(endpoints[--count]);
}

static void answer_dialback(xmpp_tls_verification *verification, uint32_t id, const json_t *answer) {
    if (!has_value(verification, id, answer))
        return;
    const json_t *found = json_object_get(answer, "found");
    OK(xmpp_tls_verification_answer_dialback(verification, id, json_is_true(json_object_get(found, "valid")),
                                             json_is_true(json_object_get(found, "dnssec")),
                                             json_is_true(json_object_get(found, "over_tls")), NULL));
}

/* What a case needs that the C face takes from a handshake or a look-up only; NULL if nothing. */
static const char *beyond_c(const json_t *input) {
    const json_t *posh = json_object_get(json_object_get(json_object_get(input, "evidence"), "posh"), "found");
    if (json_object_get(input, "staple") != NULL)
        return "whether a response was stapled is known from a handshake";
    if (json_is_true(json_object_get(input, "resumed")))
        return "whether a session was resumed is known from a handshake";
    if (json_object_get(json_object_get(input, "endpoint"), "canonical") != NULL)
        return "the name behind secure CNAMEs is known from a look-up";
    if (json_object_get(posh, "url") != NULL)
        return "a document is always taken for the URL that was asked for";
    if (json_array_size(json_object_get(input, "chain")) == 0)
        return "a peer without a certificate is known from a handshake";
    if (json_array_size(json_object_get(input, "chain")) > 10)
        return "a chain that is too long cannot be given";
    return NULL;
}

static const xmpp_tls_verdict *verdict_of(const json_t *input) {
    const json_t *evidence = json_object_get(input, "evidence"), *value, *names = json_object_get(input, "chain");
    const xmpp_tls_policy *policy = policy_of_case(input);
    const xmpp_tls_endpoint *endpoint = endpoint_of_case(json_object_get(input, "endpoint"));
    const xmpp_tls_certificate *chain[16];
    const xmpp_tls_question *question;
    const xmpp_tls_verdict *verdict = NULL;
    xmpp_tls_verification *verification;
    xmpp_tls_time now = {json_integer_value(json_object_get(input, "now")), 1};
    size_t index, count = 0, length;
    bool readable = true;
    json_array_foreach(names, index, value) {
        uint8_t *der = bytes_of(value, &length);
        readable &= xmpp_tls_certificate_new_der(der, length, &chain[count++], NULL) == XMPP_TLS_OK;
        free(der);
    }
    if (readable) {
        OK(xmpp_tls_verification_new_chain(chain, count, TEXT_OF(input, "domain"), number_of(xmpp_tls_direction_name, text(input, "direction")),
                                           policy, endpoint, &verification, NULL));
        OK(xmpp_tls_verification_ask_dialback(verification, TEXT_OF(input, "domain"), TEXT_OF(input, "domain"), T("id"), NULL));
        while (xmpp_tls_verification_next_question(verification, &now, &question) == XMPP_TLS_OK) {
            uint32_t id = xmpp_tls_question_id(question);
            switch (xmpp_tls_question_kind(question)) {
            case XMPP_TLS_QUESTION_TYPE_TLSA: answer_tlsa(verification, id, xmpp_tls_question_name(question), json_object_get(evidence, "tlsa")); break;
            case XMPP_TLS_QUESTION_TYPE_POSH: answer_posh(verification, id, json_object_get(evidence, "posh")); break;
            case XMPP_TLS_QUESTION_TYPE_SRV: answer_targets(verification, id, json_object_get(evidence, "targets")); break;
            case XMPP_TLS_QUESTION_TYPE_DIALBACK: answer_dialback(verification, id, json_object_get(evidence, "dialback")); break;
            default: OK(xmpp_tls_verification_answer_not_asked(verification, id, NULL));
            }
            xmpp_tls_question_free(question);
        }
        OK(xmpp_tls_verification_decide(verification, &now, &verdict, NULL));
        xmpp_tls_verification_free(verification);
    }
    while (count > 0)
        xmpp_tls_certificate_free(chain[--count]);
    xmpp_tls_endpoint_free(endpoint);
    xmpp_tls_policy_free(policy);
    return verdict;
}

/* Puts a value of the caller's buffer into the outcome, or null for what was refused. */
static void put(json_t *outcome, const char *key, const char *value, size_t length) {
    json_object_set_new(outcome, key, value == NULL ? json_null() : json_stringn(value, length));
}

static void put_text(json_t *outcome, const char *key, xmpp_tls_str value) { put(outcome, key, value.data, value.len); }

static const char *run_verdict(const json_t *input, json_t *outcome) {
    static const char *const compared[] = {"level", "method", "alert"};
    const char *reason = beyond_c(input);
    if (reason != NULL)
        return reason;
    const xmpp_tls_verdict *verdict = verdict_of(input);
    if (verdict == NULL)
        return "a certificate that cannot be read cannot be given";
    xmpp_tls_str json = xmpp_tls_verdict_json(verdict);
    json_t *own = json_loadb(json.data, json.len, 0, NULL);
    for (size_t i = 0; i < 3; i++)
        json_object_set(outcome, compared[i], json_object_get(own, compared[i]));
    json_decref(own);
    xmpp_tls_verdict_free(verdict);
    return NULL;
}

static const char *run_history(const json_t *input, json_t *outcome) {
    const json_t *sighting;
    size_t index, stored_len = 0;
    char *stored = malloc(1 << 20);
    json_array_foreach(json_object_get(input, "sightings"), index, sighting) {
        const xmpp_tls_verdict *verdict = verdict_of(sighting);
        const xmpp_tls_observation *observation;
        xmpp_tls_time now = {json_integer_value(json_object_get(sighting, "now")), 1};
        OK(xmpp_tls_verdict_observe(verdict, (const uint8_t *)stored, stored_len, &now, &observation, NULL));
        put_text(outcome, "change", xmpp_tls_observation_change_name(observation));
        put_text(outcome, "loudness", xmpp_tls_loudness_name(xmpp_tls_observation_loudness(observation)));
        xmpp_tls_str json = xmpp_tls_observation_to_store(observation);
        if (json.len > 0 && json.len < 1 << 20)
            memcpy(stored, json.data, stored_len = json.len);
        xmpp_tls_observation_free(observation);
        xmpp_tls_verdict_free(verdict);
    }
    free(stored);
    return NULL;
}

static size_t texts_of(const json_t *list, xmpp_tls_str *texts, size_t most) {
    const json_t *value;
    size_t index, count = 0;
    json_array_foreach(list, index, value) {
        if (count < most) {
            texts[count].data = json_string_value(value);
            texts[count++].len = json_string_length(value);
        }
    }
    return count;
}

/* An identity that is there and empty; in C that is how none is said. */
static const char *is_empty(const json_t *input, const char *key) {
    return json_is_string(json_object_get(input, key)) && text_len(input, key) == 0 ? "an empty identity is none" : NULL;
}

static const char *run_user(const json_t *input, json_t *outcome) {
    const xmpp_tls_certificate *certificate;
    const xmpp_tls_external_users *users;
    xmpp_tls_str served[16];
    size_t length, written, count = texts_of(json_object_get(input, "served"), served, 16);
    uint8_t *der = bytes_of(json_object_get(input, "certificate"), &length);
    char user[4096];
    uint32_t reason;
    OK(xmpp_tls_certificate_new_der(der, length, &certificate, NULL));
    free(der);
    OK(xmpp_tls_certificate_users(certificate, served, count, &users, NULL));
    OK(xmpp_tls_external_users_resolve(users, TEXT_OF(input, "authzid"), TEXT_OF(input, "mapped"), user, sizeof user, &written, &reason, NULL));
    put(outcome, "user", reason ? NULL : user, written);
    if (reason)
        put_text(outcome, "condition", xmpp_tls_external_condition(reason));
    else
        put(outcome, "condition", NULL, 0);
    xmpp_tls_external_users_free(users);
    xmpp_tls_certificate_free(certificate);
    return is_empty(input, "authzid");
}

static const char *run_authzid_from_wire(const json_t *input, json_t *outcome) {
    char authzid[8192];
    size_t written;
    uint32_t reason;
    OK(xmpp_tls_external_decode_authzid(TEXT_OF(input, "wire"), authzid, sizeof authzid, &written, &reason));
    put(outcome, "authzid", written == 0 ? NULL : authzid, written);
    json_object_set_new(outcome, "malformed", json_boolean(reason != 0));
    return NULL;
}

static const char *run_server_authzid(const json_t *input, json_t *outcome) {
    char domain[256];
    size_t written;
    uint32_t reason;
    OK(xmpp_tls_external_resolve_server(TEXT_OF(input, "authzid"), TEXT_OF(input, "from"), domain, sizeof domain, &written, &reason, NULL));
    put(outcome, "domain", reason ? NULL : domain, written);
    return is_empty(input, "authzid");
}

static const char *run_domain(const json_t *input, json_t *outcome) {
    char ascii[256];
    size_t written;
    xmpp_tls_result result = xmpp_tls_domain_to_ascii(TEXT_OF(input, "text"), ascii, sizeof ascii, &written);
    put(outcome, "ascii", result == XMPP_TLS_OK ? ascii : NULL, written);
    return NULL;
}

#define PAIR(input) TEXT_OF(input, "receiving"), TEXT_OF(input, "originating"), TEXT_OF(input, "stream_id")

static const char *run_dialback_key(const json_t *input, json_t *outcome) {
    const xmpp_tls_dialback_secret *secret;
    char key[64];
    size_t written = 0;
    xmpp_tls_result result = xmpp_tls_dialback_secret_new((const uint8_t *)text(input, "secret"), text_len(input, "secret"), &secret, NULL);
    if (result == XMPP_TLS_OK)
        result = xmpp_tls_dialback_secret_key(secret, PAIR(input), key, sizeof key, &written, NULL);
    put(outcome, "key", result == XMPP_TLS_OK ? key : NULL, written);
    xmpp_tls_dialback_secret_free(secret);
    return NULL;
}

static const char *run_dialback_check(const json_t *input, json_t *outcome) {
    const xmpp_tls_dialback_secret *secret;
    OK(xmpp_tls_dialback_secret_new((const uint8_t *)text(input, "secret"), text_len(input, "secret"), &secret, NULL));
    json_object_set_new(outcome, "matches", json_boolean(xmpp_tls_dialback_secret_matches(secret, PAIR(input), TEXT_OF(input, "key"))));
    xmpp_tls_dialback_secret_free(secret);
    return NULL;
}

static const char *run_joining_target(const json_t *input, json_t *outcome) {
    bool may = xmpp_tls_dialback_target_may_join(json_is_true(json_object_get(input, "peer_announced_errors")),
                                                 json_is_true(json_object_get(input, "same_address")),
                                                 json_is_true(json_object_get(input, "certificate_proves_it")));
    json_object_set_new(outcome, "may_join", json_boolean(may));
    return NULL;
}

static const char *run_channel_binding(const json_t *input, json_t *outcome) {
    xmpp_tls_str mechanisms[16], announced[16], names[16];
    uint32_t ours[16], decision, kind, profile = strcmp(text(input, "profile"), "sasl2") == 0 ? XMPP_TLS_SASL_PROFILE_SASL2 : XMPP_TLS_SASL_PROFILE_SASL;
    size_t mechanism_count = texts_of(json_object_get(input, "mechanisms"), mechanisms, 16),
           announced_count = texts_of(json_object_get(input, "announced"), announced, 16), our_count = texts_of(json_object_get(input, "ours"), names, 16);
    for (size_t i = 0; i < our_count; i++)
        ours[i] = number_of(xmpp_tls_channel_binding_name, names[i].data);
    OK(xmpp_tls_channel_binding_decide(profile, mechanisms, mechanism_count, announced, announced_count, ours, our_count, &decision, &kind));
    if (decision == XMPP_TLS_BINDING_DECISION_USE)
        put_text(outcome, "decision", xmpp_tls_channel_binding_name(kind));
    else
        put(outcome, "decision", decision == XMPP_TLS_BINDING_DECISION_FLAG_Y ? "y" : decision == XMPP_TLS_BINDING_DECISION_FLAG_N ? "n" : "abort",
            decision <= XMPP_TLS_BINDING_DECISION_FLAG_N ? 1 : 5);
    return NULL;
}

static const char *run_downgrade_hash(const json_t *input, json_t *outcome) {
    xmpp_tls_str mechanisms[16], types[16];
    size_t mechanism_count = texts_of(json_object_get(input, "mechanisms"), mechanisms, 16),
           type_count = texts_of(json_object_get(input, "types"), types, 16), written;
    const char *hash = text(input, "hash");
    uint32_t digest = strcmp(hash, "SHA-1") == 0 ? XMPP_TLS_DIGEST_SHA1 : strcmp(hash, "SHA-256") == 0 ? XMPP_TLS_DIGEST_SHA256 : XMPP_TLS_DIGEST_SHA512;
    char value[88];
    OK(xmpp_tls_channel_binding_downgrade_hash(digest, mechanisms, mechanism_count, types, type_count, true, value, sizeof value, &written, NULL));
    put(outcome, "value", value, written);
    return NULL;
}

/* The first question of this kind of a verification made ahead. */
static const xmpp_tls_question *asked(const char *domain, const char *preset, const char *target, uint32_t port, uint32_t kind,
                                      xmpp_tls_verification **verification) {
    const xmpp_tls_policy *policy = policy_of(preset, NULL);
    const xmpp_tls_endpoint *endpoint = NULL;
    const xmpp_tls_question *question = NULL;
    xmpp_tls_time now = time_at(0, 0);
    if (target != NULL)
        OK(xmpp_tls_endpoint_new(target, strlen(target), port, XMPP_TLS_TRANSPORT_STARTTLS, XMPP_TLS_DNSSEC_SECURE, XMPP_TLS_DNSSEC_SECURE, false,
                                 &endpoint, NULL));
    OK(xmpp_tls_verification_new(domain, strlen(domain), XMPP_TLS_DIRECTION_INITIATING, policy, endpoint, verification, NULL));
    while (xmpp_tls_verification_next_question(*verification, &now, &question) == XMPP_TLS_OK && xmpp_tls_question_kind(question) != kind)
        xmpp_tls_question_free(question);
    CHECK(question != NULL);
    xmpp_tls_endpoint_free(endpoint);
    xmpp_tls_policy_free(policy);
    return question;
}

static const char *run_tlsa_owner(const json_t *input, json_t *outcome) {
    xmpp_tls_verification *verification;
    const xmpp_tls_question *question = asked("example.org", "s2s", text(input, "host"), (uint32_t)json_integer_value(json_object_get(input, "port")),
                                              XMPP_TLS_QUESTION_TYPE_TLSA, &verification);
    put_text(outcome, "owner", xmpp_tls_question_name(question));
    xmpp_tls_question_free(question);
    xmpp_tls_verification_free(verification);
    return NULL;
}

static const char *run_posh_url(const json_t *input, json_t *outcome) {
    xmpp_tls_verification *verification;
    const xmpp_tls_question *question = asked(text(input, "domain"), strcmp(text(input, "service"), "c2s") == 0 ? "c2s-client" : "s2s", NULL, 0,
                                              XMPP_TLS_QUESTION_TYPE_POSH, &verification);
    put_text(outcome, "url", xmpp_tls_question_name(question));
    xmpp_tls_question_free(question);
    xmpp_tls_verification_free(verification);
    return NULL;
}

/* A document is one of fingerprints if it is taken alone, and a reference if it is taken with another. */
static const char *run_posh_document(const json_t *input, json_t *outcome) {
    static const char other[] = "{\"fingerprints\":[{\"sha-256\":\"A9Zt0Ig1wco/EozOrNHzGslBYwlrIPRFroQoW8CDLXI=\"}],\"expires\":86400}";
    bool taken[2];
    for (int with_other = 0; with_other < 2; with_other++) {
        xmpp_tls_verification *verification;
        const xmpp_tls_question *question = asked("example.org", "s2s", NULL, 0, XMPP_TLS_QUESTION_TYPE_POSH, &verification);
        xmpp_tls_result result = xmpp_tls_verification_answer_posh(
            verification, xmpp_tls_question_id(question), (const uint8_t *)text(input, "document"), text_len(input, "document"),
            with_other ? (const uint8_t *)other : NULL, with_other ? strlen(other) : 0, true, 1, NULL);
        CHECK(result == XMPP_TLS_OK || result == XMPP_TLS_MALFORMED_DOCUMENT);
        taken[with_other] = result == XMPP_TLS_OK;
        xmpp_tls_question_free(question);
        xmpp_tls_verification_free(verification);
    }
    CHECK(!taken[0] || !taken[1]);
    const char *kind = taken[0] ? "fingerprints" : taken[1] ? "reference" : "refused";
    put(outcome, "kind", kind, strlen(kind));
    return NULL;
}

static const char *run_tlsa_text(const json_t *input, json_t *outcome) {
    (void)input;
    (void)outcome;
    return "records come as RDATA, not as text";
}

static const struct {
    const char *kind;
    const char *(*run)(const json_t *input, json_t *outcome);
} runners[] = {{"verdict", run_verdict}, {"history", run_history}, {"user", run_user}, {"authzid_from_wire", run_authzid_from_wire},
               {"server_authzid", run_server_authzid}, {"domain", run_domain}, {"dialback_key", run_dialback_key},
               {"dialback_check", run_dialback_check}, {"joining_target", run_joining_target}, {"channel_binding", run_channel_binding},
               {"downgrade_hash", run_downgrade_hash}, {"tlsa_owner", run_tlsa_owner}, {"posh_url", run_posh_url},
               {"posh_document", run_posh_document}, {"tlsa_text", run_tlsa_text}};

static struct {
    const char *reason;
    size_t count;
} reasons[16];

static void skip(const char *reason) {
    size_t at = 0;
    while (at < 15 && reasons[at].reason != NULL && strcmp(reasons[at].reason, reason) != 0)
        at++;
    reasons[at].reason = reason;
    reasons[at].count++;
    skipped++;
}

static void run_case(const json_t *one) {
    const char *kind = text(one, "kind");
    json_t *outcome = json_object();
    size_t at = 0, count = sizeof runners / sizeof *runners;
    int before = check_failures;
    while (at < count && strcmp(runners[at].kind, kind) != 0)
        at++;
    if (at == count) {
        printf("%s: no runner for %s\n", text(one, "id"), kind);
        wrong++;
        json_decref(outcome);
        return;
    }
    const char *reason = runners[at].run(json_object_get(one, "input"), outcome);
    if (reason != NULL) {
        skip(reason);
    } else {
        const char *key;
        json_t *value;
        ran++;
        bool differs = json_object_size(outcome) == 0 || check_failures != before;
        json_object_foreach(outcome, key, value) {
            const json_t *wanted = json_object_get(json_object_get(one, "expect"), key);
            differs |= wanted != NULL && !json_equal(wanted, value);
        }
        if (differs) {
            char *got = json_dumps(outcome, JSON_COMPACT), *expected = json_dumps(json_object_get(one, "expect"), JSON_COMPACT);
            printf("%s\n  expected %s\n  got      %s\n", text(one, "id"), expected, got);
            free(got);
            free(expected);
            wrong++;
        }
    }
    json_decref(outcome);
}

int main(void) {
    DIR *folder = opendir(VECTORS);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        size_t length = strlen(entry->d_name), index;
        char path[4096];
        const json_t *one;
        if (length < 5 || strcmp(entry->d_name + length - 5, ".json") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", VECTORS, entry->d_name);
        json_t *file = json_load_file(path, JSON_ALLOW_NUL, NULL);
        if (strcmp(text(file, "format"), "xmpptls-vectors-1") != 0) {
            printf("%s is no file of vectors\n", path);
            wrong++;
        }
        certificates = json_object_get(file, "certificates");
        json_array_foreach(json_object_get(file, "cases"), index, one) run_case(one);
        json_decref(file);
    }
    if (folder != NULL)
        closedir(folder);
    for (size_t at = 0; at < 16 && reasons[at].reason != NULL; at++)
        printf("skipped %zu: %s\n", reasons[at].count, reasons[at].reason);
    if (ran < 600) {
        printf("only %zu cases ran\n", ran);
        wrong++;
    }
    printf("%zu passed, %zu failed\n", ran > wrong ? ran - wrong : 0, wrong);
    return wrong != 0;
}
