//! POSH: fingerprints that the domain's own web server vouches for (RFC 7711).
//!
//! A match makes the delegation secure, whatever name the certificate bears and whoever issued it (RFC 7711
//! §4, POSH-15). What stays: its dates (§6, POSH-16) and the floor for keys. A document counts only for the
//! domain and service it was fetched for, with each HTTPS server on the way verified, while it is fresh.

use std::fmt;

use crate::certificate::Certificate;
use crate::name::{Domain, ReferenceIdentity, Service, reference_identities};
use crate::proof::names;
use crate::proof::pkix::{self, PkixFailure, Which};
use crate::record::{LookupFailure, PoshEvidence, PoshFingerprint, PoshHash, posh_url};

/// What a document is judged for.
#[derive(Clone, Copy, Debug)]
pub struct PoshDemand<'a> {
    /// The service domain.
    pub domain: &'a Domain,
    /// The service.
    pub service: Service,
    /// The host that was dialled, as far as known; for a note alone.
    pub target: Option<&'a Domain>,
    /// The time, in Unix seconds.
    pub time: i64,
    /// Seconds after fetching that any document is good for (POSH-10).
    pub maximum_age: u32,
}

/// A fingerprint that proved the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoshMatch {
    /// The fingerprint.
    pub fingerprint: PoshFingerprint,
    /// The last second that document and certificate are both good, in Unix seconds.
    pub valid_until: i64,
    /// The certificate names neither domain nor target nor the host of the reference (POSH-17).
    pub names_nothing_known: bool,
    /// The publisher's own lifetime is longer than the policy allows.
    pub is_cut: bool,
}

/// Why POSH proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PoshFailure {
    /// The document is broken.
    BadDocument,
    /// A fingerprint matches, and the certificate is not to be used all the same: its dates, its key.
    Certificate(PkixFailure),
    /// The document could not be fetched from verified servers.
    FetchFailed(LookupFailure),
    /// The document was fetched for another domain or service (ATK-PO-07).
    ForeignDocument,
    /// No fingerprint is the certificate's.
    Mismatch {
        /// How many there are.
        fingerprints: usize,
    },
    /// The document is revoked by `expires` 0, or out of date.
    Stale {
        /// When it stopped being good, in Unix seconds.
        valid_until: i64,
    },
}

/// Compares a document with the peer's own certificate, as it was sent (POSH-05).
///
/// # Errors
/// Every reason why it proves nothing.
pub fn verify(
    leaf: &Certificate,
    evidence: &PoshEvidence,
    demand: &PoshDemand<'_>,
) -> Result<PoshMatch, Vec<PoshFailure>> {
    let lifetime = i64::try_from(evidence.lifetime(demand.maximum_age)).unwrap_or(i64::MAX);
    // A document from the future was fetched by a clock that runs ahead: its age counts from now.
    let document_end = evidence.fetched_at.min(demand.time).saturating_add(lifetime);
    let mut failures = Vec::new();
    if !evidence.https_verified {
        failures.push(PoshFailure::FetchFailed(LookupFailure::HttpsUnverified));
    }
    if evidence.url != posh_url(demand.domain, demand.service) {
        failures.push(PoshFailure::ForeignDocument);
    }
    if lifetime == 0 || demand.time > document_end {
        failures.push(PoshFailure::Stale { valid_until: document_end });
    }
    let fingerprint = matching(leaf, &evidence.fingerprints);
    if fingerprint.is_none() {
        failures.push(PoshFailure::Mismatch { fingerprints: evidence.fingerprints.len() });
    }
    failures.extend(unfit(leaf, demand.time).into_iter().map(PoshFailure::Certificate));
    match fingerprint {
        Some(fingerprint) if failures.is_empty() => Ok(PoshMatch {
            fingerprint: fingerprint.clone(),
            valid_until: document_end.min(leaf.validity().not_after),
            names_nothing_known: !names_something_known(leaf, evidence, demand),
            is_cut: evidence.lifetime(u32::MAX) > evidence.lifetime(demand.maximum_age),
        }),
        _ => Err(failures),
    }
}

/// The fingerprint of a document that is the certificate's, whatever else may be wrong.
fn matching<'a>(leaf: &Certificate, fingerprints: &'a [PoshFingerprint]) -> Option<&'a PoshFingerprint> {
    use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
    let digests = [&SHA256, &SHA384, &SHA512].map(|algorithm| digest(algorithm, leaf.der()));
    let [sha256, sha384, sha512] = &digests;
    fingerprints.iter().find(|own| {
        let digest = match own.hash {
            PoshHash::Sha256 => sha256,
            PoshHash::Sha384 => sha384,
            PoshHash::Sha512 => sha512,
        };
        *own.digest == *digest.as_ref()
    })
}

fn unfit(leaf: &Certificate, time: i64) -> Vec<PkixFailure> {
    let (mut failures, which) = (Vec::new(), Which::Leaf);
    let validity = leaf.validity();
    if time > validity.not_after {
        failures.push(PkixFailure::Expired { not_after: validity.not_after, which });
    }
    if time < validity.not_before {
        failures.push(PkixFailure::NotYetValid { not_before: validity.not_before, which });
    }
    if let Some(bits) = pkix::key_is_too_weak(leaf.key()) {
        failures.push(PkixFailure::WeakKey { which, bits });
    }
    failures
}

fn names_something_known(leaf: &Certificate, evidence: &PoshEvidence, demand: &PoshDemand<'_>) -> bool {
    let reference = evidence.reference.as_ref().map(|(url, _)| url.host());
    let known = [Some(demand.domain), demand.target, reference];
    let references: Vec<ReferenceIdentity> = known
        .into_iter()
        .flatten()
        .flat_map(|domain| reference_identities(domain, demand.service, None, false))
        .collect();
    names::matches(leaf.names(), &references).is_some()
}

/// Whether a good document names other certificates: one that is out of date, of another domain or service,
/// or from a server that was not verified contradicts nothing (POSH-14).
pub(crate) fn contradicts(failures: &[&PoshFailure]) -> bool {
    failures.iter().any(|failure| matches!(failure, PoshFailure::Mismatch { .. }))
        && failures
            .iter()
            .all(|failure| matches!(failure, PoshFailure::Mismatch { .. } | PoshFailure::Certificate(_)))
}

impl fmt::Display for PoshFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadDocument => f.write_str("the POSH document is broken"),
            Self::Certificate(failure) => failure.fmt(f),
            Self::FetchFailed(LookupFailure::HttpsUnverified) => {
                f.write_str("the web server of the POSH document did not prove its name")
            }
            Self::FetchFailed(_) => f.write_str("the POSH document could not be fetched"),
            Self::ForeignDocument => f.write_str("the POSH document belongs to another domain or service"),
            Self::Mismatch { fingerprints } => {
                write!(f, "none of {fingerprints} POSH fingerprints matches the certificate")
            }
            Self::Stale { .. } => f.write_str("the POSH document is revoked or out of date"),
        }
    }
}
