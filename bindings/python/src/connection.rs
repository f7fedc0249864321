//! One end of a connection: bytes in, bytes and events out.
//!
//! A connection may be used by any thread, one at a time: a mutex sees to it. The interpreter is let go while a
//! handshake is worked on and for large input; for a stanza, whose work is shorter than letting go, it is not.
//!
//! Input that the core did not take – it waits for a choice, or a verdict – is kept here and offered again by the
//! next call, up to a limit, so that Python programs need no second buffer.

use std::cell::RefCell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::PyBytes;
use xmpptls::connection::{self, CallError, Event, Phase, ServerName, SetupError, Time};
use xmpptls::name::Transport;

use crate::bytes::Input;
use crate::clock::{self, ManualClock};
use crate::context::Context;
use crate::verification::PreparedVerification;
use crate::{errors, words};

/// The most input that is kept while the core takes none: several flights of a handshake, and bounded, because a
/// peer can send while a verdict is awaited.
const KEPT_INPUT: usize = 256 * 1024;

/// From this many bytes on the interpreter is let go during the work: deciphering them takes longer than that.
const LARGE: usize = 8 * 1024;

/// Half of the scratch space of a thread: four full records. The first half is for what comes out; received bytes are
/// copied into the second, since `bytes` never change and records are opened in place.
const SCRATCH: usize = 64 * 1024;

thread_local! {
    static SPACE: RefCell<Box<[u8]>> = RefCell::new(vec![0; 2 * SCRATCH].into_boxed_slice());
}

/// One end of a connection.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct Connection {
    inner: Mutex<Inner>,
    clock: Option<Py<ManualClock>>,
}

/// What the mutex guards.
pub(crate) struct Inner {
    pub(crate) connection: connection::Connection,
    /// Input that was not taken yet.
    kept: Vec<u8>,
}

impl Connection {
    fn make(connection: connection::Connection, clock: Option<Py<ManualClock>>) -> Self {
        Self { inner: Mutex::new(Inner { connection, kept: Vec::new() }), clock }
    }

    pub(crate) fn lock(&self, py: Python<'_>) -> MutexGuard<'_, Inner> {
        self.inner.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self, py: Python<'_>) -> PyResult<Time> {
        time(py, self.clock.as_ref())
    }

    /// Runs `work` with the interpreter let go.
    pub(crate) fn detached<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut Inner) -> T + Send) -> T {
        py.detach(|| work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Runs `work`, with the interpreter let go when that is worth it.
    fn run<T: Send>(&self, py: Python<'_>, length: usize, work: impl FnOnce(&mut Inner) -> T + Send) -> T {
        let mut inner = self.lock(py);
        if length < LARGE && inner.kept.is_empty() && inner.connection.phase() == Phase::Open {
            return work(&mut inner);
        }
        drop(inner);
        self.detached(py, work)
    }
}

fn time(py: Python<'_>, clock: Option<&Py<ManualClock>>) -> PyResult<Time> {
    clock.map_or_else(|| clock::system(py), |clock| Ok(clock.get().now()))
}

/// What is set on both ends before a connection is driven.
fn set_up(
    connection: &mut connection::Connection,
    alpn: Option<Vec<Vec<u8>>>,
    (host_gate, key_log): (bool, bool),
) -> Result<(), SetupError> {
    if let Some(protocols) = alpn {
        connection.set_alpn(protocols)?;
    }
    if host_gate {
        connection.set_host_gate()?;
    }
    connection.set_key_log(key_log)
}

#[pymethods]
impl Connection {
    /// A connection to a domain.
    #[staticmethod]
    #[pyo3(signature = (
        context, domain, *, transport = "starttls", verification = None, own_domain = None,
        server_name = None, alpn = None, host_gate = false, key_log = false, clock = None
    ))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments in Python")]
    fn initiating(
        py: Python<'_>,
        context: &Context,
        domain: Option<&str>,
        transport: &str,
        verification: Option<&PreparedVerification>,
        own_domain: Option<&str>,
        server_name: Option<&str>,
        alpn: Option<Vec<Vec<u8>>>,
        host_gate: bool,
        key_log: bool,
        clock: Option<Py<ManualClock>>,
    ) -> PyResult<Self> {
        let domain = domain.map(words::domain).transpose()?;
        let own_domain = own_domain.map(words::domain).transpose()?;
        let server_name = match server_name {
            None => ServerName::Domain,
            Some("") => ServerName::None,
            Some(other) => ServerName::Other(words::domain(other)?),
        };
        let (transport, now) = (words::transport(transport)?, time(py, clock.as_ref())?);
        let verification = verification.map(|prepared| prepared.0.clone());
        let made = || {
            let mut made = connection::Connection::initiating(&context.0, transport, domain, now)?;
            set_up(&mut made, alpn, (host_gate, key_log))?;
            made.set_server_name(server_name)?;
            if let Some(own) = own_domain {
                made.set_own_domain(own)?;
            }
            if let Some(prepared) = verification {
                made.set_verification(prepared)?;
            }
            Ok(made)
        };
        made().map(|made| Self::make(made, clock)).map_err(|error| errors::setup(py, error))
    }

    /// A connection that a peer opened.
    #[staticmethod]
    #[pyo3(signature = (
        context, *, transport = "starttls", stop_at_client_hello = false, alpn = None,
        host_gate = false, key_log = false, clock = None
    ))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments in Python")]
    fn accepting(
        py: Python<'_>,
        context: &Context,
        transport: &str,
        stop_at_client_hello: bool,
        alpn: Option<Vec<Vec<u8>>>,
        host_gate: bool,
        key_log: bool,
        clock: Option<Py<ManualClock>>,
    ) -> PyResult<Self> {
        let (transport, now): (Transport, Time) = (words::transport(transport)?, time(py, clock.as_ref())?);
        let made = connection::Connection::accepting(&context.0, transport, now);
        let mut made = made.map_err(|error| errors::setup(py, error))?;
        let set = set_up(&mut made, alpn, (host_gate, key_log))
            .and_then(|()| made.set_stop_at_client_hello(stop_at_client_hello));
        set.map_err(|error| errors::setup(py, error))?;
        Ok(Self::make(made, clock))
    }

    /// Takes bytes of the peer and gives plaintext.
    #[pyo3(signature = (data = None, /))]
    fn receive<'py>(&self, py: Python<'py>, data: Option<Input<'py>>) -> PyResult<Bound<'py, PyBytes>> {
        let now = self.now(py)?;
        let data = data.as_ref().map_or(&[][..], Input::as_slice);
        // An error is made outside: making one may run Python code, which may come back here.
        let received = SPACE.with_borrow_mut(|space| {
            let plain = self.run(py, data.len(), |inner| inner.receive(now, data, space))?;
            Ok(plain.into_bytes(py, space))
        });
        received.map_err(|refusal| match refusal {
            Refusal::Full => {
                PyBufferError::new_err("the connection takes no input before a choice or a verdict")
            }
            Refusal::Call(error) => errors::call(py, &self.lock(py).connection, error),
        })
    }

    /// Takes application bytes, and says how many.
    #[pyo3(signature = (data, /))]
    fn write(&self, py: Python<'_>, data: Input<'_>) -> PyResult<usize> {
        let (now, data) = (self.now(py)?, data.as_slice());
        let written = self.run(py, data.len(), |inner| inner.connection.write(now, data));
        written.map_err(|error| errors::call(py, &self.lock(py).connection, error))
    }

    /// Writes all of `data`, and gives what is to be sent to the peer.
    #[pyo3(signature = (data, /))]
    fn write_out<'py>(&self, py: Python<'py>, data: Input<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let (now, data) = (self.now(py)?, data.as_slice());
        let written = SPACE.with_borrow_mut(|space| {
            let (taken, output) = self.run(py, data.len(), |inner| inner.write_out(now, data, space))?;
            Ok((taken, output.into_bytes(py, space)))
        });
        match written {
            Ok((taken, output)) if taken == data.len() => Ok(output),
            Ok((taken, _)) => Err(PyBufferError::new_err(format!(
                "only {taken} bytes were taken, and wait to be transmitted: nothing passes yet"
            ))),
            Err(error) => Err(errors::call(py, &self.lock(py).connection, error)),
        }
    }

    /// Gives what is to be sent to the peer.
    fn transmit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let pending = self.lock(py).connection.transmit_pending();
        SPACE.with_borrow_mut(|space| {
            let output = self.run(py, pending, |inner| inner.transmit(space));
            Ok(output.into_bytes(py, space))
        })
    }

    /// How many bytes for the peer wait, as far as they exist already.
    #[getter]
    fn transmit_pending(&self, py: Python<'_>) -> usize {
        self.lock(py).connection.transmit_pending()
    }

    /// Closes our direction.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let now = self.now(py)?;
        self.lock(py).connection.close(now);
        Ok(())
    }

    /// Tells that nothing more will come from the peer.
    fn end_of_input(&self, py: Python<'_>) -> PyResult<()> {
        let now = self.now(py)?;
        self.lock(py).connection.end_of_input(now);
        Ok(())
    }

    /// Tells that time passed.
    fn advance(&self, py: Python<'_>) -> PyResult<()> {
        let now = self.now(py)?;
        self.lock(py).connection.advance(now);
        Ok(())
    }

    /// When to call `advance` if nothing else happens before, in seconds of `time.monotonic()`.
    #[getter]
    fn deadline(&self, py: Python<'_>) -> Option<f64> {
        self.lock(py).connection.deadline().map(clock::seconds)
    }

    /// The next thing that happened, or none.
    fn next_event(&self, py: Python<'_>) -> Option<&'static str> {
        self.lock(py).connection.next_event().map(Event::name)
    }

    /// Everything that happened since it was asked last.
    fn events(&self, py: Python<'_>) -> Vec<&'static str> {
        let mut inner = self.lock(py);
        std::iter::from_fn(|| inner.connection.next_event()).map(Event::name).collect()
    }
}

/// Why input was not taken.
enum Refusal {
    /// There is too much of it already.
    Full,
    Call(CallError),
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// Bytes on their way to Python: in the thread's scratch space, or too many for it.
enum Plain {
    Small(usize),
    Large(Vec<u8>),
}

impl Plain {
    fn into_bytes<'py>(self, py: Python<'py>, space: &[u8]) -> Bound<'py, PyBytes> {
        match self {
            Self::Small(length) => PyBytes::new(py, space.get(..length).unwrap_or_default()),
            Self::Large(bytes) => PyBytes::new(py, &bytes),
        }
    }
}

impl Inner {
    fn receive(&mut self, now: Time, data: &[u8], space: &mut [u8]) -> Result<Plain, Refusal> {
        if !self.kept.is_empty() && self.kept.len().saturating_add(data.len()) > KEPT_INPUT {
            return Err(Refusal::Full);
        }
        let (space, wire) = space.split_at_mut_checked(SCRATCH).unwrap_or_default();
        let mut joined;
        let input = match wire.get_mut(..data.len()) {
            Some(wire) if self.kept.is_empty() => {
                wire.copy_from_slice(data);
                wire
            }
            _ => {
                joined = [&std::mem::take(&mut self.kept), data].concat();
                &mut joined
            }
        };
        let first = self.connection.receive_in_place(now, input, space)?;
        let (mut used, mut plain) = (first.used, Vec::new());
        let mut written = first.written;
        // Once is enough for what fits into the space; a flood of small records or one large read is not.
        while used < input.len() || self.connection.has_plaintext() {
            plain.extend_from_slice(space.get(..written).unwrap_or_default());
            let rest = input.get_mut(used..).unwrap_or_default();
            // Plaintext before a failure is given; the failure is met by the next call.
            let more = self.connection.receive_in_place(now, rest, space).unwrap_or_default();
            (used, written) = (used.saturating_add(more.used), more.written);
            if more.used == 0 && more.written == 0 {
                break;
            }
        }
        if self.connection.cause().is_none() {
            self.kept = input.get(used..).unwrap_or_default().to_vec();
        }
        if plain.is_empty() {
            return Ok(Plain::Small(written));
        }
        plain.extend_from_slice(space.get(..written).unwrap_or_default());
        Ok(Plain::Large(plain))
    }

    fn write_out(&mut self, now: Time, data: &[u8], space: &mut [u8]) -> Result<(usize, Plain), CallError> {
        let first = self.connection.write_into(now, data, space)?;
        if first.taken == data.len() && first.written < space.len() {
            return Ok((first.taken, Plain::Small(first.written)));
        }
        let mut taken = first.taken;
        let mut output = space.get(..first.written).unwrap_or_default().to_vec();
        loop {
            let rest = data.get(taken..).unwrap_or_default();
            let more = self.connection.write_into(now, rest, space)?;
            taken = taken.saturating_add(more.taken);
            output.extend_from_slice(space.get(..more.written).unwrap_or_default());
            if more.taken == 0 && more.written == 0 {
                return Ok((taken, Plain::Large(output)));
            }
        }
    }

    fn transmit(&mut self, space: &mut [u8]) -> Plain {
        let first = self.connection.transmit(space);
        if first < space.len() {
            return Plain::Small(first);
        }
        let mut output = space.to_vec();
        loop {
            let more = self.connection.transmit(space);
            if more == 0 {
                return Plain::Large(output);
            }
            output.extend_from_slice(space.get(..more).unwrap_or_default());
        }
    }
}
