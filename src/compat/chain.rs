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
/// The certificate may be made for servers or for clients (`X509_PURPOSE_ANY` in effect): servers are TLS clients too.
#[must_use]
pub fn chain_codes(chain: &Chain, policy: &Policy, now: i64) -> Vec<(usize, VerifyCode)> {
    let of_server = codes_for(Purpose::Server, chain, policy, now);
    // Most chains hold, so that a second path is looked for only where the first one does not.
    if !of_server.is_empty() && codes_for(Purpose::User, chain, policy, now).is_empty() {
        return Vec::new();
    }
    of_server
}

fn codes_for(purpose: Purpose, chain: &Chain, policy: &Policy, now: i64) -> Vec<(usize, VerifyCode)> {
    let revocation = RevocationDemand {
        demand: policy.revocation(),
        lists: policy.revocation_lists(),
        staple: Staple::NotApplicable,
    };
    let demand = PathDemand {
        purpose,
        time: now,
        // No name is asked for; that none is found is the one failure that is expected.
        references: &[],
        revocation,
        accept_path: None,
    };
    let Err(failures) = verify(chain, policy.trust_anchors(), &demand) else {
        return Vec::new();
    };
    let is_about_name = |failure: &&PkixFailure| {
        matches!(failure, PkixFailure::NameMismatch { .. } | PkixFailure::NoIdentifiers)
    };
    VerifyCode::all_of_failures(failures.iter().filter(|failure| !is_about_name(failure)))
}
