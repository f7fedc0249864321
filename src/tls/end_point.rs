//! The `tls-server-end-point` channel binding (RFC 5929 §4.1): a hash of the server's certificate.
//!
//! The hash is that of the signature *on* the certificate, with MD5 and SHA-1 replaced by SHA-256. Where
//! the signature names no hash, or two, the binding is undefined and nothing is guessed (CB-05 to CB-07).

use aws_lc_rs::digest::{self, Digest};

use super::der::{self, CONTEXT_0, CONTEXT_1, OBJECT_IDENTIFIER, SEQUENCE};

/// Why a certificate has no `tls-server-end-point`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndPointUndefined {
    /// The certificate could not be read so far.
    Malformed,
    /// The signature algorithm names no hash: Ed25519, Ed448, ML-DSA.
    NoHash,
    /// RSASSA-PSS with one hash for the message and another for its mask.
    SeveralHashes,
    /// The signature algorithm, or the hash it names, is not known here.
    UnknownAlgorithm,
}

impl std::fmt::Display for EndPointUndefined {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Malformed => "the certificate cannot be read",
            Self::NoHash => "the certificate's signature names no hash function",
            Self::SeveralHashes => "the certificate's signature names several hash functions",
            Self::UnknownAlgorithm => "the certificate's signature algorithm is not known",
        })
    }
}

impl std::error::Error for EndPointUndefined {}

#[derive(Clone, Copy, PartialEq)]
enum Hash {
    /// MD5, SHA-1 (both replaced) and SHA-256 itself.
    Sha256,
    Sha224,
    Sha384,
    Sha512,
}

/// The binding's bytes for the server certificate `certificate`, in DER as it was sent.
///
/// # Errors
/// When RFC 5929 defines none for it.
pub fn server_end_point(certificate: &[u8]) -> Result<Vec<u8>, EndPointUndefined> {
    let algorithm = match hash_of(certificate)? {
        Hash::Sha224 => &digest::SHA224,
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
    };
    let value: Digest = digest::digest(algorithm, certificate);
    Ok(value.as_ref().to_vec())
}

fn hash_of(certificate: &[u8]) -> Result<Hash, EndPointUndefined> {
    let mut algorithm = der::signature_algorithm(certificate).ok_or(EndPointUndefined::Malformed)?;
    let name = der::take_tagged(&mut algorithm, OBJECT_IDENTIFIER).ok_or(EndPointUndefined::Malformed)?;
    match name.contents {
        // 1.2.840.113549.1.1.10: RSASSA-PSS (RFC 4055 §3.1)
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10] => pss_hash(algorithm),
        // 1.2.840.113549.1.1.{4,5,11,12,13,14}: RSA with MD5, SHA-1, SHA-256, SHA-384, SHA-512, SHA-224
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, kind] => match kind {
            4 | 5 | 11 => Ok(Hash::Sha256),
            12 => Ok(Hash::Sha384),
            13 => Ok(Hash::Sha512),
            14 => Ok(Hash::Sha224),
            _ => Err(EndPointUndefined::UnknownAlgorithm),
        },
        // 1.2.840.10045.4.1: ECDSA with SHA-1
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1] => Ok(Hash::Sha256),
        // 1.2.840.10045.4.3.{1..4}: ECDSA with SHA-224 to SHA-512
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, kind] => match kind {
            1 => Ok(Hash::Sha224),
            2 => Ok(Hash::Sha256),
            3 => Ok(Hash::Sha384),
            4 => Ok(Hash::Sha512),
            _ => Err(EndPointUndefined::UnknownAlgorithm),
        },
        // 1.2.840.10040.4.3: DSA with SHA-1
        [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 3] => Ok(Hash::Sha256),
        // 1.3.101.{112,113}: Ed25519, Ed448; 2.16.840.1.101.3.4.3.{17,18,19}: ML-DSA
        [0x2b, 0x65, 112 | 113] | [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17..=19] => {
            Err(EndPointUndefined::NoHash)
        }
        _ => Err(EndPointUndefined::UnknownAlgorithm),
    }
}

/// The hash of RSASSA-PSS-params: `[0]` the message's hash, `[1]` the mask function's; SHA-1 where absent.
fn pss_hash(mut rest: &[u8]) -> Result<Hash, EndPointUndefined> {
    let mut parameters = match der::take(&mut rest) {
        None => return Ok(Hash::Sha256),
        Some(element) if element.tag == SEQUENCE => element.contents,
        Some(_) => return Err(EndPointUndefined::Malformed),
    };
    let (mut message, mut mask) = (PSS_DEFAULT, PSS_DEFAULT);
    while let Some(element) = der::take(&mut parameters) {
        let mut inner = element.contents;
        match element.tag {
            CONTEXT_0 => message = named_hash(&mut inner)?,
            CONTEXT_1 => mask = mask_hash(&mut inner)?,
            _ => {}
        }
    }
    if message != mask {
        return Err(EndPointUndefined::SeveralHashes);
    }
    Ok(message.0)
}

/// The replacement for a hash, and the last byte of its identifier, so that SHA-1 and SHA-256 differ.
type NamedHash = (Hash, u8);

const PSS_DEFAULT: NamedHash = (Hash::Sha256, 0x1a);

/// `MaskGenAlgorithm`: MGF1 with a hash as its parameter.
fn mask_hash(input: &mut &[u8]) -> Result<NamedHash, EndPointUndefined> {
    let mut algorithm = der::take_tagged(input, SEQUENCE).ok_or(EndPointUndefined::Malformed)?.contents;
    der::take_tagged(&mut algorithm, OBJECT_IDENTIFIER).ok_or(EndPointUndefined::Malformed)?;
    named_hash(&mut algorithm)
}

fn named_hash(input: &mut &[u8]) -> Result<NamedHash, EndPointUndefined> {
    let mut algorithm = der::take_tagged(input, SEQUENCE).ok_or(EndPointUndefined::Malformed)?.contents;
    let name = der::take_tagged(&mut algorithm, OBJECT_IDENTIFIER).ok_or(EndPointUndefined::Malformed)?;
    match name.contents {
        // 1.3.14.3.2.26: SHA-1
        [0x2b, 0x0e, 3, 2, 0x1a] => Ok(PSS_DEFAULT),
        // 2.16.840.1.101.3.4.2.{1..4}
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => Ok((Hash::Sha256, 1)),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => Ok((Hash::Sha384, 2)),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => Ok((Hash::Sha512, 3)),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4] => Ok((Hash::Sha224, 4)),
        _ => Err(EndPointUndefined::UnknownAlgorithm),
    }
}
