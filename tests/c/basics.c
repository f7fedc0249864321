/* Results, errors, names of numbers. */
#include "world.h"

static void the_running_version_is_the_header_s(void) {
    TEXT(xmpp_tls_version(), XMPP_TLS_VERSION);
    CHECK(xmpp_tls_abi_version() == XMPP_TLS_ABI_VERSION);
    CHECK(XMPP_TLS_VERSION_MAJOR >= 0 && XMPP_TLS_VERSION_MINOR >= 0 && XMPP_TLS_VERSION_PATCH >= 0);
}

static void every_number_has_a_name_a_message_and_a_category(void) {
    for (int32_t number = -2; number < 1100; number++) {
        CHECK(xmpp_tls_result_name(number).len > 0);
        CHECK(xmpp_tls_result_message(number).len > 0);
        CHECK(xmpp_tls_category_name((int32_t)xmpp_tls_result_category(number)).len > 0);
    }
    TEXT(xmpp_tls_result_name(XMPP_TLS_OK), "XMPP_TLS_OK");
    TEXT(xmpp_tls_result_name(INT32_MIN), "XMPP_TLS_UNKNOWN");
    CHECK(xmpp_tls_result_category(XMPP_TLS_INVALID_DOMAIN) == XMPP_TLS_CATEGORY_USAGE);
    CHECK(xmpp_tls_result_category(250) == XMPP_TLS_CATEGORY_NEED);
    CHECK(xmpp_tls_result_category(-7) == XMPP_TLS_CATEGORY_INTERNAL);
    TEXT(xmpp_tls_category_name(XMPP_TLS_CATEGORY_LOOKUP), "lookup");
    TEXT(xmpp_tls_suite_name(0xc02c), "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
    TEXT(xmpp_tls_suite_name(0x1301), "TLS_AES_128_GCM_SHA256");
    TEXT(xmpp_tls_suite_name(0x002f), "");
    TEXT(xmpp_tls_suite_name(UINT32_MAX), "");
}

typedef xmpp_tls_str (*reader)(uint32_t);

static void names_exist_for_known_numbers_and_are_unknown_for_others(void) {
    static const struct {
        reader name;
        uint32_t number;
        const char *word;
    } known[] = {
        {xmpp_tls_level_name, XMPP_TLS_LEVEL_ENCRYPTED_ONLY, "encrypted_only"},
        {xmpp_tls_method_name, XMPP_TLS_METHOD_DANE_EE, "dane-ee"},
        {xmpp_tls_service_name, XMPP_TLS_SERVICE_S2S, "s2s"},
        {xmpp_tls_direction_name, XMPP_TLS_DIRECTION_RECEIVING, "receiving"},
        {xmpp_tls_name_kind_name, XMPP_TLS_NAME_KIND_SRV_NAME, "srv_name"},
        {xmpp_tls_dnssec_name, XMPP_TLS_DNSSEC_BOGUS, "bogus"},
        {xmpp_tls_transport_name, XMPP_TLS_TRANSPORT_DIRECT_TLS, "direct-tls"},
        {xmpp_tls_serves_name, XMPP_TLS_SERVES_WILDCARD, "wildcard"},
        {xmpp_tls_event_name, XMPP_TLS_EVENT_HANDSHAKE_DONE, "handshake_done"},
        {xmpp_tls_phase_name, XMPP_TLS_PHASE_HANDSHAKE, "handshake"},
        {xmpp_tls_question_kind_name, XMPP_TLS_QUESTION_TYPE_POSH, "posh"},
        {xmpp_tls_lookup_failure_name, XMPP_TLS_LOOKUP_FAILURE_TIMEOUT, "timeout"},
        {xmpp_tls_lookup_outcome_name, XMPP_TLS_LOOKUP_OUTCOME_ABSENT, "absent"},
        {xmpp_tls_change_name, XMPP_TLS_CHANGE_NEW_ISSUER, "new_issuer"},
        {xmpp_tls_loudness_name, XMPP_TLS_LOUDNESS_ALARM, "alarm"},
        {xmpp_tls_summary_name, XMPP_TLS_SUMMARY_PLAINTEXT, "plaintext"},
        {xmpp_tls_external_offer_name, XMPP_TLS_EXTERNAL_OFFER_NO_IDENTITY, "no_identity"},
        {xmpp_tls_channel_binding_name, XMPP_TLS_CHANNEL_BINDING_TLS_EXPORTER, "tls-exporter"},
        {xmpp_tls_binding_decision_name, XMPP_TLS_BINDING_DECISION_FLAG_Y, "flag_y"},
        {xmpp_tls_cause_name, XMPP_TLS_CAUSE_PEER_REFUSED, "peer_refused"},
        {xmpp_tls_reason_name, XMPP_TLS_REASON_NAME_MISMATCH, "name_mismatch"},
        {xmpp_tls_note_name, XMPP_TLS_NOTE_POSH_MISMATCH, "posh_mismatch"},
        {xmpp_tls_alert_name, 48, "unknown_ca"},
        {xmpp_tls_compat_option_meaning_name, XMPP_TLS_OPTION_MEANING_HOLDS, "holds"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        TEXT(known[i].name(known[i].number), known[i].word);
        if (known[i].name != xmpp_tls_compat_option_meaning_name)
            TEXT(known[i].name(UINT32_MAX), "unknown");
    }
    TEXT(xmpp_tls_method_name(XMPP_TLS_METHOD_NONE), "none");
    TEXT(xmpp_tls_compat_option_meaning_name(77), "unknown");
}

static void causes_reasons_and_notes_have_a_message_and_a_clause(void) {
    CHECK(xmpp_tls_cause_message(XMPP_TLS_CAUSE_PEER_REFUSED).len > 0);
    CHECK(xmpp_tls_cause_clause(XMPP_TLS_CAUSE_PEER_REFUSED).len > 0);
    CHECK(xmpp_tls_reason_message(XMPP_TLS_REASON_NAME_MISMATCH).len > 0);
    CHECK(has_text(xmpp_tls_reason_clause(XMPP_TLS_REASON_NAME_MISMATCH), "RFC 9525"));
    CHECK(xmpp_tls_note_message(XMPP_TLS_NOTE_POSH_MISMATCH).len > 0);
    CHECK(xmpp_tls_note_clause(XMPP_TLS_NOTE_POSH_MISMATCH).len > 0);
    CHECK(xmpp_tls_cause_message(UINT32_MAX).len > 0 && xmpp_tls_cause_clause(UINT32_MAX).data != NULL);
    CHECK(xmpp_tls_reason_message(0).len > 0 && xmpp_tls_reason_clause(0).data != NULL);
    CHECK(xmpp_tls_note_message(0).len > 0 && xmpp_tls_note_clause(0).data != NULL);
}

static void an_error_says_what_was_wrong_and_where(void) {
    static const char toml[] = "preset = \"s2s\"\n\n[pkix]\n  no_such_key = 1\n";
    xmpp_tls_policy_builder *builder = (xmpp_tls_policy_builder *)&builder;
    xmpp_tls_error *error = NULL;
    IS(xmpp_tls_policy_builder_new_toml(toml, strlen(toml), &builder, &error), XMPP_TLS_UNKNOWN_NAME);
    CHECK(builder == NULL);
    IS(xmpp_tls_error_code(error), XMPP_TLS_UNKNOWN_NAME);
    CHECK(has_text(xmpp_tls_error_message(error), "no_such_key"));
    CHECK(xmpp_tls_error_line(error) == 4 && xmpp_tls_error_column(error) == 3);
    TEXT(xmpp_tls_error_file(error), "");
    TEXT(xmpp_tls_error_domain(error), "");
    xmpp_tls_error_free(error);
}

static void an_error_names_the_domain_or_the_file_at_fault(void) {
    xmpp_tls_context *context = context_of("c2s-client", NULL, NULL);
    xmpp_tls_connection *connection;
    xmpp_tls_error *error;
    xmpp_tls_time now = time_at(0, 0);
    IS(xmpp_tls_connection_new_initiating(context, XMPP_TLS_TRANSPORT_STARTTLS, T("a..b"), &now, &connection, &error),
       XMPP_TLS_INVALID_DOMAIN);
    TEXT(xmpp_tls_error_domain(error), "a..b");
    xmpp_tls_error_free(error);
    xmpp_tls_trust_anchors_builder *anchors;
    OK(xmpp_tls_trust_anchors_builder_new(&anchors));
    IS(xmpp_tls_trust_anchors_builder_add_file(anchors, T("/no/such/file"), &error), XMPP_TLS_FILE_NOT_READABLE);
    TEXT(xmpp_tls_error_file(error), "/no/such/file");
    xmpp_tls_error_free(error);
    xmpp_tls_trust_anchors_builder_free(anchors);
    xmpp_tls_context_free(context);
}

static void success_writes_no_error(void) {
    xmpp_tls_policy_builder *builder;
    xmpp_tls_error *error = (xmpp_tls_error *)&error;
    OK(xmpp_tls_policy_builder_new(T("s2s"), &builder, &error));
    CHECK(error == NULL);
    xmpp_tls_policy_builder_free(builder);
}

static void a_missing_error_reads_as_success(void) {
    IS(xmpp_tls_error_code(NULL), XMPP_TLS_OK);
    TEXT(xmpp_tls_error_message(NULL), "");
    TEXT(xmpp_tls_error_file(NULL), "");
    TEXT(xmpp_tls_error_domain(NULL), "");
    CHECK(xmpp_tls_error_line(NULL) == 0 && xmpp_tls_error_column(NULL) == 0);
    xmpp_tls_error_free(NULL);
}

static void a_handle_of_another_type_is_noticed(void) {
    xmpp_tls_policy_builder *builder;
    const xmpp_tls_policy *policy;
    xmpp_tls_context *context = context_of("c2s-client", NULL, NULL);
    OK(xmpp_tls_policy_builder_new(T("s2s"), &builder, NULL));
    IS(xmpp_tls_policy_builder_build((xmpp_tls_policy_builder *)context, &policy, NULL), XMPP_TLS_WRONG_HANDLE);
    CHECK(policy == NULL);
    IS(xmpp_tls_context_forget((xmpp_tls_context *)builder, T(DOMAIN)), XMPP_TLS_WRONG_HANDLE);
    xmpp_tls_context_free((xmpp_tls_context *)builder);
    xmpp_tls_policy_builder_free(builder);
    xmpp_tls_context_free(context);
}

static void domains_come_out_as_a_labels(void) {
    char out[253];
    size_t written;
    OK(xmpp_tls_domain_to_ascii(T("B\xc3\xbc" "cher.Example."), out, sizeof out, &written));
    CHECK(written == strlen("xn--bcher-kva.example") && memcmp(out, "xn--bcher-kva.example", written) == 0);
    IS(xmpp_tls_domain_to_ascii(T("example.org"), out, 10, &written), XMPP_TLS_INSUFFICIENT_SIZE);
    CHECK(written == 11);
    IS(xmpp_tls_domain_to_ascii(NOTHING, out, sizeof out, &written), XMPP_TLS_INVALID_DOMAIN);
    IS(xmpp_tls_domain_to_ascii(T("a\0b"), out, sizeof out, &written), XMPP_TLS_INVALID_TEXT);
    IS(xmpp_tls_domain_to_ascii(T("\xff"), out, sizeof out, &written), XMPP_TLS_INVALID_TEXT);
    IS(xmpp_tls_domain_to_ascii(T("example.org"), out, sizeof out, NULL), XMPP_TLS_NULL_PARAMETER);
}

static void an_endpoint_is_what_it_was_made_of(void) {
    const xmpp_tls_endpoint *endpoint, *second;
    OK(xmpp_tls_endpoint_new(T("XMPP.hosting.example"), 5269, XMPP_TLS_TRANSPORT_DIRECT_TLS, XMPP_TLS_DNSSEC_SECURE,
                             XMPP_TLS_DNSSEC_SECURE, false, &endpoint, NULL));
    second = xmpp_tls_endpoint_retain(endpoint);
    xmpp_tls_endpoint_free(endpoint);
    TEXT(xmpp_tls_endpoint_target(second), "xmpp.hosting.example");
    CHECK(xmpp_tls_endpoint_port(second) == 5269);
    CHECK(xmpp_tls_endpoint_transport(second) == XMPP_TLS_TRANSPORT_DIRECT_TLS);
    xmpp_tls_endpoint_free(second);
    static const uint32_t bad[][4] = {{0, 1, 0, 1}, {65536, 1, 0, 1}, {1, 0, 0, 1}, {1, 4, 0, 1}, {1, 1, 5, 1}, {1, 1, 0, 0}, {1, 1, 0, 9}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        IS(xmpp_tls_endpoint_new(T("a.example"), bad[i][0], bad[i][1], bad[i][2], bad[i][3], false, &endpoint, NULL),
           XMPP_TLS_INVALID_PARAMETER);
        CHECK(endpoint == NULL);
    }
    IS(xmpp_tls_endpoint_new(NOTHING, 1, 1, 0, 1, false, &endpoint, NULL), XMPP_TLS_INVALID_DOMAIN);
    IS(xmpp_tls_endpoint_new(T("a.example"), 1, 1, 0, 1, false, NULL, NULL), XMPP_TLS_NULL_PARAMETER);
    TEXT(xmpp_tls_endpoint_target(NULL), "");
    CHECK(xmpp_tls_endpoint_port(NULL) == 0 && xmpp_tls_endpoint_transport(NULL) == 0);
    CHECK(xmpp_tls_endpoint_retain(NULL) == NULL);
}

int main(void) {
    RUN(the_running_version_is_the_header_s);
    RUN(every_number_has_a_name_a_message_and_a_category);
    RUN(names_exist_for_known_numbers_and_are_unknown_for_others);
    RUN(causes_reasons_and_notes_have_a_message_and_a_clause);
    RUN(an_error_says_what_was_wrong_and_where);
    RUN(an_error_names_the_domain_or_the_file_at_fault);
    RUN(success_writes_no_error);
    RUN(a_missing_error_reads_as_success);
    RUN(a_handle_of_another_type_is_noticed);
    RUN(domains_come_out_as_a_labels);
    RUN(an_endpoint_is_what_it_was_made_of);
    return check_end();
}
