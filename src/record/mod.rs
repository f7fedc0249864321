//! What others say about a domain: TLSA records, POSH documents, and how surely we were told.
//!
//! This room parses and holds no opinion; `proof` compares, `verification` decides.

mod dnssec;
mod srv;

pub use dnssec::{Dnssec, Lookup, LookupFailure};
pub use srv::{SrvMix, SrvPlan, SrvRecord, SrvSet, SrvTarget, mix_srv};
