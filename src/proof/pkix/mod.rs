//! PKIX: a path of signatures from a trust anchor to a certificate that names the peer (RFC 5280 §6,
//! RFC 6120 §13.7.2, RFC 9525 §6).
//!
//! [`verify`] takes what the peer presented and what is demanded, and returns the path or *all* reasons
//! why there is none: a certificate that is expired, for another name and from an unknown issuer says so
//! three times. Path building and signatures are webpki's; names, purposes in both directions of s2s,
//! key usage, the floor for keys, name constraints across name forms and the choice of revocation lists
//! are ours. Names count only when the path building could read the certificate too, so that no
//! difference between two readers makes a name.
//!
//! Limits: certificate policies are not processed, a critical one is refused. Constraints on directoryName
//! and URI refuse what they touch, and so do those on otherName in an intermediate certificate; those on
//! SRVName in a trust anchor are enforced by their own rules (RFC 4985 §4). OCSP answers are not read. Key
//! identifiers are not used; they are hints.

mod anchors;
mod constraints;
mod diagnosis;
mod examine;
mod failure;
mod floor;
mod purpose;
mod revocation;
mod search;
mod signatures;

use std::fmt;

pub use anchors::{Anchor, SkipReason, SkippedCertificate, TrustAnchors};
pub use failure::{Malformation, PkixFailure, Which};
pub use floor::{key_is_too_weak, signature_is_too_weak};
pub use purpose::Purpose;
pub use revocation::{
    RevocationDemand, RevocationList, RevocationListError, RevocationLists, RevocationOutcome, Staple,
};

use crate::certificate::{Certificate, Chain};
use crate::name::ReferenceIdentity;
use crate::proof::names::NameMatch;
use failure::Failures;
use purpose::Wanted;
use search::{Found, Search};

/// What is demanded of a path.
#[derive(Clone, Copy)]
pub struct PathDemand<'a> {
    /// What the peer's certificate is to prove.
    pub purpose: Purpose,
    /// The time at which dates are judged, in Unix seconds.
    pub time: i64,
    /// The names of which one must be presented. An empty list is never satisfied; for
    /// [`Purpose::User`] it is not looked at.
    pub references: &'a [ReferenceIdentity],
    /// What to do about revocation.
    pub revocation: RevocationDemand<'a>,
    /// Called for each path that satisfies everything else but the names; `false` has the search go on.
    /// For PKIX-TA and PKIX-EE (RFC 6698 §2.1.1).
    pub accept_path: Option<&'a dyn Fn(&CandidatePath<'_>) -> bool>,
}

impl fmt::Debug for PathDemand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PathDemand")
            .field("purpose", &self.purpose)
            .field("time", &self.time)
            .field("references", &self.references)
            .field("revocation", &self.revocation)
            .finish_non_exhaustive()
    }
}

/// A path that may be accepted.
#[derive(Clone, Copy, Debug)]
pub struct CandidatePath<'a> {
    /// The certificates, the peer's own first, without the anchor's.
    pub certificates: &'a [&'a Certificate],
    /// The anchor that issued the last of them.
    pub anchor: &'a Anchor,
}

/// A path that proves a name, or for [`Purpose::User`] that the certificate is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PkixPath {
    /// The name that was proved; `None` for [`Purpose::User`] and for nothing else.
    pub name: Option<NameMatch>,
    /// The certificates, the peer's own first, without the anchor's.
    pub certificates: Vec<Certificate>,
    /// The anchor that issued the last of them.
    pub anchor: Anchor,
    /// The last second at which every certificate of the path, the anchor's included, is valid (PKI-29).
    pub earliest_expiry: i64,
    /// What is known about revocation.
    pub revocation: RevocationOutcome,
    /// The path is for clientAuth alone, which [`Purpose::ServerOrClientAuthOnly`] let pass (PKI-21).
    pub client_auth_only: bool,
}

/// Looks for a path from a trust anchor to the peer's certificate that satisfies the demand.
///
/// # Errors
/// All reasons that were found why there is none; at least one.
pub fn verify(
    chain: &Chain,
    anchors: &TrustAnchors,
    demand: &PathDemand<'_>,
) -> Result<PkixPath, Vec<PkixFailure>> {
    match demand.purpose {
        Purpose::Server => verify_for(chain, anchors, demand, Wanted::ServerAuth),
        Purpose::User => verify_for(chain, anchors, demand, Wanted::ClientAuth),
        Purpose::ServerOrClientAuthOnly => {
            verify_for(chain, anchors, demand, Wanted::ServerAuth).or_else(|failures| {
                let path = verify_for(chain, anchors, demand, Wanted::ClientAuth);
                path.map(|path| PkixPath { client_auth_only: true, ..path }).map_err(|_| failures)
            })
        }
    }
}

fn verify_for(
    chain: &Chain,
    anchors: &TrustAnchors,
    demand: &PathDemand<'_>,
    wanted: Wanted,
) -> Result<PkixPath, Vec<PkixFailure>> {
    let mut failures = Failures::default();
    let name = examine::name(chain.leaf(), demand, &mut failures);
    examine::leaf(chain.leaf(), demand, wanted, &mut failures);
    let search = Search { chain, anchors, demand, wanted, time: demand.time, matched: name.as_ref() };
    match search.run() {
        Ok(found) if failures.is_empty() => Ok(path(found, name)),
        Ok(_) => Err(failures.into_vec()),
        Err(not_found) => {
            diagnosis::diagnose(&search, not_found, &mut failures);
            Err(failures.into_vec())
        }
    }
}

fn path(found: Found, name: Option<NameMatch>) -> PkixPath {
    let all = found.certificates.iter().chain(found.anchor.certificate());
    let earliest_expiry = all.map(|own| own.validity().not_after).min();
    PkixPath {
        name,
        // the leaf is always there
        earliest_expiry: earliest_expiry.unwrap_or(i64::MIN),
        certificates: found.certificates,
        anchor: found.anchor,
        revocation: found.revocation,
        client_auth_only: false,
    }
}
