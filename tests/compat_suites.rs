//! OpenSSL's words for suites, groups, versions and options. The expectations about cipher strings are
//! what OpenSSL 3.0's `openssl ciphers` prints, as far as it concerns the suites that exist here.

use xmpptls::compat::{
    OptionMeaning, ProtocolError, ProtocolOptions, SkipReason, cipher_list, ciphersuites, group_from_openssl,
    group_list, group_names, openssl_group, openssl_version, option_meaning, option_names, protocol_options,
    suite_from_openssl, suite_words, versions,
};
use xmpptls::parameter::{CipherSuite, Group, Version};

/// The suites of TLS 1.2 in the order of the columns below, which is this library's order.
const SUITES: [CipherSuite; 6] = [
    CipherSuite::EcdheEcdsaAes256GcmSha384,
    CipherSuite::EcdheEcdsaAes128GcmSha256,
    CipherSuite::EcdheEcdsaChacha20Poly1305Sha256,
    CipherSuite::EcdheRsaAes256GcmSha384,
    CipherSuite::EcdheRsaAes128GcmSha256,
    CipherSuite::EcdheRsaChacha20Poly1305Sha256,
];

const STRINGS: &[(&str, &str)] = &[
    ("HIGH:!aNULL:!eNULL:!3DES:@STRENGTH", "111111"),
    ("HIGH+kEECDH:HIGH+kEDH:HIGH:!PSK:!SRP:!3DES:!aNULL", "111111"),
    ("DEFAULT", "111111"),
    ("ECDHE+AESGCM", "110110"),
    ("kEECDH", "111111"),
    ("EECDH", "111111"),
    ("ECDH", "111111"),
    ("ECDHE", "111111"),
    ("ALL", "111111"),
    ("HIGH", "111111"),
    ("aRSA", "000111"),
    ("ECDSA", "111000"),
    ("aECDSA", "111000"),
    ("AES", "110110"),
    ("AES128", "010010"),
    ("AES256", "100100"),
    ("AESGCM", "110110"),
    ("CHACHA20", "001001"),
    ("TLSv1.2", "111111"),
    ("FIPS", "110110"),
    ("SUITEB128", "110000"),
    ("SUITEB192", "100000"),
    ("SUITEB128ONLY", "010000"),
    ("ECDHE+AESGCM:!AES128", "100100"),
    ("ECDHE:-AES128:AES128+aRSA", "101111"),
    ("ECDHE:!CHACHA20:CHACHA20", "110110"),
    ("ALL:!RSA", "111111"),
    ("ALL:!aRSA", "111000"),
    ("ALL:+AES256", "111111"),
    ("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256", "100010"),
    ("ECDHE-RSA-AES128-GCM-SHA256,AES128 CHACHA20;nonsense", "011011"),
    ("nonsense:HIGH", "111111"),
    ("HIGH:DEFAULT", "111111"),
    ("ALL:!MEDIUM:!LOW:!EXP", "111111"),
    ("ALL:!ADH:!LOW:!EXP:!MD5:@STRENGTH", "111111"),
    ("EECDH+ECDSA+AESGCM:EECDH+aRSA+AESGCM:EECDH:!RC4", "111111"),
    ("DEFAULT:!SHA1", "111111"),
    ("ALL:!SHA384", "111111"),
    ("AES256+ECDSA", "100000"),
    ("-ALL:HIGH", "111111"),
    ("ALL:@SECLEVEL=3", "111111"),
    // Beyond `openssl ciphers`, which leaves the level to the handshake, does not read IANA's names, and gives
    // up at a sign inside a word.
    ("AES+!RSA:CHACHA20", "001001"),
    ("ALL:@SECLEVEL=4", "101101"),
    ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "000010"),
];

#[test]
fn cipher_strings_choose_what_openssl_chooses_in_our_order() {
    for (string, columns) in STRINGS {
        let chosen = SUITES.iter().zip(columns.bytes()).filter(|(_, column)| *column == b'1');
        let expected: Vec<_> = chosen.map(|(suite, _)| *suite).collect();
        assert_eq!(cipher_list(string).unwrap().suites, expected, "{string}");
    }
}

#[test]
fn a_cipher_string_that_leaves_nothing_is_refused() {
    for string in [
        "",
        ":",
        "COMPLEMENTOFALL",
        "MEDIUM",
        "RSA",
        "kRSA",
        "kECDH",
        "AESCCM",
        "SHA256",
        "SHA384",
        "SHA1",
        "TLSv1",
        "SSLv3",
        "kEDH",
        "nonsense",
        "AES+nonsense",
        "!AES",
        "!ALL",
        "ALL:!ECDH",
        "ALL:!HIGH",
        "!ALL:ALL",
        "high",
        "CAMELLIA:ARIA",
        "ECDHE-RSA-AES256-SHA384",
        "NO-SUCH-CIPHER",
        "TLS_AES_128_GCM_SHA256",
        "@STRENGTH",
    ] {
        let refused = cipher_list(string).unwrap_err();
        assert_eq!(refused.to_string(), "no cipher match", "{string}");
    }
    let long = format!("ALL:{}", "x".repeat(16 * 1024));
    assert!(cipher_list(&long).is_err());
    assert!(cipher_list(&long[..16 * 1024]).is_ok());
}

#[test]
fn words_that_are_passed_over_are_reported_and_known_ones_are_not() {
    let list =
        cipher_list("HIGH:!aNULL:nonsense:DHE-RSA-AES128-GCM-SHA256:nonsense:@NONSENSE:ECDHE+foo").unwrap();
    let skipped: Vec<_> = list.skipped.iter().map(|one| (&*one.word, one.reason)).collect();
    assert_eq!(
        skipped,
        [
            ("nonsense", SkipReason::Unknown),
            ("DHE-RSA-AES128-GCM-SHA256", SkipReason::NotHere),
            ("@NONSENSE", SkipReason::Unknown),
            ("ECDHE+foo", SkipReason::Unknown),
        ]
    );
    let odd = ["nonsense", "+!", ":DHE-RSA-AES128-GCM-SHA256"];
    for (string, _) in STRINGS.iter().filter(|(string, _)| !odd.iter().any(|part| string.contains(part))) {
        assert_eq!(cipher_list(string).unwrap().skipped, [], "{string}");
    }
    let many: String = (0..1_000).map(|number| format!("word{number}:")).collect();
    assert_eq!(cipher_list(&many).unwrap_err().skipped.len(), 64);
    assert_eq!(cipher_list("ALL:@SECLEVEL=2").unwrap().security_level, Some(2));
    assert_eq!(cipher_list("ALL:@SECLEVEL=6").unwrap().security_level, None);
}

#[test]
fn par_06_no_cipher_string_brings_another_suite_back() {
    for string in
        ["AES128-SHA:ALL", "DES-CBC3-SHA:ALL", "RC4-MD5:ALL", "NULL:ALL", "ADH-AES128-SHA:aNULL:ALL"]
    {
        assert_eq!(cipher_list(string).unwrap().suites, SUITES, "{string}");
    }
}

#[test]
fn tls_13_suites_are_chosen_by_a_list_of_their_own() {
    let list =
        ciphersuites("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256").unwrap();
    assert_eq!(list.suites, [CipherSuite::Aes128GcmSha256, CipherSuite::Chacha20Poly1305Sha256]);
    assert_eq!(list.skipped.len(), 1);
    assert_eq!(list.skipped[0].reason, SkipReason::NotHere);
    for string in ["", "HIGH", "ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_CCM_SHA256"] {
        assert!(ciphersuites(string).is_err(), "{string}");
    }
}

#[test]
fn every_suite_has_openssls_words_and_is_found_by_both_names() {
    for suite in CipherSuite::ALL {
        let words = suite_words(*suite);
        assert_eq!(suite_from_openssl(words.name), Some(*suite));
        assert_eq!(suite_from_openssl(suite.name()), Some(*suite));
        assert_eq!((words.protocol, words.mac), (openssl_version(suite.version()), "AEAD"));
    }
    let line = |suite| {
        let words = suite_words(suite);
        [words.name, words.protocol, words.key_exchange, words.authentication, words.encryption].join(" ")
    };
    for (suite, expected, bits) in [
        (SUITES[0], "ECDHE-ECDSA-AES256-GCM-SHA384 TLSv1.2 ECDH ECDSA AESGCM(256)", 256),
        (SUITES[1], "ECDHE-ECDSA-AES128-GCM-SHA256 TLSv1.2 ECDH ECDSA AESGCM(128)", 128),
        (SUITES[2], "ECDHE-ECDSA-CHACHA20-POLY1305 TLSv1.2 ECDH ECDSA CHACHA20/POLY1305(256)", 256),
        (SUITES[3], "ECDHE-RSA-AES256-GCM-SHA384 TLSv1.2 ECDH RSA AESGCM(256)", 256),
        (SUITES[4], "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 ECDH RSA AESGCM(128)", 128),
        (SUITES[5], "ECDHE-RSA-CHACHA20-POLY1305 TLSv1.2 ECDH RSA CHACHA20/POLY1305(256)", 256),
        (CipherSuite::Aes256GcmSha384, "TLS_AES_256_GCM_SHA384 TLSv1.3 any any AESGCM(256)", 256),
        (CipherSuite::Aes128GcmSha256, "TLS_AES_128_GCM_SHA256 TLSv1.3 any any AESGCM(128)", 128),
        (
            CipherSuite::Chacha20Poly1305Sha256,
            "TLS_CHACHA20_POLY1305_SHA256 TLSv1.3 any any CHACHA20/POLY1305(256)",
            256,
        ),
    ] {
        assert_eq!((line(suite).as_str(), suite_words(suite).bits), (expected, bits));
    }
    assert_eq!(suite_from_openssl("AES128-SHA"), None);
}

#[test]
fn groups_are_found_by_each_of_openssls_names() {
    for (name, group) in [
        ("X25519", Group::X25519),
        ("x25519", Group::X25519),
        ("prime256v1", Group::Secp256r1),
        ("P-256", Group::Secp256r1),
        ("secp256r1", Group::Secp256r1),
        ("P-384", Group::Secp384r1),
        ("secp384r1", Group::Secp384r1),
        ("X25519MLKEM768", Group::X25519MlKem768),
    ] {
        assert_eq!(group_from_openssl(name), Some(group), "{name}");
    }
    assert_eq!(group_from_openssl("P-521"), None);
    for group in Group::ALL {
        assert_eq!(group_from_openssl(openssl_group(*group)), Some(*group));
    }
    assert_eq!(openssl_group(Group::Secp256r1), "prime256v1");
    assert!(group_names().any(|name| name == "P-384"));
}

#[test]
fn a_list_of_groups_keeps_its_order_and_reports_what_is_not_here() {
    let list = group_list("X25519:prime256v1:P-256:secp384r1").unwrap();
    assert_eq!(list.groups, [Group::X25519, Group::Secp256r1, Group::Secp384r1]);
    assert_eq!(list.skipped, []);
    let list = group_list("?*X25519MLKEM768 / *X25519:secp521r1:what").unwrap();
    assert_eq!(list.groups, [Group::X25519MlKem768, Group::X25519]);
    let skipped: Vec<_> = list.skipped.iter().map(|one| (&*one.word, one.reason)).collect();
    assert_eq!(skipped, [("secp521r1", SkipReason::NotHere), ("what", SkipReason::Unknown)]);
    assert!(group_list("auto").unwrap().groups.contains(&Group::X25519MlKem768));
    assert!(group_list("secp521r1").is_err());
    assert!(group_list("").is_err());
}

#[test]
fn protocols_minus_options_are_a_range_of_versions() {
    use Version::{Tls12, Tls13};
    let options = |text: &str| protocol_options([text]);
    let none = ProtocolOptions::default();
    for (protocol, options, expected) in [
        ("any", none.clone(), Ok((Tls12, Tls13))),
        ("sslv23", options("no_sslv2|no_sslv3|no_tlsv1|no_tlsv1_1"), Ok((Tls12, Tls13))),
        ("sslv23", options("no_tlsv1_2"), Ok((Tls13, Tls13))),
        ("sslv23", options("no_tlsv1_3"), Ok((Tls12, Tls12))),
        ("sslv23", options("no_tlsv1_2|no_tlsv1_3"), Err(ProtocolError::NothingLeft)),
        ("tlsv1_2", none.clone(), Ok((Tls12, Tls12))),
        ("tlsv1_3", none.clone(), Ok((Tls13, Tls13))),
        ("tlsv1_3", options("no_tlsv1_3"), Err(ProtocolError::NothingLeft)),
        ("tlsv1", none.clone(), Err(ProtocolError::NothingLeft)),
        ("tlsv1_1", none.clone(), Err(ProtocolError::NothingLeft)),
        ("tlsv1_4", none, Err(ProtocolError::Unknown)),
    ] {
        assert_eq!(versions(protocol, &options), expected, "{protocol} {options:?}");
    }
}

#[test]
fn options_are_honoured_hold_or_are_named_as_not_followed_or_unknown() {
    let prosody =
        ["single_dh_use", "single_ecdh_use", "no_ticket", "no_compression", "no_renegotiation", "no_sslv2"];
    let read = protocol_options(prosody);
    assert_eq!(read, ProtocolOptions { no_ticket: true, ..ProtocolOptions::default() });
    let read = protocol_options(["no_tlsv1_2|allow_unsafe_legacy_renegotiation|nonsense", "no_tlsv1_3"]);
    assert!(read.no_tls12 && read.no_tls13 && !read.no_ticket);
    assert_eq!(read.not_followed, ["allow_unsafe_legacy_renegotiation"]);
    assert_eq!(read.unknown, ["nonsense".into()]);
    assert_eq!(protocol_options([""]), ProtocolOptions::default());
    assert_eq!(option_meaning("cipher_server_preference"), Some(OptionMeaning::Holds));
    assert_eq!(option_meaning("netscape_ca_dn_bug"), Some(OptionMeaning::Meaningless));
    assert_eq!(option_meaning("no_extended_master_secret"), Some(OptionMeaning::NotFollowed));
    assert_eq!(option_meaning("NO_TICKET"), None);
    for name in option_names() {
        let meaning = option_meaning(name).unwrap();
        assert!(matches!(meaning, OptionMeaning::Honoured | OptionMeaning::Holds), "{name}");
    }
    for name in prosody {
        assert!(option_names().any(|one| one == name), "{name}");
    }
}
