//! The receiving entity before TLS: a server that a client or another server connects to.
//!
//! It sends nothing before it is fed. It reads the peer's stream header and asks the host whether the domain
//! is served; it offers `<starttls><required/></starttls>` and nothing else (STLS-04); it reads the command
//! and asks the host whether TLS is possible. Anything else the peer sends before TLS ends the stream, with
//! the stream error that RFC 6120 has for it, in one piece with a stream header if none was sent yet
//! (STLS-23). Behind the command no byte is read as XML any more: until `<proceed/>` is on its way every
//! byte but white space was injected (STLS-08).
//!
//! What the header said chooses a certificate and nothing more; it is forgotten with the machine (STLS-10).

use super::cause::{Behind, Cause, Ending, Limit};
use super::condition::StreamCondition;
use super::element::Element;
use super::exchange::{Event, Exchange, Outcome, Received};
use super::header::{Header, VersionText};
use super::namespaces::{STREAMS, TLS};
use super::note::Note;
use super::peer_error::PeerError;
use super::reader::Piece;
use super::text::{
    Dialback, FAILURE, IllegalText, PROCEED, ResponseHeader, STARTTLS_REQUIRED, STREAM_END, StreamId,
    features,
};
use crate::limits::CLEAR_STREAM_BYTES;
use crate::name::Service;

/// What a receiving entity is.
#[derive(Clone, Debug)]
pub struct AcceptingOptions {
    /// The service of the port.
    pub service: Service,
    /// Our own name for answers to headers that name no domain we serve; may be empty (STLS-22).
    pub own_name: String,
    /// The language of what people read (RFC 6120 §4.7.4).
    pub lang: Option<String>,
    /// Whether dialback is announced.
    pub dialback: Dialback,
}

/// Why an answer of the host was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerError {
    /// The name cannot stand in XML.
    IllegalText,
    /// Nothing was asked that this answers, or the stream is over.
    NotAsked,
}

impl From<IllegalText> for AnswerError {
    fn from(_: IllegalText) -> Self {
        Self::IllegalText
    }
}

impl core::fmt::Display for AnswerError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::IllegalText => IllegalText.fmt(f),
            Self::NotAsked => f.write_str("nothing was asked that this answers"),
        }
    }
}

impl core::error::Error for AnswerError {}

#[derive(Debug)]
enum Phase {
    /// The initial header is awaited.
    Header,
    /// The host is asked whether the domain is served.
    HostAsked(Header),
    /// The command is awaited.
    Command,
    /// `<starttls>` has begun.
    InStarttls,
    /// The host is asked whether TLS is possible.
    TlsAsked,
    /// `<proceed/>` is in the output and was not taken yet.
    Proceeding,
    /// The peer's stream error is being read.
    InError(PeerError),
}

/// The machine.
#[derive(Debug)]
pub struct Accepting {
    pub(super) exchange: Exchange,
    phase: Phase,
    options: AcceptingOptions,
    id: StreamId,
    header_sent: bool,
}

impl Accepting {
    /// Waits for a stream; `id` is the ID its response header will have.
    ///
    /// # Errors
    /// [`IllegalText`] when `own_name` or the language cannot stand in XML.
    pub fn new(options: AcceptingOptions, id: StreamId) -> Result<Self, IllegalText> {
        let machine =
            Self { exchange: Exchange::new(), phase: Phase::Header, options, id, header_sent: false };
        machine.response(&machine.options.own_name, None)?;
        Ok(machine)
    }

    /// Takes bytes of the peer, in pieces of any size.
    ///
    /// It stops behind the stream header until the host answered [`Event::HeaderSeen`], and with the outcome.
    /// Behind the command it goes on, to find what was injected: give it everything that arrived before
    /// `<proceed/>` was taken from [`transmit`](Self::transmit).
    pub fn receive(&mut self, bytes: &[u8]) -> Received {
        for (index, byte) in bytes.iter().enumerate() {
            if self.exchange.outcome.is_some() || matches!(self.phase, Phase::HostAsked(_)) {
                return Received { used: index };
            }
            let result = match self.phase {
                Phase::TlsAsked | Phase::Proceeding => self.residue(*byte),
                _ => self.step(*byte),
            };
            if let Err(cause) = result {
                self.refuse(cause);
            }
        }
        Received { used: bytes.len() }
    }

    /// Tells that the transport ended. Nothing follows it.
    pub fn end_of_input(&mut self) {
        if self.exchange.outcome.is_none() {
            let cause = Cause::ClosedByPeer { ending: Ending::Transport, offset: self.exchange.offset };
            self.refuse(cause);
        }
    }

    /// The bytes that are due to the peer; empty when there are none. They are given once. Taking
    /// `<proceed/>` makes the outcome [`Outcome::BeginTls`].
    pub fn transmit(&mut self) -> Vec<u8> {
        if matches!(self.phase, Phase::Proceeding) && self.exchange.outcome.is_none() {
            self.exchange.begin_tls();
        }
        self.exchange.transmit()
    }

    /// The next event.
    pub fn next_event(&mut self) -> Option<Event> {
        self.exchange.next_event()
    }

    /// The outcome, once there is one.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.exchange.outcome.as_ref()
    }

    /// What was odd so far.
    pub fn notes(&self) -> &[Note] {
        self.exchange.notes()
    }

    /// Answers [`Event::HeaderSeen`]: the domain is served, and `from` is the name of ours that answers,
    /// as it stands on the wire. STARTTLS is offered; to a peer below version 1.0 nothing is (STLS-21).
    ///
    /// # Errors
    /// [`AnswerError`] when nothing was asked, or the name cannot stand in XML; then nothing changed.
    pub fn answer(&mut self, from: &str) -> Result<(), AnswerError> {
        let Phase::HostAsked(header) = &self.phase else {
            return Err(AnswerError::NotAsked);
        };
        self.asked(true)?;
        let mut text = self.response(from, Some(header))?;
        if header.has_features() {
            text += &features(STARTTLS_REQUIRED);
        }
        self.exchange.send(&text);
        self.header_sent = true;
        self.phase = Phase::Command;
        Ok(())
    }

    /// Answers [`Event::HeaderSeen`]: no stream is held with that peer, for that reason – `host-unknown`,
    /// `host-gone`, `improper-addressing`, `resource-constraint` and the like (STLS-22).
    ///
    /// # Errors
    /// [`AnswerError::NotAsked`] when nothing was asked.
    pub fn decline(&mut self, condition: StreamCondition) -> Result<(), AnswerError> {
        self.asked(matches!(self.phase, Phase::HostAsked(_)))?;
        self.refuse(Cause::Declined { condition });
        Ok(())
    }

    /// Answers [`Event::TlsRequested`]: TLS is possible. From here on no `<failure/>` can follow.
    ///
    /// # Errors
    /// [`AnswerError::NotAsked`] when nothing was asked, or injected bytes have ended the stream.
    pub fn proceed(&mut self) -> Result<(), AnswerError> {
        self.asked(matches!(self.phase, Phase::TlsAsked))?;
        self.exchange.send(PROCEED);
        self.phase = Phase::Proceeding;
        Ok(())
    }

    /// Answers [`Event::TlsRequested`]: TLS is not possible. `<failure/>` ends the stream (STLS-05).
    ///
    /// # Errors
    /// [`AnswerError::NotAsked`] when nothing was asked, or injected bytes have ended the stream.
    pub fn fail(&mut self) -> Result<(), AnswerError> {
        self.asked(matches!(self.phase, Phase::TlsAsked))?;
        self.refuse(Cause::TlsDeclined);
        Ok(())
    }

    /// Whether an answer is due in this phase: never behind the outcome.
    fn asked(&self, due: bool) -> Result<(), AnswerError> {
        if due && self.exchange.outcome.is_none() { Ok(()) } else { Err(AnswerError::NotAsked) }
    }

    fn response(&self, from: &str, initial: Option<&Header>) -> Result<String, IllegalText> {
        let header = ResponseHeader {
            service: self.options.service,
            from,
            id: &self.id,
            lang: self.options.lang.as_deref(),
            dialback: self.options.dialback,
            initial,
        };
        header.text()
    }

    fn refuse(&mut self, cause: Cause) {
        if matches!(cause, Cause::TlsDeclined | Cause::MalformedStarttls { .. }) {
            self.exchange.send(FAILURE);
            self.exchange.send(STREAM_END);
            return self.exchange.end(cause);
        }
        if !self.header_sent && cause.condition().is_some() {
            let initial = match &self.phase {
                Phase::HostAsked(header) => Some(header),
                _ => None,
            };
            // What was read can be written, and our own name was tried at the start.
            let response = self.response(&self.options.own_name, initial);
            self.exchange.send(&response.unwrap_or_default());
            self.header_sent = true;
        }
        self.exchange.refuse(cause);
    }

    /// A byte behind the command: not XML any more.
    fn residue(&mut self, byte: u8) -> Result<(), Cause> {
        let offset = self.exchange.offset.saturating_add(1);
        self.exchange.offset = offset;
        if !byte.is_ascii_whitespace() || byte == b'\x0C' {
            return Err(Cause::InjectedPlaintext { behind: Behind::Starttls, offset });
        }
        self.exchange.note(Note::WhitespaceBehindStarttls);
        if offset > CLEAR_STREAM_BYTES {
            return Err(Cause::LimitExceeded { limit: Limit::Bytes, offset });
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) -> Result<(), Cause> {
        match self.exchange.step(byte)? {
            None => Ok(()),
            Some(Piece::Open(element)) => self.open(&element),
            Some(Piece::Close(depth)) => self.close(depth),
            Some(Piece::Text(character)) => self.text(character),
        }
    }

    fn open(&mut self, element: &Element) -> Result<(), Cause> {
        let depth = self.exchange.depth();
        match &mut self.phase {
            Phase::Header => return self.header(element),
            Phase::Command if element.is(TLS, "starttls") => self.phase = Phase::InStarttls,
            Phase::Command if element.is(STREAMS, "error") => {
                self.phase = Phase::InError(PeerError::default());
            }
            Phase::InStarttls => {
                return Err(Cause::MalformedStarttls { offset: self.exchange.offset });
            }
            Phase::InError(error) if depth == 3 => error.open(element),
            Phase::InError(_) => {}
            _ => return Err(self.exchange.unexpected(element)),
        }
        match element.empty.then(|| self.exchange.close()).flatten() {
            Some(depth) => self.close(depth),
            None => Ok(()),
        }
    }

    fn header(&mut self, element: &Element) -> Result<(), Cause> {
        let offset = self.exchange.offset;
        let (mut header, version) = Header::read(element, self.options.service, offset)?;
        if version == VersionText::Malformed {
            return Err(Cause::UnsupportedVersion { offset });
        }
        header.id = None;
        self.phase = Phase::HostAsked(header.clone());
        self.exchange.happened(Event::HeaderSeen(header));
        Ok(())
    }

    fn close(&mut self, depth: usize) -> Result<(), Cause> {
        let offset = self.exchange.offset;
        match &mut self.phase {
            _ if depth == 1 => return Err(Cause::ClosedByPeer { ending: Ending::Stream, offset }),
            Phase::InStarttls => {
                self.phase = Phase::TlsAsked;
                self.exchange.reader = None;
                self.exchange.happened(Event::TlsRequested);
            }
            Phase::InError(error) if depth == 2 => return Err(error.cause(offset)),
            Phase::InError(error) if depth == 3 => error.close(),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, character: char) -> Result<(), Cause> {
        let space = super::characters::is_space(character);
        let offset = self.exchange.offset;
        match &mut self.phase {
            Phase::InStarttls if !space => Err(Cause::MalformedStarttls { offset }),
            Phase::Command if !space => Err(Cause::UnexpectedText { offset }),
            Phase::InError(error) if self.exchange.depth() == 3 => {
                error.text(character);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
