//! Reading DER one element at a time (X.690 §8.1, §10).
//!
//! The parser of certificates proper is `x509-parser`; this reader finds the places where parts of a
//! certificate lie, byte for byte, and looks into the names that a certificate presents. It knows
//! low tags and definite, minimal lengths and nothing else, so that there is one way to read a thing.

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The tag octet of a constructed, context-specific element (`[n]` EXPLICIT, or IMPLICIT SEQUENCE).
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The tag octet of a primitive, context-specific element (`[n]` IMPLICIT of a string or number).
pub(crate) const fn context_primitive(number: u8) -> u8 {
    0x80 | number
}

/// The bytes are not the DER that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotDer;

/// One element: its tag octet, its content, and both with the length between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// A position in a row of elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// A reader inside the only element of `bytes`, which has the tag `tag`.
    pub(crate) fn inside(bytes: &'a [u8], tag: u8) -> Result<Self, NotDer> {
        let mut outer = Self::new(bytes);
        let element = outer.expect(tag)?;
        outer.end()?;
        Ok(Self::new(element.content))
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), NotDer> {
        if self.rest.is_empty() { Ok(()) } else { Err(NotDer) }
    }

    pub(crate) fn next(&mut self) -> Result<Element<'a>, NotDer> {
        let (&tag, after_tag) = self.rest.split_first().ok_or(NotDer)?;
        if tag & 0x1f == 0x1f {
            return Err(NotDer);
        }
        let (length, after_length) = length(after_tag)?;
        let (content, rest) = after_length.split_at_checked(length).ok_or(NotDer)?;
        let taken = self.rest.len().checked_sub(rest.len()).ok_or(NotDer)?;
        let whole = self.rest.get(..taken).ok_or(NotDer)?;
        self.rest = rest;
        Ok(Element { tag, content, whole })
    }

    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>, NotDer> {
        let element = self.next()?;
        if element.tag == tag { Ok(element) } else { Err(NotDer) }
    }

    /// The next element if it has the tag `tag`, else nothing, and the position stays.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, NotDer> {
        match self.rest.first() {
            Some(&found) if found == tag => self.next().map(Some),
            _ => Ok(None),
        }
    }
}

fn length(bytes: &[u8]) -> Result<(usize, &[u8]), NotDer> {
    let (&first, rest) = bytes.split_first().ok_or(NotDer)?;
    match first {
        ..=0x7f => Ok((usize::from(first), rest)),
        0x81..=0x84 => {
            let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f)).ok_or(NotDer)?;
            let value = octets.iter().fold(0_u64, |sum, &octet| (sum << 8) | u64::from(octet));
            let is_minimal = value >= 0x80 && octets.first() != Some(&0);
            let value = usize::try_from(value).map_err(|_| NotDer)?;
            if is_minimal { Ok((value, rest)) } else { Err(NotDer) }
        }
        _ => Err(NotDer),
    }
}

/// An element with this tag octet and content.
pub(crate) fn encode(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short @ ..=0x7f) => element.push(short),
        _ => {
            let octets = content.len().to_be_bytes();
            let significant = octets.iter().skip_while(|&&octet| octet == 0);
            let count = u8::try_from(significant.clone().count()).unwrap_or(u8::MAX);
            element.push(0x80 | count);
            element.extend(significant);
        }
    }
    element.extend_from_slice(content);
    element
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_read_with_its_length() {
        let mut reader = Reader::new(&[0x04, 0x02, 1, 2, 0x05, 0x00]);
        let first = reader.next().unwrap();
        assert_eq!((first.tag, first.content, first.whole), (4, &[1, 2][..], &[4, 2, 1, 2][..]));
        assert_eq!(reader.next().unwrap().content, b"");
        assert!(reader.is_at_end());
    }

    #[test]
    fn sec_04_lengths_have_one_spelling() {
        let long = [&[0x04, 0x81, 0x80][..], &[7; 0x80]].concat();
        assert_eq!(Reader::new(&long).next().unwrap().content.len(), 0x80);
        for bad in [
            &[0x30, 0x80, 0, 0][..],
            &[0x04, 0x81, 0x01, 7],
            &[0x04, 0x82, 0x00, 0x01, 7],
            &[0x04, 0x85, 0, 0, 0, 0, 1, 7],
            &[0x04, 0x02, 7],
            &[0x04],
            &[],
            &[0x1f, 0x01, 0x00],
        ] {
            assert_eq!(Reader::new(bad).next(), Err(NotDer), "{bad:?}");
        }
    }

    #[test]
    fn what_is_encoded_is_read_again() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let content = vec![7; length];
            let element = encode(SEQUENCE, &content);
            assert_eq!(Reader::new(&element).next().map(|element| element.content), Ok(&content[..]));
        }
    }

    #[test]
    fn sec_04_nothing_may_stand_behind_the_only_element() {
        assert!(Reader::inside(&[0x30, 0x00], SEQUENCE).is_ok());
        assert!(Reader::inside(&[0x30, 0x00, 0x00], SEQUENCE).is_err());
        assert!(Reader::inside(&[0x31, 0x00], SEQUENCE).is_err());
    }
}
