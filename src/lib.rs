//! TLS for XMPP: how a stream is secured, and by which proof its peer is known.

pub mod binding;
pub mod certificate;
pub mod compat;
pub mod connection;
#[cfg(feature = "capi")]
pub mod ffi;
pub mod files;
pub mod limits;
#[cfg(feature = "lookup")]
pub mod lookup;
pub mod name;
pub mod numbers;
pub mod parameter;
pub mod policy;
pub mod proof;
pub mod record;
pub mod report;
pub mod stream;
pub mod tls;
pub mod verdict;
pub mod verification;
