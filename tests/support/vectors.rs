//! The vectors of `tests/vectors/`.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::schema::load;

/// The families whose cases ask for a verdict alone.
pub(crate) const VERDICTS: [&str; 6] = ["names", "path", "dane", "dane-ladder", "posh", "policy"];

/// Certificates by the names that cases call them by.
pub(crate) type Certificates = BTreeMap<String, Vec<u8>>;

pub(crate) struct Family {
    pub(crate) certificates: Certificates,
    pub(crate) cases: Vec<Value>,
}

/// The family in the file of this name.
pub(crate) fn family(name: &str) -> Family {
    let json = load(&format!("tests/vectors/{name}.json"));
    assert_eq!(json["format"], "xmpptls-vectors-1", "{name}");
    let certificates = json["certificates"].as_object().unwrap();
    Family {
        certificates: certificates
            .iter()
            .map(|(name, text)| (name.clone(), STANDARD.decode(text.as_str().unwrap()).unwrap()))
            .collect(),
        cases: json["cases"].as_array().unwrap().clone(),
    }
}
