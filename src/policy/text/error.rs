//! Why a policy's text is refused, and where.

use std::ops::Range;

use super::DigestError;
use crate::name::DomainError;
use crate::policy::PolicyError;

/// Why a policy's text is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTextError {
    position: Option<(u32, u32)>,
    fault: TextFault,
}

/// What is wrong with a policy's text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextFault {
    /// The text is longer than this many bytes.
    TooLong(usize),
    /// The text is no TOML; what the TOML parser says.
    Syntax(Box<str>),
    /// There is no such key.
    UnknownKey {
        /// The key as written.
        key: Box<str>,
        /// The path of the nearest key there is, if one is near.
        nearest: Option<Box<str>>,
    },
    /// There is no such word for this setting.
    UnknownWord {
        /// The word as written.
        word: Box<str>,
        /// The words there are.
        known: Vec<&'static str>,
    },
    /// `preset` is missing.
    NoPreset,
    /// The value has another type.
    WrongType {
        /// The type that is expected.
        expected: Expected,
        /// The type that was found, in TOML's words.
        found: &'static str,
    },
    /// The number is negative or far too large.
    WrongNumber,
    /// A peer's name is no domain.
    Domain(DomainError),
    /// A pin or an exception has no usable digest.
    Digest(DigestError),
    /// A pin or an exception names neither or both of `public_key` and `certificate`.
    NoDigest,
    /// An exception has no `until`.
    NoEnd,
    /// A time has no offset, or is no time; `2027-01-01T00:00:00Z` is one.
    WrongTime,
    /// A source of trust anchors is none of `system`, `file:PATH`, `directory:PATH`, or a path is empty.
    WrongSource,
    /// The settings are refused together.
    Policy(PolicyError),
}

/// A type of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expected {
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A string.
    String,
    /// A list.
    Array,
    /// A table.
    Table,
    /// A date with time and offset.
    Time,
}

impl Expected {
    /// The type in TOML's words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::String => "string",
            Self::Array => "array",
            Self::Table => "table",
            Self::Time => "datetime",
        }
    }
}

impl PolicyTextError {
    pub(super) fn new(text: &str, span: Option<Range<usize>>, fault: TextFault) -> Self {
        Self { position: span.and_then(|span| line_and_column(text, span.start)), fault }
    }

    /// The line, from 1; `None` if the fault is in no one place.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        self.position.map(|(line, _)| line)
    }

    /// The column in characters, from 1; `None` if the fault is in no one place.
    #[must_use]
    pub fn column(&self) -> Option<u32> {
        self.position.map(|(_, column)| column)
    }

    /// What is wrong.
    #[must_use]
    pub fn fault(&self) -> &TextFault {
        &self.fault
    }
}

impl From<PolicyError> for PolicyTextError {
    fn from(error: PolicyError) -> Self {
        Self { position: None, fault: TextFault::Policy(error) }
    }
}

fn line_and_column(text: &str, offset: usize) -> Option<(u32, u32)> {
    let before = text.get(..offset)?;
    let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
    let column = before.get(line_start..)?.chars().count().saturating_add(1);
    Some((u32::try_from(line).ok()?, u32::try_from(column).ok()?))
}

impl std::fmt::Display for PolicyTextError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((line, column)) = self.position {
            write!(f, "line {line}, column {column}: ")?;
        }
        self.fault.fmt(f)
    }
}

impl std::fmt::Display for TextFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLong(maximum) => write!(f, "the policy is longer than {maximum} bytes"),
            Self::Syntax(message) => f.write_str(message),
            Self::UnknownKey { key, nearest: None } => write!(f, "unknown key `{}`", key.escape_debug()),
            Self::UnknownKey { key, nearest: Some(nearest) } => {
                write!(f, "unknown key `{}`; did you mean `{nearest}`?", key.escape_debug())
            }
            Self::UnknownWord { word, known } => {
                write!(f, "`{}` is none of {}", word.escape_debug(), known.join(", "))
            }
            Self::NoPreset => f.write_str("`preset` is missing"),
            Self::WrongType { expected, found } => write!(f, "expected {}, found {found}", expected.name()),
            Self::WrongNumber => f.write_str("the number is negative or too large"),
            Self::Domain(error) => error.fmt(f),
            Self::Digest(error) => error.fmt(f),
            Self::NoDigest => f.write_str("expected either `public_key` or `certificate`"),
            Self::NoEnd => f.write_str("an exception needs `until`, the time at which it ends"),
            Self::WrongTime => f.write_str("expected a time with offset, such as 2027-01-01T00:00:00Z"),
            Self::WrongSource => f.write_str("expected `system`, `file:PATH` or `directory:PATH`"),
            Self::Policy(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PolicyTextError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            TextFault::Domain(error) => Some(error),
            TextFault::Digest(error) => Some(error),
            TextFault::Policy(error) => Some(error),
            _ => None,
        }
    }
}
