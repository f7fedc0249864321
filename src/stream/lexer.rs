//! Where a tag begins and ends, and whether it is spelt as XML 1.0 demands.
//!
//! A state machine that takes one byte and does a bounded amount of work with it: no byte is looked at
//! twice, so a peer that sends one byte a time costs what its bytes cost. It holds the text of the tag it is
//! in and nothing else. quick-xml splits a complete tag later on; that the tag is spelt as it must be – the
//! characters of names, `<` in attribute values, space between attributes, `]]>` in text, references – is
//! judged here, before.
//!
//! RFC 6120 §11.1 forbids comments, processing instructions, document types and entities; they are refused
//! at the character that gives them away (`<!`, `<?`, the first letter that no predefined entity has).
//! CDATA begins with `<!` too and is refused with them: nothing before TLS needs it (STLS-25).
//!
//! The lexer does not know about nesting, namespaces or the root: that is `reader`'s.

use super::cause::{Construct, Fault, Limit, Rejection};
use super::characters::{Decoder, continues_name, is_allowed, is_space, starts_name};
use super::reference::{Reference, Step};
use crate::limits::{CLEAR_STREAM_ATTRIBUTES, CLEAR_STREAM_BYTES};

/// What a byte completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// The XML declaration; its content is in [`Lexer::tag`].
    Declaration,
    /// A start tag, or an empty element's tag; name and attributes are in [`Lexer::tag`].
    Start {
        /// It ends with `/>`.
        empty: bool,
    },
    /// An end tag; the name is in [`Lexer::tag`].
    End,
    /// One character between tags, references resolved.
    Text {
        /// The character.
        character: char,
        /// It stood there itself, not as a reference.
        literal: bool,
    },
}

/// How far a name with at most one colon has got.
#[derive(Clone, Copy, Debug, Default)]
struct Name {
    colon: bool,
    /// The part before or behind the colon has its first character.
    started: bool,
}

impl Name {
    /// Takes a character; false when the name cannot go on with it.
    fn accepts(&mut self, character: char) -> bool {
        if character == ':' {
            let first = self.started && !self.colon;
            *self = Self { colon: true, started: false };
            return first;
        }
        let accepted = if self.started { continues_name(character) } else { starts_name(character) };
        self.started = true;
        accepted
    }
}

/// Where a reference stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Text,
    Value(char),
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Between tags; how many `]` stood last (two are as good as more).
    Content {
        brackets: u8,
    },
    Reference(Place, Reference),
    /// Behind `<`.
    Open,
    /// Behind `<?` at byte 0; this many characters of `xml` have come.
    Target(usize),
    StartName(Name),
    EndName(Name),
    BehindEndName,
    /// In a tag, behind white space.
    Gap,
    AttributeName(Name),
    BehindAttributeName,
    BeforeValue,
    Value(char),
    BehindValue,
    /// Behind `/` in a start tag.
    Slash,
    /// Behind `?` in the declaration.
    Question,
}

/// The machine.
#[derive(Clone, Debug)]
pub(super) struct Lexer {
    decoder: Decoder,
    state: State,
    tag: String,
    name_length: usize,
    attributes: usize,
    declaration: bool,
    /// Bytes taken so far.
    bytes: u64,
}

impl Lexer {
    pub(super) fn new() -> Self {
        Self {
            decoder: Decoder::default(),
            state: State::Content { brackets: 0 },
            tag: String::new(),
            name_length: 0,
            attributes: 0,
            declaration: false,
            bytes: 0,
        }
    }

    /// Takes one byte. After a rejection the machine is not to be used again.
    pub(super) fn step(&mut self, byte: u8) -> Result<Option<Token>, Rejection> {
        if self.bytes >= CLEAR_STREAM_BYTES {
            return Err(Rejection::Limit(Limit::Bytes));
        }
        self.bytes = self.bytes.saturating_add(1);
        let Some(character) = self.decoder.step(byte).map_err(|_| Rejection::Encoding)? else {
            return Ok(None);
        };
        if !is_allowed(character) {
            return Err(Rejection::Malformed(Fault::Character));
        }
        self.character(character)
    }

    /// The text of the tag that the last token completed, without its brackets, and its name's length.
    pub(super) fn tag(&self) -> (&str, usize) {
        (&self.tag, self.name_length)
    }

    fn character(&mut self, character: char) -> Result<Option<Token>, Rejection> {
        match self.state {
            State::Content { brackets } => return self.content(character, brackets),
            State::Reference(place, reference) => return self.reference(character, place, reference),
            State::Open => self.open(character)?,
            State::Target(length) => self.target(character, length)?,
            State::StartName(name) => return self.start_name(character, name),
            State::EndName(name) => return self.end_name(character, name),
            State::BehindEndName => return self.behind_end_name(character),
            State::Gap => return self.gap(character),
            State::AttributeName(name) => self.attribute_name(character, name)?,
            State::BehindAttributeName => self.behind_attribute_name(character)?,
            State::BeforeValue => self.before_value(character)?,
            State::Value(quote) => self.value(character, quote)?,
            State::BehindValue => return self.behind_value(character),
            State::Slash => return self.closing(character, Token::Start { empty: true }),
            State::Question => return self.closing(character, Token::Declaration),
        }
        Ok(None)
    }

    fn content(&mut self, character: char, brackets: u8) -> Result<Option<Token>, Rejection> {
        match character {
            '<' => self.state = State::Open,
            '&' => self.state = State::Reference(Place::Text, Reference::Start),
            '>' if brackets >= 2 => return Err(Rejection::Malformed(Fault::SectionEnd)),
            _ => {
                let brackets = if character == ']' { brackets.saturating_add(1).min(2) } else { 0 };
                self.state = State::Content { brackets };
                return Ok(Some(Token::Text { character, literal: true }));
            }
        }
        Ok(None)
    }

    fn open(&mut self, character: char) -> Result<(), Rejection> {
        self.tag.clear();
        self.attributes = 0;
        self.declaration = false;
        match character {
            '!' => return Err(Rejection::Restricted(Construct::Declaration)),
            // `<?` are the first two bytes of the stream.
            '?' if self.bytes == 2 => self.state = State::Target(0),
            '?' => return Err(Rejection::Restricted(Construct::ProcessingInstruction)),
            '/' => self.state = State::EndName(Name::default()),
            _ => {
                let mut name = Name::default();
                if !name.accepts(character) {
                    return Err(Rejection::Malformed(Fault::Name));
                }
                self.tag.push(character);
                self.state = State::StartName(name);
            }
        }
        Ok(())
    }

    fn target(&mut self, character: char, length: usize) -> Result<(), Rejection> {
        match "xml".chars().nth(length) {
            Some(expected) if character == expected => {
                self.tag.push(character);
                self.state = State::Target(length.saturating_add(1));
            }
            None if is_space(character) => {
                self.declaration = true;
                self.name_length = self.tag.len();
                self.tag.push(' ');
                self.state = State::Gap;
            }
            _ => return Err(Rejection::Restricted(Construct::ProcessingInstruction)),
        }
        Ok(())
    }

    fn start_name(&mut self, character: char, mut name: Name) -> Result<Option<Token>, Rejection> {
        let started = name.started;
        if name.accepts(character) {
            self.tag.push(character);
            self.state = State::StartName(name);
            return Ok(None);
        }
        // A name that ends with its colon has no local part.
        if !started {
            return Err(Rejection::Malformed(Fault::Name));
        }
        self.name_length = self.tag.len();
        self.behind_part(character, Fault::Name)
    }

    fn end_name(&mut self, character: char, mut name: Name) -> Result<Option<Token>, Rejection> {
        let started = name.started;
        if name.accepts(character) {
            self.tag.push(character);
            self.state = State::EndName(name);
            return Ok(None);
        }
        if !started {
            return Err(Rejection::Malformed(Fault::Name));
        }
        self.behind_end_name(character)
    }

    fn behind_end_name(&mut self, character: char) -> Result<Option<Token>, Rejection> {
        if is_space(character) {
            self.state = State::BehindEndName;
            return Ok(None);
        }
        self.name_length = self.tag.len();
        self.closing(character, Token::End)
    }

    /// Behind a tag's name or an attribute: white space, or the end of the tag.
    fn behind_part(&mut self, character: char, fault: Fault) -> Result<Option<Token>, Rejection> {
        if is_space(character) {
            self.tag.push(' ');
            self.state = State::Gap;
            return Ok(None);
        }
        self.tag_end(character, fault)
    }

    fn tag_end(&mut self, character: char, fault: Fault) -> Result<Option<Token>, Rejection> {
        match character {
            '?' if self.declaration => self.state = State::Question,
            '/' if !self.declaration => self.state = State::Slash,
            '>' if !self.declaration => {
                self.state = State::Content { brackets: 0 };
                return Ok(Some(Token::Start { empty: false }));
            }
            _ => return Err(Rejection::Malformed(fault)),
        }
        Ok(None)
    }

    fn gap(&mut self, character: char) -> Result<Option<Token>, Rejection> {
        if is_space(character) {
            return Ok(None);
        }
        let mut name = Name::default();
        if !name.accepts(character) {
            return self.tag_end(character, Fault::Attribute);
        }
        if self.attributes >= CLEAR_STREAM_ATTRIBUTES {
            return Err(Rejection::Limit(Limit::Attributes));
        }
        self.attributes = self.attributes.saturating_add(1);
        self.tag.push(character);
        self.state = State::AttributeName(name);
        Ok(None)
    }

    fn attribute_name(&mut self, character: char, mut name: Name) -> Result<(), Rejection> {
        let started = name.started;
        if name.accepts(character) {
            self.tag.push(character);
            self.state = State::AttributeName(name);
            return Ok(());
        }
        if !started {
            return Err(Rejection::Malformed(Fault::Name));
        }
        self.behind_attribute_name(character)
    }

    fn behind_attribute_name(&mut self, character: char) -> Result<(), Rejection> {
        self.state = match character {
            '=' => {
                self.tag.push('=');
                State::BeforeValue
            }
            _ if is_space(character) => State::BehindAttributeName,
            _ => return Err(Rejection::Malformed(Fault::Attribute)),
        };
        Ok(())
    }

    fn before_value(&mut self, character: char) -> Result<(), Rejection> {
        match character {
            '\'' | '"' => {
                self.tag.push(character);
                self.state = State::Value(character);
                Ok(())
            }
            _ if is_space(character) => Ok(()),
            _ => Err(Rejection::Malformed(Fault::Attribute)),
        }
    }

    fn value(&mut self, character: char, quote: char) -> Result<(), Rejection> {
        if character == '<' {
            return Err(Rejection::Malformed(Fault::Attribute));
        }
        self.tag.push(character);
        if character == quote {
            self.state = State::BehindValue;
        } else if character == '&' {
            self.state = State::Reference(Place::Value(quote), Reference::Start);
        }
        Ok(())
    }

    fn behind_value(&mut self, character: char) -> Result<Option<Token>, Rejection> {
        self.behind_part(character, Fault::Attribute)
    }

    fn closing(&mut self, character: char, token: Token) -> Result<Option<Token>, Rejection> {
        if character != '>' {
            return Err(Rejection::Malformed(Fault::Tag));
        }
        self.state = State::Content { brackets: 0 };
        Ok(Some(token))
    }

    fn reference(
        &mut self,
        character: char,
        place: Place,
        reference: Reference,
    ) -> Result<Option<Token>, Rejection> {
        if let Place::Value(_) = place {
            self.tag.push(character);
        }
        match reference.step(character)? {
            Step::More(next) => {
                self.state = State::Reference(place, next);
                Ok(None)
            }
            Step::Done(character) => match place {
                Place::Value(quote) => {
                    self.state = State::Value(quote);
                    Ok(None)
                }
                Place::Text => {
                    self.state = State::Content { brackets: 0 };
                    Ok(Some(Token::Text { character, literal: false }))
                }
            },
        }
    }
}
