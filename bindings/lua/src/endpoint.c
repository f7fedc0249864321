/* Endpoints: where a connection goes, and how surely that is known.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

static void release(void *object)
{
    xmpp_tls_endpoint_free(((struct xl_object *)object)->handle);
}

int xl_make_endpoint(lua_State *L, int index)
{
    const char *target = "";
    size_t target_len = 0;
    lua_Number port = 0;
    uint32_t transport = XMPP_TLS_TRANSPORT_STARTTLS, srv = XMPP_TLS_DNSSEC_NONE;
    uint32_t addresses = XMPP_TLS_DNSSEC_INSECURE;
    index = xl_absolute(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    (void)xl_field_text(L, index, "target", &target, &target_len);
    (void)xl_field_number(L, index, "port", &port);
    (void)xl_field_word(L, index, "transport", xl_transports, &transport);
    (void)xl_field_word(L, index, "srv", xl_dnssec_states, &srv);
    (void)xl_field_word(L, index, "addresses", xl_dnssec_states, &addresses);
    bool configured = xl_field_bool(L, index, "configured", false);
    struct xl_object *endpoint = xl_new(L, &xl_endpoint_kind, 0);
    xmpp_tls_error *error = NULL;
    uint32_t number = port >= 1 && port <= 65535 ? (uint32_t)port : 0;
    xmpp_tls_result result = xmpp_tls_endpoint_new(target, target_len, number, transport, srv, addresses, configured,
        (const xmpp_tls_endpoint **)(void *)&endpoint->handle, &error);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

/* endpoint{ target =, port =, transport =, srv = state or nil, addresses = state, configured = boolean } */
static int make(lua_State *L)
{
    lua_settop(L, 1);
    return xl_make_endpoint(L, 1);
}

static int target(lua_State *L)
{
    xl_push_str(L, xmpp_tls_endpoint_target(xl_check_handle(L, 1, &xl_endpoint_kind)));
    return 1;
}

static int port(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)xmpp_tls_endpoint_port(xl_check_handle(L, 1, &xl_endpoint_kind)));
    return 1;
}

static int transport(lua_State *L)
{
    xl_push_word(L, xl_transports, xmpp_tls_endpoint_transport(xl_check_handle(L, 1, &xl_endpoint_kind)));
    return 1;
}

static const luaL_Reg methods[] = {
    { "target", target },
    { "port", port },
    { "transport", transport },
    { NULL, NULL },
};

const struct xl_kind xl_endpoint_kind = { "xmpptls.endpoint", release, methods };

const luaL_Reg xl_endpoint_functions[] = {
    { "endpoint", make },
    { NULL, NULL },
};
