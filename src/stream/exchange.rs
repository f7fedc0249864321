//! What both roles share: bytes in, bytes out, events, and one final outcome.

use std::collections::VecDeque;

use super::cause::Cause;
use super::condition::{StreamCondition, bare_stream_error};
use super::element::Element;
use super::excerpt::ElementName;
use super::header::Header;
use super::namespaces::{COMPRESS, DIALBACK, SASL, SASL2, STREAM_MANAGEMENT, STREAMS, TLS};
use super::note::Note;
use super::reader::{Piece, Reader};
use super::text::STREAM_END;
use crate::limits::CLEAR_STREAM_EVENTS;

/// What became of the bytes given to a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "bytes that were not used are TLS's, or wait for an answer of the host"]
pub struct Received {
    /// How many bytes were taken, from the front. It is less than all when the machine waits for an answer of
    /// the host, or has its outcome; calling again without either changing takes nothing.
    pub used: usize,
}

/// How the stream before TLS ended. It is final but for one step: bytes that a machine receives when it
/// should get none turn [`Outcome::BeginTls`] into [`Cause::InjectedPlaintext`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// TLS begins with the next byte, in both directions.
    BeginTls {
        /// How many bytes of input belong to XML (STLS-06).
        offset: u64,
    },
    /// TLS does not begin. Send what `transmit` still gives, then end the transport.
    Refused(Cause),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The list of features was read (initiating entity).
    FeaturesSeen(Features),
    /// The peer's stream header was read. A receiving entity answers it: `answer` or `decline`.
    HeaderSeen(Header),
    /// Something was odd and was let pass.
    Noted(Note),
    /// The peer asked for TLS (receiving entity). Answer it: `proceed` or `fail`.
    TlsRequested,
}

/// The features a receiving entity announced before TLS. Nobody vouches for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `<starttls/>` is among them.
    pub tls_offered: bool,
    /// It holds `<required/>`.
    pub tls_required: bool,
    /// How many features there are.
    pub count: usize,
    /// The names of the first [`FEATURE_NAMES`](crate::limits::FEATURE_NAMES).
    pub names: Vec<ElementName>,
}

impl Features {
    /// Whether STARTTLS is mandatory to negotiate: `<required/>`, or no feature beside it (STLS-03).
    pub fn tls_mandatory(&self) -> bool {
        self.tls_required || (self.tls_offered && self.count == 1)
    }
}

/// The common part of the machines. The reader is dropped with the outcome.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) reader: Option<Box<Reader>>,
    /// Bytes taken.
    pub(super) offset: u64,
    pub(super) outcome: Option<Outcome>,
    output: Vec<u8>,
    events: VecDeque<Event>,
    notes: Vec<Note>,
}

impl Exchange {
    pub(super) fn new() -> Self {
        Self {
            reader: Some(Box::new(Reader::new())),
            offset: 0,
            outcome: None,
            output: Vec::new(),
            events: VecDeque::new(),
            notes: Vec::new(),
        }
    }

    /// Reads one byte.
    pub(super) fn step(&mut self, byte: u8) -> Result<Option<Piece>, Cause> {
        // What a TLS record begins with: an alert or a handshake message (RFC 8446 §5.1).
        if self.offset == 0 && matches!(byte, 0x15 | 0x16) {
            return Err(Cause::SpokeTls);
        }
        let Some(reader) = self.reader.as_mut() else {
            return Ok(None);
        };
        let piece = reader.step(byte);
        self.offset = self.offset.saturating_add(1);
        piece.map_err(|rejection| rejection.at(self.offset))
    }

    /// The depth of the element that is open.
    pub(super) fn depth(&self) -> usize {
        self.reader.as_ref().map_or(0, |reader| reader.depth())
    }

    /// Ends the element that is open, and says at which depth it was.
    pub(super) fn close(&mut self) -> Option<usize> {
        self.reader.as_mut().map(|reader| reader.close())
    }

    pub(super) fn send(&mut self, text: &str) {
        self.output.extend_from_slice(text.as_bytes());
    }

    pub(super) fn transmit(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.output)
    }

    pub(super) fn happened(&mut self, event: Event) {
        if self.events.len() < CLEAR_STREAM_EVENTS {
            self.events.push_back(event);
        }
    }

    pub(super) fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Notes a thing, once.
    pub(super) fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
            self.happened(Event::Noted(note));
        }
    }

    pub(super) fn notes(&self) -> &[Note] {
        &self.notes
    }

    pub(super) fn begin_tls(&mut self) {
        self.outcome = Some(Outcome::BeginTls { offset: self.offset });
        self.reader = None;
    }

    /// Ends with a cause; sends what is due to the peer, or takes back what was not yet sent.
    pub(super) fn refuse(&mut self, cause: Cause) {
        if let Some(condition) = cause.condition() {
            self.send(&bare_stream_error(condition));
        } else if cause.closes_stream() {
            self.send(STREAM_END);
        } else {
            self.output = Vec::new();
        }
        self.end(cause);
    }

    /// Ends with a cause, and sends nothing for it.
    pub(super) fn end(&mut self, cause: Cause) {
        self.outcome = Some(Outcome::Refused(cause));
        self.reader = None;
    }

    /// The cause for an element that has no place before TLS (STLS-28).
    pub(super) fn unexpected(&self, element: &Element) -> Cause {
        let negotiates = [COMPRESS, DIALBACK, SASL, SASL2, STREAM_MANAGEMENT, STREAMS, TLS];
        let condition = match element.namespace.as_deref() {
            Some(namespace) if negotiates.contains(&namespace) => StreamCondition::PolicyViolation,
            _ => StreamCondition::NotAuthorized,
        };
        Cause::UnexpectedElement { element: element.quoted(), condition, offset: self.offset }
    }
}
