/* Verdicts: the answer to "who is the peer", with every reason found on the way.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

static void release(void *object)
{
    xmpp_tls_verdict_free(((struct xl_object *)object)->handle);
}

static const xmpp_tls_verdict *check(lua_State *L)
{
    return xl_check_handle(L, 1, &xl_verdict_kind);
}

/* level() -> "authenticated" | "weak" | "encrypted_only" | "refused" */
static int level(lua_State *L)
{
    xl_push_str(L, xmpp_tls_level_name((uint32_t)xmpp_tls_verdict_level(check(L))));
    return 1;
}

/* method() -> "pkix" | "dane-ee" | …; nil unless authenticated or weak */
static int method(lua_State *L)
{
    xmpp_tls_method found = xmpp_tls_verdict_method(check(L));
    if (found == XMPP_TLS_METHOD_NONE) {
        return 0;
    }
    xl_push_str(L, xmpp_tls_method_name((uint32_t)found));
    return 1;
}

static int is_permitted(lua_State *L)
{
    lua_pushboolean(L, xmpp_tls_verdict_is_permitted(check(L)));
    return 1;
}

static int push_text(lua_State *L, xmpp_tls_str text)
{
    if (text.len == 0) {
        return 0;
    }
    xl_push_str(L, text);
    return 1;
}

static int domain(lua_State *L)
{
    return push_text(L, xmpp_tls_verdict_domain(check(L)));
}

static int reference_identity(lua_State *L)
{
    return push_text(L, xmpp_tls_verdict_reference_identity(check(L)));
}

static int presented_as(lua_State *L)
{
    return push_text(L, xmpp_tls_verdict_presented_as(check(L)));
}

static int summary(lua_State *L)
{
    return push_text(L, xmpp_tls_verdict_summary(check(L)));
}

static int json(lua_State *L)
{
    return push_text(L, xmpp_tls_verdict_json(check(L)));
}

/* valid_until() -> seconds since 1970, or nil: after that, judge again */
static int valid_until(lua_State *L)
{
    int64_t until = xmpp_tls_verdict_valid_until(check(L));
    if (until == INT64_MAX) {
        return 0;
    }
    lua_pushnumber(L, (lua_Number)until);
    return 1;
}

static void push_finding(lua_State *L, uint32_t code, xmpp_tls_str name, xmpp_tls_str text, xmpp_tls_str clause)
{
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, (lua_Integer)code);
    lua_setfield(L, -2, "code");
    xl_push_str(L, name);
    lua_setfield(L, -2, "name");
    xl_push_str(L, text);
    lua_setfield(L, -2, "text");
    xl_push_str(L, clause);
    lua_setfield(L, -2, "clause");
}

/* reasons() -> { { code =, name =, text =, clause = }, … }: all that speak against the peer */
static int reasons(lua_State *L)
{
    const xmpp_tls_verdict *verdict = check(L);
    size_t count = xmpp_tls_verdict_reason_count(verdict);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        uint32_t code = xmpp_tls_verdict_reason(verdict, i);
        push_finding(L, code, xmpp_tls_reason_name(code), xmpp_tls_verdict_reason_text(verdict, i),
            xmpp_tls_reason_clause(code));
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

/* notes() -> the same for what is worth knowing and decides nothing */
static int notes(lua_State *L)
{
    const xmpp_tls_verdict *verdict = check(L);
    size_t count = xmpp_tls_verdict_note_count(verdict);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        uint32_t code = xmpp_tls_verdict_note(verdict, i);
        push_finding(L, code, xmpp_tls_note_name(code), xmpp_tls_verdict_note_text(verdict, i),
            xmpp_tls_note_clause(code));
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

/* dialback_condition() -> the condition that answers a refused pair in a db:result, or nil */
static int dialback_condition(lua_State *L)
{
    return push_text(L, xmpp_tls_verdict_dialback_condition(check(L)));
}

static void release_observation(void *object)
{
    xmpp_tls_observation_free(((struct xl_object *)object)->handle);
}

static const struct xl_word loudnesses[] = {
    { "info", XMPP_TLS_LOUDNESS_INFO },
    { "warning", XMPP_TLS_LOUDNESS_WARNING },
    { "alarm", XMPP_TLS_LOUDNESS_ALARM },
    { NULL, 0 },
};

/* observe([history [, now]]) -> { change =, loudness =, to_store = JSON or nil }: compared with what was stored before */
static int observe(lua_State *L)
{
    const xmpp_tls_verdict *verdict = check(L);
    size_t len = 0;
    const char *history = luaL_optlstring(L, 2, "", &len);
    xmpp_tls_time now = xl_time(L, 3);
    struct xl_object *object = xl_new(L, &xl_observation_kind, 0);
    const xmpp_tls_observation **place = (const xmpp_tls_observation **)(void *)&object->handle;
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_verdict_observe(verdict, (const uint8_t *)history, len, &now, place, &error);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    lua_createtable(L, 0, 3);
    xl_push_str(L, xmpp_tls_observation_change_name(*place));
    lua_setfield(L, -2, "change");
    xl_push_word(L, loudnesses, xmpp_tls_observation_loudness(*place));
    lua_setfield(L, -2, "loudness");
    if (push_text(L, xmpp_tls_observation_to_store(*place)) == 1) {
        lua_setfield(L, -2, "to_store");
    }
    return 1;
}

const struct xl_kind xl_observation_kind = { "xmpptls.observation", release_observation, NULL };

static const luaL_Reg methods[] = {
    { "dialback_condition", dialback_condition },
    { "observe", observe },
    { "level", level },
    { "method", method },
    { "is_permitted", is_permitted },
    { "domain", domain },
    { "reference_identity", reference_identity },
    { "presented_as", presented_as },
    { "summary", summary },
    { "json", json },
    { "valid_until", valid_until },
    { "reasons", reasons },
    { "notes", notes },
    { NULL, NULL },
};

const struct xl_kind xl_verdict_kind = { "xmpptls.verdict", release, methods };
