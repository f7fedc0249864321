//! DANE: the ladder of RFC 7673 with all its states.

use serde_json::{Value, json};

use super::case::{Case, Draft, draft, endpoint, records, tlsa};
use super::dane::world;
use super::world::Family;

/// Every state of SRV, addresses and TLSA: the expectation is the table of RFC 7673 §3 and §4, written out.
pub(super) fn family() -> Family {
    let world = world();
    let right = world.tlsa(3, 1, 1, "good");
    let wrong = world.tlsa(3, 1, 1, "another");
    let answers: Vec<(&str, Value)> = vec![
        ("not-asked", Value::Null),
        ("absent-secure", json!({ "absent": "secure" })),
        ("absent-insecure", json!({ "absent": "insecure" })),
        ("absent-bogus", json!({ "absent": "bogus" })),
        ("failed-timeout", json!({ "failed": "timeout" })),
        ("failed-server", json!({ "failed": "server" })),
        ("insecure", records("insecure", std::slice::from_ref(&wrong))),
        ("indeterminate", records("indeterminate", std::slice::from_ref(&right))),
        ("unusable", records("secure", &["03010100".into()])),
        ("mismatch", records("secure", &[wrong])),
        ("match", records("secure", &[right])),
    ];
    let mut cases = Vec::new();
    for srv in [Some("secure"), Some("insecure"), Some("bogus"), Some("indeterminate"), None] {
        for addresses in ["secure", "insecure", "bogus", "indeterminate"] {
            for (name, answer) in &answers {
                let srv_name = srv.unwrap_or("none");
                let id = format!("rfc7673::ladder::{srv_name}::{addresses}::{name}");
                let note = format!("SRV {srv_name}, addresses {addresses}, TLSA {name}");
                let case = draft(id, "DANE-06", "RFC 7673 §3", note)
                    .chain(&["good"])
                    .set("endpoint", endpoint(srv, addresses));
                let case = if answer.is_null() { case } else { case.evidence("tlsa", tlsa(answer)) };
                cases.push(ladder_end(case, srv, addresses, name));
            }
        }
    }
    Family {
        name: "dane-ladder",
        essay: "Every state of SRV, addresses and TLSA for a certificate that PKIX would accept.",
        world,
        cases,
    }
}

fn ladder_end(case: Draft, srv: Option<&str>, addresses: &str, answer: &str) -> Case {
    let bogus = |state: &str| state == "bogus" || state == "indeterminate";
    match (srv, addresses, answer) {
        (Some(srv), ..) if bogus(srv) => case.refused_finally(&["dane_dns_bogus"]),
        (Some("insecure") | None, ..) => case.authenticated("pkix"),
        (_, addresses, _) if bogus(addresses) => case.refused_finally(&["dane_dns_bogus"]),
        (_, "insecure", _) => case.authenticated("pkix"),
        (.., "match") => case.authenticated("dane-ee"),
        (.., "mismatch") => case.alert(42).refused_finally(&["dane_mismatch"]),
        (.., "unusable") => case.note("dane_no_usable_records").authenticated("pkix"),
        (.., "absent-secure" | "absent-insecure" | "insecure") => case.authenticated("pkix"),
        _ => case.refused_finally(&["dane_dns_bogus"]),
    }
}
