//! The attributes of a subject's or issuer's name (RFC 5280 §4.1.2.4).

use std::sync::OnceLock;

use crate::certificate::der::{self, Element, NotDer, Reader};
use crate::certificate::text::marked_hexadecimal;
use crate::certificate::{Oid, escape_for_text};

/// One attribute of a distinguished name: for people to read, never to compare with a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// The attribute's type.
    pub oid: Oid,
    /// The short name of the type (RFC 4514 §3 and common use), when it has one.
    pub name: Option<&'static str>,
    /// The value as text, unescaped; one that is no text as `#` and hexadecimal digits. It can hold
    /// anything: pass it through [`escape_for_text`](crate::certificate::escape_for_text) to show it.
    pub value: String,
}

/// A name whose form was looked at, and whose attributes are only read when somebody asks for them: most
/// certificates are judged and never shown.
#[derive(Default)]
pub(crate) struct LazyName(OnceLock<Vec<Attribute>>);

impl LazyName {
    /// Looks at the form of a Name, the whole SEQUENCE.
    pub(crate) fn of(der: &[u8]) -> Result<Self, NotDer> {
        each_attribute(der, |_, _| {}).map(|()| Self::default())
    }

    /// The attributes. `der` is what [`LazyName::of`] looked at.
    pub(crate) fn attributes(&self, der: &[u8]) -> &[Attribute] {
        self.0.get_or_init(|| {
            let mut attributes = Vec::new();
            // The form was found good before.
            let _ = each_attribute(der, |oid, value| attributes.push(Attribute::read(oid, value)));
            attributes
        })
    }
}

impl Attribute {
    fn read(oid: &[u8], value: Element<'_>) -> Self {
        let oid = Oid::read(oid);
        let name = SHORT_NAMES.iter().find(|(number, _)| oid == *number).map(|(_, name)| *name);
        let value = text(value.tag, value.content).unwrap_or_else(|| marked_hexadecimal(value.whole));
        Self { oid, name, value }
    }
}

/// Walks through a Name, the whole SEQUENCE: the octets of each type, and its value.
fn each_attribute(der: &[u8], mut found: impl FnMut(&[u8], Element<'_>)) -> Result<(), NotDer> {
    let mut sets = Reader::inside(der, der::SEQUENCE)?;
    while !sets.is_at_end() {
        let mut set = Reader::new(sets.expect(der::SET)?.content);
        while !set.is_at_end() {
            let mut pair = Reader::new(set.expect(der::SEQUENCE)?.content);
            let oid = pair.expect(der::OBJECT_IDENTIFIER)?.content;
            let value = pair.next()?;
            pair.end()?;
            found(oid, value);
        }
    }
    Ok(())
}

const SHORT_NAMES: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.65", "pseudonym"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
];

/// The value of one of the string types of X.520, or `None`.
fn text(tag: u8, content: &[u8]) -> Option<String> {
    match tag {
        // UTF8String, NumericString, PrintableString, IA5String, VisibleString
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => std::str::from_utf8(content).ok().map(String::from),
        // TeletexString, in practice Latin-1
        0x14 => Some(content.iter().copied().map(char::from).collect()),
        // UniversalString
        0x1c => content
            .chunks(4)
            .map(|chunk| char::from_u32(u32::from_be_bytes(chunk.try_into().ok()?)))
            .collect(),
        // BMPString
        0x1e => {
            let units: Option<Vec<u16>> =
                content.chunks(2).map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?))).collect();
            String::from_utf16(&units?).ok()
        }
        _ => None,
    }
}

/// A name for people: `CN=…, O=…`, escaped.
pub(crate) fn distinguished_name(attributes: &[Attribute]) -> String {
    let parts = attributes.iter().map(|attribute| {
        let name = attribute.name.unwrap_or_else(|| attribute.oid.as_str());
        format!("{name}={}", escape_for_text(&attribute.value))
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// The values of a name alone, for people, escaped.
pub(crate) fn name_values(attributes: &[Attribute]) -> String {
    let values: Vec<&str> = attributes.iter().map(|attribute| attribute.value.as_str()).collect();
    escape_for_text(&values.join(", "))
}
