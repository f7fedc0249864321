//! JSON as strictly as hostile documents need it: bounded size and nesting, UTF-8, no member twice.
//!
//! `serde_json` keeps the last of two equal members and nests up to 128 levels; both are refused here
//! before anything else looks at the document (SEC-01, ATK-PO-08).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON value; objects keep the order of their members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool,
    Integer(u64),
    Negative(i64),
    /// Fractional, or beyond 64 bits.
    Number(f64),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// Why a document is no JSON that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    TooLong,
    Malformed,
}

impl Json {
    /// Reads a whole document of at most `bytes` bytes and `depth` levels.
    pub(crate) fn parse(document: &[u8], bytes: usize, depth: usize) -> Result<Self, JsonError> {
        if document.len() > bytes {
            return Err(JsonError::TooLong);
        }
        let text = std::str::from_utf8(document).map_err(|_| JsonError::Malformed)?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = Level(depth).deserialize(&mut reader).map_err(|_| JsonError::Malformed)?;
        reader.end().map_err(|_| JsonError::Malformed)?;
        Ok(value)
    }

    /// The member of an object.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn list(&self) -> Option<&[Self]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }
}

/// How many levels of nesting may still open.
struct Level(usize);

impl Level {
    fn below<E: Error>(&self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Bool)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Integer(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        Ok(u64::try_from(number).map_or(Json::Negative(number), Json::Integer))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        self.below::<A::Error>()?;
        while let Some(item) = items.next_element_seed(self.below()?)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        self.below::<A::Error>()?;
        while let Some(key) = entries.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom("a member stands twice"));
            }
            members.push((key, entries.next_value_seed(self.below()?)?));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Json, JsonError> {
        Json::parse(text.as_bytes(), 1000, 3)
    }

    #[test]
    fn sec_01_nesting_ends_at_the_limit() {
        assert!(parse("[[[]]]").is_ok());
        assert!(parse(r#"[[{"a":1}]]"#).is_ok());
        assert_eq!(parse("[[[[]]]]"), Err(JsonError::Malformed));
        assert_eq!(parse(r#"[[[{}]]]"#), Err(JsonError::Malformed));
        assert_eq!(parse(&"[".repeat(900)), Err(JsonError::Malformed));
    }

    #[test]
    fn atk_po_08_a_member_twice_is_refused_at_any_level() {
        assert!(parse(r#"{"a":1,"b":1}"#).is_ok());
        assert_eq!(parse(r#"{"a":1,"a":1}"#), Err(JsonError::Malformed));
        assert_eq!(parse(r#"[{"a":1,"\u0061":1}]"#), Err(JsonError::Malformed));
    }

    #[test]
    fn atk_po_08_only_utf_8_without_a_mark_and_nothing_behind() {
        assert_eq!(Json::parse(b"\xef\xbb\xbf{}", 100, 3), Err(JsonError::Malformed));
        assert_eq!(Json::parse(b"\"\xff\"", 100, 3), Err(JsonError::Malformed));
        assert_eq!(parse("{} {}"), Err(JsonError::Malformed));
        assert_eq!(Json::parse(b"[1,2]", 4, 3), Err(JsonError::TooLong));
    }
}
