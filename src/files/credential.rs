//! A certificate chain and its key from PEM files.

use std::path::Path;

use super::{FileError, FileFault, read};
use crate::certificate::Certificate;
use crate::limits::CREDENTIAL_PEM;
use crate::tls::{Credential, CredentialError, PemText};

/// Reads a credential: the chain, the end entity's certificate first, from one file, and the key from
/// another or, when `key` is `None`, from the same.
///
/// # Errors
/// [`FileError`] with the path of the file that is to blame; of a key that does not match the
/// certificate, that of the key.
pub fn credential(chain: &Path, key: Option<&Path>) -> Result<Credential, FileError> {
    let key_path = key.unwrap_or(chain);
    // The key comes first, as it does in what callers migrate from: its fault is the one reported.
    let key_bytes = read::bytes(key_path, CREDENTIAL_PEM)?;
    let made = match key {
        None => Credential::from_pem(&key_bytes, &key_bytes),
        Some(_) => Credential::from_pem(&read::bytes(chain, CREDENTIAL_PEM)?, &key_bytes),
    };
    made.map_err(|error| {
        let path = if is_about_key(error) { key_path } else { chain };
        FileError::new(path, FileFault::Credential(error))
    })
}

fn is_about_key(error: CredentialError) -> bool {
    matches!(
        error,
        CredentialError::KeyDoesNotMatch
            | CredentialError::KeyEncrypted
            | CredentialError::KeyUnusable
            | CredentialError::NoKey
            | CredentialError::MalformedBlock(PemText::Key, _)
    )
}

/// What is wrong with the credential's time at `now`, in Unix seconds; both ends of it count as valid
/// (PKI-26).
pub(super) fn time_fault(credential: &Credential, now: i64) -> Option<FileFault> {
    let validity = Certificate::parse(credential.leaf()).ok()?.validity();
    if now > validity.not_after {
        Some(FileFault::Expired { not_after: validity.not_after })
    } else if now < validity.not_before {
        Some(FileFault::NotYetValid { not_before: validity.not_before })
    } else {
        None
    }
}
