//! Fetching a POSH document: one reference hop, redirects by our own loop (RFC 7711 §3, §10).
//!
//! The way starts at the domain's own well-known URL. Redirects are followed to https only, at most
//! [`POSH_REDIRECTS`] over both documents, never twice to the same URL, and never remembered; each server on
//! the way proves its own name. A document may refer to another one once. What the fingerprints say is
//! judged elsewhere; here only `url` and `expires` are read.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Number;
use url::Url;

use super::Room;
use super::https::{self, HttpAnswer};
use super::request::PoshDocument;
use crate::limits::{
    LOOKUP_FAILURE_SECONDS, POSH_ABSENT_SECONDS, POSH_REDIRECTS, POSH_SECONDS, POSH_URL_BYTES,
};
use crate::name::{Domain, Service};
use crate::record::{Dnssec, Lookup, LookupFailure};

/// The members that steer the fetch; the rest is for the judge.
#[derive(Deserialize)]
struct Steering {
    url: Option<String>,
    fingerprints: Option<serde_json::Value>,
    expires: Option<Number>,
}

/// A document on the way.
struct Fetched {
    body: Vec<u8>,
    url: Url,
}

/// The URLs visited so far.
struct Way {
    visited: Vec<Url>,
    redirects: usize,
}

/// How an attempt ended when no document was had.
enum NoDocument {
    /// 404 or 410: there is none (POSH-12).
    Absent,
    Failed(LookupFailure),
}

impl From<LookupFailure> for NoDocument {
    fn from(failure: LookupFailure) -> Self {
        Self::Failed(failure)
    }
}

/// Fetches the document of a domain's service, and says how long the outcome may be kept.
pub(super) async fn fetch(
    room: &Room,
    domain: &Domain,
    service: Service,
) -> (Lookup<PoshDocument>, Duration) {
    let outcome = tokio::time::timeout(room.posh_time_out, find(room, domain, service)).await;
    match outcome.unwrap_or(Err(NoDocument::Failed(LookupFailure::Timeout))) {
        Ok(document) => {
            let life = document.life;
            (Lookup::Found(document), life)
        }
        Err(NoDocument::Absent) => {
            (Lookup::Absent(Dnssec::Insecure), Duration::from_secs(u64::from(POSH_ABSENT_SECONDS)))
        }
        Err(NoDocument::Failed(failure)) => {
            (Lookup::Failed(failure), Duration::from_secs(u64::from(LOOKUP_FAILURE_SECONDS)))
        }
    }
}

/// The well-known URL (RFC 7711 §3, POSH-01).
fn well_known(domain: &Domain, service: Service, port: u16) -> Result<Url, LookupFailure> {
    let text = format!("https://{}:{port}/.well-known/posh/{}.json", domain.as_ascii(), service.posh_name());
    Url::parse(&text).map_err(|_| LookupFailure::Malformed)
}

async fn find(room: &Room, domain: &Domain, service: Service) -> Result<PoshDocument, NoDocument> {
    let mut way = Way { visited: Vec::new(), redirects: 0 };
    let start = well_known(domain, service, room.https_port)?;
    let first = follow(room, start, &mut way).await?;
    let (steering, expires) = steer(&first.body)?;
    let Some(reference) = steering.url else {
        return Ok(document(first, expires));
    };
    let second = match follow(room, permitted(&reference, None)?, &mut way).await {
        Ok(second) => second,
        // The domain has said that there is a document there.
        Err(NoDocument::Absent) => return Err(LookupFailure::Server.into()),
        Err(failed) => return Err(failed),
    };
    let (steering, second_expires) = steer(&second.body)?;
    if steering.url.is_some() {
        return Err(LookupFailure::Malformed.into());
    }
    Ok(document(second, expires.min(second_expires)))
}

fn document(fetched: Fetched, expires: u32) -> PoshDocument {
    PoshDocument {
        document: fetched.body,
        expires,
        life: Duration::from_secs(u64::from(expires)),
        url: fetched.url.into(),
    }
}

/// Reads what steers the fetch: a document refers or lists fingerprints, never both (POSH-03, POSH-09).
fn steer(body: &[u8]) -> Result<(Steering, u32), LookupFailure> {
    let steering: Steering = serde_json::from_slice(body).map_err(|_| LookupFailure::Malformed)?;
    if steering.url.is_some() == steering.fingerprints.is_some() {
        return Err(LookupFailure::Malformed);
    }
    let expires = steering.expires.as_ref().and_then(seconds).ok_or(LookupFailure::Malformed)?;
    Ok((steering, expires))
}

/// `expires` as whole seconds, at most [`POSH_SECONDS`] (POSH-08, POSH-10).
fn seconds(number: &Number) -> Option<u32> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    if let Some(whole) = number.as_u64() {
        return (whole <= 1 << 53).then(|| u32::try_from(whole).unwrap_or(u32::MAX).min(POSH_SECONDS));
    }
    let value = number.as_f64().filter(|value| (0.0..=LARGEST).contains(value) && value.fract() == 0.0)?;
    if value >= f64::from(POSH_SECONDS) {
        return Some(POSH_SECONDS);
    }
    // Exact: the value is whole, not negative, and below seven days.
    format!("{value:.0}").parse().ok()
}

/// Requests a URL and what it redirects to, until a document comes.
async fn follow(room: &Room, start: Url, way: &mut Way) -> Result<Fetched, NoDocument> {
    let connector = room.https.as_ref().ok_or(LookupFailure::HttpsUnverified)?;
    let mut url = start;
    loop {
        if way.visited.contains(&url) {
            return Err(LookupFailure::Malformed.into());
        }
        way.visited.push(url.clone());
        let HttpAnswer { status, location, body } =
            https::get(&room.dns, &room.guard, connector, &url).await?;
        match status {
            200 => return Ok(Fetched { body, url }),
            404 | 410 => return Err(NoDocument::Absent),
            301 | 302 | 303 | 307 | 308 => {}
            _ => return Err(LookupFailure::Server.into()),
        }
        way.redirects = way.redirects.saturating_add(1);
        if way.redirects > POSH_REDIRECTS {
            return Err(LookupFailure::Malformed.into());
        }
        url = permitted(&location.ok_or(LookupFailure::Malformed)?, Some(&url))?;
    }
}

/// A URL that may be requested: https, no user information, no fragment, not endless (POSH-09, POSH-11).
fn permitted(text: &str, base: Option<&Url>) -> Result<Url, LookupFailure> {
    if text.len() > POSH_URL_BYTES {
        return Err(LookupFailure::Malformed);
    }
    let url = match base {
        Some(base) => base.join(text),
        None => Url::parse(text),
    };
    let url = url.map_err(|_| LookupFailure::Malformed)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if url.scheme() == "https" && plain && url.has_host() { Ok(url) } else { Err(LookupFailure::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expires(text: &str) -> Option<u32> {
        steer(format!("{{\"fingerprints\":[],\"expires\":{text}}}").as_bytes())
            .ok()
            .map(|(_, seconds)| seconds)
    }

    #[test]
    fn posh_08_expires_is_a_whole_number_of_seconds() {
        assert_eq!(expires("86400"), Some(86_400));
        assert_eq!(expires("1e3"), Some(1000));
        assert_eq!(expires("10.0"), Some(10));
        assert_eq!(expires("0"), Some(0));
        for text in ["-1", "1.5", "\"10\"", "1e308", "null", "true", "9007199254740994"] {
            assert_eq!(expires(text), None, "{text}");
        }
    }

    #[test]
    fn posh_10_expires_is_capped_at_seven_days() {
        assert_eq!(expires("604801"), Some(604_800));
        assert_eq!(expires("604799"), Some(604_799));
        assert_eq!(expires("9007199254740992"), Some(604_800));
        assert_eq!(expires("1e15"), Some(604_800));
    }

    #[test]
    fn posh_03_and_09_a_document_refers_or_lists_and_never_both() {
        let works = |text: &str| steer(text.as_bytes()).is_ok();
        assert!(works(r#"{"url":"https://h.example/","expires":1}"#));
        assert!(works(r#"{"fingerprints":[],"expires":1,"other":{}}"#));
        assert!(!works(r#"{"url":"https://h.example/","fingerprints":[],"expires":1}"#));
        assert!(!works(r#"{"expires":1}"#));
        assert!(!works(r#"{"fingerprints":[]}"#));
        assert!(!works("[]") && !works(""));
    }

    #[test]
    fn atk_po_08_duplicate_members_deep_nesting_and_a_bom_are_refused() {
        let works = |text: &str| steer(text.as_bytes()).is_ok();
        assert!(!works(r#"{"fingerprints":[],"expires":1,"expires":2}"#));
        assert!(!works(&format!(
            "{{\"expires\":1,\"fingerprints\":{}{}}}",
            "[".repeat(30_000),
            "]".repeat(30_000)
        )));
        assert!(!works("\u{feff}{\"fingerprints\":[],\"expires\":1}"));
        assert!(steer(b"{\"fingerprints\":[\"\xff\"],\"expires\":1}").is_err());
    }

    #[test]
    fn posh_11_only_plain_https_urls_are_requested() {
        let base = Url::parse("https://example.org/a/b").unwrap();
        assert_eq!(permitted("/c", Some(&base)).unwrap().as_str(), "https://example.org/c");
        assert_eq!(
            permitted("HTTPS://Other.example:8443/x?y", None).unwrap().as_str(),
            "https://other.example:8443/x?y"
        );
        for text in [
            "http://example.org/",
            "https://user@example.org/",
            "https://u:p@example.org/",
            "https://example.org/#f",
            "file:///etc/passwd",
            "ftp://example.org/",
        ] {
            assert_eq!(permitted(text, Some(&base)), Err(LookupFailure::Forbidden), "{text}");
        }
        for text in ["https://", "relative"] {
            assert_eq!(permitted(text, None), Err(LookupFailure::Malformed), "{text}");
        }
        let long = format!("https://example.org/{}", "a".repeat(POSH_URL_BYTES));
        assert_eq!(permitted(&long, None), Err(LookupFailure::Malformed));
    }

    #[test]
    fn posh_01_the_url_is_the_domain_and_the_service() {
        let domain = Domain::parse("bücher.example").unwrap();
        assert_eq!(
            well_known(&domain, Service::S2s, 443).unwrap().as_str(),
            "https://xn--bcher-kva.example/.well-known/posh/xmpp-server.json"
        );
        assert!(well_known(&domain, Service::C2s, 443).unwrap().as_str().ends_with("/posh/xmpp-client.json"));
    }
}
