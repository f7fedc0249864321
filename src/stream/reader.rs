//! From bytes to elements: the lexer's tags, nested and with their namespaces.
//!
//! One byte in, at most one piece of the document out. The depth is bounded (STLS-30), so is everything
//! else; the reader holds the tag being read, the names of the open elements, and the declarations in scope.

use quick_xml::events::BytesStart;
use quick_xml::name::NamespaceResolver;

use super::cause::{Fault, Limit, Rejection};
use super::characters::is_space;
use super::element::Element;
use super::lexer::{Lexer, Token};
use crate::limits::CLEAR_STREAM_DEPTH;

/// A piece of the document.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// An element begins. When it is empty, [`Reader::close`] is due next.
    Open(Element),
    /// The innermost element ended; it was at this depth (the root's is 1).
    Close(usize),
    /// A character inside the root.
    Text(char),
}

/// The reader of one document.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    lexer: Lexer,
    namespaces: NamespaceResolver,
    open: Vec<String>,
    /// Bytes looked at so far, those of a tag once more when it is complete.
    #[cfg(test)]
    pub(super) work: usize,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            lexer: Lexer::new(),
            namespaces: NamespaceResolver::default(),
            open: Vec::new(),
            #[cfg(test)]
            work: 0,
        }
    }

    /// Takes one byte. After a rejection the reader is not to be used again.
    pub(super) fn step(&mut self, byte: u8) -> Result<Option<Piece>, Rejection> {
        let token = self.lexer.step(byte)?;
        #[cfg(test)]
        {
            let again = !matches!(token, None | Some(Token::Text { .. }));
            self.work += 1 + if again { self.lexer.tag().0.len() } else { 0 };
        }
        match token {
            None => Ok(None),
            Some(Token::Declaration) => self.declaration().map(|()| None),
            Some(Token::Start { empty }) => self.start(empty).map(|element| Some(Piece::Open(element))),
            Some(Token::End) => self.end().map(Some),
            Some(Token::Text { character, .. }) if !self.open.is_empty() => Ok(Some(Piece::Text(character))),
            Some(Token::Text { character, literal: true }) if is_space(character) => Ok(None),
            Some(Token::Text { .. }) => Err(Rejection::Malformed(Fault::TextOutside)),
        }
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Ends the innermost element, and says at which depth it was.
    pub(super) fn close(&mut self) -> usize {
        let depth = self.open.len();
        self.open.pop();
        self.namespaces.pop();
        depth
    }

    fn start(&mut self, empty: bool) -> Result<Element, Rejection> {
        if self.open.len() >= CLEAR_STREAM_DEPTH {
            return Err(Rejection::Limit(Limit::Depth));
        }
        self.namespaces.set_level(self.namespaces.level().saturating_add(1));
        let (tag, name_length) = self.lexer.tag();
        let element = Element::read(tag, name_length, empty, &mut self.namespaces)?;
        self.open.push(tag.get(..name_length).unwrap_or_default().to_owned());
        Ok(element)
    }

    fn end(&mut self) -> Result<Piece, Rejection> {
        let (tag, _) = self.lexer.tag();
        if self.open.last().is_none_or(|open| open != tag) {
            return Err(Rejection::Malformed(Fault::Nesting));
        }
        Ok(Piece::Close(self.close()))
    }

    /// Judges the XML declaration (XML 1.0, productions 23 to 26, 32 and 80; RFC 6120 §11.5, §11.6).
    fn declaration(&self) -> Result<(), Rejection> {
        const MALFORMED: Rejection = Rejection::Malformed(Fault::Declaration);
        let (tag, name_length) = self.lexer.tag();
        let start = BytesStart::from_content(tag, name_length);
        let mut attributes = start.attributes().map(|attribute| attribute.map_err(|_| MALFORMED)).peekable();
        let version = attributes.next().ok_or(MALFORMED)??;
        let minor = version.value.strip_prefix("1.").filter(|_| version.key.0 == "version");
        if minor.is_none_or(|minor| minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(MALFORMED);
        }
        let is = |name| move |next: &Result<_, _>| matches!(next, Ok(a) if key(a) == name);
        let encoding = attributes.next_if(is("encoding")).transpose()?;
        if encoding.is_some_and(|encoding| !encoding.value.eq_ignore_ascii_case("utf-8")) {
            return Err(Rejection::Encoding);
        }
        // XMPP has no external markup to stand alone from: either word is read and ignored (STLS-26).
        let standalone = attributes.next_if(is("standalone")).transpose()?;
        if standalone.is_some_and(|standalone| !matches!(&*standalone.value, "yes" | "no")) {
            return Err(MALFORMED);
        }
        if attributes.next().is_some() { Err(MALFORMED) } else { Ok(()) }
    }
}

fn key<'a>(attribute: &quick_xml::events::attributes::Attribute<'a>) -> &'a str {
    attribute.key.0
}
