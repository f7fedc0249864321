/* Policies: what is demanded of a peer and of its TLS. A preset or a TOML text, then single demands.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"
#include <string.h>

/* The library knows far fewer suites and groups; more in a list is a mistake of the caller. */
enum { MOST_NUMBERS = 64 };

static void release(void *object)
{
    xmpp_tls_policy_free(((struct xl_object *)object)->handle);
}

static void release_builder(void *object)
{
    xmpp_tls_policy_builder_free(((struct xl_object *)object)->handle);
}

static const struct xl_word requirements[] = {
    { "authenticate", XMPP_TLS_REQUIREMENT_AUTHENTICATE },
    { "authenticate-or-dialback", XMPP_TLS_REQUIREMENT_AUTHENTICATE_OR_DIALBACK },
    { "encrypt-only", XMPP_TLS_REQUIREMENT_ENCRYPT_ONLY },
    { NULL, 0 },
};

static const struct xl_word gates[] = {
    { "library", XMPP_TLS_GATE_LIBRARY },
    { "host", XMPP_TLS_GATE_HOST },
    { NULL, 0 },
};

static const struct xl_word client_certificates[] = {
    { "never", XMPP_TLS_CLIENT_CERTIFICATE_NEVER },
    { "request", XMPP_TLS_CLIENT_CERTIFICATE_REQUEST },
    { NULL, 0 },
};

static const struct xl_word unknown_server_names[] = {
    { "refuse", XMPP_TLS_UNKNOWN_SERVER_NAME_REFUSE },
    { "use-default", XMPP_TLS_UNKNOWN_SERVER_NAME_USE_DEFAULT },
    { NULL, 0 },
};

static const struct xl_word revocations[] = {
    { "off", XMPP_TLS_REVOCATION_OFF },
    { "refuse-revoked", XMPP_TLS_REVOCATION_REFUSE_REVOKED },
    { "require-known", XMPP_TLS_REVOCATION_REQUIRE_KNOWN },
    { NULL, 0 },
};

static const struct xl_word resumptions[] = {
    { "off", XMPP_TLS_RESUMPTION_OFF },
    { "tls1.3", XMPP_TLS_RESUMPTION_TLS13 },
    { "tls1.2-and-tls1.3", XMPP_TLS_RESUMPTION_TLS12_AND_TLS13 },
    { NULL, 0 },
};

static const struct xl_word versions[] = {
    { "1.2", 0x0303 },
    { "1.3", 0x0304 },
    { NULL, 0 },
};

typedef xmpp_tls_result (*set_number)(xmpp_tls_policy_builder *, uint32_t, xmpp_tls_error **);

static const struct {
    const char *field;
    const struct xl_word *words;
    set_number set;
} demands[] = {
    { "requirement", requirements, xmpp_tls_policy_builder_set_requirement },
    { "gate", gates, xmpp_tls_policy_builder_set_gate },
    { "client_certificate", client_certificates, xmpp_tls_policy_builder_set_client_certificate },
    { "unknown_server_name", unknown_server_names, xmpp_tls_policy_builder_set_unknown_server_name },
    { "revocation", revocations, xmpp_tls_policy_builder_set_revocation },
    { "resumption", resumptions, xmpp_tls_policy_builder_set_resumption },
};

typedef xmpp_tls_result (*set_numbers)(xmpp_tls_policy_builder *, const uint16_t *, size_t, xmpp_tls_error **);

/* A list of IANA numbers, in the order of preference. */
static xmpp_tls_result apply_list(lua_State *L, const char *field, xmpp_tls_policy_builder *builder, set_numbers set,
    xmpp_tls_error **error_out)
{
    uint16_t numbers[MOST_NUMBERS];
    xl_rawget_name(L, 1, field);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return XMPP_TLS_OK;
    }
    luaL_checktype(L, -1, LUA_TTABLE);
    size_t count = xl_rawlen(L, -1);
    if (count > MOST_NUMBERS) {
        return luaL_error(L, "field '%s': too many numbers", field);
    }
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, -1, (int)i + 1);
        lua_Number number = lua_tonumber(L, -1);
        if (number < 1 || number > 65535) {
            return luaL_error(L, "field '%s': numbers of IANA's registry expected", field);
        }
        numbers[i] = (uint16_t)number;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return set(builder, numbers, count, error_out);
}

static xmpp_tls_result apply_versions(lua_State *L, xmpp_tls_policy_builder *builder, xmpp_tls_error **error_out)
{
    uint32_t minimum = 0x0303, maximum = 0x0304;
    bool low = xl_field_word(L, 1, "minimum_version", versions, &minimum);
    bool high = xl_field_word(L, 1, "maximum_version", versions, &maximum);
    return low || high ? xmpp_tls_policy_builder_set_versions(builder, minimum, maximum, error_out) : XMPP_TLS_OK;
}

static xmpp_tls_result apply(lua_State *L, xmpp_tls_policy_builder *builder, xmpp_tls_error **error_out)
{
    xmpp_tls_result result = XMPP_TLS_OK;
    void *anchors = xl_field_handle(L, 1, "trust_anchors", &xl_trust_anchors_kind);
    if (anchors != NULL) {
        result = xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, error_out);
    }
    lua_pop(L, 1);
    for (size_t i = 0; i < sizeof demands / sizeof demands[0] && result == XMPP_TLS_OK; i++) {
        uint32_t value = 0;
        if (xl_field_word(L, 1, demands[i].field, demands[i].words, &value)) {
            result = demands[i].set(builder, value, error_out);
        }
    }
    if (result == XMPP_TLS_OK) {
        result = apply_versions(L, builder, error_out);
    }
    if (result == XMPP_TLS_OK) {
        result = apply_list(L, "suites", builder, xmpp_tls_policy_builder_set_suites, error_out);
    }
    if (result == XMPP_TLS_OK) {
        result = apply_list(L, "groups", builder, xmpp_tls_policy_builder_set_groups, error_out);
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

/* policy("s2s") or policy{ preset = "s2s", trust_anchors = …, gate = "host", … } */
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

static const luaL_Reg methods[] = {
    { "name", name },
    { "toml", toml },
    { NULL, NULL },
};

const struct xl_kind xl_policy_kind = { "xmpptls.policy", release, methods };
const struct xl_kind xl_policy_builder_kind = { "xmpptls.policy_builder", release_builder, NULL };

const luaL_Reg xl_policy_functions[] = {
    { "policy", make },
    { NULL, NULL },
};
