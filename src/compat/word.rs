//! The words of cipher strings and what they mean for the suites that exist here.

use super::suite::{suite_from_openssl, suite_words};
use crate::parameter::{CipherSuite, Version};

/// What a word says about a suite of TLS 1.2.
pub(super) type Meaning = fn(CipherSuite) -> bool;

/// A word of a cipher string.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    /// One suite that exists here.
    Suite(CipherSuite),
    /// A class of suites; it may hold none that exists here.
    Class(Meaning),
    /// A suite that does not exist here.
    OtherSuite,
    /// No word of OpenSSL's that is known here.
    Unknown,
}

/// Reads one word.
pub(super) fn word(text: &str) -> Word {
    if let Some(suite) = suite_from_openssl(text) {
        Word::Suite(suite)
    } else if let Some(meaning) = class(text) {
        Word::Class(meaning)
    } else if is_other_suite(text) {
        Word::OtherSuite
    } else {
        Word::Unknown
    }
}

fn class(text: &str) -> Option<Meaning> {
    let meaning: Meaning = match text {
        "ALL" | "DEFAULT" | "HIGH" | "TLSv1.2" | "kECDHE" | "kEECDH" | "ECDHE" | "EECDH" | "ECDH" => |_| true,
        "aRSA" => |suite| suite_words(suite).authentication == "RSA",
        "aECDSA" | "ECDSA" => |suite| suite_words(suite).authentication == "ECDSA",
        "AES" | "AESGCM" | "FIPS" => |suite| suite_words(suite).encryption.starts_with("AESGCM"),
        "AES128" => |suite| suite_words(suite).encryption == "AESGCM(128)",
        "AES256" => |suite| suite_words(suite).encryption == "AESGCM(256)",
        "CHACHA20" => |suite| suite_words(suite).encryption.starts_with("CHACHA20"),
        "SUITEB128" => is_suite_b,
        "SUITEB128ONLY" => |suite| suite == CipherSuite::EcdheEcdsaAes128GcmSha256,
        "SUITEB128C2" | "SUITEB192" => |suite| suite == CipherSuite::EcdheEcdsaAes256GcmSha384,
        known if WITHOUT_SUITES_HERE.contains(&known) => |_| false,
        _ => return None,
    };
    Some(meaning)
}

/// The suites of RFC 6460.
fn is_suite_b(suite: CipherSuite) -> bool {
    matches!(suite, CipherSuite::EcdheEcdsaAes128GcmSha256 | CipherSuite::EcdheEcdsaAes256GcmSha384)
}

/// Classes that hold no suite that exists here: other key exchanges, other ciphers, and the MACs of
/// suites that are no AEAD.
const WITHOUT_SUITES_HERE: &[&str] = &[
    "3DES",
    "ADH",
    "AECDH",
    "AESCCM",
    "AESCCM8",
    "ARIA",
    "ARIA128",
    "ARIA256",
    "ARIAGCM",
    "CAMELLIA",
    "CAMELLIA128",
    "CAMELLIA256",
    "CBC",
    "COMPLEMENTOFALL",
    "COMPLEMENTOFDEFAULT",
    "DES",
    "DH",
    "DHE",
    "DHEPSK",
    "DSS",
    "ECDHEPSK",
    "EDH",
    "EXP",
    "EXPORT",
    "EXPORT40",
    "EXPORT56",
    "GOST89MAC",
    "GOST94",
    "IDEA",
    "KRB5",
    "LOW",
    "MD5",
    "MEDIUM",
    "NULL",
    "PSK",
    "RC2",
    "RC4",
    "RSA",
    "RSAPSK",
    "SEED",
    "SHA",
    "SHA1",
    "SHA256",
    "SHA384",
    "SRP",
    "SSLv2",
    "SSLv3",
    "TLSv1",
    "TLSv1.0",
    "TLSv1.1",
    "aDH",
    "aDSS",
    "aECDH",
    "aGOST",
    "aGOST01",
    "aNULL",
    "aPSK",
    "aSRP",
    "eNULL",
    "kDH",
    "kDHE",
    "kDHEPSK",
    "kDHd",
    "kDHr",
    "kECDH",
    "kECDHEPSK",
    "kECDHe",
    "kECDHr",
    "kEDH",
    "kGOST",
    "kPSK",
    "kRSA",
    "kRSAPSK",
    "kSRP",
];

/// The parts of which OpenSSL makes the names of suites.
const PARTS: &[&str] = &[
    "3DES",
    "ADH",
    "AECDH",
    "AES128",
    "AES256",
    "ARIA128",
    "ARIA256",
    "CAMELLIA128",
    "CAMELLIA256",
    "CBC",
    "CBC3",
    "CCM",
    "CCM8",
    "CHACHA20",
    "DES",
    "DH",
    "DHE",
    "DSS",
    "ECDH",
    "ECDHE",
    "ECDSA",
    "EDH",
    "EXP",
    "GCM",
    "GOST2001",
    "GOST89",
    "IDEA",
    "MD5",
    "NULL",
    "POLY1305",
    "PSK",
    "RC2",
    "RC4",
    "RSA",
    "SEED",
    "SHA",
    "SHA256",
    "SHA384",
    "SRP",
];

/// Whether the text has the form of a suite's name: two known parts or more, or IANA's form.
fn is_other_suite(text: &str) -> bool {
    let of_parts = text.contains('-') && text.split('-').all(|part| PARTS.contains(&part));
    let of_iana = text.strip_prefix("TLS_").is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    });
    of_parts || of_iana
}

/// The suites of TLS 1.2 in the order of preference of this library (PAR-09).
pub(super) fn tls12_suites() -> Vec<CipherSuite> {
    of_version(Version::Tls12)
}

/// The suites of one version in the order of preference of this library.
pub(super) fn of_version(version: Version) -> Vec<CipherSuite> {
    let ours = crate::parameter::Parameters::bcp195().suites;
    ours.into_iter().filter(|suite| suite.version() == version).collect()
}
