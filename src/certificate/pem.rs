//! Blocks of PEM (RFC 7468) out of a text that may hold anything between them.
//!
//! Files of certificates and keys grow comments, dumps of `openssl x509 -text`, parameters of curves.
//! Whatever stands outside of a block is passed over, and a block is only decoded when its label is wanted.
//! What is begun must be ended: a boundary without its end, another boundary within a block, and the end of
//! the text within one are errors, and the next boundary is read as one again.
//!
//! Boundaries stand at the beginning of a line, labels must agree, base64 is canonical and padded. Blanks within
//! a block are passed over; header fields (RFC 1421 §4.6) only in keys, where old formats have them. Lines end
//! with LF or CR LF; with CR alone where the whole text has no LF.

use std::io::BufRead;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// One block, not decoded yet.
pub(crate) struct Block<'a> {
    /// What stands behind BEGIN and END.
    pub(crate) label: &'a [u8],
    body: &'a [u8],
    line_end: u8,
}

/// A block is begun and not ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotEnded;

/// The blocks of a text.
pub(crate) struct Blocks<'a> {
    lines: Lines<'a>,
    /// A block that another one was broken off by.
    begun: Option<&'a [u8]>,
}

/// The blocks of `text`, in order.
pub(crate) fn blocks(text: &[u8]) -> Blocks<'_> {
    let line_end = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    Blocks { lines: Lines { rest: text, line_end }, begun: None }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Result<Block<'a>, NotEnded>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.begun.take() {
            Some(line) => line,
            None => self.lines.find(|line| line.starts_with(BEGIN))?,
        };
        Some(label(line, BEGIN).and_then(|label| self.block(label)).ok_or(NotEnded))
    }
}

impl<'a> Blocks<'a> {
    fn block(&mut self, opened: &'a [u8]) -> Option<Block<'a>> {
        let from = self.lines.rest;
        loop {
            self.lines.skip_to_dash();
            let until = self.lines.rest;
            let line = self.lines.next()?;
            if !line.starts_with(DASHES) {
                continue;
            }
            if label(line, END) == Some(opened) {
                let body = from.get(..from.len().saturating_sub(until.len()))?;
                return Some(Block { label: opened, body, line_end: self.lines.line_end });
            }
            self.begun = line.starts_with(BEGIN).then_some(line);
            return None;
        }
    }
}

fn label<'a>(line: &'a [u8], boundary: &[u8]) -> Option<&'a [u8]> {
    line.strip_prefix(boundary)?.strip_suffix(DASHES)
}

impl Block<'_> {
    /// The contents of a block that is no secret; `None` if they are no base64.
    pub(crate) fn decode(&self) -> Option<Vec<u8>> {
        // Nearly all blocks have lines of one length (RFC 7468 §2), which need not be looked for.
        let length = self.body.len().saturating_sub(self.lines().behind(self.line_end).len());
        let mut characters = Vec::with_capacity(self.body.len());
        let lines = self.body.chunks(length.max(1));
        lines.for_each(|line| characters.extend_from_slice(line.trim_ascii_end()));
        decode(&mut characters)
    }

    /// The contents of a key, without header fields; `None` if they are no base64.
    pub(crate) fn decode_key(&self) -> Option<Zeroizing<Vec<u8>>> {
        // With room for all, so that no copy is left behind.
        let mut characters = Zeroizing::new(Vec::with_capacity(self.body.len()));
        let lines = self.lines().filter(|line| !is_header(line));
        lines.for_each(|line| characters.extend_from_slice(line));
        decode(&mut characters).map(Zeroizing::new)
    }

    /// The block's header fields.
    pub(crate) fn headers(&self) -> impl Iterator<Item = &[u8]> {
        self.lines().filter(|line| is_header(line))
    }

    fn lines(&self) -> Lines<'_> {
        Lines { rest: self.body, line_end: self.line_end }
    }
}

fn is_header(line: &[u8]) -> bool {
    line.contains(&b':')
}

/// Blanks and line ends among the characters are rare, and only taken out where they are in the way.
fn decode(characters: &mut Vec<u8>) -> Option<Vec<u8>> {
    STANDARD.decode(&*characters).ok().or_else(|| {
        characters.retain(|character| !character.is_ascii_whitespace());
        STANDARD.decode(&*characters).ok()
    })
}

/// Lines without their ends and the blanks before these.
struct Lines<'a> {
    rest: &'a [u8],
    line_end: u8,
}

impl<'a> Lines<'a> {
    /// What stands behind the next such byte; nothing if there is none.
    fn behind(&self, byte: u8) -> &'a [u8] {
        let mut rest = self.rest;
        rest.skip_until(byte).map_or(&[], |_| rest)
    }

    /// Passes over the lines without a dash.
    fn skip_to_dash(&mut self) {
        let length = self.rest.len().saturating_sub(self.behind(b'-').len());
        let until = self.rest.get(..length).unwrap_or_default();
        if let Some(end) = until.iter().rposition(|byte| *byte == self.line_end) {
            self.rest = self.rest.get(end.saturating_add(1)..).unwrap_or_default();
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let behind = self.behind(self.line_end);
        let line = self.rest.get(..self.rest.len().saturating_sub(behind.len()))?;
        let is_there = !self.rest.is_empty();
        self.rest = behind;
        is_there.then(|| line.trim_ascii_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels with what was decoded; `None` for what is not ended.
    fn read(text: &str) -> Vec<Option<(String, Option<Vec<u8>>)>> {
        let of = |block: Block<'_>| (String::from_utf8_lossy(block.label).into_owned(), block.decode());
        blocks(text.as_bytes()).map(|block| block.ok().map(of)).collect()
    }

    fn one(label: &str, contents: &[u8]) -> Option<(String, Option<Vec<u8>>)> {
        Some((label.to_owned(), Some(contents.to_vec())))
    }

    const ABC: &str = "-----BEGIN A-----\nYWJj\n-----END A-----\n";

    #[test]
    fn blocks_are_found_in_order_among_other_text() {
        let text = format!("before\n{ABC}between: -----END A-----\n  -----BEGIN A-----\n{ABC}behind");
        assert_eq!(read(&text), [one("A", b"abc"), one("A", b"abc")]);
        assert_eq!(read(""), []);
        assert_eq!(read("no block\n"), []);
        assert_eq!(read("-----BEGIN A B-----\n-----END A B-----"), [one("A B", b"")]);
    }

    #[test]
    fn lines_end_in_three_ways_and_may_be_of_any_length() {
        for end in ["\n", "\r\n", "\r", " \t\r\n", "\n\n"] {
            let text = format!("x\n{ABC}-----BEGIN B-----\nYW\nJj ZG\n VmZw==\n-----END B-----\n");
            assert_eq!(read(&text.replace('\n', end)), [one("A", b"abc"), one("B", b"abcdefg")], "{end:?}");
        }
    }

    #[test]
    fn what_is_begun_must_be_ended_and_the_next_block_is_read_again() {
        let ended = one("A", b"abc");
        for broken in [
            "-----BEGIN A-----\nYWJj\n",
            "-----BEGIN A-----\nYWJj\n-----END B-----\n",
            "-----BEGIN A-----\nYWJj\n-----END A----\n",
            "-----BEGIN A-----\n-----\n",
            "-----BEGIN A----\nYWJj\n-----END A-----\n",
        ] {
            assert_eq!(
                read(&format!("{ABC}{broken}{ABC}")),
                [ended.clone(), None, ended.clone()],
                "{broken}"
            );
            assert_eq!(read(&format!("{ABC}{broken}")), [ended.clone(), None], "{broken}");
        }
    }

    #[test]
    fn only_canonical_base64_is_decoded() {
        for wrong in
            ["YWJ", "YWJj=", "YQ=", "YQ", "YR==", "YWJj-", "Y!Jj", "YQ==YQ==", "a: b\nYWJj", "YWJj\0"]
        {
            let text = format!("-----BEGIN A-----\n{wrong}\n-----END A-----\n");
            assert_eq!(read(&text), [Some(("A".to_owned(), None))], "{wrong}");
        }
    }

    #[test]
    fn header_fields_are_passed_over_in_keys() {
        let text = "-----BEGIN K-----\nProc-Type: 4,X\nOther: a\n\nYWJj\n-----END K-----\n";
        let block = blocks(text.as_bytes()).next().unwrap().unwrap();
        assert_eq!(**block.decode_key().unwrap(), *b"abc");
        assert_eq!(block.headers().collect::<Vec<_>>(), [b"Proc-Type: 4,X".as_slice(), b"Other: a"]);
        assert_eq!(block.decode(), None);
    }
}
