//! The file: SQLite, one row for each place where a domain's service was seen, and a log of what changed.
//!
//! Several processes may use one file; each reads, compares and writes in one transaction that holds the write
//! lock from its beginning, so that nothing seen is lost between them. A file that is damaged, belongs to
//! something else, is of a newer version, cannot be written or finds no room is an error with its name, and
//! stays as it is. It is never taken for an empty history: an attacker's certificate would be the first one seen.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, params};

use super::form::{APPLICATION, FORMS, build, create};
use super::place::{Place, Source};
use crate::failure::Failure;

/// The changes of a domain's service that are kept, and shown.
const CHANGES_KEPT: u32 = 20;
/// How long another process may keep the file.
const PATIENCE: Duration = Duration::from_secs(10);

const COLUMNS: &str = "domain, service, source, target, port, transport, address, certificates, held, latest, \
    first_seen, last_seen";

/// What is known of one place of a domain's service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) domain: String,
    pub(crate) service: String,
    pub(crate) place: Place,
    /// The library's history of certificates, as JSON.
    pub(crate) certificates: String,
    /// The best that was seen, by which later checks are measured, as JSON.
    pub(crate) held: String,
    /// What was seen last, as JSON.
    pub(crate) latest: String,
    pub(crate) first_seen: i64,
    pub(crate) last_seen: i64,
}

/// A change that was noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoggedChange {
    pub(crate) seen_at: i64,
    pub(crate) change: String,
    pub(crate) loudness: String,
    pub(crate) text: String,
    pub(crate) accepted_at: Option<i64>,
}

/// An open history.
pub(crate) struct Store {
    path: PathBuf,
    pub(super) connection: Connection,
}

impl Store {
    /// Opens a history, and makes a new one where there is no file.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        match fs::metadata(path) {
            Ok(data) if data.len() == 0 => {
                return Err(failure(
                    path,
                    "the file is empty, so what was in it is lost; remove it to begin anew",
                ));
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(path)?,
            Err(error) => return Err(failure(path, &error.to_string())),
        }
        let mut store = Self { path: path.to_owned(), connection: connect(path)? };
        store.examine()?;
        Ok(store)
    }

    /// Opens a history only if there is one.
    pub(crate) fn open_existing(path: &Path) -> Result<Option<Self>, Failure> {
        if path.exists() { Self::open(path).map(Some) } else { Ok(None) }
    }

    fn examine(&mut self) -> Result<(), Failure> {
        let path = self.path.clone();
        let wrap = |error| sql(&path, &error);
        let number = |name| -> Result<i64, Failure> {
            self.connection.pragma_query_value(None, name, |row| row.get(0)).map_err(wrap)
        };
        if number("application_id")? != APPLICATION {
            return Err(failure(&path, "this is no history of xmpptls"));
        }
        let form = number("user_version")?;
        let sound: String =
            self.connection.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(wrap)?;
        if sound != "ok" {
            return Err(failure(
                &path,
                &format!("the file is damaged ({sound}); nothing can be said about changes"),
            ));
        }
        match usize::try_from(form) {
            Ok(form) if form == FORMS.len() => Ok(()),
            Ok(form) if form > 0 && form < FORMS.len() => {
                // Another process may have done it meanwhile, so the form is read again under the lock.
                self.in_transaction(|transaction| {
                    let form = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
                    build(transaction, form)
                })
            }
            _ => Err(failure(&path, "it was written by a newer version of xmpptls")),
        }
    }

    /// What `work` reads and writes happens as a whole or not at all, and nobody else writes meanwhile.
    pub(crate) fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Failure> {
        let path = self.path.clone();
        let wrap = |error| sql(&path, &error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrap)?;
        let done = work(&transaction).map_err(wrap)?;
        transaction.commit().map_err(wrap)?;
        Ok(done)
    }

    /// All rows, or those of one domain.
    pub(crate) fn rows(&self, domain: Option<&str>) -> Result<Vec<Row>, Failure> {
        let all = || {
            let mut statement = self.connection.prepare(&format!(
                "SELECT {COLUMNS} FROM place WHERE ?1 IS NULL OR domain = ?1 ORDER BY {COLUMNS}"
            ))?;
            let rows = statement.query_map([domain], read_row)?;
            rows.collect::<rusqlite::Result<Vec<Row>>>()
        };
        all().map_err(|error| sql(&self.path, &error))
    }

    /// The changes of a domain's service, the latest first.
    pub(crate) fn changes(&self, domain: &str, service: &str) -> Result<Vec<LoggedChange>, Failure> {
        let all = || {
            let mut statement = self.connection.prepare(
                "SELECT seen_at, change, loudness, text, accepted_at FROM change
                 WHERE domain = ?1 AND service = ?2 ORDER BY number DESC",
            )?;
            let rows = statement.query_map([domain, service], |row| {
                Ok(LoggedChange {
                    seen_at: row.get(0)?,
                    change: row.get(1)?,
                    loudness: row.get(2)?,
                    text: row.get(3)?,
                    accepted_at: row.get(4)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<LoggedChange>>>()
        };
        all().map_err(|error| sql(&self.path, &error))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// The rows of a domain's service.
pub(crate) fn of_service(
    transaction: &Transaction<'_>,
    domain: &str,
    service: &str,
) -> rusqlite::Result<Vec<Row>> {
    let query = format!("SELECT {COLUMNS} FROM place WHERE domain = ?1 AND service = ?2 ORDER BY {COLUMNS}");
    let mut statement = transaction.prepare(&query)?;
    statement.query_map([domain, service], read_row)?.collect()
}

/// Writes a row in place of the one before.
pub(crate) fn put(transaction: &Transaction<'_>, row: &Row) -> rusqlite::Result<()> {
    let statement = format!(
        "INSERT OR REPLACE INTO place ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
    );
    transaction.execute(
        &statement,
        params![
            row.domain,
            row.service,
            row.place.source.name(),
            row.place.target,
            row.place.port,
            row.place.transport,
            row.place.address,
            row.certificates,
            row.held,
            row.latest,
            row.first_seen,
            row.last_seen
        ],
    )?;
    Ok(())
}

/// Takes a row out.
pub(crate) fn remove(transaction: &Transaction<'_>, row: &Row) -> rusqlite::Result<()> {
    let place = &row.place;
    transaction.execute(
        "DELETE FROM place WHERE domain = ?1 AND service = ?2 AND source = ?3 AND target = ?4 AND port = ?5
             AND transport = ?6 AND address = ?7",
        params![
            row.domain,
            row.service,
            place.source.name(),
            place.target,
            place.port,
            place.transport,
            place.address
        ],
    )?;
    Ok(())
}

/// Adds a change to the log, of which the latest are kept: what is wrong is logged again by each check.
pub(crate) fn log(
    transaction: &Transaction<'_>,
    domain: &str,
    service: &str,
    seen_at: i64,
    change: &crate::check::facts::ChangeNote,
) -> rusqlite::Result<()> {
    let places = change.endpoints.join(", ");
    let text = if places.is_empty() { change.text.clone() } else { format!("{} [{places}]", change.text) };
    transaction.execute(
        "INSERT INTO change (domain, service, seen_at, change, loudness, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![domain, service, seen_at, change.change, change.loudness, text],
    )?;
    transaction.execute(
        "DELETE FROM change WHERE domain = ?1 AND service = ?2 AND number NOT IN (
             SELECT number FROM change WHERE domain = ?1 AND service = ?2 ORDER BY number DESC LIMIT ?3)",
        params![domain, service, CHANGES_KEPT],
    )?;
    Ok(())
}

/// Marks the changes of a domain's service as accepted.
pub(crate) fn accept(
    transaction: &Transaction<'_>,
    domain: &str,
    service: &str,
    now: i64,
) -> rusqlite::Result<usize> {
    transaction.execute(
        "UPDATE change SET accepted_at = ?3 WHERE domain = ?1 AND service = ?2 AND accepted_at IS NULL",
        params![domain, service, now],
    )
}

/// Forgets a domain's service, its log included.
pub(crate) fn forget(transaction: &Transaction<'_>, domain: &str, service: &str) -> rusqlite::Result<usize> {
    transaction.execute("DELETE FROM change WHERE domain = ?1 AND service = ?2", [domain, service])?;
    transaction.execute("DELETE FROM place WHERE domain = ?1 AND service = ?2", [domain, service])
}

fn read_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let source: String = row.get(2)?;
    // A name that nobody writes is damage, as a column of another type would be.
    let wrong = || rusqlite::Error::InvalidColumnType(2, "source".into(), rusqlite::types::Type::Text);
    Ok(Row {
        domain: row.get(0)?,
        service: row.get(1)?,
        place: Place {
            source: Source::from_name(&source).ok_or_else(wrong)?,
            target: row.get(3)?,
            port: row.get(4)?,
            transport: row.get(5)?,
            address: row.get(6)?,
        },
        certificates: row.get(7)?,
        held: row.get(8)?,
        latest: row.get(9)?,
        first_seen: row.get(10)?,
        last_seen: row.get(11)?,
    })
}

fn connect(path: &Path) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| sql(path, &error))?;
    connection.busy_timeout(PATIENCE).map_err(|error| sql(path, &error))?;
    Ok(connection)
}

pub(super) fn failure(path: &Path, why: &str) -> Failure {
    Failure::History { path: path.to_owned(), why: why.to_owned() }
}

pub(super) fn sql(path: &Path, error: &rusqlite::Error) -> Failure {
    let why = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            "this is no history of xmpptls, or it is damaged; nothing can be said about changes".into()
        }
        Some(ErrorCode::DatabaseCorrupt) => "the file is damaged; nothing can be said about changes".into(),
        Some(ErrorCode::ReadOnly) => {
            "the file or its directory cannot be written; nothing was remembered".into()
        }
        Some(ErrorCode::DiskFull) => "the disk is full; nothing was remembered, and nothing is lost".into(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process keeps the file; nothing was remembered".into()
        }
        Some(ErrorCode::CannotOpen) => "the file cannot be opened".into(),
        _ => error.to_string(),
    };
    failure(path, &why)
}
