//! The receiving entity before TLS, each transcript cut at every place.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test that panics has failed, as it should"
)]

mod starttls_support;

use starttls_support::{
    ID, ID_TEXT, accepting, accepting_machine, hostile, initiating_machine, server_for_clients, server_in,
};
use xmpptls::name::Service;
use xmpptls::policy::StarttlsDemand;
use xmpptls::stream::{
    Accepting, AcceptingOptions, AnswerError, Behind, Cause, Dialback, Ending, Event, IllegalText, Limit,
    Note, Outcome, StreamCondition, StreamId, Version,
};

const HEADER: &str = "<?xml version='1.0'?><stream:stream from='juliet@im.example.com/balcony' to='im.example.com' \
     version='1.0' xml:lang='en' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const STARTTLS: &str = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const PROCEED: &str = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const FEATURES: &str = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
const FAILURE: &str = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>";

fn text(parts: &[&str]) -> String {
    parts.concat()
}

/// The response header with that part behind the ID.
fn response(tail: &str) -> String {
    text(&[
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
         from='im.example.com' id='",
        ID_TEXT,
        "'",
        tail,
        ">",
    ])
}

fn usual_response() -> String {
    response(" to='juliet@im.example.com' version='1.0'")
}

fn stream_error(condition: &str) -> String {
    format!(
        "<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
    )
}

#[test]
fn stls_01_the_dialogue_of_rfc_6120_leads_to_tls() {
    let input = text(&[HEADER, STARTTLS]);
    let run = server_for_clients(&input);
    assert_eq!(run.outcome, Some(Outcome::BeginTls { offset: input.len() as u64 }));
    assert_eq!(run.used, input.len());
    assert_eq!(run.sent, text(&[&usual_response(), FEATURES, PROCEED]));
    assert!(matches!(run.events[..], [Event::HeaderSeen(_), Event::TlsRequested]));
    assert_eq!(run.notes, []);
}

#[test]
fn stls_01_both_machines_run_against_each_other() {
    for service in [Service::C2s, Service::S2s] {
        let mut initiating = initiating_machine(service, StarttlsDemand::Require);
        let mut accepting = accepting_machine(service);
        let mut steps = 0;
        while initiating.outcome().is_none() || accepting.outcome().is_none() {
            let there = initiating.transmit();
            assert_eq!(accepting.receive(&there).used, there.len());
            while let Some(event) = accepting.next_event() {
                match event {
                    Event::HeaderSeen(header) => accepting.answer(header.to.as_deref().unwrap()).unwrap(),
                    Event::TlsRequested => accepting.proceed().unwrap(),
                    other => panic!("{other:?}"),
                }
            }
            let back = accepting.transmit();
            assert_eq!(initiating.receive(&back).used, back.len());
            steps += 1;
            assert!(steps < 5);
        }
        assert!(matches!(initiating.outcome(), Some(Outcome::BeginTls { .. })));
        assert!(matches!(accepting.outcome(), Some(Outcome::BeginTls { .. })));
        assert!(initiating.unverified().features.as_ref().unwrap().tls_mandatory());
        assert_eq!(initiating.unverified().notes, []);
        assert_eq!(accepting.notes(), []);
    }
}

#[test]
fn stls_04_the_only_feature_is_starttls_and_it_is_required() {
    let run = server_for_clients(HEADER);
    assert_eq!(run.sent, text(&[&usual_response(), FEATURES]));
    assert_eq!(run.outcome, None);
}

#[test]
fn stls_05_without_a_key_failure_ends_the_stream() {
    let input = text(&[HEADER, STARTTLS]);
    let run = accepting(Service::C2s, input.as_bytes(), |machine| {
        machine.fail().unwrap();
        assert_eq!(machine.proceed(), Err(AnswerError::NotAsked));
    });
    assert_eq!(run.cause(), &Cause::TlsDeclined);
    assert_eq!(run.sent, text(&[&usual_response(), FEATURES, FAILURE]));
}

#[test]
fn stls_05_a_malformed_command_draws_failure() {
    let ns = "urn:ietf:params:xml:ns:xmpp-tls";
    for command in [
        format!("<starttls xmlns='{ns}'><required/></starttls>"),
        format!("<starttls xmlns='{ns}'>now</starttls>"),
        format!("<starttls xmlns='{ns}'><starttls/></starttls>"),
    ] {
        let run = server_for_clients(text(&[HEADER, &command]));
        assert_eq!(run.cause().name(), "malformed_starttls", "{command}");
        assert_eq!(run.sent, text(&[&usual_response(), FEATURES, FAILURE]));
    }
    // Its nearest twins are commands.
    for command in [
        format!("<starttls xmlns='{ns}'></starttls>"),
        format!("<starttls xmlns='{ns}'>\n</starttls>"),
        format!("<starttls xmlns='{ns}' xml:lang='en'/>"),
    ] {
        assert!(server_for_clients(text(&[HEADER, &command])).begins_tls(), "{command}");
    }
}

#[test]
fn stls_05_no_failure_can_follow_proceed() {
    let mut machine = asked_for_tls();
    machine.proceed().unwrap();
    assert_eq!(machine.fail(), Err(AnswerError::NotAsked));
    assert_eq!(machine.proceed(), Err(AnswerError::NotAsked));
    assert_eq!(machine.outcome(), None, "proceed is not on its way yet");
    assert_eq!(machine.transmit(), PROCEED.as_bytes());
    assert!(matches!(machine.outcome(), Some(Outcome::BeginTls { .. })));
    assert_eq!(machine.fail(), Err(AnswerError::NotAsked));
    machine.end_of_input();
    assert!(matches!(machine.outcome(), Some(Outcome::BeginTls { .. })));
    assert_eq!(machine.transmit(), b"");
}

fn asked_for_tls() -> Accepting {
    let mut machine = accepting_machine(Service::C2s);
    let _ = machine.receive(HEADER.as_bytes());
    machine.answer("im.example.com").unwrap();
    let _ = machine.receive(STARTTLS.as_bytes());
    let _ = machine.transmit();
    machine
}

#[test]
fn stls_08_bytes_behind_starttls_are_refused() {
    // ATK-ST-06.
    let long = "x".repeat(65_536);
    for injected in [
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
        "x",
        "\r\n<iq/>",
        "\u{16}\u{3}\u{1}",
        "\u{c}",
        STARTTLS,
        &long,
    ] {
        let clean = text(&[HEADER, STARTTLS]);
        let run = server_for_clients(text(&[&clean, injected]));
        let Cause::InjectedPlaintext { behind: Behind::Starttls, offset } = *run.cause() else {
            panic!("{:?}", run.cause())
        };
        let white = injected.len() - injected.trim_start_matches(['\r', '\n']).len();
        assert_eq!(offset, (clean.len() + white) as u64 + 1);
        assert_eq!(run.sent, text(&[&usual_response(), FEATURES]), "neither proceed nor an error is sent");
        assert_eq!(run.events.iter().filter(|event| matches!(event, Event::HeaderSeen(_))).count(), 1);
    }
}

#[test]
fn stls_08_white_space_behind_starttls_is_dropped_with_a_note() {
    for white in ["\r\n", " ", "\n\n\t"] {
        let run = server_for_clients(text(&[HEADER, STARTTLS, white]));
        assert!(run.begins_tls());
        assert_eq!(run.notes, [Note::WhitespaceBehindStarttls]);
    }
    let run = server_for_clients(text(&[HEADER, STARTTLS, &"\n".repeat(10_000)]));
    assert_eq!(run.cause(), &Cause::LimitExceeded { limit: Limit::Bytes, offset: 10_001 });
}

#[test]
fn stls_08_bytes_that_come_before_proceed_is_taken_are_refused() {
    let mut machine = asked_for_tls();
    machine.proceed().unwrap();
    // The host has decided, but `<proceed/>` has not left.
    let _ = machine.receive(b"<message/>");
    assert_eq!(machine.transmit(), b"", "and now it never leaves");
    assert!(matches!(
        machine.outcome(),
        Some(Outcome::Refused(Cause::InjectedPlaintext { behind: Behind::Starttls, .. }))
    ));
    let mut machine = asked_for_tls();
    machine.proceed().unwrap();
    let _ = machine.transmit();
    // Behind it the bytes are TLS's: none is taken.
    assert_eq!(machine.receive(b"\x16\x03\x01").used, 0);
    assert!(matches!(machine.outcome(), Some(Outcome::BeginTls { .. })));
}

#[test]
fn stls_19_an_id_in_an_initial_header_is_ignored() {
    let header = HEADER.replace("version='1.0' xml:lang", "id='chosen-by-peer' version='1.0' xml:lang");
    let run = server_for_clients(text(&[&header, STARTTLS]));
    let Some(Event::HeaderSeen(seen)) = run.events.first() else { panic!("{:?}", run.events) };
    assert_eq!(seen.id, None);
    assert!(run.begins_tls() && !run.sent.contains("chosen-by-peer"));
    assert!(run.sent.contains(&format!("id='{ID_TEXT}'")) && ID_TEXT.len() >= 22);
    assert_ne!(StreamId::from_random(ID), StreamId::from_random([0; 16]));
}

#[test]
fn stls_20_the_response_names_the_initiating_entity_as_the_rules_say() {
    let header = |service: &str, from: &str| {
        format!(
            "<stream:stream xmlns='{service}' xmlns:stream='http://etherx.jabber.org/streams' {from} \
             to='im.example.com' version='1.0'>"
        )
    };
    for (from, to) in [
        ("", ""),
        ("from='juliet@im.example.com'", " to='juliet@im.example.com'"),
        ("from='juliet@im.example.com/a/b'", " to='juliet@im.example.com'"),
        ("from='a&apos;&#10;&lt;b>'", " to='a&apos;&#10;&lt;b&gt;'"),
    ] {
        let run = server_for_clients(header("jabber:client", from));
        assert_eq!(run.sent, text(&[&response(&format!("{to} version='1.0'")), FEATURES]));
    }
    for (from, to) in [("", ""), ("from='example.net'", " to='example.net'")] {
        let run = server_in(header("jabber:server", from));
        let expected = response(&format!("{to} version='1.0'")).replace("jabber:client", "jabber:server");
        assert_eq!(run.sent, text(&[&expected, FEATURES]));
    }
}

#[test]
fn stls_21_the_version_is_the_lower_one_and_below_one_there_are_no_features() {
    for (version, answer, features) in [
        ("version='1.0'", " version='1.0'", FEATURES),
        ("version='001.00'", " version='1.0'", FEATURES),
        ("version='2.13'", " version='1.0'", FEATURES),
        ("version='0.9'", " version='0.9'", ""),
        ("", "", ""),
    ] {
        let header = HEADER.replace("version='1.0' xml", &format!("{version} xml"));
        let run = server_for_clients(text(&[&header, STARTTLS]));
        assert!(run.begins_tls());
        let response = response(&format!(" to='juliet@im.example.com'{answer}"));
        assert_eq!(run.sent, text(&[&response, features, PROCEED]));
    }
    for version in ["1", "1.x", "one", "-1.0", "1.0.0", " 1.0", ""] {
        let header = HEADER.replace("version='1.0' xml", &format!("version='{version}' xml"));
        let run = server_for_clients(&header);
        assert_eq!(run.cause().name(), "unsupported_version");
        assert_eq!(run.sent, text(&[&response(" version='1.0'"), &stream_error("unsupported-version")]));
        assert_eq!(run.events, [], "the host is not asked");
    }
}

#[test]
fn stls_22_an_unknown_domain_is_never_echoed() {
    for to in ["to='unserved.example'", ""] {
        let header = HEADER.replace("to='im.example.com'", to);
        let run = server_for_clients(text(&[&header, STARTTLS]));
        assert_eq!(run.cause(), &Cause::Declined { condition: StreamCondition::HostUnknown });
        assert_eq!(run.sent, text(&[&usual_response(), &stream_error("host-unknown")]));
        assert!(!run.sent.contains("unserved.example"));
    }
    // A server without a name of its own answers with an empty one.
    let options = AcceptingOptions {
        service: Service::C2s,
        own_name: String::new(),
        lang: Some("en".to_owned()),
        dialback: Dialback::Announced,
    };
    let mut machine = Accepting::new(options, StreamId::from_random(ID)).unwrap();
    let _ = machine.receive(HEADER.as_bytes());
    machine.decline(StreamCondition::HostGone).unwrap();
    let sent = String::from_utf8(machine.transmit()).unwrap();
    assert!(
        sent.contains(" from='' ") && sent.contains("xml:lang='en'") && sent.contains("host-gone"),
        "{sent}"
    );
    assert!(sent.contains("xmlns:db='jabber:server:dialback'"));
}

#[test]
fn stls_23_an_error_before_the_header_has_a_header_in_front() {
    for (input, condition) in [
        ("<stream:stream xmlns='jabber:client' xmlns:stream='urn:x'>", "invalid-namespace"),
        (
            "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>",
            "invalid-namespace",
        ),
        ("<html>", "invalid-namespace"),
        ("<p:a>", "not-well-formed"),
        ("hello", "not-well-formed"),
        ("\u{FEFF}<stream:stream>", "not-well-formed"),
        ("<!DOCTYPE", "restricted-xml"),
        ("<?xml version='1.0' encoding='ISO-8859-1'?>", "unsupported-encoding"),
        (
            "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'/>",
            "bad-format",
        ),
    ] {
        let run = server_for_clients(input);
        assert_eq!(run.sent, text(&[&response(" version='1.0'"), &stream_error(condition)]), "{input}");
        assert_eq!(run.events, []);
    }
}

#[test]
fn atk_st_15_tls_on_a_port_for_starttls_is_known_at_the_first_byte() {
    for input in [b"\x16\x03\x01\x02\x00".as_slice(), b"\x15\x03\x03"] {
        let run = server_for_clients(input);
        assert_eq!(run.cause(), &Cause::SpokeTls);
        assert_eq!((run.sent.as_str(), run.used), ("", 1), "XML would be garbage to it");
    }
    // Anywhere else the byte is a forbidden character.
    assert_eq!(server_for_clients("\n\u{16}").cause().name(), "not_well_formed");
}

#[test]
fn stls_25_hostile_xml_ends_the_stream() {
    for (name, bytes, cause, condition) in hostile() {
        let run = server_for_clients([HEADER.as_bytes(), &bytes].concat());
        assert_eq!(run.cause().name(), cause, "{name}");
        assert_eq!(run.sent, text(&[&usual_response(), FEATURES, &stream_error(condition)]), "{name}");
    }
}

#[test]
fn stls_27_starttls_is_known_by_its_namespace_under_any_prefix() {
    for command in [
        "<t:starttls xmlns:t='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<stream:starttls xmlns:stream='urn:ietf:params:xml:ns:xmpp-tls'></stream:starttls>",
    ] {
        assert!(server_for_clients(text(&[HEADER, command])).begins_tls());
    }
    for command in [
        "<starttls/>",
        "<starttls xmlns='urn:other'/>",
        "<starttls xmlns:t='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<stream:starttls/>",
        "<StartTLS xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<x xmlns='urn:ietf:params:xml:ns:xmpp-tls'><starttls/></x>",
    ] {
        let run = server_for_clients(text(&[HEADER, command]));
        assert_eq!(run.cause().name(), "unexpected_element", "{command}");
    }
    // The content namespace may be left to the children.
    let header = "<stream xmlns='http://etherx.jabber.org/streams' to='im.example.com' version='1.0'>";
    assert!(server_for_clients(text(&[header, STARTTLS])).begins_tls());
}

#[test]
fn stls_28_nothing_else_is_processed_before_tls() {
    for (element, condition) in [
        ("<message><body>hello</body></message>", "not-authorized"),
        ("<iq type='get' id='a'><query xmlns='jabber:iq:auth'/></iq>", "not-authorized"),
        ("<presence/>", "not-authorized"),
        ("<x xmlns='urn:x'/>", "not-authorized"),
        (
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>",
            "policy-violation",
        ),
        ("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'/>", "policy-violation"),
        ("<db:result xmlns:db='jabber:server:dialback' from='a' to='b'>key</db:result>", "policy-violation"),
        (
            "<db:verify xmlns:db='jabber:server:dialback' from='a' to='b' id='1'>key</db:verify>",
            "policy-violation",
        ),
        (
            "<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>",
            "policy-violation",
        ),
        ("<resume xmlns='urn:xmpp:sm:3' h='0' previd='x'/>", "policy-violation"),
        ("<stream:stream>", "policy-violation"),
        ("<stream:features/>", "policy-violation"),
        (PROCEED, "policy-violation"),
        ("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "policy-violation"),
    ] {
        let run = server_for_clients(text(&[HEADER, element, STARTTLS]));
        assert_eq!(run.cause().name(), "unexpected_element", "{element}");
        assert_eq!(run.sent, text(&[&usual_response(), FEATURES, &stream_error(condition)]), "{element}");
        assert_eq!(run.events.len(), 1);
    }
}

#[test]
fn stls_23_the_peers_stream_error_and_its_end_are_answered_with_the_end() {
    let error = "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>";
    let input = text(&[HEADER, error]);
    let run = server_for_clients(text(&[&input, STARTTLS]));
    let offset = input.len() as u64;
    assert_eq!(run.cause(), &Cause::StreamError { condition: StreamCondition::Reset, offset });
    assert_eq!(run.sent, text(&[&usual_response(), FEATURES, "</stream:stream>"]));
    let run = server_for_clients(text(&[HEADER, "</stream:stream>", STARTTLS]));
    assert!(matches!(run.cause(), Cause::ClosedByPeer { ending: Ending::Stream, .. }));
    assert_eq!(run.sent, text(&[&usual_response(), FEATURES, "</stream:stream>"]));
    let mut machine = accepting_machine(Service::C2s);
    machine.end_of_input();
    let cause = Cause::ClosedByPeer { ending: Ending::Transport, offset: 0 };
    assert_eq!(machine.outcome(), Some(&Outcome::Refused(cause)));
    assert_eq!(machine.transmit(), b"");
}

#[test]
fn dtls_08_the_host_sees_the_header_before_anything_is_sent() {
    let mut machine = accepting_machine(Service::C2s);
    let input = text(&[HEADER, STARTTLS]);
    assert_eq!(machine.receive(input.as_bytes()).used, HEADER.len(), "it waits behind the header");
    assert_eq!(machine.receive(STARTTLS.as_bytes()).used, 0);
    assert_eq!(machine.transmit(), b"");
    let Some(Event::HeaderSeen(header)) = machine.next_event() else { panic!() };
    assert_eq!(header.to.as_deref(), Some("im.example.com"));
    assert_eq!(header.from.as_deref(), Some("juliet@im.example.com/balcony"));
    assert_eq!((header.lang.as_deref(), header.version), (Some("en"), Some(Version::ONE)));
    assert!(!header.dialback);
    let declared = HEADER.replace("xml:lang", "xmlns:back='jabber:server:dialback' xml:lang");
    let run = server_for_clients(declared);
    assert!(matches!(&run.events[..], [Event::HeaderSeen(header)] if header.dialback));
}

#[test]
fn stls_14_answers_that_were_not_asked_for_change_nothing() {
    let mut machine = accepting_machine(Service::C2s);
    let not_asked = Err(AnswerError::NotAsked);
    assert_eq!(machine.answer("im.example.com"), not_asked);
    assert_eq!(machine.decline(StreamCondition::HostUnknown), not_asked);
    assert_eq!(machine.proceed(), not_asked);
    assert_eq!(machine.fail(), not_asked);
    assert_eq!(machine.transmit(), b"");
    let _ = machine.receive(HEADER.as_bytes());
    assert_eq!(machine.proceed(), not_asked);
    assert_eq!(machine.answer("im.\u{0}"), Err(AnswerError::IllegalText));
    machine.answer("im.example.com").unwrap();
    assert_eq!(machine.answer("im.example.com"), not_asked);
    assert_eq!(machine.decline(StreamCondition::HostUnknown), not_asked);
    // Over is over.
    machine.end_of_input();
    assert_eq!(machine.proceed(), not_asked);
    assert_eq!(machine.fail(), not_asked);
}

#[test]
fn stls_14_a_name_that_xml_cannot_carry_is_refused_at_the_start() {
    let options = |own_name: &str, lang: Option<&str>| AcceptingOptions {
        service: Service::S2s,
        own_name: own_name.to_owned(),
        lang: lang.map(str::to_owned),
        dialback: Dialback::Silent,
    };
    let id = || StreamId::from_random(ID);
    assert!(matches!(Accepting::new(options("\u{1}", None), id()), Err(IllegalText)));
    assert!(matches!(Accepting::new(options("a", Some("\u{1}")), id()), Err(IllegalText)));
    assert!(Accepting::new(options("a'<>&", Some("en")), id()).is_ok());
}
