/* Policies: what is demanded of a peer and of its TLS. A preset or a TOML text, then single settings.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void release(void *object)
{
    xmpp_tls_policy_free(((struct xl_object *)object)->handle);
}

static void release_builder(void *object)
{
    xmpp_tls_policy_builder_free(((struct xl_object *)object)->handle);
}

/* ---- settings: Lua values as the library's TOML form has them ---- */

/* Adds a text as a TOML string. */
static void add_quoted(luaL_Buffer *buffer, const char *text, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    luaL_addchar(buffer, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char octet = (unsigned char)text[i];
        if (octet == '"' || octet == '\\') {
            luaL_addchar(buffer, '\\');
            luaL_addchar(buffer, (char)octet);
        } else if (octet < 0x20 || octet == 0x7F) {
            luaL_addlstring(buffer, "\\u00", 4);
            luaL_addchar(buffer, digits[octet >> 4]);
            luaL_addchar(buffer, digits[octet & 15]);
        } else {
            luaL_addchar(buffer, (char)octet);
        }
    }
    luaL_addchar(buffer, '"');
}

static void push_quoted(lua_State *L, int index)
{
    luaL_Buffer buffer;
    size_t len = 0;
    const char *text = lua_tolstring(L, index, &len);
    luaL_buffinit(L, &buffer);
    add_quoted(&buffer, text, len);
    luaL_pushresult(&buffer);
}

/* Numbers of Lua are exact up to 2^53; a setting is never cut to fit. */
static void push_integer(lua_State *L, lua_Number number, const char *name)
{
    static const lua_Number exact = 9007199254740992.0;
    char digits[24];
    if (!(number >= -exact && number <= exact) || (lua_Number)(int64_t)number != number) {
        luaL_error(L, "setting '%s': whole number expected", name);
    }
    int len = snprintf(digits, sizeof digits, "%" PRId64, (int64_t)number);
    lua_pushlstring(L, digits, (size_t)len);
}

/* Pushes the value on top as TOML: a string, a number, a boolean, or a list of strings. */
static void push_toml(lua_State *L, const char *name)
{
    int value = lua_gettop(L);
    switch (lua_type(L, value)) {
    case LUA_TSTRING:
        push_quoted(L, value);
        break;
    case LUA_TBOOLEAN:
        lua_pushstring(L, lua_toboolean(L, value) ? "true" : "false");
        break;
    case LUA_TNUMBER:
        push_integer(L, lua_tonumber(L, value), name);
        break;
    case LUA_TTABLE:
        lua_pushliteral(L, "[");
        for (int i = 1; i <= (int)xl_rawlen(L, value); i++) {
            lua_rawgeti(L, value, i);
            if (lua_type(L, -1) != LUA_TSTRING) {
                luaL_error(L, "setting '%s': list of strings expected", name);
            }
            push_quoted(L, -1);
            lua_remove(L, -2);
            lua_pushliteral(L, ", ");
            lua_concat(L, 3);
        }
        lua_pushliteral(L, "]");
        lua_concat(L, 2);
        break;
    default:
        luaL_error(L, "setting '%s': string, number, boolean or list expected", name);
    }
}

static bool is_our_own(const char *name)
{
    return strcmp(name, "preset") == 0 || strcmp(name, "toml") == 0 || strcmp(name, "trust_anchors") == 0
        || strcmp(name, "compat") == 0;
}

/* compat = { oldest =, newest =, ciphers =, ciphersuites =, groups = }: versions by number, lists in OpenSSL's words */
static xmpp_tls_result apply_compat(lua_State *L, xmpp_tls_policy_builder *builder, xmpp_tls_error **error_out)
{
    lua_Number oldest = 0x0303, newest = 0x0304;
    const char *ciphers = "", *ciphersuites = "", *groups = "";
    size_t ciphers_len = 0, ciphersuites_len = 0, groups_len = 0;
    xmpp_tls_result result = XMPP_TLS_OK;
    xl_rawget_name(L, 1, "compat");
    if (!lua_isnil(L, -1)) {
        int index = lua_gettop(L);
        luaL_checktype(L, index, LUA_TTABLE);
        (void)xl_field_number(L, index, "oldest", &oldest);
        (void)xl_field_number(L, index, "newest", &newest);
        (void)xl_field_text(L, index, "ciphers", &ciphers, &ciphers_len);
        (void)xl_field_text(L, index, "ciphersuites", &ciphersuites, &ciphersuites_len);
        bool chosen = xl_field_text(L, index, "groups", &groups, &groups_len);
        result = xmpp_tls_policy_builder_set_compat_ciphers(builder, (uint32_t)oldest, (uint32_t)newest, ciphers,
            ciphers_len, ciphersuites, ciphersuites_len, error_out);
        if (result == XMPP_TLS_OK && chosen) {
            result = xmpp_tls_policy_builder_set_compat_groups(builder, groups, groups_len, error_out);
        }
    }
    lua_pop(L, 1);
    return result;
}

/* Every other field of the table is a setting, by its name in the TOML form. */
static xmpp_tls_result apply(lua_State *L, xmpp_tls_policy_builder *builder, xmpp_tls_error **error_out)
{
    xmpp_tls_result result = XMPP_TLS_OK;
    void *anchors = xl_field_handle(L, 1, "trust_anchors", &xl_trust_anchors_kind);
    if (anchors != NULL) {
        result = xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, error_out);
    }
    lua_pop(L, 1);
    if (result == XMPP_TLS_OK) {
        result = apply_compat(L, builder, error_out);
    }
    lua_pushnil(L);
    while (result == XMPP_TLS_OK && lua_next(L, 1) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            luaL_error(L, "settings have names");
        }
        size_t name_len = 0, value_len = 0;
        const char *name = lua_tolstring(L, -2, &name_len);
        if (!is_our_own(name)) {
            push_toml(L, name);
            const char *value = lua_tolstring(L, -1, &value_len);
            result = xmpp_tls_policy_builder_set(builder, name, name_len, value, value_len, error_out);
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    return result;
}

static xmpp_tls_result begin(lua_State *L, xmpp_tls_policy_builder **builder_out, xmpp_tls_error **error_out)
{
    const char *text = NULL;
    size_t len = 0;
    if (xl_field_text(L, 1, "toml", &text, &len)) {
        return xmpp_tls_policy_builder_new_toml(text, len, builder_out, error_out);
    }
    if (!xl_field_text(L, 1, "preset", &text, &len)) {
        luaL_argerror(L, 1, "a preset or a toml text is needed");
    }
    return xmpp_tls_policy_builder_new(text, len, builder_out, error_out);
}

/* policy("s2s") or policy{ preset = "s2s", trust_anchors = …, gate = "host", ["tls.resumption"] = "off", … } */
static int make(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TSTRING) {
        lua_createtable(L, 0, 1);
        lua_pushvalue(L, 1);
        lua_setfield(L, -2, "preset");
        lua_replace(L, 1);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct xl_object *policy = xl_new(L, &xl_policy_kind, 0);
    struct xl_object *builder = xl_new(L, &xl_policy_builder_kind, 0);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = begin(L, (xmpp_tls_policy_builder **)(void *)&builder->handle, &error);
    if (result == XMPP_TLS_OK) {
        result = apply(L, builder->handle, &error);
    }
    if (result == XMPP_TLS_OK) {
        result = xmpp_tls_policy_builder_build(builder->handle,
            (const xmpp_tls_policy **)(void *)&policy->handle, &error);
    }
    xl_release(L, 3, &xl_policy_builder_kind);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    lua_settop(L, 2);
    return 1;
}

static int name(lua_State *L)
{
    xl_push_str(L, xmpp_tls_policy_name(xl_check_handle(L, 1, &xl_policy_kind)));
    return 1;
}

static int toml(lua_State *L)
{
    xl_push_str(L, xmpp_tls_policy_toml(xl_check_handle(L, 1, &xl_policy_kind)));
    return 1;
}

/* relaxations() -> the names of what was relaxed against the preset */
static int relaxations(lua_State *L)
{
    const xmpp_tls_policy *policy = xl_check_handle(L, 1, &xl_policy_kind);
    size_t count = xmpp_tls_policy_relaxation_count(policy);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        xl_push_str(L, xmpp_tls_policy_relaxation(policy, i));
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

static const luaL_Reg methods[] = {
    { "name", name },
    { "relaxations", relaxations },
    { "toml", toml },
    { NULL, NULL },
};

const struct xl_kind xl_policy_kind = { "xmpptls.policy", release, methods };
const struct xl_kind xl_policy_builder_kind = { "xmpptls.policy_builder", release_builder, NULL };

const luaL_Reg xl_policy_functions[] = {
    { "policy", make },
    { NULL, NULL },
};
