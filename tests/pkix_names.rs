//! Which presented names prove which wanted ones (RFC 9525, RFC 4985, RFC 6120 §13.7).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{Recipe, SRV_NAME, XMPP_ADDR, leaf, root};
use support::der::{self, other_name, tlv};
use support::pkix::{c2s, references, s2s};
use xmpptls::certificate::{Certificate, IgnoredReason, NameKind};
use xmpptls::name::{Domain, ReferenceKind, Service};
use xmpptls::proof::names::matches;
use xmpptls::proof::pkix::PkixFailure;

/// Whether a certificate made by `recipe` proves `domain` for s2s, all the way through a path.
fn proves(recipe: Recipe, domain: &str) -> bool {
    let ca = root();
    match s2s(domain).ask(&[&recipe.signed_by(&ca)], &[&ca]) {
        Ok(path) => path.name.is_some(),
        Err(failures) => {
            assert!(
                matches!(*failures, [PkixFailure::NameMismatch { .. } | PkixFailure::NoIdentifiers]),
                "{failures:?}"
            );
            false
        }
    }
}

fn ignored(recipe: Recipe) -> Vec<(NameKind, IgnoredReason)> {
    let certificate = Certificate::parse(&recipe.self_signed().der).unwrap();
    certificate.names().ignored.iter().map(|name| (name.kind.clone(), name.why)).collect()
}

#[test]
fn pki_04_each_identifier_type_proves_its_service() {
    assert!(proves(leaf().dns("im.example.com"), "im.example.com"));
    assert!(proves(leaf().srv_name("_xmpp-server.im.example.com"), "im.example.com"));
    assert!(proves(leaf().xmpp_addr("im.example.com"), "im.example.com"));
}

#[test]
fn pki_04_atk_id_13_a_client_srv_name_proves_no_server() {
    let ca = root();
    let issued = leaf().srv_name("_xmpp-client.im.example.com").signed_by(&ca);
    assert_eq!(s2s("im.example.com").reasons(&[&issued], &[&ca]), ["name_mismatch"]);
    assert!(c2s("im.example.com").ask(&[&issued], &[&ca]).is_ok());
}

#[test]
fn pki_05_the_common_name_is_never_used() {
    let ca = root();
    let no_names = leaf().subject("im.example.com").signed_by(&ca);
    assert_eq!(s2s("im.example.com").reasons(&[&no_names], &[&ca]), ["no_identifiers"]);
    let other_name = leaf().subject("im.example.com").dns("evil.example").signed_by(&ca);
    assert_eq!(s2s("im.example.com").reasons(&[&other_name], &[&ca]), ["name_mismatch"]);
}

#[test]
fn atk_id_09_no_string_form_of_the_subject_is_searched() {
    assert!(!proves(leaf().subject("x, CN=im.example.com").dns("evil.example"), "im.example.com"));
    assert!(!proves(leaf().subject("DNS:im.example.com").dns("evil.example"), "im.example.com"));
}

#[test]
fn pki_06_a_wildcard_is_one_whole_label_at_the_left() {
    assert!(proves(leaf().dns("*.example.com"), "a.example.com"));
    assert!(proves(leaf().dns("*.example.com"), "xn--bcher-kva.example.com"));
    assert!(!proves(leaf().dns("*.example.com"), "example.com"));
    assert!(!proves(leaf().dns("*.example.com"), "a.b.example.com"));
    for odd in ["f*.example.com", "*.*.example.com", "a.*.com", "xn--*.example.com", "*a.example.com"] {
        assert!(!proves(leaf().dns(odd), "foo.example.com"), "{odd}");
        assert_eq!(ignored(leaf().dns(odd)), [(NameKind::Dns, IgnoredReason::WildcardMisplaced)], "{odd}");
    }
}

#[test]
fn pki_07_a_wildcard_may_stand_in_an_srv_name_but_not_in_an_xmpp_addr() {
    assert!(proves(leaf().srv_name("_xmpp-server.*.example.com"), "a.example.com"));
    assert!(!proves(leaf().srv_name("_xmpp-server.*.example.com"), "example.com"));
    assert!(!proves(leaf().srv_name("*.a.example.com"), "a.example.com"));
    assert!(!proves(leaf().srv_name("_xmpp-*.a.example.com"), "a.example.com"));
    assert!(proves(leaf().xmpp_addr("a.example.com"), "a.example.com"));
    assert!(!proves(leaf().xmpp_addr("*.example.com"), "a.example.com"));
}

#[test]
fn pki_08_a_wildcard_needs_two_labels_behind_it() {
    assert!(!proves(leaf().dns("*.com"), "example.com"));
    assert!(!proves(leaf().dns("*"), "com"));
    assert!(!proves(leaf().srv_name("_xmpp-server.*.com"), "example.com"));
    assert_eq!(ignored(leaf().dns("*.com")), [(NameKind::Dns, IgnoredReason::WildcardTooWide)]);
    assert_eq!(ignored(leaf().dns("*")), [(NameKind::Dns, IgnoredReason::WildcardTooWide)]);
    assert!(ignored(leaf().dns("*.example.com")).is_empty());
}

#[test]
fn pki_09_names_compare_as_a_labels_without_regard_to_case() {
    assert!(proves(leaf().dns("xn--bcher-kva.example"), "BÜCHER.example"));
    assert!(proves(leaf().dns("XN--BCHER-KVA.Example"), "bücher.example"));
    assert!(!proves(leaf().dns("fass.example"), "faß.example"));
    assert!(!proves(leaf().dns("bücher.example"), "bücher.example"));
    assert_eq!(ignored(leaf().dns("bücher.example")), [(NameKind::Dns, IgnoredReason::OddByte)]);
}

#[test]
fn atk_id_14_labels_that_are_no_idna_are_ignored() {
    for odd in ["xn--example-.org", "example.org.xn--", "example.org.", "example..org", "-a.example", ""] {
        assert_eq!(ignored(leaf().dns(odd)), [(NameKind::Dns, IgnoredReason::InvalidDomain)], "{odd}");
    }
}

#[test]
fn pki_10_service_and_domain_of_an_srv_name_match_together() {
    assert!(proves(leaf().srv_name("_XMPP-Server.Example.COM"), "example.com"));
    assert!(!proves(leaf().srv_name("_xmpp-server._tcp.example.com"), "example.com"));
    assert!(!proves(leaf().srv_name("_xmpps-server.example.com"), "example.com"));
    let crossed = leaf().srv_name("_xmpp-server.a.example").srv_name("_xmpp-client.b.example");
    assert!(!proves(crossed, "b.example"));
    for odd in ["xmpp-server.example.com", "_.example.com", "_xmpp-server", "example"] {
        assert_eq!(ignored(leaf().srv_name(odd)), [(NameKind::Srv, IgnoredReason::NoService)], "{odd}");
    }
}

#[test]
fn pki_11_only_a_bare_domain_in_an_xmpp_addr_is_a_server() {
    assert!(proves(leaf().xmpp_addr("im.example.com"), "im.example.com"));
    assert!(proves(leaf().xmpp_addr("bücher.example"), "xn--bcher-kva.example"));
    assert!(!proves(leaf().xmpp_addr("juliet@im.example.com"), "im.example.com"));
    assert!(!proves(leaf().xmpp_addr("im.example.com/balcony"), "im.example.com"));
    assert!(!proves(leaf().xmpp_addr("evil.example@im.example.com/x"), "evil.example"));
}

#[test]
fn pki_12_the_identity_is_the_reference_and_not_what_was_presented() {
    let ca = root();
    let issued = leaf().dns("*.example.com").signed_by(&ca);
    let name = s2s("a.example.com").ask(&[&issued], &[&ca]).unwrap().name.unwrap();
    assert_eq!(name.reference.kind, ReferenceKind::DnsId(Domain::parse("a.example.com").unwrap()));
    assert_eq!((name.presented.kind, name.presented.text.as_str()), (NameKind::Dns, "*.example.com"));
}

#[test]
fn pki_12_the_first_reference_that_is_presented_ends_the_search() {
    let all = leaf().xmpp_addr("a.example").dns("a.example").srv_name("_xmpp-server.a.example");
    let certificate = Certificate::parse(&all.self_signed().der).unwrap();
    let mut references = references("a.example", Service::S2s);
    let first = matches(certificate.names(), &references).unwrap();
    assert_eq!(first.presented.kind, NameKind::Srv);
    references.reverse();
    let first = matches(certificate.names(), &references).unwrap();
    assert_eq!(first.presented.kind, NameKind::XmppAddr);
    assert_eq!(matches(certificate.names(), &[]), None);
}

#[test]
fn pki_13_addresses_match_addresses_and_nothing_else() {
    assert!(proves(leaf().ip(&[192, 0, 2, 1]), "192.0.2.1"));
    assert!(!proves(leaf().dns("192.0.2.1"), "192.0.2.1"));
    assert_eq!(ignored(leaf().dns("192.0.2.1")), [(NameKind::Dns, IgnoredReason::AddressAsName)]);
    let v6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    assert!(proves(leaf().ip(&v6), "[2001:db8::1]"));
    assert!(!proves(leaf().ip(&[192, 0, 2, 2]), "192.0.2.1"));
    assert_eq!(ignored(leaf().ip(&[192, 0, 2])), [(NameKind::Ip, IgnoredReason::AddressLength)]);
    assert!(!proves(leaf().xmpp_addr("192.0.2.1"), "192.0.2.1"));
}

#[test]
fn pki_13_a_wildcard_never_stands_for_a_part_of_an_address() {
    assert!(!proves(leaf().dns("*.0.2.1"), "192.0.2.1"));
    assert!(!proves(leaf().srv_name("_xmpp-server.*.0.2.1"), "192.0.2.1"));
}

#[test]
fn sec_03_atk_id_10_odd_bytes_take_the_name_and_only_the_name() {
    for odd in ["im.example.com\0.evil.example", "im.example.com\n", "im example.com", "im.example.com\u{7f}"]
    {
        assert!(!proves(leaf().dns(odd), "im.example.com"), "{odd:?}");
        assert!(proves(leaf().dns(odd).dns("im.example.com"), "im.example.com"), "{odd:?}");
        assert_eq!(ignored(leaf().dns(odd)), [(NameKind::Dns, IgnoredReason::OddByte)], "{odd:?}");
        let srv = format!("_xmpp-server.{odd}");
        assert_eq!(ignored(leaf().srv_name(&srv)), [(NameKind::Srv, IgnoredReason::OddByte)], "{odd:?}");
    }
    let nul = leaf().xmpp_addr("im.example.com\0.evil.example");
    assert_eq!(ignored(nul), [(NameKind::XmppAddr, IgnoredReason::OddByte)]);
    let bytes = leaf().name_entry(tlv(0x82, b"im.example.com\xff"));
    assert_eq!(ignored(bytes), [(NameKind::Dns, IgnoredReason::OddByte)]);
}

#[test]
fn sec_04_atk_id_12_other_names_of_another_string_type_are_ignored() {
    let name = b"im.example.com";
    let srv = b"_xmpp-server.im.example.com";
    let indefinite = tlv(0xa0, [der::oid(XMPP_ADDR), vec![0xa0, 0x80, 0x0c, 0x01, b'a', 0, 0]].concat());
    let trailing = [der::oid(XMPP_ADDR), tlv(0xa0, [tlv(0x0c, name), vec![5, 0]].concat())].concat();
    let two = [der::oid(XMPP_ADDR), tlv(0xa0, [tlv(0x0c, name), tlv(0x0c, name)].concat())].concat();
    let implicit = tlv(0xa0, [der::oid(XMPP_ADDR), tlv(0x0c, name)].concat());
    let encoding = IgnoredReason::Encoding;
    for (odd, kind, why) in [
        (other_name(XMPP_ADDR, 0x16, name), NameKind::XmppAddr, encoding),
        (other_name(XMPP_ADDR, 0x04, name), NameKind::XmppAddr, encoding),
        (other_name(SRV_NAME, 0x0c, srv), NameKind::Srv, encoding),
        (other_name(SRV_NAME, 0x13, srv), NameKind::Srv, encoding),
        (tlv(0xa0, trailing), NameKind::XmppAddr, encoding),
        (tlv(0xa0, two), NameKind::XmppAddr, encoding),
        (indefinite, NameKind::Unknown, encoding),
        (implicit, NameKind::Unknown, encoding),
        (other_name(XMPP_ADDR, 0x0c, b"\xff\xfe"), NameKind::XmppAddr, IgnoredReason::OddByte),
        (other_name(XMPP_ADDR, 0x0c, "a".repeat(3000)), NameKind::XmppAddr, IgnoredReason::InvalidDomain),
        (other_name(XMPP_ADDR, 0x0c, "@im.example.com"), NameKind::XmppAddr, IgnoredReason::InvalidDomain),
    ] {
        assert!(!proves(leaf().name_entry(odd.clone()), "im.example.com"), "{odd:?}");
        assert_eq!(ignored(leaf().name_entry(odd.clone())), [(kind, why)], "{odd:?}");
        assert!(proves(leaf().name_entry(odd).dns("im.example.com"), "im.example.com"));
    }
}

#[test]
fn uris_and_mail_addresses_are_read_and_identify_nothing() {
    let recipe = leaf().uri("xmpp:im.example.com").email("a@im.example.com");
    assert!(!proves(recipe.clone(), "im.example.com"));
    let certificate = Certificate::parse(&recipe.self_signed().der).unwrap();
    assert_eq!(&*certificate.names().uri[0], "xmpp:im.example.com");
    assert_eq!(&*certificate.names().email[0], "a@im.example.com");
    assert!(certificate.names().is_empty());
}

#[test]
fn sec_04_an_empty_subject_alt_name_has_no_identifiers() {
    let ca = root();
    let issued = leaf().empty_names().signed_by(&ca);
    assert!(Certificate::parse(&issued.der).unwrap().names().is_present());
    assert_eq!(s2s("im.example.com").reasons(&[&issued], &[&ca]), ["no_identifiers"]);
}

#[test]
fn atk_id_01_a_mismatch_lists_the_names_presented() {
    let ca = root();
    let issued = leaf().dns("other.example").srv_name("_xmpp-server.third.example").signed_by(&ca);
    let failures = s2s("im.example.com").ask(&[&issued], &[&ca]).unwrap_err();
    let presented = vec!["other.example".into(), "_xmpp-server.third.example".into()];
    assert_eq!(failures, [PkixFailure::NameMismatch { presented }]);
}
