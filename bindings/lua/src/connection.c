/* Connections without a socket: bytes in, bytes out, events. socket.c puts one on a descriptor.
 *
 * Every call that depends on the time takes it as its last argument, a table {unix_seconds =,
 * monotonic_ms =}; without one it reads the system's clocks.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"
#include <string.h>

enum { CHUNK = 16384, SHORT = 4096, MOST_PROTOCOLS = 16 };

static void release(void *object)
{
    xmpp_tls_connection_free(((struct xl_object *)object)->handle);
}

xmpp_tls_connection *xl_check_connection(lua_State *L, int index)
{
    struct xl_object *object = xl_test(L, index, &xl_socket_kind);
    if (object == NULL) {
        object = xl_check(L, index, &xl_connection_kind);
    }
    if (object->handle == NULL) {
        luaL_argerror(L, index, "the connection was closed or given to a socket");
    }
    return object->handle;
}

static xmpp_tls_connection *check(lua_State *L)
{
    return xl_check_handle(L, 1, &xl_connection_kind);
}

/* ---- set-up ---- */

/* alpn = "xmpp-client" or a list; false: none. The texts stay alive in the option table. */
static xmpp_tls_result apply_alpn(lua_State *L, xmpp_tls_connection *connection, xmpp_tls_error **error_out)
{
    xmpp_tls_bytes protocols[MOST_PROTOCOLS];
    size_t count = 0;
    xl_rawget_name(L, 2, "alpn");
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return XMPP_TLS_OK;
    }
    if (lua_type(L, -1) == LUA_TSTRING) {
        protocols[0].data = (const uint8_t *)lua_tolstring(L, -1, &protocols[0].len);
        count = 1;
    } else if (lua_istable(L, -1)) {
        count = xl_rawlen(L, -1);
        luaL_argcheck(L, count <= MOST_PROTOCOLS, 2, "too many protocols in 'alpn'");
        for (size_t i = 0; i < count; i++) {
            lua_rawgeti(L, -1, (int)i + 1);
            luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, 2, "'alpn' is a list of strings");
            protocols[i].data = (const uint8_t *)lua_tolstring(L, -1, &protocols[i].len);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
    return xmpp_tls_connection_set_alpn(connection, protocols, count, error_out);
}

/* A prepared verification: its answers so far are copied. */
static xmpp_tls_result apply_verification(lua_State *L, xmpp_tls_connection *connection, xmpp_tls_error **error_out)
{
    xmpp_tls_result result = XMPP_TLS_OK;
    void *verification = xl_field_handle(L, 2, "verification", &xl_verification_kind);
    if (verification != NULL) {
        result = xmpp_tls_connection_set_verification(connection, verification, error_out);
    }
    lua_pop(L, 1);
    return result;
}

static xmpp_tls_result set_up(lua_State *L, xmpp_tls_connection *connection, xmpp_tls_error **error_out)
{
    const char *text = NULL;
    size_t len = 0;
    xmpp_tls_result result = apply_alpn(L, connection, error_out);
    if (result == XMPP_TLS_OK && xl_field_text(L, 2, "server_name", &text, &len)) {
        result = xmpp_tls_connection_set_server_name(connection, text, len, error_out);
    }
    if (result == XMPP_TLS_OK && xl_field_text(L, 2, "own_domain", &text, &len)) {
        result = xmpp_tls_connection_set_own_domain(connection, text, len, error_out);
    }
    if (result == XMPP_TLS_OK && xl_field_bool(L, 2, "stop_at_client_hello", false)) {
        result = xmpp_tls_connection_set_stop_at_client_hello(connection, true, error_out);
    }
    if (result == XMPP_TLS_OK && xl_field_bool(L, 2, "host_gate", false)) {
        result = xmpp_tls_connection_set_host_gate(connection, error_out);
    }
    if (result == XMPP_TLS_OK && xl_field_bool(L, 2, "key_log", false)) {
        result = xmpp_tls_connection_set_key_log(connection, true, error_out);
    }
    return result == XMPP_TLS_OK ? apply_verification(L, connection, error_out) : result;
}

/* Tells the collector about the library's memory, which it cannot see: else a program with a large heap and
 * connections that it dropped without closing would hold thousands of them until the next cycle. */
static void account(lua_State *L)
{
    enum { HANDSHAKE_KIB = 16 };
#ifdef LUA_GCISRUNNING
    if (!lua_gc(L, LUA_GCISRUNNING, 0)) {
        return; /* somebody wants no collection now */
    }
#endif
    (void)lua_gc(L, LUA_GCSTEP, HANDSHAKE_KIB);
}

static int begin(lua_State *L, bool initiating)
{
    account(L);
    xmpp_tls_context *context = xl_check_handle(L, 1, &xl_context_kind);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    uint32_t transport = XMPP_TLS_TRANSPORT_STARTTLS;
    const char *domain = "";
    size_t domain_len = 0;
    luaL_argcheck(L, xl_field_word(L, 2, "transport", xl_transports, &transport), 2, "a transport is needed");
    (void)xl_field_text(L, 2, "domain", &domain, &domain_len);
    xmpp_tls_time now = xl_field_time(L, 2, "now");
    struct xl_object *object = xl_new(L, &xl_connection_kind, 0);
    xmpp_tls_connection **place = (xmpp_tls_connection **)(void *)&object->handle;
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = initiating
        ? xmpp_tls_connection_new_initiating(context, transport, domain, domain_len, &now, place, &error)
        : xmpp_tls_connection_new_accepting(context, transport, &now, place, &error);
    if (result == XMPP_TLS_OK) {
        result = set_up(L, *place, &error);
    }
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

/* initiate(context, { transport =, domain =, … }) */
static int initiate(lua_State *L)
{
    return begin(L, true);
}

/* accept(context, { transport =, stop_at_client_hello = true }) */
static int accept_peer(lua_State *L)
{
    return begin(L, false);
}

/* ---- bytes ---- */

/* What was received is short, as most stanzas are: opened in a copy on the stack, as strings of Lua never change.
 * True when the answer is on Lua's stack; else receive() goes on behind the *taken bytes, with this plaintext. */
static bool receive_short(lua_State *L, xmpp_tls_connection *connection, const xmpp_tls_time *now,
    const uint8_t *bytes, size_t len, size_t *taken, uint8_t *plain, size_t *got)
{
    uint8_t wire[SHORT];
    if (len > sizeof wire) {
        return false;
    }
    memcpy(wire, bytes, len);
    if (xmpp_tls_connection_receive_in_place(connection, now, wire, len, taken, plain, SHORT, got) != XMPP_TLS_OK ||
        *taken < len || *got == SHORT) {
        return false;
    }
    lua_pushlstring(L, (const char *)plain, *got);
    lua_pushinteger(L, (lua_Integer)len);
    return true;
}

/* receive(bytes [, now]) -> plaintext, how many bytes were taken; or nil, error, plaintext so far */
static int receive(lua_State *L)
{
    xmpp_tls_connection *connection = check(L);
    size_t len = 0, taken = 0, begun = 0;
    const uint8_t *bytes = (const uint8_t *)luaL_checklstring(L, 2, &len);
    xmpp_tls_time now = xl_time(L, 3);
    xmpp_tls_result result = XMPP_TLS_OK;
    uint8_t first[SHORT];
    if (receive_short(L, connection, &now, bytes, len, &taken, first, &begun)) {
        return 2;
    }
    luaL_Buffer plain;
    luaL_buffinit(L, &plain);
    luaL_addlstring(&plain, (const char *)first, begun);
    for (;;) {
        uint8_t chunk[CHUNK];
        size_t used = 0, got = 0;
        result = xmpp_tls_connection_receive(connection, &now, bytes + taken, len - taken, &used, chunk,
            sizeof chunk, &got);
        if (result != XMPP_TLS_OK) {
            break;
        }
        taken += used;
        luaL_addlstring(&plain, (const char *)chunk, got);
        if (got < sizeof chunk && (used == 0 || taken == len)) {
            break; /* a buffer that was not filled left nothing inside */
        }
    }
    luaL_pushresult(&plain);
    if (result != XMPP_TLS_OK) {
        lua_pushnil(L);
        xl_push_error(L, result, NULL);
        lua_pushvalue(L, -3);
        return 3;
    }
    lua_pushinteger(L, (lua_Integer)taken);
    return 2;
}

/* transmit() -> bytes for the peer, "" when there are none. Allowed after a failure: the alert. */
static int transmit(lua_State *L)
{
    xmpp_tls_connection *connection = check(L);
    xmpp_tls_result result = XMPP_TLS_OK;
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (;;) {
        uint8_t chunk[CHUNK];
        size_t written = 0;
        result = xmpp_tls_connection_transmit(connection, chunk, sizeof chunk, &written);
        if (result != XMPP_TLS_OK) {
            break;
        }
        luaL_addlstring(&out, (const char *)chunk, written);
        if (written < sizeof chunk) {
            break;
        }
    }
    luaL_pushresult(&out);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, NULL);
}

/* write(data [, now]) -> how many bytes were taken */
static int write_plain(lua_State *L)
{
    xmpp_tls_connection *connection = check(L);
    size_t len = 0, taken = 0;
    const uint8_t *data = (const uint8_t *)luaL_checklstring(L, 2, &len);
    xmpp_tls_time now = xl_time(L, 3);
    xmpp_tls_result result = xmpp_tls_connection_write(connection, &now, data, len, &taken);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, NULL);
    }
    lua_pushinteger(L, (lua_Integer)taken);
    return 1;
}

/* write_and_transmit(data [, now]) -> bytes for the peer, how much of the data was taken: both in one call */
static int write_and_transmit(lua_State *L)
{
    xmpp_tls_connection *connection = check(L);
    size_t len = 0, taken = 0;
    const uint8_t *data = (const uint8_t *)luaL_checklstring(L, 2, &len);
    xmpp_tls_time now = xl_time(L, 3);
    xmpp_tls_result result = XMPP_TLS_OK;
    luaL_Buffer out;
    uint8_t sealed[SHORT];
    size_t begun = 0;
    if (len < SHORT / 2) { /* one record, which fits unless older ones wait */
        result = xmpp_tls_connection_write_into(connection, &now, data, len, &taken, sealed, sizeof sealed, &begun);
        if (result != XMPP_TLS_OK) {
            return xl_fail(L, result, NULL);
        }
        if (taken == len && begun < sizeof sealed) {
            lua_pushlstring(L, (const char *)sealed, begun);
            lua_pushinteger(L, (lua_Integer)taken);
            return 2;
        }
    }
    luaL_buffinit(L, &out);
    luaL_addlstring(&out, (const char *)sealed, begun);
    for (;;) {
        uint8_t chunk[CHUNK];
        size_t part = 0, written = 0;
        result = xmpp_tls_connection_write_into(connection, &now, data + taken, len - taken, &part, chunk, sizeof chunk,
            &written);
        if (result != XMPP_TLS_OK) {
            break;
        }
        taken += part;
        luaL_addlstring(&out, (const char *)chunk, written);
        if (written == 0 || (taken == len && written < sizeof chunk)) {
            break;
        }
    }
    luaL_pushresult(&out);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, NULL);
    }
    lua_pushinteger(L, (lua_Integer)taken);
    return 2;
}

static int close_ours(lua_State *L)
{
    xmpp_tls_time now = xl_time(L, 2);
    return xl_done(L, xmpp_tls_connection_close(check(L), &now), NULL);
}

static int end_of_input(lua_State *L)
{
    xmpp_tls_time now = xl_time(L, 2);
    return xl_done(L, xmpp_tls_connection_end_of_input(check(L), &now), NULL);
}

static int advance(lua_State *L)
{
    xmpp_tls_time now = xl_time(L, 2);
    return xl_done(L, xmpp_tls_connection_advance(check(L), &now), NULL);
}

/* deadline() -> monotonic milliseconds, or nil when there is none */
static int deadline(lua_State *L)
{
    uint64_t at = 0;
    if (xmpp_tls_connection_deadline(check(L), &at) != XMPP_TLS_OK) {
        return 0;
    }
    lua_pushnumber(L, (lua_Number)at);
    return 1;
}

static const luaL_Reg methods[] = {
    { "receive", receive },
    { "transmit", transmit },
    { "write", write_plain },
    { "write_and_transmit", write_and_transmit },
    { "close", close_ours },
    { "end_of_input", end_of_input },
    { "advance", advance },
    { "deadline", deadline },
    { NULL, NULL },
};

const struct xl_kind xl_connection_kind = { "xmpptls.connection", release, methods };

const luaL_Reg xl_connection_functions[] = {
    { "initiate", initiate },
    { "accept", accept_peer },
    { NULL, NULL },
};
