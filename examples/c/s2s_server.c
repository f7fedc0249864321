/*
 * s2s_server: accepts XMPP servers, and says of each whether its certificate proves the domain it claims.
 *
 *     s2s_server PORT starttls|direct DOMAIN CERT.pem KEY.pem CA-FILE
 *
 * A server names itself inside TLS, in the `from` of its stream header. So bytes pass before anyone knows
 * who it is, and the verdict is asked for when it has said so. One peer at a time; the port is on 127.0.0.1.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <xmpptls.h>

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

static const xmpp_tls_policy *make_policy(const char *ca_file)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_trust_anchors_builder *anchors_builder = NULL;
    const xmpp_tls_trust_anchors *anchors = NULL;
    xmpp_tls_policy_builder *builder = NULL;
    const xmpp_tls_policy *policy = NULL;

    check("anchors", xmpp_tls_trust_anchors_builder_new(&anchors_builder), NULL);
    check(ca_file, xmpp_tls_trust_anchors_builder_add_file(anchors_builder, ca_file, strlen(ca_file), &error), &error);
    check("anchors", xmpp_tls_trust_anchors_builder_build(anchors_builder, &anchors, &error), &error);
    check("policy", xmpp_tls_policy_builder_new("s2s", strlen("s2s"), &builder, &error), &error);
    check("policy", xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, &error), &error);
    check("policy", xmpp_tls_policy_builder_build(builder, &policy, &error), &error);
    xmpp_tls_policy_builder_free(builder);
    xmpp_tls_trust_anchors_free(anchors);
    xmpp_tls_trust_anchors_builder_free(anchors_builder);
    return policy;
}

static xmpp_tls_context *make_context(char **argv)
{
    xmpp_tls_error *error = NULL;
    const xmpp_tls_policy *policy = make_policy(argv[6]);
    xmpp_tls_credentials_builder *builder = NULL;
    const xmpp_tls_credentials *credentials = NULL;
    xmpp_tls_context *context = NULL;

    check("credentials", xmpp_tls_credentials_builder_new(&builder), NULL);
    check(argv[4], xmpp_tls_credentials_builder_add_file(builder, argv[3], strlen(argv[3]), argv[4], strlen(argv[4]),
              argv[5], strlen(argv[5]), &error), &error);
    check("credentials", xmpp_tls_credentials_builder_build(builder, &credentials, &error), &error);
    check("context", xmpp_tls_context_new(policy, credentials, &context, &error), &error);
    xmpp_tls_credentials_builder_free(builder);
    xmpp_tls_credentials_free(credentials);
    xmpp_tls_policy_free(policy);
    return context;
}

static int listen_on(const char *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0) {
        perror("listen");
        exit(2);
    }
    return fd;
}

/* Sends what waits; a small answer fits into the socket's buffer, a peer that does not read is dropped. */
static int flush(int fd, xmpp_tls_connection *connection)
{
    uint8_t buffer[16384];
    size_t length;
    while (xmpp_tls_connection_transmit(connection, buffer, sizeof buffer, &length) == XMPP_TLS_OK && length > 0)
        if (send(fd, buffer, length, MSG_NOSIGNAL) != (ssize_t)length)
            return 0;
    return 1;
}

/* Who the peer says it is. A real server reads this with its XML parser. */
static size_t claimed(const char *header, size_t length, const char **domain)
{
    static const char attribute[] = " from='";
    for (size_t i = 0; i + sizeof attribute <= length; i++) {
        const char *from = header + i + sizeof attribute - 1;
        if (memcmp(header + i, attribute, sizeof attribute - 1) == 0) {
            const char *to = memchr(from, '\'', length - (size_t)(from - header));
            *domain = from;
            return to ? (size_t)(to - from) : 0;
        }
    }
    return 0;
}

/* The verdict of the pair. Questions stay unasked here; a real server answers them, by DNS and HTTPS. */
static void judge(xmpp_tls_connection *connection, const char *domain, size_t length)
{
    xmpp_tls_verification *verification = NULL;
    const xmpp_tls_verdict *verdict = NULL;
    xmpp_tls_time time = now();

    if (xmpp_tls_connection_verification(connection, domain, length, NULL, NULL, &verification, NULL) != XMPP_TLS_OK)
        return;
    check("verdict", xmpp_tls_verification_decide(verification, &time, &verdict, NULL), NULL);
    check("conclude", xmpp_tls_connection_conclude(connection, &time, verdict, NULL), NULL);
    xmpp_tls_str summary = xmpp_tls_verdict_summary(verdict);
    printf("%s: %.*s\n", xmpp_tls_verdict_is_permitted(verdict) ? "may speak" : "may not speak", (int)summary.len,
        summary.data);
    fflush(stdout);
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_verification_free(verification);
}

/* Takes what arrived; 0 when this peer is done: it named itself, or the connection ended. */
static int take(xmpp_tls_connection *connection, uint8_t *tls, size_t count)
{
    uint8_t plain[16384];
    const char *domain;
    xmpp_tls_time time = now();
    for (size_t at = 0, used = 0, length = 0; at < count; at += used) {
        if (xmpp_tls_connection_receive_in_place(connection, &time, tls + at, count - at, &used, plain, sizeof plain,
                &length) != XMPP_TLS_OK)
            return 0;
        size_t name = claimed((const char *)plain, length, &domain);
        if (name > 0) {
            judge(connection, domain, name);
            return 0;
        }
        if (used == 0 && length == 0)
            break;
    }
    return 1;
}

static void serve(int fd, xmpp_tls_connection *connection)
{
    uint8_t tls[16384];
    int alive = 1;
    while (alive && flush(fd, connection)) {
        struct pollfd readable = { .fd = fd, .events = POLLIN };
        int ready = poll(&readable, 1, 1000);
        xmpp_tls_time time = now();
        if (ready <= 0) {
            alive = xmpp_tls_connection_advance(connection, &time) == XMPP_TLS_OK;
            continue;
        }
        ssize_t got = recv(fd, tls, sizeof tls, 0);
        alive = got > 0 && take(connection, tls, (size_t)got);
    }
    xmpp_tls_time time = now();
    (void)xmpp_tls_connection_close(connection, &time);
    (void)flush(fd, connection);
}

int main(int argc, char **argv)
{
    if (argc < 7) {
        fprintf(stderr, "usage: %s PORT starttls|direct DOMAIN CERT KEY CA-FILE\n", argv[0]);
        return 2;
    }
    int direct = strcmp(argv[2], "direct") == 0;
    uint32_t transport = direct ? XMPP_TLS_TRANSPORT_DIRECT_TLS : XMPP_TLS_TRANSPORT_STARTTLS;
    xmpp_tls_context *context = make_context(argv);
    int listener = listen_on(argv[1]);
    puts("ready");
    fflush(stdout);
    for (;;) {
        xmpp_tls_connection *connection = NULL;
        xmpp_tls_time time = now();
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        check("connection", xmpp_tls_connection_new_accepting(context, transport, &time, &connection, NULL), NULL);
        serve(fd, connection);
        close(fd);
        xmpp_tls_connection_free(connection);
    }
}
