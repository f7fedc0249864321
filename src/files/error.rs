//! Which file could not be used, and why.

use std::io;
use std::path::{Path, PathBuf};

use crate::policy::PolicyTextError;
use crate::proof::pkix::RevocationListError;
use crate::tls::CredentialError;

/// Which file could not be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The file or directory; for the system's trust store the file that it consists of, or none.
    pub path: Option<PathBuf>,
    /// Why.
    pub fault: FileFault,
}

/// Why a file could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileFault {
    /// The system refused: it is not there, may not be read, or the device failed.
    Io(io::ErrorKind),
    /// It is a directory, a pipe or a device where a file is expected.
    NotAFile,
    /// It is longer than this many bytes.
    TooLarge(usize),
    /// A directory has more files than this.
    TooManyFiles(usize),
    /// It holds no certificate that can be a trust anchor.
    NoTrustAnchor,
    /// The system's trust store could not be read for a reason of its own.
    SystemStore,
    /// The certificate chain and the key make no credential.
    Credential(CredentialError),
    /// The certificate's time has passed.
    Expired {
        /// The last second of its time, in Unix seconds.
        not_after: i64,
    },
    /// The certificate's time has not begun.
    NotYetValid {
        /// The first second of its time, in Unix seconds.
        not_before: i64,
    },
    /// It is no revocation list that can be used.
    RevocationList(RevocationListError),
    /// It is not in UTF-8.
    NotUtf8,
    /// It is no policy.
    Policy(PolicyTextError),
}

impl FileError {
    pub(super) fn new(path: &Path, fault: FileFault) -> Self {
        Self { path: Some(path.to_owned()), fault }
    }
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        self.fault.fmt(f)
    }
}

impl std::fmt::Display for FileFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(kind) => kind.fmt(f),
            Self::NotAFile => f.write_str("it is not a regular file"),
            Self::TooLarge(maximum) => write!(f, "it is longer than {maximum} bytes"),
            Self::TooManyFiles(maximum) => write!(f, "it has more than {maximum} files"),
            Self::NoTrustAnchor => f.write_str("it holds no certificate that can be a trust anchor"),
            Self::SystemStore => f.write_str("the system's trust store cannot be read"),
            Self::Credential(error) => error.fmt(f),
            Self::Expired { not_after } => write!(f, "the certificate expired at {not_after} s since 1970"),
            Self::NotYetValid { not_before } => {
                write!(f, "the certificate is valid only from {not_before} s since 1970")
            }
            Self::RevocationList(error) => error.fmt(f),
            Self::NotUtf8 => f.write_str("it is not in UTF-8"),
            Self::Policy(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            FileFault::Credential(error) => Some(error),
            FileFault::RevocationList(error) => Some(error),
            FileFault::Policy(error) => Some(error),
            _ => None,
        }
    }
}
