/* Verifications, verdicts, histories. */
#include "world.h"

#define TARGET "xmpp1.hosting.example"

static const xmpp_tls_endpoint *endpoint_of(uint32_t srv, uint32_t addresses) {
    const xmpp_tls_endpoint *endpoint;
    OK(xmpp_tls_endpoint_new(T(TARGET), 5269, XMPP_TLS_TRANSPORT_STARTTLS, srv, addresses, false, &endpoint, NULL));
    return endpoint;
}

/* A verification of this certificate alone. */
static xmpp_tls_verification *verification_of(const char *name, const xmpp_tls_policy *policy, const xmpp_tls_endpoint *endpoint) {
    const xmpp_tls_certificate *chain[1] = {certificate_of(name)};
    xmpp_tls_verification *verification;
    OK(xmpp_tls_verification_new_chain(chain, 1, T(DOMAIN), XMPP_TLS_DIRECTION_INITIATING, policy, endpoint, &verification, NULL));
    xmpp_tls_certificate_free(chain[0]);
    return verification;
}

static const xmpp_tls_verdict *decided(xmpp_tls_verification *verification, int64_t later) {
    const xmpp_tls_verdict *verdict;
    xmpp_tls_time now = time_at(later, 0);
    OK(xmpp_tls_verification_decide(verification, &now, &verdict, NULL));
    return verdict;
}

/* The question of this kind, or NULL; others are passed over. */
static const xmpp_tls_question *question_of(xmpp_tls_verification *verification, uint32_t kind) {
    const xmpp_tls_question *question;
    xmpp_tls_time now = time_at(0, 0);
    while (xmpp_tls_verification_next_question(verification, &now, &question) == XMPP_TLS_OK) {
        if (xmpp_tls_question_kind(question) == kind)
            return question;
        xmpp_tls_question_free(question);
    }
    CHECK(question == NULL);
    return NULL;
}

static void a_verdict_says_who_by_which_proof_and_until_when(void) {
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    xmpp_tls_verification *verification = verification_of("server.pem", policy, NULL);
    const xmpp_tls_verdict *verdict = decided(verification, 0), *second;
    const xmpp_tls_certificate *certificate = certificate_of("server.pem");
    second = xmpp_tls_verdict_retain(verdict);
    xmpp_tls_verdict_free(verdict);
    CHECK(xmpp_tls_verdict_level(second) == XMPP_TLS_LEVEL_AUTHENTICATED);
    /* Nobody showed that it holds the key. */
    CHECK(!xmpp_tls_verdict_is_permitted(second) && !xmpp_tls_verdict_is_possession_shown(second));
    CHECK(xmpp_tls_verdict_method(second) == XMPP_TLS_METHOD_PKIX);
    TEXT(xmpp_tls_verdict_domain(second), DOMAIN);
    CHECK(xmpp_tls_verdict_service(second) == XMPP_TLS_SERVICE_S2S);
    CHECK(xmpp_tls_verdict_direction(second) == XMPP_TLS_DIRECTION_INITIATING);
    CHECK(has_text(xmpp_tls_verdict_reference_identity(second), DOMAIN));
    CHECK(has_text(xmpp_tls_verdict_presented_as(second), DOMAIN));
    CHECK(xmpp_tls_verdict_judged_at(second) == time_at(0, 0).unix_seconds);
    CHECK(xmpp_tls_verdict_valid_until(second) == xmpp_tls_certificate_not_after(certificate));
    CHECK(xmpp_tls_verdict_reason_count(second) == 0 && xmpp_tls_verdict_reason(second, 0) == 0);
    TEXT(xmpp_tls_verdict_reason_text(second, 0), "");
    size_t notes = xmpp_tls_verdict_note_count(second);
    CHECK(xmpp_tls_verdict_note(second, notes) == 0);
    TEXT(xmpp_tls_verdict_note_text(second, notes), "");
    CHECK(has_text(xmpp_tls_verdict_summary(second), DOMAIN) && xmpp_tls_verdict_json(second).data[0] == '{');
    CHECK(xmpp_tls_compat_verify_code(second) == 0);
    TEXT(xmpp_tls_verdict_dialback_condition(second), "");
    xmpp_tls_certificate_free(certificate);
    xmpp_tls_verdict_free(second);
    xmpp_tls_verification_free(verification);
    xmpp_tls_policy_free(policy);
}

static void a_refusal_carries_its_reasons(void) {
    static const struct {
        const char *certificate;
        int64_t later;
        uint32_t reason;
    } wanted[] = {{"other.pem", 0, XMPP_TLS_REASON_NAME_MISMATCH}, {"server.pem", 400 * (int64_t)DAY, XMPP_TLS_REASON_EXPIRED},
                  {"server.pem", -2 * (int64_t)DAY, XMPP_TLS_REASON_NOT_YET_VALID}, {"stranger.pem", 0, XMPP_TLS_REASON_SELF_SIGNED}};
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        xmpp_tls_verification *verification = verification_of(wanted[i].certificate, policy, NULL);
        const xmpp_tls_verdict *verdict = decided(verification, wanted[i].later);
        bool found = false;
        CHECK(xmpp_tls_verdict_level(verdict) == XMPP_TLS_LEVEL_REFUSED);
        for (size_t at = 0; at < xmpp_tls_verdict_reason_count(verdict); at++) {
            found |= xmpp_tls_verdict_reason(verdict, at) == wanted[i].reason;
            CHECK(xmpp_tls_verdict_reason_text(verdict, at).len > 0);
        }
        CHECK(found);
        TEXT(xmpp_tls_verdict_dialback_condition(verdict), "not-authorized");
        xmpp_tls_verdict_free(verdict);
        xmpp_tls_verification_free(verification);
    }
    xmpp_tls_policy_free(policy);
}

static void dane_decides_by_the_records_that_the_host_found(void) {
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    const xmpp_tls_endpoint *secure = endpoint_of(XMPP_TLS_DNSSEC_SECURE, XMPP_TLS_DNSSEC_SECURE);
    const xmpp_tls_certificate *certificate = certificate_of("other.pem");
    uint8_t record[35] = {3, 1, 1};
    size_t written;
    OK(xmpp_tls_certificate_spki_digest(certificate, XMPP_TLS_DIGEST_SHA256, record + 3, 32, &written));
    for (int matching = 0; matching < 2; matching++) {
        xmpp_tls_verification *verification = verification_of("other.pem", policy, secure);
        const xmpp_tls_question *question = question_of(verification, XMPP_TLS_QUESTION_TYPE_TLSA);
        xmpp_tls_bytes rdata = {record, sizeof record};
        TEXT(xmpp_tls_question_name(question), "_5269._tcp." TARGET ".");
        record[34] ^= (uint8_t)(matching == 0);
        OK(xmpp_tls_verification_answer_tlsa(verification, xmpp_tls_question_id(question), XMPP_TLS_DNSSEC_SECURE, &rdata, 1, 0, NULL));
        record[34] ^= (uint8_t)(matching == 0);
        IS(xmpp_tls_verification_answer_tlsa(verification, xmpp_tls_question_id(question), XMPP_TLS_DNSSEC_SECURE, &rdata, 1, 0, NULL),
           XMPP_TLS_INVALID_PARAMETER);
        const xmpp_tls_verdict *verdict = decided(verification, 0);
        CHECK(xmpp_tls_verdict_level(verdict) == (matching ? XMPP_TLS_LEVEL_AUTHENTICATED : XMPP_TLS_LEVEL_REFUSED));
        CHECK(!matching || xmpp_tls_verdict_method(verdict) == XMPP_TLS_METHOD_DANE_EE);
        CHECK(matching || xmpp_tls_compat_verify_code(verdict) == 65);
        xmpp_tls_verdict_free(verdict);
        xmpp_tls_question_free(question);
        xmpp_tls_verification_free(verification);
    }
    xmpp_tls_certificate_free(certificate);
    xmpp_tls_endpoint_free(secure);
    xmpp_tls_policy_free(policy);
}

static void any_question_may_be_answered_absent_failed_or_not_asked(void) {
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    const xmpp_tls_endpoint *secure = endpoint_of(XMPP_TLS_DNSSEC_SECURE, XMPP_TLS_DNSSEC_SECURE);
    for (int way = 0; way < 3; way++) {
        xmpp_tls_verification *verification = verification_of("server.pem", policy, secure);
        const xmpp_tls_question *question = question_of(verification, XMPP_TLS_QUESTION_TYPE_TLSA);
        uint32_t id = xmpp_tls_question_id(question);
        xmpp_tls_bytes none = {NULL, 0};
        IS(xmpp_tls_verification_answer_absent(verification, id, XMPP_TLS_DNSSEC_NONE, NULL), XMPP_TLS_INVALID_PARAMETER);
        IS(xmpp_tls_verification_answer_failed(verification, id, 99, NULL), XMPP_TLS_INVALID_PARAMETER);
        IS(xmpp_tls_verification_answer_not_asked(verification, id + 1000, NULL), XMPP_TLS_INVALID_PARAMETER);
        IS(xmpp_tls_verification_answer_tlsa(verification, id, 9, &none, 1, 0, NULL), XMPP_TLS_INVALID_PARAMETER);
        IS(xmpp_tls_verification_answer_tlsa(verification, id, 1, NULL, 1, 0, NULL), XMPP_TLS_NULL_PARAMETER);
        IS(xmpp_tls_verification_answer_posh(verification, id, (const uint8_t *)"{}", 2, NOTHING, true, 0, NULL), XMPP_TLS_INVALID_PARAMETER);
        IS(xmpp_tls_verification_answer_history(verification, id, (const uint8_t *)"{}", 2, NULL), XMPP_TLS_INVALID_PARAMETER);
        IS(xmpp_tls_verification_answer_dialback(verification, id, true, true, true, NULL), XMPP_TLS_INVALID_PARAMETER);
        IS(xmpp_tls_verification_answer_user(verification, id, T("a@b.example"), NULL), XMPP_TLS_INVALID_PARAMETER);
        IS(xmpp_tls_verification_answer_srv(verification, id, NULL, 0, NULL), XMPP_TLS_INVALID_PARAMETER);
        switch (way) {
        case 0: OK(xmpp_tls_verification_answer_absent(verification, id, XMPP_TLS_DNSSEC_SECURE, NULL)); break;
        case 1: OK(xmpp_tls_verification_answer_failed(verification, id, XMPP_TLS_LOOKUP_FAILURE_BOGUS, NULL)); break;
        default: OK(xmpp_tls_verification_answer_not_asked(verification, id, NULL));
        }
        const xmpp_tls_verdict *verdict = decided(verification, 0);
        /* That there are none leaves it to PKIX; forged ones, or ones that were not looked for, forbid the peer. */
        CHECK(xmpp_tls_verdict_level(verdict) == (way == 0 ? XMPP_TLS_LEVEL_AUTHENTICATED : XMPP_TLS_LEVEL_REFUSED));
        xmpp_tls_verdict_free(verdict);
        xmpp_tls_question_free(question);
        xmpp_tls_verification_free(verification);
    }
    xmpp_tls_endpoint_free(secure);
    xmpp_tls_policy_free(policy);
}

static void posh_proves_a_certificate_that_no_authority_signed_for_the_domain(void) {
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    const xmpp_tls_certificate *certificate = certificate_of("other.pem");
    uint8_t digest[32];
    char base64[45], document[256];
    size_t written;
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    OK(xmpp_tls_certificate_digest(certificate, XMPP_TLS_DIGEST_SHA256, digest, sizeof digest, &written));
    for (size_t i = 0, o = 0; i < 33; i += 3, o += 4) {
        uint32_t bits = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | (i + 2 < 32 ? digest[i + 2] : 0u);
        base64[o] = alphabet[bits >> 18];
        base64[o + 1] = alphabet[bits >> 12 & 63];
        base64[o + 2] = alphabet[bits >> 6 & 63];
        base64[o + 3] = i + 2 < 32 ? alphabet[bits & 63] : '=';
    }
    base64[44] = 0;
    snprintf(document, sizeof document, "{\"fingerprints\":[{\"sha-256\":\"%s\"}],\"expires\":86400}", base64);
    for (int verified = 0; verified < 2; verified++) {
        xmpp_tls_verification *verification = verification_of("other.pem", policy, NULL);
        const xmpp_tls_question *question = question_of(verification, XMPP_TLS_QUESTION_TYPE_POSH);
        uint32_t id = xmpp_tls_question_id(question);
        TEXT(xmpp_tls_question_name(question), "https://" DOMAIN "/.well-known/posh/xmpp-server.json");
        IS(xmpp_tls_verification_answer_posh(verification, id, (const uint8_t *)"{", 1, NOTHING, true, 0, NULL), XMPP_TLS_MALFORMED_DOCUMENT);
        OK(xmpp_tls_verification_answer_posh(verification, id, (const uint8_t *)document, strlen(document), NOTHING, verified,
                                             time_at(0, 0).unix_seconds, NULL));
        const xmpp_tls_verdict *verdict = decided(verification, 0);
        CHECK(xmpp_tls_verdict_method(verdict) == (verified ? XMPP_TLS_METHOD_POSH : XMPP_TLS_METHOD_NONE));
        xmpp_tls_verdict_free(verdict);
        xmpp_tls_question_free(question);
        xmpp_tls_verification_free(verification);
    }
    xmpp_tls_certificate_free(certificate);
    xmpp_tls_policy_free(policy);
}

static void evidence_gathered_ahead_refuses_inside_the_handshake(void) {
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    const xmpp_tls_endpoint *secure = endpoint_of(XMPP_TLS_DNSSEC_SECURE, XMPP_TLS_DNSSEC_SECURE);
    xmpp_tls_context *client = context_of("s2s", NULL, NULL), *server = context_of("s2s", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    xmpp_tls_verification *verification, *foreign;
    static const uint8_t record[35] = {3, 1, 1};
    xmpp_tls_bytes rdata = {record, sizeof record};
    OK(xmpp_tls_verification_new(T(DOMAIN), XMPP_TLS_DIRECTION_INITIATING, policy, secure, &verification, NULL));
    const xmpp_tls_question *question = question_of(verification, XMPP_TLS_QUESTION_TYPE_TLSA);
    OK(xmpp_tls_verification_answer_tlsa(verification, xmpp_tls_question_id(question), XMPP_TLS_DNSSEC_SECURE, &rdata, 1, 0, NULL));
    OK(xmpp_tls_verification_new(T("other.example"), XMPP_TLS_DIRECTION_INITIATING, policy, NULL, &foreign, NULL));
    IS(xmpp_tls_connection_set_verification(pair.client, foreign, NULL), XMPP_TLS_CONTRADICTION);
    xmpp_tls_verification_free(foreign);
    OK(xmpp_tls_connection_set_verification(pair.client, verification, NULL));
    pair_run(&pair);
    IS(xmpp_tls_connection_set_verification(pair.client, verification, NULL), XMPP_TLS_WRONG_PHASE);
    CHECK(xmpp_tls_connection_phase(pair.server) == XMPP_TLS_PHASE_FAILED && xmpp_tls_connection_alert(pair.server) >= 42);
    IS(xmpp_tls_connection_verification(pair.client, T(DOMAIN), NULL, NULL, &foreign, NULL), XMPP_TLS_WRONG_PHASE);
    CHECK(foreign == NULL);
    xmpp_tls_question_free(question);
    xmpp_tls_verification_free(verification);
    pair_free(&pair);
    xmpp_tls_endpoint_free(secure);
    xmpp_tls_policy_free(policy);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void a_server_that_connects_is_asked_for_by_srv_and_dialback(void) {
    const xmpp_tls_policy *policy = policy_of("s2s-with-dialback", NULL);
    const xmpp_tls_certificate *chain[1] = {certificate_of("other.pem")};
    const xmpp_tls_endpoint *target = endpoint_of(XMPP_TLS_DNSSEC_SECURE, XMPP_TLS_DNSSEC_SECURE);
    xmpp_tls_verification *verification;
    OK(xmpp_tls_verification_new_chain(chain, 1, T(DOMAIN), XMPP_TLS_DIRECTION_RECEIVING, policy, NULL, &verification, NULL));
    OK(xmpp_tls_verification_ask_dialback(verification, T(DOMAIN), T("me.example"), T("id1"), NULL));
    IS(xmpp_tls_verification_ask_dialback(verification, NOTHING, T("me.example"), T("id1"), NULL), XMPP_TLS_INVALID_DOMAIN);
    const xmpp_tls_question *srv = NULL, *question;
    uint32_t dialback = UINT32_MAX;
    xmpp_tls_time now = time_at(0, 0);
    while (xmpp_tls_verification_next_question(verification, &now, &question) == XMPP_TLS_OK) {
        uint32_t id = xmpp_tls_question_id(question);
        switch (xmpp_tls_question_kind(question)) {
        case XMPP_TLS_QUESTION_TYPE_SRV:
            TEXT(xmpp_tls_question_name(question), DOMAIN);
            IS(xmpp_tls_verification_answer_srv(verification, id, NULL, 1, NULL), XMPP_TLS_NULL_PARAMETER);
            IS(xmpp_tls_verification_answer_srv(verification, id, &target, 1000000, NULL), XMPP_TLS_INVALID_PARAMETER);
            OK(xmpp_tls_verification_answer_srv(verification, id, &target, 1, NULL));
            srv = question;
            continue;
        case XMPP_TLS_QUESTION_TYPE_DIALBACK:
            dialback = id;
            OK(xmpp_tls_verification_answer_dialback(verification, id, true, false, true, NULL));
            break;
        default:
            OK(xmpp_tls_verification_answer_absent(verification, id, XMPP_TLS_DNSSEC_SECURE, NULL));
        }
        xmpp_tls_question_free(question);
    }
    CHECK(srv != NULL && dialback != UINT32_MAX);
    xmpp_tls_question_free(srv);
    const xmpp_tls_verdict *verdict = decided(verification, 0);
    CHECK(xmpp_tls_verdict_level(verdict) == XMPP_TLS_LEVEL_WEAK && xmpp_tls_verdict_is_permitted(verdict));
    CHECK(xmpp_tls_verdict_method(verdict) == XMPP_TLS_METHOD_DIALBACK);
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_verification_free(verification);
    xmpp_tls_endpoint_free(target);
    xmpp_tls_certificate_free(chain[0]);
    xmpp_tls_policy_free(policy);
}

static void what_cannot_be_verified_is_said_when_it_is_asked_for(void) {
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    const xmpp_tls_certificate *certificate = certificate_of("server.pem"), *chain[11];
    xmpp_tls_verification *verification;
    for (size_t i = 0; i < 11; i++)
        chain[i] = certificate;
    IS(xmpp_tls_verification_new_chain(chain, 0, T(DOMAIN), 1, policy, NULL, &verification, NULL), XMPP_TLS_NO_CERTIFICATE);
    IS(xmpp_tls_verification_new_chain(chain, 11, T(DOMAIN), 1, policy, NULL, &verification, NULL), XMPP_TLS_LIMIT_EXCEEDED);
    IS(xmpp_tls_verification_new_chain(NULL, 1, T(DOMAIN), 1, policy, NULL, &verification, NULL), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_verification_new_chain(chain, 1, T(DOMAIN), 3, policy, NULL, &verification, NULL), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_verification_new_chain(chain, 1, T(DOMAIN), 1, NULL, NULL, &verification, NULL), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_verification_new(NOTHING, 1, policy, NULL, &verification, NULL), XMPP_TLS_INVALID_DOMAIN);
    IS(xmpp_tls_verification_new(T(DOMAIN), 0, policy, NULL, &verification, NULL), XMPP_TLS_INVALID_PARAMETER);
    CHECK(verification == NULL);
    CHECK(xmpp_tls_question_id(NULL) == UINT32_MAX && xmpp_tls_question_kind(NULL) == 0);
    TEXT(xmpp_tls_question_name(NULL), "");
    CHECK(xmpp_tls_verdict_level(NULL) == XMPP_TLS_LEVEL_REFUSED && !xmpp_tls_verdict_is_permitted(NULL));
    xmpp_tls_certificate_free(certificate);
    xmpp_tls_policy_free(policy);
}

static void a_change_is_observed_and_never_decides(void) {
    static const struct {
        const char *before, *after;
        uint32_t change, loudness;
    } wanted[] = {{NULL, "server.pem", XMPP_TLS_CHANGE_FIRST_SEEN, XMPP_TLS_LOUDNESS_INFO},
                  {"server.pem", "server.pem", XMPP_TLS_CHANGE_SAME, XMPP_TLS_LOUDNESS_INFO},
                  {"server.pem", "stranger.pem", XMPP_TLS_CHANGE_WORSE_VERDICT, XMPP_TLS_LOUDNESS_ALARM}};
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    xmpp_tls_time now = time_at(0, 0);
    for (size_t i = 0; i < 3; i++) {
        char stored[8192];
        size_t stored_len = 0;
        const xmpp_tls_observation *observation;
        for (int turn = wanted[i].before == NULL; turn < 2; turn++) {
            xmpp_tls_verification *verification = verification_of(turn ? wanted[i].after : wanted[i].before, policy, NULL);
            OK(xmpp_tls_verification_ask_history(verification));
            const xmpp_tls_question *question = question_of(verification, XMPP_TLS_QUESTION_TYPE_HISTORY);
            uint32_t id = xmpp_tls_question_id(question);
            if (stored_len > 0) {
                IS(xmpp_tls_verification_answer_history(verification, id, (const uint8_t *)"{}", 2, NULL), XMPP_TLS_MALFORMED_DOCUMENT);
                OK(xmpp_tls_verification_answer_history(verification, id, (const uint8_t *)stored, stored_len, NULL));
            }
            const xmpp_tls_verdict *verdict = decided(verification, 0);
            IS(xmpp_tls_verdict_observe(verdict, (const uint8_t *)"{", 1, &now, &observation, NULL), XMPP_TLS_MALFORMED_DOCUMENT);
            OK(xmpp_tls_verdict_observe(verdict, (const uint8_t *)stored, stored_len, &now, &observation, NULL));
            xmpp_tls_str json = xmpp_tls_observation_to_store(observation);
            CHECK(json.len < sizeof stored);
            memcpy(stored, json.data, stored_len = json.len);
            if (turn == 1) {
                CHECK(xmpp_tls_observation_change(observation) == wanted[i].change);
                CHECK(xmpp_tls_observation_loudness(observation) == wanted[i].loudness);
                xmpp_tls_str own = xmpp_tls_observation_change_name(observation), name = xmpp_tls_change_name(wanted[i].change);
                CHECK(own.len == name.len && memcmp(own.data, name.data, own.len) == 0);
            }
            xmpp_tls_observation_free(observation);
            xmpp_tls_verdict_free(verdict);
            xmpp_tls_question_free(question);
            xmpp_tls_verification_free(verification);
        }
    }
    xmpp_tls_policy_free(policy);
}

static void a_user_is_asked_for_by_certificate_and_answered_by_its_jid(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, "other.pem");
    static const struct setting asking[] = {{"tls.client_certificate", "request"}, {NULL, NULL}};
    xmpp_tls_context *server = context_of("c2s-server", asking, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    xmpp_tls_verification *verification;
    OK(xmpp_tls_connection_set_own_domain(pair.client, T(DOMAIN), NULL));
    pair_run(&pair);
    CHECK(xmpp_tls_connection_is_certificate_requested(pair.client));
    CHECK(xmpp_tls_connection_peer_certificate_count(pair.server) == 1);
    OK(xmpp_tls_connection_verification(pair.server, T(DOMAIN), NULL, NULL, &verification, NULL));
    const xmpp_tls_question *question = question_of(verification, XMPP_TLS_QUESTION_TYPE_USER_MAPPING);
    CHECK(question != NULL && xmpp_tls_question_name(question).len == 64);
    OK(xmpp_tls_verification_answer_user(verification, xmpp_tls_question_id(question), T("juliet@" DOMAIN), NULL));
    const xmpp_tls_verdict *verdict = decided(verification, 0);
    CHECK(xmpp_tls_verdict_is_possession_shown(verdict) && xmpp_tls_verdict_is_permitted(verdict));
    CHECK(xmpp_tls_verdict_external_offer(verdict, NULL, true) == XMPP_TLS_EXTERNAL_OFFER_OFFER);
    CHECK(xmpp_tls_verdict_external_offer(verdict, NULL, false) != XMPP_TLS_EXTERNAL_OFFER_OFFER);
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_question_free(question);
    xmpp_tls_verification_free(verification);
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

int main(void) {
    RUN(a_verdict_says_who_by_which_proof_and_until_when);
    RUN(a_refusal_carries_its_reasons);
    RUN(dane_decides_by_the_records_that_the_host_found);
    RUN(any_question_may_be_answered_absent_failed_or_not_asked);
    RUN(posh_proves_a_certificate_that_no_authority_signed_for_the_domain);
    RUN(evidence_gathered_ahead_refuses_inside_the_handshake);
    RUN(a_server_that_connects_is_asked_for_by_srv_and_dialback);
    RUN(what_cannot_be_verified_is_said_when_it_is_asked_for);
    RUN(a_change_is_observed_and_never_decides);
    RUN(a_user_is_asked_for_by_certificate_and_answered_by_its_jid);
    return check_end();
}
