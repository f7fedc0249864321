//! What we send, as text: stream headers, features, the end of a stream.
//!
//! Pure functions, for the machines of this room and for a host that goes on inside TLS, where it writes its
//! own streams and the same rules hold (STLS-11, STLS-18, STLS-20). Everything is escaped; a text that no
//! escape can carry is an error. Comments, processing instructions, document types and other entities are
//! never written (RFC 6120 §11.1); the one XML declaration stands in front of a header.

use core::fmt;
use std::borrow::Cow;

use super::characters::is_allowed;
use super::header::{Header, Version};
use super::namespaces::{DIALBACK, DIALBACK_FEATURE, STREAMS};
use crate::certificate::hexadecimal;
use crate::name::Service;

/// The end tag of the stream.
pub const STREAM_END: &str = "</stream:stream>";

/// The starttls command, byte for byte (RFC 6120 §5.4.2.1).
pub const STARTTLS: &str = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

/// The answer that begins TLS, byte for byte (RFC 6120 §5.4.2.3).
pub const PROCEED: &str = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

/// The answer that ends the stream, byte for byte (RFC 6120 §5.4.2.2); [`STREAM_END`] follows it.
pub const FAILURE: &str = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

/// The feature a receiving entity offers before TLS, byte for byte (STLS-04).
pub const STARTTLS_REQUIRED: &str =
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";

/// A text holds a character that XML cannot carry (XML 1.0, production 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IllegalText;

impl fmt::Display for IllegalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text holds a character that XML cannot carry")
    }
}

impl core::error::Error for IllegalText {}

/// Escapes text for use between tags.
pub(super) fn escape(text: &str) -> Result<Cow<'_, str>, IllegalText> {
    if text.chars().all(is_allowed) { Ok(quick_xml::escape::escape(text)) } else { Err(IllegalText) }
}

/// An attribute with a space in front; what a parser would normalize away is written as a reference.
fn attribute(name: &str, value: &str) -> Result<String, IllegalText> {
    let value = escape(value)?.replace('\n', "&#10;").replace('\t', "&#9;");
    Ok(format!(" {name}='{value}'"))
}

fn optional_attribute(name: &str, value: Option<&str>) -> Result<String, IllegalText> {
    value.map_or(Ok(String::new()), |value| attribute(name, value))
}

/// A stream ID: 128 bits in hexadecimal digits (STLS-19).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StreamId(String);

impl StreamId {
    /// Makes an ID of 16 bytes that a cryptographic random number generator gave.
    ///
    /// It must be a fresh draw for every stream header, the one behind TLS included: the security of dialback
    /// hangs on it (RFC 6120 §4.7.3).
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(hexadecimal(&bytes))
    }

    /// The ID as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a stream header is sent before or inside TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Before TLS: whoever is on the way reads it.
    Clear,
    /// Inside TLS.
    Encrypted,
}

/// Whether a header declares that dialback is spoken (XEP-0220 §2.4, DNA-12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialback {
    /// It does: `xmlns:db` is declared, with the one prefix every peer knows.
    Announced,
    /// It does not.
    #[default]
    Silent,
}

/// Whether a client shows its address before TLS (STLS-18).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Disclosure {
    /// The client's header before TLS has no `from`.
    #[default]
    KeepPrivate,
    /// It has. What is lost: whoever is on the way learns which user connects.
    RevealInClear,
}

/// Why a header cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// A server's header inside TLS has no `from` (RFC 6120 §4.7.1).
    FromMissing,
    /// An attribute cannot be carried.
    IllegalText,
    /// `to` is empty (RFC 6120 §4.7.2).
    ToMissing,
}

impl From<IllegalText> for HeaderError {
    fn from(_: IllegalText) -> Self {
        Self::IllegalText
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FromMissing => f.write_str("a server's stream header inside TLS needs a from"),
            Self::IllegalText => IllegalText.fmt(f),
            Self::ToMissing => f.write_str("a stream header needs a to"),
        }
    }
}

impl core::error::Error for HeaderError {}

/// The stream header of an initiating entity (RFC 6120 §4.7).
#[derive(Clone, Copy, Debug)]
pub struct InitialHeader<'a> {
    /// The service.
    pub service: Service,
    /// The domain that is asked for, as it stands on the wire.
    pub to: &'a str,
    /// Our own address: a client's JID, a server's domain.
    pub from: Option<&'a str>,
    /// The language of what people read (RFC 6120 §4.7.4).
    pub lang: Option<&'a str>,
    /// Whether dialback is announced.
    pub dialback: Dialback,
    /// Whether a client's address may be seen before TLS.
    pub disclosure: Disclosure,
}

impl InitialHeader<'_> {
    /// The address that a header of that stage carries, if any (STLS-18).
    pub fn disclosed_from(&self, stage: Stage) -> Option<&str> {
        match (self.service, stage, self.disclosure) {
            (Service::C2s, Stage::Clear, Disclosure::KeepPrivate) => None,
            _ => self.from,
        }
    }

    /// The header as text, XML declaration in front.
    ///
    /// # Errors
    /// [`HeaderError`] when an address is missing that must be there, or cannot be carried.
    pub fn text(&self, stage: Stage) -> Result<String, HeaderError> {
        if self.to.is_empty() {
            return Err(HeaderError::ToMissing);
        }
        let from = self.disclosed_from(stage);
        if self.service == Service::S2s && stage == Stage::Encrypted && from.is_none_or(str::is_empty) {
            return Err(HeaderError::FromMissing);
        }
        let attributes = attribute("to", self.to)?
            + &optional_attribute("from", from)?
            + " version='1.0'"
            + &optional_attribute("xml:lang", self.lang)?;
        Ok(header_start(self.service, self.dialback) + &attributes + ">")
    }
}

/// The stream header of a receiving entity (RFC 6120 §4.7).
#[derive(Clone, Copy, Debug)]
pub struct ResponseHeader<'a> {
    /// The service.
    pub service: Service,
    /// Our own name, or the empty string with `host-unknown`; never a name we do not serve (STLS-22).
    pub from: &'a str,
    /// A fresh ID.
    pub id: &'a StreamId,
    /// The language of what people read (RFC 6120 §4.7.4).
    pub lang: Option<&'a str>,
    /// Whether dialback is announced.
    pub dialback: Dialback,
    /// The initiating entity's header; none when it sent none that can be read.
    pub initial: Option<&'a Header>,
}

impl ResponseHeader<'_> {
    /// The header as text, XML declaration in front.
    ///
    /// `to` repeats the initiating entity's address – of a client its bare JID – and is absent when it gave
    /// none (STLS-20). The version is the lower of both; a header without version gets none (STLS-21).
    ///
    /// # Errors
    /// [`IllegalText`] when an address cannot be carried.
    pub fn text(&self) -> Result<String, IllegalText> {
        let to = self.initial.and_then(|initial| initial.from.as_deref()).map(|from| match self.service {
            Service::C2s => super::header::bare(from),
            Service::S2s => from,
        });
        let version = match self.initial {
            None => Some(Version::ONE),
            Some(initial) => initial.version.map(|version| version.min(Version::ONE)),
        };
        let attributes = attribute("from", self.from)?
            + &attribute("id", self.id.as_str())?
            + &optional_attribute("to", to)?
            + &optional_attribute("version", version.map(|version| version.to_string()).as_deref())?
            + &optional_attribute("xml:lang", self.lang)?;
        Ok(header_start(self.service, self.dialback) + &attributes + ">")
    }
}

fn header_start(service: Service, dialback: Dialback) -> String {
    let dialback = match dialback {
        Dialback::Announced => format!(" xmlns:db='{DIALBACK}'"),
        Dialback::Silent => String::new(),
    };
    let content = service.namespace();
    format!("<?xml version='1.0'?><stream:stream xmlns='{content}' xmlns:stream='{STREAMS}'{dialback}")
}

/// A list of features around `children`, which are well-formed XML of the host's.
///
/// Before TLS `children` is [`STARTTLS_REQUIRED`]; inside TLS STARTTLS must not be among them (STLS-12).
pub fn features(children: &str) -> String {
    format!("<stream:features>{children}</stream:features>")
}

/// The feature that says dialback errors are understood (XEP-0220 §2.4), for use inside TLS.
pub fn dialback_feature() -> String {
    format!("<dialback xmlns='{DIALBACK_FEATURE}'><errors/></dialback>")
}
