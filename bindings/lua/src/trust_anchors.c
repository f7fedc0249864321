/* Trust anchors: the CAs that certificates are judged by, parsed once and shared by many policies.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

static void release(void *object)
{
    xmpp_tls_trust_anchors_free(((struct xl_object *)object)->handle);
}

static void release_builder(void *object)
{
    xmpp_tls_trust_anchors_builder_free(((struct xl_object *)object)->handle);
}

static xmpp_tls_result add_pem(void *builder, const char *text, size_t len, xmpp_tls_error **error_out)
{
    return xmpp_tls_trust_anchors_builder_add_pem(builder, text, len, error_out);
}

static xmpp_tls_result add_file(void *builder, const char *text, size_t len, xmpp_tls_error **error_out)
{
    return xmpp_tls_trust_anchors_builder_add_file(builder, text, len, error_out);
}

static xmpp_tls_result add_directory(void *builder, const char *text, size_t len, xmpp_tls_error **error_out)
{
    return xmpp_tls_trust_anchors_builder_add_directory(builder, text, len, error_out);
}

static xmpp_tls_result add_certificate(void *builder, const char *text, size_t len, xmpp_tls_error **error_out)
{
    return xmpp_tls_trust_anchors_builder_add_der(builder, (const uint8_t *)text, len, error_out);
}

static xmpp_tls_result add_revocation_list(void *builder, const char *text, size_t len, xmpp_tls_error **error_out)
{
    return xmpp_tls_trust_anchors_builder_add_crl(builder, (const uint8_t *)text, len, error_out);
}

static const struct {
    const char *field;
    xl_add_text add;
} sources[] = {
    { "pem", add_pem },
    { "file", add_file },
    { "directory", add_directory },
    { "certificate", add_certificate },
    { "revocation_list", add_revocation_list },
};

static xmpp_tls_result gather(lua_State *L, xmpp_tls_trust_anchors_builder *builder, xmpp_tls_error **error_out)
{
    xmpp_tls_result result = XMPP_TLS_OK;
    if (xl_field_bool(L, 1, "system", false)) {
        result = xmpp_tls_trust_anchors_builder_add_system(builder, error_out);
    }
    for (size_t i = 0; i < sizeof sources / sizeof sources[0] && result == XMPP_TLS_OK; i++) {
        result = xl_add_texts(L, 1, sources[i].field, builder, sources[i].add, error_out);
    }
    return result;
}

/* trust_anchors{ system = true, file = …, directory = …, pem = …, certificate = DER, revocation_list = … } */
static int make(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct xl_object *anchors = xl_new(L, &xl_trust_anchors_kind, 0);
    struct xl_object *builder = xl_new(L, &xl_trust_anchors_builder_kind, 0);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_trust_anchors_builder_new((xmpp_tls_trust_anchors_builder **)(void *)&builder->handle);
    if (result == XMPP_TLS_OK) {
        result = gather(L, builder->handle, &error);
    }
    if (result == XMPP_TLS_OK) {
        result = xmpp_tls_trust_anchors_builder_build(builder->handle,
            (const xmpp_tls_trust_anchors **)(void *)&anchors->handle, &error);
    }
    xl_release(L, 3, &xl_trust_anchors_builder_kind);
    if (result != XMPP_TLS_OK) {
        return xl_fail(L, result, error);
    }
    lua_settop(L, 2);
    return 1;
}

static int count(lua_State *L)
{
    const xmpp_tls_trust_anchors *anchors = xl_check_handle(L, 1, &xl_trust_anchors_kind);
    lua_pushinteger(L, (lua_Integer)xmpp_tls_trust_anchors_count(anchors));
    lua_pushinteger(L, (lua_Integer)xmpp_tls_trust_anchors_skipped(anchors));
    return 2;
}

static const luaL_Reg methods[] = {
    { "count", count },
    { NULL, NULL },
};

const struct xl_kind xl_trust_anchors_kind = { "xmpptls.trust_anchors", release, methods };
const struct xl_kind xl_trust_anchors_builder_kind = { "xmpptls.trust_anchors_builder", release_builder, NULL };

const luaL_Reg xl_trust_anchors_functions[] = {
    { "trust_anchors", make },
    { NULL, NULL },
};
