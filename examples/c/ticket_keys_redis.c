/*
 * ticket_keys_redis: ticket_keys.h with hiredis, for Redis and Valkey, and AES-256-GCM of OpenSSL.
 *
 * Time is cut into periods, and each has its key. Whoever first finds none for this period or the one after makes it,
 * if there is still none (SET NX); everybody else takes what is there. A record is sealed with the cluster's secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "ticket_keys.h"

#include <hiredis/hiredis.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LABEL = 4, NONCE = 12, TAG = 16, SECRET = 32, KEY = XMPP_TLS_TICKET_KEY_SIZE,
    HEAD = LABEL + 8 + 4, /* label, beginning of the period, its seconds */
    CLUSTER = 64, PLAIN = HEAD + KEY + CLUSTER, RECORD = LABEL + NONCE + PLAIN + TAG,
    NAME = 128, HELD = 8,
    LIFETIME = 12 * 3600, /* of a ticket, in the library */
};
static const uint8_t label[LABEL] = { 'X', 'T', 'K', 1 };

struct held {
    int64_t begin;
    uint8_t key[KEY];
};

struct ticket_keys {
    xmpp_tls_context *context;
    char store[256], password[128], cluster[CLUSTER + 1];
    uint8_t secret[SECRET];
    int64_t period;
    int kept; /* periods for which tickets still come back, and one for clocks that differ */
    struct held held[HELD];
    int count, well;
};

static void tell(struct ticket_keys *keys, const char *what, const char *why)
{
    fprintf(stderr, "ticket keys: %s: %s\n", what, why);
    keys->well = 0;
}

static void put_number(uint8_t *to, int bytes, uint64_t number)
{
    for (int i = bytes - 1; i >= 0; i--, number >>= 8)
        to[i] = (uint8_t)number;
}

/* What is sealed together with the key: before it the label and the period, behind it the cluster's name. */
static size_t frame(const struct ticket_keys *keys, int64_t begin, uint8_t *plain)
{
    size_t cluster = strlen(keys->cluster);
    memcpy(plain, label, LABEL);
    put_number(plain + LABEL, 8, (uint64_t)begin);
    put_number(plain + LABEL + 8, 4, (uint64_t)keys->period);
    memcpy(plain + HEAD + KEY, keys->cluster, cluster);
    return HEAD + KEY + cluster;
}

/* Writes a record of this key, or of a new one; returns its size, or 0. */
static size_t seal(const struct ticket_keys *keys, int64_t begin, const uint8_t *key, uint8_t *record)
{
    uint8_t plain[PLAIN], *nonce = record + LABEL, *sealed = nonce + NONCE;
    int length = (int)frame(keys, begin, plain), part = 0, more = 0;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    memcpy(record, label, LABEL);
    if (key)
        memcpy(plain + HEAD, key, KEY);
    int good = cipher && RAND_bytes(nonce, NONCE) == 1 && (key || RAND_bytes(plain + HEAD, KEY) == 1) &&
        EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, keys->secret, nonce) == 1 &&
        EVP_EncryptUpdate(cipher, sealed, &part, plain, length) == 1 &&
        EVP_EncryptFinal_ex(cipher, sealed + part, &more) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG, sealed + length) == 1;
    EVP_CIPHER_CTX_free(cipher);
    OPENSSL_cleanse(plain, sizeof plain);
    return good ? (size_t)(LABEL + NONCE + length + TAG) : 0;
}

/* Reads the key out of a record; NULL, or what is wrong with it. */
static const char *unseal(const struct ticket_keys *keys, int64_t begin, const uint8_t *record, size_t size, uint8_t *key)
{
    uint8_t plain[PLAIN], wanted[PLAIN], tag[TAG];
    if (size <= LABEL + NONCE + HEAD + KEY + TAG || size > RECORD || memcmp(record, label, LABEL) != 0)
        return "a record of another layout";
    int length = (int)(size - LABEL - NONCE - TAG), part = 0, more = 0;
    memcpy(tag, record + size - TAG, TAG);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int good = cipher && EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, keys->secret, record + LABEL) == 1 &&
        EVP_DecryptUpdate(cipher, plain, &part, record + LABEL + NONCE, length) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
        EVP_DecryptFinal_ex(cipher, plain + part, &more) == 1;
    EVP_CIPHER_CTX_free(cipher);
    const char *why = good ? NULL : "not sealed with this cluster's secret, or changed since";
    if (good && (frame(keys, begin, wanted) != (size_t)length || memcmp(plain, wanted, HEAD) != 0 ||
                    memcmp(plain + HEAD + KEY, wanted + HEAD + KEY, (size_t)length - HEAD - KEY) != 0))
        why = "the record of another cluster, time or period";
    if (!why)
        memcpy(key, plain + HEAD, KEY);
    OPENSSL_cleanse(plain, sizeof plain);
    return why;
}

static void name_of(const struct ticket_keys *keys, int64_t begin, char *name)
{
    snprintf(name, NAME, "xmpptls:ticket-key:%s:%lld", keys->cluster, (long long)begin);
}

static redisContext *reach(struct ticket_keys *keys)
{
    struct timeval patience = { 2, 0 };
    char host[sizeof keys->store];
    snprintf(host, sizeof host, "%s", keys->store);
    char *colon = strrchr(host, ':');
    if (colon && host[0] != '/')
        *colon = '\0';
    redisContext *redis = host[0] == '/' ? redisConnectUnixWithTimeout(host, patience)
                                         : redisConnectWithTimeout(host, colon ? atoi(colon + 1) : 6379, patience);
    if (redis && !redis->err && redisSetTimeout(redis, patience) == REDIS_OK && keys->password[0])
        freeReplyObject(redisCommand(redis, "AUTH %s", keys->password)); /* whether it was taken, the first GET says */
    return redis;
}

/* The reply to GET; NULL when the store did not answer. */
static redisReply *get(struct ticket_keys *keys, redisContext *redis, const char *name)
{
    redisReply *reply = redisCommand(redis, "GET %s", name);
    if (!reply || reply->type == REDIS_REPLY_ERROR) {
        tell(keys, "the store is away", reply ? reply->str : redis->errstr);
        if (reply)
            freeReplyObject(reply);
        return NULL;
    }
    return reply;
}

static const struct held *held_for(const struct ticket_keys *keys, int64_t begin)
{
    for (int i = 0; i < keys->count; i++)
        if (keys->held[i].begin == begin)
            return &keys->held[i];
    return NULL;
}

/* Writes a key if there is still none; whatever stands there then is everybody's. A store that lost its records gets
 * back what is held. */
static redisReply *make(struct ticket_keys *keys, redisContext *redis, const char *name, int64_t begin, int64_t now)
{
    uint8_t record[RECORD];
    const struct held *held = held_for(keys, begin);
    size_t size = seal(keys, begin, held ? held->key : NULL, record);
    long long seconds = (long long)(begin + (keys->kept + 1) * keys->period - now);
    if (size > 0)
        freeReplyObject(redisCommand(redis, "SET %s %b NX EX %lld", name, record, size, seconds));
    return get(keys, redis, name);
}

/* The key of one period into `found`: 1, or 0 when there is none, or -1 when the store is away. */
static int look(struct ticket_keys *keys, redisContext *redis, int64_t now, int64_t current, struct held *found)
{
    char name[NAME];
    const struct held *held = held_for(keys, found->begin);
    int have = held != NULL;
    name_of(keys, found->begin, name);
    redisReply *reply = get(keys, redis, name);
    if (reply && reply->type == REDIS_REPLY_NIL && found->begin >= current) {
        freeReplyObject(reply);
        reply = make(keys, redis, name, found->begin, now);
    }
    if (!reply)
        return -1;
    if (held)
        memcpy(found->key, held->key, KEY);
    if (reply->type == REDIS_REPLY_STRING) {
        const char *why = unseal(keys, found->begin, (const uint8_t *)reply->str, reply->len, found->key);
        if (why)
            tell(keys, name, why);
        else if (held && memcmp(held->key, found->key, KEY) != 0)
            fprintf(stderr, "ticket keys: %s: replaced in the store, and here\n", name);
        have = have || !why;
    }
    freeReplyObject(reply);
    return have;
}

/* The keys of all periods that matter, the newest first; how many, or -1 when the store is away. */
static int look_around(struct ticket_keys *keys, redisContext *redis, int64_t now, int64_t current, struct held *found)
{
    int count = 0;
    for (int number = 1; number >= -keys->kept; number--) {
        found[count].begin = current + number * keys->period;
        int have = look(keys, redis, now, current, &found[count]);
        if (have < 0)
            return -1;
        count += have;
    }
    return count;
}

/* The newest key whose period has begun seals; all open. The last one stays, however old. */
static void give(struct ticket_keys *keys, int64_t current)
{
    struct held order[HELD];
    uint8_t bytes[HELD * KEY];
    int first = 0, count = 1;
    while (first < keys->count && keys->held[first].begin > current)
        first++;
    if (first == keys->count)
        return;
    order[0] = keys->held[first];
    for (int i = 0; i < keys->count; i++)
        if (i != first && keys->held[i].begin >= current - keys->kept * keys->period)
            order[count++] = keys->held[i];
    for (int i = 0; i < count; i++)
        memcpy(bytes + i * KEY, order[i].key, KEY);
    xmpp_tls_result result = xmpp_tls_context_set_ticket_keys(keys->context, bytes, (size_t)count, NULL);
    if (result != XMPP_TLS_OK)
        tell(keys, "the library", xmpp_tls_result_message(result).data);
    OPENSSL_cleanse(order, sizeof order);
    OPENSSL_cleanse(bytes, sizeof bytes);
}

int ticket_keys_refresh(struct ticket_keys *keys)
{
    int64_t now = (int64_t)time(NULL), current = now - now % keys->period;
    struct held found[HELD];
    keys->well = 1;
    redisContext *redis = reach(keys);
    int count = -1;
    if (!redis || redis->err)
        tell(keys, "the store is away", redis ? redis->errstr : "no memory");
    else
        count = look_around(keys, redis, now, current, found);
    if (redis)
        redisFree(redis);
    if (count >= 0) {
        memcpy(keys->held, found, (size_t)count * sizeof *found);
        keys->count = count;
    }
    OPENSSL_cleanse(found, sizeof found);
    give(keys, current);
    return keys->well;
}

static int read_secret(struct ticket_keys *keys, const char *path)
{
    char text[2 * SECRET + 2] = "";
    FILE *file = fopen(path, "r");
    size_t got = file ? fread(text, 1, sizeof text - 1, file) : 0;
    int good = got >= 2 * SECRET && (got == 2 * SECRET || text[2 * SECRET] == '\n') &&
        strspn(text, "0123456789abcdefABCDEF") == 2 * SECRET;
    for (int i = 0; good && i < SECRET; i++) {
        char digits[3] = { text[2 * i], text[2 * i + 1], '\0' };
        keys->secret[i] = (uint8_t)strtol(digits, NULL, 16);
    }
    if (file)
        fclose(file);
    OPENSSL_cleanse(text, sizeof text);
    return good;
}

struct ticket_keys *ticket_keys_begin(xmpp_tls_context *context, const struct ticket_keys_options *options)
{
    struct ticket_keys *keys = calloc(1, sizeof *keys);
    size_t cluster = strlen(options->cluster);
    if (!keys)
        return NULL;
    keys->context = context;
    keys->period = options->period ? options->period : 24 * 3600;
    keys->kept = (int)(LIFETIME / keys->period) + 1;
    snprintf(keys->store, sizeof keys->store, "%s", options->store);
    snprintf(keys->password, sizeof keys->password, "%s", options->password ? options->password : "");
    snprintf(keys->cluster, sizeof keys->cluster, "%s", options->cluster);
    if (keys->period < 3 * 3600 || keys->period > 7 * 24 * 3600)
        tell(keys, "options", "a period is between three hours and seven days");
    else if (cluster < 1 || cluster > CLUSTER)
        tell(keys, "options", "a cluster's name has 1 to 64 bytes");
    else if (!read_secret(keys, options->secret_file))
        tell(keys, options->secret_file, "64 hexadecimal digits are needed");
    else if (ticket_keys_refresh(keys))
        return keys;
    ticket_keys_free(keys);
    return NULL;
}

void ticket_keys_free(struct ticket_keys *keys)
{
    if (keys)
        OPENSSL_cleanse(keys, sizeof *keys);
    free(keys);
}
