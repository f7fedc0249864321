//! The schemas of `docs/schema/` describe what is read and written, and nothing else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use xmpptls::verification::CaseDocument;

fn load(path: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Whether a value has the described form; only the keywords that our schemas use are known.
fn fits(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    for (keyword, wanted) in schema.as_object().unwrap() {
        let fail = || Err(format!("{keyword} {wanted} is not met by {value}"));
        match keyword.as_str() {
            "$ref" => fits(root, root.pointer(&wanted.as_str().unwrap()[1..]).unwrap(), value)?,
            "const" if wanted != value => return fail(),
            "enum" if !wanted.as_array().unwrap().contains(value) => return fail(),
            "type" => {
                let words = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
                if !words.iter().any(|word| is_type(value, word.as_str().unwrap())) {
                    return fail();
                }
            }
            "required" => {
                for name in wanted.as_array().unwrap() {
                    if value.get(name.as_str().unwrap()).is_none() {
                        return fail();
                    }
                }
            }
            "properties" if value.is_object() => {
                for (name, schema) in wanted.as_object().unwrap() {
                    if let Some(member) = value.get(name) {
                        fits(root, schema, member).map_err(|why| format!("{name}: {why}"))?;
                    }
                }
            }
            "additionalProperties" if value.is_object() => {
                let known = schema["properties"].as_object().unwrap();
                if value.as_object().unwrap().keys().any(|name| !known.contains_key(name)) {
                    return fail();
                }
            }
            "items" if value.is_array() => {
                for item in value.as_array().unwrap() {
                    fits(root, wanted, item)?;
                }
            }
            "oneOf" => {
                let all = wanted.as_array().unwrap();
                let tried: Vec<_> = all.iter().map(|schema| fits(root, schema, value)).collect();
                if tried.iter().filter(|own| own.is_ok()).count() != 1 {
                    return Err(format!("{tried:?}"));
                }
            }
            "allOf" => {
                for schema in wanted.as_array().unwrap() {
                    if fits(root, &schema["if"], value).is_ok() {
                        fits(root, &schema["then"], value)?;
                    }
                }
            }
            "pattern" => {
                let hexadecimal = value.as_str().unwrap().bytes().all(|b| b.is_ascii_hexdigit());
                let length = value.as_str().unwrap().len();
                if !hexadecimal || (wanted == "^[0-9a-f]{64}$" && length != 64) {
                    return fail();
                }
            }
            "minimum" if value.as_i64() < wanted.as_i64() => return fail(),
            "maximum" if value.as_i64() > wanted.as_i64() => return fail(),
            _ => {}
        }
    }
    Ok(())
}

fn is_type(value: &Value, word: &str) -> bool {
    match word {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no such type: {other}"),
    }
}

/// Every verdict case of the vectors, with the certificates of its file.
fn cases() -> Vec<(Value, BTreeMap<String, Vec<u8>>)> {
    let mut cases = Vec::new();
    for name in ["names", "path", "dane", "dane-ladder", "posh", "policy"] {
        let file = load(&format!("tests/vectors/{name}.json"));
        let certificates: BTreeMap<String, Vec<u8>> = file["certificates"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, text)| (name.clone(), STANDARD.decode(text.as_str().unwrap()).unwrap()))
            .collect();
        for case in file["cases"].as_array().unwrap() {
            cases.push((case["input"].clone(), certificates.clone()));
        }
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
