//! The decision: proofs in their order, then what the policy demands.
//!
//! The order is fixed (DNA-19): usable TLSA records decide alone; else PKIX, then POSH, and the first
//! success counts; else an exception; else, between servers and by policy, dialback as a weak answer. What
//! is final – records that do not match, forged DNS, a revoked certificate – is not made good by anything.
//! POSH is looked at beside a successful PKIX, so that a contradiction is seen (POSH-14). At the end pins
//! and the policy's demands restrict; they never add.

use crate::name::{Direction, Service, reference_identities};
use crate::policy::Requirement;
use crate::proof::exception;
use crate::proof::posh::{self, PoshFailure};
use crate::verdict::{
    Attempt, Facts, Level, Note, Outcome, PolicyFailure, Possession, Proof, Reason, Verdict,
};
use crate::verification::steps::{self, Context, Proved, Step};
use crate::verification::{Case, dane_step};

/// Decides a case. Pure: equal cases have equal verdicts.
pub fn decide(case: &Case<'_>) -> Verdict {
    let demands = case.policy.for_peer(case.domain);
    let is_user = (case.service, case.direction) == (Service::C2s, Direction::Receiving);
    let references = if is_user {
        Vec::new()
    } else {
        let counts = case.policy.configured_host_counts;
        reference_identities(case.domain, case.service, case.endpoint, counts)
    };
    let mut context = Context { case, demands, references, notes: Vec::new() };
    let mut decision = Decision::default();
    decision.take(dane_step::run(&mut context));
    decision.take_unless_decided(&mut context, Proof::Pkix, steps::pkix);
    decision.posh(&mut context);
    decision.take_unless_decided(&mut context, Proof::Exception, steps::exception);
    decision.restrict(&context);
    decision.take_unless_decided(&mut context, Proof::Dialback, steps::dialback);
    decision.into_verdict(context)
}

#[derive(Default)]
struct Decision {
    attempts: Vec<Attempt>,
    demands: Vec<Reason>,
    proved: Option<Proved>,
    is_final: bool,
}

impl Decision {
    fn is_decided(&self) -> bool {
        self.is_final || self.proved.is_some()
    }

    fn is_by_dane(&self) -> bool {
        self.proved.as_ref().is_some_and(|proved| proved.method.is_dane())
    }

    fn take(&mut self, step: Step) {
        self.is_final |= step.is_final;
        self.attempts.push(step.attempt);
        if self.proved.is_none() {
            self.proved = step.proved;
        }
    }

    fn take_unless_decided(
        &mut self,
        context: &mut Context<'_>,
        proof: Proof,
        step: fn(&mut Context<'_>) -> Step,
    ) {
        if self.is_decided() {
            self.attempts.push(Attempt::new(proof, Outcome::Skipped));
        } else {
            self.take(step(context));
        }
    }

    /// POSH is judged beside PKIX, and not beside DANE.
    fn posh(&mut self, context: &mut Context<'_>) {
        if self.is_final || self.is_by_dane() {
            self.attempts.push(Attempt::new(Proof::Posh, Outcome::Skipped));
            return;
        }
        let by_pkix = self.proved.is_some();
        let kept = context.notes.len();
        let step = steps::posh(context);
        if by_pkix {
            context.notes.truncate(kept);
        }
        let failures: Vec<&PoshFailure> = step
            .attempt
            .reasons
            .iter()
            .filter_map(|reason| if let Reason::Posh(failure) = reason { Some(failure) } else { None })
            .collect();
        let contradicts = posh::contradicts(&failures);
        if contradicts && context.case.policy.posh_mismatch_is_final {
            self.is_final = true;
            self.demands.push(Reason::Policy(PolicyFailure::PoshMismatchFinal));
        } else if contradicts && by_pkix {
            context.note(Note::PoshMismatch);
        }
        self.take(step);
    }

    /// Pins and a demand for DANE: they restrict, whatever was proved.
    fn restrict(&mut self, context: &Context<'_>) {
        let leaf = context.case.presented.chain.map(|chain| chain.leaf());
        if let Err(failure) = exception::keeps_pins(leaf, context.demands.pins) {
            self.demands.push(Reason::Pin(failure));
            self.is_final = true;
        }
        if context.demands.dane_required && !self.is_by_dane() {
            self.demands.push(Reason::Policy(PolicyFailure::DaneRequired));
            self.is_final = true;
        }
        if leaf.is_none() {
            self.demands.push(match context.case.presented.unreadable {
                Some(error) => Reason::Unreadable(error.clone()),
                None => Reason::NoCertificate,
            });
        }
    }

    fn level(&mut self, context: &mut Context<'_>) -> Level {
        if self.is_final {
            return Level::Refused;
        }
        if let Some(proved) = &self.proved {
            use crate::verdict::Method::{Dialback, DialbackDnssec};
            let weak = matches!(proved.method, Dialback | DialbackDnssec);
            return if weak { Level::Weak } else { Level::Authenticated };
        }
        let waits = self.attempts.iter().any(|attempt| {
            attempt.proof == Proof::Dialback
                && attempt.outcome == Outcome::NotTried(crate::verdict::NotTried::NotAsked)
        });
        match context.demands.requirement {
            Requirement::EncryptOnly => {
                context.note(Note::EncryptOnlyPolicy);
                Level::EncryptedOnly
            }
            Requirement::AuthenticateOrDialback if waits => {
                context.note(Note::DialbackPending);
                Level::EncryptedOnly
            }
            _ => {
                self.demands.push(Reason::Policy(PolicyFailure::AuthenticationRequired));
                Level::Refused
            }
        }
    }

    fn into_verdict(mut self, mut context: Context<'_>) -> Verdict {
        note_circumstances(&mut context);
        let level = self.level(&mut context);
        let proved = if level == Level::Refused { None } else { self.proved };
        let case = context.case;
        let (method, name, valid_until) = proved
            .map_or((None, None, None), |proved| (Some(proved.method), proved.name, proved.valid_until));
        Verdict::new(Facts {
            level,
            method,
            domain: case.domain.clone(),
            service: case.service,
            direction: case.direction,
            name,
            attempts: self.attempts,
            demands: self.demands,
            notes: context.notes,
            chain: case.presented.chain.cloned(),
            judged_at: case.now,
            valid_until,
            possession: case.presented.possession,
            resumed: case.presented.resumed,
            policy: case.policy.name.clone(),
            requirement: context.demands.requirement,
            binding: None,
            is_final: self.is_final,
        })
    }
}

/// Notes about how the chain came.
fn note_circumstances(context: &mut Context<'_>) {
    use crate::certificate::KeyPurpose;
    let presented = context.case.presented;
    if presented.resumed {
        context.note(Note::Resumed);
    }
    let Some(chain) = presented.chain else { return };
    if presented.possession == Possession::NotShown {
        context.note(Note::PossessionNotShown);
    }
    if presented.staple == crate::proof::pkix::Staple::Unchecked {
        context.note(Note::StapleUnchecked);
    }
    let ignored = chain.leaf().names().ignored.len();
    if ignored > 0 {
        context.note(Note::NamesIgnored(ignored));
    }
    let usage = chain.leaf().extended_key_usage();
    let is_server_alone = usage.lists(&KeyPurpose::ServerAuth) && !usage.lists(&KeyPurpose::ClientAuth);
    if (context.case.service, context.case.direction) == (Service::S2s, Direction::Receiving)
        && is_server_alone
        && !usage.lists(&KeyPurpose::Any)
    {
        context.note(Note::ServerCertificateAsClient);
    }
}
