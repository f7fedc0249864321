//! What was seen of a domain's certificates before: small, versioned, and never guessed (CHG-04, CHG-05).
//!
//! A history belongs to one domain and service, whatever hosts serve it, and remembers a few certificates by
//! digest, issuer and time. It is kept by the host. Text that cannot be read is damage, and damage is an
//! error: an empty history in its place would greet an attacker's certificate as the first one seen.

use std::fmt;

use crate::certificate;
use crate::limits::{HISTORY_BYTES, HISTORY_CERTIFICATES};
use crate::name::{Domain, Service};
use crate::record::{Json, hexadecimal};
use crate::verdict::Level;

/// The name and version of the JSON form.
pub const HISTORY_FORMAT: &str = "xmpptls-history-1";

/// What was seen of one domain's service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub(super) domain: Domain,
    pub(super) service: Service,
    pub(super) seen: Vec<Seen>,
}

/// One certificate that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// SHA-256 of the certificate.
    pub certificate: [u8; 32],
    /// SHA-256 of its key.
    pub public_key: [u8; 32],
    /// SHA-256 of its issuer's name in DER.
    pub issuer: [u8; 32],
    /// The issuer for people, escaped.
    pub issuer_text: String,
    /// The end of its validity, in Unix seconds.
    pub not_after: i64,
    /// When it was seen first, in Unix seconds.
    pub first_seen: i64,
    /// When it was seen last, in Unix seconds.
    pub last_seen: i64,
    /// The level of the verdict at which it was seen last.
    pub level: Level,
}

/// Why a text is no history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HistoryError {
    /// It cannot be read, or contradicts itself. Nothing can be said about changes.
    Damaged,
    /// It is of a newer version.
    UnknownVersion,
    /// It belongs to another domain or service.
    OtherPeer,
}

impl History {
    /// The history of a domain that was never seen.
    pub fn new(domain: Domain, service: Service) -> Self {
        Self { domain, service, seen: Vec::new() }
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The service.
    pub fn service(&self) -> Service {
        self.service
    }

    /// The certificates, the one seen last at the end; at most [`HISTORY_CERTIFICATES`].
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// What both have seen, as one history: of a certificate that both know the better level and the whole
    /// time count. `None` when the other belongs to another domain or service.
    pub fn joined(&self, other: &Self) -> Option<Self> {
        if self.domain != other.domain || self.service != other.service {
            return None;
        }
        let mut all: Vec<Seen> = self.seen.iter().chain(&other.seen).cloned().collect();
        all.sort_by_key(|seen| seen.last_seen);
        let mut history = Self::new(self.domain.clone(), self.service);
        all.into_iter().for_each(|seen| history.record(seen));
        Some(history)
    }

    /// What is left when a person accepted this level: nothing that was proved better is held against it.
    #[must_use]
    pub fn no_better_than(mut self, level: Level) -> Self {
        self.seen.retain(|seen| !level.proves_less_than(seen.level));
        self
    }

    /// Adds a sighting. Room is made at the cost of the worst-proved, then the oldest one.
    pub(super) fn record(&mut self, current: Seen) {
        let position = self.seen.iter().position(|seen| seen.certificate == current.certificate);
        let known = position.map(|position| self.seen.remove(position));
        let current = match known {
            // A worse session with a known certificate does not take away what it proved before.
            Some(known) => Seen {
                first_seen: known.first_seen.min(current.first_seen),
                last_seen: known.last_seen.max(current.last_seen),
                level: if current.level.proves_less_than(known.level) { known.level } else { current.level },
                ..current
            },
            None => current,
        };
        while self.seen.len() >= HISTORY_CERTIFICATES {
            let Some(index) = self.least_of_all() else { break };
            self.seen.remove(index);
        }
        self.seen.push(current);
    }

    fn least_of_all(&self) -> Option<usize> {
        let all = self.seen.iter().enumerate();
        let least = all.reduce(|least, own| {
            let (a, b) = (least.1, own.1);
            let is_less = b.level.proves_less_than(a.level)
                || (!a.level.proves_less_than(b.level) && b.last_seen < a.last_seen);
            if is_less { own } else { least }
        });
        least.map(|(index, _)| index)
    }

    /// The JSON form.
    pub fn to_json(&self) -> String {
        let seen: Vec<serde_json::Value> = self
            .seen
            .iter()
            .map(|seen| {
                serde_json::json!({
                    "certificate": certificate::hexadecimal(&seen.certificate),
                    "public_key": certificate::hexadecimal(&seen.public_key),
                    "issuer": certificate::hexadecimal(&seen.issuer),
                    "issuer_text": seen.issuer_text,
                    "not_after": seen.not_after,
                    "first_seen": seen.first_seen,
                    "last_seen": seen.last_seen,
                    "level": seen.level.name(),
                })
            })
            .collect();
        serde_json::json!({
            "format": HISTORY_FORMAT,
            "domain": self.domain.as_ascii(),
            "service": self.service.name(),
            "seen": seen,
        })
        .to_string()
    }

    /// Reads the JSON form of the history of a peer.
    ///
    /// # Errors
    /// [`HistoryError`]; the text is then to be kept for a person to look at, never replaced by an empty one.
    pub fn from_json(text: &[u8], domain: &Domain, service: Service) -> Result<Self, HistoryError> {
        let json = Json::parse(text, HISTORY_BYTES, 4).map_err(|_| HistoryError::Damaged)?;
        match json.member("format").and_then(Json::text) {
            Some(HISTORY_FORMAT) => {}
            Some(other) if other.starts_with("xmpptls-history-") => return Err(HistoryError::UnknownVersion),
            _ => return Err(HistoryError::Damaged),
        }
        let own = |name| json.member(name).and_then(Json::text).ok_or(HistoryError::Damaged);
        if own("domain")? != domain.as_ascii() || own("service")? != service.name() {
            return Err(HistoryError::OtherPeer);
        }
        let list = json.member("seen").and_then(Json::list).ok_or(HistoryError::Damaged)?;
        if list.len() > HISTORY_CERTIFICATES {
            return Err(HistoryError::Damaged);
        }
        let seen: Option<Vec<Seen>> = list.iter().map(read_seen).collect();
        Ok(Self { domain: domain.clone(), service, seen: seen.ok_or(HistoryError::Damaged)? })
    }
}

fn read_seen(json: &Json) -> Option<Seen> {
    let text = |name| json.member(name).and_then(Json::text);
    let digest = |name| hexadecimal(text(name)?)?.try_into().ok();
    let time = |name| match json.member(name)? {
        Json::Integer(number) => i64::try_from(*number).ok(),
        Json::Negative(number) => Some(*number),
        _ => None,
    };
    let seen = Seen {
        certificate: digest("certificate")?,
        public_key: digest("public_key")?,
        issuer: digest("issuer")?,
        issuer_text: text("issuer_text")?.to_owned(),
        not_after: time("not_after")?,
        first_seen: time("first_seen")?,
        last_seen: time("last_seen")?,
        level: Level::from_name(text("level")?)?,
    };
    (seen.first_seen <= seen.last_seen).then_some(seen)
}

impl fmt::Display for HistoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "the history is damaged: nothing can be said about changes",
            Self::UnknownVersion => "the history was written by a newer version",
            Self::OtherPeer => "the history belongs to another domain or service",
        })
    }
}

impl std::error::Error for HistoryError {}
