//! The initiating entity before TLS: a client, or a server that connects to another.
//!
//! It sends a stream header, reads the answer and the features, sends `<starttls/>` whether or not it was
//! offered – the offer may have been stripped on the way (RFC 7590 §3.1, STLS-02) – and waits for
//! `<proceed/>`. Anything else is the end: no SASL, no stanza, no dialback ever leaves here, in no order of
//! arrival. What the peer said so far is kept apart as [`Unverified`], for the report only (STLS-10).
//!
//! It knows nothing of certificates and verifies nobody.

use super::cause::{Behind, Cause, Ending};
use super::element::Element;
use super::exchange::{Event, Exchange, Features, Outcome, Received};
use super::header::{Header, VersionText, bare};
use super::namespaces::{STREAMS, TLS};
use super::note::Note;
use super::peer_error::PeerError;
use super::reader::Piece;
use super::text::{HeaderError, InitialHeader, STARTTLS, Stage};
use crate::limits::FEATURE_NAMES;
use crate::name::{Domain, Service};
use crate::policy::StarttlsDemand;

/// What a peer said before TLS. It may go into a report; no decision inside TLS may rest on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unverified {
    /// Its stream header.
    pub header: Option<Header>,
    /// Its features; none when it sent none, as peers below version 1.0 do.
    pub features: Option<Features>,
    /// What was odd.
    pub notes: Vec<Note>,
}

#[derive(Debug)]
enum Phase {
    /// The response header is awaited.
    Header,
    /// The features are awaited.
    Features,
    /// The features are being read.
    InFeatures {
        features: Features,
        /// The feature that began last is `<starttls/>`.
        in_starttls: bool,
    },
    /// The command was sent, its answer is awaited.
    Answer,
    /// `<proceed>` has begun.
    InProceed,
    /// The peer's stream error is being read.
    InError(PeerError),
}

/// The machine.
///
/// Call [`transmit`](Self::transmit) first: the stream header is ready. After each call of
/// [`receive`](Self::receive) ask for bytes, events and the outcome.
#[derive(Debug)]
pub struct Initiating {
    pub(super) exchange: Exchange,
    phase: Phase,
    service: Service,
    to: String,
    from: Option<String>,
    demand: StarttlsDemand,
    unverified: Unverified,
}

impl Initiating {
    /// Starts a stream with that header.
    ///
    /// # Errors
    /// [`HeaderError`] when the header cannot be written.
    pub fn new(header: &InitialHeader<'_>, demand: StarttlsDemand) -> Result<Self, HeaderError> {
        let mut exchange = Exchange::new();
        exchange.send(&header.text(Stage::Clear)?);
        Ok(Self {
            exchange,
            phase: Phase::Header,
            service: header.service,
            to: header.to.to_owned(),
            from: header.disclosed_from(Stage::Clear).map(str::to_owned),
            demand,
            unverified: Unverified::default(),
        })
    }

    /// Takes bytes of the peer, in pieces of any size.
    ///
    /// When `<proceed/>` is complete the outcome is [`Outcome::BeginTls`]. Every byte given to the machine
    /// from then on, in the same piece or a later one, was sent by no TLS server and makes the outcome
    /// [`Cause::InjectedPlaintext`] (STLS-09). So go on asking this machine until the ClientHello is on its
    /// way; only then give the peer's bytes to TLS.
    pub fn receive(&mut self, bytes: &[u8]) -> Received {
        for (index, byte) in bytes.iter().enumerate() {
            match self.exchange.outcome {
                None => self.step(*byte),
                Some(Outcome::BeginTls { offset }) => {
                    let offset = offset.saturating_add(1);
                    self.exchange.refuse(Cause::InjectedPlaintext { behind: Behind::Proceed, offset });
                    return Received { used: index };
                }
                Some(Outcome::Refused(_)) => return Received { used: index },
            }
        }
        Received { used: bytes.len() }
    }

    /// Tells that the transport ended. Nothing follows it.
    pub fn end_of_input(&mut self) {
        if self.exchange.outcome.is_none() {
            let cause = Cause::TlsUnavailable { ending: Ending::Transport, offset: self.exchange.offset };
            self.exchange.refuse(cause);
        }
    }

    /// The bytes that are due to the peer; empty when there are none. They are given once.
    pub fn transmit(&mut self) -> Vec<u8> {
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

    /// What the peer said, for the report.
    pub fn unverified(&self) -> &Unverified {
        &self.unverified
    }

    /// Ends the machine and hands over what the peer said, for the report.
    pub fn into_unverified(self) -> Unverified {
        self.unverified
    }

    /// Whether the demand allows another attempt without TLS: it was `TryThenAllowPlaintext`, and the peer
    /// refused TLS or ended the stream. A sign of tampering never allows it (STLS-16).
    pub fn may_retry_in_clear(&self) -> bool {
        self.demand == StarttlsDemand::TryThenAllowPlaintext
            && matches!(
                self.exchange.outcome,
                Some(Outcome::Refused(Cause::TlsFailed { .. } | Cause::TlsUnavailable { .. }))
            )
    }

    fn step(&mut self, byte: u8) {
        let result = match self.exchange.step(byte) {
            Ok(None) => return,
            Ok(Some(Piece::Open(element))) => self.open(&element),
            Ok(Some(Piece::Close(depth))) => self.close(depth),
            Ok(Some(Piece::Text(character))) => self.text(character),
            Err(cause) => Err(cause),
        };
        if let Err(cause) = result {
            self.exchange.refuse(cause);
        }
    }

    fn open(&mut self, element: &Element) -> Result<(), Cause> {
        self.opened(element, self.exchange.depth())?;
        match element.empty.then(|| self.exchange.close()).flatten() {
            Some(depth) => self.close(depth),
            None => Ok(()),
        }
    }

    fn opened(&mut self, element: &Element, depth: usize) -> Result<(), Cause> {
        match &mut self.phase {
            Phase::Header => self.header(element),
            Phase::Features | Phase::Answer => self.first_level(element),
            Phase::InFeatures { features, in_starttls } => {
                match depth {
                    3 => {
                        *in_starttls = element.is(TLS, "starttls");
                        features.tls_offered |= *in_starttls;
                        features.count = features.count.saturating_add(1);
                        if features.names.len() < FEATURE_NAMES {
                            features.names.push(element.quoted());
                        }
                    }
                    4 if *in_starttls => features.tls_required |= element.is(TLS, "required"),
                    _ => {}
                }
                Ok(())
            }
            Phase::InProceed => Err(self.exchange.unexpected(element)),
            Phase::InError(error) => {
                if depth == 3 {
                    error.open(element);
                }
                Ok(())
            }
        }
    }

    fn header(&mut self, element: &Element) -> Result<(), Cause> {
        let (header, version) = Header::read(element, self.service, self.exchange.offset)?;
        if version == VersionText::Malformed {
            self.exchange.note(Note::VersionMalformed);
        }
        self.compare_addresses(&header);
        if header.has_features() {
            self.phase = Phase::Features;
        } else {
            self.exchange.note(Note::VersionBelowOne);
            self.ask_for_tls();
        }
        self.unverified.header = Some(header.clone());
        self.exchange.happened(Event::HeaderSeen(header));
        self.keep_notes();
        Ok(())
    }

    /// Old peers leave addresses out; that, and a wrong one, is noted and decides nothing (STLS-20).
    fn compare_addresses(&mut self, header: &Header) {
        match header.from.as_deref() {
            None => self.exchange.note(Note::ResponseFromMissing),
            Some(from) if !same_domain(from, &self.to) => self.exchange.note(Note::ResponseFromDiffers),
            Some(_) => {}
        }
        if header.id.is_none() {
            self.exchange.note(Note::ResponseIdMissing);
        }
        let same = match (header.to.as_deref(), self.from.as_deref()) {
            (None, None) => true,
            (Some(to), Some(from)) => bare(to) == bare(from) || same_domain(to, from),
            _ => false,
        };
        if !same {
            self.exchange.note(Note::ResponseToDiffers);
        }
    }

    fn first_level(&mut self, element: &Element) -> Result<(), Cause> {
        let asked = matches!(self.phase, Phase::Answer);
        // A peer whose header had no version may still send features, behind our command.
        let features_due = self.unverified.features.is_none();
        if element.is(STREAMS, "error") {
            self.phase = Phase::InError(PeerError::default());
        } else if element.is(STREAMS, "features") && features_due {
            self.phase = Phase::InFeatures { features: Features::default(), in_starttls: false };
        } else if asked && element.is(TLS, "proceed") {
            self.phase = Phase::InProceed;
        } else if asked && element.is(TLS, "failure") {
            return Err(Cause::TlsFailed { offset: self.exchange.offset });
        } else {
            return Err(self.exchange.unexpected(element));
        }
        Ok(())
    }

    fn close(&mut self, depth: usize) -> Result<(), Cause> {
        let offset = self.exchange.offset;
        if depth == 1 {
            return Err(Cause::TlsUnavailable { ending: Ending::Stream, offset });
        }
        match &mut self.phase {
            Phase::InFeatures { features, .. } if depth == 2 => {
                let features = core::mem::take(features);
                self.features(features);
            }
            Phase::InProceed => self.exchange.begin_tls(),
            Phase::InError(error) if depth == 2 => return Err(error.cause(offset)),
            Phase::InError(error) if depth == 3 => error.close(),
            _ => {}
        }
        Ok(())
    }

    fn features(&mut self, features: Features) {
        if !features.tls_offered {
            self.exchange.note(Note::StarttlsNotOffered);
        } else if !features.tls_mandatory() {
            self.exchange.note(Note::StarttlsNotRequired);
        }
        self.unverified.features = Some(features.clone());
        self.exchange.happened(Event::FeaturesSeen(features));
        let below_one = self.unverified.header.as_ref().is_some_and(|header| !header.has_features());
        if below_one {
            self.phase = Phase::Answer;
        } else {
            self.ask_for_tls();
        }
        self.keep_notes();
    }

    fn ask_for_tls(&mut self) {
        self.exchange.send(STARTTLS);
        self.phase = Phase::Answer;
    }

    fn text(&mut self, character: char) -> Result<(), Cause> {
        let space = super::characters::is_space(character);
        let offset = self.exchange.offset;
        match &mut self.phase {
            Phase::Answer | Phase::InProceed if space => {
                self.exchange.note(Note::WhitespaceBeforeProceed);
                self.keep_notes();
            }
            Phase::Header | Phase::Features | Phase::Answer | Phase::InProceed if !space => {
                return Err(Cause::UnexpectedText { offset });
            }
            Phase::InError(error) if self.exchange.depth() == 3 => error.text(character),
            _ => {}
        }
        Ok(())
    }

    fn keep_notes(&mut self) {
        self.unverified.notes = self.exchange.notes().to_vec();
    }
}

/// Whether two texts mean the same domain.
fn same_domain(one: &str, other: &str) -> bool {
    one == other || matches!((Domain::parse(one), Domain::parse(other)), (Ok(one), Ok(other)) if one == other)
}
