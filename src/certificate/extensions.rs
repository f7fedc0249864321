//! The extensions that bear on what a certificate may be used for (RFC 5280 §4.2, RFC 7633).

use x509_parser::extensions::{BasicConstraints as ParsedBasic, CRLDistributionPoints};
use x509_parser::extensions::{DistributionPointName, GeneralName};
use x509_parser::prelude::FromDer;

use crate::certificate::der::{self, NotDer, Reader};
use crate::certificate::{CertificateError, Field, NameConstraints, Names, Oid};
use crate::limits::CERTIFICATE_EXTENSIONS;

/// basicConstraints (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the subject is a certification authority.
    pub ca: bool,
    /// How many intermediate certificates may follow in a path; `None` is no limit.
    pub path_len: Option<u32>,
}

/// keyUsage (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage {
    /// The named bits; bit 0, digitalSignature, is the highest of the sixteen.
    bits: u16,
}

impl KeyUsage {
    /// Whether digitalSignature is set.
    pub fn digital_signature(self) -> bool {
        self.has(0)
    }

    /// Whether keyCertSign is set.
    pub fn key_cert_sign(self) -> bool {
        self.has(5)
    }

    /// Whether cRLSign is set.
    pub fn crl_sign(self) -> bool {
        self.has(6)
    }

    /// The RFC's names of the bits that are set.
    pub fn names(self) -> Vec<&'static str> {
        (0..).zip(USAGES).filter(|&(bit, _)| self.has(bit)).map(|(_, name)| *name).collect()
    }

    fn has(self, bit: u32) -> bool {
        0x8000_u16.checked_shr(bit).is_some_and(|mask| self.bits & mask != 0)
    }

    fn read(value: &[u8]) -> Result<Self, NotDer> {
        let mut parts = Reader::new(value);
        let (_, octets) = parts.expect(der::BIT_STRING)?.content.split_first().ok_or(NotDer)?;
        parts.end()?;
        let octet = |index: usize| octets.get(index).copied().unwrap_or_default();
        Ok(Self { bits: u16::from_be_bytes([octet(0), octet(1)]) })
    }
}

const USAGES: &[&str] = &[
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

/// A purpose of extKeyUsage (RFC 5280 §4.2.1.12).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyPurpose {
    /// anyExtendedKeyUsage.
    Any,
    /// id-kp-clientAuth.
    ClientAuth,
    /// id-kp-serverAuth.
    ServerAuth,
    /// Any other.
    Other(Oid),
}

impl KeyPurpose {
    /// The name in RFC 5280, or the dotted object identifier.
    pub fn name(&self) -> &str {
        match self {
            Self::Any => "anyExtendedKeyUsage",
            Self::ClientAuth => "clientAuth",
            Self::ServerAuth => "serverAuth",
            Self::Other(oid) => oid.as_str(),
        }
    }
}

/// extKeyUsage (RFC 5280 §4.2.1.12).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ExtendedKeyUsage {
    /// The extension is not there: no limit.
    #[default]
    Absent,
    /// The purposes, in the order of the certificate. An empty list allows nothing.
    Purposes(Vec<KeyPurpose>),
}

impl ExtendedKeyUsage {
    /// Whether the extension is there and lists `purpose`.
    pub fn lists(&self, purpose: &KeyPurpose) -> bool {
        matches!(self, Self::Purposes(purposes) if purposes.contains(purpose))
    }

    /// The purposes; none both for an absent and for an empty extension.
    pub fn purposes(&self) -> &[KeyPurpose] {
        match self {
            Self::Absent => &[],
            Self::Purposes(purposes) => purposes,
        }
    }

    fn read(value: &[u8]) -> Result<Self, NotDer> {
        let mut purposes = Vec::new();
        let mut parts = Reader::inside(value, der::SEQUENCE)?;
        while !parts.is_at_end() {
            let oid = Oid::read(parts.expect(der::OBJECT_IDENTIFIER)?.content);
            purposes.push(match oid.as_str() {
                "2.5.29.37.0" => KeyPurpose::Any,
                "1.3.6.1.5.5.7.3.1" => KeyPurpose::ServerAuth,
                "1.3.6.1.5.5.7.3.2" => KeyPurpose::ClientAuth,
                _ => KeyPurpose::Other(oid),
            });
        }
        Ok(Self::Purposes(purposes))
    }
}

/// All extensions of a certificate, as far as they are read.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) critical_unknown: Vec<Oid>,
    pub(crate) crl_distribution_points: Vec<Box<str>>,
    pub(crate) extended_key_usage: ExtendedKeyUsage,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) malformed: Vec<Oid>,
    pub(crate) must_staple: bool,
    pub(crate) name_constraints: Option<NameConstraints>,
    pub(crate) names: Names,
}

impl Extensions {
    /// Reads the content of the SEQUENCE of extensions.
    ///
    /// The list itself must be well formed. One extension whose value cannot be read is remembered in
    /// `malformed`, so that a certificate can be looked at that no path may use.
    pub(crate) fn read(list: &[u8]) -> Result<Self, CertificateError> {
        let mut extensions = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        let mut entries = Reader::new(list);
        while !entries.is_at_end() {
            let (id, critical, value) = entry(&mut entries)
                .map_err(|NotDer| CertificateError::Malformed { field: Field::Extensions })?;
            let oid = Oid::read(id);
            if seen.contains(&id) {
                return Err(CertificateError::DuplicateExtension { oid });
            }
            if seen.len() >= CERTIFICATE_EXTENSIONS {
                return Err(CertificateError::TooManyExtensions);
            }
            seen.push(id);
            if extensions.add(&oid, critical, value)? == Err(NotDer) {
                extensions.malformed.push(oid);
            }
        }
        Ok(extensions)
    }

    fn add(
        &mut self,
        oid: &Oid,
        critical: bool,
        value: &[u8],
    ) -> Result<Result<(), NotDer>, CertificateError> {
        match oid.as_str() {
            "2.5.29.17" => {
                self.names = Names::read(value)?;
                return Ok(if self.names.is_unreadable() { Err(NotDer) } else { Ok(()) });
            }
            "2.5.29.15" => return Ok(keep(&mut self.key_usage, KeyUsage::read(value))),
            "2.5.29.19" => return Ok(keep(&mut self.basic_constraints, basic_constraints(value))),
            "2.5.29.30" => {
                let constraints = self.name_constraints.insert(NameConstraints::read(value));
                return Ok(if constraints.unreadable { Err(NotDer) } else { Ok(()) });
            }
            "2.5.29.31" => {
                let points = crl_distribution_points(value);
                return Ok(points.map(|points| self.crl_distribution_points = points));
            }
            "2.5.29.37" => {
                let usage = ExtendedKeyUsage::read(value);
                let is_read = usage.as_ref().map(|_| ()).map_err(|error| *error);
                self.extended_key_usage = usage.unwrap_or(ExtendedKeyUsage::Purposes(Vec::new()));
                return Ok(is_read);
            }
            "1.3.6.1.4.1.11129.2.4.2" => {}
            "1.3.6.1.5.5.7.1.24" => {
                self.must_staple = tls_features(value).unwrap_or(true);
                if critical {
                    self.critical_unknown.push(oid.clone());
                }
            }
            _ if critical => self.critical_unknown.push(oid.clone()),
            _ => {}
        }
        Ok(Ok(()))
    }
}

fn keep<T>(place: &mut Option<T>, value: Result<T, NotDer>) -> Result<(), NotDer> {
    *place = Some(value?);
    Ok(())
}

/// One Extension: its object identifier's octets, whether it is critical, its value.
fn entry<'a>(entries: &mut Reader<'a>) -> Result<(&'a [u8], bool, &'a [u8]), NotDer> {
    let mut parts = Reader::new(entries.expect(der::SEQUENCE)?.content);
    let oid = parts.expect(der::OBJECT_IDENTIFIER)?.content;
    let critical = match parts.optional(der::BOOLEAN)? {
        None => false,
        Some(element) => match element.content {
            [0x00] => false,
            [0xff] => true,
            _ => return Err(NotDer),
        },
    };
    let value = parts.expect(der::OCTET_STRING)?.content;
    parts.end()?;
    Ok((oid, critical, value))
}

fn basic_constraints(value: &[u8]) -> Result<BasicConstraints, NotDer> {
    match ParsedBasic::from_der(value) {
        Ok(([], parsed)) => Ok(BasicConstraints { ca: parsed.ca, path_len: parsed.path_len_constraint }),
        _ => Err(NotDer),
    }
}

/// Whether status_request is among the features (RFC 7633 §4.2.2, RFC 6066 §8).
fn tls_features(value: &[u8]) -> Result<bool, NotDer> {
    let mut parts = Reader::inside(value, der::SEQUENCE)?;
    let mut has_status_request = false;
    while !parts.is_at_end() {
        has_status_request |= matches!(parts.expect(der::INTEGER)?.content, [5] | [17]);
    }
    Ok(has_status_request)
}

/// The URIs of all distribution points (RFC 5280 §4.2.1.13).
fn crl_distribution_points(value: &[u8]) -> Result<Vec<Box<str>>, NotDer> {
    let (rest, points) = CRLDistributionPoints::from_der(value).map_err(|_| NotDer)?;
    if !rest.is_empty() {
        return Err(NotDer);
    }
    let mut uris = Vec::new();
    for point in points.iter() {
        if let Some(DistributionPointName::FullName(names)) = &point.distribution_point {
            uris.extend(names.iter().filter_map(|name| match name {
                GeneralName::URI(uri) => Some(Box::from(*uri)),
                _ => None,
            }));
        }
    }
    Ok(uris)
}
