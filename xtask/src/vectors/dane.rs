//! DANE: what each kind of record asks for.

use serde_json::{Value, json};

use super::ca::{CLIENT_AUTH, NOW, authority, leaf, rsa_spki};
use super::case::{Case, DOMAIN, TARGET, draft, endpoint, records, tlsa};
use super::world::{Family, World};

pub(super) fn world() -> World {
    let mut world = World::with_root();
    world.issue("good", leaf().dns(DOMAIN), "root");
    world.own("stranger", leaf().dns("other.example"));
    world.own("another", leaf().dns(DOMAIN));
    world
}

pub(super) fn family() -> Family {
    let mut world = world();
    let mut cases = Vec::new();
    end_entity(&mut world, &mut cases);
    trust_anchor(&mut world, &mut cases);
    pkix_usages(&mut world, &mut cases);
    unusable(&world, &mut cases);
    agility(&world, &mut cases);
    bases(&world, &mut cases);
    inbound(&world, &mut cases);
    Family {
        name: "dane",
        essay: "Which TLSA records count, and what each usage asks for besides a match.",
        world,
        cases,
    }
}

fn end_entity(world: &mut World, cases: &mut Vec<Case>) {
    for selector in [0, 1] {
        for matching in [0, 1, 2] {
            let record = world.tlsa(3, selector, matching, "stranger");
            let other = world.tlsa(3, selector, matching, "another");
            let id = |end| format!("rfc7671::dane-ee::{selector}{matching}::{end}");
            let case = |end, note| draft(id(end), "DANE-11", "RFC 7671 §5.1", note).chain(&["stranger"]);
            cases.push(
                case("match", "another name, self-signed: the record decides")
                    .dane(&[record])
                    .valid_until(NOW + 3600)
                    .authenticated("dane-ee"),
            );
            cases.push(case("mismatch", "another key").dane(&[other]).refused_finally(&["dane_mismatch"]));
        }
    }
    world.own("odd", leaf().dns("other.example").expired().ca(true).purposes(&[CLIENT_AUTH]));
    world.own("not-yet", leaf().not_yet_valid());
    world.issue_spki("weak", leaf().dns(DOMAIN), "root", rsa_spki(1024));
    for name in ["odd", "not-yet"] {
        cases.push(
            draft(format!("rfc7671::dane-ee::{name}"), "DANE-11", "RFC 7671 §5.1", "its flaws are ignored")
                .chain(&[name])
                .dane(&[world.tlsa(3, 0, 1, name)])
                .authenticated("dane-ee"),
        );
    }
    cases.push(
        draft("rfc9325::dane-ee::weak-key", "PAR-10", "RFC 9325 §4.5", "the floor for keys stays")
            .chain(&["weak"])
            .dane(&[world.tlsa(3, 1, 1, "weak")])
            .refused_finally(&["weak_key"]),
    );
    cases.push(
        draft("rfc7671::dane-ee::of-the-issuer", "DANE-10", "RFC 7671 §5.1", "only the leaf is compared")
            .chain(&["good", "root"])
            .dane(&[world.tlsa(3, 0, 1, "root")])
            .refused_finally(&["dane_mismatch"]),
    );
    cases.push(
        draft("rfc7673::dane-ee::encrypt-only", "DANE-09", "RFC 7673 §4.2", "final under any requirement")
            .policy("preset = \"s2s-2026\"\nrequirement = \"encrypt-only\"\n")
            .dane(&[world.tlsa(3, 1, 1, "another")])
            .refused_finally(&["dane_mismatch"]),
    );
    cases.push(
        draft("rfc7671::dane-ee::stale", "DANE-20", "RFC 6698 §5", "the records are out of date")
            .dane(&[world.tlsa(3, 1, 1, "good")])
            .now(NOW + 3601)
            .refused_finally(&["dane_records_stale"]),
    );
    cases.push(
        draft("rfc7671::dane-ee::last-second", "DANE-20", "RFC 6698 §5", "they are good to the last second")
            .dane(&[world.tlsa(3, 1, 1, "good")])
            .now(NOW + 3600)
            .authenticated("dane-ee"),
    );
}

fn trust_anchor(world: &mut World, cases: &mut Vec<Case>) {
    world.root("ta");
    world.issue("ta-good", leaf().dns(DOMAIN), "ta");
    world.issue("ta-target", leaf().dns(TARGET), "ta");
    world.issue("ta-other", leaf().dns("other.example"), "ta");
    world.issue("ta-expired", leaf().dns(DOMAIN).expired(), "ta");
    world.own("short", authority("short").path_len(0));
    world.own("long", authority("long").path_len(1));
    for ca in ["short", "long"] {
        world.issue(&format!("{ca}-between"), authority("between"), ca);
        world.issue(&format!("{ca}-leaf"), leaf().dns(DOMAIN), &format!("{ca}-between"));
    }
    let case = |id: &str, chain: &[&str], record: String, note: &str| {
        draft(format!("rfc7671::dane-ta::{id}"), "DANE-12", "RFC 7671 §5.2", note)
            .chain(chain)
            .dane(&[record])
    };
    let ta = |selector, matching| world.tlsa(2, selector, matching, "ta");
    let rows = vec![
        case("name", &["ta-good", "ta"], ta(0, 1), "the domain's name")
            .name("dns-id", DOMAIN, "service-domain")
            .authenticated("dane-ta"),
        case("target", &["ta-target", "ta"], ta(0, 1), "the target's name")
            .name("dns-id", TARGET, "secure-target")
            .authenticated("dane-ta"),
        case("key", &["ta-good", "ta"], ta(1, 1), "by key").authenticated("dane-ta"),
        case("sha-512", &["ta-good", "ta"], ta(1, 2), "by SHA-512").authenticated("dane-ta"),
        case("other-name", &["ta-other", "ta"], ta(0, 1), "names still count")
            .refused_finally(&["name_mismatch"]),
        case("expired", &["ta-expired", "ta"], ta(0, 1), "dates still count").refused_finally(&["expired"]),
        case("not-sent", &["ta-good"], ta(0, 1), "a digest needs the anchor on the wire")
            .refused_finally(&["dane_mismatch"]),
        case("full-not-sent", &["ta-good"], ta(0, 0), "2 0 0 brings the anchor").authenticated("dane-ta"),
        case("full-key-not-sent", &["ta-good"], ta(1, 0), "2 1 0 brings its key").authenticated("dane-ta"),
        case("full-other-key", &["ta-good"], world.tlsa(2, 1, 0, "root"), "another key")
            .refused_finally(&["dane_mismatch"]),
        case("local-root", &["good", "root"], ta(0, 1), "local anchors are not consulted")
            .refused_finally(&["dane_mismatch"]),
        case("of-the-leaf", &["ta-good", "ta"], world.tlsa(2, 1, 1, "ta-good"), "a leaf is no anchor")
            .refused_finally(&["dane_mismatch"]),
        case("of-a-self-signed-leaf", &["another"], world.tlsa(2, 0, 1, "another"), "unless self-issued")
            .authenticated("dane-ta"),
        case(
            "path-length-0",
            &["short-leaf", "short-between", "short"],
            world.tlsa(2, 0, 1, "short"),
            "its path length counts",
        )
        .refused_finally(&["chain_too_long"]),
        case(
            "path-length-1",
            &["long-leaf", "long-between", "long"],
            world.tlsa(2, 0, 1, "long"),
            "one intermediate is allowed",
        )
        .authenticated("dane-ta"),
        case(
            "intermediate",
            &["short-leaf", "short-between"],
            world.tlsa(2, 0, 1, "short-between"),
            "any issuer may be the anchor",
        )
        .authenticated("dane-ta"),
    ];
    cases.extend(rows);
}

const ALL_USAGES: &str = "preset = \"s2s-2026\"\n[dane]\nusages = \"all\"\n";

fn pkix_usages(world: &mut World, cases: &mut Vec<Case>) {
    world.issue("between", authority("between"), "root");
    world.issue("leaf", leaf().dns(DOMAIN), "between");
    world.issue("late", leaf().dns(DOMAIN).expired(), "between");
    let case = |id: &str, chain: &[&str], record: String, note: &str| {
        draft(format!("rfc7671::pkix-usage::{id}"), "DANE-15", "RFC 7671 §5.3", note)
            .chain(chain)
            .dane(&[record])
            .policy(ALL_USAGES)
            .note("dane_pkix_usages_enabled")
    };
    let chain = &["leaf", "between"];
    let rows = vec![
        case("1-match", chain, world.tlsa(1, 1, 1, "leaf"), "path and record").authenticated("pkix-ee"),
        case("1-mismatch", chain, world.tlsa(1, 1, 1, "another"), "path, and another record")
            .refused_finally(&["dane_mismatch"]),
        case("1-expired", &["late", "between"], world.tlsa(1, 1, 1, "late"), "record, and no path")
            .refused_finally(&["expired"]),
        case("1-self-signed", &["another"], world.tlsa(1, 1, 1, "another"), "record, and no issuer")
            .refused_finally(&["self_signed"]),
        case("0-intermediate", chain, world.tlsa(0, 0, 1, "between"), "an issuer in the path")
            .authenticated("pkix-ta"),
        case("0-root", chain, world.tlsa(0, 0, 1, "root"), "the anchor itself").authenticated("pkix-ta"),
        case("0-leaf", chain, world.tlsa(0, 0, 1, "leaf"), "the leaf is no issuer")
            .refused_finally(&["dane_mismatch"]),
        case("0-other", chain, world.tlsa(0, 0, 1, "another"), "no issuer in the path")
            .refused_finally(&["dane_mismatch"]),
        case("3-with-all", &["another"], world.tlsa(3, 1, 1, "another"), "usage 3 as ever")
            .authenticated("dane-ee"),
    ];
    cases.extend(rows);
    for (usage, other) in [(0, "another"), (1, "another")] {
        cases.push(
            draft(format!("rfc7671::pkix-usage::{usage}-off"), "DANE-16", "RFC 7671 §4", "off by default")
                .chain(chain)
                .dane(&[world.tlsa(usage, 0, 1, other)])
                .note("dane_no_usable_records")
                .authenticated("pkix"),
        );
    }
    cases.push(
        draft("policy::dane::off", "DANE-16", "RFC 7671 §4", "DANE is not looked at")
            .chain(&["good"])
            .dane(&[world.tlsa(3, 1, 1, "another")])
            .policy("preset = \"s2s-2026\"\n[dane]\nusages = \"off\"\ninbound = false\n")
            .authenticated("pkix"),
    );
    let required = "preset = \"s2s-2026\"\n[dane]\nrequired = true\n";
    cases.push(
        draft("policy::dane::required", "DANE-06", "RFC 7673 §3", "nothing else will do")
            .policy(required)
            .refused_finally(&["dane_required"]),
    );
    cases.push(
        draft("policy::dane::required-and-there", "DANE-06", "RFC 7673 §3", "and it is there")
            .policy(required)
            .dane(&[world.tlsa(3, 1, 1, "good")])
            .authenticated("dane-ee"),
    );
}

fn unusable(world: &World, cases: &mut Vec<Case>) {
    let digest = "00".repeat(32);
    for (name, record) in [
        ("empty", String::new()),
        ("two-bytes", "0301".into()),
        ("no-data", "030101".into()),
        ("31-bytes", format!("030101{}", &digest[2..])),
        ("33-bytes", format!("030101{digest}00")),
        ("sha-512-of-32", format!("030102{digest}")),
        ("usage-4", format!("040101{digest}")),
        ("usage-255", format!("ff0101{digest}")),
        ("selector-2", format!("030201{digest}")),
        ("selector-255", format!("03ff01{digest}")),
        ("matching-3", format!("030103{digest}")),
        ("matching-255", format!("0301ff{digest}")),
        ("no-certificate", format!("030000{digest}")),
        ("no-key", format!("030100{digest}")),
    ] {
        let id = |end| format!("rfc6698::unusable::{name}::{end}");
        cases.push(
            draft(id("alone"), "DANE-08", "RFC 6698 §4.1", "as if there were no record")
                .dane(std::slice::from_ref(&record))
                .note("dane_no_usable_records")
                .authenticated("pkix"),
        );
        cases.push(
            draft(id("beside-a-mismatch"), "DANE-08", "RFC 6698 §4.1", "the usable one decides")
                .dane(&[record, world.tlsa(3, 1, 1, "another")])
                .note("dane_records_unusable")
                .refused_finally(&["dane_mismatch"]),
        );
    }
}

fn agility(world: &World, cases: &mut Vec<Case>) {
    let (right, wrong) = (world.tlsa(3, 1, 1, "stranger"), world.tlsa(3, 1, 2, "another"));
    let case = |id: &str, set: &[String], note: &str| {
        draft(format!("rfc7671::agility::{id}"), "DANE-17", "RFC 7671 §9", note)
            .chain(&["stranger"])
            .dane(set)
    };
    let cut = wrong.get(..80).unwrap_or_default().to_owned();
    let rows = vec![
        case("stronger-is-wrong", &[right.clone(), wrong.clone()], "the strongest digest decides")
            .refused_finally(&["dane_mismatch"]),
        case("order", &[wrong.clone(), right.clone()], "in any order").refused_finally(&["dane_mismatch"]),
        case("stronger-is-malformed", &[right.clone(), cut], "a malformed one does not")
            .authenticated("dane-ee"),
        case("full-and-stronger", &[world.tlsa(3, 1, 0, "stranger"), wrong.clone()], "Full always counts")
            .authenticated("dane-ee"),
        case("other-selector", &[right.clone(), world.tlsa(3, 0, 2, "another")], "each selector apart")
            .authenticated("dane-ee"),
        case("other-usage", &[right.clone(), world.tlsa(2, 1, 2, "another")], "each usage apart")
            .authenticated("dane-ee"),
        case("two-keys", &[world.tlsa(3, 1, 1, "another"), right.clone()], "any of one digest")
            .authenticated("dane-ee"),
        case("twice", &[right.clone(), right], "doubles are one").authenticated("dane-ee"),
    ];
    cases.extend(rows);
}

/// Base domains: CNAMEs, and a domain without SRV records (DANE-19, DANE-21).
fn bases(world: &World, cases: &mut Vec<Case>) {
    let (right, wrong) = (world.tlsa(3, 1, 1, "stranger"), world.tlsa(3, 1, 1, "another"));
    let at = |host: &str, record: &str| json!({ "host": host, "port": 5269, "answer": records("secure", &[record.to_owned()]) });
    let absent = |host: &str| json!({ "host": host, "port": 5269, "answer": { "absent": "secure" } });
    let via_cname = json!({
        "target": TARGET, "port": 5269, "srv": "secure", "addresses": "secure", "canonical": "end.example.net"
    });
    let case = |id: &str, endpoint: &Value, tlsa: Value, note: &str| {
        draft(format!("rfc7671::base::{id}"), "DANE-19", "RFC 7671 §7", note)
            .chain(&["stranger"])
            .set("endpoint", endpoint.clone())
            .evidence("tlsa", tlsa)
    };
    cases.push(
        case(
            "end-first",
            &via_cname,
            json!([at("end.example.net", &right), at(TARGET, &wrong)]),
            "the end of the CNAMEs is the first base",
        )
        .authenticated("dane-ee"),
    );
    cases.push(
        case(
            "then-the-target",
            &via_cname,
            json!([absent("end.example.net"), at(TARGET, &right)]),
            "then the target",
        )
        .authenticated("dane-ee"),
    );
    cases.push(
        case(
            "end-is-wrong",
            &via_cname,
            json!([at("end.example.net", &wrong), at(TARGET, &right)]),
            "the first base with records decides",
        )
        .refused_finally(&["dane_mismatch"]),
    );
    let own = |configured: bool| json!({ "target": DOMAIN, "port": 5269, "srv": null, "addresses": "secure", "configured": configured });
    let own_case = |id: &str, endpoint: Value, record: &str, note: &str| {
        draft(format!("rfc7712::base::{id}"), "DANE-21", "RFC 7712 §5.1", note)
            .chain(&["stranger"])
            .set("endpoint", endpoint)
            .evidence("tlsa", json!([at(DOMAIN, record)]))
    };
    cases.push(
        own_case("no-srv", own(false), &right, "the domain is its own target").authenticated("dane-ee"),
    );
    cases.push(
        own_case("no-srv-mismatch", own(false), &wrong, "and its records are final")
            .refused_finally(&["dane_mismatch"]),
    );
    cases.push(
        own_case("configured", own(true), &right, "a configured host was not found by DNS")
            .refused(&["name_mismatch", "self_signed"]),
    );
    let other_port = json!([{ "host": TARGET, "port": 5222,
        "answer": records("secure", &[world.tlsa(3, 1, 1, "good")]) }]);
    cases.push(
        draft(
            "rfc7673::base::other-port",
            "DANE-01",
            "RFC 7673 §3.3",
            "records of another port were not asked for",
        )
        .set("endpoint", endpoint(Some("secure"), "secure"))
        .evidence("tlsa", other_port)
        .refused_finally(&["dane_dns_bogus"]),
    );
}

/// Our own rule for servers that connect to us (DANE-22).
fn inbound(world: &World, cases: &mut Vec<Case>) {
    let case = |id: &str, chain: &str, record: String, note: &str| {
        draft(format!("policy::inbound::{id}"), "DANE-22", "RFC 7673 §1", note)
            .chain(&[chain])
            .receiving()
            .evidence("targets", json!({ "found": [endpoint(Some("insecure"), "secure"), endpoint(Some("secure"), "secure")] }))
            .evidence("tlsa", tlsa(&records("secure", &[record])))
    };
    let rows = vec![
        case("match", "stranger", world.tlsa(3, 1, 1, "stranger"), "a record of any target names it")
            .note("dane_inbound_local_policy")
            .authenticated("dane-ee"),
        case("mismatch", "good", world.tlsa(3, 1, 1, "another"), "a mismatch refuses nobody")
            .note("dane_inbound_mismatch")
            .authenticated_with("pkix", &["dane_mismatch"]),
        case("nothing-else", "stranger", world.tlsa(3, 1, 1, "another"), "and proves nobody").refused(&[
            "dane_mismatch",
            "name_mismatch",
            "self_signed",
        ]),
        case("not-usage-2", "good", world.tlsa(2, 0, 1, "root"), "only usage 3 counts")
            .authenticated_with("pkix", &["dane_mismatch"]),
        case("switched-off", "stranger", world.tlsa(3, 1, 1, "stranger"), "the policy does not look")
            .policy("preset = \"s2s-2026\"\n[dane]\ninbound = false\n")
            .refused(&["name_mismatch", "self_signed"]),
        draft("policy::inbound::failed", "DANE-22", "RFC 7673 §1", "no answer proves nothing either way")
            .receiving()
            .evidence("targets", json!({ "failed": "timeout" }))
            .authenticated("pkix"),
    ];
    cases.extend(rows);
}
