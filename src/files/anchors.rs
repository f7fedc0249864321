//! Trust anchors from the system's store, from PEM files and from directories.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{FileError, FileFault, read};
use crate::limits::{TRUST_ANCHOR_DIRECTORY_FILES, TRUST_ANCHOR_FILE_BYTES};
use crate::policy::TrustAnchorSource;
use crate::proof::pkix::{Anchor, TrustAnchors};

/// Trust anchors that were read, and what was passed over.
#[derive(Clone, Debug, Default)]
pub struct AnchorReading {
    /// The anchors, each once.
    pub anchors: TrustAnchors,
    /// How many files were read.
    pub files: usize,
    /// How many certificates were passed over, in files that hold usable ones.
    pub skipped_certificates: usize,
    /// The files of directories and of the system's store that could not be used.
    pub skipped_files: Vec<FileError>,
}

/// Reads the system's trust store.
///
/// Where the environment has `SSL_CERT_FILE` or `SSL_CERT_DIR`, these are the store, as they are for
/// OpenSSL: programs that run with others' privileges must not let others set them.
///
/// # Errors
/// [`FileFault::NoTrustAnchor`], or why the store cannot be read, if there is no usable certificate at all.
pub fn system_trust_anchors() -> Result<AnchorReading, FileError> {
    let native = rustls_native_certs::load_native_certs();
    let skipped_files: Vec<FileError> = native.errors.into_iter().map(system_error).collect();
    let anchors = TrustAnchors::from_der(native.certs.iter().map(AsRef::as_ref));
    if anchors.is_empty() {
        let none = FileError { path: None, fault: FileFault::NoTrustAnchor };
        return Err(skipped_files.into_iter().next().unwrap_or(none));
    }
    let skipped_certificates = anchors.skipped().len();
    Ok(AnchorReading { anchors, files: 1, skipped_certificates, skipped_files })
}

fn system_error(error: rustls_native_certs::Error) -> FileError {
    match error.kind {
        rustls_native_certs::ErrorKind::Io { inner, path } => {
            FileError { path: Some(path), fault: FileFault::Io(inner.kind()) }
        }
        _ => FileError { path: None, fault: FileFault::SystemStore },
    }
}

/// Reads a file: any number of certificates in PEM with anything between them, or one in DER.
///
/// # Errors
/// [`FileError`]; a file without a usable certificate is one.
pub fn file_trust_anchors(path: &Path) -> Result<AnchorReading, FileError> {
    // No secret, so that nothing needs to be wiped.
    let bytes = std::mem::take(&mut *read::bytes(path, TRUST_ANCHOR_FILE_BYTES)?);
    let is_pem = bytes.windows(PEM_BEGIN.len()).any(|window| window == PEM_BEGIN);
    let anchors =
        if is_pem { TrustAnchors::from_pem(&bytes) } else { TrustAnchors::from_der([bytes.as_slice()]) };
    if anchors.is_empty() {
        return Err(FileError::new(path, FileFault::NoTrustAnchor));
    }
    let skipped_certificates = anchors.skipped().len();
    Ok(AnchorReading { anchors, files: 1, skipped_certificates, skipped_files: Vec::new() })
}

const PEM_BEGIN: &[u8] = b"-----BEGIN";

/// Reads the files of a directory that are named after a hash, `1a2b3c4d.0` to `1a2b3c4d.9`, as OpenSSL's
/// `rehash` makes them. A file that cannot be used is passed over and listed.
///
/// # Errors
/// [`FileError`] if the directory cannot be read, has more than [`TRUST_ANCHOR_DIRECTORY_FILES`] such
/// files, or no usable certificate.
pub fn directory_trust_anchors(path: &Path) -> Result<AnchorReading, FileError> {
    let mut gathered = Gathered::default();
    for file in hash_files(path)? {
        match file_trust_anchors(&file) {
            Ok(reading) => gathered.add(&reading),
            Err(error) => gathered.reading.skipped_files.push(error),
        }
    }
    if gathered.anchors.is_empty() {
        return Err(FileError::new(path, FileFault::NoTrustAnchor));
    }
    Ok(gathered.finish())
}

/// The files of a directory that are named after a hash, in the order of their names.
fn hash_files(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let failed = |error: std::io::Error| FileError::new(directory, FileFault::Io(error.kind()));
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_str().is_some_and(is_hash_name) {
            continue;
        }
        files.insert(entry.path());
        if files.len() > TRUST_ANCHOR_DIRECTORY_FILES {
            return Err(FileError::new(directory, FileFault::TooManyFiles(TRUST_ANCHOR_DIRECTORY_FILES)));
        }
    }
    Ok(files.into_iter().collect())
}

fn is_hash_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(hash, number)| {
        hash.len() == 8
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
            && number.len() == 1
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Reads several sources as one set, as a policy names them.
///
/// # Errors
/// [`FileError`] of the first source that cannot be used: a set that silently lacks one of them would be
/// another policy.
pub fn trust_anchors(sources: &[TrustAnchorSource]) -> Result<AnchorReading, FileError> {
    let mut gathered = Gathered::default();
    for source in sources {
        let reading = match source {
            TrustAnchorSource::System => system_trust_anchors(),
            TrustAnchorSource::File(path) => file_trust_anchors(Path::new(&**path)),
            TrustAnchorSource::Directory(path) => directory_trust_anchors(Path::new(&**path)),
        }?;
        gathered.add(&reading);
    }
    Ok(gathered.finish())
}

/// Several readings on their way to be one.
#[derive(Default)]
struct Gathered {
    seen: BTreeSet<[u8; 32]>,
    anchors: Vec<Anchor>,
    reading: AnchorReading,
}

impl Gathered {
    fn add(&mut self, reading: &AnchorReading) {
        for anchor in reading.anchors.iter() {
            let digest = anchor.certificate().map(crate::certificate::Certificate::digest_sha256);
            if digest.is_none_or(|digest| self.seen.insert(digest)) {
                self.anchors.push(anchor.clone());
            }
        }
        self.reading.files = self.reading.files.saturating_add(reading.files);
        self.reading.skipped_certificates =
            self.reading.skipped_certificates.saturating_add(reading.skipped_certificates);
        self.reading.skipped_files.extend(reading.skipped_files.iter().cloned());
    }

    fn finish(self) -> AnchorReading {
        let anchors = TrustAnchors::new(self.anchors);
        let over = anchors.skipped().len();
        let skipped_certificates = self.reading.skipped_certificates.saturating_add(over);
        AnchorReading { anchors, skipped_certificates, ..self.reading }
    }
}
