//! A session's other direction: what is to be said, and what is to be sent.

use super::engine::NotWritten;
use super::failure::{Failure, SessionLimit};
use super::session::Session;
use crate::limits;
use crate::parameter::Version;

/// The most plaintext in one record (RFC 8446 §5.1).
const RECORD: usize = 16384;
/// More than any suite adds to a record: header, explicit nonce, content type, tag.
const OVERHEAD: usize = 32;

/// What a call that writes and transmits at once took and gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Bytes of the data that were taken.
    pub taken: usize,
    /// Bytes for the peer at the front of the caller's buffer.
    pub written: usize,
}

/// Why nothing can be written any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// This end has closed.
    Closed,
    /// The session failed.
    Failed(Failure),
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed => formatter.write_str("this end has closed the session"),
            Self::Failed(failure) => failure.fmt(formatter),
        }
    }
}

impl std::error::Error for WriteError {}

impl Session {
    /// Takes application data, to be transmitted. Before the handshake is done, and while data is withheld,
    /// it is kept, up to [`limits::TLS_QUEUED_BEFORE_READY`]; what is encrypted waits up to
    /// [`limits::TLS_WAITING_TO_TRANSMIT`]. Says how much was taken: less than all means "transmit first".
    ///
    /// # Errors
    /// When the session failed or this end closed it.
    pub fn write(&mut self, data: &[u8]) -> Result<usize, WriteError> {
        self.writable()?;
        if !self.may_send() {
            return Ok(self.keep_unsent(data));
        }
        let room = limits::TLS_WAITING_TO_TRANSMIT.saturating_sub(self.transmit_pending());
        let data = data.get(..room).unwrap_or(data);
        self.encrypt(data)?;
        self.release();
        Ok(data.len())
    }

    /// Puts what waits to be transmitted into `out`, then encrypts `data` straight into the rest of it: the
    /// way without a copy. What `data` was not taken did not fit.
    ///
    /// # Errors
    /// When the session failed or this end closed it; what waits can then still be transmitted.
    pub fn write_into(&mut self, data: &[u8], out: &mut [u8]) -> Result<Written, WriteError> {
        self.writable()?;
        let mut written = self.transmit(out);
        if !self.may_send() {
            return Ok(Written { taken: self.keep_unsent(data), written });
        }
        let room = out.get_mut(written..).unwrap_or_default();
        let data = data.get(..fitting(room.len())).unwrap_or(data);
        if data.is_empty() || self.transmit_pending() > 0 {
            return Ok(Written { taken: 0, written });
        }
        self.spare_keys()?;
        let mut before = Vec::new();
        let held = self.buffers.as_mut().map(|buffers| buffers.held.seen()).unwrap_or_default();
        match self.engine.encrypt(held, &mut before, data, room) {
            Ok(length) if before.is_empty() => {
                self.records.written = self.records.written.saturating_add(records(data.len()));
                written += length;
            }
            Ok(length) => {
                // A key update goes before what was encrypted under the new key.
                self.records.written = self.records.written.saturating_add(records(data.len()));
                before.extend_from_slice(room.get(..length).unwrap_or_default());
                self.buffers_mut().outgoing.push(before);
                written += self.transmit(room);
            }
            Err(NotWritten::NeedsRoom(_)) => {
                if !before.is_empty() {
                    self.buffers_mut().outgoing.push(before);
                }
                self.encrypt(data)?;
                written += self.transmit(out.get_mut(written..).unwrap_or_default());
            }
            Err(why) => return Err(self.not_written(why)),
        }
        Ok(Written { taken: data.len(), written })
    }

    /// Puts bytes for the peer into `out` and says how many.
    pub fn transmit(&mut self, out: &mut [u8]) -> usize {
        let Some(buffers) = &mut self.buffers else {
            return 0;
        };
        let rest = buffers.outgoing.rest();
        let length = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..length), rest.get(..length)) {
            to.copy_from_slice(from);
        }
        buffers.outgoing.advance(length);
        self.release();
        length
    }

    /// The bytes for the peer that wait, until the session is used again.
    #[must_use]
    pub fn transmit_waiting(&self) -> &[u8] {
        self.buffers.as_ref().map_or(&[], |buffers| buffers.outgoing.rest())
    }

    /// Says that the first `count` bytes of those that wait were sent.
    pub fn transmitted(&mut self, count: usize) {
        if let Some(buffers) = &mut self.buffers {
            buffers.outgoing.advance(count.min(buffers.outgoing.len()));
            self.release();
        }
    }

    /// How many bytes for the peer wait.
    #[must_use]
    pub fn transmit_pending(&self) -> usize {
        self.buffers.as_ref().map_or(0, |buffers| buffers.outgoing.len())
    }

    /// Closes this direction: `close_notify` waits to be transmitted, and nothing can be written any more.
    /// Within the handshake nothing can be said, and what was kept is dropped.
    pub fn close(&mut self) {
        if self.flags.closed || self.failure.is_some() {
            return;
        }
        self.flags.closed = true;
        if let Some(buffers) = &mut self.buffers {
            buffers.unsent = Vec::new();
        }
        if !self.is_handshaking() {
            self.say_close();
        }
        self.release();
    }

    fn say_close(&mut self) {
        let mut out = Vec::new();
        let mut room = vec![0; 2 * OVERHEAD];
        loop {
            let held = self.buffers.as_mut().map(|buffers| buffers.held.seen()).unwrap_or_default();
            match self.engine.close(held, &mut out, &mut room) {
                Ok(length) => {
                    out.extend_from_slice(room.get(..length).unwrap_or_default());
                    break;
                }
                Err(NotWritten::NeedsRoom(needed)) if needed > room.len() => room.resize(needed, 0),
                Err(why) => {
                    self.not_written(why);
                    break;
                }
            }
        }
        if !out.is_empty() {
            self.buffers_mut().outgoing.push(out);
        }
    }

    /// Sends what was kept, if it may go now.
    pub(super) fn send_unsent(&mut self) {
        if self.buffers.is_none() || !self.may_send() {
            return;
        }
        let unsent =
            self.buffers.as_mut().map(|buffers| std::mem::take(&mut buffers.unsent)).unwrap_or_default();
        if !unsent.is_empty() {
            // A failure is kept, and the next call tells it.
            let _ = self.encrypt(&unsent);
        }
    }

    /// Advises a reset when the peer's records wear its keys out and nobody can replace them.
    pub(super) fn watch_reading(&mut self) {
        if self.records.read >= self.records.limit && self.version() == Some(Version::Tls12) {
            self.flags.reset_advised = true;
        }
    }

    fn writable(&self) -> Result<(), WriteError> {
        match self.failure {
            Some(failure) => Err(WriteError::Failed(failure)),
            None if self.flags.closed => Err(WriteError::Closed),
            None => Ok(()),
        }
    }

    fn may_send(&self) -> bool {
        self.is_ready() && !self.flags.withheld && !self.flags.closed
    }

    fn keep_unsent(&mut self, data: &[u8]) -> usize {
        let unsent = self.buffers.as_ref().map_or(0, |buffers| buffers.unsent.len());
        let room = limits::TLS_QUEUED_BEFORE_READY.saturating_sub(unsent);
        let taken = data.get(..room).unwrap_or(data);
        if !taken.is_empty() {
            self.buffers_mut().unsent.extend_from_slice(taken);
        }
        taken.len()
    }

    /// Encrypts into the bytes that wait to be transmitted.
    fn encrypt(&mut self, data: &[u8]) -> Result<(), WriteError> {
        if data.is_empty() {
            return Ok(());
        }
        self.spare_keys()?;
        let mut out = Vec::new();
        let mut room = vec![0; data.len() + data.len().div_ceil(RECORD) * OVERHEAD];
        let length = loop {
            let held = self.buffers.as_mut().map(|buffers| buffers.held.seen()).unwrap_or_default();
            match self.engine.encrypt(held, &mut out, data, &mut room) {
                Ok(length) => break length,
                Err(NotWritten::NeedsRoom(needed)) if needed > room.len() => room.resize(needed, 0),
                Err(why) => return Err(self.not_written(why)),
            }
        };
        self.records.written = self.records.written.saturating_add(records(data.len()));
        room.truncate(length);
        let outgoing = &mut self.buffers_mut().outgoing;
        if !out.is_empty() {
            outgoing.push(out);
        }
        outgoing.push(room);
        Ok(())
    }

    /// Replaces keys that near their limit; in TLS 1.2, where that cannot be, a reset is advised (PAR-20).
    fn spare_keys(&mut self) -> Result<(), WriteError> {
        if self.records.written < self.records.limit {
            return Ok(());
        }
        if self.version() != Some(Version::Tls13) {
            self.flags.reset_advised = true;
            return Ok(());
        }
        let mut out = Vec::new();
        let held = self.buffers.as_mut().map(|buffers| buffers.held.seen()).unwrap_or_default();
        let refreshed = self.engine.refresh(held, &mut out);
        if !out.is_empty() {
            self.buffers_mut().outgoing.push(out);
        }
        refreshed.map_err(|why| self.not_written(why))?;
        self.records.written = 0;
        Ok(())
    }

    fn not_written(&mut self, why: NotWritten) -> WriteError {
        let failure = match why {
            NotWritten::Exhausted => Failure::LimitExceeded(SessionLimit::RecordsPerKey),
            NotWritten::Failed(error) => Failure::of(&error, None),
            NotWritten::NotReady | NotWritten::NeedsRoom(_) => Failure::Internal,
        };
        self.fail(failure);
        WriteError::Failed(failure)
    }
}

/// In how many records so much plaintext goes.
fn records(length: usize) -> u32 {
    u32::try_from(length.div_ceil(RECORD)).unwrap_or(u32::MAX)
}

/// How much plaintext surely fits into so much room.
fn fitting(room: usize) -> usize {
    let full = room / (RECORD + OVERHEAD);
    let rest = room % (RECORD + OVERHEAD);
    full * RECORD + rest.saturating_sub(OVERHEAD)
}
