//! Whom we mean: domains, services, roles, endpoints and the identifiers that would prove them.
//!
//! A connection starts with a wish – "the XMPP service of this domain" – and everything that decides
//! whether the wish was met is derived from the wish, never from what a peer presents (RFC 9525 §6.1.1,
//! PKI-02). This room turns text from the outside into types once; behind it nobody looks at strings again.
//!
//! It holds no opinion: which identifiers are accepted, and with which consequence, is decided in
//! `verification`.

mod domain;
mod endpoint;
mod reference;
mod service;

pub use domain::{Domain, DomainError};
pub use endpoint::{Endpoint, Transport};
pub use reference::{ReferenceIdentity, ReferenceKind, ReferenceSource, reference_identities};
pub use service::{Direction, Role, Service};
