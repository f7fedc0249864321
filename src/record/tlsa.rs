//! TLSA records: what a domain publishes about the keys of its TLS servers (RFC 6698 §2, RFC 7671).
//!
//! A record is four fields. One that does not make sense is *unusable*: it is kept with its reason and takes
//! no part in the decision (RFC 6698 §4.1, DANE-08). A set is sorted and without doubles, so that the order
//! in which a resolver hands records over never matters (ATK-DN-06). Whether the policy wants a usage, and
//! whether a certificate matches, is decided in `proof::dane`.

use std::fmt;

use crate::limits::{TLSA_DATA_BYTES, TLSA_RECORDS, TLSA_RECORDS_READ};
use crate::name::{Domain, Endpoint};
use crate::record::Dnssec;

/// What a record says about the certificate it names (RFC 6698 §2.1.1, RFC 7218).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsaUsage {
    /// PKIX-TA(0): a CA that must be in the validated path.
    PkixTa,
    /// PKIX-EE(1): the end-entity certificate, besides PKIX.
    PkixEe,
    /// DANE-TA(2): the trust anchor, instead of the local ones.
    DaneTa,
    /// DANE-EE(3): the end-entity certificate, and nothing else counts.
    DaneEe,
}

/// Which part of the certificate is compared (RFC 6698 §2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsaSelector {
    /// Cert(0): the whole certificate's DER.
    Certificate,
    /// SPKI(1): the SubjectPublicKeyInfo's DER, outer SEQUENCE included.
    PublicKey,
}

/// How it is compared (RFC 6698 §2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsaMatching {
    /// Full(0): byte for byte.
    Full,
    /// SHA2-256(1).
    Sha256,
    /// SHA2-512(2).
    Sha512,
}

/// One well-formed record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TlsaRecord {
    /// What it says about the certificate.
    pub usage: TlsaUsage,
    /// Which part is compared.
    pub selector: TlsaSelector,
    /// How it is compared.
    pub matching: TlsaMatching,
    /// The association data.
    pub data: Box<[u8]>,
}

/// Why a record is unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TlsaDefect {
    /// The certificate in a `Full` record cannot be read.
    NotACertificate,
    /// The key in a `Full` record cannot be read.
    NotAPublicKey,
    /// The association data is over [`TLSA_DATA_BYTES`].
    TooLong,
    /// The RDATA is shorter than its fixed fields and one byte of data (SEC-06).
    TooShort,
    /// The matching type is private or unassigned.
    UnknownMatching(u8),
    /// The selector is private or unassigned.
    UnknownSelector(u8),
    /// The usage is private or unassigned.
    UnknownUsage(u8),
    /// The policy does not use records of this usage (DANE-16).
    UsageNotEnabled,
    /// A record of the same usage and selector has a stronger digest, which alone counts (RFC 7671 §9).
    WeakerDigest,
    /// The digest does not have the length of its algorithm.
    WrongDigestLength,
}

/// A record that takes no part in the decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnusableTlsa {
    /// The RDATA, cut at [`TLSA_DATA_BYTES`].
    pub rdata: Box<[u8]>,
    /// What is wrong with it.
    pub defect: TlsaDefect,
}

/// Where TLSA records are looked up: `_port._tcp.host.` (RFC 7673 §3.3, DANE-01).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TlsaOwner {
    /// The base domain: the SRV target, the end of its CNAMEs, or the service domain itself.
    pub host: Domain,
    /// The port that is dialled.
    pub port: u16,
}

/// The TLSA records of one owner name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsaSet {
    owner: TlsaOwner,
    dnssec: Dnssec,
    valid_until: Option<i64>,
    records: Vec<TlsaRecord>,
    unusable: Vec<UnusableTlsa>,
    dropped: usize,
}

impl TlsaUsage {
    fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::PkixTa,
            1 => Self::PkixEe,
            2 => Self::DaneTa,
            3 => Self::DaneEe,
            _ => return None,
        })
    }

    /// The number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::PkixTa => 0,
            Self::PkixEe => 1,
            Self::DaneTa => 2,
            Self::DaneEe => 3,
        }
    }

    /// Whether the usage adds to PKIX instead of replacing it.
    pub fn needs_pkix(self) -> bool {
        matches!(self, Self::PkixTa | Self::PkixEe)
    }
}

impl TlsaSelector {
    fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Certificate,
            1 => Self::PublicKey,
            _ => return None,
        })
    }

    /// The number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::Certificate => 0,
            Self::PublicKey => 1,
        }
    }
}

impl TlsaMatching {
    fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Full,
            1 => Self::Sha256,
            2 => Self::Sha512,
            _ => return None,
        })
    }

    /// The number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::Full => 0,
            Self::Sha256 => 1,
            Self::Sha512 => 2,
        }
    }

    /// The length of the association data, where the matching type fixes it.
    pub fn data_length(self) -> Option<usize> {
        match self {
            Self::Full => None,
            Self::Sha256 => Some(32),
            Self::Sha512 => Some(64),
        }
    }
}

impl TlsaRecord {
    /// Reads RDATA as it stands on the wire (RFC 6698 §2.1).
    ///
    /// # Errors
    /// [`TlsaDefect`] when the record is unusable. Whether `Full` data holds a certificate or key is
    /// looked at when it is compared.
    pub fn from_rdata(rdata: &[u8]) -> Result<Self, TlsaDefect> {
        let Some((&[usage, selector, matching], data)) = rdata.split_first_chunk::<3>() else {
            return Err(TlsaDefect::TooShort);
        };
        Self::from_fields(usage, selector, matching, data)
    }

    /// Makes a record of its fields.
    ///
    /// # Errors
    /// As [`from_rdata`](Self::from_rdata).
    pub fn from_fields(usage: u8, selector: u8, matching: u8, data: &[u8]) -> Result<Self, TlsaDefect> {
        let usage = TlsaUsage::from_number(usage).ok_or(TlsaDefect::UnknownUsage(usage))?;
        let selector = TlsaSelector::from_number(selector).ok_or(TlsaDefect::UnknownSelector(selector))?;
        let matching = TlsaMatching::from_number(matching).ok_or(TlsaDefect::UnknownMatching(matching))?;
        match matching.data_length() {
            _ if data.is_empty() => return Err(TlsaDefect::TooShort),
            Some(length) if length != data.len() => return Err(TlsaDefect::WrongDigestLength),
            None if data.len() > TLSA_DATA_BYTES => return Err(TlsaDefect::TooLong),
            _ => {}
        }
        Ok(Self { usage, selector, matching, data: data.into() })
    }

    /// The RDATA as it stands on the wire.
    pub fn to_rdata(&self) -> Vec<u8> {
        let mut rdata = vec![self.usage.number(), self.selector.number(), self.matching.number()];
        rdata.extend_from_slice(&self.data);
        rdata
    }
}

impl TlsaOwner {
    /// The owner names for an endpoint, in the order in which they are tried (RFC 7671 §7, DANE-19):
    /// the end of the target's secure CNAMEs, then the target.
    pub fn of_endpoint(endpoint: &Endpoint) -> Vec<Self> {
        let mut owners: Vec<Self> = Vec::new();
        for host in endpoint.canonical.iter().chain([&endpoint.target]) {
            let owner = Self { host: host.clone(), port: endpoint.port };
            if !owners.contains(&owner) && host.address().is_none() {
                owners.push(owner);
            }
        }
        owners
    }
}

impl fmt::Display for TlsaOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "_{}._tcp.{}.", self.port, self.host)
    }
}

impl TlsaSet {
    /// Collects the RDATA of one answer.
    ///
    /// `valid_until` is when the answer's TTL or signature ends, in seconds since 1970 UTC, where known
    /// (DANE-20). At most [`TLSA_RECORDS_READ`] records are read and, sorted, the first [`TLSA_RECORDS`]
    /// kept (SEC-06); what was left out is counted.
    pub fn new<'a>(
        owner: TlsaOwner,
        dnssec: Dnssec,
        valid_until: Option<i64>,
        rdata: impl IntoIterator<Item = &'a [u8]>,
    ) -> Self {
        let mut set =
            Self { owner, dnssec, valid_until, records: Vec::new(), unusable: Vec::new(), dropped: 0 };
        for (index, bytes) in rdata.into_iter().enumerate() {
            if index >= TLSA_RECORDS_READ {
                set.dropped += 1;
                continue;
            }
            match TlsaRecord::from_rdata(bytes) {
                Ok(record) => set.records.push(record),
                Err(defect) => {
                    let kept = bytes.get(..TLSA_DATA_BYTES).unwrap_or(bytes);
                    set.unusable.push(UnusableTlsa { rdata: kept.into(), defect });
                }
            }
        }
        set.dropped += keep_first(&mut set.records) + keep_first(&mut set.unusable);
        set
    }

    /// The owner name the records were found at.
    pub fn owner(&self) -> &TlsaOwner {
        &self.owner
    }

    /// The DNSSEC state of the answer, its CNAMEs included.
    pub fn dnssec(&self) -> Dnssec {
        self.dnssec
    }

    /// When the answer stops being valid, in seconds since 1970 UTC.
    pub fn valid_until(&self) -> Option<i64> {
        self.valid_until
    }

    /// The well-formed records, sorted and without doubles.
    pub fn records(&self) -> &[TlsaRecord] {
        &self.records
    }

    /// The records that take no part, each with its reason.
    pub fn unusable(&self) -> &[UnusableTlsa] {
        &self.unusable
    }

    /// How many records were over the limits.
    pub fn dropped(&self) -> usize {
        self.dropped
    }
}

fn keep_first<T: Ord>(list: &mut Vec<T>) -> usize {
    list.sort_unstable();
    list.dedup();
    let over = list.len().saturating_sub(TLSA_RECORDS);
    list.truncate(TLSA_RECORDS);
    over
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> TlsaOwner {
        TlsaOwner { host: Domain::parse("xmpp23.hosting.example.net").unwrap(), port: 9143 }
    }

    fn rdata(head: [u8; 3], length: usize) -> Vec<u8> {
        [head.to_vec(), vec![7; length]].concat()
    }

    #[test]
    fn dane_01_owner_is_made_of_target_and_port() {
        assert_eq!(owner().to_string(), "_9143._tcp.xmpp23.hosting.example.net.");
    }

    #[test]
    fn dane_08_a_digest_of_the_wrong_length_is_unusable() {
        assert!(TlsaRecord::from_rdata(&rdata([3, 1, 1], 32)).is_ok());
        for (head, length, defect) in [
            ([3, 1, 1], 31, TlsaDefect::WrongDigestLength),
            ([3, 1, 2], 32, TlsaDefect::WrongDigestLength),
            ([255, 1, 1], 32, TlsaDefect::UnknownUsage(255)),
            ([3, 2, 1], 32, TlsaDefect::UnknownSelector(2)),
            ([3, 1, 200], 32, TlsaDefect::UnknownMatching(200)),
            ([3, 1, 0], 0, TlsaDefect::TooShort),
            ([3, 1, 0], TLSA_DATA_BYTES + 1, TlsaDefect::TooLong),
        ] {
            assert_eq!(TlsaRecord::from_rdata(&rdata(head, length)), Err(defect));
        }
    }

    #[test]
    fn sec_06_short_rdata_is_unusable() {
        for bytes in [&[][..], &[3], &[3, 1], &[3, 1, 1]] {
            assert_eq!(TlsaRecord::from_rdata(bytes), Err(TlsaDefect::TooShort));
        }
    }

    #[test]
    fn atk_dn_06_order_and_doubles_do_not_matter() {
        let (a, b) = (rdata([3, 1, 2], 64), rdata([3, 1, 1], 32));
        let one = TlsaSet::new(owner(), Dnssec::Secure, None, [&a[..], &b, &a]);
        let two = TlsaSet::new(owner(), Dnssec::Secure, None, [&b[..], &a]);
        assert_eq!(one, two);
        assert_eq!(one.records().len(), 2);
    }

    #[test]
    fn sec_06_thousands_of_records_end_at_the_limit_whatever_their_order() {
        let many: Vec<Vec<u8>> =
            (0..1000_u32).map(|n| [&[3, 1, 1][..], &n.to_be_bytes(), &[0; 28]].concat()).collect();
        let set = TlsaSet::new(owner(), Dnssec::Secure, None, many.iter().map(Vec::as_slice));
        let back = TlsaSet::new(owner(), Dnssec::Secure, None, many.iter().rev().map(Vec::as_slice));
        assert_eq!((set.records().len(), set.dropped()), (TLSA_RECORDS, 1000 - TLSA_RECORDS));
        assert_eq!(set, back);
    }

    #[test]
    fn rdata_is_written_as_it_was_read() {
        let bytes = rdata([2, 0, 1], 32);
        assert_eq!(TlsaRecord::from_rdata(&bytes).unwrap().to_rdata(), bytes);
    }
}
