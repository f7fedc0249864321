//! What rustls's hooks may know about the session they run for.
//!
//! rustls calls its verifiers, certificate resolvers, ticket and session stores, key log and clock through
//! objects that belong to a configuration, shared by many sessions; resumption even demands that they are
//! the very same objects. What belongs to one session is therefore lent to them here: before a call into
//! rustls the session's [`Handshake`] is moved into a slot of this thread, after it moved back. rustls is
//! synchronous, so nothing else can run in between but a judge, and that is called with the slot free.
//!
//! Outside of a call the slot is empty; a hook that finds it so answers "nothing", never with what another
//! session left there.

use std::cell::RefCell;
use std::sync::Arc;

use super::credential::Credential;
use super::judge::{CertificateAlert, Judge};
use super::resumption::ResumptionKey;

/// What the hooks need and find while a session shakes hands.
#[derive(Default)]
pub(super) struct Handshake {
    /// Asked about the peer's chain inside the handshake.
    pub(super) judge: Option<Arc<dyn Judge>>,
    /// Under which an initiating session keeps and finds tickets.
    pub(super) resumption: Option<Arc<ResumptionKey>>,
    /// The domain that an accepting session was told when the client hello names none.
    pub(super) domain: Option<Box<str>>,
    /// Bound into the tickets of an accepting session.
    pub(super) binding: Option<Arc<[u8]>>,
    /// Lines of the key log not yet read; `None` if it is off.
    pub(super) key_log: Option<Vec<String>>,
    /// Whether TLS 1.2 without extended master secret is refused.
    pub(super) demands_extended_master_secret: bool,
    /// What the hooks saw.
    pub(super) found: Found,
}

/// What the hooks saw during one handshake.
#[derive(Default)]
pub(super) struct Found {
    /// The value of `tls-exporter`.
    pub(super) exporter: Option<[u8; 32]>,
    /// Whether TLS 1.2 used the extended master secret; unknown when it resumed.
    pub(super) extended_master_secret: Option<bool>,
    /// The key schedule of TLS 1.3 ran.
    pub(super) tls13: bool,
    /// The client hello was read.
    pub(super) hello: bool,
    /// The name in the client hello.
    pub(super) server_name: Option<Box<str>>,
    /// The client hello names a domain that nothing here serves.
    pub(super) unknown_name: bool,
    /// The scheme of the peer's signature.
    pub(super) scheme: Option<u16>,
    /// The credential that was chosen.
    pub(super) own: Option<Arc<Credential>>,
    /// The server asked for a client certificate.
    pub(super) asked: bool,
    /// Whether the peer's certificate came with an OCSP response; `None` where none can come.
    pub(super) stapled: Option<bool>,
    /// Why the judge refused.
    pub(super) judged: Option<CertificateAlert>,
    /// The peer's signature was wrong.
    pub(super) bad_signature: bool,
    /// SHA-256 of the certificate that was sent when the ticket in use was made.
    pub(super) ticket_leaf: Option<[u8; 32]>,
}

#[derive(Default)]
struct Scope {
    now: Option<u64>,
    handshake: Option<Box<Handshake>>,
}

thread_local! {
    static SCOPE: RefCell<Scope> = const { RefCell::new(Scope { now: None, handshake: None }) };
}

/// Lends a session's handshake to the hooks until dropped.
pub(super) struct Lent<'a> {
    slot: &'a mut Option<Box<Handshake>>,
    outer: Scope,
}

/// Lends `slot` to the hooks of this thread, with the time that they are to see.
pub(super) fn lend(now: u64, slot: &mut Option<Box<Handshake>>) -> Lent<'_> {
    let inner = Scope { now: Some(now), handshake: slot.take() };
    let outer = SCOPE.try_with(|scope| scope.replace(inner)).unwrap_or_default();
    Lent { slot, outer }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let outer = std::mem::take(&mut self.outer);
        *self.slot = SCOPE.try_with(|scope| scope.replace(outer)).unwrap_or_default().handshake;
    }
}

/// The time the host gave, in seconds since 1970; `None` outside of a call.
pub(super) fn now() -> Option<u64> {
    SCOPE.try_with(|scope| scope.borrow().now).ok().flatten()
}

/// Runs `work` on the handshake that is lent, if one is.
pub(super) fn with<R>(work: impl FnOnce(&mut Handshake) -> R) -> Option<R> {
    SCOPE.try_with(|scope| scope.borrow_mut().handshake.as_deref_mut().map(work)).ok().flatten()
}
