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

/**
 * Gives the name of a category, such as `usage`; `internal` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_category_name(int32_t category);

/**
 * Gives the IANA name of a cipher suite, as `tls.cipher_suites` of a policy takes it; empty for a number that is not
 * here. Static text.
 *
 * `suite`: the IANA number. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_suite_name(uint32_t suite);


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


/* ====================================================================================================
 * Causes of a failed connection: 100 the stream before TLS, 200 TLS, 300 who the peer is, 400 time, 500 the host.
 * ==================================================================================================== */

/** Why a connection failed. */
typedef uint32_t xmpp_tls_cause;
enum {
    /** The peer ended the stream before it asked for TLS. */
    XMPP_TLS_CAUSE_STREAM_CLOSED_BY_PEER = 100,
    /** The peer's stream header was declined: the domain is not served here. */
    XMPP_TLS_CAUSE_STREAM_DECLINED = 101,
    /** Bytes stood where only TLS may follow (RFC 7457 §2.2): somebody tampers with the stream. */
    XMPP_TLS_CAUSE_INJECTED_PLAINTEXT = 102,
    /** The stream is of another namespace. */
    XMPP_TLS_CAUSE_INVALID_NAMESPACE = 103,
    /** A limit before TLS was exceeded. */
    XMPP_TLS_CAUSE_STREAM_LIMIT_EXCEEDED = 104,
    /** The command for STARTTLS was malformed. */
    XMPP_TLS_CAUSE_MALFORMED_STARTTLS = 105,
    /** The stream is not well-formed XML. */
    XMPP_TLS_CAUSE_NOT_WELL_FORMED = 106,
    /** The peer names another host, without proof of who it is. */
    XMPP_TLS_CAUSE_REDIRECTED = 107,
    /** The stream holds what XMPP forbids: a comment, a document type, an entity. */
    XMPP_TLS_CAUSE_RESTRICTED_XML = 108,
    /** The peer spoke TLS where XML was expected. */
    XMPP_TLS_CAUSE_SPOKE_TLS = 109,
    /** The peer ended the stream with a stream error. */
    XMPP_TLS_CAUSE_STREAM_ERROR = 110,
    /** We declined TLS: there are no credentials. */
    XMPP_TLS_CAUSE_TLS_DECLINED = 111,
    /** The peer declined TLS with a failure. */
    XMPP_TLS_CAUSE_TLS_FAILED = 112,
    /** The peer ended the stream instead of starting TLS. */
    XMPP_TLS_CAUSE_TLS_UNAVAILABLE = 113,
    /** An element came that has no place before TLS. */
    XMPP_TLS_CAUSE_UNEXPECTED_ELEMENT = 114,
    /** Text came that has no place in a stream. */
    XMPP_TLS_CAUSE_UNEXPECTED_TEXT = 115,
    /** The stream is not in UTF-8. */
    XMPP_TLS_CAUSE_UNSUPPORTED_ENCODING = 116,
    /** The stream is of a version that is not supported. */
    XMPP_TLS_CAUSE_UNSUPPORTED_VERSION = 117,
    /** The peer ended TLS with an alert. */
    XMPP_TLS_CAUSE_ALERT_RECEIVED = 200,
    /** The peer refused our certificate with an alert. */
    XMPP_TLS_CAUSE_CERTIFICATE_REJECTED = 201,
    /** The transport ended within the handshake. */
    XMPP_TLS_CAUSE_HANDSHAKE_TRUNCATED = 202,
    /** A limit of TLS was exceeded. */
    XMPP_TLS_CAUSE_TLS_LIMIT_EXCEEDED = 203,
    /** No version, suite, group or signature scheme in common. */
    XMPP_TLS_CAUSE_NOTHING_IN_COMMON = 204,
    /** No application protocol in common. */
    XMPP_TLS_CAUSE_NO_APPLICATION_PROTOCOL = 205,
    /** There is no credential for the domain that the client asks for. */
    XMPP_TLS_CAUSE_UNKNOWN_SERVER_NAME = 206,
    /** There is no credential to show. */
    XMPP_TLS_CAUSE_NO_CREDENTIAL = 207,
    /** The peer's certificate is not that of the key that signed. */
    XMPP_TLS_CAUSE_BAD_CERTIFICATE_SIGNATURE = 208,
    /** What came is not TLS. */
    XMPP_TLS_CAUSE_NOT_TLS = 209,
    /** What came is XML in the clear. */
    XMPP_TLS_CAUSE_PLAINTEXT_XML = 210,
    /** TLS 1.2 without extended master secret. */
    XMPP_TLS_CAUSE_NO_EXTENDED_MASTER_SECRET = 211,
    /** A message could not be read, authenticated, or had no place there. */
    XMPP_TLS_CAUSE_PROTOCOL_VIOLATION = 212,
    /** The verdict does not meet the policy. */
    XMPP_TLS_CAUSE_PEER_REFUSED = 300,
    /** TLS did not begin in time. */
    XMPP_TLS_CAUSE_TIME_BEFORE_TLS = 400,
    /** The handshake did not end in time. */
    XMPP_TLS_CAUSE_TIME_HANDSHAKE = 401,
    /** No verdict came in time. */
    XMPP_TLS_CAUSE_TIME_VERDICT = 402,
    /** The host refused the client hello. */
    XMPP_TLS_CAUSE_HOST_REFUSED = 500,
    /** Something failed that the peer has no part in. */
    XMPP_TLS_CAUSE_UNUSABLE = 501,
};


/* ====================================================================================================
 * Reasons of a verdict: 100 certificates, 200 DANE, 300 POSH, 400 dialback, 500 pins and exceptions, 600
 * users, 700 policy.
 * ==================================================================================================== */

/** Why a proof failed or a peer was refused. */
typedef uint32_t xmpp_tls_reason;
enum {
    /** The certificate presents names, and none that would prove the peer. */
    XMPP_TLS_REASON_NAME_MISMATCH = 100,
    /** The certificate presents no identifier at all. */
    XMPP_TLS_REASON_NO_IDENTIFIERS = 101,
    /** No trust anchor stands behind the certificate. */
    XMPP_TLS_REASON_UNTRUSTED_CA = 102,
    /** The certificate is its own issuer and no trust anchor. */
    XMPP_TLS_REASON_SELF_SIGNED = 103,
    /** A certificate's time has passed. */
    XMPP_TLS_REASON_EXPIRED = 104,
    /** A certificate's time has not begun. */
    XMPP_TLS_REASON_NOT_YET_VALID = 105,
    /** A certificate was revoked. */
    XMPP_TLS_REASON_REVOKED = 106,
    /** Nothing says whether a certificate was revoked, and the policy demands to know. */
    XMPP_TLS_REASON_REVOCATION_UNKNOWN = 107,
    /** The certificate demands a stapled OCSP answer and none came. */
    XMPP_TLS_REASON_MUST_STAPLE_MISSING = 108,
    /** The extended key usage does not allow this use. */
    XMPP_TLS_REASON_BAD_EKU = 109,
    /** The key usage does not allow this use. */
    XMPP_TLS_REASON_BAD_KEY_USAGE = 110,
    /** The peer's own certificate is that of an authority. */
    XMPP_TLS_REASON_EE_IS_CA = 111,
    /** An issuer is no authority. */
    XMPP_TLS_REASON_ISSUER_IS_NO_CA = 112,
    /** An issuer may not issue for a name presented. */
    XMPP_TLS_REASON_NAME_CONSTRAINT = 113,
    /** A key is below the floor. */
    XMPP_TLS_REASON_WEAK_KEY = 114,
    /** A signature uses a hash that proves nothing any more. */
    XMPP_TLS_REASON_WEAK_SIGNATURE = 115,
    /** A signature algorithm or kind of key is not supported. */
    XMPP_TLS_REASON_UNSUPPORTED_SIGNATURE = 116,
    /** A signature in the chain is wrong. */
    XMPP_TLS_REASON_BAD_SIGNATURE = 117,
    /** A certificate is malformed. */
    XMPP_TLS_REASON_MALFORMED_CERT = 118,
    /** A critical extension is not processed here. */
    XMPP_TLS_REASON_UNSUPPORTED_CRITICAL_EXTENSION = 119,
    /** The chain is too long or too costly. */
    XMPP_TLS_REASON_CHAIN_TOO_LONG = 120,
    /** No path to a trust anchor holds what a PKIX-TA or PKIX-EE record names. */
    XMPP_TLS_REASON_PATH_NOT_ACCEPTED = 121,
    /** The peer presented no certificate. */
    XMPP_TLS_REASON_NO_CERTIFICATE = 122,
    /** Usable TLSA records exist and none matches. */
    XMPP_TLS_REASON_DANE_MISMATCH = 200,
    /** DNSSEC answers on the way are forged or could not be had. */
    XMPP_TLS_REASON_DANE_DNS_BOGUS = 201,
    /** The TLSA records are older than their time to live. */
    XMPP_TLS_REASON_DANE_RECORDS_STALE = 202,
    /** No fingerprint of the POSH document is the certificate's. */
    XMPP_TLS_REASON_POSH_MISMATCH = 300,
    /** The POSH document is revoked or out of date. */
    XMPP_TLS_REASON_POSH_STALE = 301,
    /** The POSH document is broken. */
    XMPP_TLS_REASON_POSH_BAD_DOCUMENT = 302,
    /** The POSH document could not be fetched with a verified HTTPS server. */
    XMPP_TLS_REASON_POSH_FETCH_FAILED = 303,
    /** The POSH document is that of another domain or service. */
    XMPP_TLS_REASON_POSH_FOREIGN_DOCUMENT = 304,
    /** The authoritative server says that the key is not its own. */
    XMPP_TLS_REASON_DIALBACK_INVALID = 400,
    /** The dialback key was verified over a connection without TLS. */
    XMPP_TLS_REASON_DIALBACK_WITHOUT_TLS = 401,
    /** The authoritative server could not be asked. */
    XMPP_TLS_REASON_DIALBACK_UNANSWERED = 402,
    /** The certificate's key is none of those pinned. */
    XMPP_TLS_REASON_PIN_MISMATCH = 500,
    /** The exception for this certificate has ended. */
    XMPP_TLS_REASON_EXCEPTION_ENDED = 501,
    /** The certificate names no user of a served domain. */
    XMPP_TLS_REASON_USER_NO_IDENTITY = 600,
    /** The certificate names several users and the client chose none. */
    XMPP_TLS_REASON_USER_AUTHZID_REQUIRED = 601,
    /** The client may not act as the user it asks for. */
    XMPP_TLS_REASON_USER_AUTHZID_FOREIGN = 602,
    /** The authorization identity is malformed. */
    XMPP_TLS_REASON_USER_AUTHZID_MALFORMED = 603,
    /** The policy demands a certificate proof, and none succeeded. */
    XMPP_TLS_REASON_AUTHENTICATION_REQUIRED = 700,
    /** The policy demands a proof by DANE. */
    XMPP_TLS_REASON_DANE_REQUIRED = 701,
    /** The policy makes a POSH mismatch final. */
    XMPP_TLS_REASON_POSH_MISMATCH_FINAL = 702,
};


/* ====================================================================================================
 * Notes beside a verdict: 100 certificates, 200 DANE, 300 POSH, 400 dialback, 500 exceptions, 600 the
 * handshake, 700 policy. A note explains; it decides nothing.
 * ==================================================================================================== */

/** What explains a verdict without deciding it. */
typedef uint32_t xmpp_tls_note;
enum {
    /** Nothing said whether the certificate was revoked. */
    XMPP_TLS_NOTE_REVOCATION_UNKNOWN = 100,
    /** A stapled OCSP answer came and was not checked. */
    XMPP_TLS_NOTE_STAPLE_UNCHECKED = 101,
    /** Presented identifiers were ignored because of their form. */
    XMPP_TLS_NOTE_NAMES_IGNORED = 102,
    /** A certificate for clients only was accepted for a server, as the policy allows. */
    XMPP_TLS_NOTE_CLIENT_AUTH_ONLY_ACCEPTED = 103,
    /** A server used its server certificate as TLS client. */
    XMPP_TLS_NOTE_SERVER_CERTIFICATE_AS_CLIENT = 104,
    /** The configured host counted as a name of the peer. */
    XMPP_TLS_NOTE_CONFIGURED_HOST_COUNTED = 105,
    /** The accepted certificate says that it is an authority. */
    XMPP_TLS_NOTE_EE_IS_CA_ACCEPTED = 106,
    /** TLSA records took no part. */
    XMPP_TLS_NOTE_DANE_RECORDS_UNUSABLE = 200,
    /** DANE proved an inbound peer by our own rule. */
    XMPP_TLS_NOTE_DANE_INBOUND_LOCAL_POLICY = 201,
    /** DNSSEC does not protect the way to the peer, so DANE says nothing. */
    XMPP_TLS_NOTE_DANE_NOT_SECURE = 202,
    /** TLSA records exist, and none is usable. */
    XMPP_TLS_NOTE_DANE_NO_USABLE_RECORDS = 203,
    /** There were more TLSA records than are looked at. */
    XMPP_TLS_NOTE_DANE_RECORDS_DROPPED = 204,
    /** The policy uses records of all four usages. */
    XMPP_TLS_NOTE_DANE_PKIX_USAGES_ENABLED = 205,
    /** The TLSA records of an inbound peer's targets do not name its certificate. */
    XMPP_TLS_NOTE_DANE_INBOUND_MISMATCH = 206,
    /** Another proof succeeded while POSH named other certificates. */
    XMPP_TLS_NOTE_POSH_MISMATCH = 300,
    /** POSH proved a certificate that names no host that we know. */
    XMPP_TLS_NOTE_POSH_NO_KNOWN_NAME = 301,
    /** The POSH document wants to be valid for longer than the policy allows. */
    XMPP_TLS_NOTE_POSH_LIFETIME_CUT = 302,
    /** A dialback answer could still prove the peer weakly. */
    XMPP_TLS_NOTE_DIALBACK_PENDING = 400,
    /** The peer is accepted by an exception of the operator. */
    XMPP_TLS_NOTE_EXCEPTION_USED = 500,
    /** The exception ends within seven days. */
    XMPP_TLS_NOTE_EXCEPTION_ENDS_SOON = 501,
    /** The verdict was made from a chain alone: nobody showed the key. */
    XMPP_TLS_NOTE_POSSESSION_NOT_SHOWN = 600,
    /** The connection was resumed: the chain is the one of the first handshake. */
    XMPP_TLS_NOTE_RESUMED = 601,
    /** Evidence that could have been asked for was not. */
    XMPP_TLS_NOTE_EVIDENCE_NOT_ASKED = 602,
    /** The policy asks for encryption only. */
    XMPP_TLS_NOTE_ENCRYPT_ONLY_POLICY = 700,
};


/* ====================================================================================================
 * Certificates: what one says, for inspection.
 *
 * A certificate here is parsed and nothing more: no function of this part says whether it is good, and
 * none compares names. That is a verdict's work. Use these readers to show a certificate to a person
 * (RFC 7590 §3.6), or to compute what shall be published about one.
 *
 * What a peer put into a certificate is the peer's choice: text can hold line breaks, escape sequences and
 * characters that reorder others. Escape it before showing it.
 * ==================================================================================================== */

/** The form of a name in a certificate's subjectAltName (RFC 5280 §4.2.1.6). */
typedef uint32_t xmpp_tls_name_kind;
enum {
    /** dNSName, as text. */
    XMPP_TLS_NAME_KIND_DNS = 1,
    /** SRVName (RFC 4985), as text. */
    XMPP_TLS_NAME_KIND_SRV_NAME = 2,
    /** id-on-xmppAddr (RFC 6120 §13.7.1.4), as text. */
    XMPP_TLS_NAME_KIND_XMPP_ADDR = 3,
    /** iPAddress, 4 or 16 octets. */
    XMPP_TLS_NAME_KIND_IP = 4,
    /** uniformResourceIdentifier, as text. */
    XMPP_TLS_NAME_KIND_URI = 5,
    /** rfc822Name, as text. */
    XMPP_TLS_NAME_KIND_EMAIL = 6,
    /** A name that identifies nobody: of another form, or not well formed. Its octets. */
    XMPP_TLS_NAME_KIND_IGNORED = 7,
};

/** A hash function. */
typedef uint32_t xmpp_tls_digest;
enum {
    /** SHA-1, 20 octets: for showing what others show, never for deciding. */
    XMPP_TLS_DIGEST_SHA1 = 1,
    /** SHA-256, 32 octets. */
    XMPP_TLS_DIGEST_SHA256 = 2,
    /** SHA-512, 64 octets. */
    XMPP_TLS_DIGEST_SHA512 = 3,
};

/** A parsed certificate. Shared: any thread, freed by `xmpp_tls_certificate_free`. */
typedef struct xmpp_tls_certificate xmpp_tls_certificate;

/**
 * Reads a certificate in DER.
 *
 * Lenient, so that odd certificates can be shown too: version 1, long serial numbers, unknown critical
 * extensions. A certificate that can be read is not thereby good. At most 32 KiB, 64 extensions and 1,000 names.
 *
 * `der`: copied. `certificate_out`: owned by the caller, free with `xmpp_tls_certificate_free`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_MALFORMED_CERTIFICATE`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_certificate_new_der(const uint8_t *der,
                                             size_t der_len,
                                             const xmpp_tls_certificate **certificate_out,
                                             xmpp_tls_error **error_out);

/**
 * Reads the first certificate of a PEM text; what stands around it is passed over.
 *
 * `pem`: copied. `certificate_out`: owned by the caller, free with `xmpp_tls_certificate_free`.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_MALFORMED_PEM` if a block is broken,
 * - `XMPP_TLS_NO_CERTIFICATE` if there is none,
 * - `XMPP_TLS_MALFORMED_CERTIFICATE`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_certificate_new_pem(const char *pem,
                                             size_t pem_len,
                                             const xmpp_tls_certificate **certificate_out,
                                             xmpp_tls_error **error_out);

/**
 * Makes another reference to a certificate.
 *
 * Returns `certificate`, or NULL for NULL. Threads: any. Since 0.1.
 */
const xmpp_tls_certificate *xmpp_tls_certificate_retain(const xmpp_tls_certificate *certificate);

/**
 * Ends one reference to a certificate. `certificate` may be NULL.
 *
 * Threads: any, once per reference. Since 0.1.
 */
void xmpp_tls_certificate_free(const xmpp_tls_certificate *certificate);

/**
 * Gives the certificate in DER, as it was presented. Valid until the certificate is freed; empty for NULL.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_bytes xmpp_tls_certificate_der(const xmpp_tls_certificate *certificate);

/**
 * Gives the certificate as one PEM block. Valid until the certificate is freed; empty for NULL.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_certificate_pem(const xmpp_tls_certificate *certificate);

/**
 * Gives the SubjectPublicKeyInfo in DER, tag and length included: what TLSA selector 1 and key pins hash.
 *
 * Valid until the certificate is freed; empty for NULL. Threads: any. Since 0.1.
 */
xmpp_tls_bytes xmpp_tls_certificate_spki(const xmpp_tls_certificate *certificate);

/**
 * Gives the serial number as it stands in the certificate, most significant octet first.
 *
 * Valid until the certificate is freed; empty for NULL. Threads: any. Since 0.1.
 */
xmpp_tls_bytes xmpp_tls_certificate_serial(const xmpp_tls_certificate *certificate);

/**
 * Says how many names the subjectAltName has, ignored ones included. The common name is no name here.
 *
 * Threads: any. Since 0.1.
 */
size_t xmpp_tls_certificate_name_count(const xmpp_tls_certificate *certificate);

/**
 * Reads one name of the subjectAltName, counted from 0: forms in the order of `xmpp_tls_name_kind`, within
 * a form in the order of the certificate.
 *
 * `kind_out`: one of `XMPP_TLS_NAME_KIND_…`. `value_out`: valid until the certificate is freed.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_FOUND`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_certificate_name(const xmpp_tls_certificate *certificate,
                                          size_t index,
                                          xmpp_tls_name_kind *kind_out,
                                          xmpp_tls_bytes *value_out);

/**
 * Says whether the certificate names a user: an XmppAddr with a local part (RFC 6120 §13.7.1.4).
 *
 * Threads: any. Since 0.1.
 */
bool xmpp_tls_certificate_has_user(const xmpp_tls_certificate *certificate);

/**
 * Gives the name of a form of name, such as `srv_name`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_name_kind_name(uint32_t kind);

/** Says how many attributes the subject has. Threads: any. Since 0.1. */
size_t xmpp_tls_certificate_subject_count(const xmpp_tls_certificate *certificate);

/**
 * Reads one attribute of the subject, counted from 0, for people to read: it identifies no service
 * (RFC 9525 §2).
 *
 * `oid_out`: dotted. `name_out`: the short name, such as `CN`; empty if there is none. `value_out`: text. All
 * valid until the certificate is freed.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_FOUND`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_certificate_subject(const xmpp_tls_certificate *certificate,
                                             size_t index,
                                             xmpp_tls_str *oid_out,
                                             xmpp_tls_str *name_out,
                                             xmpp_tls_str *value_out);

/** Says how many attributes the issuer has. Threads: any. Since 0.1. */
size_t xmpp_tls_certificate_issuer_count(const xmpp_tls_certificate *certificate);

/**
 * Reads one attribute of the issuer, counted from 0. Outputs as in `xmpp_tls_certificate_subject`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_FOUND`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_certificate_issuer(const xmpp_tls_certificate *certificate,
                                            size_t index,
                                            xmpp_tls_str *oid_out,
                                            xmpp_tls_str *name_out,
                                            xmpp_tls_str *value_out);

/** Gives the first second of validity, since 1970 UTC, inclusive. Threads: any. Since 0.1. */
int64_t xmpp_tls_certificate_not_before(const xmpp_tls_certificate *certificate);

/** Gives the last second of validity, since 1970 UTC, inclusive. Threads: any. Since 0.1. */
int64_t xmpp_tls_certificate_not_after(const xmpp_tls_certificate *certificate);

/**
 * Gives the algorithm of the public key, such as `RSA` or `EC P-256`. Valid until the certificate is freed.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_certificate_key_algorithm(const xmpp_tls_certificate *certificate);

/** Gives the size of the public key in bits; 0 when it cannot be told. Threads: any. Since 0.1. */
uint32_t xmpp_tls_certificate_key_bits(const xmpp_tls_certificate *certificate);

/**
 * Gives the algorithm by which the issuer signed: its name in the RFCs, or its dotted OID.
 *
 * Valid until the certificate is freed. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_certificate_signature_algorithm(const xmpp_tls_certificate *certificate);

/** Says whether the certificate may issue others (basicConstraints cA). Threads: any. Since 0.1. */
bool xmpp_tls_certificate_is_ca(const xmpp_tls_certificate *certificate);

/**
 * Hashes the whole certificate: what TLSA selector 0 and POSH name.
 *
 * `algorithm`: one of `XMPP_TLS_DIGEST_…`. `out`: 64 octets always suffice. `written_out`: the size of the
 * hash, also when `capacity` is too small.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_INVALID_PARAMETER` for an unknown algorithm,
 * - `XMPP_TLS_INSUFFICIENT_SIZE`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_certificate_digest(const xmpp_tls_certificate *certificate,
                                            uint32_t algorithm,
                                            uint8_t *out,
                                            size_t capacity,
                                            size_t *written_out);

/**
 * Hashes the SubjectPublicKeyInfo: what TLSA selector 1 and key pins name.
 *
 * `algorithm`: `XMPP_TLS_DIGEST_SHA256` or `XMPP_TLS_DIGEST_SHA512`. The rest as in
 * `xmpp_tls_certificate_digest`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_certificate_spki_digest(const xmpp_tls_certificate *certificate,
                                                 uint32_t algorithm,
                                                 uint8_t *out,
                                                 size_t capacity,
                                                 size_t *written_out);


/* ====================================================================================================
 * Trust anchors: the certification authorities that a policy trusts, and their revocation lists.
 *
 * Parsed once and shared by any number of policies; a second policy on the same anchors costs next to
 * nothing. There are no anchors unless they are given: a policy that needs some and has none cannot be
 * built, so that "nobody was configured" never looks like "nobody is trusted".
 * ==================================================================================================== */

/** Trust anchors with their revocation lists. Shared; freed by `xmpp_tls_trust_anchors_free`. */
typedef struct xmpp_tls_trust_anchors xmpp_tls_trust_anchors;

/** Collects trust anchors. Exclusive; freed by `xmpp_tls_trust_anchors_builder_free`. */
typedef struct xmpp_tls_trust_anchors_builder xmpp_tls_trust_anchors_builder;

/**
 * Starts a collection of trust anchors.
 *
 * `builder_out`: owned by the caller, free with `xmpp_tls_trust_anchors_builder_free`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_trust_anchors_builder_new(xmpp_tls_trust_anchors_builder **builder_out);

/**
 * Adds the system's trust store.
 *
 * Where the environment has `SSL_CERT_FILE` or `SSL_CERT_DIR`, these are the store: a program that runs with
 * others' privileges must not let others set them.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_FILE_NOT_READABLE` if the store cannot be read,
 * - `XMPP_TLS_NO_CERTIFICATE` if it holds no usable certificate.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_trust_anchors_builder_add_system(xmpp_tls_trust_anchors_builder *builder,
                                                          xmpp_tls_error **error_out);

/**
 * Adds the certificates of a file: any number in PEM, or one in DER.
 *
 * `path`: UTF-8; copied.
 *
 * Returns as `xmpp_tls_trust_anchors_builder_add_system`, or `XMPP_TLS_LIMIT_EXCEEDED` if the file is too long;
 * the error names the file. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_trust_anchors_builder_add_file(xmpp_tls_trust_anchors_builder *builder,
                                                        const char *path,
                                                        size_t path_len,
                                                        xmpp_tls_error **error_out);

/**
 * Adds the certificates of a directory of files named after a hash (`hash.0` to `hash.9`), as OpenSSL's
 * `c_rehash` makes it. Files that hold no certificate are skipped and counted.
 *
 * `path`: UTF-8; copied.
 *
 * Returns as `xmpp_tls_trust_anchors_builder_add_file`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_trust_anchors_builder_add_directory(xmpp_tls_trust_anchors_builder *builder,
                                                             const char *path,
                                                             size_t path_len,
                                                             xmpp_tls_error **error_out);

/**
 * Adds the certificates of a PEM text; those that cannot be anchors are skipped and counted.
 *
 * `pem`: copied.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NO_CERTIFICATE` if none can be an anchor.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_trust_anchors_builder_add_pem(xmpp_tls_trust_anchors_builder *builder,
                                                       const char *pem,
                                                       size_t pem_len,
                                                       xmpp_tls_error **error_out);

/**
 * Adds one certificate in DER.
 *
 * `der`: copied.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_MALFORMED_CERTIFICATE`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_trust_anchors_builder_add_der(xmpp_tls_trust_anchors_builder *builder,
                                                       const uint8_t *der,
                                                       size_t der_len,
                                                       xmpp_tls_error **error_out);

/**
 * Adds a certificate revocation list, in DER or PEM (RFC 5280 §5). What is done about it is the policy's.
 *
 * `list`: copied.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_MALFORMED_CRL` if it cannot be used, with the reason,
 * - `XMPP_TLS_LIMIT_EXCEEDED` if it is too large.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_trust_anchors_builder_add_crl(xmpp_tls_trust_anchors_builder *builder,
                                                       const uint8_t *list,
                                                       size_t list_len,
                                                       xmpp_tls_error **error_out);

/**
 * Makes what was collected. The revocation lists move into the result; the anchors stay in the builder.
 *
 * `anchors_out`: owned by the caller, free with `xmpp_tls_trust_anchors_free`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_LIMIT_EXCEEDED` if there are too many revocation lists.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_trust_anchors_builder_build(xmpp_tls_trust_anchors_builder *builder,
                                                     const xmpp_tls_trust_anchors **anchors_out,
                                                     xmpp_tls_error **error_out);

/** Frees a builder. `builder` may be NULL. Threads: exclusive, once. Since 0.1. */
void xmpp_tls_trust_anchors_builder_free(xmpp_tls_trust_anchors_builder *builder);

/** Says how many anchors there are. Threads: shared. Since 0.1. */
size_t xmpp_tls_trust_anchors_count(const xmpp_tls_trust_anchors *anchors);

/** Says how many certificates and files were skipped because they cannot be used. Threads: shared. Since 0.1. */
size_t xmpp_tls_trust_anchors_skipped(const xmpp_tls_trust_anchors *anchors);

/** Makes another reference. Returns `anchors`, or NULL for NULL. Threads: any. Since 0.1. */
const xmpp_tls_trust_anchors *xmpp_tls_trust_anchors_retain(const xmpp_tls_trust_anchors *anchors);

/** Ends one reference. `anchors` may be NULL. Threads: any, once per reference. Since 0.1. */
void xmpp_tls_trust_anchors_free(const xmpp_tls_trust_anchors *anchors);


/* ====================================================================================================
 * Policies: what is demanded of a peer and of its TLS.
 *
 * A policy starts from a dated preset that never changes, such as `s2s-2026`; an undated name means the
 * newest of its kind, and `xmpp_tls_policy_name` says which that was. The presets:
 *
 * - `c2s-client`: the server must be authenticated; the library keeps the gate.
 * - `c2s-server`: TLS is required; users are authenticated by SASL, which is the host's.
 * - `s2s`: the other server must be authenticated by a certificate proof.
 * - `s2s-with-dialback`: dialback is accepted where no certificate proves a server, and is called weak.
 *
 * Settings have one name everywhere: in the TOML form, here, and in every binding. Strict is the default;
 * whatever weakens a preset is listed by `xmpp_tls_policy_relaxation` with what is lost. A policy is built
 * once, frozen, and shared by any number of contexts.
 * ==================================================================================================== */

/** A frozen policy. Shared; freed by `xmpp_tls_policy_free`. */
typedef struct xmpp_tls_policy xmpp_tls_policy;

/** Collects settings. Exclusive; freed by `xmpp_tls_policy_builder_free`. */
typedef struct xmpp_tls_policy_builder xmpp_tls_policy_builder;

/**
 * Starts a policy from a preset.
 *
 * `preset`: `c2s-client`, `c2s-server`, `s2s` or `s2s-with-dialback`, or one of them with its year. `builder_out`:
 * owned by the caller, free with `xmpp_tls_policy_builder_free`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_UNKNOWN_NAME`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_policy_builder_new(const char *preset,
                                            size_t preset_len,
                                            xmpp_tls_policy_builder **builder_out,
                                            xmpp_tls_error **error_out);

/**
 * Starts a policy from its TOML form, read strictly: an unknown key or a value of another type is an error
 * with its place. Trust anchors and revocation lists that the text names by file are not read here: give
 * them with `xmpp_tls_policy_builder_set_trust_anchors`.
 *
 * `toml`: copied. `builder_out`: owned by the caller, free with `xmpp_tls_policy_builder_free`.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_INVALID_POLICY` or `XMPP_TLS_UNKNOWN_NAME`, with line and column,
 * - `XMPP_TLS_CONTRADICTION`, `XMPP_TLS_ALREADY_SET`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_policy_builder_new_toml(const char *toml,
                                                 size_t toml_len,
                                                 xmpp_tls_policy_builder **builder_out,
                                                 xmpp_tls_error **error_out);

/**
 * Sets one setting by its name in the TOML form, for example `gate` to `host`, or `tls.groups` to
 * `["X25519", "secp256r1"]`. A setting can be set once.
 *
 * `name`, `value`: copied. `value` is as in the TOML form; a single word may stand without quotes.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_UNKNOWN_NAME`, with the nearest name that exists,
 * - `XMPP_TLS_INVALID_POLICY` if the value has no meaning there,
 * - `XMPP_TLS_ALREADY_SET`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_policy_builder_set(xmpp_tls_policy_builder *builder,
                                            const char *name,
                                            size_t name_len,
                                            const char *value,
                                            size_t value_len,
                                            xmpp_tls_error **error_out);

/**
 * Gives the trust anchors, and their revocation lists, that certificates are proven by.
 *
 * `anchors`: retained.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_ALREADY_SET`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_policy_builder_set_trust_anchors(xmpp_tls_policy_builder *builder,
                                                          const xmpp_tls_trust_anchors *anchors,
                                                          xmpp_tls_error **error_out);

/**
 * Freezes what was collected. The builder stays as it is.
 *
 * `policy_out`: owned by the caller, free with `xmpp_tls_policy_free`.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_CONTRADICTION` if two settings cannot both hold; the message names both,
 * - `XMPP_TLS_NO_TRUST_ANCHORS` if certificates shall be judged and nobody is trusted.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_policy_builder_build(const xmpp_tls_policy_builder *builder,
                                              const xmpp_tls_policy **policy_out,
                                              xmpp_tls_error **error_out);

/** Frees a builder. `builder` may be NULL. Threads: exclusive, once. Since 0.1. */
void xmpp_tls_policy_builder_free(xmpp_tls_policy_builder *builder);

/**
 * Gives the dated name of the preset, with `+changes` behind it when a setting was changed.
 *
 * Valid until the policy is freed. Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_policy_name(const xmpp_tls_policy *policy);

/**
 * Gives the policy in its TOML form, every setting written out. Reading it again makes an equal policy.
 *
 * Valid until the policy is freed. Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_policy_toml(const xmpp_tls_policy *policy);

/** Says how many relaxations the policy has. Threads: shared. Since 0.1. */
size_t xmpp_tls_policy_relaxation_count(const xmpp_tls_policy *policy);

/**
 * Names one relaxation, counted from 0, with what is lost by it. Empty when there is none at `index`.
 *
 * Valid until the policy is freed. Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_policy_relaxation(const xmpp_tls_policy *policy, size_t index);

/** Makes another reference. Returns `policy`, or NULL for NULL. Threads: any. Since 0.1. */
const xmpp_tls_policy *xmpp_tls_policy_retain(const xmpp_tls_policy *policy);

/** Ends one reference. `policy` may be NULL. Threads: any, once per reference. Since 0.1. */
void xmpp_tls_policy_free(const xmpp_tls_policy *policy);


/* ====================================================================================================
 * Credentials: whom this end can be.
 *
 * A credential is a certificate chain with its private key. Several may serve one domain (ECDSA beside
 * RSA); which one a client gets depends on what it can verify. A domain is served by its own credentials,
 * else by those of `*.` and its parent, else by the default ones if the policy lets unknown server names
 * have them (RFC 9325 §3.7, RFC 7671 §3).
 *
 * Build credentials once, share them between contexts, and put newly built ones into a context to reload:
 * when a file is bad the build fails, names the file, and the old credentials keep serving.
 * ==================================================================================================== */

/** Why a credential serves a name. */
typedef uint32_t xmpp_tls_serves;
enum {
    /** Nothing serves it. */
    XMPP_TLS_SERVES_NOTHING = 0,
    /** The name itself was given. */
    XMPP_TLS_SERVES_EXACT = 1,
    /** A wildcard of its parent domain was given. */
    XMPP_TLS_SERVES_WILDCARD = 2,
    /** The default credential serves it, if the policy allows that. */
    XMPP_TLS_SERVES_DEFAULT = 3,
};

/** Credentials by domain. Shared; freed by `xmpp_tls_credentials_free`. */
typedef struct xmpp_tls_credentials xmpp_tls_credentials;

/** Collects credentials. Exclusive; freed by `xmpp_tls_credentials_builder_free`. */
typedef struct xmpp_tls_credentials_builder xmpp_tls_credentials_builder;

/**
 * Starts a collection of credentials.
 *
 * `builder_out`: owned by the caller, free with `xmpp_tls_credentials_builder_free`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_credentials_builder_new(xmpp_tls_credentials_builder **builder_out);

/**
 * Adds a chain and its key from PEM.
 *
 * The key is recognised by its content (PKCS #8, SEC 1, PKCS #1) whatever its label says, and must belong to
 * the first certificate. Text between the blocks is passed over.
 *
 * `domain`: whom it serves, a domain or `*.` and a domain; empty: every name in the certificate. `chain`: the
 * end entity's certificate first; copied. `key`: copied; empty if the key is in `chain`.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_INVALID_DOMAIN`,
 * - `XMPP_TLS_NO_CERTIFICATE`, `XMPP_TLS_NO_PRIVATE_KEY`, `XMPP_TLS_ENCRYPTED_PRIVATE_KEY`,
 * - `XMPP_TLS_KEY_MISMATCH`, `XMPP_TLS_UNSUPPORTED_PRIVATE_KEY`,
 * - `XMPP_TLS_MALFORMED_PEM`, `XMPP_TLS_MALFORMED_CERTIFICATE`,
 * - `XMPP_TLS_LIMIT_EXCEEDED` if the chain or a text is too long.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_credentials_builder_add_pem(xmpp_tls_credentials_builder *builder,
                                                     const char *domain,
                                                     size_t domain_len,
                                                     const char *chain,
                                                     size_t chain_len,
                                                     const char *key,
                                                     size_t key_len,
                                                     xmpp_tls_error **error_out);

/**
 * Adds a chain and its key from PEM files. The files are read in this call and not watched.
 *
 * `chain_path`, `key_path`: UTF-8; an empty `key_path` if the key is in the file of the chain. The rest as in
 * `xmpp_tls_credentials_builder_add_pem`.
 *
 * Returns as there, or `XMPP_TLS_FILE_NOT_READABLE`; the error names the file that is to blame.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_credentials_builder_add_file(xmpp_tls_credentials_builder *builder,
                                                      const char *domain,
                                                      size_t domain_len,
                                                      const char *chain_path,
                                                      size_t chain_path_len,
                                                      const char *key_path,
                                                      size_t key_path_len,
                                                      xmpp_tls_error **error_out);

/**
 * Adds a chain and its key from PEM, to serve what no name serves. Parameters and results as in
 * `xmpp_tls_credentials_builder_add_pem`.
 *
 * An accepting end sends it only to clients that name nobody, unless the policy lets unknown names have it; an
 * initiating one shows it when it was given no domain of its own.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_credentials_builder_add_default_pem(xmpp_tls_credentials_builder *builder,
                                                             const char *chain,
                                                             size_t chain_len,
                                                             const char *key,
                                                             size_t key_len,
                                                             xmpp_tls_error **error_out);

/**
 * Adds a chain and its key from PEM files, to serve what no name serves: as
 * `xmpp_tls_credentials_builder_add_default_pem`, with the results of
 * `xmpp_tls_credentials_builder_add_file`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_credentials_builder_add_default_file(xmpp_tls_credentials_builder *builder,
                                                              const char *chain_path,
                                                              size_t chain_path_len,
                                                              const char *key_path,
                                                              size_t key_path_len,
                                                              xmpp_tls_error **error_out);

/**
 * Adds everything of another set, under the names and as the default that it serves there: files that several sets
 * share are read once.
 *
 * `credentials`: used in this call, may be freed afterwards.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NULL_PARAMETER`. Threads: exclusive (the builder). Since 0.1.
 */
xmpp_tls_result xmpp_tls_credentials_builder_add_credentials(xmpp_tls_credentials_builder *builder,
                                                             const xmpp_tls_credentials *credentials,
                                                             xmpp_tls_error **error_out);

/**
 * Makes what was collected so far. The builder stays as it is.
 *
 * `credentials_out`: owned by the caller, free with `xmpp_tls_credentials_free`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NULL_PARAMETER`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_credentials_builder_build(const xmpp_tls_credentials_builder *builder,
                                                   const xmpp_tls_credentials **credentials_out,
                                                   xmpp_tls_error **error_out);

/** Frees a builder. `builder` may be NULL. Threads: exclusive, once. Since 0.1. */
void xmpp_tls_credentials_builder_free(xmpp_tls_credentials_builder *builder);

/**
 * Says which credential would serve a name, and why.
 *
 * `how_out`: one of `XMPP_TLS_SERVES_…`. `certificate_out`: the end entity's certificate of the preferred one;
 * owned by the caller, free with `xmpp_tls_certificate_free`; NULL if nothing serves the name.
 *
 * Returns `XMPP_TLS_OK`, also when nothing serves it. Threads: shared. Since 0.1.
 */
xmpp_tls_result xmpp_tls_credentials_which(const xmpp_tls_credentials *credentials,
                                           const char *name,
                                           size_t name_len,
                                           xmpp_tls_serves *how_out,
                                           const xmpp_tls_certificate **certificate_out,
                                           xmpp_tls_error **error_out);

/**
 * Gives the name of a cause to serve a name, such as `wildcard`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_serves_name(uint32_t serves);

/** Says how many names are served, wildcards included. Threads: shared. Since 0.1. */
size_t xmpp_tls_credentials_count(const xmpp_tls_credentials *credentials);

/** Makes another reference. Returns `credentials`, or NULL for NULL. Threads: any. Since 0.1. */
const xmpp_tls_credentials *xmpp_tls_credentials_retain(const xmpp_tls_credentials *credentials);

/** Ends one reference. `credentials` may be NULL. Threads: any, once per reference. Since 0.1. */
void xmpp_tls_credentials_free(const xmpp_tls_credentials *credentials);


/* ====================================================================================================
 * Contexts: what connections share.
 *
 * A context holds the current policy and credentials, the keys of session tickets and a client's session
 * cache. It is synchronised: all threads may use it at once. Setting another policy or other credentials
 * puts a new snapshot in place; connections keep the one they began with, so a reload never disturbs a
 * connection under way.
 *
 * A context may be freed while connections made from it live on.
 * ==================================================================================================== */

/** Bytes of one key for session tickets: an id of 16, then a secret of 32. */
#define XMPP_TLS_TICKET_KEY_SIZE 48

/** What connections share. Synchronised: any threads at once; freed once by `xmpp_tls_context_free`. */
typedef struct xmpp_tls_context xmpp_tls_context;

/**
 * Makes a context.
 *
 * The first context of a process draws the first random bytes, which costs some 30 ms of processor time
 * once; make it before the first peer waits.
 *
 * `policy`: retained. `credentials`: retained; NULL for an end that shows no certificate. `context_out`: owned
 * by the caller, free with `xmpp_tls_context_free`.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_CONTRADICTION` if the policy leaves nothing to negotiate,
 * - `XMPP_TLS_INTERNAL` if the system gives no random bytes.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_context_new(const xmpp_tls_policy *policy,
                                     const xmpp_tls_credentials *credentials,
                                     xmpp_tls_context **context_out,
                                     xmpp_tls_error **error_out);

/**
 * Puts another policy in place for the connections to come.
 *
 * `policy`: retained.
 *
 * Returns as `xmpp_tls_context_new`; on failure the old policy stays. Threads: any, atomic. Since 0.1.
 */
xmpp_tls_result xmpp_tls_context_set_policy(xmpp_tls_context *context,
                                            const xmpp_tls_policy *policy,
                                            xmpp_tls_error **error_out);

/**
 * Puts other credentials in place for the connections to come.
 *
 * `credentials`: retained; NULL for none.
 *
 * Returns as `xmpp_tls_context_new`; on failure the old ones stay. Threads: any, atomic. Since 0.1.
 */
xmpp_tls_result xmpp_tls_context_set_credentials(xmpp_tls_context *context,
                                                 const xmpp_tls_credentials *credentials,
                                                 xmpp_tls_error **error_out);

/**
 * Gives the keys of session tickets, so that several processes or machines take each other's tickets. Without this
 * call each context makes keys of its own every day. Whoever has a key can read the sessions that were resumed with
 * its tickets: replace keys at least weekly, and the old ones are forgotten (RFC 9325 §3.4).
 *
 * `keys`: `count` times `XMPP_TLS_TICKET_KEY_SIZE` bytes, copied: an id that names the key, and 32 random bytes. The
 * first seals, all open. Wipe your copy.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_INVALID_PARAMETER` if `count` is 0, a secret is all zero, or an id or secret stands twice,
 * - `XMPP_TLS_LIMIT_EXCEEDED` if there are more than 8.
 *
 * Threads: any, atomic. Since 0.1.
 */
xmpp_tls_result xmpp_tls_context_set_ticket_keys(xmpp_tls_context *context,
                                                 const uint8_t *keys,
                                                 size_t count,
                                                 xmpp_tls_error **error_out);

/**
 * Forgets the session tickets of a domain, so that the next handshake with it is a full one: after a
 * stream error `reset` (RFC 6120 §4.9.3.16), or when a user wants not to be recognised.
 *
 * `domain`: copied.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_DOMAIN`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_context_forget(xmpp_tls_context *context, const char *domain, size_t domain_len);

/**
 * Frees a context. `context` may be NULL; connections made from it live on.
 *
 * Threads: any, once, when no other call uses it. Since 0.1.
 */
void xmpp_tls_context_free(xmpp_tls_context *context);


/* ====================================================================================================
 * Verdicts: who the peer is, by which proof, and every reason found on the way.
 *
 * A verdict is about one domain, service and direction, and says nothing about any other pair on the same
 * stream (RFC 7712 §4). It never changes: judging again makes another one.
 *
 * Its level is one of four, and only the first means that the peer is authenticated:
 * `XMPP_TLS_LEVEL_AUTHENTICATED` (a certificate proof), `XMPP_TLS_LEVEL_WEAK` (dialback),
 * `XMPP_TLS_LEVEL_ENCRYPTED_ONLY` (TLS is up, nobody is known), `XMPP_TLS_LEVEL_REFUSED`. Whether a level is
 * enough is the policy's: ask `xmpp_tls_verdict_is_permitted`.
 *
 * *Reasons* say why proofs failed or the peer was refused, *notes* explain without deciding. Both are numbers
 * with data; their texts and the JSON form carry the data. Untrusted text is escaped in both. Numbers are
 * never reused, and every number has a name, a message and a clause, unknown ones too.
 * ==================================================================================================== */

/** How surely the peer is known. */
typedef uint32_t xmpp_tls_level;
enum {
    /** A certificate proof succeeded. */
    XMPP_TLS_LEVEL_AUTHENTICATED = 1,
    /** A dialback answer alone: as good as the DNS it went through. */
    XMPP_TLS_LEVEL_WEAK = 2,
    /** TLS is up, and nobody is authenticated. */
    XMPP_TLS_LEVEL_ENCRYPTED_ONLY = 3,
    /** The peer must not be talked to. */
    XMPP_TLS_LEVEL_REFUSED = 4,
};

/** By which proof the peer is known. */
typedef uint32_t xmpp_tls_method;
enum {
    /** By none. */
    XMPP_TLS_METHOD_NONE = 0,
    /** A certification authority's certificate (RFC 5280, RFC 9525). */
    XMPP_TLS_METHOD_PKIX = 1,
    /** PKIX, and an authority that PKIX-TA records name (RFC 7671 §5.4). */
    XMPP_TLS_METHOD_PKIX_TA = 2,
    /** PKIX, and a certificate that PKIX-EE records name (RFC 7671 §5.3). */
    XMPP_TLS_METHOD_PKIX_EE = 3,
    /** An authority that DANE-TA records name (RFC 7671 §5.2). */
    XMPP_TLS_METHOD_DANE_TA = 4,
    /** A certificate that DANE-EE records name (RFC 7671 §5.1). */
    XMPP_TLS_METHOD_DANE_EE = 5,
    /** A POSH fingerprint (RFC 7711). */
    XMPP_TLS_METHOD_POSH = 6,
    /** The operator's word for this certificate. */
    XMPP_TLS_METHOD_EXCEPTION = 7,
    /** A dialback answer (XEP-0220). */
    XMPP_TLS_METHOD_DIALBACK = 8,
    /** A dialback answer over a way that DNSSEC protects. */
    XMPP_TLS_METHOD_DIALBACK_DNSSEC = 9,
};

/** Which XMPP service. */
typedef uint32_t xmpp_tls_service;
enum {
    /** Client to server. */
    XMPP_TLS_SERVICE_C2S = 1,
    /** Server to server. */
    XMPP_TLS_SERVICE_S2S = 2,
};

/** Which end of a stream we are (RFC 6120 §1.4). */
typedef uint32_t xmpp_tls_direction;
enum {
    /** We opened the connection. */
    XMPP_TLS_DIRECTION_INITIATING = 1,
    /** We accepted it. */
    XMPP_TLS_DIRECTION_RECEIVING = 2,
};

/** A verdict. Shared: any thread, freed by `xmpp_tls_verdict_free`. */
typedef struct xmpp_tls_verdict xmpp_tls_verdict;

/** Makes another reference. Returns `verdict`, or NULL for NULL. Threads: any. Since 0.1. */
const xmpp_tls_verdict *xmpp_tls_verdict_retain(const xmpp_tls_verdict *verdict);

/** Ends one reference. `verdict` may be NULL. Threads: any, once per reference. Since 0.1. */
void xmpp_tls_verdict_free(const xmpp_tls_verdict *verdict);

/**
 * Says whether the level is enough for the policy that the verdict was made by; false for NULL.
 *
 * Threads: shared. Since 0.1.
 */
bool xmpp_tls_verdict_is_permitted(const xmpp_tls_verdict *verdict);

/** Gives the level: one of `XMPP_TLS_LEVEL_…`; refused for NULL. Threads: shared. Since 0.1. */
xmpp_tls_level xmpp_tls_verdict_level(const xmpp_tls_verdict *verdict);

/**
 * Gives the name of a level, such as `authenticated`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_level_name(uint32_t level);

/** Gives the proof that succeeded: one of `XMPP_TLS_METHOD_…`. Threads: shared. Since 0.1. */
xmpp_tls_method xmpp_tls_verdict_method(const xmpp_tls_verdict *verdict);

/**
 * Gives the name of a method, such as `dane-ee`; `none` for 0, `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_method_name(uint32_t method);

/** Gives the domain that was judged, as A-labels. Valid until the verdict is freed. Threads: shared. Since 0.1. */
xmpp_tls_str xmpp_tls_verdict_domain(const xmpp_tls_verdict *verdict);

/** Gives the service: one of `XMPP_TLS_SERVICE_…`. Threads: shared. Since 0.1. */
xmpp_tls_service xmpp_tls_verdict_service(const xmpp_tls_verdict *verdict);

/**
 * Gives the name of a service, such as `s2s`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_service_name(uint32_t service);

/** Gives our end of the stream: one of `XMPP_TLS_DIRECTION_…`. Threads: shared. Since 0.1. */
xmpp_tls_direction xmpp_tls_verdict_direction(const xmpp_tls_verdict *verdict);

/**
 * Gives the name of an end of a stream, such as `receiving`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_direction_name(uint32_t direction);

/**
 * Gives the reference identity that was matched (RFC 9525 §6.6); empty when none was, as with DANE-EE. Valid
 * until the verdict is freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_verdict_reference_identity(const xmpp_tls_verdict *verdict);

/**
 * Gives the identifier of the certificate that proved it, such as a wildcard; empty when none did. Untrusted
 * text. Valid until the verdict is freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_verdict_presented_as(const xmpp_tls_verdict *verdict);

/**
 * Says whether a handshake showed that the peer holds the key; false for a verdict on a chain alone.
 *
 * Threads: shared. Since 0.1.
 */
bool xmpp_tls_verdict_is_possession_shown(const xmpp_tls_verdict *verdict);

/** Gives when it was judged, in seconds since 1970 UTC. Threads: shared. Since 0.1. */
int64_t xmpp_tls_verdict_judged_at(const xmpp_tls_verdict *verdict);

/**
 * Gives until when the evidence holds, in seconds since 1970 UTC, inclusive: judge again then (RFC 6120
 * §13.7.2.3). `INT64_MAX` when nothing ends.
 *
 * Threads: shared. Since 0.1.
 */
int64_t xmpp_tls_verdict_valid_until(const xmpp_tls_verdict *verdict);

/**
 * Says how many reasons there are; an authenticated peer can have some, from proofs that failed before one
 * succeeded.
 *
 * Threads: shared. Since 0.1.
 */
size_t xmpp_tls_verdict_reason_count(const xmpp_tls_verdict *verdict);

/**
 * Gives one reason, counted from 0: a number of `xmpp_tls_reason`; 0 when there is none at `index`.
 *
 * Threads: shared. Since 0.1.
 */
uint32_t xmpp_tls_verdict_reason(const xmpp_tls_verdict *verdict, size_t index);

/**
 * Gives one reason as a line for people, with its data. Valid until the verdict is freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_verdict_reason_text(const xmpp_tls_verdict *verdict, size_t index);

/** Says how many notes there are. Threads: shared. Since 0.1. */
size_t xmpp_tls_verdict_note_count(const xmpp_tls_verdict *verdict);

/**
 * Gives one note, counted from 0: a number of `xmpp_tls_note`; 0 when there is none at `index`.
 *
 * Threads: shared. Since 0.1.
 */
uint32_t xmpp_tls_verdict_note(const xmpp_tls_verdict *verdict, size_t index);

/** Gives one note as a line for people. Valid until the verdict is freed. Threads: shared. Since 0.1. */
xmpp_tls_str xmpp_tls_verdict_note_text(const xmpp_tls_verdict *verdict, size_t index);

/**
 * Gives the verdict as one line for people and logs. Valid until the verdict is freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_verdict_summary(const xmpp_tls_verdict *verdict);

/**
 * Gives the verdict as JSON: everything, the trail of attempts with their evidence included. Its schema is
 * `docs/schema/verdict.json`. Valid until the verdict is freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_verdict_json(const xmpp_tls_verdict *verdict);

/** Gives the name of a reason, such as `name_mismatch`. Static text, for every number. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_reason_name(uint32_t reason);

/** Gives a short sentence about a reason. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_reason_message(uint32_t reason);

/** Gives the clause behind a reason, such as `RFC 9525 §6`. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_reason_clause(uint32_t reason);

/** Gives the name of a note, such as `posh_mismatch`. Static text, for every number. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_note_name(uint32_t note);

/** Gives a short sentence about a note. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_note_message(uint32_t note);

/** Gives the clause behind a note. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_note_clause(uint32_t note);


/* ====================================================================================================
 * Endpoints: where a connection goes, and how surely that is known.
 *
 * The DNSSEC state of the SRV answer and of the addresses decides which names and which TLSA records count
 * (RFC 7673 §3). A state is a promise of whoever gives it: it must come from a validating resolver that is
 * trusted, never from a bit in somebody's answer (RFC 6698 §4.1).
 * ==================================================================================================== */

/** The DNSSEC state of an answer (RFC 4035 §4.3 as RFC 7673 §2 uses it). */
typedef uint32_t xmpp_tls_dnssec;
enum {
    /** There is no such answer: the domain has no SRV record. */
    XMPP_TLS_DNSSEC_NONE = 0,
    /** Signed, and the signatures lead to a trust anchor. */
    XMPP_TLS_DNSSEC_SECURE = 1,
    /** Proven to be unsigned, or without a trust anchor. */
    XMPP_TLS_DNSSEC_INSECURE = 2,
    /** Signatures should be there and are missing, wrong or expired. */
    XMPP_TLS_DNSSEC_BOGUS = 3,
    /** The state could not be found out; counts as bogus. */
    XMPP_TLS_DNSSEC_INDETERMINATE = 4,
};

/** Where to connect. Shared: any thread, freed by `xmpp_tls_endpoint_free`. */
typedef struct xmpp_tls_endpoint xmpp_tls_endpoint;

/**
 * Gives the name of a DNSSEC state, such as `secure`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_dnssec_name(uint32_t dnssec);

/**
 * Describes an endpoint that the host found, or was configured with.
 *
 * `target`: the host that is dialled, copied. `port`: 1 to 65535. `transport`: by which SRV owner it was found, never
 * by its port (XEP-0368 §3). `srv`: the state of the SRV answer, its CNAMEs included; `XMPP_TLS_DNSSEC_NONE` if the
 * domain has none. `addresses`: the best state among the addresses of the target. `configured`: the user tied this
 * host to the domain by hand, so that its name counts (RFC 9525 §6.1.1). `endpoint_out`: owned by the caller, free
 * with `xmpp_tls_endpoint_free`.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_INVALID_PARAMETER`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_endpoint_new(const char *target,
                                      size_t target_len,
                                      uint32_t port,
                                      uint32_t transport,
                                      uint32_t srv,
                                      uint32_t addresses,
                                      bool configured,
                                      const xmpp_tls_endpoint **endpoint_out,
                                      xmpp_tls_error **error_out);

/** Gives the host, as A-labels. Valid until the endpoint is freed. Threads: shared. Since 0.1. */
xmpp_tls_str xmpp_tls_endpoint_target(const xmpp_tls_endpoint *endpoint);

/** Gives the port. Threads: shared. Since 0.1. */
uint32_t xmpp_tls_endpoint_port(const xmpp_tls_endpoint *endpoint);

/** Gives the transport: one of `XMPP_TLS_TRANSPORT_…`. Threads: shared. Since 0.1. */
uint32_t xmpp_tls_endpoint_transport(const xmpp_tls_endpoint *endpoint);

/** Makes another reference. Returns `endpoint`, or NULL for NULL. Threads: any. Since 0.1. */
const xmpp_tls_endpoint *xmpp_tls_endpoint_retain(const xmpp_tls_endpoint *endpoint);

/** Ends one reference. `endpoint` may be NULL. Threads: any, once per reference. Since 0.1. */
void xmpp_tls_endpoint_free(const xmpp_tls_endpoint *endpoint);

/**
 * Gives a domain in the form that is compared and sent: A-labels in lower case, without a final dot (RFC 9525 §6.3).
 *
 * `domain`: U-labels or A-labels. `out`: 253 bytes always suffice. `written_out`: the size, also when `capacity` is too
 * small.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_INSUFFICIENT_SIZE`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_domain_to_ascii(const char *domain,
                                         size_t domain_len,
                                         char *out,
                                         size_t capacity,
                                         size_t *written_out);


/* ====================================================================================================
 * Connections: making one, and setting it up.
 *
 * A connection joins three things: the XML before STARTTLS, TLS, and the question who the peer is. It owns
 * no socket. The host moves bytes between the socket and `xmpp_tls_connection_receive` and
 * `xmpp_tls_connection_transmit`, reads `xmpp_tls_connection_next_event`, and tells the time.
 *
 * Three ways to start:
 * - `XMPP_TLS_TRANSPORT_STARTTLS`: the library speaks XML until TLS is up (RFC 6120 §5),
 * - `XMPP_TLS_TRANSPORT_DIRECT_TLS`: TLS from the first byte (XEP-0368),
 * - `XMPP_TLS_TRANSPORT_TLS_ONLY`: the host has spoken STARTTLS itself; a domain need not be known.
 *
 * Which service it is, c2s or s2s, is the policy's. Set-up calls are allowed until the connection is first
 * driven, and answer `XMPP_TLS_WRONG_PHASE` afterwards.
 *
 * **Two gates.** Whether application bytes may pass is one question: the library answers it by the verdict
 * (`gate = "library"`, the default of clients), or leaves it to the host, which servers need because
 * stream headers and dialback run inside those bytes. Whether a *pair of domains* is authorised is another:
 * always ask for a verdict, it is never implied by bytes.
 *
 * **What it does not do.** It does not parse or write what is sent inside TLS, does not reconnect, does not
 * look anything up, and never falls back to plaintext by itself.
 * ==================================================================================================== */

/** How TLS starts. */
typedef uint32_t xmpp_tls_transport;
enum {
    /** XML first, then STARTTLS. */
    XMPP_TLS_TRANSPORT_STARTTLS = 1,
    /** TLS from the first byte. */
    XMPP_TLS_TRANSPORT_DIRECT_TLS = 2,
    /** Only TLS is the library's. */
    XMPP_TLS_TRANSPORT_TLS_ONLY = 3,
};

/** One end of a connection. Exclusive: one thread at a time; freed by `xmpp_tls_connection_free`. */
typedef struct xmpp_tls_connection xmpp_tls_connection;

/**
 * Gives the name of a transport, such as `direct-tls`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_transport_name(uint32_t transport);

/**
 * Makes a connection to a domain.
 *
 * `context`: used in this call; may be freed afterwards. `transport`: one of `XMPP_TLS_TRANSPORT_…`. `domain`: the
 * XMPP domain that is meant, never the host that was dialled; copied. It may be empty with
 * `XMPP_TLS_TRANSPORT_TLS_ONLY`: no server name is sent then, nobody is judged in the handshake, and the
 * session does not resume. `now`: when time limits begin. `connection_out`: owned by the caller, free with
 * `xmpp_tls_connection_free`.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_INVALID_DOMAIN`,
 * - `XMPP_TLS_INVALID_PARAMETER` for an unknown transport,
 * - `XMPP_TLS_CONTRADICTION` if the policy is for receiving ends only.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_new_initiating(xmpp_tls_context *context,
                                                   uint32_t transport,
                                                   const char *domain,
                                                   size_t domain_len,
                                                   const xmpp_tls_time *now,
                                                   xmpp_tls_connection **connection_out,
                                                   xmpp_tls_error **error_out);

/**
 * Makes a connection that a peer opened. It says nothing before it was fed.
 *
 * With STARTTLS the certificate is that of the `to` in the peer's stream header, unless the client hello
 * names another domain that is served; a `to` that is not served ends the stream with `host-unknown`.
 *
 * `context`: used in this call; may be freed afterwards. `transport`: one of `XMPP_TLS_TRANSPORT_…`. `now`: when time
 * limits begin. `connection_out`: owned by the caller, free with `xmpp_tls_connection_free`.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_INVALID_PARAMETER` for an unknown transport,
 * - `XMPP_TLS_CONTRADICTION` if the policy is for initiating ends only.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_new_accepting(xmpp_tls_context *context,
                                                  uint32_t transport,
                                                  const xmpp_tls_time *now,
                                                  xmpp_tls_connection **connection_out,
                                                  xmpp_tls_error **error_out);

/**
 * Frees a connection. Nothing is sent: close it before, and transmit. `connection` may be NULL.
 *
 * Threads: exclusive, once. Since 0.1.
 */
void xmpp_tls_connection_free(xmpp_tls_connection *connection);

/**
 * Sends another server name than the domain, or none (initiating; RFC 6066 §3, DTLS-05, DTLS-06).
 *
 * The server name never decides who the peer must be. `name`: copied; empty: none is sent.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` on a
 * receiving end.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_set_server_name(xmpp_tls_connection *connection,
                                                    const char *name,
                                                    size_t name_len,
                                                    xmpp_tls_error **error_out);

/**
 * Offers, or accepts, these application protocols, the preferred first (RFC 7301); a count of 0 switches
 * ALPN off.
 *
 * Left alone it is `xmpp-client` or `xmpp-server` with direct TLS and nothing otherwise (XEP-0368 §7). A
 * receiving end refuses a client that offers only others with `no_application_protocol`, and accepts one that
 * offers none.
 *
 * `protocols`: copied.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_INVALID_PARAMETER` if a name is empty or longer
 * than 255 bytes, or there are too many.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_set_alpn(xmpp_tls_connection *connection,
                                             const xmpp_tls_bytes *protocols,
                                             size_t count,
                                             xmpp_tls_error **error_out);

/**
 * Says which domain we are (initiating server): the `from` of the stream before TLS, and whose credentials we
 * show when asked for a certificate (RFC 6120 §5.4.3.1).
 *
 * `domain`: copied.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` on a
 * receiving end.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_set_own_domain(xmpp_tls_connection *connection,
                                                   const char *domain,
                                                   size_t domain_len,
                                                   xmpp_tls_error **error_out);

/**
 * Stops after the client hello, until `xmpp_tls_connection_choose` or
 * `xmpp_tls_connection_refuse_client_hello` (receiving).
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` on an initiating end.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_set_stop_at_client_hello(xmpp_tls_connection *connection,
                                                             bool stop,
                                                             xmpp_tls_error **error_out);

/**
 * Leaves the gate to the host although the policy gives it to the library: application bytes pass as soon as
 * TLS is up, whoever the peer is. What is lost: nothing stops a host that forgets to ask for a verdict.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_WRONG_PHASE`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_set_host_gate(xmpp_tls_connection *connection,
                                                  xmpp_tls_error **error_out);

/**
 * Makes the session's secrets readable by `xmpp_tls_connection_next_key_log_line`, in the format of NSS key
 * logs. Whoever has them reads everything that is said. The environment is never asked.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` unless the policy allows it
 * (`tls.key_log`).
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_set_key_log(xmpp_tls_connection *connection,
                                                bool on,
                                                xmpp_tls_error **error_out);


/* ====================================================================================================
 * Driving a connection: bytes in, bytes out, events, and the passing of time.
 *
 * ```text
 *            socket readable ──▶ receive ──▶ plaintext for the application
 *   application has something ──▶ write
 *              deadline came  ──▶ advance
 *      after each of these:      transmit until 0, next_event until NOT_YET, deadline
 * ```
 *
 * `receive` says how many bytes it took. What it did not take is to be given again: when the caller's buffer
 * for plaintext was full, while a client hello waits for a choice, or while a verdict is waited for. Before
 * the handshake is done, whole records are taken whole.
 *
 * A failure is final. Its cause can be read, the alert that tells the peer can still be transmitted, and
 * every other call answers `XMPP_TLS_CONNECTION_FAILED`.
 * ==================================================================================================== */

/** Something that happened. Unknown numbers of later versions may be ignored. */
typedef uint32_t xmpp_tls_event;
enum {
    /** The peer's stream header before TLS was read; nobody vouches for what it says. */
    XMPP_TLS_EVENT_STREAM_HEADER = 1,
    /** STARTTLS was agreed; what follows on the transport is TLS. */
    XMPP_TLS_EVENT_TLS_STARTED = 2,
    /** The client hello was read; the connection waits for a choice. */
    XMPP_TLS_EVENT_CLIENT_HELLO = 3,
    /** The handshake is complete. This says nothing about who the peer is. */
    XMPP_TLS_EVENT_HANDSHAKE_DONE = 4,
    /** A verdict about the peer stands. */
    XMPP_TLS_EVENT_VERDICT = 5,
    /** Lines of the key log can be read. */
    XMPP_TLS_EVENT_KEY_LOG = 6,
    /** The peer closed its direction with close_notify; nothing was cut off. */
    XMPP_TLS_EVENT_PEER_CLOSED = 7,
    /** The transport ended without close_notify: what was received may be cut off. */
    XMPP_TLS_EVENT_TRUNCATED = 8,
    /** The connection failed for good. */
    XMPP_TLS_EVENT_FAILED = 9,
};

/**
 * Takes bytes of the peer and gives plaintext.
 *
 * `tls`: not changed; may be empty, to fetch plaintext that waits inside. `used_out`: how many were taken, the
 * rest is to be given again. `plain`: where plaintext goes; must not overlap `tls`. `plain_len_out`: how many bytes
 * of it were written.
 *
 * Changes what `xmpp_tls_connection_transmit`, `xmpp_tls_connection_next_event` and
 * `xmpp_tls_connection_deadline` answer.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_CONNECTION_FAILED` if the connection failed, in this call or before, and
 * no plaintext is left to give.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_receive(xmpp_tls_connection *connection,
                                            const xmpp_tls_time *now,
                                            const uint8_t *tls,
                                            size_t tls_len,
                                            size_t *used_out,
                                            uint8_t *plain,
                                            size_t plain_capacity,
                                            size_t *plain_len_out);

/**
 * As `xmpp_tls_connection_receive`, without a copy: records are decrypted where they stand.
 *
 * `tls`: the bytes that were taken are scratch afterwards; those that were not are unchanged.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_receive_in_place(xmpp_tls_connection *connection,
                                                     const xmpp_tls_time *now,
                                                     uint8_t *tls,
                                                     size_t tls_len,
                                                     size_t *used_out,
                                                     uint8_t *plain,
                                                     size_t plain_capacity,
                                                     size_t *plain_len_out);

/**
 * Says whether plaintext waits inside that may pass; `xmpp_tls_connection_receive` gives it, also without
 * input. Changes with the receiving calls and when a verdict opens the gate.
 *
 * Threads: exclusive. Since 0.1.
 */
bool xmpp_tls_connection_has_plaintext(const xmpp_tls_connection *connection);

/**
 * Takes application bytes. Until they may pass – before TLS is up, or before a verdict while the library keeps
 * the gate – they are kept, up to 64 KiB.
 *
 * `data`: copied. `taken_out`: how many were taken; less than `len` means: transmit, and write the rest later.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_CONNECTION_CLOSED` after `xmpp_tls_connection_close`,
 * - `XMPP_TLS_CONNECTION_FAILED`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_write(xmpp_tls_connection *connection,
                                          const xmpp_tls_time *now,
                                          const uint8_t *data,
                                          size_t len,
                                          size_t *taken_out);

/**
 * Writes and transmits in one call: what waits for the peer comes first, then `data`, encrypted straight into
 * `out`. Beside the data each record of at most 16 KiB needs 32 bytes of room: 16 KiB need 16,416. What does not
 * fit is not taken.
 *
 * `taken_out`: how many bytes of `data` were taken. `written_out`: how many bytes of `out` are for the peer. The
 * rest as in `xmpp_tls_connection_write`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_write_into(xmpp_tls_connection *connection,
                                               const xmpp_tls_time *now,
                                               const uint8_t *data,
                                               size_t len,
                                               size_t *taken_out,
                                               uint8_t *out,
                                               size_t capacity,
                                               size_t *written_out);

/**
 * Gives bytes for the peer; 0 when there are none now. Allowed after a failure, so that the peer learns of it.
 *
 * `out`: at most `capacity` bytes are written. `written_out`: how many were; call again until it is 0.
 *
 * Returns `XMPP_TLS_OK`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_transmit(xmpp_tls_connection *connection,
                                             uint8_t *out,
                                             size_t capacity,
                                             size_t *written_out);

/**
 * Gives bytes for the peer where they stand, for a host that sends without a copy; empty when there are none. They
 * stay until `xmpp_tls_connection_transmitted` takes them off. Valid until the next call on this connection that
 * changes it.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_bytes xmpp_tls_connection_transmit_peek(xmpp_tls_connection *connection);

/**
 * Says that the first `count` bytes of the last `xmpp_tls_connection_transmit_peek` were sent; more than there were
 * counts as all. Peek again afterwards: more may follow.
 *
 * Returns `XMPP_TLS_OK`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_transmitted(xmpp_tls_connection *connection,
                                                size_t count);

/**
 * Says how many bytes for the peer wait, as far as they exist: an initiating connection makes its first ones
 * when it is first asked to transmit.
 *
 * Threads: exclusive. Since 0.1.
 */
size_t xmpp_tls_connection_transmit_pending(const xmpp_tls_connection *connection);

/**
 * Closes our direction: close_notify is to be transmitted, and nothing can be written any more. Close the XMPP
 * stream before, with `</stream:stream>` (RFC 6120 §4.4). The peer's direction stays open until it closes.
 *
 * Returns `XMPP_TLS_OK`, also when closed before or failed. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_close(xmpp_tls_connection *connection,
                                          const xmpp_tls_time *now);

/**
 * Tells that the transport ended and nothing more will come. Within the handshake that is a failure; after it
 * `XMPP_TLS_EVENT_TRUNCATED` follows, unless the peer had closed before (RFC 8446 §6.1).
 *
 * Returns `XMPP_TLS_OK`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_end_of_input(xmpp_tls_connection *connection, const xmpp_tls_time *now);

/**
 * Tells that time passed: a time limit that was reached ends the connection.
 *
 * Returns `XMPP_TLS_OK`; the outcome is an event. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_advance(xmpp_tls_connection *connection, const xmpp_tls_time *now);

/**
 * Says when to call `xmpp_tls_connection_advance` if nothing else happens before. Changes with every call that
 * drives the connection.
 *
 * `monotonic_ms_out`: in the host's monotonic milliseconds.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_YET` when no time limit runs. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_deadline(const xmpp_tls_connection *connection,
                                             uint64_t *monotonic_ms_out);

/**
 * Gives the next thing that happened. Each kind is kept once until it is read, in the order in which they can
 * happen; ask until there is none, after every call that drives the connection.
 *
 * `event_out`: one of `XMPP_TLS_EVENT_…`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_YET` when there is none. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_next_event(xmpp_tls_connection *connection, xmpp_tls_event *event_out);

/**
 * Gives the name of an event, such as `handshake_done`; `unknown` for a number without one.
 *
 * Returns static text. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_event_name(uint32_t event);

/**
 * Says whether the connection stopped after the client hello and waits for a choice.
 *
 * Threads: exclusive. Since 0.1.
 */
bool xmpp_tls_connection_is_waiting_for_choice(const xmpp_tls_connection *connection);

/**
 * Says how many application protocols the client offers, while the connection waits for a choice.
 *
 * Threads: exclusive. Since 0.1.
 */
size_t xmpp_tls_connection_offered_alpn_count(const xmpp_tls_connection *connection);

/**
 * Gives one application protocol that the client offers, counted from 0, the preferred first; empty when there
 * is none. Valid until the choice.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_bytes xmpp_tls_connection_offered_alpn(const xmpp_tls_connection *connection,
                                                size_t index);

/**
 * Goes on after the client hello.
 *
 * `context`: whose policy and credentials hold from here; NULL: the connection's own. Another policy also says who
 * keeps the gate, unless the host took it by `xmpp_tls_connection_set_host_gate`, and whether secrets may still be
 * read. `domain`: whose credentials serve a client that names nobody; empty: the `to` of the stream before TLS.
 * `alpn`: the protocol to agree on; empty: none.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_WRONG_PHASE` unless the connection waits for a choice,
 * - `XMPP_TLS_INVALID_DOMAIN`,
 * - `XMPP_TLS_CONNECTION_FAILED` if the time is over, or the handshake cannot go on with this choice.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_choose(xmpp_tls_connection *connection,
                                           const xmpp_tls_time *now,
                                           xmpp_tls_context *context,
                                           const char *domain,
                                           size_t domain_len,
                                           const uint8_t *alpn,
                                           size_t alpn_len,
                                           xmpp_tls_error **error_out);

/**
 * Refuses the client hello with an alert (RFC 8446 §6.2), such as 112 `unrecognized_name`.
 *
 * `alert`: 0 to 255.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER`, or `XMPP_TLS_WRONG_PHASE` unless the connection waits for
 * a choice.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_refuse_client_hello(xmpp_tls_connection *connection,
                                                        uint32_t alert);


/* ====================================================================================================
 * Facts about a connection: where it stands, what was agreed, what was shown, what binds to it.
 *
 * Readers of text and bytes lend them until the connection is driven further or freed. What the peer said
 * before TLS – its stream header, its features – is *unverified*: it is here to be shown, and no decision may
 * rest on it (RFC 6120 §5.4.3.3).
 * ==================================================================================================== */

/** Where a connection stands. */
typedef uint32_t xmpp_tls_phase;
enum {
    /** Nothing was driven yet; set-up calls are allowed. */
    XMPP_TLS_PHASE_PREPARED = 1,
    /** XML before STARTTLS. */
    XMPP_TLS_PHASE_CLEAR = 2,
    /** A client hello is being read, or waits for a choice. */
    XMPP_TLS_PHASE_HELLO = 3,
    /** TLS is being negotiated, or the library keeps the gate and no verdict opened it. */
    XMPP_TLS_PHASE_HANDSHAKE = 4,
    /** Application bytes pass. */
    XMPP_TLS_PHASE_OPEN = 5,
    /** Both directions were closed, or ours before TLS began. */
    XMPP_TLS_PHASE_CLOSED = 6,
    /** The cause is final. */
    XMPP_TLS_PHASE_FAILED = 7,
};

/** A channel binding type (RFC 5929, RFC 9266). */
typedef uint32_t xmpp_tls_channel_binding;
enum {
    /** `tls-exporter`, 32 bytes. */
    XMPP_TLS_CHANNEL_BINDING_TLS_EXPORTER = 1,
    /** `tls-server-end-point`, a hash of the server's certificate. */
    XMPP_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT = 2,
    /** `tls-unique`: never to be had. */
    XMPP_TLS_CHANNEL_BINDING_TLS_UNIQUE = 3,
};

/**
 * Says where the connection stands: one of `XMPP_TLS_PHASE_…`; 0 for NULL or a handle in use. Changes with every
 * call that drives the connection.
 *
 * Threads: exclusive. Since 0.1.
 */
uint32_t xmpp_tls_connection_phase(const xmpp_tls_connection *connection);

/**
 * Gives the name of a phase, such as `handshake`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_phase_name(uint32_t phase);

/**
 * Says whether TLS is being negotiated right now. Cheap.
 *
 * Threads: exclusive. Since 0.1.
 */
bool xmpp_tls_connection_is_handshaking(const xmpp_tls_connection *connection);

/**
 * Says whether the peer closed its direction with close_notify and all its plaintext was given.
 *
 * Threads: exclusive. Since 0.1.
 */
bool xmpp_tls_connection_is_peer_closed(const xmpp_tls_connection *connection);

/**
 * Gives the cause of a failure: a number of `xmpp_tls_cause`; 0 while there is none.
 *
 * Threads: exclusive. Since 0.1.
 */
uint32_t xmpp_tls_connection_cause(const xmpp_tls_connection *connection);

/**
 * Gives one sentence about the cause of a failure, with its data; empty while there is none. What a peer said
 * is escaped in it. Valid until the next call of this function, or until the connection is freed.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_str xmpp_tls_connection_cause_message(const xmpp_tls_connection *connection);

/**
 * Gives the name of a cause, such as `peer_refused`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_cause_name(uint32_t cause);

/** Gives a short sentence about a cause. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_cause_message(uint32_t cause);

/** Gives the clause behind a cause, such as `RFC 7590 §3.4`. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_cause_clause(uint32_t cause);

/**
 * Gives the alert that ended the connection, whichever way it went (RFC 8446 §6); -1 when there was none.
 *
 * Threads: exclusive. Since 0.1.
 */
int32_t xmpp_tls_connection_alert(const xmpp_tls_connection *connection);

/** Gives the name of an alert, such as `unknown_ca`. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_alert_name(uint32_t alert);

/** Gives the TLS version agreed on: 0x0303 or 0x0304; 0 before. Threads: exclusive. Since 0.1. */
uint32_t xmpp_tls_connection_tls_version(const xmpp_tls_connection *connection);

/**
 * Gives the name of the version agreed on, `TLSv1.2` or `TLSv1.3`; empty before. Static text.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_str xmpp_tls_connection_tls_version_name(const xmpp_tls_connection *connection);

/** Gives the IANA number of the cipher suite agreed on; 0 before. Threads: exclusive. Since 0.1. */
uint32_t xmpp_tls_connection_suite(const xmpp_tls_connection *connection);

/** Gives the IANA name of the cipher suite agreed on; empty before. Static text. Threads: exclusive. Since 0.1. */
xmpp_tls_str xmpp_tls_connection_suite_name(const xmpp_tls_connection *connection);

/**
 * Gives the IANA number of the key exchange group; 0 before, and where TLS 1.2 resumed without one.
 *
 * Threads: exclusive. Since 0.1.
 */
uint32_t xmpp_tls_connection_group(const xmpp_tls_connection *connection);

/**
 * Gives the IANA name of the key exchange group; empty where there is none. Static text.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_str xmpp_tls_connection_group_name(const xmpp_tls_connection *connection);

/** Gives the application protocol agreed on; empty when there is none. Threads: exclusive. Since 0.1. */
xmpp_tls_bytes xmpp_tls_connection_alpn(const xmpp_tls_connection *connection);

/**
 * Gives the server name in the client hello (receiving), as it was sent; empty when there is none.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_str xmpp_tls_connection_server_name(const xmpp_tls_connection *connection);

/**
 * Says whether the session was resumed from a ticket: no certificate was shown this time, and the verdict was
 * made anew from the one remembered.
 *
 * Threads: exclusive. Since 0.1.
 */
bool xmpp_tls_connection_is_resumed(const xmpp_tls_connection *connection);

/**
 * Says whether the stream should be reset soon because the keys of TLS 1.2 wear out (RFC 9325 §4.4); TLS 1.3
 * replaces its keys by itself.
 *
 * Threads: exclusive. Since 0.1.
 */
bool xmpp_tls_connection_is_reset_advised(const xmpp_tls_connection *connection);

/** Says whether the peer, as a server, asked for our certificate. Threads: exclusive. Since 0.1. */
bool xmpp_tls_connection_is_certificate_requested(const xmpp_tls_connection *connection);

/**
 * Gives the `to` of the peer's stream header before TLS, unverified; empty when there is none.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_str xmpp_tls_connection_unverified_to(const xmpp_tls_connection *connection);

/**
 * Gives the `from` of the peer's stream header before TLS, unverified; empty when there is none.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_str xmpp_tls_connection_unverified_from(const xmpp_tls_connection *connection);

/** Says how many certificates the peer presented; also after a failure. Threads: exclusive. Since 0.1. */
size_t xmpp_tls_connection_peer_certificate_count(const xmpp_tls_connection *connection);

/**
 * Gives one certificate of the peer, counted from 0, its own first; also after a failure, so that it can be
 * looked at (RFC 9525 §6.6).
 *
 * `certificate_out`: owned by the caller, free with `xmpp_tls_certificate_free`.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_NOT_FOUND`, or `XMPP_TLS_MALFORMED_CERTIFICATE` for one that cannot be read.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_peer_certificate(const xmpp_tls_connection *connection,
                                                     size_t index,
                                                     const xmpp_tls_certificate **certificate_out);

/**
 * Gives one certificate of the peer in DER, counted from 0, its own first, without reading it; empty when there is
 * none. Also after a failure. Valid until the connection is driven further or freed.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_bytes xmpp_tls_connection_peer_certificate_der(const xmpp_tls_connection *connection,
                                                        size_t index);

/** Says how many certificates we showed. Threads: exclusive. Since 0.1. */
size_t xmpp_tls_connection_own_certificate_count(const xmpp_tls_connection *connection);

/**
 * Gives one certificate that we showed, counted from 0, our own first. The rest as in
 * `xmpp_tls_connection_peer_certificate`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_own_certificate(const xmpp_tls_connection *connection,
                                                    size_t index,
                                                    const xmpp_tls_certificate **certificate_out);

/**
 * Gives the value of a channel binding, for one authentication exchange (RFC 9266 §4).
 *
 * `kind`: one of `XMPP_TLS_CHANNEL_BINDING_…`. `out`: 64 bytes always suffice. `written_out`: the size, also when
 * `capacity` is too small.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_NOT_YET` before the handshake is done,
 * - `XMPP_TLS_NOT_AVAILABLE` if there is none of this type here; the error says why,
 * - `XMPP_TLS_INSUFFICIENT_SIZE`, `XMPP_TLS_INVALID_PARAMETER`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_channel_binding(const xmpp_tls_connection *connection,
                                                    uint32_t kind,
                                                    uint8_t *out,
                                                    size_t capacity,
                                                    size_t *written_out,
                                                    xmpp_tls_error **error_out);

/**
 * Takes the next line of the key log, without its newline; empty when there is none. Valid until the next call
 * of this function, or until the connection is freed. Wipe your copies.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_str xmpp_tls_connection_next_key_log_line(xmpp_tls_connection *connection);


/* ====================================================================================================
 * Verifications: from evidence to a verdict, by question and answer.
 *
 * A verification is about one domain, service and direction. It says what it needs to be told –
 * *questions* – and the host finds the answers, by its own resolver and HTTPS client or by the library's
 * look-ups. Any question may be left open, or answered "absent", "failed" or "not asked", kinds that the host
 * does not know too. A missing answer never makes a better verdict than the answer would.
 *
 * Made before the handshake (`xmpp_tls_verification_new`) it gathers evidence ahead; handed to
 * `xmpp_tls_connection_set_verification` it refuses inside the handshake. Made from a connection
 * (`xmpp_tls_connection_verification`) or from a chain alone (`xmpp_tls_verification_new_chain`) it judges what
 * was presented. It may live on another thread than the connection, and outlive it.
 *
 * ```text
 *   while xmpp_tls_verification_next_question gives one:  look it up, xmpp_tls_verification_answer_…
 *   xmpp_tls_verification_decide  ──▶  verdict  ──▶  xmpp_tls_connection_conclude
 * ```
 * ==================================================================================================== */

/** What is asked. Unknown numbers of later versions can be answered "not asked". */
typedef uint32_t xmpp_tls_question_type;
enum {
    /** The TLSA records of the owner name (RFC 6698). */
    XMPP_TLS_QUESTION_TYPE_TLSA = 1,
    /** The POSH document at the URL (RFC 7711). */
    XMPP_TLS_QUESTION_TYPE_POSH = 2,
    /** The SRV targets of the domain, with the DNSSEC states of SRV and addresses (RFC 7673). */
    XMPP_TLS_QUESTION_TYPE_SRV = 3,
    /** What was seen of the domain before: the JSON that the host stored. */
    XMPP_TLS_QUESTION_TYPE_HISTORY = 4,
    /** Revocation lists at URLs. */
    XMPP_TLS_QUESTION_TYPE_REVOCATION_LISTS = 5,
    /** Whether the operator knows the user of this certificate (RFC 6120 §13.7.2.2.1). */
    XMPP_TLS_QUESTION_TYPE_USER_MAPPING = 6,
    /** What the authoritative server says of a dialback key (XEP-0220). */
    XMPP_TLS_QUESTION_TYPE_DIALBACK = 7,
};

/** Why there is no answer. */
typedef uint32_t xmpp_tls_lookup_failure;
enum {
    /** The answer was forged or wrongly signed. */
    XMPP_TLS_LOOKUP_FAILURE_BOGUS = 1,
    /** The resolver or server answered with an error. */
    XMPP_TLS_LOOKUP_FAILURE_SERVER = 2,
    /** No answer came in time. */
    XMPP_TLS_LOOKUP_FAILURE_TIMEOUT = 3,
    /** The HTTPS server's certificate did not prove its name. */
    XMPP_TLS_LOOKUP_FAILURE_HTTPS_UNVERIFIED = 4,
    /** The answer was over a limit or not of the expected form. */
    XMPP_TLS_LOOKUP_FAILURE_MALFORMED = 5,
    /** An address or URL that must not be contacted. */
    XMPP_TLS_LOOKUP_FAILURE_FORBIDDEN = 6,
    /** Any other failure of the transport. */
    XMPP_TLS_LOOKUP_FAILURE_UNREACHABLE = 7,
};

/** A question of a verification. Shared; freed by `xmpp_tls_question_free`. */
typedef struct xmpp_tls_question xmpp_tls_question;

/** A verification. Exclusive; freed by `xmpp_tls_verification_free`. */
typedef struct xmpp_tls_verification xmpp_tls_verification;

/**
 * Starts a verification before the handshake, to gather evidence ahead.
 *
 * The service is the policy's. `domain`: whom the peer shall be; copied. `direction`: one of
 * `XMPP_TLS_DIRECTION_…`. `policy`: retained. `endpoint`: where the connection will go; NULL if that is not known, no
 * DANE is possible then. `verification_out`: owned by the caller, free with `xmpp_tls_verification_free`.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_INVALID_PARAMETER`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_new(const char *domain,
                                          size_t domain_len,
                                          uint32_t direction,
                                          const xmpp_tls_policy *policy,
                                          const xmpp_tls_endpoint *endpoint,
                                          xmpp_tls_verification **verification_out,
                                          xmpp_tls_error **error_out);

/**
 * Starts a verification of a chain alone. The verdict says that possession of the key was not shown.
 *
 * `chain`: `count` certificates, the end entity's first; retained. The rest as in `xmpp_tls_verification_new`.
 *
 * Returns as there, or `XMPP_TLS_NO_CERTIFICATE` if `count` is 0, `XMPP_TLS_LIMIT_EXCEEDED` if it is more than 10.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_new_chain(const xmpp_tls_certificate *const *chain,
                                                size_t count,
                                                const char *domain,
                                                size_t domain_len,
                                                uint32_t direction,
                                                const xmpp_tls_policy *policy,
                                                const xmpp_tls_endpoint *endpoint,
                                                xmpp_tls_verification **verification_out,
                                                xmpp_tls_error **error_out);

/**
 * Starts a verification of the peer of a connection, from what it presented. Any number may be made: for other
 * domains on the same stream, by another policy, or again later (RFC 7712 §4.4).
 *
 * `domain`: whom the peer shall be; copied. `policy`: NULL for the connection's. `endpoint`: where the connection
 * went; may be NULL. `verification_out`: owned by the caller, free with `xmpp_tls_verification_free`; it needs the
 * connection no more.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_WRONG_PHASE` before the handshake is done and after
 * a failure.
 *
 * Threads: exclusive (the connection). Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_verification(const xmpp_tls_connection *connection,
                                                 const char *domain,
                                                 size_t domain_len,
                                                 const xmpp_tls_policy *policy,
                                                 const xmpp_tls_endpoint *endpoint,
                                                 xmpp_tls_verification **verification_out,
                                                 xmpp_tls_error **error_out);

/**
 * Gives a verdict to its connection. While the library keeps the gate, a verdict that the policy permits opens
 * it, and any other ends the connection.
 *
 * `verdict`: retained.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_FOREIGN_VERDICT` if it was made for another connection, or for none,
 * - `XMPP_TLS_WRONG_PHASE` before the handshake is done and after a failure,
 * - `XMPP_TLS_LIMIT_EXCEEDED` if there are verdicts about 64 domains already.
 *
 * Threads: exclusive (the connection). Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_conclude(xmpp_tls_connection *connection,
                                             const xmpp_tls_time *now,
                                             const xmpp_tls_verdict *verdict,
                                             xmpp_tls_error **error_out);

/**
 * Gives the latest verdict about a domain.
 *
 * `domain`: empty: the domain that is meant, or the first that was judged. `verdict_out`: owned by the caller, free
 * with `xmpp_tls_verdict_free`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_FOUND`. Threads: exclusive (the connection). Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_verdict(const xmpp_tls_connection *connection,
                                            const char *domain,
                                            size_t domain_len,
                                            const xmpp_tls_verdict **verdict_out);

/**
 * Hands over a verification whose evidence was gathered before: the peer is judged by it inside the
 * handshake, and a refusal is an alert that leaves before our certificate does (initiating).
 *
 * `verification`: its present answers are copied; it may be freed or answered further afterwards, without
 * effect here.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` if it is about another domain, service
 * or direction.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_set_verification(xmpp_tls_connection *connection,
                                                     xmpp_tls_verification *verification,
                                                     xmpp_tls_error **error_out);

/** Frees a verification. `verification` may be NULL. Threads: exclusive, once. Since 0.1. */
void xmpp_tls_verification_free(xmpp_tls_verification *verification);

/**
 * Also asks what was seen of the domain before, for `xmpp_tls_verdict_observe`. It changes no verdict
 * (RFC 7590 §3.6 asks for a warning, not for a refusal).
 *
 * Returns `XMPP_TLS_OK`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_ask_history(xmpp_tls_verification *verification);

/**
 * Lets dialback count, if the policy does: asks about this pair and stream when no certificate proves the peer
 * (XEP-0220).
 *
 * `originating`: the domain whose key it is, the peer's. `receiving`: our domain. `stream_id`: of the stream that the
 * key came on. All copied.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_DOMAIN`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_ask_dialback(xmpp_tls_verification *verification,
                                                   const char *originating,
                                                   size_t originating_len,
                                                   const char *receiving,
                                                   size_t receiving_len,
                                                   const char *stream_id,
                                                   size_t stream_id_len,
                                                   xmpp_tls_error **error_out);

/**
 * Gives the next question that was not given yet. Answers may make further ones: ask until there is none.
 *
 * `now`: what the evidence so far is worth depends on it. `question_out`: owned by the caller, free with
 * `xmpp_tls_question_free`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_YET` when there is none now. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_next_question(xmpp_tls_verification *verification,
                                                    const xmpp_tls_time *now,
                                                    const xmpp_tls_question **question_out);

/** Gives the number that names a question within its verification. Threads: shared. Since 0.1. */
uint32_t xmpp_tls_question_id(const xmpp_tls_question *question);

/** Gives what is asked: one of `XMPP_TLS_QUESTION_TYPE_…`. Threads: shared. Since 0.1. */
uint32_t xmpp_tls_question_kind(const xmpp_tls_question *question);

/**
 * Gives the name of a kind of question, such as `tlsa`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_question_kind_name(uint32_t kind);

/**
 * Gives the name of a failure, such as `timeout`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_lookup_failure_name(uint32_t failure);

/**
 * Gives what exactly is asked: the owner name with its final dot (TLSA), the URL (POSH), the domain (SRV, history,
 * dialback: the authoritative one), URLs one a line (revocation lists, untrusted), the SHA-256 of the certificate in
 * hex (user mapping). Valid until the question is freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_question_name(const xmpp_tls_question *question);

/** Frees a question. `question` may be NULL. Threads: any, once. Since 0.1. */
void xmpp_tls_question_free(const xmpp_tls_question *question);

/**
 * Answers that there is nothing: NXDOMAIN or NODATA in this DNSSEC state, HTTP 404 or 410. Fits every question.
 *
 * `id`: the question's. `dnssec`: one of `XMPP_TLS_DNSSEC_…` but none; insecure where DNS plays no part.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER` if no such question is open.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_answer_absent(xmpp_tls_verification *verification,
                                                    uint32_t id,
                                                    uint32_t dnssec,
                                                    xmpp_tls_error **error_out);

/**
 * Answers that no answer could be had, which is not the answer "no". Fits every question.
 *
 * `failure`: one of `XMPP_TLS_LOOKUP_FAILURE_…`.
 *
 * Returns as `xmpp_tls_verification_answer_absent`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_answer_failed(xmpp_tls_verification *verification,
                                                    uint32_t id,
                                                    uint32_t failure,
                                                    xmpp_tls_error **error_out);

/**
 * Answers that the host cannot ask this, or chose not to. Fits every question, unknown kinds too.
 *
 * Returns as `xmpp_tls_verification_answer_absent`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_answer_not_asked(xmpp_tls_verification *verification,
                                                       uint32_t id,
                                                       xmpp_tls_error **error_out);

/**
 * Answers a question for TLSA records.
 *
 * `dnssec`: the state of the whole answer, its CNAMEs included. `rdata`: the RDATA of `count` records (RFC 6698
 * §2.1), copied; malformed records are kept as unusable, with the reason. `valid_until`: when the answer's TTL ends,
 * in seconds since 1970 UTC; 0 if that is not known.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER` if no question for TLSA records is open under `id`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_answer_tlsa(xmpp_tls_verification *verification,
                                                  uint32_t id,
                                                  uint32_t dnssec,
                                                  const xmpp_tls_bytes *rdata,
                                                  size_t count,
                                                  int64_t valid_until,
                                                  xmpp_tls_error **error_out);

/**
 * Answers a question for a POSH document.
 *
 * If the document at the URL is a reference, fetch what it points at and give both; a second reference is refused
 * (RFC 7711 §3.2).
 *
 * `document`: the JSON at the URL that was asked for; copied. `referred`: the JSON at the reference's target; empty
 * if there was none. `https_verified`: whether every hop was HTTPS and each server's certificate proved its host
 * (RFC 7711 §10); without that the documents are worth nothing. `fetched_at`: in seconds since 1970 UTC.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_MALFORMED_DOCUMENT` if a document is not valid: answer "failed, malformed" then,
 * - `XMPP_TLS_INVALID_PARAMETER` if no question for a document is open under `id`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_answer_posh(xmpp_tls_verification *verification,
                                                  uint32_t id,
                                                  const uint8_t *document,
                                                  size_t document_len,
                                                  const uint8_t *referred,
                                                  size_t referred_len,
                                                  bool https_verified,
                                                  int64_t fetched_at,
                                                  xmpp_tls_error **error_out);

/**
 * Answers a question for the SRV targets of a domain.
 *
 * `endpoints`: `count` endpoints with the states that led to them; copied.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER` if no such question is open, or there are too many.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_answer_srv(xmpp_tls_verification *verification,
                                                 uint32_t id,
                                                 const xmpp_tls_endpoint *const *endpoints,
                                                 size_t count,
                                                 xmpp_tls_error **error_out);

/**
 * Answers a question for history with the JSON that an observation gave to be stored; answer "absent" when nothing
 * was ever stored. Damage is an error and never taken for an empty history.
 *
 * `json`: copied.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_MALFORMED_DOCUMENT`, or `XMPP_TLS_INVALID_PARAMETER`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_answer_history(xmpp_tls_verification *verification,
                                                     uint32_t id,
                                                     const uint8_t *json,
                                                     size_t json_len,
                                                     xmpp_tls_error **error_out);

/**
 * Answers a question for a dialback key, with what the authoritative server said (XEP-0220 §2.2).
 *
 * `valid`: the key is its own. `dnssec`: SRV and addresses on the way to it were DNSSEC-secure. `over_tls`: it was
 * asked over TLS.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_answer_dialback(xmpp_tls_verification *verification,
                                                      uint32_t id,
                                                      bool valid,
                                                      bool dnssec,
                                                      bool over_tls,
                                                      xmpp_tls_error **error_out);

/**
 * Answers a question for a user mapping with the bare JID of the user that the operator knows by this certificate
 * or key (RFC 6120 §13.7.2.2.1).
 *
 * `jid`: copied.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_answer_user(xmpp_tls_verification *verification,
                                                  uint32_t id,
                                                  const char *jid,
                                                  size_t jid_len,
                                                  xmpp_tls_error **error_out);

/**
 * Decides by the answers there are; open questions count as not asked.
 *
 * `verdict_out`: owned by the caller, free with `xmpp_tls_verdict_free`.
 *
 * Returns `XMPP_TLS_OK`: a refusal is a verdict, not a failure of the call. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verification_decide(const xmpp_tls_verification *verification,
                                             const xmpp_tls_time *now,
                                             const xmpp_tls_verdict **verdict_out,
                                             xmpp_tls_error **error_out);


/* ====================================================================================================
 * Observations: what changed since a domain was seen last.
 *
 * RFC 7590 §3.6 asks that people be warned when the certificate of a server changes. The library keeps no history:
 * it compares a verdict with what the host stored, says how loudly to speak, and gives the host what to store from
 * now on. A routine renewal is quiet; a new key from the same issuer is a note; another issuer is a warning; a peer
 * that was authenticated and is not any more is an alarm. An observation never changes a verdict.
 * ==================================================================================================== */

/** What changed. */
typedef uint32_t xmpp_tls_change;
enum {
    /** The domain was never seen before. */
    XMPP_TLS_CHANGE_FIRST_SEEN = 1,
    /** Nothing that matters. */
    XMPP_TLS_CHANGE_SAME = 2,
    /** Another certificate for the same key. */
    XMPP_TLS_CHANGE_RENEWED_SAME_KEY = 3,
    /** Another key, certified by the same issuer. */
    XMPP_TLS_CHANGE_NEW_KEY_SAME_ISSUER = 4,
    /** Another key and another issuer. */
    XMPP_TLS_CHANGE_NEW_ISSUER = 5,
    /** The peer was authenticated before and is not now. */
    XMPP_TLS_CHANGE_WORSE_VERDICT = 6,
};

/** How loudly to say it. */
typedef uint32_t xmpp_tls_loudness;
enum {
    /** For the log. */
    XMPP_TLS_LOUDNESS_INFO = 1,
    /** A person should look. */
    XMPP_TLS_LOUDNESS_WARNING = 2,
    /** A person must look. */
    XMPP_TLS_LOUDNESS_ALARM = 3,
};

/** What was observed. Shared: any thread, freed by `xmpp_tls_observation_free`. */
typedef struct xmpp_tls_observation xmpp_tls_observation;

/**
 * Compares a verdict with what was seen of its domain before.
 *
 * `history`: the JSON that the last observation gave to be stored; empty when there never was one. Copied.
 * `observation_out`: owned by the caller, free with `xmpp_tls_observation_free`.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_MALFORMED_DOCUMENT` if the history is damaged or of another domain or service: never treat it as an
 *   empty one, and never overwrite it unseen,
 * - `XMPP_TLS_NOT_AVAILABLE` if the peer presented no certificate.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_verdict_observe(const xmpp_tls_verdict *verdict,
                                         const uint8_t *history,
                                         size_t history_len,
                                         const xmpp_tls_time *now,
                                         const xmpp_tls_observation **observation_out,
                                         xmpp_tls_error **error_out);

/** Gives what changed: one of `XMPP_TLS_CHANGE_…`. Threads: shared. Since 0.1. */
uint32_t xmpp_tls_observation_change(const xmpp_tls_observation *observation);

/** Gives the name of what changed, such as `new_issuer`. Static text. Threads: shared. Since 0.1. */
xmpp_tls_str xmpp_tls_observation_change_name(const xmpp_tls_observation *observation);

/**
 * Gives the name of a change, such as `new_issuer`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_change_name(uint32_t change);

/** Gives how loudly to say it: one of `XMPP_TLS_LOUDNESS_…`. Threads: shared. Since 0.1. */
uint32_t xmpp_tls_observation_loudness(const xmpp_tls_observation *observation);

/**
 * Gives the name of a loudness, such as `warning`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_loudness_name(uint32_t loudness);

/**
 * Gives the history to store from now on, as JSON; empty when there is nothing to store, as after a resumed
 * session. Valid until the observation is freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_observation_to_store(const xmpp_tls_observation *observation);

/** Frees an observation. `observation` may be NULL. Threads: any, once. Since 0.1. */
void xmpp_tls_observation_free(const xmpp_tls_observation *observation);


/* ====================================================================================================
 * Reports: what a person should be shown (RFC 7590 §3.6).
 *
 * Whether the stream is encrypted, with which version and suite, how the peer was authenticated and why not by
 * other proofs, its certificate, and what explains them: as text to print, as JSON with a schema
 * (`docs/schema/report.json`), and by readers for what programs branch on. A report is a snapshot and can be made
 * at any time, after a failure too.
 * ==================================================================================================== */

/** What to say in one word. Encrypted is not authenticated, and no value is called secure. */
typedef uint32_t xmpp_tls_summary;
enum {
    /** A certificate proof says who the peer is. */
    XMPP_TLS_SUMMARY_AUTHENTICATED = 1,
    /** A dialback answer says so, no certificate. */
    XMPP_TLS_SUMMARY_WEAKLY_VERIFIED = 2,
    /** TLS is up; who the peer is, nobody knows. */
    XMPP_TLS_SUMMARY_ENCRYPTED_UNAUTHENTICATED = 3,
    /** There is no TLS, or not yet. */
    XMPP_TLS_SUMMARY_PLAINTEXT = 4,
    /** The attempt failed. */
    XMPP_TLS_SUMMARY_FAILED = 5,
};

/** A report. Shared: any thread, freed by `xmpp_tls_report_free`. */
typedef struct xmpp_tls_report xmpp_tls_report;

/**
 * Takes a snapshot of a connection.
 *
 * `now`: for the days that a certificate has left. `report_out`: owned by the caller, free with
 * `xmpp_tls_report_free`.
 *
 * Returns `XMPP_TLS_OK`. Threads: exclusive (the connection). Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_report(const xmpp_tls_connection *connection,
                                           const xmpp_tls_time *now,
                                           const xmpp_tls_report **report_out,
                                           xmpp_tls_error **error_out);

/** Gives what to say in one word: one of `XMPP_TLS_SUMMARY_…`. Threads: shared. Since 0.1. */
xmpp_tls_summary xmpp_tls_report_summary(const xmpp_tls_report *report);

/**
 * Gives the name of a summary, such as `encrypted-unauthenticated`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_summary_name(uint32_t summary);

/** Says whether the stream is encrypted: the handshake is done and nothing failed. Threads: shared. Since 0.1. */
bool xmpp_tls_report_is_encrypted(const xmpp_tls_report *report);

/**
 * Says whether what is said stays unreadable for whoever records it now and has a quantum computer later.
 *
 * Threads: shared. Since 0.1.
 */
bool xmpp_tls_report_is_safe_against_later_decryption(const xmpp_tls_report *report);

/**
 * Says whether the server offered STARTTLS in the clear, which nobody vouches for: 1 yes, 0 no, -1 unknown.
 *
 * Threads: shared. Since 0.1.
 */
int32_t xmpp_tls_report_starttls_offered(const xmpp_tls_report *report);

/**
 * Gives the report as lines of text for a person, the answer first. Valid until the report is freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_report_text(const xmpp_tls_report *report);

/** Gives the report as JSON. Valid until the report is freed. Threads: shared. Since 0.1. */
xmpp_tls_str xmpp_tls_report_json(const xmpp_tls_report *report);

/** Makes another reference. Returns `report`, or NULL for NULL. Threads: any. Since 0.1. */
const xmpp_tls_report *xmpp_tls_report_retain(const xmpp_tls_report *report);

/** Ends one reference. `report` may be NULL. Threads: any, once per reference. Since 0.1. */
void xmpp_tls_report_free(const xmpp_tls_report *report);


/* ====================================================================================================
 * Dialback: keys, which answers count, and how a pair is refused (XEP-0220, XEP-0185).
 *
 * Dialback shows that whoever answers for a domain in DNS also opened this stream: it is as good as the DNS it went
 * through, and never better than `XMPP_TLS_LEVEL_WEAK`. The elements `db:result` and `db:verify` are the host's to
 * write and to read; names and stream ids go in here as they stand in them, after XML was unescaped.
 *
 * - A *secret* makes keys and recognises them. All servers that answer for one domain share it: make a text once
 *   with `xmpp_tls_dialback_random_secret` and put it into their configuration.
 * - *Requests* remember what one stream asked. An answer that nobody asked for is how an attacker spoofs domains
 *   (XEP-0220 §3.1): ask here before an answer is believed.
 * - Whether a valid answer is enough is a verdict's to say: `xmpp_tls_verification_ask_dialback`.
 *
 * Nothing here is sent, and nothing looks at certificates.
 * ==================================================================================================== */

/** The requests of one stream that wait for their answer. Exclusive; freed by `xmpp_tls_dialback_requests_free`. */
typedef struct xmpp_tls_dialback_requests xmpp_tls_dialback_requests;

/** The secret behind dialback keys. Shared: any thread, freed by `xmpp_tls_dialback_secret_free`. */
typedef struct xmpp_tls_dialback_secret xmpp_tls_dialback_secret;

/**
 * Makes a new random secret: 64 hexadecimal digits, for a configuration file or for
 * `xmpp_tls_dialback_secret_new`.
 *
 * `out`: 64 bytes suffice; wipe it when it is not needed any more. `written_out`: the size, also when `capacity` is
 * too small.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INSUFFICIENT_SIZE`, or `XMPP_TLS_INTERNAL` if the system gives no random bytes.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_dialback_random_secret(char *out,
                                                size_t capacity,
                                                size_t *written_out);

/**
 * Takes a secret.
 *
 * `secret`: any bytes, at least 12; copied, and wiped when the last reference ends. `secret_out`: owned by the
 * caller, free with `xmpp_tls_dialback_secret_free`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER` if the secret is too short. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_dialback_secret_new(const uint8_t *secret,
                                             size_t secret_len,
                                             const xmpp_tls_dialback_secret **secret_out,
                                             xmpp_tls_error **error_out);

/** Makes another reference. Returns `secret`, or NULL for NULL. Threads: any. Since 0.1. */
const xmpp_tls_dialback_secret *xmpp_tls_dialback_secret_retain(const xmpp_tls_dialback_secret *secret);

/** Ends one reference. `secret` may be NULL. Threads: any, once per reference. Since 0.1. */
void xmpp_tls_dialback_secret_free(const xmpp_tls_dialback_secret *secret);

/**
 * Makes the key for a stream (XEP-0220 §2.1.1, XEP-0185 §2).
 *
 * `receiving`: the domain that the stream goes to. `originating`: the domain that opened it. `stream_id`: the `id` of
 * the receiving server's response header, the one over TLS. None may hold blanks. `out`: 64 bytes suffice.
 * `written_out`: the size, also when `capacity` is too small.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER` if a field is empty, longer than 1,023 bytes or holds a blank,
 * or `XMPP_TLS_INSUFFICIENT_SIZE`.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_result xmpp_tls_dialback_secret_key(const xmpp_tls_dialback_secret *secret,
                                             const char *receiving,
                                             size_t receiving_len,
                                             const char *originating,
                                             size_t originating_len,
                                             const char *stream_id,
                                             size_t stream_id_len,
                                             char *out,
                                             size_t capacity,
                                             size_t *written_out,
                                             xmpp_tls_error **error_out);

/**
 * Says whether a key is the one for this stream; false for anything that is not. The comparison takes the same time
 * wherever a difference lies.
 *
 * `key`: the text of the `db:result` or `db:verify`; white space around it is dropped. The other fields as in
 * `xmpp_tls_dialback_secret_key`. All are borrowed for this call.
 *
 * Threads: shared. Since 0.1.
 */
bool xmpp_tls_dialback_secret_matches(const xmpp_tls_dialback_secret *secret,
                                      const char *receiving,
                                      size_t receiving_len,
                                      const char *originating,
                                      size_t originating_len,
                                      const char *stream_id,
                                      size_t stream_id_len,
                                      const char *key,
                                      size_t key_len);

/**
 * Starts with no requests: make one for each stream.
 *
 * `requests_out`: owned by the caller, free with `xmpp_tls_dialback_requests_free`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_dialback_requests_new(xmpp_tls_dialback_requests **requests_out);

/** Frees requests. `requests` may be NULL. Threads: exclusive, once. Since 0.1. */
void xmpp_tls_dialback_requests_free(xmpp_tls_dialback_requests *requests);

/**
 * Remembers a `db:result` as it is sent: "I speak for `sender`, let me send to `target`."
 *
 * `sender`: its `from`. `target`: its `to`. Copied.
 *
 * Returns `XMPP_TLS_OK`, or, when it must not be sent,
 * - `XMPP_TLS_ALREADY_SET` if the same request waits already,
 * - `XMPP_TLS_LIMIT_EXCEEDED` if 256 wait,
 * - `XMPP_TLS_INVALID_DOMAIN`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_dialback_requests_result_sent(xmpp_tls_dialback_requests *requests,
                                                       const char *sender,
                                                       size_t sender_len,
                                                       const char *target,
                                                       size_t target_len,
                                                       xmpp_tls_error **error_out);

/**
 * Remembers a `db:verify` as it is sent: "Is this key of stream `stream_id` yours?"
 *
 * `receiving`: its `from`. `originating`: its `to`. `stream_id`: its `id`. Copied.
 *
 * Returns as `xmpp_tls_dialback_requests_result_sent`; a stream id over 1,023 bytes is
 * `XMPP_TLS_LIMIT_EXCEEDED` too.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_dialback_requests_verify_sent(xmpp_tls_dialback_requests *requests,
                                                       const char *receiving,
                                                       size_t receiving_len,
                                                       const char *originating,
                                                       size_t originating_len,
                                                       const char *stream_id,
                                                       size_t stream_id_len,
                                                       xmpp_tls_error **error_out);

/**
 * Settles the request that a `db:result` with a `type` answers.
 *
 * `from`, `to`: those of the answer. The first answer is final.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_NOT_FOUND` if nobody asked: the answer must have no effect,
 * - `XMPP_TLS_INVALID_DOMAIN`, for which the same holds.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_dialback_requests_result_answered(xmpp_tls_dialback_requests *requests,
                                                           const char *from,
                                                           size_t from_len,
                                                           const char *to,
                                                           size_t to_len,
                                                           xmpp_tls_error **error_out);

/**
 * Settles the request that a `db:verify` with a `type` answers.
 *
 * `from`, `to`, `stream_id`: those of the answer. Returns as `xmpp_tls_dialback_requests_result_answered`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_dialback_requests_verify_answered(xmpp_tls_dialback_requests *requests,
                                                           const char *from,
                                                           size_t from_len,
                                                           const char *to,
                                                           size_t to_len,
                                                           const char *stream_id,
                                                           size_t stream_id_len,
                                                           xmpp_tls_error **error_out);

/** Says how many requests wait. Threads: exclusive. Since 0.1. */
size_t xmpp_tls_dialback_requests_waiting(const xmpp_tls_dialback_requests *requests);

/**
 * Gives the error condition that answers a refused pair in a `db:result` of type `error` (XEP-0220 §2.4.2), such as
 * `not-authorized`; empty when the verdict does not refuse. A pair that came without TLS has no verdict: its answer
 * is `policy-violation`.
 *
 * Static text. Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_verdict_dialback_condition(const xmpp_tls_verdict *verdict);

/**
 * Says whether a stream ends after a key of it was invalid: if it serves no valid pair. Otherwise answer `forbidden`
 * and go on (XEP-0220 §2.2.1).
 *
 * `valid_pairs`: pairs of domains that are authorised on the stream.
 *
 * Threads: any. Since 0.1.
 */
bool xmpp_tls_dialback_invalid_ends_stream(size_t valid_pairs);

/**
 * Says whether another *target* domain may join a stream of ours (XEP-0220 §2.6, RFC 7712 §4.4.2); if not, it needs a
 * stream of its own. Another sender domain for a known target always may.
 *
 * `peer_announced_errors`: the peer announced dialback errors. `same_address`: the target resolves to the address and
 * port of this stream. `certificate_proves_it`: a verdict about the target, made from this connection, is permitted.
 *
 * Threads: any. Since 0.1.
 */
bool xmpp_tls_dialback_target_may_join(bool peer_announced_errors,
                                       bool same_address,
                                       bool certificate_proves_it);


/* ====================================================================================================
 * SASL EXTERNAL: whom a certificate lets its holder act as (RFC 6120 §6.3, §13.7.2.2, XEP-0178).
 *
 * A server asks three things. Whether to offer the mechanism: `xmpp_tls_verdict_external_offer`. Which users a
 * client's certificate names: `xmpp_tls_certificate_users`. Whom the peer may act as:
 * `xmpp_tls_external_users_resolve` for clients, `xmpp_tls_external_resolve_server` for servers. A client asks what to
 * send: `xmpp_tls_certificate_client_authzid`.
 *
 * The domain of a user must be one that is served; users of others are shown and are never an identity. A user that
 * the operator knows by certificate or key counts when the certificate names none.
 *
 * A peer that may not act as it wishes is no failure of a call: the identity is empty then, and `reason_out` says
 * why; `xmpp_tls_external_condition` gives the SASL error for it. Local parts are compared in lower case as they stand;
 * preparing them by RFC 7622, and whether an account exists, are the host's.
 * ==================================================================================================== */

/** Whether EXTERNAL is offered, and why not. */
typedef uint32_t xmpp_tls_external_offer;
enum {
    /** Offer it, first in the list. */
    XMPP_TLS_EXTERNAL_OFFER_OFFER = 1,
    /** The peer presented no certificate. */
    XMPP_TLS_EXTERNAL_OFFER_NO_CERTIFICATE = 2,
    /** Nobody showed the key of the certificate on this connection. */
    XMPP_TLS_EXTERNAL_OFFER_NO_POSSESSION = 3,
    /** The certificate proves nothing. */
    XMPP_TLS_EXTERNAL_OFFER_NOT_AUTHENTICATED = 4,
    /** The certificate is good and names no user of a served domain, and the operator knows none. */
    XMPP_TLS_EXTERNAL_OFFER_NO_IDENTITY = 5,
    /** Only a receiving entity offers mechanisms. */
    XMPP_TLS_EXTERNAL_OFFER_NOT_RECEIVING = 6,
};

/** The users that a certificate names. Shared: any thread, freed by `xmpp_tls_external_users_free`. */
typedef struct xmpp_tls_external_users xmpp_tls_external_users;

/**
 * Reads which users a certificate names in its XmppAddrs.
 *
 * `served`: `served_count` domains that are served here; copied. `users_out`: owned by the caller, free with
 * `xmpp_tls_external_users_free`.
 *
 * Returns `XMPP_TLS_OK`, also when there is none, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_INVALID_PARAMETER` if there
 * are more than 100,000 domains.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_certificate_users(const xmpp_tls_certificate *certificate,
                                           const xmpp_tls_str *served,
                                           size_t served_count,
                                           const xmpp_tls_external_users **users_out,
                                           xmpp_tls_error **error_out);

/** Makes another reference. Returns `users`, or NULL for NULL. Threads: any. Since 0.1. */
const xmpp_tls_external_users *xmpp_tls_external_users_retain(const xmpp_tls_external_users *users);

/** Ends one reference. `users` may be NULL. Threads: any, once per reference. Since 0.1. */
void xmpp_tls_external_users_free(const xmpp_tls_external_users *users);

/** Says how many users of served domains the certificate names. Threads: shared. Since 0.1. */
size_t xmpp_tls_external_users_count(const xmpp_tls_external_users *users);

/**
 * Gives one user of a served domain as a bare JID, counted from 0; empty when there is none. Valid until the users
 * are freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_external_users_user(const xmpp_tls_external_users *users,
                                          size_t index);

/** Says how many users of other domains the certificate names. Threads: shared. Since 0.1. */
size_t xmpp_tls_external_users_foreign_count(const xmpp_tls_external_users *users);

/**
 * Gives one user of another domain, counted from 0, to be shown and nothing else; empty when there is none. Valid
 * until the users are freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_external_users_foreign(const xmpp_tls_external_users *users,
                                             size_t index);

/**
 * Resolves whom a client acts as (XEP-0178 §2).
 *
 * With one user in the certificate and no authorization identity it is that one; with several the client must say
 * which. `authzid`: decoded, as `xmpp_tls_external_decode_authzid` gives it; empty when there is none. `mapped`: the
 * bare JID that the operator knows by this certificate or key; empty if none. `out`: the bare JID; empty when refused.
 * `written_out`: its size, also when `capacity` is too small. `reason_out`: 0, or the reason for the refusal: a number
 * of `xmpp_tls_reason`.
 *
 * Returns `XMPP_TLS_OK`, also for a refusal, `XMPP_TLS_INVALID_PARAMETER` if `mapped` is no bare JID, or
 * `XMPP_TLS_INSUFFICIENT_SIZE`.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_result xmpp_tls_external_users_resolve(const xmpp_tls_external_users *users,
                                                const char *authzid,
                                                size_t authzid_len,
                                                const char *mapped,
                                                size_t mapped_len,
                                                char *out,
                                                size_t capacity,
                                                size_t *written_out,
                                                uint32_t *reason_out,
                                                xmpp_tls_error **error_out);

/**
 * Resolves which domain a server wants to act as (XEP-0178 §3): its authorization identity, or the `from` of its
 * stream header. This says what it wants; that it may is said by a verdict about that very domain.
 *
 * `authzid`: decoded; empty when there is none. `from`: of the stream header over TLS. `out`: the domain as A-labels;
 * empty when refused. `written_out`, `reason_out`: as in `xmpp_tls_external_users_resolve`.
 *
 * Returns `XMPP_TLS_OK`, also for a refusal, `XMPP_TLS_INVALID_DOMAIN` if `from` is none, or
 * `XMPP_TLS_INSUFFICIENT_SIZE`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_external_resolve_server(const char *authzid,
                                                 size_t authzid_len,
                                                 const char *from,
                                                 size_t from_len,
                                                 char *out,
                                                 size_t capacity,
                                                 size_t *written_out,
                                                 uint32_t *reason_out,
                                                 xmpp_tls_error **error_out);

/**
 * Gives the SASL error condition for a refusal (RFC 6120 §6.5): `invalid-authzid` or `not-authorized`; the latter for
 * every other number.
 *
 * `reason`: a number of `xmpp_tls_reason`. Static text. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_external_condition(uint32_t reason);

/**
 * Says whether to offer EXTERNAL: one of `XMPP_TLS_EXTERNAL_OFFER_…`; 0 for NULL.
 *
 * `users`: those of a client's certificate; NULL for servers. `is_mapped`: the operator knows the client by its
 * certificate or key. Both are not looked at for servers.
 *
 * Threads: shared. Since 0.1.
 */
uint32_t xmpp_tls_verdict_external_offer(const xmpp_tls_verdict *verdict,
                                         const xmpp_tls_external_users *users,
                                         bool is_mapped);

/**
 * Gives the name of an answer of `xmpp_tls_verdict_external_offer`, such as `no_identity`; `unknown` for a number
 * without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_external_offer_name(uint32_t offer);

/**
 * Gives the text of `<auth/>` that a client sends with its certificate (XEP-0178 §2): `=` when the certificate names
 * exactly the wanted user, else the user in base64.
 *
 * `certificate`: our own. `wanted`: the bare JID to act as; empty: what the certificate says. `out`, `written_out`: the
 * text and its size, the latter also when `capacity` is too small.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_NOT_AVAILABLE` if the certificate names several users and `wanted` is empty: choose one,
 * - `XMPP_TLS_INVALID_PARAMETER` if `wanted` is no bare JID,
 * - `XMPP_TLS_INSUFFICIENT_SIZE`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_certificate_client_authzid(const xmpp_tls_certificate *certificate,
                                                    const char *wanted,
                                                    size_t wanted_len,
                                                    char *out,
                                                    size_t capacity,
                                                    size_t *written_out,
                                                    xmpp_tls_error **error_out);

/**
 * Gives the text of `<auth/>` for an authorization identity: base64; `=` for an empty one (RFC 6120 §6.4.2). A server
 * sends its own domain (XEP-0178 §3).
 *
 * `out`, `written_out`: the text and its size, the latter also when `capacity` is too small.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_TEXT`, or `XMPP_TLS_INSUFFICIENT_SIZE`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_external_encode_authzid(const char *authzid,
                                                 size_t authzid_len,
                                                 char *out,
                                                 size_t capacity,
                                                 size_t *written_out);

/**
 * Reads the text of `<auth/>`: the authorization identity; empty for none in any of its spellings.
 *
 * `out`, `written_out`: the identity and its size, the latter also when `capacity` is too small. `reason_out`: 0, or
 * the reason why the text is refused; the identity is empty then too.
 *
 * Returns `XMPP_TLS_OK`, also for a refusal, `XMPP_TLS_INVALID_TEXT`, or `XMPP_TLS_INSUFFICIENT_SIZE`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_external_decode_authzid(const char *auth,
                                                 size_t auth_len,
                                                 char *out,
                                                 size_t capacity,
                                                 size_t *written_out,
                                                 uint32_t *reason_out);


/* ====================================================================================================
 * Channel binding in SASL: which types there are, which to use, and when to stop (XEP-0440, XEP-0474).
 *
 * The binding data itself comes from `xmpp_tls_connection_channel_binding`. A server announces the types of
 * `xmpp_tls_connection_channel_bindings`. A client asks `xmpp_tls_channel_binding_decide` before it authenticates:
 * whoever sits between can strip mechanisms or types from what the server announced, and what remains then often
 * contradicts itself. What does not is found by the hash of XEP-0474, which SCRAM protects.
 *
 * Names go in as they were announced; names that are unknown here are passed over.
 * ==================================================================================================== */

/** Which SASL negotiation is spoken. */
typedef uint32_t xmpp_tls_sasl_profile;
enum {
    /** RFC 6120 §6. */
    XMPP_TLS_SASL_PROFILE_SASL = 1,
    /** XEP-0388. */
    XMPP_TLS_SASL_PROFILE_SASL2 = 2,
};

/** What a client does about channel binding. */
typedef uint32_t xmpp_tls_binding_decision;
enum {
    /** Use a `-PLUS` mechanism with the type that was given. */
    XMPP_TLS_BINDING_DECISION_USE = 1,
    /** Use no binding, GS2 flag `y`: "I could, and you did not offer it." */
    XMPP_TLS_BINDING_DECISION_FLAG_Y = 2,
    /** Use no binding, GS2 flag `n`: "I cannot." */
    XMPP_TLS_BINDING_DECISION_FLAG_N = 3,
    /** Stop: types are announced, none is ours, and the one that every server has is missing. */
    XMPP_TLS_BINDING_DECISION_ABORT_END_POINT_MISSING = 4,
    /** Stop: `-PLUS` mechanisms without types; SASL2 has both or neither. */
    XMPP_TLS_BINDING_DECISION_ABORT_PLUS_WITHOUT_TYPES = 5,
    /** Stop: types without `-PLUS` mechanisms; the mechanisms were stripped. */
    XMPP_TLS_BINDING_DECISION_ABORT_TYPES_WITHOUT_PLUS = 6,
};

/**
 * Gives the types that this connection has data for, the strongest first: what a server announces (XEP-0440 §3).
 *
 * `kinds_out`: of `XMPP_TLS_CHANNEL_BINDING_…`, `capacity` places; 3 suffice. `count_out`: how many there are, also
 * when `capacity` is too small.
 *
 * Returns `XMPP_TLS_OK`, also when there is none, or `XMPP_TLS_INSUFFICIENT_SIZE`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_connection_channel_bindings(const xmpp_tls_connection *connection,
                                                     uint32_t *kinds_out,
                                                     size_t capacity,
                                                     size_t *count_out);

/**
 * Gives the registered name of a type, such as `tls-exporter`; `unknown` for a number without one. Static text.
 *
 * `kind`: one of `XMPP_TLS_CHANNEL_BINDING_…`. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_channel_binding_name(uint32_t kind);

/**
 * Decides what a client does, from what the server announced and the types this session has (XEP-0440 §3).
 *
 * `profile`: one of `XMPP_TLS_SASL_PROFILE_…`. `mechanisms`: the names announced. `announced`: the types announced;
 * none if there was no list. `ours`: the types that this session has, of `XMPP_TLS_CHANNEL_BINDING_…`, the preferred
 * first: what `xmpp_tls_connection_channel_bindings` gave. All are borrowed for this call. `decision_out`: one of
 * `XMPP_TLS_BINDING_DECISION_…`. `kind_out`: the type to use; 0 when none is used.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_TEXT`, or `XMPP_TLS_INVALID_PARAMETER` for an unknown profile or type, or
 * for more than 64 names.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_channel_binding_decide(uint32_t profile,
                                                const xmpp_tls_str *mechanisms,
                                                size_t mechanism_count,
                                                const xmpp_tls_str *announced,
                                                size_t announced_count,
                                                const uint32_t *ours,
                                                size_t our_count,
                                                uint32_t *decision_out,
                                                uint32_t *kind_out);

/**
 * Gives the name of a decision, such as `abort_types_without_plus`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_binding_decision_name(uint32_t decision);

/**
 * Gives the text for SCRAM's `h` attribute, by which both ends find what was stripped (XEP-0474 §6).
 *
 * `digest`: the hash of the SCRAM mechanism in use, one of `XMPP_TLS_DIGEST_…`. `mechanisms`: those announced.
 * `types`: the channel binding types announced. `has_types`: whether the server announced a list of types, which may
 * be empty; without it `types` is not looked at. All are borrowed for this call. `out`: 88 bytes suffice.
 * `written_out`: the size, also when `capacity` is too small.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_TEXT`, `XMPP_TLS_INVALID_PARAMETER` for an unknown hash or more than 64
 * names, or `XMPP_TLS_INSUFFICIENT_SIZE`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_channel_binding_downgrade_hash(uint32_t digest,
                                                        const xmpp_tls_str *mechanisms,
                                                        size_t mechanism_count,
                                                        const xmpp_tls_str *types,
                                                        size_t type_count,
                                                        bool has_types,
                                                        char *out,
                                                        size_t capacity,
                                                        size_t *written_out,
                                                        xmpp_tls_error **error_out);


/* ====================================================================================================
 * Setting up look-ups: whom to ask, whom to trust, where to go.
 *
 * A builder starts with what suits a server on the Internet: the system's DNS servers, DNSSEC validated here by the
 * root's keys, and only public addresses contacted. POSH documents need trust anchors for HTTPS, and there are none
 * unless they are given.
 *
 * Look-ups can be left out when the library is built. Every function of these parts exists then too: what could fail
 * answers `XMPP_TLS_NOT_BUILT`, and no handle is ever made.
 * ==================================================================================================== */

/** Sets look-ups up. Exclusive; freed by `xmpp_tls_lookup_builder_free`. */
typedef struct xmpp_tls_lookup_builder xmpp_tls_lookup_builder;

/**
 * Starts with the defaults of this part. Nothing is read or opened before the first look-up.
 *
 * `builder_out`: owned by the caller, free with `xmpp_tls_lookup_builder_free`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_new(xmpp_tls_lookup_builder **builder_out);

/** Frees a builder. `builder` may be NULL. Threads: exclusive, once. Since 0.1. */
void xmpp_tls_lookup_builder_free(xmpp_tls_lookup_builder *builder);

/**
 * Asks this DNS server in place of the system's; called again, several. It need not validate, but must pass DNSSEC
 * records on.
 *
 * `address`: an IP address as text, copied. `port`: 1 to 65535.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER`, `XMPP_TLS_LIMIT_EXCEEDED` after 16, or `XMPP_TLS_NOT_BUILT`.
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_add_server(xmpp_tls_lookup_builder *builder,
                                                   const char *address,
                                                   size_t address_len,
                                                   uint32_t port,
                                                   xmpp_tls_error **error_out);

/**
 * Validates DNSSEC from these keys in place of the root's. Names that are under none of them are bogus.
 *
 * `lines`: DNSKEY records in zone file form, one a line; DS records cannot be used. Copied.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_MALFORMED_RECORD`, `XMPP_TLS_INVALID_TEXT`, or `XMPP_TLS_NOT_BUILT`.
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_set_dnssec_trust_anchors(xmpp_tls_lookup_builder *builder,
                                                                 const char *lines,
                                                                 size_t lines_len,
                                                                 xmpp_tls_error **error_out);

/**
 * Trusts these authorities for the HTTPS servers that hold POSH documents. Without any, POSH look-ups fail as
 * `XMPP_TLS_LOOKUP_FAILURE_HTTPS_UNVERIFIED` (RFC 7711 §10).
 *
 * `anchors`: used in this call; keys without a certificate are passed over.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_NO_TRUST_ANCHORS` if there is no certificate, or `XMPP_TLS_NOT_BUILT`.
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_set_https_trust_anchors(xmpp_tls_lookup_builder *builder,
                                                                const xmpp_tls_trust_anchors *anchors,
                                                                xmpp_tls_error **error_out);

/**
 * Uses a resolver that leaves DNSSEC out, with every answer as insecure. What is lost: whoever sits between can take
 * DNSSEC, and with it DANE, away from every domain.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_accept_resolver_without_dnssec(xmpp_tls_lookup_builder *builder);

/**
 * Lets a network be contacted besides public addresses, for domains that live in it.
 *
 * `network`: such as `192.0.2.0/24`, `2001:db8::/32`, or an address alone; copied.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_allow_network(xmpp_tls_lookup_builder *builder,
                                                      const char *network,
                                                      size_t network_len,
                                                      xmpp_tls_error **error_out);

/**
 * Lets every address be contacted. What is lost: the records of a remote domain can make this machine connect to its
 * own inside.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_allow_every_address(xmpp_tls_lookup_builder *builder);

/**
 * Sets the port of the well-known URL, 443 unless set: for tests and demonstrations on one machine.
 *
 * `port`: 1 to 65535.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_set_https_port(xmpp_tls_lookup_builder *builder,
                                                       uint32_t port);

/**
 * Sets the limits of a look-up's parts.
 *
 * `question_ms`: how long one DNS question may take, validation included; 5,000 unless set. `posh_ms`: how long fetching
 * a POSH document may take, all hops together; 10,000 unless set. `pending`: how many look-ups may be submitted and not
 * yet collected; 1,024 unless set. 0 leaves a limit as it is.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_set_limits(xmpp_tls_lookup_builder *builder,
                                                   uint32_t question_ms,
                                                   uint32_t posh_ms,
                                                   size_t pending);


/* ====================================================================================================
 * Replies: what a look-up found, and how a verification is fed from it.
 *
 * Absence, failure and forgery are three outcomes, and no failure is ever turned into an absence. A candidate is an
 * endpoint with the addresses to dial; candidates stand in the order of trying (RFC 2782, RFC 8305), and only addresses
 * that may be contacted are in it. TLSA records and POSH documents are kept in the reply for
 * `xmpp_tls_lookup_reply_answer_all`.
 * ==================================================================================================== */

/** How a look-up ended. */
typedef uint32_t xmpp_tls_lookup_outcome;
enum {
    /** There is an answer. */
    XMPP_TLS_LOOKUP_OUTCOME_FOUND = 1,
    /** The answer is that there is nothing: the domain does not offer the service. */
    XMPP_TLS_LOOKUP_OUTCOME_ABSENT = 2,
    /** No answer could be had. */
    XMPP_TLS_LOOKUP_OUTCOME_FAILED = 3,
    /** It cannot be looked up here. */
    XMPP_TLS_LOOKUP_OUTCOME_NOT_ASKED = 4,
};

/** What a look-up found. Shared: any thread, freed by `xmpp_tls_lookup_reply_free`. */
typedef struct xmpp_tls_lookup_reply xmpp_tls_lookup_reply;

/** Makes another reference. Returns `reply`, or NULL for NULL. Threads: any. Since 0.1. */
const xmpp_tls_lookup_reply *xmpp_tls_lookup_reply_retain(const xmpp_tls_lookup_reply *reply);

/** Ends one reference. `reply` may be NULL. Threads: any, once per reference. Since 0.1. */
void xmpp_tls_lookup_reply_free(const xmpp_tls_lookup_reply *reply);

/**
 * Says how the look-up ended: one of `XMPP_TLS_LOOKUP_OUTCOME_…`; 0 for NULL. Of a gathering it is the outcome of the
 * candidates.
 *
 * Threads: shared. Since 0.1.
 */
uint32_t xmpp_tls_lookup_reply_outcome(const xmpp_tls_lookup_reply *reply);

/**
 * Gives the name of an outcome, such as `absent`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_lookup_outcome_name(uint32_t outcome);

/**
 * Gives the DNSSEC state of an absence: one of `XMPP_TLS_DNSSEC_…`; none for other outcomes.
 *
 * Threads: shared. Since 0.1.
 */
uint32_t xmpp_tls_lookup_reply_dnssec(const xmpp_tls_lookup_reply *reply);

/** Gives why a look-up failed: one of `XMPP_TLS_LOOKUP_FAILURE_…`; 0 for other outcomes. Threads: shared. Since 0.1. */
uint32_t xmpp_tls_lookup_reply_failure(const xmpp_tls_lookup_reply *reply);

/** Says how many candidates there are. Threads: shared. Since 0.1. */
size_t xmpp_tls_lookup_reply_count(const xmpp_tls_lookup_reply *reply);

/**
 * Gives the endpoint of one candidate, counted from 0.
 *
 * `endpoint_out`: owned by the caller, free with `xmpp_tls_endpoint_free`.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_NOT_FOUND`, or `XMPP_TLS_NOT_BUILT`. Threads: shared. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_reply_endpoint(const xmpp_tls_lookup_reply *reply,
                                               size_t index,
                                               const xmpp_tls_endpoint **endpoint_out);

/** Says how many addresses one candidate has, counted from 0. Threads: shared. Since 0.1. */
size_t xmpp_tls_lookup_reply_address_count(const xmpp_tls_lookup_reply *reply, size_t index);

/**
 * Gives one address of a candidate as text, both counted from 0, in the order of trying; empty when there is none.
 * Valid until the reply is freed.
 *
 * Threads: shared. Since 0.1.
 */
xmpp_tls_str xmpp_tls_lookup_reply_address(const xmpp_tls_lookup_reply *reply,
                                           size_t index,
                                           size_t address);

/**
 * Gives why one candidate has no address: one of `XMPP_TLS_LOOKUP_FAILURE_…`; 0 if it has some, or has none in DNS.
 *
 * Threads: shared. Since 0.1.
 */
uint32_t xmpp_tls_lookup_reply_address_failure(const xmpp_tls_lookup_reply *reply,
                                               size_t index);

/**
 * Says whether the resolver leaves DNSSEC out: what looks bogus may only be unsigned on the way, and DANE cannot be
 * used behind it.
 *
 * Threads: shared. Since 0.1.
 */
bool xmpp_tls_lookup_reply_is_resolver_without_dnssec(const xmpp_tls_lookup_reply *reply);

/**
 * Gives how many DNS questions the look-up sent, those of validation and repetitions included. Threads: shared.
 * Since 0.1.
 */
uint32_t xmpp_tls_lookup_reply_dns_queries(const xmpp_tls_lookup_reply *reply);

/** Gives how many HTTPS requests the look-up sent. Threads: shared. Since 0.1. */
uint32_t xmpp_tls_lookup_reply_https_requests(const xmpp_tls_lookup_reply *reply);

/**
 * Answers one question with what was found.
 *
 * `id`: the question's.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_NOT_FOUND` if the reply does not hold this answer,
 * - `XMPP_TLS_INVALID_PARAMETER` if no such question is open, or the answer is to another one,
 * - `XMPP_TLS_NOT_BUILT`.
 *
 * Threads: exclusive (the verification). Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_reply_answer(const xmpp_tls_lookup_reply *reply,
                                             xmpp_tls_verification *verification,
                                             uint32_t id,
                                             xmpp_tls_error **error_out);

/**
 * Answers every open question of a verification that a gathering holds the answer to, those that follow from answers
 * too. Others stay open.
 *
 * `now`: what the evidence so far is worth depends on it.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive (the verification). Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_reply_answer_all(const xmpp_tls_lookup_reply *reply,
                                                 xmpp_tls_verification *verification,
                                                 const xmpp_tls_time *now,
                                                 xmpp_tls_error **error_out);


/* ====================================================================================================
 * Look-ups: finding out over the network what a connection and a verification need to know.
 *
 * For a host without a validating resolver or an HTTPS client of its own: where a domain's service is, its TLSA
 * records with the DNSSEC state of the whole way, and its POSH document. Answers of the host's own and answers from
 * here can be mixed.
 *
 * The handle is synchronised: all threads may use it at once. One thread of the library runs the look-ups; it starts
 * with the first of them and ends with the handle. Two forms:
 * - *blocking*: `xmpp_tls_lookup_gather`, `xmpp_tls_lookup_candidates`, `xmpp_tls_lookup_endpoint`,
 *   `xmpp_tls_lookup_answer` wait, up to a limit;
 * - *polled*: `xmpp_tls_lookup_submit_gather` and its like return a number at once; when the descriptor of
 *   `xmpp_tls_lookup_descriptor` is readable, `xmpp_tls_lookup_collect` gives what is finished.
 *
 * An initiating entity gathers before it connects, since DANE forbids even to connect on forged answers, and feeds the
 * verification from the reply: `xmpp_tls_lookup_reply_answer_all`. In a child after `fork` the handle answers
 * `XMPP_TLS_FORKED`; make a new one there.
 * ==================================================================================================== */

/** Look-ups over the network. Synchronised: any threads at once; freed once by `xmpp_tls_lookup_free`. */
typedef struct xmpp_tls_lookup xmpp_tls_lookup;

/**
 * Makes look-ups by what is set. The builder stays as it is. Nothing is read, opened or started yet.
 *
 * `lookup_out`: owned by the caller, free with `xmpp_tls_lookup_free`.
 *
 * Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_builder_build(const xmpp_tls_lookup_builder *builder,
                                              xmpp_tls_lookup **lookup_out,
                                              xmpp_tls_error **error_out);

/**
 * Frees look-ups: the thread ends, and what is under way is given up. `lookup` may be NULL.
 *
 * Threads: any, once, when no other call uses it. Since 0.1.
 */
void xmpp_tls_lookup_free(xmpp_tls_lookup *lookup);

/**
 * Looks up where to connect for a domain's service (RFC 6120 §3.2, XEP-0368), and waits.
 *
 * `domain`: copied. `service`: one of `XMPP_TLS_SERVICE_…`. `limit_ms`: how long to wait at most; what is not known
 * shortly before stands in the reply as failed. `reply_out`: owned by the caller, free with
 * `xmpp_tls_lookup_reply_free`.
 *
 * Returns `XMPP_TLS_OK`, also when the domain has no such service or the look-up failed: the reply says so; or
 * - `XMPP_TLS_INVALID_DOMAIN`, `XMPP_TLS_INVALID_PARAMETER`,
 * - `XMPP_TLS_LIMIT_EXCEEDED` if too many look-ups are under way,
 * - `XMPP_TLS_LOOKUP_UNAVAILABLE` if no server is configured, or there is no thread to be had,
 * - `XMPP_TLS_TIMEOUT`, `XMPP_TLS_FORKED`, `XMPP_TLS_NOT_BUILT`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_candidates(xmpp_tls_lookup *lookup,
                                           const char *domain,
                                           size_t domain_len,
                                           uint32_t service,
                                           uint32_t limit_ms,
                                           const xmpp_tls_lookup_reply **reply_out,
                                           xmpp_tls_error **error_out);

/**
 * Looks up all that an initiating entity needs before it connects: where to connect, TLSA records for each place, and
 * the POSH document; and waits. The rest as in `xmpp_tls_lookup_candidates`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_gather(xmpp_tls_lookup *lookup,
                                       const char *domain,
                                       size_t domain_len,
                                       uint32_t service,
                                       uint32_t limit_ms,
                                       const xmpp_tls_lookup_reply **reply_out,
                                       xmpp_tls_error **error_out);

/**
 * Looks up addresses and TLSA records of one endpoint, such as one that the user configured, and waits. The state of
 * its SRV answer decides whether TLSA counts; that of its addresses is found anew.
 *
 * `endpoint`: copied. The rest as in `xmpp_tls_lookup_candidates`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_endpoint(xmpp_tls_lookup *lookup,
                                         const xmpp_tls_endpoint *endpoint,
                                         uint32_t limit_ms,
                                         const xmpp_tls_lookup_reply **reply_out,
                                         xmpp_tls_error **error_out);

/**
 * Looks up every question of a verification that can be – TLSA, POSH, SRV – those that follow from answers too, and
 * waits. Other questions stay open for the host.
 *
 * `verification`: answered in this call; no other may use it meanwhile. `now`: what the evidence so far is worth
 * depends on it. `limit_ms`: for all questions together; what is not known shortly before is answered as timed out.
 *
 * Returns as `xmpp_tls_lookup_candidates`; what was answered before a failure stays answered.
 *
 * Threads: any; exclusive (the verification). Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_answer(xmpp_tls_lookup *lookup,
                                       xmpp_tls_verification *verification,
                                       const xmpp_tls_time *now,
                                       uint32_t limit_ms,
                                       xmpp_tls_error **error_out);

/**
 * Starts to look up where to connect for a domain's service. Never waits.
 *
 * `limit_ms`: when the look-up ends at the latest. `id_out`: its number, never 0, for `xmpp_tls_lookup_collect` and
 * `xmpp_tls_lookup_cancel`. The rest as in `xmpp_tls_lookup_candidates`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_submit_candidates(xmpp_tls_lookup *lookup,
                                                  const char *domain,
                                                  size_t domain_len,
                                                  uint32_t service,
                                                  uint32_t limit_ms,
                                                  uint64_t *id_out,
                                                  xmpp_tls_error **error_out);

/**
 * Starts to look up what `xmpp_tls_lookup_gather` does. The rest as in `xmpp_tls_lookup_submit_candidates`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_submit_gather(xmpp_tls_lookup *lookup,
                                              const char *domain,
                                              size_t domain_len,
                                              uint32_t service,
                                              uint32_t limit_ms,
                                              uint64_t *id_out,
                                              xmpp_tls_error **error_out);

/**
 * Starts to look up what `xmpp_tls_lookup_endpoint` does. The rest as in `xmpp_tls_lookup_submit_candidates`.
 *
 * `endpoint`: copied. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_submit_endpoint(xmpp_tls_lookup *lookup,
                                                const xmpp_tls_endpoint *endpoint,
                                                uint32_t limit_ms,
                                                uint64_t *id_out,
                                                xmpp_tls_error **error_out);

/**
 * Starts to look up one question of a verification; its answer is given by `xmpp_tls_lookup_reply_answer`. Kinds that
 * cannot be looked up come back as not asked. The rest as in `xmpp_tls_lookup_submit_candidates`.
 *
 * `question`: copied. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_submit_question(xmpp_tls_lookup *lookup,
                                                const xmpp_tls_question *question,
                                                uint32_t limit_ms,
                                                uint64_t *id_out,
                                                xmpp_tls_error **error_out);

/**
 * Gives a descriptor for `poll` or `epoll`, readable exactly while `xmpp_tls_lookup_collect` has something to give.
 * Only to be polled: never read from it, never close it. It lives as long as the handle.
 *
 * Returns `XMPP_TLS_OK`, or as `xmpp_tls_lookup_candidates`, since the thread is started for it.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_descriptor(xmpp_tls_lookup *lookup,
                                           int32_t *descriptor_out,
                                           xmpp_tls_error **error_out);

/**
 * Takes the next look-up that is finished. Never waits.
 *
 * `id_out`: its number. `outcome_out`: `XMPP_TLS_OK`, or why there is no reply: `XMPP_TLS_TIMEOUT`,
 * `XMPP_TLS_CANCELLED`. `reply_out`: owned by the caller, free with `xmpp_tls_lookup_reply_free`; NULL if there is none.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_NOT_YET` when nothing is finished, `XMPP_TLS_FORKED`, or `XMPP_TLS_NOT_BUILT`.
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_collect(xmpp_tls_lookup *lookup,
                                        uint64_t *id_out,
                                        xmpp_tls_result *outcome_out,
                                        const xmpp_tls_lookup_reply **reply_out,
                                        xmpp_tls_error **error_out);

/**
 * Gives up a look-up; it will not be collected.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_NOT_FOUND` if it is neither under way nor uncollected, `XMPP_TLS_FORKED`, or
 * `XMPP_TLS_NOT_BUILT`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_cancel(xmpp_tls_lookup *lookup,
                                       uint64_t id);

/**
 * Forgets all that is kept about a domain and the names below it, so that look-ups from now on ask anew.
 *
 * `domain`: copied.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, `XMPP_TLS_FORKED`, or `XMPP_TLS_NOT_BUILT`. Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_lookup_flush(xmpp_tls_lookup *lookup,
                                      const char *domain,
                                      size_t domain_len);


/* ====================================================================================================
 * OpenSSL's words, for programs that were written for it.
 *
 * Names of suites and groups, cipher strings, and the codes `X509_V_…` with their texts, as far as they mean
 * something here. Nothing in this part decides about a peer: a chain that holds is not a peer that is known.
 * ==================================================================================================== */

/** What one of OpenSSL's options means here. */
typedef uint32_t xmpp_tls_option_meaning;
enum {
    /** There is no such option. */
    XMPP_TLS_OPTION_MEANING_UNKNOWN = 0,
    /** It is done. */
    XMPP_TLS_OPTION_MEANING_HONOURED = 1,
    /** It holds in any case. */
    XMPP_TLS_OPTION_MEANING_HOLDS = 2,
    /** It has no meaning here. */
    XMPP_TLS_OPTION_MEANING_MEANINGLESS = 3,
    /** It is not followed: it asks for something that is not to be had. */
    XMPP_TLS_OPTION_MEANING_NOT_FOLLOWED = 4,
};

/**
 * Says what OpenSSL's verification would say of the peer's chain: everything but the name, by the anchors, revocation
 * lists and dates of a policy. Certificates for servers and for clients count alike.
 *
 * `policy`: NULL for the connection's. `codes_out`, `depths_out`: `capacity` places for codes (`X509_V_…`) and for the
 * depth of the certificate that each is about, 0 for the peer's own. `count_out`: how many codes there are, also when
 * `capacity` is too small; 0 if the chain holds.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_NOT_AVAILABLE` if the peer presented no certificate,
 * - `XMPP_TLS_INSUFFICIENT_SIZE`.
 *
 * Threads: exclusive (the connection). Since 0.1.
 */
xmpp_tls_result xmpp_tls_compat_verify_chain(const xmpp_tls_connection *connection,
                                             const xmpp_tls_policy *policy,
                                             const xmpp_tls_time *now,
                                             int32_t *codes_out,
                                             uint32_t *depths_out,
                                             size_t capacity,
                                             size_t *count_out,
                                             xmpp_tls_error **error_out);

/**
 * Gives OpenSSL's code for a verdict: 0 for an authenticated peer and for no other, else the most telling reason.
 *
 * Threads: shared. Since 0.1.
 */
int32_t xmpp_tls_compat_verify_code(const xmpp_tls_verdict *verdict);

/**
 * Gives OpenSSL's sentence for a code, in the spelling of 1.1 that programs compare with. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_compat_verify_text(int32_t code);

/**
 * Gives OpenSSL's name of a suite, such as `ECDHE-ECDSA-AES256-GCM-SHA384`; empty for a number that is not here. Static
 * text.
 *
 * `suite`: the IANA number. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_compat_suite_name(uint32_t suite);

/** Gives OpenSSL's word for a suite's key exchange: `ECDH`, or `any` in TLS 1.3. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_compat_suite_key_exchange(uint32_t suite);

/** Gives OpenSSL's word for a suite's authentication: `ECDSA`, `RSA`, or `any`. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_compat_suite_authentication(uint32_t suite);

/** Gives OpenSSL's word for a suite's encryption, such as `AESGCM(256)`. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_compat_suite_encryption(uint32_t suite);

/** Gives OpenSSL's word for a suite's integrity protection: `AEAD`. Static text. Threads: any. Since 0.1. */
xmpp_tls_str xmpp_tls_compat_suite_mac(uint32_t suite);

/** Gives the strength of a suite in bits; 0 for a number that is not here. Threads: any. Since 0.1. */
uint32_t xmpp_tls_compat_suite_bits(uint32_t suite);

/**
 * Gives OpenSSL's name of a group, such as `prime256v1`; empty for a number that is not here. Static text.
 *
 * `group`: the IANA number. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_compat_group_name(uint32_t group);

/**
 * Gives the name of what an option means, such as `honoured`; `unknown` for a number without one. Static text.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_compat_option_meaning_name(uint32_t meaning);

/**
 * Reads a cipher string of OpenSSL (`HIGH:!aNULL:@STRENGTH`) as the TLS 1.2 suites that exist here, in their order.
 * What does not exist here is passed over. It never changes the suites of TLS 1.3.
 *
 * `suites_out`: IANA numbers, `capacity` places. `count_out`: how many there are, also when `capacity` is too small.
 *
 * Returns `XMPP_TLS_OK`, `XMPP_TLS_UNKNOWN_NAME` if nothing is left (`no cipher match`), or
 * `XMPP_TLS_INSUFFICIENT_SIZE`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_compat_parse_ciphers(const char *ciphers,
                                              size_t ciphers_len,
                                              uint16_t *suites_out,
                                              size_t capacity,
                                              size_t *count_out,
                                              xmpp_tls_error **error_out);

/**
 * Reads a list of TLS 1.3 suites (`TLS_AES_128_GCM_SHA256:…`). The rest as in `xmpp_tls_compat_parse_ciphers`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_compat_parse_ciphersuites(const char *suites,
                                                   size_t suites_len,
                                                   uint16_t *suites_out,
                                                   size_t capacity,
                                                   size_t *count_out,
                                                   xmpp_tls_error **error_out);

/**
 * Reads a list of groups (`X25519:prime256v1`). The rest as in `xmpp_tls_compat_parse_ciphers`.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_compat_parse_groups(const char *groups,
                                             size_t groups_len,
                                             uint16_t *groups_out,
                                             size_t capacity,
                                             size_t *count_out,
                                             xmpp_tls_error **error_out);

/**
 * Says what one of OpenSSL's options, `SSL_OP_…` in lower case without the prefix, means here: one of
 * `XMPP_TLS_OPTION_MEANING_…`.
 *
 * Threads: any. Since 0.1.
 */
uint32_t xmpp_tls_compat_option_meaning(const char *name, size_t name_len);


/* ====================================================================================================
 * OpenSSL's words for settings and files: versions, cipher strings and groups as a policy has them, options,
 * and why credentials could not be loaded.
 *
 * Words for what does not exist here are passed over; none brings an old version or a weak suite back.
 * ==================================================================================================== */

/**
 * Says which versions a word such as `any`, `sslv23` or `tlsv1_2` leaves together with options.
 *
 * `protocol`: LuaSec's word. `options`: OpenSSL's names in lower case, separated by `|`; those that are no options
 * are passed over. `oldest_out`, `newest_out`: 0x0303 or 0x0304.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_UNKNOWN_NAME` if the word is no protocol,
 * - `XMPP_TLS_CONTRADICTION` if nothing is left: there is nothing below TLS 1.2.
 *
 * Threads: any. Since 0.1.
 */
xmpp_tls_result xmpp_tls_compat_versions(const char *protocol,
                                         size_t protocol_len,
                                         const char *options,
                                         size_t options_len,
                                         uint32_t *oldest_out,
                                         uint32_t *newest_out,
                                         xmpp_tls_error **error_out);

/**
 * Names the options that are done or hold in any case, counted from 0; empty when there are no more.
 *
 * Returns static text. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_compat_option_name(size_t index);

/**
 * Names the groups that can be chosen, all spellings, counted from 0; empty when there are no more.
 *
 * Returns static text. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_compat_group_spelling(size_t index);

/**
 * Sets the versions and suites of a policy: `tls.oldest_version`, `tls.newest_version`, `tls.cipher_suites`.
 *
 * `oldest`, `newest`: 0x0303 or 0x0304. `ciphers`: a cipher string of OpenSSL, which chooses among the suites of TLS
 * 1.2; `ciphersuites`: names of TLS 1.3's, with colons. An empty one means all. What belongs to a version outside
 * the range is not looked at.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_UNKNOWN_NAME` if a list has nothing that exists here: OpenSSL's `no cipher match`,
 * - `XMPP_TLS_INVALID_PARAMETER` for another version,
 * - `XMPP_TLS_ALREADY_SET`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_policy_builder_set_compat_ciphers(xmpp_tls_policy_builder *builder,
                                                           uint32_t oldest,
                                                           uint32_t newest,
                                                           const char *ciphers,
                                                           size_t ciphers_len,
                                                           const char *ciphersuites,
                                                           size_t ciphersuites_len,
                                                           xmpp_tls_error **error_out);

/**
 * Sets the groups of a policy: `tls.groups`.
 *
 * `groups`: OpenSSL's names with colons, the preferred first. Those that do not exist here are passed over.
 *
 * Returns `XMPP_TLS_OK`, or
 * - `XMPP_TLS_UNKNOWN_NAME` if none of them exists here,
 * - `XMPP_TLS_ALREADY_SET`.
 *
 * Threads: exclusive. Since 0.1.
 */
xmpp_tls_result xmpp_tls_policy_builder_set_compat_groups(xmpp_tls_policy_builder *builder,
                                                          const char *groups,
                                                          size_t groups_len,
                                                          xmpp_tls_error **error_out);

/**
 * Gives the type of a certificate's key as LuaSec says it: `RSA`, `EC`, `DSA` or `Unknown`.
 *
 * Returns static text. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_compat_key_type(const xmpp_tls_certificate *certificate);

/**
 * Gives OpenSSL's reason for credentials that could not be loaded, by the result of that call; empty for others.
 *
 * Returns static text. Threads: any. Since 0.1.
 */
xmpp_tls_str xmpp_tls_compat_credential_reason(int32_t result);

#ifdef __cplusplus
}
#endif

#endif /* XMPPTLS_H */
