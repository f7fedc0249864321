/* OpenSSL's words, for the drop-in.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

/* More findings than a chain has certificates and reasons that a program could show. */
enum { MOST_CODES = 32 };

/* versions(protocol, options with | between) -> oldest, newest as numbers; or nil, error */
static int versions(lua_State *L)
{
    size_t protocol_len = 0, options_len = 0;
    const char *protocol = luaL_checklstring(L, 1, &protocol_len);
    const char *options = luaL_optlstring(L, 2, "", &options_len);
    uint32_t oldest = 0, newest = 0;
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_compat_versions(protocol, protocol_len, options, options_len, &oldest, &newest, &error);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    lua_pushinteger(L, (lua_Integer)oldest);
    lua_pushinteger(L, (lua_Integer)newest);
    return 2;
}

/* is_option(name) -> whether OpenSSL has such an option */
static int is_option(lua_State *L)
{
    size_t len = 0;
    const char *name = luaL_checklstring(L, 1, &len);
    lua_pushboolean(L, xmpp_tls_compat_option_meaning(name, len) != XMPP_TLS_OPTION_MEANING_UNKNOWN);
    return 1;
}

/* A set { [name] = true } of all that a numbered reader gives. */
static int push_set(lua_State *L, xmpp_tls_str (*read)(size_t))
{
    lua_newtable(L);
    for (size_t i = 0;; i++) {
        xmpp_tls_str name = read(i);
        if (name.len == 0) {
            return 1;
        }
        xl_push_str(L, name);
        lua_pushboolean(L, 1);
        lua_rawset(L, -3);
    }
}

static int options(lua_State *L)
{
    return push_set(L, xmpp_tls_compat_option_name);
}

static int groups(lua_State *L)
{
    return push_set(L, xmpp_tls_compat_group_spelling);
}

static void set_str(lua_State *L, const char *field, xmpp_tls_str text)
{
    xl_push_str(L, text);
    lua_setfield(L, -2, field);
}

/* info(connection) -> what LuaSec tells of a connection; an empty table before the handshake */
static int info(lua_State *L)
{
    const xmpp_tls_connection *connection = xl_check_connection(L, 1);
    uint32_t suite = xmpp_tls_connection_suite(connection);
    uint32_t bits = xmpp_tls_compat_suite_bits(suite);
    lua_createtable(L, 0, 10);
    if (bits == 0) {
        return 1;
    }
    set_str(L, "protocol", xmpp_tls_connection_tls_version_name(connection));
    set_str(L, "cipher", xmpp_tls_compat_suite_name(suite));
    set_str(L, "key", xmpp_tls_compat_suite_key_exchange(suite));
    set_str(L, "authentication", xmpp_tls_compat_suite_authentication(suite));
    set_str(L, "encryption", xmpp_tls_compat_suite_encryption(suite));
    set_str(L, "mac", xmpp_tls_compat_suite_mac(suite));
    set_str(L, "group", xmpp_tls_compat_group_name(xmpp_tls_connection_group(connection)));
    lua_pushinteger(L, (lua_Integer)bits);
    lua_setfield(L, -2, "bits");
    lua_pushinteger(L, (lua_Integer)bits);
    lua_setfield(L, -2, "algbits");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "export");
    return 1;
}

/* { { code =, depth =, text = }, … } */
static int push_codes(lua_State *L, const int32_t *codes, const uint32_t *depths, size_t count)
{
    lua_newtable(L);
    for (size_t i = 0; i < count && i < MOST_CODES; i++) {
        lua_createtable(L, 0, 3);
        lua_pushinteger(L, (lua_Integer)codes[i]);
        lua_setfield(L, -2, "code");
        lua_pushinteger(L, (lua_Integer)depths[i]);
        lua_setfield(L, -2, "depth");
        set_str(L, "text", xmpp_tls_compat_verify_text(codes[i]));
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

/* verify_chain(connection) -> what is wrong with the peer's chain, names apart; empty: nothing. Or nil, error. */
static int verify_chain(lua_State *L)
{
    const xmpp_tls_connection *connection = xl_check_connection(L, 1);
    int32_t codes[MOST_CODES];
    uint32_t depths[MOST_CODES];
    size_t count = 0;
    xmpp_tls_time now = xl_now();
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_compat_verify_chain(connection, NULL, &now, codes, depths, MOST_CODES, &count, &error);
    return result == XMPP_TLS_OK ? push_codes(L, codes, depths, count) : xl_fail(L, result, error);
}

/* verify_verdict(verdict) -> the same for a verdict, with the most telling one; empty: authenticated */
static int verify_verdict(lua_State *L)
{
    const xmpp_tls_verdict *verdict = xl_check_handle(L, 1, &xl_verdict_kind);
    int32_t code = xmpp_tls_compat_verify_code(verdict);
    uint32_t depth = 0;
    return push_codes(L, &code, &depth, code != 0);
}

/* key_type(certificate) -> "RSA" | "EC" | … */
static int key_type(lua_State *L)
{
    xl_push_str(L, xmpp_tls_compat_key_type(xl_check_handle(L, 1, &xl_certificate_kind)));
    return 1;
}

/* credential_reason(code of an error) -> OpenSSL's reason, or nil */
static int credential_reason(lua_State *L)
{
    xmpp_tls_str reason = xmpp_tls_compat_credential_reason((int32_t)luaL_checkinteger(L, 1));
    if (reason.len == 0) {
        return 0;
    }
    xl_push_str(L, reason);
    return 1;
}

/* Adds up to three octets as four letters (RFC 4648 section 4). */
static void add_base64(luaL_Buffer *buffer, const uint8_t *octets, size_t len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t group = (uint32_t)octets[0] << 16 | (uint32_t)(len > 1 ? octets[1] : 0) << 8
        | (uint32_t)(len > 2 ? octets[2] : 0);
    luaL_addchar(buffer, letters[group >> 18]);
    luaL_addchar(buffer, letters[group >> 12 & 63]);
    luaL_addchar(buffer, len > 1 ? letters[group >> 6 & 63] : '=');
    luaL_addchar(buffer, len > 2 ? letters[group & 63] : '=');
}

/* public_key_pem(certificate) -> its SubjectPublicKeyInfo as a PEM block (RFC 7468 section 13) */
static int public_key_pem(lua_State *L)
{
    xmpp_tls_bytes key = xmpp_tls_certificate_spki(xl_check_handle(L, 1, &xl_certificate_kind));
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    luaL_addstring(&buffer, "-----BEGIN PUBLIC KEY-----\n");
    for (size_t i = 0; i < key.len; i += 3) {
        add_base64(&buffer, key.data + i, key.len - i < 3 ? key.len - i : 3);
        if (i % 48 == 45 || i + 3 >= key.len) {
            luaL_addchar(&buffer, '\n');
        }
    }
    luaL_addstring(&buffer, "-----END PUBLIC KEY-----\n");
    luaL_pushresult(&buffer);
    return 1;
}

const luaL_Reg xl_compat_functions[] = {
    { "versions", versions },
    { "is_option", is_option },
    { "options", options },
    { "groups", groups },
    { "info", info },
    { "verify_chain", verify_chain },
    { "verify_verdict", verify_verdict },
    { "key_type", key_type },
    { "credential_reason", credential_reason },
    { "public_key_pem", public_key_pem },
    { NULL, NULL },
};
