/* OpenSSL's words. */
#include "world.h"

static void suites_groups_and_codes_have_openssl_s_names(void) {
    TEXT(xmpp_tls_compat_suite_name(0xc02c), "ECDHE-ECDSA-AES256-GCM-SHA384");
    TEXT(xmpp_tls_compat_suite_key_exchange(0xc02c), "ECDH");
    TEXT(xmpp_tls_compat_suite_authentication(0xc02c), "ECDSA");
    TEXT(xmpp_tls_compat_suite_encryption(0xc02c), "AESGCM(256)");
    TEXT(xmpp_tls_compat_suite_mac(0xc02c), "AEAD");
    CHECK(xmpp_tls_compat_suite_bits(0xc02c) == 256);
    TEXT(xmpp_tls_compat_suite_key_exchange(0x1301), "any");
    TEXT(xmpp_tls_compat_suite_name(0), "");
    TEXT(xmpp_tls_compat_suite_name(UINT32_MAX), "");
    TEXT(xmpp_tls_compat_suite_mac(1), "");
    TEXT(xmpp_tls_compat_suite_encryption(1), "");
    TEXT(xmpp_tls_compat_suite_authentication(1), "");
    CHECK(xmpp_tls_compat_suite_bits(1) == 0);
    TEXT(xmpp_tls_compat_group_name(23), "prime256v1");
    TEXT(xmpp_tls_compat_group_name(65535), "");
    TEXT(xmpp_tls_compat_verify_text(18), "self signed certificate");
    CHECK(xmpp_tls_compat_verify_text(INT32_MIN).len > 0);
    CHECK(xmpp_tls_compat_verify_code(NULL) != 0);
}

static void lists_are_read_as_openssl_reads_them(void) {
    uint16_t list[32];
    size_t count, needed;
    OK(xmpp_tls_compat_parse_ciphers(T("HIGH:!aNULL"), list, 32, &count, NULL));
    CHECK(count > 2);
    IS(xmpp_tls_compat_parse_ciphers(T("HIGH:!aNULL"), list, 1, &needed, NULL), XMPP_TLS_INSUFFICIENT_SIZE);
    CHECK(needed == count);
    IS(xmpp_tls_compat_parse_ciphers(T("RC4-MD5"), list, 32, &count, NULL), XMPP_TLS_UNKNOWN_NAME);
    OK(xmpp_tls_compat_parse_ciphersuites(T("TLS_AES_128_GCM_SHA256"), list, 32, &count, NULL));
    CHECK(count == 1 && list[0] == 0x1301);
    IS(xmpp_tls_compat_parse_ciphersuites(T("nothing"), list, 32, &count, NULL), XMPP_TLS_UNKNOWN_NAME);
    OK(xmpp_tls_compat_parse_groups(T("X25519:prime256v1"), list, 32, &count, NULL));
    CHECK(count == 2 && list[0] == 29 && list[1] == 23);
    IS(xmpp_tls_compat_parse_groups(T("X25519"), NULL, 1, &count, NULL), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_compat_parse_groups(T("X25519"), list, 1, NULL, NULL), XMPP_TLS_NULL_PARAMETER);
    CHECK(xmpp_tls_compat_option_meaning(T("no_sslv3")) == XMPP_TLS_OPTION_MEANING_HOLDS);
    CHECK(xmpp_tls_compat_option_meaning(T("no_such_option")) == XMPP_TLS_OPTION_MEANING_UNKNOWN);
    CHECK(xmpp_tls_compat_option_meaning(NOTHING) == XMPP_TLS_OPTION_MEANING_UNKNOWN);
}

static void a_chain_is_judged_without_a_name(void) {
    static const struct {
        const char *certificate;
        int64_t later;
        int32_t code;
    } wanted[] = {{"server.pem", 0, 0}, {"other.pem", 0, 0}, {"server.pem", 400 * (int64_t)DAY, 10}, {"server.pem", -2 * (int64_t)DAY, 9}};
    static const struct setting loose[] = {{"gate", "host"}, {"requirement", "encrypt-only"}, {NULL, NULL}};
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    xmpp_tls_context *client = context_of("c2s-client", loose, NULL);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        xmpp_tls_context *server = context_of("c2s-server", NULL, wanted[i].certificate);
        struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_TLS_ONLY);
        xmpp_tls_time later = time_at(wanted[i].later, 0);
        int32_t codes[8];
        uint32_t depths[8];
        size_t count;
        IS(xmpp_tls_compat_verify_chain(pair.client, NULL, &later, codes, depths, 8, &count, NULL), XMPP_TLS_NOT_AVAILABLE);
        pair_run(&pair);
        if (xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_OPEN) {
            OK(xmpp_tls_compat_verify_chain(pair.client, policy, &later, codes, depths, 8, &count, NULL));
            CHECK(wanted[i].code == 0 ? count == 0 || codes[0] == 0 : count >= 1 && codes[0] == wanted[i].code && depths[0] == 0);
            if (wanted[i].code != 0)
                IS(xmpp_tls_compat_verify_chain(pair.client, policy, &later, codes, depths, 0, &count, NULL), XMPP_TLS_INSUFFICIENT_SIZE);
        } else {
            CHECK(!"the handshake is done although nobody has to be known");
        }
        pair_free(&pair);
        xmpp_tls_context_free(server);
    }
    xmpp_tls_context_free(client);
    xmpp_tls_policy_free(policy);
}

static void words_of_a_configuration_become_settings(void) {
    uint32_t oldest, newest;
    xmpp_tls_policy_builder *builder;
    const xmpp_tls_certificate *certificate = certificate_of("server.pem");
    OK(xmpp_tls_compat_versions(T("any"), T("no_tlsv1_2"), &oldest, &newest, NULL));
    CHECK(oldest == 0x0304 && newest == 0x0304);
    OK(xmpp_tls_compat_versions(T("tlsv1_2"), NOTHING, &oldest, &newest, NULL));
    CHECK(oldest == 0x0303 && newest == 0x0303);
    IS(xmpp_tls_compat_versions(T("dtls"), NOTHING, &oldest, &newest, NULL), XMPP_TLS_UNKNOWN_NAME);
    IS(xmpp_tls_compat_versions(T("any"), T("no_tlsv1_2|no_tlsv1_3"), &oldest, &newest, NULL), XMPP_TLS_CONTRADICTION);
    OK(xmpp_tls_policy_builder_new(T("s2s"), &builder, NULL));
    IS(xmpp_tls_policy_builder_set_compat_ciphers(builder, 0x0303, 0x0304, T("RC4-MD5"), NOTHING, NULL), XMPP_TLS_UNKNOWN_NAME);
    IS(xmpp_tls_policy_builder_set_compat_ciphers(builder, 0x0301, 0x0304, NOTHING, NOTHING, NULL), XMPP_TLS_INVALID_PARAMETER);
    OK(xmpp_tls_policy_builder_set_compat_ciphers(builder, 0x0303, 0x0304, T("HIGH"), NOTHING, NULL));
    IS(xmpp_tls_policy_builder_set_compat_groups(builder, T("no-group"), NULL), XMPP_TLS_UNKNOWN_NAME);
    OK(xmpp_tls_policy_builder_set_compat_groups(builder, T("X25519:no-group"), NULL));
    IS(xmpp_tls_policy_builder_set_compat_groups(builder, T("X25519"), NULL), XMPP_TLS_ALREADY_SET);
    xmpp_tls_policy_builder_free(builder);
    CHECK(xmpp_tls_compat_option_name(0).len > 0 && xmpp_tls_compat_option_name(SIZE_MAX).len == 0);
    CHECK(xmpp_tls_compat_group_spelling(0).len > 0 && xmpp_tls_compat_group_spelling(SIZE_MAX).len == 0);
    TEXT(xmpp_tls_compat_key_type(certificate), "EC");
    CHECK(xmpp_tls_compat_credential_reason(XMPP_TLS_KEY_MISMATCH).len > 0);
    TEXT(xmpp_tls_compat_credential_reason(XMPP_TLS_OK), "");
    xmpp_tls_certificate_free(certificate);
}

int main(void) {
    RUN(words_of_a_configuration_become_settings);
    RUN(suites_groups_and_codes_have_openssl_s_names);
    RUN(lists_are_read_as_openssl_reads_them);
    RUN(a_chain_is_judged_without_a_name);
    return check_end();
}
