//! What OpenSSL's verification says of a chain: everything but the name.
//!
//! Programs written for OpenSSL ask two questions apart: does the chain hold, and is the name right. They ask
//! the first when they do not know the name yet. Here it is answered alone, for them and nobody else: a chain
//! that holds says nothing about *who* the peer is, and a verdict is what authenticates.

use crate::certificate::Chain;
use crate::compat::VerifyCode;
use crate::policy::Policy;
use crate::proof::pkix::{PathDemand, PkixFailure, Purpose, RevocationDemand, Staple, verify};

/// The codes that OpenSSL would give for a chain, each with the depth of its certificate, 0 for the peer's own; empty
/// when the chain holds. `now` is in Unix seconds.
///
/// The certificate may be made for servers or for clients (`X509_PURPOSE_ANY` in effect): servers are TLS clients too,
/// and users present certificates that are for nothing else. Where it holds for neither, the purpose that leaves less
/// to complain of is the one that is spoken of.
#[must_use]
pub fn chain_codes(chain: &Chain, policy: &Policy, now: i64) -> Vec<(usize, VerifyCode)> {
    let mut failures = failures_for(Purpose::Server, chain, policy, now);
    if !failures.is_empty() {
        let of_a_user = failures_for(Purpose::User, chain, policy, now);
        if of_a_user.len() < failures.len() {
            failures = of_a_user;
        }
    }
    VerifyCode::all_of_failures(failures.iter())
}

/// What is wrong with the chain for this purpose, leaving out the name.
fn failures_for(purpose: Purpose, chain: &Chain, policy: &Policy, now: i64) -> Vec<PkixFailure> {
    let revocation = RevocationDemand {
        demand: policy.revocation(),
        lists: policy.revocation_lists(),
        staple: Staple::NotApplicable,
    };
    // No name is asked for; that none is found is the one failure that is expected.
    let demand = PathDemand { purpose, time: now, references: &[], revocation, accept_path: None };
    let mut failures = verify(chain, policy.trust_anchors(), &demand).err().unwrap_or_default();
    failures
        .retain(|failure| !matches!(failure, PkixFailure::NameMismatch { .. } | PkixFailure::NoIdentifiers));
    failures
}
