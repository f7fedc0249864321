/* Contexts: a policy and credentials that connections start from. Changing one touches new connections only.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

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

static const luaL_Reg methods[] = {
    { "set_policy", set_policy },
    { "set_credentials", set_credentials },
    { NULL, NULL },
};

const struct xl_kind xl_context_kind = { "xmpptls.context", release, methods };

const luaL_Reg xl_context_functions[] = {
    { "context", make },
    { NULL, NULL },
};
