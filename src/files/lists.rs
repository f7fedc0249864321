//! Revocation lists from files.

use std::path::Path;

use super::{FileError, FileFault, read};
use crate::limits::REVOCATION_LIST_BYTES;
use crate::proof::pkix::{RevocationList, RevocationLists};

/// Reads one revocation list from each file, in DER or PEM.
///
/// # Errors
/// [`FileError`] of the first file that cannot be used.
pub fn revocation_lists<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Result<RevocationLists, FileError> {
    let mut lists = Vec::new();
    let mut last = None;
    for path in paths {
        let bytes = read::bytes(path, REVOCATION_LIST_BYTES)?;
        let list = RevocationList::parse(&bytes)
            .map_err(|error| FileError::new(path, FileFault::RevocationList(error)))?;
        lists.push(list);
        last = Some(path);
    }
    RevocationLists::new(lists).map_err(|error| FileError {
        path: last.map(Path::to_owned),
        fault: FileFault::RevocationList(error),
    })
}
