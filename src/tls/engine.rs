//! One step of rustls's unbuffered connections, the same for both sides.
//!
//! The rules that rustls sets are kept here: what is to be encoded is sized and encoded in the same state,
//! what is to be transmitted is marked as done, plaintext is taken whenever there is some, and `discard`
//! counts even on an error.

use std::ops::Deref;

use rustls::client::UnbufferedClientConnection;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus, WriteTraffic};
use rustls::{CommonState, Error};

use super::plaintext::Plaintext;

/// A connection of either side.
pub(super) enum Engine {
    Initiating(UnbufferedClientConnection),
    Accepting(UnbufferedServerConnection),
}

/// What a step came to.
pub(super) enum Step {
    /// Go on.
    Again,
    /// One record's plaintext was taken.
    Plaintext,
    /// Nothing more without input.
    Blocked,
    /// Nothing more without input; application data may be sent.
    Ready,
    /// The peer closed its direction.
    PeerClosed,
}

/// Why nothing was written.
pub(super) enum NotWritten {
    /// So many bytes of room are needed.
    NeedsRoom(usize),
    /// Application data may not be sent now.
    NotReady,
    /// The keys are worn out and cannot be replaced.
    Exhausted,
    /// rustls refused.
    Failed(Error),
}

impl Engine {
    /// What both sides know.
    pub(super) fn common(&self) -> &CommonState {
        match self {
            Self::Initiating(connection) => connection.deref(),
            Self::Accepting(connection) => connection.deref(),
        }
    }

    /// Takes one step on whole records; says how many bytes at the front are done with.
    pub(super) fn step(
        &mut self,
        input: &mut [u8],
        out: &mut Vec<u8>,
        plain: &mut Plaintext<'_>,
    ) -> (usize, Result<Step, Error>) {
        match self {
            Self::Initiating(connection) => step(connection.process_tls_records(input), out, plain),
            Self::Accepting(connection) => step(connection.process_tls_records(input), out, plain),
        }
    }

    /// Encrypts `data` into `room`, as many records as it takes. `held` is what rustls has seen and needs.
    /// Handshake bytes that go before are put into `out`.
    pub(super) fn encrypt(
        &mut self,
        held: &mut [u8],
        out: &mut Vec<u8>,
        data: &[u8],
        room: &mut [u8],
    ) -> Result<usize, NotWritten> {
        self.with_writer(held, out, Write::Data(data, room))
    }

    /// Ends our direction: `close_notify` into `room`.
    pub(super) fn close(
        &mut self,
        held: &mut [u8],
        out: &mut Vec<u8>,
        room: &mut [u8],
    ) -> Result<usize, NotWritten> {
        self.with_writer(held, out, Write::Close(room))
    }

    /// Replaces our sending keys (TLS 1.3).
    pub(super) fn refresh(&mut self, held: &mut [u8], out: &mut Vec<u8>) -> Result<usize, NotWritten> {
        self.with_writer(held, out, Write::Refresh)
    }

    fn with_writer(
        &mut self,
        held: &mut [u8],
        out: &mut Vec<u8>,
        mut what: Write<'_>,
    ) -> Result<usize, NotWritten> {
        loop {
            let done = match self {
                Self::Initiating(connection) => write(connection.process_tls_records(held), out, &mut what),
                Self::Accepting(connection) => write(connection.process_tls_records(held), out, &mut what),
            };
            if let Some(done) = done {
                return done;
            }
        }
    }
}

enum Write<'a> {
    Data(&'a [u8], &'a mut [u8]),
    Close(&'a mut [u8]),
    Refresh,
}

fn internal() -> Error {
    Error::General(String::new())
}

fn step<D>(
    status: UnbufferedStatus<'_, '_, D>,
    out: &mut Vec<u8>,
    plain: &mut Plaintext<'_>,
) -> (usize, Result<Step, Error>) {
    let mut discard = status.discard;
    let step = match status.state {
        Err(error) => Err(error),
        Ok(ConnectionState::EncodeTlsData(encode)) => encoded(encode, out).map(|()| Step::Again),
        Ok(ConnectionState::TransmitTlsData(transmit)) => {
            transmit.done();
            Ok(Step::Again)
        }
        Ok(ConnectionState::ReadTraffic(mut read)) => {
            let mut outcome = Ok(Step::Plaintext);
            while let Some(record) = read.next_record() {
                match record {
                    Ok(record) => {
                        discard += record.discard;
                        plain.take(record.payload);
                    }
                    Err(error) => {
                        outcome = Err(error);
                        break;
                    }
                }
            }
            outcome
        }
        Ok(ConnectionState::WriteTraffic(_)) => Ok(Step::Ready),
        Ok(ConnectionState::BlockedHandshake | ConnectionState::Closed) => Ok(Step::Blocked),
        Ok(ConnectionState::PeerClosed) => Ok(Step::PeerClosed),
        // Early data, which is off, or a state that is not known.
        Ok(_) => Err(internal()),
    };
    (discard, step)
}

fn encoded<D>(mut encode: rustls::unbuffered::EncodeTlsData<'_, D>, out: &mut Vec<u8>) -> Result<(), Error> {
    let at = out.len();
    if let Err(EncodeError::InsufficientSize(needed)) = encode.encode(&mut []) {
        out.resize(at + needed.required_size, 0);
    }
    let room = out.get_mut(at..).unwrap_or_default();
    let length = encode.encode(room).map_err(|_| internal())?;
    out.truncate(at + length);
    Ok(())
}

/// `None`: take another step first.
fn write<D>(
    status: UnbufferedStatus<'_, '_, D>,
    out: &mut Vec<u8>,
    what: &mut Write<'_>,
) -> Option<Result<usize, NotWritten>> {
    match status.state {
        Err(error) => Some(Err(NotWritten::Failed(error))),
        Ok(ConnectionState::EncodeTlsData(encode)) => {
            encoded(encode, out).map_err(NotWritten::Failed).err().map(Err)
        }
        Ok(ConnectionState::TransmitTlsData(transmit)) => {
            transmit.done();
            None
        }
        Ok(ConnectionState::PeerClosed) => None,
        Ok(ConnectionState::WriteTraffic(writer)) => Some(written(writer, what)),
        Ok(_) => Some(Err(NotWritten::NotReady)),
    }
}

fn written<D>(mut writer: WriteTraffic<'_, D>, what: &mut Write<'_>) -> Result<usize, NotWritten> {
    let outcome = match what {
        Write::Data(data, room) => writer.encrypt(data, room),
        Write::Close(room) => writer.queue_close_notify(room),
        Write::Refresh => return writer.refresh_traffic_keys().map(|()| 0).map_err(NotWritten::Failed),
    };
    outcome.map_err(|error| match error {
        EncryptError::InsufficientSize(needed) => NotWritten::NeedsRoom(needed.required_size),
        EncryptError::EncryptExhausted => NotWritten::Exhausted,
    })
}
