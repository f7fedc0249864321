/* The module xmpptls: what its functions are is in the files named after the objects they make.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

#if defined(__GNUC__)
#define EXPORTED __attribute__((visibility("default")))
#else
#define EXPORTED
#endif

static const struct xl_kind *const kinds[] = {
    &xl_certificate_kind,
    &xl_trust_anchors_kind,
    &xl_trust_anchors_builder_kind,
    &xl_policy_kind,
    &xl_policy_builder_kind,
    &xl_credentials_kind,
    &xl_credentials_builder_kind,
    &xl_context_kind,
    &xl_connection_kind,
    &xl_socket_kind,
    &xl_endpoint_kind,
    &xl_verification_kind,
    &xl_question_kind,
    &xl_verdict_kind,
    &xl_report_kind,
    &xl_observation_kind,
    &xl_dialback_secret_kind,
    &xl_dialback_requests_kind,
    &xl_external_users_kind,
};

static const luaL_Reg *const functions[] = {
    xl_certificate_functions,
    xl_trust_anchors_functions,
    xl_policy_functions,
    xl_credentials_functions,
    xl_context_functions,
    xl_connection_functions,
    xl_socket_functions,
    xl_verification_functions,
    xl_endpoint_functions,
};

/* version() -> "0.1.0" of the running library, and the number of its binary interface */
static int version(lua_State *L)
{
    xl_push_str(L, xmpp_tls_version());
    lua_pushinteger(L, (lua_Integer)xmpp_tls_abi_version());
    return 2;
}

/* What the drop-in needs and nobody else should use. */
static const luaL_Reg internal[] = {
    { "face", xl_face },
    { "wear", xl_wear },
    { "carried", xl_carried },
    { "stamp", xl_stamp },
    { NULL, NULL },
};

static void set_table(lua_State *L, const char *name, const luaL_Reg *list)
{
    lua_newtable(L);
    xl_set_functions(L, list, NULL);
    lua_setfield(L, -2, name);
}

/* The method tables, so that another face can take over the functions that it keeps. */
static void set_methods(lua_State *L, const char *name, const struct xl_kind *kind)
{
    lua_getfield(L, -1, "internal");
    xl_rawget_address(L, LUA_REGISTRYINDEX, kind);
    lua_getfield(L, -1, "__index");
    lua_setfield(L, -3, name);
    lua_pop(L, 2);
}

EXPORTED int luaopen_xmpptls(lua_State *L);

EXPORTED int luaopen_xmpptls(lua_State *L)
{
    if (xmpp_tls_abi_version() != XMPP_TLS_ABI_VERSION) {
        return luaL_error(L, "xmpptls was built for another version of libxmpptls");
    }
    xl_register_errors(L);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        xl_register(L, kinds[i]);
    }
    lua_newtable(L);
    lua_pushcfunction(L, version);
    lua_setfield(L, -2, "version");
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        xl_set_functions(L, functions[i], NULL);
    }
    set_table(L, "compat", xl_compat_functions);
    set_table(L, "dialback", xl_dialback_functions);
    set_table(L, "external", xl_external_functions);
    set_table(L, "internal", internal);
    set_methods(L, "certificate", &xl_certificate_kind);
    set_methods(L, "context", &xl_context_kind);
    set_methods(L, "socket", &xl_socket_kind);
    return 1;
}
