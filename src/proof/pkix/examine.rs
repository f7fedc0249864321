//! What is wrong with one certificate, whatever path leads to it.

use super::failure::{Failures, Malformation, PkixFailure, Which};
use super::floor::{key_is_too_weak, signature_is_too_weak};
use super::purpose::Wanted;
use super::revocation::Staple;
use super::{PathDemand, Purpose};
use crate::certificate::{Certificate, KeyAlgorithm};
use crate::limits::RSA_KEY_BITS;
use crate::policy::Revocation;
use crate::proof::names::{self, NameMatch};

/// Compares the names, unless a user is judged, of whom the caller asks who it is.
pub(crate) fn name(
    leaf: &Certificate,
    demand: &PathDemand<'_>,
    failures: &mut Failures,
) -> Option<NameMatch> {
    if demand.purpose == Purpose::User {
        return None;
    }
    let matched = names::matches(leaf.names(), demand.references);
    if matched.is_none() {
        failures.add(if leaf.names().is_empty() {
            PkixFailure::NoIdentifiers
        } else {
            PkixFailure::NameMismatch { presented: leaf.names().texts() }
        });
    }
    matched
}

/// What is wrong with a peer's own certificate.
pub(crate) fn leaf(leaf: &Certificate, demand: &PathDemand<'_>, wanted: Wanted, failures: &mut Failures) {
    form(leaf, Which::Leaf, failures);
    dates(leaf, Which::Leaf, demand.time, failures);
    purposes(leaf, Which::Leaf, wanted, failures);
    if leaf.is_ca() {
        failures.add(PkixFailure::EndEntityIsCa);
    }
    if leaf.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        failures.add(PkixFailure::BadKeyUsage { which: Which::Leaf });
    }
    key(leaf, Which::Leaf, failures);
    let revocation = demand.revocation;
    let can_miss = revocation.demand != Revocation::Off && revocation.staple == Staple::Absent;
    if leaf.must_staple() && can_miss {
        failures.add(PkixFailure::MustStapleMissing);
    }
}

/// What is wrong with an issuer that a path would need.
pub(crate) fn issuer(issuer: &Certificate, which: Which, time: i64, wanted: Wanted, failures: &mut Failures) {
    form(issuer, which, failures);
    dates(issuer, which, time, failures);
    purposes(issuer, which, wanted, failures);
    if !issuer.is_ca() {
        failures.add(PkixFailure::IssuerIsNoCa { which });
    }
    issuing(issuer, which, failures);
    signature(issuer, which, failures);
}

/// What an issuer in a path must satisfy beyond what the path building asks (PKI-18, PAR-10).
pub(crate) fn issuing(issuer: &Certificate, which: Which, failures: &mut Failures) {
    if issuer.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        failures.add(PkixFailure::BadKeyUsage { which });
    }
    key(issuer, which, failures);
}

/// What a trust anchor must satisfy to issue anything: a peer's own certificate that is trusted as it is
/// issues nothing (ATK-ID-05). Certificates before version 3 cannot say that they are an authority's.
pub(crate) fn authority(anchor: &Certificate, failures: &mut Failures) {
    if anchor.version() == 3 && !anchor.is_ca() {
        failures.add(PkixFailure::IssuerIsNoCa { which: Which::Anchor });
    }
    issuing(anchor, Which::Anchor, failures);
}

/// The two dates (PKI-26).
pub(crate) fn dates(certificate: &Certificate, which: Which, time: i64, failures: &mut Failures) {
    let validity = certificate.validity();
    if validity.not_before > validity.not_after {
        let problem = Malformation::Structure;
        failures.add(PkixFailure::MalformedCertificate { which, problem });
    }
    if time > validity.not_after {
        failures.add(PkixFailure::Expired { not_after: validity.not_after, which });
    }
    if time < validity.not_before {
        failures.add(PkixFailure::NotYetValid { not_before: validity.not_before, which });
    }
}

/// The signature's algorithm: too weak, or unknown to us (PAR-11, ATK-ID-20).
pub(crate) fn signature(certificate: &Certificate, which: Which, failures: &mut Failures) {
    let algorithm = certificate.signature_algorithm();
    let name = || algorithm.label().into();
    if signature_is_too_weak(algorithm) {
        failures.add(PkixFailure::WeakSignature { which, algorithm: name() });
    } else if !is_supported(certificate.signature_algorithm_der()) {
        failures.add(PkixFailure::UnsupportedSignature { which: Some(which), algorithm: name() });
    }
}

fn is_supported(algorithm: &[u8]) -> bool {
    webpki::ALL_VERIFICATION_ALGS.iter().any(|own| own.signature_alg_id().as_ref() == algorithm)
}

fn form(certificate: &Certificate, which: Which, failures: &mut Failures) {
    let malformed = |problem| PkixFailure::MalformedCertificate { which, problem };
    if certificate.version() != 3 {
        failures.add(malformed(Malformation::Version(certificate.version())));
    }
    let extensions = certificate.malformed_extensions().iter().cloned();
    failures.extend(extensions.map(|oid| malformed(Malformation::Extension(oid))));
    let unknown = certificate.critical_unknown().iter().cloned();
    failures.extend(unknown.map(|oid| PkixFailure::UnsupportedCriticalExtension { which, oid }));
}

fn purposes(certificate: &Certificate, which: Which, wanted: Wanted, failures: &mut Failures) {
    let usage = certificate.extended_key_usage();
    if !wanted.is_allowed_by(usage) {
        failures.add(PkixFailure::BadExtendedKeyUsage { which, purposes: usage.purposes().to_vec() });
    }
}

fn key(certificate: &Certificate, which: Which, failures: &mut Failures) {
    if let Some(bits) = key_is_too_weak(certificate.key()) {
        failures.add(PkixFailure::WeakKey { which, bits });
    }
    let is_rsa = matches!(certificate.key().algorithm, KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss);
    if let Some(bits) = certificate.key().bits.filter(|bits| is_rsa && *bits > RSA_KEY_BITS) {
        let problem = Malformation::KeyTooLarge { bits };
        failures.add(PkixFailure::MalformedCertificate { which, problem });
    }
}
