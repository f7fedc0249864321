/* Contexts: a policy and credentials that connections start from. Changing one touches new connections only.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"
#include <string.h>

/* More than the library takes, so that the answer to too many is its own. */
enum { MOST_TICKET_KEYS = 16 };

static void release(void *object)
{
    xmpp_tls_context_free(((struct xl_object *)object)->handle);
}

static const xmpp_tls_credentials *credentials_or_none(lua_State *L, int index)
{
    return lua_isnoneornil(L, index) ? NULL : xl_check_handle(L, index, &xl_credentials_kind);
}

/* context(policy [, credentials]) */
static int make(lua_State *L)
{
    const xmpp_tls_policy *policy = xl_check_handle(L, 1, &xl_policy_kind);
    const xmpp_tls_credentials *credentials = credentials_or_none(L, 2);
    struct xl_object *context = xl_new(L, &xl_context_kind, 0);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_context_new(policy, credentials, (xmpp_tls_context **)(void *)&context->handle, &error);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

static int set_policy(lua_State *L)
{
    xmpp_tls_context *context = xl_check_handle(L, 1, &xl_context_kind);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_context_set_policy(context, xl_check_handle(L, 2, &xl_policy_kind), &error);
    return xl_done(L, result, error);
}

static int set_credentials(lua_State *L)
{
    xmpp_tls_context *context = xl_check_handle(L, 1, &xl_context_kind);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_context_set_credentials(context, credentials_or_none(L, 2), &error);
    return xl_done(L, result, error);
}

/* set_ticket_keys { key, … }: the first seals, all open; a key is an id of 16 octets and a secret of 32 */
static int set_ticket_keys(lua_State *L)
{
    xmpp_tls_context *context = xl_check_handle(L, 1, &xl_context_kind);
    luaL_checktype(L, 2, LUA_TTABLE);
    size_t count = xl_rawlen(L, 2);
    uint8_t keys[MOST_TICKET_KEYS * XMPP_TLS_TICKET_KEY_SIZE];
    luaL_argcheck(L, count <= MOST_TICKET_KEYS, 2, "too many keys");
    for (size_t i = 0; i < count; i++) {
        size_t len = 0;
        lua_rawgeti(L, 2, (int)i + 1);
        const char *key = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
        luaL_argcheck(L, len == XMPP_TLS_TICKET_KEY_SIZE, 2, "a key is a string of 48 octets");
        memcpy(keys + i * XMPP_TLS_TICKET_KEY_SIZE, key, len);
        lua_pop(L, 1);
    }
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_context_set_ticket_keys(context, keys, count, &error);
    return xl_done(L, result, error);
}

static int forget(lua_State *L)
{
    xmpp_tls_context *context = xl_check_handle(L, 1, &xl_context_kind);
    size_t len = 0;
    const char *domain = luaL_checklstring(L, 2, &len);
    return xl_done(L, xmpp_tls_context_forget(context, domain, len), NULL);
}

static const luaL_Reg methods[] = {
    { "set_policy", set_policy },
    { "set_credentials", set_credentials },
    { "set_ticket_keys", set_ticket_keys },
    { "forget", forget },
    { NULL, NULL },
};

const struct xl_kind xl_context_kind = { "xmpptls.context", release, methods };

const luaL_Reg xl_context_functions[] = {
    { "context", make },
    { NULL, NULL },
};
