//! What cannot be seen from outside: the work that is done, and the memory that is kept.

use super::accepting::{Accepting, AcceptingOptions};
use super::cause::Rejection;
use super::exchange::Outcome;
use super::initiating::Initiating;
use super::reader::{Piece, Reader};
use super::text::{Dialback, Disclosure, InitialHeader, StreamId};
use crate::limits::CLEAR_STREAM_BYTES;
use crate::name::Service;
use crate::policy::StarttlsDemand;

/// Reads all of it; gives the bytes taken, the work done, and how it ended.
fn read(input: &[u8]) -> (usize, usize, Result<(), Rejection>) {
    let mut reader = Reader::new();
    for (index, byte) in input.iter().enumerate() {
        match reader.step(*byte) {
            Ok(Some(Piece::Open(element))) if element.empty => drop(reader.close()),
            Ok(_) => {}
            Err(rejection) => return (index + 1, reader.work, Err(rejection)),
        }
    }
    (input.len(), reader.work, Ok(()))
}

#[test]
fn atk_pa_05_the_work_is_at_most_twice_the_bytes() {
    let inputs = [
        "<a>".to_owned() + &"<b/>".repeat(2_400),
        "<a>".to_owned() + &"<b></b>".repeat(1_400),
        format!("<a b='{}'>", "x".repeat(9_000)),
        format!("<{}>", "a".repeat(9_000)),
        format!("<a {}b='{}'/>", " ".repeat(4_000), "&amp;".repeat(800)),
        format!("<a{}>", (0..32).map(|n| format!(" a{n}='{}'", "v".repeat(250))).collect::<String>()),
        format!("<a{}/>", (0..32).map(|n| format!(" xmlns:p{n}='u'")).collect::<String>()),
        "<a>".to_owned() + &"&#00000000065;".repeat(600) + &"]".repeat(1_000),
        " ".repeat(10_000),
    ];
    for input in inputs {
        let (taken, work, result) = read(input.as_bytes());
        assert_eq!((taken, result), (input.len(), Ok(())));
        assert!(work >= taken, "the work is counted");
        assert!(work <= 2 * taken, "{work} for {taken}");
    }
}

#[test]
fn atk_pa_02_endless_input_is_left_at_the_limit() {
    let limit = usize::try_from(CLEAR_STREAM_BYTES).unwrap();
    for (front, more) in
        [("<a b='", "x"), ("<", "a"), ("<a", " "), ("", " "), ("<a>&#", "0"), ("</", "a"), ("<?xml ", " ")]
    {
        let input = front.to_owned() + &more.repeat(1_000_000);
        let (taken, work, result) = read(input.as_bytes());
        assert_eq!(taken, limit + 1, "{front}{more}");
        assert!(result.is_err() && work <= 2 * limit);
    }
    // 100,000 attributes are left at the first that is one too many.
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=''")).collect();
    let (taken, _, result) = read(format!("<a{attributes}/>").as_bytes());
    assert!(result.is_err());
    assert!(taken < 300, "{taken}");
}

#[test]
fn atk_pa_03_the_reader_is_dropped_with_the_outcome() {
    let header = InitialHeader {
        service: Service::C2s,
        to: "im.example.com",
        from: None,
        lang: None,
        dialback: Dialback::Silent,
        disclosure: Disclosure::KeepPrivate,
    };
    for input in [
        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<!",
    ] {
        let mut machine = Initiating::new(&header, StarttlsDemand::Require).unwrap();
        assert!(machine.exchange.reader.is_some());
        let _ = machine.receive(input.as_bytes());
        assert!(machine.outcome().is_some());
        assert!(machine.exchange.reader.is_none());
    }
    let options = AcceptingOptions {
        service: Service::C2s,
        own_name: String::new(),
        lang: None,
        dialback: Dialback::Silent,
    };
    let mut machine = Accepting::new(options, StreamId::from_random([0; 16])).unwrap();
    machine.end_of_input();
    assert!(matches!(machine.outcome(), Some(Outcome::Refused(_))));
    assert!(machine.exchange.reader.is_none());
}
