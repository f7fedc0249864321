//! Why bytes are not a certificate, or not a chain.

use std::fmt;

use crate::certificate::Oid;

/// Why bytes are not a certificate that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateError {
    /// The same extension stands twice (RFC 5280 §4.2).
    DuplicateExtension {
        /// The extension.
        oid: Oid,
    },
    /// The structure is not that of RFC 5280 §4.1 in DER, or bytes follow it.
    Malformed {
        /// The field at which reading stopped.
        field: Field,
    },
    /// The certificate has more bytes than [`CERTIFICATE_BYTES`](crate::limits::CERTIFICATE_BYTES).
    TooLarge,
    /// It has more extensions than [`CERTIFICATE_EXTENSIONS`](crate::limits::CERTIFICATE_EXTENSIONS).
    TooManyExtensions,
    /// It presents more names than [`CERTIFICATE_NAMES`](crate::limits::CERTIFICATE_NAMES).
    TooManyNames,
}

/// The fields of a certificate (RFC 5280 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The outer SEQUENCE of three, with nothing behind it.
    Certificate,
    /// The SEQUENCE that is signed.
    TbsCertificate,
    /// The version number.
    Version,
    /// The serial number.
    SerialNumber,
    /// The signature algorithm, inside or outside.
    SignatureAlgorithm,
    /// The issuer's name.
    Issuer,
    /// The two dates.
    Validity,
    /// The subject's name.
    Subject,
    /// The public key with its algorithm.
    SubjectPublicKeyInfo,
    /// The list of extensions.
    Extensions,
    /// The signature.
    Signature,
}

impl Field {
    /// The field's name in RFC 5280 §4.1.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certificate => "Certificate",
            Self::TbsCertificate => "tbsCertificate",
            Self::Version => "version",
            Self::SerialNumber => "serialNumber",
            Self::SignatureAlgorithm => "signatureAlgorithm",
            Self::Issuer => "issuer",
            Self::Validity => "validity",
            Self::Subject => "subject",
            Self::SubjectPublicKeyInfo => "subjectPublicKeyInfo",
            Self::Extensions => "extensions",
            Self::Signature => "signatureValue",
        }
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateExtension { oid } => write!(f, "the certificate has extension {oid} twice"),
            Self::Malformed { field } => write!(f, "the certificate cannot be read at {}", field.name()),
            Self::TooLarge => f.write_str("the certificate is larger than accepted"),
            Self::TooManyExtensions => f.write_str("the certificate has more extensions than accepted"),
            Self::TooManyNames => f.write_str("the certificate presents more names than accepted"),
        }
    }
}

impl std::error::Error for CertificateError {}

/// Why certificates are not a chain that can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainError {
    /// There is no certificate.
    Empty,
    /// The first certificate, the peer's own, cannot be read.
    Leaf(CertificateError),
    /// There are more certificates than [`CHAIN_CERTIFICATES`](crate::limits::CHAIN_CERTIFICATES).
    TooLong,
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no certificate"),
            Self::Leaf(error) => error.fmt(f),
            Self::TooLong => f.write_str("there are more certificates than accepted"),
        }
    }
}

impl std::error::Error for ChainError {}
