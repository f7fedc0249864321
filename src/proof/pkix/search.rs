//! The search for a path: webpki builds it, and what webpki does not ask is asked of each path it offers.
//!
//! The work is bounded: a chain has at most [`CHAIN_CERTIFICATES`](crate::limits::CHAIN_CERTIFICATES), only
//! certificates whose names lead from the leaf towards an anchor are handed over, and webpki stops at 100
//! signatures, 6 intermediates and 250 000 comparisons of name constraints.

use std::cell::RefCell;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use webpki::{CertRevocationList, EndEntityCert, Error, ExpirationPolicy, RevocationCheckDepth};
use webpki::{RevocationOptionsBuilder, UnknownStatusPolicy, VerifiedPath};

use super::anchors::{Anchor, TrustAnchors};
use super::failure::{Failures, PkixFailure, Which};
use super::purpose::Wanted;
use super::revocation::{RevocationList, RevocationOutcome};
use super::{CandidatePath, PathDemand, constraints, examine};
use crate::certificate::{Certificate, Chain, Extra};
use crate::policy::Revocation;
use crate::proof::names::NameMatch;

/// One search, with all that it depends on.
pub(crate) struct Search<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) anchors: &'a TrustAnchors,
    pub(crate) demand: &'a PathDemand<'a>,
    pub(crate) wanted: Wanted,
    /// At which the dates are judged: the demand's time, but for a search that looks for other reasons.
    pub(crate) time: i64,
    pub(crate) matched: Option<&'a NameMatch>,
}

/// A path that satisfies everything but the names.
pub(crate) struct Found {
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) anchor: Anchor,
    pub(crate) revocation: RevocationOutcome,
}

/// Why there is no path.
pub(crate) struct NotFound {
    /// What the path building said last.
    pub(crate) error: Error,
    /// What was wrong with the paths that it offered.
    pub(crate) refused: Vec<PkixFailure>,
}

impl Search<'_> {
    /// Looks for a path, with revocation as demanded.
    pub(crate) fn run(&self) -> Result<Found, NotFound> {
        if self.demand.revocation.demand == Revocation::Off {
            return self.build(&[], UnknownStatusPolicy::Allow);
        }
        let mut lists = self.demand.revocation.lists.made_at(self.demand.time);
        let mut result = self.build(&lists, UnknownStatusPolicy::Allow);
        if result.as_ref().is_err_and(|not_found| is_about_list(&not_found.error)) {
            lists.retain(|list| {
                let alone = self.build(&[*list], UnknownStatusPolicy::Allow);
                !alone.is_err_and(|not_found| is_about_list(&not_found.error))
            });
            result = self.build(&lists, UnknownStatusPolicy::Allow);
        }
        let found = result?;
        lists.retain(|list| list.is_current(self.demand.time));
        let known = (!lists.is_empty()).then(|| self.build(&lists, UnknownStatusPolicy::Deny));
        match (known, self.demand.revocation.demand) {
            (Some(Ok(known)), _) => Ok(Found { revocation: RevocationOutcome::NotRevoked, ..known }),
            (_, Revocation::RequireKnown) => {
                let refused = vec![PkixFailure::RevocationUnknown];
                Err(NotFound { error: Error::UnknownRevocationStatus, refused })
            }
            _ => Ok(Found { revocation: RevocationOutcome::Unknown, ..found }),
        }
    }

    fn build(&self, lists: &[&RevocationList], unknown: UnknownStatusPolicy) -> Result<Found, NotFound> {
        let refused = RefCell::new(Failures::default());
        let result = self.build_noting(lists, unknown, &refused);
        result.map_err(|error| NotFound { error, refused: refused.into_inner().into_vec() })
    }

    fn build_noting(
        &self,
        lists: &[&RevocationList],
        unknown: UnknownStatusPolicy,
        refused: &RefCell<Failures>,
    ) -> Result<Found, Error> {
        let leaf = CertificateDer::from(self.chain.leaf().der());
        let leaf = EndEntityCert::try_from(&leaf)?;
        let helpful = self.helpful().ok_or(Error::UnknownIssuer)?;
        let others: Vec<_> = helpful.iter().map(|issuer| CertificateDer::from(issuer.der())).collect();
        let lists: Vec<&CertRevocationList<'_>> = lists.iter().map(|list| list.built()).collect();
        let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
            options
                .with_depth(RevocationCheckDepth::Chain)
                .with_status_policy(unknown)
                .with_expiration_policy(ExpirationPolicy::Ignore)
                .build()
        });
        let accept = |path: &VerifiedPath<'_>| self.accept(path, &mut refused.borrow_mut());
        let algorithms = self.anchors.signatures().before(webpki::ALL_VERIFICATION_ALGS);
        let algorithms: Vec<_> =
            algorithms.iter().map(|own| -> &dyn SignatureVerificationAlgorithm { own }).collect();
        let path = leaf.verify_for_usage(
            &algorithms,
            self.anchors.built(),
            &others,
            UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(self.time).unwrap_or_default())),
            self.wanted,
            revocation,
            Some(&accept),
        )?;
        let anchor = self.anchors.of_built(path.anchor()).ok_or(Error::UnknownIssuer)?;
        Ok(Found {
            certificates: self.certificates(&path).into_iter().map(|(_, own)| own.clone()).collect(),
            anchor: anchor.clone(),
            revocation: RevocationOutcome::NotChecked,
        })
    }

    /// The certificates that lead by name from the leaf to others; `None` when none of them leads to an anchor.
    fn helpful(&self) -> Option<Vec<&Certificate>> {
        let mut helpful: Vec<&Certificate> = Vec::new();
        let mut wanted = vec![self.chain.leaf().issuer_der()];
        let mut rest: Vec<&Certificate> = self.chain.others().collect();
        while let Some(index) = rest.iter().position(|other| wanted.contains(&other.subject_der())) {
            let next = rest.remove(index);
            if next != self.chain.leaf() && !helpful.contains(&next) {
                wanted.push(next.issuer_der());
                helpful.push(next);
            }
        }
        wanted.iter().any(|name| self.anchors.has_subject(name)).then_some(helpful)
    }

    /// The path's certificates, leaf first, each with its place.
    fn certificates(&self, path: &VerifiedPath<'_>) -> Vec<(Which, &Certificate)> {
        let leaf = std::iter::once((Which::Leaf, self.chain.leaf()));
        let issuers = path.intermediate_certificates().filter_map(|issuer| {
            let der = issuer.der();
            self.extras().find(|(_, own)| own.der() == der.as_ref())
        });
        leaf.chain(issuers).collect()
    }

    /// The readable certificates behind the leaf, each with its place.
    pub(crate) fn extras(&self) -> impl Iterator<Item = (Which, &Certificate)> {
        self.chain.extras().iter().enumerate().filter_map(|(index, extra)| match extra {
            Extra::Certificate(certificate) => Some((Which::Extra(index), certificate)),
            Extra::Unreadable { .. } => None,
        })
    }

    /// What is asked of a path besides what the path building asks.
    fn accept(&self, path: &VerifiedPath<'_>, refused: &mut Failures) -> Result<(), Error> {
        let anchor = self.anchors.of_built(path.anchor()).ok_or(Error::UnknownIssuer)?;
        let certificates = self.certificates(path);
        let mut failures = Failures::default();
        for (which, issuer) in certificates.iter().skip(1) {
            examine::issuing(issuer, *which, &mut failures);
        }
        let certificates: Vec<_> = certificates.into_iter().map(|(_, own)| own).collect();
        if let Some(own) = anchor.certificate() {
            examine::dates(own, Which::Anchor, self.time, &mut failures);
            if certificates != [own] {
                examine::authority(own, &mut failures);
            }
        }
        let name = constraints::violation(&certificates, anchor.name_constraints(), self.matched);
        failures.extend(name.map(|name| PkixFailure::NameConstraint { name: Some(name) }));
        let candidate = CandidatePath { certificates: &certificates, anchor };
        if failures.is_empty() && self.demand.accept_path.is_some_and(|accept| !accept(&candidate)) {
            failures.add(PkixFailure::PathNotAccepted);
        }
        let is_accepted = failures.is_empty();
        refused.extend(failures.into_vec());
        if is_accepted { Ok(()) } else { Err(Error::UnknownIssuer) }
    }
}

/// Whether the error is a fault of a revocation list, not of a certificate.
fn is_about_list(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCrlSignatureForPublicKey
            | Error::IssuerNotCrlSigner
            | Error::UnsupportedCrlSignatureAlgorithmContext(_)
            | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_)
    )
}
