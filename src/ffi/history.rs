//! Observations: what changed since a domain was seen last.
//!
//! RFC 7590 §3.6 asks that people be warned when the certificate of a server changes. The library keeps no history:
//! it compares a verdict with what the host stored, says how loudly to speak, and gives the host what to store from
//! now on. A routine renewal is quiet; a new key from the same issuer is a note; another issuer is a warning; a peer
//! that was authenticated and is not any more is an alarm. An observation never changes a verdict.

use crate::ffi::basics::{xmpp_tls_result, xmpp_tls_str, xmpp_tls_time};
use crate::ffi::connection::time;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{Tag, Tagged, peek, shared, shared_free, shared_into_raw};
use crate::ffi::input;
use crate::ffi::numbered::{self, Numbered};
use crate::ffi::output::{Out, text};
use crate::ffi::verdict::xmpp_tls_verdict;
use crate::verification::{Change, History, Loudness, Observation, observe};

/// What was observed. Shared: any thread, freed by `xmpp_tls_observation_free`.
pub struct xmpp_tls_observation {
    tag: Tag,
    observation: Observation,
    to_store: String,
}

/// What changed.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_change {
    /// The domain was never seen before.
    FirstSeen = 1,
    /// Nothing that matters.
    Same = 2,
    /// Another certificate for the same key.
    RenewedSameKey = 3,
    /// Another key, certified by the same issuer.
    NewKeySameIssuer = 4,
    /// Another key and another issuer.
    NewIssuer = 5,
    /// The peer was authenticated before and is not now.
    WorseVerdict = 6,
}

/// How loudly to say it.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_loudness {
    /// For the log.
    Info = 1,
    /// A person should look.
    Warning = 2,
    /// A person must look.
    Alarm = 3,
}

impl Tagged for xmpp_tls_observation {
    const TAG: u32 = 0x7874_6f10;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

/// Compares a verdict with what was seen of its domain before.
///
/// `history`: the JSON that the last observation gave to be stored; empty when there never was one. Copied.
/// `observation_out`: owned by the caller, free with `xmpp_tls_observation_free`.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_MALFORMED_DOCUMENT` if the history is damaged or of another domain or service: never treat it as an
///   empty one, and never overwrite it unseen,
/// - `XMPP_TLS_NOT_AVAILABLE` if the peer presented no certificate.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_observe(
    verdict: *const xmpp_tls_verdict,
    history: *const u8,
    history_len: usize,
    now: *const xmpp_tls_time,
    observation_out: *mut *const xmpp_tls_observation,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (out, now) = (Out::shared(observation_out)?, time(now)?);
            let verdict = shared(verdict)?.verdict();
            let json = input::bytes(history, history_len)?;
            let previous = if json.is_empty() {
                History::new(verdict.domain().clone(), verdict.service())
            } else {
                History::from_json(json, verdict.domain(), verdict.service()).map_err(|error| {
                    Failure::new(xmpp_tls_result::XMPP_TLS_MALFORMED_DOCUMENT, error.to_string())
                })?
            };
            let observation = observe(&previous, verdict, now.unix_seconds)
                .ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_AVAILABLE))?;
            let to_store = observation.to_store.as_ref().map(History::to_json).unwrap_or_default();
            let tag = Tag::new::<xmpp_tls_observation>();
            out.set(shared_into_raw(xmpp_tls_observation { tag, observation, to_store }));
            Ok(())
        })
    }
}

/// Gives what changed: one of `XMPP_TLS_CHANGE_…`. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_observation_change(observation: *const xmpp_tls_observation) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(observation) }?.observation.change.number()))
}

/// Gives the name of what changed, such as `new_issuer`. Static text. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_observation_change_name(
    observation: *const xmpp_tls_observation,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || Some(text(unsafe { peek(observation) }?.observation.change.name())))
}

/// Gives the name of a change, such as `new_issuer`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_change_name(change: u32) -> xmpp_tls_str {
    numbered::word::<Change>(change)
}

/// Gives how loudly to say it: one of `XMPP_TLS_LOUDNESS_…`. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_observation_loudness(observation: *const xmpp_tls_observation) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(0, || Some(unsafe { peek(observation) }?.observation.loudness.number()))
}

/// Gives the name of a loudness, such as `warning`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_loudness_name(loudness: u32) -> xmpp_tls_str {
    numbered::word::<Loudness>(loudness)
}

/// Gives the history to store from now on, as JSON; empty when there is nothing to store, as after a resumed
/// session. Valid until the observation is freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_observation_to_store(
    observation: *const xmpp_tls_observation,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || Some(text(&unsafe { peek(observation) }?.to_store)))
}

/// Frees an observation. `observation` may be NULL. Threads: any, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_observation_free(observation: *const xmpp_tls_observation) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(observation) }
}
