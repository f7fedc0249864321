//! Ways to show that a certificate speaks for a name.
//!
//! Each way takes what was presented and what is demanded, and ends in evidence or in all the reasons
//! why there is none. Which ways count, in which order and with which consequence, is decided in
//! `verification`; nothing here looks at a policy as a whole.

pub mod dane;
pub mod dialback;
pub mod dialback_stream;
pub mod exception;
pub mod names;
pub mod pkix;
pub mod posh;
