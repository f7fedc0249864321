//! POSH documents as they are read and written.

use xmpptls::limits::{POSH_DESCRIPTORS, POSH_DOCUMENT_BYTES};
use xmpptls::name::{Domain, Service};
use xmpptls::record::{
    PoshCertificate, PoshDocument, PoshDocumentError, PoshEvidence, PoshHash, PoshUrl, PoshWarning,
    posh_document, posh_reference, posh_url,
};

const SHA256: &str = "pfFKGLeBdQEwNDGy5uCBHjtDWKU3coQX02PhlfFGd9M=";
const SHA512: &str =
    "QdDt8bZW47trV4pUtYdwthfsJkGzIuwXPzlahfXN1LHj7B2tBALx4j0Oe9mI0G5Vz/TsS8Gr+jHpL+5nesEK5g==";

fn fingerprints(descriptors: &str, expires: &str) -> Result<PoshDocument, PoshDocumentError> {
    PoshDocument::parse(format!(r#"{{"fingerprints":{descriptors},"expires":{expires}}}"#).as_bytes())
}

fn hashes(document: PoshDocument) -> Vec<PoshHash> {
    match document {
        PoshDocument::Fingerprints { fingerprints, .. } => fingerprints.iter().map(|f| f.hash).collect(),
        PoshDocument::Reference { .. } => panic!("a reference"),
    }
}

#[test]
fn posh_03_a_document_is_of_one_kind_and_says_how_long() {
    let good = format!(r#"[{{"sha-256":"{SHA256}"}}]"#);
    assert!(fingerprints(&good, "86400").is_ok());
    for (text, error) in [
        (
            format!(r#"{{"fingerprints":{good},"url":"https://a.example/","expires":1}}"#),
            PoshDocumentError::BothKinds,
        ),
        (format!(r#"{{"fingerprints":{good}}}"#), PoshDocumentError::Expires),
        (r#"{"expires":1}"#.into(), PoshDocumentError::NothingUsable),
        (r#"{"fingerprints":[],"expires":1}"#.into(), PoshDocumentError::NothingUsable),
        (r#"{"fingerprints":{},"expires":1}"#.into(), PoshDocumentError::Descriptor),
        (r#"{"fingerprints":[1],"expires":1}"#.into(), PoshDocumentError::Descriptor),
        (r#"[]"#.into(), PoshDocumentError::Malformed),
        (format!(r#"{{"fingerprints":{good},"expires":1,"expires":1}}"#), PoshDocumentError::Malformed),
    ] {
        assert_eq!(PoshDocument::parse(text.as_bytes()), Err(error), "{text}");
    }
    let unknown = format!(r#"{{"version":[1],"fingerprints":{good},"expires":1}}"#);
    assert!(PoshDocument::parse(unknown.as_bytes()).is_ok(), "unknown members are ignored");
}

#[test]
fn posh_04_unknown_and_weak_hashes_are_skipped() {
    let mixed = format!(r#"[{{"md5":"x","sha-1":"y"}},{{"SHA-256":"{SHA256}","sha-224":"z"}}]"#);
    assert_eq!(hashes(fingerprints(&mixed, "1").unwrap()), [PoshHash::Sha256]);
    assert_eq!(fingerprints(r#"[{"sha-1":"y"}]"#, "1"), Err(PoshDocumentError::NothingUsable));
}

#[test]
fn posh_07_the_strongest_hash_of_a_descriptor_counts() {
    let both = format!(r#"[{{"sha-512":"{SHA512}","sha-256":"{SHA256}"}}]"#);
    assert_eq!(hashes(fingerprints(&both, "1").unwrap()), [PoshHash::Sha512]);
    let twice = format!(r#"[{{"sha-256":"{SHA256}","SHA-256":"{SHA256}"}}]"#);
    assert_eq!(fingerprints(&twice, "1"), Err(PoshDocumentError::Malformed));
}

#[test]
fn posh_06_base64_is_standard_with_or_without_padding() {
    let with = fingerprints(&format!(r#"[{{"sha-256":"{SHA256}"}}]"#), "1");
    let without = fingerprints(&format!(r#"[{{"sha-256":"{}"}}]"#, SHA256.trim_end_matches('=')), "1");
    assert!(with.is_ok());
    assert_eq!(with, without);
    let url_safe = SHA512.replace('/', "_").replace('+', "-");
    for (hash, value) in [
        ("sha-512", url_safe.as_str()),
        ("sha-256", "pfFKGLeBdQEwNDGy5uCBHjtDWKU3coQX02PhlfFGd9N="),
        ("sha-256", " pfFKGLeBdQEwNDGy5uCBHjtDWKU3coQX02PhlfFGd9M="),
        ("sha-256", "pfFKGLeBdQEwNDGy5uCBHjtD\\nWKU3coQX02PhlfFGd9M="),
        ("sha-256", "pfFKGLeBdQEwNDGy5uCBHjtDWKU3coQX02PhlfFGd9M=="),
        ("sha-256", "pfFK"),
        ("sha-384", SHA256),
    ] {
        let text = format!(r#"[{{"{hash}":"{value}"}}]"#);
        assert_eq!(fingerprints(&text, "1"), Err(PoshDocumentError::Fingerprint), "{text}");
    }
}

#[test]
fn posh_08_expires_is_a_whole_number_of_seconds() {
    let good = format!(r#"[{{"sha-256":"{SHA256}"}}]"#);
    for (text, value) in
        [("0", 0), ("86400", 86_400), ("1e3", 1000), ("10.0", 10), ("9007199254740992", 1 << 53)]
    {
        match fingerprints(&good, text) {
            Ok(PoshDocument::Fingerprints { expires, .. }) => assert_eq!(expires, value, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in ["-1", "1.5", "\"1\"", "9007199254740993", "1e308", "true", "null", "[]"] {
        assert_eq!(fingerprints(&good, text), Err(PoshDocumentError::Expires), "{text}");
    }
    assert_eq!(fingerprints(&good, "1e999"), Err(PoshDocumentError::Malformed));
}

#[test]
fn posh_09_a_reference_leads_one_hop_and_no_further() {
    let reference =
        |text: &str| PoshDocument::parse(format!(r#"{{"url":"{text}","expires":3600}}"#).as_bytes());
    let first = reference("https://posh.hosting.example.net/a.json").unwrap();
    let end = fingerprints(&format!(r#"[{{"sha-256":"{SHA256}"}}]"#), "86400").unwrap();
    let url = posh_url(&Domain::parse("example.org").unwrap(), Service::S2s);
    let evidence = PoshEvidence::referred(url.clone(), first.clone(), end, 0, true).unwrap();
    assert_eq!(evidence.lifetime(u32::MAX), 3600, "the lower of the two counts (POSH-10)");
    assert_eq!(evidence.lifetime(60), 60, "and never more than the policy's cap");
    let second = PoshEvidence::referred(url.clone(), first.clone(), first.clone(), 0, true);
    assert_eq!(second, Err(PoshDocumentError::SecondReference));
    assert_eq!(PoshEvidence::direct(url, first, 0, true), Err(PoshDocumentError::SecondReference));
    for text in ["http://a.example/", "https://u:p@a.example/", "https://a.example/#f", "nonsense"] {
        assert_eq!(reference(text), Err(PoshDocumentError::Url), "{text}");
    }
}

#[test]
fn sec_01_size_and_number_of_descriptors_end_at_the_limit() {
    let one = format!(r#"{{"sha-256":"{SHA256}"}}"#);
    let many = |count: usize| format!("[{}]", vec![one.as_str(); count].join(","));
    assert!(fingerprints(&many(POSH_DESCRIPTORS), "1").is_ok());
    assert_eq!(fingerprints(&many(POSH_DESCRIPTORS + 1), "1"), Err(PoshDocumentError::TooLong));
    let padded = |length: usize| {
        let text = format!(r#"{{"fingerprints":[{one}],"expires":1}}"#);
        format!("{text}{}", " ".repeat(length - text.len()))
    };
    assert!(PoshDocument::parse(padded(POSH_DOCUMENT_BYTES).as_bytes()).is_ok());
    assert_eq!(
        PoshDocument::parse(padded(POSH_DOCUMENT_BYTES + 1).as_bytes()),
        Err(PoshDocumentError::TooLong)
    );
    assert_eq!(PoshDocument::parse(&vec![b'['; 1 << 20]), Err(PoshDocumentError::TooLong));
}

#[test]
fn posh_18_what_is_written_reads_as_itself() {
    let certificates =
        [PoshCertificate { der: b"new", not_after: 10_000 }, PoshCertificate { der: b"old", not_after: 100 }];
    let (text, warnings) = posh_document(&certificates, 3600, 0);
    assert_eq!(hashes(PoshDocument::parse(text.as_bytes()).unwrap()), [PoshHash::Sha512; 2]);
    assert!(text.contains(r#""sha-256":""#) && text.contains("==\""), "both hashes, padded: {text}");
    assert_eq!(warnings, [PoshWarning::OutlivesCertificate(1)]);
    assert_eq!(posh_document(&[], 0, 0).1, [PoshWarning::Revokes, PoshWarning::NoCertificate]);
    let url = PoshUrl::parse("https://posh.example.net/a.json").unwrap();
    let text = posh_reference(&url, 60);
    assert_eq!(PoshDocument::parse(text.as_bytes()), Ok(PoshDocument::Reference { url, expires: 60 }));
}
