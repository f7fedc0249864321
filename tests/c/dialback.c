/* Dialback: keys, requests, advice. */
#include "world.h"

#define EXAMPLE T("xmpp.example.com"), T("example.org"), T("D60000229F")

static void dna_04_the_key_is_that_of_the_standard(void) {
    const xmpp_tls_dialback_secret *secret, *second;
    char key[64];
    size_t written;
    OK(xmpp_tls_dialback_secret_new((const uint8_t *)"s3cr3tf0rd14lb4ck", 17, &secret, NULL));
    second = xmpp_tls_dialback_secret_retain(secret);
    xmpp_tls_dialback_secret_free(secret);
    OK(xmpp_tls_dialback_secret_key(second, EXAMPLE, key, sizeof key, &written, NULL));
    CHECK(written == 64 && memcmp(key, "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643", 64) == 0);
    CHECK(xmpp_tls_dialback_secret_matches(second, EXAMPLE, key, 64));
    CHECK(!xmpp_tls_dialback_secret_matches(second, EXAMPLE, key, 63));
    CHECK(!xmpp_tls_dialback_secret_matches(second, T("example.org"), T("xmpp.example.com"), T("D60000229F"), key, 64));
    CHECK(!xmpp_tls_dialback_secret_matches(second, EXAMPLE, NOTHING));
    CHECK(!xmpp_tls_dialback_secret_matches(second, EXAMPLE, NULL, 64));
    CHECK(!xmpp_tls_dialback_secret_matches(NULL, EXAMPLE, key, 64));
    IS(xmpp_tls_dialback_secret_key(second, EXAMPLE, key, 63, &written, NULL), XMPP_TLS_INSUFFICIENT_SIZE);
    CHECK(written == 64);
    IS(xmpp_tls_dialback_secret_key(second, T("a b"), T("c"), T("d"), key, 64, &written, NULL), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_dialback_secret_key(second, T("a"), NOTHING, T("d"), key, 64, &written, NULL), XMPP_TLS_INVALID_PARAMETER);
    xmpp_tls_dialback_secret_free(second);
}

static void atk_db_02_short_secrets_are_refused_and_random_ones_differ(void) {
    const xmpp_tls_dialback_secret *secret;
    char one[64], two[64];
    size_t written;
    IS(xmpp_tls_dialback_secret_new((const uint8_t *)"short", 5, &secret, NULL), XMPP_TLS_INVALID_PARAMETER);
    CHECK(secret == NULL);
    OK(xmpp_tls_dialback_random_secret(one, sizeof one, &written));
    CHECK(written == 64);
    OK(xmpp_tls_dialback_random_secret(two, sizeof two, &written));
    CHECK(memcmp(one, two, 64) != 0);
    OK(xmpp_tls_dialback_secret_new((const uint8_t *)one, 64, &secret, NULL));
    xmpp_tls_dialback_secret_free(secret);
    IS(xmpp_tls_dialback_random_secret(one, 10, &written), XMPP_TLS_INSUFFICIENT_SIZE);
}

static void dna_08_an_answer_that_nobody_asked_for_is_not_found(void) {
    xmpp_tls_dialback_requests *requests;
    OK(xmpp_tls_dialback_requests_new(&requests));
    OK(xmpp_tls_dialback_requests_result_sent(requests, T("me.example"), T("you.example"), NULL));
    IS(xmpp_tls_dialback_requests_result_sent(requests, T("ME.example"), T("you.example"), NULL), XMPP_TLS_ALREADY_SET);
    OK(xmpp_tls_dialback_requests_verify_sent(requests, T("me.example"), T("you.example"), T("id1"), NULL));
    CHECK(xmpp_tls_dialback_requests_waiting(requests) == 2);
    IS(xmpp_tls_dialback_requests_result_answered(requests, T("me.example"), T("you.example"), NULL), XMPP_TLS_NOT_FOUND);
    IS(xmpp_tls_dialback_requests_result_answered(requests, T("evil.example"), T("me.example"), NULL), XMPP_TLS_NOT_FOUND);
    IS(xmpp_tls_dialback_requests_result_answered(requests, NOTHING, T("me.example"), NULL), XMPP_TLS_INVALID_DOMAIN);
    OK(xmpp_tls_dialback_requests_result_answered(requests, T("you.example"), T("me.example"), NULL));
    IS(xmpp_tls_dialback_requests_result_answered(requests, T("you.example"), T("me.example"), NULL), XMPP_TLS_NOT_FOUND);
    IS(xmpp_tls_dialback_requests_verify_answered(requests, T("you.example"), T("me.example"), T("id2"), NULL), XMPP_TLS_NOT_FOUND);
    OK(xmpp_tls_dialback_requests_verify_answered(requests, T("you.example"), T("me.example"), T("id1"), NULL));
    CHECK(xmpp_tls_dialback_requests_waiting(requests) == 0);
    for (int i = 0; i < 256; i++) {
        char id[16];
        snprintf(id, sizeof id, "id%d", i);
        OK(xmpp_tls_dialback_requests_verify_sent(requests, T("me.example"), T("you.example"), id, strlen(id), NULL));
    }
    IS(xmpp_tls_dialback_requests_verify_sent(requests, T("me.example"), T("you.example"), T("more"), NULL), XMPP_TLS_LIMIT_EXCEEDED);
    xmpp_tls_dialback_requests_free(requests);
    CHECK(xmpp_tls_dialback_requests_waiting(NULL) == 0);
}

static void advice_about_streams(void) {
    CHECK(xmpp_tls_dialback_invalid_ends_stream(0) && !xmpp_tls_dialback_invalid_ends_stream(1));
    CHECK(xmpp_tls_dialback_target_may_join(true, true, true));
    CHECK(!xmpp_tls_dialback_target_may_join(false, true, true));
    CHECK(!xmpp_tls_dialback_target_may_join(true, false, true));
    CHECK(!xmpp_tls_dialback_target_may_join(true, true, false));
    TEXT(xmpp_tls_verdict_dialback_condition(NULL), "");
}

int main(void) {
    RUN(dna_04_the_key_is_that_of_the_standard);
    RUN(atk_db_02_short_secrets_are_refused_and_random_ones_differ);
    RUN(dna_08_an_answer_that_nobody_asked_for_is_not_found);
    RUN(advice_about_streams);
    return check_end();
}
