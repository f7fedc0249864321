//! Blocks of PEM (RFC 7468) out of a text that may hold anything between them.
//!
//! Files of certificates and keys grow comments, dumps of `openssl x509 -text`, parameters of curves.
//! Whatever stands outside of a block is passed over, and blocks of other kinds are not even decoded; but a
//! block that is begun and cannot be read is an error that says which one it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// What a block holds, by its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Certificate,
    Key,
    EncryptedKey,
    Other,
}

/// One block, decoded; the contents of a block of another kind are left empty.
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) contents: Zeroizing<Vec<u8>>,
}

/// The block with this number, counted from 0, cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) usize);

/// All blocks of `text`, in order.
pub(super) fn blocks(text: &[u8]) -> Result<Vec<Block>, Malformed> {
    let mut found = Vec::new();
    let mut lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    while let Some(line) = lines.next() {
        if let Some(label) = label(line, b"-----BEGIN ") {
            let block = block(label, &mut lines).ok_or(Malformed(found.len()))?;
            found.push(block);
        }
    }
    Ok(found)
}

/// The first certificate of `text`, in DER; the number of the block that cannot be read, counted from 0.
#[cfg(feature = "capi")]
pub(crate) fn first_certificate(text: &[u8]) -> Result<Option<Vec<u8>>, usize> {
    let blocks = blocks(text).map_err(|Malformed(block)| block)?;
    let found = blocks.into_iter().find(|block| block.kind == Kind::Certificate);
    Ok(found.map(|block| block.contents.to_vec()))
}

fn label<'a>(line: &'a [u8], marker: &[u8]) -> Option<&'a [u8]> {
    line.strip_prefix(marker)?.strip_suffix(b"-----")
}

fn block<'a>(opened: &[u8], lines: &mut impl Iterator<Item = &'a [u8]>) -> Option<Block> {
    let mut kind = match opened {
        b"CERTIFICATE" | b"X509 CERTIFICATE" | b"TRUSTED CERTIFICATE" => Kind::Certificate,
        b"ENCRYPTED PRIVATE KEY" => Kind::EncryptedKey,
        label if label.ends_with(b"PRIVATE KEY") => Kind::Key,
        _ => Kind::Other,
    };
    let mut encoded = Zeroizing::new(Vec::new());
    loop {
        let line = lines.next()?;
        if let Some(closed) = label(line, b"-----END ") {
            if closed != opened {
                return None;
            }
            break;
        }
        if line.starts_with(b"-----") {
            return None;
        }
        // RFC 1421 §4.6: header fields, among them that of a key encrypted by OpenSSL's old format.
        if line.contains(&b':') {
            if line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED") {
                kind = Kind::EncryptedKey;
            }
            continue;
        }
        encoded.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
    }
    let contents = match kind {
        Kind::Certificate | Kind::Key => Zeroizing::new(STANDARD.decode(encoded.as_slice()).ok()?),
        Kind::EncryptedKey | Kind::Other => Zeroizing::new(Vec::new()),
    };
    Some(Block { kind, contents })
}
