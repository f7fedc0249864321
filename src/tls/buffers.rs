//! What a session keeps between calls, while it keeps anything.
//!
//! An idle session has none of this: the box is made when something must be kept and given back when the
//! last of it is gone.

use super::record::Held;

/// Bytes kept between calls.
#[derive(Default)]
pub(super) struct Buffers {
    /// From the peer, not yet whole.
    pub(super) held: Held,
    /// Decrypted, but no room for it was given: the rest of at most one record.
    pub(super) plaintext: Queue,
    /// For the peer.
    pub(super) outgoing: Queue,
    /// From the host, not to be sent yet.
    pub(super) unsent: Vec<u8>,
}

impl Buffers {
    pub(super) fn are_empty(&self) -> bool {
        self.held.is_empty()
            && self.plaintext.is_empty()
            && self.outgoing.is_empty()
            && self.unsent.is_empty()
    }
}

/// Bytes taken from the front until none are left; then the memory is given back.
#[derive(Default)]
pub(super) struct Queue {
    bytes: Vec<u8>,
    at: usize,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// The bytes that wait.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Takes `count` bytes off the front.
    pub(super) fn advance(&mut self, count: usize) {
        self.at += count;
        if self.at >= self.bytes.len() {
            *self = Self::default();
        }
    }

    /// Puts bytes at the end.
    pub(super) fn push(&mut self, bytes: Vec<u8>) {
        if self.bytes.is_empty() {
            *self = Self { bytes, at: 0 };
        } else {
            self.bytes.extend_from_slice(&bytes);
        }
    }
}
