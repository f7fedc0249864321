/* Verifications: questions out, answers in, one verdict.
 *
 * A question is a plain table { id =, kind =, name = }; answers name it by its id. Answers are methods, one a
 * kind, and three that fit every question: answer_absent, answer_failed and answer_not_asked.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"

/* More than the library takes of either. */
enum { MOST_ENDPOINTS = 128, MOST_CERTIFICATES = 32 };

static void release(void *object)
{
    xmpp_tls_verification_free(((struct xl_object *)object)->handle);
}

static void release_question(void *object)
{
    xmpp_tls_question_free(((struct xl_object *)object)->handle);
}

static xmpp_tls_verification *check(lua_State *L)
{
    return xl_check_handle(L, 1, &xl_verification_kind);
}

static xmpp_tls_verification **new_verification(lua_State *L)
{
    struct xl_object *object = xl_new(L, &xl_verification_kind, 0);
    return (xmpp_tls_verification **)(void *)&object->handle;
}

/* ---- beginning ---- */

struct request {
    const char *domain;
    size_t domain_len;
    const xmpp_tls_policy *policy;
    const xmpp_tls_endpoint *endpoint;
};

/* The option table at `index`; leaves two entries on the stack that keep policy and endpoint alive. */
static struct request read_request(lua_State *L, int index)
{
    struct request request = { "", 0, NULL, NULL };
    luaL_checktype(L, index, LUA_TTABLE);
    if (!xl_field_text(L, index, "domain", &request.domain, &request.domain_len)) {
        luaL_argerror(L, index, "a domain is needed");
    }
    request.policy = xl_field_handle(L, index, "policy", &xl_policy_kind);
    request.endpoint = xl_field_handle(L, index, "endpoint", &xl_endpoint_kind);
    return request;
}

/* The certificates of the field "chain"; the table keeps them alive. */
static size_t read_chain(lua_State *L, int index, const xmpp_tls_certificate **chain)
{
    xl_rawget_name(L, index, "chain");
    size_t count = lua_istable(L, -1) ? xl_rawlen(L, -1) : 0;
    luaL_argcheck(L, count <= MOST_CERTIFICATES, index, "too many certificates in 'chain'");
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, -1, (int)i + 1);
        chain[i] = xl_check_handle(L, lua_gettop(L), &xl_certificate_kind);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return count;
}

/* verification{ domain =, policy =, direction =, endpoint =, chain = }: without a chain it gathers evidence ahead */
static int make(lua_State *L)
{
    const xmpp_tls_certificate *chain[MOST_CERTIFICATES];
    uint32_t direction = XMPP_TLS_DIRECTION_INITIATING;
    lua_settop(L, 1);
    struct request request = read_request(L, 1);
    luaL_argcheck(L, request.policy != NULL, 1, "a policy is needed");
    (void)xl_field_word(L, 1, "direction", xl_directions, &direction);
    size_t count = read_chain(L, 1, chain);
    xmpp_tls_verification **place = new_verification(L);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = count > 0
        ? xmpp_tls_verification_new_chain(chain, count, request.domain, request.domain_len, direction,
              request.policy, request.endpoint, place, &error)
        : xmpp_tls_verification_new(request.domain, request.domain_len, direction, request.policy, request.endpoint,
              place, &error);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

/* connection:verification{ domain =, policy = or nil, endpoint = or nil } */
static int of_connection(lua_State *L)
{
    xmpp_tls_connection *connection = xl_check_connection(L, 1);
    lua_settop(L, 2);
    struct request request = read_request(L, 2);
    xmpp_tls_verification **place = new_verification(L);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_connection_verification(connection, request.domain, request.domain_len,
        request.policy, request.endpoint, place, &error);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

/* connection:conclude(verdict [, now]) */
static int conclude(lua_State *L)
{
    xmpp_tls_connection *connection = xl_check_connection(L, 1);
    const xmpp_tls_verdict *verdict = xl_check_handle(L, 2, &xl_verdict_kind);
    xmpp_tls_time now = xl_time(L, 3);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_connection_conclude(connection, &now, verdict, &error);
    return xl_done(L, result, error);
}

/* connection:verdict([domain]) -> the latest about the domain that is meant, or about another; or nil */
static int verdict_of(lua_State *L)
{
    xmpp_tls_connection *connection = xl_check_connection(L, 1);
    size_t len = 0;
    const char *domain = luaL_optlstring(L, 2, "", &len);
    struct xl_object *verdict = xl_new(L, &xl_verdict_kind, 0);
    return xmpp_tls_connection_verdict(connection, domain, len,
               (const xmpp_tls_verdict **)(void *)&verdict->handle) == XMPP_TLS_OK;
}

/* ---- questions and answers ---- */

static int ask_history(lua_State *L)
{
    return xl_done(L, xmpp_tls_verification_ask_history(check(L)), NULL);
}

/* ask_dialback(originating, receiving, stream id) */
static int ask_dialback(lua_State *L)
{
    size_t originating_len = 0, receiving_len = 0, id_len = 0;
    const char *originating = luaL_checklstring(L, 2, &originating_len);
    const char *receiving = luaL_checklstring(L, 3, &receiving_len);
    const char *id = luaL_checklstring(L, 4, &id_len);
    xmpp_tls_verification *verification = check(L);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_verification_ask_dialback(verification, originating, originating_len, receiving,
        receiving_len, id, id_len, &error);
    return xl_done(L, result, error);
}

/* next_question([now]) -> { id =, kind =, name = }, or nil when there is none now */
static int next_question(lua_State *L)
{
    xmpp_tls_verification *verification = check(L);
    xmpp_tls_time now = xl_time(L, 2);
    struct xl_object *object = xl_new(L, &xl_question_kind, 0);
    const xmpp_tls_question **place = (const xmpp_tls_question **)(void *)&object->handle;
    if (xmpp_tls_verification_next_question(verification, &now, place) != XMPP_TLS_OK) {
        return 0;
    }
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, (lua_Integer)xmpp_tls_question_id(*place));
    lua_setfield(L, -2, "id");
    xl_push_str(L, xmpp_tls_question_kind_name(xmpp_tls_question_kind(*place)));
    lua_setfield(L, -2, "kind");
    xl_push_str(L, xmpp_tls_question_name(*place));
    lua_setfield(L, -2, "name");
    xl_release(L, lua_gettop(L) - 1, &xl_question_kind);
    return 1;
}

static uint32_t check_id(lua_State *L)
{
    return (uint32_t)luaL_checkinteger(L, 2);
}

static int answer_absent(lua_State *L)
{
    xmpp_tls_verification *verification = check(L);
    uint32_t id = check_id(L), state = xl_check_word(L, 3, xl_dnssec_states);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_verification_answer_absent(verification, id, state, &error);
    return xl_done(L, result, error);
}

static const struct xl_word failures[] = {
    { "bogus", XMPP_TLS_LOOKUP_FAILURE_BOGUS },
    { "server", XMPP_TLS_LOOKUP_FAILURE_SERVER },
    { "timeout", XMPP_TLS_LOOKUP_FAILURE_TIMEOUT },
    { "https_unverified", XMPP_TLS_LOOKUP_FAILURE_HTTPS_UNVERIFIED },
    { "malformed", XMPP_TLS_LOOKUP_FAILURE_MALFORMED },
    { "forbidden", XMPP_TLS_LOOKUP_FAILURE_FORBIDDEN },
    { "unreachable", XMPP_TLS_LOOKUP_FAILURE_UNREACHABLE },
    { NULL, 0 },
};

static int answer_failed(lua_State *L)
{
    xmpp_tls_verification *verification = check(L);
    uint32_t id = check_id(L), failure = xl_check_word(L, 3, failures);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_verification_answer_failed(verification, id, failure, &error);
    return xl_done(L, result, error);
}

static int answer_not_asked(lua_State *L)
{
    xmpp_tls_verification *verification = check(L);
    uint32_t id = check_id(L);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_verification_answer_not_asked(verification, id, &error);
    return xl_done(L, result, error);
}

/* answer_tlsa(id, { dnssec =, records = { RDATA, … }, valid_until = or nil }) */
static int answer_tlsa(lua_State *L)
{
    uint32_t state = XMPP_TLS_DNSSEC_INSECURE;
    lua_Number until = 0;
    xmpp_tls_verification *verification = check(L);
    uint32_t id = check_id(L);
    luaL_checktype(L, 3, LUA_TTABLE);
    luaL_argcheck(L, xl_field_word(L, 3, "dnssec", xl_dnssec_states, &state), 3, "a DNSSEC state is needed");
    (void)xl_field_number(L, 3, "valid_until", &until);
    xl_rawget_name(L, 3, "records");
    luaL_argcheck(L, lua_istable(L, -1), 3, "a list of records is needed");
    size_t count = xl_rawlen(L, -1);
    /* A peer's zone says how many there are, and the library how many it reads. */
    xmpp_tls_bytes *records = lua_newuserdata(L, (count + 1) * sizeof *records);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, -2, (int)i + 1);
        luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, 3, "a record is a string of octets");
        records[i].data = (const uint8_t *)lua_tolstring(L, -1, &records[i].len);
        lua_pop(L, 1);
    }
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_verification_answer_tlsa(verification, id, state, records, count, (int64_t)until, &error);
    return xl_done(L, result, error);
}

/* answer_posh(id, { document =, referred = or nil, https_verified =, fetched_at = or nil }) */
static int answer_posh(lua_State *L)
{
    const char *document = "", *referred = "";
    size_t document_len = 0, referred_len = 0;
    lua_Number fetched = (lua_Number)xl_now().unix_seconds;
    xmpp_tls_verification *verification = check(L);
    uint32_t id = check_id(L);
    luaL_checktype(L, 3, LUA_TTABLE);
    luaL_argcheck(L, xl_field_text(L, 3, "document", &document, &document_len), 3, "a document is needed");
    (void)xl_field_text(L, 3, "referred", &referred, &referred_len);
    (void)xl_field_number(L, 3, "fetched_at", &fetched);
    bool verified = xl_field_bool(L, 3, "https_verified", false);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_verification_answer_posh(verification, id, (const uint8_t *)document,
        document_len, (const uint8_t *)referred, referred_len, verified, (int64_t)fetched, &error);
    return xl_done(L, result, error);
}

/* answer_srv(id, { endpoint, … }): tables as for endpoint(), or endpoints */
static int answer_srv(lua_State *L)
{
    const xmpp_tls_endpoint *endpoints[MOST_ENDPOINTS];
    xmpp_tls_verification *verification = check(L);
    uint32_t id = check_id(L);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 3);
    size_t count = xl_rawlen(L, 3);
    if (count > MOST_ENDPOINTS) {
        return xl_fail(L, XMPP_TLS_INVALID_PARAMETER, NULL); /* as the library says of too many */
    }
    luaL_checkstack(L, (int)count + 8, "too many endpoints");
    for (size_t i = 0; i < count; i++) { /* each stays on the stack, which keeps it alive */
        lua_rawgeti(L, 3, (int)i + 1);
        if (lua_istable(L, -1)) {
            int results = xl_make_endpoint(L, -1);
            if (results != 1) {
                return results;
            }
            lua_remove(L, -2); /* one entry each: room was made for no more */
        }
        endpoints[i] = xl_check_handle(L, lua_gettop(L), &xl_endpoint_kind);
    }
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_verification_answer_srv(verification, id, endpoints, count, &error);
    return xl_done(L, result, error);
}

static int answer_history(lua_State *L)
{
    xmpp_tls_verification *verification = check(L);
    uint32_t id = check_id(L);
    size_t len = 0;
    const char *json = luaL_checklstring(L, 3, &len);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_verification_answer_history(verification, id, (const uint8_t *)json, len, &error);
    return xl_done(L, result, error);
}

/* answer_dialback(id, { valid =, dnssec =, over_tls = }) */
static int answer_dialback(lua_State *L)
{
    xmpp_tls_verification *verification = check(L);
    uint32_t id = check_id(L);
    luaL_checktype(L, 3, LUA_TTABLE);
    bool valid = xl_field_bool(L, 3, "valid", false), dnssec = xl_field_bool(L, 3, "dnssec", false);
    bool over_tls = xl_field_bool(L, 3, "over_tls", false);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result =
        xmpp_tls_verification_answer_dialback(verification, id, valid, dnssec, over_tls, &error);
    return xl_done(L, result, error);
}

static int answer_user(lua_State *L)
{
    xmpp_tls_verification *verification = check(L);
    uint32_t id = check_id(L);
    size_t len = 0;
    const char *jid = luaL_checklstring(L, 3, &len);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_verification_answer_user(verification, id, jid, len, &error);
    return xl_done(L, result, error);
}

/* decide([now]) -> verdict, with the answers at hand; open questions count as not asked */
static int decide(lua_State *L)
{
    xmpp_tls_verification *verification = check(L);
    xmpp_tls_time now = xl_time(L, 2);
    struct xl_object *verdict = xl_new(L, &xl_verdict_kind, 0);
    xmpp_tls_error *error = NULL;
    xmpp_tls_result result = xmpp_tls_verification_decide(verification, &now,
        (const xmpp_tls_verdict **)(void *)&verdict->handle, &error);
    return result == XMPP_TLS_OK ? 1 : xl_fail(L, result, error);
}

static const luaL_Reg methods[] = {
    { "ask_history", ask_history },
    { "ask_dialback", ask_dialback },
    { "next_question", next_question },
    { "answer_absent", answer_absent },
    { "answer_failed", answer_failed },
    { "answer_not_asked", answer_not_asked },
    { "answer_tlsa", answer_tlsa },
    { "answer_posh", answer_posh },
    { "answer_srv", answer_srv },
    { "answer_history", answer_history },
    { "answer_dialback", answer_dialback },
    { "answer_user", answer_user },
    { "decide", decide },
    { NULL, NULL },
};

const struct xl_kind xl_verification_kind = { "xmpptls.verification", release, methods };
const struct xl_kind xl_question_kind = { "xmpptls.question", release_question, NULL };

const luaL_Reg xl_connection_judgement[] = {
    { "verification", of_connection },
    { "conclude", conclude },
    { "verdict", verdict_of },
    { "report", xl_report },
    { NULL, NULL },
};

const luaL_Reg xl_verification_functions[] = {
    { "verification", make },
    { NULL, NULL },
};
