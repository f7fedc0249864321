//! Which presented identifiers prove which service of which domain (RFC 9525 §6, RFC 6120 §13.7.1.2).

use super::ca::leaf;
use super::case::{Case, draft, endpoint};
use super::names_table::End::{self, By, Mismatch, Nothing};
use super::names_table::ROWS;
use super::world::{Family, World};

pub(super) fn family() -> Family {
    let mut world = World::with_root();
    let mut cases = Vec::new();
    for (name, rule, clause, names, questions) in ROWS {
        world.issue(name, names(leaf()), "root");
        for (index, (service, domain, end)) in questions.iter().enumerate() {
            cases.push(question(name, index, rule, clause, service, domain, *end));
        }
    }
    targets(&mut world, &mut cases);
    Family {
        name: "names",
        essay: "Which presented identifiers prove which service of which domain, all else being well.",
        world,
        cases,
    }
}

fn question(
    name: &'static str,
    index: usize,
    rule: &'static str,
    clause: &'static str,
    service: &str,
    domain: &str,
    end: End,
) -> Case {
    let note = format!("{name}: {service} of {domain}");
    let case = draft(format!("rfc9525::names::{name}::{index}"), rule, clause, note);
    let case = if service == "c2s" { case.c2s() } else { case };
    let case = case.chain(&[name]).domain(domain);
    match end {
        By(kind) => {
            let plain = domain.trim_end_matches('.').to_lowercase();
            let ascii = plain.replace("bücher", "xn--bcher-kva");
            let value = match kind {
                "srv-id" if service == "c2s" => format!("_xmpp-client.{ascii}"),
                "srv-id" => format!("_xmpp-server.{ascii}"),
                "ip-id" => ascii.trim_matches(['[', ']']).to_owned(),
                _ => ascii,
            };
            case.name(kind, &value, "service-domain").authenticated("pkix")
        }
        Mismatch => case.alert(42).refused(&["name_mismatch"]),
        Nothing => case.alert(42).refused(&["no_identifiers"]),
    }
}

/// The target of SRV records, and a host that the user configured (PKI-14, STLS-32).
fn targets(world: &mut World, cases: &mut Vec<Case>) {
    use super::case::TARGET;
    world.issue("target", leaf().dns(TARGET), "root");
    world.issue("target-by-srv-name", leaf().srv_name(&format!("_xmpp-server.{TARGET}")), "root");
    let case = |id: &str, note: &str| {
        draft(format!("rfc7673::names::{id}"), "DANE-07", "RFC 7673 §4.1", note).chain(&["target"])
    };
    cases.push(
        case("secure-srv", "SRV is secure: the target is a name too")
            .set("endpoint", endpoint(Some("secure"), "insecure"))
            .name("dns-id", TARGET, "secure-target")
            .authenticated("pkix"),
    );
    cases.push(case("insecure-srv", "SRV is insecure: the target is no name").refused(&["name_mismatch"]));
    cases.push(
        case("no-srv", "the target came from nowhere")
            .set("endpoint", endpoint(None, "secure"))
            .refused(&["name_mismatch"]),
    );
    cases.push(
        case("target-needs-a-dns-id", "a target has a DNS-ID and nothing else")
            .chain(&["target-by-srv-name"])
            .set("endpoint", endpoint(Some("secure"), "insecure"))
            .refused(&["name_mismatch"]),
    );
    let configured = serde_json::json!({
        "target": TARGET, "port": 5269, "addresses": "insecure", "configured": true
    });
    let case = |id: &str, note: &str| {
        draft(format!("rfc6120::names::{id}"), "STLS-32", "RFC 9525 §6.1.1", note)
            .chain(&["target"])
            .set("endpoint", configured.clone())
    };
    cases.push(
        case("configured-host", "the user tied the host to the domain")
            .name("dns-id", TARGET, "configured")
            .note("configured_host_counted")
            .authenticated("pkix"),
    );
    cases.push(
        case("configured-host-does-not-count", "the policy does not let it count")
            .policy("preset = \"s2s-2026\"\n[pkix]\nconfigured_host_counts = false\n")
            .refused(&["name_mismatch"]),
    );
}
