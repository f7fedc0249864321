//! Fetching a POSH document: one reference hop, redirects by our own loop (RFC 7711 §3, §10).
//!
//! The way starts at the domain's own well-known URL. Redirects are followed to https only, at most
//! [`POSH_REDIRECTS`] over both documents, never twice to the same URL, and never remembered; each server on
//! the way proves its own name. A document may refer to another one once. What the fingerprints say is
//! judged elsewhere.

use std::time::Duration;

use url::Url;

use super::clock::{seconds, wall_seconds};
use super::https::{self, HttpAnswer};
use super::room::Room;
use crate::limits::{
    LOOKUP_FAILURE_SECONDS, POSH_ABSENT_SECONDS, POSH_AGE_SECONDS, POSH_REDIRECTS, POSH_URL_BYTES,
};
use crate::record::{Dnssec, Lookup, LookupFailure, PoshDocument, PoshDocumentError, PoshEvidence, PoshUrl};

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

impl From<PoshDocumentError> for NoDocument {
    fn from(error: PoshDocumentError) -> Self {
        Self::Failed(match error {
            PoshDocumentError::Url => LookupFailure::Forbidden,
            _ => LookupFailure::Malformed,
        })
    }
}

/// Fetches the document at a URL, and says how long the outcome may be kept.
pub(super) async fn fetch(room: &Room, url: &PoshUrl) -> (Lookup<PoshEvidence>, Duration) {
    let outcome = tokio::time::timeout(room.posh_time_out, find(room, url)).await;
    match outcome.unwrap_or(Err(NoDocument::Failed(LookupFailure::Timeout))) {
        Ok(evidence) => {
            let life = Duration::from_secs(evidence.lifetime(POSH_AGE_SECONDS));
            (Lookup::Found(evidence), life)
        }
        Err(NoDocument::Absent) => (Lookup::Absent(Dnssec::Insecure), seconds(POSH_ABSENT_SECONDS)),
        Err(NoDocument::Failed(failure)) => (Lookup::Failed(failure), seconds(LOOKUP_FAILURE_SECONDS)),
    }
}

async fn find(room: &Room, source: &PoshUrl) -> Result<PoshEvidence, NoDocument> {
    let mut way = Way { visited: Vec::new(), redirects: 0 };
    let mut start = permitted(source.as_str(), None)?;
    if start.port().is_none() {
        start.set_port(Some(room.https_port)).map_err(|()| LookupFailure::Malformed)?;
    }
    let first = PoshDocument::parse(&follow(room, start, &mut way).await?)?;
    let PoshDocument::Reference { url, .. } = &first else {
        return Ok(PoshEvidence::direct(source.clone(), first, wall_seconds(), true)?);
    };
    let second = match follow(room, permitted(url.as_str(), None)?, &mut way).await {
        Ok(second) => PoshDocument::parse(&second)?,
        // The domain has said that there is a document there.
        Err(NoDocument::Absent) => return Err(LookupFailure::Server.into()),
        Err(failed) => return Err(failed),
    };
    Ok(PoshEvidence::referred(source.clone(), first, second, wall_seconds(), true)?)
}

/// Requests a URL and what it redirects to, until a document comes.
async fn follow(room: &Room, start: Url, way: &mut Way) -> Result<Vec<u8>, NoDocument> {
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
            200 => return Ok(body),
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
    match PoshUrl::parse(url.as_str()) {
        Ok(_) => Ok(url),
        Err(_) => Err(LookupFailure::Forbidden),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
