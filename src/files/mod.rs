//! The room with files: trust anchors, credentials, revocation lists and policies by path.
//!
//! All other rooms of the core take bytes. This one finds them: in the system's trust store, in PEM files,
//! in directories of files named after a hash, and in the TOML form of a policy, whose names of files it
//! follows. Every failure names its path and says what the system or the parser said, as a value
//! ([`FileError`]). Each kind of file has a limit; special files, which could block, are not opened.
//!
//! [`FileSet`] reads a server's files together and again: a file that cannot be used the second time
//! leaves in force what was read before, and the result says so file by file (ATK-OP-01).
//!
//! The room keeps no cache and watches nothing: when to read again is the host's to say. It follows
//! symbolic links and does not judge who may write to a file.

mod anchors;
mod credential;
mod error;
mod lists;
mod policy;
mod read;
mod set;

pub use anchors::{
    AnchorReading, directory_trust_anchors, file_trust_anchors, system_trust_anchors, trust_anchors,
};
pub use credential::credential;
pub use error::{FileError, FileFault};
pub use lists::revocation_lists;
pub use policy::{PolicyReading, policy};
pub use set::{FileOutcome, FileResult, FileSet};
