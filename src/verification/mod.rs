//! From evidence to a verdict.
//!
//! [`decide`] is one pure function over a [`Case`]. What it needs to be told, and whom to ask, is worked
//! out by [`Verification`]: questions out, answers in, any of which may be "absent", "failed" or "not
//! asked". An answer that is missing never makes a better verdict than the answer would (SEC-07).

mod case;
mod dane_step;
mod decide;
mod demands;
mod ladder;
mod prepared;
mod steps;

pub use case::{Case, DialbackAnswer, Evidence, Presented, Trust};
pub use decide::decide;
pub use prepared::PreparedVerification;
