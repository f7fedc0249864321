/*
 * history: what changed since a domain was seen last, with a database of the host's own (SQLite).
 *
 *     history DATABASE c2s-client|s2s DOMAIN CHAIN.pem CA-FILE
 *
 * Judges a chain as verify_only does, compares the verdict with what the database has of the domain, and stores
 * what is to be stored. The library keeps nothing and opens no file: it gives one text for each domain and
 * service, and the host keeps it where it keeps everything else.
 *
 * The exit code is 0 when nothing needs saying, 1 for a warning, 2 for an alarm, 3 when it could not be told. An
 * alarm is said again until a person accepts the change, by deleting the row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>
#include <xmpptls.h>

enum { CHAIN = 10, FILE_BYTES = 256 * 1024, COULD_NOT = 3, PATIENCE_MILLISECONDS = 10 * 1000 };

static void check(const char *what, xmpp_tls_result result, xmpp_tls_error **error)
{
    if (result == XMPP_TLS_OK)
        return;
    xmpp_tls_str text = error && *error ? xmpp_tls_error_message(*error) : xmpp_tls_result_message(result);
    fprintf(stderr, "%s: %.*s\n", what, (int)text.len, text.data);
    xmpp_tls_error_free(error ? *error : NULL);
    exit(COULD_NOT);
}

static const xmpp_tls_policy *make_policy(const char *preset, const char *ca_file)
{
    xmpp_tls_error *error = NULL;
    xmpp_tls_trust_anchors_builder *collected = NULL;
    const xmpp_tls_trust_anchors *anchors = NULL;
    xmpp_tls_policy_builder *builder = NULL;
    const xmpp_tls_policy *policy = NULL;

    check("anchors", xmpp_tls_trust_anchors_builder_new(&collected), NULL);
    check(ca_file, xmpp_tls_trust_anchors_builder_add_file(collected, ca_file, strlen(ca_file), &error), &error);
    check("anchors", xmpp_tls_trust_anchors_builder_build(collected, &anchors, &error), &error);
    check(preset, xmpp_tls_policy_builder_new(preset, strlen(preset), &builder, &error), &error);
    check("policy", xmpp_tls_policy_builder_set_trust_anchors(builder, anchors, &error), &error);
    check("policy", xmpp_tls_policy_builder_build(builder, &policy, &error), &error);
    xmpp_tls_policy_builder_free(builder);
    xmpp_tls_trust_anchors_free(anchors);
    xmpp_tls_trust_anchors_builder_free(collected);
    return policy;
}

/* The certificates of a PEM file, in their order; the peer's own comes first. */
static size_t read_chain(const char *path, const xmpp_tls_certificate **chain)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, FILE_BYTES + 1);
    size_t count = 0;

    if (!file || !text || fread(text, 1, FILE_BYTES, file) == FILE_BYTES) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(COULD_NOT);
    }
    fclose(file);
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
        exit(COULD_NOT);
    }
    return count;
}

static const xmpp_tls_verdict *judge(const char *domain, const char *path, const xmpp_tls_policy *policy,
                                     const xmpp_tls_time *now)
{
    const xmpp_tls_certificate *chain[CHAIN] = { NULL };
    size_t count = read_chain(path, chain);
    xmpp_tls_error *error = NULL;
    xmpp_tls_verification *verification = NULL;
    const xmpp_tls_verdict *verdict = NULL;

    check("verification", xmpp_tls_verification_new_chain(chain, count, domain, strlen(domain),
              XMPP_TLS_DIRECTION_INITIATING, policy, NULL, &verification, &error), &error);
    check("verdict", xmpp_tls_verification_decide(verification, now, &verdict, &error), &error);
    xmpp_tls_verification_free(verification);
    for (size_t i = 0; i < count; i++)
        xmpp_tls_certificate_free(chain[i]);
    return verdict;
}

/* Whatever goes wrong with the database, nothing is said about changes, and nothing is taken for a first visit. */
static void expect(sqlite3 *database, int status, int wanted)
{
    if (status == wanted)
        return;
    fprintf(stderr, "the database: %s\n", sqlite3_errmsg(database));
    sqlite3_close(database);
    exit(COULD_NOT);
}

static void run(sqlite3 *database, const char *statement)
{
    expect(database, sqlite3_exec(database, statement, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3 *open_database(const char *path)
{
    sqlite3 *database = NULL;
    int status = sqlite3_open(path, &database);

    expect(database, status, SQLITE_OK);
    /* Before anything is asked: another process may have the file just now. */
    expect(database, sqlite3_busy_timeout(database, PATIENCE_MILLISECONDS), SQLITE_OK);
    run(database, "CREATE TABLE IF NOT EXISTS seen (domain TEXT NOT NULL, service TEXT NOT NULL,"
                  " history TEXT NOT NULL, PRIMARY KEY (domain, service))");
    return database;
}

static sqlite3_stmt *prepare(sqlite3 *database, const char *statement, const char *domain, const char *service)
{
    sqlite3_stmt *prepared = NULL;

    expect(database, sqlite3_prepare_v2(database, statement, -1, &prepared, NULL), SQLITE_OK);
    expect(database, sqlite3_bind_text(prepared, 1, domain, -1, SQLITE_TRANSIENT), SQLITE_OK);
    expect(database, sqlite3_bind_text(prepared, 2, service, -1, SQLITE_TRANSIENT), SQLITE_OK);
    return prepared;
}

/* Compares with what is stored. A text that cannot be read is an error here, and the row stays as it is. */
static const xmpp_tls_observation *observe(sqlite3 *database, const char *domain, const char *service,
                                           const xmpp_tls_verdict *verdict, const xmpp_tls_time *now)
{
    sqlite3_stmt *row = prepare(database, "SELECT history FROM seen WHERE domain = ?1 AND service = ?2",
                                domain, service);
    const xmpp_tls_observation *observation = NULL;
    const unsigned char *history = NULL;
    xmpp_tls_error *error = NULL;
    size_t length = 0;
    int status = sqlite3_step(row);

    if (status == SQLITE_ROW) {
        history = sqlite3_column_text(row, 0);
        length = (size_t)sqlite3_column_bytes(row, 0);
        if (length == 0) {
            /* An empty text would be a first visit. There was one before, so this is damage. */
            fprintf(stderr, "history: the row of %s is empty\n", domain);
            exit(COULD_NOT);
        }
    } else {
        expect(database, status, SQLITE_DONE);
    }
    check("history", xmpp_tls_verdict_observe(verdict, history, length, now, &observation, &error), &error);
    sqlite3_finalize(row);
    return observation;
}

static void store(sqlite3 *database, const char *domain, const char *service, xmpp_tls_str history)
{
    sqlite3_stmt *statement = prepare(database, "INSERT OR REPLACE INTO seen VALUES (?1, ?2, ?3)", domain, service);

    expect(database, sqlite3_bind_text(statement, 3, history.data, (int)history.len, SQLITE_TRANSIENT), SQLITE_OK);
    expect(database, sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: %s DATABASE c2s-client|s2s DOMAIN CHAIN.pem CA-FILE\n", argv[0]);
        return COULD_NOT;
    }
    const char *preset = argv[2], *domain = argv[3], *service = strcmp(preset, "s2s") ? "c2s" : "s2s";
    xmpp_tls_time now = { (int64_t)time(NULL), 0 };
    const xmpp_tls_policy *policy = make_policy(preset, argv[5]);
    const xmpp_tls_verdict *verdict = judge(domain, argv[4], policy, &now);

    /* Read, compare and write as one, with the lock from the beginning: else two processes that both read first
       would each write over what the other has seen. */
    sqlite3 *database = open_database(argv[1]);
    run(database, "BEGIN IMMEDIATE");
    const xmpp_tls_observation *observation = observe(database, domain, service, verdict, &now);
    xmpp_tls_str history = xmpp_tls_observation_to_store(observation);
    if (history.len > 0)
        store(database, domain, service, history);
    run(database, "COMMIT");
    sqlite3_close(database);

    uint32_t loudness = xmpp_tls_observation_loudness(observation);
    xmpp_tls_str change = xmpp_tls_observation_change_name(observation), loud = xmpp_tls_loudness_name(loudness);
    printf("%s: %.*s (%.*s)\n", domain, (int)change.len, change.data, (int)loud.len, loud.data);
    xmpp_tls_observation_free(observation);
    xmpp_tls_verdict_free(verdict);
    xmpp_tls_policy_free(policy);
    return loudness == XMPP_TLS_LOUDNESS_ALARM ? 2 : loudness == XMPP_TLS_LOUDNESS_WARNING ? 1 : 0;
}
