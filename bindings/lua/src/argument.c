/* Arguments: words for numbers, fields of option tables, and the time.
 *
 * Option tables are read raw: a metamethod of the caller cannot run in the middle of a call.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#define _DEFAULT_SOURCE
#define _POSIX_C_SOURCE 200809L
#include "xmpptls_lua.h"
#include <string.h>
#include <time.h>

const struct xl_word xl_transports[] = {
    { "starttls", XMPP_TLS_TRANSPORT_STARTTLS },
    { "direct-tls", XMPP_TLS_TRANSPORT_DIRECT_TLS },
    { "tls-only", XMPP_TLS_TRANSPORT_TLS_ONLY },
    { NULL, 0 },
};

const struct xl_word xl_directions[] = {
    { "initiating", XMPP_TLS_DIRECTION_INITIATING },
    { "receiving", XMPP_TLS_DIRECTION_RECEIVING },
    { NULL, 0 },
};

const struct xl_word xl_dnssec_states[] = {
    { "secure", XMPP_TLS_DNSSEC_SECURE },
    { "insecure", XMPP_TLS_DNSSEC_INSECURE },
    { "bogus", XMPP_TLS_DNSSEC_BOGUS },
    { "indeterminate", XMPP_TLS_DNSSEC_INDETERMINATE },
    { NULL, 0 },
};

static bool find_word(const struct xl_word *words, const char *word, uint32_t *value_out)
{
    for (; words->word != NULL; words++) {
        if (strcmp(words->word, word) == 0) {
            *value_out = words->value;
            return true;
        }
    }
    return false;
}

uint32_t xl_check_word(lua_State *L, int index, const struct xl_word *words)
{
    uint32_t value = 0;
    const char *word = luaL_checkstring(L, index);
    if (!find_word(words, word, &value)) {
        luaL_argerror(L, index, lua_pushfstring(L, "unknown word '%s'", word));
    }
    return value;
}

void xl_push_word(lua_State *L, const struct xl_word *words, uint32_t value)
{
    for (; words->word != NULL; words++) {
        if (words->value == value) {
            lua_pushstring(L, words->word);
            return;
        }
    }
    /* a newer library: the number itself, so that nothing is mistaken for something known */
    lua_pushinteger(L, (lua_Integer)value);
}

static int wrong_field(lua_State *L, const char *field, const char *expected)
{
    return luaL_error(L, "field '%s': %s expected, got %s", field, expected, luaL_typename(L, -1));
}

bool xl_field_word(lua_State *L, int index, const char *field, const struct xl_word *words, uint32_t *value_out)
{
    const char *word = NULL;
    size_t len = 0;
    if (!xl_field_text(L, index, field, &word, &len)) {
        return false;
    }
    if (!find_word(words, word, value_out)) {
        luaL_error(L, "field '%s': unknown word '%s'", field, word);
    }
    return true;
}

bool xl_field_text(lua_State *L, int index, const char *field, const char **text_out, size_t *len_out)
{
    xl_rawget_name(L, index, field);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return false;
    }
    if (lua_type(L, -1) != LUA_TSTRING) {
        wrong_field(L, field, "string");
    }
    *text_out = lua_tolstring(L, -1, len_out);
    lua_pop(L, 1); /* the table keeps it alive */
    return true;
}

bool xl_field_bool(lua_State *L, int index, const char *field, bool fallback)
{
    xl_rawget_name(L, index, field);
    bool value = fallback;
    if (lua_isboolean(L, -1)) {
        value = lua_toboolean(L, -1);
    } else if (!lua_isnil(L, -1)) {
        wrong_field(L, field, "boolean");
    }
    lua_pop(L, 1);
    return value;
}

bool xl_field_number(lua_State *L, int index, const char *field, lua_Number *value_out)
{
    xl_rawget_name(L, index, field);
    bool there = !lua_isnil(L, -1);
    if (there && lua_type(L, -1) != LUA_TNUMBER) {
        wrong_field(L, field, "number");
    }
    if (there) {
        *value_out = lua_tonumber(L, -1);
    }
    lua_pop(L, 1);
    return there;
}

void *xl_field_handle(lua_State *L, int index, const char *field, const struct xl_kind *kind)
{
    xl_rawget_name(L, index, field);
    if (lua_isnil(L, -1)) {
        return NULL;
    }
    struct xl_object *object = xl_test(L, -1, kind);
    if (object == NULL) {
        wrong_field(L, field, kind->name);
    } else if (object->handle == NULL) {
        luaL_error(L, "field '%s': this %s was given away or closed", field, kind->name);
    }
    return object->handle;
}

/* A clock that is read from memory; some milliseconds are nothing to time limits of seconds. */
#ifdef CLOCK_MONOTONIC_COARSE
#define STEADY_CLOCK CLOCK_MONOTONIC_COARSE
#else
#define STEADY_CLOCK CLOCK_MONOTONIC
#endif

xmpp_tls_time xl_now(void)
{
    struct timespec monotonic = { 0, 0 };
    xmpp_tls_time now;
    (void)clock_gettime(STEADY_CLOCK, &monotonic);
    now.unix_seconds = (int64_t)time(NULL);
    now.monotonic_ms = (uint64_t)monotonic.tv_sec * 1000U + (uint64_t)(monotonic.tv_nsec / 1000000);
    return now;
}

xmpp_tls_time xl_time(lua_State *L, int index)
{
    xmpp_tls_time now = xl_now();
    if (lua_isnoneornil(L, index)) {
        return now;
    }
    luaL_checktype(L, index, LUA_TTABLE);
    lua_Number number = 0;
    if (xl_field_number(L, index, "unix_seconds", &number)) {
        now.unix_seconds = (int64_t)number;
    }
    if (xl_field_number(L, index, "monotonic_ms", &number) && number >= 0) {
        now.monotonic_ms = (uint64_t)number;
    }
    return now;
}

xmpp_tls_time xl_field_time(lua_State *L, int index, const char *field)
{
    xl_rawget_name(L, index, field);
    xmpp_tls_time now = xl_time(L, lua_gettop(L));
    lua_pop(L, 1);
    return now;
}

xmpp_tls_result xl_add_texts(lua_State *L, int index, const char *name, void *builder, xl_add_text add,
    xmpp_tls_error **error_out)
{
    xmpp_tls_result result = XMPP_TLS_OK;
    size_t len = 0;
    xl_rawget_name(L, index, name);
    if (lua_type(L, -1) == LUA_TSTRING) {
        const char *text = lua_tolstring(L, -1, &len);
        result = add(builder, text, len, error_out);
    } else if (lua_istable(L, -1)) {
        int count = (int)xl_rawlen(L, -1);
        for (int i = 1; i <= count && result == XMPP_TLS_OK; i++) {
            lua_rawgeti(L, -1, i);
            if (lua_type(L, -1) != LUA_TSTRING) {
                wrong_field(L, name, "list of strings");
            }
            const char *text = lua_tolstring(L, -1, &len);
            result = add(builder, text, len, error_out);
            lua_pop(L, 1);
        }
    } else if (!lua_isnil(L, -1)) {
        wrong_field(L, name, "string or list of strings");
    }
    lua_pop(L, 1);
    return result;
}
