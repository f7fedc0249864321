//! A verification whose evidence is in: it can judge any chain, on any thread.

use std::sync::Arc;

use crate::name::{Direction, Domain, Endpoint, Service};
use crate::policy::Policy;
use crate::verdict::Verdict;
use crate::verification::{Case, Evidence, Presented, Trust, decide};

/// Everything a verdict depends on but the peer's certificates and the time.
#[derive(Clone, Debug)]
pub struct PreparedVerification(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    domain: Domain,
    service: Service,
    direction: Direction,
    endpoint: Option<Endpoint>,
    policy: Arc<Policy>,
    evidence: Evidence,
}

impl PreparedVerification {
    pub(crate) fn new(
        domain: Domain,
        service: Service,
        direction: Direction,
        endpoint: Option<Endpoint>,
        policy: Arc<Policy>,
        evidence: Evidence,
    ) -> Self {
        Self(Arc::new(Inner { domain, service, direction, endpoint, policy, evidence }))
    }

    /// The domain that the peer shall be.
    pub fn domain(&self) -> &Domain {
        &self.0.domain
    }

    /// The service.
    pub fn service(&self) -> Service {
        self.0.service
    }

    /// Our end of the stream.
    pub fn direction(&self) -> Direction {
        self.0.direction
    }

    /// Judges what a peer presented.
    pub fn judge(&self, presented: Presented<'_>, now: i64) -> Verdict {
        let trust = Trust {
            anchors: self.0.policy.trust_anchors().clone(),
            revocation_lists: self.0.policy.revocation_lists().clone(),
        };
        decide(&Case {
            domain: &self.0.domain,
            service: self.0.service,
            direction: self.0.direction,
            endpoint: self.0.endpoint.as_ref(),
            presented,
            evidence: &self.0.evidence,
            trust: &trust,
            policy: &self.0.policy,
            now,
        })
    }
}
