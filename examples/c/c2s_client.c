/*
 * c2s_client: connects to an XMPP server as a client, secures the stream, says who the server is and how
 * that is known, and opens the stream inside TLS.
 *
 *     c2s_client DOMAIN HOST PORT [starttls|direct] [CA-FILE]
 *
 * The library sees no socket: this program moves the bytes. No application byte passes before the policy
 * is met, so "the server is who it should be" needs no check of ours beyond the verdict.
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

static void die(const char *what, xmpp_tls_result result, xmpp_tls_error *error)
{
    xmpp_tls_str text = error ? xmpp_tls_error_message(error) : xmpp_tls_result_message(result);
    fprintf(stderr, "%s: %.*s\n", what, (int)text.len, text.data);
    xmpp_tls_error_free(error);
    exit(2);
}

static void check(const char *what, xmpp_tls_result result, xmpp_tls_error *error)
{
    if (result != XMPP_TLS_OK)
        die(what, result, error);
}

static xmpp_tls_time now(void)
{
    struct timespec wall, mono;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_MONOTONIC, &mono);
    xmpp_tls_time time = { wall.tv_sec, (uint64_t)mono.tv_sec * 1000 + (uint64_t)(mono.tv_nsec / 1000000) };
    return time;
}

static int dial(const char *host, const char *port)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
    int failed = getaddrinfo(host, port, &hints, &list);
    if (failed) {
        fprintf(stderr, "%s: %s\n", host, gai_strerror(failed));
        exit(2);
    }
    int fd = -1;
    for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    if (fd < 0) {
        perror("connect");
        exit(2);
    }
    return fd;
}

/* Demands: a client's preset, and the system's trust anchors or those of one file. */
static xmpp_tls_context *make_context(const char *ca_file)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_trust_anchors_builder *anchors_builder = NULL;
    const xmpp_tls_trust_anchors *anchors = NULL;
    xmpp_tls_policy_builder *builder = NULL;
    const xmpp_tls_policy *policy = NULL;
    xmpp_tls_context *context = NULL;

    check("anchors", xmpp_tls_trust_anchors_builder_new(&anchors_builder), NULL);
    if (ca_file)
        check("CA file", xmpp_tls_trust_anchors_builder_add_file(anchors_builder, ca_file, strlen(ca_file), &error), error);
    else
        check("system trust", xmpp_tls_trust_anchors_builder_add_system(anchors_builder, &error), error);
    check("anchors", xmpp_tls_trust_anchors_builder_build(anchors_builder, &anchors, &error), error);

    check("policy", xmpp_tls_policy_builder_new("c2s-client", strlen("c2s-client"), &builder, &error), error);
    check("policy", xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, &error), error);
    check("policy", xmpp_tls_policy_builder_build(builder, &policy, &error), error);
    check("context", xmpp_tls_context_new(policy, NULL, &context, &error), error);

    xmpp_tls_trust_anchors_builder_free(anchors_builder);
    xmpp_tls_trust_anchors_free(anchors);
    xmpp_tls_policy_builder_free(builder);
    xmpp_tls_policy_free(policy);
    return context;
}

static void flush(int fd, xmpp_tls_connection *connection)
{
    uint8_t buffer[4096];
    size_t length;
    while (xmpp_tls_connection_transmit(connection, buffer, sizeof buffer, &length) == XMPP_TLS_OK && length > 0)
        for (size_t sent = 0; sent < length;) {
            ssize_t n = send(fd, buffer + sent, length - sent, MSG_NOSIGNAL);
            if (n < 0)
                return; /* what the peer said last can still be read */
            sent += (size_t)n;
        }
}

static void show_report(xmpp_tls_connection *connection)
{
    const xmpp_tls_report *report = NULL;
    xmpp_tls_error *error = NULL;
    xmpp_tls_time time = now();
    check("report", xmpp_tls_connection_report(connection, &time, &report, &error), error);
    xmpp_tls_str text = xmpp_tls_report_text(report);
    fwrite(text.data, 1, text.len, stdout);
    xmpp_tls_report_free(report);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s DOMAIN HOST PORT [starttls|direct] [CA-FILE]\n", argv[0]);
        return 2;
    }
    const char *domain = argv[1];
    int direct = argc > 4 && strcmp(argv[4], "direct") == 0;
    xmpp_tls_context *context = make_context(argc > 5 ? argv[5] : NULL);
    xmpp_tls_connection *connection = NULL;
    xmpp_tls_error *error = NULL;
    xmpp_tls_time time = now();
    check("connection", xmpp_tls_connection_new_initiating(context,
              direct ? XMPP_TLS_TRANSPORT_DIRECT_TLS : XMPP_TLS_TRANSPORT_STARTTLS, domain, strlen(domain), &time,
              &connection, &error), error);

    int fd = dial(argv[2], argv[3]), failed = 0, done = 0;
    while (!done && !failed) {
        flush(fd, connection);
        uint64_t deadline = 0;
        int wait = -1;
        time = now();
        if (xmpp_tls_connection_deadline(connection, &deadline) == XMPP_TLS_OK)
            wait = deadline > time.monotonic_ms ? (int)(deadline - time.monotonic_ms) : 0;
        struct pollfd readable = { .fd = fd, .events = POLLIN };
        if (poll(&readable, 1, wait) == 0)
            (void)xmpp_tls_connection_advance(connection, (time = now(), &time));
        uint8_t tls[16384], plain[16384];
        ssize_t got = readable.revents ? recv(fd, tls, sizeof tls, 0) : -1;
        time = now();
        if (got == 0)
            (void)xmpp_tls_connection_end_of_input(connection, &time);
        for (size_t at = 0, used = 0, length = 0; got > 0 && at < (size_t)got; at += used) {
            if (xmpp_tls_connection_receive_in_place(connection, &time, tls + at, (size_t)got - at, &used, plain,
                    sizeof plain, &length) != XMPP_TLS_OK)
                break;
            printf("%.*s\n", (int)length, (const char *)plain);
            done |= length > 0; /* the server's stream header and features: this demonstration ends here */
            if (used == 0 && length == 0)
                break;
        }
        uint32_t event;
        while (xmpp_tls_connection_next_event(connection, &event) == XMPP_TLS_OK) {
            if (event == XMPP_TLS_EVENT_HANDSHAKE_DONE) {
                char header[1024];
                size_t taken;
                int length = snprintf(header, sizeof header, "<?xml version='1.0'?><stream:stream to='%s' version='1.0' "
                    "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", domain);
                show_report(connection);
                check("write", xmpp_tls_connection_write(connection, &time, (const uint8_t *)header, (size_t)length, &taken), NULL);
            } else if (event == XMPP_TLS_EVENT_FAILED || event == XMPP_TLS_EVENT_TRUNCATED) {
                failed = 1;
            }
        }
    }
    if (failed)
        show_report(connection);
    (void)xmpp_tls_connection_close(connection, &time);
    flush(fd, connection);
    close(fd);
    xmpp_tls_connection_free(connection);
    xmpp_tls_context_free(context);
    return failed;
}
