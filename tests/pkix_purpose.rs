//! What keys and certificates are for, in both directions of s2s and for users (RFC 5280 §4.2.1.3, §4.2.1.12).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{
    ANY_PURPOSE, CLIENT_AUTH, CODE_SIGNING, DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, Recipe, SERVER_AUTH, leaf,
    root,
};
use support::pkix::{Question, between, good, reasons, reasons_below, s2s, user};
use support::scene::DOMAIN;
use xmpptls::certificate::KeyPurpose;
use xmpptls::proof::pkix::{PkixFailure, Purpose, Which};

#[test]
fn the_key_of_a_peer_must_be_for_signing_handshakes() {
    assert_eq!(reasons(good().key_usage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT)), [""; 0]);
    assert_eq!(reasons(good().no_key_usage()), [""; 0]);
    assert_eq!(reasons(good().key_usage(KEY_ENCIPHERMENT)), ["bad_key_usage"]);
}

#[test]
fn pki_19_pki_20_servers_need_server_auth_any_or_nothing() {
    assert_eq!(reasons(good().purposes(&[SERVER_AUTH])), [""; 0]);
    assert_eq!(reasons(good().purposes(&[SERVER_AUTH, CLIENT_AUTH])), [""; 0]);
    assert_eq!(reasons(good().purposes(&[CODE_SIGNING, ANY_PURPOSE])), [""; 0]);
    assert_eq!(reasons(good().no_purposes()), [""; 0]);
    assert_eq!(reasons(good().purposes(&[CLIENT_AUTH])), ["bad_eku"]);
    assert_eq!(reasons(good().purposes(&[CODE_SIGNING])), ["bad_eku"]);
    assert_eq!(reasons(good().purposes(&[])), ["bad_eku"]);
}

#[test]
fn pki_20_the_purposes_of_issuers_limit_what_they_issue() {
    assert_eq!(reasons_below(between().purposes(&[SERVER_AUTH])), [""; 0]);
    assert_eq!(reasons_below(between().purposes(&[ANY_PURPOSE])), [""; 0]);
    assert_eq!(reasons_below(between().purposes(&[CLIENT_AUTH])), ["bad_eku"]);
    assert_eq!(reasons_below(between().purposes(&[])), ["bad_eku"]);
}

#[test]
fn pki_21_client_auth_alone_proves_a_server_only_when_that_was_chosen() {
    let ca = root();
    let server = good().purposes(&[CLIENT_AUTH]).signed_by(&ca);
    let failures = s2s(DOMAIN).ask(&[&server], &[&ca]).unwrap_err();
    let purposes = vec![KeyPurpose::ClientAuth];
    assert_eq!(failures, [PkixFailure::BadExtendedKeyUsage { which: Which::Leaf, purposes }]);
    let relaxed = || Question { purpose: Purpose::ServerOrClientAuthOnly, ..s2s(DOMAIN) };
    assert!(relaxed().ask(&[&server], &[&ca]).unwrap().client_auth_only);
    let usual = good().signed_by(&ca);
    assert!(!relaxed().ask(&[&usual], &[&ca]).unwrap().client_auth_only);
    let code = good().purposes(&[CODE_SIGNING]).signed_by(&ca);
    assert_eq!(relaxed().reasons(&[&code], &[&ca]), ["bad_eku"]);
    let other = leaf().dns("other.example").purposes(&[CLIENT_AUTH]).signed_by(&ca);
    assert_eq!(relaxed().reasons(&[&other], &[&ca]), ["name_mismatch", "bad_eku"]);
}

#[test]
fn pki_22_users_need_client_auth_any_or_nothing() {
    let ca = root();
    let reasons = |recipe: Recipe| user().reasons(&[&recipe.signed_by(&ca)], &[&ca]);
    let romeo = || leaf().xmpp_addr("romeo@im.example.com");
    assert_eq!(reasons(romeo().purposes(&[CLIENT_AUTH])), [""; 0]);
    assert_eq!(reasons(romeo().purposes(&[ANY_PURPOSE])), [""; 0]);
    assert_eq!(reasons(romeo().no_purposes()), [""; 0]);
    assert_eq!(reasons(romeo().purposes(&[SERVER_AUTH])), ["bad_eku"]);
    assert_eq!(reasons(romeo().purposes(&[])), ["bad_eku"]);
    let path = user().ask(&[&romeo().purposes(&[CLIENT_AUTH]).signed_by(&ca)], &[&ca]).unwrap();
    assert_eq!(path.name, None);
}
