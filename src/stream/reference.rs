//! References: `&#60;`, `&#x3C;` and the five predefined entities (XML 1.0 §4.1, §4.6).
//!
//! A reference is resolved as it comes, in a few bytes of state: however many zeros a number has, nothing is
//! stored. A name that cannot become one of the five is refused at the letter that shows it (RFC 6120 §11.1).

use super::cause::{Construct, Fault, Rejection};
use super::characters::{continues_name, is_allowed, starts_name};

const PREDEFINED: [(&str, char); 5] = [("lt", '<'), ("gt", '>'), ("amp", '&'), ("apos", '\''), ("quot", '"')];

/// A reference, behind its `&`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reference {
    /// Nothing has come yet.
    Start,
    /// `#` has come.
    Hash,
    /// A number in decimal digits; it stops growing where no character is.
    Decimal { value: u32 },
    /// `#x` has come.
    HexadecimalStart,
    /// A number in hexadecimal digits.
    Hexadecimal { value: u32 },
    /// A prefix of the names of the predefined entities: the characters so far.
    Named { length: usize, characters: [char; 4] },
}

/// What a character made of a reference.
pub(super) enum Step {
    /// It goes on.
    More(Reference),
    /// It is complete and stands for this character.
    Done(char),
}

impl Reference {
    /// Takes the next character.
    pub(super) fn step(self, character: char) -> Result<Step, Rejection> {
        const MALFORMED: Rejection = Rejection::Malformed(Fault::Reference);
        let digit = |radix| character.to_digit(radix);
        let next = match self {
            Self::Start if character == '#' => Self::Hash,
            Self::Start => return Self::named(0, [' '; 4], character),
            Self::Named { length, characters } => return Self::named(length, characters, character),
            Self::Hash if character == 'x' => Self::HexadecimalStart,
            Self::Hash => Self::Decimal { value: digit(10).ok_or(MALFORMED)? },
            Self::HexadecimalStart => Self::Hexadecimal { value: digit(16).ok_or(MALFORMED)? },
            Self::Decimal { value } | Self::Hexadecimal { value } if character == ';' => {
                let referred = char::from_u32(value).filter(|c| is_allowed(*c));
                return referred.map(Step::Done).ok_or(MALFORMED);
            }
            Self::Decimal { value } => {
                let digit = digit(10).ok_or(MALFORMED)?;
                Self::Decimal { value: value.saturating_mul(10).saturating_add(digit) }
            }
            Self::Hexadecimal { value } => {
                let digit = digit(16).ok_or(MALFORMED)?;
                Self::Hexadecimal { value: value.saturating_mul(16).saturating_add(digit) }
            }
        };
        Ok(Step::More(next))
    }

    /// Goes on with a predefined entity's name, or says that it is none.
    fn named(length: usize, mut characters: [char; 4], character: char) -> Result<Step, Rejection> {
        let seen = |name: &str| name.chars().take(length).eq(characters.iter().copied().take(length));
        if character == ';' {
            let whole = PREDEFINED.iter().find(|(name, _)| name.len() == length && seen(name));
            return match whole {
                Some((_, character)) => Ok(Step::Done(*character)),
                None if length == 0 => Err(Rejection::Malformed(Fault::Reference)),
                None => Err(Rejection::Restricted(Construct::Entity)),
            };
        }
        let goes_on = |name: &str| seen(name) && name.chars().nth(length) == Some(character);
        if !PREDEFINED.iter().any(|(name, _)| goes_on(name)) {
            // A name, but of no entity we know; or no name at all.
            let name = if length == 0 { starts_name(character) } else { continues_name(character) };
            return Err(if name || character == ':' {
                Rejection::Restricted(Construct::Entity)
            } else {
                Rejection::Malformed(Fault::Reference)
            });
        }
        if let Some(slot) = characters.get_mut(length) {
            *slot = character;
        }
        Ok(Step::More(Self::Named { length: length.saturating_add(1), characters }))
    }
}
