/* Connections: two ends in memory, from the first byte to the end. */
#include "world.h"

static void a_client_and_a_server_reach_an_authenticated_stream(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    for (uint32_t transport = XMPP_TLS_TRANSPORT_STARTTLS; transport <= XMPP_TLS_TRANSPORT_TLS_ONLY; transport++) {
        struct pair pair = pair_of(client, server, transport);
        size_t taken, count;
        CHECK(xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_PREPARED);
        CHECK(!xmpp_tls_connection_is_handshaking(pair.client));
        pair_run(&pair);
        CHECK(xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_OPEN);
        CHECK(xmpp_tls_connection_phase(pair.server) == XMPP_TLS_PHASE_OPEN);
        CHECK(has_event(pair.client, XMPP_TLS_EVENT_VERDICT) && has_event(pair.server, XMPP_TLS_EVENT_HANDSHAKE_DONE));
        OK(xmpp_tls_connection_write(pair.client, &pair.now, (const uint8_t *)"<stream>", 8, &taken));
        CHECK(taken == 8);
        pair_run(&pair);
        CHECK(pair.to_server.read_len == 8 && memcmp(pair.to_server.read, "<stream>", 8) == 0);
        CHECK(xmpp_tls_connection_tls_version(pair.client) == 0x0304);
        TEXT(xmpp_tls_connection_tls_version_name(pair.server), "TLSv1.3");
        CHECK(xmpp_tls_connection_suite(pair.client) == xmpp_tls_connection_suite(pair.server));
        CHECK(has_text(xmpp_tls_connection_suite_name(pair.client), "TLS_"));
        CHECK(xmpp_tls_connection_group(pair.client) == 0x11ec);
        TEXT(xmpp_tls_connection_group_name(pair.client), "X25519MLKEM768");
        TEXT(xmpp_tls_connection_server_name(pair.server), DOMAIN);
        xmpp_tls_bytes alpn = xmpp_tls_connection_alpn(pair.client);
        CHECK(alpn.len == (transport == XMPP_TLS_TRANSPORT_DIRECT_TLS ? strlen("xmpp-client") : 0));
        CHECK(!xmpp_tls_connection_is_reset_advised(pair.client) && !xmpp_tls_connection_is_peer_closed(pair.client));
        CHECK(xmpp_tls_connection_alert(pair.client) == -1 && xmpp_tls_connection_cause(pair.client) == 0);
        TEXT(xmpp_tls_connection_cause_message(pair.client), "");
        CHECK(xmpp_tls_connection_peer_certificate_count(pair.client) == 1);
        CHECK(xmpp_tls_connection_own_certificate_count(pair.server) == 1);
        count = xmpp_tls_connection_transmit_pending(pair.client);
        CHECK(count == 0);
        pair_free(&pair);
    }
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void certificates_are_read_from_both_ends(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    const xmpp_tls_certificate *peer, *own;
    pair_run(&pair);
    OK(xmpp_tls_connection_peer_certificate(pair.client, 0, &peer));
    OK(xmpp_tls_connection_own_certificate(pair.server, 0, &own));
    xmpp_tls_bytes a = xmpp_tls_certificate_der(peer), b = xmpp_tls_certificate_der(own);
    CHECK(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
    xmpp_tls_bytes der = xmpp_tls_connection_peer_certificate_der(pair.client, 0);
    CHECK(a.len == der.len && memcmp(a.data, der.data, a.len) == 0);
    CHECK(xmpp_tls_connection_peer_certificate_der(pair.client, 1).len == 0);
    xmpp_tls_certificate_free(peer);
    xmpp_tls_certificate_free(own);
    IS(xmpp_tls_connection_peer_certificate(pair.client, 1, &peer), XMPP_TLS_NOT_FOUND);
    CHECK(peer == NULL);
    IS(xmpp_tls_connection_own_certificate(pair.client, 0, &own), XMPP_TLS_NOT_FOUND);
    CHECK(!xmpp_tls_connection_is_certificate_requested(pair.server));
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void pki_27_a_refused_peer_is_an_alert_and_stays_readable(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "other.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_STARTTLS);
    const xmpp_tls_certificate *peer;
    const xmpp_tls_verdict *verdict;
    size_t used, length;
    uint8_t byte[1];
    pair_run(&pair);
    CHECK(xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_FAILED);
    CHECK(xmpp_tls_connection_cause(pair.client) == XMPP_TLS_CAUSE_PEER_REFUSED);
    CHECK(xmpp_tls_connection_cause_message(pair.client).len > 0);
    CHECK(xmpp_tls_connection_alert(pair.client) == 42 && xmpp_tls_connection_alert(pair.server) == 42);
    CHECK(has_event(pair.client, XMPP_TLS_EVENT_FAILED));
    OK(xmpp_tls_connection_peer_certificate(pair.client, 0, &peer));
    xmpp_tls_certificate_free(peer);
    OK(xmpp_tls_connection_verdict(pair.client, T(DOMAIN), &verdict));
    CHECK(xmpp_tls_verdict_level(verdict) == XMPP_TLS_LEVEL_REFUSED && !xmpp_tls_verdict_is_permitted(verdict));
    CHECK(xmpp_tls_verdict_reason(verdict, 0) == XMPP_TLS_REASON_NAME_MISMATCH);
    CHECK(xmpp_tls_compat_verify_code(verdict) == 62);
    xmpp_tls_verdict_free(verdict);
    IS(xmpp_tls_connection_receive(pair.client, &pair.now, (const uint8_t *)"x", 1, &used, byte, 1, &length),
       XMPP_TLS_CONNECTION_FAILED);
    IS(xmpp_tls_connection_write(pair.client, &pair.now, byte, 1, &used), XMPP_TLS_CONNECTION_FAILED);
    IS(xmpp_tls_connection_channel_binding(pair.client, 1, byte, 1, &used, NULL), XMPP_TLS_NOT_YET);
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void channel_bindings_are_equal_at_both_ends(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    uint8_t a[64], b[64];
    uint32_t kinds[3];
    size_t a_len, b_len, count;
    xmpp_tls_error *error;
    OK(xmpp_tls_connection_channel_bindings(pair.client, kinds, 3, &count));
    CHECK(count == 0);
    pair_run(&pair);
    OK(xmpp_tls_connection_channel_bindings(pair.client, kinds, 3, &count));
    CHECK(count == 2 && kinds[0] == XMPP_TLS_CHANNEL_BINDING_TLS_EXPORTER && kinds[1] == XMPP_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT);
    IS(xmpp_tls_connection_channel_bindings(pair.client, kinds, 1, &count), XMPP_TLS_INSUFFICIENT_SIZE);
    CHECK(count == 2);
    for (size_t i = 0; i < 2; i++) {
        OK(xmpp_tls_connection_channel_binding(pair.client, kinds[i], a, sizeof a, &a_len, NULL));
        OK(xmpp_tls_connection_channel_binding(pair.server, kinds[i], b, sizeof b, &b_len, NULL));
        CHECK(a_len == 32 && b_len == 32 && memcmp(a, b, 32) == 0);
    }
    IS(xmpp_tls_connection_channel_binding(pair.client, 1, a, 31, &a_len, NULL), XMPP_TLS_INSUFFICIENT_SIZE);
    CHECK(a_len == 32);
    IS(xmpp_tls_connection_channel_binding(pair.client, 3, a, sizeof a, &a_len, &error), XMPP_TLS_NOT_AVAILABLE);
    CHECK(has_text(xmpp_tls_error_message(error), "tls-unique"));
    xmpp_tls_error_free(error);
    IS(xmpp_tls_connection_channel_binding(pair.client, 0, a, sizeof a, &a_len, NULL), XMPP_TLS_INVALID_PARAMETER);
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void closing_is_told_and_cutting_off_is_told_apart(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    size_t taken;
    pair_run(&pair);
    OK(xmpp_tls_connection_close(pair.client, &pair.now));
    IS(xmpp_tls_connection_write(pair.client, &pair.now, (const uint8_t *)"x", 1, &taken), XMPP_TLS_CONNECTION_CLOSED);
    pair_run(&pair);
    CHECK(xmpp_tls_connection_is_peer_closed(pair.server) && has_event(pair.server, XMPP_TLS_EVENT_PEER_CLOSED));
    OK(xmpp_tls_connection_close(pair.server, &pair.now));
    pair_run(&pair);
    CHECK(xmpp_tls_connection_phase(pair.server) == XMPP_TLS_PHASE_CLOSED);
    pair_free(&pair);
    pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    pair_run(&pair);
    OK(xmpp_tls_connection_end_of_input(pair.server, &pair.now));
    CHECK(has_event(pair.server, XMPP_TLS_EVENT_TRUNCATED));
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void a_time_limit_ends_a_silent_handshake(void) {
    xmpp_tls_context *context = context_of("c2s-client", NULL, NULL);
    xmpp_tls_connection *connection;
    xmpp_tls_time now = time_at(0, 0);
    uint64_t deadline;
    uint8_t out[4096];
    size_t written;
    OK(xmpp_tls_connection_new_initiating(context, XMPP_TLS_TRANSPORT_DIRECT_TLS, T(DOMAIN), &now, &connection, NULL));
    OK(xmpp_tls_connection_transmit(connection, out, sizeof out, &written));
    CHECK(written > 100 && out[0] == 22);
    OK(xmpp_tls_connection_deadline(connection, &deadline));
    CHECK(deadline > now.monotonic_ms);
    OK(xmpp_tls_connection_advance(connection, &now));
    CHECK(xmpp_tls_connection_is_handshaking(connection));
    now.monotonic_ms = deadline;
    OK(xmpp_tls_connection_advance(connection, &now));
    CHECK(xmpp_tls_connection_phase(connection) == XMPP_TLS_PHASE_FAILED);
    IS(xmpp_tls_connection_deadline(connection, &deadline), XMPP_TLS_NOT_YET);
    OK(xmpp_tls_connection_close(connection, &now));
    xmpp_tls_connection_free(connection);
    xmpp_tls_context_free(context);
}

static void bytes_wait_and_go_without_a_copy(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    for (uint32_t transport = 1; transport <= 2; transport++) {
        struct pair pair = pair_of(client, server, transport);
        bool moved = true;
        uint8_t plain[64];
        size_t used, length;
        while (moved) {
            moved = false;
            for (int side = 0; side < 2; side++) {
                xmpp_tls_connection *from = side ? pair.server : pair.client, *to = side ? pair.client : pair.server;
                xmpp_tls_bytes bytes = xmpp_tls_connection_transmit_peek(from);
                CHECK(xmpp_tls_connection_transmit_pending(from) >= bytes.len);
                if (bytes.len == 0)
                    continue;
                /* As a socket that takes little at a time. */
                size_t sent = bytes.len > 700 ? 700 : bytes.len;
                OK(xmpp_tls_connection_receive(to, &pair.now, bytes.data, sent, &used, plain, sizeof plain, &length));
                OK(xmpp_tls_connection_transmitted(from, used));
                moved = used > 0;
            }
        }
        CHECK(xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_OPEN);
        CHECK(xmpp_tls_connection_phase(pair.server) == XMPP_TLS_PHASE_OPEN);
        OK(xmpp_tls_connection_transmitted(pair.client, 12345));
        CHECK(xmpp_tls_connection_transmit_peek(pair.client).len == 0);
        pair_free(&pair);
    }
    CHECK(xmpp_tls_connection_transmit_peek(NULL).data != NULL && xmpp_tls_connection_transmit_peek(NULL).len == 0);
    IS(xmpp_tls_connection_transmitted(NULL, 1), XMPP_TLS_NULL_PARAMETER);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void plaintext_waits_when_the_buffer_is_full_and_records_are_read_in_place(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_TLS_ONLY);
    uint8_t record[256], plain[4];
    size_t taken, written, used, length;
    pair_run(&pair);
    OK(xmpp_tls_connection_write_into(pair.client, &pair.now, (const uint8_t *)"hello world", 11, &taken, record, sizeof record, &written));
    CHECK(taken == 11 && written > 11);
    OK(xmpp_tls_connection_receive_in_place(pair.server, &pair.now, record, written, &used, plain, 4, &length));
    CHECK(length == 4 && memcmp(plain, "hell", 4) == 0);
    CHECK(xmpp_tls_connection_has_plaintext(pair.server));
    while (xmpp_tls_connection_has_plaintext(pair.server))
        OK(xmpp_tls_connection_receive(pair.server, &pair.now, NULL, 0, &used, plain, 4, &length));
    CHECK(length == 3 && memcmp(plain, "rld", 3) == 0);
    IS(xmpp_tls_connection_receive(pair.server, &pair.now, NULL, 5, &used, plain, 4, &length), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_connection_receive(pair.server, NULL, NULL, 0, &used, plain, 4, &length), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_connection_receive(pair.server, &pair.now, NULL, 0, NULL, plain, 4, &length), XMPP_TLS_NULL_PARAMETER);
    OK(xmpp_tls_connection_write(pair.client, &pair.now, NULL, 0, &taken));
    OK(xmpp_tls_connection_transmit(pair.client, NULL, 0, &written));
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void the_gate_keeps_bytes_back_until_a_verdict_opens_it(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = {0}, host;
    const xmpp_tls_verdict *verdict;
    xmpp_tls_verification *verification;
    size_t taken;
    pair.now = time_at(0, 0);
    OK(xmpp_tls_connection_new_initiating(client, XMPP_TLS_TRANSPORT_TLS_ONLY, NOTHING, &pair.now, &pair.client, NULL));
    OK(xmpp_tls_connection_set_server_name(pair.client, T(DOMAIN), NULL));
    OK(xmpp_tls_connection_new_accepting(server, XMPP_TLS_TRANSPORT_TLS_ONLY, &pair.now, &pair.server, NULL));
    OK(xmpp_tls_connection_write(pair.client, &pair.now, (const uint8_t *)"kept", 4, &taken));
    pair_run(&pair);
    CHECK(has_event(pair.client, XMPP_TLS_EVENT_HANDSHAKE_DONE) && pair.to_server.read_len == 0);
    IS(xmpp_tls_connection_verdict(pair.client, NOTHING, &verdict), XMPP_TLS_NOT_FOUND);
    OK(xmpp_tls_connection_verification(pair.client, T(DOMAIN), NULL, NULL, &verification, NULL));
    OK(xmpp_tls_verification_decide(verification, &pair.now, &verdict, NULL));
    CHECK(xmpp_tls_verdict_is_permitted(verdict));
    IS(xmpp_tls_connection_conclude(pair.server, &pair.now, verdict, NULL), XMPP_TLS_FOREIGN_VERDICT);
    OK(xmpp_tls_connection_conclude(pair.client, &pair.now, verdict, NULL));
    pair_run(&pair);
    CHECK(pair.to_server.read_len == 4);
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_verification_free(verification);
    pair_free(&pair);
    host = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    OK(xmpp_tls_connection_set_host_gate(host.client, NULL));
    pair_run(&host);
    IS(xmpp_tls_connection_set_host_gate(host.client, NULL), XMPP_TLS_WRONG_PHASE);
    pair_free(&host);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void an_accepting_end_stops_at_the_client_hello_and_is_told_how_to_go_on(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "other.pem"),
                     *chosen = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    OK(xmpp_tls_connection_set_stop_at_client_hello(pair.server, true, NULL));
    IS(xmpp_tls_connection_set_stop_at_client_hello(pair.client, true, NULL), XMPP_TLS_CONTRADICTION);
    IS(xmpp_tls_connection_choose(pair.server, &pair.now, NULL, NOTHING, NOTHING, NULL), XMPP_TLS_WRONG_PHASE);
    IS(xmpp_tls_connection_refuse_client_hello(pair.server, 112), XMPP_TLS_WRONG_PHASE);
    CHECK(!xmpp_tls_connection_is_waiting_for_choice(pair.server));
    pair_run(&pair);
    CHECK(xmpp_tls_connection_is_waiting_for_choice(pair.server) && has_event(pair.server, XMPP_TLS_EVENT_CLIENT_HELLO));
    CHECK(xmpp_tls_connection_phase(pair.server) == XMPP_TLS_PHASE_HELLO);
    TEXT(xmpp_tls_connection_server_name(pair.server), DOMAIN);
    CHECK(xmpp_tls_connection_offered_alpn_count(pair.server) == 1);
    xmpp_tls_bytes offered = xmpp_tls_connection_offered_alpn(pair.server, 0);
    CHECK(offered.len == 11 && memcmp(offered.data, "xmpp-client", 11) == 0);
    CHECK(xmpp_tls_connection_offered_alpn(pair.server, 1).len == 0);
    OK(xmpp_tls_connection_choose(pair.server, &pair.now, chosen, NOTHING, (const uint8_t *)"xmpp-client", 11, NULL));
    pair_run(&pair);
    CHECK(xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_OPEN);
    pair_free(&pair);
    pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    OK(xmpp_tls_connection_set_stop_at_client_hello(pair.server, true, NULL));
    pair_run(&pair);
    IS(xmpp_tls_connection_refuse_client_hello(pair.server, 256), XMPP_TLS_INVALID_PARAMETER);
    OK(xmpp_tls_connection_refuse_client_hello(pair.server, 112));
    pair_run(&pair);
    CHECK(xmpp_tls_connection_alert(pair.client) == 112);
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
    xmpp_tls_context_free(chosen);
}

static void set_up_calls_end_with_the_first_byte(void) {
    static const xmpp_tls_bytes protocols[] = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"xmpp-client", 11}}, empty[] = {{NULL, 0}};
    static const struct setting key_log[] = {{"tls.key_log", "true"}, {NULL, NULL}};
    xmpp_tls_context *client = context_of("c2s-client", key_log, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_DIRECT_TLS);
    OK(xmpp_tls_connection_set_alpn(pair.client, protocols, 2, NULL));
    IS(xmpp_tls_connection_set_alpn(pair.client, empty, 1, NULL), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_connection_set_alpn(pair.client, NULL, 1, NULL), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_connection_set_alpn(pair.client, protocols, 1000000, NULL), XMPP_TLS_INVALID_PARAMETER);
    OK(xmpp_tls_connection_set_own_domain(pair.client, T("me.example"), NULL));
    IS(xmpp_tls_connection_set_own_domain(pair.server, T("me.example"), NULL), XMPP_TLS_CONTRADICTION);
    OK(xmpp_tls_connection_set_server_name(pair.client, NOTHING, NULL));
    OK(xmpp_tls_connection_set_server_name(pair.client, T(DOMAIN), NULL));
    IS(xmpp_tls_connection_set_server_name(pair.server, T(DOMAIN), NULL), XMPP_TLS_CONTRADICTION);
    OK(xmpp_tls_connection_set_key_log(pair.client, true, NULL));
    IS(xmpp_tls_connection_set_key_log(pair.server, true, NULL), XMPP_TLS_CONTRADICTION);
    pair_run(&pair);
    CHECK(xmpp_tls_connection_phase(pair.client) == XMPP_TLS_PHASE_OPEN);
    CHECK(has_text(xmpp_tls_connection_next_key_log_line(pair.client), "CLIENT_HANDSHAKE_TRAFFIC_SECRET"));
    CHECK(xmpp_tls_connection_next_key_log_line(pair.server).len == 0);
    IS(xmpp_tls_connection_set_alpn(pair.client, protocols, 2, NULL), XMPP_TLS_WRONG_PHASE);
    IS(xmpp_tls_connection_set_server_name(pair.client, T(DOMAIN), NULL), XMPP_TLS_WRONG_PHASE);
    IS(xmpp_tls_connection_set_own_domain(pair.client, T(DOMAIN), NULL), XMPP_TLS_WRONG_PHASE);
    IS(xmpp_tls_connection_set_key_log(pair.client, true, NULL), XMPP_TLS_WRONG_PHASE);
    IS(xmpp_tls_connection_set_stop_at_client_hello(pair.server, true, NULL), XMPP_TLS_WRONG_PHASE);
    pair_free(&pair);
    xmpp_tls_connection *none;
    IS(xmpp_tls_connection_new_initiating(client, 9, T(DOMAIN), &pair.now, &none, NULL), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_connection_new_initiating(client, 1, NOTHING, &pair.now, &none, NULL), XMPP_TLS_INVALID_DOMAIN);
    IS(xmpp_tls_connection_new_accepting(client, 1, &pair.now, &none, NULL), XMPP_TLS_CONTRADICTION);
    IS(xmpp_tls_connection_new_accepting(server, 0, &pair.now, &none, NULL), XMPP_TLS_INVALID_PARAMETER);
    CHECK(none == NULL);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

static void what_was_said_before_tls_is_unverified_and_readable(void) {
    static const char header[] = "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
                                 "to='im.example.com' from='romeo.example' version='1.0'>";
    xmpp_tls_context *server = context_of("s2s", NULL, "server.pem");
    xmpp_tls_connection *connection;
    xmpp_tls_time now = time_at(0, 0);
    size_t used, length;
    uint8_t plain[16];
    OK(xmpp_tls_connection_new_accepting(server, XMPP_TLS_TRANSPORT_STARTTLS, &now, &connection, NULL));
    OK(xmpp_tls_connection_receive(connection, &now, (const uint8_t *)header, strlen(header), &used, plain, sizeof plain, &length));
    CHECK(has_event(connection, XMPP_TLS_EVENT_STREAM_HEADER));
    CHECK(xmpp_tls_connection_phase(connection) == XMPP_TLS_PHASE_CLEAR);
    TEXT(xmpp_tls_connection_unverified_to(connection), DOMAIN);
    TEXT(xmpp_tls_connection_unverified_from(connection), "romeo.example");
    static const char junk[] = "GET / HTTP/1.1\r\n\r\n";
    (void)xmpp_tls_connection_receive(connection, &now, (const uint8_t *)junk, strlen(junk), &used, plain, sizeof plain, &length);
    CHECK(xmpp_tls_connection_phase(connection) == XMPP_TLS_PHASE_FAILED);
    xmpp_tls_connection_free(connection);
    xmpp_tls_context_free(server);
}

static void a_report_says_in_one_word_what_to_show(void) {
    xmpp_tls_context *client = context_of("c2s-client", NULL, NULL), *server = context_of("c2s-server", NULL, "server.pem");
    struct pair pair = pair_of(client, server, XMPP_TLS_TRANSPORT_STARTTLS);
    const xmpp_tls_report *report, *second;
    OK(xmpp_tls_connection_report(pair.client, &pair.now, &report, NULL));
    CHECK(xmpp_tls_report_summary(report) == XMPP_TLS_SUMMARY_PLAINTEXT && !xmpp_tls_report_is_encrypted(report));
    CHECK(xmpp_tls_report_starttls_offered(report) == -1);
    xmpp_tls_report_free(report);
    pair_run(&pair);
    OK(xmpp_tls_connection_report(pair.client, &pair.now, &report, NULL));
    second = xmpp_tls_report_retain(report);
    xmpp_tls_report_free(report);
    CHECK(xmpp_tls_report_summary(second) == XMPP_TLS_SUMMARY_AUTHENTICATED && xmpp_tls_report_is_encrypted(second));
    CHECK(xmpp_tls_report_is_safe_against_later_decryption(second) && xmpp_tls_report_starttls_offered(second) == 1);
    CHECK(has_text(xmpp_tls_report_text(second), DOMAIN) && xmpp_tls_report_json(second).data[0] == '{');
    xmpp_tls_report_free(second);
    CHECK(xmpp_tls_report_summary(NULL) == XMPP_TLS_SUMMARY_FAILED);
    pair_free(&pair);
    xmpp_tls_context_free(client);
    xmpp_tls_context_free(server);
}

int main(void) {
    RUN(a_client_and_a_server_reach_an_authenticated_stream);
    RUN(certificates_are_read_from_both_ends);
    RUN(pki_27_a_refused_peer_is_an_alert_and_stays_readable);
    RUN(channel_bindings_are_equal_at_both_ends);
    RUN(closing_is_told_and_cutting_off_is_told_apart);
    RUN(a_time_limit_ends_a_silent_handshake);
    RUN(bytes_wait_and_go_without_a_copy);
    RUN(plaintext_waits_when_the_buffer_is_full_and_records_are_read_in_place);
    RUN(the_gate_keeps_bytes_back_until_a_verdict_opens_it);
    RUN(an_accepting_end_stops_at_the_client_hello_and_is_told_how_to_go_on);
    RUN(set_up_calls_end_with_the_first_byte);
    RUN(what_was_said_before_tls_is_unverified_and_readable);
    RUN(a_report_says_in_one_word_what_to_show);
    return check_end();
}
