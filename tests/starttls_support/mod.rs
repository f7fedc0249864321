//! Runs a transcript through a machine, whole, byte by byte, and cut in two at every place, and demands that
//! nothing anyone can see depends on the cuts (SEC-10).
#![allow(dead_code, unreachable_pub, reason = "each test program uses its part")]

use xmpptls::name::Service;
use xmpptls::policy::StarttlsDemand;
use xmpptls::stream::{
    Accepting, AcceptingOptions, Cause, Dialback, Disclosure, Event, InitialHeader, Initiating, Note,
    Outcome, StreamCondition, StreamId, Unverified,
};

/// Beyond this size not every place is cut, only every 101st.
const CUT_EVERYWHERE: usize = 2_000;

/// Behind this place nothing is read any more, and cuts make no difference.
const CUT_UP_TO: usize = 12_000;

pub const ID: [u8; 16] = [0xA7; 16];
pub const ID_TEXT: &str = "a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7";

/// Everything a host can see of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub outcome: Option<Outcome>,
    pub sent: String,
    pub events: Vec<Event>,
    pub notes: Vec<Note>,
    pub used: usize,
    pub unverified: Unverified,
}

impl Run {
    pub fn cause(&self) -> &Cause {
        match &self.outcome {
            Some(Outcome::Refused(cause)) => cause,
            other => panic!("not refused but {other:?}, sent {}", self.sent),
        }
    }

    pub fn offset(&self) -> u64 {
        match self.outcome {
            Some(Outcome::BeginTls { offset }) => offset,
            ref other => panic!("no TLS but {other:?}, sent {}", self.sent),
        }
    }

    pub fn begins_tls(&self) -> bool {
        matches!(self.outcome, Some(Outcome::BeginTls { .. }))
    }
}

fn cuts(length: usize) -> impl Iterator<Item = usize> {
    let step = if length > CUT_EVERYWHERE { 101 } else { 1 };
    (1..length.min(CUT_UP_TO)).step_by(step)
}

fn same_for_every_cut(input: &[u8], run: impl Fn(&[&[u8]]) -> Run) -> Run {
    let whole = run(&[input]);
    let (front, rest) = input.split_at(input.len().min(CUT_UP_TO));
    let single: Vec<&[u8]> = front.chunks(1).chain([rest]).collect();
    same(run(&single), &whole, "byte by byte");
    for cut in cuts(input.len()) {
        let (front, back) = input.split_at(cut);
        same(run(&[front, back]), &whole, &format!("cut at {cut}"));
    }
    single_or_whole(run(&single), whole)
}

/// When nothing may be sent any more, what was not yet taken is not sent: then the cuts decide how much was
/// taken before, and nothing else.
fn same(mut run: Run, whole: &Run, cut: &str) {
    if is_silent(whole) {
        assert!(run.sent.starts_with(&whole.sent), "{cut}");
        run.sent.clone_from(&whole.sent);
    }
    assert_eq!(&run, whole, "{cut}");
}

fn is_silent(run: &Run) -> bool {
    matches!(run.outcome, Some(Outcome::Refused(Cause::InjectedPlaintext { .. } | Cause::SpokeTls)))
}

fn single_or_whole(single: Run, whole: Run) -> Run {
    if is_silent(&whole) { single } else { whole }
}

/// A client that asks for `im.example.com`, under the demand `Require`.
pub fn client(input: impl AsRef<[u8]>) -> Run {
    initiating(Service::C2s, StarttlsDemand::Require, input.as_ref())
}

/// A server `example.net` that asks for `im.example.com`, with dialback, under the demand `Require`.
pub fn server_out(input: impl AsRef<[u8]>) -> Run {
    initiating(Service::S2s, StarttlsDemand::Require, input.as_ref())
}

pub fn initiating(service: Service, demand: StarttlsDemand, input: &[u8]) -> Run {
    same_for_every_cut(input, |pieces| {
        let mut machine = initiating_machine(service, demand);
        let mut run = Run {
            outcome: None,
            sent: String::from_utf8(machine.transmit()).unwrap(),
            events: Vec::new(),
            notes: Vec::new(),
            used: 0,
            unverified: Unverified::default(),
        };
        for piece in pieces {
            run.used += machine.receive(piece).used;
            run.sent.push_str(&String::from_utf8(machine.transmit()).unwrap());
            run.events.extend(core::iter::from_fn(|| machine.next_event()));
        }
        run.outcome = machine.outcome().cloned();
        run.unverified = machine.into_unverified();
        run.notes.clone_from(&run.unverified.notes);
        run
    })
}

pub fn initiating_machine(service: Service, demand: StarttlsDemand) -> Initiating {
    let header = InitialHeader {
        service,
        to: "im.example.com",
        from: match service {
            Service::C2s => Some("juliet@im.example.com"),
            Service::S2s => Some("example.net"),
        },
        lang: None,
        dialback: match service {
            Service::C2s => Dialback::Silent,
            Service::S2s => Dialback::Announced,
        },
        disclosure: Disclosure::KeepPrivate,
    };
    Initiating::new(&header, demand).unwrap()
}

/// A server for clients of `im.example.com`.
pub fn server_for_clients(input: impl AsRef<[u8]>) -> Run {
    accepting(Service::C2s, input.as_ref(), |machine| machine.proceed().unwrap())
}

/// A server `im.example.com` for other servers.
pub fn server_in(input: impl AsRef<[u8]>) -> Run {
    accepting(Service::S2s, input.as_ref(), |machine| machine.proceed().unwrap())
}

/// Decides about the domain as soon as it is asked, and about TLS when all input is there.
pub fn accepting(service: Service, input: &[u8], on_command: impl Fn(&mut Accepting)) -> Run {
    same_for_every_cut(input, |pieces| {
        let mut machine = accepting_machine(service);
        let mut run = Run {
            outcome: None,
            sent: String::new(),
            events: Vec::new(),
            notes: Vec::new(),
            used: 0,
            unverified: Unverified::default(),
        };
        assert!(machine.transmit().is_empty(), "nothing is sent before anything came");
        let mut requested = false;
        for piece in pieces {
            let mut rest = *piece;
            loop {
                let used = machine.receive(rest).used;
                run.used += used;
                rest = &rest[used..];
                let mut answered = false;
                while let Some(event) = machine.next_event() {
                    answered |= decide(&mut machine, &event);
                    requested |= event == Event::TlsRequested;
                    run.events.push(event);
                }
                run.sent.push_str(&String::from_utf8(machine.transmit()).unwrap());
                if !answered {
                    break;
                }
            }
        }
        if requested && machine.outcome().is_none() {
            on_command(&mut machine);
            run.sent.push_str(&String::from_utf8(machine.transmit()).unwrap());
        }
        run.outcome = machine.outcome().cloned();
        run.notes = machine.notes().to_vec();
        run
    })
}

fn decide(machine: &mut Accepting, event: &Event) -> bool {
    let Event::HeaderSeen(header) = event else { return false };
    match header.to.as_deref() {
        Some("im.example.com") => machine.answer("im.example.com").unwrap(),
        _ => machine.decline(StreamCondition::HostUnknown).unwrap(),
    }
    true
}

pub fn accepting_machine(service: Service) -> Accepting {
    let options = AcceptingOptions {
        service,
        own_name: "im.example.com".to_owned(),
        lang: None,
        dialback: Dialback::Silent,
    };
    Accepting::new(options, StreamId::from_random(ID)).unwrap()
}

/// What is wrong with the bytes between the headers and TLS, wherever they stand: each must be refused with
/// that cause and that stream error.
pub fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let text = |name, text: &str, cause, condition| (name, text.as_bytes().to_vec(), cause, condition);
    let bytes = |name, bytes: &[u8], cause, condition| (name, bytes.to_vec(), cause, condition);
    let (malformed, restricted, encoding) = ("not_well_formed", "restricted_xml", "unsupported_encoding");
    let (wf, rx, ue) = ("not-well-formed", "restricted-xml", "unsupported-encoding");
    let many = |count: usize| (0..count).map(|n| format!(" a{n}='v'")).collect::<String>();
    let declarations = |count: usize| (0..count).map(|n| format!(" xmlns:p{n}='u'")).collect::<String>();
    vec![
        text("comment", "<!-- c -->", restricted, rx),
        text(
            "document type",
            "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;'>]>",
            restricted,
            rx,
        ),
        text("CDATA section", "<![CDATA[x]]>", restricted, rx),
        text("processing instruction", "<?php x?>", restricted, rx),
        text("late XML declaration", "<?xml version='1.0'?>", restricted, rx),
        text("entity of its own", "&xxe;", restricted, rx),
        text("entity with a known front", "&ampx;", restricted, rx),
        text("entity in an attribute", "<a b='&lol;'/>", restricted, rx),
        text("bare ampersand", "& ", malformed, wf),
        text("empty reference", "&;", malformed, wf),
        text("reference to a forbidden character", "<a b='&#0;'/>", malformed, wf),
        text("reference to a surrogate", "<a b='&#xD800;'/>", malformed, wf),
        text("reference beyond Unicode", "<a b='&#x99999999999999;'/>", malformed, wf),
        text("undeclared prefix of an element", "<p:a/>", malformed, wf),
        text("undeclared prefix of an attribute", "<a p:b=''/>", malformed, wf),
        text("prefix that was undeclared", "<a xmlns:p=''/>", malformed, wf),
        text("prefix xmlns bound", "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>", malformed, wf),
        text("prefix xml bent", "<a xmlns:xml='urn:x'/>", malformed, wf),
        text("element with the prefix xmlns", "<xmlns:a/>", malformed, wf),
        text(
            "default namespace that is reserved",
            "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
            malformed,
            wf,
        ),
        text("default namespace of xml", "<a xmlns='http://www.w3.org/XML/1998/namespace'/>", malformed, wf),
        text("reference to a control character", "<a b='&#x1;'/>", malformed, wf),
        text("reference to a control character in text", "&#x1;", malformed, wf),
        text("attribute twice", "<a b='1' b='2'/>", malformed, wf),
        text(
            "attribute twice under two prefixes",
            "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
            malformed,
            wf,
        ),
        text("< in an attribute", "<a b='<'/>", malformed, wf),
        text("attribute without quotes", "<a b=c/>", malformed, wf),
        text("attribute without value", "<a b/>", malformed, wf),
        text("attributes without space", "<a b='1'c='2'/>", malformed, wf),
        text("name with two colons", "<a:b:c/>", malformed, wf),
        text("name without prefix", "<:a/>", malformed, wf),
        text("name without local part", "<xml: />", malformed, wf),
        text("local part that starts with a digit", "<xml:1/>", malformed, wf),
        text("name with a control character", "<a\u{1}b/>", malformed, wf),
        text("name with a semicolon", "<a;b/>", malformed, wf),
        text("space before a name", "< a/>", malformed, wf),
        text(
            "end tag with attributes",
            "<error xmlns='http://etherx.jabber.org/streams'></error b=''>",
            malformed,
            wf,
        ),
        text(
            "end tag of another element",
            "<error xmlns='http://etherx.jabber.org/streams'></a>",
            malformed,
            wf,
        ),
        text(
            "end of a section in text",
            "<error xmlns='http://etherx.jabber.org/streams'>]]>",
            malformed,
            wf,
        ),
        text("slash inside a tag", "<a / >", malformed, wf),
        text("control character", "\u{0}", malformed, wf),
        text("noncharacter", "\u{FFFF}", malformed, wf),
        bytes("stray continuation byte", b"\x80", encoding, ue),
        bytes("overlong slash", b"<a b='\xC0\xAF'/>", encoding, ue),
        bytes("overlong less-than", b"\xE0\x80\xBC", encoding, ue),
        bytes("surrogate", b"\xED\xA0\x80", encoding, ue),
        bytes("number above Unicode", b"\xF4\x90\x80\x80", encoding, ue),
        bytes("unfinished character", b"\xE2\x82<", encoding, ue),
        text("text", "hello", "unexpected_text", "bad-format"),
        (
            "one attribute too many",
            format!("<a{}/>", many(33)).into_bytes(),
            "limit_exceeded",
            "policy-violation",
        ),
        (
            "100,000 attributes",
            format!("<a{}/>", many(100_000)).into_bytes(),
            "limit_exceeded",
            "policy-violation",
        ),
        (
            "100,000 namespace declarations",
            format!("<a{}/>", declarations(100_000)).into_bytes(),
            "limit_exceeded",
            "policy-violation",
        ),
        (
            "10 MB of one attribute",
            format!("<a b='{}'/>", "x".repeat(10_000_000)).into_bytes(),
            "limit_exceeded",
            "policy-violation",
        ),
        ("endless white space", vec![b' '; 20_000], "limit_exceeded", "policy-violation"),
        text(
            "deep nesting",
            "<error xmlns='http://etherx.jabber.org/streams'><a><b><c/></b></a></error>",
            "limit_exceeded",
            "policy-violation",
        ),
    ]
}
