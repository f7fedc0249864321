//! Object identifiers, in dotted form.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use crate::certificate::text::marked_hexadecimal;

/// An object identifier in dotted form, such as `2.5.29.17` (X.690 §8.19).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid(Cow<'static, str>);

impl Oid {
    /// Reads the content octets of an OBJECT IDENTIFIER. What is no identifier is shown as hexadecimal
    /// digits behind a `#`, so that it can be shown and equals no real one.
    pub(crate) fn read(content: &[u8]) -> Self {
        if let Some((_, known)) = COMMON.iter().find(|(octets, _)| *octets == content) {
            return Self(Cow::Borrowed(known));
        }
        let mut text = dotted(content).unwrap_or_else(|| marked_hexadecimal(content));
        text.shrink_to_fit();
        Self(Cow::Owned(text))
    }

    /// The dotted form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What stands in nearly every certificate, so that it takes no memory and no arithmetic.
const COMMON: &[(&[u8], &str)] = &[
    (&[0x55, 0x04, 0x03], "2.5.4.3"),
    (&[0x55, 0x04, 0x06], "2.5.4.6"),
    (&[0x55, 0x04, 0x07], "2.5.4.7"),
    (&[0x55, 0x04, 0x08], "2.5.4.8"),
    (&[0x55, 0x04, 0x0a], "2.5.4.10"),
    (&[0x55, 0x04, 0x0b], "2.5.4.11"),
    (&[0x55, 0x1d, 0x0e], "2.5.29.14"),
    (&[0x55, 0x1d, 0x0f], "2.5.29.15"),
    (&[0x55, 0x1d, 0x11], "2.5.29.17"),
    (&[0x55, 0x1d, 0x13], "2.5.29.19"),
    (&[0x55, 0x1d, 0x1f], "2.5.29.31"),
    (&[0x55, 0x1d, 0x20], "2.5.29.32"),
    (&[0x55, 0x1d, 0x23], "2.5.29.35"),
    (&[0x55, 0x1d, 0x25], "2.5.29.37"),
    (&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01], "1.3.6.1.5.5.7.1.1"),
    (&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01], "1.3.6.1.5.5.7.3.1"),
    (&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02], "1.3.6.1.5.5.7.3.2"),
    (&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x05], "1.3.6.1.5.5.7.8.5"),
    (&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x07], "1.3.6.1.5.5.7.8.7"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01], "1.2.840.10045.2.1"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], "1.2.840.10045.3.1.7"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x22], "1.3.132.0.34"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02], "1.2.840.10045.4.3.2"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03], "1.2.840.10045.4.3.3"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01], "1.2.840.113549.1.1.1"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b], "1.2.840.113549.1.1.11"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c], "1.2.840.113549.1.1.12"),
];

fn dotted(content: &[u8]) -> Option<String> {
    if content.last().is_none_or(|last| last & 0x80 != 0) {
        return None;
    }
    let mut text = String::new();
    let mut arc: u64 = 0;
    let mut is_start = true;
    for &octet in content {
        if is_start && octet == 0x80 {
            return None;
        }
        arc = arc.checked_mul(128)?.checked_add(u64::from(octet & 0x7f))?;
        is_start = octet & 0x80 == 0;
        if is_start {
            push_arc(&mut text, arc);
            arc = 0;
        }
    }
    Some(text)
}

fn push_arc(text: &mut String, arc: u64) {
    // Writing to a string does not fail.
    let _ = if text.is_empty() {
        let first = (arc / 40).min(2);
        write!(text, "{first}.{}", arc.saturating_sub(first.saturating_mul(40)))
    } else {
        write!(text, ".{arc}")
    };
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for Oid {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Oid {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_read_in_dotted_form() {
        assert_eq!(Oid::read(&[0x55, 0x1d, 0x11]), "2.5.29.17");
        assert_eq!(Oid::read(&[0x2b, 6, 1, 5, 5, 7, 8, 7]), "1.3.6.1.5.5.7.8.7");
        assert_eq!(Oid::read(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]), "1.2.840.10045.2.1");
        assert_eq!(Oid::read(&[0x88, 0x37, 3]), "2.999.3");
    }

    #[test]
    fn the_common_identifiers_read_as_their_octets_say() {
        for (octets, text) in COMMON {
            assert_eq!(dotted(octets).as_deref(), Some(*text));
            assert_eq!(Oid::read(octets), *text);
        }
    }

    #[test]
    fn sec_04_odd_identifiers_equal_no_real_one() {
        assert_eq!(Oid::read(&[]), "#");
        assert_eq!(Oid::read(&[0x2b, 0x86]), "#2b86");
        assert_eq!(Oid::read(&[0x2b, 0x80, 0x06]), "#2b8006");
        assert_eq!(Oid::read(&[0xff; 12]), format!("#{}", "ff".repeat(12)).as_str());
    }
}
