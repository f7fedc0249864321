//! The command, run as a person would, in the world of its demonstration.
#![allow(dead_code, reason = "each test uses its part")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// A world that runs as long as the test does: it waits for the end of its input, which comes with ours.
struct World {
    _child: Child,
    arguments: Vec<String>,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A directory that goes with the test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("xmpptls-test-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The command, not run yet. It finds no home and no terminal.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xmpptls"));
    command.args(arguments).env_remove("HOME").env_remove("XDG_STATE_HOME").env_remove("NO_COLOR");
    command.stdin(Stdio::null());
    command
}

/// Runs the command.
pub(crate) fn run(arguments: &[&str]) -> Said {
    said(&command(arguments).output().unwrap())
}

pub(crate) fn said(output: &Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout.clone()).unwrap(),
        err: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}

/// The options with which a check finds its way in the world.
pub(crate) fn world() -> Vec<&'static str> {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(start).arguments.iter().map(String::as_str).collect()
}

fn start() -> World {
    let scratch = Scratch::new();
    let directory = scratch.file("world");
    // Its files are read by every check, until the test ends.
    std::mem::forget(scratch);
    let mut child = Command::new(env!("CARGO_BIN_EXE_xmpptls"))
        .args(["demo", "--serve", &directory])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let arguments = words[2..words.len() - 1].iter().map(|word| (*word).to_owned()).collect();
    World { _child: child, arguments }
}

/// Checks a domain of the world for s2s, without a history unless one is among `more`.
pub(crate) fn check(domain: &str, more: &[&str]) -> Said {
    run(&arguments(domain, more))
}

pub(crate) fn arguments<'a>(domain: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["check", domain];
    arguments.extend(world());
    if !more.contains(&"--c2s") && !more.contains(&"--both") {
        arguments.push("--s2s");
    }
    if !more.contains(&"--history") {
        arguments.push("--no-history");
    }
    if !more.contains(&"--timeout") {
        arguments.extend(["--timeout", "8"]);
    }
    arguments.extend(more.iter().filter(|own| **own != "--both"));
    arguments
}

/// Checks a domain and reads the JSON form.
pub(crate) fn check_json(domain: &str, more: &[&str]) -> (i32, Value) {
    let said = check(domain, &[more, &["--json"]].concat());
    let json = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}{}", said.out, said.err));
    (said.code, json)
}

/// The codes of what is to be mended.
pub(crate) fn mends(check: &Value) -> Vec<String> {
    let services = check["services"].as_array().unwrap();
    let all = services.iter().flat_map(|service| service["mend"].as_array().unwrap());
    all.map(|mend| mend["code"].as_str().unwrap().to_owned()).collect()
}
