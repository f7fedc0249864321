//! The two pieces of a certificate that the TLS engine itself needs: its public key and the algorithm of
//! the signature on it.
//!
//! Reading is lenient on purpose: a certificate of version 1, or with a critical extension that nobody
//! knows, can still sign a handshake. Whether it proves anything is decided elsewhere, from all of it.

/// One element of DER: its tag, its contents, and itself with its header.
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) contents: &'a [u8],
    pub(super) whole: &'a [u8],
}

/// SEQUENCE.
pub(super) const SEQUENCE: u8 = 0x30;
/// OBJECT IDENTIFIER.
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
/// `[0]`, constructed.
pub(super) const CONTEXT_0: u8 = 0xa0;
/// `[1]`, constructed.
pub(super) const CONTEXT_1: u8 = 0xa1;

/// Takes the next element off `input`; `None` if there is none or it is cut short. Lengths of up to four
/// bytes and single-byte tags are read: certificates have no others.
pub(super) fn take<'a>(input: &mut &'a [u8]) -> Option<Element<'a>> {
    let start = *input;
    let (&tag, rest) = start.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if bytes.is_empty() || bytes.len() > 4 {
            return None;
        }
        (
            bytes
                .iter()
                .try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?,
            rest,
        )
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    let (whole, _) = start.split_at_checked(start.len() - rest.len())?;
    *input = rest;
    Some(Element { tag, contents, whole })
}

/// Takes the next element if it has this tag.
pub(super) fn take_tagged<'a>(input: &mut &'a [u8], tag: u8) -> Option<Element<'a>> {
    take(input).filter(|element| element.tag == tag)
}

/// The SubjectPublicKeyInfo of a certificate (RFC 5280 §4.1), with its header.
pub(super) fn public_key(certificate: &[u8]) -> Option<&[u8]> {
    let mut outer = take_tagged(&mut &*certificate, SEQUENCE)?.contents;
    let mut body = take_tagged(&mut outer, SEQUENCE)?.contents;
    let mut ahead = body;
    if take(&mut ahead)?.tag == CONTEXT_0 {
        body = ahead;
    }
    for _ in ["serialNumber", "signature", "issuer", "validity", "subject"] {
        take(&mut body)?;
    }
    take_tagged(&mut body, SEQUENCE).map(|key| key.whole)
}

/// The contents of a certificate's outer `signatureAlgorithm` (RFC 5280 §4.1.1.2).
pub(super) fn signature_algorithm(certificate: &[u8]) -> Option<&[u8]> {
    let mut outer = take_tagged(&mut &*certificate, SEQUENCE)?.contents;
    take_tagged(&mut outer, SEQUENCE)?;
    take_tagged(&mut outer, SEQUENCE).map(|algorithm| algorithm.contents)
}
