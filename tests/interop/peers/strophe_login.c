/* Logs in with libstrophe and says how it went: a client that was written without us in mind.
 *
 *     strophe_login JID PASSWORD HOST PORT CA-FILE starttls|direct
 *
 * Prints "online BOUND-JID secured ISSUER" and exits with 0; or prints "refused REASON" and exits with 1. The
 * server's certificate must lead to CA-FILE and carry the JID's domain; nothing is accepted otherwise. Gives up
 * after ten seconds.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strophe.h>

#define SECONDS 10

struct login {
    xmpp_ctx_t *context;
    int online;
    int over;
};

static int certificate_refused(const xmpp_tlscert_t *certificate, const char *reason)
{
    (void)certificate;
    printf("refused certificate: %s\n", reason);
    return 0;
}

static void report_online(xmpp_conn_t *connection)
{
    xmpp_tlscert_t *certificate = xmpp_conn_get_peer_cert(connection);
    const char *issuer = certificate ? xmpp_tlscert_get_string(certificate, XMPP_CERT_ISSUER) : NULL;
    printf("online %s %s %s\n", xmpp_conn_get_bound_jid(connection),
           xmpp_conn_is_secured(connection) ? "secured" : "NOT-SECURED", issuer ? issuer : "no-certificate");
    if (certificate != NULL)
        xmpp_tlscert_free(certificate);
}

static void on_event(xmpp_conn_t *connection, xmpp_conn_event_t event, int error,
                     xmpp_stream_error_t *stream_error, void *userdata)
{
    struct login *login = userdata;

    if (event == XMPP_CONN_CONNECT) {
        login->online = xmpp_conn_is_secured(connection);
        report_online(connection);
        xmpp_disconnect(connection);
        return;
    }
    if (!login->online)
        printf("refused error %d%s%s\n", error, stream_error ? ", stream error: " : "",
               stream_error && stream_error->text ? stream_error->text : "");
    login->over = 1;
}

static int out_of_time(xmpp_ctx_t *context, void *userdata)
{
    struct login *login = userdata;
    (void)context;
    printf("refused no answer within %d s\n", SECONDS);
    login->over = 1;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 7 || (strcmp(argv[6], "starttls") != 0 && strcmp(argv[6], "direct") != 0)) {
        fprintf(stderr, "usage: %s JID PASSWORD HOST PORT CA-FILE starttls|direct\n", argv[0]);
        return 2;
    }
    struct login login = {0};
    long flags = XMPP_CONN_FLAG_MANDATORY_TLS;
    if (strcmp(argv[6], "direct") == 0)
        flags = XMPP_CONN_FLAG_LEGACY_SSL;

    xmpp_initialize();
    login.context = xmpp_ctx_new(NULL, NULL);
    xmpp_conn_t *connection = xmpp_conn_new(login.context);
    xmpp_conn_set_flags(connection, flags);
    xmpp_conn_set_jid(connection, argv[1]);
    xmpp_conn_set_pass(connection, argv[2]);
    xmpp_conn_set_cafile(connection, argv[5]);
    xmpp_conn_set_certfail_handler(connection, certificate_refused);
    xmpp_global_timed_handler_add(login.context, out_of_time, SECONDS * 1000, &login);

    if (xmpp_connect_client(connection, argv[3], (unsigned short)atoi(argv[4]), on_event, &login) != XMPP_EOK) {
        printf("refused no connection to %s:%s\n", argv[3], argv[4]);
        login.over = 1;
    }
    while (!login.over)
        xmpp_run_once(login.context, 50);

    xmpp_conn_release(connection);
    xmpp_ctx_free(login.context);
    xmpp_shutdown();
    return login.online ? 0 : 1;
}
