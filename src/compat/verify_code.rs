//! The codes and texts of OpenSSL's certificate verification, `X509_V_…`.
//!
//! A verdict has reasons of its own; programs that were written for OpenSSL want one of its numbers, those
//! of OpenSSL 3, and compare its sentences. The number is 0 for an authenticated peer and for no other.

use crate::certificate::ChainError;
use crate::proof::dane::DaneFailure;
use crate::proof::pkix::{Malformation, PkixFailure, Which};
use crate::verdict::{Level, Reason, Verdict};

/// Makes [`VerifyCode`] with its numbers and texts; a second text is the spelling of OpenSSL 3.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $old:literal $(/ $new:literal)?;)+) => {
        /// A code of OpenSSL's certificate verification; in the order in which one is chosen to stand for
        /// all, the most telling first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum VerifyCode { $($(#[$doc])* $variant,)+ }

        impl VerifyCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// OpenSSL's number.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self { $(Self::$variant => $number,)+ }
            }

            /// The text as OpenSSL 1.1 spells it, which programs compare with.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $old,)+ }
            }

            /// The text as OpenSSL 3 spells it.
            #[must_use]
            pub fn text_of_openssl_3(self) -> &'static str {
                match self {
                    $($(Self::$variant => $new,)?)+
                    other => other.text(),
                }
            }
        }
    };
}

codes! {
    /// `X509_V_OK`.
    Ok = 0, "ok";
    /// `X509_V_ERR_DANE_NO_MATCH`.
    DaneNoMatch = 65, "no matching DANE TLSA records";
    /// `X509_V_ERR_CERT_REVOKED`.
    CertRevoked = 23, "certificate revoked";
    /// `X509_V_ERR_CERT_SIGNATURE_FAILURE`.
    CertSignatureFailure = 7, "certificate signature failure";
    /// `X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT`.
    DepthZeroSelfSigned = 18, "self signed certificate" / "self-signed certificate";
    /// `X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN`.
    SelfSignedInChain = 19, "self signed certificate in certificate chain" / "self-signed certificate in certificate chain";
    /// `X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY`.
    UnableToGetIssuerLocally = 20, "unable to get local issuer certificate";
    /// `X509_V_ERR_CERT_HAS_EXPIRED`.
    CertHasExpired = 10, "certificate has expired";
    /// `X509_V_ERR_CERT_NOT_YET_VALID`.
    CertNotYetValid = 9, "certificate is not yet valid";
    /// `X509_V_ERR_INVALID_PURPOSE`.
    InvalidPurpose = 26, "unsupported certificate purpose" / "unsuitable certificate purpose";
    /// `X509_V_ERR_CERT_CHAIN_TOO_LONG`.
    ChainTooLong = 22, "certificate chain too long";
    /// `X509_V_ERR_INVALID_CA`.
    InvalidCa = 79, "invalid CA certificate";
    /// `X509_V_ERR_INVALID_NON_CA`.
    InvalidNonCa = 37, "invalid non-CA certificate (has CA markings)";
    /// `X509_V_ERR_KEYUSAGE_NO_CERTSIGN`.
    KeyUsageNoCertSign = 32, "key usage does not include certificate signing";
    /// `X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE`.
    KeyUsageNoDigitalSignature = 39, "key usage does not include digital signature";
    /// `X509_V_ERR_PERMITTED_VIOLATION`.
    PermittedViolation = 47, "permitted subtree violation";
    /// `X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION`.
    UnhandledCriticalExtension = 34, "unhandled critical extension";
    /// `X509_V_ERR_INVALID_EXTENSION`.
    InvalidExtension = 41, "invalid or inconsistent certificate extension";
    /// `X509_V_ERR_EE_KEY_TOO_SMALL`.
    EeKeyTooSmall = 66, "EE certificate key too weak";
    /// `X509_V_ERR_CA_KEY_TOO_SMALL`.
    CaKeyTooSmall = 67, "CA certificate key too weak";
    /// `X509_V_ERR_CA_MD_TOO_WEAK`.
    CaDigestTooWeak = 68, "CA signature digest algorithm too weak";
    /// `X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM`.
    UnsupportedSignatureAlgorithm = 76, "Cannot find certificate signature algorithm";
    /// `X509_V_ERR_UNABLE_TO_GET_CRL`.
    UnableToGetCrl = 3, "unable to get certificate CRL";
    /// `X509_V_ERR_OCSP_VERIFY_NEEDED`.
    OcspVerifyNeeded = 73, "OCSP verification needed";
    /// `X509_V_ERR_HOSTNAME_MISMATCH`.
    HostnameMismatch = 62, "Hostname mismatch" / "hostname mismatch";
    /// `X509_V_ERR_APPLICATION_VERIFICATION`: whatever OpenSSL has no code for.
    ApplicationVerification = 50, "application verification failure";
}

impl VerifyCode {
    /// The code of OpenSSL with this number; `None` if it is not used here.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }

    /// The one code that stands for a verdict: [`VerifyCode::Ok`] for an authenticated peer, else the most
    /// telling of its reasons, never `Ok`.
    #[must_use]
    pub fn of_verdict(verdict: &Verdict) -> Self {
        if verdict.level() == Level::Authenticated {
            return Self::Ok;
        }
        verdict.reasons().map(Self::of_reason).min().unwrap_or(Self::ApplicationVerification)
    }

    /// All codes of a verdict with the depth of the certificate that each is about, 0 for the peer's own;
    /// empty for an authenticated peer, and for no other.
    #[must_use]
    pub fn all_of_verdict(verdict: &Verdict) -> Vec<(usize, Self)> {
        if verdict.level() == Level::Authenticated {
            return Vec::new();
        }
        let mut list = Vec::new();
        for reason in verdict.reasons() {
            let found = (reason.certificate_failure().map_or(0, depth), Self::of_reason(reason));
            if !list.contains(&found) {
                list.push(found);
            }
        }
        if list.is_empty() {
            list.push((0, Self::ApplicationVerification));
        }
        list.sort_unstable();
        list
    }

    /// The codes of a chain's failures, as [`VerifyCode::all_of_verdict`] has them.
    pub(super) fn all_of_failures<'a>(failures: impl Iterator<Item = &'a PkixFailure>) -> Vec<(usize, Self)> {
        let mut list: Vec<(usize, Self)> =
            failures.map(|failure| (depth(failure), Self::of_failure(failure))).collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// The code of one reason; never [`VerifyCode::Ok`].
    #[must_use]
    pub fn of_reason(reason: &Reason) -> Self {
        match (reason.certificate_failure(), reason) {
            (Some(failure), _) => Self::of_failure(failure),
            (None, Reason::Dane(DaneFailure::Mismatch { .. })) => Self::DaneNoMatch,
            (None, Reason::Unreadable(ChainError::TooLong)) => Self::ChainTooLong,
            (None, _) => Self::ApplicationVerification,
        }
    }

    /// The code of a certificate's failure; never [`VerifyCode::Ok`].
    #[must_use]
    pub fn of_failure(failure: &PkixFailure) -> Self {
        match failure {
            PkixFailure::NameMismatch { .. } | PkixFailure::NoIdentifiers => Self::HostnameMismatch,
            PkixFailure::UntrustedCa { .. } => Self::UnableToGetIssuerLocally,
            PkixFailure::SelfSigned => Self::DepthZeroSelfSigned,
            PkixFailure::Expired { .. } => Self::CertHasExpired,
            PkixFailure::NotYetValid { .. } => Self::CertNotYetValid,
            PkixFailure::Revoked { .. } => Self::CertRevoked,
            PkixFailure::RevocationUnknown => Self::UnableToGetCrl,
            PkixFailure::MustStapleMissing => Self::OcspVerifyNeeded,
            PkixFailure::BadExtendedKeyUsage { .. } => Self::InvalidPurpose,
            PkixFailure::BadKeyUsage { which: Which::Leaf } => Self::KeyUsageNoDigitalSignature,
            PkixFailure::BadKeyUsage { .. } => Self::KeyUsageNoCertSign,
            PkixFailure::EndEntityIsCa => Self::InvalidNonCa,
            PkixFailure::IssuerIsNoCa { .. } => Self::InvalidCa,
            PkixFailure::NameConstraint { .. } => Self::PermittedViolation,
            PkixFailure::WeakKey { which: Which::Leaf, .. } => Self::EeKeyTooSmall,
            PkixFailure::WeakKey { .. } => Self::CaKeyTooSmall,
            PkixFailure::WeakSignature { .. } => Self::CaDigestTooWeak,
            PkixFailure::UnsupportedSignature { .. } => Self::UnsupportedSignatureAlgorithm,
            PkixFailure::BadSignature => Self::CertSignatureFailure,
            PkixFailure::MalformedCertificate { problem: Malformation::Extension(_), .. } => {
                Self::InvalidExtension
            }
            PkixFailure::UnsupportedCriticalExtension { .. } => Self::UnhandledCriticalExtension,
            PkixFailure::ChainTooLong => Self::ChainTooLong,
            PkixFailure::PathNotAccepted => Self::DaneNoMatch,
            _ => Self::ApplicationVerification,
        }
    }
}

impl std::fmt::Display for VerifyCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

/// How far the certificate that a failure is about is from the peer's own; 0 where it is not told.
fn depth(failure: &PkixFailure) -> usize {
    let (PkixFailure::Expired { which, .. }
    | PkixFailure::NotYetValid { which, .. }
    | PkixFailure::Revoked { which, .. }
    | PkixFailure::BadExtendedKeyUsage { which, .. }
    | PkixFailure::BadKeyUsage { which }
    | PkixFailure::IssuerIsNoCa { which }
    | PkixFailure::WeakKey { which, .. }
    | PkixFailure::WeakSignature { which, .. }
    | PkixFailure::MalformedCertificate { which, .. }
    | PkixFailure::UnsupportedCriticalExtension { which, .. }) = failure
    else {
        return 0;
    };
    match which {
        Which::Extra(index) => index.saturating_add(1),
        Which::Leaf | Which::Anchor => 0,
    }
}
