//! A server's files, read together and again.

use std::path::PathBuf;
use std::sync::Arc;

use super::credential::time_fault;
use super::{FileError, credential, policy};
use crate::policy::Policy;
use crate::tls::{Credential, CredentialStore};

/// A policy file and the files of credentials, with what was last read from them.
///
/// [`FileSet::reload`] reads them all. What cannot be used leaves in force what was read before: a policy
/// with all that it names is one such part, each credential is another.
#[derive(Debug, Default)]
pub struct FileSet {
    policy_path: Option<PathBuf>,
    policy: Option<Arc<Policy>>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// The names it serves; none means that it serves by default.
    names: Vec<String>,
    chain: PathBuf,
    key: Option<PathBuf>,
    current: Option<Arc<Credential>>,
}

/// How reading one part of a set ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileResult {
    /// The policy's file, or the credential's file of certificates.
    pub path: PathBuf,
    /// How it ended.
    pub outcome: FileOutcome,
}

/// How reading one part of a set ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileOutcome {
    /// What the file says now is in force.
    Read,
    /// It cannot be used; what was read before stays in force.
    Kept(FileError),
    /// It cannot be used, and nothing was read before.
    Missing(FileError),
    /// It is in force although its certificate is not valid now, since nothing better was read before.
    Doubtful(FileError),
}

impl FileOutcome {
    /// What is wrong, unless nothing is.
    #[must_use]
    pub fn error(&self) -> Option<&FileError> {
        match self {
            Self::Read => None,
            Self::Kept(error) | Self::Missing(error) | Self::Doubtful(error) => Some(error),
        }
    }
}

impl FileSet {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the policy's file.
    pub fn policy_file(&mut self, path: impl Into<PathBuf>) -> &mut Self {
        self.policy_path = Some(path.into());
        self
    }

    /// Names a credential's files; without a key's file the key is in the same file as the certificates.
    /// It serves `names`, domains or `*.` and a domain; without names it serves what no name serves.
    pub fn credential_files(
        &mut self,
        names: impl IntoIterator<Item = String>,
        chain: impl Into<PathBuf>,
        key: Option<PathBuf>,
    ) -> &mut Self {
        let names = names.into_iter().collect();
        self.entries.push(Entry { names, chain: chain.into(), key, current: None });
        self
    }

    /// Reads every file, and says of each part how it ended. `now` is in Unix seconds: a certificate that
    /// is not valid at that time does not replace one that was read before.
    pub fn reload(&mut self, now: i64) -> Vec<FileResult> {
        let mut results = Vec::new();
        if let Some(path) = &self.policy_path {
            let outcome = match policy(path) {
                Ok(reading) => {
                    self.policy = Some(reading.policy);
                    FileOutcome::Read
                }
                Err(error) => unusable(self.policy.is_some(), error),
            };
            results.push(FileResult { path: path.clone(), outcome });
        }
        let entries = self.entries.iter_mut();
        results.extend(
            entries.map(|entry| FileResult { outcome: entry.reload(now), path: entry.chain.clone() }),
        );
        results
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Option<&Arc<Policy>> {
        self.policy.as_ref()
    }

    /// The credentials in force.
    #[must_use]
    pub fn credentials(&self) -> CredentialStore {
        let mut store = CredentialStore::new();
        for entry in &self.entries {
            let Some(credential) = &entry.current else { continue };
            if entry.names.is_empty() {
                store.insert_default(Arc::clone(credential));
            }
            for name in &entry.names {
                store.insert(name, Arc::clone(credential));
            }
        }
        store
    }
}

impl Entry {
    fn reload(&mut self, now: i64) -> FileOutcome {
        let read = match credential(&self.chain, self.key.as_deref()) {
            Ok(read) => read,
            Err(error) => return unusable(self.current.is_some(), error),
        };
        let doubt = time_fault(&read, now).map(|fault| FileError::new(&self.chain, fault));
        if let (Some(error), Some(_)) = (&doubt, &self.current) {
            return FileOutcome::Kept(error.clone());
        }
        self.current = Some(Arc::new(read));
        doubt.map_or(FileOutcome::Read, FileOutcome::Doubtful)
    }
}

fn unusable(had_one: bool, error: FileError) -> FileOutcome {
    if had_one { FileOutcome::Kept(error) } else { FileOutcome::Missing(error) }
}
