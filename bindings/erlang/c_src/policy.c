/*
 * Policies: what is demanded. A preset's name, or the TOML form, and settings by their names in that form.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "xmpptls_nif.h"

/* {Name, Value}, both text, as in the TOML form. */
static bool set(ErlNifEnv *env, xmpp_tls_policy_builder *builder, ERL_NIF_TERM setting, xmpp_tls_result *result,
                xmpp_tls_error **error) {
    const ERL_NIF_TERM *pair;
    int arity;
    ErlNifBinary name, value;
    if (!enif_get_tuple(env, setting, &arity, &pair) || arity != 2 || !read_bytes(env, pair[0], &name) ||
        !read_bytes(env, pair[1], &value)) {
        return false;
    }
    *result = xmpp_tls_policy_builder_set(builder, TEXT(name), TEXT(value), error);
    return true;
}

/* Ends the builder. */
static ERL_NIF_TERM build(ErlNifEnv *env, xmpp_tls_policy_builder *builder, ERL_NIF_TERM settings,
                          ERL_NIF_TERM anchors_term) {
    xmpp_tls_result result = XMPP_TLS_OK;
    xmpp_tls_error *error = NULL;
    const xmpp_tls_policy *policy = NULL;
    const void *anchors;
    ERL_NIF_TERM list = settings, head;
    bool understood = optional_handle(env, anchors_term, ANCHORS, &anchors);

    if (understood && anchors != NULL) {
        result = xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, &error);
    }
    while (result == XMPP_TLS_OK && understood && enif_get_list_cell(env, list, &head, &list)) {
        understood = set(env, builder, head, &result, &error);
    }
    if (result == XMPP_TLS_OK && understood) {
        result = xmpp_tls_policy_builder_build(builder, &policy, &error);
    }
    xmpp_tls_policy_builder_free(builder);
    if (!understood) {
        xmpp_tls_error_free(error);
        return enif_make_badarg(env);
    }
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    return ok(env, shared_term(env, POLICY, policy));
}

typedef xmpp_tls_result (*beginning)(const char *, size_t, xmpp_tls_policy_builder **, xmpp_tls_error **);

static ERL_NIF_TERM make(ErlNifEnv *env, const ERL_NIF_TERM argv[], beginning begin) {
    ErlNifBinary from;
    xmpp_tls_policy_builder *builder = NULL;
    xmpp_tls_error *error = NULL;
    if (!read_bytes(env, argv[0], &from) || !enif_is_list(env, argv[1])) {
        return enif_make_badarg(env);
    }
    xmpp_tls_result result = begin(TEXT(from), &builder, &error);
    return result == XMPP_TLS_OK ? build(env, builder, argv[1], argv[2]) : failed_with(env, result, error);
}

/* Preset, [{Name, Value}], Anchors | undefined */
NIF(nif_policy_new) {
    (void)argc;
    return make(env, argv, xmpp_tls_policy_builder_new);
}

/* Toml, [{Name, Value}], Anchors | undefined */
NIF(nif_policy_new_toml) {
    (void)argc;
    return make(env, argv, xmpp_tls_policy_builder_new_toml);
}

NIF(nif_policy_info) {
    (void)argc;
    const xmpp_tls_policy *policy = shared_handle(env, argv[0], POLICY);
    if (policy == NULL) {
        return enif_make_badarg(env);
    }
    ERL_NIF_TERM relaxations = enif_make_list(env, 0);
    for (size_t index = xmpp_tls_policy_relaxation_count(policy); index > 0; index--) {
        relaxations = enif_make_list_cell(env, text(env, xmpp_tls_policy_relaxation(policy, index - 1)), relaxations);
    }
    struct map info = map_new(env);
    map_put(&info, "name", text(env, xmpp_tls_policy_name(policy)));
    map_put(&info, "toml", text(env, xmpp_tls_policy_toml(policy)));
    map_put(&info, "relaxations", relaxations);
    return info.term;
}
