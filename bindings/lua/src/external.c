/* SASL EXTERNAL (XEP-0178): which users a certificate names, whom a peer acts as, whether to offer it.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

/* The longest JID has 3071 octets (RFC 7622 section 3.1); in base64 that is a third more. */
enum { LONGEST = 4200, MOST_DOMAINS = 100000 };

static void release(void *object)
{
    xmpp_tls_external_users_free(((struct xl_object *)object)->handle);
}

static const xmpp_tls_external_users *check(lua_State *L)
{
    return xl_check_handle(L, 1, &xl_external_users_kind);
}

/* A text, or nil and an error; an empty text with a reason is nil, the reason's name and its SASL condition. */
static int push_resolved(lua_State *L, xmpp_tls_result result, xmpp_tls_error *error, const char *text, size_t len,
    uint32_t reason)
{
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    if (reason != 0) {
        lua_pushnil(L);
        xl_push_str(L, xmpp_tls_reason_name(reason));
        xl_push_str(L, xmpp_tls_external_condition(reason));
        return 3;
    }
    lua_pushlstring(L, text, len);
    return 1;
}

/* users(certificate, { served domain, … }) -> object */
static int users(lua_State *L)
{
    const xmpp_tls_certificate *certificate = xl_check_handle(L, 1, &xl_certificate_kind);
    luaL_checktype(L, 2, LUA_TTABLE);
    size_t count = xl_rawlen(L, 2);
    luaL_argcheck(L, count <= MOST_DOMAINS, 2, "too many domains");
    xmpp_tls_str *served = lua_newuserdata(L, (count + 1) * sizeof *served);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 2, (int)i + 1);
        luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, 2, "a list of domains is needed");
        served[i].data = lua_tolstring(L, -1, &served[i].len);
        lua_pop(L, 1);
    }
    struct xl_object *object = xl_new(L, &xl_external_users_kind, 0);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_certificate_users(certificate, served, count,
        (const xmpp_tls_external_users **)(void *)&object->handle, &error);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

/* list() -> { bare JID of a served domain, … } */
static int list(lua_State *L)
{
    const xmpp_tls_external_users *own = check(L);
    size_t count = xmpp_tls_external_users_count(own);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        xl_push_str(L, xmpp_tls_external_users_user(own, i));
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

/* foreign() -> { JID of another domain, … }: to be shown, never an identity */
static int foreign(lua_State *L)
{
    const xmpp_tls_external_users *own = check(L);
    size_t count = xmpp_tls_external_users_foreign_count(own);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        xl_push_str(L, xmpp_tls_external_users_foreign(own, i));
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

/* resolve([authzid [, mapped JID]]) -> bare JID; or nil, reason, SASL condition */
static int resolve(lua_State *L)
{
    const xmpp_tls_external_users *own = check(L);
    size_t authzid_len = 0, mapped_len = 0, len = 0;
    const char *authzid = luaL_optlstring(L, 2, "", &authzid_len);
    const char *mapped = luaL_optlstring(L, 3, "", &mapped_len);
    char jid[LONGEST];
    uint32_t reason = 0;
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_external_users_resolve(own, authzid, authzid_len, mapped, mapped_len, jid,
        sizeof jid, &len, &reason, &error);
    return push_resolved(L, result, error, jid, len, reason);
}

/* resolve_server(authzid or nil, from) -> domain that the server wants to act as; or nil, reason, condition */
static int resolve_server(lua_State *L)
{
    size_t authzid_len = 0, from_len = 0, len = 0;
    const char *authzid = luaL_optlstring(L, 1, "", &authzid_len);
    const char *from = luaL_checklstring(L, 2, &from_len);
    char domain[LONGEST];
    uint32_t reason = 0;
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_external_resolve_server(authzid, authzid_len, from, from_len, domain,
        sizeof domain, &len, &reason, &error);
    return push_resolved(L, result, error, domain, len, reason);
}

/* offer(verdict [, users [, is mapped]]) -> "offer", or the name of what is missing */
static int offer(lua_State *L)
{
    const xmpp_tls_verdict *verdict = xl_check_handle(L, 1, &xl_verdict_kind);
    const xmpp_tls_external_users *own =
        lua_isnoneornil(L, 2) ? NULL : xl_check_handle(L, 2, &xl_external_users_kind);
    uint32_t answer = xmpp_tls_verdict_external_offer(verdict, own, lua_toboolean(L, 3));
    xl_push_str(L, xmpp_tls_external_offer_name(answer));
    return 1;
}

/* client_authzid(own certificate [, wanted JID]) -> text of <auth/> */
static int client_authzid(lua_State *L)
{
    const xmpp_tls_certificate *certificate = xl_check_handle(L, 1, &xl_certificate_kind);
    size_t wanted_len = 0, len = 0;
    const char *wanted = luaL_optlstring(L, 2, "", &wanted_len);
    char text[LONGEST];
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_certificate_client_authzid(certificate, wanted, wanted_len, text, sizeof text, &len, &error);
    return push_resolved(L, result, error, text, len, 0);
}

/* encode_authzid(identity) -> text of <auth/> */
static int encode_authzid(lua_State *L)
{
    size_t identity_len = 0, len = 0;
    const char *identity = luaL_checklstring(L, 1, &identity_len);
    char text[LONGEST];
    xmpp_tls_result result = xmpp_tls_external_encode_authzid(identity, identity_len, text, sizeof text, &len);
    return push_resolved(L, result, NULL, text, len, 0);
}

/* decode_authzid(text of <auth/>) -> identity, "" for none; or nil, reason, condition */
static int decode_authzid(lua_State *L)
{
    size_t text_len = 0, len = 0;
    const char *text = luaL_checklstring(L, 1, &text_len);
    char identity[LONGEST];
    uint32_t reason = 0;
    xmpp_tls_result result =
        xmpp_tls_external_decode_authzid(text, text_len, identity, sizeof identity, &len, &reason);
    return push_resolved(L, result, NULL, identity, len, reason);
}

static const luaL_Reg methods[] = {
    { "list", list },
    { "foreign", foreign },
    { "resolve", resolve },
    { NULL, NULL },
};

const struct xl_kind xl_external_users_kind = { "xmpptls.external_users", release, methods };

const luaL_Reg xl_external_functions[] = {
    { "users", users },
    { "resolve_server", resolve_server },
    { "offer", offer },
    { "client_authzid", client_authzid },
    { "encode_authzid", encode_authzid },
    { "decode_authzid", decode_authzid },
    { NULL, NULL },
};
