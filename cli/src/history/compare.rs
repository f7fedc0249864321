//! One endpoint of a check beside what is known of it, or of its kin where it was never seen.
//!
//! What the library says of certificates, and what the few other facts say. The best that was seen is held
//! until the user accepts less; so a warning stays until somebody has read it.

use xmpptls::name::{Domain, Service};
use xmpptls::verdict::{Method, Verdict};
use xmpptls::verification::{Change, History, Loudness, observe};

use super::note::Note;
use super::place::{Nearness, Place};
use super::store::Row;
use super::traits::Traits;
use crate::clock::date;

/// The name of what is said where nothing could be compared.
pub(crate) const NOT_COMPARED: &str = "not_compared";

/// What a row says, read.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) place: Place,
    pub(crate) certificates: History,
    pub(crate) held: Traits,
    pub(crate) latest: Traits,
    pub(crate) first_seen: i64,
    pub(crate) last_seen: i64,
}

impl Known {
    /// Reads a row; the error says what is wrong with it.
    pub(crate) fn read(row: &Row, domain: &Domain, service: Service) -> Result<Self, String> {
        let damage = || format!("the entry of {domain} is damaged: nothing can be said about changes");
        let history = History::from_json(row.certificates.as_bytes(), domain, service);
        Ok(Self {
            place: row.place.clone(),
            certificates: history
                .map_err(|error| format!("the entry of {domain} cannot be used: {error}"))?,
            held: Traits::from_json(&row.held).ok_or_else(damage)?,
            latest: Traits::from_json(&row.latest).ok_or_else(damage)?,
            first_seen: row.first_seen,
            last_seen: row.last_seen,
        })
    }

    pub(crate) fn row(&self) -> Row {
        Row {
            domain: self.certificates.domain().as_ascii().to_owned(),
            service: self.certificates.service().name().to_owned(),
            place: self.place.clone(),
            certificates: self.certificates.to_json(),
            held: self.held.to_json(),
            latest: self.latest.to_json(),
            first_seen: self.first_seen,
            last_seen: self.last_seen,
        }
    }

    /// What was seen last is what later checks are measured by.
    pub(crate) fn accepted(self) -> Self {
        let certificates = self.certificates.no_better_than(self.latest.level);
        Self { certificates, held: self.latest.clone(), ..self }
    }

    /// Both as one that is not kept by place.
    pub(crate) fn folded(&self, other: &Self) -> Self {
        let newer = if self.last_seen > other.last_seen { self } else { other };
        Self {
            place: Place::earlier(),
            certificates: joined(&self.certificates, &other.certificates),
            held: self.held.least(&other.held),
            latest: newer.latest.clone(),
            first_seen: self.first_seen.min(other.first_seen),
            last_seen: newer.last_seen,
        }
    }
}

/// What an endpoint is measured by.
pub(crate) struct Baseline {
    /// `None` when nothing at all is known of the service.
    nearness: Option<Nearness>,
    certificates: History,
    held: Option<Traits>,
    first_seen: Option<i64>,
}

impl Baseline {
    /// The nearest of what is known.
    pub(crate) fn of(place: &Place, all: &[Known], domain: &Domain, service: Service) -> Self {
        let near = |own: &Known| own.place.nearness(place);
        let nearness = all.iter().filter_map(near).min();
        let kin = || all.iter().filter(|own| nearness.is_some() && near(own) == nearness);
        let empty = History::new(domain.clone(), service);
        let held = kin().map(|own| own.held.clone()).reduce(|one, other| one.least(&other));
        let is_known = nearness == Some(Nearness::Same);
        Self {
            nearness,
            certificates: kin().fold(empty, |history, own| joined(&history, &own.certificates)),
            held: nearness.and_then(|nearness| Some(held?.of_kin(nearness))),
            first_seen: kin().map(|own| own.first_seen).min().filter(|_| is_known),
        }
    }

    /// Compares an endpoint, and gives what to know of it from now on; nothing when it cannot be compared.
    pub(crate) fn compare(
        self,
        place: Place,
        latest: Traits,
        verdict: Option<&Verdict>,
        now: i64,
    ) -> (Vec<Note>, Option<Known>) {
        if let Some(proof) = self.held.as_ref().and_then(|held| latest.incomparable(held)) {
            return (vec![not_compared(proof)], None);
        }
        let mut notes = Vec::new();
        let mut kept = self.certificates.clone();
        if let Some((seen, verdict)) =
            verdict.and_then(|verdict| Some((observe(&self.certificates, verdict, now)?, verdict)))
        {
            let text = self.text(seen.change, seen.announced, verdict.method());
            notes.push(Note { change: seen.change.name(), loudness: seen.loudness, text });
            kept = seen.to_store.unwrap_or(kept);
        }
        if let Some(held) = &self.held {
            notes.extend(latest.losses(held, self.certificates.service()));
        }
        let known = Known {
            place,
            certificates: kept,
            held: self.held.map_or_else(|| latest.clone(), |held| held.best(&latest)),
            latest,
            first_seen: self.first_seen.unwrap_or(now),
            last_seen: now,
        };
        (notes, Some(known))
    }

    fn text(&self, change: Change, announced: bool, method: Option<Method>) -> String {
        let seen = self.certificates.seen();
        let since = seen.iter().map(|seen| seen.first_seen).min().map(date).unwrap_or_default();
        let is_new = self.nearness == Some(Nearness::OtherEndpoint);
        match change {
            Change::FirstSeen if seen.is_empty() => "seen for the first time".into(),
            Change::FirstSeen => "another certificate than before".into(),
            Change::Same if announced => {
                let by = method.map_or("a proof", Method::name);
                format!("a new key, for which {by} vouches")
            }
            Change::Same => format!("the certificate is known (first seen {since})"),
            Change::RenewedSameKey => "renewed, with the key that is known".into(),
            Change::NewKeySameIssuer => "a new key, from the issuer that is known".into(),
            Change::NewIssuer => {
                "another key from another issuer; nothing announced it. If you did not do it, somebody else did"
                    .into()
            }
            Change::WorseVerdict if is_new => format!(
                "a new endpoint, and less proves it than those that are known (first seen {since}). If nobody \
                 added it, somebody leads you there"
            ),
            Change::WorseVerdict => format!(
                "it was proved better before (first seen {since}). If nobody changed the server, somebody is \
                 in between"
            ),
        }
    }
}

fn not_compared(proof: &str) -> Note {
    let text = format!(
        "not compared: {} proved it before, and could not be looked up this time",
        proof.to_uppercase()
    );
    Note { change: NOT_COMPARED, loudness: Loudness::Info, text }
}

/// Both are of one domain and service, as all rows that are read together.
fn joined(one: &History, other: &History) -> History {
    one.joined(other).unwrap_or_else(|| one.clone())
}
