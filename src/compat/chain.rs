//! What OpenSSL's verification says of a chain alone: everything but the names.
//!
//! Programs that were written for OpenSSL ask for this in the handshake's wake and compare names by
//! themselves. It is no verdict: nobody is authenticated by it.

use super::VerifyCode;
use super::verify_code::depth;
use crate::certificate::Chain;
use crate::policy::Policy;
use crate::proof::pkix::{self, PathDemand, PkixFailure, Purpose, RevocationDemand, Staple};

/// The codes of everything that is wrong with a chain, each with the depth of the certificate that it is
/// about, 0 for the peer's own; empty when a path leads to a trust anchor of the policy.
///
/// A certificate made for clients only passes as one made for servers does: OpenSSL's users ask for this on
/// both ends.
#[must_use]
pub fn chain_codes(chain: &Chain, policy: &Policy, now: i64) -> Vec<(usize, VerifyCode)> {
    let demand = PathDemand {
        purpose: Purpose::ServerOrClientAuthOnly,
        time: now,
        references: &[],
        revocation: RevocationDemand {
            demand: policy.revocation(),
            lists: policy.revocation_lists(),
            staple: Staple::NotApplicable,
        },
        accept_path: None,
    };
    // Without a reference identity no path is ever good: what is left besides that is the answer.
    let failures = pkix::verify(chain, policy.trust_anchors(), &demand).err().unwrap_or_default();
    let is_about_names =
        |failure: &PkixFailure| matches!(failure, PkixFailure::NameMismatch { .. } | PkixFailure::NoIdentifiers);
    let mut codes = Vec::new();
    for failure in failures.iter().filter(|failure| !is_about_names(failure)) {
        let found = (depth(failure), VerifyCode::of_failure(failure));
        if !codes.contains(&found) {
            codes.push(found);
        }
    }
    codes.sort_unstable();
    codes
}
