//! Where decrypted bytes go: into the caller's buffer, and what does not fit of one record aside.

/// The caller's buffer, and the rest of the record that did not fit into it.
pub(super) struct Plaintext<'a> {
    room: &'a mut [u8],
    written: usize,
    rest: Vec<u8>,
}

impl<'a> Plaintext<'a> {
    pub(super) fn new(room: &'a mut [u8]) -> Self {
        Self { room, written: 0, rest: Vec::new() }
    }

    /// Takes the plaintext of one record.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let copied = self.copy(bytes);
        if let Some(rest) = bytes.get(copied..).filter(|rest| !rest.is_empty()) {
            self.rest.extend_from_slice(rest);
        }
    }

    /// Copies what fits and says how much that was.
    pub(super) fn copy(&mut self, bytes: &[u8]) -> usize {
        let room = self.room.get_mut(self.written..).unwrap_or_default();
        let length = room.len().min(bytes.len());
        if let (Some(to), Some(from)) = (room.get_mut(..length), bytes.get(..length)) {
            to.copy_from_slice(from);
        }
        self.written += length;
        length
    }

    /// How much the caller's buffer holds.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// Whether something did not fit.
    pub(super) fn is_full(&self) -> bool {
        !self.rest.is_empty()
    }

    /// What did not fit.
    pub(super) fn into_rest(self) -> Vec<u8> {
        self.rest
    }
}
