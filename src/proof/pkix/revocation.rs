//! Revocation lists: read once, used while they are current (RFC 5280 §5, RFC 6120 §13.7.2, PKI-23).
//!
//! A list speaks for the certificates of the issuer that signed it, between its two dates. One that is not
//! rightly signed or not for the certificate says nothing, which is not the same as "not revoked": what
//! silence means is the policy's choice. An old list still revokes what it lists, unless a newer one of the
//! issuer is at hand, but clears nothing. Where a list says "revoked", the certificate is refused under
//! every setting but [`Revocation::Off`]. OCSP answers are not read; a stapled one is reported as unchecked.

use std::fmt;
use std::sync::Arc;

use webpki::{CertRevocationList, OwnedCertRevocationList};
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

use crate::certificate::der::{self, NotDer, Reader};
use crate::certificate::{Certificate, pem};
use crate::limits::{REVOCATION_LIST_BYTES, REVOCATION_LISTS};
use crate::policy::Revocation;

/// A set of revocation lists, the newest first. Clones share it.
#[derive(Clone, Default)]
pub struct RevocationLists(Arc<[RevocationList]>);

/// One revocation list, with its dates.
pub struct RevocationList {
    list: CertRevocationList<'static>,
    /// In Unix seconds.
    this_update: i64,
    /// In Unix seconds.
    next_update: i64,
}

/// Why bytes are no revocation list that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationListError {
    /// They are not a list of RFC 5280 §5.1, or one of its fields is broken.
    Malformed,
    /// It does not say when the next one comes, so that it would never age (RFC 5280 §5.1.2.5).
    NoNextUpdate,
    /// It has more bytes than [`REVOCATION_LIST_BYTES`](crate::limits::REVOCATION_LIST_BYTES).
    TooLarge,
    /// There are more lists than [`REVOCATION_LISTS`](crate::limits::REVOCATION_LISTS).
    TooMany,
    /// It is of a kind that is not read here: delta, indirect, or partitioned by reasons.
    UnsupportedKind,
}

impl fmt::Display for RevocationListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the revocation list cannot be read",
            Self::NoNextUpdate => "the revocation list does not say when the next one comes",
            Self::TooLarge => "the revocation list is larger than accepted",
            Self::TooMany => "there are more revocation lists than accepted",
            Self::UnsupportedKind => "the revocation list is of a kind that is not supported",
        })
    }
}

impl std::error::Error for RevocationListError {}

/// Whether the handshake brought an OCSP answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Staple {
    /// None could come: we are the receiving entity, the connection was resumed, or there was no handshake.
    NotApplicable,
    /// One could have come and did not.
    Absent,
    /// One came. It was not checked.
    Unchecked,
}

/// What to do about revocation, and with what.
#[derive(Clone, Copy, Debug)]
pub struct RevocationDemand<'a> {
    /// What is demanded.
    pub demand: Revocation,
    /// The lists at hand.
    pub lists: &'a RevocationLists,
    /// Whether the handshake brought an OCSP answer.
    pub staple: Staple,
}

/// What is known about revocation of an accepted path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationOutcome {
    /// Nobody wanted to know.
    NotChecked,
    /// For each certificate of the path a current list says that it is not revoked.
    NotRevoked,
    /// Nothing says that a certificate is revoked, and at least for one nothing says that it is not.
    Unknown,
}

impl RevocationList {
    /// Reads a list in DER, or the one list of a PEM text (RFC 7468 §6).
    ///
    /// # Errors
    /// [`RevocationListError`]; a text with several lists is [`RevocationListError::TooMany`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RevocationListError> {
        let mut lists = Self::parse_all(bytes)?;
        match (lists.pop(), lists.is_empty()) {
            (Some(list), true) => Ok(list),
            _ => Err(RevocationListError::TooMany),
        }
    }

    /// Reads a list in DER, or all lists of a PEM text; other blocks and text between are passed over.
    ///
    /// # Errors
    /// [`RevocationListError`] for the first that cannot be used; a text without a list is malformed.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, RevocationListError> {
        if bytes.len() > REVOCATION_LIST_BYTES {
            return Err(RevocationListError::TooLarge);
        }
        if bytes.first() == Some(&der::SEQUENCE) {
            return Ok(vec![Self::from_der(bytes)?]);
        }
        let mut lists = Vec::new();
        for block in pem::blocks(bytes) {
            let block = block.map_err(|pem::NotEnded| RevocationListError::Malformed)?;
            if block.label != b"X509 CRL" {
                continue;
            }
            lists.push(Self::from_der(&block.decode().ok_or(RevocationListError::Malformed)?)?);
            if lists.len() > REVOCATION_LISTS {
                return Err(RevocationListError::TooMany);
            }
        }
        if lists.is_empty() { Err(RevocationListError::Malformed) } else { Ok(lists) }
    }

    fn from_der(der: &[u8]) -> Result<Self, RevocationListError> {
        let (this_update, next_update) = dates(der).map_err(|NotDer| RevocationListError::Malformed)?;
        let next_update = next_update.ok_or(RevocationListError::NoNextUpdate)?;
        let list = OwnedCertRevocationList::from_der(der).map_err(|error| match error {
            webpki::Error::UnsupportedDeltaCrl
            | webpki::Error::UnsupportedIndirectCrl
            | webpki::Error::UnsupportedCrlVersion
            | webpki::Error::UnsupportedCrlIssuingDistributionPoint
            | webpki::Error::UnsupportedCriticalExtension
            | webpki::Error::UnsupportedRevocationReasonsPartitioning => RevocationListError::UnsupportedKind,
            _ => RevocationListError::Malformed,
        })?;
        Ok(Self { list: list.into(), this_update, next_update })
    }

    /// When the list was made, in Unix seconds.
    pub fn this_update(&self) -> i64 {
        self.this_update
    }

    /// Until when the next list is out, in Unix seconds; the list says nothing afterwards.
    pub fn next_update(&self) -> i64 {
        self.next_update
    }

    /// Whether `time`, in Unix seconds, lies between the list's dates.
    pub fn is_current(&self, time: i64) -> bool {
        (self.this_update..=self.next_update).contains(&time)
    }

    /// The list as the path building wants it.
    pub(crate) fn built(&self) -> &CertRevocationList<'static> {
        &self.list
    }

    /// Whether the list, if it is rightly signed, revokes `certificate`.
    pub(crate) fn lists(&self, certificate: &Certificate) -> bool {
        let issuer = Reader::new(certificate.issuer_der()).expect(der::SEQUENCE);
        issuer.is_ok_and(|issuer| issuer.content == self.list.issuer())
            && matches!(self.list.find_serial(certificate.serial()), Ok(Some(_)))
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationList")
            .field("this_update", &self.this_update)
            .field("next_update", &self.next_update)
            .finish_non_exhaustive()
    }
}

impl RevocationLists {
    /// A set of these lists.
    ///
    /// # Errors
    /// [`RevocationListError::TooMany`].
    pub fn new(lists: impl IntoIterator<Item = RevocationList>) -> Result<Self, RevocationListError> {
        let mut lists: Vec<_> = lists.into_iter().take(REVOCATION_LISTS.saturating_add(1)).collect();
        if lists.len() > REVOCATION_LISTS {
            return Err(RevocationListError::TooMany);
        }
        lists.sort_by_key(|list| std::cmp::Reverse(list.this_update));
        Ok(Self(lists.into()))
    }

    /// How many lists there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lists, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &RevocationList> {
        self.0.iter()
    }

    /// Those that had been made at `time`, current or old.
    pub(crate) fn made_at(&self, time: i64) -> Vec<&RevocationList> {
        self.iter().filter(|list| list.this_update <= time).collect()
    }
}

impl fmt::Debug for RevocationLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter()).finish()
    }
}

/// thisUpdate and nextUpdate of a list (RFC 5280 §5.1).
fn dates(der: &[u8]) -> Result<(i64, Option<i64>), NotDer> {
    let mut outer = Reader::inside(der, der::SEQUENCE)?;
    let mut list = Reader::new(outer.expect(der::SEQUENCE)?.content);
    list.optional(der::INTEGER)?;
    list.expect(der::SEQUENCE)?;
    list.expect(der::SEQUENCE)?;
    let this_update = time(list.next()?.whole)?;
    let next_update = match list.next() {
        Ok(element) if matches!(element.tag, der::UTC_TIME | der::GENERALIZED_TIME) => {
            Some(time(element.whole)?)
        }
        _ => None,
    };
    Ok((this_update, next_update))
}

fn time(der: &[u8]) -> Result<i64, NotDer> {
    match ASN1Time::from_der(der) {
        Ok(([], time)) => Ok(time.timestamp()),
        _ => Err(NotDer),
    }
}
