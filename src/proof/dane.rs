//! DANE: TLSA records that name the certificate (RFC 6698, RFC 7671, RFC 7673).
//!
//! Whether records may be looked at, after what DNSSEC said of the way to them, is decided in
//! `verification`. Here records meet certificates: unusable ones are set aside, of several digests the
//! strongest counts, and what is left either names the certificate or does not. A usable set that does not
//! is final; nothing else may stand in for it (RFC 6698 §4.1, DANE-09).
//!
//! Under DANE-EE names, dates and all rules of RFC 5280 are ignored, as RFC 7671 §5.1 and RFC 7673 §4.2
//! demand. The floor for keys stays (PAR-10), and so does the proof of possession in the handshake.

use std::fmt;

use crate::certificate::{Certificate, Chain, KeyInfo};
use crate::name::ReferenceIdentity;
use crate::policy::DaneUsages;
use crate::proof::pkix::{
    self, Anchor, CandidatePath, PathDemand, PkixFailure, PkixPath, Purpose, RevocationDemand, TrustAnchors,
    Which,
};
use crate::record::{TlsaDefect, TlsaMatching, TlsaRecord, TlsaSelector, TlsaSet, TlsaUsage, UnusableTlsa};

/// The records of a set that take part, and those that do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usable {
    /// Those that take part.
    pub records: Vec<TlsaRecord>,
    /// Those that do not, each with its reason.
    pub unusable: Vec<UnusableTlsa>,
}

/// What is demanded besides a match, for the usages that need it.
#[derive(Clone, Copy, Debug)]
pub struct DaneDemand<'a> {
    /// The local trust anchors, for usages 0 and 1 alone.
    pub anchors: &'a TrustAnchors,
    /// The names of which one must be presented, for all usages but 3.
    pub references: &'a [ReferenceIdentity],
    /// What to do about revocation, for usages 0 and 1.
    pub revocation: RevocationDemand<'a>,
    /// The time, in Unix seconds.
    pub time: i64,
}

/// A record that proved the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaneMatch {
    /// The record.
    pub record: TlsaRecord,
    /// The path, for all usages but 3.
    pub path: Option<PkixPath>,
}

/// Which answer of DNS is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DnsStep {
    /// The SRV records of the service.
    Srv,
    /// The addresses of the target.
    Addresses,
    /// The TLSA records of the target.
    Tlsa,
}

/// Why DANE forbids the peer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DaneFailure {
    /// An answer on the way is forged, or could not be had (RFC 7673 §3.1, §3.4).
    DnsBogus {
        /// Which answer.
        step: DnsStep,
    },
    /// Usable records exist, and none names the certificate.
    Mismatch {
        /// How many.
        usable: usize,
    },
    /// A record names the certificate, and what its usage demands besides is not met.
    Path(PkixFailure),
    /// The records' time to live has passed (DANE-20).
    Stale {
        /// When, in Unix seconds.
        valid_until: i64,
    },
}

impl DnsStep {
    /// The name in our own data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Srv => "srv",
            Self::Addresses => "addresses",
            Self::Tlsa => "tlsa",
        }
    }
}

/// Sets unusable records aside and applies digest agility (RFC 6698 §4.1, RFC 7671 §9; DANE-08, DANE-17).
pub fn usable(set: &TlsaSet, usages: DaneUsages) -> Usable {
    let mut result = Usable { records: Vec::new(), unusable: set.unusable().to_vec() };
    let sound: Vec<&TlsaRecord> = set
        .records()
        .iter()
        .filter(|record| match defect(record, usages) {
            None => true,
            Some(defect) => {
                result.unusable.push(UnusableTlsa { rdata: record.to_rdata().into(), defect });
                false
            }
        })
        .collect();
    for record in &sound {
        let group = |other: &&&TlsaRecord| {
            (other.usage, other.selector) == (record.usage, record.selector)
                && other.matching != TlsaMatching::Full
        };
        let strongest = sound.iter().filter(group).map(|other| other.matching).max();
        if record.matching == TlsaMatching::Full || Some(record.matching) == strongest {
            result.records.push((*record).clone());
        } else {
            let rdata = record.to_rdata().into();
            result.unusable.push(UnusableTlsa { rdata, defect: TlsaDefect::WeakerDigest });
        }
    }
    result
}

fn defect(record: &TlsaRecord, usages: DaneUsages) -> Option<TlsaDefect> {
    let enabled = if record.usage.needs_pkix() { usages.pkix } else { usages.dane };
    if !enabled {
        return Some(TlsaDefect::UsageNotEnabled);
    }
    match (record.matching, record.selector) {
        (TlsaMatching::Full, TlsaSelector::Certificate) => {
            Certificate::parse(&record.data).is_err().then_some(TlsaDefect::NotACertificate)
        }
        (TlsaMatching::Full, TlsaSelector::PublicKey) => {
            KeyInfo::read(&record.data).is_err().then_some(TlsaDefect::NotAPublicKey)
        }
        _ => None,
    }
}

/// Compares usable records with what the peer presented.
///
/// # Errors
/// Every reason why no record proves the certificate; the peer is to be refused.
pub fn verify(
    chain: &Chain,
    records: &[TlsaRecord],
    demand: &DaneDemand<'_>,
) -> Result<DaneMatch, Vec<DaneFailure>> {
    let mut failures = Vec::new();
    let ways: [Way; 4] = [by_end_entity, by_trust_anchor, by_pkix_end_entity, by_pkix_trust_anchor];
    for way in ways {
        match way(chain, records, demand) {
            Some(Ok(found)) => return Ok(found),
            Some(Err(reasons)) => failures.extend(reasons.into_iter().map(DaneFailure::Path)),
            None => {}
        }
    }
    if failures.is_empty() {
        failures.push(DaneFailure::Mismatch { usable: records.len() });
    }
    failures.dedup();
    Err(failures)
}

/// The first DANE-EE record that names the certificate, for an inbound peer (DANE-22).
pub fn names_end_entity<'a>(leaf: &Certificate, records: &'a [TlsaRecord]) -> Option<&'a TlsaRecord> {
    let digests = Digests::of(leaf);
    records.iter().find(|record| record.usage == TlsaUsage::DaneEe && digests.match_record(record))
}

type Way = fn(&Chain, &[TlsaRecord], &DaneDemand<'_>) -> Outcome;

/// `None`: no record of this usage names anything presented.
type Outcome = Option<Result<DaneMatch, Vec<PkixFailure>>>;

fn by_end_entity(chain: &Chain, records: &[TlsaRecord], _: &DaneDemand<'_>) -> Outcome {
    let record = names_end_entity(chain.leaf(), records)?.clone();
    Some(match pkix::key_is_too_weak(chain.leaf().key()) {
        None => Ok(DaneMatch { record, path: None }),
        Some(bits) => Err(vec![PkixFailure::WeakKey { which: Which::Leaf, bits }]),
    })
}

fn by_pkix_end_entity(chain: &Chain, records: &[TlsaRecord], demand: &DaneDemand<'_>) -> Outcome {
    let digests = Digests::of(chain.leaf());
    let mut own = records.iter().filter(|record| record.usage == TlsaUsage::PkixEe);
    let record = own.find(|record| digests.match_record(record))?.clone();
    let path = pkix::verify(chain, demand.anchors, &demand.path(None));
    Some(path.map(|path| DaneMatch { record, path: Some(path) }))
}

fn by_pkix_trust_anchor(chain: &Chain, records: &[TlsaRecord], demand: &DaneDemand<'_>) -> Outcome {
    let own: Vec<&TlsaRecord> = records.iter().filter(|r| r.usage == TlsaUsage::PkixTa).collect();
    if own.is_empty() {
        return None;
    }
    let accept = |path: &CandidatePath<'_>| ca_record(path.certificates, path.anchor, &own).is_some();
    let path = match pkix::verify(chain, demand.anchors, &demand.path(Some(&accept))) {
        Ok(path) => path,
        Err(failures) => return (failures != [PkixFailure::PathNotAccepted]).then_some(Err(failures)),
    };
    let certificates: Vec<&Certificate> = path.certificates.iter().collect();
    let record = ca_record(&certificates, &path.anchor, &own)?.clone();
    Some(Ok(DaneMatch { record, path: Some(path) }))
}

/// The record that names an authority of a path.
fn ca_record<'a>(
    certificates: &[&Certificate],
    anchor: &Anchor,
    records: &[&'a TlsaRecord],
) -> Option<&'a TlsaRecord> {
    let authorities = certificates.iter().skip(1).copied().chain(anchor.certificate());
    let digests: Vec<Digests<'_>> = authorities.map(Digests::of).collect();
    records.iter().copied().find(|record| digests.iter().any(|own| own.match_record(record)))
}

/// One search for all records together, so that many records cost no more than one.
fn by_trust_anchor(chain: &Chain, records: &[TlsaRecord], demand: &DaneDemand<'_>) -> Outcome {
    let presented: Vec<Digests<'_>> = chain.iter().map(Digests::of).collect();
    let own = records.iter().filter(|record| record.usage == TlsaUsage::DaneTa);
    let anchors: Vec<(Anchor, &TlsaRecord)> = own
        .flat_map(|record| anchors_of(record, chain, &presented).into_iter().map(move |a| (a, record)))
        .collect();
    if anchors.is_empty() {
        return None;
    }
    let set = TrustAnchors::new(anchors.iter().map(|(anchor, _)| anchor.clone()));
    match pkix::verify(chain, &set, &demand.path(Some(&|path| keeps_constraints(path)))) {
        Ok(path) => {
            let (_, record) = anchors.iter().find(|(anchor, _)| *anchor == path.anchor)?;
            Some(Ok(DaneMatch { record: (*record).clone(), path: Some(path) }))
        }
        Err(failures) => {
            // A bare key names nothing presented until it has verified a signature.
            let is_named = anchors.iter().any(|(anchor, _)| anchor.certificate().is_some())
                || !failures.iter().any(is_about_issuer);
            let explained = failures.into_iter().map(|failure| explained(failure, &anchors));
            is_named.then(|| Err(explained.collect()))
        }
    }
}

/// The anchors that a DANE-TA record stands for (RFC 7671 §5.2; DANE-13, DANE-14).
fn anchors_of(record: &TlsaRecord, chain: &Chain, presented: &[Digests<'_>]) -> Vec<Anchor> {
    let is_issuer = |own: &&Digests<'_>| own.certificate != chain.leaf() || chain.leaf().is_self_issued();
    let named = presented.iter().filter(is_issuer).filter(|own| own.match_record(record));
    let mut anchors: Vec<Anchor> =
        named.filter_map(|own| Anchor::from_certificate(own.certificate.clone()).ok()).collect();
    if !anchors.is_empty() || record.matching != TlsaMatching::Full {
        return anchors;
    }
    match record.selector {
        TlsaSelector::Certificate => {
            let certificate = Certificate::parse(&record.data).ok();
            anchors.extend(certificate.and_then(|own| Anchor::from_certificate(own).ok()));
        }
        TlsaSelector::PublicKey => {
            let mut issuers: Vec<&[u8]> = chain.iter().map(Certificate::issuer_der).collect();
            issuers.sort_unstable();
            issuers.dedup();
            anchors.extend(issuers.iter().filter_map(|name| Anchor::from_key(name, &record.data).ok()));
        }
    }
    anchors
}

/// Whether an anchor that came as a certificate may issue, and as deeply as the path goes (DANE-14).
fn keeps_constraints(path: &CandidatePath<'_>) -> bool {
    let Some(anchor) = path.anchor.certificate() else { return true };
    if path.certificates.first().is_some_and(|leaf| *leaf == anchor) {
        return true;
    }
    let intermediates = u32::try_from(path.certificates.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let most = anchor.basic_constraints().filter(|own| own.ca).map(|own| own.path_len.unwrap_or(u32::MAX));
    most.is_some_and(|most| intermediates <= most)
}

/// What [`keeps_constraints`] refuses, in words that say why.
fn explained(failure: PkixFailure, anchors: &[(Anchor, &TlsaRecord)]) -> PkixFailure {
    if failure != PkixFailure::PathNotAccepted {
        return failure;
    }
    let mut certificates = anchors.iter().filter_map(|(anchor, _)| anchor.certificate());
    if certificates.any(Certificate::is_ca) {
        PkixFailure::ChainTooLong
    } else {
        PkixFailure::IssuerIsNoCa { which: Which::Anchor }
    }
}

fn is_about_issuer(failure: &PkixFailure) -> bool {
    matches!(failure, PkixFailure::UntrustedCa { .. } | PkixFailure::SelfSigned | PkixFailure::BadSignature)
}

impl DaneDemand<'_> {
    fn path<'a>(&'a self, accept_path: Option<&'a dyn Fn(&CandidatePath<'_>) -> bool>) -> PathDemand<'a> {
        PathDemand {
            purpose: Purpose::Server,
            time: self.time,
            references: self.references,
            revocation: self.revocation,
            accept_path,
        }
    }
}

/// The values that records of one certificate are compared with, each made once.
struct Digests<'a> {
    certificate: &'a Certificate,
    whole: ([u8; 32], [u8; 64]),
    key: ([u8; 32], [u8; 64]),
}

impl<'a> Digests<'a> {
    fn of(certificate: &'a Certificate) -> Self {
        Self {
            certificate,
            whole: (certificate.digest_sha256(), certificate.digest_sha512()),
            key: (certificate.spki_sha256(), certificate.spki_sha512()),
        }
    }

    fn match_record(&self, record: &TlsaRecord) -> bool {
        let (full, digests) = match record.selector {
            TlsaSelector::Certificate => (self.certificate.der(), &self.whole),
            TlsaSelector::PublicKey => (self.certificate.spki(), &self.key),
        };
        *record.data
            == *match record.matching {
                TlsaMatching::Full => full,
                TlsaMatching::Sha256 => digests.0.as_slice(),
                TlsaMatching::Sha512 => digests.1.as_slice(),
            }
    }
}

impl fmt::Display for DaneFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DnsBogus { step } => {
                let answer = match step {
                    DnsStep::Srv => "SRV records",
                    DnsStep::Addresses => "addresses",
                    DnsStep::Tlsa => "TLSA records",
                };
                write!(f, "the {answer} are forged or could not be had, and DNSSEC protects them")
            }
            Self::Mismatch { usable: 1 } => f.write_str("the TLSA record does not match the certificate"),
            Self::Mismatch { usable } => write!(f, "none of {usable} TLSA records matches the certificate"),
            Self::Path(failure) => failure.fmt(f),
            Self::Stale { .. } => f.write_str("the TLSA records are out of date"),
        }
    }
}
