//! What tests share: an authority that issues odd certificates, questions about them, known answers.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "each test uses its part, and a test fails by panicking"
)]

pub(crate) mod ca;
pub(crate) mod der;
pub(crate) mod kat;
pub(crate) mod pair;
pub(crate) mod parts;
pub(crate) mod pkix;
pub(crate) mod policy;
pub(crate) mod scene;
pub(crate) mod schema;
pub(crate) mod vectors;
