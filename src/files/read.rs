//! Reading one file up to a limit.

use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::{FileError, FileFault};

/// The bytes of a regular file of at most `maximum` bytes. They are wiped when dropped, since some are keys.
#[expect(clippy::disallowed_types, reason = "this room reads files")]
pub(super) fn bytes(path: &Path, maximum: usize) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let failed = |error: std::io::Error| FileError::new(path, FileFault::Io(error.kind()));
    // A pipe would block at opening, so the kind is asked for first, and again of what was opened.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(FileError::new(path, FileFault::NotAFile));
    }
    let file = std::fs::File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(FileError::new(path, FileFault::NotAFile));
    }
    let too_large = || FileError::new(path, FileFault::TooLarge(maximum));
    let length = usize::try_from(metadata.len()).map_err(|_| too_large())?;
    if length > maximum {
        return Err(too_large());
    }
    // With room for one byte more the vector does not grow, and leaves no copy of a key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.saturating_add(1)));
    let limit = u64::try_from(maximum).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > maximum { Err(too_large()) } else { Ok(bytes) }
}
