//! `docs/conformance.md` and `docs/attacks.md` say nothing that the tree does not bear out.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xmpptls::numbers::{CauseCode, NoteCode, NumberFacts, ReasonCode};

/// The states of a row, and whether a test has to stand beside it.
const STATES: [(&str, bool); 5] =
    [("library", true), ("helper", true), ("in part", true), ("host", false), ("not covered", false)];

const SECTIONS: [(&str, usize); 13] = [
    ("STLS", 32),
    ("DTLS", 17),
    ("PAR", 20),
    ("PKI", 29),
    ("DANE", 22),
    ("POSH", 18),
    ("DNA", 20),
    ("EXT", 11),
    ("RES", 11),
    ("CB", 12),
    ("HUM", 9),
    ("CHG", 6),
    ("SEC", 10),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The names of all functions of our sources in Rust, Python and C.
fn functions() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["src", "tests", "xtask/src", "cli", "bindings"] {
        collect(&root().join(folder), &mut names);
    }
    names
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, names);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "py" || end == "c") {
            let text = fs::read_to_string(&path).unwrap();
            names.extend(text.lines().filter_map(function));
        }
    }
}

/// The function that a line begins.
fn function(line: &str) -> Option<String> {
    let line = line.trim_start();
    let line = line.strip_prefix("async ").unwrap_or(line);
    let begins = ["fn ", "def ", "static void "];
    let rest = begins.iter().find_map(|word| line.strip_prefix(word))?;
    let (name, _) = rest.split_once('(')?;
    name.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        .then(|| name.into())
}

struct Row {
    id: String,
    state: String,
    tests: Vec<String>,
    vectors: Vec<String>,
}

/// The rows of a document whose first cell is an ID; the last cell holds the tests, the one before the state.
fn rows(document: &str) -> Vec<Row> {
    let is_row = |line: &&str| {
        let id = line.trim_start_matches("| ").split(' ').next().unwrap_or("");
        line.starts_with("| ") && id.contains('-') && id.ends_with(|end: char| end.is_ascii_digit())
    };
    document.lines().filter(is_row).map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let (state, tests) = (cells[cells.len() - 2], cells[cells.len() - 1]);
    let vectors = tests.split_once("vectors ").map_or("", |(_, families)| families);
    Row {
        id: cells[0].into(),
        state: state.split("**").nth(1).unwrap_or_else(|| panic!("no state: {line}")).into(),
        tests: tests.split('`').skip(1).step_by(2).map(Into::into).collect(),
        vectors: vectors.split(", ").filter(|name| !name.is_empty()).map(Into::into).collect(),
    }
}

fn check(document: &str) -> Vec<Row> {
    let (rows, functions) = (rows(&read(document)), functions());
    let mut seen = BTreeSet::new();
    for row in &rows {
        assert!(seen.insert(&row.id), "{} stands twice in {document}", row.id);
        let state = STATES.iter().find(|(name, _)| *name == row.state);
        let (_, wants_test) = state.unwrap_or_else(|| panic!("{}: no such state: {}", row.id, row.state));
        let nothing = row.tests.is_empty() && row.vectors.is_empty();
        assert!(!(*wants_test && nothing), "{} names no test", row.id);
        for name in &row.tests {
            assert!(functions.contains(name), "{}: there is no test {name}", row.id);
        }
        for family in &row.vectors {
            let file: Value = serde_json::from_str(&read(&format!("tests/vectors/{family}.json"))).unwrap();
            let cases = file["cases"].as_array().unwrap();
            assert!(cases.iter().any(|case| case["rule"] == row.id.as_str()), "{}: not in {family}", row.id);
        }
    }
    rows
}

/// The counts that the document's head states.
fn stated(document: &str, state: &str) -> usize {
    let text = read(document);
    let line = text.lines().find(|line| line.starts_with("By state: ")).unwrap();
    let counts = line.trim_start_matches("By state: ").split(['.', ',']).map(str::trim);
    let found = counts.filter_map(|one| one.split_once(' ')).find(|(_, name)| *name == state);
    found.unwrap_or_else(|| panic!("{document} does not count {state}")).0.parse().unwrap()
}

fn check_counts(document: &str, rows: &[Row]) {
    for (state, _) in STATES {
        let counted = rows.iter().filter(|row| row.state == state).count();
        assert_eq!(stated(document, state), counted, "{document}: {state}");
    }
}

#[test]
fn every_rule_stands_once_with_tests_that_exist() {
    let rows = check("docs/conformance.md");
    let expected: Vec<String> = SECTIONS
        .iter()
        .flat_map(|(prefix, count)| (1..=*count).map(move |number| format!("{prefix}-{number:02}")))
        .collect();
    let found: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(found, expected);
    check_counts("docs/conformance.md", &rows);
}

#[test]
fn no_test_is_named_after_a_rule_that_does_not_exist() {
    for name in functions() {
        let mut words = name.trim_start_matches("test_").split('_');
        let (prefix, number) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let Ok(number) = number.parse::<usize>() else { continue };
        let section = SECTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(prefix));
        if let Some((_, count)) = section {
            assert!((1..=*count).contains(&number), "{name}");
        }
    }
}

#[test]
fn every_attack_stands_once_with_tests_that_exist() {
    let rows = check("docs/attacks.md");
    assert!(rows.iter().all(|row| row.id.starts_with("ATK-")));
    check_counts("docs/attacks.md", &rows);
}

#[test]
fn the_guide_lists_every_cause_reason_and_note() {
    let chapter = read("docs/guide/10-errors-and-causes.md");
    let (causes, rest) = chapter.split_once("## Reasons").unwrap();
    let (reasons, notes) = rest.split_once("## Notes").unwrap();
    let row = |facts: NumberFacts| format!("| `{}` | {} | ", facts.word, facts.message);
    for (text, facts) in [
        (causes, CauseCode::ALL.iter().map(|code| code.facts()).collect::<Vec<_>>()),
        (reasons, ReasonCode::ALL.iter().map(|code| code.facts()).collect()),
        (notes, NoteCode::ALL.iter().map(|code| code.facts()).collect()),
    ] {
        for facts in facts {
            assert!(text.contains(&row(facts)), "{}", row(facts));
        }
    }
}
