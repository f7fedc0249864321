//! Certificates made to hurt: odd encodings, mutations, meshes, and sizes at and over each limit.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

mod support;

use std::sync::Arc;

use rcgen::{PublicKeyData, SigningKey};
use support::ca::{Issued, KeyKind, NOW, Recipe, authority, leaf, root};
use support::der::{bits, integer, name, oid, sequence, time, tlv};
use support::kat::kat_1;
use support::pkix::{Question, references, s2s};
use xmpptls::certificate::{Certificate, CertificateError, Chain, ChainError, Extra, Field, spki_of_der};
use xmpptls::limits::{CERTIFICATE_BYTES, CERTIFICATE_EXTENSIONS, CERTIFICATE_NAMES, CHAIN_CERTIFICATES};
use xmpptls::name::Service;
use xmpptls::proof::pkix::{PkixFailure, SkipReason, TrustAnchors};

const DOMAIN: &str = "im.example.com";

fn kat_question<'a>(domain: &str) -> Question<'a> {
    Question { time: NOW, ..s2s(domain) }
}

#[test]
fn sec_04_no_mutation_of_a_certificate_proves_any_name() {
    let good = kat_1();
    let anchors = TrustAnchors::from_der([&*good]);
    let whole = Chain::parse([&*good]).unwrap();
    assert!(kat_question(DOMAIN).ask_chain(&whole, &anchors).is_ok());
    assert!(kat_question("a.im.example.com").ask_chain(&whole, &anchors).is_ok());
    assert!(kat_question("evil.example").ask_chain(&whole, &anchors).is_err());
    let mut readable = 0;
    for place in 0..good.len() {
        let original = good[place];
        let flips = (0..8).map(|bit| original ^ (1 << bit));
        for byte in flips.chain([0x00, 0xff, b'*', b'.']).filter(|byte| *byte != original) {
            let mut bad = good.clone();
            bad[place] = byte;
            let Ok(chain) = Chain::parse([&*bad]) else { continue };
            readable += 1;
            let presented = chain.leaf().names().dns.iter().map(|name| name.text.to_string());
            for domain in presented.chain([DOMAIN.into(), "jm.example.com".into(), "evil.example".into()]) {
                let Ok(domain) = xmpptls::name::Domain::parse(&domain) else { continue };
                let result = kat_question(domain.as_ascii()).ask_chain(&chain, &anchors);
                assert!(result.is_err_and(|reasons| !reasons.is_empty()), "{place}: {byte:02x}, {domain}");
            }
        }
    }
    assert!(readable > 1000, "{readable}");
}

#[test]
fn sec_04_a_certificate_cut_anywhere_is_malformed() {
    let good = kat_1();
    for end in 0..good.len() {
        assert!(matches!(Certificate::parse(&good[..end]), Err(CertificateError::Malformed { .. })), "{end}");
        assert!(spki_of_der(&good[..end]).is_err(), "{end}");
    }
}

#[test]
fn sec_04_bytes_behind_the_certificate_are_malformed() {
    let malformed = |field| Err(CertificateError::Malformed { field });
    let longer = [kat_1(), vec![0]].concat();
    assert_eq!(Certificate::parse(&longer), malformed(Field::Certificate));
    let twice = [kat_1(), kat_1()].concat();
    assert_eq!(Certificate::parse(&twice), malformed(Field::Certificate));
    assert_eq!(
        spki_of_der(&twice).map(<[u8]>::len),
        Err(CertificateError::Malformed { field: Field::Certificate })
    );
}

#[test]
fn sec_04_indefinite_and_long_lengths_are_malformed() {
    let good = kat_1();
    let mut indefinite = good.clone();
    indefinite.splice(1..4, [0x80]);
    indefinite.extend([0, 0]);
    let mut long = good.clone();
    long.splice(1..4, [0x83, 0x00, 0x02, 0x29]);
    for bad in [indefinite, long] {
        assert!(matches!(Certificate::parse(&bad), Err(CertificateError::Malformed { .. })));
    }
    assert!(Certificate::parse(&good).is_ok());
}

#[test]
fn sec_04_an_extension_that_stands_twice_is_malformed() {
    let twice = leaf().dns(DOMAIN).extension("2.5.29.17", false, sequence([tlv(0x82, "evil.example")]));
    let error = Certificate::parse(&twice.self_signed().der).unwrap_err();
    assert!(matches!(error, CertificateError::DuplicateExtension { oid } if oid == "2.5.29.17"));
    let unknown = || leaf().extension("1.3.6.1.4.1.99999.1", false, tlv(0x05, []));
    assert!(Certificate::parse(&unknown().self_signed().der).is_ok());
    let twice = unknown().extension("1.3.6.1.4.1.99999.1", false, tlv(0x05, []));
    assert!(matches!(
        Certificate::parse(&twice.self_signed().der),
        Err(CertificateError::DuplicateExtension { .. })
    ));
}

#[test]
fn a_leaf_that_cannot_be_read_is_no_chain_and_a_broken_extra_is_kept() {
    let bad = b"\x30\x00";
    let good = kat_1();
    let field = Field::TbsCertificate;
    let error = ChainError::Leaf(CertificateError::Malformed { field });
    assert_eq!(Chain::parse([&bad[..], &good]), Err(error));
    assert_eq!(Chain::parse(std::iter::empty()), Err(ChainError::Empty));
    let chain = Chain::parse([&*good, bad, &*good]).unwrap();
    assert_eq!((chain.others().count(), chain.iter().count(), chain.extras().len()), (1, 2, 2));
    assert!(matches!(&chain.extras()[0], Extra::Unreadable { der, .. } if **der == *bad));
}

#[test]
fn version_1_certificates_are_read_though_no_path_takes_them() {
    let issued = leaf().version_1().self_signed();
    let certificate = Certificate::parse(&issued.der).unwrap();
    assert_eq!(certificate.version(), 1);
    assert!(!certificate.names().is_present());
    assert_eq!(spki_of_der(&issued.der).unwrap(), certificate.spki());
}

#[test]
fn sec_01_names_are_read_up_to_the_limit() {
    let many = |count: usize| {
        let recipe = (0..count).fold(leaf(), |recipe, index| recipe.dns(&format!("{index:x}.example")));
        Certificate::parse(&recipe.self_signed().der)
    };
    assert_eq!(many(CERTIFICATE_NAMES).unwrap().names().dns.len(), CERTIFICATE_NAMES);
    assert_eq!(many(CERTIFICATE_NAMES + 1), Err(CertificateError::TooManyNames));
}

#[test]
fn sec_01_extensions_are_read_up_to_the_limit() {
    let own = 3; // basicConstraints, keyUsage, extKeyUsage
    let many = |count: usize| {
        let recipe = (own..count).fold(leaf(), |recipe, index| {
            recipe.extension(&format!("1.3.6.1.4.1.99999.{index}"), true, tlv(0x05, []))
        });
        Certificate::parse(&recipe.self_signed().der)
    };
    let most = many(CERTIFICATE_EXTENSIONS).unwrap();
    assert_eq!(most.critical_unknown().len(), CERTIFICATE_EXTENSIONS - own);
    assert_eq!(many(CERTIFICATE_EXTENSIONS + 1), Err(CertificateError::TooManyExtensions));
}

#[test]
fn sec_01_certificates_are_read_up_to_the_limit() {
    let padded = |bytes: usize| {
        let base = leaf().serial(&[1]).key_kind(KeyKind::Ed25519);
        base.extension("1.3.6.1.4.1.99999.1", false, vec![0; bytes]).self_signed().der
    };
    // the same lengths of lengths on both sides of the limit
    let overhead = padded(CERTIFICATE_BYTES - 1000).len() - (CERTIFICATE_BYTES - 1000);
    let fitting = padded(CERTIFICATE_BYTES - overhead);
    assert_eq!(fitting.len(), CERTIFICATE_BYTES);
    assert!(Certificate::parse(&fitting).is_ok() && spki_of_der(&fitting).is_ok());
    let larger = padded(CERTIFICATE_BYTES - overhead + 1);
    assert_eq!(Certificate::parse(&larger), Err(CertificateError::TooLarge));
    assert_eq!(spki_of_der(&larger), Err(CertificateError::TooLarge));
}

#[test]
fn sec_01_chains_are_read_up_to_the_limit() {
    let der = kat_1();
    let chain = |count| Chain::parse(std::iter::repeat_n(&*der, count)).map(|chain| chain.iter().count());
    assert_eq!(chain(CHAIN_CERTIFICATES), Ok(CHAIN_CERTIFICATES));
    assert_eq!(chain(CHAIN_CERTIFICATES + 1), Err(ChainError::TooLong));
    assert_eq!(chain(100), Err(ChainError::TooLong));
}

/// As many authorities as fit behind a leaf, all with one name, each issued by the one before.
fn ring() -> Vec<Issued> {
    let first = authority("Same").self_signed();
    let mut ring = vec![first];
    while ring.len() < CHAIN_CERTIFICATES - 1 {
        let next = authority("Same").serial(&[ring.len() as u8]).signed_by(ring.last().unwrap());
        ring.push(next);
    }
    ring
}

#[test]
fn atk_id_19_issuers_of_one_name_end_in_a_reason() {
    let ring = ring();
    let server = leaf().dns(DOMAIN).signed_by(ring.last().unwrap());
    let chain: Vec<_> = std::iter::once(&server).chain(&ring).collect();
    assert_eq!(s2s(DOMAIN).reasons(&chain, &[&root()]), ["untrusted_ca"]);
    let stranger = authority("Same").self_signed();
    let reasons = s2s(DOMAIN).reasons(&chain, &[&stranger]);
    assert!(["bad_signature", "chain_too_long"].contains(&reasons[0]), "{reasons:?}");
    let near = leaf().dns(DOMAIN).signed_by(&ring[2]);
    assert_eq!(s2s(DOMAIN).reasons(&[&near, &ring[2], &ring[1]], &[&ring[0]]), [""; 0]);
}

#[test]
fn atk_id_19_a_mesh_of_cross_signatures_ends_in_a_reason() {
    let (left, right) = (Arc::new(KeyKind::P256.generate()), Arc::new(KeyKind::P256.generate()));
    let a = authority("A").key(&left).self_signed();
    let b = authority("B").key(&right).self_signed();
    let mesh: Vec<_> = (0..CHAIN_CERTIFICATES as u8 - 1)
        .map(|index| match index % 4 {
            0 => authority("A").serial(&[index]).signed_by(&b),
            1 => authority("B").serial(&[index]).signed_by(&a),
            2 => authority("A").serial(&[index]).signed_by(&a),
            _ => authority("B").serial(&[index]).signed_by(&b),
        })
        .collect();
    let server = leaf().dns(DOMAIN).signed_by(&mesh[0]);
    let chain: Vec<_> = std::iter::once(&server).chain(&mesh).collect();
    assert_eq!(s2s(DOMAIN).reasons(&chain, &[&root()]), ["untrusted_ca"]);
    let stranger = authority("B").self_signed();
    let reasons = s2s(DOMAIN).reasons(&chain, &[&stranger]);
    assert!(["bad_signature", "chain_too_long"].contains(&reasons[0]), "{reasons:?}");
    assert_eq!(s2s(DOMAIN).reasons(&chain, &[&b]), [""; 0]);
}

#[test]
fn two_issuers_that_name_each_other_end_in_a_reason() {
    let (left, right) = (Arc::new(KeyKind::P256.generate()), Arc::new(KeyKind::P256.generate()));
    let a = authority("A").key(&left).signed_by(&authority("B").key(&right).self_signed());
    let b = authority("B").key(&right).signed_by(&a);
    let server = leaf().dns(DOMAIN).signed_by(&a);
    assert_eq!(s2s(DOMAIN).reasons(&[&server, &a, &b], &[&root()]), ["untrusted_ca"]);
}

#[test]
fn sec_01_many_names_under_many_constraints_end_in_a_reason() {
    let subtrees: Vec<_> = (0..1000).map(|index| tlv(0x82, format!("{index:x}.excluded.example"))).collect();
    let ca = root();
    let issuer = authority("Constrained").constraints(&[], &subtrees).signed_by(&ca);
    let few = leaf().dns(DOMAIN).signed_by(&issuer);
    assert_eq!(s2s(DOMAIN).reasons(&[&few, &issuer], &[&ca]), [""; 0]);
    let many = (0..999).fold(leaf().dns(DOMAIN), |recipe, index| recipe.dns(&format!("{index:x}.example")));
    assert_eq!(s2s(DOMAIN).reasons(&[&many.signed_by(&issuer), &issuer], &[&ca]), ["chain_too_long"]);
}

#[test]
fn sec_01_as_many_faults_as_a_chain_can_have_are_told_each_once() {
    const EXTENSIONS: usize = CERTIFICATE_EXTENSIONS - 4; // those that the leaf has of its own
    let many = |recipe: Recipe| {
        (0..EXTENSIONS).fold(recipe, |recipe, index| {
            recipe.extension(&format!("1.3.{}", 1000 + index), true, Vec::new())
        })
    };
    let mut chain = vec![many(authority("0")).self_signed()];
    while chain.len() < CHAIN_CERTIFICATES - 1 {
        let next = many(authority(&chain.len().to_string())).signed_by(&chain[chain.len() - 1]);
        chain.push(next);
    }
    let server = many(leaf().dns(DOMAIN)).signed_by(&chain[chain.len() - 1]);
    let chain: Vec<_> = std::iter::once(&server).chain(chain.iter().rev()).collect();
    let reasons = s2s(DOMAIN).reasons(&chain, &[&root()]);
    let faults = reasons.iter().filter(|reason| **reason == "unsupported_critical_extension");
    assert_eq!(faults.count(), EXTENSIONS * CHAIN_CERTIFICATES, "each once");
    assert_eq!(reasons.last(), Some(&"untrusted_ca"));
}

#[test]
fn the_two_readers_must_agree_before_a_name_counts() {
    // a unique identifier is RFC 5280, and nothing that the path building reads
    let key = KeyKind::P256.generate();
    let ca = root();
    let algorithm = sequence([oid("1.2.840.10045.4.3.2")]);
    let names = sequence([oid("2.5.29.17"), tlv(0x04, sequence([tlv(0x82, DOMAIN)]))]);
    let tbs = sequence([
        tlv(0xa0, integer([2])),
        integer([1]),
        algorithm.clone(),
        name("Test Root"),
        sequence([time(NOW - 10), time(NOW + 10)]),
        name("leaf"),
        key.subject_public_key_info(),
        tlv(0x81, [0, 1]),
        tlv(0xa3, sequence([names])),
    ]);
    let signature = ca.key.sign(&tbs).unwrap();
    let der = sequence([tbs, algorithm, bits(signature)]);
    let certificate = Certificate::parse(&der).unwrap();
    let wanted = references(DOMAIN, Service::S2s);
    assert!(xmpptls::proof::names::matches(certificate.names(), &wanted).is_some());
    let anchors = TrustAnchors::from_der([&*ca.der]);
    let failures = s2s(DOMAIN).ask_chain(&Chain::parse([&*der]).unwrap(), &anchors).unwrap_err();
    let names: Vec<_> = failures.iter().map(PkixFailure::name).collect();
    assert_eq!(names, ["malformed_cert"]);
    let failures = s2s("other.example").ask_chain(&Chain::parse([&*der]).unwrap(), &anchors).unwrap_err();
    let names: Vec<_> = failures.iter().map(PkixFailure::name).collect();
    assert_eq!(names, ["name_mismatch", "malformed_cert"]);
}

#[test]
fn anchors_that_are_none_are_left_out_with_a_reason() {
    let ca = root();
    let set = TrustAnchors::from_der([&*ca.der, b"not DER", &vec![0; CERTIFICATE_BYTES + 1]]);
    assert_eq!(set.len(), 1);
    let skipped: Vec<_> = set.skipped().iter().map(|one| one.index).collect();
    assert_eq!(skipped, [1, 2]);
    assert_eq!(set.skipped()[1].reason, SkipReason::Unreadable(CertificateError::TooLarge));
    assert!(TrustAnchors::default().is_empty());
}

#[test]
fn anchors_are_read_from_pem_among_other_sections() {
    let (first, second) = (root(), authority("Second").self_signed());
    let key = support::ca::pem("PRIVATE KEY", &first.pkcs8());
    let text = format!("# comment\n{}\n{key}\n{}", first.pem(), second.pem());
    let set = TrustAnchors::from_pem(text.as_bytes());
    assert_eq!((set.len(), set.skipped().len()), (2, 0));
    let own = set.iter().next().unwrap();
    let found = set.certificate_of(own.subject_der(), own.spki()).unwrap();
    assert_eq!(found.der(), first.der);
    assert_eq!(set.certificate_of(own.spki(), own.subject_der()), None);
    let broken = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    let set = TrustAnchors::from_pem(format!("{}{broken}{}", first.pem(), second.pem()).as_bytes());
    assert_eq!(set.len(), 2);
    assert_eq!((set.skipped()[0].index, &set.skipped()[0].reason), (1, &SkipReason::NotPem));
    assert!(TrustAnchors::from_pem(b"no PEM at all").is_empty());
    let cut = first.pem();
    let cut = &cut[..cut.len() / 2];
    let set = TrustAnchors::from_pem(format!("{cut}\n{}", second.pem()).as_bytes());
    assert_eq!((set.len(), set.skipped().len()), (1, 1));
    assert_eq!(set.iter().next().unwrap().certificate().unwrap().der(), second.der);
    for label in ["TRUSTED CERTIFICATE", "X509 CERTIFICATE", "certificate"] {
        let other = support::ca::pem(label, &first.der);
        assert!(TrustAnchors::from_pem(other.as_bytes()).is_empty(), "{label}");
    }
}

#[test]
fn one_set_of_anchors_serves_many_questions_and_threads() {
    let ca = root();
    let set = TrustAnchors::from_der([&*ca.der]);
    let server = leaf().dns(DOMAIN).signed_by(&ca);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let set = set.clone();
            let server = &server;
            scope.spawn(move || assert!(s2s(DOMAIN).ask_of(&[server], &set).is_ok()));
        }
    });
}
