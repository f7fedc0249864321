//! OpenSSL's words, for those who replace it: names of suites and groups, cipher strings, options and the
//! codes of certificate verification.
//!
//! The drop-ins for LuaSec, fast_tls and Python's `ssl` are spoken to in these words and must answer in
//! them. This room is the dictionary: tables and small parsers, with no state and no rule of the domain.
//! What a word would switch on that does not exist here is passed over and reported, never imitated; no
//! word can bring a suite or a version back that `parameter` does not have.
//!
//! The words are those of OpenSSL 1.1.1 to 3.x. Where its spellings differ, both are given, and the older
//! one is the first, since programs compare with it.

mod chain;
mod cipher_list;
mod group;
mod option;
mod protocol;
mod reason;
mod suite;
mod verify_code;
mod word;

pub use chain::chain_codes;
pub use cipher_list::{
    CipherList, NoCipherMatch, SkipReason, SkippedWord, cipher_list, ciphersuites, suites,
};
pub use group::{GroupList, group_from_openssl, group_list, group_names, openssl_group};
pub use option::{OptionMeaning, ProtocolOptions, option_meaning, option_names, protocol_options};
pub use protocol::{ProtocolError, openssl_version, versions};
pub use reason::{certificate_key_type, credential_reason};
pub use suite::{SuiteWords, suite_from_openssl, suite_words};
pub use verify_code::VerifyCode;
