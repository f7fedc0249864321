/* Reports: what a person should be shown of a connection (RFC 7590 section 3.6).
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

static void release(void *object)
{
    xmpp_tls_report_free(((struct xl_object *)object)->handle);
}

static const xmpp_tls_report *check(lua_State *L)
{
    return xl_check_handle(L, 1, &xl_report_kind);
}

static const struct xl_word summaries[] = {
    { "authenticated", XMPP_TLS_SUMMARY_AUTHENTICATED },
    { "weakly_verified", XMPP_TLS_SUMMARY_WEAKLY_VERIFIED },
    { "encrypted_unauthenticated", XMPP_TLS_SUMMARY_ENCRYPTED_UNAUTHENTICATED },
    { "plaintext", XMPP_TLS_SUMMARY_PLAINTEXT },
    { "failed", XMPP_TLS_SUMMARY_FAILED },
    { NULL, 0 },
};

/* connection:report([now]) -> report */
int xl_report(lua_State *L)
{
    xmpp_tls_connection *connection = xl_check_connection(L, 1);
    xmpp_tls_time now = xl_time(L, 2);
    struct xl_object *report = xl_new(L, &xl_report_kind, 0);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_connection_report(connection, &now,
        (const xmpp_tls_report **)(void *)&report->handle, &error);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

static int summary(lua_State *L)
{
    xl_push_word(L, summaries, (uint32_t)xmpp_tls_report_summary(check(L)));
    return 1;
}

static int is_encrypted(lua_State *L)
{
    lua_pushboolean(L, xmpp_tls_report_is_encrypted(check(L)));
    return 1;
}

static int is_safe_against_later_decryption(lua_State *L)
{
    lua_pushboolean(L, xmpp_tls_report_is_safe_against_later_decryption(check(L)));
    return 1;
}

static int text(lua_State *L)
{
    xl_push_str(L, xmpp_tls_report_text(check(L)));
    return 1;
}

static int json(lua_State *L)
{
    xl_push_str(L, xmpp_tls_report_json(check(L)));
    return 1;
}

static const luaL_Reg methods[] = {
    { "summary", summary },
    { "is_encrypted", is_encrypted },
    { "is_safe_against_later_decryption", is_safe_against_later_decryption },
    { "text", text },
    { "json", json },
    { NULL, NULL },
};

const struct xl_kind xl_report_kind = { "xmpptls.report", release, methods };
