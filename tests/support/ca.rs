//! A certification authority that issues what a test describes by what is odd about it.
//!
//! `leaf().dns("im.example.com").signed_by(&ca)` is a good server certificate of today; each further word
//! makes one thing different. Certificates are written octet by octet, so that they can be wrong in ways
//! that no library would write. Keys are new in each run; times are fixed around [`NOW`].

use std::sync::Arc;

use rcgen::{KeyPair, PublicKeyData, SigningKey};

pub(crate) use super::parts::{curve_spki, revocation_list, rsa_spki};

use super::der::{bits, integer, name, oid, other_name, sequence, time, tlv};

/// The time at which tests judge: 15 January 2027, in Unix seconds.
pub(crate) const NOW: i64 = 1_800_000_000;
/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

pub(crate) const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
pub(crate) const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
pub(crate) const ANY_PURPOSE: &str = "2.5.29.37.0";
pub(crate) const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
pub(crate) const SRV_NAME: &str = "1.3.6.1.5.5.7.8.7";
pub(crate) const XMPP_ADDR: &str = "1.3.6.1.5.5.7.8.5";

/// keyUsage bits as they stand in the extension's last octets.
pub(crate) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(crate) const KEY_ENCIPHERMENT: u8 = 0x20;
pub(crate) const KEY_CERT_SIGN: u8 = 0x04;
pub(crate) const CRL_SIGN: u8 = 0x02;

/// An issued certificate with its key.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) der: Vec<u8>,
    pub(crate) key: Arc<KeyPair>,
    pub(crate) serial: Vec<u8>,
    pub(super) subject: Vec<u8>,
}

impl Issued {
    /// The private key in PKCS #8.
    pub(crate) fn pkcs8(&self) -> Vec<u8> {
        self.key.serialize_der()
    }

    /// The certificate in PEM.
    pub(crate) fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine;
    let body = base64::prelude::BASE64_STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// The kind of a key.
#[derive(Clone, Copy)]
pub(crate) enum KeyKind {
    P256,
    P384,
    Ed25519,
    Rsa2048,
}

impl KeyKind {
    pub(crate) fn generate(self) -> KeyPair {
        let algorithm = match self {
            Self::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Self::Ed25519 => &rcgen::PKCS_ED25519,
            Self::Rsa2048 => &rcgen::PKCS_RSA_SHA256,
        };
        KeyPair::generate_for(algorithm).unwrap()
    }
}

/// The AlgorithmIdentifier with which a key signs.
pub(super) fn algorithm_of(key: &KeyPair) -> Vec<u8> {
    let algorithm = key.algorithm();
    if *algorithm == rcgen::PKCS_ECDSA_P256_SHA256 {
        sequence([oid("1.2.840.10045.4.3.2")])
    } else if *algorithm == rcgen::PKCS_ECDSA_P384_SHA384 {
        sequence([oid("1.2.840.10045.4.3.3")])
    } else if *algorithm == rcgen::PKCS_ED25519 {
        sequence([oid("1.3.101.112")])
    } else {
        sequence([oid("1.2.840.113549.1.1.11"), tlv(0x05, [])])
    }
}

/// An extension: dotted identifier, criticality, value.
type Extension = (String, bool, Vec<u8>);

/// The description of a certificate.
#[derive(Clone)]
pub(crate) struct Recipe {
    version: Option<u8>,
    serial: Vec<u8>,
    subject: Vec<u8>,
    not_before: i64,
    not_after: i64,
    key: Option<Arc<KeyPair>>,
    kind: KeyKind,
    spki: Option<Vec<u8>>,
    names: Option<Vec<Vec<u8>>>,
    basic: Option<Vec<u8>>,
    key_usage: Option<u8>,
    purposes: Option<Vec<String>>,
    more: Vec<Extension>,
    algorithm: Option<Vec<u8>>,
    is_broken: bool,
}

/// A server certificate of 90 days without names, P-256, keyUsage digitalSignature, serverAuth alone.
pub(crate) fn leaf() -> Recipe {
    Recipe {
        version: Some(2),
        serial: vec![0x2a],
        subject: name("leaf"),
        not_before: NOW - DAY,
        not_after: NOW + 89 * DAY,
        key: None,
        kind: KeyKind::P256,
        spki: None,
        names: None,
        basic: Some(sequence([])),
        key_usage: Some(DIGITAL_SIGNATURE),
        purposes: Some(vec![SERVER_AUTH.into()]),
        more: Vec::new(),
        algorithm: None,
        is_broken: false,
    }
}

/// An authority's certificate of ten years: CA, keyCertSign and cRLSign, no extended key usage.
pub(crate) fn authority(common_name: &str) -> Recipe {
    Recipe {
        subject: name(common_name),
        serial: vec![0x01],
        not_before: NOW - 3650 * DAY / 2,
        not_after: NOW + 3650 * DAY / 2,
        basic: Some(sequence([tlv(0x01, [0xff])])),
        key_usage: Some(KEY_CERT_SIGN | CRL_SIGN),
        purposes: None,
        ..leaf()
    }
}

/// A root for tests that need no odd one.
pub(crate) fn root() -> Issued {
    authority("Test Root").self_signed()
}

impl Recipe {
    pub(crate) fn dns(self, text: &str) -> Self {
        self.name_entry(tlv(0x82, text))
    }

    pub(crate) fn srv_name(self, text: &str) -> Self {
        self.name_entry(other_name(SRV_NAME, 0x16, text))
    }

    pub(crate) fn xmpp_addr(self, text: &str) -> Self {
        self.name_entry(other_name(XMPP_ADDR, 0x0c, text))
    }

    pub(crate) fn ip(self, octets: &[u8]) -> Self {
        self.name_entry(tlv(0x87, octets))
    }

    pub(crate) fn uri(self, text: &str) -> Self {
        self.name_entry(tlv(0x86, text))
    }

    pub(crate) fn email(self, text: &str) -> Self {
        self.name_entry(tlv(0x81, text))
    }

    /// A whole GeneralName.
    pub(crate) fn name_entry(mut self, entry: Vec<u8>) -> Self {
        self.names.get_or_insert_default().push(entry);
        self
    }

    /// A subjectAltName that is there and empty.
    pub(crate) fn empty_names(mut self) -> Self {
        self.names = Some(Vec::new());
        self
    }

    pub(crate) fn subject(mut self, common_name: &str) -> Self {
        self.subject = name(common_name);
        self
    }

    pub(crate) fn subject_der(mut self, name: Vec<u8>) -> Self {
        self.subject = name;
        self
    }

    pub(crate) fn serial(mut self, octets: &[u8]) -> Self {
        self.serial = octets.to_vec();
        self
    }

    pub(crate) fn valid(mut self, not_before: i64, not_after: i64) -> Self {
        (self.not_before, self.not_after) = (not_before, not_after);
        self
    }

    pub(crate) fn expired(self) -> Self {
        self.valid(NOW - 100 * DAY, NOW - DAY)
    }

    pub(crate) fn not_yet_valid(self) -> Self {
        self.valid(NOW + DAY, NOW + 100 * DAY)
    }

    pub(crate) fn key_kind(mut self, kind: KeyKind) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) fn key(mut self, key: &Arc<KeyPair>) -> Self {
        self.key = Some(Arc::clone(key));
        self
    }

    /// A SubjectPublicKeyInfo of whatever kind; the certificate's key is then of no use.
    pub(crate) fn spki(mut self, spki: Vec<u8>) -> Self {
        self.spki = Some(spki);
        self
    }

    /// A leaf that says CA:TRUE, or an authority that does not.
    pub(crate) fn ca(mut self, is_ca: bool) -> Self {
        self.basic = Some(if is_ca { sequence([tlv(0x01, [0xff])]) } else { sequence([]) });
        self
    }

    pub(crate) fn path_len(mut self, len: u8) -> Self {
        self.basic = Some(sequence([tlv(0x01, [0xff]), integer([len])]));
        self
    }

    pub(crate) fn no_basic_constraints(mut self) -> Self {
        self.basic = None;
        self
    }

    pub(crate) fn key_usage(mut self, octet: u8) -> Self {
        self.key_usage = Some(octet);
        self
    }

    pub(crate) fn no_key_usage(mut self) -> Self {
        self.key_usage = None;
        self
    }

    pub(crate) fn purposes(mut self, dotted: &[&str]) -> Self {
        self.purposes = Some(dotted.iter().map(|one| (*one).to_owned()).collect());
        self
    }

    pub(crate) fn no_purposes(mut self) -> Self {
        self.purposes = None;
        self
    }

    /// nameConstraints of these subtrees, each a whole GeneralName.
    pub(crate) fn constraints(self, permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Self {
        let list = |tag: u8, bases: &[Vec<u8>]| {
            let subtrees: Vec<_> = bases.iter().map(|base| tlv(0x30, base)).collect();
            if subtrees.is_empty() { Vec::new() } else { tlv(tag, subtrees.concat()) }
        };
        let value = tlv(0x30, [list(0xa0, permitted), list(0xa1, excluded)].concat());
        self.extension("2.5.29.30", true, value)
    }

    pub(crate) fn must_staple(self) -> Self {
        self.extension("1.3.6.1.5.5.7.1.24", false, sequence([integer([5])]))
    }

    pub(crate) fn extension(mut self, dotted: &str, critical: bool, value: Vec<u8>) -> Self {
        self.more.push((dotted.into(), critical, value));
        self
    }

    /// Version 1: no version number, no extensions.
    pub(crate) fn version_1(mut self) -> Self {
        self.version = None;
        self
    }

    /// Names another signature algorithm than the one that signs.
    pub(crate) fn algorithm(mut self, identifier: Vec<u8>) -> Self {
        self.algorithm = Some(identifier);
        self
    }

    /// Names sha1WithRSAEncryption.
    pub(crate) fn sha1(self) -> Self {
        self.algorithm(sequence([oid("1.2.840.113549.1.1.5"), tlv(0x05, [])]))
    }

    /// A signature over something else.
    pub(crate) fn broken_signature(mut self) -> Self {
        self.is_broken = true;
        self
    }

    pub(crate) fn self_signed(self) -> Issued {
        let key = self.own_key();
        let issuer = self.subject.clone();
        self.key(&key).issue(&issuer, &key)
    }

    pub(crate) fn signed_by(self, issuer: &Issued) -> Issued {
        let key = self.own_key();
        self.key(&key).issue(&issuer.subject, &issuer.key)
    }

    fn own_key(&self) -> Arc<KeyPair> {
        self.key.clone().unwrap_or_else(|| Arc::new(self.kind.generate()))
    }

    fn issue(self, issuer: &[u8], signer: &KeyPair) -> Issued {
        let key = self.own_key();
        let algorithm = self.algorithm.clone().unwrap_or_else(|| algorithm_of(signer));
        let mut fields = Vec::new();
        fields.extend(self.version.map(|version| tlv(0xa0, integer([version]))));
        fields.push(integer(&self.serial));
        fields.push(algorithm.clone());
        fields.push(issuer.to_vec());
        fields.push(sequence([time(self.not_before), time(self.not_after)]));
        fields.push(self.subject.clone());
        fields.push(self.spki.clone().unwrap_or_else(|| key.subject_public_key_info()));
        if self.version.is_some() {
            fields.push(tlv(0xa3, sequence(self.extensions())));
        }
        let tbs = sequence(fields);
        let signed: &[u8] = if self.is_broken { b"something else" } else { &tbs };
        let signature = signer.sign(signed).unwrap();
        let der = sequence([tbs, algorithm, bits(signature)]);
        Issued { der, key, serial: self.serial, subject: self.subject }
    }

    fn extensions(&self) -> Vec<Vec<u8>> {
        let mut list: Vec<Extension> = Vec::new();
        list.extend(self.basic.clone().map(|value| ("2.5.29.19".into(), true, value)));
        if let Some(octet) = self.key_usage {
            list.push(("2.5.29.15".into(), true, tlv(0x03, [octet.trailing_zeros() as u8 & 7, octet])));
        }
        if let Some(purposes) = &self.purposes {
            let oids: Vec<_> = purposes.iter().map(|one| oid(one)).collect();
            list.push(("2.5.29.37".into(), false, sequence(oids)));
        }
        if let Some(names) = &self.names {
            list.push(("2.5.29.17".into(), self.subject == name(""), sequence(names)));
        }
        list.extend(self.more.clone());
        list.into_iter()
            .map(|(dotted, critical, value)| {
                let critical = if critical { tlv(0x01, [0xff]) } else { Vec::new() };
                tlv(0x30, [oid(&dotted), critical, tlv(0x04, value)].concat())
            })
            .collect()
    }
}
