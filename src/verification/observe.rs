//! What changed since the peer was seen before, and how loudly to say so (RFC 7590 §3.6, CHG-01 to CHG-06).
//!
//! A change never alters a verdict (CHG-02). It is said softly where it is routine – the same key, an
//! announced successor, the last month of the old certificate – and loudly where a verdict got worse. What
//! an unauthenticated session showed is remembered apart and never makes an authenticated one look odd.

use crate::certificate::{Certificate, name_values, sha_256};
use crate::verdict::{Level, Method, Verdict};
use crate::verification::{History, Seen};

/// Seconds before the end of a certificate in which its successor is expected: a month.
const RENEWAL_TIME: i64 = 30 * 24 * 3600;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// There is nothing to compare with.
    FirstSeen,
    /// A known certificate, or one that TLSA records or POSH announce.
    Same,
    /// Another certificate with a known key.
    RenewedSameKey,
    /// Another key, from a known issuer.
    NewKeySameIssuer,
    /// Another key, from another issuer.
    NewIssuer,
    /// The peer was proved better before.
    WorseVerdict,
}

/// How loudly to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Loudness {
    /// For the record.
    Info,
    /// For a person to look at.
    Warning,
    /// For a person to act on.
    Alarm,
}

/// What was observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What changed.
    pub change: Change,
    /// How loudly to say it.
    pub loudness: Loudness,
    /// A certificate not seen before was accepted as the announced successor (CHG-06).
    pub announced: bool,
    /// The history to keep from now on; `None` when there is nothing to record: no certificate, or a
    /// resumed connection.
    pub to_store: Option<History>,
}

impl Change {
    /// The name in our own data.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstSeen => "first_seen",
            Self::Same => "same",
            Self::RenewedSameKey => "renewed_same_key",
            Self::NewKeySameIssuer => "new_key_same_issuer",
            Self::NewIssuer => "new_issuer",
            Self::WorseVerdict => "worse_verdict",
        }
    }
}

impl Loudness {
    /// The name in our own data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Alarm => "alarm",
        }
    }
}

/// Compares a verdict with what was seen before; `None` when the peer presented no certificate, or when
/// `previous` belongs to another domain or service.
pub fn observe(previous: &History, verdict: &Verdict, now: i64) -> Option<Observation> {
    if previous.domain != *verdict.domain() || previous.service != verdict.service() {
        return None;
    }
    let leaf = verdict.chain()?.leaf();
    let current = seen(leaf, verdict.level(), now);
    let (change, loudness, announced) = compare(previous, &current, verdict.method(), now);
    let to_store = (!verdict.is_resumed()).then(|| {
        let mut history = previous.clone();
        history.record(current);
        history
    });
    Some(Observation { change, loudness, announced, to_store })
}

fn seen(leaf: &Certificate, level: Level, now: i64) -> Seen {
    Seen {
        certificate: leaf.digest_sha256(),
        public_key: leaf.spki_sha256(),
        issuer: sha_256([leaf.issuer_der()]),
        issuer_text: name_values(leaf.issuer()).chars().take(200).collect(),
        not_after: leaf.validity().not_after,
        first_seen: now,
        last_seen: now,
        level,
    }
}

fn compare(previous: &History, current: &Seen, method: Option<Method>, now: i64) -> (Change, Loudness, bool) {
    let own = current.level;
    if previous.seen.iter().any(|seen| own.proves_less_than(seen.level)) {
        return (Change::WorseVerdict, Loudness::Alarm, false);
    }
    // What proved less says nothing about what is proved: sessions are compared with their like alone.
    let like: Vec<&Seen> = previous.seen.iter().filter(|seen| !seen.level.proves_less_than(own)).collect();
    if like.is_empty() {
        return (Change::FirstSeen, Loudness::Info, false);
    }
    if like.iter().any(|seen| seen.certificate == current.certificate) {
        return (Change::Same, Loudness::Info, false);
    }
    if like.iter().any(|seen| seen.public_key == current.public_key) {
        return (Change::RenewedSameKey, Loudness::Info, false);
    }
    if matches!(method, Some(Method::DaneEe | Method::PkixEe | Method::Posh)) {
        return (Change::Same, Loudness::Info, true);
    }
    let same_issuer = like.iter().filter(|seen| seen.issuer == current.issuer);
    match same_issuer.map(|seen| seen.not_after).max() {
        Some(end) if end.saturating_sub(now) <= RENEWAL_TIME => {
            (Change::NewKeySameIssuer, Loudness::Info, false)
        }
        Some(_) => (Change::NewKeySameIssuer, Loudness::Warning, false),
        None => (Change::NewIssuer, Loudness::Warning, false),
    }
}
