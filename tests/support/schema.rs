//! As much of JSON Schema as our schemas use.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// A JSON file of the project, whichever of its crates asks.
pub(crate) fn load(path: &str) -> Value {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = own.ancestors().map(|folder| folder.join(path)).find(|path| path.exists()).unwrap();
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What says nothing about a value, and what is met or does not concern it where no arm below is taken.
const KEYWORDS: [&str; 14] = [
    "$schema",
    "$id",
    "$defs",
    "title",
    "description",
    "const",
    "enum",
    "properties",
    "additionalProperties",
    "items",
    "minimum",
    "maximum",
    "contentEncoding",
    "default",
];

/// Whether a value has the described form; only the keywords that our schemas use are known.
pub(crate) fn fits(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    for (keyword, wanted) in schema.as_object().unwrap() {
        let fail = || Err(format!("{keyword} {wanted} is not met by {value}"));
        match keyword.as_str() {
            "$ref" => match wanted.as_str().unwrap() {
                "urn:xmpptls:verdict-1" => {
                    let verdict = load("docs/schema/verdict.json");
                    fits(&verdict, &verdict, value)?;
                }
                own => fits(root, root.pointer(&own[1..]).unwrap(), value)?,
            },
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
            other => assert!(KEYWORDS.contains(&other), "this reader does not know {other}"),
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
