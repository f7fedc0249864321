//! From evidence to a verdict.
//!
//! [`decide`] is one pure function over a [`Case`]. What it needs to be told, and whom to ask, is worked
//! out by [`Verification`]: questions out, answers in, any of which may be "absent", "failed" or "not
//! asked". An answer that is missing never makes a better verdict than the answer would (SEC-07).
//! [`PreparedVerification`] judges inside a handshake with evidence gathered before. [`observe`] compares a
//! verdict with what was seen before, and alters nothing.

mod case;
mod dane_step;
mod decide;
mod dialback;
mod document;
mod history;
mod ladder;
mod machine;
mod observe;
mod prepared;
mod question;
mod rounds;
mod steps;
mod user;

pub use case::{Case, DialbackAnswer, Evidence, Presented};
pub use decide::decide;
pub use dialback::{DialbackCondition, dialback_condition};
pub use document::{CaseDocument, CaseDocumentError};
pub use history::{HISTORY_FORMAT, History, HistoryError, Seen};
pub use machine::{AnswerError, DialbackPair, Handshake, Request, Verification};
pub use observe::{Change, Loudness, Observation, observe};
pub use prepared::PreparedVerification;
pub use question::{Answer, Question, QuestionId, QuestionKind};
pub use user::{
    ClientAuthzid, ClientIdentities, NotOffered, UserAddress, authzid_from_wire, authzid_to_wire,
    client_authzid, client_identities, offer_external, resolve_server, resolve_user,
};
