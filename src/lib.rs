//! TLS for XMPP: how a stream is secured, and by which proof its peer is known.

pub mod limits;
#[cfg(feature = "lookup")]
pub mod lookup;
pub mod name;
pub mod policy;
pub mod record;
pub mod stream;
