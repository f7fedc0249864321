//! SASL EXTERNAL: whom a certificate lets its holder act as (RFC 6120 §13.7.2.2, XEP-0178).

use serde_json::{Value, json};

use super::ca::{CLIENT_AUTH, leaf};
use super::case::{Case, function};
use super::world::{Family, World};

/// A certificate's addresses, authzid, mapped user, end.
type Row = (&'static str, &'static [&'static str], Option<&'static str>, Option<&'static str>, &'static str);

const ROWS: &[Row] = &[
    ("one-none", &["juliet@example.org"], None, None, "juliet@example.org"),
    ("one-same", &["juliet@example.org"], Some("juliet@example.org"), None, "juliet@example.org"),
    ("one-other-case", &["juliet@example.org"], Some("Juliet@EXAMPLE.org"), None, "juliet@example.org"),
    ("one-other", &["juliet@example.org"], Some("nurse@example.org"), None, "invalid-authzid"),
    ("one-other-domain", &["juliet@example.org"], Some("juliet@montague.example"), None, "invalid-authzid"),
    ("one-with-resource", &["juliet@example.org"], Some("juliet@example.org/x"), None, "invalid-authzid"),
    ("one-bare-domain", &["juliet@example.org"], Some("example.org"), None, "invalid-authzid"),
    ("two-none", &["a@example.org", "b@example.org"], None, None, "invalid-authzid"),
    ("two-first", &["a@example.org", "b@example.org"], Some("a@example.org"), None, "a@example.org"),
    ("two-second", &["a@example.org", "b@example.org"], Some("b@example.org"), None, "b@example.org"),
    ("two-third", &["a@example.org", "b@example.org"], Some("c@example.org"), None, "invalid-authzid"),
    ("twice-the-same", &["a@example.org", "a@example.org"], None, None, "a@example.org"),
    ("foreign", &["romeo@montague.example"], None, None, "not-authorized"),
    ("foreign-asked", &["romeo@montague.example"], Some("romeo@montague.example"), None, "not-authorized"),
    ("foreign-and-own", &["romeo@montague.example", "juliet@example.org"], None, None, "juliet@example.org"),
    ("server-name", &["example.org"], None, None, "not-authorized"),
    ("full-address", &["juliet@example.org/balcony"], None, None, "not-authorized"),
    ("nothing", &[], None, None, "not-authorized"),
    ("nothing-asked", &[], Some("admin@example.org"), None, "not-authorized"),
    ("mapped", &[], None, Some("juliet@example.org"), "juliet@example.org"),
    ("mapped-asked", &[], Some("juliet@example.org"), Some("juliet@example.org"), "juliet@example.org"),
    ("mapped-other", &[], Some("romeo@example.org"), Some("juliet@example.org"), "invalid-authzid"),
    ("mapped-and-named", &["nurse@example.org"], None, Some("juliet@example.org"), "nurse@example.org"),
];

pub(super) fn family() -> Family {
    let mut world = World::with_root();
    let mut cases: Vec<Case> = Vec::new();
    for (name, addresses, authzid, mapped, end) in ROWS {
        let recipe = leaf().purposes(&[CLIENT_AUTH]);
        let recipe = addresses.iter().fold(recipe, |recipe, address| recipe.xmpp_addr(address));
        world.own(name, recipe);
        let expect = if end.contains('@') {
            json!({ "user": end, "condition": null })
        } else {
            json!({ "user": null, "condition": end })
        };
        cases.push(function(
            format!("xep0178::user::{name}"),
            "EXT-06",
            "XEP-0178 §2",
            "user",
            json!({ "certificate": name, "served": ["example.org"], "authzid": authzid, "mapped": mapped }),
            expect,
        ));
    }
    for (name, wire, end) in [
        ("domain", "YS5leGFtcGxl", json!("a.example")),
        ("equals", "=", Value::Null),
        ("nothing", "", Value::Null),
        ("blanks", " \n", Value::Null),
        ("no-base64", "!", json!(false)),
        ("no-utf-8", "/w==", json!(false)),
        ("no-padding", "YS5leGFtcGx", json!(false)),
    ] {
        let expect = match end {
            Value::Bool(_) => json!({ "authzid": null, "malformed": true }),
            end => json!({ "authzid": end, "malformed": false }),
        };
        let input = json!({ "wire": wire });
        let id = format!("rfc6120::authzid::{name}");
        cases.push(function(id, "EXT-03", "RFC 6120 §6.4.2", "authzid_from_wire", input, expect));
    }
    for (name, authzid, domain) in [
        ("none", None, Some("a.example")),
        ("own", Some("a.example"), Some("a.example")),
        ("other", Some("B.example"), Some("b.example")),
        ("user", Some("x@a.example"), None),
        ("resource", Some("a.example/x"), None),
        ("empty", Some(""), None),
        ("blank", Some("a b"), None),
    ] {
        cases.push(function(
            format!("xep0178::server::{name}"),
            "EXT-04",
            "XEP-0178 §3",
            "server_authzid",
            json!({ "authzid": authzid, "from": "a.example" }),
            json!({ "domain": domain }),
        ));
    }
    Family {
        name: "external",
        essay: "SASL EXTERNAL: whom a certificate lets its holder act as.",
        world,
        cases,
    }
}
