//! Texts of the peer's choice, quoted in causes and reports: cut to a bound, escaped when displayed.

use core::fmt;

use crate::limits::EXCERPT_CHARACTERS;

/// A text of the peer's choice, cut to [`EXCERPT_CHARACTERS`] characters. `Display` escapes quotes, and
/// whatever is not printable ASCII.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Excerpt {
    text: String,
    cut: bool,
}

impl Excerpt {
    pub(super) fn of(text: &str) -> Self {
        let mut characters = text.chars();
        let kept = characters.by_ref().take(EXCERPT_CHARACTERS).collect();
        Self { text: kept, cut: characters.next().is_some() }
    }

    /// The text as the peer sent it, cut; it may hold control characters.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether something was cut off.
    pub fn is_cut(&self) -> bool {
        self.cut
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.text.escape_default(), if self.cut { "…" } else { "" })
    }
}

/// The expanded name of an element the peer sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ElementName {
    /// The namespace name; empty for none.
    pub namespace: Excerpt,
    /// The local name.
    pub local: Excerpt,
}

impl fmt::Display for ElementName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.namespace, self.local)
    }
}
