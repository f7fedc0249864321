//! Reading what the user names on the command line.

use std::fs;
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use xmpptls::certificate::{Chain, ChainError};

use crate::failure::Failure;

/// Larger than any text that this command reads.
const TEXT_BYTES: u64 = 64 << 20;

/// A text file, or standard input for `-`.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::Io { path: path.to_owned(), error };
    if path.as_os_str() == "-" {
        return std::io::read_to_string(std::io::Read::take(std::io::stdin(), TEXT_BYTES)).map_err(failed);
    }
    if fs::metadata(path).map_err(failed)?.len() > TEXT_BYTES {
        return Err(Failure::Content { path: path.to_owned(), why: "the file is too large".into() });
    }
    fs::read_to_string(path).map_err(failed)
}

/// The certificates of a file, in PEM or one in DER, as they stand in it.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::Io { path: path.to_owned(), error })?;
    let is_pem = bytes.windows(11).any(|window| window == b"-----BEGIN ");
    if !is_pem {
        return Ok(vec![bytes]);
    }
    let own = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    let own = own.map_err(|error| content(path, &error.to_string()))?;
    if own.is_empty() {
        return Err(content(path, "there is no certificate in it"));
    }
    Ok(own.iter().map(|der| der.to_vec()).collect())
}

/// The chain of a file, the end entity's certificate first.
pub(crate) fn chain(path: &Path) -> Result<Chain, Failure> {
    let certificates = certificates(path)?;
    Chain::parse(certificates.iter().map(Vec::as_slice)).map_err(|error| {
        let why = match error {
            ChainError::Empty => "there is no certificate in it".to_owned(),
            error => format!("the first certificate cannot be used: {error}"),
        };
        content(path, &why)
    })
}

pub(crate) fn content(path: &Path, why: &str) -> Failure {
    Failure::Content { path: path.to_owned(), why: why.to_owned() }
}
