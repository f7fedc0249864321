//! Replies: what a look-up found, and how a verification is fed from it.
//!
//! Absence, failure and forgery are three outcomes, and no failure is ever turned into an absence. A candidate is an
//! endpoint with the addresses to dial; candidates stand in the order of trying (RFC 2782, RFC 8305), and only addresses
//! that may be contacted are in it. TLSA records and POSH documents are kept in the reply for
//! `xmpp_tls_lookup_reply_answer_all`.
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

use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str, xmpp_tls_time};
use crate::ffi::connection::time;
use crate::ffi::endpoint::xmpp_tls_endpoint;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{Tag, Tagged, exclusive, peek, shared, shared_free, shared_into_raw, shared_retain};
use crate::ffi::lookup_builder::built;
use crate::ffi::numbered::Numbered;
use crate::ffi::output::{Out, text};
use crate::ffi::verification::xmpp_tls_verification;
use crate::record::{Dnssec, LookupFailure};
use crate::verification::QuestionId;

#[cfg(feature = "lookup")]
use crate::lookup::{Candidate, Finding, Reply};
#[cfg(feature = "lookup")]
use crate::record::Lookup;

/// What a look-up found. Shared: any thread, freed by `xmpp_tls_lookup_reply_free`.
pub struct xmpp_tls_lookup_reply {
    tag: Tag,
    #[cfg(feature = "lookup")]
    reply: Reply,
    /// The addresses of each candidate, as text.
    addresses: Vec<Vec<String>>,
}

/// How a look-up ended.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_lookup_outcome {
    /// There is an answer.
    Found = 1,
    /// The answer is that there is nothing: the domain does not offer the service.
    Absent = 2,
    /// No answer could be had.
    Failed = 3,
    /// It cannot be looked up here.
    NotAsked = 4,
}

impl Tagged for xmpp_tls_lookup_reply {
    const TAG: u32 = 0x7874_6c16;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

/// An outcome without its value: number, DNSSEC state of an absence, failure.
type Outcome = (u32, Option<Dnssec>, Option<LookupFailure>);

#[cfg(feature = "lookup")]
impl xmpp_tls_lookup_reply {
    pub(super) fn into_raw(reply: Reply) -> *const Self {
        let written = |candidate: &Candidate| match &candidate.addresses {
            Lookup::Found(list) => list.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        let addresses = candidates(&reply).iter().map(written).collect();
        shared_into_raw(Self { tag: Tag::new::<Self>(), reply, addresses })
    }

    fn outcome(&self) -> Outcome {
        match &self.reply.finding {
            Finding::Candidates(list) => outcome(list),
            Finding::Gathered(gathered) => outcome(&gathered.candidates),
            Finding::Endpoint(_) => (1, None, None),
            Finding::Answer(answer) => match answer.without_value::<()>() {
                Some(lookup) => outcome(&lookup),
                None => (1, None, None),
            },
        }
    }
}

#[cfg(feature = "lookup")]
fn candidates(reply: &Reply) -> &[Candidate] {
    match &reply.finding {
        Finding::Candidates(Lookup::Found(list)) => list,
        Finding::Gathered(gathered) => match &gathered.candidates {
            Lookup::Found(list) => list,
            _ => &[],
        },
        Finding::Endpoint(candidate) => std::slice::from_ref(candidate),
        _ => &[],
    }
}

#[cfg(feature = "lookup")]
fn outcome<T>(lookup: &Lookup<T>) -> Outcome {
    match lookup {
        Lookup::Found(_) => (1, None, None),
        Lookup::Absent(state) => (2, Some(*state), None),
        Lookup::Failed(failure) => (3, None, Some(*failure)),
        Lookup::NotAsked => (4, None, None),
    }
}

/// Reads a reply; `fallback` also in builds without look-ups, where there is none.
macro_rules! read {
    ($fallback:expr, $reply:ident, $own:ident => $body:expr) => {
        guard::read($fallback, || {
            // SAFETY: the pointer is NULL or a live handle.
            let $own = unsafe { peek($reply) }?;
            #[cfg(feature = "lookup")]
            return $body;
            #[cfg(not(feature = "lookup"))]
            return None;
        })
    };
}

/// Makes another reference. Returns `reply`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_retain(
    reply: *const xmpp_tls_lookup_reply,
) -> *const xmpp_tls_lookup_reply {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(reply) }
}

/// Ends one reference. `reply` may be NULL. Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_free(reply: *const xmpp_tls_lookup_reply) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(reply) }
}

/// Says how the look-up ended: one of `XMPP_TLS_LOOKUP_OUTCOME_…`; 0 for NULL. Of a gathering it is the outcome of the
/// candidates.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_outcome(reply: *const xmpp_tls_lookup_reply) -> u32 {
    read!(0, reply, own => Some(own.outcome().0))
}

/// Gives the name of an outcome, such as `absent`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_lookup_outcome_name(outcome: u32) -> xmpp_tls_str {
    text(match outcome {
        1 => "found",
        2 => "absent",
        3 => "failed",
        4 => "not_asked",
        _ => "unknown",
    })
}

/// Gives the DNSSEC state of an absence: one of `XMPP_TLS_DNSSEC_…`; none for other outcomes.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_dnssec(reply: *const xmpp_tls_lookup_reply) -> u32 {
    read!(0, reply, own => own.outcome().1.map(Numbered::number))
}

/// Gives why a look-up failed: one of `XMPP_TLS_LOOKUP_FAILURE_…`; 0 for other outcomes. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_failure(reply: *const xmpp_tls_lookup_reply) -> u32 {
    read!(0, reply, own => own.outcome().2.map(Numbered::number))
}

/// Says how many candidates there are. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_count(reply: *const xmpp_tls_lookup_reply) -> usize {
    read!(0, reply, own => Some(candidates(&own.reply).len()))
}

/// Gives the endpoint of one candidate, counted from 0.
///
/// `endpoint_out`: owned by the caller, free with `xmpp_tls_endpoint_free`.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_NOT_FOUND`, or `XMPP_TLS_NOT_BUILT`. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_endpoint(
    reply: *const xmpp_tls_lookup_reply,
    index: usize,
    endpoint_out: *mut *const xmpp_tls_endpoint,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let out = unsafe { Out::shared(endpoint_out) }?;
        built! {
            // SAFETY: as above.
            let own = unsafe { shared(reply) }?;
            let found = candidates(&own.reply).get(index);
            let candidate = found.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_FOUND))?;
            out.set(xmpp_tls_endpoint::into_raw(candidate.endpoint.clone()));
            Ok(())
        }
    })
}

/// Says how many addresses one candidate has, counted from 0. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_address_count(
    reply: *const xmpp_tls_lookup_reply,
    index: usize,
) -> usize {
    read!(0, reply, own => Some(own.addresses.get(index)?.len()))
}

/// Gives one address of a candidate as text, both counted from 0, in the order of trying; empty when there is none.
/// Valid until the reply is freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_address(
    reply: *const xmpp_tls_lookup_reply,
    index: usize,
    address: usize,
) -> xmpp_tls_str {
    read!(text(""), reply, own => Some(text(own.addresses.get(index)?.get(address)?)))
}

/// Gives why one candidate has no address: one of `XMPP_TLS_LOOKUP_FAILURE_…`; 0 if it has some, or has none in DNS.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_address_failure(
    reply: *const xmpp_tls_lookup_reply,
    index: usize,
) -> u32 {
    read!(0, reply, own => outcome(&candidates(&own.reply).get(index)?.addresses).2.map(Numbered::number))
}

/// Says whether the resolver leaves DNSSEC out: what looks bogus may only be unsigned on the way, and DANE cannot be
/// used behind it.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_is_resolver_without_dnssec(
    reply: *const xmpp_tls_lookup_reply,
) -> bool {
    read!(false, reply, own => Some(own.reply.resolver_without_dnssec))
}

/// Gives how many DNS questions the look-up sent, those of validation and repetitions included. Threads: shared.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_dns_queries(reply: *const xmpp_tls_lookup_reply) -> u32 {
    read!(0, reply, own => Some(own.reply.effort.dns_queries))
}

/// Gives how many HTTPS requests the look-up sent. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_https_requests(reply: *const xmpp_tls_lookup_reply) -> u32 {
    read!(0, reply, own => Some(own.reply.effort.https_requests))
}

/// Answers one question with what was found.
///
/// `id`: the question's.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_NOT_FOUND` if the reply does not hold this answer,
/// - `XMPP_TLS_INVALID_PARAMETER` if no such question is open, or the answer is to another one,
/// - `XMPP_TLS_NOT_BUILT`.
///
/// Threads: exclusive (the verification). Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_answer(
    reply: *const xmpp_tls_lookup_reply,
    verification: *mut xmpp_tls_verification,
    id: u32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            built! {
                let own = shared(reply)?;
                exclusive(verification.cast_const(), |verification| {
                    let question = verification.open_questions().find(|question| question.id == QuestionId(id));
                    let kind = crate::ffi::input::number(question)?.kind.clone();
                    let answer = own.reply.answer(&kind);
                    let answer = answer.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_FOUND))?;
                    verification.answer(QuestionId(id), answer).map_err(|error| {
                        Failure::new(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER, error.to_string())
                    })
                })
            }
        })
    }
}

/// Answers every open question of a verification that a gathering holds the answer to, those that follow from answers
/// too. Others stay open.
///
/// `now`: what the evidence so far is worth depends on it.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_BUILT`. Threads: exclusive (the verification). Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_lookup_reply_answer_all(
    reply: *const xmpp_tls_lookup_reply,
    verification: *mut xmpp_tls_verification,
    now: *const xmpp_tls_time,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            built! {
                let (own, now) = (shared(reply)?, time(now)?);
                exclusive(verification.cast_const(), |verification| {
                    own.reply.answer_all(verification, now.unix_seconds);
                    Ok(())
                })
            }
        })
    }
}
