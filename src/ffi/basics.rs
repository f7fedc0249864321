//! Results, text, bytes, time and version.
//!
//! **Results.** A function that can fail returns `xmpp_tls_result`; 0 is `XMPP_TLS_OK`. The number says
//! what the *caller* can act on. A refused peer is never a result: it is a verdict. Numbers are fixed for
//! good, come in blocks of a hundred per category, and are defined for every value: an unknown one has the
//! category of its block and a message that says so.
//!
//! **Parameters.** The handle comes first, then inputs, then outputs, whose names end in `_out`; last comes
//! an optional `error_out` for detail. On success every output is written. On failure none is, except that
//! a handle output is set to NULL, so that freeing it is always safe. An output may not be NULL unless its
//! comment says so.
//!
//! **Bytes and text.** Input is pointer and length and is copied; NULL with length 0 is empty. Text is
//! UTF-8 without a terminating zero. Domains go in as U-labels or A-labels and come out as A-labels. Output
//! is `xmpp_tls_str` or `xmpp_tls_bytes`, borrowed from the handle that it was read from and valid as long
//! as that handle is not freed and, for a connection, not driven further. Static text is valid for ever.
//!
//! **Handles** are opaque and of three kinds. *Shared* ones never change: any thread may use them at any
//! time, `_retain` makes another reference, each reference ends with one `_free`. *Exclusive* ones change:
//! one thread at a time, and may move between threads; use by two at once is noticed and answered with
//! `XMPP_TLS_HANDLE_BUSY`. *Synchronised* ones (context, lookup) change and may be used by all threads at
//! once. `_free(NULL)` does nothing. Nothing here calls back, reads a clock or opens a socket, except where
//! a name says lookup.
//!
//! **Panics** do not cross this border: they become `XMPP_TLS_INTERNAL`, and the exclusive handle that was
//! in use answers `XMPP_TLS_POISONED` from then on.

use std::os::raw::c_char;

use crate::ffi::output::text;
use crate::parameter::CipherSuite;

/// What a call answers. Numbers are never reused.
///
/// cbindgen:rename-all=None
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_result {
    /// The call did what it says.
    XMPP_TLS_OK = 0,

    /// A pointer that must not be NULL was NULL.
    XMPP_TLS_NULL_PARAMETER = 100,
    /// A number, a length or an enum value has no meaning here.
    XMPP_TLS_INVALID_PARAMETER = 101,
    /// Text is not UTF-8, or holds a zero byte.
    XMPP_TLS_INVALID_TEXT = 102,
    /// Text is no domain.
    XMPP_TLS_INVALID_DOMAIN = 103,
    /// The handle is not in a phase in which this call has a meaning.
    XMPP_TLS_WRONG_PHASE = 104,
    /// Another thread, or an outer call, is using the exclusive handle.
    XMPP_TLS_HANDLE_BUSY = 105,
    /// The pointer is no live handle of this type.
    XMPP_TLS_WRONG_HANDLE = 106,
    /// The property was set before.
    XMPP_TLS_ALREADY_SET = 107,
    /// Two settings contradict each other; the message names both.
    XMPP_TLS_CONTRADICTION = 108,
    /// A policy text has an unknown key or a wrong value; the error says where.
    XMPP_TLS_INVALID_POLICY = 109,
    /// Certificates shall be judged and no trust anchors were given.
    XMPP_TLS_NO_TRUST_ANCHORS = 110,
    /// The verdict was made for another connection.
    XMPP_TLS_FOREIGN_VERDICT = 111,
    /// The buffer is too small; the needed size was written.
    XMPP_TLS_INSUFFICIENT_SIZE = 112,
    /// A named limit was reached.
    XMPP_TLS_LIMIT_EXCEEDED = 113,
    /// No preset, record type or option has this name.
    XMPP_TLS_UNKNOWN_NAME = 114,

    /// There is nothing to read now; the call may succeed later.
    XMPP_TLS_NOT_YET = 200,
    /// The thing is not to be had on this handle; the message says why.
    XMPP_TLS_NOT_AVAILABLE = 201,
    /// The library was built without this part.
    XMPP_TLS_NOT_BUILT = 202,
    /// There is no entry at this index or name.
    XMPP_TLS_NOT_FOUND = 203,

    /// A file could not be read; the error names it.
    XMPP_TLS_FILE_NOT_READABLE = 300,
    /// PEM or base64 is broken.
    XMPP_TLS_MALFORMED_PEM = 301,
    /// There is no certificate in the input.
    XMPP_TLS_NO_CERTIFICATE = 302,
    /// There is no private key in the input.
    XMPP_TLS_NO_PRIVATE_KEY = 303,
    /// The private key is encrypted; decrypt it before.
    XMPP_TLS_ENCRYPTED_PRIVATE_KEY = 304,
    /// The private key does not belong to the certificate.
    XMPP_TLS_KEY_MISMATCH = 305,
    /// The private key is of a kind that is not supported, or broken.
    XMPP_TLS_UNSUPPORTED_PRIVATE_KEY = 306,
    /// A certificate is broken.
    XMPP_TLS_MALFORMED_CERTIFICATE = 307,
    /// A certificate revocation list is broken.
    XMPP_TLS_MALFORMED_CRL = 308,
    /// A DNS record or its text is broken.
    XMPP_TLS_MALFORMED_RECORD = 309,
    /// A JSON document is broken.
    XMPP_TLS_MALFORMED_DOCUMENT = 310,

    /// The connection has failed; its cause says why. Only `xmpp_tls_connection_transmit`, readers and
    /// `xmpp_tls_connection_free` are left.
    XMPP_TLS_CONNECTION_FAILED = 400,
    /// This direction of the connection was closed.
    XMPP_TLS_CONNECTION_CLOSED = 401,

    /// A look-up did not end in time.
    XMPP_TLS_TIMEOUT = 500,
    /// The handle was made before a fork and is used in the child.
    XMPP_TLS_FORKED = 501,
    /// The look-up was cancelled.
    XMPP_TLS_CANCELLED = 502,
    /// The network or the resolver could not be set up.
    XMPP_TLS_LOOKUP_UNAVAILABLE = 503,

    /// A fault inside the library.
    XMPP_TLS_INTERNAL = 900,
    /// An earlier fault inside the library left the handle unusable; free it.
    XMPP_TLS_POISONED = 901,
}

/// What a result is about: the block of its number.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_category {
    /// Success.
    Success = 0,
    /// The caller used the library wrongly, or gave it bad values.
    Usage = 1,
    /// Something is not there, or not yet.
    Need = 2,
    /// A file or its content is bad.
    Input = 3,
    /// The connection does not allow it any more.
    Connection = 4,
    /// A look-up failed.
    Lookup = 5,
    /// A fault inside the library.
    Internal = 9,
}

/// Borrowed UTF-8 text; not terminated by zero. `data` is never NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct xmpp_tls_str {
    /// The first byte.
    pub data: *const c_char,
    /// How many bytes.
    pub len: usize,
}

/// Borrowed bytes. `data` is never NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct xmpp_tls_bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many bytes.
    pub len: usize,
}

/// The time, as the host's clocks show it. The library reads no clock.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct xmpp_tls_time {
    /// Seconds since 1970-01-01 UTC: certificates and records are judged by it.
    pub unix_seconds: i64,
    /// Milliseconds of a clock that never goes back: time limits are kept by it.
    pub monotonic_ms: u64,
}

/// Names and messages of the results; the match has the compiler demand one for each.
macro_rules! results {
    ($($result:ident $message:literal)+) => {
        impl xmpp_tls_result {
            const ALL: &'static [Self] = &[$(Self::$result),+];

            const fn name_and_message(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$result => (stringify!($result), $message),)+
                }
            }
        }
    };
}

results! {
    XMPP_TLS_OK "success"
    XMPP_TLS_NULL_PARAMETER "a pointer that must not be NULL was NULL"
    XMPP_TLS_INVALID_PARAMETER "a number or length has no meaning here"
    XMPP_TLS_INVALID_TEXT "text is not UTF-8, or holds a zero byte"
    XMPP_TLS_INVALID_DOMAIN "text is no domain"
    XMPP_TLS_WRONG_PHASE "the call has no meaning in this phase"
    XMPP_TLS_HANDLE_BUSY "the exclusive handle is in use"
    XMPP_TLS_WRONG_HANDLE "the pointer is no live handle of this type"
    XMPP_TLS_ALREADY_SET "the property was set before"
    XMPP_TLS_CONTRADICTION "two settings contradict each other"
    XMPP_TLS_INVALID_POLICY "the policy text is not valid"
    XMPP_TLS_NO_TRUST_ANCHORS "no trust anchors were given"
    XMPP_TLS_FOREIGN_VERDICT "the verdict belongs to another connection"
    XMPP_TLS_INSUFFICIENT_SIZE "the buffer is too small"
    XMPP_TLS_LIMIT_EXCEEDED "a limit was reached"
    XMPP_TLS_UNKNOWN_NAME "there is nothing of this name"
    XMPP_TLS_NOT_YET "there is nothing to read now"
    XMPP_TLS_NOT_AVAILABLE "not to be had here"
    XMPP_TLS_NOT_BUILT "the library was built without this part"
    XMPP_TLS_NOT_FOUND "there is no such entry"
    XMPP_TLS_FILE_NOT_READABLE "a file could not be read"
    XMPP_TLS_MALFORMED_PEM "PEM or base64 is broken"
    XMPP_TLS_NO_CERTIFICATE "there is no certificate"
    XMPP_TLS_NO_PRIVATE_KEY "there is no private key"
    XMPP_TLS_ENCRYPTED_PRIVATE_KEY "the private key is encrypted"
    XMPP_TLS_KEY_MISMATCH "private key does not match public key"
    XMPP_TLS_UNSUPPORTED_PRIVATE_KEY "unsupported private key"
    XMPP_TLS_MALFORMED_CERTIFICATE "a certificate is broken"
    XMPP_TLS_MALFORMED_CRL "a certificate revocation list is broken"
    XMPP_TLS_MALFORMED_RECORD "a DNS record is broken"
    XMPP_TLS_MALFORMED_DOCUMENT "a JSON document is broken"
    XMPP_TLS_CONNECTION_FAILED "the connection has failed"
    XMPP_TLS_CONNECTION_CLOSED "the connection is closed"
    XMPP_TLS_TIMEOUT "the look-up did not end in time"
    XMPP_TLS_FORKED "the handle was made before a fork"
    XMPP_TLS_CANCELLED "the look-up was cancelled"
    XMPP_TLS_LOOKUP_UNAVAILABLE "look-ups could not be set up"
    XMPP_TLS_INTERNAL "a fault inside the library"
    XMPP_TLS_POISONED "an earlier fault left the handle unusable"
}

fn name_and_message(result: i32) -> Option<(&'static str, &'static str)> {
    let known = xmpp_tls_result::ALL.iter().find(|known| known.number() == result);
    known.map(|known| known.name_and_message())
}

impl xmpp_tls_result {
    /// The number that C sees.
    #[expect(clippy::as_conversions, reason = "the discriminant of a repr(i32) enum is its number")]
    pub(crate) const fn number(self) -> i32 {
        self as i32
    }
}

/// Names the version of the library that is running, as `major.minor.patch`.
///
/// Compare with `XMPP_TLS_VERSION` of the header that the program was built with.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_version() -> xmpp_tls_str {
    text(env!("CARGO_PKG_VERSION"))
}

/// Gives the number of the binary interface, the one in the name `libxmpptls.so.N`.
///
/// Raised with each incompatible change; compare with `XMPP_TLS_ABI_VERSION` of the header.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_abi_version() -> u32 {
    XMPP_TLS_ABI_VERSION
}

/// The number of the binary interface that this header describes.
pub const XMPP_TLS_ABI_VERSION: u32 = 0;

/// Gives the constant's own name, such as `XMPP_TLS_OK`; `XMPP_TLS_UNKNOWN` for a number without one.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_result_name(result: i32) -> xmpp_tls_str {
    text(name_and_message(result).map_or("XMPP_TLS_UNKNOWN", |(name, _)| name))
}

/// Gives a short sentence for people. For a single failure `xmpp_tls_error_message` says more.
///
/// Returns static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_result_message(result: i32) -> xmpp_tls_str {
    text(name_and_message(result).map_or("a result that this version does not know", |(_, message)| message))
}

/// Gives the category of a result, by the block of its number; unknown blocks count as internal.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_result_category(result: i32) -> xmpp_tls_category {
    match result {
        0 => xmpp_tls_category::Success,
        100..200 => xmpp_tls_category::Usage,
        200..300 => xmpp_tls_category::Need,
        300..400 => xmpp_tls_category::Input,
        400..500 => xmpp_tls_category::Connection,
        500..600 => xmpp_tls_category::Lookup,
        _ => xmpp_tls_category::Internal,
    }
}

/// Gives the name of a category, such as `usage`; `internal` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_category_name(category: i32) -> xmpp_tls_str {
    text(match category {
        0 => "success",
        1 => "usage",
        2 => "need",
        3 => "input",
        4 => "connection",
        5 => "lookup",
        _ => "internal",
    })
}

/// Gives the IANA name of a cipher suite, as `tls.cipher_suites` of a policy takes it; empty for a number that is not
/// here. Static text.
///
/// `suite`: the IANA number. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_suite_name(suite: u32) -> xmpp_tls_str {
    let known = u16::try_from(suite).ok().and_then(CipherSuite::from_number);
    text(known.map_or("", CipherSuite::name))
}
