//! What a check says of an endpoint, in the few facts that are compared, and what is worse than it was: TLS
//! gone, a lower version, STARTTLS no longer offered or required, a proof lost.

use serde_json::{Map, Value, json};
use xmpptls::connection::Cause;
use xmpptls::name::Service;
use xmpptls::parameter::Version;
use xmpptls::record::{Dnssec, Lookup};
use xmpptls::stream::{self, Ending};
use xmpptls::tls::Failure;
use xmpptls::verdict::{Level, Proof};
use xmpptls::verification::Loudness;

use super::note::Note;
use super::place::Nearness;
use crate::check::facts::{Contact, EndpointCheck, ServiceCheck};

/// The facts of one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Traits {
    /// TLS came about.
    pub(crate) tls: bool,
    /// The version that was agreed on, by number.
    pub(crate) version: Option<u16>,
    /// It offered STARTTLS, or has no need to.
    pub(crate) starttls_offered: bool,
    /// It required it, or has no need to.
    pub(crate) starttls_required: bool,
    /// Proofs that succeeded, each for itself.
    pub(crate) proofs: Vec<String>,
    /// Proofs of which nothing can be said, since their evidence could not be had this time. Not stored.
    pub(crate) undetermined: Vec<&'static str>,
    pub(crate) level: Level,
}

impl Traits {
    /// The facts of an endpoint; `None` when what came about says nothing about it.
    pub(crate) fn of(own: &EndpointCheck, check: &ServiceCheck) -> Option<Self> {
        let report = own.report.as_ref();
        let cause = report.and_then(|report| report.cause());
        if own.contact != Contact::Tls && !cause.is_some_and(denies_tls) {
            return None;
        }
        let proofs = own.proofs.iter().filter(|attempt| attempt.method().is_some());
        let without = |said: Option<bool>| said == Some(false);
        Some(Self {
            tls: own.contact == Contact::Tls,
            version: report.and_then(|own| own.negotiated()).map(|own| own.version.number()),
            starttls_offered: !without(report.and_then(|report| report.starttls_offered())),
            starttls_required: !without(report.and_then(|report| report.starttls_required())),
            proofs: proofs.map(|attempt| attempt.proof.name().to_owned()).collect(),
            undetermined: undetermined(own, check),
            level: own.verdict.as_ref().map_or(Level::Refused, xmpptls::verdict::Verdict::level),
        })
    }

    pub(crate) fn to_json(&self) -> String {
        json!({
            "tls": self.tls,
            "version": self.version,
            "starttls_offered": self.starttls_offered,
            "starttls_required": self.starttls_required,
            "proofs": self.proofs,
            "level": self.level.name(),
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
            level: Level::from_name(json.get("level")?.as_str()?)?,
        })
    }

    /// The better of both, fact by fact.
    pub(crate) fn best(&self, other: &Self) -> Self {
        let mut proofs = self.proofs.clone();
        proofs.extend(other.proofs.iter().filter(|own| !self.proofs.contains(own)).cloned());
        Self {
            tls: self.tls || other.tls,
            version: self.version.max(other.version),
            starttls_offered: self.starttls_offered || other.starttls_offered,
            starttls_required: self.starttls_required || other.starttls_required,
            proofs,
            undetermined: Vec::new(),
            level: if self.level.proves_less_than(other.level) { other.level } else { self.level },
        }
    }

    /// What both have, fact by fact: by this a place that was never seen is measured.
    pub(crate) fn least(&self, other: &Self) -> Self {
        Self {
            tls: self.tls && other.tls,
            version: self.version.min(other.version),
            starttls_offered: self.starttls_offered && other.starttls_offered,
            starttls_required: self.starttls_required && other.starttls_required,
            proofs: self.proofs.iter().filter(|own| other.proofs.contains(own)).cloned().collect(),
            undetermined: Vec::new(),
            level: if self.level.proves_less_than(other.level) { self.level } else { other.level },
        }
    }

    /// What another endpoint has in common with its kin: records of its own, and a start of its own, it has
    /// not.
    pub(crate) fn of_kin(self, nearness: Nearness) -> Self {
        match nearness {
            Nearness::Same | Nearness::OtherAddress => self,
            Nearness::OtherEndpoint => {
                Self { starttls_offered: false, starttls_required: false, proofs: Vec::new(), ..self }
            }
        }
    }

    /// Whether a proof is missing for certain.
    fn has_lost(&self, proof: &str) -> bool {
        !self.proofs.iter().any(|own| own == proof) && !self.undetermined.contains(&proof)
    }

    /// A proof that held before and of which nothing can be said now, where without it the endpoint looks
    /// worse: to compare would be to warn of what may only be a lost packet.
    pub(crate) fn incomparable(&self, held: &Self) -> Option<&'static str> {
        let is_worse = self.level.proves_less_than(held.level);
        let held = |proof: &&&str| held.proofs.iter().any(|own| own == **proof);
        self.undetermined.iter().find(held).copied().filter(|_| is_worse)
    }

    /// What is worse than it was.
    pub(crate) fn losses(&self, held: &Self, service: Service) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut note = |change, loudness: Loudness, text: String| notes.push(Note { change, loudness, text });
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

/// Whether the server, or who plays it, denies TLS. A connection that was cut or took too long says nothing:
/// servers that restart or are full do that too.
fn denies_tls(cause: &Cause) -> bool {
    !matches!(
        cause,
        Cause::TimeLimit(_)
            | Cause::Unusable
            | Cause::HostRefused(_)
            | Cause::Tls(Failure::HandshakeTruncated | Failure::Internal)
            | Cause::Stream(
                stream::Cause::TlsUnavailable { ending: Ending::Transport, .. }
                    | stream::Cause::StreamError { .. }
                    | stream::Cause::Redirected { .. },
            )
    )
}

/// The proofs whose evidence could not be had.
fn undetermined(own: &EndpointCheck, check: &ServiceCheck) -> Vec<&'static str> {
    let mut proofs = Vec::new();
    if matches!(check.posh, Lookup::Failed(_)) {
        proofs.push(Proof::Posh.name());
    }
    let failed = own.tlsa.iter().any(|(_, found)| matches!(found, Lookup::Failed(_)));
    if failed || own.endpoint.addresses == Dnssec::Indeterminate || check.resolver_without_dnssec {
        proofs.push(Proof::Dane.name());
    }
    proofs
}

fn version(number: u16) -> String {
    Version::from_number(number).map_or_else(|| format!("version {number:#06x}"), |own| own.to_string())
}

#[cfg(test)]
#[path = "traits_tests.rs"]
mod tests;
