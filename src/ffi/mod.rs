//! The C face: converts, calls, converts.
//!
//! One file a handle family; no rule of the domain lives here. What the files share:
//! - `guard`: every exported function runs inside `guard::call`, which answers a panic with
//!   `XMPP_TLS_INTERNAL` and writes the optional error object;
//! - `handle`: what a C pointer is – exclusive, shared – checked by a tag before it is followed;
//! - `numbered`: which number C knows a value by;
//! - `input`, `output`: pointer and length to slice, text, domain; the way back to out-parameters.
//!
//! This is the one room with `unsafe`. `include/xmpptls.h` is generated from these files, and the essay at
//! the head of each becomes the essay of its part of the header.
#![expect(non_camel_case_types, reason = "the types are named as in C")]
#![expect(
    clippy::missing_safety_doc,
    reason = "what a caller must keep to stands in the essay on parameters and handles, once for all functions"
)]
#![expect(unsafe_code, reason = "the C face is where pointers are")]

mod guard;
mod handle;
mod input;
mod numbered;
mod output;
mod pem;

pub mod basics;
pub mod binding;
pub mod certificate;
pub mod compat;
pub mod compat_settings;
pub mod connection;
pub mod context;
pub mod credentials;
pub mod dialback;
pub mod driving;
pub mod endpoint;
pub mod error;
pub mod external;
pub mod facts;
pub mod history;
pub mod lookup;
pub mod lookup_builder;
pub mod lookup_reply;
pub mod policy;
pub mod report;
pub mod trust_anchors;
pub mod verdict;
pub mod verification;
