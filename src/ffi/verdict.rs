//! Verdicts: who the peer is, by which proof, and every reason found on the way.
//!
//! A verdict is about one domain, service and direction, and says nothing about any other pair on the same
//! stream (RFC 7712 §4). It never changes: judging again makes another one.
//!
//! Its level is one of four, and only the first means that the peer is authenticated:
//! `XMPP_TLS_LEVEL_AUTHENTICATED` (a certificate proof), `XMPP_TLS_LEVEL_WEAK` (dialback),
//! `XMPP_TLS_LEVEL_ENCRYPTED_ONLY` (TLS is up, nobody is known), `XMPP_TLS_LEVEL_REFUSED`. Whether a level is
//! enough is the policy's: ask `xmpp_tls_verdict_is_permitted`.
//!
//! *Reasons* say why proofs failed or the peer was refused, *notes* explain without deciding. Both are numbers
//! with data; their texts and the JSON form carry the data. Untrusted text is escaped in both. Numbers are
//! never reused, and every number has a name, a message and a clause, unknown ones too.

use std::sync::OnceLock;

use crate::ffi::basics::xmpp_tls_str;
use crate::ffi::guard;
use crate::ffi::handle::{Tag, Tagged, peek, shared_free, shared_into_raw, shared_retain};
use crate::ffi::numbered::{self, Numbered};
use crate::ffi::output::text;
use crate::name::{Direction, Service};
use crate::numbers::{note_facts, reason_facts};
use crate::verdict::{Level, Method, Possession, Verdict};

/// A verdict. Shared: any thread, freed by `xmpp_tls_verdict_free`.
pub struct xmpp_tls_verdict {
    tag: Tag,
    verdict: Verdict,
    json: OnceLock<String>,
    summary: OnceLock<String>,
    name: OnceLock<String>,
    reasons: OnceLock<Vec<String>>,
    notes: OnceLock<Vec<String>>,
}

/// How surely the peer is known.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_level {
    /// A certificate proof succeeded.
    Authenticated = 1,
    /// A dialback answer alone: as good as the DNS it went through.
    Weak = 2,
    /// TLS is up, and nobody is authenticated.
    EncryptedOnly = 3,
    /// The peer must not be talked to.
    Refused = 4,
}

/// By which proof the peer is known.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_method {
    /// By none.
    None = 0,
    /// A certification authority's certificate (RFC 5280, RFC 9525).
    Pkix = 1,
    /// PKIX, and an authority that PKIX-TA records name (RFC 7671 §5.4).
    PkixTa = 2,
    /// PKIX, and a certificate that PKIX-EE records name (RFC 7671 §5.3).
    PkixEe = 3,
    /// An authority that DANE-TA records name (RFC 7671 §5.2).
    DaneTa = 4,
    /// A certificate that DANE-EE records name (RFC 7671 §5.1).
    DaneEe = 5,
    /// A POSH fingerprint (RFC 7711).
    Posh = 6,
    /// The operator's word for this certificate.
    Exception = 7,
    /// A dialback answer (XEP-0220).
    Dialback = 8,
    /// A dialback answer over a way that DNSSEC protects.
    DialbackDnssec = 9,
}

/// Which XMPP service.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_service {
    /// Client to server.
    C2s = 1,
    /// Server to server.
    S2s = 2,
}

/// Which end of a stream we are (RFC 6120 §1.4).
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_direction {
    /// We opened the connection.
    Initiating = 1,
    /// We accepted it.
    Receiving = 2,
}

impl Tagged for xmpp_tls_verdict {
    const TAG: u32 = 0x7874_760b;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl xmpp_tls_verdict {
    pub(super) fn into_raw(verdict: Verdict) -> *const Self {
        shared_into_raw(Self {
            tag: Tag::new::<Self>(),
            verdict,
            json: OnceLock::new(),
            summary: OnceLock::new(),
            name: OnceLock::new(),
            reasons: OnceLock::new(),
            notes: OnceLock::new(),
        })
    }

    pub(super) fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    fn reference_identity(&self) -> &str {
        let found = || self.verdict.name().map(|own| own.reference.to_string()).unwrap_or_default();
        self.name.get_or_init(found)
    }

    fn reasons(&self) -> &[String] {
        self.reasons.get_or_init(|| self.verdict.reasons().map(ToString::to_string).collect())
    }

    fn notes(&self) -> &[String] {
        self.notes.get_or_init(|| self.verdict.notes().iter().map(ToString::to_string).collect())
    }
}

/// Makes another reference. Returns `verdict`, or NULL for NULL. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_retain(
    verdict: *const xmpp_tls_verdict,
) -> *const xmpp_tls_verdict {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { shared_retain(verdict) }
}

/// Ends one reference. `verdict` may be NULL. Threads: any, once per reference. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_free(verdict: *const xmpp_tls_verdict) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(verdict) }
}

/// # Safety
/// `verdict` is NULL or a live handle.
unsafe fn read<T>(
    verdict: *const xmpp_tls_verdict,
    fallback: T,
    body: impl FnOnce(&'static xmpp_tls_verdict) -> Option<T>,
) -> T {
    // SAFETY: as promised by the caller; what is read lives as long as the handle.
    guard::read(fallback, || body(unsafe { peek(verdict) }?))
}

/// Says whether the level is enough for the policy that the verdict was made by; false for NULL.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_is_permitted(verdict: *const xmpp_tls_verdict) -> bool {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, false, |own| Some(own.verdict.is_permitted())) }
}

/// Gives the level: one of `XMPP_TLS_LEVEL_…`; refused for NULL. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_level(verdict: *const xmpp_tls_verdict) -> xmpp_tls_level {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, xmpp_tls_level::Refused, |own| Some(own.verdict.level().constant())) }
}

/// Gives the name of a level, such as `authenticated`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_level_name(level: u32) -> xmpp_tls_str {
    numbered::word::<Level>(level)
}

/// Gives the proof that succeeded: one of `XMPP_TLS_METHOD_…`. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_method(verdict: *const xmpp_tls_verdict) -> xmpp_tls_method {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, xmpp_tls_method::None, |own| own.verdict.method().map(Numbered::constant)) }
}

/// Gives the name of a method, such as `dane-ee`; `none` for 0, `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_method_name(method: u32) -> xmpp_tls_str {
    if method == 0 { text("none") } else { numbered::word::<Method>(method) }
}

/// Gives the domain that was judged, as A-labels. Valid until the verdict is freed. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_domain(verdict: *const xmpp_tls_verdict) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, text(""), |own| Some(text(own.verdict.domain().as_ascii()))) }
}

/// Gives the service: one of `XMPP_TLS_SERVICE_…`. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_service(verdict: *const xmpp_tls_verdict) -> xmpp_tls_service {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, xmpp_tls_service::S2s, |own| Some(own.verdict.service().constant())) }
}

/// Gives the name of a service, such as `s2s`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_service_name(service: u32) -> xmpp_tls_str {
    numbered::word::<Service>(service)
}

/// Gives our end of the stream: one of `XMPP_TLS_DIRECTION_…`. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_direction(verdict: *const xmpp_tls_verdict) -> xmpp_tls_direction {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, xmpp_tls_direction::Receiving, |own| Some(own.verdict.direction().constant())) }
}

/// Gives the name of an end of a stream, such as `receiving`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_direction_name(direction: u32) -> xmpp_tls_str {
    numbered::word::<Direction>(direction)
}

/// Gives the reference identity that was matched (RFC 9525 §6.6); empty when none was, as with DANE-EE. Valid
/// until the verdict is freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_reference_identity(
    verdict: *const xmpp_tls_verdict,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, text(""), |own| Some(text(own.reference_identity()))) }
}

/// Gives the identifier of the certificate that proved it, such as a wildcard; empty when none did. Untrusted
/// text. Valid until the verdict is freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_presented_as(verdict: *const xmpp_tls_verdict) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, text(""), |own| Some(text(&own.verdict.name()?.presented.text))) }
}

/// Says whether a handshake showed that the peer holds the key; false for a verdict on a chain alone.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_is_possession_shown(verdict: *const xmpp_tls_verdict) -> bool {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, false, |own| Some(own.verdict.possession() == Possession::Shown)) }
}

/// Gives when it was judged, in seconds since 1970 UTC. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_judged_at(verdict: *const xmpp_tls_verdict) -> i64 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, 0, |own| Some(own.verdict.judged_at())) }
}

/// Gives until when the evidence holds, in seconds since 1970 UTC, inclusive: judge again then (RFC 6120
/// §13.7.2.3). `INT64_MAX` when nothing ends.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_valid_until(verdict: *const xmpp_tls_verdict) -> i64 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, i64::MAX, |own| own.verdict.valid_until()) }
}

/// Says how many reasons there are; an authenticated peer can have some, from proofs that failed before one
/// succeeded.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_reason_count(verdict: *const xmpp_tls_verdict) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, 0, |own| Some(own.verdict.reasons().count())) }
}

/// Gives one reason, counted from 0: a number of `xmpp_tls_reason`; 0 when there is none at `index`.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_reason(verdict: *const xmpp_tls_verdict, index: usize) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, 0, |own| Some(own.verdict.reasons().nth(index)?.code().number())) }
}

/// Gives one reason as a line for people, with its data. Valid until the verdict is freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_reason_text(
    verdict: *const xmpp_tls_verdict,
    index: usize,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, text(""), |own| own.reasons().get(index).map(|line| text(line))) }
}

/// Says how many notes there are. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_note_count(verdict: *const xmpp_tls_verdict) -> usize {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, 0, |own| Some(own.verdict.notes().len())) }
}

/// Gives one note, counted from 0: a number of `xmpp_tls_note`; 0 when there is none at `index`.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_note(verdict: *const xmpp_tls_verdict, index: usize) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, 0, |own| Some(own.verdict.notes().get(index)?.code().number())) }
}

/// Gives one note as a line for people. Valid until the verdict is freed. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_note_text(
    verdict: *const xmpp_tls_verdict,
    index: usize,
) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, text(""), |own| own.notes().get(index).map(|line| text(line))) }
}

/// Gives the verdict as one line for people and logs. Valid until the verdict is freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_summary(verdict: *const xmpp_tls_verdict) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, text(""), |own| Some(text(own.summary.get_or_init(|| own.verdict.to_string())))) }
}

/// Gives the verdict as JSON: everything, the trail of attempts with their evidence included. Its schema is
/// `docs/schema/verdict.json`. Valid until the verdict is freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verdict_json(verdict: *const xmpp_tls_verdict) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    unsafe { read(verdict, text(""), |own| Some(text(own.json.get_or_init(|| own.verdict.to_json())))) }
}

/// Gives the name of a reason, such as `name_mismatch`. Static text, for every number. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_reason_name(reason: u32) -> xmpp_tls_str {
    text(reason_facts(reason).word)
}

/// Gives a short sentence about a reason. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_reason_message(reason: u32) -> xmpp_tls_str {
    text(reason_facts(reason).message)
}

/// Gives the clause behind a reason, such as `RFC 9525 §6`. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_reason_clause(reason: u32) -> xmpp_tls_str {
    text(reason_facts(reason).clause)
}

/// Gives the name of a note, such as `posh_mismatch`. Static text, for every number. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_note_name(note: u32) -> xmpp_tls_str {
    text(note_facts(note).word)
}

/// Gives a short sentence about a note. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_note_message(note: u32) -> xmpp_tls_str {
    text(note_facts(note).message)
}

/// Gives the clause behind a note. Static text. Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_note_clause(note: u32) -> xmpp_tls_str {
    text(note_facts(note).clause)
}
