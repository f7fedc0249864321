//! Generates what is committed: `cargo run -p xtask -- header [--check]` writes `include/xmpptls.h`,
//! `cargo run -p xtask -- vectors [--check]` writes `tests/vectors/*.json`.

mod header;
mod vectors;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["header"] => header::write(),
        ["header", "--check"] => header::check(),
        ["vectors"] => vectors::write(),
        ["vectors", "--check"] => vectors::check(),
        _ => Err("usage: cargo run -p xtask -- header|vectors [--check]".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
