//! Verifications: from evidence to a verdict, by question and answer.
//!
//! A verification is about one domain, service and direction. It says what it needs to be told –
//! *questions* – and the host finds the answers, by its own resolver and HTTPS client or by the library's
//! look-ups. Any question may be left open, or answered "absent", "failed" or "not asked", kinds that the host
//! does not know too. A missing answer never makes a better verdict than the answer would.
//!
//! Made before the handshake (`xmpp_tls_verification_new`) it gathers evidence ahead; handed to
//! `xmpp_tls_connection_set_verification` it refuses inside the handshake. Made from a connection
//! (`xmpp_tls_connection_verification`) or from a chain alone (`xmpp_tls_verification_new_chain`) it judges what
//! was presented. It may live on another thread than the connection, and outlive it.
//!
//! ```text
//!   while xmpp_tls_verification_next_question gives one:  look it up, xmpp_tls_verification_answer_…
//!   xmpp_tls_verification_decide  ──▶  verdict  ──▶  xmpp_tls_connection_conclude
//! ```

use std::os::raw::c_char;

use crate::certificate::{Chain, hexadecimal};
use crate::ffi::basics::{xmpp_tls_bytes, xmpp_tls_result, xmpp_tls_str, xmpp_tls_time};
use crate::ffi::certificate::{malformed, xmpp_tls_certificate};
use crate::ffi::connection::{set, time, xmpp_tls_connection};
use crate::ffi::endpoint::xmpp_tls_endpoint;
use crate::ffi::error::xmpp_tls_error;
use crate::ffi::guard::{self, Failure};
use crate::ffi::handle::{
    Exclusive, Guarded, Tag, Tagged, exclusive, exclusive_free, exclusive_into_raw, peek, shared,
    shared_free, shared_into_raw,
};
use crate::ffi::input;
use crate::ffi::numbered::{self, from_number};
use crate::ffi::output::{Out, text};
use crate::ffi::policy::xmpp_tls_policy;
use crate::ffi::verdict::xmpp_tls_verdict;
use crate::limits::{CHAIN_CERTIFICATES, SRV_TARGETS, TLSA_RECORDS_READ};
use crate::name::Endpoint;
use crate::record::{LookupFailure, PoshDocument, PoshEvidence, TlsaSet};
use crate::verification::{
    Answer, AnswerError, DialbackAnswer, DialbackPair, History, Question, QuestionId, QuestionKind, Request,
    Verification,
};

/// A verification. Exclusive; freed by `xmpp_tls_verification_free`.
pub struct xmpp_tls_verification(Guarded<Verification>);

/// A question of a verification. Shared; freed by `xmpp_tls_question_free`.
pub struct xmpp_tls_question {
    tag: Tag,
    question: Question,
    name: String,
}

/// What is asked. Unknown numbers of later versions can be answered "not asked".
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_question_type {
    /// The TLSA records of the owner name (RFC 6698).
    Tlsa = 1,
    /// The POSH document at the URL (RFC 7711).
    Posh = 2,
    /// The SRV targets of the domain, with the DNSSEC states of SRV and addresses (RFC 7673).
    Srv = 3,
    /// What was seen of the domain before: the JSON that the host stored.
    History = 4,
    /// Revocation lists at URLs.
    RevocationLists = 5,
    /// Whether the operator knows the user of this certificate (RFC 6120 §13.7.2.2.1).
    UserMapping = 6,
    /// What the authoritative server says of a dialback key (XEP-0220).
    Dialback = 7,
}

/// Why there is no answer.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum xmpp_tls_lookup_failure {
    /// The answer was forged or wrongly signed.
    Bogus = 1,
    /// The resolver or server answered with an error.
    Server = 2,
    /// No answer came in time.
    Timeout = 3,
    /// The HTTPS server's certificate did not prove its name.
    HttpsUnverified = 4,
    /// The answer was over a limit or not of the expected form.
    Malformed = 5,
    /// An address or URL that must not be contacted.
    Forbidden = 6,
    /// Any other failure of the transport.
    Unreachable = 7,
}

impl Tagged for xmpp_tls_verification {
    const TAG: u32 = 0x7874_760d;

    fn tag(&self) -> &Tag {
        self.0.tag()
    }
}

impl Exclusive for xmpp_tls_verification {
    type Value = Verification;

    fn guarded(&self) -> &Guarded<Verification> {
        &self.0
    }
}

impl Tagged for xmpp_tls_question {
    const TAG: u32 = 0x7874_710e;

    fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl xmpp_tls_verification {
    fn into_raw(verification: Verification) -> *mut Self {
        exclusive_into_raw(Self(Guarded::new::<Self>(verification)))
    }
}

#[cfg(feature = "lookup")]
impl xmpp_tls_question {
    pub(super) fn question(&self) -> &Question {
        &self.question
    }
}

/// # Safety
/// The pointers are as the header demands.
unsafe fn request(
    domain: *const c_char,
    domain_len: usize,
    direction: u32,
    policy: *const xmpp_tls_policy,
    endpoint: *const xmpp_tls_endpoint,
) -> Result<Request, Failure> {
    // SAFETY: as promised by the caller.
    let (domain, policy) = unsafe { (input::domain(domain, domain_len)?, shared(policy)?.policy().clone()) };
    let direction = from_number(direction)?;
    // SAFETY: as promised by the caller.
    let endpoint = unsafe { optional_endpoint(endpoint) }?;
    Ok(Request { domain, service: policy.service(), direction, endpoint, policy })
}

/// # Safety
/// `endpoint` is NULL or a live handle.
unsafe fn optional_endpoint(endpoint: *const xmpp_tls_endpoint) -> Result<Option<Endpoint>, Failure> {
    if endpoint.is_null() {
        Ok(None)
    } else {
        // SAFETY: as promised by the caller.
        unsafe { shared(endpoint) }.map(|own| Some(own.endpoint().clone()))
    }
}

/// Starts a verification before the handshake, to gather evidence ahead.
///
/// The service is the policy's. `domain`: whom the peer shall be; copied. `direction`: one of
/// `XMPP_TLS_DIRECTION_…`. `policy`: retained. `endpoint`: where the connection will go; NULL if that is not known, no
/// DANE is possible then. `verification_out`: owned by the caller, free with `xmpp_tls_verification_free`.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_INVALID_PARAMETER`.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_new(
    domain: *const c_char,
    domain_len: usize,
    direction: u32,
    policy: *const xmpp_tls_policy,
    endpoint: *const xmpp_tls_endpoint,
    verification_out: *mut *mut xmpp_tls_verification,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::handle(verification_out)?;
            let request = request(domain, domain_len, direction, policy, endpoint)?;
            out.set(xmpp_tls_verification::into_raw(Verification::prepare(request)));
            Ok(())
        })
    }
}

/// Starts a verification of a chain alone. The verdict says that possession of the key was not shown.
///
/// `chain`: `count` certificates, the end entity's first; retained. The rest as in `xmpp_tls_verification_new`.
///
/// Returns as there, or `XMPP_TLS_NO_CERTIFICATE` if `count` is 0, `XMPP_TLS_LIMIT_EXCEEDED` if it is more than 10.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_new_chain(
    chain: *const *const xmpp_tls_certificate,
    count: usize,
    domain: *const c_char,
    domain_len: usize,
    direction: u32,
    policy: *const xmpp_tls_policy,
    endpoint: *const xmpp_tls_endpoint,
    verification_out: *mut *mut xmpp_tls_verification,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::handle(verification_out)?;
            if count == 0 {
                return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NO_CERTIFICATE));
            }
            if count > CHAIN_CERTIFICATES {
                return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_LIMIT_EXCEEDED));
            }
            let certificates = input::handles(chain, count, CHAIN_CERTIFICATES)?;
            let chain =
                Chain::parse(certificates.iter().map(|own| own.certificate().der())).map_err(malformed)?;
            let request = request(domain, domain_len, direction, policy, endpoint)?;
            out.set(xmpp_tls_verification::into_raw(Verification::of_chain(request, chain)));
            Ok(())
        })
    }
}

/// Starts a verification of the peer of a connection, from what it presented. Any number may be made: for other
/// domains on the same stream, by another policy, or again later (RFC 7712 §4.4).
///
/// `domain`: whom the peer shall be; copied. `policy`: NULL for the connection's. `endpoint`: where the connection
/// went; may be NULL. `verification_out`: owned by the caller, free with `xmpp_tls_verification_free`; it needs the
/// connection no more.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_INVALID_DOMAIN`, or `XMPP_TLS_WRONG_PHASE` before the handshake is done and after
/// a failure.
///
/// Threads: exclusive (the connection). Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_verification(
    connection: *const xmpp_tls_connection,
    domain: *const c_char,
    domain_len: usize,
    policy: *const xmpp_tls_policy,
    endpoint: *const xmpp_tls_endpoint,
    verification_out: *mut *mut xmpp_tls_verification,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let out = Out::handle(verification_out)?;
            let domain = input::domain(domain, domain_len)?;
            let policy = if policy.is_null() { None } else { Some(shared(policy)?.policy().clone()) };
            let endpoint = optional_endpoint(endpoint)?;
            let verification = exclusive(connection, |held| {
                held.connection.verification(domain, endpoint, policy).map_err(conclude_failure)
            })?;
            out.set(xmpp_tls_verification::into_raw(verification));
            Ok(())
        })
    }
}

fn conclude_failure(error: crate::connection::ConcludeError) -> Failure {
    use crate::connection::ConcludeError;
    let code = match error {
        ConcludeError::Foreign => xmpp_tls_result::XMPP_TLS_FOREIGN_VERDICT,
        ConcludeError::TooMany => xmpp_tls_result::XMPP_TLS_LIMIT_EXCEEDED,
        _ => xmpp_tls_result::XMPP_TLS_WRONG_PHASE,
    };
    Failure::new(code, error.to_string())
}

/// Gives a verdict to its connection. While the library keeps the gate, a verdict that the policy permits opens
/// it, and any other ends the connection.
///
/// `verdict`: retained.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_FOREIGN_VERDICT` if it was made for another connection, or for none,
/// - `XMPP_TLS_WRONG_PHASE` before the handshake is done and after a failure,
/// - `XMPP_TLS_LIMIT_EXCEEDED` if there are verdicts about 64 domains already.
///
/// Threads: exclusive (the connection). Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_conclude(
    connection: *mut xmpp_tls_connection,
    now: *const xmpp_tls_time,
    verdict: *const xmpp_tls_verdict,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (now, verdict) = (time(now)?, shared(verdict)?.verdict().clone());
            exclusive(connection, |held| held.connection.conclude(now, verdict).map_err(conclude_failure))
        })
    }
}

/// Gives the latest verdict about a domain.
///
/// `domain`: empty: the domain that is meant, or the first that was judged. `verdict_out`: owned by the caller, free
/// with `xmpp_tls_verdict_free`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_FOUND`. Threads: exclusive (the connection). Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_verdict(
    connection: *const xmpp_tls_connection,
    domain: *const c_char,
    domain_len: usize,
    verdict_out: *mut *const xmpp_tls_verdict,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let (out, domain) =
            unsafe { (Out::shared(verdict_out)?, input::optional_domain(domain, domain_len)?) };
        // SAFETY: as above.
        let verdict = unsafe {
            exclusive(connection, |held| {
                let found = held.connection.verdict(domain.as_ref()).cloned();
                found.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_FOUND))
            })
        }?;
        out.set(xmpp_tls_verdict::into_raw(verdict));
        Ok(())
    })
}

/// Hands over a verification whose evidence was gathered before: the peer is judged by it inside the
/// handshake, and a refusal is an alert that leaves before our certificate does (initiating).
///
/// `verification`: its present answers are copied; it may be freed or answered further afterwards, without
/// effect here.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_WRONG_PHASE`, or `XMPP_TLS_CONTRADICTION` if it is about another domain, service
/// or direction.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_connection_set_verification(
    connection: *mut xmpp_tls_connection,
    verification: *mut xmpp_tls_verification,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        set(connection, error_out, |connection| {
            let prepared = exclusive(verification, |verification| Ok(verification.prepared()))?;
            Ok(connection.set_verification(prepared))
        })
    }
}

/// Frees a verification. `verification` may be NULL. Threads: exclusive, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_free(verification: *mut xmpp_tls_verification) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { exclusive_free(verification) }
}

/// Also asks what was seen of the domain before, for `xmpp_tls_verdict_observe`. It changes no verdict
/// (RFC 7590 §3.6 asks for a warning, not for a refusal).
///
/// Returns `XMPP_TLS_OK`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_ask_history(
    verification: *mut xmpp_tls_verification,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointer is as the header demands.
        unsafe {
            exclusive(verification, |own| {
                own.ask_history();
                Ok(())
            })
        }
    })
}

/// Lets dialback count, if the policy does: asks about this pair and stream when no certificate proves the peer
/// (XEP-0220).
///
/// `originating`: the domain whose key it is, the peer's. `receiving`: our domain. `stream_id`: of the stream that the
/// key came on. All copied.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_DOMAIN`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_ask_dialback(
    verification: *mut xmpp_tls_verification,
    originating: *const c_char,
    originating_len: usize,
    receiving: *const c_char,
    receiving_len: usize,
    stream_id: *const c_char,
    stream_id_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let pair = DialbackPair {
                originating: input::domain(originating, originating_len)?,
                receiving: input::domain(receiving, receiving_len)?,
                stream_id: input::text(stream_id, stream_id_len)?.into(),
            };
            exclusive(verification, |own| {
                own.ask_dialback(pair);
                Ok(())
            })
        })
    }
}

/// Gives the next question that was not given yet. Answers may make further ones: ask until there is none.
///
/// `now`: what the evidence so far is worth depends on it. `question_out`: owned by the caller, free with
/// `xmpp_tls_question_free`.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_NOT_YET` when there is none now. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_next_question(
    verification: *mut xmpp_tls_verification,
    now: *const xmpp_tls_time,
    question_out: *mut *const xmpp_tls_question,
) -> xmpp_tls_result {
    guard::result(|| {
        // SAFETY: the pointers are as the header demands.
        let (out, now) = unsafe { (Out::shared(question_out)?, time(now)?) };
        // SAFETY: as above.
        let question = unsafe { exclusive(verification, |own| Ok(own.next_question(now.unix_seconds))) }?;
        let question = question.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NOT_YET))?;
        let name = asked(&question.kind);
        out.set(shared_into_raw(xmpp_tls_question { tag: Tag::new::<xmpp_tls_question>(), question, name }));
        Ok(())
    })
}

fn asked(kind: &QuestionKind) -> String {
    match kind {
        QuestionKind::Tlsa { owner } => owner.to_string(),
        QuestionKind::Posh { url, .. } => url.as_str().to_owned(),
        QuestionKind::SrvAndAddresses { domain } | QuestionKind::History { domain, .. } => domain.to_string(),
        QuestionKind::RevocationLists { urls } => urls.join("\n"),
        QuestionKind::UserMapping { certificate, .. } => hexadecimal(certificate),
        QuestionKind::Dialback { originating, .. } => originating.to_string(),
    }
}

/// Gives the number that names a question within its verification. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_question_id(question: *const xmpp_tls_question) -> u32 {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(u32::MAX, || Some(unsafe { peek(question) }?.question.id.0))
}

/// Gives what is asked: one of `XMPP_TLS_QUESTION_TYPE_…`. Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_question_kind(question: *const xmpp_tls_question) -> u32 {
    guard::read(0, || {
        // SAFETY: the pointer is NULL or a live handle.
        let kind = match unsafe { peek(question) }?.question.kind {
            QuestionKind::Tlsa { .. } => xmpp_tls_question_type::Tlsa,
            QuestionKind::Posh { .. } => xmpp_tls_question_type::Posh,
            QuestionKind::SrvAndAddresses { .. } => xmpp_tls_question_type::Srv,
            QuestionKind::History { .. } => xmpp_tls_question_type::History,
            QuestionKind::RevocationLists { .. } => xmpp_tls_question_type::RevocationLists,
            QuestionKind::UserMapping { .. } => xmpp_tls_question_type::UserMapping,
            QuestionKind::Dialback { .. } => xmpp_tls_question_type::Dialback,
        };
        #[expect(clippy::as_conversions, reason = "the discriminant of a repr(u32) enum is its number")]
        Some(kind as u32)
    })
}

/// Gives the name of a kind of question, such as `tlsa`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_question_kind_name(kind: u32) -> xmpp_tls_str {
    text(match kind {
        1 => "tlsa",
        2 => "posh",
        3 => "srv",
        4 => "history",
        5 => "revocation_lists",
        6 => "user_mapping",
        7 => "dialback",
        _ => "unknown",
    })
}

/// Gives the name of a failure, such as `timeout`; `unknown` for a number without one. Static text.
///
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn xmpp_tls_lookup_failure_name(failure: u32) -> xmpp_tls_str {
    numbered::word::<LookupFailure>(failure)
}

/// Gives what exactly is asked: the owner name with its final dot (TLSA), the URL (POSH), the domain (SRV, history,
/// dialback: the authoritative one), URLs one a line (revocation lists, untrusted), the SHA-256 of the certificate in
/// hex (user mapping). Valid until the question is freed.
///
/// Threads: shared. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_question_name(question: *const xmpp_tls_question) -> xmpp_tls_str {
    // SAFETY: the pointer is NULL or a live handle.
    guard::read(text(""), || Some(text(&unsafe { peek(question) }?.name)))
}

/// Frees a question. `question` may be NULL. Threads: any, once. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_question_free(question: *const xmpp_tls_question) {
    // SAFETY: the pointer is NULL or a live handle that the caller gives up.
    unsafe { shared_free(question) }
}

fn answer_failure(error: AnswerError) -> Failure {
    Failure::new(xmpp_tls_result::XMPP_TLS_INVALID_PARAMETER, error.to_string())
}

/// # Safety
/// The pointers are as the header demands.
unsafe fn answer(
    verification: *mut xmpp_tls_verification,
    id: u32,
    error_out: *mut *mut xmpp_tls_error,
    make: impl FnOnce(&Question) -> Result<Answer, Failure>,
) -> xmpp_tls_result {
    // SAFETY: as promised by the caller.
    unsafe {
        guard::call(error_out, || {
            exclusive(verification, |own| {
                let id = QuestionId(id);
                let question = own.open_questions().find(|question| question.id == id).cloned();
                let question = question.ok_or_else(|| answer_failure(AnswerError::NoSuchQuestion))?;
                own.answer(id, make(&question)?).map_err(answer_failure)
            })
        })
    }
}

/// Answers that there is nothing: NXDOMAIN or NODATA in this DNSSEC state, HTTP 404 or 410. Fits every question.
///
/// `id`: the question's. `dnssec`: one of `XMPP_TLS_DNSSEC_…` but none; insecure where DNS plays no part.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER` if no such question is open.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_answer_absent(
    verification: *mut xmpp_tls_verification,
    id: u32,
    dnssec: u32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { answer(verification, id, error_out, |_| Ok(Answer::Absent(from_number(dnssec)?))) }
}

/// Answers that no answer could be had, which is not the answer "no". Fits every question.
///
/// `failure`: one of `XMPP_TLS_LOOKUP_FAILURE_…`.
///
/// Returns as `xmpp_tls_verification_answer_absent`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_answer_failed(
    verification: *mut xmpp_tls_verification,
    id: u32,
    failure: u32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { answer(verification, id, error_out, |_| Ok(Answer::Failed(from_number(failure)?))) }
}

/// Answers that the host cannot ask this, or chose not to. Fits every question, unknown kinds too.
///
/// Returns as `xmpp_tls_verification_answer_absent`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_answer_not_asked(
    verification: *mut xmpp_tls_verification,
    id: u32,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe { answer(verification, id, error_out, |_| Ok(Answer::NotAsked)) }
}

/// Answers a question for TLSA records.
///
/// `dnssec`: the state of the whole answer, its CNAMEs included. `rdata`: the RDATA of `count` records (RFC 6698
/// §2.1), copied; malformed records are kept as unusable, with the reason. `valid_until`: when the answer's TTL ends,
/// in seconds since 1970 UTC; 0 if that is not known.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER` if no question for TLSA records is open under `id`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_answer_tlsa(
    verification: *mut xmpp_tls_verification,
    id: u32,
    dnssec: u32,
    rdata: *const xmpp_tls_bytes,
    count: usize,
    valid_until: i64,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        answer(verification, id, error_out, |question| {
            let QuestionKind::Tlsa { owner } = &question.kind else {
                return Err(answer_failure(AnswerError::OtherKind));
            };
            let records = input::byte_strings(rdata, count, TLSA_RECORDS_READ)?;
            let until = (valid_until != 0).then_some(valid_until);
            let records = records.iter().map(Vec::as_slice);
            Ok(Answer::Tlsa(TlsaSet::new(owner.clone(), from_number(dnssec)?, until, records)))
        })
    }
}

/// Answers a question for a POSH document.
///
/// If the document at the URL is a reference, fetch what it points at and give both; a second reference is refused
/// (RFC 7711 §3.2).
///
/// `document`: the JSON at the URL that was asked for; copied. `referred`: the JSON at the reference's target; empty
/// if there was none. `https_verified`: whether every hop was HTTPS and each server's certificate proved its host
/// (RFC 7711 §10); without that the documents are worth nothing. `fetched_at`: in seconds since 1970 UTC.
///
/// Returns `XMPP_TLS_OK`, or
/// - `XMPP_TLS_MALFORMED_DOCUMENT` if a document is not valid: answer "failed, malformed" then,
/// - `XMPP_TLS_INVALID_PARAMETER` if no question for a document is open under `id`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_answer_posh(
    verification: *mut xmpp_tls_verification,
    id: u32,
    document: *const u8,
    document_len: usize,
    referred: *const u8,
    referred_len: usize,
    https_verified: bool,
    fetched_at: i64,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        answer(verification, id, error_out, |question| {
            let QuestionKind::Posh { url, .. } = &question.kind else {
                return Err(answer_failure(AnswerError::OtherKind));
            };
            let failed = |error: crate::record::PoshDocumentError| {
                Failure::new(xmpp_tls_result::XMPP_TLS_MALFORMED_DOCUMENT, error.to_string())
            };
            let document = PoshDocument::parse(input::bytes(document, document_len)?).map_err(failed)?;
            let referred = input::bytes(referred, referred_len)?;
            let evidence = if referred.is_empty() {
                PoshEvidence::direct(url.clone(), document, fetched_at, https_verified)
            } else {
                let target = PoshDocument::parse(referred).map_err(failed)?;
                PoshEvidence::referred(url.clone(), document, target, fetched_at, https_verified)
            };
            Ok(Answer::Posh(evidence.map_err(failed)?))
        })
    }
}

/// Answers a question for the SRV targets of a domain.
///
/// `endpoints`: `count` endpoints with the states that led to them; copied.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER` if no such question is open, or there are too many.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_answer_srv(
    verification: *mut xmpp_tls_verification,
    id: u32,
    endpoints: *const *const xmpp_tls_endpoint,
    count: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        answer(verification, id, error_out, |_| {
            let endpoints = input::handles(endpoints, count, SRV_TARGETS)?;
            Ok(Answer::SrvAndAddresses(endpoints.iter().map(|own| own.endpoint().clone()).collect()))
        })
    }
}

/// Answers a question for history with the JSON that an observation gave to be stored; answer "absent" when nothing
/// was ever stored. Damage is an error and never taken for an empty history.
///
/// `json`: copied.
///
/// Returns `XMPP_TLS_OK`, `XMPP_TLS_MALFORMED_DOCUMENT`, or `XMPP_TLS_INVALID_PARAMETER`.
///
/// Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_answer_history(
    verification: *mut xmpp_tls_verification,
    id: u32,
    json: *const u8,
    json_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        answer(verification, id, error_out, |question| {
            let QuestionKind::History { domain, service } = &question.kind else {
                return Err(answer_failure(AnswerError::OtherKind));
            };
            let history = History::from_json(input::bytes(json, json_len)?, domain, *service);
            Ok(Answer::History(history.map_err(|error| {
                Failure::new(xmpp_tls_result::XMPP_TLS_MALFORMED_DOCUMENT, error.to_string())
            })?))
        })
    }
}

/// Answers a question for a dialback key, with what the authoritative server said (XEP-0220 §2.2).
///
/// `valid`: the key is its own. `dnssec`: SRV and addresses on the way to it were DNSSEC-secure. `over_tls`: it was
/// asked over TLS.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_answer_dialback(
    verification: *mut xmpp_tls_verification,
    id: u32,
    valid: bool,
    dnssec: bool,
    over_tls: bool,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        answer(verification, id, error_out, |_| {
            Ok(Answer::Dialback(DialbackAnswer { valid, dnssec, over_tls }))
        })
    }
}

/// Answers a question for a user mapping with the bare JID of the user that the operator knows by this certificate
/// or key (RFC 6120 §13.7.2.2.1).
///
/// `jid`: copied.
///
/// Returns `XMPP_TLS_OK`, or `XMPP_TLS_INVALID_PARAMETER`. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_answer_user(
    verification: *mut xmpp_tls_verification,
    id: u32,
    jid: *const c_char,
    jid_len: usize,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        answer(verification, id, error_out, |_| Ok(Answer::UserMapping(input::text(jid, jid_len)?.into())))
    }
}

/// Decides by the answers there are; open questions count as not asked.
///
/// `verdict_out`: owned by the caller, free with `xmpp_tls_verdict_free`.
///
/// Returns `XMPP_TLS_OK`: a refusal is a verdict, not a failure of the call. Threads: exclusive. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xmpp_tls_verification_decide(
    verification: *const xmpp_tls_verification,
    now: *const xmpp_tls_time,
    verdict_out: *mut *const xmpp_tls_verdict,
    error_out: *mut *mut xmpp_tls_error,
) -> xmpp_tls_result {
    // SAFETY: the pointers are as the header demands.
    unsafe {
        guard::call(error_out, || {
            let (out, now) = (Out::shared(verdict_out)?, time(now)?);
            let verdict = exclusive(verification, |own| Ok(own.decide(now.unix_seconds)))?;
            out.set(xmpp_tls_verdict::into_raw(verdict));
            Ok(())
        })
    }
}
