//! Reasons of failed files and types of keys in OpenSSL's words.

use std::io::ErrorKind;

use crate::certificate::KeyAlgorithm;
use crate::tls::{CredentialError, KeyKind, PemText};

/// The words of the C library for an error of the system, as OpenSSL passes them on; `system lib` for
/// others.
#[must_use]
pub const fn io_reason(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "No such file or directory",
        ErrorKind::PermissionDenied => "Permission denied",
        ErrorKind::IsADirectory => "Is a directory",
        ErrorKind::NotADirectory => "Not a directory",
        _ => "system lib",
    }
}

/// OpenSSL's reason for a credential that cannot be made.
#[must_use]
pub const fn credential_reason(error: CredentialError) -> &'static str {
    match error {
        CredentialError::NoCertificate | CredentialError::NoKey => "no start line",
        CredentialError::MalformedBlock(PemText::Chain | PemText::Key, _) => "bad base64 decode",
        CredentialError::MalformedCertificate(_) => "asn1 encoding routines",
        CredentialError::KeyDoesNotMatch => "key values mismatch",
        CredentialError::KeyEncrypted => "bad password read",
        CredentialError::KeyUnusable => "unsupported",
        CredentialError::TooLong => "too long",
    }
}

/// The type of a certificate's key as OpenSSL's `EVP_PKEY` types are abbreviated: `RSA`, `DSA`, `EC`, and
/// `Unknown` for those that LuaSec has no word for.
#[must_use]
pub const fn certificate_key_type(algorithm: &KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::Rsa => "RSA",
        KeyAlgorithm::Dsa => "DSA",
        KeyAlgorithm::Ec(_) => "EC",
        _ => "Unknown",
    }
}

/// The type of a credential's key in the same words.
#[must_use]
pub const fn credential_key_type(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Rsa => "RSA",
        KeyKind::Ecdsa => "EC",
        _ => "Unknown",
    }
}
