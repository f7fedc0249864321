//! Hostile and missing input: nothing panics, nothing gets better by going missing, work is bounded.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{authority, leaf};
use support::scene::{DOMAIN, domain, s2s, tlsa, words};
use support::vectors::{Family, VERDICTS, family};
use xmpptls::name::Service;
use xmpptls::record::{Lookup, PoshDocument, PoshUrl, TlsaRecord};
use xmpptls::verdict::Level;
use xmpptls::verification::{CaseDocument, Evidence, History, authzid_from_wire};

/// All verdict cases of the vectors.
fn cases() -> Vec<(String, CaseDocument)> {
    let mut cases = Vec::new();
    for Family { certificates, cases: own } in VERDICTS.map(family) {
        cases.extend(own.iter().map(|case| {
            let document = CaseDocument::read(&case["input"].to_string(), &certificates).unwrap();
            (case["id"].to_string(), document)
        }));
    }
    cases
}

/// Whether anybody is proved: encrypted only and refused prove nobody alike.
fn proved(case: &CaseDocument) -> u8 {
    match case.decide().level() {
        Level::Authenticated => 2,
        Level::Weak => 1,
        Level::EncryptedOnly | Level::Refused => 0,
    }
}

#[test]
fn sec_07_no_missing_evidence_proves_anybody() {
    type Removal = (&'static str, fn(&mut Evidence));
    let removals: [Removal; 4] = [
        ("TLSA", |own| own.tlsa.clear()),
        ("targets", |own| own.targets = Lookup::NotAsked),
        ("POSH", |own| own.posh = Lookup::NotAsked),
        ("dialback", |own| own.dialback = Lookup::NotAsked),
    ];
    for (id, case) in cases() {
        for (name, remove) in removals {
            // A final POSH mismatch is an opt-in against stale certificates; blocking HTTPS undoes it.
            if name == "POSH" && case.request.policy.posh_mismatch_is_final() {
                continue;
            }
            let mut less = case.clone();
            remove(&mut less.evidence);
            assert!(proved(&less) <= proved(&case), "{id} without {name}");
        }
    }
}

#[test]
fn a_refusal_names_its_reason_and_a_proof_its_method() {
    for (id, case) in cases() {
        let verdict = case.decide();
        let has_method = verdict.method().is_some();
        match verdict.level() {
            Level::Authenticated | Level::Weak => assert!(has_method, "{id}"),
            Level::EncryptedOnly => assert!(!has_method, "{id}"),
            Level::Refused => {
                assert!(!has_method && verdict.alert().is_some(), "{id}");
                assert!(verdict.reasons().next().is_some(), "{id}");
            }
        }
        assert_eq!(verdict.to_json(), case.decide().to_json(), "{id}: equal cases, equal verdicts");
    }
}

/// Calls `read` with every prefix of a text and with each of its bytes changed.
fn mutations(text: &[u8], mut read: impl FnMut(&[u8])) {
    for end in 0..text.len() {
        read(&text[..end]);
    }
    for position in 0..text.len() {
        for change in [0x01, 0x20, 0x80, 0xff] {
            let mut odd = text.to_vec();
            odd[position] ^= change;
            read(&odd);
        }
    }
}

#[test]
fn atk_pa_01_no_mutation_makes_a_reader_panic() {
    let posh = format!(r#"{{"fingerprints":[{{"sha-256":"{}"}}],"expires":86400}}"#, "A".repeat(43));
    mutations(posh.as_bytes(), |own| drop(PoshDocument::parse(own)));
    let reference = br#"{"url":"https://posh.example.net/a?b=c","expires":1e3}"#;
    mutations(reference, |own| drop(PoshDocument::parse(own)));
    let history = History::new(domain(DOMAIN), Service::S2s).to_json();
    mutations(history.as_bytes(), |own| drop(History::from_json(own, &domain(DOMAIN), Service::S2s)));
    let certificate = leaf().dns(DOMAIN).self_signed();
    mutations(&tlsa(2, 0, 0, &certificate), |own| drop(TlsaRecord::from_rdata(own)));
    for text in ["3 1 1 ( c97a22ed db0f )", "https://a.example:443/x", "YS5leGFtcGxl"] {
        mutations(text.as_bytes(), |own| {
            let own = String::from_utf8_lossy(own);
            drop(own.parse::<TlsaRecord>());
            drop(PoshUrl::parse(&own));
            drop(authzid_from_wire(&own));
        });
    }
}

#[test]
fn atk_pa_01_no_full_record_makes_a_verdict_panic() {
    let certificate = leaf().dns(DOMAIN).self_signed();
    let record = tlsa(2, 0, 0, &certificate);
    for position in (3..record.len()).step_by(7) {
        let mut odd = record.clone();
        odd[position] ^= 0x11;
        let verdict = s2s(&[], &[&certificate]).with_tlsa(&[odd]).verdict();
        assert_ne!(verdict.level(), Level::Authenticated, "byte {position}");
    }
}

#[test]
fn sec_01_many_anchors_in_records_cost_one_search() {
    let server = leaf().dns(DOMAIN).self_signed();
    let keys: Vec<Vec<u8>> = (0..64_u32)
        .map(|n| {
            let other = authority(&format!("CA {n}")).self_signed();
            tlsa(2, 1, 0, &other)
        })
        .collect();
    let verdict = s2s(&[], &[&server]).with_tlsa(&keys).verdict();
    assert_eq!(words(&verdict), ["dane_mismatch"]);
}

/// Tests at a limit go by its name, and would follow it; these are the numbers that SEC-01, SEC-06 and STLS-30 give.
#[test]
fn sec_01_limits_that_a_peer_meets_are_the_agreed_ones() {
    use xmpptls::limits::*;
    assert_eq!((CERTIFICATE_BYTES, CERTIFICATE_NAMES, CHAIN_CERTIFICATES), (32_768, 1000, 10));
    assert_eq!(CERTIFICATE_EXTENSIONS, 64);
    assert_eq!((RSA_KEY_BITS, REVOCATION_LIST_BYTES, REVOCATION_LISTS), (8192, 33_554_432, 256));
    assert_eq!((TLSA_RECORDS_READ, TLSA_RECORDS, TLSA_DATA_BYTES, SRV_TARGETS), (4096, 64, 32_768, 64));
    assert_eq!((POSH_DOCUMENT_BYTES, POSH_DOCUMENT_DEPTH, POSH_DESCRIPTORS), (65_536, 8, 64));
    assert_eq!((POSH_URL_BYTES, POSH_REDIRECTS, HTTP_HEAD_BYTES, HTTP_FIELDS), (2048, 10, 16_384, 64));
    assert_eq!((LOOKUP_CNAMES, LOOKUP_ADDRESSES, LOOKUP_TARGETS), (8, 16, 16));
    assert_eq!((LOOKUP_TTL_SECONDS, LOOKUP_NEGATIVE_TTL_SECONDS, LOOKUP_FAILURE_SECONDS), (86_400, 3600, 10));
    assert_eq!((CLEAR_STREAM_BYTES, CLEAR_STREAM_DEPTH, CLEAR_STREAM_ATTRIBUTES), (10_000, 4, 32));
    assert_eq!((TLS_HELD_BEFORE_HELLO, TLS_HELD_HANDSHAKING, TLS_HELD_AFTERWARDS), (65_536, 131_072, 32_768));
    assert_eq!((RESUMPTION_PEERS, RESUMPTION_TICKETS_PER_PEER, TICKET_KEYS), (1024, 4, 8));
    assert_eq!((TICKET_KEY_ROTATION, TICKET_LIFETIME, TLS_RECORDS_PER_KEY), (86_400, 43_200, 1 << 23));
    assert_eq!((DIALBACK_REQUESTS, DIALBACK_SECRET_BYTES, DIALBACK_KEY_TEXT_BYTES), (256, 12, 1024));
    assert_eq!((EARLY_BYTES, VERDICTS_PER_CONNECTION, HISTORY_CERTIFICATES), (65_536, 64, 8));
}
