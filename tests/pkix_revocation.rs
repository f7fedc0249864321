//! Revocation lists and must-staple (RFC 5280 §5, RFC 7633, PKI-23).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{DAY, Issued, NOW, authority, leaf, pem, root};
use support::parts::revocation_list;
use support::pkix::{Question, s2s};
use xmpptls::limits::{REVOCATION_LIST_BYTES, REVOCATION_LISTS};
use xmpptls::policy::Revocation::{self, Off, RefuseRevoked, RequireKnown};
use xmpptls::proof::pkix::{
    PkixFailure, RevocationList, RevocationListError, RevocationLists, RevocationOutcome, Staple, Which,
};

const DOMAIN: &str = "im.example.com";

fn lists(ders: &[Vec<u8>]) -> RevocationLists {
    RevocationLists::new(ders.iter().map(|der| RevocationList::parse(der).unwrap())).unwrap()
}

fn current(issuer: &Issued, revoked: &[&[u8]]) -> Vec<u8> {
    revocation_list(issuer, revoked, NOW - DAY, Some(NOW + DAY))
}

fn question<'a>(revocation: Revocation, ders: &[Vec<u8>]) -> Question<'a> {
    Question { revocation, lists: lists(ders), ..s2s(DOMAIN) }
}

fn pair() -> (Issued, Issued) {
    let ca = root();
    let server = leaf().dns(DOMAIN).serial(&[0x51, 0x52]).signed_by(&ca);
    (ca, server)
}

#[test]
fn pki_23_atk_id_22_a_revoked_certificate_is_refused() {
    let (ca, server) = pair();
    let list = current(&ca, &[&[0x07], &[0x51, 0x52]]);
    for demand in [RefuseRevoked, RequireKnown] {
        let failures = question(demand, std::slice::from_ref(&list)).ask(&[&server], &[&ca]).unwrap_err();
        let serial = [0x51, 0x52].into();
        assert_eq!(failures, [PkixFailure::Revoked { which: Which::Leaf, serial }], "{demand:?}");
    }
    let path = question(Off, &[list]).ask(&[&server], &[&ca]).unwrap();
    assert_eq!(path.revocation, RevocationOutcome::NotChecked);
}

#[test]
fn pki_23_a_certificate_that_is_not_on_the_list_is_known_good() {
    let (ca, server) = pair();
    for demand in [RefuseRevoked, RequireKnown] {
        let path = question(demand, &[current(&ca, &[&[0x07]])]).ask(&[&server], &[&ca]).unwrap();
        assert_eq!(path.revocation, RevocationOutcome::NotRevoked);
    }
}

#[test]
fn pki_23_what_silence_means_is_the_policys_choice() {
    let (ca, server) = pair();
    let stranger = authority("Stranger").self_signed();
    for silent in [Vec::new(), vec![current(&stranger, &[&[0x51, 0x52]])]] {
        let soft = question(RefuseRevoked, &silent).ask(&[&server], &[&ca]).unwrap();
        assert_eq!(soft.revocation, RevocationOutcome::Unknown);
        let hard = question(RequireKnown, &silent).ask(&[&server], &[&ca]).unwrap_err();
        assert_eq!(hard, [PkixFailure::RevocationUnknown]);
    }
}

#[test]
fn atk_id_22_an_old_list_clears_nothing_and_still_revokes() {
    let (ca, server) = pair();
    let old = |revoked: &[&[u8]]| revocation_list(&ca, revoked, NOW - 9 * DAY, Some(NOW - 2 * DAY));
    let soft = question(RefuseRevoked, &[old(&[])]).ask(&[&server], &[&ca]).unwrap();
    assert_eq!(soft.revocation, RevocationOutcome::Unknown);
    assert_eq!(question(RequireKnown, &[old(&[])]).reasons(&[&server], &[&ca]), ["revocation_unknown"]);
    assert_eq!(question(RefuseRevoked, &[old(&[&[0x51, 0x52]])]).reasons(&[&server], &[&ca]), ["revoked"]);
    let future = revocation_list(&ca, &[], NOW + DAY, Some(NOW + 2 * DAY));
    let soft = question(RefuseRevoked, &[future]).ask(&[&server], &[&ca]).unwrap();
    assert_eq!(soft.revocation, RevocationOutcome::Unknown);
}

#[test]
fn the_newest_list_of_an_issuer_decides_in_whatever_order_they_come() {
    let (ca, server) = pair();
    let older = revocation_list(&ca, &[], NOW - 3 * DAY, Some(NOW + DAY));
    let newer = revocation_list(&ca, &[&[0x51, 0x52]], NOW - DAY, Some(NOW + DAY));
    for order in [[older.clone(), newer.clone()], [newer, older]] {
        assert_eq!(question(RefuseRevoked, &order).reasons(&[&server], &[&ca]), ["revoked"]);
    }
}

#[test]
fn a_list_that_the_issuer_did_not_sign_says_nothing() {
    let (ca, server) = pair();
    let same_name = root();
    let forged = revocation_list(&same_name, &[&[0x51, 0x52]], NOW - 10, Some(NOW + DAY));
    let soft = question(RefuseRevoked, std::slice::from_ref(&forged)).ask(&[&server], &[&ca]).unwrap();
    assert_eq!(soft.revocation, RevocationOutcome::Unknown);
    assert_eq!(
        question(RequireKnown, std::slice::from_ref(&forged)).reasons(&[&server], &[&ca]),
        ["revocation_unknown"]
    );
    let real = current(&ca, &[&[0x51, 0x52]]);
    assert_eq!(question(RefuseRevoked, &[forged.clone(), real]).reasons(&[&server], &[&ca]), ["revoked"]);
    let clean = current(&ca, &[]);
    let path = question(RequireKnown, &[forged, clean]).ask(&[&server], &[&ca]).unwrap();
    assert_eq!(path.revocation, RevocationOutcome::NotRevoked);
}

#[test]
fn issuers_can_be_revoked_too() {
    let ca = root();
    let issuer = authority("Intermediate").serial(&[0x66]).signed_by(&ca);
    let server = leaf().dns(DOMAIN).signed_by(&issuer);
    let (of_root, of_issuer) = (current(&ca, &[&[0x66]]), current(&issuer, &[]));
    let failures = question(RefuseRevoked, std::slice::from_ref(&of_root)).ask(&[&server, &issuer], &[&ca]);
    let serial = [0x66].into();
    assert_eq!(failures.unwrap_err(), [PkixFailure::Revoked { which: Which::Extra(0), serial }]);
    let half = question(RequireKnown, std::slice::from_ref(&of_issuer));
    assert_eq!(half.reasons(&[&server, &issuer], &[&ca]), ["revocation_unknown"]);
    let both = question(RequireKnown, &[of_issuer, current(&ca, &[])]);
    assert_eq!(both.reasons(&[&server, &issuer], &[&ca]), [""; 0]);
}

#[test]
fn a_revoked_certificate_tells_its_other_faults_too() {
    let ca = root();
    let server = leaf().dns("other.example").expired().serial(&[0x51]).signed_by(&ca);
    let reasons = question(RefuseRevoked, &[current(&ca, &[&[0x51]])]).reasons(&[&server], &[&ca]);
    assert_eq!(reasons, ["name_mismatch", "expired", "revoked"]);
}

#[test]
fn pki_23_must_staple_without_a_staple_is_refused() {
    let ca = root();
    let demanding = leaf().dns(DOMAIN).must_staple().signed_by(&ca);
    let usual = leaf().dns(DOMAIN).signed_by(&ca);
    let asked = |server: &Issued, revocation, staple| {
        Question { revocation, staple, ..s2s(DOMAIN) }.reasons(&[server], &[&ca])
    };
    assert_eq!(asked(&demanding, RefuseRevoked, Staple::Absent), ["must_staple_missing"]);
    assert_eq!(asked(&demanding, RefuseRevoked, Staple::Unchecked), [""; 0]);
    assert_eq!(asked(&demanding, RefuseRevoked, Staple::NotApplicable), [""; 0]);
    assert_eq!(asked(&demanding, Off, Staple::Absent), [""; 0]);
    assert_eq!(asked(&usual, RefuseRevoked, Staple::Absent), [""; 0]);
}

#[test]
fn atk_id_22_what_is_no_list_is_an_error_when_it_is_read() {
    let ca = root();
    let good = current(&ca, &[&[0x07]]);
    assert!(RevocationList::parse(&good).is_ok());
    assert!(RevocationList::parse(pem("X509 CRL", &good).as_bytes()).is_ok());
    let error = |bytes: &[u8]| RevocationList::parse(bytes).unwrap_err();
    assert_eq!(error(b""), RevocationListError::Malformed);
    assert_eq!(error(b"-----BEGIN X509 CRL-----\nAAAA"), RevocationListError::Malformed);
    assert_eq!(error(&ca.der), RevocationListError::Malformed);
    assert_eq!(error(&[&good[..], &[0]].concat()), RevocationListError::Malformed);
    assert_eq!(error(&revocation_list(&ca, &[], NOW, None)), RevocationListError::NoNextUpdate);
    assert_eq!(error(&vec![0; REVOCATION_LIST_BYTES + 1]), RevocationListError::TooLarge);
    let two = format!("{}{}", pem("X509 CRL", &good), pem("X509 CRL", &good));
    assert_eq!(RevocationList::parse_all(two.as_bytes()).unwrap().len(), 2);
    assert_eq!(error(two.as_bytes()), RevocationListError::TooMany);
    let broken = format!("{two}{}", pem("X509 CRL", b"x"));
    assert_eq!(RevocationList::parse_all(broken.as_bytes()).unwrap_err(), RevocationListError::Malformed);
    for end in 0..good.len() {
        assert!(RevocationList::parse(&good[..end]).is_err(), "{end}");
    }
}

#[test]
fn atk_id_22_a_list_with_any_byte_changed_never_panics_and_clears_nothing() {
    let (ca, server) = pair();
    let good = current(&ca, &[&[0x51, 0x52]]);
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 0x01;
        if let Ok(list) = RevocationList::parse(&bad) {
            let lists = RevocationLists::new([list]).unwrap();
            let question = Question { revocation: RequireKnown, lists, ..s2s(DOMAIN) };
            assert!(question.ask(&[&server], &[&ca]).is_err(), "{place}");
        }
    }
}

#[test]
fn the_number_of_lists_is_limited() {
    let ca = root();
    let der = current(&ca, &[]);
    let many = |count| {
        RevocationLists::new((0..count).map(|_| RevocationList::parse(&der).unwrap())).map(|set| set.len())
    };
    assert_eq!(many(REVOCATION_LISTS), Ok(REVOCATION_LISTS));
    assert_eq!(many(REVOCATION_LISTS + 1), Err(RevocationListError::TooMany));
}
