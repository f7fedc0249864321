//! Test vectors: certificates, evidence and expectations as JSON, for every language (`tests/vectors/`).
//!
//! Each expectation is written by hand beside its case, or follows from a table of a standard that is
//! written out here; none comes from the library. Keys are made of their names, times are fixed, and all
//! signatures are of kinds without randomness, so that a second run changes no byte.

#[allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "tests share it"
)]
#[path = "../../../tests/support/ca.rs"]
mod ca;
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "tests share it"
)]
#[path = "../../../tests/support/der.rs"]
mod der;
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "tests share it"
)]
#[path = "../../../tests/support/parts.rs"]
mod parts;

mod case;
mod dane;
mod dane_ladder;
mod functions;
mod history;
mod names;
mod names_table;
mod path;
mod posh;
mod posh_documents;
mod servers;
mod users;
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use world::Family;

/// The name and version of the format.
const FORMAT: &str = "xmpptls-vectors-1";

fn families() -> Vec<Family> {
    vec![
        names::family(),
        path::family(),
        dane::family(),
        dane_ladder::family(),
        posh::family(),
        posh_documents::family(),
        servers::family(),
        users::family(),
        history::family(),
        functions::family(),
    ]
}

/// Writes all vectors.
pub(super) fn write() -> Result<(), String> {
    for (path, text) in files()? {
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Says whether what is committed is what would be written.
pub(super) fn check() -> Result<(), String> {
    for (path, text) in files()? {
        let known = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if known != text {
            return Err(format!("{} is stale: run `cargo run -p xtask -- vectors`", path.display()));
        }
    }
    Ok(())
}

fn files() -> Result<Vec<(PathBuf, String)>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut ids = std::collections::HashSet::new();
    let mut files = Vec::new();
    let mut count = 0_usize;
    for family in families() {
        for id in family.ids() {
            if !ids.insert(id.to_owned()) {
                return Err(format!("two cases are called {id}"));
            }
        }
        count += family.ids().count();
        files.push((folder.join(format!("{}.json", family.name)), family.to_text()));
    }
    println!("{count} cases in {} files", files.len());
    Ok(files)
}
