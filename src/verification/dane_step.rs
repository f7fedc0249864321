//! The DANE step of a verdict: ladder, records, match; and our own rule for inbound peers.

use crate::certificate::Chain;
use crate::name::{Direction, Service};
use crate::proof::dane::{self, DaneDemand, DaneFailure, DaneMatch};
use crate::record::{Dnssec, TlsaSet, TlsaUsage};
use crate::verdict::{
    Attempt, DaneEvidence, Evidence as Summary, Method, NotTried, Note, Outcome, Proof, Reason,
};
use crate::verification::ladder::{self, Ladder};
use crate::verification::steps::{Context, Step};

/// Tries DANE.
pub(crate) fn run(context: &mut Context<'_>) -> Step {
    let case = context.case;
    let outcome = match (case.service, case.direction) {
        _ if !case.policy.dane.is_on() => NotTried::Policy,
        (_, Direction::Initiating) => return initiating(context),
        (Service::S2s, Direction::Receiving) if case.policy.dane_inbound => return inbound(context),
        (Service::S2s, Direction::Receiving) => NotTried::Policy,
        (Service::C2s, Direction::Receiving) => NotTried::OtherRole,
    };
    Step::open(Attempt::new(Proof::Dane, Outcome::NotTried(outcome)))
}

fn initiating(context: &mut Context<'_>) -> Step {
    let case = context.case;
    let Some(endpoint) = case.endpoint else {
        context.note(Note::EvidenceNotAsked(Proof::Dane));
        return Step::open(Attempt::new(Proof::Dane, Outcome::NotTried(NotTried::NotAsked)));
    };
    if case.policy.dane.pkix {
        context.note(Note::DanePkixUsagesEnabled);
    }
    let mut summary = DaneEvidence {
        srv: endpoint.srv,
        addresses: endpoint.addresses,
        owner: None,
        tlsa: None,
        usable: 0,
        unusable: Vec::new(),
        matched: None,
        name: None,
    };
    let set = match ladder::climb(case.domain, endpoint, case.evidence, case.now) {
        Ladder::Records(set) => set,
        Ladder::Forbidden(failure) => {
            let attempt = Attempt::failed(Proof::Dane, vec![Reason::Dane(failure)]);
            return Step::refused(attempt.with(Summary::Dane(Box::new(summary))));
        }
        Ladder::NoRecords(state) => {
            summary.tlsa = Some(state);
            let attempt = Attempt::new(Proof::Dane, Outcome::NotTried(NotTried::Absent));
            return Step::open(attempt.with(Summary::Dane(Box::new(summary))));
        }
        Ladder::NoDane | Ladder::Ask(_) => {
            if endpoint.srv.is_some() {
                context.note(Note::DaneNotSecure);
            }
            let attempt = Attempt::new(Proof::Dane, Outcome::NotTried(NotTried::DnsNotSecure));
            return Step::open(attempt.with(Summary::Dane(Box::new(summary))));
        }
    };
    records(context, set, summary)
}

/// Usable records decide alone (DANE-09).
fn records(context: &mut Context<'_>, set: &TlsaSet, mut summary: DaneEvidence) -> Step {
    let usable = dane::usable(set, context.case.policy.dane);
    note_unusable(context, set, usable.unusable.len());
    summary.owner = Some(set.owner().clone());
    summary.tlsa = Some(set.dnssec());
    summary.usable = usable.records.len();
    summary.unusable = usable.unusable;
    if usable.records.is_empty() {
        context.note(Note::DaneNoUsableRecords);
        let attempt = Attempt::new(Proof::Dane, Outcome::NotTried(NotTried::NoUsableRecords));
        return Step::open(attempt.with(Summary::Dane(Box::new(summary))));
    }
    let Some(chain) = context.case.presented.chain else {
        let reason = Reason::Dane(DaneFailure::Mismatch { usable: usable.records.len() });
        let attempt = Attempt::failed(Proof::Dane, vec![reason]);
        return Step::refused(attempt.with(Summary::Dane(Box::new(summary))));
    };
    let demand = DaneDemand {
        anchors: &context.case.policy.trust_anchors,
        references: &context.references,
        revocation: context.revocation(),
        time: context.case.now,
    };
    match dane::verify(chain, &usable.records, &demand) {
        Ok(found) => passed(context, chain, set, found, summary),
        Err(failures) => {
            let reasons = failures.into_iter().map(Reason::Dane).collect();
            let attempt = Attempt::failed(Proof::Dane, reasons);
            Step::refused(attempt.with(Summary::Dane(Box::new(summary))))
        }
    }
}

fn passed(
    context: &mut Context<'_>,
    chain: &Chain,
    set: &TlsaSet,
    found: DaneMatch,
    mut summary: DaneEvidence,
) -> Step {
    let method = match found.record.usage {
        TlsaUsage::PkixTa => Method::PkixTa,
        TlsaUsage::PkixEe => Method::PkixEe,
        TlsaUsage::DaneTa => Method::DaneTa,
        TlsaUsage::DaneEe => Method::DaneEe,
    };
    if chain.leaf().is_ca() {
        context.note(Note::EeIsCaAccepted);
    }
    let expiry = found.path.as_ref().map(|path| path.earliest_expiry);
    let name = found.path.and_then(|path| path.name);
    summary.matched = Some(found.record);
    summary.name.clone_from(&name);
    let valid_until = set.valid_until().into_iter().chain(expiry).min();
    let attempt = Attempt::new(Proof::Dane, Outcome::Passed(method));
    Step::proved(attempt.with(Summary::Dane(Box::new(summary))), method, name, valid_until)
}

/// DANE-22: TLSA speaks of servers, so a match with a record of any target proves an inbound server, and
/// anything else proves nothing either way. Only DANE-EE counts.
fn inbound(context: &mut Context<'_>) -> Step {
    use crate::record::Lookup;
    let case = context.case;
    let outcome = match (&case.evidence.targets, case.presented.chain) {
        (Lookup::Found(targets), Some(chain)) => return inbound_targets(context, targets, chain),
        (_, None) => NotTried::NoCertificate,
        (Lookup::NotAsked, _) => NotTried::NotAsked,
        (Lookup::Absent(_) | Lookup::Failed(_), _) => NotTried::Absent,
    };
    if outcome == NotTried::NotAsked {
        context.note(Note::EvidenceNotAsked(Proof::Dane));
    }
    Step::open(Attempt::new(Proof::Dane, Outcome::NotTried(outcome)))
}

fn inbound_targets(context: &mut Context<'_>, targets: &[crate::name::Endpoint], chain: &Chain) -> Step {
    let case = context.case;
    let mut seen_usable = 0_usize;
    for target in targets.iter().take(crate::limits::SRV_TARGETS) {
        let Ladder::Records(set) = ladder::climb(case.domain, target, case.evidence, case.now) else {
            continue;
        };
        let usable = dane::usable(set, case.policy.dane);
        let usable_count = usable.records.len();
        seen_usable = seen_usable.saturating_add(usable_count);
        let Some(record) = dane::names_end_entity(chain.leaf(), &usable.records) else { continue };
        if crate::proof::pkix::key_is_too_weak(chain.leaf().key()).is_some() {
            continue;
        }
        context.note(Note::DaneInboundLocalPolicy);
        let summary = DaneEvidence {
            srv: target.srv,
            addresses: Dnssec::Secure,
            owner: Some(set.owner().clone()),
            tlsa: Some(set.dnssec()),
            usable: usable_count,
            matched: Some(record.clone()),
            unusable: usable.unusable,
            name: None,
        };
        let attempt = Attempt::new(Proof::Dane, Outcome::Passed(Method::DaneEe));
        let attempt = attempt.with(Summary::Dane(Box::new(summary)));
        return Step::proved(attempt, Method::DaneEe, None, set.valid_until());
    }
    if seen_usable > 0 {
        context.note(Note::DaneInboundMismatch);
        let reason = Reason::Dane(DaneFailure::Mismatch { usable: seen_usable });
        return Step::open(Attempt::failed(Proof::Dane, vec![reason]));
    }
    Step::open(Attempt::new(Proof::Dane, Outcome::NotTried(NotTried::Absent)))
}

fn note_unusable(context: &mut Context<'_>, set: &TlsaSet, unusable: usize) {
    if unusable > 0 {
        context.note(Note::DaneRecordsUnusable(unusable));
    }
    if set.dropped() > 0 {
        context.note(Note::DaneRecordsDropped(set.dropped()));
    }
}
