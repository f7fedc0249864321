//! Pure functions: domains, dialback keys, TLSA records, channel binding.

use serde_json::json;

use super::case::{Case, function};
use super::world::{Family, World};

pub(super) fn family() -> Family {
    let mut cases = Vec::new();
    domains(&mut cases);
    dialback(&mut cases);
    tlsa(&mut cases);
    binding(&mut cases);
    joining(&mut cases);
    Family {
        name: "functions",
        essay: "Pure functions: domains, dialback keys, TLSA records, channel binding.",
        world: World::default(),
        cases,
    }
}

fn domains(cases: &mut Vec<Case>) {
    let rows: &[(&str, &str, Option<&str>)] = &[
        ("plain", "im.example.com", Some("im.example.com")),
        ("capitals", "IM.Example.COM", Some("im.example.com")),
        ("final-dot", "example.com.", Some("example.com")),
        ("two-final-dots", "example.com..", None),
        ("u-label", "bücher.example", Some("xn--bcher-kva.example")),
        ("u-label-in-capitals", "BÜCHER.example", Some("xn--bcher-kva.example")),
        ("a-label-in-capitals", "XN--bcher-KVA.example", Some("xn--bcher-kva.example")),
        ("sharp-s", "faß.example", Some("xn--fa-hia.example")),
        ("full-width-dot", "example\u{ff0e}com", Some("example.com")),
        ("ideographic-dot", "例え\u{3002}テスト", Some("xn--r8jz45g.xn--zckzah")),
        ("underscore", "_xmpp.example", Some("_xmpp.example")),
        ("ipv4", "192.0.2.1", Some("192.0.2.1")),
        ("ipv6", "[2001:DB8::1]", Some("[2001:db8::1]")),
        ("ipv6-without-brackets", "2001:db8::1", None),
        ("ipv6-with-zone", "[fe80::1%eth0]", None),
        ("ipv6-unclosed", "[2001:db8::1", None),
        ("empty", "", None),
        ("dot", ".", None),
        ("empty-label", "a..example", None),
        ("blank", "a b.example", None),
        ("nul", "a\0.example", None),
        ("line-end", "example.com\n", None),
        ("at", "user@example.com", None),
        ("slash", "example.com/x", None),
        ("star", "*.example.com", None),
        ("leading-hyphen", "-a.example", None),
        ("trailing-hyphen", "a-.example", None),
        ("a-label-of-ascii", "xn--example-.org", None),
        ("a-label-of-nothing", "example.org.xn--", None),
        ("a-label-broken", "xn--a.example", None),
    ];
    for (name, text, ascii) in rows {
        let id = format!("rfc9525::domain::{name}");
        let expect = json!({ "ascii": ascii });
        cases.push(function(id, "PKI-09", "RFC 9525 §6.3", "domain", json!({ "text": text }), expect));
    }
    for (name, label, ok) in [("label-63", 63, true), ("label-64", 64, false)] {
        let text = format!("{}.example", "a".repeat(label));
        let expect = json!({ "ascii": ok.then_some(&text) });
        let id = format!("rfc1035::domain::{name}");
        cases.push(function(id, "PKI-09", "RFC 1035 §2.3.4", "domain", json!({ "text": text }), expect));
    }
}

fn dialback(cases: &mut Vec<Case>) {
    let secret = "s3cr3tf0rd14lb4ck";
    let first = "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643";
    let rows: &[(&str, &str, [&str; 3], Option<&str>)] = &[
        ("first", secret, ["xmpp.example.com", "example.org", "D60000229F"], Some(first)),
        (
            "second",
            secret,
            ["montague.example", "capulet.example", "D60000229F"],
            Some("b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3"),
        ),
        (
            "third",
            "d14lb4ck43v3r",
            ["capulet.example", "montague.example", "417GAF25"],
            Some("225cc5aa6a071133249d25fef42ae516fc7a86c523aa1c6980a7f73e784c972d"),
        ),
        ("short-secret", "short", ["a.example", "b.example", "1"], None),
        ("blank-in-a-domain", secret, ["a.example b.example", "c.example", "1"], None),
        ("blank-in-the-id", secret, ["a.example", "b.example", "1 2"], None),
        ("no-id", secret, ["a.example", "b.example", ""], None),
        ("no-domain", secret, ["", "b.example", "1"], None),
    ];
    for (name, secret, [receiving, originating, stream_id], key) in rows {
        cases.push(function(
            format!("xep0185::key::{name}"),
            "DNA-04",
            "XEP-0220 §2.1.1",
            "dialback_key",
            json!({ "secret": secret, "receiving": receiving, "originating": originating, "stream_id": stream_id }),
            json!({ "key": key }),
        ));
    }
    let raw = "4530485cd3f519a56e49b11b294b990ee9697dddaa9e95949e4cb0e64e9f017f";
    let capitals = first.to_uppercase();
    for (name, key, matches) in [
        ("exact", first, true),
        ("white-space", "\n\t37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643 ", true),
        ("capitals", capitals.as_str(), false),
        ("raw-digest-as-key", raw, false),
        ("empty", "", false),
        ("cut-short", "37c69b1c", false),
    ] {
        cases.push(function(
            format!("xep0185::check::{name}"),
            "DNA-04",
            "XEP-0220 §2.2.2",
            "dialback_check",
            json!({ "secret": secret, "receiving": "xmpp.example.com", "originating": "example.org",
                "stream_id": "D60000229F", "key": key }),
            json!({ "matches": matches }),
        ));
    }
}

fn tlsa(cases: &mut Vec<Case>) {
    let digest = "c9".repeat(32);
    let rdata = format!("030101{digest}");
    let rows: Vec<(&str, String, Option<String>)> = vec![
        ("plain", format!("3 1 1 {digest}"), Some(rdata.clone())),
        ("capitals", format!("3 1 1 {}", digest.to_uppercase()), Some(rdata.clone())),
        ("split", format!("3 1 1 ( c9c9 {} )", &digest[4..]), Some(rdata.clone())),
        ("acronyms", format!("DANE-EE SPKI SHA2-256 {digest}"), Some(rdata)),
        ("full", "2 0 0 3000".into(), Some("0200003000".into())),
        ("sha-512", format!("3 0 2 {digest}{digest}"), Some(format!("030002{digest}{digest}"))),
        ("too-few-fields", "3 1 1".into(), None),
        ("odd-digits", "3 1 0 000".into(), None),
        ("no-digits", "3 1 0 zz".into(), None),
        ("signed", format!("+3 1 1 {digest}"), None),
        ("beyond-a-byte", format!("256 1 1 {digest}"), None),
        ("usage-4", format!("4 1 1 {digest}"), None),
        ("wrong-length", "3 1 1 c9".into(), None),
    ];
    for (name, text, rdata) in rows {
        let id = format!("rfc6698::text::{name}");
        let expect = json!({ "rdata": rdata });
        cases.push(function(id, "DANE-08", "RFC 6698 §2.2", "tlsa_text", json!({ "text": text }), expect));
    }
    for (host, port, owner) in [
        ("xmpp23.hosting.example.net", 9143, "_9143._tcp.xmpp23.hosting.example.net."),
        ("bücher.example", 5269, "_5269._tcp.xn--bcher-kva.example."),
    ] {
        let id = format!("rfc7673::owner::{port}");
        let input = json!({ "host": host, "port": port });
        cases.push(function(id, "DANE-01", "RFC 7673 §3.3", "tlsa_owner", input, json!({ "owner": owner })));
    }
}

/// Name, profile, mechanisms, announced types, own types, decision.
type BindingRow = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
);

fn binding(cases: &mut Vec<Case>) {
    let plus: &'static [&'static str] = &["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"];
    let plain: &'static [&'static str] = &["SCRAM-SHA-256"];
    let both: &'static [&'static str] = &["tls-exporter", "tls-server-end-point"];
    let rows: &[BindingRow] = &[
        ("both", "sasl2", plus, both, both, "tls-exporter"),
        ("both-sasl", "sasl", plus, both, both, "tls-exporter"),
        ("end-point-announced", "sasl2", plus, &["tls-server-end-point"], both, "tls-server-end-point"),
        ("end-point-ours", "sasl2", plus, both, &["tls-server-end-point"], "tls-server-end-point"),
        ("end-point-undefined", "sasl2", plus, &["tls-server-end-point"], &["tls-exporter"], "n"),
        ("end-point-missing", "sasl2", plus, &["tls-unique"], both, "abort"),
        ("end-point-missing-sasl", "sasl", plus, &["tls-unique"], both, "abort"),
        ("plus-stripped", "sasl2", plain, both, both, "abort"),
        ("plus-stripped-sasl", "sasl", plain, both, both, "abort"),
        ("types-stripped", "sasl2", plus, &[], both, "abort"),
        ("types-unknown-sasl", "sasl", plus, &[], both, "tls-exporter"),
        ("neither", "sasl2", plain, &[], both, "y"),
        ("neither-sasl", "sasl", plain, &[], both, "y"),
        ("ours-none", "sasl2", plus, both, &[], "n"),
        ("none-at-all", "sasl", &[], &[], &[], "n"),
    ];
    for (name, profile, mechanisms, announced, ours, decision) in rows {
        cases.push(function(
            format!("xep0440::binding::{name}"),
            "CB-10",
            "XEP-0440 §3",
            "channel_binding",
            json!({ "profile": profile, "mechanisms": mechanisms, "announced": announced, "ours": ours }),
            json!({ "decision": decision }),
        ));
    }
    cases.push(function(
        "xep0474::hash::example",
        "CB-12",
        "XEP-0474 §6.1",
        "downgrade_hash",
        json!({ "hash": "SHA-1", "mechanisms": ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"],
            "types": ["tls-server-end-point", "tls-exporter"] }),
        json!({ "value": "G6k/rBLDqgOhRRaCuuatSDFkJ08=" }),
    ));
}

fn joining(cases: &mut Vec<Case>) {
    for errors in [true, false] {
        for same_address in [true, false] {
            for proved in [true, false] {
                let id =
                    format!("xep0220::joining::errors-{errors}::address-{same_address}::proved-{proved}");
                let input = json!({ "peer_announced_errors": errors, "same_address": same_address,
                    "certificate_proves_it": proved });
                let may = json!({ "may_join": errors && same_address && proved });
                cases.push(function(id, "DNA-15", "RFC 7712 §4.4.2", "joining_target", input, may));
            }
        }
    }
}
