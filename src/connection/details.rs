//! What only some connections need, kept apart so that the others stay small.

use std::sync::Arc;

use crate::connection::Cause;
use crate::connection::judging::HandshakeJudge;
use crate::name::Domain;
use crate::stream::Unverified;
use crate::verdict::Verdict;

/// What a connection remembers beside its session.
#[derive(Default)]
pub(super) struct Details {
    /// The domain that is meant (initiating).
    pub(super) domain: Option<Domain>,
    /// What the peer said before TLS; for the report, and nothing else (STLS-10).
    pub(super) unverified: Option<Unverified>,
    /// Why it failed.
    pub(super) cause: Option<Cause>,
    /// Who judges inside the handshake.
    pub(super) judge: Option<Arc<HandshakeJudge>>,
    /// One verdict per pair, the latest of each.
    pub(super) verdicts: Vec<Verdict>,
    /// Bytes for the peer from before TLS.
    pub(super) output: Vec<u8>,
}

impl Details {
    /// Forgets the first `count` bytes of the output, and gives its memory back with the last.
    pub(super) fn sent(&mut self, count: usize) {
        self.output.drain(..count.min(self.output.len()));
        if self.output.is_empty() {
            self.output = Vec::new();
        }
    }
}
