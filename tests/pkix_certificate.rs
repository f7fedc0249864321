//! What the reader of certificates says about certificates, good and odd.

#[path = "support/kat.rs"]
mod kat;

use kat::kat_1;
use xmpptls::certificate::{
    BasicConstraints, Certificate, Curve, DnsPattern, ExtendedKeyUsage, KeyAlgorithm, KeyPurpose,
    SignatureHash, XmppAddress, spki_of_der,
};
use xmpptls::name::Domain;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
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
