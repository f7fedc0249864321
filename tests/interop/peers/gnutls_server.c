/* A TLS server on GnuTLS that sends back what it receives; gnutls-serv cannot be told to stay on loopback.
 *
 *     gnutls_server CERTIFICATE KEY [PRIORITY [CA-FILE [ALPN]]]
 *
 * Prints "port N" once it listens on 127.0.0.1, then one line for each connection:
 * "accepted VERSION SUITE client=none|trusted|untrusted alpn=NAME" or "failed REASON". With a CA-FILE (not "-")
 * clients are asked for a certificate. Serves one connection after the other until it is killed or its
 * standard input ends.
 */

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char *given(int argc, char **argv, int index)
{
    return argc > index && strcmp(argv[index], "-") != 0 ? argv[index] : NULL;
}

static int listening(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    if (socket_ < 0 || bind(socket_, (struct sockaddr *)&address, length) != 0 || listen(socket_, 8) != 0 ||
        getsockname(socket_, (struct sockaddr *)&address, &length) != 0) {
        perror("gnutls_server");
        exit(2);
    }
    printf("port %d\n", ntohs(address.sin_port));
    return socket_;
}

static const char *client_certificate(gnutls_session_t session)
{
    unsigned status = 0;
    if (gnutls_certificate_get_peers(session, NULL) == NULL)
        return "none";
    return gnutls_certificate_verify_peers2(session, &status) == 0 && status == 0 ? "trusted" : "untrusted";
}

static void report_accepted(gnutls_session_t session)
{
    gnutls_datum_t alpn = {NULL, 0};
    gnutls_alpn_get_selected_protocol(session, &alpn);
    char *description = gnutls_session_get_desc(session);
    printf("accepted %s %s client=%s alpn=%.*s\n",
           gnutls_protocol_get_name(gnutls_protocol_get_version(session)), description,
           client_certificate(session), alpn.data ? (int)alpn.size : 4, alpn.data ? (char *)alpn.data : "none");
    gnutls_free(description);
}

static void echo(gnutls_session_t session)
{
    char buffer[16384];
    for (;;) {
        ssize_t taken = gnutls_record_recv(session, buffer, sizeof buffer);
        if (taken == GNUTLS_E_INTERRUPTED || taken == GNUTLS_E_AGAIN)
            continue;
        if (taken < 0)
            printf("failed %s\n", gnutls_strerror((int)taken));
        if (taken <= 0)
            return;
        for (ssize_t sent = 0; sent < taken;) {
            ssize_t more = gnutls_record_send(session, buffer + sent, (size_t)(taken - sent));
            if (more < 0)
                return;
            sent += more;
        }
    }
}

static void serve(int socket_, gnutls_certificate_credentials_t credentials, const char *priority, int ask,
                  const char *alpn)
{
    gnutls_session_t session;
    struct timeval patience = {10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);

    gnutls_init(&session, GNUTLS_SERVER);
    if (gnutls_priority_set_direct(session, priority ? priority : "NORMAL", NULL) != GNUTLS_E_SUCCESS) {
        fprintf(stderr, "gnutls_server: GnuTLS does not know the priority %s\n", priority);
        exit(2);
    }
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_certificate_server_set_request(session, ask ? GNUTLS_CERT_REQUEST : GNUTLS_CERT_IGNORE);
    if (alpn != NULL) {
        gnutls_datum_t protocol = {(unsigned char *)alpn, (unsigned)strlen(alpn)};
        gnutls_alpn_set_protocols(session, &protocol, 1, 0);
    }
    gnutls_transport_set_int(session, socket_);

    int result;
    do
        result = gnutls_handshake(session);
    while (result < 0 && gnutls_error_is_fatal(result) == 0);
    if (result == GNUTLS_E_SUCCESS) {
        report_accepted(session);
        echo(session);
        gnutls_bye(session, GNUTLS_SHUT_WR);
    } else {
        printf("failed %s\n", gnutls_strerror(result));
    }
    gnutls_deinit(session);
    close(socket_);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s CERTIFICATE KEY [PRIORITY [CA-FILE [ALPN]]]\n", argv[0]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    const char *ca = given(argc, argv, 4);
    gnutls_certificate_credentials_t credentials;
    gnutls_certificate_allocate_credentials(&credentials);
    int result = gnutls_certificate_set_x509_key_file(credentials, argv[1], argv[2], GNUTLS_X509_FMT_PEM);
    if (result != GNUTLS_E_SUCCESS) {
        fprintf(stderr, "gnutls_server: %s: %s\n", argv[1], gnutls_strerror(result));
        return 2;
    }
    if (ca != NULL)
        gnutls_certificate_set_x509_trust_file(credentials, ca, GNUTLS_X509_FMT_PEM);

    struct pollfd waiting[] = {{.fd = listening(), .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    for (;;) {
        if (poll(waiting, 2, -1) < 0)
            return 2;
        char unused;
        if (waiting[1].revents && read(STDIN_FILENO, &unused, 1) <= 0)
            return 0;
        if (waiting[0].revents & POLLIN)
            serve(accept(waiting[0].fd, NULL, NULL), credentials, given(argc, argv, 3), ca != NULL,
                  given(argc, argv, 5));
    }
}
