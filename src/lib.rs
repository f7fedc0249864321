//! TLS for XMPP: how a stream is secured, and by which proof its peer is known.

pub mod limits;
pub mod parameter;
pub mod stream;
pub mod tls;
