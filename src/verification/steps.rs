//! The steps of a verdict that follow DANE: PKIX, POSH, exceptions, dialback.

use crate::certificate::name_values;
use crate::name::{Direction, ReferenceIdentity, ReferenceKind, ReferenceSource, Service};
use crate::policy::{PeerDemands, Policy, Requirement};
use crate::proof::exception;
use crate::proof::names::NameMatch;
use crate::proof::pkix::{
    self, PathDemand, PkixFailure, PkixPath, Purpose, RevocationDemand, RevocationOutcome,
};
use crate::proof::posh::{self, PoshDemand, PoshFailure};
use crate::record::{Lookup, LookupFailure, PoshEvidence};
use crate::verdict::{
    Attempt, DialbackFailure, Evidence as Summary, Method, NotTried, Note, Outcome, PkixEvidence,
    PoshSummary, Proof, Reason,
};
use crate::verification::{Case, DialbackAnswer};

/// Seconds before its end from which an exception is said to end soon: a week, to act in.
const EXCEPTION_ENDS_SOON: i64 = 7 * 24 * 3600;

/// What the steps share.
pub(crate) struct Context<'a> {
    pub(crate) case: &'a Case<'a>,
    pub(crate) demands: PeerDemands<'a>,
    pub(crate) references: Vec<ReferenceIdentity>,
    pub(crate) notes: Vec<Note>,
}

/// How a step ended.
pub(crate) struct Step {
    pub(crate) attempt: Attempt,
    pub(crate) proved: Option<Proved>,
    /// Nothing else may stand in for it.
    pub(crate) is_final: bool,
}

/// What a successful step proved.
pub(crate) struct Proved {
    pub(crate) method: Method,
    pub(crate) name: Option<NameMatch>,
    pub(crate) valid_until: Option<i64>,
}

impl Step {
    pub(crate) fn open(attempt: Attempt) -> Self {
        Self { attempt, proved: None, is_final: false }
    }

    pub(crate) fn refused(attempt: Attempt) -> Self {
        Self { attempt, proved: None, is_final: true }
    }

    pub(crate) fn proved(
        attempt: Attempt,
        method: Method,
        name: Option<NameMatch>,
        valid_until: Option<i64>,
    ) -> Self {
        Self { attempt, proved: Some(Proved { method, name, valid_until }), is_final: false }
    }
}

impl<'a> Context<'a> {
    pub(crate) fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub(crate) fn revocation(&self) -> RevocationDemand<'a> {
        RevocationDemand {
            demand: self.case.policy.revocation,
            lists: self.case.evidence.revocation_lists.as_ref().unwrap_or(&self.case.policy.revocation_lists),
            staple: self.case.presented.staple,
        }
    }
}

fn purpose(case: &Case<'_>, policy: &Policy) -> Purpose {
    match (case.service, case.direction) {
        (Service::C2s, Direction::Receiving) => Purpose::User,
        (Service::S2s, _) if policy.accept_client_auth_only => Purpose::ServerOrClientAuthOnly,
        _ => Purpose::Server,
    }
}

/// Tries PKIX. A revoked certificate, or one that demands a staple and has none, is final (PKI-23).
pub(crate) fn pkix(context: &mut Context<'_>) -> Step {
    let case = context.case;
    let not_tried = |why| Step::open(Attempt::new(Proof::Pkix, Outcome::NotTried(why)));
    if !case.policy.pkix {
        return not_tried(NotTried::Policy);
    }
    let Some(chain) = case.presented.chain else {
        return not_tried(NotTried::NoCertificate);
    };
    let demand = PathDemand {
        purpose: purpose(case, case.policy),
        time: case.now,
        references: &context.references,
        revocation: context.revocation(),
        accept_path: None,
    };
    let anchors = case.policy.trust_anchors.len();
    match pkix::verify(chain, &case.policy.trust_anchors, &demand) {
        Ok(path) => pkix_passed(context, path, anchors),
        Err(failures) => {
            let is_final = failures.iter().any(|failure| {
                matches!(failure, PkixFailure::Revoked { .. } | PkixFailure::MustStapleMissing)
            });
            let reasons = failures.into_iter().map(Reason::Pkix).collect();
            let summary = PkixEvidence { anchors, anchor: None, name: None, revocation: None };
            let attempt = Attempt::failed(Proof::Pkix, reasons).with(Summary::Pkix(Box::new(summary)));
            Step { is_final, ..Step::open(attempt) }
        }
    }
}

fn pkix_passed(context: &mut Context<'_>, path: PkixPath, anchors: usize) -> Step {
    if path.revocation == RevocationOutcome::Unknown {
        context.note(Note::RevocationUnknown);
    }
    if path.client_auth_only {
        context.note(Note::ClientAuthOnlyAccepted);
    }
    if let Some(ReferenceIdentity { kind: ReferenceKind::DnsId(host), source: ReferenceSource::Configured }) =
        path.name.as_ref().map(|name| &name.reference)
    {
        context.note(Note::ConfiguredHostCounted(host.clone()));
    }
    let anchor = path.anchor.certificate().map(|own| name_values(own.subject()));
    let summary =
        PkixEvidence { anchors, anchor, name: path.name.clone(), revocation: Some(path.revocation) };
    let attempt = Attempt::new(Proof::Pkix, Outcome::Passed(Method::Pkix));
    let attempt = attempt.with(Summary::Pkix(Box::new(summary)));
    Step::proved(attempt, Method::Pkix, path.name, Some(path.earliest_expiry))
}

/// Tries POSH.
pub(crate) fn posh(context: &mut Context<'_>) -> Step {
    let case = context.case;
    let not_tried = |why| Step::open(Attempt::new(Proof::Posh, Outcome::NotTried(why)));
    if !case.policy.posh {
        return not_tried(NotTried::Policy);
    }
    if (case.service, case.direction) == (Service::C2s, Direction::Receiving) {
        return not_tried(NotTried::OtherRole);
    }
    match &case.evidence.posh {
        Lookup::NotAsked => not_tried(NotTried::NotAsked),
        Lookup::Absent(_) => not_tried(NotTried::Absent),
        Lookup::Failed(failure) => {
            let failure = match *failure {
                // the document came, and is broken
                LookupFailure::Malformed => PoshFailure::BadDocument,
                other => PoshFailure::FetchFailed(other),
            };
            Step::open(Attempt::failed(Proof::Posh, vec![Reason::Posh(failure)]))
        }
        Lookup::Found(evidence) => posh_document(context, evidence),
    }
}

fn posh_document(context: &mut Context<'_>, evidence: &PoshEvidence) -> Step {
    let case = context.case;
    let mut summary = PoshSummary {
        url: evidence.url.clone(),
        reference: evidence.reference.as_ref().map(|(url, _)| url.clone()),
        fetched_at: evidence.fetched_at,
        fingerprints: evidence.fingerprints.len(),
        matched: None,
    };
    let Some(chain) = case.presented.chain else {
        let attempt = Attempt::new(Proof::Posh, Outcome::NotTried(NotTried::NoCertificate));
        return Step::open(attempt.with(Summary::Posh(Box::new(summary))));
    };
    let demand = PoshDemand {
        domain: case.domain,
        service: case.service,
        target: case.endpoint.map(|endpoint| &endpoint.target),
        time: case.now,
        maximum_age: case.policy.posh_maximum_age,
    };
    match posh::verify(chain.leaf(), evidence, &demand) {
        Ok(found) => {
            summary.matched = Some(found.fingerprint.hash);
            if found.is_cut {
                context.note(Note::PoshLifetimeCut);
            }
            let attempt = Attempt::new(Proof::Posh, Outcome::Passed(Method::Posh));
            let attempt = attempt.with(Summary::Posh(Box::new(summary)));
            let step = Step::proved(attempt, Method::Posh, None, Some(found.valid_until));
            if found.names_nothing_known {
                context.note(Note::PoshNoKnownName);
            }
            step
        }
        Err(failures) => {
            let reasons = failures.into_iter().map(Reason::Posh).collect();
            let attempt = Attempt::failed(Proof::Posh, reasons);
            Step::open(attempt.with(Summary::Posh(Box::new(summary))))
        }
    }
}

/// Looks for an exception.
pub(crate) fn exception(context: &mut Context<'_>) -> Step {
    let not_tried = |why| Step::open(Attempt::new(Proof::Exception, Outcome::NotTried(why)));
    if context.demands.exceptions.is_empty() {
        return not_tried(NotTried::Absent);
    }
    let Some(chain) = context.case.presented.chain else {
        return not_tried(NotTried::NoCertificate);
    };
    match exception::verify(chain.leaf(), context.demands.exceptions, context.case.now) {
        Ok(None) => not_tried(NotTried::Absent),
        Err(failure) => Step::open(Attempt::failed(Proof::Exception, vec![Reason::Exception(failure)])),
        Ok(Some(found)) => {
            context.note(Note::ExceptionUsed);
            if found.until.saturating_sub(context.case.now) < EXCEPTION_ENDS_SOON {
                context.note(Note::ExceptionEndsSoon(found.until));
            }
            let attempt = Attempt::new(Proof::Exception, Outcome::Passed(Method::Exception));
            let attempt = attempt.with(Summary::Exception { digest: found.digest, until: found.until });
            Step::proved(attempt, Method::Exception, None, Some(found.until))
        }
    }
}

/// Takes the dialback answer into account (DNA-03).
pub(crate) fn dialback(context: &mut Context<'_>) -> Step {
    let case = context.case;
    let not_tried = |why| Step::open(Attempt::new(Proof::Dialback, Outcome::NotTried(why)));
    if case.service != Service::S2s {
        return not_tried(NotTried::OtherRole);
    }
    if !case.policy.dialback || context.demands.requirement == Requirement::Authenticate {
        return not_tried(NotTried::Policy);
    }
    let answer = match &case.evidence.dialback {
        Lookup::NotAsked => return not_tried(NotTried::NotAsked),
        Lookup::Found(answer) => *answer,
        Lookup::Absent(_) => return dialback_unanswered(None),
        Lookup::Failed(failure) => return dialback_unanswered(Some(*failure)),
    };
    let DialbackAnswer { valid, dnssec, over_tls } = answer;
    let summary = Summary::Dialback { valid, dnssec, over_tls };
    let failure = if !valid {
        DialbackFailure::Invalid
    } else if !over_tls && case.policy.dialback_requires_tls {
        DialbackFailure::WithoutTls
    } else {
        let method = if dnssec && over_tls { Method::DialbackDnssec } else { Method::Dialback };
        let attempt = Attempt::new(Proof::Dialback, Outcome::Passed(method)).with(summary);
        return Step::proved(attempt, method, None, None);
    };
    Step::open(Attempt::failed(Proof::Dialback, vec![Reason::Dialback(failure)]).with(summary))
}

fn dialback_unanswered(why: Option<LookupFailure>) -> Step {
    let reason = Reason::Dialback(DialbackFailure::Unanswered(why));
    Step::open(Attempt::failed(Proof::Dialback, vec![reason]))
}
