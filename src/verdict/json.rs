//! The verdict as JSON, as `docs/schema/verdict.json` describes it.
//!
//! Every text that a peer wrote is escaped for one line. Members are always there; what does not apply is
//! null. New members may come with the same version, so readers pass over what they do not know.

use serde_json::{Value, json};

use crate::certificate::{Certificate, escape_for_text, hexadecimal};
use crate::name::{ReferenceKind, ReferenceSource};
use crate::policy::PinnedDigest;
use crate::proof::names::NameMatch;
use crate::proof::pkix::RevocationOutcome;
use crate::record::UnusableTlsa;
use crate::verdict::{
    Attempt, DaneEvidence, Evidence, Note, Outcome, PkixEvidence, PoshSummary, Possession, Reason, Verdict,
};

/// The name and version of the format, in its member `format`.
pub const VERDICT_FORMAT: &str = "xmpptls-verdict-1";

impl Verdict {
    /// The verdict as JSON, in one line.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// The verdict as a JSON value.
    pub(crate) fn to_value(&self) -> Value {
        json!({
            "format": VERDICT_FORMAT,
            "level": self.level().name(),
            "method": self.method().map(|method| method.name()),
            "domain": self.domain().as_ascii(),
            "domain_unicode": escape_for_text(&self.domain().to_unicode()),
            "service": self.service().name(),
            "direction": self.direction().name(),
            "name": self.name().map(name),
            "attempts": self.attempts().iter().map(attempt).collect::<Vec<_>>(),
            "reasons": self.reasons().map(reason).collect::<Vec<_>>(),
            "notes": self.notes().iter().map(note).collect::<Vec<_>>(),
            "certificate": self.chain().map(|chain| certificate(chain.leaf())),
            "judged_at": self.judged_at(),
            "valid_until": self.valid_until(),
            "possession_shown": self.possession() == Possession::Shown,
            "resumed": self.is_resumed(),
            "policy": self.policy(),
            "requirement": self.requirement().name(),
            "permitted": self.is_permitted(),
            "alert": self.alert().map(|alert| alert.number()),
            "text": self.to_string(),
        })
    }
}

fn reason(reason: &Reason) -> Value {
    let code = reason.code();
    json!({
        "code": code.number(),
        "name": code.word(),
        "clause": code.clause(),
        "text": reason.to_string(),
    })
}

fn note(note: &Note) -> Value {
    let code = note.code();
    json!({
        "code": code.number(),
        "name": code.word(),
        "clause": code.clause(),
        "text": note.to_string(),
    })
}

fn name(name: &NameMatch) -> Value {
    let (kind, value) = match &name.reference.kind {
        ReferenceKind::DnsId(domain) => ("dns-id", domain.to_string()),
        ReferenceKind::SrvId(service, domain) => ("srv-id", format!("{}.{domain}", service.srv_label())),
        ReferenceKind::XmppAddr(domain) => ("xmpp-addr", domain.to_string()),
        ReferenceKind::IpId(address) => ("ip-id", address.to_string()),
    };
    let source = match name.reference.source {
        ReferenceSource::ServiceDomain => "service-domain",
        ReferenceSource::SecureTarget => "secure-target",
        ReferenceSource::Configured => "configured",
    };
    json!({
        "kind": kind,
        "value": value,
        "source": source,
        "presented_as": escape_for_text(&name.presented.text),
    })
}

fn certificate(certificate: &Certificate) -> Value {
    let validity = certificate.validity();
    json!({
        "sha256": hexadecimal(&certificate.digest_sha256()),
        "public_key_sha256": hexadecimal(&certificate.spki_sha256()),
        "names": certificate.names().texts().iter().map(|text| escape_for_text(text)).collect::<Vec<_>>(),
        "not_before": validity.not_before,
        "not_after": validity.not_after,
    })
}

fn attempt(attempt: &Attempt) -> Value {
    let why = if let Outcome::NotTried(why) = attempt.outcome { Some(why.name()) } else { None };
    json!({
        "proof": attempt.proof.name(),
        "outcome": attempt.outcome.name(),
        "method": attempt.method().map(|method| method.name()),
        "not_tried": why,
        "evidence": evidence(&attempt.evidence),
        "reasons": attempt.reasons.iter().map(reason).collect::<Vec<_>>(),
    })
}

fn evidence(evidence: &Evidence) -> Value {
    match evidence {
        Evidence::None => Value::Null,
        Evidence::Dane(own) => dane(own),
        Evidence::Pkix(own) => pkix(own),
        Evidence::Posh(own) => posh(own),
        Evidence::Exception { digest, until } => {
            let (kind, digest) = match digest {
                PinnedDigest::Certificate(digest) => ("certificate", digest),
                PinnedDigest::PublicKey(digest) => ("public-key", digest),
            };
            json!({ "kind": kind, "sha256": hexadecimal(digest), "until": until })
        }
        Evidence::Dialback { valid, dnssec, over_tls } => {
            json!({ "valid": valid, "dnssec": dnssec, "over_tls": over_tls })
        }
    }
}

fn dane(own: &DaneEvidence) -> Value {
    let unusable = |record: &UnusableTlsa| {
        let head = record.rdata.get(..64).unwrap_or(&record.rdata);
        json!({ "rdata": hexadecimal(head), "why": record.defect.to_string() })
    };
    json!({
        "srv": own.srv.map(|state| state.name()),
        "addresses": own.addresses.name(),
        "owner": own.owner.as_ref().map(ToString::to_string),
        "tlsa": own.tlsa.map(|state| state.name()),
        "usable": own.usable,
        "unusable": own.unusable.iter().map(unusable).collect::<Vec<_>>(),
        "matched": own.matched.as_ref().map(|record| {
            let text = record.to_string();
            text.get(..200).map_or_else(|| text.clone(), |head| format!("{head}…"))
        }),
        "name": own.name.as_ref().map(name),
    })
}

fn pkix(own: &PkixEvidence) -> Value {
    json!({
        "anchors": own.anchors,
        "anchor": own.anchor,
        "name": own.name.as_ref().map(name),
        "revocation": own.revocation.map(|outcome| match outcome {
            RevocationOutcome::NotChecked => "not_checked",
            RevocationOutcome::NotRevoked => "not_revoked",
            RevocationOutcome::Unknown => "unknown",
        }),
    })
}

fn posh(own: &PoshSummary) -> Value {
    json!({
        "url": own.url.as_str(),
        "reference": own.reference.as_ref().map(|url| url.as_str()),
        "fetched_at": own.fetched_at,
        "fingerprints": own.fingerprints,
        "matched": own.matched.map(|hash| hash.name()),
    })
}
