//! One TCP connection with a [`Connection`] of the library on it, driven until something is reached.
//!
//! Everything blocks, up to a deadline; the endpoints of a domain are dialled by one thread each.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use xmpptls::connection::Connection;

use crate::clock::Clock;

/// The longest that one read waits before the time limits are looked at.
const TICK: Duration = Duration::from_millis(200);
const BUFFER_BYTES: usize = 16 * 1024;

/// How the transport ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The peer closed, or the connection was cut.
    Closed,
    /// The connection failed; its cause says why.
    Failed,
    /// The deadline came.
    TimedOut,
}

/// A connection on its socket.
pub(crate) struct Wire {
    pub(crate) connection: Connection,
    socket: TcpStream,
    clock: Clock,
    deadline: Instant,
    input: Vec<u8>,
    /// Plaintext that nobody took yet.
    pub(crate) plain: Vec<u8>,
}

/// Opens a TCP connection before the deadline.
pub(crate) fn open(address: SocketAddr, deadline: Instant) -> io::Result<TcpStream> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let socket = TcpStream::connect_timeout(&address, left)?;
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(TICK))?;
    socket.set_write_timeout(Some(TICK.max(deadline.saturating_duration_since(Instant::now()))))?;
    Ok(socket)
}

impl Wire {
    pub(crate) fn new(connection: Connection, socket: TcpStream, clock: Clock, deadline: Instant) -> Self {
        Self { connection, socket, clock, deadline, input: Vec::new(), plain: Vec::new() }
    }

    /// Drives until `reached` says so, at the latest until `limit`.
    pub(crate) fn drive(
        &mut self,
        limit: Instant,
        mut reached: impl FnMut(&Connection, &[u8]) -> bool,
    ) -> Result<(), End> {
        let limit = limit.min(self.deadline);
        loop {
            self.transmit()?;
            while self.connection.next_event().is_some() {}
            if self.connection.cause().is_some() {
                // The alert is on its way already; nothing else will come.
                return Err(End::Failed);
            }
            if reached(&self.connection, &self.plain) {
                return Ok(());
            }
            if Instant::now() >= limit {
                return Err(End::TimedOut);
            }
            self.read()?;
        }
    }

    /// Writes application bytes.
    pub(crate) fn write(&mut self, mut data: &[u8]) -> Result<(), End> {
        while !data.is_empty() {
            let taken = self.connection.write(self.clock.now(), data).map_err(|_| End::Failed)?;
            data = data.get(taken..).unwrap_or_default();
            self.transmit()?;
            if taken == 0 {
                return Err(End::Failed);
            }
        }
        Ok(())
    }

    /// Says good-bye, without waiting for an answer.
    pub(crate) fn close(mut self) {
        self.connection.close(self.clock.now());
        // The peer learns of it, or has gone already.
        let _ = self.transmit();
    }

    fn transmit(&mut self) -> Result<(), End> {
        let mut buffer = [0; BUFFER_BYTES];
        loop {
            let count = self.connection.transmit(&mut buffer);
            if count == 0 {
                return Ok(());
            }
            self.socket.write_all(buffer.get(..count).unwrap_or_default()).map_err(|_| End::Closed)?;
        }
    }

    fn read(&mut self) -> Result<(), End> {
        let mut buffer = [0; BUFFER_BYTES];
        match self.socket.read(&mut buffer) {
            Ok(0) => {
                self.connection.end_of_input(self.clock.now());
                if self.connection.cause().is_some() { Err(End::Failed) } else { Err(End::Closed) }
            }
            Ok(count) => {
                self.input.extend_from_slice(buffer.get(..count).unwrap_or_default());
                self.feed();
                Ok(())
            }
            Err(error) if is_time_out(&error) => {
                self.connection.advance(self.clock.now());
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(_) => Err(End::Closed),
        }
    }

    fn feed(&mut self) {
        let mut plain = [0; BUFFER_BYTES];
        loop {
            // A failure is the connection's cause, which the caller looks at.
            let Ok(done) = self.connection.receive(self.clock.now(), &self.input, &mut plain) else { return };
            self.input.drain(..done.used.min(self.input.len()));
            self.plain.extend_from_slice(plain.get(..done.written).unwrap_or_default());
            if done.used == 0 && done.written == 0 {
                return;
            }
        }
    }
}

pub(crate) fn is_time_out(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
