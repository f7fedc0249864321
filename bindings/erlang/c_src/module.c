/*
 * The NIF as a module: its functions, and its life. Loading makes the resource types, upgrading takes them over, so that
 * terms of the old code go on under the new.
 *
 * Where a function runs: file work on dirty I/O schedulers, long computing on dirty CPU schedulers, the rest on normal
 * ones; connections decide for each call (connection.c).
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

NIF(nif_version) {
    (void)argc;
    (void)argv;
    return text(env, xmpp_tls_version());
}

NIF(nif_abi_version) {
    (void)argc;
    (void)argv;
    return enif_make_uint(env, xmpp_tls_abi_version());
}

#define DIRTY_CPU ERL_NIF_DIRTY_JOB_CPU_BOUND
#define DIRTY_IO ERL_NIF_DIRTY_JOB_IO_BOUND

static ErlNifFunc functions[] = {
    {"version", 0, nif_version, 0},
    {"abi_version", 0, nif_abi_version, 0},
    {"suite_name", 1, nif_suite_name, 0},
    {"trust_anchors_new", 1, nif_trust_anchors_new, DIRTY_IO},
    {"trust_anchors_info", 1, nif_trust_anchors_info, 0},
    {"policy_new", 3, nif_policy_new, DIRTY_CPU},
    {"policy_new_toml", 3, nif_policy_new_toml, DIRTY_CPU},
    {"policy_info", 1, nif_policy_info, 0},
    {"credentials_new", 1, nif_credentials_new, DIRTY_IO},
    {"credentials_which", 2, nif_credentials_which, 0},
    {"credentials_count", 1, nif_credentials_count, 0},
    {"certificate_new", 2, nif_certificate_new, 0},
    {"certificate_der", 1, nif_certificate_der, 0},
    {"certificate_info", 1, nif_certificate_info, 0},
    {"certificate_digest", 3, nif_certificate_digest, 0},
    {"context_new", 2, nif_context_new, DIRTY_CPU},
    {"context_set_policy", 2, nif_context_set_policy, DIRTY_CPU},
    {"context_set_credentials", 2, nif_context_set_credentials, DIRTY_CPU},
    {"context_set_ticket_keys", 2, nif_context_set_ticket_keys, 0},
    {"context_forget", 2, nif_context_forget, 0},
    {"connection_new", 4, nif_connection_new, 0},
    {"connection_set", 3, nif_connection_set, 0},
    {"connection_received", 3, nif_connection_received, 0},
    {"connection_write", 2, nif_connection_write, 0},
    {"connection_transmit", 1, nif_connection_transmit, 0},
    {"connection_close", 1, nif_connection_close, 0},
    {"connection_end_of_input", 1, nif_connection_end_of_input, 0},
    {"connection_advance", 1, nif_connection_advance, 0},
    {"connection_deadline", 1, nif_connection_deadline, 0},
    {"connection_next_event", 1, nif_connection_next_event, 0},
    {"connection_next_key_log_line", 1, nif_connection_next_key_log_line, 0},
    {"connection_client_hello", 1, nif_connection_client_hello, 0},
    {"connection_choose", 4, nif_connection_choose, 0},
    {"connection_refuse", 2, nif_connection_refuse, 0},
    {"connection_phase", 1, nif_connection_phase, 0},
    {"connection_info", 1, nif_connection_info, 0},
    {"connection_certificates", 2, nif_connection_certificates, 0},
    {"connection_channel_binding", 2, nif_connection_channel_binding, 0},
    {"connection_verification", 4, nif_connection_verification, 0},
    {"connection_verdict", 2, nif_connection_verdict, 0},
    {"connection_conclude", 2, nif_connection_conclude, 0},
    {"endpoint_new", 6, nif_endpoint_new, 0},
    {"verification_new", 4, nif_verification_new, DIRTY_CPU},
    {"verification_new_chain", 5, nif_verification_new_chain, DIRTY_CPU},
    {"verification_ask_dialback", 4, nif_verification_ask_dialback, DIRTY_CPU},
    {"verification_questions", 2, nif_verification_questions, DIRTY_CPU},
    {"verification_answer", 3, nif_verification_answer, DIRTY_CPU},
    {"verification_decide", 2, nif_verification_decide, DIRTY_CPU},
    {"verdict_info", 1, nif_verdict_info, 0},
    {"verdict_json", 1, nif_verdict_json, 0},
    {"connection_report", 1, nif_connection_report, 0},
    {"verdict_observe", 3, nif_verdict_observe, DIRTY_CPU},
    {"compat_verify_chain", 2, nif_compat_verify_chain, 0},
    {"compat_verify_code", 1, nif_compat_verify_code, 0},
    {"compat_verify_text", 1, nif_compat_verify_text, 0},
    {"compat_suite_name", 1, nif_compat_suite_name, 0},
    {"compat_parse_ciphers", 1, nif_compat_parse_ciphers, 0},
    {"compat_option_meaning", 1, nif_compat_option_meaning, 0},
    {"connection_concluded", 1, nif_connection_concluded, 0},
    {"external_users", 2, nif_external_users, DIRTY_CPU},
    {"external_list", 1, nif_external_list, 0},
    {"external_foreign", 1, nif_external_foreign, 0},
    {"external_resolve", 3, nif_external_resolve, 0},
    {"external_resolve_server", 2, nif_external_resolve_server, 0},
    {"external_offer", 3, nif_external_offer, 0},
    {"external_client_authzid", 2, nif_external_client_authzid, 0},
    {"external_encode_authzid", 1, nif_external_encode_authzid, 0},
    {"external_decode_authzid", 1, nif_external_decode_authzid, 0},
    {"dialback_random_secret", 0, nif_dialback_random_secret, 0},
    {"dialback_secret_new", 1, nif_dialback_secret_new, 0},
    {"dialback_key", 4, nif_dialback_key, 0},
    {"dialback_matches", 5, nif_dialback_matches, 0},
    {"verdict_dialback_condition", 1, nif_verdict_dialback_condition, 0},
    {"lookup_new", 1, nif_lookup_new, DIRTY_IO},
    {"lookup_watch", 2, nif_lookup_watch, DIRTY_IO},
    {"lookup_question", 3, nif_lookup_question, DIRTY_CPU},
    {"lookup_domain", 5, nif_lookup_domain, DIRTY_CPU},
    {"lookup_collect", 1, nif_lookup_collect, 0},
    {"lookup_flush", 2, nif_lookup_flush, 0},
    {"lookup_close", 1, nif_lookup_close, DIRTY_CPU},
    {"reply_info", 1, nif_reply_info, 0},
    {"reply_answer", 3, nif_reply_answer, DIRTY_CPU},
    {"reply_answer_all", 2, nif_reply_answer_all, DIRTY_CPU},
};

/* A library of another binary interface would be misread. */
static bool fits(void) {
    return xmpp_tls_abi_version() == XMPP_TLS_ABI_VERSION;
}

static int load(ErlNifEnv *env, void **data, ERL_NIF_TERM info) {
    (void)data;
    (void)info;
    if (!fits()) {
        return 1;
    }
    make_atoms(env);
    return open_resources(env) ? 0 : 2;
}

static int upgrade(ErlNifEnv *env, void **data, void **old_data, ERL_NIF_TERM info) {
    (void)old_data;
    return load(env, data, info);
}

/* Nothing is left to end: resources outlive the module. */
static void unload(ErlNifEnv *env, void *data) {
    (void)env;
    (void)data;
}

ERL_NIF_INIT(xmpptls_nif, functions, load, NULL, upgrade, unload)
