//! The public key: its algorithm and size (RFC 5280 §4.1.2.7, RFC 3279 §2.3, RFC 5480 §2, RFC 8410, RFC 9881).

use crate::certificate::Oid;
use crate::certificate::der::{self, NotDer, Reader};

/// An algorithm of public keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// DSA.
    Dsa,
    /// An elliptic curve, for ECDSA.
    Ec(Curve),
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// ML-DSA-44.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
    /// RSA, `rsaEncryption`.
    Rsa,
    /// RSA that signs with PSS only, `id-RSASSA-PSS`.
    RsaPss,
    /// Any other.
    Other(Oid),
}

/// A curve of ECDSA keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// secp224r1.
    P224,
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
    /// Given by its parameters and not by a name, which RFC 5480 §2.1.1 forbids.
    Explicit,
    /// Any other named curve.
    Other(Oid),
}

/// A public key's algorithm and size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyInfo {
    /// The algorithm.
    pub algorithm: KeyAlgorithm,
    /// The size in bits: of the modulus, of the curve's field, of the encoded key for ML-DSA. `None`
    /// when it cannot be told.
    pub bits: Option<u32>,
}

impl KeyInfo {
    /// The algorithm's name, such as `RSA` or `EC P-256`.
    pub fn name(&self) -> String {
        match &self.algorithm {
            KeyAlgorithm::Dsa => "DSA".into(),
            KeyAlgorithm::Ec(curve) => format!("EC {}", curve.name()),
            KeyAlgorithm::Ed25519 => "Ed25519".into(),
            KeyAlgorithm::Ed448 => "Ed448".into(),
            KeyAlgorithm::MlDsa44 => "ML-DSA-44".into(),
            KeyAlgorithm::MlDsa65 => "ML-DSA-65".into(),
            KeyAlgorithm::MlDsa87 => "ML-DSA-87".into(),
            KeyAlgorithm::Rsa => "RSA".into(),
            KeyAlgorithm::RsaPss => "RSA-PSS".into(),
            KeyAlgorithm::Other(oid) => oid.to_string(),
        }
    }

    /// Reads a SubjectPublicKeyInfo, the whole SEQUENCE.
    pub(crate) fn read(spki: &[u8]) -> Result<Self, NotDer> {
        let mut parts = Reader::inside(spki, der::SEQUENCE)?;
        let mut algorithm = Reader::new(parts.expect(der::SEQUENCE)?.content);
        let oid = Oid::read(algorithm.expect(der::OBJECT_IDENTIFIER)?.content);
        let bits = parts.expect(der::BIT_STRING)?.content;
        parts.end()?;
        let key = bits.split_first().map(|(_, key)| key).ok_or(NotDer)?;
        Ok(Self::of(oid, algorithm, key))
    }

    fn of(oid: Oid, mut parameters: Reader<'_>, key: &[u8]) -> Self {
        let (algorithm, bits) = match oid.as_str() {
            "1.2.840.113549.1.1.1" => (KeyAlgorithm::Rsa, modulus_bits(key)),
            "1.2.840.113549.1.1.10" => (KeyAlgorithm::RsaPss, modulus_bits(key)),
            "1.2.840.10040.4.1" => (KeyAlgorithm::Dsa, dsa_bits(parameters)),
            "1.2.840.10045.2.1" => {
                let curve = match parameters.next() {
                    Ok(name) if name.tag == der::OBJECT_IDENTIFIER => Curve::named(Oid::read(name.content)),
                    _ => Curve::Explicit,
                };
                let bits = curve.field_bits().or_else(|| point_bits(key));
                (KeyAlgorithm::Ec(curve), bits)
            }
            "1.3.101.112" => (KeyAlgorithm::Ed25519, Some(256)),
            "1.3.101.113" => (KeyAlgorithm::Ed448, Some(456)),
            "2.16.840.1.101.3.4.3.17" => (KeyAlgorithm::MlDsa44, bits_of(key.len())),
            "2.16.840.1.101.3.4.3.18" => (KeyAlgorithm::MlDsa65, bits_of(key.len())),
            "2.16.840.1.101.3.4.3.19" => (KeyAlgorithm::MlDsa87, bits_of(key.len())),
            _ => (KeyAlgorithm::Other(oid), None),
        };
        Self { algorithm, bits }
    }
}

impl Curve {
    /// The curve's name, such as `P-256`; the object identifier of one that is not known here.
    pub fn name(&self) -> String {
        match self {
            Self::P224 => "P-224".into(),
            Self::P256 => "P-256".into(),
            Self::P384 => "P-384".into(),
            Self::P521 => "P-521".into(),
            Self::Explicit => "with explicit parameters".into(),
            Self::Other(oid) => oid.to_string(),
        }
    }

    fn named(oid: Oid) -> Self {
        match oid.as_str() {
            "1.3.132.0.33" => Self::P224,
            "1.2.840.10045.3.1.7" => Self::P256,
            "1.3.132.0.34" => Self::P384,
            "1.3.132.0.35" => Self::P521,
            _ => Self::Other(oid),
        }
    }

    fn field_bits(&self) -> Option<u32> {
        match self {
            Self::P224 => Some(224),
            Self::P256 => Some(256),
            Self::P384 => Some(384),
            Self::P521 => Some(521),
            Self::Explicit | Self::Other(_) => None,
        }
    }
}

fn bits_of(octets: usize) -> Option<u32> {
    u32::try_from(octets).ok()?.checked_mul(8)
}

fn integer_bits(content: &[u8]) -> Option<u32> {
    let significant = content.iter().position(|&octet| octet != 0)?;
    let (first, rest) = content.get(significant..)?.split_first()?;
    bits_of(rest.len())?.checked_add(8_u32.saturating_sub(first.leading_zeros()))
}

fn modulus_bits(key: &[u8]) -> Option<u32> {
    let mut parts = Reader::inside(key, der::SEQUENCE).ok()?;
    integer_bits(parts.expect(der::INTEGER).ok()?.content)
}

fn dsa_bits(mut parameters: Reader<'_>) -> Option<u32> {
    let mut parts = Reader::new(parameters.expect(der::SEQUENCE).ok()?.content);
    integer_bits(parts.expect(der::INTEGER).ok()?.content)
}

/// The field size of a curve that is not known, from an encoded point (SEC 1 §2.3.3).
fn point_bits(point: &[u8]) -> Option<u32> {
    let (form, coordinates) = point.split_first()?;
    match form {
        0x04 => bits_of(coordinates.len() / 2),
        0x02 | 0x03 => bits_of(coordinates.len()),
        _ => None,
    }
}
