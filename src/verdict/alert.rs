//! Which TLS alert says why a peer is refused (RFC 8446 §6.2, PKI-27).

use crate::numbers::ReasonCode;
use crate::verdict::Reason;

/// A fatal alert about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alert {
    /// `bad_certificate`(42): malformed, for another name, contradicted by records.
    BadCertificate,
    /// `unsupported_certificate`(43): for another purpose, or of a kind that is not supported.
    UnsupportedCertificate,
    /// `certificate_revoked`(44).
    CertificateRevoked,
    /// `certificate_expired`(45), or not valid yet.
    CertificateExpired,
    /// `certificate_unknown`(46): anything else.
    CertificateUnknown,
    /// `unknown_ca`(48): no path to a trust anchor.
    UnknownCa,
}

impl Alert {
    /// The number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::BadCertificate => 42,
            Self::UnsupportedCertificate => 43,
            Self::CertificateRevoked => 44,
            Self::CertificateExpired => 45,
            Self::CertificateUnknown => 46,
            Self::UnknownCa => 48,
        }
    }
}

/// The alert of the gravest reason. What no administrator of the peer could mend by a new certificate
/// alone comes first: revocation, contradicting records, then dates, then the issuer, then purpose and name.
pub(super) fn fitting<'a>(reasons: impl Iterator<Item = &'a Reason>) -> Alert {
    reasons.map(rank).min().map_or(Alert::CertificateUnknown, |(_, alert)| alert)
}

fn rank(reason: &Reason) -> (u8, Alert) {
    match reason.code() {
        ReasonCode::Revoked => (0, Alert::CertificateRevoked),
        ReasonCode::DaneMismatch | ReasonCode::PinMismatch => (1, Alert::BadCertificate),
        ReasonCode::Expired | ReasonCode::NotYetValid => (2, Alert::CertificateExpired),
        ReasonCode::UntrustedCa | ReasonCode::SelfSigned => (3, Alert::UnknownCa),
        ReasonCode::BadEku
        | ReasonCode::BadKeyUsage
        | ReasonCode::UnsupportedSignature
        | ReasonCode::UnsupportedCriticalExtension => (4, Alert::UnsupportedCertificate),
        ReasonCode::NoCertificate => (6, Alert::CertificateUnknown),
        // the block of hundred that is about certificates
        code if code.number() < 200 || code == ReasonCode::PoshMismatch => (5, Alert::BadCertificate),
        _ => (6, Alert::CertificateUnknown),
    }
}
