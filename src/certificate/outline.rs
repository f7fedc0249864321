//! Where the parts of a certificate lie (RFC 5280 §4.1), without a look into them.

use crate::certificate::der::{self, NotDer, Reader};
use crate::certificate::{CertificateError, Field};
use crate::limits::CERTIFICATE_BYTES;

/// The SubjectPublicKeyInfo of a certificate, the whole SEQUENCE, without a look at the rest: what is
/// needed to check that a peer holds the key of a certificate that no path may use.
///
/// # Errors
/// [`CertificateError`], when the structure around the key is broken or too large.
pub fn spki_of_der(der: &[u8]) -> Result<&[u8], CertificateError> {
    if der.len() > CERTIFICATE_BYTES {
        return Err(CertificateError::TooLarge);
    }
    Outline::read(der).map(|outline| outline.spki)
}

/// The parts of a certificate as slices of it.
pub(crate) struct Outline<'a> {
    pub(crate) version: u8,
    /// Content of the INTEGER.
    pub(crate) serial: &'a [u8],
    /// Content of the outer AlgorithmIdentifier.
    pub(crate) signature_algorithm: &'a [u8],
    pub(crate) issuer: &'a [u8],
    pub(crate) validity: &'a [u8],
    pub(crate) subject: &'a [u8],
    pub(crate) spki: &'a [u8],
    /// Content of the SEQUENCE; empty when there are no extensions.
    pub(crate) extensions: &'a [u8],
}

impl<'a> Outline<'a> {
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, CertificateError> {
        let malformed = |field| move |NotDer| CertificateError::Malformed { field };
        let mut parts = Reader::inside(der, der::SEQUENCE).map_err(malformed(Field::Certificate))?;
        let tbs = parts.expect(der::SEQUENCE).map_err(malformed(Field::TbsCertificate))?;
        let algorithm = parts.expect(der::SEQUENCE).map_err(malformed(Field::SignatureAlgorithm))?;
        parts.expect(der::BIT_STRING).map_err(malformed(Field::Signature))?;
        parts.end().map_err(malformed(Field::Certificate))?;

        let mut tbs = Reader::new(tbs.content);
        let version = version(&mut tbs).map_err(malformed(Field::Version))?;
        let serial = tbs.expect(der::INTEGER).map_err(malformed(Field::SerialNumber))?;
        tbs.expect(der::SEQUENCE).map_err(malformed(Field::SignatureAlgorithm))?;
        let issuer = tbs.expect(der::SEQUENCE).map_err(malformed(Field::Issuer))?;
        let validity = tbs.expect(der::SEQUENCE).map_err(malformed(Field::Validity))?;
        let subject = tbs.expect(der::SEQUENCE).map_err(malformed(Field::Subject))?;
        let spki = tbs.expect(der::SEQUENCE).map_err(malformed(Field::SubjectPublicKeyInfo))?;
        let extensions = extensions_of(tbs).map_err(malformed(Field::Extensions))?;
        Ok(Self {
            version,
            serial: serial.content,
            signature_algorithm: algorithm.content,
            issuer: issuer.whole,
            validity: validity.whole,
            subject: subject.whole,
            spki: spki.whole,
            extensions,
        })
    }
}

/// The version as people count: the field is absent in version 1, and 2 in version 3.
fn version(tbs: &mut Reader<'_>) -> Result<u8, NotDer> {
    let Some(field) = tbs.optional(der::context(0))? else {
        return Ok(1);
    };
    let mut parts = Reader::new(field.content);
    let number = parts.expect(der::INTEGER)?.content;
    parts.end()?;
    match number {
        [0] => Ok(1),
        [1] => Ok(2),
        [2] => Ok(3),
        _ => Err(NotDer),
    }
}

/// What follows the key: two unique identifiers that nobody uses, and the extensions.
fn extensions_of(mut tbs: Reader<'_>) -> Result<&[u8], NotDer> {
    tbs.optional(der::context_primitive(1))?;
    tbs.optional(der::context_primitive(2))?;
    let field = tbs.optional(der::context(3))?;
    tbs.end()?;
    let Some(field) = field else {
        return Ok(&[]);
    };
    let mut parts = Reader::new(field.content);
    let list = parts.expect(der::SEQUENCE)?;
    parts.end()?;
    Ok(list.content)
}
