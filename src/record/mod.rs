//! What others say about a domain: TLSA records, POSH documents, and how surely we were told.
//!
//! This room parses and holds no opinion; `proof` compares, `verification` decides.

mod dnssec;
mod json;
mod posh;
mod posh_url;
mod posh_write;
mod srv;
mod tlsa;
mod tlsa_text;

pub use dnssec::{Dnssec, Lookup, LookupFailure};
pub(crate) use json::Json;
pub use posh::{PoshDocument, PoshDocumentError, PoshEvidence, PoshFingerprint, PoshHash, posh_url};
pub use posh_url::{PoshUrl, PoshUrlError};
pub use posh_write::{PoshCertificate, PoshWarning, posh_document, posh_reference};
pub use srv::{SrvMix, SrvPlan, SrvRecord, SrvSet, SrvTarget, mix_srv};
pub use tlsa::{
    TlsaDefect, TlsaMatching, TlsaOwner, TlsaRecord, TlsaSelector, TlsaSet, TlsaUsage, UnusableTlsa,
};
pub(crate) use tlsa_text::hexadecimal;
pub use tlsa_text::{TlsaTextError, zone_line};
