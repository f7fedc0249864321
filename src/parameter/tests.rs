use super::*;

#[test]
fn names_and_numbers_of_suites_lead_back_to_the_same_suite() {
    for suite in CipherSuite::ALL {
        assert_eq!(CipherSuite::from_number(suite.number()), Some(*suite));
        assert_eq!(CipherSuite::from_name(&suite.name().to_lowercase()), Some(*suite));
    }
    assert_eq!(CipherSuite::ALL.len(), 9);
    assert_eq!(CipherSuite::from_number(0xc02f), Some(CipherSuite::EcdheRsaAes128GcmSha256));
}

#[test]
fn par_06_suites_without_forward_secrecy_do_not_exist() {
    assert_eq!(CipherSuite::from_name("TLS_RSA_WITH_AES_128_CBC_SHA"), None);
    assert_eq!(CipherSuite::from_number(0x002f), None);
}

#[test]
fn names_and_numbers_of_groups_and_schemes_lead_back_to_the_same_value() {
    for group in Group::ALL {
        assert_eq!(Group::from_number(group.number()), Some(*group));
        assert_eq!(Group::from_name(group.name()), Some(*group));
    }
    for scheme in SignatureScheme::ALL {
        assert_eq!(SignatureScheme::from_number(scheme.number()), Some(*scheme));
        assert_eq!(SignatureScheme::from_name(scheme.name()), Some(*scheme));
    }
    assert_eq!(SignatureScheme::from_number(0x0201), None, "rsa_pkcs1_sha1");
}

#[test]
fn only_groups_with_ml_kem_are_safe_against_later_decryption() {
    assert!(Group::X25519MlKem768.is_post_quantum());
    assert!(!Group::X25519.is_post_quantum());
    assert!(!Group::Secp384r1.is_post_quantum());
}

#[test]
fn par_02_the_default_allows_both_versions_and_an_end_can_be_limited() {
    let mut parameters = Parameters::default();
    assert!(parameters.allows(Version::Tls12) && parameters.allows(Version::Tls13));
    parameters.oldest = Version::Tls13;
    assert!(!parameters.allows(Version::Tls12) && parameters.allows(Version::Tls13));
}

#[test]
fn par_09_the_default_prefers_the_stronger_suite_and_the_hybrid_group() {
    let parameters = Parameters::default();
    assert_eq!(parameters.suites.first(), Some(&CipherSuite::Aes256GcmSha384));
    assert_eq!(parameters.groups.first(), Some(&Group::X25519MlKem768));
    assert!(parameters.require_extended_master_secret);
}

#[test]
fn alerts_have_the_names_of_the_registry() {
    assert_eq!(Alert::NO_APPLICATION_PROTOCOL.to_string(), "no_application_protocol (120)");
    assert_eq!(Alert(200).to_string(), "alert 200");
    assert!(Alert::UNKNOWN_CA.is_about_certificate());
    assert!(!Alert::HANDSHAKE_FAILURE.is_about_certificate());
}
