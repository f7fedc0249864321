/*
 * verify_only: would this chain prove this domain? The same decision as on a connection, without one.
 *
 *     verify_only c2s-client|s2s DOMAIN CHAIN.pem [CA-FILE]
 *
 * Prints the verdict as JSON (docs/schema/verdict.json). The exit code is 0 when the peer would be
 * authenticated, 1 when not, 2 when the question could not be asked. A chain alone does not show that anyone
 * holds its key, so the verdict permits nothing by itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xmpptls.h>

enum { CHAIN = 10, FILE_BYTES = 256 * 1024 };

static void check(const char *what, xmpp_tls_result result, xmpp_tls_error **error)
{
    if (result == XMPP_TLS_OK)
        return;
    xmpp_tls_str text = error && *error ? xmpp_tls_error_message(*error) : xmpp_tls_result_message(result);
    fprintf(stderr, "%s: %.*s\n", what, (int)text.len, text.data);
    xmpp_tls_error_free(error ? *error : NULL);
    exit(2);
}

static const xmpp_tls_trust_anchors *read_anchors(const char *ca_file)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_trust_anchors_builder *builder = NULL;
    const xmpp_tls_trust_anchors *anchors = NULL;

    check("anchors", xmpp_tls_trust_anchors_builder_new(&builder), NULL);
    if (ca_file)
        check(ca_file, xmpp_tls_trust_anchors_builder_add_file(builder, ca_file, strlen(ca_file), &error), &error);
    else
        check("system trust", xmpp_tls_trust_anchors_builder_add_system(builder, &error), &error);
    check("anchors", xmpp_tls_trust_anchors_builder_build(builder, &anchors, &error), &error);
    xmpp_tls_trust_anchors_builder_free(builder);
    return anchors;
}

static const xmpp_tls_policy *make_policy(const char *preset, const char *ca_file)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_policy_builder *builder = NULL;
    const xmpp_tls_policy *policy = NULL;
    const xmpp_tls_trust_anchors *anchors = read_anchors(ca_file);

    check(preset, xmpp_tls_policy_builder_new(preset, strlen(preset), &builder, &error), &error);
    check("policy", xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, &error), &error);
    check("policy", xmpp_tls_policy_builder_build(builder, &policy, &error), &error);
    xmpp_tls_policy_builder_free(builder);
    xmpp_tls_trust_anchors_free(anchors);
    return policy;
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, FILE_BYTES + 1);
    if (!file || !text) {
        perror(path);
        exit(2);
    }
    if (fread(text, 1, FILE_BYTES, file) == FILE_BYTES) {
        fprintf(stderr, "%s is too long\n", path);
        exit(2);
    }
    fclose(file);
    return text;
}

/* The certificates of a PEM file, in their order; the peer's own comes first. */
static size_t read_chain(const char *path, const xmpp_tls_certificate **chain)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
    char *text = read_text(path);
    size_t count = 0;

    for (char *from = strstr(text, begin); from && count < CHAIN; from = strstr(from, begin)) {
        xmpp_tls_error *error = NULL;
        char *to = strstr(from, end);
        size_t length = to ? (size_t)(to - from) + sizeof end - 1 : strlen(from);
        check(path, xmpp_tls_certificate_new_pem(from, length, &chain[count++], &error), &error);
        from += length;
    }
    free(text);
    if (count == 0) {
        fprintf(stderr, "%s holds no certificate\n", path);
        exit(2);
    }
    return count;
}

/* Nobody is asked anything here: what the chain proves by itself, and nothing that look-ups would add. */
static const xmpp_tls_verdict *judge(const char *domain, const char *path, const xmpp_tls_policy *policy)
{
    const xmpp_tls_certificate *chain[CHAIN] = { NULL };
    size_t count = read_chain(path, chain);
    xmpp_tls_error *error = NULL;
    xmpp_tls_verification *verification = NULL;
    const xmpp_tls_verdict *verdict = NULL;
    xmpp_tls_time now = { (int64_t)time(NULL), 0 };

    check("verification", xmpp_tls_verification_new_chain(chain, count, domain, strlen(domain),
              XMPP_TLS_DIRECTION_INITIATING, policy, NULL, &verification, &error), &error);
    check("verdict", xmpp_tls_verification_decide(verification, &now, &verdict, &error), &error);
    xmpp_tls_verification_free(verification);
    for (size_t i = 0; i < count; i++)
        xmpp_tls_certificate_free(chain[i]);
    return verdict;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s c2s-client|s2s DOMAIN CHAIN.pem [CA-FILE]\n", argv[0]);
        return 2;
    }
    const xmpp_tls_policy *policy = make_policy(argv[1], argc > 4 ? argv[4] : NULL);
    const xmpp_tls_verdict *verdict = judge(argv[2], argv[3], policy);
    xmpp_tls_str json = xmpp_tls_verdict_json(verdict);
    int authenticated = xmpp_tls_verdict_level(verdict) == XMPP_TLS_LEVEL_AUTHENTICATED;

    printf("%.*s\n", (int)json.len, json.data);
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_policy_free(policy);
    return authenticated ? 0 : 1;
}
