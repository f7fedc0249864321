//! POSH documents as they are read (RFC 7711 §3), and their URLs.

use aws_lc_rs::digest::{SHA256, SHA512};
use serde_json::{Value, json};

use super::case::function;
use super::posh::fingerprint;
use super::world::{Family, World};

pub(super) fn family() -> Family {
    let mut cases = Vec::new();
    let good = format!(r#"{{"sha-256":"{}"}}"#, fingerprint(&SHA256, b"certificate"));
    let with = |descriptors: &str, expires: &str| {
        format!(r#"{{"fingerprints":[{descriptors}],"expires":{expires}}}"#)
    };
    let mut add = |id: &str, rule, document: String, expect: Value| {
        let input = json!({ "document": document });
        cases.push(function(
            format!("rfc7711::document::{id}"),
            rule,
            "RFC 7711 §3",
            "posh_document",
            input,
            expect,
        ));
    };
    let fingerprints = |hashes: &[&str], expires: u64| json!({ "kind": "fingerprints", "hashes": hashes, "expires": expires });
    let one = |expires| fingerprints(&["sha-256"], expires);
    let refused = || json!({ "kind": "refused" });

    add("good", "POSH-03", with(&good, "86400"), one(86_400));
    add(
        "both-kinds",
        "POSH-03",
        format!(r#"{{"fingerprints":[{good}],"url":"https://a.example/","expires":1}}"#),
        refused(),
    );
    add("neither-kind", "POSH-03", r#"{"expires":1}"#.into(), refused());
    add("no-descriptors", "POSH-03", with("", "1"), refused());
    add("no-expires", "POSH-03", format!(r#"{{"fingerprints":[{good}]}}"#), refused());
    add("unknown-member", "POSH-03", format!(r#"{{"x":[1],"fingerprints":[{good}],"expires":1}}"#), one(1));
    add("no-object", "POSH-03", format!("[{good}]"), refused());
    add("empty", "POSH-03", String::new(), refused());
    add("descriptor-is-text", "POSH-04", with("\"x\"", "1"), refused());
    add("value-is-number", "POSH-04", with(r#"{"sha-256":1}"#, "1"), refused());
    for name in ["md5", "sha-1", "sha-224", "sha3-256", "blake2b"] {
        let unknown = format!(r#"{{"{name}":"AAAA"}}"#);
        add(&format!("{name}-alone"), "POSH-04", with(&unknown, "1"), refused());
        add(&format!("{name}-beside"), "POSH-04", with(&format!("{unknown},{good}"), "1"), one(1));
    }
    add("hash-in-capitals", "POSH-04", with(&good.replace("sha-256", "SHA-256"), "1"), one(1));
    let sha512 = fingerprint(&SHA512, b"certificate");
    let both = good.replace('}', &format!(r#","sha-512":"{sha512}"}}"#));
    add("strongest", "POSH-07", with(&both, "1"), fingerprints(&["sha-512"], 1));
    add(
        "two-descriptors",
        "POSH-07",
        with(&format!("{good},{both}"), "1"),
        fingerprints(&["sha-256", "sha-512"], 1),
    );
    add(
        "hash-twice-by-case",
        "ATK-PO-08",
        with(&good.replace('}', &format!(",{}", good.replace("sha", "SHA").trim_start_matches('{'))), "1"),
        refused(),
    );

    add("unpadded", "POSH-06", with(&good.replace("=\"", "\""), "1"), one(1));
    add(
        "url-safe",
        "POSH-06",
        with(&format!(r#"{{"sha-512":"{}"}}"#, sha512.replace('/', "_").replace('+', "-")), "1"),
        refused(),
    );
    add("white-space", "POSH-06", with(&good.replace("=\"", "= \""), "1"), refused());
    add("trailing-bits", "POSH-06", with(&trailing_bits(&good), "1"), refused());
    add("too-much-padding", "POSH-06", with(&good.replace("=\"", "==\""), "1"), refused());
    add("wrong-length", "POSH-06", with(r#"{"sha-256":"AAAA"}"#, "1"), refused());
    add("length-of-another", "POSH-06", with(&good.replace("sha-256", "sha-384"), "1"), refused());

    for (text, seconds) in [("0", 0), ("1", 1), ("1e3", 1000), ("10.0", 10), ("9007199254740992", 1 << 53)] {
        add(&format!("expires-{text}"), "POSH-08", with(&good, text), one(seconds));
    }
    for (name, text) in [
        ("negative", "-1"),
        ("fractional", "1.5"),
        ("text", "\"1\""),
        ("beyond", "9007199254740993"),
        ("huge", "1e308"),
        ("overflow", "1e999"),
        ("null", "null"),
        ("list", "[]"),
    ] {
        add(&format!("expires-{name}"), "POSH-08", with(&good, text), refused());
    }

    let reference = |url: &str| format!(r#"{{"url":"{url}","expires":60}}"#);
    add(
        "reference",
        "POSH-09",
        reference("https://posh.example.net/a"),
        json!({ "kind": "reference", "url": "https://posh.example.net/a", "expires": 60 }),
    );
    add(
        "reference-in-capitals",
        "POSH-09",
        reference("HTTPS://Posh.Example.NET/A"),
        json!({ "kind": "reference", "url": "https://posh.example.net/A", "expires": 60 }),
    );
    for (name, url) in [
        ("http", "http://posh.example.net/a"),
        ("userinfo", "https://u:p@posh.example.net/a"),
        ("fragment", "https://posh.example.net/a#b"),
        ("relative", "/a"),
        ("no-host", "https:///"),
        ("file", "file:///etc/passwd"),
        ("line-end", "https://posh.example.net/a\\nb"),
        ("nothing", ""),
    ] {
        add(&format!("reference-{name}"), "POSH-09", reference(url), refused());
    }
    add(
        "reference-too-long",
        "POSH-09",
        reference(&format!("https://a.example/{}", "a".repeat(10_000))),
        refused(),
    );

    add(
        "member-twice",
        "ATK-PO-08",
        format!(r#"{{"fingerprints":[{good}],"expires":1,"expires":1}}"#),
        refused(),
    );
    add(
        "member-twice-escaped",
        "ATK-PO-08",
        format!(r#"{{"fingerprints":[{good}],"expires":1,"\u0065xpires":1}}"#),
        refused(),
    );
    add("byte-order-mark", "ATK-PO-08", format!("\u{feff}{}", with(&good, "1")), refused());
    add("tail", "ATK-PO-08", format!("{} x", with(&good, "1")), refused());
    add("comment", "ATK-PO-08", format!("/**/{}", with(&good, "1")), refused());
    let nested = |depth: usize| {
        format!(r#"{{"x":{}1{},"fingerprints":[{good}],"expires":1}}"#, "[".repeat(depth), "]".repeat(depth))
    };
    add("nested-8", "SEC-01", nested(7), one(1));
    add("nested-9", "SEC-01", nested(8), refused());
    let many = |count: usize| vec![good.as_str(); count].join(",");
    add("descriptors-64", "SEC-01", with(&many(64), "1"), fingerprints(&["sha-256"; 64], 1));
    add("descriptors-65", "SEC-01", with(&many(65), "1"), refused());

    for (domain, service, name) in [
        ("example.org", "s2s", "xmpp-server"),
        ("example.org", "c2s", "xmpp-client"),
        ("Example.ORG.", "s2s", "xmpp-server"),
        ("bücher.example", "c2s", "xmpp-client"),
    ] {
        let host = domain.trim_end_matches('.').to_lowercase().replace("bücher", "xn--bcher-kva");
        let url = format!("https://{host}/.well-known/posh/{name}.json");
        cases.push(function(
            format!("rfc7711::url::{host}::{service}::{}", domain.len()),
            "POSH-01",
            "RFC 7711 §3",
            "posh_url",
            json!({ "domain": domain, "service": service }),
            json!({ "url": url }),
        ));
    }
    Family {
        name: "posh-documents",
        essay: "POSH documents as they are read, and their URLs.",
        world: World::default(),
        cases,
    }
}

/// The same bytes, with a bit set that the padding leaves over.
fn trailing_bits(descriptor: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let Some((head, tail)) = descriptor.split_once("=\"") else { return String::new() };
    let (rest, last) = head.split_at(head.len() - 1);
    let position = ALPHABET.find(last).unwrap_or_default() | 1;
    let odd: String = ALPHABET.chars().skip(position).take(1).collect();
    format!("{rest}{odd}=\"{tail}")
}
