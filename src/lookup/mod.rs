//! Finding out over the network: where a domain's service is, and what others say about its certificate.
//!
//! A host without a validating resolver or an HTTPS client of its own gets here, in one call, what
//! `verification` asks for: SRV and addresses as candidates, TLSA with the DNSSEC state of the whole way, and
//! the POSH document. A host that has them keeps them; answers from both can be mixed.
//!
//! This is one of the two rooms with the outside in it: sockets, a clock, and one thread, which starts with the
//! first look-up and never before. Nothing here judges a certificate. Absence, failure and forgery are three
//! answers ([`crate::record::Lookup`]), and no failure is ever turned into an absence.
//!
//! Since a stranger's `from` makes a server ask, all of it is bounded: one piece of work for all who ask the
//! same, a limit of what is pending, failures remembered for a while, and a guard on the addresses that are
//! dialled ([`AddressGuard`]). The caches keep answers for their time to live and can be flushed by domain.

mod answering;
mod builder;
mod cache;
mod candidates;
mod clock;
mod completion;
mod dns;
mod effort;
mod error;
mod flight;
mod guard;
mod handle;
mod hosts;
mod https;
mod posh;
mod request;
mod room;
mod worker;

pub use builder::{LookupBuilder, Servers};
pub use effort::Effort;
pub use error::LookupError;
pub use guard::{AddressGuard, Network, NetworkError};
pub use handle::Lookup;
pub use request::{Candidate, Finding, Gathered, Reply, Request, RequestId};
