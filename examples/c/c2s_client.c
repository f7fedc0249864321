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

static int dial(const char *host, const char *port)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
    int fd = -1;
    if (getaddrinfo(host, port, &hints, &list) == 0)
        fd = socket(list->ai_family, list->ai_socktype, list->ai_protocol);
    if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen) != 0) {
        perror(host);
        exit(2);
    }
    freeaddrinfo(list);
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
        check("CA file", xmpp_tls_trust_anchors_builder_add_file(anchors_builder, ca_file, strlen(ca_file), &error), &error);
    else
        check("system trust", xmpp_tls_trust_anchors_builder_add_system(anchors_builder, &error), &error);
    check("anchors", xmpp_tls_trust_anchors_builder_build(anchors_builder, &anchors, &error), &error);

    check("policy", xmpp_tls_policy_builder_new("c2s-client", strlen("c2s-client"), &builder, &error), &error);
    check("policy", xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, &error), &error);
    check("policy", xmpp_tls_policy_builder_build(builder, &policy, &error), &error);
    check("context", xmpp_tls_context_new(policy, NULL, &context, &error), &error);

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
        if (send(fd, buffer, length, MSG_NOSIGNAL) != (ssize_t)length)
            return; /* what the peer said last can still be read */
}

static void show_report(xmpp_tls_connection *connection)
{
    const xmpp_tls_report *report = NULL;
    xmpp_tls_error *error = NULL;
    xmpp_tls_time time = now();
    check("report", xmpp_tls_connection_report(connection, &time, &report, &error), &error);
    xmpp_tls_str text = xmpp_tls_report_text(report);
    fwrite(text.data, 1, text.len, stdout);
    xmpp_tls_report_free(report);
}

static void open_stream(xmpp_tls_connection *connection, const char *domain)
{
    char header[1024];
    size_t taken;
    xmpp_tls_time time = now();
    int length = snprintf(header, sizeof header,
        "<stream:stream to='%s' version='1.0' xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams'>", domain);
    check("write", xmpp_tls_connection_write(connection, &time, (const uint8_t *)header, (size_t)length, &taken), NULL);
}

/* Says what happened; 0 when nothing more will. */
static int handle_events(xmpp_tls_connection *connection, const char *domain)
{
    uint32_t event;
    int alive = 1;
    while (xmpp_tls_connection_next_event(connection, &event) == XMPP_TLS_OK) {
        if (event == XMPP_TLS_EVENT_HANDSHAKE_DONE) {
            show_report(connection);
            open_stream(connection, domain);
        } else if (event == XMPP_TLS_EVENT_FAILED || event == XMPP_TLS_EVENT_TRUNCATED
            || event == XMPP_TLS_EVENT_PEER_CLOSED) {
            alive = 0;
        }
    }
    return alive;
}

/* Hands over what arrived and prints what the server says; the number of its bytes. */
static size_t take(xmpp_tls_connection *connection, uint8_t *tls, size_t count)
{
    uint8_t plain[16384];
    size_t total = 0;
    xmpp_tls_time time = now();
    for (size_t at = 0, used = 0, length = 0; at < count; at += used) {
        if (xmpp_tls_connection_receive_in_place(connection, &time, tls + at, count - at, &used, plain, sizeof plain,
                &length) != XMPP_TLS_OK)
            break;
        printf("%.*s%s", (int)length, (const char *)plain, length ? "\n" : "");
        total += length;
        if (used == 0 && length == 0)
            break;
    }
    return total;
}

/* Waits for bytes or for the deadline. */
static size_t step(int fd, xmpp_tls_connection *connection)
{
    uint8_t tls[16384];
    uint64_t deadline = 0;
    xmpp_tls_time time = now();
    int wait = -1;
    if (xmpp_tls_connection_deadline(connection, &deadline) == XMPP_TLS_OK)
        wait = deadline > time.monotonic_ms ? (int)(deadline - time.monotonic_ms) : 0;
    struct pollfd readable = { .fd = fd, .events = POLLIN };
    int ready = poll(&readable, 1, wait);
    time = now();
    if (ready <= 0) {
        (void)xmpp_tls_connection_advance(connection, &time);
        return 0;
    }
    ssize_t got = recv(fd, tls, sizeof tls, 0);
    if (got <= 0)
        (void)xmpp_tls_connection_end_of_input(connection, &time);
    return got > 0 ? take(connection, tls, (size_t)got) : 0;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s DOMAIN HOST PORT [starttls|direct] [CA-FILE]\n", argv[0]);
        return 2;
    }
    const char *domain = argv[1];
    uint32_t transport = argc > 4 && strcmp(argv[4], "direct") == 0 ? XMPP_TLS_TRANSPORT_DIRECT_TLS : XMPP_TLS_TRANSPORT_STARTTLS;
    xmpp_tls_context *context = make_context(argc > 5 ? argv[5] : NULL);
    xmpp_tls_connection *connection = NULL;
    xmpp_tls_error *error = NULL;
    xmpp_tls_time time = now();
    check("connection", xmpp_tls_connection_new_initiating(context, transport, domain, strlen(domain), &time,
              &connection, &error), &error);

    int fd = dial(argv[2], argv[3]), alive = 1;
    size_t heard = 0; /* the server's stream header: this demonstration ends there */
    while (alive && heard == 0) {
        flush(fd, connection);
        heard = step(fd, connection);
        alive = handle_events(connection, domain);
    }
    if (!alive)
        show_report(connection);
    time = now();
    (void)xmpp_tls_connection_close(connection, &time);
    flush(fd, connection);
    close(fd);
    xmpp_tls_connection_free(connection);
    xmpp_tls_context_free(context);
    return alive ? 0 : 1;
}
