//! The command line is sound, and what cannot be meant is refused.

use super::values::resolver;
use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split(' '))
}

#[test]
fn the_definition_of_the_command_line_is_sound() {
    <Cli as clap::CommandFactory>::command().debug_assert();
}

#[test]
fn addresses_and_times_are_checked() {
    assert_eq!(resolver("127.0.0.1").unwrap(), "127.0.0.1:53".parse().unwrap());
    assert_eq!(resolver("[::1]:5353").unwrap(), "[::1]:5353".parse().unwrap());
    assert!(resolver("ns.example.org").is_err());
    assert!(parse("xmpptls check example.org --timeout 0").is_err());
    assert!(parse("xmpptls check example.org --connect host").is_err());
    assert!(parse("xmpptls check exa..mple").is_err());
}

#[test]
fn both_services_are_checked_unless_one_is_chosen() {
    let services = |line| match parse(line).unwrap().command {
        Command::Check(args) => args.services.all(),
        other => panic!("{other:?}"),
    };
    assert_eq!(services("xmpptls check example.org"), [Service::C2s, Service::S2s]);
    assert_eq!(services("xmpptls check example.org --s2s"), [Service::S2s]);
}
