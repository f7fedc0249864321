//! Where records end, and the bytes held until one does.
//!
//! rustls is given whole records only, and the bytes that belong to a handshake message it has not seen the
//! end of are given to it again, from the same start, with every further record: it keeps offsets into
//! them. Bytes that are no record header are passed on at once, so that the refusal comes from rustls.

/// A record's header (RFC 8446 §5.1).
const HEADER: usize = 5;
/// The longest body a record may have (RFC 5246 §6.2.3: 2^14 + 2048).
const LONGEST_BODY: usize = 16384 + 2048;

/// How the bytes of one record stand.
enum Extent {
    /// The record is this long.
    Known(usize),
    /// More bytes are needed to tell.
    Unknown,
    /// This begins no record.
    None,
}

fn extent(bytes: &[u8]) -> Extent {
    match *bytes {
        [kind, ..] if !(20..=24).contains(&kind) => Extent::None,
        [_, major, ..] if major != 3 => Extent::None,
        [_, _, _, high, low, ..] => match usize::from(u16::from_be_bytes([high, low])) {
            body if body <= LONGEST_BODY => Extent::Known(HEADER + body),
            _ => Extent::None,
        },
        _ => Extent::Unknown,
    }
}

/// How many bytes at the front of `bytes` are whole records; all of them if no record begins somewhere.
pub(super) fn whole(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match extent(rest) {
            Extent::Known(length) if length <= rest.len() => at += length,
            Extent::None => return bytes.len(),
            _ => break,
        }
    }
    at
}

/// Bytes held between calls: those rustls still needs, then the beginning of a record.
#[derive(Default)]
pub(super) struct Held {
    bytes: Vec<u8>,
    /// How many at the end rustls has not seen.
    partial: usize,
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Holds what rustls still needs of a buffer, without room for more.
    pub(super) fn retain(&mut self, needed: &[u8]) {
        self.bytes = needed.to_vec();
        self.partial = 0;
    }

    /// What rustls has seen and still needs.
    pub(super) fn seen(&mut self) -> &mut [u8] {
        let seen = self.bytes.len().saturating_sub(self.partial);
        self.bytes.get_mut(..seen).unwrap_or_default()
    }

    /// Takes bytes up to the end of the record that is under way, and says how many, and whether it ended.
    pub(super) fn fill(&mut self, input: &[u8]) -> (usize, bool) {
        let mut taken = 0;
        loop {
            let start = self.bytes.len().saturating_sub(self.partial);
            let record = self.bytes.get(start..).unwrap_or_default();
            let missing = match extent(record) {
                Extent::Known(length) => length.saturating_sub(record.len()),
                Extent::Unknown => 1,
                // Enough for rustls to see that this is no header.
                Extent::None => HEADER.saturating_sub(record.len()),
            };
            if missing == 0 {
                self.partial = 0;
                return (taken, true);
            }
            let rest = input.get(taken..).unwrap_or_default();
            let (now, _) = rest.split_at_checked(missing).unwrap_or((rest, &[]));
            if now.is_empty() {
                return (taken, false);
            }
            self.bytes.extend_from_slice(now);
            self.partial += now.len();
            taken += now.len();
        }
    }

    /// Takes everything out; the records in it are whole.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.partial = 0;
        std::mem::take(&mut self.bytes)
    }
}
