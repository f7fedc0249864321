/* What the files of the Lua binding share: objects, errors, words, time.
 *
 * Lua leaves a C function by longjmp when memory ends or an argument is wrong. So nothing here holds a
 * handle of the library in a C variable while it calls Lua: the userdata that will own the handle is made
 * first, empty, and the library writes into it. Details of a failed call are copied to the stack and freed
 * before the first Lua call. The library never calls back, so no Lua frame lies above one of its own.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef XMPPTLS_LUA_H
#define XMPPTLS_LUA_H

#include "lua_versions.h"
#include <stdbool.h>
#include <stdint.h>
#include <xmpptls.h>

/* ---- objects ---- */

/* A kind of object: one handle family of the library. */
struct xl_kind {
    const char *name;                /* shown to people, "xmpptls.policy" */
    void (*release)(void *object);   /* frees what the object owns; called once, object stays allocated */
    const luaL_Reg *methods;
};

/* Every object begins like this; larger ones have more behind it. */
struct xl_object {
    void *handle;  /* owned; NULL before it is filled and after it was given away or closed */
    bool carries;  /* a table was attached */
};

extern const struct xl_kind xl_certificate_kind, xl_trust_anchors_kind, xl_policy_kind, xl_credentials_kind,
    xl_context_kind, xl_connection_kind, xl_socket_kind, xl_endpoint_kind, xl_verification_kind, xl_verdict_kind,
    xl_report_kind, xl_dialback_secret_kind, xl_dialback_requests_kind, xl_external_users_kind;

/* Builders and questions live for one call only; they are objects so that an error on the way frees them. */
extern const struct xl_kind xl_trust_anchors_builder_kind, xl_policy_builder_kind, xl_credentials_builder_kind,
    xl_question_kind, xl_observation_kind;

/* Frees what the object at `index` owns, now. */
void xl_release(lua_State *L, int index, const struct xl_kind *kind);

void xl_register(lua_State *L, const struct xl_kind *kind);

/* Pushes an empty object of `size` bytes (0: a plain xl_object), all zero. */
void *xl_new(lua_State *L, const struct xl_kind *kind, size_t size);

/* The object at `index`, or NULL if it is none of this kind. */
void *xl_test(lua_State *L, int index, const struct xl_kind *kind);

/* The object at `index`; raises an argument error if it is none of this kind. */
void *xl_check(lua_State *L, int index, const struct xl_kind *kind);

/* The handle of the object at `index`; raises if the object is empty (it was closed or given away). */
void *xl_check_handle(lua_State *L, int index, const struct xl_kind *kind);

/* Functions for the Lua side of the binding: other faces for a kind, tables carried by objects. */
int xl_face(lua_State *L);
int xl_wear(lua_State *L);
int xl_carried(lua_State *L);
int xl_stamp(lua_State *L);

/* ---- results ---- */

/* Pushes nil and an error table {code, name, message, …}; returns 2. Takes `error` over; it may be NULL. */
int xl_fail(lua_State *L, xmpp_tls_result result, xmpp_tls_error *error);

/* Pushes only the error table. */
void xl_push_error(lua_State *L, xmpp_tls_result result, xmpp_tls_error *error);

/* true, or nil and an error. */
int xl_done(lua_State *L, xmpp_tls_result result, xmpp_tls_error *error);

void xl_register_errors(lua_State *L);

/* ---- text, words, time ---- */

static inline void xl_push_str(lua_State *L, xmpp_tls_str text)
{
    lua_pushlstring(L, text.data, text.len);
}

static inline void xl_push_bytes(lua_State *L, xmpp_tls_bytes bytes)
{
    lua_pushlstring(L, (const char *)bytes.data, bytes.len);
}

/* A word of the Lua API and the number of the header that it stands for; the last one has no word. */
struct xl_word {
    const char *word;
    uint32_t value;
};

extern const struct xl_word xl_transports[], xl_directions[], xl_dnssec_states[], xl_digests[];

uint32_t xl_check_word(lua_State *L, int index, const struct xl_word *words);
void xl_push_word(lua_State *L, const struct xl_word *words, uint32_t value);

/* Fields of an option table at `index`; each raises if the field has another type. */
bool xl_field_word(lua_State *L, int index, const char *field, const struct xl_word *words, uint32_t *value_out);
bool xl_field_text(lua_State *L, int index, const char *field, const char **text_out, size_t *len_out);
bool xl_field_bool(lua_State *L, int index, const char *field, bool fallback);
bool xl_field_number(lua_State *L, int index, const char *field, lua_Number *value_out);

/* Leaves the handle's object on the stack, or nil. */
void *xl_field_handle(lua_State *L, int index, const char *field, const struct xl_kind *kind);

/* The time of the system's clocks, or of a table {unix_seconds =, monotonic_ms =} at `index`. */
xmpp_tls_time xl_now(void);
xmpp_tls_time xl_time(lua_State *L, int index);
xmpp_tls_time xl_field_time(lua_State *L, int index, const char *field);

/* ---- connections: an object of its own or inside a socket ---- */

/* The connection behind a connection or a socket object; raises for others, and for one that was closed. */
xmpp_tls_connection *xl_check_connection(lua_State *L, int index);

int xl_report(lua_State *L);

/* Readers and actions that connections and sockets have in common. */
extern const luaL_Reg xl_connection_facts[], xl_connection_judgement[];

/* ---- functions of the module, by file ---- */

extern const luaL_Reg xl_certificate_functions[], xl_trust_anchors_functions[], xl_policy_functions[],
    xl_credentials_functions[], xl_context_functions[], xl_connection_functions[], xl_socket_functions[],
    xl_verification_functions[], xl_endpoint_functions[], xl_compat_functions[],
    xl_dialback_functions[], xl_external_functions[];

/* Pushes an endpoint made from the table at `index`; the number of results as of a Lua function. */
int xl_make_endpoint(lua_State *L, int index);

/* Adds `text` (a string, or a list of strings) of the field `name` by `add`. */
typedef xmpp_tls_result (*xl_add_text)(void *builder, const char *text, size_t len, xmpp_tls_error **error_out);
xmpp_tls_result xl_add_texts(lua_State *L, int index, const char *name, void *builder, xl_add_text add,
    xmpp_tls_error **error_out);

/* Pushes a certificate object that owns a reference; the library writes into the returned place. */
const xmpp_tls_certificate **xl_new_certificate(lua_State *L);

#endif
