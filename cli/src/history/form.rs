//! The form of the file, and how an older one becomes this one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::store::{failure, sql};
use crate::failure::Failure;

/// Marks the file as ours: `XMPT`.
pub(super) const APPLICATION: i64 = 0x584d_5054;

/// Each makes the next version of the form; a file of an older version is brought up in one transaction.
pub(super) const FORMS: &[&str] = &[
    "CREATE TABLE peer (
        domain TEXT NOT NULL,
        service TEXT NOT NULL,
        certificates TEXT NOT NULL,
        held TEXT NOT NULL,
        latest TEXT NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        PRIMARY KEY (domain, service)
    ) STRICT, WITHOUT ROWID;",
    "CREATE TABLE change (
        number INTEGER PRIMARY KEY,
        domain TEXT NOT NULL,
        service TEXT NOT NULL,
        seen_at INTEGER NOT NULL,
        change TEXT NOT NULL,
        loudness TEXT NOT NULL,
        text TEXT NOT NULL,
        accepted_at INTEGER
    ) STRICT;
    CREATE INDEX change_by_domain ON change (domain, service);",
    // What was seen of a service as a whole goes on as what was seen earlier, wherever it was.
    "CREATE TABLE place (
        domain TEXT NOT NULL,
        service TEXT NOT NULL,
        source TEXT NOT NULL,
        target TEXT NOT NULL,
        port INTEGER NOT NULL,
        transport TEXT NOT NULL,
        address TEXT NOT NULL,
        certificates TEXT NOT NULL,
        held TEXT NOT NULL,
        latest TEXT NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        PRIMARY KEY (domain, service, source, target, port, transport, address)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO place SELECT domain, service, 'earlier', '', 0, '', '', certificates, held, latest,
        first_seen, last_seen FROM peer;
    DROP TABLE peer;",
];

/// Makes a whole new file beside the place, then puts it there unless somebody else has: nobody ever sees
/// half a file.
pub(super) fn create(path: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| failure(path, &error.to_string());
    if let Some(directory) = path.parent().filter(|own| !own.as_os_str().is_empty()) {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".new-{}", process::id()));
    let beside = PathBuf::from(name);
    // One may be left of a process that was killed, with the same number.
    let _ = fs::remove_file(&beside);
    let made = (|| {
        let mut connection = Connection::open(&beside)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        build(&transaction, 0)?;
        transaction.commit()
    })();
    let placed = match made {
        Err(error) => Err(sql(path, &error)),
        Ok(()) => match fs::hard_link(&beside, path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(error)),
            _ => Ok(()),
        },
    };
    // It has done its work, or is of no use.
    let _ = fs::remove_file(&beside);
    placed
}

pub(super) fn build(transaction: &Transaction<'_>, from: usize) -> rusqlite::Result<()> {
    for form in FORMS.iter().skip(from) {
        transaction.execute_batch(form)?;
    }
    transaction.pragma_update(None, "user_version", FORMS.len())
}
