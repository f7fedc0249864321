//! Why a command could not do its work. The message says what to do about it where that is known.

use std::fmt;
use std::io;
use std::path::PathBuf;

use xmpptls::connection::ContextError;
use xmpptls::files::FileError;
use xmpptls::lookup::LookupError;
use xmpptls::policy::PolicyError;
use xmpptls::verification::CaseDocumentError;

/// Why a command ended before it had an answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A domain, address or other argument cannot be used.
    Argument(String),
    /// A file of certificates, keys or policy.
    File(FileError),
    /// Another file.
    Io { path: PathBuf, error: io::Error },
    /// What stands in a file is not what it should be.
    Content { path: PathBuf, why: String },
    /// The look-ups cannot begin.
    Lookup(LookupError),
    /// The policy contradicts itself.
    Policy(PolicyError),
    /// TLS cannot be set up.
    Context(ContextError),
    /// A case cannot be read.
    Case { name: String, error: CaseDocumentError },
    /// The history cannot be used. Nothing was lost, and nothing is said about changes.
    History { path: PathBuf, why: String },
    /// The world of the demonstration could not be set up.
    Demo(String),
    /// The page could not be made.
    Page(String),
    /// A part of the command itself failed.
    Thread,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(why) => f.write_str(why),
            Self::File(error) => error.fmt(f),
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Content { path, why } => write!(f, "{}: {why}", path.display()),
            Self::Lookup(error) => write!(f, "look-ups cannot begin: {error}"),
            Self::Policy(error) => write!(f, "the policy cannot be used: {error}"),
            Self::Context(error) => write!(f, "TLS cannot be set up: {error}"),
            Self::Case { name, error } => write!(f, "case {name}: {error}"),
            Self::History { path, why } => write!(f, "history {}: {why}", path.display()),
            Self::Demo(why) => write!(f, "the demonstration cannot begin: {why}"),
            Self::Page(why) => write!(f, "the page could not be made: {why}"),
            Self::Thread => f.write_str("a part of the check ended before it was done"),
        }
    }
}

impl std::error::Error for Failure {}
