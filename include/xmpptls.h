/*
 * xmpptls.h – TLS for XMPP: how a stream is secured, and by which proof its peer is known.
 *
 * Generated from src/ffi by `make header`; do not edit. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The parts, in the order of reading: each opens with an essay that says what its handles are for, what
 * they decide, and what they do not check.
 */
#ifndef XMPPTLS_H
#define XMPPTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define XMPP_TLS_WARN_UNUSED __attribute__((warn_unused_result))
#else
#define XMPP_TLS_WARN_UNUSED
#endif

#define XMPP_TLS_VERSION_MAJOR 0
#define XMPP_TLS_VERSION_MINOR 1
#define XMPP_TLS_VERSION_PATCH 0
#define XMPP_TLS_VERSION "0.1.0"


/* ====================================================================================================
 * Results, text, bytes, time and version.
 *
 * **Results.** A function that can fail returns `xmpp_tls_result`; 0 is `XMPP_TLS_OK`. The number says
 * what the *caller* can act on. A refused peer is never a result: it is a verdict. Numbers are fixed for
 * good, come in blocks of a hundred per category, and are defined for every value: an unknown one has the
 * category of its block and a message that says so.
 *
 * **Parameters.** The handle comes first, then inputs, then outputs, whose names end in `_out`; last comes
 * an optional `error_out` for detail. On success every output is written. On failure none is, except that
 * a handle output is set to NULL, so that freeing it is always safe. An output may not be NULL unless its
 * comment says so.
 *
 * **Bytes and text.** Input is pointer and length and is copied; NULL with length 0 is empty. Text is
 * UTF-8 without a terminating zero. Domains go in as U-labels or A-labels and come out as A-labels. Output
 * is `xmpp_tls_str` or `xmpp_tls_bytes`, borrowed from the handle that it was read from and valid as long
 * as that handle is not freed and, for a connection, not driven further. Static text is valid for ever.
 *
 * **Handles** are opaque and of three kinds. *Shared* ones never change: any thread may use them at any
 * time, `_retain` makes another reference, each reference ends with one `_free`. *Exclusive* ones change:
 * one thread at a time, and may move between threads; use by two at once is noticed and answered with
 * `XMPP_TLS_HANDLE_BUSY`. *Synchronised* ones (context, lookup) change and may be used by all threads at
 * once. `_free(NULL)` does nothing. Nothing here calls back, reads a clock or opens a socket, except where
 * a name says lookup.
 *
 * **Panics** do not cross this border: they become `XMPP_TLS_INTERNAL`, and the exclusive handle that was
 * in use answers `XMPP_TLS_POISONED` from then on.
 * ==================================================================================================== */

/** The number of the binary interface that this header describes. */
#define XMPP_TLS_ABI_VERSION 0

/** What a result is about: the block of its number. */
typedef int32_t xmpp_tls_category;
enum {
    /** Success. */
    XMPP_TLS_CATEGORY_SUCCESS = 0,
    /** The caller used the library wrongly, or gave it bad values. */
    XMPP_TLS_CATEGORY_USAGE = 1,
    /** Something is not there, or not yet. */
    XMPP_TLS_CATEGORY_NEED = 2,
    /** A file or its content is bad. */
    XMPP_TLS_CATEGORY_INPUT = 3,
    /** The connection does not allow it any more. */
    XMPP_TLS_CATEGORY_CONNECTION = 4,
    /** A look-up failed. */
    XMPP_TLS_CATEGORY_LOOKUP = 5,
    /** A fault inside the library. */
    XMPP_TLS_CATEGORY_INTERNAL = 9,
};

/**
 * What a call answers. Numbers are never reused.
 *
 */
typedef int32_t xmpp_tls_result;
enum {
    /** The call did what it says. */
    XMPP_TLS_OK = 0,
    /** A pointer that must not be NULL was NULL. */
    XMPP_TLS_NULL_PARAMETER = 100,
    /** A number, a length or an enum value has no meaning here. */
    XMPP_TLS_INVALID_PARAMETER = 101,
    /** Text is not UTF-8, or holds a zero byte. */
    XMPP_TLS_INVALID_TEXT = 102,
    /** Text is no domain. */
    XMPP_TLS_INVALID_DOMAIN = 103,
    /** The handle is not in a phase in which this call has a meaning. */
    XMPP_TLS_WRONG_PHASE = 104,
    /** Another thread, or an outer call, is using the exclusive handle. */
    XMPP_TLS_HANDLE_BUSY = 105,
    /** The pointer is no live handle of this type. */
    XMPP_TLS_WRONG_HANDLE = 106,
    /** The property was set before. */
    XMPP_TLS_ALREADY_SET = 107,
    /** Two settings contradict each other; the message names both. */
    XMPP_TLS_CONTRADICTION = 108,
    /** A policy text has an unknown key or a wrong value; the error says where. */
    XMPP_TLS_INVALID_POLICY = 109,
    /** Certificates shall be judged and no trust anchors were given. */
    XMPP_TLS_NO_TRUST_ANCHORS = 110,
    /** The verdict was made for another connection. */
    XMPP_TLS_FOREIGN_VERDICT = 111,
    /** The buffer is too small; the needed size was written. */
    XMPP_TLS_INSUFFICIENT_SIZE = 112,
    /** A named limit was reached. */
    XMPP_TLS_LIMIT_EXCEEDED = 113,
    /** No preset, record type or option has this name. */
    XMPP_TLS_UNKNOWN_NAME = 114,
    /** There is nothing to read now; the call may succeed later. */
    XMPP_TLS_NOT_YET = 200,
    /** The thing is not to be had on this handle; the message says why. */
    XMPP_TLS_NOT_AVAILABLE = 201,
    /** The library was built without this part. */
    XMPP_TLS_NOT_BUILT = 202,
    /** There is no entry at this index or name. */
    XMPP_TLS_NOT_FOUND = 203,
    /** A file could not be read; the error names it. */
    XMPP_TLS_FILE_NOT_READABLE = 300,
    /** PEM or base64 is broken. */
    XMPP_TLS_MALFORMED_PEM = 301,
    /** There is no certificate in the input. */
    XMPP_TLS_NO_CERTIFICATE = 302,
    /** There is no private key in the input. */
    XMPP_TLS_NO_PRIVATE_KEY = 303,
    /** The private key is encrypted; decrypt it before. */
    XMPP_TLS_ENCRYPTED_PRIVATE_KEY = 304,
    /** The private key does not belong to the certificate. */
    XMPP_TLS_KEY_MISMATCH = 305,
    /** The private key is of a kind that is not supported, or broken. */
    XMPP_TLS_UNSUPPORTED_PRIVATE_KEY = 306,
    /** A certificate is broken. */
    XMPP_TLS_MALFORMED_CERTIFICATE = 307,
    /** A certificate revocation list is broken. */
    XMPP_TLS_MALFORMED_CRL = 308,
    /** A DNS record or its text is broken. */
    XMPP_TLS_MALFORMED_RECORD = 309,
    /** A JSON document is broken. */
    XMPP_TLS_MALFORMED_DOCUMENT = 310,
    /**
     * The connection has failed; its cause says why. Only `xmpp_tls_connection_transmit`, readers and
     * `xmpp_tls_connection_free` are left.
     */
    XMPP_TLS_CONNECTION_FAILED = 400,
    /** This direction of the connection was closed. */
    XMPP_TLS_CONNECTION_CLOSED = 401,
    /** A look-up did not end in time. */
    XMPP_TLS_TIMEOUT = 500,
    /** The handle was made before a fork and is used in the child. */
    XMPP_TLS_FORKED = 501,
    /** The look-up was cancelled. */
    XMPP_TLS_CANCELLED = 502,
    /** The network or the resolver could not be set up. */
    XMPP_TLS_LOOKUP_UNAVAILABLE = 503,
    /** A fault inside the library. */
    XMPP_TLS_INTERNAL = 900,
    /** An earlier fault inside the library left the handle unusable; free it. */
    XMPP_TLS_POISONED = 901,
};

/** Borrowed UTF-8 text; not terminated by zero. `data` is never NULL. */
typedef struct {
    /** The first byte. */
    const char *data;
    /** How many bytes. */
    size_t len;
} xmpp_tls_str;

/** Borrowed bytes. `data` is never NULL. */
typedef struct {
    /** The first byte. */
    const uint8_t *data;
    /** How many bytes. */
    size_t len;
} xmpp_tls_bytes;

/** The time, as the host's clocks show it. The library reads no clock. */
typedef struct {
    /** Seconds since 1970-01-01 UTC: certificates and records are judged by it. */
    int64_t unix_seconds;
    /** Milliseconds of a clock that never goes back: time limits are kept by it. */
    uint64_t monotonic_ms;
} xmpp_tls_time;

/**
 * Names the version of the library that is running, as `major.minor.patch`.
 *
 * Compare with `XMPP_TLS_VERSION` of the header that the program was built with.
 *
 * Returns static text. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_version(void);

/**
 * Gives the number of the binary interface, the one in the name `libxmpptls.so.N`.
 *
 * Raised with each incompatible change; compare with `XMPP_TLS_ABI_VERSION` of the header.
 *
 * Threads: any. Since 0.1.
 */
uint32_t xmpp_tls_abi_version(void);

/**
 * Gives the constant's own name, such as `XMPP_TLS_OK`; `XMPP_TLS_UNKNOWN` for a number without one.
 *
 * Returns static text. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_result_name(int32_t result);

/**
 * Gives a short sentence for people. For a single failure `xmpp_tls_error_message` says more.
 *
 * Returns static text. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_result_message(int32_t result);

/**
 * Gives the category of a result, by the block of its number; unknown blocks count as internal.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_category xmpp_tls_result_category(int32_t result);


/* ====================================================================================================
 * Errors: what a failed call can tell beyond its result.
 *
 * Every call with something to tell takes `xmpp_tls_error **error_out` as its last parameter. It may be
 * NULL. On failure it receives an object that the caller owns and frees with `xmpp_tls_error_free`; on
 * success it receives NULL. The object belongs to no thread and no handle.
 * ==================================================================================================== */

/** Why a call failed, in detail. Owned by the caller; immutable. */
typedef struct xmpp_tls_error xmpp_tls_error;

/**
 * Gives the result of the failed call; `XMPP_TLS_OK` for NULL.
 *
 * `error`: borrowed for this call. May be NULL.
 *
 * Threads: any, as nothing changes an error. Since 0.1.
 */
xmpp_tls_result xmpp_tls_error_code(const xmpp_tls_error *error);

/**
 * Gives one sentence for people: what was wrong with what. Nothing should depend on its words.
 *
 * `error`: borrowed for this call. May be NULL; the text is empty then. The text is valid until the error is
 * freed.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_error_message(const xmpp_tls_error *error);

/**
 * Gives the path of the file that was at fault, or an empty text.
 *
 * `error`: borrowed for this call. May be NULL. The text is valid until the error is freed.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_error_file(const xmpp_tls_error *error);

/**
 * Gives the domain that was at fault, or an empty text.
 *
 * `error`: borrowed for this call. May be NULL. The text is valid until the error is freed.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_error_domain(const xmpp_tls_error *error);

/**
 * Gives the line that was at fault, counted from 1; 0 when there is none.
 *
 * `error`: borrowed for this call. May be NULL.
 *
 * Threads: any. Since 0.1.
 */
uint32_t xmpp_tls_error_line(const xmpp_tls_error *error);

/**
 * Gives the column that was at fault, counted in characters from 1; 0 when there is none.
 *
 * `error`: borrowed for this call. May be NULL.
 *
 * Threads: any. Since 0.1.
 */
uint32_t xmpp_tls_error_column(const xmpp_tls_error *error);

/**
 * Frees an error.
 *
 * `error`: owned by this call afterwards. May be NULL.
 *
 * Threads: any, once. Since 0.1.
 */
void xmpp_tls_error_free(xmpp_tls_error *error);

#ifdef __cplusplus
}
#endif

#endif /* XMPPTLS_H */
