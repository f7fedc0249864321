//! Sessions against sessions, and against rustls's own buffered connections.

mod certificates;
mod fragments;
mod hello;
mod identity;
#[path = "../../../tests/support/kat.rs"]
mod kat;
mod offers;
mod refusals;
mod resumption;
mod support;
mod traffic;
mod versions;

/// Handles and configurations may move between threads, and be shared.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<super::Session>();
    shared::<super::HelloReader>();
    shared::<super::InitiatingConfig>();
    shared::<super::AcceptingConfig>();
    shared::<super::CredentialStore>();
    shared::<super::Tickets>();
    shared::<super::SessionCache>();
};
