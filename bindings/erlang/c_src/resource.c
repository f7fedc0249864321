/*
 * Resources: how handles of the library live in Erlang.
 *
 * A term keeps its handle alive, and a handle ends with its last term, whoever died meanwhile. Types are taken over
 * when the module is loaded anew, so terms outlive a code change.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "xmpptls_nif.h"

/* The kind goes with the handle, as one function ends them all. Kinds keep their numbers for good: a term may outlive
 * the code that made it. */
struct shared {
    enum kind kind;
    const void *handle;
};

static void drop_shared(ErlNifEnv *env, void *object) {
    (void)env;
    const struct shared *shared = object;
    switch (shared->kind) {
    case ANCHORS: xmpp_tls_trust_anchors_free(shared->handle); break;
    case POLICY: xmpp_tls_policy_free(shared->handle); break;
    case CREDENTIALS: xmpp_tls_credentials_free(shared->handle); break;
    case CERTIFICATE: xmpp_tls_certificate_free(shared->handle); break;
    case CONTEXT: xmpp_tls_context_free((xmpp_tls_context *)(uintptr_t)shared->handle); break;
    case ENDPOINT: xmpp_tls_endpoint_free(shared->handle); break;
    case VERDICT: xmpp_tls_verdict_free(shared->handle); break;
    case DIALBACK_SECRET: xmpp_tls_dialback_secret_free(shared->handle); break;
    case QUESTION: xmpp_tls_question_free(shared->handle); break;
    case REPLY: xmpp_tls_lookup_reply_free(shared->handle); break;
    case EXTERNAL_USERS: xmpp_tls_external_users_free(shared->handle); break;
    case SHARED_KINDS: break;
    }
}

static void drop_connection(ErlNifEnv *env, void *object) {
    (void)env;
    struct connection *connection = object;
    xmpp_tls_connection_free(connection->handle);
    xmpp_tls_verdict_free(connection->concluded);
    bytes_free(&connection->early);
    bytes_free(&connection->held);
    if (connection->lock != NULL) {
        enif_mutex_destroy(connection->lock);
    }
}

static void drop_verification(ErlNifEnv *env, void *object) {
    (void)env;
    struct verification *verification = object;
    xmpp_tls_verification_free(verification->handle);
    if (verification->lock != NULL) {
        enif_mutex_destroy(verification->lock);
    }
}

static const char *const SHARED_NAMES[SHARED_KINDS] = {
    [ANCHORS] = "xmpptls_trust_anchors",
    [POLICY] = "xmpptls_policy",
    [CREDENTIALS] = "xmpptls_credentials",
    [CERTIFICATE] = "xmpptls_certificate",
    [CONTEXT] = "xmpptls_context",
    [ENDPOINT] = "xmpptls_endpoint",
    [VERDICT] = "xmpptls_verdict",
    [DIALBACK_SECRET] = "xmpptls_dialback_secret",
    [QUESTION] = "xmpptls_question",
    [REPLY] = "xmpptls_lookup_reply",
    [EXTERNAL_USERS] = "xmpptls_external_users",
};

static ErlNifResourceType *shared_types[SHARED_KINDS], *connection_type, *verification_type;

static ErlNifResourceType *open_type(ErlNifEnv *env, const char *name, ErlNifResourceDtor *drop) {
    return enif_open_resource_type(env, NULL, name, drop, ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER, NULL);
}

bool open_resources(ErlNifEnv *env) {
    for (size_t kind = 0; kind < SHARED_KINDS; kind++) {
        shared_types[kind] = open_type(env, SHARED_NAMES[kind], drop_shared);
        if (shared_types[kind] == NULL) {
            return false;
        }
    }
    connection_type = open_type(env, "xmpptls_connection", drop_connection);
    verification_type = open_type(env, "xmpptls_verification", drop_verification);
    return connection_type != NULL && verification_type != NULL && open_lookup_resource(env);
}

ERL_NIF_TERM shared_term(ErlNifEnv *env, enum kind kind, const void *handle) {
    struct shared *shared = enif_alloc_resource(shared_types[kind], sizeof *shared);
    shared->kind = kind;
    shared->handle = handle;
    ERL_NIF_TERM term = enif_make_resource(env, shared);
    enif_release_resource(shared);
    return term;
}

const void *shared_handle(ErlNifEnv *env, ERL_NIF_TERM term, enum kind kind) {
    void *object;
    if (!enif_get_resource(env, term, shared_types[kind], &object)) {
        return NULL;
    }
    return ((struct shared *)object)->handle;
}

bool optional_handle(ErlNifEnv *env, ERL_NIF_TERM term, enum kind kind, const void **out) {
    *out = NULL;
    if (enif_is_identical(term, atom_undefined)) {
        return true;
    }
    *out = shared_handle(env, term, kind);
    return *out != NULL;
}

struct connection *connection_new(void) {
    struct connection *connection = enif_alloc_resource(connection_type, sizeof *connection);
    memset(connection, 0, sizeof *connection);
    connection->lock = enif_mutex_create("xmpptls_connection");
    if (connection->lock == NULL) {
        enif_release_resource(connection);
        return NULL;
    }
    return connection;
}

struct connection *connection_of(ErlNifEnv *env, ERL_NIF_TERM term) {
    void *object;
    return enif_get_resource(env, term, connection_type, &object) ? object : NULL;
}

ERL_NIF_TERM connection_term(ErlNifEnv *env, struct connection *connection) {
    ERL_NIF_TERM term = enif_make_resource(env, connection);
    enif_release_resource(connection);
    return term;
}

struct verification *verification_new(void) {
    struct verification *verification = enif_alloc_resource(verification_type, sizeof *verification);
    memset(verification, 0, sizeof *verification);
    verification->lock = enif_mutex_create("xmpptls_verification");
    if (verification->lock == NULL) {
        enif_release_resource(verification);
        return NULL;
    }
    return verification;
}

struct verification *verification_of(ErlNifEnv *env, ERL_NIF_TERM term) {
    void *object;
    return enif_get_resource(env, term, verification_type, &object) ? object : NULL;
}

ERL_NIF_TERM verification_term(ErlNifEnv *env, struct verification *verification) {
    ERL_NIF_TERM term = enif_make_resource(env, verification);
    enif_release_resource(verification);
    return term;
}

bool bytes_append(struct bytes *bytes, const uint8_t *data, size_t len, size_t limit) {
    if (len == 0) {
        return true;
    }
    if (len > limit || bytes->len > limit - len) {
        return false;
    }
    uint8_t *larger = enif_realloc(bytes->data, bytes->len + len);
    if (larger == NULL) {
        return false;
    }
    memcpy(larger + bytes->len, data, len);
    bytes->data = larger;
    bytes->len += len;
    return true;
}

void bytes_drop(struct bytes *bytes, size_t count) {
    if (count >= bytes->len) {
        bytes_free(bytes);
        return;
    }
    bytes->len -= count;
    memmove(bytes->data, bytes->data + count, bytes->len);
}

void bytes_free(struct bytes *bytes) {
    if (bytes->data != NULL) {
        enif_free(bytes->data);
    }
    bytes->data = NULL;
    bytes->len = 0;
}
