//! What a certificate says: names, key, validity, purposes, digests.
//!
//! This room reads and holds no opinion. It reads more than a path may use – version 1, long or negative
//! serial numbers, unknown critical extensions, extensions whose value is broken – because DANE and POSH
//! accept certificates by their bytes, and because a refused certificate must still be shown to a person.
//! `proof` says what is wrong with it.
//!
//! What is read is read in one way: definite and minimal lengths, nothing behind the end, no extension
//! twice; each limit is in [`limits`](crate::limits). The bytes are kept once and shared by clones.

mod algorithm;
mod attribute;
mod chain;
mod constraints;
pub(crate) mod der;
mod error;
mod extensions;
mod hash;
mod key;
mod names;
mod oid;
mod outline;
pub(crate) mod pem;
mod text;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA512};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use x509_parser::certificate::Validity as ParsedValidity;
use x509_parser::prelude::FromDer;

pub use algorithm::{SignatureAlgorithm, SignatureHash};
pub use attribute::Attribute;
pub(crate) use attribute::{distinguished_name, name_values};
pub use chain::{Chain, Extra};
pub use constraints::{DnsSubtree, NameConstraints, SrvSubtree};
pub use error::{CertificateError, ChainError, Field};
pub use extensions::{BasicConstraints, ExtendedKeyUsage, KeyPurpose, KeyUsage};
pub(crate) use hash::sha_256;
pub use key::{Curve, KeyAlgorithm, KeyInfo};
pub use names::{
    DnsPattern, IgnoredName, IgnoredReason, NameKind, Names, PresentedDns, PresentedSrv, PresentedXmppAddr,
    XmppAddress,
};
pub use oid::Oid;
pub use outline::spki_of_der;
pub use text::{escape_for_text, hexadecimal};

use crate::limits::CERTIFICATE_BYTES;
use attribute::LazyName;
use der::NotDer;
use extensions::Extensions;
use hash::digest_of;
use outline::Outline;

/// A certificate's dates, in Unix seconds; both belong to the time of validity (RFC 5280 §4.1.2.5, PKI-26).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub not_before: i64,
    /// The last second.
    pub not_after: i64,
}

/// A certificate that was read. Clones share the bytes.
#[derive(Clone)]
pub struct Certificate(Arc<Parsed>);

struct Parsed {
    der: Box<[u8]>,
    places: Places,
    version: u8,
    signature_algorithm: SignatureAlgorithm,
    issuer: LazyName,
    validity: Validity,
    subject: LazyName,
    key: KeyInfo,
    extensions: Extensions,
}

/// Where parts lie in the bytes.
struct Places {
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    spki: Range<usize>,
    signature_algorithm: Range<usize>,
}

impl Certificate {
    /// Reads a certificate in DER (RFC 5280 §4.1).
    ///
    /// # Errors
    /// [`CertificateError`]: the structure is broken, something follows it, an extension stands twice,
    /// or a limit was exceeded.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > CERTIFICATE_BYTES {
            return Err(CertificateError::TooLarge);
        }
        let outline = Outline::read(der)?;
        let malformed = |field| move |NotDer| CertificateError::Malformed { field };
        let parsed = Parsed {
            places: Places {
                serial: place(der, outline.serial),
                issuer: place(der, outline.issuer),
                subject: place(der, outline.subject),
                spki: place(der, outline.spki),
                signature_algorithm: place(der, outline.signature_algorithm),
            },
            version: outline.version,
            signature_algorithm: SignatureAlgorithm::read(outline.signature_algorithm)
                .map_err(malformed(Field::SignatureAlgorithm))?,
            issuer: LazyName::of(outline.issuer).map_err(malformed(Field::Issuer))?,
            validity: validity(outline.validity).map_err(malformed(Field::Validity))?,
            subject: LazyName::of(outline.subject).map_err(malformed(Field::Subject))?,
            key: KeyInfo::read(outline.spki).map_err(malformed(Field::SubjectPublicKeyInfo))?,
            extensions: Extensions::read(outline.extensions)?,
            der: der.into(),
        };
        Ok(Self(Arc::new(parsed)))
    }

    /// The whole certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The SubjectPublicKeyInfo, the whole SEQUENCE (RFC 5280 §4.1.2.7; what TLSA selector 1 means).
    pub fn spki(&self) -> &[u8] {
        self.part(&self.0.places.spki)
    }

    /// The names it presents in subjectAltName.
    pub fn names(&self) -> &Names {
        &self.0.extensions.names
    }

    /// The subject's attributes, in order; for people, never for matching (RFC 9525 §2, PKI-05).
    pub fn subject(&self) -> &[Attribute] {
        self.0.subject.attributes(self.subject_der())
    }

    /// The issuer's attributes, in order.
    pub fn issuer(&self) -> &[Attribute] {
        self.0.issuer.attributes(self.issuer_der())
    }

    /// The subject's name in DER, the whole SEQUENCE.
    pub fn subject_der(&self) -> &[u8] {
        self.part(&self.0.places.subject)
    }

    /// The issuer's name in DER, the whole SEQUENCE.
    pub fn issuer_der(&self) -> &[u8] {
        self.part(&self.0.places.issuer)
    }

    /// Whether subject and issuer have the same name (RFC 5280 §6.1); it says nothing about who signed.
    pub fn is_self_issued(&self) -> bool {
        self.subject_der() == self.issuer_der()
    }

    /// From when to when it is valid.
    pub fn validity(&self) -> Validity {
        self.0.validity
    }

    /// The public key's algorithm and size.
    pub fn key(&self) -> &KeyInfo {
        &self.0.key
    }

    /// The serial number's octets, big-endian in two's complement, as they stand in the certificate.
    pub fn serial(&self) -> &[u8] {
        self.part(&self.0.places.serial)
    }

    /// The algorithm of the issuer's signature.
    pub fn signature_algorithm(&self) -> &SignatureAlgorithm {
        &self.0.signature_algorithm
    }

    /// The content of the issuer's AlgorithmIdentifier, parameters included.
    pub(crate) fn signature_algorithm_der(&self) -> &[u8] {
        self.part(&self.0.places.signature_algorithm)
    }

    /// The version: 1, 2 or 3.
    pub fn version(&self) -> u8 {
        self.0.version
    }

    /// basicConstraints, when present and readable.
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.0.extensions.basic_constraints
    }

    /// Whether basicConstraints says that the subject is a certification authority.
    pub fn is_ca(&self) -> bool {
        self.basic_constraints().is_some_and(|constraints| constraints.ca)
    }

    /// keyUsage, when present and readable.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }

    /// extKeyUsage. One that cannot be read counts as empty.
    pub fn extended_key_usage(&self) -> &ExtendedKeyUsage {
        &self.0.extensions.extended_key_usage
    }

    /// Whether it demands a stapled OCSP answer (RFC 7633). A TLS feature extension that cannot be read does.
    pub fn must_staple(&self) -> bool {
        self.0.extensions.must_staple
    }

    /// nameConstraints, when present.
    pub fn name_constraints(&self) -> Option<&NameConstraints> {
        self.0.extensions.name_constraints.as_ref()
    }

    /// The critical extensions that this library does not process (RFC 5280 §4.2).
    pub fn critical_unknown(&self) -> &[Oid] {
        &self.0.extensions.critical_unknown
    }

    /// The extensions whose value cannot be read.
    pub fn malformed_extensions(&self) -> &[Oid] {
        &self.0.extensions.malformed
    }

    /// The URIs of its CRL distribution points (RFC 5280 §4.2.1.13), as they stand in the certificate.
    pub fn crl_distribution_points(&self) -> &[Box<str>] {
        &self.0.extensions.crl_distribution_points
    }

    /// SHA-1 of the certificate: a key of old databases, no proof of anything.
    pub fn digest_sha1(&self) -> [u8; 20] {
        digest_of(&SHA1_FOR_LEGACY_USE_ONLY, [self.der()])
    }

    /// SHA-256 of the certificate.
    pub fn digest_sha256(&self) -> [u8; 32] {
        sha_256([self.der()])
    }

    /// SHA-512 of the certificate.
    pub fn digest_sha512(&self) -> [u8; 64] {
        digest_of(&SHA512, [self.der()])
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    pub fn spki_sha256(&self) -> [u8; 32] {
        sha_256([self.spki()])
    }

    /// SHA-512 of the SubjectPublicKeyInfo.
    pub fn spki_sha512(&self) -> [u8; 64] {
        digest_of(&SHA512, [self.spki()])
    }

    /// The certificate in PEM (RFC 7468 §5), with lines of 64 characters.
    pub fn to_pem(&self) -> String {
        let body = BASE64_STANDARD.encode(self.der());
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        for (position, character) in body.chars().enumerate() {
            if position > 0 && position.is_multiple_of(64) {
                pem.push('\n');
            }
            pem.push(character);
        }
        pem.push_str("\n-----END CERTIFICATE-----\n");
        pem
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or_default()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("names", &self.names().texts())
            .field("validity", &self.0.validity)
            .finish_non_exhaustive()
    }
}

fn validity(der: &[u8]) -> Result<Validity, NotDer> {
    let (rest, parsed) = ParsedValidity::from_der(der).map_err(|_| NotDer)?;
    if !rest.is_empty() {
        return Err(NotDer);
    }
    Ok(Validity { not_before: parsed.not_before.timestamp(), not_after: parsed.not_after.timestamp() })
}

/// Where `part`, a slice of `whole`, lies in it.
fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start.saturating_add(part.len())
}
