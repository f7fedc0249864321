//! What the blocks of a PEM text are to a credential, by their labels.
//!
//! Blocks of other kinds are not even decoded; but one that is begun and cannot be read is an error that says
//! which one it is.

use zeroize::Zeroizing;

use crate::certificate::pem;

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
    let read = |(number, block): (usize, Result<pem::Block<'_>, pem::NotEnded>)| {
        block.ok().and_then(|block| decoded(&block)).ok_or(Malformed(number))
    };
    pem::blocks(text).enumerate().map(read).collect()
}

/// The first certificate of `text`, in DER; the number of the block that cannot be read, counted from 0.
#[cfg(feature = "capi")]
pub(crate) fn first_certificate(text: &[u8]) -> Result<Option<Vec<u8>>, usize> {
    let blocks = blocks(text).map_err(|Malformed(block)| block)?;
    let found = blocks.into_iter().find(|block| block.kind == Kind::Certificate);
    Ok(found.map(|block| block.contents.to_vec()))
}

fn decoded(block: &pem::Block<'_>) -> Option<Block> {
    let kind = match block.label {
        b"CERTIFICATE" | b"X509 CERTIFICATE" | b"TRUSTED CERTIFICATE" => Kind::Certificate,
        b"ENCRYPTED PRIVATE KEY" => Kind::EncryptedKey,
        label if label.ends_with(b"PRIVATE KEY") && block.headers().any(says_encrypted) => Kind::EncryptedKey,
        label if label.ends_with(b"PRIVATE KEY") => Kind::Key,
        _ => Kind::Other,
    };
    let contents = match kind {
        Kind::Certificate => Zeroizing::new(block.decode()?),
        Kind::Key => block.decode_key()?,
        Kind::EncryptedKey | Kind::Other => Zeroizing::new(Vec::new()),
    };
    Some(Block { kind, contents })
}

/// How OpenSSL's old format says that a key is encrypted (RFC 1421 §4.6.1.1).
fn says_encrypted(header: &[u8]) -> bool {
    header.starts_with(b"Proc-Type:") && header.ends_with(b"ENCRYPTED")
}
