//! Verdicts, failed files and keys in OpenSSL's words.

mod support;

use support::ca::{
    CLIENT_AUTH, CODE_SIGNING, DAY, Issued, KeyKind, NOW, Recipe, SERVER_AUTH, authority, leaf,
    revocation_list, root,
};
use support::scene::{DOMAIN, chain, policy, s2s, tlsa};
use xmpptls::certificate::{Certificate, Chain};
use xmpptls::compat::{VerifyCode, certificate_key_type, chain_codes, credential_reason};
use xmpptls::limits::CHAIN_CERTIFICATES;
use xmpptls::policy::{Preset, Requirement};
use xmpptls::proof::pkix::{PkixFailure, RevocationList, RevocationLists, Which};
use xmpptls::tls::{CredentialError, PemText};
use xmpptls::verdict::{Level, Verdict};
use xmpptls::verification::{Presented, decide};

/// The verdict on a server that presents `chain` to an initiating server which trusts `ca`.
fn verdict(ca: &Issued, chain: &[&Issued]) -> Verdict {
    s2s(&[ca], chain).verdict()
}

fn code(ca: &Issued, chain: &[&Issued]) -> VerifyCode {
    VerifyCode::of_verdict(&verdict(ca, chain))
}

#[test]
fn the_code_is_0_for_an_authenticated_peer() {
    let ca = root();
    let good = verdict(&ca, &[&leaf().dns(DOMAIN).signed_by(&ca)]);
    assert_eq!(VerifyCode::of_verdict(&good), VerifyCode::Ok);
    assert_eq!(VerifyCode::Ok.number(), 0);
    assert_eq!(VerifyCode::all_of_verdict(&good), []);
}

#[test]
fn each_fault_of_a_certificate_has_openssls_number_and_text() {
    let ca = root();
    let middle = authority("Middle").signed_by(&ca);
    let revoked = leaf().dns(DOMAIN).signed_by(&ca);
    let list = revocation_list(&ca, &[&revoked.serial], NOW - DAY, Some(NOW + DAY));
    let lists = RevocationLists::new([RevocationList::parse(&list).unwrap()]).unwrap();
    let mut with_list = s2s(&[&ca], &[&revoked]);
    with_list.policy = policy(Preset::S2s2026, &[&ca], |builder| {
        builder.revocation_lists(lists).unwrap();
    });
    for (found, number, text) in [
        (code(&ca, &[&leaf().dns(DOMAIN).not_yet_valid().signed_by(&ca)]), 9, "certificate is not yet valid"),
        (code(&ca, &[&leaf().dns(DOMAIN).expired().signed_by(&ca)]), 10, "certificate has expired"),
        (code(&ca, &[&leaf().dns(DOMAIN).self_signed()]), 18, "self signed certificate"),
        (code(&ca, &[&leaf().dns(DOMAIN).signed_by(&middle)]), 20, "unable to get local issuer certificate"),
        (
            code(&ca, &[&leaf().dns(DOMAIN).broken_signature().signed_by(&ca)]),
            7,
            "certificate signature failure",
        ),
        (
            code(&ca, &[&leaf().dns(DOMAIN).purposes(&[CLIENT_AUTH]).signed_by(&ca)]),
            26,
            "unsupported certificate purpose",
        ),
        (code(&ca, &[&leaf().dns("other.example").signed_by(&ca)]), 62, "Hostname mismatch"),
        (VerifyCode::of_verdict(&with_list.verdict()), 23, "certificate revoked"),
    ] {
        assert_eq!((found.number(), found.text()), (number, text));
        assert_eq!(VerifyCode::from_number(number), Some(found));
    }
}

#[test]
fn a_chain_that_is_too_long_has_openssls_code_for_it() {
    let ca = root();
    let server = leaf().dns(DOMAIN).signed_by(&ca);
    assert_eq!(code(&ca, &[&server; CHAIN_CERTIFICATES]), VerifyCode::Ok);
    let error = Chain::parse(vec![&*server.der; CHAIN_CERTIFICATES + 1]).unwrap_err();
    let scene = s2s(&[&ca], &[&server]);
    let mut case = scene.case();
    case.presented = Presented::unreadable(&error);
    assert_eq!(VerifyCode::of_verdict(&decide(&case)).number(), 22);
}

#[test]
fn only_an_authenticated_peer_has_the_code_0() {
    let ca = root();
    let stranger = leaf().dns("other.example").self_signed();
    for requirement in Requirement::ALL {
        let mut scene = s2s(&[&ca], &[&stranger]);
        scene.policy = policy(Preset::S2sWithDialback2026, &[&ca], |builder| {
            builder.requirement(*requirement).unwrap();
        });
        let verdict = scene.verdict();
        assert_ne!(verdict.level(), Level::Authenticated);
        assert_ne!(VerifyCode::of_verdict(&verdict), VerifyCode::Ok, "{requirement}");
        assert_ne!(VerifyCode::all_of_verdict(&verdict), [], "{requirement}");
        scene.chain = None;
        assert_eq!(VerifyCode::of_verdict(&scene.verdict()), VerifyCode::ApplicationVerification);
    }
}

#[test]
fn a_dane_mismatch_has_openssls_code_for_it_and_a_match_has_0() {
    let ca = root();
    let own = leaf().dns(DOMAIN).self_signed();
    let other = leaf().dns(DOMAIN).self_signed();
    let wrong = s2s(&[&ca], &[&own]).with_tlsa(&[tlsa(3, 1, 1, &other)]).verdict();
    let code = VerifyCode::of_verdict(&wrong);
    assert_eq!((code.number(), code.text()), (65, "no matching DANE TLSA records"));
    let right = s2s(&[&ca], &[&own]).with_tlsa(&[tlsa(3, 1, 1, &own)]).verdict();
    assert_eq!(VerifyCode::of_verdict(&right), VerifyCode::Ok);
}

#[test]
fn a_chain_without_a_name_holds_for_servers_and_for_users_alike() {
    let ca = root();
    let trusting = policy(Preset::S2s2026, &[&ca], |_| {});
    let codes = |recipe: Recipe| chain_codes(&chain(&[&recipe.signed_by(&ca)]), &trusting, NOW);
    let user = || leaf().xmpp_addr("romeo@im.example.com").purposes(&[CLIENT_AUTH]);
    for good in [user(), leaf().dns(DOMAIN).purposes(&[SERVER_AUTH]), leaf().dns(DOMAIN).no_purposes()] {
        assert_eq!(codes(good), []);
    }
    assert_eq!(codes(user().purposes(&[CODE_SIGNING])), [(0, VerifyCode::InvalidPurpose)]);
    assert_eq!(codes(user().valid(NOW - 2 * DAY, NOW - DAY)), [(0, VerifyCode::CertHasExpired)]);
    let stranger = authority("Stranger").self_signed();
    let unknown = chain_codes(&chain(&[&user().signed_by(&stranger)]), &trusting, NOW);
    assert_eq!(unknown, [(0, VerifyCode::UnableToGetIssuerLocally)]);
}

#[test]
fn one_code_stands_for_all_and_the_list_names_the_depth() {
    let ca = root();
    let middle = authority("Middle").expired().signed_by(&ca);
    let own = leaf().dns("other.example").not_yet_valid().signed_by(&middle);
    let verdict = verdict(&ca, &[&own, &middle]);
    let all = VerifyCode::all_of_verdict(&verdict);
    assert!(all.contains(&(0, VerifyCode::CertNotYetValid)), "{all:?}");
    assert!(all.contains(&(1, VerifyCode::CertHasExpired)), "{all:?}");
    assert!(all.contains(&(0, VerifyCode::HostnameMismatch)), "{all:?}");
    assert_eq!(VerifyCode::of_verdict(&verdict), VerifyCode::CertHasExpired);
}

#[test]
fn both_spellings_of_a_text_are_there() {
    for (code, old, new) in [
        (VerifyCode::DepthZeroSelfSigned, "self signed certificate", "self-signed certificate"),
        (
            VerifyCode::SelfSignedInChain,
            "self signed certificate in certificate chain",
            "self-signed certificate in certificate chain",
        ),
        (VerifyCode::InvalidPurpose, "unsupported certificate purpose", "unsuitable certificate purpose"),
        (VerifyCode::CertHasExpired, "certificate has expired", "certificate has expired"),
    ] {
        assert_eq!((code.text(), code.text_of_openssl_3()), (old, new));
    }
    for code in VerifyCode::ALL {
        assert_eq!(VerifyCode::from_number(code.number()), Some(*code), "each number once");
        assert!(code.text().len() < 255, "the text can be an Erlang atom");
    }
}

#[test]
fn whose_fault_it_is_tells_the_issuers_codes_from_the_peers() {
    let extra = Which::Extra(0);
    for (failure, number) in [
        (PkixFailure::BadKeyUsage { which: Which::Leaf }, 39),
        (PkixFailure::BadKeyUsage { which: extra }, 32),
        (PkixFailure::WeakKey { which: Which::Leaf, bits: 1024 }, 66),
        (PkixFailure::WeakKey { which: extra, bits: 1024 }, 67),
        (PkixFailure::IssuerIsNoCa { which: extra }, 79),
        (PkixFailure::EndEntityIsCa, 37),
        (PkixFailure::ChainTooLong, 22),
        (PkixFailure::NameConstraint { name: None }, 47),
        (PkixFailure::RevocationUnknown, 3),
    ] {
        assert_eq!(VerifyCode::of_failure(&failure).number(), number, "{}", failure.name());
    }
}

#[test]
fn failed_files_have_the_reasons_that_admins_are_advised_by() {
    assert_eq!(credential_reason(CredentialError::NoCertificate), "no start line");
    assert_eq!(credential_reason(CredentialError::NoKey), "no start line");
    assert_eq!(credential_reason(CredentialError::KeyDoesNotMatch), "key values mismatch");
    assert_eq!(credential_reason(CredentialError::MalformedBlock(PemText::Key, 0)), "bad base64 decode");
}

#[test]
fn keys_have_the_names_of_their_kind() {
    let own = leaf().dns(DOMAIN).key_kind(KeyKind::P256).self_signed();
    let certificate = Certificate::parse(&own.der).unwrap();
    assert_eq!(certificate_key_type(&certificate.key().algorithm), "EC");
    let rsa = leaf().dns(DOMAIN).spki(support::ca::rsa_spki(2048)).signed_by(&root());
    assert_eq!(certificate_key_type(&Certificate::parse(&rsa.der).unwrap().key().algorithm), "RSA");
}
