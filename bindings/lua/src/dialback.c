/* Dialback (XEP-0220): keys from a secret, the requests of a stream, and two questions of its rules.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

enum { KEY = 64 };

struct text {
    const char *data;
    size_t len;
};

static struct text check_text(lua_State *L, int index)
{
    struct text text;
    text.data = luaL_checklstring(L, index, &text.len);
    return text;
}

/* ---- secrets ---- */

static void release_secret(void *object)
{
    xmpp_tls_dialback_secret_free(((struct xl_object *)object)->handle);
}

/* random_secret() -> 64 hexadecimal digits, for a configuration file or for secret() */
static int random_secret(lua_State *L)
{
    char digits[KEY];
    size_t len = 0;
    xmpp_tls_result result = xmpp_tls_dialback_random_secret(digits, sizeof digits, &len);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, NULL);
    }
    lua_pushlstring(L, digits, len);
    return 1;
}

/* secret(octets) -> object that makes and checks keys */
static int make_secret(lua_State *L)
{
    struct text octets = check_text(L, 1);
    struct xl_object *secret = xl_new(L, &xl_dialback_secret_kind, 0);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_dialback_secret_new((const uint8_t *)octets.data, octets.len,
        (const xmpp_tls_dialback_secret **)(void *)&secret->handle, &error);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

/* key(receiving, originating, stream id) -> key */
static int make_key(lua_State *L)
{
    const xmpp_tls_dialback_secret *secret = xl_check_handle(L, 1, &xl_dialback_secret_kind);
    struct text receiving = check_text(L, 2), originating = check_text(L, 3), id = check_text(L, 4);
    char key[KEY];
    size_t len = 0;
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_dialback_secret_key(secret, receiving.data, receiving.len, originating.data,
        originating.len, id.data, id.len, key, sizeof key, &len, &error);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    lua_pushlstring(L, key, len);
    return 1;
}

/* matches(receiving, originating, stream id, key) -> boolean */
static int matches(lua_State *L)
{
    const xmpp_tls_dialback_secret *secret = xl_check_handle(L, 1, &xl_dialback_secret_kind);
    struct text receiving = check_text(L, 2), originating = check_text(L, 3), id = check_text(L, 4);
    struct text key = check_text(L, 5);
    lua_pushboolean(L, xmpp_tls_dialback_secret_matches(secret, receiving.data, receiving.len, originating.data,
        originating.len, id.data, id.len, key.data, key.len));
    return 1;
}

static const luaL_Reg secret_methods[] = {
    { "key", make_key },
    { "matches", matches },
    { NULL, NULL },
};

const struct xl_kind xl_dialback_secret_kind = { "xmpptls.dialback_secret", release_secret, secret_methods };

/* ---- the requests of one stream ---- */

static void release_requests(void *object)
{
    xmpp_tls_dialback_requests_free(((struct xl_object *)object)->handle);
}

static xmpp_tls_dialback_requests *check_requests(lua_State *L)
{
    return xl_check_handle(L, 1, &xl_dialback_requests_kind);
}

static int make_requests(lua_State *L)
{
    struct xl_object *requests = xl_new(L, &xl_dialback_requests_kind, 0);
    xmpp_tls_result result =
        xmpp_tls_dialback_requests_new((xmpp_tls_dialback_requests **)(void *)&requests->handle);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, NULL);
}

/* result_sent(sender, target): remembers a db:result; an error says that it must not be sent */
static int result_sent(lua_State *L)
{
    xmpp_tls_dialback_requests *requests = check_requests(L);
    struct text sender = check_text(L, 2), target = check_text(L, 3);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_dialback_requests_result_sent(requests, sender.data, sender.len, target.data,
        target.len, &error);
    return xl_done(L, result, error);
}

/* verify_sent(receiving, originating, stream id): remembers a db:verify */
static int verify_sent(lua_State *L)
{
    xmpp_tls_dialback_requests *requests = check_requests(L);
    struct text receiving = check_text(L, 2), originating = check_text(L, 3), id = check_text(L, 4);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_dialback_requests_verify_sent(requests, receiving.data, receiving.len,
        originating.data, originating.len, id.data, id.len, &error);
    return xl_done(L, result, error);
}

/* result_answered(from, to): an error says that nobody asked, and that the answer has no effect */
static int result_answered(lua_State *L)
{
    xmpp_tls_dialback_requests *requests = check_requests(L);
    struct text from = check_text(L, 2), to = check_text(L, 3);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_dialback_requests_result_answered(requests, from.data, from.len, to.data, to.len, &error);
    return xl_done(L, result, error);
}

static int verify_answered(lua_State *L)
{
    xmpp_tls_dialback_requests *requests = check_requests(L);
    struct text from = check_text(L, 2), to = check_text(L, 3), id = check_text(L, 4);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_dialback_requests_verify_answered(requests, from.data, from.len, to.data,
        to.len, id.data, id.len, &error);
    return xl_done(L, result, error);
}

static int waiting(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)xmpp_tls_dialback_requests_waiting(check_requests(L)));
    return 1;
}

static const luaL_Reg requests_methods[] = {
    { "result_sent", result_sent },
    { "verify_sent", verify_sent },
    { "result_answered", result_answered },
    { "verify_answered", verify_answered },
    { "waiting", waiting },
    { NULL, NULL },
};

const struct xl_kind xl_dialback_requests_kind = { "xmpptls.dialback_requests", release_requests, requests_methods };

/* ---- rules ---- */

/* invalid_ends_stream(number of authorised pairs) -> whether a stream ends after a key of it was invalid */
static int invalid_ends_stream(lua_State *L)
{
    lua_Integer pairs = luaL_checkinteger(L, 1);
    lua_pushboolean(L, xmpp_tls_dialback_invalid_ends_stream(pairs > 0 ? (size_t)pairs : 0));
    return 1;
}

/* target_may_join{ peer_announced_errors =, same_address =, certificate_proves_it = } -> boolean */
static int target_may_join(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    bool errors = xl_field_bool(L, 1, "peer_announced_errors", false);
    bool address = xl_field_bool(L, 1, "same_address", false);
    bool proved = xl_field_bool(L, 1, "certificate_proves_it", false);
    lua_pushboolean(L, xmpp_tls_dialback_target_may_join(errors, address, proved));
    return 1;
}

const luaL_Reg xl_dialback_functions[] = {
    { "random_secret", random_secret },
    { "secret", make_secret },
    { "requests", make_requests },
    { "invalid_ends_stream", invalid_ends_stream },
    { "target_may_join", target_may_join },
    { NULL, NULL },
};
