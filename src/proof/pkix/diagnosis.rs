//! Why there is no path: all reasons that can be found, not the first that the path building met.
//!
//! The certificates are followed by name from the leaf as far as they lead, and each is examined by
//! itself. Where they lead to a trust anchor's name, a second search asks what would be wrong if dates and
//! purposes were right. The order of the reasons depends on the chain and nothing else.

use webpki::Error;

use super::failure::{Failures, Malformation, PkixFailure, Which};
use super::floor::key_is_too_weak;
use super::purpose::Wanted;
use super::search::{NotFound, Search};
use crate::certificate::{Certificate, Extra, KeyInfo, SignatureAlgorithm};
use crate::policy::Revocation;

/// Adds the reasons why `search` found no path.
pub(crate) fn diagnose(search: &Search<'_>, not_found: NotFound, failures: &mut Failures) {
    failures.extend(not_found.refused);
    let walk = walk(search);
    super::examine::signature(search.chain.leaf(), Which::Leaf, failures);
    for (which, issuer) in walk.iter().skip(1) {
        super::examine::issuer(issuer, *which, search.time, search.wanted, failures);
    }
    let top = walk.last().map_or_else(|| search.chain.leaf(), |(_, top)| *top);
    if search.anchors.has_subject(top.issuer_der()) {
        weak_anchor(search, top, failures);
        other_reasons(search, &walk, failures);
    } else if search.chain.leaf().is_self_issued() {
        failures.add(PkixFailure::SelfSigned);
    } else {
        failures.add(PkixFailure::UntrustedCa { issuer: top.issuer().to_vec() });
        unreadable(search, failures);
    }
    if failures.is_empty() || is_new(&not_found.error, failures) {
        failures.extend(reason(&not_found.error, search, &walk));
    }
}

/// The leaf, and what leads on from it by name: to a trust anchor's name, or as far as it goes.
fn walk<'a>(search: &'a Search<'_>) -> Vec<(Which, &'a Certificate)> {
    let mut walk = vec![(Which::Leaf, search.chain.leaf())];
    while let Some((_, top)) = walk.last().copied() {
        if search.anchors.has_subject(top.issuer_der()) {
            break;
        }
        let is_new = |next: &Certificate| walk.iter().all(|(_, own)| *own != next);
        let mut issuers = search.extras();
        match issuers.find(|(_, next)| next.subject_der() == top.issuer_der() && is_new(next)) {
            Some(next) => walk.push(next),
            None => break,
        }
    }
    walk
}

/// Extra certificates that cannot be read, when one more was needed.
fn unreadable(search: &Search<'_>, failures: &mut Failures) {
    for (index, extra) in search.chain.extras().iter().enumerate() {
        if let Extra::Unreadable { error, .. } = extra {
            let problem = Malformation::Unreadable(error.clone());
            failures.add(PkixFailure::MalformedCertificate { which: Which::Extra(index), problem });
        }
    }
}

/// An anchor whose key is below the floor issues nothing (PAR-10).
fn weak_anchor(search: &Search<'_>, top: &Certificate, failures: &mut Failures) {
    let own = search.anchors.iter().filter(|anchor| anchor.subject_der() == top.issuer_der());
    let weak = own.filter_map(|anchor| key_is_too_weak(&KeyInfo::read(anchor.spki()).ok()?));
    failures.extend(weak.map(|bits| PkixFailure::WeakKey { which: Which::Anchor, bits }));
}

/// What would be wrong at a time when all dates were right, and for whatever purpose.
fn other_reasons(search: &Search<'_>, walk: &[(Which, &Certificate)], failures: &mut Failures) {
    let from = walk.iter().map(|(_, own)| own.validity().not_before).max();
    let until = walk.iter().map(|(_, own)| own.validity().not_after).min();
    let (Some(from), Some(until)) = (from, until) else {
        return;
    };
    if from > until {
        return;
    }
    let time = search.time.clamp(from, until);
    let lenient = Search { wanted: Wanted::Whatever, time, ..*search };
    if let Err(not_found) = lenient.run() {
        failures.extend(not_found.refused);
        if is_new(&not_found.error, failures) {
            failures.extend(reason(&not_found.error, search, walk));
        }
    }
}

/// Whether the error says what no look at a single certificate has found.
fn is_new(error: &Error, known: &Failures) -> bool {
    match error {
        Error::CaUsedAsEndEntity
        | Error::CertExpired { .. }
        | Error::CertNotValidYet { .. }
        | Error::EmptyEkuExtension
        | Error::EndEntityUsedAsCa
        | Error::RequiredEkuNotFoundContext(_)
        | Error::UnknownIssuer
        | Error::UnknownRevocationStatus => false,
        Error::CertRevoked
        | Error::InvalidSignatureForPublicKey
        | Error::MaximumNameConstraintComparisonsExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::NameConstraintViolation
        | Error::PathLenConstraintViolated => true,
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => !known.have_signature_reason(),
        _ => !known.have_form_reason(),
    }
}

/// An error of the path building as reasons.
fn reason(error: &Error, search: &Search<'_>, walk: &[(Which, &Certificate)]) -> Vec<PkixFailure> {
    let leaf = search.chain.leaf();
    let validity = leaf.validity();
    let which = Which::Leaf;
    vec![match error {
        Error::CertRevoked => return revoked(search, walk),
        Error::UnknownIssuer | Error::CertDistrusted => {
            let issuer = walk.last().map_or(leaf, |(_, top)| *top).issuer().to_vec();
            PkixFailure::UntrustedCa { issuer }
        }
        Error::InvalidSignatureForPublicKey => PkixFailure::BadSignature,
        Error::NameConstraintViolation
        | Error::MalformedNameConstraint
        | Error::InvalidNetworkMaskConstraint => PkixFailure::NameConstraint { name: None },
        Error::PathLenConstraintViolated
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => PkixFailure::ChainTooLong,
        Error::CaUsedAsEndEntity => PkixFailure::EndEntityIsCa,
        Error::EndEntityUsedAsCa => {
            let issuer = walk.iter().skip(1).find(|(_, own)| !own.is_ca());
            PkixFailure::IssuerIsNoCa { which: issuer.map_or(Which::Leaf, |(which, _)| *which) }
        }
        Error::CertExpired { .. } => PkixFailure::Expired { not_after: validity.not_after, which },
        Error::CertNotValidYet { .. } => PkixFailure::NotYetValid { not_before: validity.not_before, which },
        Error::EmptyEkuExtension | Error::RequiredEkuNotFoundContext(_) => PkixFailure::BadExtendedKeyUsage {
            which,
            purposes: leaf.extended_key_usage().purposes().to_vec(),
        },
        Error::UnknownRevocationStatus => PkixFailure::RevocationUnknown,
        Error::UnsupportedSignatureAlgorithmContext(context) => unsupported(&context.signature_algorithm_id),
        Error::UnsupportedSignatureAlgorithmForPublicKeyContext(context) => {
            unsupported(&context.signature_algorithm_id)
        }
        _ => PkixFailure::MalformedCertificate { which, problem: Malformation::Structure },
    }]
}

fn unsupported(algorithm: &[u8]) -> PkixFailure {
    let name = SignatureAlgorithm::read(algorithm).map(|algorithm| algorithm.label().into());
    PkixFailure::UnsupportedSignature { which: None, algorithm: name.unwrap_or_else(|_| "unknown".into()) }
}

/// Which certificates of the path the lists name.
fn revoked(search: &Search<'_>, walk: &[(Which, &Certificate)]) -> Vec<PkixFailure> {
    if search.demand.revocation.demand == Revocation::Off {
        return Vec::new();
    }
    let lists = search.demand.revocation.lists.made_at(search.demand.time);
    let listed = walk.iter().filter(|(_, own)| lists.iter().any(|list| list.lists(own)));
    let failure = |which, own: &Certificate| PkixFailure::Revoked { which, serial: own.serial().into() };
    let mut found: Vec<_> = listed.map(|(which, own)| failure(*which, own)).collect();
    if found.is_empty() {
        found.push(failure(Which::Leaf, search.chain.leaf()));
    }
    found
}
