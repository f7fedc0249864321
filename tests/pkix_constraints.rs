//! What issuers may issue for, across the forms of names (RFC 5280 §4.2.1.10, RFC 4985 §4, RFC 9525 §7.6).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{CLIENT_AUTH, Recipe, SRV_NAME, XMPP_ADDR, authority, leaf, root};
use support::der::{name, other_name, sequence, tlv};
use support::pkix::{s2s, user};
use xmpptls::certificate::{Certificate, DnsSubtree, NameKind, SrvSubtree};
use xmpptls::name::Domain;

fn dns(text: &str) -> Vec<u8> {
    tlv(0x82, text)
}

fn srv(text: &str) -> Vec<u8> {
    other_name(SRV_NAME, 0x16, text)
}

/// The reasons why `domain` is not proved by a leaf below a constrained intermediate.
fn below_intermediate(
    permitted: &[Vec<u8>],
    excluded: &[Vec<u8>],
    recipe: Recipe,
    domain: &str,
) -> Vec<&'static str> {
    let ca = root();
    let issuer = authority("Constrained").constraints(permitted, excluded).signed_by(&ca);
    s2s(domain).reasons(&[&recipe.signed_by(&issuer), &issuer], &[&ca])
}

/// The same below a constrained trust anchor.
fn below_anchor(
    permitted: &[Vec<u8>],
    excluded: &[Vec<u8>],
    recipe: Recipe,
    domain: &str,
) -> Vec<&'static str> {
    let ca = authority("Constrained Root").constraints(permitted, excluded).self_signed();
    s2s(domain).reasons(&[&recipe.signed_by(&ca)], &[&ca])
}

const NO_REASON: [&str; 0] = [];

#[test]
fn atk_id_06_dns_constraints_hold_for_dns_names() {
    for below in [below_intermediate, below_anchor] {
        let corp = || [dns("corp.example")];
        let im = || leaf().dns("im.corp.example");
        assert_eq!(below(&corp(), &[], im(), "im.corp.example"), NO_REASON);
        assert_eq!(below(&corp(), &[], leaf().dns("corp.example"), "corp.example"), NO_REASON);
        assert_eq!(below(&corp(), &[], leaf().dns("bank.example"), "bank.example"), ["name_constraint"]);
        assert_eq!(below(&corp(), &[], leaf().dns("xcorp.example"), "xcorp.example"), ["name_constraint"]);
        assert_eq!(below(&[], &corp(), im(), "im.corp.example"), ["name_constraint"]);
        assert_eq!(below(&[], &corp(), leaf().dns("bank.example"), "bank.example"), NO_REASON);
    }
}

#[test]
fn atk_id_06_a_wildcard_does_not_reach_out_of_a_subtree() {
    for below in [below_intermediate, below_anchor] {
        let wild = || leaf().dns("*.example.com");
        assert_eq!(below(&[dns("example.com")], &[], wild(), "a.example.com"), NO_REASON);
        assert_eq!(below(&[dns("a.example.com")], &[], wild(), "b.example.com"), ["name_constraint"]);
        assert_eq!(below(&[], &[dns("a.example.com")], wild(), "a.example.com"), ["name_constraint"]);
    }
}

#[test]
fn pki_24_dns_constraints_hold_for_srv_names_and_xmpp_addresses() {
    for below in [below_intermediate, below_anchor] {
        let corp = || [dns("corp.example")];
        let bank = "bank.example";
        let srv_leaf = |domain: &str| leaf().srv_name(&format!("_xmpp-server.{domain}"));
        assert_eq!(below(&corp(), &[], srv_leaf(bank), bank), ["name_constraint"]);
        assert_eq!(below(&corp(), &[], srv_leaf("im.corp.example"), "im.corp.example"), NO_REASON);
        assert_eq!(below(&corp(), &[], leaf().xmpp_addr(bank), bank), ["name_constraint"]);
        assert_eq!(below(&corp(), &[], leaf().xmpp_addr("im.corp.example"), "im.corp.example"), NO_REASON);
        assert_eq!(below(&[], &[dns(bank)], srv_leaf(bank), bank), ["name_constraint"]);
        assert_eq!(below(&[], &[dns(bank)], leaf().xmpp_addr(bank), bank), ["name_constraint"]);
        assert_eq!(below(&[], &[dns("other.example")], leaf().xmpp_addr(bank), bank), NO_REASON);
        let wild = leaf().srv_name("_xmpp-server.*.example.com");
        assert_eq!(below(&[dns("a.example.com")], &[], wild.clone(), "b.example.com"), ["name_constraint"]);
        assert_eq!(below(&[dns("example.com")], &[], wild, "b.example.com"), NO_REASON);
    }
}

#[test]
fn pki_24_constraints_of_every_issuer_in_the_path_count() {
    let ca = root();
    let upper = authority("Upper").constraints(&[dns("corp.example")], &[]).signed_by(&ca);
    let lower = authority("Lower").signed_by(&upper);
    let asked = |domain: &str| {
        let server = leaf().xmpp_addr(domain).signed_by(&lower);
        s2s(domain).reasons(&[&server, &lower, &upper], &[&ca])
    };
    assert_eq!(asked("im.corp.example"), NO_REASON);
    assert_eq!(asked("bank.example"), ["name_constraint"]);
}

#[test]
fn pki_24_addresses_of_users_are_constrained_too() {
    let ca = authority("Constrained Root").constraints(&[dns("corp.example")], &[]).self_signed();
    let asked = |address: &str| {
        let romeo = leaf().xmpp_addr(address).purposes(&[CLIENT_AUTH]).signed_by(&ca);
        user().reasons(&[&romeo], &[&ca])
    };
    assert_eq!(asked("romeo@corp.example"), NO_REASON);
    assert_eq!(asked("admin@bank.example"), ["name_constraint"]);
}

/// Certificate, constraint and whether it is satisfied: the examples of RFC 4985 §4, and their neighbours.
const MATRIX: &[(&str, &str, bool)] = &[
    ("_xmpp-server", "example.com", true),
    ("_xmpp-server", "any.example.net", true),
    ("_xmpp-client", "example.com", false),
    ("example.com", "example.com", true),
    ("example.com", "im.example.com", true),
    ("example.com", "1example.com", false),
    ("example.com", "example.net", false),
    ("_xmpp-server.example.com", "example.com", true),
    ("_xmpp-server.example.com", "im.example.com", true),
    ("_xmpp-server.example.com", "1example.com", false),
    ("_xmpp-client.example.com", "example.com", false),
    ("_XMPP-Server.Example.COM", "example.com", true),
];

#[test]
fn pki_25_srv_constraints_of_an_anchor_follow_rfc_4985() {
    for &(constraint, domain, is_inside) in MATRIX {
        let server = || leaf().srv_name(&format!("_xmpp-server.{domain}"));
        let permitted = below_anchor(&[srv(constraint)], &[], server(), domain);
        let excluded = below_anchor(&[], &[srv(constraint)], server(), domain);
        assert_eq!(permitted.is_empty(), is_inside, "permitted {constraint}, {domain}: {permitted:?}");
        assert_eq!(excluded.is_empty(), !is_inside, "excluded {constraint}, {domain}: {excluded:?}");
        let refused = if is_inside { excluded } else { permitted };
        assert_eq!(refused, ["name_constraint"], "{constraint}, {domain}");
    }
}

#[test]
fn pki_25_every_srv_name_presented_must_be_inside_not_only_the_matched_one() {
    let two = leaf().srv_name("_xmpp-server.a.example.com").srv_name("_xmpp-server.bank.example");
    let permitted = [srv("example.com")];
    assert_eq!(below_anchor(&permitted, &[], two, "a.example.com"), ["name_constraint"]);
    let one = leaf().srv_name("_xmpp-server.a.example.com").dns("bank.example");
    assert_eq!(below_anchor(&permitted, &[], one, "a.example.com"), NO_REASON);
}

#[test]
fn pki_25_wildcards_in_srv_names_are_inside_or_touch() {
    let wild = || leaf().srv_name("_xmpp-server.*.example.com");
    let domain = "b.example.com";
    assert_eq!(below_anchor(&[srv("example.com")], &[], wild(), domain), NO_REASON);
    assert_eq!(below_anchor(&[srv("b.example.com")], &[], wild(), domain), ["name_constraint"]);
    assert_eq!(below_anchor(&[], &[srv("a.example.com")], wild(), domain), ["name_constraint"]);
    assert_eq!(below_anchor(&[], &[srv("x.a.example.com")], wild(), domain), NO_REASON);
    assert_eq!(below_anchor(&[], &[srv("example.com")], wild(), domain), ["name_constraint"]);
}

#[test]
fn pki_25_several_permitted_subtrees_are_alternatives() {
    let permitted = [srv("example.net"), srv("_xmpp-server.example.com"), srv("_imap")];
    let server = |domain: &str| leaf().srv_name(&format!("_xmpp-server.{domain}"));
    assert_eq!(below_anchor(&permitted, &[], server("example.com"), "example.com"), NO_REASON);
    assert_eq!(below_anchor(&permitted, &[], server("example.net"), "example.net"), NO_REASON);
    assert_eq!(below_anchor(&permitted, &[], server("example.org"), "example.org"), ["name_constraint"]);
}

#[test]
fn pki_25_srv_constraints_do_not_limit_dns_names() {
    for below in [below_intermediate, below_anchor] {
        let permitted = [srv("_xmpp-server.corp.example")];
        assert_eq!(below(&permitted, &[], leaf().dns("bank.example"), "bank.example"), NO_REASON);
    }
}

#[test]
fn other_names_below_an_intermediate_that_constrains_other_names_are_refused_whole() {
    let permitted = [srv("example.com")];
    let server = leaf().srv_name("_xmpp-server.example.com");
    assert_eq!(below_intermediate(&permitted, &[], server, "example.com"), ["name_constraint"]);
    let address = leaf().xmpp_addr("example.com");
    assert_eq!(below_intermediate(&permitted, &[], address, "example.com"), ["name_constraint"]);
    assert_eq!(below_intermediate(&permitted, &[], leaf().dns("example.com"), "example.com"), NO_REASON);
}

#[test]
fn xmpp_addresses_below_an_anchor_that_constrains_xmpp_addresses_are_refused() {
    let permitted = [other_name(XMPP_ADDR, 0x0c, "example.com")];
    let address = leaf().xmpp_addr("example.com");
    assert_eq!(below_anchor(&permitted, &[], address, "example.com"), ["name_constraint"]);
    let server = leaf().srv_name("_xmpp-server.example.com");
    assert_eq!(below_anchor(&permitted, &[], server, "example.com"), NO_REASON);
    let broken = leaf().name_entry(other_name(SRV_NAME, 0x0c, "x")).dns("example.com");
    assert_eq!(below_anchor(&[srv("_imap")], &[], broken, "example.com"), ["name_constraint"]);
}

#[test]
fn atk_id_06_directory_name_and_uri_constraints_refuse_what_they_touch() {
    for below in [below_intermediate, below_anchor] {
        let directory = [tlv(0xa4, name("Corp"))];
        assert_eq!(below(&directory, &[], leaf().dns("a.example"), "a.example"), ["name_constraint"]);
        let uri = [tlv(0x86, ".example.com")];
        let with_uri = leaf().uri("xmpp:a.example.com").dns("a.example.com");
        assert_eq!(below(&uri, &[], with_uri, "a.example.com"), ["name_constraint"]);
        assert_eq!(below(&uri, &[], leaf().dns("a.example.com"), "a.example.com"), NO_REASON);
    }
}

#[test]
fn pki_25_constraints_that_cannot_be_read_permit_nothing() {
    let no_list = tlv(0x0c, "nothing");
    let with_maximum = sequence([tlv(0xa0, tlv(0x30, [dns("a.example"), tlv(0x81, [3])].concat()))]);
    for value in [no_list, with_maximum] {
        let ca = root();
        let issuer = authority("Odd").extension("2.5.29.30", true, value).signed_by(&ca);
        let server = leaf().dns("a.example").signed_by(&issuer);
        let reasons = s2s("a.example").reasons(&[&server, &issuer], &[&ca]);
        assert!(reasons.contains(&"name_constraint") || reasons.contains(&"malformed_cert"), "{reasons:?}");
    }
}

#[test]
fn name_constraints_are_read_as_data() {
    let permitted = [dns("example.com"), dns(".sub.example"), dns(""), srv("_xmpp-server.example.com")];
    let excluded = [srv("_imap"), tlv(0x81, "example.com"), tlv(0x87, [10, 0, 0, 0, 255, 0, 0, 0])];
    let ca = authority("Constrained").constraints(&permitted, &excluded).self_signed();
    let certificate = Certificate::parse(&ca.der).unwrap();
    let read = certificate.name_constraints().unwrap();
    let domain = |text| Domain::parse(text).unwrap();
    let subtrees = [
        DnsSubtree::Within(domain("example.com")),
        DnsSubtree::Below(domain("sub.example")),
        DnsSubtree::All,
    ];
    assert_eq!(read.dns_permitted, subtrees);
    assert!(read.dns_excluded.is_empty() && !read.unreadable);
    assert_eq!(read.srv_permitted, [SrvSubtree::parse("_xmpp-server.example.com").unwrap()]);
    assert_eq!(read.srv_excluded, [SrvSubtree { service: Some("_imap".into()), domain: None }]);
    assert_eq!(read.others, [NameKind::Email, NameKind::Ip]);
}
