//! What a set of trust anchors remembers decides nothing but whether a signature is computed again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{CLIENT_AUTH, DAY, Issued, NOW, authority, root};
use support::parts::revocation_list;
use support::pkix::{Question, between, good, s2s, user};
use support::scene::DOMAIN;
use xmpptls::policy::Revocation;
use xmpptls::proof::pkix::{CandidatePath, PkixFailure, RevocationList, RevocationLists, TrustAnchors};

/// A set of anchors that has proved a server twice.
struct Met {
    ca: Issued,
    issuer: Issued,
    server: Issued,
    anchors: TrustAnchors,
}

fn met() -> Met {
    let ca = root();
    let issuer = between().signed_by(&ca);
    let server = good().serial(&[0x51]).signed_by(&issuer);
    let anchors = TrustAnchors::from_der([&*ca.der]);
    let met = Met { ca, issuer, server, anchors };
    assert_eq!(met.reasons(&s2s(DOMAIN)), [""; 0]);
    assert_eq!(met.reasons(&s2s(DOMAIN)), [""; 0]);
    met
}

impl Met {
    fn reasons(&self, question: &Question<'_>) -> Vec<&'static str> {
        self.reasons_for(question, &[&self.server, &self.issuer])
    }

    fn reasons_for(&self, question: &Question<'_>, chain: &[&Issued]) -> Vec<&'static str> {
        match question.ask_of(chain, &self.anchors) {
            Ok(_) => Vec::new(),
            Err(failures) => failures.iter().map(PkixFailure::name).collect(),
        }
    }
}

/// The certificate with one bit of its signature changed.
fn altered(of: &Issued) -> Issued {
    let mut altered = of.clone();
    let at = of.der.len() - 1;
    altered.der[at] ^= 0x01;
    altered
}

#[test]
fn par_11_a_wrong_signature_is_refused_beside_the_right_one_that_is_known() {
    let met = met();
    for _ in 0..2 {
        let server = altered(&met.server);
        assert_eq!(met.reasons_for(&s2s(DOMAIN), &[&server, &met.issuer]), ["bad_signature"]);
        let issuer = altered(&met.issuer);
        assert_eq!(met.reasons_for(&s2s(DOMAIN), &[&met.server, &issuer]), ["bad_signature"]);
        assert_eq!(met.reasons(&s2s(DOMAIN)), [""; 0]);
    }
}

#[test]
fn atk_id_18_a_known_signature_is_none_of_another_key() {
    let met = met();
    let usurper = between().signed_by(&root());
    assert_eq!(met.reasons_for(&s2s(DOMAIN), &[&met.server, &usurper]), ["bad_signature"]);
    let namesake = between().signed_by(&met.ca);
    assert_eq!(met.reasons_for(&s2s(DOMAIN), &[&met.server, &namesake]), ["bad_signature"]);
    let other = good().serial(&[0x51]).signed_by(&namesake);
    assert_eq!(met.reasons_for(&s2s(DOMAIN), &[&other, &met.issuer]), ["bad_signature"]);
    assert_eq!(met.reasons_for(&s2s(DOMAIN), &[&other, &namesake]), [""; 0]);
}

#[test]
fn res_09_dates_names_and_purposes_are_asked_of_a_known_path() {
    let met = met();
    let at = |time| met.reasons(&Question { time, ..s2s(DOMAIN) });
    assert_eq!(at(NOW + 100 * 365 * DAY), ["expired", "expired"]);
    assert_eq!(at(0), ["not_yet_valid", "not_yet_valid"]);
    assert_eq!(met.reasons(&s2s("other.example")), ["name_mismatch"]);
    let refuse = |_: &CandidatePath<'_>| false;
    assert_eq!(met.reasons(&Question { accept_path: Some(&refuse), ..s2s(DOMAIN) }), ["path_not_accepted"]);
    let client = good().purposes(&[CLIENT_AUTH]).signed_by(&met.issuer);
    let chain = [&client, &met.issuer];
    for _ in 0..2 {
        assert_eq!(met.reasons_for(&user(), &chain), [""; 0]);
        assert_eq!(met.reasons_for(&s2s(DOMAIN), &chain), ["bad_eku"]);
    }
    assert_eq!(met.reasons(&s2s(DOMAIN)), [""; 0]);
}

#[test]
fn pki_23_revocation_is_asked_of_a_known_path() {
    let met = met();
    let lists = |serials: &[&[u8]]| {
        let ders = [
            revocation_list(&met.issuer, serials, NOW - DAY, Some(NOW + DAY)),
            revocation_list(&met.ca, &[], NOW - DAY, Some(NOW + DAY)),
        ];
        RevocationLists::new(ders.iter().map(|der| RevocationList::parse(der).unwrap())).unwrap()
    };
    let known = |lists| Question { revocation: Revocation::RequireKnown, lists, ..s2s(DOMAIN) };
    for _ in 0..2 {
        assert_eq!(met.reasons(&known(lists(&[&[0x52]]))), [""; 0]);
        assert_eq!(met.reasons(&known(lists(&[&[0x51]]))), ["revoked"]);
        assert_eq!(met.reasons(&known(RevocationLists::default())), ["revocation_unknown"]);
    }
}

#[test]
fn res_09_other_anchors_know_nothing_of_it() {
    let met = met();
    let others = TrustAnchors::from_der([&*authority("Other").self_signed().der]);
    let failures = s2s(DOMAIN).ask_of(&[&met.server, &met.issuer], &others).unwrap_err();
    assert!(matches!(*failures, [PkixFailure::UntrustedCa { .. }]), "{failures:?}");
    let namesake = TrustAnchors::from_der([&*root().der]);
    let failures = s2s(DOMAIN).ask_of(&[&met.server, &met.issuer], &namesake).unwrap_err();
    assert_eq!(failures, [PkixFailure::BadSignature]);
}
