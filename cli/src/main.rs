//! `xmpptls`, the command.
//!
//! What is encrypted, with what, who proved it and how, what changed, and what to mend: RFC 7590 §3.6 asks
//! that people can find this out, and here they can. Everything that is decided is decided by the library;
//! this crate dials, asks, remembers and shows.

mod args;
mod check;
mod clock;
mod demo;
mod failure;
mod history;
mod paint;
mod policy;
mod read;
mod records;
mod rollover;
mod shell;
mod verify;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use self::args::{Cli, Command};
use self::failure::Failure;

/// What a command that could not do its work exits with when nothing was wrong with the command line.
const COULD_NOT: u8 = 3;
/// What a command line that cannot be used exits with (sysexits.h, EX_USAGE).
const USAGE: u8 = 64;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed terminal has nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    match run(cli.command) {
        Ok(code) => code.into(),
        Err(failure) => {
            complain(&failure.to_string());
            if matches!(failure, Failure::Argument(_)) { USAGE.into() } else { COULD_NOT.into() }
        }
    }
}

fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Check(args) => check::command::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Records(args) => records::run(&args),
        Command::Policy(args) => policy::run(&args),
        Command::Rollover(args) => rollover::run(&args),
        Command::Completions { shell } => Ok(shell::completions(shell)),
        Command::Manuals { directory } => shell::manuals(&directory),
        Command::History(args) => history::run(&args),
        Command::Demo(args) => demo::run(&args),
    }
}

/// Prints what a command says. Whoever stopped reading has read enough.
fn say(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Says on standard error what is wrong.
fn complain(text: &str) {
    let _ = writeln!(anstream::stderr(), "xmpptls: {text}");
}
