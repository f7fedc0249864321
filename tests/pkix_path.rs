//! One certificate for each cause of refusal, beside its nearest accepted twin (RFC 5280 §6).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{
    CODE_SIGNING, CRL_SIGN, DAY, DIGITAL_SIGNATURE, Issued, KEY_CERT_SIGN, KeyKind, NOW, authority, leaf,
    root,
};
use support::der::{bits, integer, oid, sequence, tlv};
use support::parts::{curve_spki, rsa_spki};
use support::pkix::{Question, between, good, reasons, reasons_below, s2s};
use support::scene::DOMAIN;
use xmpptls::certificate::{Certificate, Chain};
use xmpptls::proof::pkix::{
    Anchor, CandidatePath, Malformation, PkixFailure, RevocationOutcome, TrustAnchors, Which,
};

#[test]
fn pki_16_a_path_to_an_anchor_proves_the_name() {
    let ca = root();
    let issuer = between().signed_by(&ca);
    let server = good().signed_by(&issuer);
    let path = s2s(DOMAIN).ask(&[&server, &issuer], &[&ca]).unwrap();
    assert_eq!(path.name.unwrap().presented.text, DOMAIN);
    let path_der: Vec<_> = path.certificates.iter().map(|one| one.der()).collect();
    assert_eq!(path_der, [&server.der, &issuer.der]);
    assert_eq!(path.anchor.certificate().unwrap().der(), ca.der);
    assert_eq!(path.revocation, RevocationOutcome::NotChecked);
    assert!(!path.client_auth_only);
}

#[test]
fn keys_and_signatures_of_all_good_kinds_are_accepted() {
    for kind in [KeyKind::P256, KeyKind::P384, KeyKind::Ed25519, KeyKind::Rsa2048] {
        let ca = authority("Root").key_kind(kind).self_signed();
        let server = good().key_kind(kind).signed_by(&ca);
        assert_eq!(s2s(DOMAIN).reasons(&[&server], &[&ca]), [""; 0]);
    }
}

#[test]
fn atk_id_04_a_self_signed_certificate_says_so() {
    let server = good().self_signed();
    assert_eq!(s2s(DOMAIN).reasons(&[&server], &[&root()]), ["self_signed"]);
    assert_eq!(s2s(DOMAIN).reasons(&[&server], &[]), ["self_signed"]);
    assert_eq!(s2s(DOMAIN).reasons(&[&server], &[&server]), [""; 0]);
}

#[test]
fn atk_id_18_an_unknown_issuer_is_named() {
    let stranger = authority("Stranger").self_signed();
    let issuer = between().signed_by(&stranger);
    let server = good().signed_by(&issuer);
    for chain in [&[&server][..], &[&server, &issuer], &[&server, &issuer, &stranger]] {
        let failures = s2s(DOMAIN).ask(chain, &[&root()]).unwrap_err();
        let [PkixFailure::UntrustedCa { issuer }] = &*failures else { panic!("{failures:?}") };
        let expected = if chain.len() == 1 { "Intermediate" } else { "Stranger" };
        assert_eq!(issuer[0].value, expected);
    }
    assert_eq!(s2s(DOMAIN).reasons(&[&server, &issuer], &[&stranger]), [""; 0]);
}

#[test]
fn atk_id_18_order_and_strangers_in_the_chain_do_not_matter() {
    let ca = root();
    let upper = authority("Upper").signed_by(&ca);
    let lower = authority("Lower").signed_by(&upper);
    let server = good().signed_by(&lower);
    let stranger = authority("Stranger").self_signed();
    assert_eq!(s2s(DOMAIN).reasons(&[&server, &stranger, &upper, &server, &ca, &lower], &[&ca]), [""; 0]);
    assert_eq!(s2s(DOMAIN).reasons(&[&server, &upper], &[&ca]), ["untrusted_ca"]);
}

#[test]
fn atk_id_18_a_valid_path_is_found_beside_an_expired_one() {
    let (old, new) = (authority("Old").expired().self_signed(), authority("New").self_signed());
    let issuer = between().signed_by(&new);
    let crossed = between().key(&issuer.key).signed_by(&old);
    let server = good().signed_by(&issuer);
    assert_eq!(s2s(DOMAIN).reasons(&[&server, &crossed, &issuer], &[&old, &new]), [""; 0]);
    let only_old = s2s(DOMAIN).ask(&[&server, &crossed], &[&old]).unwrap_err();
    assert!(matches!(*only_old, [PkixFailure::Expired { which: Which::Anchor, .. }]), "{only_old:?}");
}

#[test]
fn a_broken_extra_certificate_is_passed_over() {
    let ca = root();
    let issuer = between().signed_by(&ca);
    let server = good().signed_by(&issuer);
    let anchors = TrustAnchors::from_der([&*ca.der]);
    let with_both = Chain::parse([&*server.der, b"not DER", &*issuer.der]).unwrap();
    assert!(s2s(DOMAIN).ask_chain(&with_both, &anchors).is_ok());
    let without = Chain::parse([&*server.der, b"not DER"]).unwrap();
    let failures = s2s(DOMAIN).ask_chain(&without, &anchors).unwrap_err();
    let names: Vec<_> = failures.iter().map(PkixFailure::name).collect();
    assert_eq!(names, ["untrusted_ca", "malformed_cert"]);
}

#[test]
fn pki_26_both_ends_of_the_validity_are_inside() {
    let ca = root();
    let server = good().valid(NOW - 10, NOW + 10).signed_by(&ca);
    let at = |time| Question { time, ..s2s(DOMAIN) }.ask(&[&server], &[&ca]);
    assert!(at(NOW - 10).is_ok() && at(NOW + 10).is_ok());
    let late = at(NOW + 11).unwrap_err();
    assert_eq!(late, [PkixFailure::Expired { not_after: NOW + 10, which: Which::Leaf }]);
    let early = at(NOW - 11).unwrap_err();
    assert_eq!(early, [PkixFailure::NotYetValid { not_before: NOW - 10, which: Which::Leaf }]);
}

#[test]
fn atk_id_17_odd_clocks_and_odd_dates_end_in_a_reason() {
    let ca = root();
    let server = good().signed_by(&ca);
    for (time, reason) in [
        (0, "not_yet_valid"),
        (-1, "not_yet_valid"),
        (i64::MIN, "not_yet_valid"),
        (4_294_967_296, "expired"),
        (i64::MAX, "expired"),
    ] {
        let reasons = Question { time, ..s2s(DOMAIN) }.reasons(&[&server], &[&ca]);
        assert!(reasons.contains(&reason), "{time}: {reasons:?}");
    }
    assert_eq!(reasons(good().valid(NOW - DAY, 253_402_300_799)), [""; 0]);
    assert_eq!(reasons(good().valid(NOW + 2, NOW - 2)), ["malformed_cert", "expired", "not_yet_valid"]);
}

#[test]
fn pki_26_dates_of_issuers_count_too() {
    assert_eq!(reasons_below(between()), [""; 0]);
    assert_eq!(reasons_below(between().expired()), ["expired"]);
    assert_eq!(reasons_below(between().not_yet_valid()), ["not_yet_valid"]);
}

#[test]
fn pki_29_the_earliest_expiry_of_the_path_is_told() {
    let ca = root();
    let issuer = between().valid(NOW - DAY, NOW + 5).signed_by(&ca);
    let server = good().signed_by(&issuer);
    assert_eq!(s2s(DOMAIN).ask(&[&server, &issuer], &[&ca]).unwrap().earliest_expiry, NOW + 5);
}

#[test]
fn all_reasons_are_found_at_once() {
    let server = leaf().dns("other.example").expired().purposes(&[CODE_SIGNING]).spki(rsa_spki(1024));
    let stranger = authority("Stranger").self_signed();
    let server = server.signed_by(&stranger);
    assert_eq!(
        s2s(DOMAIN).reasons(&[&server], &[&root()]),
        ["name_mismatch", "expired", "bad_eku", "weak_key", "untrusted_ca"]
    );
    assert_eq!(
        s2s(DOMAIN).reasons(&[&server], &[&stranger]),
        ["name_mismatch", "expired", "bad_eku", "weak_key"]
    );
}

#[test]
fn a_wrong_signature_is_found_behind_an_expired_date() {
    assert_eq!(reasons(good().broken_signature()), ["bad_signature"]);
    assert_eq!(reasons(good().broken_signature().expired()), ["expired", "bad_signature"]);
    assert_eq!(reasons_below(between().broken_signature()), ["bad_signature"]);
}

#[test]
fn a_stranger_with_the_name_of_an_anchor_is_no_anchor() {
    let (ca, stranger) = (root(), root());
    assert_eq!(s2s(DOMAIN).reasons(&[&good().signed_by(&stranger)], &[&ca]), ["bad_signature"]);
    assert_eq!(s2s(DOMAIN).reasons(&[&good().signed_by(&ca)], &[&stranger, &ca]), [""; 0]);
}

#[test]
fn pki_17_atk_id_05_authorities_and_peers_are_told_apart() {
    assert_eq!(reasons(good().ca(true)), ["ee_is_ca"]);
    assert_eq!(reasons(good().ca(false)), [""; 0]);
    assert_eq!(reasons(good().no_basic_constraints()), [""; 0]);
    assert_eq!(reasons_below(between().ca(false)), ["issuer_is_no_ca"]);
    assert_eq!(reasons_below(between().no_basic_constraints()), ["issuer_is_no_ca"]);
    let server = good().ca(true).self_signed();
    assert_eq!(s2s(DOMAIN).reasons(&[&server], &[&root()]), ["ee_is_ca", "self_signed"]);
    let ca = root();
    let peer = good().signed_by(&ca);
    let below = good().signed_by(&peer);
    let failures = s2s(DOMAIN).ask(&[&below, &peer], &[&ca]).unwrap_err();
    assert!(failures.contains(&PkixFailure::IssuerIsNoCa { which: Which::Extra(0) }), "{failures:?}");
}

#[test]
fn atk_id_05_a_trusted_peer_is_trusted_as_itself_and_issues_nothing() {
    let peer = good().self_signed();
    assert_eq!(s2s(DOMAIN).reasons(&[&peer], &[&peer]), [""; 0]);
    let below = good().signed_by(&peer);
    assert_eq!(s2s(DOMAIN).reasons(&[&below], &[&peer]), ["issuer_is_no_ca", "bad_key_usage"]);
    let silent = authority("Silent").no_basic_constraints().self_signed();
    assert_eq!(s2s(DOMAIN).reasons(&[&good().signed_by(&silent)], &[&silent]), ["issuer_is_no_ca"]);
    let no_signer = authority("No Signer").key_usage(CRL_SIGN).self_signed();
    assert_eq!(s2s(DOMAIN).reasons(&[&good().signed_by(&no_signer)], &[&no_signer]), ["bad_key_usage"]);
}

#[test]
fn pki_18_an_empty_subject_is_fine_and_issuers_need_key_cert_sign_if_anything() {
    assert_eq!(reasons(good().subject("")), [""; 0]);
    assert_eq!(reasons_below(between().key_usage(KEY_CERT_SIGN | CRL_SIGN)), [""; 0]);
    assert_eq!(reasons_below(between().no_key_usage()), [""; 0]);
    assert_eq!(reasons_below(between().key_usage(CRL_SIGN | DIGITAL_SIGNATURE)), ["bad_key_usage"]);
}

#[test]
fn pki_02_no_reference_identity_proves_no_server() {
    let ca = root();
    let question = Question { references: Vec::new(), ..s2s(DOMAIN) };
    assert_eq!(question.reasons(&[&good().signed_by(&ca)], &[&ca]), ["name_mismatch"]);
}

#[test]
fn par_10_keys_below_the_floor_are_weak() {
    assert_eq!(reasons(good().spki(rsa_spki(1024))), ["weak_key"]);
    assert_eq!(reasons(good().spki(rsa_spki(2040))), ["weak_key"]);
    assert_eq!(reasons(good().spki(rsa_spki(2048))), [""; 0]);
    assert_eq!(reasons(good().spki(rsa_spki(8192))), [""; 0]);
    assert_eq!(reasons(good().spki(rsa_spki(8200))), ["malformed_cert"]);
    assert_eq!(reasons(good().spki(curve_spki("1.2.840.10045.3.1.1", 24))), ["weak_key"]);
    assert_eq!(reasons(good().spki(curve_spki("1.3.132.0.33", 28))), [""; 0]);
    let reasons = reasons_below(between().spki(rsa_spki(1024)));
    assert!(reasons.contains(&"weak_key"), "{reasons:?}");
}

#[test]
fn par_11_sha_1_and_md5_sign_nothing_but_anchors() {
    let identifier = |dotted| sequence([oid(dotted), tlv(0x05, [])]);
    let md5 = || identifier("1.2.840.113549.1.1.4");
    assert_eq!(reasons(good().sha1()), ["weak_signature"]);
    assert_eq!(reasons(good().algorithm(md5())), ["weak_signature"]);
    assert_eq!(reasons_below(between().sha1()), ["weak_signature"]);
    let ca = authority("Old Root").sha1().self_signed();
    assert_eq!(s2s(DOMAIN).reasons(&[&good().signed_by(&ca)], &[&ca]), [""; 0]);
}

#[test]
fn atk_id_20_an_unsupported_signature_algorithm_is_named() {
    let ca = root();
    let odd = sequence([oid("1.2.643.7.1.1.3.2")]);
    let failures = s2s(DOMAIN).ask(&[&good().algorithm(odd).signed_by(&ca)], &[&ca]).unwrap_err();
    let algorithm = "1.2.643.7.1.1.3.2".into();
    assert_eq!(failures, [PkixFailure::UnsupportedSignature { which: Some(Which::Leaf), algorithm }]);
    let ed448 = sequence([oid("1.3.101.113")]);
    assert_eq!(reasons(good().algorithm(ed448)), ["unsupported_signature"]);
}

#[test]
fn critical_extensions_that_are_not_processed_are_refused() {
    let value = tlv(0x05, []);
    assert_eq!(reasons(good().extension("1.3.6.1.4.1.99999.1", false, value.clone())), [""; 0]);
    let critical = good().extension("1.3.6.1.4.1.99999.1", true, value);
    assert_eq!(reasons(critical), ["unsupported_critical_extension"]);
    let policies = sequence([sequence([oid("1.3.6.1.4.1.99999.2")])]);
    assert_eq!(reasons(good().extension("2.5.29.32", false, policies.clone())), [""; 0]);
    let critical = good().extension("2.5.29.32", true, policies.clone());
    assert_eq!(reasons(critical), ["unsupported_critical_extension"]);
    assert_eq!(
        reasons_below(between().extension("2.5.29.32", true, policies)),
        ["unsupported_critical_extension"]
    );
}

#[test]
fn version_1_and_broken_extensions_are_malformed_for_a_path() {
    let ca = root();
    let failures = s2s(DOMAIN).ask(&[&good().version_1().signed_by(&ca)], &[&ca]).unwrap_err();
    let problem = Malformation::Version(1);
    assert!(failures.contains(&PkixFailure::MalformedCertificate { which: Which::Leaf, problem }));
    let not_a_list = leaf().extension("2.5.29.17", false, tlv(0x0c, "im.example.com"));
    assert_eq!(reasons(not_a_list), ["no_identifiers", "malformed_cert"]);
    let unique_id = leaf().dns(DOMAIN).extension("2.5.29.19", true, tlv(0x05, []));
    assert_eq!(reasons(unique_id.no_basic_constraints()), ["malformed_cert"]);
}

#[test]
fn pki_18_odd_serial_numbers_are_read_and_accepted() {
    for serial in [&[0x00][..], &[0xff, 0x21], &[0x7f; 28], &[0x01; 100]] {
        assert_eq!(reasons(good().serial(serial)), [""; 0], "{serial:?}");
    }
}

#[test]
fn path_lengths_end_where_an_issuer_says() {
    let ca = root();
    let upper = |len| authority("Upper").path_len(len).signed_by(&ca);
    let asked = |upper: &Issued| {
        let lower = authority("Lower").signed_by(upper);
        s2s(DOMAIN).reasons(&[&good().signed_by(&lower), &lower, upper], &[&ca])
    };
    assert_eq!(asked(&upper(1)), [""; 0]);
    assert_eq!(asked(&upper(0)), ["chain_too_long"]);
}

#[test]
fn pki_27_dane_pkix_a_path_is_found_that_the_caller_accepts() {
    let (first, second) = (authority("First").self_signed(), authority("Second").self_signed());
    let issuer = between().signed_by(&first);
    let crossed = between().key(&issuer.key).signed_by(&second);
    let server = good().signed_by(&issuer);
    let chain = [&server, &issuer, &crossed];
    for wanted in [&first, &second] {
        let is_wanted = |path: &CandidatePath<'_>| path.anchor.certificate().unwrap().der() == wanted.der;
        let question = Question { accept_path: Some(&is_wanted), ..s2s(DOMAIN) };
        let path = question.ask(&chain, &[&first, &second]).unwrap();
        assert_eq!(path.anchor.certificate().unwrap().der(), wanted.der);
    }
    let none = |_: &CandidatePath<'_>| false;
    let question = Question { accept_path: Some(&none), ..s2s(DOMAIN) };
    assert_eq!(question.reasons(&chain, &[&first, &second]), ["path_not_accepted"]);
}

#[test]
fn an_anchor_can_be_a_key_without_a_certificate() {
    let hidden = root();
    let issuer = between().signed_by(&hidden);
    let server = good().signed_by(&issuer);
    let certificate = Certificate::parse(&hidden.der).unwrap();
    let chain = Chain::parse([&*server.der, &*issuer.der]).unwrap();
    let top = chain.others().last().unwrap();
    let anchor = Anchor::from_key(top.issuer_der(), certificate.spki()).unwrap();
    let path = s2s(DOMAIN).ask_chain(&chain, &TrustAnchors::new([anchor])).unwrap();
    assert_eq!(path.anchor.certificate(), None);
    assert_eq!(path.anchor.spki(), certificate.spki());
    let other = Certificate::parse(&root().der).unwrap();
    let anchor = Anchor::from_key(top.issuer_der(), other.spki()).unwrap();
    let failures = s2s(DOMAIN).ask_chain(&chain, &TrustAnchors::new([anchor])).unwrap_err();
    assert_eq!(failures, [PkixFailure::BadSignature]);
    assert!(Anchor::from_key(b"no name", certificate.spki()).is_err());
}

#[test]
fn an_intermediate_can_be_the_anchor() {
    let issuer = between().signed_by(&root());
    let server = good().signed_by(&issuer);
    assert_eq!(s2s(DOMAIN).reasons(&[&server, &issuer], &[&issuer]), [""; 0]);
    assert_eq!(s2s(DOMAIN).reasons(&[&server], &[&issuer]), [""; 0]);
}

#[test]
fn a_version_1_root_is_an_anchor() {
    let ca = authority("Old Root").version_1().self_signed();
    assert_eq!(s2s(DOMAIN).reasons(&[&good().signed_by(&ca)], &[&ca]), [""; 0]);
}

#[test]
fn reasons_come_in_one_order() {
    let server = leaf().dns("other.example").expired().ca(true).sha1().self_signed();
    let first = s2s(DOMAIN).ask(&[&server], &[&root()]).unwrap_err();
    for _ in 0..10 {
        assert_eq!(s2s(DOMAIN).ask(&[&server], &[&root()]).unwrap_err(), first);
    }
    let names: Vec<_> = first.iter().map(PkixFailure::name).collect();
    assert_eq!(names, ["name_mismatch", "expired", "ee_is_ca", "weak_signature", "self_signed"]);
}

#[test]
fn explicit_curve_parameters_are_read_and_not_weak_by_their_name() {
    let parameters = sequence([integer([1]), sequence([oid("1.2.840.10045.1.1"), integer([1])])]);
    let algorithm = sequence([oid("1.2.840.10045.2.1"), parameters]);
    let point = [vec![0x04], vec![0x11; 64]].concat();
    assert_eq!(reasons(good().spki(sequence([algorithm, bits(point)]))), [""; 0]);
}
