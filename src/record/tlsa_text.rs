//! TLSA records as text, the way zone files and `dig` write them (RFC 6698 §2.2).
//!
//! Reads `3 1 1 c97a22ed…`, with white space and parentheses inside the hexadecimal part and the acronyms
//! of RFC 7218; writes numbers and one run of lower-case hexadecimal.

use std::fmt;
use std::str::FromStr;

use crate::limits::TLSA_DATA_BYTES;
use crate::record::{TlsaDefect, TlsaOwner, TlsaRecord};

/// Why a text is not a TLSA record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsaTextError {
    /// The record could be read, but is unusable.
    Defect(TlsaDefect),
    /// A field is neither a number from 0 to 255 nor a known acronym.
    Field,
    /// The association data is not pairs of hexadecimal digits.
    Hexadecimal,
    /// There are fewer than four fields, or more text than any record has.
    Shape,
}

impl fmt::Display for TlsaTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defect(defect) => write!(f, "the TLSA record is unusable: {defect}"),
            Self::Field => f.write_str("a field of the TLSA record is neither a number nor a known acronym"),
            Self::Hexadecimal => f.write_str("the data of the TLSA record is not hexadecimal"),
            Self::Shape => f.write_str("a TLSA record has three fields and hexadecimal data"),
        }
    }
}

impl std::error::Error for TlsaTextError {}

impl fmt::Display for TlsaDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACertificate => f.write_str("its data is not a certificate"),
            Self::NotAPublicKey => f.write_str("its data is not a public key"),
            Self::TooLong => f.write_str("its data is too long"),
            Self::TooShort => f.write_str("it is too short"),
            Self::UnknownMatching(number) => write!(f, "matching type {number} is unknown"),
            Self::UnknownSelector(number) => write!(f, "selector {number} is unknown"),
            Self::UnknownUsage(number) => write!(f, "usage {number} is unknown"),
            Self::UsageNotEnabled => f.write_str("the policy does not use this usage"),
            Self::WeakerDigest => f.write_str("a record with a stronger digest takes its place"),
            Self::WrongDigestLength => f.write_str("its digest has the wrong length"),
        }
    }
}

impl std::error::Error for TlsaDefect {}

impl fmt::Display for TlsaRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.usage.number(), self.selector.number(), self.matching.number())?;
        self.data.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for TlsaRecord {
    type Err = TlsaTextError;

    fn from_str(text: &str) -> Result<Self, TlsaTextError> {
        if text.len() > 4 * TLSA_DATA_BYTES {
            return Err(TlsaTextError::Shape);
        }
        let mut words = text.split(|c: char| c.is_ascii_whitespace() || c == '(' || c == ')');
        let mut word = || words.by_ref().find(|word| !word.is_empty()).ok_or(TlsaTextError::Shape);
        let usage = field(word()?, &["PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE"])?;
        let selector = field(word()?, &["Cert", "SPKI"])?;
        let matching = field(word()?, &["Full", "SHA2-256", "SHA2-512"])?;
        let digits: String = words.collect();
        let data = hexadecimal(&digits).ok_or(TlsaTextError::Hexadecimal)?;
        Self::from_fields(usage, selector, matching, &data).map_err(TlsaTextError::Defect)
    }
}

/// The zone-file line that publishes a record, without TTL.
pub fn zone_line(owner: &TlsaOwner, record: &TlsaRecord) -> String {
    format!("{owner} IN TLSA {record}")
}

fn field(word: &str, acronyms: &[&str]) -> Result<u8, TlsaTextError> {
    let position = acronyms.iter().position(|acronym| acronym.eq_ignore_ascii_case(word));
    match position.and_then(|position| u8::try_from(position).ok()) {
        Some(number) => Ok(number),
        None if word.bytes().all(|b| b.is_ascii_digit()) => word.parse().map_err(|_| TlsaTextError::Field),
        None => Err(TlsaTextError::Field),
    }
}

/// Pairs of hexadecimal digits as bytes; `None` for anything else.
pub(crate) fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|&[high, low]| Some((nibble(high)? << 4) | nibble(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_as_it_is_written() {
        let text = format!("3 1 1 {}", "c9".repeat(32));
        let record: TlsaRecord = text.parse().unwrap();
        assert_eq!(record.to_string(), text);
        let spread = format!("DANE-EE SPKI SHA2-256 ( {} {} )", "C9".repeat(16), "c9".repeat(16));
        assert_eq!(spread.parse::<TlsaRecord>(), Ok(record));
    }

    #[test]
    fn odd_texts_are_refused() {
        for (text, error) in [
            ("", TlsaTextError::Shape),
            ("3 1", TlsaTextError::Shape),
            ("+3 1 1 00", TlsaTextError::Field),
            ("256 1 1 00", TlsaTextError::Field),
            ("3 1 1 0g", TlsaTextError::Hexadecimal),
            ("3 1 1 000", TlsaTextError::Hexadecimal),
            ("3 1 1 00", TlsaTextError::Defect(TlsaDefect::WrongDigestLength)),
            ("4 1 1 00", TlsaTextError::Defect(TlsaDefect::UnknownUsage(4))),
        ] {
            assert_eq!(text.parse::<TlsaRecord>(), Err(error), "{text:?}");
        }
    }
}
