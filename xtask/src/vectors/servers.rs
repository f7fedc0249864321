//! What the policy makes of a peer: requirement, dialback, exceptions, pins.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::ca::{DAY, NOW, leaf};
use super::case::{Case, DOMAIN, Draft, draft};
use super::world::{Family, World};

const WITH_DIALBACK: &str = "preset = \"s2s-with-dialback-2026\"\n";
const BY_PKIX: [&str; 2] = ["name_mismatch", "self_signed"];

pub(super) fn family() -> Family {
    let mut world = World::with_root();
    world.issue("good", leaf().dns(DOMAIN), "root");
    world.issue("renewed", leaf().dns(DOMAIN).serial(&[9]), "root");
    world.own("stranger", leaf().dns("other.example"));
    world.own("another", leaf().dns("other.example").subject("another"));
    let mut cases = Vec::new();
    levels(&mut cases);
    dialback(&mut cases);
    exceptions(&world, &mut cases);
    pins(&mut world, &mut cases);
    Family { name: "policy", essay: "What the policy makes of what was proved.", world, cases }
}

/// Each requirement for a proved and for an unknown server, in both directions, with and without the key.
fn levels(cases: &mut Vec<Case>) {
    let policies = [
        ("authenticate", "preset = \"s2s-2026\"\n"),
        ("or-dialback", WITH_DIALBACK),
        ("encrypt-only", "preset = \"s2s-2026\"\nrequirement = \"encrypt-only\"\n"),
    ];
    for (name, policy) in policies {
        for direction in ["initiating", "receiving"] {
            let case = |end: &str, chain: &[&str], note: &str| {
                let id = format!("rfc7590::level::{name}::{direction}::{end}");
                let case = draft(id, "PKI-01", "RFC 7590 §3.4", note).chain(chain).policy(policy);
                if direction == "receiving" { case.receiving() } else { case }
            };
            cases.push(case("proved", &["good"], "a certificate proof").authenticated("pkix"));
            cases.push(
                case("chain-alone", &["good"], "nobody showed the key")
                    .set("possession_shown", json!(false))
                    .note("possession_not_shown")
                    .authenticated("pkix"),
            );
            cases.push(
                case("resumed", &["good"], "the chain of an earlier handshake")
                    .set("resumed", json!(true))
                    .note("resumed")
                    .authenticated("pkix"),
            );
            let unknown = case("unknown", &["stranger"], "no proof");
            cases.push(match name {
                "authenticate" => unknown.alert(48).refused(&BY_PKIX),
                "or-dialback" => unknown.note("dialback_pending").encrypted_only(&BY_PKIX),
                _ => unknown.note("encrypt_only_policy").encrypted_only(&BY_PKIX),
            });
            let none = case("no-certificate", &[], "no certificate").set("chain", Value::Null);
            cases.push(match name {
                "authenticate" => none.refused(&["no_certificate"]),
                _ => none.encrypted_only(&["no_certificate"]),
            });
        }
    }
    cases.push(
        draft("policy::pkix::off", "PKI-16", "RFC 7712 §5", "PKIX is not used")
            .policy("preset = \"s2s-2026\"\n[pkix]\nenabled = false\n")
            .refused(&[]),
    );
}

fn with_dialback(id: &str, note: &str, answer: Value) -> Draft {
    draft(format!("xep0220::dialback::{id}"), "DNA-03", "RFC 7590 §3.4", note)
        .chain(&["stranger"])
        .receiving()
        .policy(WITH_DIALBACK)
        .evidence("dialback", answer)
}

fn dialback(cases: &mut Vec<Case>) {
    for valid in [true, false] {
        for dnssec in [true, false] {
            for over_tls in [true, false] {
                let id = format!("valid-{valid}::dnssec-{dnssec}::tls-{over_tls}");
                let answer = json!({ "found": { "valid": valid, "dnssec": dnssec, "over_tls": over_tls } });
                let case = with_dialback(&id, &id, answer);
                cases.push(match (valid, dnssec, over_tls) {
                    (false, ..) => case.refused(&[&BY_PKIX[..], &["dialback_invalid"]].concat()),
                    (_, _, false) => case.refused(&[&BY_PKIX[..], &["dialback_without_tls"]].concat()),
                    (_, true, _) => case.weak("dialback+dnssec", &BY_PKIX),
                    (_, false, _) => case.weak("dialback", &BY_PKIX),
                });
            }
        }
    }
    let valid = || json!({ "found": { "valid": true, "dnssec": true, "over_tls": true } });
    let clear = json!({ "found": { "valid": true, "dnssec": true, "over_tls": false } });
    let rows = vec![
        with_dialback("in-the-clear-allowed", "the policy allows the second leg without TLS", clear)
            .policy("preset = \"s2s-with-dialback-2026\"\n[dialback]\nrequires_tls = false\n")
            .weak("dialback", &BY_PKIX),
        with_dialback("timeout", "nobody answered", json!({ "failed": "timeout" }))
            .refused(&[&BY_PKIX[..], &["dialback_unanswered"]].concat()),
        with_dialback("no-server", "there is nobody to ask", json!({ "absent": "insecure" }))
            .refused(&[&BY_PKIX[..], &["dialback_unanswered"]].concat()),
        with_dialback("not-enough", "the policy demands a certificate proof", valid())
            .policy("preset = \"s2s-2026\"\n")
            .refused(&BY_PKIX),
        with_dialback("not-needed", "the certificate proves it", valid())
            .chain(&["good"])
            .authenticated("pkix"),
        with_dialback("expired-meanwhile", "judged as of now, the certificate is over", valid())
            .chain(&["good"])
            .now(NOW + 90 * DAY)
            .weak("dialback+dnssec", &["expired"]),
        with_dialback("without-certificate", "dialback needs none", valid())
            .set("chain", Value::Null)
            .weak("dialback+dnssec", &["no_certificate"]),
    ];
    cases.extend(rows);
}

fn digest(world: &World, kind: &str, name: &str) -> String {
    use aws_lc_rs::digest::{SHA256, digest};
    let content = if kind == "certificate" { world.der(name) } else { world.spki(name) };
    STANDARD.encode(digest(&SHA256, content))
}

/// The time at which the vectors judge, as TOML writes it.
const UNTIL_NOW: &str = "2027-01-15T08:00:00Z";

fn exceptions(world: &World, cases: &mut Vec<Case>) {
    for kind in ["certificate", "public_key"] {
        let policy = |owner: &str, name: &str| {
            let digest = digest(world, kind, name);
            format!(
                "preset = \"s2s-2026\"\n[peer.\"{owner}\"]\nexceptions = [{{ {kind} = \"sha-256:{digest}\", until = {UNTIL_NOW} }}]\n"
            )
        };
        let case = |id: &str, owner: &str, name: &str, note: &str| {
            draft(format!("rfc9525::exception::{kind}::{id}"), "PKI-28", "RFC 9525 §6.6", note)
                .chain(&["stranger"])
                .policy(&policy(owner, name))
        };
        let rows = vec![
            case("accepted", DOMAIN, "stranger", "to its last second")
                .note("exception_used")
                .valid_until(NOW)
                .authenticated_with("exception", &BY_PKIX),
            case("ended", DOMAIN, "stranger", "and not longer")
                .now(NOW + 1)
                .refused(&[&BY_PKIX[..], &["exception_ended"]].concat()),
            case("another", DOMAIN, "another", "another certificate and key").refused(&BY_PKIX),
            case("of-the-parent", "example.com", "stranger", "a domain does not cover those below it")
                .refused(&BY_PKIX),
            case("with-subdomains", "example.com", "stranger", "unless it says so")
                .policy(&format!("{}with_subdomains = true\n", policy("example.com", "stranger")))
                .authenticated_with("exception", &BY_PKIX),
            case("of-another-domain", "example.net", "stranger", "another peer's").refused(&BY_PKIX),
            case("not-binding", DOMAIN, "stranger", "a good certificate needs none")
                .chain(&["good"])
                .authenticated("pkix"),
            case("not-over-dane", DOMAIN, "stranger", "DANE is final")
                .dane(&[world.tlsa(3, 1, 1, "good")])
                .refused_finally(&["dane_mismatch"]),
        ];
        cases.extend(rows);
    }
}

fn pins(world: &mut World, cases: &mut Vec<Case>) {
    let same_key = super::world::key("good");
    world.issue_with("good-renewed", leaf().dns(DOMAIN).serial(&[8]), "root", same_key);
    for kind in ["certificate", "public_key"] {
        let policy = |names: &[&str]| {
            let pins: Vec<String> = names
                .iter()
                .map(|name| format!("{{ {kind} = \"sha-256:{}\" }}", digest(world, kind, name)))
                .collect();
            format!("preset = \"s2s-2026\"\n[peer.\"{DOMAIN}\"]\npins = [{}]\n", pins.join(", "))
        };
        let case = |id: &str, chain: &str, pinned: &[&str], note: &str| {
            draft(format!("rfc9525::pin::{kind}::{id}"), "PKI-28", "RFC 9525 §6.6", note)
                .chain(&[chain])
                .policy(&policy(pinned))
        };
        let rows = vec![
            case("kept", "good", &["good"], "the pinned one").authenticated("pkix"),
            case("other", "renewed", &["good"], "another key").alert(42).refused_finally(&["pin_mismatch"]),
            case("backup", "renewed", &["good", "renewed"], "a backup pinned ahead").authenticated("pkix"),
            case("proves-nothing", "stranger", &["stranger"], "a pin is no proof").refused(&BY_PKIX),
            case("over-dane", "good", &["another"], "it restricts DANE too")
                .dane(&[world.tlsa(3, 1, 1, "good")])
                .refused_finally(&["pin_mismatch"]),
            case("another-peer", "good", &["another"], "it binds its own peer alone")
                .set("policy", json!(policy(&["another"]).replace(DOMAIN, "other.example")))
                .authenticated("pkix"),
        ];
        cases.extend(rows);
        let renewed = case("renewed-with-the-key", "good-renewed", &["good"], "renewed with the same key");
        cases.push(if kind == "public_key" {
            renewed.authenticated("pkix")
        } else {
            renewed.refused_finally(&["pin_mismatch"])
        });
    }
}
