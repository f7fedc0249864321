//! A verification whose evidence is complete, ready to judge what a handshake brings.

use std::sync::Arc;

use crate::policy::Policy;
use crate::verdict::{Binding, Verdict};
use crate::verification::{Case, Evidence, Presented, Request, decide};

/// Judges any chain against gathered evidence. Immutable, cheap to clone, shared between threads.
///
/// A connection hands it to the TLS verifier, so that a refusal happens inside the handshake, with the
/// right alert, and before a user's certificate leaves.
#[derive(Clone, Debug)]
pub struct PreparedVerification(Arc<Prepared>);

#[derive(Debug)]
struct Prepared {
    request: Request,
    evidence: Evidence,
}

impl PreparedVerification {
    pub(super) fn new(request: Request, evidence: Evidence) -> Self {
        Self(Arc::new(Prepared { request, evidence }))
    }

    /// Judges what a peer presented, at `now` in Unix seconds.
    pub fn judge(&self, presented: Presented<'_>, now: i64) -> Verdict {
        decide(&self.0.request.case(presented, &self.0.evidence, now))
    }

    /// Judges for a connection: the verdict can be concluded on that one alone.
    pub fn judge_for(&self, binding: Binding, presented: Presented<'_>, now: i64) -> Verdict {
        self.judge(presented, now).bound_to(Some(binding))
    }

    /// Whether the connection may be opened at all: `Some` is the refusal, when DNSSEC forbids the target or
    /// the whole service (DANE-03, DANE-05).
    pub fn forbids_to_connect(&self, now: i64) -> Option<Verdict> {
        let verdict = self.judge(Presented::nothing(), now);
        let forbidding = verdict.reasons().any(|reason| {
            use crate::proof::dane::DaneFailure::{DnsBogus, Stale};
            use crate::verdict::Reason;
            matches!(reason, Reason::Dane(DnsBogus { .. } | Stale { .. }))
        });
        forbidding.then_some(verdict)
    }

    /// Who is verified.
    pub fn request(&self) -> &Request {
        &self.0.request
    }

    /// The evidence.
    pub fn evidence(&self) -> &Evidence {
        &self.0.evidence
    }

    /// The policy.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.0.request.policy
    }
}

impl Request {
    pub(super) fn case<'a>(&'a self, presented: Presented<'a>, evidence: &'a Evidence, now: i64) -> Case<'a> {
        Case {
            domain: &self.domain,
            service: self.service,
            direction: self.direction,
            endpoint: self.endpoint.as_ref(),
            presented,
            evidence,
            policy: &self.policy,
            now,
        }
    }
}
