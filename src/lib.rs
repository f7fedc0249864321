//! TLS for XMPP: how a stream is secured, and by which proof its peer is known.

pub mod certificate;
#[cfg(feature = "capi")]
pub mod ffi;
pub mod limits;
#[cfg(feature = "lookup")]
pub mod lookup;
pub mod name;
pub mod policy;
pub mod proof;
pub mod record;
pub mod parameter;
pub mod stream;
pub mod tls;
