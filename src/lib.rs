//! TLS for XMPP: how a stream is secured, and by which proof its peer is known.

#[cfg(feature = "capi")]
pub mod ffi;
pub mod limits;
pub mod name;
pub mod policy;
pub mod record;
pub mod stream;
