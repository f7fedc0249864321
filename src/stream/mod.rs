//! XMPP before TLS: stream headers, features, STARTTLS.
//!
//! Two machines without sockets, clocks or TLS: [`Initiating`] and [`Accepting`]. Bytes of the peer go in at
//! `receive`, bytes for the peer come out of `transmit`, `next_event` says what happened, and `outcome` how
//! it ended: [`Outcome::BeginTls`] at an exact offset, or [`Outcome::Refused`] with a [`Cause`]. How the input
//! was cut into pieces makes no difference to any of them (SEC-10), but for what stands behind the command and
//! behind `<proceed/>`, where the order of bytes in and bytes out is the very question.
//!
//! ```text
//! bytes → characters → lexer → reader → initiating / accepting → exchange → bytes, events, outcome
//!         UTF-8        tags    nesting, namespaces (quick-xml)
//! ```
//!
//! Each byte is looked at once, and once more as part of its tag. At most 10,000 bytes are read, four
//! elements deep (STLS-30); what is held in between is one tag, and it is dropped with the outcome.
//!
//! What this room does not do: it verifies nobody, it does not decide which domains are served, and it does
//! not read what is sent inside TLS. For that a host has the functions of this room that write headers,
//! features and stream errors ([`InitialHeader`], [`ResponseHeader`], [`features()`], [`stream_error`]).

mod accepting;
mod cause;
mod characters;
mod condition;
mod element;
mod excerpt;
mod exchange;
mod header;
mod initiating;
mod lexer;
pub mod namespaces;
mod note;
mod peer_error;
mod reader;
mod reference;
mod text;

#[cfg(test)]
mod tests;

pub use accepting::{Accepting, AcceptingOptions, AnswerError};
pub use cause::{Behind, Cause, Construct, Ending, Fault, Limit};
pub use condition::{StreamCondition, stream_error};
pub use excerpt::{ElementName, Excerpt};
pub use exchange::{Event, Features, Outcome, Received};
pub use header::{Header, Version};
pub use initiating::{Initiating, Unverified};
pub use note::Note;
pub use text::{
    Dialback, Disclosure, FAILURE, HeaderError, IllegalText, InitialHeader, PROCEED, ResponseHeader,
    STARTTLS, STARTTLS_REQUIRED, STREAM_END, Stage, StreamId, dialback_feature, features,
};
