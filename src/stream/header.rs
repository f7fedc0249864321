//! The stream header a peer sent: who, to whom, which version (RFC 6120 §4.7).
//!
//! Before TLS all of it is the word of whoever is on the way. It serves to answer and to choose a
//! certificate; it is forgotten when TLS begins (STLS-10).

use core::fmt;

use super::cause::Cause;
use super::condition::StreamCondition;
use super::element::Element;
use super::namespaces::{DIALBACK, STREAMS, XML};
use crate::name::Service;

/// A version of XMPP. Major and minor are compared as numbers: 2.4 < 2.13 < 12.3 (RFC 6120 §4.7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// The major number; numbers that do not fit count as the greatest that does.
    pub major: u32,
    /// The minor number, likewise.
    pub minor: u32,
}

impl Version {
    /// The version of RFC 6120.
    pub const ONE: Self = Self { major: 1, minor: 0 };

    /// Reads two numbers around a dot; leading zeros do not count. None when the text is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self { major: number(major)?, minor: number(minor)? })
    }
}

fn number(digits: &str) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0_u32, |number, digit| {
        let digit = digit.to_digit(10)?;
        Some(number.saturating_mul(10).saturating_add(digit))
    })
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What stood in a peer's stream header. Nobody vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whom the peer wants to reach, as it stands on the wire.
    pub to: Option<String>,
    /// Who the peer says it is, as it stands on the wire.
    pub from: Option<String>,
    /// The stream ID; always none in an initial header, where an ID is ignored (STLS-19).
    pub id: Option<String>,
    /// The language, `xml:lang`.
    pub lang: Option<String>,
    /// The version; none stands for 0.9, which knows neither features nor STARTTLS (STLS-21).
    pub version: Option<Version>,
    /// The header declares the dialback namespace, under any prefix (DNA-12).
    pub dialback: bool,
}

/// A version attribute as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VersionText {
    Missing,
    Malformed,
    Read(Version),
}

impl Header {
    /// Reads a root element; the ID of an initial header is for the caller to drop.
    pub(super) fn read(root: &Element, service: Service, offset: u64) -> Result<(Self, VersionText), Cause> {
        if root.namespace.as_deref() != Some(STREAMS) {
            return Err(Cause::InvalidNamespace { element: root.quoted(), offset });
        }
        // An empty stream element ends where it begins and is no stream.
        if root.local != "stream" || root.empty {
            let condition = StreamCondition::BadFormat;
            return Err(Cause::UnexpectedElement { element: root.quoted(), condition, offset });
        }
        // The content namespace may be left to the children, with the streams namespace as default or no
        // default at all (RFC 6120 §4.8.2, §4.8.5); where it is declared it must be that of the service.
        let content = root.default_namespace.as_deref();
        if content.is_some_and(|content| content != service.namespace() && content != STREAMS) {
            return Err(Cause::InvalidNamespace { element: root.quoted(), offset });
        }
        let version = match root.attribute(None, "version") {
            None => VersionText::Missing,
            Some(text) => Version::parse(text).map_or(VersionText::Malformed, VersionText::Read),
        };
        let owned = |name| root.attribute(None, name).map(str::to_owned);
        let header = Self {
            to: owned("to"),
            from: owned("from"),
            id: owned("id"),
            lang: root.attribute(Some(XML), "lang").map(str::to_owned),
            version: match version {
                VersionText::Read(version) => Some(version),
                VersionText::Missing | VersionText::Malformed => None,
            },
            dialback: root.declared.iter().any(|namespace| namespace == DIALBACK),
        };
        Ok((header, version))
    }

    /// Whether features belong to the stream: version 1.0 or above.
    pub fn has_features(&self) -> bool {
        self.version.is_some_and(|version| version >= Version::ONE)
    }
}

/// A JID without its resource (RFC 7622 §3.1: the first `/` begins it).
pub(super) fn bare(jid: &str) -> &str {
    jid.split_once('/').map_or(jid, |(bare, _)| bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stls_21_versions_are_compared_as_numbers() {
        let version = |text| Version::parse(text).unwrap();
        assert!(version("2.4") < version("2.13"));
        assert!(version("2.13") < version("12.3"));
        assert_eq!(version("01.00"), Version::ONE);
        assert!(version("99999999999999999999.0") > version("12.3"));
        for text in ["", "1", "1.", ".0", "1.0.0", "+1.0", "1.0 ", "१.0", "a.b"] {
            assert_eq!(Version::parse(text), None, "{text:?}");
        }
    }
}
