//! What changed since the last time, besides what the library says about certificates: TLS gone, a lower
//! version, STARTTLS no longer offered or required, a proof lost.
//!
//! The best that was seen is held until the user accepts less; so a warning stays until somebody has read it.

use serde_json::{Map, Value, json};
use xmpptls::name::{Service, Transport};
use xmpptls::parameter::Version;
use xmpptls::record::{Dnssec, Lookup};
use xmpptls::verdict::{Level, Method, Proof};
use xmpptls::verification::{Change, History, Loudness, observe};

use crate::check::facts::{ChangeNote, Contact, ServiceCheck};
use crate::clock::date;

/// What a check says of a service, in the few facts that are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    /// TLS came about.
    pub(crate) tls: bool,
    /// The lowest version that was agreed on, by number.
    pub(crate) version: Option<u16>,
    /// All that answered offered STARTTLS, or there was only direct TLS.
    pub(crate) starttls_offered: bool,
    /// All of them required it.
    pub(crate) starttls_required: bool,
    /// Proofs that succeeded, each for itself.
    pub(crate) proofs: Vec<String>,
    /// Proofs of which nothing can be said, since their evidence could not be had this time. Not stored.
    pub(crate) undetermined: Vec<&'static str>,
    /// The level: `authenticated`, `weak`, `encrypted_only`, `refused`.
    pub(crate) level: String,
}

impl Traits {
    /// The facts of a check; `None` when nothing answered, which says nothing about the service.
    pub(crate) fn of(check: &ServiceCheck) -> Option<Self> {
        let answered: Vec<_> = check
            .endpoints
            .iter()
            .filter(|own| {
                matches!(own.contact, Contact::Tls)
                    || own.report.as_ref().is_some_and(|own| own.cause().is_some())
            })
            .collect();
        if answered.is_empty() {
            return None;
        }
        let reports = || answered.iter().filter_map(|own| own.report.as_ref());
        let versions = reports().filter_map(|own| own.negotiated()).map(|own| own.version.number());
        let starttls = || answered.iter().filter(|own| own.endpoint.transport == Transport::Starttls);
        let offered = |wanted: fn(&xmpptls::report::Report) -> Option<bool>| {
            starttls().all(|own| own.report.as_ref().and_then(|report| wanted(report)) != Some(false))
        };
        let mut proofs = Vec::new();
        for attempt in answered.iter().flat_map(|own| &own.proofs) {
            let name = attempt.proof.name().to_owned();
            if attempt.method().is_some() && !proofs.contains(&name) {
                proofs.push(name);
            }
        }
        let levels = answered.iter().filter_map(|own| own.verdict.as_ref()).map(|own| own.level());
        let level = levels.max_by_key(|level| rank(*level)).unwrap_or(Level::Refused);
        Some(Self {
            tls: answered.iter().any(|own| own.contact == Contact::Tls),
            version: versions.min(),
            starttls_offered: offered(xmpptls::report::Report::starttls_offered),
            starttls_required: offered(xmpptls::report::Report::starttls_required),
            proofs,
            undetermined: undetermined(check),
            level: level.name().to_owned(),
        })
    }

    pub(crate) fn to_json(&self) -> String {
        json!({
            "tls": self.tls,
            "version": self.version,
            "starttls_offered": self.starttls_offered,
            "starttls_required": self.starttls_required,
            "proofs": self.proofs,
            "level": self.level,
        })
        .to_string()
    }

    /// Reads what was written; `None` is damage.
    pub(crate) fn from_json(text: &str) -> Option<Self> {
        let json: Map<String, Value> = serde_json::from_str(text).ok()?;
        let flag = |name: &str| json.get(name)?.as_bool();
        let proofs = json.get("proofs")?.as_array()?.iter().map(|own| own.as_str().map(str::to_owned));
        let version = match json.get("version")? {
            Value::Null => None,
            number => Some(u16::try_from(number.as_u64()?).ok()?),
        };
        Some(Self {
            tls: flag("tls")?,
            version,
            starttls_offered: flag("starttls_offered")?,
            starttls_required: flag("starttls_required")?,
            proofs: proofs.collect::<Option<_>>()?,
            undetermined: Vec::new(),
            level: json.get("level")?.as_str()?.to_owned(),
        })
    }

    /// The better of both, fact by fact.
    pub(crate) fn best(&self, other: &Self) -> Self {
        let mut proofs = self.proofs.clone();
        proofs.extend(other.proofs.iter().filter(|own| !self.proofs.contains(own)).cloned());
        let better = if level_rank(&other.level) > level_rank(&self.level) { other } else { self };
        Self {
            tls: self.tls || other.tls,
            version: self.version.max(other.version),
            starttls_offered: self.starttls_offered || other.starttls_offered,
            starttls_required: self.starttls_required || other.starttls_required,
            proofs,
            undetermined: Vec::new(),
            level: better.level.clone(),
        }
    }

    /// Whether a proof is missing for certain.
    fn has_lost(&self, proof: &str) -> bool {
        !self.proofs.iter().any(|own| own == proof) && !self.undetermined.contains(&proof)
    }

    /// A proof that held before and of which nothing can be said now, where without it the service looks
    /// worse: to compare would be to warn of what may only be a lost packet.
    pub(crate) fn incomparable(&self, held: &Self) -> Option<&'static str> {
        let is_worse = level_rank(&self.level) < level_rank(&held.level);
        let held = |proof: &&&str| held.proofs.iter().any(|own| own == **proof);
        self.undetermined.iter().find(held).copied().filter(|_| is_worse)
    }

    /// What is worse than it was.
    pub(crate) fn losses(&self, held: &Self, service: Service) -> Vec<ChangeNote> {
        let mut notes = Vec::new();
        let mut note = |change, loudness: Loudness, text: String| {
            notes.push(ChangeNote { change, loudness: loudness.name(), text });
        };
        if held.tls && !self.tls {
            note("tls_gone", Loudness::Alarm, "TLS came about before, and does not any more".into());
            return notes;
        }
        if let (Some(before), Some(now)) = (held.version, self.version)
            && now < before
        {
            let text = format!("{} was spoken before; now it is {}", version(before), version(now));
            note("version_lower", Loudness::Alarm, text);
        }
        if held.starttls_offered && !self.starttls_offered {
            note("starttls_gone", Loudness::Alarm, "STARTTLS was offered before, and is not any more".into());
        } else if held.starttls_required && !self.starttls_required && service == Service::C2s {
            note(
                "starttls_optional",
                Loudness::Warning,
                "STARTTLS was required before, and is optional now".into(),
            );
        }
        let lost: Vec<&str> =
            held.proofs.iter().filter(|own| self.has_lost(own)).map(String::as_str).collect();
        if !lost.is_empty() && !self.proofs.is_empty() {
            let text =
                format!("it was proved by {} before, and is not any more", lost.join(" and ").to_uppercase());
            note("proof_lost", Loudness::Warning, text);
        }
        notes
    }
}

/// The proofs whose evidence could not be had.
fn undetermined(check: &ServiceCheck) -> Vec<&'static str> {
    let mut proofs = Vec::new();
    if matches!(check.posh, Lookup::Failed(_)) {
        proofs.push(Proof::Posh.name());
    }
    let dane = check.endpoints.iter().any(|own| {
        let failed = own.tlsa.iter().any(|(_, found)| matches!(found, Lookup::Failed(_)));
        failed || own.endpoint.addresses == Dnssec::Indeterminate
    });
    if dane || check.resolver_without_dnssec {
        proofs.push(Proof::Dane.name());
    }
    proofs
}

fn version(number: u16) -> String {
    Version::from_number(number).map_or_else(|| format!("version {number:#06x}"), |own| own.to_string())
}

fn rank(level: Level) -> u8 {
    match level {
        Level::Authenticated => 3,
        Level::Weak => 2,
        Level::EncryptedOnly => 1,
        Level::Refused => 0,
    }
}

/// The rank of a level's name; names that nobody wrote are the worst.
pub(crate) fn level_rank(name: &str) -> u8 {
    [Level::Authenticated, Level::Weak, Level::EncryptedOnly]
        .into_iter()
        .find(|own| own.name() == name)
        .map_or(0, rank)
}

/// Compares the certificates of a check with a history, and gives the history to keep.
pub(crate) fn certificates(check: &ServiceCheck, history: History, now: i64) -> (History, Vec<ChangeNote>) {
    let mut notes: Vec<ChangeNote> = Vec::new();
    let mut kept = history.clone();
    for verdict in check.endpoints.iter().filter_map(|own| own.verdict.as_ref()) {
        // Each is compared with what was known before this check; what it shows is kept for the next one.
        let Some(seen) = observe(&history, verdict, now) else { continue };
        if let Some(observed) = observe(&kept, verdict, now) {
            kept = observed.to_store.unwrap_or(kept);
        }
        let text = text(seen.change, seen.announced, verdict.method(), &history);
        let note = ChangeNote { change: seen.change.name(), loudness: seen.loudness.name(), text };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    // Of what several endpoints show the quiet is not said beside the loud.
    if notes.iter().any(|note| note.loudness != Loudness::Info.name()) {
        notes.retain(|note| note.loudness != Loudness::Info.name());
    }
    (kept, notes)
}

fn text(change: Change, announced: bool, method: Option<Method>, history: &History) -> String {
    let since = history.seen().iter().map(|seen| seen.first_seen).min().map(date).unwrap_or_default();
    match change {
        Change::FirstSeen if history.seen().is_empty() => "seen for the first time".into(),
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
        Change::WorseVerdict => {
            format!(
                "it was proved better before (first seen {since}). If nobody changed the server, somebody is in between"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Traits {
        Traits {
            tls: true,
            version: Some(0x0304),
            starttls_offered: true,
            starttls_required: true,
            proofs: vec!["dane".into(), "pkix".into()],
            undetermined: Vec::new(),
            level: "authenticated".into(),
        }
    }

    fn lost(now: &Traits) -> Vec<(&'static str, &'static str)> {
        now.losses(&good(), Service::C2s).iter().map(|note| (note.change, note.loudness)).collect()
    }

    #[test]
    fn what_is_as_it_was_is_quiet() {
        assert!(lost(&good()).is_empty());
        let better = Traits { proofs: vec!["posh".into(), "pkix".into(), "dane".into()], ..good() };
        assert!(lost(&better).is_empty());
    }

    #[test]
    fn tls_that_is_gone_or_older_is_loud() {
        assert_eq!(lost(&Traits { tls: false, version: None, ..good() }), [("tls_gone", "alarm")]);
        assert_eq!(lost(&Traits { version: Some(0x0303), ..good() }), [("version_lower", "alarm")]);
    }

    #[test]
    fn starttls_that_is_not_offered_any_more_is_loud_and_one_that_is_optional_is_said() {
        let gone = Traits { starttls_offered: false, starttls_required: false, ..good() };
        assert_eq!(lost(&gone), [("starttls_gone", "alarm")]);
        assert_eq!(lost(&Traits { starttls_required: false, ..good() }), [("starttls_optional", "warning")]);
    }

    #[test]
    fn a_proof_is_lost_only_when_its_evidence_could_be_had() {
        let without = Traits { proofs: vec!["pkix".into()], ..good() };
        assert_eq!(lost(&without), [("proof_lost", "warning")]);
        assert!(lost(&Traits { undetermined: vec!["dane"], ..without }).is_empty());
    }

    #[test]
    fn a_look_up_that_failed_is_no_ground_for_a_warning() {
        let refused = Traits { proofs: Vec::new(), level: "refused".into(), ..good() };
        assert_eq!(refused.incomparable(&good()), None);
        let unknown = Traits { undetermined: vec!["dane"], ..refused };
        assert_eq!(unknown.incomparable(&good()), Some("dane"));
        assert_eq!(Traits { level: "authenticated".into(), ..unknown }.incomparable(&good()), None);
    }

    #[test]
    fn traits_read_as_they_are_written_and_the_best_of_both_is_held() {
        assert_eq!(Traits::from_json(&good().to_json()), Some(good()));
        assert_eq!(Traits::from_json("{}"), None);
        let worse =
            Traits { version: Some(0x0303), proofs: vec!["posh".into()], level: "refused".into(), ..good() };
        let best = good().best(&worse);
        assert_eq!(
            (best.version, best.level.as_str(), best.proofs.len()),
            (Some(0x0304), "authenticated", 3)
        );
    }
}
