//! Credentials and where they are kept.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};

use super::support::*;
use crate::limits;
use crate::tls::*;

fn made() -> (KeyPair, String) {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = CertificateParams::new(["example.org".to_string()]).unwrap().self_signed(&key).unwrap();
    (key, certificate.pem())
}

fn block(label: &str, contents: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(contents);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[test]
fn a_chain_and_a_key_may_come_in_one_text_with_anything_between() {
    let (key, certificate) = made();
    let text = format!(
        "# ours\r\n{}\n  Certificate:\n   Data: Version: 3\n{certificate}\nissuer=CN x\n-----BEGIN EC PARAMETERS-----\n!!\n-----END EC PARAMETERS-----\n{certificate}",
        key.serialize_pem().replace('\n', "\r\n")
    );
    let credential = Credential::from_pem(text.as_bytes(), text.as_bytes()).unwrap();
    assert_eq!(credential.chain().len(), 2);
    assert_eq!(credential.key_kind(), KeyKind::Ecdsa);
}

/// The `ECPrivateKey` inside a PKCS#8 key: its last OCTET STRING.
fn inner_key(pkcs8: &[u8]) -> Vec<u8> {
    let mut outer = crate::tls::der::take(&mut &*pkcs8).unwrap().contents;
    crate::tls::der::take(&mut outer).unwrap();
    crate::tls::der::take(&mut outer).unwrap();
    crate::tls::der::take_tagged(&mut outer, 4).unwrap().contents.to_vec()
}

#[test]
fn keys_are_known_by_their_contents_whatever_the_label() {
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let rsa_certificate =
        CertificateParams::new(["example.org".to_string()]).unwrap().self_signed(&rsa).unwrap();
    let (pkcs8, pkcs1) = (rsa.serialize_der(), inner_key(&rsa.serialize_der()));
    for (label, contents) in [
        ("PRIVATE KEY", &pkcs8),
        ("RSA PRIVATE KEY", &pkcs1),
        ("PRIVATE KEY", &pkcs1),
        ("EC PRIVATE KEY", &pkcs8),
        ("ANY PRIVATE KEY", &pkcs1),
    ] {
        let credential =
            Credential::from_pem(rsa_certificate.pem().as_bytes(), block(label, contents).as_bytes());
        assert_eq!(credential.unwrap().key_kind(), KeyKind::Rsa, "{label}");
    }
}

/// A P-256 key in SEC 1 with its certificate, both made with OpenSSL for this test.
const SEC1_KEY: &str = include_str!("sec1-key.pem");
const SEC1_CERTIFICATE: &str = include_str!("sec1-certificate.pem");
const ENCRYPTED_PKCS8: &str = include_str!("encrypted-pkcs8.pem");
const ENCRYPTED_OLD: &str = include_str!("encrypted-old.pem");

#[test]
fn a_key_in_sec_1_is_taken() {
    let credential = Credential::from_pem(SEC1_CERTIFICATE.as_bytes(), SEC1_KEY.as_bytes()).unwrap();
    assert_eq!(credential.key_kind(), KeyKind::Ecdsa);
    let relabelled = SEC1_KEY.replace("EC PRIVATE KEY", "PRIVATE KEY");
    assert!(Credential::from_pem(SEC1_CERTIFICATE.as_bytes(), relabelled.as_bytes()).is_ok());
}

#[test]
fn an_encrypted_key_is_told_as_that_in_each_format() {
    let relabelled = ENCRYPTED_PKCS8.replace("ENCRYPTED PRIVATE KEY", "PRIVATE KEY");
    for key in [ENCRYPTED_PKCS8, ENCRYPTED_OLD, &relabelled] {
        let error = Credential::from_pem(SEC1_CERTIFICATE.as_bytes(), key.as_bytes()).unwrap_err();
        assert_eq!(error, CredentialError::KeyEncrypted, "{key}");
    }
}

#[test]
fn what_is_wrong_with_a_credential_is_named() {
    let (key, certificate) = made();
    let key = key.serialize_pem();
    let with = |chain: &str, key: &str| Credential::from_pem(chain.as_bytes(), key.as_bytes()).err();
    assert_eq!(with(&certificate, &key), None);
    assert_eq!(with("", &key), Some(CredentialError::NoCertificate));
    assert_eq!(with(&key, &key), Some(CredentialError::NoCertificate));
    assert_eq!(with(&certificate, &certificate), Some(CredentialError::NoKey));
    assert_eq!(with(&certificate, &made().0.serialize_pem()), Some(CredentialError::KeyDoesNotMatch));
    let cut = &certificate[..certificate.len() / 2];
    assert_eq!(
        with(&format!("{certificate}{cut}"), &key),
        Some(CredentialError::MalformedBlock(PemText::Chain, 1))
    );
    let cut = &key[..key.len() / 2];
    assert_eq!(with(&certificate, cut), Some(CredentialError::MalformedBlock(PemText::Key, 0)));
    let noise = block("CERTIFICATE", b"no certificate");
    assert_eq!(with(&format!("{certificate}{noise}"), &key), Some(CredentialError::MalformedCertificate(1)));
    let noise = block("PRIVATE KEY", b"no key");
    assert_eq!(with(&certificate, &noise), Some(CredentialError::KeyUnusable));
    assert_eq!(with(&certificate.repeat(limits::CREDENTIAL_CHAIN), &key), None);
    assert_eq!(with(&certificate.repeat(limits::CREDENTIAL_CHAIN + 1), &key), Some(CredentialError::TooLong));
    assert_eq!(with(&" ".repeat(limits::CREDENTIAL_PEM + 1), &key), Some(CredentialError::TooLong));
}

#[test]
fn a_credential_shows_no_secret_when_printed() {
    let text = format!("{:?}", *ECDSA);
    assert!(text.starts_with("Credential(Ecdsa, ") && text.len() < 40, "{text}");
}

#[test]
fn a_name_is_served_exactly_then_by_wildcard_then_by_default() {
    let mut store = CredentialStore::new();
    assert!(store.which("example.org").is_none());
    store.insert("Example.ORG", ECDSA.clone());
    store.insert("*.example.org", RSA.clone());
    let why = |store: &CredentialStore, name: &str| {
        store.which(name).map(|served| (served.because, served.credentials[0].key_kind()))
    };
    assert_eq!(why(&store, "example.org."), Some((Serves::Exact, KeyKind::Ecdsa)));
    assert_eq!(why(&store, "chat.EXAMPLE.org"), Some((Serves::Wildcard, KeyKind::Rsa)));
    assert_eq!(why(&store, "a.chat.example.org"), None);
    assert_eq!(why(&store, "org"), None);
    store.insert_default(ED25519.clone());
    assert_eq!(why(&store, "a.chat.example.org"), Some((Serves::Default, KeyKind::EdDsa)));
    assert_eq!(why(&store, "chat.example.org"), Some((Serves::Wildcard, KeyKind::Rsa)));
}

#[test]
fn rsa_stands_behind_elliptic_curves_in_whatever_order_they_come() {
    for order in [[&*RSA, &*ECDSA], [&*ECDSA, &*RSA]] {
        let mut store = CredentialStore::new();
        for one in order {
            store.insert("example.org", Arc::clone(one));
        }
        let kinds: Vec<_> =
            store.which("example.org").unwrap().credentials.iter().map(|one| one.key_kind()).collect();
        assert_eq!(kinds, [KeyKind::Ecdsa, KeyKind::Rsa]);
    }
}

#[test]
fn ten_thousand_domains_share_one_credential() {
    let mut store = CredentialStore::new();
    for number in 0..10_000 {
        store.insert(&format!("d{number}.example"), ECDSA.clone());
    }
    assert_eq!(store.len(), 10_000);
    assert_eq!(store.which("d9999.example").unwrap().because, Serves::Exact);
    assert!(store.which("d10000.example").is_none());
}

#[test]
fn certificates_of_version_1_can_sign_a_handshake() {
    let credential = Credential::from_pem(
        include_str!("version1-certificate.pem").as_bytes(),
        include_str!("sec1-key.pem").as_bytes(),
    );
    let credential = Arc::new(credential.unwrap());
    let server = AcceptingSettings { credentials: serving(&[&credential]), ..accepting() };
    let pair = Pair::new(&initiating(), &server).ready();
    assert_eq!(pair.client.peer_certificates().next(), Some(credential.leaf()));
}

#[test]
fn a_server_that_does_not_hold_its_certificates_key_is_refused() {
    use crate::parameter::{Alert, Version};
    // The key of one credential with the certificate of another, as no credential can be made.
    let stolen = Arc::new(Credential::mismatched(&ECDSA, &credential("other.example")));
    for version in [Version::Tls12, Version::Tls13] {
        let server = AcceptingSettings {
            credentials: serving(&[&stolen]),
            parameters: parameters(version),
            ..accepting()
        };
        let (ours, theirs) = Pair::new(&initiating(), &server).run();
        assert_eq!(ours, Some(Failure::Refused(Cause::BadCertificateSignature, Some(Alert::DECRYPT_ERROR))));
        assert_eq!(theirs, Some(Failure::AlertReceived(Alert::DECRYPT_ERROR)));
    }
}
