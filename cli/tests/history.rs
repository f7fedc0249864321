//! What is remembered, and what is said of changes, over the world of the demonstration.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use support::{Scratch, arguments, check, check_json, command, run};

fn changes(check: &Value) -> Vec<(String, String)> {
    let list = check["services"][0]["changes"].as_array().unwrap();
    let text = |own: &Value, name: &str| own[name].as_str().unwrap().to_owned();
    list.iter().map(|own| (text(own, "change"), text(own, "loudness"))).collect()
}

fn seen(domain: &str, file: &str) -> Vec<(String, String)> {
    changes(&check_json(domain, &["--history", file]).1)
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(change, loudness)| ((*change).to_owned(), (*loudness).to_owned())).collect()
}

fn domains(file: &str) -> Vec<String> {
    let said = run(&["history", "--history", file, "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let lines = said.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|row| row["domain"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn chg_01_a_domain_is_seen_first_and_then_known() {
    let scratch = Scratch::new();
    let file = scratch.file("a/b/history.sqlite");
    assert_eq!(seen("srvid.example", &file), pairs(&[("first_seen", "info")]));
    assert_eq!(seen("srvid.example", &file), pairs(&[("same", "info")]));
}

#[test]
fn chg_03_a_domain_that_was_proved_before_and_is_not_now_is_loud() {
    let said = run(&["demo", "changed.example"]);
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.out.contains("it was proved better before"), "{}", said.out);
}

#[test]
fn endpoints_that_differ_and_stay_as_they_were_are_quiet() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    assert_eq!(seen("halves.example", &file), pairs(&[("first_seen", "info")]));
    for _ in 0..2 {
        assert_eq!(seen("halves.example", &file), pairs(&[("same", "info")]));
    }
}

/// Writes to the file as if something else had been seen before.
fn rewrite(file: &str, statement: &str) {
    let connection = rusqlite::Connection::open(file).unwrap();
    assert!(connection.execute(statement, []).unwrap() > 0, "{statement}");
}

const BAD: &str = "latest LIKE '%\"refused\"%'";
const GOOD: &str = "transport = 'starttls' AND latest NOT LIKE '%\"refused\"%'";

#[test]
fn chg_03_an_endpoint_that_got_worse_is_loud_while_another_stays_good_until_it_is_accepted() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("halves.example", &file);
    // As if the one that is refused had shown what the good one shows.
    let good = |column| format!("{column} = (SELECT {column} FROM place WHERE {GOOD})");
    rewrite(&file, &format!("UPDATE place SET {}, {} WHERE {BAD}", good("certificates"), good("held")));
    let alarm = pairs(&[("worse_verdict", "alarm")]);
    let (_, check) = check_json("halves.example", &["--history", &file]);
    assert_eq!(changes(&check), alarm);
    let endpoints = check["services"][0]["endpoints"].as_array().unwrap();
    let bad = endpoints.iter().find(|own| own["severity"] == "refused").unwrap();
    let place = format!("{}:{}", bad["target"].as_str().unwrap(), bad["port"]);
    assert_eq!(check["services"][0]["changes"][0]["endpoints"], serde_json::json!([place]));
    let text = support::check("halves.example", &["--history", &file]).out;
    assert!(text.contains("it was proved better before"), "{text}");
    assert_eq!(run(&["history", "accept", "halves.example", "--history", &file]).code, 0);
    assert_eq!(seen("halves.example", &file), pairs(&[("same", "info")]));
}

#[test]
fn chg_03_a_new_endpoint_of_which_less_is_proved_is_loud_until_it_is_accepted() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("halves.example", &file);
    rewrite(&file, &format!("DELETE FROM place WHERE {BAD}"));
    for _ in 0..2 {
        assert_eq!(seen("halves.example", &file), pairs(&[("worse_verdict", "alarm")]));
    }
    assert_eq!(run(&["history", "accept", "halves.example", "--history", &file]).code, 0);
    assert_eq!(seen("halves.example", &file), pairs(&[("same", "info")]));
}

#[test]
fn a_new_endpoint_that_shows_what_is_known_is_quiet() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("halves.example", &file);
    rewrite(&file, &format!("DELETE FROM place WHERE {GOOD}"));
    assert_eq!(seen("halves.example", &file), pairs(&[("same", "info")]));
}

#[test]
fn an_endpoint_is_known_at_its_next_address() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("halves.example", &file);
    rewrite(&file, "UPDATE place SET address = '192.0.2.1'");
    assert_eq!(seen("halves.example", &file), pairs(&[("same", "info")]));
}

#[test]
fn an_endpoint_that_was_given_is_not_measured_by_what_the_records_lead_to() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    let (_, found) = check_json("halves.example", &["--history", &file]);
    let endpoints = found["services"][0]["endpoints"].as_array().unwrap();
    let bad = endpoints.iter().find(|own| own["severity"] == "refused").unwrap();
    let place = format!("127.0.0.1:{}", bad["port"]);
    let given =
        |file: &str| changes(&check_json("halves.example", &["--history", file, "--connect", &place]).1);
    assert_eq!(given(&file), pairs(&[("first_seen", "info")]));
    assert_eq!(given(&file), pairs(&[("same", "info")]));
    assert_eq!(seen("halves.example", &file), pairs(&[("same", "info")]));
}

#[test]
fn what_answers_nothing_changes_nothing() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("srvid.example", &file);
    assert_eq!(seen("gone.example", &file), pairs(&[]));
    assert_eq!(domains(&file), ["srvid.example"]);
}

#[test]
fn a_lower_version_is_loud_until_it_is_accepted() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    assert_eq!(check("tls12.example", &["--history", &file]).code, 0);
    // As if it had spoken TLS 1.3 before.
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute("UPDATE place SET held = replace(held, '771', '772')", []).unwrap();
    drop(connection);
    let alarm = pairs(&[("version_lower", "alarm")]);
    let (code, check) = check_json("tls12.example", &["--history", &file]);
    assert_eq!((code, changes(&check)), (1, alarm.clone()));
    assert_eq!(seen("tls12.example", &file), alarm);
    let shown = run(&["history", "show", "tls12.example", "--history", &file]).out;
    assert!(shown.contains("TLSv1.3 was spoken before"), "{shown}");
    assert_eq!(run(&["history", "accept", "tls12.example", "--history", &file]).code, 0);
    assert_eq!(seen("tls12.example", &file), pairs(&[("same", "info")]));
}

#[test]
fn what_is_forgotten_is_seen_first_again() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("srvid.example", &file);
    assert_eq!(run(&["history", "forget", "srvid.example", "--history", &file]).code, 0);
    assert_eq!(run(&["history", "forget", "srvid.example", "--history", &file]).code, 64);
    assert_eq!(seen("srvid.example", &file), pairs(&[("first_seen", "info")]));
}

#[test]
fn processes_that_write_at_once_lose_nothing() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    let names = ["srvid", "dane-ee", "dane-ta", "expired", "tls12", "classic", "optional", "private"];
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            let domain = format!("{name}.example");
            command(&arguments(&domain, &["--history", &file]))
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        child.wait().unwrap();
    }
    let mut expected: Vec<String> = names.iter().map(|name| format!("{name}.example")).collect();
    expected.sort();
    assert_eq!(domains(&file), expected);
}

#[test]
fn processes_that_see_one_domain_at_once_agree_and_keep_all_of_its_places() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    let children: Vec<_> = (0..5)
        .map(|_| {
            let arguments = arguments("halves.example", &["--history", &file, "--json"]);
            command(&arguments).stdout(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut first = 0;
    for child in children {
        let check: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
        let own = changes(&check);
        assert!(own == pairs(&[("first_seen", "info")]) || own == pairs(&[("same", "info")]), "{own:?}");
        first += usize::from(own == pairs(&[("first_seen", "info")]));
    }
    assert_eq!(first, 1);
    let said = run(&["history", "show", "halves.example", "--history", &file, "--json"]).out;
    let known: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(known["places"].as_array().unwrap().len(), 3);
}

#[test]
fn a_disk_that_takes_nothing_is_an_error_and_loses_nothing() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("srvid.example", &file);
    let before = fs::read(&file).unwrap();
    // No file may grow by a byte; the signal that comes with it is left to the write that fails.
    let limited = |file: &str| {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_xmpptls")]);
        shell.args(arguments("pkix.example", &["--history", file]));
        support::said(&shell.output().unwrap())
    };
    let said = limited(&file);
    assert!(said.err.contains("history.sqlite: "), "{}", said.err);
    assert!(said.out.contains("AUTHENTICATED BY PKIX"), "the check itself is said: {}", said.out);
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(domains(&file), ["srvid.example"]);
    let other = scratch.file("new/history.sqlite");
    assert!(limited(&other).err.contains("history.sqlite: "));
    assert!(fs::read_dir(scratch.file("new")).unwrap().next().is_none(), "half a file was left");
}

#[test]
fn a_kill_in_the_middle_leaves_what_was_seen() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("srvid.example", &file);
    for step in 0..12 {
        let mut child = command(&arguments("optional.example", &["--history", &file]))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(20 * step));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(domains(&file).contains(&"srvid.example".to_owned()));
    }
    assert_eq!(seen("srvid.example", &file), pairs(&[("same", "info")]));
}

#[test]
fn chg_05_a_damaged_history_is_said_to_be_and_stays_as_it_is() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("srvid.example", &file);
    let mut bytes = fs::read(&file).unwrap();
    bytes[4096..].fill(0x5a);
    fs::write(&file, &bytes).unwrap();
    let said = check("srvid.example", &["--history", &file]);
    assert!(said.err.contains("damaged"), "{}", said.err);
    assert_eq!(seen("srvid.example", &file), pairs(&[("not_compared", "warning")]));
    assert_eq!(run(&["history", "--history", &file]).code, 3);
    assert_eq!(fs::read(&file).unwrap(), bytes);
}

#[test]
fn a_damaged_entry_is_said_to_be_and_is_not_written_over() {
    let scratch = Scratch::new();
    let file = scratch.file("history.sqlite");
    seen("srvid.example", &file);
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute("UPDATE place SET certificates = '{}'", []).unwrap();
    assert_eq!(seen("srvid.example", &file), pairs(&[("not_compared", "warning")]));
    let kept: String = connection.query_row("SELECT certificates FROM place", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, "{}");
}

#[test]
fn a_place_where_nothing_can_be_written_is_an_error() {
    let said = check("srvid.example", &["--history", "/proc/xmpptls/history.sqlite"]);
    assert!(said.err.contains("/proc/xmpptls/history.sqlite"), "{}", said.err);
    assert_eq!(said.code, 0, "the check itself is good");
}
