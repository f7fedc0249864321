//! Object identifiers, in dotted form.

use std::fmt;

use crate::certificate::text::marked_hexadecimal;

/// An object identifier in dotted form, such as `2.5.29.17` (X.690 §8.19).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid(Box<str>);

impl Oid {
    /// Reads the content octets of an OBJECT IDENTIFIER. What is no identifier is shown as hexadecimal
    /// digits behind a `#`, so that it can be shown and equals no real one.
    pub(crate) fn read(content: &[u8]) -> Self {
        Self(dotted(content).unwrap_or_else(|| marked_hexadecimal(content)).into())
    }

    /// The dotted form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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
    if text.is_empty() {
        let first = (arc / 40).min(2);
        text.push_str(&format!("{first}.{}", arc.saturating_sub(first.saturating_mul(40))));
    } else {
        text.push_str(&format!(".{arc}"));
    }
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
    fn sec_04_odd_identifiers_equal_no_real_one() {
        assert_eq!(Oid::read(&[]), "#");
        assert_eq!(Oid::read(&[0x2b, 0x86]), "#2b86");
        assert_eq!(Oid::read(&[0x2b, 0x80, 0x06]), "#2b8006");
        assert_eq!(Oid::read(&[0xff; 12]), format!("#{}", "ff".repeat(12)).as_str());
    }
}
