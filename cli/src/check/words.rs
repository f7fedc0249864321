//! Words for what was found out, the same in text and on the page.

use anstyle::Style;
use xmpptls::certificate::{Attribute, Certificate, escape_for_text};
use xmpptls::name::{Domain, Endpoint, Service, Transport};
use xmpptls::proof::pkix::PkixFailure;
use xmpptls::proof::posh::PoshFailure;
use xmpptls::record::{Lookup, LookupFailure};
use xmpptls::report::Report;
use xmpptls::verdict::{Attempt, Evidence, Method, NotTried, Outcome, Proof, Reason};

use super::facts::{
    Contact, DomainCheck, EndpointCheck, Found, Injection, Resumption, ServiceCheck, Severity,
};
use crate::clock::date;
use crate::paint::{GOOD, WEAK};

const DAY: i64 = 86_400;
/// The names of a certificate that are shown.
const NAMES_SHOWN: usize = 6;

pub(crate) fn service(service: Service) -> &'static str {
    match service {
        Service::C2s => "client-to-server",
        Service::S2s => "server-to-server",
    }
}

/// The domain for people, with the form on the wire beside it where they differ (HUM-08).
pub(crate) fn domain(domain: &Domain) -> String {
    let unicode = domain.to_unicode();
    if unicode == domain.as_ascii() { unicode } else { format!("{} ({domain})", escape_for_text(&unicode)) }
}

/// The answer in a few words.
pub(crate) fn headline(check: &ServiceCheck) -> String {
    match (check.severity, check.found) {
        (_, Found::Absent(_)) if check.severity == Severity::Good => "not offered".into(),
        (Severity::Good, _) => format!("authenticated {}", by(check)),
        (Severity::Weak, _) if has_authenticated(check) => {
            format!("authenticated {}, with faults", by(check))
        }
        (Severity::Weak, _) if check.endpoints.iter().any(|own| own.dialback_only) => {
            "weak, by dialback only".into()
        }
        (Severity::Weak, _) => "weak".into(),
        (Severity::Refused, _) => "refused".into(),
        (Severity::Untested, _) => "could not be tested".into(),
    }
}

fn has_authenticated(check: &ServiceCheck) -> bool {
    check.endpoints.iter().any(|own| own.severity == Severity::Good)
}

fn by(check: &ServiceCheck) -> String {
    let mut proofs: Vec<&str> = Vec::new();
    for own in &check.endpoints {
        let method = own.verdict.as_ref().and_then(xmpptls::verdict::Verdict::method);
        let name = method.map(method_word);
        proofs.extend(name.filter(|name| !proofs.contains(name)));
    }
    if proofs.is_empty() { String::new() } else { format!("by {}", proofs.join(" and ")) }
}

fn method_word(method: Method) -> &'static str {
    match method {
        Method::Pkix => "PKIX",
        Method::PkixTa | Method::PkixEe => "PKIX with DANE",
        Method::DaneTa | Method::DaneEe => "DANE",
        Method::Posh => "POSH",
        Method::Exception => "exception",
        Method::Dialback | Method::DialbackDnssec => "dialback",
    }
}

/// The answer in one word.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Good => "good",
        Severity::Weak => "weak",
        Severity::Refused => "refused",
        Severity::Untested => "untested",
    }
}

/// How the search for the service ended.
pub(crate) fn search(check: &ServiceCheck) -> String {
    match check.found {
        Found::Given => "not asked: the endpoint was given".into(),
        Found::Absent(state) => {
            format!("the domain does not offer the service (DNSSEC: {})", state.name())
        }
        Found::Failed(why) => format!("the records could not be had: {}", failure(why)),
        Found::Endpoints => match check.endpoints.first().and_then(|own| own.endpoint.srv) {
            None => "no SRV record: the domain's own addresses are tried".into(),
            Some(state) => format!("SRV records found, DNSSEC: {}", state.name()),
        },
    }
}

pub(crate) fn failure(failure: LookupFailure) -> &'static str {
    match failure {
        LookupFailure::Bogus => "forged or wrongly signed",
        LookupFailure::Server => "the server answered with an error",
        LookupFailure::Timeout => "no answer in time",
        LookupFailure::HttpsUnverified => "the HTTPS server's certificate does not prove its name",
        LookupFailure::Malformed => "the answer is malformed",
        LookupFailure::Forbidden => "the address is not to be contacted",
        _ => "unreachable",
    }
}

pub(crate) fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Starttls => "STARTTLS",
        Transport::DirectTls => "direct TLS",
        Transport::TlsOnly => "TLS",
    }
}

/// `host:port`; an IPv6 address is a domain with its brackets.
pub(crate) fn place(endpoint: &Endpoint) -> String {
    format!("{}:{}", endpoint.target, endpoint.port)
}

/// The DNSSEC state that led to an endpoint.
pub(crate) fn dnssec(endpoint: &Endpoint, found: Found) -> String {
    let srv = endpoint.srv.filter(|_| found != Found::Given);
    match (srv, endpoint.addresses) {
        (Some(srv), addresses) if srv == addresses => srv.name().into(),
        (Some(srv), addresses) => format!("SRV {}, addresses {}", srv.name(), addresses.name()),
        (None, addresses) => format!("addresses {}", addresses.name()),
    }
}

/// How far the connection got.
pub(crate) fn contact(check: &EndpointCheck) -> String {
    let cause = check.report.as_ref().and_then(|report| report.cause());
    match (check.contact, cause) {
        (Contact::Tls, _) => match check.severity {
            Severity::Good => "authenticated".into(),
            Severity::Weak => "encrypted, not authenticated".into(),
            _ => "encrypted, and not who it should be".into(),
        },
        (Contact::NoTls, Some(cause)) => cause.to_string(),
        (Contact::NoTls, None) if check.severity == Severity::Untested => {
            "stalled: nothing came in time".into()
        }
        (Contact::NoTls, None) => "the connection ended before TLS".into(),
        (Contact::Unreachable(silence), _) => silence.text().into(),
        (Contact::NoAddress(Some(why)), _) => format!("its addresses could not be had: {}", failure(why)),
        (Contact::NoAddress(None), _) => "it has no address".into(),
        (Contact::Forbidden, _) => "not connected: DNSSEC forbids it".into(),
    }
}

pub(crate) fn resumption(resumption: Resumption) -> &'static str {
    match resumption {
        Resumption::Resumed => "yes",
        Resumption::Full => "no",
        Resumption::Failed => "a second connection failed",
    }
}

pub(crate) fn injection(injection: Injection) -> &'static str {
    match injection {
        Injection::Refused => "refused",
        Injection::Dropped => "dropped",
        Injection::Taken => "TAKEN INTO TLS",
        Injection::Unclear => "could not be told",
    }
}

/// One line about a proof.
pub(crate) fn attempt(attempt: &Attempt) -> String {
    let reasons = || attempt.reasons.iter().map(reason).collect::<Vec<_>>().join("; ");
    match attempt.outcome {
        Outcome::Passed(_) => format!("ok{}", evidence(attempt)),
        Outcome::Failed => match unfetched(attempt) {
            Some(why) => format!("its document could not be had: {}", failure(why)),
            None => format!("failed: {}", reasons()),
        },
        Outcome::NotTried(why) => not_tried(attempt.proof, why).into(),
        Outcome::Skipped if attempt.reasons.is_empty() => "not needed".into(),
        Outcome::Skipped => format!("not needed: {}", reasons()),
    }
}

/// A reason; of a hoster's certificate with a hundred names a few are shown.
fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Pkix(PkixFailure::NameMismatch { presented }) if presented.len() > NAMES_SHOWN => {
            let names: Vec<String> =
                presented.iter().take(NAMES_SHOWN).map(|name| escape_for_text(name)).collect();
            let more = presented.len().saturating_sub(NAMES_SHOWN);
            format!("the certificate is for other names: {} and {more} more", names.join(", "))
        }
        _ => reason.to_string(),
    }
}

/// Why the POSH document could not be had, when nothing else is against the proof: most domains have no web
/// server of their own, and need none.
pub(crate) fn unfetched(attempt: &Attempt) -> Option<LookupFailure> {
    match attempt.reasons.as_slice() {
        [Reason::Posh(PoshFailure::FetchFailed(why))] => Some(*why),
        _ => None,
    }
}

fn evidence(attempt: &Attempt) -> String {
    match &attempt.evidence {
        Evidence::Dane(own) => match &own.matched {
            Some(record) => format!(", by the TLSA record {}", shortened(&record.to_string())),
            None => String::new(),
        },
        Evidence::Pkix(own) => match &own.anchor {
            Some(anchor) => format!(", from {}", escape_for_text(anchor)),
            None => String::new(),
        },
        Evidence::Posh(own) => format!(", by {}", own.reference.as_ref().unwrap_or(&own.url).as_str()),
        _ => String::new(),
    }
}

/// The head of a long record: `3 1 1 c97a22ed…`.
pub(crate) fn shortened(record: &str) -> String {
    const SHOWN: usize = 22;
    if record.chars().count() <= SHOWN {
        record.into()
    } else {
        record.chars().take(SHOWN).collect::<String>() + "…"
    }
}

fn not_tried(proof: Proof, why: NotTried) -> &'static str {
    match (proof, why) {
        (Proof::Dane, NotTried::Absent) => "no TLSA records",
        (Proof::Posh, NotTried::Absent) => "no document",
        (_, NotTried::Absent) => "none",
        (_, NotTried::DnsNotSecure) => "not possible: DNSSEC does not protect the way",
        (_, NotTried::NoCertificate) => "not possible: no certificate",
        (_, NotTried::NoUsableRecords) => "not possible: no record is usable",
        (_, NotTried::NotAsked) => "not asked",
        (_, NotTried::OtherRole) => "says nothing here",
        (_, NotTried::Policy) => "not used",
        _ => "not tried",
    }
}

pub(crate) fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Dane => "DANE",
        Proof::Pkix => "PKIX",
        Proof::Posh => "POSH",
        Proof::Exception => "exception",
        Proof::Dialback => "dialback",
    }
}

/// Whether a server that saw our certificate offers EXTERNAL; some offer it to everybody. Only servers are
/// peers.
pub(crate) fn external(
    check: &DomainCheck,
    service: &ServiceCheck,
    own: &EndpointCheck,
) -> Option<(Style, String)> {
    let (domain, offers) = (check.shown_as.as_ref()?, own.offers.as_ref()?);
    if service.service != Service::S2s {
        return None;
    }
    if offers.mechanisms.iter().any(|name| name == "EXTERNAL") {
        return Some((GOOD, format!("EXTERNAL is offered to {domain}")));
    }
    let text = if own.asks_for_certificate {
        format!(
            "EXTERNAL is not offered: the certificate of {domain} was asked for and is not accepted; some servers \
             do not take server certificates from those who connect"
        )
    } else {
        format!("EXTERNAL is not offered: the certificate of {domain} was not asked for")
    };
    Some((WEAK, text))
}

/// The names of a certificate by kind, as peers compare them.
pub(crate) fn names(certificate: &Certificate) -> String {
    let names = certificate.names();
    let mut all: Vec<String> = names.dns.iter().map(|own| escape_for_text(&own.text)).collect();
    all.extend(names.srv.iter().map(|own| format!("{} (SRVName)", escape_for_text(&own.text))));
    all.extend(names.xmpp_addr.iter().map(|own| format!("{} (xmppAddr)", escape_for_text(&own.text))));
    all.extend(names.ip.iter().map(ToString::to_string));
    let more = all.len().saturating_sub(NAMES_SHOWN);
    all.truncate(NAMES_SHOWN);
    match (all.is_empty(), more) {
        (true, _) => "names nobody".into(),
        (false, 0) => all.join(", "),
        (false, more) => format!("{} and {more} more", all.join(", ")),
    }
}

/// Who issued it, in the shortest words that tell.
pub(crate) fn issuer(certificate: &Certificate) -> String {
    if certificate.is_self_issued() {
        return "itself".into();
    }
    distinguished(certificate.issuer())
}

/// The common name, else the organization, else all of it.
pub(crate) fn distinguished(attributes: &[Attribute]) -> String {
    let find =
        |name| attributes.iter().find(|own| own.name == Some(name)).map(|own| escape_for_text(&own.value));
    match (find("O"), find("CN")) {
        (Some(organization), Some(name)) => format!("{name}, {organization}"),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => {
            let all: Vec<_> = attributes.iter().map(|own| escape_for_text(&own.value)).collect();
            if all.is_empty() { "a nameless issuer".into() } else { all.join(", ") }
        }
    }
}

/// How long it lasts.
pub(crate) fn validity(certificate: &Certificate, now: i64) -> String {
    let end = certificate.validity().not_after;
    let days = end.saturating_sub(now).div_euclid(DAY);
    match days {
        ..0 => format!("ended on {}", date(end)),
        0 => format!("ends today, {}", date(end)),
        1 => format!("one day left, until {}", date(end)),
        days => format!("{days} days left, until {}", date(end)),
    }
}

/// What it is made for.
pub(crate) fn purposes(certificate: &Certificate) -> String {
    let purposes: Vec<&str> =
        certificate.extended_key_usage().purposes().iter().map(|own| own.name()).collect();
    if purposes.is_empty() { "any".into() } else { purposes.join(", ") }
}

/// The channel bindings that can be used.
pub(crate) fn bindings(report: &Report) -> Vec<&'static str> {
    let usable = report.bindings().iter().filter(|(_, missing)| missing.is_none());
    usable.map(|(kind, _)| kind.name()).collect()
}

/// The TLSA records of an endpoint.
pub(crate) fn tlsa(check: &EndpointCheck) -> Option<String> {
    let mut parts = Vec::new();
    for (owner, found) in &check.tlsa {
        match found {
            Lookup::Found(set) => {
                let records: Vec<String> =
                    set.records().iter().map(|own| shortened(&own.to_string())).collect();
                parts.push(format!("{owner} {} ({})", records.join(", "), set.dnssec().name()));
            }
            Lookup::Failed(why) => parts.push(format!("{owner} {}", failure(*why))),
            Lookup::Absent(_) | Lookup::NotAsked => {}
        }
    }
    if parts.is_empty() { None } else { Some(parts.join("; ")) }
}

/// Where something is, when it is not at every endpoint that answers.
pub(crate) fn places(check: &ServiceCheck, endpoints: &[String]) -> String {
    let reached = check.endpoints.iter().filter(|own| matches!(own.contact, Contact::Tls | Contact::NoTls));
    let is_elsewhere = reached.map(|own| place(&own.endpoint)).any(|place| !endpoints.contains(&place));
    if endpoints.is_empty() || !is_elsewhere { String::new() } else { format!(" [{}]", endpoints.join(", ")) }
}

/// The stream error with which a server answered in place of its features.
pub(crate) fn stream_error(error: &str, own: &EndpointCheck, shown: bool) -> String {
    let wants = own.asks_for_certificate && !shown && error == "not-authorized";
    let why = if wants { " (it wants to see a certificate; --as shows one)" } else { "" };
    format!("ends the stream: {error}{why}")
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
