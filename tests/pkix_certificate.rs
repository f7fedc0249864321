//! What the reader of certificates says about certificates, good and odd.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{KeyKind, Recipe, authority, leaf};
use support::der::{bits, oid, sequence, tlv};
use support::kat::kat_1;
use support::parts::{curve_spki, rsa_spki};
use support::scene::domain;
use xmpptls::certificate::{
    BasicConstraints, Certificate, Curve, DnsPattern, ExtendedKeyUsage, KeyAlgorithm, KeyPurpose,
    SignatureHash, XmppAddress, spki_of_der,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn kat_1_is_read_as_it_was_made() {
    let certificate = Certificate::parse(&kat_1()).unwrap();
    let names = certificate.names();
    assert_eq!(names.dns[0].pattern, DnsPattern::Exact(domain("im.example.com")));
    assert_eq!(names.dns[1].pattern, DnsPattern::Wildcard(domain("im.example.com")));
    assert_eq!(&*names.srv[0].service, "_xmpp-client");
    assert_eq!(&*names.srv[1].text, "_xmpp-server.im.example.com");
    assert_eq!(names.xmpp_addr[0].address, XmppAddress::Domain(domain("im.example.com")));
    assert!(names.ip.is_empty() && names.ignored.is_empty() && names.is_present());
    let subject = &certificate.subject()[0];
    assert_eq!((subject.name, subject.value.as_str()), (Some("CN"), "Example Products Inc."));
    assert_eq!(subject.oid, "2.5.4.3");
    assert!(certificate.is_self_issued());
    assert_eq!(certificate.validity().not_before, 1_795_451_908);
    assert_eq!(certificate.validity().not_after, 2_110_811_908);
    assert_eq!(certificate.key().algorithm, KeyAlgorithm::Ec(Curve::P256));
    assert_eq!(certificate.key().bits, Some(256));
    assert_eq!(certificate.serial(), [0x2a]);
    assert_eq!(certificate.version(), 3);
    assert_eq!(certificate.signature_algorithm().name, Some("ecdsa-with-SHA384"));
    assert_eq!(certificate.signature_algorithm().hash, Some(SignatureHash::Sha384));
    assert_eq!(certificate.basic_constraints(), Some(BasicConstraints { ca: false, path_len: None }));
    assert_eq!(certificate.key_usage().unwrap().names(), ["digitalSignature"]);
    assert_eq!(*certificate.extended_key_usage(), ExtendedKeyUsage::Purposes(vec![KeyPurpose::ServerAuth]));
    assert!(!certificate.must_staple());
    assert!(certificate.critical_unknown().is_empty());
}

#[test]
fn kat_1_has_its_known_digests() {
    let der = kat_1();
    let certificate = Certificate::parse(&der).unwrap();
    assert_eq!(certificate.der(), der);
    assert_eq!(
        hex(&certificate.digest_sha256()),
        "a5f14a18b7817501303431b2e6e0811e3b4358a537728417d363e195f14677d3"
    );
    assert_eq!(
        hex(&certificate.spki_sha256()),
        "c97a22eddb0f3655bd24dadb59be84c3e03486a8910edb107ad133d2a0c266b4"
    );
    assert_eq!(
        hex(&certificate.digest_sha512()),
        "41d0edf1b656e3bb6b578a54b58770b617ec2641b322ec173f395a85f5cdd4b1\
         e3ec1dad0402f1e23d0e7bd988d06e55cff4ec4bc1abfa31e92fee677ac10ae6"
    );
    assert_eq!(
        hex(&certificate.spki_sha512()),
        "71c9a86f53ee832f81cabb02f861e6a7501fc16b258d84dc235c2fb84c0bd0d4\
         ae004fcf5ce5c3ad9ddd526958182c4b5adea3a669dcc722fa822d7b61d93407"
    );
    assert_eq!(
        hex(certificate.spki()),
        "3059301306072a8648ce3d020106082a8648ce3d0301070342000484f86eaa48c97f007bb54d3fc3f75235\
         207d2c161d16156ca080a9ebcebd0efb29f3d4729c9196b5da46501b1ebff5eb733390513c972392f1a357\
         a00a4cf3d7"
    );
    assert_eq!(spki_of_der(&der).unwrap(), certificate.spki());
}

fn read(recipe: Recipe) -> Certificate {
    Certificate::parse(&recipe.self_signed().der).unwrap()
}

#[test]
fn pki_11_users_addresses_are_read_in_their_parts() {
    let jid = |text: &str| {
        let names = read(leaf().xmpp_addr(text)).names().clone();
        (names.xmpp_addr[0].text.to_string(), names.xmpp_addr[0].address.clone())
    };
    let user = |local: Option<&str>, resource: Option<&str>| XmppAddress::Jid {
        local: local.map(Box::from),
        domain: domain("im.example.com"),
        resource: resource.map(Box::from),
    };
    let text = "Juliet@IM.example.com";
    assert_eq!(jid(text), (text.into(), user(Some("Juliet"), None)));
    assert_eq!(jid("j@im.example.com/a/b@c").1, user(Some("j"), Some("a/b@c")));
    assert_eq!(jid("im.example.com/x@y.example").1, user(None, Some("x@y.example")));
    assert_eq!(jid("im.example.com").1, XmppAddress::Domain(domain("im.example.com")));
}

#[test]
fn attributes_of_all_string_types_are_read_as_text() {
    let attribute = |kind: &str, tag, value: &[u8]| tlv(0x31, sequence([oid(kind), tlv(tag, value)]));
    let two = tlv(
        0x31,
        [sequence([oid("2.5.4.11"), tlv(0x13, "a")]), sequence([oid("2.5.4.6"), tlv(0x13, "DE")])].concat(),
    );
    let subject = sequence([
        attribute("2.5.4.3", 0x0c, "CN=admin,\n".as_bytes()),
        attribute("2.5.4.10", 0x1e, &[0x00, b'O', 0x26, 0x3a]),
        attribute("2.5.4.8", 0x14, &[0xe4]),
        attribute("2.5.4.7", 0x1c, &[0, 0, 0, b'L']),
        attribute("1.2.3.4", 0x02, &[7]),
        attribute("2.5.4.5", 0x0c, &[0xff]),
        two,
    ]);
    let read = read(leaf().subject_der(subject));
    let attributes: Vec<_> =
        read.subject().iter().map(|one| (one.name.unwrap_or(one.oid.as_str()), one.value.as_str())).collect();
    assert_eq!(
        attributes,
        [
            ("CN", "CN=admin,\n"),
            ("O", "O\u{263a}"),
            ("ST", "\u{e4}"),
            ("L", "L"),
            ("1.2.3.4", "#020107"),
            ("serialNumber", "#0c01ff"),
            ("OU", "a"),
            ("C", "DE"),
        ]
    );
}

#[test]
fn keys_are_named_and_measured() {
    let key = |recipe: Recipe| {
        let key = read(recipe).key().clone();
        (key.name(), key.bits)
    };
    assert_eq!(key(leaf().key_kind(KeyKind::P384)), ("EC P-384".into(), Some(384)));
    assert_eq!(key(leaf().key_kind(KeyKind::Ed25519)), ("Ed25519".into(), Some(256)));
    assert_eq!(key(leaf().spki(rsa_spki(3072))), ("RSA".into(), Some(3072)));
    assert_eq!(key(leaf().spki(curve_spki("1.3.132.0.35", 66))), ("EC P-521".into(), Some(521)));
    assert_eq!(key(leaf().spki(curve_spki("1.3.132.0.10", 32))), ("EC 1.3.132.0.10".into(), Some(256)));
    let odd = sequence([sequence([oid("1.2.3.4")]), bits([1, 2, 3])]);
    assert_eq!(key(leaf().spki(odd)), ("1.2.3.4".into(), None));
}

#[test]
fn atk_cb_04_signature_algorithms_are_read_with_their_hash() {
    let hash = |identifier: Vec<u8>| {
        let algorithm = read(leaf().algorithm(identifier)).signature_algorithm().clone();
        (algorithm.label().to_owned(), algorithm.hash)
    };
    let pss = |parameters: Vec<u8>| sequence([oid("1.2.840.113549.1.1.10"), parameters]);
    let sha256 = sequence([tlv(0xa0, sequence([oid("2.16.840.1.101.3.4.2.1"), tlv(0x05, [])]))]);
    assert_eq!(hash(pss(sha256)), ("id-RSASSA-PSS".into(), Some(SignatureHash::Sha256)));
    assert_eq!(hash(pss(sequence([]))), ("id-RSASSA-PSS".into(), Some(SignatureHash::Sha1)));
    assert_eq!(hash(pss(tlv(0x05, []))), ("id-RSASSA-PSS".into(), None));
    assert_eq!(hash(sequence([oid("1.3.101.112")])), ("id-Ed25519".into(), None));
    assert_eq!(hash(sequence([oid("1.2.3.4")])), ("1.2.3.4".into(), None));
    let md5 = sequence([oid("1.2.840.113549.1.1.4"), tlv(0x05, [])]);
    assert_eq!(hash(md5), ("md5WithRSAEncryption".into(), Some(SignatureHash::Md5)));
}

#[test]
fn extensions_are_read_as_they_stand() {
    let points = sequence([sequence([tlv(0xa0, tlv(0xa0, tlv(0x86, "http://crl.example/1")))])]);
    let certificate = read(
        authority("A")
            .path_len(3)
            .must_staple()
            .extension("2.5.29.31", false, points)
            .extension("1.2.3.4", true, tlv(0x05, []))
            .extension("2.5.29.37", false, tlv(0x0c, "x")),
    );
    assert_eq!(certificate.basic_constraints(), Some(BasicConstraints { ca: true, path_len: Some(3) }));
    assert_eq!(certificate.key_usage().unwrap().names(), ["keyCertSign", "cRLSign"]);
    assert!(certificate.must_staple());
    assert_eq!(certificate.crl_distribution_points(), [Box::from("http://crl.example/1")]);
    assert_eq!(certificate.critical_unknown()[0], "1.2.3.4");
    assert_eq!(certificate.malformed_extensions()[0], "2.5.29.37");
    assert_eq!(*certificate.extended_key_usage(), ExtendedKeyUsage::Purposes(Vec::new()));
    let plain = read(leaf().no_purposes().no_key_usage().no_basic_constraints());
    assert_eq!(*plain.extended_key_usage(), ExtendedKeyUsage::Absent);
    assert_eq!((plain.key_usage(), plain.basic_constraints()), (None, None));
    assert!(!plain.must_staple() && !plain.is_ca() && plain.crl_distribution_points().is_empty());
}

#[test]
fn dates_of_both_kinds_are_read_in_utc() {
    let validity = |from, until| read(leaf().valid(from, until)).validity();
    let read = validity(-631_152_000, 253_402_300_799);
    assert_eq!((read.not_before, read.not_after), (-631_152_000, 253_402_300_799));
    let read = validity(2_524_607_999, 2_524_608_000);
    assert_eq!((read.not_before, read.not_after), (2_524_607_999, 2_524_608_000));
}

#[test]
fn pem_is_read_back_by_others() {
    let der = kat_1();
    let pem = Certificate::parse(&der).unwrap().to_pem();
    assert!(pem.lines().all(|line| line.len() <= 64));
    let (_, read) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
    assert_eq!((read.label.as_str(), read.contents), ("CERTIFICATE", der));
}

#[test]
fn clones_share_the_bytes() {
    let certificate = Certificate::parse(&kat_1()).unwrap();
    let clone = certificate.clone();
    assert_eq!(certificate.der().as_ptr(), clone.der().as_ptr());
    assert_eq!(certificate, clone);
    assert_ne!(certificate, read(leaf()));
}

#[test]
fn the_key_is_found_in_certificates_that_are_refused() {
    let twice = leaf().extension("1.2.3.4", false, vec![]).extension("1.2.3.4", false, vec![]);
    let issued = twice.spki(rsa_spki(2048)).self_signed();
    assert!(Certificate::parse(&issued.der).is_err());
    assert_eq!(spki_of_der(&issued.der).unwrap(), rsa_spki(2048));
}
