//! The schemas of `docs/schema/` describe what is read and written, and nothing else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::schema::{fits, load};
use support::vectors::{Certificates, Family, VERDICTS, family};
use xmpptls::verification::CaseDocument;

/// Every verdict case of the vectors, with the certificates of its file.
fn cases() -> Vec<(Value, Certificates)> {
    let mut cases = Vec::new();
    for Family { certificates, cases: own } in VERDICTS.map(family) {
        cases.extend(own.iter().map(|case| (case["input"].clone(), certificates.clone())));
    }
    cases
}

#[test]
fn cases_and_verdicts_have_the_described_form() {
    let (case_schema, verdict_schema) = (load("docs/schema/case.json"), load("docs/schema/verdict.json"));
    let cases = cases();
    assert!(cases.len() > 400);
    for (input, certificates) in cases {
        fits(&case_schema, &case_schema, &input).unwrap_or_else(|why| panic!("{why}\n{input}"));
        let text = CaseDocument::read(&input.to_string(), &certificates).unwrap().decide().to_json();
        let verdict: Value = serde_json::from_str(&text).unwrap();
        fits(&verdict_schema, &verdict_schema, &verdict).unwrap_or_else(|why| panic!("{why}\n{text}"));
        let described = verdict_schema["properties"].as_object().unwrap();
        for name in verdict.as_object().unwrap().keys() {
            assert!(described.contains_key(name), "{name} is not described");
        }
    }
}

#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    let schema = load("docs/schema/case.json");
    let (good, certificates) = cases().swap_remove(0);
    let read = |input: &Value| CaseDocument::read(&input.to_string(), &certificates);
    assert!(read(&good).is_ok());
    for (member, value) in [
        ("service", json!("smtp")),
        ("direction", json!(1)),
        ("unknown", json!(null)),
        ("now", json!("today")),
        ("staple", json!("checked")),
        (
            "evidence",
            json!({ "tlsa": [{ "host": "a.example", "port": 70_000, "answer": { "absent": "secure" } }] }),
        ),
        ("evidence", json!({ "posh": { "absent": "secure", "failed": "timeout" } })),
        ("evidence", json!({ "dialback": { "found": { "valid": true, "dnssec": true } } })),
        ("endpoint", json!({ "target": "a.example", "port": 1 })),
    ] {
        let mut odd = good.clone();
        odd[member] = value;
        assert!(fits(&schema, &schema, &odd).is_err(), "{odd}");
        assert!(read(&odd).is_err(), "{odd}");
    }
    for member in ["domain", "trust_anchors", "policy", "now"] {
        let mut odd = good.clone();
        odd.as_object_mut().unwrap().remove(member);
        assert!(fits(&schema, &schema, &odd).is_err() && read(&odd).is_err(), "{member}");
    }
}
