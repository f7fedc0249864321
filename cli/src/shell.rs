//! Completions for shells, and manual pages, made from the definition of the command line.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::failure::Failure;

/// Prints what a shell needs to complete the command.
pub(crate) fn completions(shell: Shell) -> u8 {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "xmpptls", &mut text);
    crate::say(&String::from_utf8_lossy(&text));
    0
}

/// Writes a page for the command and one for each of its commands.
pub(crate) fn manuals(directory: &Path) -> Result<u8, Failure> {
    let failed = |error| Failure::Io { path: directory.to_owned(), error };
    fs::create_dir_all(directory).map_err(failed)?;
    clap_mangen::generate_to(Cli::command().disable_help_subcommand(true), directory).map_err(failed)?;
    Ok(0)
}
