/*
 * c2s_domain: connects to the XMPP service of a domain, and of nothing else it is told the name: looks up where that
 * is, gathers the evidence – TLSA records with DNSSEC, the POSH document – and judges by it inside the handshake.
 *
 *     c2s_domain DOMAIN [CA-FILE [DNS-SERVER PORT DNSKEY-FILE]]
 *
 * Each place is tried in order until one answers. The last three arguments ask another DNS server than the system's,
 * and validate from its keys; addresses of private networks are contacted then, too.
 */
#define _POSIX_C_SOURCE 200809L
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <xmpptls.h>

enum { LIMIT_MS = 15000 };

static void check(const char *what, xmpp_tls_result result, xmpp_tls_error **error)
{
    if (result == XMPP_TLS_OK)
        return;
    xmpp_tls_str text = error && *error ? xmpp_tls_error_message(*error) : xmpp_tls_result_message(result);
    fprintf(stderr, "%s: %.*s\n", what, (int)text.len, text.data);
    exit(2);
}

static xmpp_tls_time now(void)
{
    struct timespec wall, mono;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_MONOTONIC, &mono);
    xmpp_tls_time time = { wall.tv_sec, (uint64_t)mono.tv_sec * 1000 + (uint64_t)(mono.tv_nsec / 1000000) };
    return time;
}

static const xmpp_tls_trust_anchors *read_anchors(const char *ca_file)
{
    xmpp_tls_trust_anchors_builder *builder = NULL;
    const xmpp_tls_trust_anchors *anchors = NULL;
    xmpp_tls_error *error = NULL;
    check("anchors", xmpp_tls_trust_anchors_builder_new(&builder), NULL);
    if (ca_file)
        check("CA file", xmpp_tls_trust_anchors_builder_add_file(builder, ca_file, strlen(ca_file), &error), &error);
    else
        check("system trust", xmpp_tls_trust_anchors_builder_add_system(builder, &error), &error);
    check("anchors", xmpp_tls_trust_anchors_builder_build(builder, &anchors, &error), &error);
    xmpp_tls_trust_anchors_builder_free(builder);
    return anchors;
}

static const xmpp_tls_policy *make_policy(const xmpp_tls_trust_anchors *anchors)
{
    xmpp_tls_policy_builder *builder = NULL;
    const xmpp_tls_policy *policy = NULL;
    xmpp_tls_error *error = NULL;
    check("policy", xmpp_tls_policy_builder_new("c2s-client", strlen("c2s-client"), &builder, &error), &error);
    check("policy", xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, &error), &error);
    check("policy", xmpp_tls_policy_builder_build(builder, &policy, &error), &error);
    xmpp_tls_policy_builder_free(builder);
    return policy;
}

static xmpp_tls_lookup *make_lookup(const xmpp_tls_trust_anchors *anchors, char **server)
{
    xmpp_tls_lookup_builder *builder = NULL;
    xmpp_tls_lookup *lookup = NULL;
    xmpp_tls_error *error = NULL;
    check("look-ups", xmpp_tls_lookup_builder_new(&builder), NULL);
    check("look-ups", xmpp_tls_lookup_builder_set_https_trust_anchors(builder, anchors, &error), &error);
    if (server) {
        char keys[4096] = "";
        FILE *file = fopen(server[2], "r");
        size_t length = file ? fread(keys, 1, sizeof keys - 1, file) : 0;
        if (file)
            fclose(file);
        check("DNS server", xmpp_tls_lookup_builder_add_server(builder, server[0], strlen(server[0]),
                  (uint32_t)atoi(server[1]), &error), &error);
        check("DNSSEC keys", xmpp_tls_lookup_builder_set_dnssec_trust_anchors(builder, keys, length, &error), &error);
        check("look-ups", xmpp_tls_lookup_builder_allow_every_address(builder), NULL);
    }
    check("look-ups", xmpp_tls_lookup_builder_build(builder, &lookup, &error), &error);
    xmpp_tls_lookup_builder_free(builder);
    return lookup;
}

static int dial(xmpp_tls_str address, uint32_t port)
{
    char host[64], service[8];
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM }, *found = NULL;
    snprintf(host, sizeof host, "%.*s", (int)address.len, address.data);
    snprintf(service, sizeof service, "%u", (unsigned)port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return -1;
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

/* Carries bytes until there is a verdict or a failure; 1 when the peer is who it should be. */
static int handshake(int fd, xmpp_tls_connection *connection)
{
    for (;;) {
        uint8_t tls[16384], plain[4096];
        size_t length, used, plain_length;
        while (xmpp_tls_connection_transmit(connection, tls, sizeof tls, &length) == XMPP_TLS_OK && length > 0)
            if (send(fd, tls, length, MSG_NOSIGNAL) != (ssize_t)length)
                break;
        uint32_t phase = xmpp_tls_connection_phase(connection);
        if (phase == XMPP_TLS_PHASE_OPEN || phase == XMPP_TLS_PHASE_FAILED)
            return phase == XMPP_TLS_PHASE_OPEN;
        struct pollfd readable = { .fd = fd, .events = POLLIN };
        int ready = poll(&readable, 1, LIMIT_MS);
        xmpp_tls_time time = now();
        ssize_t got = ready > 0 ? recv(fd, tls, sizeof tls, 0) : 0;
        if (got > 0)
            (void)xmpp_tls_connection_receive_in_place(connection, &time, tls, (size_t)got, &used, plain, sizeof plain,
                &plain_length);
        else
            (void)xmpp_tls_connection_end_of_input(connection, &time);
    }
}

/* Tries one place: 1 authenticated, 0 refused, -1 not reached. */
static int try_place(const char *domain, const xmpp_tls_policy *policy, xmpp_tls_context *context,
    const xmpp_tls_lookup_reply *reply, size_t place)
{
    const xmpp_tls_endpoint *endpoint = NULL;
    xmpp_tls_verification *verification = NULL;
    xmpp_tls_connection *connection = NULL;
    const xmpp_tls_report *report = NULL;
    xmpp_tls_error *error = NULL;
    xmpp_tls_time time = now();
    int fd = -1, answer = -1;
    check("endpoint", xmpp_tls_lookup_reply_endpoint(reply, place, &endpoint), NULL);
    for (size_t i = 0; fd < 0 && i < xmpp_tls_lookup_reply_address_count(reply, place); i++)
        fd = dial(xmpp_tls_lookup_reply_address(reply, place, i), xmpp_tls_endpoint_port(endpoint));
    if (fd >= 0) {
        check("verification", xmpp_tls_verification_new(domain, strlen(domain), XMPP_TLS_DIRECTION_INITIATING, policy,
                  endpoint, &verification, &error), &error);
        check("evidence", xmpp_tls_lookup_reply_answer_all(reply, verification, &time, &error), &error);
        check("connection", xmpp_tls_connection_new_initiating(context, xmpp_tls_endpoint_transport(endpoint), domain,
                  strlen(domain), &time, &connection, &error), &error);
        check("connection", xmpp_tls_connection_set_verification(connection, verification, &error), &error);
        answer = handshake(fd, connection);
        time = now();
        check("report", xmpp_tls_connection_report(connection, &time, &report, &error), &error);
        xmpp_tls_str text = xmpp_tls_report_text(report);
        fwrite(text.data, 1, text.len, stdout);
        close(fd);
    }
    xmpp_tls_report_free(report);
    xmpp_tls_connection_free(connection);
    xmpp_tls_verification_free(verification);
    xmpp_tls_endpoint_free(endpoint);
    return answer;
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3 && argc != 6) {
        fprintf(stderr, "usage: %s DOMAIN [CA-FILE [DNS-SERVER PORT DNSKEY-FILE]]\n", argv[0]);
        return 2;
    }
    const xmpp_tls_trust_anchors *anchors = read_anchors(argc > 2 ? argv[2] : NULL);
    const xmpp_tls_policy *policy = make_policy(anchors);
    xmpp_tls_lookup *lookup = make_lookup(anchors, argc == 6 ? argv + 3 : NULL);
    const xmpp_tls_lookup_reply *reply = NULL;
    xmpp_tls_context *context = NULL;
    xmpp_tls_error *error = NULL;
    int answer = -1;
    check("context", xmpp_tls_context_new(policy, NULL, &context, &error), &error);
    check(argv[1], xmpp_tls_lookup_gather(lookup, argv[1], strlen(argv[1]), XMPP_TLS_SERVICE_C2S, LIMIT_MS, &reply,
              &error), &error);
    for (size_t place = 0; answer < 0 && place < xmpp_tls_lookup_reply_count(reply); place++)
        answer = try_place(argv[1], policy, context, reply, place);
    if (answer < 0)
        puts("no place of the domain could be reached");
    xmpp_tls_lookup_reply_free(reply);
    xmpp_tls_lookup_free(lookup);
    xmpp_tls_context_free(context);
    xmpp_tls_policy_free(policy);
    xmpp_tls_trust_anchors_free(anchors);
    return answer == 1 ? 0 : 1;
}
