//! The algorithm that signed a certificate, and its hash (RFC 5280 §4.1.1.2, RFC 4055, RFC 5758, RFC 8410).

use crate::certificate::Oid;
use crate::certificate::der::{self, NotDer, Reader};

/// The hash that a signature algorithm uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SignatureHash {
    /// MD2.
    Md2,
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl SignatureHash {
    /// The name in our own data, such as `sha-256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md2 => "md2",
            Self::Md5 => "md5",
            Self::Sha1 => "sha-1",
            Self::Sha224 => "sha-224",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }
}

/// A signature algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureAlgorithm {
    /// Its object identifier.
    pub oid: Oid,
    /// Its name in the RFCs; `None` for one that is not known here.
    pub name: Option<&'static str>,
    /// The hash, where the algorithm has one of its own choice: not so for Ed25519, Ed448 and ML-DSA,
    /// and not known for unknown algorithms.
    pub hash: Option<SignatureHash>,
}

impl SignatureAlgorithm {
    /// The name, or the dotted object identifier of an unknown one.
    pub fn label(&self) -> &str {
        self.name.unwrap_or_else(|| self.oid.as_str())
    }

    /// Reads the content of an AlgorithmIdentifier.
    pub(crate) fn read(content: &[u8]) -> Result<Self, NotDer> {
        let mut parts = Reader::new(content);
        let oid = Oid::read(parts.expect(der::OBJECT_IDENTIFIER)?.content);
        let known = KNOWN.iter().find(|(number, ..)| oid == *number);
        let (name, hash) = known.map_or((None, None), |&(_, name, hash)| (Some(name), hash));
        let hash = if oid == RSASSA_PSS { pss_hash(parts).ok().flatten() } else { hash };
        Ok(Self { oid, name, hash })
    }
}

const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";

use SignatureHash::{Md2, Md5, Sha1, Sha224, Sha256, Sha384, Sha512};

const KNOWN: &[(&str, &str, Option<SignatureHash>)] = &[
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption", Some(Md2)),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption", Some(Md5)),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", Some(Sha1)),
    (RSASSA_PSS, "id-RSASSA-PSS", None),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", Some(Sha256)),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", Some(Sha384)),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", Some(Sha512)),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption", Some(Sha224)),
    ("1.2.840.10040.4.3", "id-dsa-with-sha1", Some(Sha1)),
    ("2.16.840.1.101.3.4.3.1", "id-dsa-with-sha224", Some(Sha224)),
    ("2.16.840.1.101.3.4.3.2", "id-dsa-with-sha256", Some(Sha256)),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1", Some(Sha1)),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224", Some(Sha224)),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", Some(Sha256)),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384", Some(Sha384)),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", Some(Sha512)),
    ("1.3.14.3.2.29", "sha1WithRSAEncryption", Some(Sha1)),
    ("1.3.101.112", "id-Ed25519", None),
    ("1.3.101.113", "id-Ed448", None),
    ("2.16.840.1.101.3.4.3.17", "id-ml-dsa-44", None),
    ("2.16.840.1.101.3.4.3.18", "id-ml-dsa-65", None),
    ("2.16.840.1.101.3.4.3.19", "id-ml-dsa-87", None),
];

/// The hash in RSASSA-PSS-params; SHA-1 is the default (RFC 4055 §3.1). `None` for one that is not known.
fn pss_hash(mut parts: Reader<'_>) -> Result<Option<SignatureHash>, NotDer> {
    let mut parameters = Reader::new(parts.expect(der::SEQUENCE)?.content);
    let Some(field) = parameters.optional(der::context(0))? else {
        return Ok(Some(Sha1));
    };
    let mut algorithm = Reader::inside(field.content, der::SEQUENCE)?;
    let oid = Oid::read(algorithm.expect(der::OBJECT_IDENTIFIER)?.content);
    Ok(match oid.as_str() {
        "1.3.14.3.2.26" => Some(Sha1),
        "2.16.840.1.101.3.4.2.4" => Some(Sha224),
        "2.16.840.1.101.3.4.2.1" => Some(Sha256),
        "2.16.840.1.101.3.4.2.2" => Some(Sha384),
        "2.16.840.1.101.3.4.2.3" => Some(Sha512),
        _ => None,
    })
}
