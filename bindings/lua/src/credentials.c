/* Credentials: our own certificates and keys, by domain.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

static void release(void *object)
{
    xmpp_tls_credentials_free(((struct xl_object *)object)->handle);
}

static void release_builder(void *object)
{
    xmpp_tls_credentials_builder_free(((struct xl_object *)object)->handle);
}

static const struct xl_word answers[] = {
    { "nothing", XMPP_TLS_SERVES_NOTHING },
    { "exact", XMPP_TLS_SERVES_EXACT },
    { "wildcard", XMPP_TLS_SERVES_WILDCARD },
    { "default", XMPP_TLS_SERVES_DEFAULT },
    { NULL, 0 },
};

struct entry {
    const char *domain, *certificate, *key;
    size_t domain_len, certificate_len, key_len;
    bool files;
};

/* { domain =, certificate = PEM, key = PEM } or { domain =, certificate_file =, key_file = } at `index` */
static struct entry read_entry(lua_State *L, int index)
{
    struct entry entry = { 0 };
    luaL_checktype(L, index, LUA_TTABLE);
    (void)xl_field_text(L, index, "domain", &entry.domain, &entry.domain_len);
    entry.files = xl_field_text(L, index, "certificate_file", &entry.certificate, &entry.certificate_len);
    if (entry.files) {
        (void)xl_field_text(L, index, "key_file", &entry.key, &entry.key_len);
    } else if (xl_field_text(L, index, "certificate", &entry.certificate, &entry.certificate_len)) {
        (void)xl_field_text(L, index, "key", &entry.key, &entry.key_len);
    } else {
        luaL_error(L, "a certificate or certificate_file is needed");
    }
    return entry;
}

static xmpp_tls_result add(xmpp_tls_credentials_builder *builder, const struct entry *entry,
    xmpp_tls_error **error_out)
{
    if (entry->files) {
        return xmpp_tls_credentials_builder_add_file(builder, entry->domain, entry->domain_len, entry->certificate,
            entry->certificate_len, entry->key, entry->key_len, error_out);
    }
    return xmpp_tls_credentials_builder_add_pem(builder, entry->domain, entry->domain_len, entry->certificate,
        entry->certificate_len, entry->key, entry->key_len, error_out);
}

static xmpp_tls_result set_default(xmpp_tls_credentials_builder *builder, const struct entry *entry,
    xmpp_tls_error **error_out)
{
    if (entry->files) {
        return xmpp_tls_credentials_builder_add_default_file(builder, entry->certificate, entry->certificate_len,
            entry->key, entry->key_len, error_out);
    }
    return xmpp_tls_credentials_builder_add_default_pem(builder, entry->certificate, entry->certificate_len,
        entry->key, entry->key_len, error_out);
}

static xmpp_tls_result gather(lua_State *L, xmpp_tls_credentials_builder *builder, xmpp_tls_error **error_out)
{
    xmpp_tls_result result = XMPP_TLS_OK;
    int count = (int)xl_rawlen(L, 1);
    for (int i = 1; i <= count && result == XMPP_TLS_OK; i++) {
        lua_rawgeti(L, 1, i);
        struct entry entry = read_entry(L, lua_gettop(L));
        result = add(builder, &entry, error_out);
        lua_pop(L, 1);
    }
    if (result != XMPP_TLS_OK) {
        return result; /* its error must reach the caller before the next Lua call */
    }
    xl_rawget_name(L, 1, "default");
    if (!lua_isnil(L, -1)) {
        struct entry entry = read_entry(L, lua_gettop(L));
        result = set_default(builder, &entry, error_out);
    }
    lua_pop(L, 1);
    return result;
}

/* credentials{ { domain = …, certificate_file = …, key_file = … }, …, default = { … } } */
static int make(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct xl_object *credentials = xl_new(L, &xl_credentials_kind, 0);
    struct xl_object *builder = xl_new(L, &xl_credentials_builder_kind, 0);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_credentials_builder_new((xmpp_tls_credentials_builder **)(void *)&builder->handle);
    if (result == XMPP_TLS_OK) {
        result = gather(L, builder->handle, &error);
    }
    if (result == XMPP_TLS_OK) {
        result = xmpp_tls_credentials_builder_build(builder->handle,
            (const xmpp_tls_credentials **)(void *)&credentials->handle, &error);
    }
    xl_release(L, 3, &xl_credentials_builder_kind);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    lua_settop(L, 2);
    return 1;
}

/* which(domain) -> "exact" | "wildcard" | "default" | "nothing", certificate */
static int which(lua_State *L)
{
    const xmpp_tls_credentials *credentials = xl_check_handle(L, 1, &xl_credentials_kind);
    size_t len = 0;
    const char *domain = luaL_checklstring(L, 2, &len);
    xmpp_tls_serves how = XMPP_TLS_SERVES_NOTHING;
    xmpp_tls_error *error = NULL;
    const xmpp_tls_certificate **place = xl_new_certificate(L);
    xmpp_tls_result result = xmpp_tls_credentials_which(credentials, domain, len, &how, place, &error);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    bool found = *place != NULL;
    xl_push_word(L, answers, how);
    if (!found) {
        return 1;
    }
    lua_insert(L, -2);
    return 2;
}

static const luaL_Reg methods[] = {
    { "which", which },
    { NULL, NULL },
};

const struct xl_kind xl_credentials_kind = { "xmpptls.credentials", release, methods };
const struct xl_kind xl_credentials_builder_kind = { "xmpptls.credentials_builder", release_builder, NULL };

const luaL_Reg xl_credentials_functions[] = {
    { "credentials", make },
    { NULL, NULL },
};
