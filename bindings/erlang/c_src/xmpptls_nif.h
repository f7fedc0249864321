/*
 * What the files of this NIF share.
 *
 * One file serves one handle family of xmpptls.h; each holds the functions that Erlang calls and the conversion
 * of their terms, and no rule of the domain. Handles live in resources: shared ones in a `struct shared`, exclusive
 * ones behind a mutex, and each ends when the last term that names it is collected. Nothing is kept between calls but
 * what a resource owns.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef XMPPTLS_NIF_H
#define XMPPTLS_NIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <erl_nif.h>
#include <xmpptls.h>

/* More input or output than this in one call is work for a dirty scheduler: some 50 microseconds. */
#define XMPPTLS_BYTES_PER_SLICE ((size_t)64 * 1024)

/* Application bytes that a connection keeps until the handshake is over, beyond what the library keeps: a
 * server's queue of stanzas for a peer. */
#define XMPPTLS_EARLY_BYTES ((size_t)4 * 1024 * 1024)

/* Bytes of the peer that a connection keeps while it waits for a choice, a verdict, or a reader. */
#define XMPPTLS_HELD_BYTES ((size_t)4 * 1024 * 1024)

#define NIF(name) ERL_NIF_TERM name(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])

/* --- terms (term.c) --- */

extern ERL_NIF_TERM atom_ok, atom_error, atom_true, atom_false, atom_undefined, atom_none;

void make_atoms(ErlNifEnv *env);
ERL_NIF_TERM ok(ErlNifEnv *env, ERL_NIF_TERM value);
ERL_NIF_TERM boolean(bool value);
ERL_NIF_TERM text(ErlNifEnv *env, xmpp_tls_str value);
ERL_NIF_TERM text_or_undefined(ErlNifEnv *env, xmpp_tls_str value);
ERL_NIF_TERM octets(ErlNifEnv *env, const void *data, size_t len);

/* The atom of a constant of the library: `XMPP_TLS_NOT_YET` is `not_yet`. Only for the library's static names, of
 * which there are few. */
ERL_NIF_TERM constant(ErlNifEnv *env, xmpp_tls_str name, const char *prefix);

/* Reads iodata; the bytes are those of the term, or live until the call returns. */
bool read_bytes(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifBinary *out);
/* As read_bytes; the atom `undefined` reads as no bytes. */
bool read_optional(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifBinary *out);
bool read_boolean(ERL_NIF_TERM term, bool *out);

#define TEXT(binary) ((const char *)(binary).data), ((binary).size)

/* A map that is filled one pair after the other. */
struct map {
    ErlNifEnv *env;
    ERL_NIF_TERM term;
};
struct map map_new(ErlNifEnv *env);
void map_put(struct map *map, const char *key, ERL_NIF_TERM value);

/* --- errors (error.c) --- */

/* {error, Code} */
ERL_NIF_TERM failed(ErlNifEnv *env, xmpp_tls_result code);
/* {error, {Code, Detail}}; frees the error */
ERL_NIF_TERM failed_with(ErlNifEnv *env, xmpp_tls_result code, xmpp_tls_error *error);
/* {Code, Detail}; frees the error */
ERL_NIF_TERM reason_with(ErlNifEnv *env, xmpp_tls_result code, xmpp_tls_error *error);
ERL_NIF_TERM code_atom(ErlNifEnv *env, xmpp_tls_result code);

/* --- resources (resource.c) --- */

enum kind {
    ANCHORS, POLICY, CREDENTIALS, CERTIFICATE, CONTEXT, ENDPOINT, VERDICT, DIALBACK_SECRET, QUESTION, REPLY, EXTERNAL_USERS,
    SHARED_KINDS
};

bool open_resources(ErlNifEnv *env);
bool open_lookup_resource(ErlNifEnv *env); /* lookup.c */

/* Takes the handle over. */
ERL_NIF_TERM shared_term(ErlNifEnv *env, enum kind kind, const void *handle);
/* The handle of a term, borrowed for the call. NULL if the term is none of this kind. */
const void *shared_handle(ErlNifEnv *env, ERL_NIF_TERM term, enum kind kind);
/* As shared_handle; `undefined` is a handle of NULL. */
bool optional_handle(ErlNifEnv *env, ERL_NIF_TERM term, enum kind kind, const void **out);

/* Bytes that a resource owns. */
struct bytes {
    uint8_t *data;
    size_t len;
};
/* Appends; false when the limit would be passed. */
bool bytes_append(struct bytes *bytes, const uint8_t *data, size_t len, size_t limit);
/* Takes the first `count` away. */
void bytes_drop(struct bytes *bytes, size_t count);
void bytes_free(struct bytes *bytes);

/* One connection. `handle` is NULL once it was closed. */
struct connection {
    ErlNifMutex *lock;
    xmpp_tls_connection *handle;
    struct bytes early; /* application bytes that the library did not take yet */
    struct bytes held;  /* bytes of the peer that it did not take yet */
    const xmpp_tls_verdict *concluded; /* the verdict that was given last; stays after closing */
    bool initiating;
    bool open; /* application bytes pass: calls are short from now on */
};

struct verification {
    ErlNifMutex *lock;
    xmpp_tls_verification *handle;
};

/* NULL when there is no memory for a lock. */
struct connection *connection_new(void);
struct connection *connection_of(ErlNifEnv *env, ERL_NIF_TERM term);
ERL_NIF_TERM connection_term(ErlNifEnv *env, struct connection *connection);
struct verification *verification_new(void);
struct verification *verification_of(ErlNifEnv *env, ERL_NIF_TERM term);
ERL_NIF_TERM verification_term(ErlNifEnv *env, struct verification *verification);

/* Now, by the clocks of the virtual machine. */
xmpp_tls_time now(void);
/* Unix seconds, or `undefined` for now. */
bool read_time(ErlNifEnv *env, ERL_NIF_TERM term, xmpp_tls_time *out);
/* A moment of the library's monotonic clock as milliseconds from now. */
uint64_t milliseconds_until(uint64_t monotonic_ms);

/* secure | insecure | bogus | indeterminate | none (endpoint.c) */
bool read_dnssec(ErlNifEnv *env, ERL_NIF_TERM term, uint32_t *out);

/* --- growing output (sink.c) --- */

#define SINK_LOCAL 4096

struct sink {
    uint8_t local[SINK_LOCAL];
    ErlNifBinary binary; /* data is NULL while `local` is enough */
    size_t used;
    size_t limit;
};
void sink_new(struct sink *sink, size_t limit);
/* Where to write next and how much, at least `wanted` unless the limit is near; NULL when there is no memory. */
uint8_t *sink_room(struct sink *sink, size_t wanted, size_t *room_out);
/* The bytes as a term; ends the sink. */
ERL_NIF_TERM sink_term(ErlNifEnv *env, struct sink *sink);

/* --- connections --- */

/* What a function does with a connection whose lock it holds. */
typedef ERL_NIF_TERM (*connection_work)(ErlNifEnv *env, struct connection *connection, const ERL_NIF_TERM argv[]);
/* Whether it would take long here and now. */
typedef bool (*connection_question)(ErlNifEnv *env, const struct connection *connection, const ERL_NIF_TERM argv[]);

/* Runs `work` with the lock held: at once, or by `dirty` on a dirty scheduler when `is_long` says so or another thread
 * holds the lock, so that no normal scheduler ever waits. */
ERL_NIF_TERM with_connection(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[], const char *name,
                             ERL_NIF_TERM (*dirty)(ErlNifEnv *, int, const ERL_NIF_TERM[]),
                             connection_question is_long, connection_work work);
ERL_NIF_TERM with_connection_dirty(ErlNifEnv *env, const ERL_NIF_TERM argv[], connection_work work);

/* Defines what Erlang calls as `function` and what it does as `work`; the connection is the first argument. */
#define CONNECTION_NIF(function, work, is_long)                                                       \
    static NIF(work##_dirty) {                                                                        \
        (void)argc;                                                                                   \
        return with_connection_dirty(env, argv, work);                                                \
    }                                                                                                 \
    NIF(function) { return with_connection(env, argc, argv, #function, work##_dirty, is_long, work); }

bool always(ErlNifEnv *env, const struct connection *connection, const ERL_NIF_TERM argv[]);
bool is_first(ErlNifEnv *env, const struct connection *connection, const ERL_NIF_TERM argv[]);

/* The reason of a connection that failed: {connection_failed, Detail}. */
ERL_NIF_TERM connection_reason(ErlNifEnv *env, struct connection *connection);
/* Empties what waits for the peer into a sink. */
bool transmit_all(struct connection *connection, struct sink *out);

/* --- what Erlang calls (module.c) --- */

NIF(nif_version);

NIF(nif_abi_version);

NIF(nif_suite_name);

NIF(nif_trust_anchors_new);
NIF(nif_trust_anchors_info);

NIF(nif_policy_new);
NIF(nif_policy_new_toml);
NIF(nif_policy_info);

NIF(nif_credentials_new);
NIF(nif_credentials_which);
NIF(nif_credentials_count);

NIF(nif_certificate_new);
NIF(nif_certificate_der);
NIF(nif_certificate_info);
NIF(nif_certificate_digest);

NIF(nif_context_new);
NIF(nif_context_set_policy);
NIF(nif_context_set_credentials);
NIF(nif_context_set_ticket_keys);
NIF(nif_context_forget);

NIF(nif_connection_new);
NIF(nif_connection_set);
NIF(nif_connection_received);
NIF(nif_connection_write);
NIF(nif_connection_transmit);
NIF(nif_connection_close);
NIF(nif_connection_end_of_input);
NIF(nif_connection_advance);
NIF(nif_connection_deadline);
NIF(nif_connection_next_event);
NIF(nif_connection_next_key_log_line);
NIF(nif_connection_client_hello);
NIF(nif_connection_choose);
NIF(nif_connection_refuse);
NIF(nif_connection_phase);
NIF(nif_connection_info);
NIF(nif_connection_certificates);
NIF(nif_connection_channel_binding);
NIF(nif_connection_verification);
NIF(nif_connection_verdict);
NIF(nif_connection_conclude);

NIF(nif_endpoint_new);

NIF(nif_verification_new);
NIF(nif_verification_new_chain);
NIF(nif_verification_ask_dialback);
NIF(nif_verification_questions);
NIF(nif_verification_answer);
NIF(nif_verification_decide);

NIF(nif_verdict_info);
NIF(nif_verdict_json);
NIF(nif_connection_report);
NIF(nif_verdict_observe);
NIF(nif_compat_verify_chain);
NIF(nif_compat_verify_code);
NIF(nif_compat_verify_text);
NIF(nif_compat_suite_name);
NIF(nif_compat_parse_ciphers);
NIF(nif_compat_option_meaning);
NIF(nif_connection_concluded);
NIF(nif_external_users);
NIF(nif_external_list);
NIF(nif_external_foreign);
NIF(nif_external_resolve);
NIF(nif_external_resolve_server);
NIF(nif_external_offer);
NIF(nif_external_client_authzid);
NIF(nif_external_encode_authzid);
NIF(nif_external_decode_authzid);

NIF(nif_dialback_random_secret);
NIF(nif_dialback_secret_new);
NIF(nif_dialback_key);
NIF(nif_dialback_matches);
NIF(nif_verdict_dialback_condition);
NIF(nif_lookup_new);
NIF(nif_lookup_watch);
NIF(nif_lookup_question);
NIF(nif_lookup_domain);
NIF(nif_lookup_collect);
NIF(nif_lookup_flush);
NIF(nif_lookup_close);
NIF(nif_reply_info);
NIF(nif_reply_answer);
NIF(nif_reply_answer_all);

#endif
