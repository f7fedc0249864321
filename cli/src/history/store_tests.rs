//! The file in all the states in which it must not be taken for an empty one.

use std::fs;
use std::path::PathBuf;
use std::process;

use rusqlite::Connection;

use super::form::{APPLICATION, FORMS};
use super::place::Place;
use super::store::{Row, Store, log, of_service, put};
use crate::failure::Failure;

/// A directory that goes with the test.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("xmpptls-store-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(super) fn file(&self) -> PathBuf {
        self.0.join("history.sqlite")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn sample(domain: &str, filling: usize) -> Row {
    Row {
        domain: domain.into(),
        service: "s2s".into(),
        place: Place::earlier(),
        certificates: "x".repeat(filling),
        held: "{}".into(),
        latest: "{}".into(),
        first_seen: 1,
        last_seen: 2,
    }
}

fn why<T>(outcome: Result<T, Failure>) -> String {
    match outcome {
        Ok(_) => panic!("it was taken"),
        Err(failure) => failure.to_string(),
    }
}

#[test]
fn a_full_disk_is_an_error_and_loses_nothing() {
    let scratch = Scratch::new("full");
    let mut store = Store::open(&scratch.file()).unwrap();
    store.in_transaction(|transaction| put(transaction, &sample("a.example", 10))).unwrap();
    let pages: i64 = store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    store.connection.pragma_update(None, "max_page_count", pages).unwrap();
    let full = store.in_transaction(|transaction| {
        put(transaction, &sample("a.example", 10_000))?;
        put(transaction, &sample("b.example", 1_000_000))
    });
    assert!(why(full).contains("the disk is full"));
    drop(store);
    let rows = Store::open(&scratch.file()).unwrap().rows(None).unwrap();
    assert_eq!(rows, [sample("a.example", 10)]);
}

#[test]
fn a_process_that_ends_in_the_middle_of_a_write_leaves_what_was_there() {
    let (scratch, torn) = (Scratch::new("writing"), Scratch::new("torn"));
    let mut store = Store::open(&scratch.file()).unwrap();
    store.in_transaction(|transaction| put(transaction, &sample("a.example", 50_000))).unwrap();
    // What is written goes to the file at once, as it does when memory is short; then the files are as a
    // killed process leaves them.
    store.connection.pragma_update(None, "cache_size", 1).unwrap();
    let journal = |own: &Scratch| own.0.join("history.sqlite-journal");
    let stopped = store.in_transaction(|transaction| {
        put(transaction, &sample("a.example", 90_000))?;
        put(transaction, &sample("b.example", 90_000))?;
        fs::copy(scratch.file(), torn.file()).unwrap();
        fs::copy(journal(&scratch), journal(&torn)).unwrap();
        Err::<(), _>(rusqlite::Error::InvalidQuery)
    });
    assert!(stopped.is_err());
    let changed = fs::read(torn.file()).unwrap();
    assert!(changed.len() > 100_000, "the write had begun: {}", changed.len());
    assert_eq!(Store::open(&torn.file()).unwrap().rows(None).unwrap(), [sample("a.example", 50_000)]);
    assert_eq!(store.rows(None).unwrap(), [sample("a.example", 50_000)]);
}

#[test]
fn writers_of_one_row_at_once_lose_nothing() {
    let scratch = Scratch::new("writers");
    drop(Store::open(&scratch.file()).unwrap());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut store = Store::open(&scratch.file()).unwrap();
                for _ in 0..25 {
                    let more = |transaction: &rusqlite::Transaction<'_>| {
                        let rows = of_service(transaction, "a.example", "s2s")?;
                        put(
                            transaction,
                            &sample("a.example", rows.first().map_or(1, |row| row.certificates.len() + 1)),
                        )
                    };
                    store.in_transaction(more).unwrap();
                }
            });
        }
    });
    assert_eq!(Store::open(&scratch.file()).unwrap().rows(None).unwrap(), [sample("a.example", 100)]);
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_and_can_be_read() {
    let scratch = Scratch::new("read-only");
    let mut store = Store::open(&scratch.file()).unwrap();
    store.in_transaction(|transaction| put(transaction, &sample("a.example", 10))).unwrap();
    store.connection.pragma_update(None, "query_only", true).unwrap();
    let refused = store.in_transaction(|transaction| put(transaction, &sample("b.example", 10)));
    assert!(why(refused).contains("cannot be written"));
    assert_eq!(store.rows(None).unwrap(), [sample("a.example", 10)]);
}

#[test]
fn a_file_of_an_older_form_is_brought_up_with_all_that_is_in_it() {
    for form in 1..FORMS.len() {
        let scratch = Scratch::new("older");
        {
            let connection = Connection::open(scratch.file()).unwrap();
            connection.pragma_update(None, "application_id", APPLICATION).unwrap();
            connection.execute_batch(&FORMS[..form].concat()).unwrap();
            connection.pragma_update(None, "user_version", form).unwrap();
            connection
                .execute("INSERT INTO peer VALUES ('a.example', 's2s', 'xxxxxxxxxx', '{}', '{}', 1, 2)", [])
                .unwrap();
        }
        let store = Store::open(&scratch.file()).unwrap();
        assert_eq!(store.rows(None).unwrap(), [sample("a.example", 10)]);
        assert!(store.changes("a.example", "s2s").unwrap().is_empty());
    }
}

#[test]
fn a_file_of_an_older_form_is_brought_up_once_whoever_comes_at_once() {
    for _ in 0..8 {
        let scratch = Scratch::new("older-at-once");
        {
            let connection = Connection::open(scratch.file()).unwrap();
            connection.pragma_update(None, "application_id", APPLICATION).unwrap();
            connection.execute_batch(FORMS[0]).unwrap();
            connection.pragma_update(None, "user_version", 1).unwrap();
        }
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| drop(Store::open(&scratch.file()).unwrap()));
            }
        });
    }
}

#[test]
fn a_file_of_a_newer_form_is_left_alone() {
    let scratch = Scratch::new("newer");
    drop(Store::open(&scratch.file()).unwrap());
    Connection::open(scratch.file()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(scratch.file()).unwrap();
    assert!(why(Store::open(&scratch.file())).contains("newer version"));
    assert_eq!(fs::read(scratch.file()).unwrap(), before);
}

#[test]
fn what_is_no_history_is_never_an_empty_one() {
    let scratch = Scratch::new("damaged");
    drop(Store::open(&scratch.file()).unwrap());
    let whole = fs::read(scratch.file()).unwrap();
    let mut torn = whole.clone();
    torn[4096..].fill(0xa5);
    let other = {
        let path = scratch.0.join("other.sqlite");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        fs::read(path).unwrap()
    };
    for bytes in [&b""[..], b"no database at all, but long enough to look at", &whole[..4000], &torn, &other]
    {
        fs::write(scratch.file(), bytes).unwrap();
        let said = why(Store::open(&scratch.file()));
        assert!(["damaged", "no history", "is empty"].iter().any(|word| said.contains(word)), "{said}");
        assert_eq!(fs::read(scratch.file()).unwrap(), bytes);
    }
    fs::write(scratch.file(), &whole).unwrap();
    assert!(Store::open(&scratch.file()).is_ok());
}

#[test]
fn the_latest_changes_of_each_service_are_kept_whatever_the_other_has() {
    let scratch = Scratch::new("services");
    let mut store = Store::open(&scratch.file()).unwrap();
    let change = |text: String| crate::check::facts::ChangeNote {
        change: "version_lower",
        loudness: "alarm",
        text,
        endpoints: Vec::new(),
    };
    store
        .in_transaction(|transaction| {
            log(transaction, "a.example", "s2s", 0, &change("of s2s".into()))?;
            (1..=30)
                .try_for_each(|time| log(transaction, "a.example", "c2s", time, &change(time.to_string())))
        })
        .unwrap();
    let texts = |service| -> Vec<String> {
        store.changes("a.example", service).unwrap().into_iter().map(|own| own.text).collect()
    };
    assert_eq!(texts("s2s"), ["of s2s"]);
    let latest: Vec<String> = (11..=30).rev().map(|time| time.to_string()).collect();
    assert_eq!(texts("c2s"), latest);
}
