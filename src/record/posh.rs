//! POSH documents: fingerprints that a domain publishes over HTTPS (RFC 7711).
//!
//! A document holds fingerprints, or refers once to where they are. This room reads and writes them
//! strictly; fetching belongs to the host or to `lookup`, comparing to `proof::posh`.

use std::fmt;

use crate::limits::{POSH_DESCRIPTORS, POSH_DOCUMENT_BYTES, POSH_DOCUMENT_DEPTH, POSH_EXPIRES_SECONDS};
use crate::name::{Domain, Service};
use crate::record::json::{Json, JsonError};
use crate::record::posh_url::PoshUrl;

/// A hash that is understood (POSH-04); MD5, SHA-1 and SHA-224 are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PoshHash {
    /// `sha-256`.
    Sha256,
    /// `sha-384`.
    Sha384,
    /// `sha-512`.
    Sha512,
}

/// The strongest understood hash of one descriptor, which alone counts (POSH-07).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PoshFingerprint {
    /// The hash.
    pub hash: PoshHash,
    /// Its value over the whole certificate's DER.
    pub digest: Box<[u8]>,
}

/// A document as it was served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoshDocument {
    /// The fingerprints themselves (RFC 7711 §3.1).
    Fingerprints {
        /// One fingerprint for each descriptor that has an understood hash, in the publisher's order.
        fingerprints: Vec<PoshFingerprint>,
        /// Seconds that they may be relied on; 0 revokes them.
        expires: u64,
    },
    /// Where the fingerprints are (RFC 7711 §3.2).
    Reference {
        /// An `https` URL.
        url: PoshUrl,
        /// Seconds that the delegation may be relied on; 0 revokes it.
        expires: u64,
    },
}

/// Why a document is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PoshDocumentError {
    /// `url` and `fingerprints` in one document (POSH-03).
    BothKinds,
    /// A descriptor is no object of texts.
    Descriptor,
    /// `expires` is missing or no non-negative integer up to 2⁵³ (POSH-08).
    Expires,
    /// A fingerprint is no base64 of its hash's length (POSH-06).
    Fingerprint,
    /// The document is no JSON object, nests too deeply, or has a member twice.
    Malformed,
    /// Neither `url` nor `fingerprints`, or no descriptor with an understood hash.
    NothingUsable,
    /// The document, or the number of its descriptors, is over the limit.
    TooLong,
    /// `url` is no `https` URL without userinfo and fragment (POSH-09).
    Url,
    /// The document that a reference points at is a reference again (POSH-09).
    SecondReference,
}

/// A document with what is known about how it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoshEvidence {
    /// The URL that was asked first; it must be the one of domain and service.
    pub url: PoshUrl,
    /// The fingerprints.
    pub fingerprints: Vec<PoshFingerprint>,
    /// `expires` of the fingerprints' document, in seconds.
    pub expires: u64,
    /// The reference that led to it, with its own `expires`.
    pub reference: Option<(PoshUrl, u64)>,
    /// When it was fetched, in seconds since 1970 UTC.
    pub fetched_at: i64,
    /// Each HTTPS server on the way proved its name (POSH-02). A document without this is no evidence.
    pub https_verified: bool,
}

impl PoshHash {
    /// The hash with this name, in any case (RFC 7711 §3.1).
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sha512, Self::Sha384, Self::Sha256].into_iter().find(|h| h.name().eq_ignore_ascii_case(name))
    }

    /// The name in the IANA registry "Hash Function Textual Names".
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    /// The length of its value, in bytes.
    pub fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl PoshDocument {
    /// Reads a document as it came over HTTPS.
    ///
    /// # Errors
    /// [`PoshDocumentError`]; nothing of a refused document is used.
    pub fn parse(bytes: &[u8]) -> Result<Self, PoshDocumentError> {
        let json = Json::parse(bytes, POSH_DOCUMENT_BYTES, POSH_DOCUMENT_DEPTH).map_err(|e| match e {
            JsonError::TooLong => PoshDocumentError::TooLong,
            JsonError::Malformed => PoshDocumentError::Malformed,
        })?;
        if !matches!(json, Json::Object(_)) {
            return Err(PoshDocumentError::Malformed);
        }
        let expires = json.member("expires").and_then(seconds).ok_or(PoshDocumentError::Expires)?;
        match (json.member("url"), json.member("fingerprints")) {
            (Some(_), Some(_)) => Err(PoshDocumentError::BothKinds),
            (None, None) => Err(PoshDocumentError::NothingUsable),
            (Some(url), None) => {
                let url = url.text().and_then(|text| PoshUrl::parse(text).ok());
                Ok(Self::Reference { url: url.ok_or(PoshDocumentError::Url)?, expires })
            }
            (None, Some(list)) => Ok(Self::Fingerprints { fingerprints: descriptors(list)?, expires }),
        }
    }
}

impl PoshEvidence {
    /// Evidence from a document that was served at `url` itself.
    ///
    /// # Errors
    /// [`PoshDocumentError::SecondReference`] when the document is a reference: fetch that, and use
    /// [`referred`](Self::referred).
    pub fn direct(
        url: PoshUrl,
        document: PoshDocument,
        fetched_at: i64,
        https_verified: bool,
    ) -> Result<Self, PoshDocumentError> {
        match document {
            PoshDocument::Reference { .. } => Err(PoshDocumentError::SecondReference),
            PoshDocument::Fingerprints { fingerprints, expires } => {
                Ok(Self { url, fingerprints, expires, reference: None, fetched_at, https_verified })
            }
        }
    }

    /// Evidence from a document that a reference at `url` pointed at: exactly one hop (POSH-09).
    ///
    /// # Errors
    /// [`PoshDocumentError::SecondReference`] when `document` is a reference again, and
    /// [`PoshDocumentError::NothingUsable`] when `reference` is none.
    pub fn referred(
        url: PoshUrl,
        reference: PoshDocument,
        document: PoshDocument,
        fetched_at: i64,
        https_verified: bool,
    ) -> Result<Self, PoshDocumentError> {
        let PoshDocument::Reference { url: target, expires } = reference else {
            return Err(PoshDocumentError::NothingUsable);
        };
        let evidence = Self::direct(url, document, fetched_at, https_verified)?;
        Ok(Self { reference: Some((target, expires)), ..evidence })
    }

    /// Seconds that the fingerprints may be relied on: the lower `expires`, at most `maximum` (POSH-10).
    pub fn lifetime(&self, maximum: u32) -> u64 {
        let referred = self.reference.as_ref().map_or(u64::MAX, |(_, expires)| *expires);
        self.expires.min(referred).min(u64::from(maximum))
    }
}

/// Where a domain's fingerprints for a service are (RFC 7711 §3, POSH-01).
///
/// An IP address has a URL too; whether a certificate for it exists is the HTTPS client's business.
pub fn posh_url(domain: &Domain, service: Service) -> PoshUrl {
    PoshUrl::well_known(domain, service)
}

impl fmt::Display for PoshDocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BothKinds => "the document has both url and fingerprints",
            Self::Descriptor => "a descriptor is no object of texts",
            Self::Expires => "expires is missing or no whole number of seconds",
            Self::Fingerprint => "a fingerprint is no base64 of its hash's length",
            Self::Malformed => "the document is no JSON object, nests too deeply or repeats a member",
            Self::NothingUsable => "the document has no fingerprint with a hash that is understood",
            Self::TooLong => "the document is over the limit",
            Self::Url => "url is no https URL without userinfo and fragment",
            Self::SecondReference => "the document refers to another one where none may follow",
        })
    }
}

impl std::error::Error for PoshDocumentError {}

/// A whole number of seconds; `1e3` and `10.0` are whole (POSH-08).
#[expect(clippy::as_conversions, reason = "whole and below 2^53, so the conversion is exact")]
fn seconds(value: &Json) -> Option<u64> {
    match *value {
        Json::Integer(number) if number <= POSH_EXPIRES_SECONDS => Some(number),
        Json::Number(n) if n.fract() == 0.0 && (0.0..=POSH_EXPIRES_SECONDS as f64).contains(&n) => {
            Some(n as u64)
        }
        _ => None,
    }
}

fn descriptors(list: &Json) -> Result<Vec<PoshFingerprint>, PoshDocumentError> {
    let list = list.list().ok_or(PoshDocumentError::Descriptor)?;
    if list.len() > POSH_DESCRIPTORS {
        return Err(PoshDocumentError::TooLong);
    }
    let found: Vec<Option<PoshFingerprint>> = list.iter().map(descriptor).collect::<Result<_, _>>()?;
    let found: Vec<PoshFingerprint> = found.into_iter().flatten().collect();
    if found.is_empty() { Err(PoshDocumentError::NothingUsable) } else { Ok(found) }
}

/// The strongest understood hash of a descriptor. A second spelling of a hash name is a second value.
fn descriptor(value: &Json) -> Result<Option<PoshFingerprint>, PoshDocumentError> {
    let Json::Object(members) = value else { return Err(PoshDocumentError::Descriptor) };
    let mut strongest: Option<PoshFingerprint> = None;
    let mut seen = [false; 3];
    for (name, value) in members {
        let text = value.text().ok_or(PoshDocumentError::Descriptor)?;
        let Some(hash) = PoshHash::from_name(name) else { continue };
        let slot = match hash {
            PoshHash::Sha256 => &mut seen[0],
            PoshHash::Sha384 => &mut seen[1],
            PoshHash::Sha512 => &mut seen[2],
        };
        if std::mem::replace(slot, true) {
            return Err(PoshDocumentError::Malformed);
        }
        let digest = base64(text).filter(|digest| digest.len() == hash.length());
        let digest = digest.ok_or(PoshDocumentError::Fingerprint)?.into();
        if strongest.as_ref().is_none_or(|other| other.hash < hash) {
            strongest = Some(PoshFingerprint { hash, digest });
        }
    }
    Ok(strongest)
}

/// Standard alphabet, padding there or not, zero trailing bits, no white space (POSH-06).
fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const STRICT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(false),
    );
    base64::Engine::decode(&STRICT, text).ok()
}
