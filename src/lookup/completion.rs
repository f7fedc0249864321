//! Finished look-ups that wait to be collected, and the descriptor that says so.
//!
//! The descriptor is one end of a socket pair. It holds one byte exactly while something is finished, so it is
//! readable then and only then, however often it is polled and by however many.

use std::collections::{HashSet, VecDeque};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{LookupError, Reply, RequestId};

/// A finished look-up.
pub(super) type Finished = (RequestId, Result<Reply, LookupError>);

/// The look-ups between submission and collection.
#[derive(Debug)]
pub(super) struct Completions {
    state: Mutex<State>,
    readable: UnixStream,
    writable: UnixStream,
}

#[derive(Debug, Default)]
struct State {
    open: HashSet<RequestId>,
    finished: VecDeque<Finished>,
}

impl Completions {
    pub(super) fn new() -> io::Result<Self> {
        let (readable, writable) = UnixStream::pair()?;
        readable.set_nonblocking(true)?;
        writable.set_nonblocking(true)?;
        Ok(Self { state: Mutex::default(), readable, writable })
    }

    /// Expects a look-up.
    pub(super) fn open(&self, id: RequestId) {
        self.state().open.insert(id);
    }

    /// Keeps the outcome of a look-up that is still expected.
    pub(super) fn finish(&self, id: RequestId, outcome: Result<Reply, LookupError>) {
        let mut state = self.state();
        if !state.open.contains(&id) {
            return;
        }
        let was_empty = state.finished.is_empty();
        state.finished.push_back((id, outcome));
        if was_empty {
            // One byte in an empty buffer: this neither blocks nor falls short.
            let _ = (&self.writable).write(&[1]);
        }
    }

    /// Takes the next finished look-up.
    pub(super) fn collect(&self) -> Option<Finished> {
        let mut state = self.state();
        let finished = state.finished.pop_front()?;
        state.open.remove(&finished.0);
        self.settle(&state);
        Some(finished)
    }

    /// Stops expecting a look-up; whether it was expected.
    pub(super) fn cancel(&self, id: RequestId) -> bool {
        let mut state = self.state();
        let was_open = state.open.remove(&id);
        let before = state.finished.len();
        state.finished.retain(|(finished, _)| *finished != id);
        if before > state.finished.len() {
            self.settle(&state);
        }
        was_open
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.readable.as_fd()
    }

    /// Takes the byte back when nothing finished is left.
    fn settle(&self, state: &State) {
        if state.finished.is_empty() {
            let _ = (&self.readable).read(&mut [0]);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
