/* Policies, credentials, contexts. */
#include "world.h"

static void a_policy_is_frozen_and_says_what_it_is(void) {
    static const struct setting changed[] = {{"tls.resumption", "off"}, {NULL, NULL}};
    const xmpp_tls_policy *policy = policy_of("s2s-2026", NULL), *other = policy_of("s2s-2026", changed), *second;
    TEXT(xmpp_tls_policy_name(policy), "s2s-2026");
    TEXT(xmpp_tls_policy_name(other), "s2s-2026+changes");
    CHECK(has_text(xmpp_tls_policy_toml(other), "resumption = \"off\""));
    CHECK(xmpp_tls_policy_relaxation_count(policy) == 0);
    TEXT(xmpp_tls_policy_relaxation(policy, 0), "");
    second = xmpp_tls_policy_retain(policy);
    xmpp_tls_policy_free(policy);
    TEXT(xmpp_tls_policy_name(second), "s2s-2026");
    xmpp_tls_policy_free(second);
    xmpp_tls_policy_free(other);
    TEXT(xmpp_tls_policy_name(NULL), "");
}

static void a_relaxation_is_listed_with_what_it_costs(void) {
    static const struct setting loose[] = {{"tls.key_log", "true"}, {NULL, NULL}};
    const xmpp_tls_policy *policy = policy_of("s2s", loose);
    CHECK(xmpp_tls_policy_relaxation_count(policy) == 1);
    CHECK(xmpp_tls_policy_relaxation(policy, 0).len > 10);
    TEXT(xmpp_tls_policy_relaxation(policy, 1), "");
    xmpp_tls_policy_free(policy);
}

static void wrong_settings_are_refused_by_name(void) {
    xmpp_tls_policy_builder *builder;
    const xmpp_tls_policy *policy;
    xmpp_tls_error *error;
    IS(xmpp_tls_policy_builder_new(T("s2s-1999"), &builder, NULL), XMPP_TLS_UNKNOWN_NAME);
    CHECK(builder == NULL);
    OK(xmpp_tls_policy_builder_new(T("c2s-client"), &builder, NULL));
    IS(xmpp_tls_policy_builder_set(builder, T("tls.resumptoin"), T("off"), &error), XMPP_TLS_UNKNOWN_NAME);
    CHECK(has_text(xmpp_tls_error_message(error), "resumption"));
    xmpp_tls_error_free(error);
    IS(xmpp_tls_policy_builder_set(builder, T("gate"), T("ajar"), NULL), XMPP_TLS_INVALID_POLICY);
    OK(xmpp_tls_policy_builder_set(builder, T("gate"), T("host"), NULL));
    IS(xmpp_tls_policy_builder_set(builder, T("gate"), T("library"), NULL), XMPP_TLS_ALREADY_SET);
    IS(xmpp_tls_policy_builder_set(builder, NOTHING, NOTHING, NULL), XMPP_TLS_UNKNOWN_NAME);
    IS(xmpp_tls_policy_builder_build(builder, &policy, NULL), XMPP_TLS_NO_TRUST_ANCHORS);
    CHECK(policy == NULL);
    const xmpp_tls_trust_anchors *anchors = anchors_of("root.pem");
    OK(xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, NULL));
    IS(xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, NULL), XMPP_TLS_ALREADY_SET);
    OK(xmpp_tls_policy_builder_build(builder, &policy, NULL));
    xmpp_tls_trust_anchors_free(anchors);
    xmpp_tls_policy_free(policy);
    xmpp_tls_policy_builder_free(builder);
    OK(xmpp_tls_policy_builder_new_toml(T("preset = \"s2s\"\n"), &builder, NULL));
    xmpp_tls_policy_builder_free(builder);
    IS(xmpp_tls_policy_builder_new_toml(NOTHING, &builder, NULL), XMPP_TLS_INVALID_POLICY);
}

static void credentials_say_which_would_serve_a_name_and_why(void) {
    xmpp_tls_credentials_builder *builder, *other;
    const xmpp_tls_credentials *credentials, *second;
    const xmpp_tls_certificate *certificate;
    xmpp_tls_serves how;
    struct file file = file_of("server.pem");
    const char *path;
    OK(xmpp_tls_credentials_builder_new(&builder));
    OK(xmpp_tls_credentials_builder_add_pem(builder, T("a.example"), file.data, file.len, file.data, file.len, NULL));
    path = path_of("names.pem");
    OK(xmpp_tls_credentials_builder_add_file(builder, T("*.b.example"), path, strlen(path), NOTHING, NULL));
    OK(xmpp_tls_credentials_builder_add_file(builder, NOTHING, path, strlen(path), NOTHING, NULL));
    OK(xmpp_tls_credentials_builder_add_default_pem(builder, file.data, file.len, NOTHING, NULL));
    OK(xmpp_tls_credentials_builder_add_default_file(builder, path, strlen(path), NOTHING, NULL));
    OK(xmpp_tls_credentials_builder_build(builder, &credentials, NULL));
    xmpp_tls_credentials_builder_free(builder);
    /* a.example, *.b.example, and of the certificate *.example.com and example.com. */
    CHECK(xmpp_tls_credentials_count(credentials) == 4);
    static const struct {
        const char *name;
        xmpp_tls_serves how;
    } wanted[] = {{"A.example", XMPP_TLS_SERVES_EXACT}, {"x.b.example", XMPP_TLS_SERVES_WILDCARD},
                  {"b.example", XMPP_TLS_SERVES_DEFAULT}, {"", XMPP_TLS_SERVES_DEFAULT}};
    OK(xmpp_tls_credentials_builder_new(&other));
    OK(xmpp_tls_credentials_builder_add_credentials(other, credentials, NULL));
    IS(xmpp_tls_credentials_builder_add_credentials(other, NULL, NULL), XMPP_TLS_NULL_PARAMETER);
    OK(xmpp_tls_credentials_builder_build(other, &second, NULL));
    xmpp_tls_credentials_builder_free(other);
    CHECK(xmpp_tls_credentials_count(second) == 4);
    for (size_t i = 0; i < 4; i++) {
        OK(xmpp_tls_credentials_which(credentials, wanted[i].name, strlen(wanted[i].name), &how, &certificate, NULL));
        CHECK(how == wanted[i].how && certificate != NULL);
        xmpp_tls_certificate_free(certificate);
        OK(xmpp_tls_credentials_which(second, wanted[i].name, strlen(wanted[i].name), &how, &certificate, NULL));
        CHECK(how == wanted[i].how);
        xmpp_tls_certificate_free(certificate);
    }
    IS(xmpp_tls_credentials_which(second, T("-.."), &how, &certificate, NULL), XMPP_TLS_INVALID_DOMAIN);
    xmpp_tls_credentials_free(second);
    second = xmpp_tls_credentials_retain(credentials);
    xmpp_tls_credentials_free(credentials);
    xmpp_tls_credentials_free(second);
    file_free(file);
}

static void a_bad_credential_is_refused_by_its_fault_and_the_builder_goes_on(void) {
    xmpp_tls_credentials_builder *builder;
    const xmpp_tls_credentials *credentials;
    const xmpp_tls_certificate *certificate;
    xmpp_tls_serves how;
    xmpp_tls_error *error;
    struct file good = file_of("server.pem"), other = file_of("other.key"), encrypted = file_of("encrypted.key"), root = file_of("root.pem");
    OK(xmpp_tls_credentials_builder_new(&builder));
    IS(xmpp_tls_credentials_builder_add_pem(builder, T("a.example"), NOTHING, good.data, good.len, NULL), XMPP_TLS_NO_CERTIFICATE);
    IS(xmpp_tls_credentials_builder_add_pem(builder, T("a.example"), root.data, root.len, NOTHING, NULL), XMPP_TLS_NO_PRIVATE_KEY);
    IS(xmpp_tls_credentials_builder_add_pem(builder, T("a.example"), good.data, good.len, other.data, other.len, NULL), XMPP_TLS_KEY_MISMATCH);
    IS(xmpp_tls_credentials_builder_add_pem(builder, T("a.example"), good.data, good.len, encrypted.data, encrypted.len, NULL),
       XMPP_TLS_ENCRYPTED_PRIVATE_KEY);
    IS(xmpp_tls_credentials_builder_add_pem(builder, T(".."), good.data, good.len, NOTHING, NULL), XMPP_TLS_INVALID_DOMAIN);
    IS(xmpp_tls_credentials_builder_add_file(builder, T("a.example"), T("/no/such"), NOTHING, &error), XMPP_TLS_FILE_NOT_READABLE);
    TEXT(xmpp_tls_error_file(error), "/no/such");
    xmpp_tls_error_free(error);
    OK(xmpp_tls_credentials_builder_add_pem(builder, T("a.example"), good.data, good.len, NOTHING, NULL));
    OK(xmpp_tls_credentials_builder_build(builder, &credentials, NULL));
    CHECK(xmpp_tls_credentials_count(credentials) == 1);
    OK(xmpp_tls_credentials_which(credentials, T("b.example"), &how, &certificate, NULL));
    CHECK(how == XMPP_TLS_SERVES_NOTHING && certificate == NULL);
    xmpp_tls_credentials_free(credentials);
    xmpp_tls_credentials_builder_free(builder);
    file_free(good);
    file_free(other);
    file_free(encrypted);
    file_free(root);
}

static void a_context_is_reloaded_whole_or_not_at_all(void) {
    xmpp_tls_context *context = context_of("s2s", NULL, "server.pem");
    const xmpp_tls_policy *policy = policy_of("s2s-with-dialback", NULL);
    const xmpp_tls_credentials *credentials = credentials_of("b.example", "other.pem");
    OK(xmpp_tls_context_set_policy(context, policy, NULL));
    OK(xmpp_tls_context_set_credentials(context, credentials, NULL));
    OK(xmpp_tls_context_set_credentials(context, NULL, NULL));
    IS(xmpp_tls_context_set_policy(context, NULL, NULL), XMPP_TLS_NULL_PARAMETER);
    OK(xmpp_tls_context_forget(context, T(DOMAIN)));
    IS(xmpp_tls_context_forget(context, NOTHING), XMPP_TLS_INVALID_DOMAIN);
    xmpp_tls_credentials_free(credentials);
    xmpp_tls_policy_free(policy);
    xmpp_tls_context_free(context);
    IS(xmpp_tls_context_new(NULL, NULL, &context, NULL), XMPP_TLS_NULL_PARAMETER);
    CHECK(context == NULL);
}

static void res_03_ticket_keys_that_are_none_are_refused(void) {
    xmpp_tls_context *context = context_of("c2s-server", NULL, "server.pem");
    uint8_t keys[9 * XMPP_TLS_TICKET_KEY_SIZE];
    for (size_t i = 0; i < sizeof keys; i++)
        keys[i] = (uint8_t)(1 + i / XMPP_TLS_TICKET_KEY_SIZE);
    OK(xmpp_tls_context_set_ticket_keys(context, keys, 1, NULL));
    OK(xmpp_tls_context_set_ticket_keys(context, keys, 8, NULL));
    IS(xmpp_tls_context_set_ticket_keys(context, keys, 9, NULL), XMPP_TLS_LIMIT_EXCEEDED);
    IS(xmpp_tls_context_set_ticket_keys(context, keys, 0, NULL), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_context_set_ticket_keys(context, NULL, 1, NULL), XMPP_TLS_NULL_PARAMETER);
    memcpy(keys + XMPP_TLS_TICKET_KEY_SIZE, keys, 16);
    IS(xmpp_tls_context_set_ticket_keys(context, keys, 2, NULL), XMPP_TLS_INVALID_PARAMETER);
    keys[XMPP_TLS_TICKET_KEY_SIZE] = 77;
    OK(xmpp_tls_context_set_ticket_keys(context, keys, 2, NULL));
    memset(keys + XMPP_TLS_TICKET_KEY_SIZE + 16, 0, 32);
    IS(xmpp_tls_context_set_ticket_keys(context, keys, 2, NULL), XMPP_TLS_INVALID_PARAMETER);
    memset(keys + XMPP_TLS_TICKET_KEY_SIZE + 16, 1, 32);
    IS(xmpp_tls_context_set_ticket_keys(context, keys, 2, NULL), XMPP_TLS_INVALID_PARAMETER);
    xmpp_tls_context_free(context);
}

/* Whether the second of two connections resumes when the contexts of the servers are these. */
static bool resumes(xmpp_tls_context *client, xmpp_tls_context *first, xmpp_tls_context *second) {
    struct pair pair = pair_of(client, first, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    pair_run(&pair);
    CHECK(xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_OPEN);
    pair_free(&pair);
    pair = pair_of(client, second, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    pair_run(&pair);
    CHECK(xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_OPEN);
    bool resumed = xmpp_tls_connection_is_resumed(pair.client);
    CHECK(xmpp_tls_connection_is_resumed(pair.server) == resumed);
    pair_free(&pair);
    return resumed;
}

static void res_03_contexts_with_one_ticket_key_take_each_other_s_tickets(void) {
    uint8_t keys[2 * XMPP_TLS_TICKET_KEY_SIZE];
    for (size_t i = 0; i < sizeof keys; i++)
        keys[i] = (uint8_t)(i + 1);
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL);
    xmpp_tls_context *first = context_of("c2s-server", NULL, "server.pem"), *second = context_of("c2s-server", NULL, "server.pem");
    CHECK(resumes(client, first, first));
    CHECK(!resumes(client, first, second));
    OK(xmpp_tls_context_set_ticket_keys(first, keys, 1, NULL));
    OK(xmpp_tls_context_set_ticket_keys(second, keys, 1, NULL));
    CHECK(resumes(client, first, second));
    /* The new key comes first on one node, the other still opens what it sealed. */
    uint8_t both[2 * XMPP_TLS_TICKET_KEY_SIZE];
    memcpy(both, keys + XMPP_TLS_TICKET_KEY_SIZE, XMPP_TLS_TICKET_KEY_SIZE);
    memcpy(both + XMPP_TLS_TICKET_KEY_SIZE, keys, XMPP_TLS_TICKET_KEY_SIZE);
    OK(xmpp_tls_context_set_ticket_keys(second, both, 2, NULL));
    CHECK(resumes(client, first, second));
    /* A key that was replaced opens nothing any more. */
    OK(xmpp_tls_context_set_ticket_keys(second, both, 1, NULL));
    OK(xmpp_tls_context_forget(client, T(DOMAIN)));
    CHECK(!resumes(client, first, second));
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(first);
    xmpp_tls_context_free(second);
}

static void res_08_a_stricter_policy_takes_no_ticket_of_the_old_one(void) {
    static const struct setting strict[] = {{"tls.oldest_version", "TLSv1.3"}, {NULL, NULL}};
    const uint8_t key[XMPP_TLS_TICKET_KEY_SIZE] = {1, [16] = 2};
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL);
    xmpp_tls_context *first = context_of("c2s-server", NULL, "server.pem"), *second = context_of("c2s-server", strict, "server.pem");
    OK(xmpp_tls_context_set_ticket_keys(first, key, 1, NULL));
    OK(xmpp_tls_context_set_ticket_keys(second, key, 1, NULL));
    CHECK(!resumes(client, first, second));
    const xmpp_tls_policy *policy = policy_of("c2s-server", strict);
    OK(xmpp_tls_context_set_policy(first, policy, NULL));
    CHECK(resumes(client, first, second));
    xmpp_tls_policy_free(policy);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(first);
    xmpp_tls_context_free(second);
}

int main(void) {
    RUN(a_policy_is_frozen_and_says_what_it_is);
    RUN(a_relaxation_is_listed_with_what_it_costs);
    RUN(wrong_settings_are_refused_by_name);
    RUN(credentials_say_which_would_serve_a_name_and_why);
    RUN(a_bad_credential_is_refused_by_its_fault_and_the_builder_goes_on);
    RUN(a_context_is_reloaded_whole_or_not_at_all);
    RUN(res_03_ticket_keys_that_are_none_are_refused);
    RUN(res_03_contexts_with_one_ticket_key_take_each_other_s_tickets);
    RUN(res_08_a_stricter_policy_takes_no_ticket_of_the_old_one);
    return check_end();
}
