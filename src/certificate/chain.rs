//! The certificates that a peer sent, its own first (RFC 8446 §4.4.2).

use crate::certificate::{Certificate, CertificateError, ChainError};
use crate::limits::CHAIN_CERTIFICATES;

/// A certificate that a peer sent besides its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extra {
    /// One that was read.
    Certificate(Certificate),
    /// Bytes that cannot be read as a certificate: kept to be shown, used for nothing.
    Unreadable {
        /// The bytes.
        der: Box<[u8]>,
        /// Why.
        error: CertificateError,
    },
}

/// What a peer presented: its own certificate, and others that may lead to a trust anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    leaf: Certificate,
    extras: Vec<Extra>,
}

impl Chain {
    /// Reads the certificates of a chain, the peer's own first.
    ///
    /// # Errors
    /// [`ChainError`]: there is none, there are too many, or the first cannot be read. One behind the
    /// first that cannot be read is kept as bytes.
    pub fn parse<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, ChainError> {
        let mut certificates = certificates.into_iter();
        let leaf = Certificate::parse(certificates.next().ok_or(ChainError::Empty)?);
        let leaf = leaf.map_err(ChainError::Leaf)?;
        let mut extras = Vec::new();
        for der in certificates {
            if extras.len().saturating_add(1) >= CHAIN_CERTIFICATES {
                return Err(ChainError::TooLong);
            }
            extras.push(match Certificate::parse(der) {
                Ok(certificate) => Extra::Certificate(certificate),
                Err(error) => Extra::Unreadable { der: der.into(), error },
            });
        }
        Ok(Self { leaf, extras })
    }

    /// A chain of one certificate.
    pub fn of(leaf: Certificate) -> Self {
        Self { leaf, extras: Vec::new() }
    }

    /// The peer's own certificate.
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// The readable certificates behind the first, in the order of the peer.
    pub fn others(&self) -> impl Iterator<Item = &Certificate> {
        self.extras.iter().filter_map(|extra| match extra {
            Extra::Certificate(certificate) => Some(certificate),
            Extra::Unreadable { .. } => None,
        })
    }

    /// All readable certificates, the peer's own first.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(self.others())
    }

    /// Everything behind the first, readable or not, in the order of the peer.
    pub fn extras(&self) -> &[Extra] {
        &self.extras
    }
}
