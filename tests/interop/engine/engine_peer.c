/* One end of a connection that our library secures, for what the examples leave out: streams between servers, TLS
 * without XML, settings of the policy, another application protocol, and a server that says nothing by itself.
 *
 *     engine_peer connect PRESET starttls|direct|tls DOMAIN PORT CA-FILE|- CREDENTIALS|- [NAME=VALUE ...]
 *     engine_peer accept  PRESET starttls|direct|tls DOMAIN 0    CA-FILE|- CREDENTIALS|- [NAME=VALUE ...]
 *
 * PORT is on ADDRESS, `address=`, or on 127.0.0.1. CREDENTIALS.crt and CREDENTIALS.key are DOMAIN's when accepting, and
 * those of `from=` when connecting. `alpn=` sets the application protocol, `say=` what is said once TLS is up, and
 * `expect=` what the answer must contain; every other name is a setting of the policy.
 *
 * Prints "port N" when it accepts, and for each connection "secured VERSION SUITE alpn=NAME server-name=NAME",
 * "verdict LEVEL METHOD DOMAIN", "reason TEXT", "received TEXT", "failed CAUSE alert=N: TEXT", and "closed" or
 * "truncated". It accepts one connection after the other and sends back what it receives. When connecting it exits
 * with 0 if the answer came, else with 1.
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

struct options {
    int accepting;
    const char *preset, *domain, *port, *ca, *credentials;
    const char *address, *from, *alpn, *say, *expect;
    uint32_t transport;
    char **settings;
};

struct end {
    const struct options *options;
    xmpp_tls_connection *connection;
    int fd, over, answered;
    char received[4096];
    size_t length;
};

static void check(const char *what, xmpp_tls_result result, xmpp_tls_error *error)
{
    if (result == XMPP_TLS_OK)
        return;
    xmpp_tls_str text = error ? xmpp_tls_error_message(error) : xmpp_tls_result_message(result);
    fprintf(stderr, "engine_peer: %s: %.*s\n", what, (int)text.len, text.data);
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

static int takes(const char *word, const char *name, const char **value)
{
    size_t length = strlen(name);
    if (strncmp(word, name, length) != 0 || word[length] != '=')
        return 0;
    *value = word + length + 1;
    return 1;
}

static int is_ours(const char *word, struct options *o)
{
    return takes(word, "address", &o->address) || takes(word, "from", &o->from) || takes(word, "alpn", &o->alpn) ||
           takes(word, "say", &o->say) || takes(word, "expect", &o->expect);
}

static const xmpp_tls_policy *make_policy(struct options *o)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_policy_builder *builder = NULL;
    const xmpp_tls_policy *policy = NULL;
    check("preset", xmpp_tls_policy_builder_new(o->preset, strlen(o->preset), &builder, &error), error);
    for (char **word = o->settings; *word; word++) {
        const char *value = strchr(*word, '=');
        if (is_ours(*word, o))
            continue;
        if (!value) {
            fprintf(stderr, "engine_peer: %s is no NAME=VALUE\n", *word);
            exit(2);
        }
        check(*word, xmpp_tls_policy_builder_set(builder, *word, (size_t)(value - *word), value + 1, strlen(value + 1),
                         &error), error);
    }
    if (strcmp(o->ca, "-") != 0) {
        xmpp_tls_trust_anchors_builder *collected = NULL;
        const xmpp_tls_trust_anchors *anchors = NULL;
        check("anchors", xmpp_tls_trust_anchors_builder_new(&collected), NULL);
        check(o->ca, xmpp_tls_trust_anchors_builder_add_file(collected, o->ca, strlen(o->ca), &error), error);
        check(o->ca, xmpp_tls_trust_anchors_builder_build(collected, &anchors, &error), error);
        check("anchors", xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, &error), error);
        xmpp_tls_trust_anchors_builder_free(collected);
        xmpp_tls_trust_anchors_free(anchors);
    }
    check("policy", xmpp_tls_policy_builder_build(builder, &policy, &error), error);
    xmpp_tls_policy_builder_free(builder);
    return policy;
}

static const xmpp_tls_credentials *make_credentials(const struct options *o)
{
    const xmpp_tls_credentials *credentials = NULL;
    if (strcmp(o->credentials, "-") == 0)
        return NULL;
    char certificate[1024], key[1024];
    snprintf(certificate, sizeof certificate, "%s.crt", o->credentials);
    snprintf(key, sizeof key, "%s.key", o->credentials);
    const char *domain = !o->accepting && o->from ? o->from : o->domain;
    xmpp_tls_error *error = NULL;
    xmpp_tls_credentials_builder *builder = NULL;
    check("credentials", xmpp_tls_credentials_builder_new(&builder), NULL);
    check(certificate, xmpp_tls_credentials_builder_add_file(builder, domain, strlen(domain), certificate,
                           strlen(certificate), key, strlen(key), &error), error);
    check("credentials", xmpp_tls_credentials_builder_build(builder, &credentials, &error), error);
    xmpp_tls_credentials_builder_free(builder);
    return credentials;
}

static void show(const char *word, xmpp_tls_str text)
{
    printf("%s%.*s", word, (int)text.len, text.data);
}

static void show_secured(xmpp_tls_connection *connection)
{
    xmpp_tls_bytes alpn = xmpp_tls_connection_alpn(connection);
    show("secured ", xmpp_tls_connection_tls_version_name(connection));
    show(" ", xmpp_tls_connection_suite_name(connection));
    printf(" alpn=%.*s", (int)alpn.len, (const char *)alpn.data);
    show(" server-name=", xmpp_tls_connection_server_name(connection));
    puts("");
}

static void show_verdict(const xmpp_tls_verdict *verdict)
{
    show("verdict ", xmpp_tls_level_name(xmpp_tls_verdict_level(verdict)));
    show(" ", xmpp_tls_method_name(xmpp_tls_verdict_method(verdict)));
    show(" ", xmpp_tls_verdict_domain(verdict));
    puts("");
    for (size_t i = 0; i < xmpp_tls_verdict_reason_count(verdict); i++) {
        show("reason ", xmpp_tls_verdict_reason_text(verdict, i));
        puts("");
    }
}

/* Between servers the gate is the host's, so the host asks who the peer is: the domain meant, or the one it claims. */
static void judge(const struct options *o, xmpp_tls_connection *connection)
{
    xmpp_tls_str domain = { o->domain, strlen(o->domain) };
    if (o->accepting)
        domain = xmpp_tls_connection_unverified_from(connection);
    if (strcmp(o->preset, "s2s") != 0 || domain.len == 0)
        return;
    xmpp_tls_error *error = NULL;
    xmpp_tls_verification *verification = NULL;
    const xmpp_tls_verdict *verdict = NULL;
    xmpp_tls_time time = now();
    check("verification", xmpp_tls_connection_verification(connection, domain.data, domain.len, NULL, NULL,
                              &verification, &error), error);
    check("verdict", xmpp_tls_verification_decide(verification, &time, &verdict, &error), error);
    show_verdict(verdict);
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_verification_free(verification);
}

static void show_own_verdict(xmpp_tls_connection *connection)
{
    const xmpp_tls_verdict *verdict = NULL;
    if (xmpp_tls_connection_verdict(connection, "", 0, &verdict) == XMPP_TLS_OK)
        show_verdict(verdict);
    xmpp_tls_verdict_free(verdict);
}

static void say(struct end *end, const char *text, size_t length)
{
    xmpp_tls_time time = now();
    for (size_t at = 0, taken = 0; at < length; at += taken)
        if (xmpp_tls_connection_write(end->connection, &time, (const uint8_t *)text + at, length - at, &taken) !=
                XMPP_TLS_OK || taken == 0)
            return;
}

static void events(struct end *end)
{
    uint32_t event;
    while (xmpp_tls_connection_next_event(end->connection, &event) == XMPP_TLS_OK) {
        if (event == XMPP_TLS_EVENT_HANDSHAKE_DONE) {
            show_secured(end->connection);
            judge(end->options, end->connection);
            if (end->options->say)
                say(end, end->options->say, strlen(end->options->say));
        } else if (event == XMPP_TLS_EVENT_VERDICT) {
            show_own_verdict(end->connection);
        } else if (event == XMPP_TLS_EVENT_FAILED) {
            show("failed ", xmpp_tls_cause_name(xmpp_tls_connection_cause(end->connection)));
            printf(" alert=%d", (int)xmpp_tls_connection_alert(end->connection));
            show(": ", xmpp_tls_connection_cause_message(end->connection));
            puts("");
            end->over = 1;
        } else if (event == XMPP_TLS_EVENT_PEER_CLOSED || event == XMPP_TLS_EVENT_TRUNCATED) {
            puts(event == XMPP_TLS_EVENT_PEER_CLOSED ? "closed" : "truncated");
            end->over = 1;
        }
    }
}

static void took(struct end *end, const char *plain, size_t length)
{
    size_t room = sizeof end->received - 1 - end->length;
    if (length == 0)
        return;
    printf("received %.*s\n", (int)length, plain);
    if (end->options->accepting)
        say(end, plain, length);
    memcpy(end->received + end->length, plain, length < room ? length : room);
    end->length += length < room ? length : room;
    end->received[end->length] = '\0';
    if (end->options->expect && strstr(end->received, end->options->expect)) {
        end->answered = 1;
        end->over = !end->options->accepting;
    }
}

static void transmit(struct end *end)
{
    uint8_t buffer[4096];
    size_t length;
    while (xmpp_tls_connection_transmit(end->connection, buffer, sizeof buffer, &length) == XMPP_TLS_OK && length > 0)
        if (send(end->fd, buffer, length, MSG_NOSIGNAL) != (ssize_t)length)
            return; /* what the peer said last can still be read */
}

static void receive(struct end *end)
{
    uint8_t tls[16384], plain[16384];
    ssize_t got = recv(end->fd, tls, sizeof tls, 0);
    xmpp_tls_time time = now();
    if (got <= 0) {
        (void)xmpp_tls_connection_end_of_input(end->connection, &time);
        end->over = 1;
    }
    for (size_t at = 0, used = 0, length = 0; got > 0 && at < (size_t)got; at += used) {
        if (xmpp_tls_connection_receive(end->connection, &time, tls + at, (size_t)got - at, &used, plain, sizeof plain,
                &length) != XMPP_TLS_OK)
            break;
        events(end); /* first what TLS agreed on, then what it carried */
        took(end, (const char *)plain, length);
        if (used == 0 && length == 0)
            break;
    }
}

/* Runs one connection to its end; the socket is closed. Returns whether the expected answer came. */
static int run(const struct options *o, xmpp_tls_connection *connection, int fd)
{
    struct end end = { .options = o, .connection = connection, .fd = fd };
    while (!end.over) {
        transmit(&end);
        xmpp_tls_time time = now();
        uint64_t deadline = 0;
        int wait = -1;
        if (xmpp_tls_connection_deadline(connection, &deadline) == XMPP_TLS_OK)
            wait = deadline > time.monotonic_ms ? (int)(deadline - time.monotonic_ms) : 0;
        struct pollfd readable = { .fd = fd, .events = POLLIN };
        if (poll(&readable, 1, wait) > 0)
            receive(&end);
        time = now();
        (void)xmpp_tls_connection_advance(connection, &time);
        events(&end);
    }
    xmpp_tls_time time = now();
    (void)xmpp_tls_connection_close(connection, &time);
    transmit(&end);
    shutdown(fd, SHUT_WR);
    char rest[4096];
    struct pollfd readable = { .fd = fd, .events = POLLIN };
    while (poll(&readable, 1, 500) > 0 && recv(fd, rest, sizeof rest, 0) > 0)
        continue; /* a reset would take the alert away from the peer */
    close(fd);
    xmpp_tls_connection_free(connection);
    return end.answered;
}

static int open_socket(const struct options *o)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(o->port)) };
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, o->address, &address.sin_addr);
    int failed = o->accepting ? bind(fd, (struct sockaddr *)&address, length) || listen(fd, 16)
                              : connect(fd, (struct sockaddr *)&address, length);
    if (fd < 0 || failed || getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        perror("engine_peer");
        exit(2);
    }
    if (o->accepting)
        printf("port %d\n", ntohs(address.sin_port));
    return fd;
}

static void set_alpn(const struct options *o, xmpp_tls_connection *connection)
{
    xmpp_tls_error *error = NULL;
    if (!o->alpn)
        return;
    xmpp_tls_bytes protocol = { (const uint8_t *)o->alpn, strlen(o->alpn) };
    check("alpn", xmpp_tls_connection_set_alpn(connection, &protocol, 1, &error), error);
}

static int initiate(const struct options *o, xmpp_tls_context *context)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_connection *connection = NULL;
    xmpp_tls_time time = now();
    check("connection", xmpp_tls_connection_new_initiating(context, o->transport, o->domain, strlen(o->domain), &time,
                            &connection, &error), error);
    if (o->from)
        check("from", xmpp_tls_connection_set_own_domain(connection, o->from, strlen(o->from), &error), error);
    set_alpn(o, connection);
    return run(o, connection, open_socket(o)) ? 0 : 1;
}

static void accept_all(const struct options *o, xmpp_tls_context *context)
{
    for (int listening = open_socket(o);;) {
        xmpp_tls_error *error = NULL;
        xmpp_tls_connection *connection = NULL;
        int fd = accept(listening, NULL, NULL);
        xmpp_tls_time time = now();
        check("connection", xmpp_tls_connection_new_accepting(context, o->transport, &time, &connection, &error), error);
        set_alpn(o, connection);
        (void)run(o, connection, fd);
        puts("over");
    }
}

int main(int argc, char **argv)
{
    if (argc < 8) {
        fprintf(stderr, "usage: %s connect|accept PRESET starttls|direct|tls DOMAIN PORT CA-FILE|- CREDENTIALS|- "
                        "[NAME=VALUE ...]\n", argv[0]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct options o = { .accepting = strcmp(argv[1], "accept") == 0, .preset = argv[2], .domain = argv[4],
                         .port = argv[5], .ca = argv[6], .credentials = argv[7], .address = "127.0.0.1",
                         .settings = argv + 8 };
    o.transport = strcmp(argv[3], "starttls") == 0 ? XMPP_TLS_TRANSPORT_STARTTLS
                : strcmp(argv[3], "direct") == 0   ? XMPP_TLS_TRANSPORT_DIRECT_TLS
                                                   : XMPP_TLS_TRANSPORT_TLS_ONLY;
    const xmpp_tls_policy *policy = make_policy(&o);
    const xmpp_tls_credentials *credentials = make_credentials(&o);
    xmpp_tls_error *error = NULL;
    xmpp_tls_context *context = NULL;
    check("context", xmpp_tls_context_new(policy, credentials, &context, &error), error);
    xmpp_tls_policy_free(policy);
    xmpp_tls_credentials_free(credentials);
    if (o.accepting)
        accept_all(&o, context);
    int code = initiate(&o, context);
    xmpp_tls_context_free(context);
    return code;
}
