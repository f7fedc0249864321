//! Dialback: keys, which answers count, and how a pair is refused (XEP-0220, XEP-0185).
//!
//! Dialback shows that whoever answers for a domain in DNS also opened this stream: it is as good as the DNS it went
//! through, and never better than `XMPP_TLS_LEVEL_WEAK`. The elements `db:result` and `db:verify` are the host's to
//! write and to read; names and stream ids go in here as they stand in them, after XML was unescaped.
//!
//! - A *secret* makes keys and recognises them. All servers that answer for one domain share it: make a text once
//!   with `xmpp_tls_dialback_random_secret` and put it into their configuration.
//! - *Requests* remember what one stream asked. An answer that nobody asked for is how an attacker spoofs domains
//!   (XEP-0220 §3.1): ask here before an answer is believed.
//! - Whether a valid answer is enough is a verdict's to say: `xmpp_tls_verification_ask_dialback`.
//!
//! Nothing here is sent, and nothing looks at certificates.

use std::os::raw::c_char;

use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str};
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{
    Exclusive, Guarded, Tag, Tagged, exclusive, exclusive_free, exclusive_into_raw, peek, shared,
    shared_free, shared_into_raw, shared_retain,
};
use crate::ffi::input;
use crate::ffi::output::{Out, copy_out, text};
use crate::ffi::verdict::xmpp_tls_verdict;
use crate::proof::dialback::{
    DIALBACK_RANDOM_BYTES, DialbackContext, DialbackError, DialbackSecret, dialback_secret_text,
};
use crate::proof::dialback_stream::{
    DialbackRequest, DialbackRequestError, DialbackRequests, InvalidAdvice, JoiningPair, Unsolicited,
    invalid_advice, may_join,
};
use crate::verification::dialback_condition;
use zeroize::Zeroizing;

/// The secret behind dialback keys. Shared: any thread, freed by `xmpp_tls_dialback_secret_free`.
pub struct xmpp_tls_dialback_secret {
    tag: Tag,
    secret: DialbackSecret,
}

/// The requests of one stream that wait for their answer. Exclusive; freed by `xmpp_tls_dialback_requests_free`.
pub struct xmpp_tls_dialback_requests(Guarded<DialbackRequests>);

impl Tagged for xmpp_tls_dialback_secret {
    const TAG: u32 = 0x7874_6411;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl Tagged for xmpp_tls_dialback_requests {
    const TAG: u32 = 0x7874_6412;

    fn tag(&self) -> &Tag {
        self.0.tag()
    }
}

impl Exclusive for xmpp_tls_dialback_requests {
    type Value = DialbackRequests;

    fn guarded(&self) -> &Guarded<DialbackRequests> {
        &self.0
    }
}

fn key_failure(error: DialbackError) -> Failure {
    Failure::new(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER, error.to_string())
}

/// Makes a new random secret: 64 hexadecimal digits, for a configuration file or for
/// `xmpp_tls_dialback_secret_new`.
///
/// `out`: 64 bytes suffice; wipe it when it is not needed any more. `written_out`: the size, also when `capacity` is
/// too small.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INSUFFICIENT_SIZE`, or `XMPP_TLS_INTERNAL` if the system gives no random bytes.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_random_secret(
    out: *mut c_char,
    capacity: usize,
    written_out: *mut usize,
) -> xmpp_tls_result {
    guard::result(|| {
        let mut random = Zeroizing::new([0; DIALBACK_RANDOM_BYTES]);
        crate::tls::random(random.as_mut_slice())
            .map_err(|_| Failure::plain(xmpp_tls_result::XMPP_TLS_INTERNAL))?;
        let secret = Zeroizing::new(dialback_secret_text(&random));
        // SAFETY: the pointers are as the header demands.
        unsafe { copy_out(secret.as_bytes(), out.cast(), capacity, written_out) }
    })
}

/// Takes a secret.
///
/// `secret`: any bytes, at least 12; copied, and wiped when the last reference ends. `secret_out`: owned by the
/// caller, free with `xmpp_tls_dialback_secret_free`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER` if the secret is too short. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_secret_new(
    secret: *const u8,
    secret_len: usize,
    secret_out: *mut *const xmpp_tls_dialback_secret,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(secret_out)?;
            let secret = DialbackSecret::new(input::bytes(secret, secret_len)?).map_err(key_failure)?;
            let tag = Tag::new::<xmpp_tls_dialback_secret>();
            out.set(shared_into_raw(xmpp_tls_dialback_secret { tag, secret }));
            Ok(())
        })
    }
}

/// Makes another reference. Returns `secret`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_secret_retain(
    secret: *const xmpp_tls_dialback_secret,
) -> *const xmpp_tls_dialback_secret {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(secret) }
}

/// Ends one reference. `secret` may be NULL. Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_secret_free(secret: *const xmpp_tls_dialback_secret) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(secret) }
}

/// Makes the key for a stream (XEP-0220 §2.1.1, XEP-0185 §2).
///
/// `receiving`: the domain that the stream goes to. `originating`: the domain that opened it. `stream_id`: the `id` of
/// the receiving server's response header, the one over TLS. None may hold blanks. `out`: 64 bytes suffice.
/// `written_out`: the size, also when `capacity` is too small.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_PARAMETER` if a field is empty, longer than 1,023 bytes or holds a blank,
/// or `XMPP_TLS_INSUFFICIENT_SIZE`.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_secret_key(
    secret: *const xmpp_tls_dialback_secret,
    receiving: *const c_char,
    receiving_len: usize,
    originating: *const c_char,
    originating_len: usize,
    stream_id: *const c_char,
    stream_id_len: usize,
    out: *mut c_char,
    capacity: usize,
    written_out: *mut usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let context = DialbackContext {
                receiving: input::text(receiving, receiving_len)?,
                originating: input::text(originating, originating_len)?,
                stream_id: input::text(stream_id, stream_id_len)?,
            };
            let key = shared(secret)?.secret.key(context).map_err(key_failure)?;
            copy_out(key.as_bytes(), out.cast(), capacity, written_out)
        })
    }
}

/// Says whether a key is the one for this stream; false for anything that is not. The comparison takes the same time
/// wherever a difference lies.
///
/// `key`: the text of the `db:result` or `db:verify`; white space around it is dropped. The other fields as in
/// `xmpp_tls_dialback_secret_key`. All are borrowed for this call.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_secret_matches(
    secret: *const xmpp_tls_dialback_secret,
    receiving: *const c_char,
    receiving_len: usize,
    originating: *const c_char,
    originating_len: usize,
    stream_id: *const c_char,
    stream_id_len: usize,
    key: *const c_char,
    key_len: usize,
) -> bool {
    guard::read(false, || {
        // SAFETY: the pointers are as the header demands.
        unsafe {
            let context = DialbackContext {
                receiving: input::text(receiving, receiving_len).ok()?,
                originating: input::text(originating, originating_len).ok()?,
                stream_id: input::text(stream_id, stream_id_len).ok()?,
            };
            let key = input::text(key, key_len).ok()?;
            Some(peek(secret)?.secret.matches(context, key))
        }
    })
}

/// Starts with no requests: make one for each stream.
///
/// `requests_out`: owned by the caller, free with `xmpp_tls_dialback_requests_free`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_requests_new(
    requests_out: *mut *mut xmpp_tls_dialback_requests,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointer is as the header demands.
        let out = unsafe { Out::handle(requests_out) }?;
        let guarded = Guarded::new::<xmpp_tls_dialback_requests>(DialbackRequests::new());
        out.set(exclusive_into_raw(xmpp_tls_dialback_requests(guarded)));
        Ok(())
    })
}

/// Frees requests. `requests` may be NULL. Threads: exclusive, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_requests_free(requests: *mut xmpp_tls_dialback_requests) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(requests) }
}

/// # Safety
/// `requests` is NULL or a live handle.
unsafe fn sent(requests: *mut xmpp_tls_dialback_requests, request: DialbackRequest) -> Result<(), Failure> {
    let failure = |error: DialbackRequestError| {
        let code = match error {
            DialbackRequestError::Repeated => xmpp_tls_result::XMPP_TLS_ALREADY_SET,
            _ => xmpp_tls_result::XMPP_TLS_LIMIT_EXCEEDED,
        };
        Failure::new(code, error.to_string())
    };
    // SAFETY: as promised by the caller.
    unsafe { exclusive(requests, |own| own.sent(request).map_err(failure)) }
}

/// Remembers a `db:result` as it is sent: "I speak for `sender`, let me send to `target`."
///
/// `sender`: its `from`. `target`: its `to`. Copied.
///
/// Returns `XMPP_TLS_OK`, or, when it must not be sent,
/// - `XMPP_TLS_ALREADY_SET` if the same request waits already,
/// - `XMPP_TLS_LIMIT_EXCEEDED` if 256 wait,
/// - `XMPP_TLS_INVALID_DOMAIN`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_requests_result_sent(
    requests: *mut xmpp_tls_dialback_requests,
    sender: *const c_char,
    sender_len: usize,
    target: *const c_char,
    target_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let sender = input::domain(sender, sender_len)?;
            let target = input::domain(target, target_len)?;
            sent(requests, DialbackRequest::Result { sender, target })
        })
    }
}

/// Remembers a `db:verify` as it is sent: "Is this key of stream `stream_id` yours?"
///
/// `receiving`: its `from`. `originating`: its `to`. `stream_id`: its `id`. Copied.
///
/// Returns as `xmpp_tls_dialback_requests_result_sent`; a stream id over 1,023 bytes is
/// `XMPP_TLS_LIMIT_EXCEEDED` too.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_requests_verify_sent(
    requests: *mut xmpp_tls_dialback_requests,
    receiving: *const c_char,
    receiving_len: usize,
    originating: *const c_char,
    originating_len: usize,
    stream_id: *const c_char,
    stream_id_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let receiving = input::domain(receiving, receiving_len)?;
            let originating = input::domain(originating, originating_len)?;
            let stream_id = input::text(stream_id, stream_id_len)?.into();
            sent(requests, DialbackRequest::Verify { receiving, originating, stream_id })
        })
    }
}

fn unsolicited(error: Unsolicited) -> Failure {
    Failure::new(xmpp_tls_result::XMPP_TLS_NOT_FOUND, error.to_string())
}

/// Settles the request that a `db:result` with a `type` answers.
///
/// `from`, `to`: those of the answer. The first answer is final.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_NOT_FOUND` if nobody asked: the answer must have no effect,
/// - `XMPP_TLS_INVALID_DOMAIN`, for which the same holds.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_requests_result_answered(
    requests: *mut xmpp_tls_dialback_requests,
    from: *const c_char,
    from_len: usize,
    to: *const c_char,
    to_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (from, to) = (input::domain(from, from_len)?, input::domain(to, to_len)?);
            exclusive(requests, |own| own.result_answered(&from, &to).map_err(unsolicited))
        })
    }
}

/// Settles the request that a `db:verify` with a `type` answers.
///
/// `from`, `to`, `stream_id`: those of the answer. Returns as `xmpp_tls_dialback_requests_result_answered`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_requests_verify_answered(
    requests: *mut xmpp_tls_dialback_requests,
    from: *const c_char,
    from_len: usize,
    to: *const c_char,
    to_len: usize,
    stream_id: *const c_char,
    stream_id_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (from, to) = (input::domain(from, from_len)?, input::domain(to, to_len)?);
            let id = input::text(stream_id, stream_id_len)?;
            exclusive(requests, |own| own.verify_answered(&from, &to, id).map_err(unsolicited))
        })
    }
}

/// Says how many requests wait. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_dialback_requests_waiting(
    requests: *const xmpp_tls_dialback_requests,
) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || unsafe { exclusive(requests, |own| Ok(own.waiting())) }.ok())
}

/// Gives the error condition that answers a refused pair in a `db:result` of type `error` (XEP-0220 §2.4.2), such as
/// `not-authorized`; empty when the verdict does not refuse. A pair that came without TLS has no verdict: its answer
/// is `policy-violation`.
///
/// Static text. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_dialback_condition(
    verdict: *const xmpp_tls_verdict,
) -> xmpp_tls_str {
    guard::read(text(""), || {
        // SAFETY: the pointer is NULL or a live handle.
        let verdict = unsafe { peek(verdict) }?.verdict();
        dialback_condition(verdict).map(|condition| text(condition.name()))
    })
}

/// Says whether a stream ends after a key of it was invalid: if it serves no valid pair. Otherwise answer `forbidden`
/// and go on (XEP-0220 §2.2.1).
///
/// `valid_pairs`: pairs of domains that are authorised on the stream.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_dialback_invalid_ends_stream(valid_pairs: usize) -> bool {
    invalid_advice(valid_pairs) == InvalidAdvice::Close
}

/// Says whether another *target* domain may join a stream of ours (XEP-0220 §2.6, RFC 7712 §4.4.2); if not, it needs a
/// stream of its own. Another sender domain for a known target always may.
///
/// `peer_announced_errors`: the peer announced dialback errors. `same_address`: the target resolves to the address and
/// port of this stream. `certificate_proves_it`: a verdict about the target, made from this connection, is permitted.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_dialback_target_may_join(
    peer_announced_errors: bool,
    same_address: bool,
    certificate_proves_it: bool,
) -> bool {
    may_join(JoiningPair::Target { peer_announced_errors, same_address, certificate_proves_it }).is_ok()
}
