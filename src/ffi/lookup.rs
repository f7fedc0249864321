//! Look-ups: finding out over the network what a connection and a verification need to know.
//!
//! For a host without a validating resolver or an HTTPS client of its own: where a domain's service is, its TLSA
//! records with the DNSSEC state of the whole way, and its POSH document. Answers of the host's own and answers from
//! here can be mixed.
//!
//! The handle is synchronised: all threads may use it at once. One thread of the library runs the look-ups; it starts
//! with the first of them and ends with the handle. Two forms:
//! - *blocking*: `xmpp_tls_lookup_gather`, `xmpp_tls_lookup_candidates`, `xmpp_tls_lookup_endpoint`,
//!   `xmpp_tls_lookup_answer` wait, up to a limit;
//! - *polled*: `xmpp_tls_lookup_submit_gather` and its like return a number at once; when the descriptor of
//!   `xmpp_tls_lookup_descriptor` is readable, `xmpp_tls_lookup_collect` gives what is finished.
//!
//! An initiating entity gathers before it connects, since DANE forbids even to connect on forged answers, and feeds the
//! verification from the reply: `xmpp_tls_lookup_reply_answer_all`. In a child after `fork` the handle answers
//! `XMPP_TLS_FORKED`; make a new one there.
#![cfg_attr(
    not(feature = "lookup"),
    allow(
        unused_imports,
        unused_variables,
        dead_code,
        unreachable_code,
        reason = "no handle can be made without look-ups"
    )
)]

use std::os::raw::c_char;
use std::time::Duration;

use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_time};
use crate::ffi::connection::time;
use crate::ffi::endpoint::xmpp_tls_endpoint;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{Tag, Tagged, exclusive, exclusive_free, exclusive_into_raw, shared};
use crate::ffi::input;
use crate::ffi::lookup_builder::{built, xmpp_tls_lookup_builder};
use crate::ffi::lookup_reply::xmpp_tls_lookup_reply;
use crate::ffi::numbered::from_number;
use crate::ffi::output::Out;
use crate::ffi::verification::{xmpp_tls_question, xmpp_tls_verification};

#[cfg(feature = "lookup")]
use crate::lookup::{Lookup, LookupError, Request, RequestId};

/// Look-ups over the network. Synchronised: any threads at once; freed once by `xmpp_tls_lookup_free`.
pub struct xmpp_tls_lookup {
    tag: Tag,
    #[cfg(feature = "lookup")]
    lookup: Lookup,
}

impl Tagged for xmpp_tls_lookup {
    const TAG: u32 = 0x7874_6c15;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

#[cfg(feature = "lookup")]
impl xmpp_tls_lookup {
    pub(super) fn into_raw(lookup: Lookup) -> *mut Self {
        exclusive_into_raw(Self { tag: Tag::new::<Self>(), lookup })
    }
}

#[cfg(feature = "lookup")]
fn code(error: LookupError) -> xmpp_tls_result {
    match error {
        LookupError::Busy => xmpp_tls_result::XMPP_TLS_LIMIT_EXCEEDED,
        LookupError::Forked => xmpp_tls_result::XMPP_TLS_FORKED,
        LookupError::Stopped => xmpp_tls_result::XMPP_TLS_CANCELLED,
        LookupError::TimedOut => xmpp_tls_result::XMPP_TLS_TIMEOUT,
        LookupError::TrustAnchors => xmpp_tls_result::XMPP_TLS_NO_TRUST_ANCHORS,
        _ => xmpp_tls_result::XMPP_TLS_LOOKUP_UNAVAILABLE,
    }
}

#[cfg(feature = "lookup")]
fn failure(error: LookupError) -> Failure {
    Failure::new(code(error), error.to_string())
}

fn span(milliseconds: u32) -> Duration {
    Duration::from_millis(u64::from(milliseconds))
}

/// Makes look-ups by what is set. The builder stays as it is. Nothing is read, opened or started yet.
///
/// `lookup_out`: owned by the caller, free with `xmpp_tls_lookup_free`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_builder_build(
    builder: *const xmpp_tls_lookup_builder,
    lookup_out: *mut *mut xmpp_tls_lookup,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::handle(lookup_out)?;
            built! {
                let lookup = exclusive(builder, |own| Ok(own.built()))?;
                out.set(xmpp_tls_lookup::into_raw(lookup));
                Ok(())
            }
        })
    }
}

/// Frees look-ups: the thread ends, and what is under way is given up. `lookup` may be NULL.
///
/// Threads: any, once, when no other call uses it. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_free(lookup: *mut xmpp_tls_lookup) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(lookup) }
}

/// # Safety
/// The pointers are as the header demands.
#[cfg(feature = "lookup")]
unsafe fn of_domain(
    domain: *const c_char,
    domain_len: usize,
    service: u32,
    make: impl FnOnce(crate::name::Domain, crate::name::Service) -> Request,
) -> Result<Request, Failure> {
    // SAFETY: as promised by the caller.
    Ok(make(unsafe { input::domain(domain, domain_len) }?, from_number(service)?))
}

/// # Safety
/// The pointers are as the header demands.
#[cfg(feature = "lookup")]
unsafe fn ask(
    lookup: *mut xmpp_tls_lookup,
    request: Request,
    limit_ms: u32,
    out: Out<*const xmpp_tls_lookup_reply>,
) -> Result<(), Failure> {
    // SAFETY: as promised by the caller.
    let lookup = unsafe { shared(lookup.cast_const()) }?;
    out.set(xmpp_tls_lookup_reply::into_raw(lookup.lookup.ask(request, span(limit_ms)).map_err(failure)?));
    Ok(())
}

/// # Safety
/// The pointers are as the header demands.
#[cfg(feature = "lookup")]
unsafe fn submit(
    lookup: *mut xmpp_tls_lookup,
    request: Request,
    limit_ms: u32,
    out: Out<u64>,
) -> Result<(), Failure> {
    // SAFETY: as promised by the caller.
    let lookup = unsafe { shared(lookup.cast_const()) }?;
    out.set(lookup.lookup.submit(request, span(limit_ms)).map_err(failure)?.number());
    Ok(())
}

/// Looks up where to connect for a domain's service (RFC 6120 §3.2, XEP-0368), and waits.
///
/// `domain`: copied. `service`: one of `XMPP_TLS_SERVICE_…`. `limit_ms`: how long to wait at most; what is not known
/// shortly before stands in the reply as failed. `reply_out`: owned by the caller, free with
/// `xmpp_tls_lookup_reply_free`.
///
/// Returns `XMPP_TLS_OK`, also when the domain has no such service or the look-up failed: the reply says so; or
/// - `XMPP_TLS_INVALID_DOMAIN`, `XMPP_TLS_INVALID_PARAMETER`,
/// - `XMPP_TLS_LIMIT_EXCEEDED` if too many look-ups are under way,
/// - `XMPP_TLS_LOOKUP_UNAVAILABLE` if no server is configured, or there is no thread to be had,
/// - `XMPP_TLS_TIMEOUT`, `XMPP_TLS_FORKED`, `XMPP_TLS_NOT_BUILT`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_candidates(
    lookup: *mut xmpp_tls_lookup,
    domain: *const c_char,
    domain_len: usize,
    service: u32,
    limit_ms: u32,
    reply_out: *mut *const xmpp_tls_lookup_reply,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(reply_out)?;
            built! {
                let make = |domain, service| Request::Candidates { domain, service };
                ask(lookup, of_domain(domain, domain_len, service, make)?, limit_ms, out)
            }
        })
    }
}

/// Looks up all that an initiating entity needs before it connects: where to connect, TLSA records for each place, and
/// the POSH document; and waits. The rest as in `xmpp_tls_lookup_candidates`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_gather(
    lookup: *mut xmpp_tls_lookup,
    domain: *const c_char,
    domain_len: usize,
    service: u32,
    limit_ms: u32,
    reply_out: *mut *const xmpp_tls_lookup_reply,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(reply_out)?;
            built! {
                let make = |domain, service| Request::Gather { domain, service };
                ask(lookup, of_domain(domain, domain_len, service, make)?, limit_ms, out)
            }
        })
    }
}

/// Looks up addresses and TLSA records of one endpoint, such as one that the user configured, and waits. The state of
/// its SRV answer decides whether TLSA counts; that of its addresses is found anew.
///
/// `endpoint`: copied. The rest as in `xmpp_tls_lookup_candidates`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_endpoint(
    lookup: *mut xmpp_tls_lookup,
    endpoint: *const xmpp_tls_endpoint,
    limit_ms: u32,
    reply_out: *mut *const xmpp_tls_lookup_reply,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::shared(reply_out)?;
            built! {
                ask(lookup, Request::Endpoint(shared(endpoint)?.endpoint().clone()), limit_ms, out)
            }
        })
    }
}

/// Looks up every question of a verification that can be – TLSA, POSH, SRV – those that follow from answers too, and
/// waits. Other questions stay open for the host.
///
/// `verification`: answered in this call; no other may use it meanwhile. `now`: what the evidence so far is worth
/// depends on it. `limit_ms`: for all questions together; what is not known shortly before is answered as timed out.
///
/// Returns as `xmpp_tls_lookup_candidates`; what was answered before a failure stays answered.
///
/// Threads: any; exclusive (the verification). Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_answer(
    lookup: *mut xmpp_tls_lookup,
    verification: *mut xmpp_tls_verification,
    now: *const xmpp_tls_time,
    limit_ms: u32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            built! {
                let (own, now) = (shared(lookup.cast_const())?, time(now)?);
                exclusive(verification.cast_const(), |verification| {
                    own.lookup.answer(verification, now.unix_seconds, span(limit_ms)).map_err(failure)
                })
            }
        })
    }
}

/// Starts to look up where to connect for a domain's service. Never waits.
///
/// `limit_ms`: when the look-up ends at the latest. `id_out`: its number, never 0, for `xmpp_tls_lookup_collect` and
/// `xmpp_tls_lookup_cancel`. The rest as in `xmpp_tls_lookup_candidates`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_submit_candidates(
    lookup: *mut xmpp_tls_lookup,
    domain: *const c_char,
    domain_len: usize,
    service: u32,
    limit_ms: u32,
    id_out: *mut u64,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::new(id_out)?;
            built! {
                let make = |domain, service| Request::Candidates { domain, service };
                submit(lookup, of_domain(domain, domain_len, service, make)?, limit_ms, out)
            }
        })
    }
}

/// Starts to look up what `xmpp_tls_lookup_gather` does. The rest as in `xmpp_tls_lookup_submit_candidates`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_submit_gather(
    lookup: *mut xmpp_tls_lookup,
    domain: *const c_char,
    domain_len: usize,
    service: u32,
    limit_ms: u32,
    id_out: *mut u64,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::new(id_out)?;
            built! {
                let make = |domain, service| Request::Gather { domain, service };
                submit(lookup, of_domain(domain, domain_len, service, make)?, limit_ms, out)
            }
        })
    }
}

/// Starts to look up what `xmpp_tls_lookup_endpoint` does. The rest as in `xmpp_tls_lookup_submit_candidates`.
///
/// `endpoint`: copied. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_submit_endpoint(
    lookup: *mut xmpp_tls_lookup,
    endpoint: *const xmpp_tls_endpoint,
    limit_ms: u32,
    id_out: *mut u64,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::new(id_out)?;
            built! {
                submit(lookup, Request::Endpoint(shared(endpoint)?.endpoint().clone()), limit_ms, out)
            }
        })
    }
}

/// Starts to look up one question of a verification; its answer is given by `xmpp_tls_lookup_reply_answer`. Kinds that
/// cannot be looked up come back as not asked. The rest as in `xmpp_tls_lookup_submit_candidates`.
///
/// `question`: copied. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_submit_question(
    lookup: *mut xmpp_tls_lookup,
    question: *const xmpp_tls_question,
    limit_ms: u32,
    id_out: *mut u64,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::new(id_out)?;
            built! {
                submit(lookup, Request::Question(shared(question)?.question().kind.clone()), limit_ms, out)
            }
        })
    }
}

/// Gives a descriptor for `poll` or `epoll`, readable exactly while `xmpp_tls_lookup_collect` has something to give.
/// Only to be polled: never read from it, never close it. It lives as long as the handle.
///
/// Returns `XMPP_TLS_OK`, or as `xmpp_tls_lookup_candidates`, since the thread is started for it.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_descriptor(
    lookup: *mut xmpp_tls_lookup,
    descriptor_out: *mut i32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::new(descriptor_out)?;
            built! {
                use std::os::fd::AsRawFd;
                out.set(shared(lookup.cast_const())?.lookup.descriptor().map_err(failure)?.as_raw_fd());
                Ok(())
            }
        })
    }
}

/// Takes the next look-up that is finished. Never waits.
///
/// `id_out`: its number. `outcome_out`: `XMPP_TLS_OK`, or why there is no reply: `XMPP_TLS_TIMEOUT`,
/// `XMPP_TLS_CANCELLED`. `reply_out`: owned by the caller, free with `xmpp_tls_lookup_reply_free`; NULL if there is none.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_NOT_YET` when nothing is finished, `XMPP_TLS_FORKED`, or `XMPP_TLS_NOT_BUILT`.
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_collect(
    lookup: *mut xmpp_tls_lookup,
    id_out: *mut u64,
    outcome_out: *mut xmpp_tls_result,
    reply_out: *mut *const xmpp_tls_lookup_reply,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (reply, id, outcome) = (Out::shared(reply_out)?, Out::new(id_out)?, Out::new(outcome_out)?);
            built! {
                let finished = shared(lookup.cast_const())?.lookup.collect().map_err(failure)?;
                let not_yet = || Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_YET);
                let (number, found) = finished.ok_or_else(not_yet)?;
                id.set(number.number());
                outcome.set(found.as_ref().map_or_else(|error| code(*error), |_| xmpp_tls_result::XMPP_TLS_OK));
                if let Ok(found) = found {
                    reply.set(xmpp_tls_lookup_reply::into_raw(found));
                }
                Ok(())
            }
        })
    }
}

/// Gives up a look-up; it will not be collected.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_NOT_FOUND` if it is neither under way nor uncollected, `XMPP_TLS_FORKED`, or
/// `XMPP_TLS_NOT_BUILT`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_cancel(lookup: *mut xmpp_tls_lookup, id: u64) -> xmpp_tls_result {
    guard::result(|| {
        built! {
            // SAFETY: the pointer is as the header demands.
            let lookup = unsafe { shared(lookup.cast_const()) }?;
            match lookup.lookup.cancel(RequestId::from_number(id)).map_err(failure)? {
                true => Ok(()),
                false => Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_FOUND)),
            }
        }
    })
}

/// Forgets all that is kept about a domain and the names below it, so that look-ups from now on ask anew.
///
/// `domain`: copied.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, `XMPP_TLS_FORKED`, or `XMPP_TLS_NOT_BUILT`. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_flush(
    lookup: *mut xmpp_tls_lookup,
    domain: *const c_char,
    domain_len: usize,
) -> xmpp_tls_result {
    guard::result(|| {
        built! {
            // SAFETY: the pointers are as the header demands.
            let (lookup, domain) = unsafe { (shared(lookup.cast_const())?, input::domain(domain, domain_len)?) };
            lookup.lookup.flush(&domain).map_err(failure)
        }
    })
}
