/* Look-ups: with a silent server on loopback, or, in a library without them, that every function says so. */
#define _POSIX_C_SOURCE 200809L
#include "world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_built(void) {
    xmpp_tls_lookup_builder *builder;
    bool built = xmpp_tls_lookup_builder_new(&builder) == XMPP_TLS_OK;
    xmpp_tls_lookup_builder_free(builder);
    return built;
}

/* A DNS server that never answers: its descriptor, and its port. */
static int silent_server(uint32_t *port) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(getsockname(descriptor, (struct sockaddr *)&address, &length) == 0);
    *port = ntohs(address.sin_port);
    return descriptor;
}

static xmpp_tls_lookup *lookup_of(uint32_t port, size_t pending) {
    xmpp_tls_lookup_builder *builder;
    xmpp_tls_lookup *lookup;
    OK(xmpp_tls_lookup_builder_new(&builder));
    OK(xmpp_tls_lookup_builder_add_server(builder, T("127.0.0.1"), port, NULL));
    OK(xmpp_tls_lookup_builder_allow_network(builder, T("127.0.0.0/8"), NULL));
    OK(xmpp_tls_lookup_builder_set_limits(builder, 300, 300, pending));
    OK(xmpp_tls_lookup_builder_build(builder, &lookup, NULL));
    xmpp_tls_lookup_builder_free(builder);
    return lookup;
}

static void a_builder_refuses_what_has_no_meaning(void) {
    xmpp_tls_lookup_builder *builder;
    const xmpp_tls_trust_anchors *anchors = anchors_of("root.pem");
    OK(xmpp_tls_lookup_builder_new(&builder));
    IS(xmpp_tls_lookup_builder_add_server(builder, T("dns.example"), 53, NULL), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_lookup_builder_add_server(builder, T("127.0.0.1"), 0, NULL), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_lookup_builder_set_dnssec_trust_anchors(builder, T("no key"), NULL), XMPP_TLS_MALFORMED_RECORD);
    IS(xmpp_tls_lookup_builder_allow_network(builder, T("127.0.0.1/33"), NULL), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_lookup_builder_set_https_port(builder, 65536), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_lookup_builder_set_https_trust_anchors(builder, NULL, NULL), XMPP_TLS_NULL_PARAMETER);
    OK(xmpp_tls_lookup_builder_set_https_trust_anchors(builder, anchors, NULL));
    OK(xmpp_tls_lookup_builder_set_https_port(builder, 8443));
    OK(xmpp_tls_lookup_builder_allow_every_address(builder));
    OK(xmpp_tls_lookup_builder_accept_resolver_without_dnssec(builder));
    for (int i = 0; i < 16; i++)
        OK(xmpp_tls_lookup_builder_add_server(builder, T("::1"), 53, NULL));
    IS(xmpp_tls_lookup_builder_add_server(builder, T("::1"), 53, NULL), XMPP_TLS_LIMIT_EXCEEDED);
    xmpp_tls_lookup_builder_free(builder);
    xmpp_tls_trust_anchors_free(anchors);
}

static void a_look_up_that_gets_no_answer_has_failed_and_is_no_absence(void) {
    uint32_t port;
    int server = silent_server(&port);
    xmpp_tls_lookup *lookup = lookup_of(port, 0);
    const xmpp_tls_lookup_reply *reply, *second;
    const xmpp_tls_endpoint *endpoint;
    OK(xmpp_tls_lookup_candidates(lookup, T(DOMAIN), XMPP_TLS_SERVICE_S2S, 5000, &reply, NULL));
    second = xmpp_tls_lookup_reply_retain(reply);
    xmpp_tls_lookup_reply_free(reply);
    CHECK(xmpp_tls_lookup_reply_outcome(second) == XMPP_TLS_LOOKUP_OUTCOME_FAILED);
    CHECK(xmpp_tls_lookup_reply_failure(second) == XMPP_TLS_LOOKUP_FAILURE_TIMEOUT && xmpp_tls_lookup_reply_dnssec(second) == 0);
    CHECK(xmpp_tls_lookup_reply_count(second) == 0 && xmpp_tls_lookup_reply_address_count(second, 0) == 0);
    TEXT(xmpp_tls_lookup_reply_address(second, 0, 0), "");
    CHECK(xmpp_tls_lookup_reply_address_failure(second, 0) == 0);
    CHECK(xmpp_tls_lookup_reply_dns_queries(second) >= 1 && xmpp_tls_lookup_reply_https_requests(second) == 0);
    CHECK(!xmpp_tls_lookup_reply_is_resolver_without_dnssec(second));
    IS(xmpp_tls_lookup_reply_endpoint(second, 0, &endpoint), XMPP_TLS_NOT_FOUND);
    xmpp_tls_lookup_reply_free(second);
    IS(xmpp_tls_lookup_candidates(lookup, NOTHING, XMPP_TLS_SERVICE_S2S, 100, &reply, NULL), XMPP_TLS_INVALID_DOMAIN);
    IS(xmpp_tls_lookup_gather(lookup, T(DOMAIN), 3, 100, &reply, NULL), XMPP_TLS_INVALID_PARAMETER);
    CHECK(reply == NULL);
    OK(xmpp_tls_lookup_flush(lookup, T(DOMAIN)));
    xmpp_tls_lookup_free(lookup);
    close(server);
}

static void an_address_as_domain_needs_no_dns(void) {
    uint32_t port;
    int server = silent_server(&port);
    xmpp_tls_lookup *lookup = lookup_of(port, 0);
    const xmpp_tls_lookup_reply *reply;
    const xmpp_tls_endpoint *endpoint;
    OK(xmpp_tls_lookup_candidates(lookup, T("127.0.0.1"), XMPP_TLS_SERVICE_S2S, 5000, &reply, NULL));
    CHECK(xmpp_tls_lookup_reply_outcome(reply) == XMPP_TLS_LOOKUP_OUTCOME_FOUND && xmpp_tls_lookup_reply_count(reply) == 1);
    OK(xmpp_tls_lookup_reply_endpoint(reply, 0, &endpoint));
    TEXT(xmpp_tls_endpoint_target(endpoint), "127.0.0.1");
    CHECK(xmpp_tls_endpoint_port(endpoint) == 5269);
    CHECK(xmpp_tls_lookup_reply_address_count(reply, 0) == 1);
    TEXT(xmpp_tls_lookup_reply_address(reply, 0, 0), "127.0.0.1");
    xmpp_tls_endpoint_free(endpoint);
    xmpp_tls_lookup_reply_free(reply);
    xmpp_tls_lookup_free(lookup);
    close(server);
}

static void the_descriptor_is_readable_when_something_is_finished(void) {
    uint32_t port;
    int server = silent_server(&port), descriptor;
    xmpp_tls_lookup *lookup = lookup_of(port, 3);
    const xmpp_tls_lookup_reply *reply;
    const xmpp_tls_endpoint *endpoint;
    xmpp_tls_result outcome;
    uint64_t ids[3], id;
    OK(xmpp_tls_lookup_descriptor(lookup, &descriptor, NULL));
    struct pollfd waiting = {descriptor, POLLIN, 0};
    CHECK(poll(&waiting, 1, 0) == 0);
    IS(xmpp_tls_lookup_collect(lookup, &id, &outcome, &reply, NULL), XMPP_TLS_NOT_YET);
    OK(xmpp_tls_endpoint_new(T("a.example"), 5222, 1, 0, XMPP_TLS_DNSSEC_INSECURE, true, &endpoint, NULL));
    OK(xmpp_tls_lookup_submit_candidates(lookup, T("a.example"), XMPP_TLS_SERVICE_C2S, 400, &ids[0], NULL));
    OK(xmpp_tls_lookup_submit_gather(lookup, T("b.example"), XMPP_TLS_SERVICE_C2S, 400, &ids[1], NULL));
    OK(xmpp_tls_lookup_submit_endpoint(lookup, endpoint, 400, &ids[2], NULL));
    IS(xmpp_tls_lookup_submit_endpoint(lookup, endpoint, 400, &id, NULL), XMPP_TLS_LIMIT_EXCEEDED);
    OK(xmpp_tls_lookup_cancel(lookup, ids[1]));
    IS(xmpp_tls_lookup_cancel(lookup, ids[1]), XMPP_TLS_NOT_FOUND);
    for (int i = 0; i < 2; i++) {
        CHECK(poll(&waiting, 1, 10000) == 1);
        OK(xmpp_tls_lookup_collect(lookup, &id, &outcome, &reply, NULL));
        CHECK(id == ids[0] || id == ids[2]);
        IS(outcome, XMPP_TLS_OK);
        xmpp_tls_lookup_reply_free(reply);
    }
    CHECK(poll(&waiting, 1, 0) == 0);
    xmpp_tls_endpoint_free(endpoint);
    xmpp_tls_lookup_free(lookup);
    close(server);
}

static void a_verification_is_answered_and_missing_answers_are_failures(void) {
    uint32_t port;
    int server = silent_server(&port);
    xmpp_tls_lookup *lookup = lookup_of(port, 0);
    const xmpp_tls_policy *policy = policy_of("s2s", NULL);
    const xmpp_tls_endpoint *endpoint;
    const xmpp_tls_certificate *chain[1] = {certificate_of("server.pem")};
    const xmpp_tls_question *question;
    const xmpp_tls_lookup_reply *reply;
    const xmpp_tls_verdict *verdict;
    xmpp_tls_verification *verification;
    xmpp_tls_time now = time_at(0, 0);
    xmpp_tls_result outcome;
    uint64_t id;
    OK(xmpp_tls_endpoint_new(T("xmpp.example"), 5269, 1, XMPP_TLS_DNSSEC_SECURE, XMPP_TLS_DNSSEC_SECURE, false, &endpoint, NULL));
    OK(xmpp_tls_verification_new_chain(chain, 1, T(DOMAIN), 1, policy, endpoint, &verification, NULL));
    OK(xmpp_tls_lookup_answer(lookup, verification, &now, 3000, NULL));
    IS(xmpp_tls_verification_next_question(verification, &now, &question), XMPP_TLS_NOT_YET);
    OK(xmpp_tls_verification_decide(verification, &now, &verdict, NULL));
    CHECK(xmpp_tls_verdict_level(verdict) == XMPP_TLS_LEVEL_REFUSED);
    CHECK(xmpp_tls_verdict_reason(verdict, 0) == XMPP_TLS_REASON_DANE_DNS_BOGUS);
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_verification_free(verification);
    /* The same by way of a question that is submitted. */
    OK(xmpp_tls_verification_new_chain(chain, 1, T(DOMAIN), 1, policy, endpoint, &verification, NULL));
    OK(xmpp_tls_verification_next_question(verification, &now, &question));
    OK(xmpp_tls_lookup_submit_question(lookup, question, 400, &id, NULL));
    int descriptor;
    OK(xmpp_tls_lookup_descriptor(lookup, &descriptor, NULL));
    struct pollfd waiting = {descriptor, POLLIN, 0};
    CHECK(poll(&waiting, 1, 10000) == 1);
    OK(xmpp_tls_lookup_collect(lookup, &id, &outcome, &reply, NULL));
    CHECK(xmpp_tls_lookup_reply_outcome(reply) == XMPP_TLS_LOOKUP_OUTCOME_FAILED);
    IS(xmpp_tls_lookup_reply_answer(reply, verification, 77, NULL), XMPP_TLS_INVALID_PARAMETER);
    OK(xmpp_tls_lookup_reply_answer(reply, verification, xmpp_tls_question_id(question), NULL));
    IS(xmpp_tls_lookup_reply_answer(reply, verification, xmpp_tls_question_id(question), NULL), XMPP_TLS_INVALID_PARAMETER);
    xmpp_tls_lookup_reply_free(reply);
    xmpp_tls_question_free(question);
    xmpp_tls_verification_free(verification);
    /* And from what was gathered. */
    OK(xmpp_tls_verification_new(T(DOMAIN), 1, policy, NULL, &verification, NULL));
    OK(xmpp_tls_lookup_gather(lookup, T(DOMAIN), XMPP_TLS_SERVICE_S2S, 3000, &reply, NULL));
    OK(xmpp_tls_lookup_reply_answer_all(reply, verification, &now, NULL));
    IS(xmpp_tls_verification_next_question(verification, &now, &question), XMPP_TLS_NOT_YET);
    xmpp_tls_lookup_reply_free(reply);
    OK(xmpp_tls_lookup_endpoint(lookup, endpoint, 3000, &reply, NULL));
    CHECK(xmpp_tls_lookup_reply_count(reply) == 1 && xmpp_tls_lookup_reply_address_failure(reply, 0) == XMPP_TLS_LOOKUP_FAILURE_TIMEOUT);
    xmpp_tls_lookup_reply_free(reply);
    xmpp_tls_verification_free(verification);
    xmpp_tls_certificate_free(chain[0]);
    xmpp_tls_endpoint_free(endpoint);
    xmpp_tls_policy_free(policy);
    xmpp_tls_lookup_free(lookup);
    close(server);
}

static void a_child_is_told_that_the_handle_is_its_parent_s(void) {
    uint32_t port;
    int server = silent_server(&port), descriptor, status;
    xmpp_tls_lookup *lookup = lookup_of(port, 0);
    OK(xmpp_tls_lookup_descriptor(lookup, &descriptor, NULL));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        uint64_t id;
        bool told = xmpp_tls_lookup_submit_candidates(lookup, T(DOMAIN), 1, 100, &id, NULL) == XMPP_TLS_FORKED &&
                    xmpp_tls_lookup_flush(lookup, T(DOMAIN)) == XMPP_TLS_FORKED;
        xmpp_tls_lookup_free(lookup);
        /* What belongs to the parent's thread is left alone here, and would count as lost at an exit. */
        execlp(told ? "true" : "false", "", (char *)NULL);
        _exit(1);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    xmpp_tls_lookup_free(lookup);
    close(server);
}

static void without_look_ups_nothing_is_made_and_every_function_says_so(void) {
    xmpp_tls_lookup_builder *builder;
    xmpp_tls_lookup *lookup;
    const xmpp_tls_lookup_reply *reply;
    const xmpp_tls_endpoint *endpoint;
    xmpp_tls_time now = time_at(0, 0);
    xmpp_tls_result outcome;
    uint64_t id;
    int32_t descriptor;
    const xmpp_tls_result none = XMPP_TLS_NOT_BUILT;
    IS(xmpp_tls_lookup_builder_new(&builder), none);
    CHECK(builder == NULL);
    IS(xmpp_tls_lookup_builder_add_server(NULL, T("127.0.0.1"), 53, NULL), none);
    IS(xmpp_tls_lookup_builder_set_dnssec_trust_anchors(NULL, NOTHING, NULL), none);
    IS(xmpp_tls_lookup_builder_set_https_trust_anchors(NULL, NULL, NULL), none);
    IS(xmpp_tls_lookup_builder_accept_resolver_without_dnssec(NULL), none);
    IS(xmpp_tls_lookup_builder_allow_network(NULL, NOTHING, NULL), none);
    IS(xmpp_tls_lookup_builder_allow_every_address(NULL), none);
    IS(xmpp_tls_lookup_builder_set_https_port(NULL, 443), none);
    IS(xmpp_tls_lookup_builder_set_limits(NULL, 1, 1, 1), none);
    IS(xmpp_tls_lookup_builder_build(NULL, &lookup, NULL), none);
    IS(xmpp_tls_lookup_candidates(NULL, T(DOMAIN), 1, 1, &reply, NULL), none);
    IS(xmpp_tls_lookup_gather(NULL, T(DOMAIN), 1, 1, &reply, NULL), none);
    IS(xmpp_tls_lookup_endpoint(NULL, NULL, 1, &reply, NULL), none);
    IS(xmpp_tls_lookup_answer(NULL, NULL, &now, 1, NULL), none);
    IS(xmpp_tls_lookup_submit_candidates(NULL, T(DOMAIN), 1, 1, &id, NULL), none);
    IS(xmpp_tls_lookup_submit_gather(NULL, T(DOMAIN), 1, 1, &id, NULL), none);
    IS(xmpp_tls_lookup_submit_endpoint(NULL, NULL, 1, &id, NULL), none);
    IS(xmpp_tls_lookup_submit_question(NULL, NULL, 1, &id, NULL), none);
    IS(xmpp_tls_lookup_descriptor(NULL, &descriptor, NULL), none);
    IS(xmpp_tls_lookup_collect(NULL, &id, &outcome, &reply, NULL), none);
    IS(xmpp_tls_lookup_cancel(NULL, 1), none);
    IS(xmpp_tls_lookup_flush(NULL, T(DOMAIN)), none);
    IS(xmpp_tls_lookup_reply_endpoint(NULL, 0, &endpoint), none);
    IS(xmpp_tls_lookup_reply_answer(NULL, NULL, 0, NULL), none);
    IS(xmpp_tls_lookup_reply_answer_all(NULL, NULL, &now, NULL), none);
    CHECK(reply == NULL && lookup == NULL && endpoint == NULL);
    xmpp_tls_lookup_builder_free(NULL);
    xmpp_tls_lookup_free(NULL);
    xmpp_tls_lookup_reply_free(NULL);
    CHECK(xmpp_tls_lookup_reply_outcome(NULL) == 0);
}

int main(void) {
    if (is_built()) {
        RUN(a_builder_refuses_what_has_no_meaning);
        RUN(a_look_up_that_gets_no_answer_has_failed_and_is_no_absence);
        RUN(an_address_as_domain_needs_no_dns);
        RUN(the_descriptor_is_readable_when_something_is_finished);
        RUN(a_verification_is_answered_and_missing_answers_are_failures);
        RUN(a_child_is_told_that_the_handle_is_its_parent_s);
    } else {
        RUN(without_look_ups_nothing_is_made_and_every_function_says_so);
    }
    return check_end();
}
