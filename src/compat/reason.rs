//! Reasons of failed files and types of keys in OpenSSL's words.

use crate::certificate::KeyAlgorithm;
use crate::tls::{CredentialError, PemText};

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
