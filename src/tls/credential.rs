//! A certificate chain with its private key.
//!
//! A credential is checked when it is made: its key can sign, and is the key of the chain's first
//! certificate. What kind of key it is, is told by its contents, not by a label. Whether its certificate
//! is valid for a name or in time is not asked here.

use std::sync::Arc;

use rustls::SignatureAlgorithm;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use zeroize::Zeroizing;

use super::pem::{self, Kind};
use super::{der, end_point};
use crate::certificate::sha_256;
use crate::limits;

/// Why no credential could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialError {
    /// The key is not the one of the first certificate.
    KeyDoesNotMatch,
    /// The key is encrypted with a passphrase.
    KeyEncrypted,
    /// The key cannot be read, or is of a kind or size that cannot sign here.
    KeyUnusable,
    /// The certificate with this number in the chain, counted from 0, cannot be read.
    MalformedCertificate(usize),
    /// The block with this number, counted from 0, of this text cannot be read.
    MalformedBlock(PemText, usize),
    /// No certificate was found.
    NoCertificate,
    /// No private key was found.
    NoKey,
    /// The chain or a text exceeds [`limits::CREDENTIAL_CHAIN`] or [`limits::CREDENTIAL_PEM`].
    TooLong,
}

/// Which of the two texts of a credential is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemText {
    /// The one with the certificates.
    Chain,
    /// The one with the private key.
    Key,
}

impl std::fmt::Display for CredentialError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::KeyDoesNotMatch => formatter.write_str("the key does not belong to the first certificate"),
            Self::KeyEncrypted => formatter.write_str(
                "the key is encrypted; `openssl pkey -in KEY -out NEW` writes it without a passphrase",
            ),
            Self::KeyUnusable => formatter.write_str("the key cannot be read or is of no usable kind"),
            Self::MalformedCertificate(index) => {
                write!(formatter, "certificate {index} of the chain cannot be read")
            }
            Self::MalformedBlock(PemText::Chain, index) => {
                write!(formatter, "PEM block {index} of the certificates cannot be read")
            }
            Self::MalformedBlock(PemText::Key, index) => {
                write!(formatter, "PEM block {index} of the key cannot be read")
            }
            Self::NoCertificate => formatter.write_str("there is no certificate"),
            Self::NoKey => formatter.write_str("there is no private key"),
            Self::TooLong => formatter.write_str("there are too many certificates or too much text"),
        }
    }
}

impl std::error::Error for CredentialError {}

/// The kind of a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// An elliptic curve: ECDSA.
    Ecdsa,
    /// Edwards curves.
    EdDsa,
    /// RSA.
    Rsa,
    /// Anything else that can sign.
    Other,
}

/// A certificate chain with its private key; see the module.
pub struct Credential {
    certified: Arc<CertifiedKey>,
    fingerprint: [u8; 32],
}

impl Credential {
    /// From texts in PEM: all certificates of `chain`, and the first private key of `key`. Both may be the
    /// same text.
    ///
    /// # Errors
    /// See [`CredentialError`].
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CredentialError> {
        if chain.len() > limits::CREDENTIAL_PEM || key.len() > limits::CREDENTIAL_PEM {
            return Err(CredentialError::TooLong);
        }
        let certificates = pem::blocks(chain)
            .map_err(|bad| CredentialError::MalformedBlock(PemText::Chain, bad.0))?
            .into_iter()
            .filter(|block| block.kind == Kind::Certificate)
            // A "trusted" certificate of OpenSSL carries its own remarks behind the certificate.
            .map(|block| {
                der::take(&mut block.contents.as_slice()).map_or_else(Vec::new, |one| one.whole.to_vec())
            })
            .collect();
        let block = pem::blocks(key)
            .map_err(|bad| CredentialError::MalformedBlock(PemText::Key, bad.0))?
            .into_iter()
            .find(|block| matches!(block.kind, Kind::Key | Kind::EncryptedKey))
            .ok_or(CredentialError::NoKey)?;
        if block.kind == Kind::EncryptedKey {
            return Err(CredentialError::KeyEncrypted);
        }
        Self::from_der(certificates, &block.contents)
    }

    /// From a chain in DER, the end entity's certificate first, and a key in PKCS#8, SEC 1 or PKCS#1.
    ///
    /// # Errors
    /// See [`CredentialError`].
    pub fn from_der(chain: Vec<Vec<u8>>, key: &[u8]) -> Result<Self, CredentialError> {
        if chain.len() > limits::CREDENTIAL_CHAIN {
            return Err(CredentialError::TooLong);
        }
        if let Some(index) = chain.iter().position(|one| der::public_key(one).is_none()) {
            return Err(CredentialError::MalformedCertificate(index));
        }
        let leaf = chain.first().ok_or(CredentialError::NoCertificate)?;
        if is_encrypted(key) {
            return Err(CredentialError::KeyEncrypted);
        }
        let copy = Zeroizing::new(key.to_vec());
        let key = PrivateKeyDer::try_from(copy.as_slice()).map_err(|_| CredentialError::KeyUnusable)?;
        let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key)
            .map_err(|_| CredentialError::KeyUnusable)?;
        let public = key.public_key().ok_or(CredentialError::KeyUnusable)?;
        if der::public_key(leaf) != Some(public.as_ref()) {
            return Err(CredentialError::KeyDoesNotMatch);
        }
        let fingerprint = sha_256([leaf.as_ref()]);
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        Ok(Self { certified: Arc::new(CertifiedKey::new(chain, key)), fingerprint })
    }

    /// The chain in DER, as it is sent.
    pub fn chain(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.certified.cert.iter().map(AsRef::as_ref)
    }

    /// The end entity's certificate in DER.
    #[must_use]
    pub fn leaf(&self) -> &[u8] {
        self.certified.cert.first().map_or(&[], |one| one.as_ref())
    }

    /// SHA-256 of the end entity's certificate.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// The kind of the private key.
    #[must_use]
    pub fn key_kind(&self) -> KeyKind {
        match self.certified.key.algorithm() {
            SignatureAlgorithm::ECDSA => KeyKind::Ecdsa,
            SignatureAlgorithm::ED25519 | SignatureAlgorithm::ED448 => KeyKind::EdDsa,
            SignatureAlgorithm::RSA => KeyKind::Rsa,
            _ => KeyKind::Other,
        }
    }

    /// The `tls-server-end-point` of a server that sends this credential.
    ///
    /// # Errors
    /// When RFC 5929 defines none for its certificate.
    pub fn server_end_point(&self) -> Result<Vec<u8>, end_point::EndPointUndefined> {
        end_point::server_end_point(self.leaf())
    }

    pub(super) fn certified(&self) -> &Arc<CertifiedKey> {
        &self.certified
    }

    /// Whether the key can sign by one of the schemes offered.
    pub(super) fn suits(&self, offered: &[rustls::SignatureScheme]) -> bool {
        self.certified.key.choose_scheme(offered).is_some()
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = u64::from_be_bytes(self.fingerprint.first_chunk().copied().unwrap_or_default());
        write!(formatter, "Credential({:?}, {shown:016x}…)", self.key_kind())
    }
}

/// Whether this is an `EncryptedPrivateKeyInfo` (RFC 5958 §3): it begins with an algorithm where every plain
/// key begins with a version.
fn is_encrypted(key: &[u8]) -> bool {
    der::take_tagged(&mut &*key, der::SEQUENCE)
        .and_then(|outer| der::take(&mut { outer.contents }))
        .is_some_and(|first| first.tag == der::SEQUENCE)
}

#[cfg(test)]
impl Credential {
    /// The chain of one with the key of another: what a thief of a certificate has.
    pub(super) fn mismatched(chain: &Self, key: &Self) -> Self {
        let certified = CertifiedKey::new(chain.certified.cert.clone(), Arc::clone(&key.certified.key));
        Self { certified: Arc::new(certified), fingerprint: chain.fingerprint }
    }
}
