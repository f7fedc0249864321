/* What can be read from a connection, and the answers to its client-hello stop: for connections and sockets.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

static const struct xl_word phases[] = {
    { "prepared", XMPP_TLS_PHASE_PREPARED },
    { "clear", XMPP_TLS_PHASE_CLEAR },
    { "hello", XMPP_TLS_PHASE_HELLO },
    { "handshake", XMPP_TLS_PHASE_HANDSHAKE },
    { "open", XMPP_TLS_PHASE_OPEN },
    { "closed", XMPP_TLS_PHASE_CLOSED },
    { "failed", XMPP_TLS_PHASE_FAILED },
    { NULL, 0 },
};

static const struct xl_word bindings[] = {
    { "tls-exporter", XMPP_TLS_CHANNEL_BINDING_TLS_EXPORTER },
    { "tls-server-end-point", XMPP_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT },
    { "tls-unique", XMPP_TLS_CHANNEL_BINDING_TLS_UNIQUE },
    { NULL, 0 },
};

static int next_event(lua_State *L)
{
    xmpp_tls_event event = 0;
    if (xmpp_tls_connection_next_event(xl_check_connection(L, 1), &event) != XMPP_TLS_OK) {
        return 0;
    }
    xl_push_str(L, xmpp_tls_event_name(event));
    return 1;
}

static int phase(lua_State *L)
{
    xl_push_word(L, phases, xmpp_tls_connection_phase(xl_check_connection(L, 1)));
    return 1;
}

/* cause() -> name, sentence, number; nothing when the connection has not failed */
static int cause(lua_State *L)
{
    const xmpp_tls_connection *connection = xl_check_connection(L, 1);
    uint32_t number = xmpp_tls_connection_cause(connection);
    if (number == 0) {
        return 0;
    }
    xl_push_str(L, xmpp_tls_cause_name(number));
    xl_push_str(L, xmpp_tls_connection_cause_message(connection));
    lua_pushinteger(L, (lua_Integer)number);
    return 3;
}

/* tls() -> { version =, suite =, suite_name =, group =, group_name =, resumed = }, or nil before the handshake */
static int tls(lua_State *L)
{
    const xmpp_tls_connection *connection = xl_check_connection(L, 1);
    uint32_t version = xmpp_tls_connection_tls_version(connection);
    if (version == 0) {
        return 0;
    }
    lua_createtable(L, 0, 6);
    xl_push_str(L, xmpp_tls_connection_tls_version_name(connection));
    lua_setfield(L, -2, "version");
    lua_pushinteger(L, (lua_Integer)xmpp_tls_connection_suite(connection));
    lua_setfield(L, -2, "suite");
    xl_push_str(L, xmpp_tls_connection_suite_name(connection));
    lua_setfield(L, -2, "suite_name");
    lua_pushinteger(L, (lua_Integer)xmpp_tls_connection_group(connection));
    lua_setfield(L, -2, "group");
    xl_push_str(L, xmpp_tls_connection_group_name(connection));
    lua_setfield(L, -2, "group_name");
    lua_pushboolean(L, xmpp_tls_connection_is_resumed(connection));
    lua_setfield(L, -2, "resumed");
    return 1;
}

static int push_if_any(lua_State *L, const void *data, size_t len)
{
    if (len == 0) {
        return 0;
    }
    lua_pushlstring(L, data, len);
    return 1;
}

static int alpn(lua_State *L)
{
    xmpp_tls_bytes protocol = xmpp_tls_connection_alpn(xl_check_connection(L, 1));
    return push_if_any(L, protocol.data, protocol.len);
}

static int server_name(lua_State *L)
{
    xmpp_tls_str name = xmpp_tls_connection_server_name(xl_check_connection(L, 1));
    return push_if_any(L, name.data, name.len);
}

static int offered_alpn(lua_State *L)
{
    const xmpp_tls_connection *connection = xl_check_connection(L, 1);
    size_t count = xmpp_tls_connection_offered_alpn_count(connection);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        xl_push_bytes(L, xmpp_tls_connection_offered_alpn(connection, i));
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

typedef xmpp_tls_result (*certificate_reader)(const xmpp_tls_connection *, size_t, const xmpp_tls_certificate **);

/* (connection [, n]) -> certificate or nil; 1 is the leaf */
static int certificate_at(lua_State *L, certificate_reader read)
{
    const xmpp_tls_connection *connection = xl_check_connection(L, 1);
    lua_Integer index = luaL_optinteger(L, 2, 1);
    if (index < 1) {
        return 0;
    }
    const xmpp_tls_certificate **place = xl_new_certificate(L);
    return read(connection, (size_t)index - 1, place) == XMPP_TLS_OK ? 1 : 0;
}

static int peer_certificate(lua_State *L)
{
    return certificate_at(L, xmpp_tls_connection_peer_certificate);
}

static int peer_certificate_count(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)xmpp_tls_connection_peer_certificate_count(xl_check_connection(L, 1)));
    return 1;
}

static int own_certificate(lua_State *L)
{
    return certificate_at(L, xmpp_tls_connection_own_certificate);
}

static int own_certificate_count(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)xmpp_tls_connection_own_certificate_count(xl_check_connection(L, 1)));
    return 1;
}

static int channel_binding(lua_State *L)
{
    const xmpp_tls_connection *connection = xl_check_connection(L, 1);
    uint32_t type = xl_check_word(L, 2, bindings);
    uint8_t value[64];
    size_t len = 0;
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_connection_channel_binding(connection, type, value, sizeof value, &len, &error);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    lua_pushlstring(L, (const char *)value, len);
    return 1;
}

/* channel_bindings() -> { name, … } of the types that this connection has, the strongest first */
static int channel_bindings(lua_State *L)
{
    uint32_t kinds[8];
    size_t count = 0;
    xmpp_tls_result result = xmpp_tls_connection_channel_bindings(xl_check_connection(L, 1), kinds, 8, &count);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, NULL);
    }
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        xl_push_str(L, xmpp_tls_channel_binding_name(kinds[i]));
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

/* set_server_name(name): what an initiating side sends as SNI; before the handshake began */
static int set_server_name(lua_State *L)
{
    xmpp_tls_connection *connection = xl_check_connection(L, 1);
    size_t len = 0;
    const char *name = luaL_checklstring(L, 2, &len);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_connection_set_server_name(connection, name, len, &error);
    return xl_done(L, result, error);
}

/* set_stop_at_client_hello(boolean): an accepting side then waits for choose() or refuse() */
static int set_stop_at_client_hello(lua_State *L)
{
    xmpp_tls_connection *connection = xl_check_connection(L, 1);
    bool stop = lua_toboolean(L, 2);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_connection_set_stop_at_client_hello(connection, stop, &error);
    return xl_done(L, result, error);
}

/* choose{ context =, domain =, alpn =, now = }: goes on after "client-hello" */
static int choose(lua_State *L)
{
    xmpp_tls_connection *connection = xl_check_connection(L, 1);
    const char *domain = NULL, *protocol = NULL;
    size_t domain_len = 0, protocol_len = 0;
    luaL_checktype(L, 2, LUA_TTABLE);
    (void)xl_field_text(L, 2, "domain", &domain, &domain_len);
    (void)xl_field_text(L, 2, "alpn", &protocol, &protocol_len);
    xmpp_tls_time now = xl_field_time(L, 2, "now");
    xmpp_tls_context *context = xl_field_handle(L, 2, "context", &xl_context_kind);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_connection_choose(connection, &now, context, domain, domain_len,
        (const uint8_t *)protocol, protocol_len, &error);
    return xl_done(L, result, error);
}

/* refuse(alert): ends the connection with this alert, at the client-hello stop */
static int refuse(lua_State *L)
{
    xmpp_tls_connection *connection = xl_check_connection(L, 1);
    lua_Integer alert = luaL_checkinteger(L, 2);
    luaL_argcheck(L, alert >= 0 && alert <= 255, 2, "an alert is a number from 0 to 255");
    return xl_done(L, xmpp_tls_connection_refuse_client_hello(connection, (uint32_t)alert), NULL);
}

/* alert() -> name and number of the alert that ended the connection, in whichever direction it passed */
static int alert_of(lua_State *L)
{
    int32_t alert = xmpp_tls_connection_alert(xl_check_connection(L, 1));
    if (alert < 0) {
        return 0;
    }
    xl_push_str(L, xmpp_tls_alert_name((uint32_t)alert));
    lua_pushinteger(L, alert);
    return 2;
}

/* unverified() -> to, from of the peer's stream header before TLS. Nobody vouches for them. */
static int unverified(lua_State *L)
{
    const xmpp_tls_connection *connection = xl_check_connection(L, 1);
    xl_push_str(L, xmpp_tls_connection_unverified_to(connection));
    xl_push_str(L, xmpp_tls_connection_unverified_from(connection));
    return 2;
}

static int key_log_line(lua_State *L)
{
    xmpp_tls_str line = xmpp_tls_connection_next_key_log_line(xl_check_connection(L, 1));
    return push_if_any(L, line.data, line.len);
}

const luaL_Reg xl_connection_facts[] = {
    { "next_event", next_event },
    { "phase", phase },
    { "cause", cause },
    { "alert", alert_of },
    { "unverified", unverified },
    { "key_log_line", key_log_line },
    { "tls", tls },
    { "alpn", alpn },
    { "server_name", server_name },
    { "offered_alpn", offered_alpn },
    { "peer_certificate", peer_certificate },
    { "peer_certificate_count", peer_certificate_count },
    { "own_certificate", own_certificate },
    { "own_certificate_count", own_certificate_count },
    { "channel_binding", channel_binding },
    { "channel_bindings", channel_bindings },
    { "set_server_name", set_server_name },
    { "set_stop_at_client_hello", set_stop_at_client_hello },
    { "choose", choose },
    { "refuse", refuse },
    { NULL, NULL },
};
