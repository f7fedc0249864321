//! What PKIX asks of a chain: issuers, dates, purposes, keys, signatures, constraints, revocation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::ca::{
    ANY_PURPOSE, CLIENT_AUTH, CODE_SIGNING, CRL_SIGN, DAY, DIGITAL_SIGNATURE, KEY_CERT_SIGN,
    KEY_ENCIPHERMENT, NOW, Recipe, SERVER_AUTH, authority, curve_spki, leaf, revocation_list, rsa_spki,
};
use super::case::{Case, DOMAIN, draft};
use super::der::tlv;
use super::world::{Family, World, rsa_key};

fn good() -> Recipe {
    leaf().dns(DOMAIN)
}

pub(super) fn family() -> Family {
    let mut world = World::with_root();
    world.issue("good", good(), "root");
    let mut cases = Vec::new();
    leaves(&mut world, &mut cases);
    issuers(&mut world, &mut cases);
    purposes(&mut world, &mut cases);
    keys(&mut world, &mut cases);
    constraints(&mut world, &mut cases);
    revocation(&mut world, &mut cases);
    dates(&mut world, &mut cases);
    Family {
        name: "path",
        essay: "What PKIX asks of a chain. One thing is odd in each case, and its twin is accepted.",
        world,
        cases,
    }
}

/// One odd leaf below the root.
fn leaves(world: &mut World, cases: &mut Vec<Case>) {
    cases.push(
        draft("rfc5280::path::good", "PKI-16", "RFC 5280 §6", "nothing is odd")
            .valid_until(NOW + 89 * DAY)
            .authenticated("pkix"),
    );
    let rows: &[(&str, &'static str, &'static str, Recipe, &[&str])] = &[
        ("ca", "PKI-17", "RFC 6120 §13.7.1.1", good().ca(true), &["ee_is_ca"]),
        ("no-basic-constraints", "PKI-17", "RFC 5280 §4.2.1.9", good().no_basic_constraints(), &[]),
        ("no-key-usage", "PKI-18", "RFC 5280 §4.2.1.3", good().no_key_usage(), &[]),
        (
            "encipherment-only",
            "PKI-16",
            "RFC 8446 §4.4.2.2",
            good().key_usage(KEY_ENCIPHERMENT),
            &["bad_key_usage"],
        ),
        (
            "two-usages",
            "PKI-16",
            "RFC 8446 §4.4.2.2",
            good().key_usage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT),
            &[],
        ),
        ("empty-subject", "PKI-18", "RFC 5280 §4.2.1.6", good().subject(""), &[]),
        ("expired", "PKI-26", "RFC 5280 §4.1.2.5", good().expired(), &["expired"]),
        ("not-yet-valid", "PKI-26", "RFC 5280 §4.1.2.5", good().not_yet_valid(), &["not_yet_valid"]),
        (
            "critical-unknown",
            "PKI-16",
            "RFC 5280 §4.2",
            good().extension("1.2.3.4", true, vec![5, 0]),
            &["unsupported_critical_extension"],
        ),
        ("unknown", "PKI-16", "RFC 5280 §4.2", good().extension("1.2.3.4", false, vec![5, 0]), &[]),
        ("broken-signature", "PKI-16", "RFC 5280 §6.1.3", good().broken_signature(), &["bad_signature"]),
    ];
    for (name, rule, clause, recipe, reasons) in rows {
        world.issue(name, recipe.clone(), "root");
        let case = draft(format!("rfc5280::leaf::{name}"), rule, clause, *name).chain(&[name]);
        cases.push(if reasons.is_empty() { case.authenticated("pkix") } else { case.refused(reasons) });
    }
    world.own("self-signed", good());
    world.own("self-signed-odd", leaf().dns("other.example").expired());
    cases.push(
        draft("rfc5280::leaf::self-signed", "ATK-ID-04", "RFC 5280 §6", "its own issuer")
            .chain(&["self-signed"])
            .alert(48)
            .refused(&["self_signed"]),
    );
    cases.push(
        draft("rfc5280::leaf::everything-wrong", "PKI-16", "RFC 6120 §13.7.2", "every reason is reported")
            .chain(&["self-signed-odd"])
            .alert(45)
            .refused(&["expired", "name_mismatch", "self_signed"]),
    );
    let der = world.der("good").to_vec();
    world.bytes("cut-short", der.split_last().map(|(_, head)| head.to_vec()).unwrap_or_default());
    world.bytes("with-a-tail", [der, vec![0]].concat());
    for name in ["cut-short", "with-a-tail"] {
        cases.push(
            draft(
                format!("rfc5280::leaf::{name}"),
                "SEC-04",
                "RFC 5280 §4.1",
                "the bytes are no certificate",
            )
            .chain(&[name])
            .alert(42)
            .refused(&["malformed_cert"]),
        );
    }
    cases.push(
        draft("rfc6120::leaf::none", "PAR-17", "RFC 6120 §13.7.2", "the peer sent no certificate")
            .set("chain", serde_json::Value::Null)
            .refused(&["no_certificate"]),
    );
}

fn issuers(world: &mut World, cases: &mut Vec<Case>) {
    let between = || authority("Test intermediate");
    let rows: &[(&str, &'static str, &'static str, Recipe, &[&str])] = &[
        ("plain", "PKI-16", "RFC 5280 §6", between(), &[]),
        ("not-a-ca", "ATK-ID-05", "RFC 5280 §6.1.4", between().ca(false), &["issuer_is_no_ca"]),
        (
            "without-basic-constraints",
            "PKI-17",
            "RFC 5280 §6.1.4",
            between().no_basic_constraints(),
            &["issuer_is_no_ca"],
        ),
        (
            "without-cert-sign",
            "PKI-18",
            "RFC 5280 §4.2.1.3",
            between().key_usage(CRL_SIGN),
            &["bad_key_usage"],
        ),
        (
            "cert-sign-and-crl-sign",
            "PKI-18",
            "RFC 5280 §4.2.1.3",
            between().key_usage(KEY_CERT_SIGN | CRL_SIGN),
            &[],
        ),
        ("intermediate-expired", "PKI-26", "RFC 5280 §4.1.2.5", between().expired(), &["expired"]),
        ("for-servers", "PKI-19", "RFC 5280 §4.2.1.12", between().purposes(&[SERVER_AUTH]), &[]),
        ("for-clients", "PKI-20", "RFC 5280 §4.2.1.12", between().purposes(&[CLIENT_AUTH]), &["bad_eku"]),
    ];
    for (name, rule, clause, recipe, reasons) in rows {
        let (issuer, below) = (format!("issuer-{name}"), format!("below-{name}"));
        world.issue(&issuer, recipe.clone(), "root");
        world.issue(&below, good(), &issuer);
        let case = draft(format!("rfc5280::issuer::{name}"), rule, clause, *name).chain(&[&below, &issuer]);
        cases.push(if reasons.is_empty() { case.authenticated("pkix") } else { case.refused(reasons) });
    }
    let case =
        |id: &str, note: &str| draft(format!("rfc5280::issuer::{id}"), "ATK-ID-18", "RFC 5280 §6.1", note);
    cases.push(
        case("missing", "the intermediate was not sent")
            .chain(&["below-plain"])
            .alert(48)
            .refused(&["untrusted_ca"]),
    );
    world.root("stranger");
    cases.push(
        case("unrelated-extra", "an unrelated certificate does no harm")
            .chain(&["below-plain", "stranger", "issuer-plain"])
            .authenticated("pkix"),
    );
    cases.push(case("root-sent-too", "the root may be sent").chain(&["good", "root"]).authenticated("pkix"));
    cases.push(
        case("root-not-trusted", "a root that was sent is not thereby trusted")
            .chain(&["good", "root"])
            .anchors(&["stranger"])
            .refused(&["untrusted_ca"]),
    );
    let ten = [&["good"][..], &["stranger"; 8], &["root"]].concat();
    cases.push(
        draft("rfc5280::issuer::ten", "SEC-01", "RFC 5280 §6", "ten certificates are looked at")
            .chain(&ten)
            .authenticated("pkix"),
    );
    cases.push(
        draft("rfc5280::issuer::eleven", "SEC-01", "RFC 5280 §6", "eleven are too many")
            .chain(&[&ten[..], &["root"]].concat())
            .refused(&["chain_too_long"]),
    );
}

/// Extended key usage in all roles (PKI-19 to PKI-22).
fn purposes(world: &mut World, cases: &mut Vec<Case>) {
    let rows: &[(&str, Option<&[&str]>, bool, bool)] = &[
        ("absent", None, true, true),
        ("server", Some(&[SERVER_AUTH]), true, false),
        ("client", Some(&[CLIENT_AUTH]), false, true),
        ("both", Some(&[SERVER_AUTH, CLIENT_AUTH]), true, true),
        ("any", Some(&[ANY_PURPOSE]), true, true),
        ("code-signing", Some(&[CODE_SIGNING]), false, false),
        ("empty", Some(&[]), false, false),
    ];
    for (name, purposes, for_servers, for_users) in rows {
        let certificate = format!("purpose-{name}");
        let recipe = good().xmpp_addr("juliet@im.example.com");
        let recipe = match purposes {
            None => recipe.no_purposes(),
            Some(purposes) => recipe.purposes(purposes),
        };
        world.issue(&certificate, recipe, "root");
        for role in ["c2s-client", "s2s-initiating", "s2s-receiving", "user"] {
            let note = format!("extended key usage {name}, judged by {role}");
            let id = format!("rfc5280::purpose::{name}::{role}");
            let rule = match role {
                "s2s-receiving" => "PKI-20",
                "user" => "PKI-22",
                _ => "PKI-19",
            };
            let case = draft(id, rule, "RFC 5280 §4.2.1.12", note).chain(&[&certificate]);
            let case = match role {
                "c2s-client" => case.c2s(),
                "s2s-receiving" => case.receiving(),
                "user" => case.user(),
                _ => case,
            };
            let accepted = if role == "user" { *for_users } else { *for_servers };
            cases.push(if accepted {
                case.authenticated("pkix")
            } else {
                case.alert(43).refused(&["bad_eku"])
            });
        }
    }
    cases.push(
        draft("policy::purpose::client-accepted", "PKI-21", "RFC 5280 §4.2.1.12", "the policy accepts it")
            .chain(&["purpose-client"])
            .receiving()
            .policy("preset = \"s2s-2026\"\n[pkix]\naccept_client_auth_only = true\n")
            .note("client_auth_only_accepted")
            .authenticated("pkix"),
    );
    cases.push(
        draft("policy::purpose::server-as-client", "PKI-20", "RFC 5280 §4.2.1.12", "and it is reported")
            .chain(&["purpose-server"])
            .receiving()
            .note("server_certificate_as_client")
            .authenticated("pkix"),
    );
}

fn keys(world: &mut World, cases: &mut Vec<Case>) {
    let p256 = curve_spki("1.2.840.10045.3.1.7", 32);
    let p192 = curve_spki("1.2.840.10045.3.1.1", 24);
    let rows: &[(&str, Vec<u8>, &[&str])] = &[
        ("rsa-1024", rsa_spki(1024), &["weak_key"]),
        ("rsa-2048", rsa_spki(2048), &[]),
        ("rsa-8192", rsa_spki(8192), &[]),
        ("p-192", p192, &["weak_key"]),
        ("p-256", p256, &[]),
    ];
    for (name, spki, reasons) in rows {
        world.issue_spki(name, good(), "root", spki.clone());
        let case = draft(format!("rfc9325::key::{name}"), "PAR-10", "RFC 9325 §4.5", *name).chain(&[name]);
        cases.push(if reasons.is_empty() { case.authenticated("pkix") } else { case.refused(reasons) });
    }
    world.own_with("rsa-root", authority("Test RSA root"), rsa_key());
    world.issue("below-rsa", good(), "rsa-root");
    world.issue("below-rsa-sha1", good().sha1(), "rsa-root");
    let case = |name: &str, note: &str| {
        draft(format!("rfc9155::signature::{name}"), "PAR-11", "RFC 9155", note)
            .chain(&[name])
            .anchors(&["rsa-root"])
    };
    cases.push(case("below-rsa", "signed by RSA with SHA-256").authenticated("pkix"));
    cases.push(case("below-rsa-sha1", "signed with SHA-1").refused(&["weak_signature"]));
}

fn constraints(world: &mut World, cases: &mut Vec<Case>) {
    let dns = |text: &str| tlv(0x82, text);
    let rows: &[(&str, Recipe, Recipe, bool)] = &[
        ("permitted", authority("c").constraints(&[dns("example.com")], &[]), good(), true),
        ("not-permitted", authority("c").constraints(&[dns("example.net")], &[]), good(), false),
        ("excluded", authority("c").constraints(&[], &[dns("example.com")]), good(), false),
        ("not-excluded", authority("c").constraints(&[], &[dns("example.net")]), good(), true),
        (
            "srv-name-outside",
            authority("c").constraints(&[dns("corp.example")], &[]),
            leaf().srv_name("_xmpp-server.im.example.com"),
            false,
        ),
        (
            "xmpp-addr-outside",
            authority("c").constraints(&[dns("corp.example")], &[]),
            leaf().xmpp_addr("im.example.com"),
            false,
        ),
        (
            "srv-name-inside",
            authority("c").constraints(&[dns("example.com")], &[]),
            leaf().srv_name("_xmpp-server.im.example.com"),
            true,
        ),
    ];
    for (name, issuer, recipe, accepted) in rows {
        let (ca, below) = (format!("constraint-{name}"), format!("below-constraint-{name}"));
        world.issue(&ca, issuer.clone(), "root");
        world.issue(&below, recipe.clone(), &ca);
        let id = format!("rfc5280::constraint::{name}");
        let case = draft(id, "PKI-24", "RFC 9525 §7.6", *name).chain(&[&below, &ca]);
        cases.push(if *accepted { case.authenticated("pkix") } else { case.refused(&["name_constraint"]) });
    }
}

fn revocation(world: &mut World, cases: &mut Vec<Case>) {
    world.issue("serial-55", good().serial(&[0x55]), "root");
    let list = |revoked: &[&[u8]], made: i64, next: i64| {
        STANDARD.encode(revocation_list(world.issued("root"), revoked, made, Some(next)))
    };
    let current = |revoked: &[&[u8]]| json!([list(revoked, NOW - DAY, NOW + DAY)]);
    let require = "preset = \"s2s-2026\"\n[pkix]\nrevocation = \"require-known\"\n";
    let off = "preset = \"s2s-2026\"\n[pkix]\nrevocation = \"off\"\n";
    let case = |id: &str, note: &str| {
        draft(format!("rfc5280::revocation::{id}"), "PKI-23", "RFC 6120 §13.7.2", note).chain(&["serial-55"])
    };
    let rows = vec![
        case("revoked", "a current list revokes it")
            .set("revocation_lists", current(&[&[0x55]]))
            .alert(44)
            .refused_finally(&["revoked"]),
        case("another-revoked", "a current list revokes another")
            .set("revocation_lists", current(&[&[0x56]]))
            .authenticated("pkix"),
        case("switched-off", "the policy does not look")
            .set("revocation_lists", current(&[&[0x55]]))
            .policy(off)
            .authenticated("pkix"),
        case("nothing-known", "no list: a note").note("revocation_unknown").authenticated("pkix"),
        case("nothing-known-and-demanded", "no list, and the policy demands to know")
            .policy(require)
            .refused(&["revocation_unknown"]),
        case("known-and-demanded", "a list for it, as the policy demands")
            .set("revocation_lists", current(&[]))
            .policy(require)
            .authenticated("pkix"),
        case("out-of-date-and-demanded", "an old list says nothing")
            .set("revocation_lists", json!([list(&[], NOW - 3 * DAY, NOW - DAY)]))
            .policy(require)
            .refused(&["revocation_unknown"]),
    ];
    cases.extend(rows);
    world.issue("must-staple", good().must_staple(), "root");
    let case = |id: &str, staple: &str, note: &str| {
        draft(format!("rfc7633::staple::{id}"), "PKI-23", "RFC 7633 §4.2.3", note)
            .chain(&["must-staple"])
            .set("staple", json!(staple))
    };
    cases
        .push(case("absent", "absent", "a staple could have come").refused_finally(&["must_staple_missing"]));
    cases.push(case("not-applicable", "not_applicable", "none could come").authenticated("pkix"));
    cases.push(case("unchecked", "unchecked", "one came").note("staple_unchecked").authenticated("pkix"));
}

/// Both ends of validity are inclusive (PKI-26).
fn dates(world: &mut World, cases: &mut Vec<Case>) {
    world.issue("dated", good().valid(NOW, NOW + DAY), "root");
    for (name, now, reasons) in [
        ("first-second", NOW, &[][..]),
        ("one-before", NOW - 1, &["not_yet_valid"]),
        ("last-second", NOW + DAY, &[]),
        ("one-after", NOW + DAY + 1, &["expired"]),
    ] {
        let id = format!("rfc5280::dates::{name}");
        let case = draft(id, "PKI-26", "RFC 5280 §4.1.2.5", name).chain(&["dated"]).now(now);
        cases.push(if reasons.is_empty() {
            case.authenticated("pkix")
        } else {
            case.alert(45).refused(reasons)
        });
    }
}
