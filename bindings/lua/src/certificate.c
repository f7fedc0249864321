/* Certificates: what one says, read by the library; from PEM, DER, or a connection.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "xmpptls_lua.h"
#include <arpa/inet.h>

static void release(void *object)
{
    xmpp_tls_certificate_free(((struct xl_object *)object)->handle);
}

static const xmpp_tls_certificate *check(lua_State *L)
{
    return xl_check_handle(L, 1, &xl_certificate_kind);
}

const xmpp_tls_certificate **xl_new_certificate(lua_State *L)
{
    struct xl_object *object = xl_new(L, &xl_certificate_kind, 0);
    return (const xmpp_tls_certificate **)(void *)&object->handle;
}

const struct xl_word xl_digests[] = {
    { "sha1", XMPP_TLS_DIGEST_SHA1 },
    { "sha256", XMPP_TLS_DIGEST_SHA256 },
    { "sha512", XMPP_TLS_DIGEST_SHA512 },
    { NULL, 0 },
};

static const struct xl_word name_kinds[] = {
    { "dns", XMPP_TLS_NAME_KIND_DNS },
    { "srv_name", XMPP_TLS_NAME_KIND_SRV_NAME },
    { "xmpp_addr", XMPP_TLS_NAME_KIND_XMPP_ADDR },
    { "ip", XMPP_TLS_NAME_KIND_IP },
    { "uri", XMPP_TLS_NAME_KIND_URI },
    { "email", XMPP_TLS_NAME_KIND_EMAIL },
    { "ignored", XMPP_TLS_NAME_KIND_IGNORED },
    { NULL, 0 },
};

/* certificate(bytes): the first certificate of a PEM text, or DER. */
static int load(lua_State *L)
{
    size_t len = 0;
    const char *bytes = luaL_checklstring(L, 1, &len);
    const xmpp_tls_certificate **place = xl_new_certificate(L);
    xmpp_tls_error *error = NULL;
    /* DER of a certificate begins with a SEQUENCE; no PEM text begins with that letter, "0" */
    bool der = len > 1 && (unsigned char)bytes[0] == 0x30 && (unsigned char)bytes[1] >= 0x80;
    xmpp_tls_result result = der ? xmpp_tls_certificate_new_der((const uint8_t *)bytes, len, place, &error)
                                 : xmpp_tls_certificate_new_pem(bytes, len, place, &error);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

static int der(lua_State *L)
{
    xl_push_bytes(L, xmpp_tls_certificate_der(check(L)));
    return 1;
}

static int public_key(lua_State *L)
{
    xl_push_bytes(L, xmpp_tls_certificate_spki(check(L)));
    return 1;
}

static int pem(lua_State *L)
{
    xl_push_str(L, xmpp_tls_certificate_pem(check(L)));
    return 1;
}

static void push_hex(lua_State *L, const uint8_t *bytes, size_t len, const char *digits)
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (size_t i = 0; i < len; i++) {
        luaL_addchar(&buffer, digits[bytes[i] >> 4]);
        luaL_addchar(&buffer, digits[bytes[i] & 15]);
    }
    luaL_pushresult(&buffer);
}

static int serial(lua_State *L)
{
    xmpp_tls_bytes bytes = xmpp_tls_certificate_serial(check(L));
    push_hex(L, bytes.data, bytes.len, "0123456789ABCDEF");
    return 1;
}

static int digest_of(lua_State *L, bool of_key)
{
    const xmpp_tls_certificate *certificate = check(L);
    uint32_t algorithm = xl_check_word(L, 2, xl_digests);
    uint8_t digest[64];
    size_t len = 0;
    xmpp_tls_result result = of_key
        ? xmpp_tls_certificate_spki_digest(certificate, algorithm, digest, sizeof digest, &len)
        : xmpp_tls_certificate_digest(certificate, algorithm, digest, sizeof digest, &len);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, NULL);
    }
    push_hex(L, digest, len, "0123456789abcdef");
    return 1;
}

static int digest(lua_State *L)
{
    return digest_of(L, false);
}

static int public_key_digest(lua_State *L)
{
    return digest_of(L, true);
}

/* Addresses are shown as people write them. */
static void push_name_value(lua_State *L, xmpp_tls_name_kind kind, xmpp_tls_bytes value)
{
    char text[INET6_ADDRSTRLEN];
    int family = value.len == 4 ? AF_INET : AF_INET6;
    if (kind == XMPP_TLS_NAME_KIND_IP && inet_ntop(family, value.data, text, sizeof text) != NULL) {
        lua_pushstring(L, text);
    } else {
        xl_push_bytes(L, value);
    }
}

/* names() -> { { kind = "dns", value = "example.org" }, … }: kind by kind, each in the certificate's order */
static int names(lua_State *L)
{
    const xmpp_tls_certificate *certificate = check(L);
    size_t count = xmpp_tls_certificate_name_count(certificate);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        xmpp_tls_name_kind kind = XMPP_TLS_NAME_KIND_IGNORED;
        xmpp_tls_bytes value = { NULL, 0 };
        if (xmpp_tls_certificate_name(certificate, i, &kind, &value) != XMPP_TLS_OK) {
            break;
        }
        lua_createtable(L, 0, 2);
        xl_push_word(L, name_kinds, kind);
        lua_setfield(L, -2, "kind");
        push_name_value(L, kind, value);
        lua_setfield(L, -2, "value");
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

typedef xmpp_tls_result (*attribute_reader)(const xmpp_tls_certificate *, size_t, xmpp_tls_str *, xmpp_tls_str *,
    xmpp_tls_str *);

static int attributes(lua_State *L, const xmpp_tls_certificate *certificate, size_t count, attribute_reader read)
{
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        xmpp_tls_str oid = { "", 0 }, name = { "", 0 }, value = { "", 0 };
        if (read(certificate, i, &oid, &name, &value) != XMPP_TLS_OK) {
            break;
        }
        lua_createtable(L, 0, 3);
        xl_push_str(L, oid);
        lua_setfield(L, -2, "oid");
        xl_push_str(L, name);
        lua_setfield(L, -2, "name");
        xl_push_str(L, value);
        lua_setfield(L, -2, "value");
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

static int subject(lua_State *L)
{
    const xmpp_tls_certificate *certificate = check(L);
    return attributes(L, certificate, xmpp_tls_certificate_subject_count(certificate), xmpp_tls_certificate_subject);
}

static int issuer(lua_State *L)
{
    const xmpp_tls_certificate *certificate = check(L);
    return attributes(L, certificate, xmpp_tls_certificate_issuer_count(certificate), xmpp_tls_certificate_issuer);
}

static int not_before(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)xmpp_tls_certificate_not_before(check(L)));
    return 1;
}

static int not_after(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)xmpp_tls_certificate_not_after(check(L)));
    return 1;
}

/* key() -> "RSA" or "EC P-256" or …, bits */
static int key(lua_State *L)
{
    const xmpp_tls_certificate *certificate = check(L);
    xl_push_str(L, xmpp_tls_certificate_key_algorithm(certificate));
    lua_pushinteger(L, (lua_Integer)xmpp_tls_certificate_key_bits(certificate));
    return 2;
}

static int signature_algorithm(lua_State *L)
{
    xl_push_str(L, xmpp_tls_certificate_signature_algorithm(check(L)));
    return 1;
}

static int is_ca(lua_State *L)
{
    lua_pushboolean(L, xmpp_tls_certificate_is_ca(check(L)));
    return 1;
}

static const luaL_Reg methods[] = {
    { "der", der },
    { "pem", pem },
    { "public_key", public_key },
    { "serial", serial },
    { "digest", digest },
    { "public_key_digest", public_key_digest },
    { "names", names },
    { "subject", subject },
    { "issuer", issuer },
    { "not_before", not_before },
    { "not_after", not_after },
    { "key", key },
    { "signature_algorithm", signature_algorithm },
    { "is_ca", is_ca },
    { NULL, NULL },
};

const struct xl_kind xl_certificate_kind = { "xmpptls.certificate", release, methods };

const luaL_Reg xl_certificate_functions[] = {
    { "certificate", load },
    { NULL, NULL },
};
