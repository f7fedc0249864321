/* SASL: EXTERNAL, and what a client decides about channel binding. */
#include "world.h"

static const xmpp_tls_external_users *users_of(const char *name) {
    static const xmpp_tls_str served[] = {{T("im.example.com")}, {T("b.example")}};
    const xmpp_tls_certificate *certificate = certificate_of(name);
    const xmpp_tls_external_users *users;
    OK(xmpp_tls_certificate_users(certificate, served, 2, &users, NULL));
    xmpp_tls_certificate_free(certificate);
    return users;
}

static void ext_06_whom_a_client_acts_as_follows_from_certificate_and_authzid(void) {
    static const struct {
        const char *certificate, *authzid, *mapped, *user;
        uint32_t reason;
        const char *condition;
    } wanted[] = {
        {"juliet.pem", "", "", "juliet@" DOMAIN, 0, NULL},
        {"juliet.pem", "Juliet@" DOMAIN, "", "juliet@" DOMAIN, 0, NULL},
        {"juliet.pem", "nurse@" DOMAIN, "", "", XMPP_TLS_REASON_USER_AUTHZID_FOREIGN, "invalid-authzid"},
        {"juliet.pem", DOMAIN, "", "", XMPP_TLS_REASON_USER_AUTHZID_MALFORMED, "invalid-authzid"},
        {"several.pem", "", "", "", XMPP_TLS_REASON_USER_AUTHZID_REQUIRED, "invalid-authzid"},
        {"several.pem", "nurse@" DOMAIN, "", "nurse@" DOMAIN, 0, NULL},
        {"several.pem", "romeo@montague.example", "", "", XMPP_TLS_REASON_USER_AUTHZID_FOREIGN, "invalid-authzid"},
        {"server.pem", "", "", "", XMPP_TLS_REASON_USER_NO_IDENTITY, "not-authorized"},
        {"server.pem", "", "juliet@" DOMAIN, "juliet@" DOMAIN, 0, NULL},
        {"server.pem", "nurse@" DOMAIN, "juliet@" DOMAIN, "", XMPP_TLS_REASON_USER_AUTHZID_FOREIGN, "invalid-authzid"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const xmpp_tls_external_users *users = users_of(wanted[i].certificate);
        char out[256];
        size_t written;
        uint32_t reason;
        OK(xmpp_tls_external_users_resolve(users, wanted[i].authzid, strlen(wanted[i].authzid), wanted[i].mapped,
                                           strlen(wanted[i].mapped), out, sizeof out, &written, &reason, NULL));
        CHECK(reason == wanted[i].reason);
        CHECK(written == strlen(wanted[i].user) && memcmp(out, wanted[i].user, written) == 0);
        if (reason != 0)
            TEXT(xmpp_tls_external_condition(reason), wanted[i].condition);
        xmpp_tls_external_users_free(users);
    }
    TEXT(xmpp_tls_external_condition(0), "not-authorized");
}

static void ext_07_users_of_other_domains_are_shown_and_nothing_else(void) {
    const xmpp_tls_external_users *users = users_of("several.pem"), *second;
    second = xmpp_tls_external_users_retain(users);
    xmpp_tls_external_users_free(users);
    CHECK(xmpp_tls_external_users_count(second) == 2 && xmpp_tls_external_users_foreign_count(second) == 1);
    TEXT(xmpp_tls_external_users_user(second, 0), "juliet@" DOMAIN);
    TEXT(xmpp_tls_external_users_user(second, 2), "");
    TEXT(xmpp_tls_external_users_foreign(second, 0), "romeo@montague.example");
    TEXT(xmpp_tls_external_users_foreign(second, 1), "");
    char out[4];
    size_t written;
    uint32_t reason;
    IS(xmpp_tls_external_users_resolve(second, T("nurse@" DOMAIN), NOTHING, out, sizeof out, &written, &reason, NULL),
       XMPP_TLS_INSUFFICIENT_SIZE);
    CHECK(written == strlen("nurse@" DOMAIN));
    IS(xmpp_tls_external_users_resolve(second, NOTHING, T("no jid"), out, sizeof out, &written, &reason, NULL), XMPP_TLS_INVALID_PARAMETER);
    xmpp_tls_external_users_free(second);
    const xmpp_tls_certificate *certificate = certificate_of("juliet.pem");
    static const xmpp_tls_str bad[] = {{T("..")}};
    IS(xmpp_tls_certificate_users(certificate, bad, 1, &users, NULL), XMPP_TLS_INVALID_DOMAIN);
    IS(xmpp_tls_certificate_users(certificate, NULL, 1, &users, NULL), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_certificate_users(certificate, bad, 1000000, &users, NULL), XMPP_TLS_INVALID_PARAMETER);
    CHECK(users == NULL);
    xmpp_tls_certificate_free(certificate);
}

static void ext_03_a_server_acts_as_its_from_unless_it_says_otherwise(void) {
    char out[64];
    size_t written;
    uint32_t reason;
    OK(xmpp_tls_external_resolve_server(NOTHING, T("A.example"), out, sizeof out, &written, &reason, NULL));
    CHECK(written == 9 && memcmp(out, "a.example", 9) == 0 && reason == 0);
    OK(xmpp_tls_external_resolve_server(T("b.example"), T("a.example"), out, sizeof out, &written, &reason, NULL));
    CHECK(written == 9 && memcmp(out, "b.example", 9) == 0);
    OK(xmpp_tls_external_resolve_server(T("x@b.example"), T("a.example"), out, sizeof out, &written, &reason, NULL));
    CHECK(written == 0 && reason == XMPP_TLS_REASON_USER_AUTHZID_MALFORMED);
    IS(xmpp_tls_external_resolve_server(NOTHING, NOTHING, out, sizeof out, &written, &reason, NULL), XMPP_TLS_INVALID_DOMAIN);
}

static void ext_09_a_client_sends_what_its_certificate_does_not_say(void) {
    const xmpp_tls_certificate *one = certificate_of("juliet.pem"), *several = certificate_of("several.pem");
    char out[256];
    size_t written;
    OK(xmpp_tls_certificate_client_authzid(one, T("juliet@" DOMAIN), out, sizeof out, &written, NULL));
    CHECK(written == 1 && out[0] == '=');
    OK(xmpp_tls_certificate_client_authzid(one, NOTHING, out, sizeof out, &written, NULL));
    CHECK(written == 1 && out[0] == '=');
    OK(xmpp_tls_certificate_client_authzid(several, T("a@b.c"), out, sizeof out, &written, NULL));
    CHECK(written == 8 && memcmp(out, "YUBiLmM=", 8) == 0);
    IS(xmpp_tls_certificate_client_authzid(several, NOTHING, out, sizeof out, &written, NULL), XMPP_TLS_NOT_AVAILABLE);
    IS(xmpp_tls_certificate_client_authzid(several, T("b.c"), out, sizeof out, &written, NULL), XMPP_TLS_INVALID_PARAMETER);
    xmpp_tls_certificate_free(one);
    xmpp_tls_certificate_free(several);
}

static void ext_02_authorization_identities_travel_in_base64(void) {
    char out[64];
    size_t written;
    uint32_t reason;
    OK(xmpp_tls_external_encode_authzid(T("a.example"), out, sizeof out, &written));
    CHECK(written == 12 && memcmp(out, "YS5leGFtcGxl", 12) == 0);
    OK(xmpp_tls_external_decode_authzid(out, written, out, sizeof out, &written, &reason));
    CHECK(written == 9 && memcmp(out, "a.example", 9) == 0 && reason == 0);
    OK(xmpp_tls_external_encode_authzid(NOTHING, out, sizeof out, &written));
    CHECK(written == 1 && out[0] == '=');
    OK(xmpp_tls_external_decode_authzid(T("="), out, sizeof out, &written, &reason));
    CHECK(written == 0 && reason == 0);
    OK(xmpp_tls_external_decode_authzid(NOTHING, out, sizeof out, &written, &reason));
    CHECK(written == 0 && reason == 0);
    OK(xmpp_tls_external_decode_authzid(T("***"), out, sizeof out, &written, &reason));
    CHECK(written == 0 && reason == XMPP_TLS_REASON_USER_AUTHZID_MALFORMED);
    OK(xmpp_tls_external_decode_authzid(T("YQBi"), out, sizeof out, &written, &reason));
    CHECK(written == 0 && reason == XMPP_TLS_REASON_USER_AUTHZID_MALFORMED);
    IS(xmpp_tls_external_encode_authzid(T("a\0b"), out, sizeof out, &written), XMPP_TLS_INVALID_TEXT);
    CHECK(xmpp_tls_verdict_external_offer(NULL, NULL, true) == 0);
}

static void cb_10_what_was_announced_decides(void) {
    static const xmpp_tls_str plus[] = {{T("SCRAM-SHA-256")}, {T("SCRAM-SHA-256-PLUS")}}, types[] = {{T("tls-exporter")}, {T("tls-server-end-point")}},
                              unique[] = {{T("tls-unique")}};
    static const uint32_t both[] = {XMPP_TLS_CHANNEL_BINDING_TLS_EXPORTER, XMPP_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT}, bad[] = {3};
    uint32_t decision, kind;
    const uint32_t sasl = XMPP_TLS_SASL_PROFILE_SASL, sasl2 = XMPP_TLS_SASL_PROFILE_SASL2;
    OK(xmpp_tls_channel_binding_decide(sasl2, plus, 2, types, 2, both, 2, &decision, &kind));
    CHECK(decision == XMPP_TLS_BINDING_DECISION_USE && kind == XMPP_TLS_CHANNEL_BINDING_TLS_EXPORTER);
    OK(xmpp_tls_channel_binding_decide(sasl, plus, 2, unique, 1, both, 2, &decision, &kind));
    CHECK(decision == XMPP_TLS_BINDING_DECISION_ABORT_END_POINT_MISSING && kind == 0);
    OK(xmpp_tls_channel_binding_decide(sasl, plus, 1, types, 2, both, 2, &decision, &kind));
    CHECK(decision == XMPP_TLS_BINDING_DECISION_ABORT_TYPES_WITHOUT_PLUS);
    OK(xmpp_tls_channel_binding_decide(sasl2, plus, 2, NULL, 0, both, 2, &decision, &kind));
    CHECK(decision == XMPP_TLS_BINDING_DECISION_ABORT_PLUS_WITHOUT_TYPES);
    OK(xmpp_tls_channel_binding_decide(sasl, plus, 1, NULL, 0, both, 2, &decision, &kind));
    CHECK(decision == XMPP_TLS_BINDING_DECISION_FLAG_Y);
    OK(xmpp_tls_channel_binding_decide(sasl, NULL, 0, NULL, 0, NULL, 0, &decision, &kind));
    CHECK(decision == XMPP_TLS_BINDING_DECISION_FLAG_N);
    IS(xmpp_tls_channel_binding_decide(3, plus, 2, types, 2, both, 2, &decision, &kind), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_channel_binding_decide(sasl, plus, 2, types, 2, bad, 1, &decision, &kind), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_channel_binding_decide(sasl, plus, 65, types, 2, both, 2, &decision, &kind), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_channel_binding_decide(sasl, NULL, 1, types, 2, both, 2, &decision, &kind), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_channel_binding_decide(sasl, plus, 2, types, 2, NULL, 1, &decision, &kind), XMPP_TLS_NULL_PARAMETER);
}

static void cb_12_the_hash_is_that_of_the_standard(void) {
    static const xmpp_tls_str mechanisms[] = {{T("SCRAM-SHA-1-PLUS")}, {T("SCRAM-SHA-1")}}, types[] = {{T("tls-server-end-point")}, {T("tls-exporter")}};
    char out[88];
    size_t written;
    OK(xmpp_tls_channel_binding_downgrade_hash(XMPP_TLS_DIGEST_SHA1, mechanisms, 2, types, 2, true, out, sizeof out, &written, NULL));
    CHECK(written == 28 && memcmp(out, "G6k/rBLDqgOhRRaCuuatSDFkJ08=", 28) == 0);
    OK(xmpp_tls_channel_binding_downgrade_hash(XMPP_TLS_DIGEST_SHA512, mechanisms, 2, NULL, 0, false, out, sizeof out, &written, NULL));
    CHECK(written == 88);
    IS(xmpp_tls_channel_binding_downgrade_hash(4, mechanisms, 2, types, 2, true, out, sizeof out, &written, NULL), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_channel_binding_downgrade_hash(2, mechanisms, 2, types, 2, true, out, 43, &written, NULL), XMPP_TLS_INSUFFICIENT_SIZE);
    CHECK(written == 44);
}

int main(void) {
    RUN(ext_06_whom_a_client_acts_as_follows_from_certificate_and_authzid);
    RUN(ext_07_users_of_other_domains_are_shown_and_nothing_else);
    RUN(ext_03_a_server_acts_as_its_from_unless_it_says_otherwise);
    RUN(ext_09_a_client_sends_what_its_certificate_does_not_say);
    RUN(ext_02_authorization_identities_travel_in_base64);
    RUN(cb_10_what_was_announced_decides);
    RUN(cb_12_the_hash_is_that_of_the_standard);
    return check_end();
}
