//! From bytes to characters, one byte at a time, and the classes of characters XML knows.
//!
//! XMPP is UTF-8 and nothing else (RFC 6120 §11.6). The decoder here follows table 3-7 of the Unicode
//! standard: overlong forms, surrogates, numbers above U+10FFFF and stray continuation bytes are refused at
//! the first byte that shows them, so the answer does not depend on how the bytes were cut into reads.

/// An incremental decoder of UTF-8.
#[derive(Clone, Debug, Default)]
pub(super) struct Decoder {
    /// Bits collected so far of an unfinished character.
    scalar: u32,
    /// Continuation bytes still to come.
    missing: u8,
    /// The range of the next continuation byte; narrower than 80–BF only behind E0, ED, F0 and F4.
    low: u8,
    high: u8,
}

/// The bytes are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotUtf8;

impl Decoder {
    /// Takes one byte; gives the character that it completes, if it completes one.
    pub(super) fn step(&mut self, byte: u8) -> Result<Option<char>, NotUtf8> {
        if self.missing == 0 { self.first(byte) } else { self.continuation(byte) }
    }

    fn first(&mut self, byte: u8) -> Result<Option<char>, NotUtf8> {
        let (missing, mask, low, high) = match byte {
            0x00..=0x7F => return Ok(Some(char::from(byte))),
            0xC2..=0xDF => (1, 0x1F, 0x80, 0xBF),
            0xE0 => (2, 0x0F, 0xA0, 0xBF),
            0xED => (2, 0x0F, 0x80, 0x9F),
            0xE1..=0xEF => (2, 0x0F, 0x80, 0xBF),
            0xF0 => (3, 0x07, 0x90, 0xBF),
            0xF4 => (3, 0x07, 0x80, 0x8F),
            0xF1..=0xF3 => (3, 0x07, 0x80, 0xBF),
            _ => return Err(NotUtf8),
        };
        *self = Self { scalar: u32::from(byte & mask), missing, low, high };
        Ok(None)
    }

    fn continuation(&mut self, byte: u8) -> Result<Option<char>, NotUtf8> {
        if byte < self.low || byte > self.high {
            return Err(NotUtf8);
        }
        let scalar = (self.scalar << 6) | u32::from(byte & 0x3F);
        *self = Self { scalar, missing: self.missing.saturating_sub(1), low: 0x80, high: 0xBF };
        if self.missing > 0 {
            return Ok(None);
        }
        char::from_u32(scalar).map(Some).ok_or(NotUtf8)
    }
}

/// White space (XML 1.0, production 3).
pub(super) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// A character that may occur in a document at all (XML 1.0, production 2).
pub(super) fn is_allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// A character that may start a name without colon (XML 1.0, production 4; Namespaces 1.0, production 4).
pub(super) fn starts_name(character: char) -> bool {
    matches!(character,
        'A'..='Z' | 'a'..='z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// A character that may go on with a name without colon (XML 1.0, production 4a).
pub(super) fn continues_name(character: char) -> bool {
    starts_name(character)
        || matches!(character,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Result<String, NotUtf8> {
        let mut decoder = Decoder::default();
        let mut text = String::new();
        for byte in bytes {
            text.extend(decoder.step(*byte)?);
        }
        Ok(text)
    }

    #[test]
    fn stls_26_every_character_is_read_as_the_standard_library_reads_it() {
        let mut encoded = [0; 4];
        for character in '\u{0}'..=char::MAX {
            let text = character.encode_utf8(&mut encoded);
            assert_eq!(decode(text.as_bytes()).as_deref(), Ok(&*text));
        }
    }

    #[test]
    fn stls_26_pairs_and_triples_agree_with_the_standard_library() {
        for first in 0x80..=0xFF_u8 {
            for second in 0..=0xFF_u8 {
                for tail in [&b""[..], b"\x80", b"\xBF", b"\x80\x80", b"\xBF\xBF", b"A"] {
                    let bytes = [&[first, second], tail].concat();
                    let unfinished = core::str::from_utf8(&bytes).is_err_and(|e| e.error_len().is_none());
                    if !unfinished {
                        assert_eq!(
                            decode(&bytes).is_ok(),
                            core::str::from_utf8(&bytes).is_ok(),
                            "{bytes:x?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn stls_25_controls_and_noncharacters_are_not_allowed() {
        for character in ['\0', '\u{8}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            assert!(!is_allowed(character));
        }
        for character in ['\t', ' ', '\u{7F}', '\u{D7FF}', '\u{E000}', '\u{FFFD}', '\u{10FFFF}'] {
            assert!(is_allowed(character));
        }
    }
}
