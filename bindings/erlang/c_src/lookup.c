/*
 * Look-ups: the library's own thread asks DNS and HTTPS, and a process is told when something is finished.
 *
 * The descriptor of the handle is watched by the virtual machine (enif_select), so nobody waits in a call. The handle
 * ends with the process that made it, with `lookup_close`, or with its last term; it is freed only when the machine has
 * let go of the descriptor.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

struct lookup {
    ErlNifMutex *lock;
    xmpp_tls_lookup *handle; /* NULL when it is ending */
    xmpp_tls_lookup *ending; /* to be freed when the descriptor is let go */
    int32_t descriptor;
    ErlNifMonitor owner;
    bool watched;
};

static ErlNifResourceType *lookup_type;

/* The lock is held. */
static void end(ErlNifEnv *env, struct lookup *lookup) {
    xmpp_tls_lookup *handle = lookup->handle;
    lookup->handle = NULL;
    if (handle == NULL) {
        return;
    }
    if (!lookup->watched) {
        xmpp_tls_lookup_free(handle);
        return;
    }
    lookup->ending = handle;
    (void)enif_select(env, lookup->descriptor, ERL_NIF_SELECT_STOP, lookup, NULL, atom_undefined);
}

static void stopped(ErlNifEnv *env, void *object, ErlNifEvent event, int is_direct_call) {
    (void)env;
    (void)event;
    (void)is_direct_call; /* the lock is held by `end` then, and what is done here needs none */
    struct lookup *lookup = object;
    xmpp_tls_lookup_free(lookup->ending);
    lookup->ending = NULL;
    lookup->watched = false;
}

static void owner_died(ErlNifEnv *env, void *object, ErlNifPid *pid, ErlNifMonitor *monitor) {
    (void)pid;
    (void)monitor;
    struct lookup *lookup = object;
    enif_mutex_lock(lookup->lock);
    end(env, lookup);
    enif_mutex_unlock(lookup->lock);
}

static void drop(ErlNifEnv *env, void *object) {
    (void)env;
    struct lookup *lookup = object;
    xmpp_tls_lookup_free(lookup->handle);
    if (lookup->lock != NULL) {
        enif_mutex_destroy(lookup->lock);
    }
}

bool open_lookup_resource(ErlNifEnv *env) {
    ErlNifResourceTypeInit callbacks = {.dtor = drop, .stop = stopped, .down = owner_died};
    lookup_type = enif_open_resource_type_x(env, "xmpptls_lookup", &callbacks,
                                            ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER, NULL);
    return lookup_type != NULL;
}

static struct lookup *lookup_of(ErlNifEnv *env, ERL_NIF_TERM term) {
    void *object;
    return enif_get_resource(env, term, lookup_type, &object) ? object : NULL;
}

typedef xmpp_tls_lookup_builder builder_handle;

/* {server, Address, Port} | {https_anchors, Anchors} | {allow_network, Text} | {dnssec_anchors, Lines} |
 * {https_port, Port} | {limits, QuestionMs, PoshMs, Pending} | allow_every_address | accept_resolver_without_dnssec */
static bool set(ErlNifEnv *env, builder_handle *builder, ERL_NIF_TERM option, xmpp_tls_result *result,
                xmpp_tls_error **error) {
    const ERL_NIF_TERM *part;
    int arity;
    char name[40];
    ErlNifBinary text;
    unsigned one, two, three;
    if (enif_get_atom(env, option, name, sizeof name, ERL_NIF_LATIN1)) {
        bool every = strcmp(name, "allow_every_address") == 0;
        *result = every ? xmpp_tls_lookup_builder_allow_every_address(builder)
                        : xmpp_tls_lookup_builder_accept_resolver_without_dnssec(builder);
        return every || strcmp(name, "accept_resolver_without_dnssec") == 0;
    }
    if (!enif_get_tuple(env, option, &arity, &part) || arity < 2 ||
        !enif_get_atom(env, part[0], name, sizeof name, ERL_NIF_LATIN1)) {
        return false;
    }
    if (strcmp(name, "server") == 0 && arity == 3 && read_bytes(env, part[1], &text) && enif_get_uint(env, part[2], &one)) {
        *result = xmpp_tls_lookup_builder_add_server(builder, TEXT(text), one, error);
        return true;
    }
    if (strcmp(name, "https_anchors") == 0 && arity == 2) {
        const xmpp_tls_trust_anchors *anchors = shared_handle(env, part[1], ANCHORS);
        *result = xmpp_tls_lookup_builder_set_https_trust_anchors(builder, anchors, error);
        return anchors != NULL;
    }
    if (strcmp(name, "allow_network") == 0 && arity == 2 && read_bytes(env, part[1], &text)) {
        *result = xmpp_tls_lookup_builder_allow_network(builder, TEXT(text), error);
        return true;
    }
    if (strcmp(name, "dnssec_anchors") == 0 && arity == 2 && read_bytes(env, part[1], &text)) {
        *result = xmpp_tls_lookup_builder_set_dnssec_trust_anchors(builder, TEXT(text), error);
        return true;
    }
    if (strcmp(name, "https_port") == 0 && arity == 2 && enif_get_uint(env, part[1], &one)) {
        *result = xmpp_tls_lookup_builder_set_https_port(builder, one);
        return true;
    }
    if (strcmp(name, "limits") == 0 && arity == 4 && enif_get_uint(env, part[1], &one) &&
        enif_get_uint(env, part[2], &two) && enif_get_uint(env, part[3], &three)) {
        *result = xmpp_tls_lookup_builder_set_limits(builder, one, two, three);
        return true;
    }
    return false;
}

/* [Option]; the process that calls is the owner */
NIF(nif_lookup_new) {
    (void)argc;
    builder_handle *builder = NULL;
    xmpp_tls_lookup *handle = NULL;
    xmpp_tls_error *error = NULL;
    ERL_NIF_TERM list = argv[0], head;
    bool understood = true;
    xmpp_tls_result result = xmpp_tls_lookup_builder_new(&builder);
    while (result == XMPP_TLS_OK && understood && enif_get_list_cell(env, list, &head, &list)) {
        understood = set(env, builder, head, &result, &error);
    }
    if (result == XMPP_TLS_OK && understood) {
        result = xmpp_tls_lookup_builder_build(builder, &handle, &error);
    }
    xmpp_tls_lookup_builder_free(builder);
    if (!understood) {
        xmpp_tls_error_free(error);
        return enif_make_badarg(env);
    }
    if (result != XMPP_TLS_OK) {
        return failed_with(env, result, error);
    }
    struct lookup *lookup = enif_alloc_resource(lookup_type, sizeof *lookup);
    ErlNifPid owner;
    memset(lookup, 0, sizeof *lookup);
    lookup->handle = handle;
    lookup->lock = enif_mutex_create("xmpptls_lookup");
    ERL_NIF_TERM term = enif_make_resource(env, lookup);
    bool good = lookup->lock != NULL && enif_self(env, &owner) != NULL &&
                enif_monitor_process(env, lookup, &owner, &lookup->owner) == 0;
    enif_release_resource(lookup);
    return good ? ok(env, term) : failed(env, XMPP_TLS_INTERNAL);
}

/* Lookup, Reference: {select, Lookup, Reference, ready_input} comes when something can be collected, once */
NIF(nif_lookup_watch) {
    (void)argc;
    struct lookup *lookup = lookup_of(env, argv[0]);
    xmpp_tls_error *error = NULL;
    if (lookup == NULL || !enif_is_ref(env, argv[1])) {
        return enif_make_badarg(env);
    }
    enif_mutex_lock(lookup->lock);
    xmpp_tls_result result = lookup->handle == NULL
                                 ? XMPP_TLS_CANCELLED
                                 : xmpp_tls_lookup_descriptor(lookup->handle, &lookup->descriptor, &error);
    if (result == XMPP_TLS_OK) {
        int done = enif_select(env, lookup->descriptor, ERL_NIF_SELECT_READ, lookup, NULL, argv[1]);
        lookup->watched = lookup->watched || done >= 0;
        result = done >= 0 ? XMPP_TLS_OK : XMPP_TLS_INTERNAL;
    }
    enif_mutex_unlock(lookup->lock);
    return result == XMPP_TLS_OK ? atom_ok : failed_with(env, result, error);
}

static ERL_NIF_TERM submitted(ErlNifEnv *env, xmpp_tls_result result, uint64_t id, xmpp_tls_error *error) {
    return result == XMPP_TLS_OK ? ok(env, enif_make_uint64(env, id)) : failed_with(env, result, error);
}

/* Lookup, Question, LimitMs */
NIF(nif_lookup_question) {
    (void)argc;
    struct lookup *lookup = lookup_of(env, argv[0]);
    const xmpp_tls_question *question = shared_handle(env, argv[1], QUESTION);
    unsigned limit;
    uint64_t id = 0;
    xmpp_tls_error *error = NULL;
    if (lookup == NULL || question == NULL || !enif_get_uint(env, argv[2], &limit)) {
        return enif_make_badarg(env);
    }
    enif_mutex_lock(lookup->lock);
    xmpp_tls_result result = lookup->handle == NULL
                                 ? XMPP_TLS_CANCELLED
                                 : xmpp_tls_lookup_submit_question(lookup->handle, question, limit, &id, &error);
    enif_mutex_unlock(lookup->lock);
    return submitted(env, result, id, error);
}

/* Lookup, candidates | gather, Domain, c2s | s2s, LimitMs */
NIF(nif_lookup_domain) {
    (void)argc;
    struct lookup *lookup = lookup_of(env, argv[0]);
    char what[12], service[4];
    ErlNifBinary domain;
    unsigned limit;
    uint64_t id = 0;
    xmpp_tls_error *error = NULL;
    if (lookup == NULL || !enif_get_atom(env, argv[1], what, sizeof what, ERL_NIF_LATIN1) ||
        !read_bytes(env, argv[2], &domain) || !enif_get_atom(env, argv[3], service, sizeof service, ERL_NIF_LATIN1) ||
        !enif_get_uint(env, argv[4], &limit)) {
        return enif_make_badarg(env);
    }
    uint32_t number = strcmp(service, "c2s") == 0 ? XMPP_TLS_SERVICE_C2S : XMPP_TLS_SERVICE_S2S;
    xmpp_tls_result result = XMPP_TLS_CANCELLED;
    enif_mutex_lock(lookup->lock);
    if (lookup->handle != NULL) {
        result = strcmp(what, "gather") == 0
                     ? xmpp_tls_lookup_submit_gather(lookup->handle, TEXT(domain), number, limit, &id, &error)
                     : xmpp_tls_lookup_submit_candidates(lookup->handle, TEXT(domain), number, limit, &id, &error);
    }
    enif_mutex_unlock(lookup->lock);
    return submitted(env, result, id, error);
}

/* {ok, Id, {ok, Reply} | {error, Code}} | none */
NIF(nif_lookup_collect) {
    (void)argc;
    struct lookup *lookup = lookup_of(env, argv[0]);
    uint64_t id = 0;
    xmpp_tls_result outcome = XMPP_TLS_OK;
    const xmpp_tls_lookup_reply *reply = NULL;
    xmpp_tls_error *error = NULL;
    if (lookup == NULL) {
        return enif_make_badarg(env);
    }
    enif_mutex_lock(lookup->lock);
    xmpp_tls_result result = lookup->handle == NULL
                                 ? XMPP_TLS_NOT_YET
                                 : xmpp_tls_lookup_collect(lookup->handle, &id, &outcome, &reply, &error);
    enif_mutex_unlock(lookup->lock);
    if (result != XMPP_TLS_OK) {
        xmpp_tls_error_free(error);
        return atom_none;
    }
    ERL_NIF_TERM answer = failed(env, outcome);
    if (reply != NULL) {
        answer = ok(env, shared_term(env, REPLY, reply));
    }
    return enif_make_tuple3(env, atom_ok, enif_make_uint64(env, id), answer);
}

NIF(nif_lookup_flush) {
    (void)argc;
    struct lookup *lookup = lookup_of(env, argv[0]);
    ErlNifBinary domain;
    if (lookup == NULL || !read_bytes(env, argv[1], &domain)) {
        return enif_make_badarg(env);
    }
    enif_mutex_lock(lookup->lock);
    xmpp_tls_result result = lookup->handle == NULL ? XMPP_TLS_CANCELLED
                                                    : xmpp_tls_lookup_flush(lookup->handle, TEXT(domain));
    enif_mutex_unlock(lookup->lock);
    return result == XMPP_TLS_OK ? atom_ok : failed(env, result);
}

NIF(nif_lookup_close) {
    (void)argc;
    struct lookup *lookup = lookup_of(env, argv[0]);
    if (lookup == NULL) {
        return enif_make_badarg(env);
    }
    enif_mutex_lock(lookup->lock);
    end(env, lookup);
    enif_mutex_unlock(lookup->lock);
    return atom_ok;
}
