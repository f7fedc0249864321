/* Errors: tables with code, name and message, and where the library says so file, line, column and domain.
 *
 * tostring() of one gives its message, so that it can be logged as it is. The library's error object is
 * copied to the C stack and freed before any Lua call, because each of those may leave by longjmp.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"
#include <string.h>

static const char error_metatable = 0;

/* Longer texts are cut: they are for people, and the caller has the values. */
struct copy {
    char message[768], file[1024], domain[256];
    size_t message_len, file_len, domain_len;
    uint32_t line, column;
};

static size_t take(char *to, size_t capacity, xmpp_tls_str text)
{
    size_t len = text.len < capacity ? text.len : capacity;
    memcpy(to, text.data, len);
    return len;
}

static void copy_and_free(struct copy *copy, xmpp_tls_result result, xmpp_tls_error *error)
{
    copy->message_len = take(copy->message, sizeof copy->message,
        error != NULL ? xmpp_tls_error_message(error) : xmpp_tls_result_message(result));
    copy->file_len = take(copy->file, sizeof copy->file, xmpp_tls_error_file(error));
    copy->domain_len = take(copy->domain, sizeof copy->domain, xmpp_tls_error_domain(error));
    copy->line = xmpp_tls_error_line(error);
    copy->column = xmpp_tls_error_column(error);
    xmpp_tls_error_free(error);
}

static void set_text(lua_State *L, const char *field, const char *text, size_t len)
{
    if (len > 0) {
        lua_pushlstring(L, text, len);
        lua_setfield(L, -2, field);
    }
}

static void set_place(lua_State *L, const char *field, uint32_t number)
{
    if (number > 0) {
        lua_pushinteger(L, (lua_Integer)number);
        lua_setfield(L, -2, field);
    }
}

void xl_push_error(lua_State *L, xmpp_tls_result result, xmpp_tls_error *error)
{
    struct copy copy;
    copy_and_free(&copy, result, error);
    xmpp_tls_str name = xmpp_tls_result_name(result);
    lua_createtable(L, 0, 6);
    lua_pushinteger(L, result);
    lua_setfield(L, -2, "code");
    set_text(L, "name", name.data, name.len);
    set_text(L, "message", copy.message, copy.message_len);
    set_text(L, "file", copy.file, copy.file_len);
    set_text(L, "domain", copy.domain, copy.domain_len);
    set_place(L, "line", copy.line);
    set_place(L, "column", copy.column);
    xl_rawget_address(L, LUA_REGISTRYINDEX, &error_metatable);
    lua_setmetatable(L, -2);
}

int xl_fail(lua_State *L, xmpp_tls_result result, xmpp_tls_error *error)
{
    xl_push_error(L, result, error);
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

int xl_done(lua_State *L, xmpp_tls_result result, xmpp_tls_error *error)
{
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    lua_pushboolean(L, 1);
    return 1;
}

static int error_text(lua_State *L)
{
    lua_settop(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    xl_rawget_name(L, 1, "file");
    xl_rawget_name(L, 1, "message");
    if (!lua_isstring(L, -1)) {
        lua_pushliteral(L, "unknown error");
    } else if (lua_isstring(L, -2) && strstr(lua_tostring(L, -1), lua_tostring(L, -2)) == NULL) {
        lua_pushfstring(L, "%s: %s", lua_tostring(L, -2), lua_tostring(L, -1));
    }
    return 1;
}

void xl_register_errors(lua_State *L)
{
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, error_text);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "xmpptls.error");
    lua_setfield(L, -2, "__name");
    xl_rawset_address(L, LUA_REGISTRYINDEX, &error_metatable);
}
