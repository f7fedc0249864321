/*
 * c2s_server: accepts XMPP clients on one port by STARTTLS or direct TLS, each with the certificate of the
 * domain it asks for, and answers every stream header with empty features.
 *
 *     c2s_server PORT starttls|direct DOMAIN CERT.pem KEY.pem [DOMAIN CERT.pem KEY.pem ...]
 *
 * One thread, one poll loop, many clients. The port is on 127.0.0.1. It says "ready" when it listens. POLICY_FILE in the
 * environment names a policy (TOML) that takes the place of the preset c2s-server.
 *
 * Built as c2s_server_cluster it shares ticket keys with other servers (docs/guide/14-cluster.md); the environment
 * says where they are: TICKET_STORE, TICKET_STORE_PASSWORD, TICKET_CLUSTER, TICKET_SECRET_FILE, TICKET_EVERY (seconds).
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

#ifdef WITH_TICKET_KEYS
#include "ticket_keys.h"
#endif

enum { CLIENTS = 64 };

struct client {
    xmpp_tls_connection *connection;
    int answered;
};

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

/* The operator's policy, or the preset. */
static xmpp_tls_policy_builder *make_policy(void)
{
    static char text[65536];
    xmpp_tls_error *error = NULL;
    xmpp_tls_policy_builder *builder = NULL;
    const char *path = getenv("POLICY_FILE");
    if (!path) {
        check("policy", xmpp_tls_policy_builder_new("c2s-server", strlen("c2s-server"), &builder, &error), &error);
        return builder;
    }
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(2);
    }
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    check(path, xmpp_tls_policy_builder_new_toml(text, length, &builder, &error), &error);
    return builder;
}

static xmpp_tls_context *make_context(int argc, char **argv)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_policy_builder *builder = make_policy();
    const xmpp_tls_policy *policy = NULL;
    xmpp_tls_credentials_builder *certificates = NULL;
    const xmpp_tls_credentials *credentials = NULL;
    xmpp_tls_context *context = NULL;

    check("policy", xmpp_tls_policy_builder_build(builder, &policy, &error), &error);
    check("credentials", xmpp_tls_credentials_builder_new(&certificates), NULL);
    for (int i = 3; i + 2 < argc; i += 3)
        check(argv[i], xmpp_tls_credentials_builder_add_file(certificates, argv[i], strlen(argv[i]), argv[i + 1],
                  strlen(argv[i + 1]), argv[i + 2], strlen(argv[i + 2]), &error), &error);
    check("credentials", xmpp_tls_credentials_builder_build(certificates, &credentials, &error), &error);
    check("context", xmpp_tls_context_new(policy, credentials, &context, &error), &error);

    xmpp_tls_policy_builder_free(builder);
    xmpp_tls_policy_free(policy);
    xmpp_tls_credentials_builder_free(certificates);
    xmpp_tls_credentials_free(credentials);
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

/* The application: every stream header is answered, and a closed stream is closed. */
static void answer(struct client *client, const xmpp_tls_time *time, const char *text, size_t length)
{
    static const char header[] = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' id='c0ffee' "
                                 "xmlns:stream='http://etherx.jabber.org/streams'><stream:features/>";
    size_t taken;
    if (!client->answered && memchr(text, '>', length)) {
        (void)xmpp_tls_connection_write(client->connection, time, (const uint8_t *)header, sizeof header - 1, &taken);
        client->answered = 1;
    }
}

static int events(struct client *client)
{
    uint32_t event;
    int alive = 1;
    while (xmpp_tls_connection_next_event(client->connection, &event) == XMPP_TLS_OK) {
        if (event == XMPP_TLS_EVENT_HANDSHAKE_DONE) {
            xmpp_tls_str suite = xmpp_tls_connection_suite_name(client->connection);
            xmpp_tls_str name = xmpp_tls_connection_server_name(client->connection);
            const char *how = xmpp_tls_connection_is_resumed(client->connection) ? ", resumed" : "";
            printf("secured: %.*s, server name %.*s%s\n", (int)suite.len, suite.data, (int)name.len, name.data, how);
        } else if (event == XMPP_TLS_EVENT_FAILED) {
            xmpp_tls_str cause = xmpp_tls_connection_cause_message(client->connection);
            printf("failed: %.*s\n", (int)cause.len, cause.data);
            alive = 0;
        } else if (event == XMPP_TLS_EVENT_PEER_CLOSED || event == XMPP_TLS_EVENT_TRUNCATED) {
            alive = 0;
        }
        fflush(stdout);
    }
    return alive;
}

static int serve(int fd, struct client *client)
{
    uint8_t tls[16384], plain[16384];
    xmpp_tls_time time = now();
    ssize_t got = recv(fd, tls, sizeof tls, 0);
    if (got <= 0)
        (void)xmpp_tls_connection_end_of_input(client->connection, &time);
    for (size_t at = 0, used = 0, length = 0; got > 0 && at < (size_t)got; at += used) {
        if (xmpp_tls_connection_receive_in_place(client->connection, &time, tls + at, (size_t)got - at, &used, plain,
                sizeof plain, &length) != XMPP_TLS_OK)
            break;
        answer(client, &time, (const char *)plain, length);
        if (used == 0 && length == 0)
            break;
    }
    int alive = events(client) && got > 0;
    if (!alive)
        (void)xmpp_tls_connection_close(client->connection, &time);
    return flush(fd, client->connection) && alive;
}

static struct pollfd fds[CLIENTS + 1];
static struct client clients[CLIENTS + 1];
static int count = 1; /* place 0 is the listening socket */

static void welcome(xmpp_tls_context *context, uint32_t transport)
{
    struct client client = { NULL, 0 };
    xmpp_tls_time time = now();
    int fd = accept(fds[0].fd, NULL, NULL);
    if (fd < 0)
        return;
    check("connection", xmpp_tls_connection_new_accepting(context, transport, &time, &client.connection, NULL), NULL);
    fds[count] = (struct pollfd){ .fd = fd, .events = POLLIN };
    clients[count++] = client;
}

/* Lets time pass for a client that said nothing: whoever stalls is dropped at the deadline. */
static int wait_for(int fd, struct client *client)
{
    xmpp_tls_time time = now();
    (void)xmpp_tls_connection_advance(client->connection, &time);
    return events(client) && flush(fd, client->connection);
}

static void drop(int place)
{
    close(fds[place].fd);
    xmpp_tls_connection_free(clients[place].connection);
    fds[place] = fds[--count];
    clients[place] = clients[count];
}

#ifdef WITH_TICKET_KEYS
/* Reads the cluster's keys before anything is served, and looks for new ones from time to time. */
static void follow_ticket_keys(xmpp_tls_context *context)
{
    static struct ticket_keys *keys;
    static uint64_t last;
    const char *every = getenv("TICKET_EVERY"), *cluster = getenv("TICKET_CLUSTER");
    uint64_t time = now().monotonic_ms;
    if (keys && time - last < (uint64_t)(every ? atoi(every) : 60) * 1000)
        return;
    struct ticket_keys_options options = { .store = getenv("TICKET_STORE"), .password = getenv("TICKET_STORE_PASSWORD"),
        .cluster = cluster ? cluster : "xmpp", .secret_file = getenv("TICKET_SECRET_FILE") };
    last = time;
    if (keys)
        (void)ticket_keys_refresh(keys);
    else if (!options.store || !options.secret_file || !(keys = ticket_keys_begin(context, &options)))
        exit(1);
}
#endif

int main(int argc, char **argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: %s PORT starttls|direct DOMAIN CERT KEY [DOMAIN CERT KEY ...]\n", argv[0]);
        return 2;
    }
    int direct = strcmp(argv[2], "direct") == 0;
    uint32_t transport = direct ? XMPP_TLS_TRANSPORT_DIRECT_TLS : XMPP_TLS_TRANSPORT_STARTTLS;
    xmpp_tls_context *context = make_context(argc, argv);
#ifdef WITH_TICKET_KEYS
    follow_ticket_keys(context);
#endif
    fds[0] = (struct pollfd){ .fd = listen_on(argv[1]), .events = POLLIN };
    puts("ready");
    fflush(stdout);
    for (;;) {
        poll(fds, (nfds_t)count, 1000);
        for (int i = count - 1; i > 0; i--)
            if (!(fds[i].revents ? serve(fds[i].fd, &clients[i]) : wait_for(fds[i].fd, &clients[i])))
                drop(i);
        if (fds[0].revents && count <= CLIENTS)
            welcome(context, transport);
#ifdef WITH_TICKET_KEYS
        follow_ticket_keys(context);
#endif
    }
}
