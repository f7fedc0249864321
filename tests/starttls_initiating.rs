//! The initiating entity before TLS, each transcript cut at every place.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test that panics has failed, as it should"
)]

mod starttls_support;

use starttls_support::{Run, client, hostile, initiating, initiating_machine, server_out};
use xmpptls::name::Service;
use xmpptls::policy::StarttlsDemand;
use xmpptls::stream::{
    Behind, Cause, Construct, Ending, Event, Fault, Limit, Note, Outcome, STARTTLS, StreamCondition, Version,
};

const HEADER: &str = "<?xml version='1.0'?><stream:stream from='im.example.com' id='t7AMCin9zjMNwQKDnplntZPIDEI=' \
     version='1.0' xml:lang='en' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const FEATURES: &str = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
const PROCEED: &str = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const OWN_HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
     xmlns:stream='http://etherx.jabber.org/streams' to='im.example.com' version='1.0'>";

fn stream_error(condition: &str) -> String {
    format!(
        "<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
    )
}

fn text(parts: &[&str]) -> String {
    parts.concat()
}

fn features(run: &Run) -> &xmpptls::stream::Features {
    run.unverified.features.as_ref().unwrap()
}

#[test]
fn stls_01_the_dialogue_of_rfc_6120_leads_to_tls() {
    let input = text(&[HEADER, FEATURES, PROCEED]);
    let run = client(&input);
    assert_eq!(run.outcome, Some(Outcome::BeginTls { offset: input.len() as u64 }));
    assert_eq!(run.used, input.len());
    assert_eq!(run.sent, text(&[OWN_HEADER, STARTTLS]));
    assert_eq!(run.notes, []);
    assert!(matches!(run.events[..], [Event::HeaderSeen(_), Event::FeaturesSeen(_)]));
}

#[test]
fn stls_02_starttls_is_sent_although_it_is_not_offered() {
    // ATK-ST-01, ATK-ST-02 and ATK-ST-04: nothing but the command leaves, whatever is offered instead.
    for features in [
        "<stream:features/>",
        "<stream:features></stream:features>",
        "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>\
         <mechanism>EXTERNAL</mechanism></mechanisms></stream:features>",
        "<stream:features><starttls xmlns='urn:other'><required/></starttls></stream:features>",
        "<stream:features><compression xmlns='http://jabber.org/features/compress'><method>zlib</method>\
         </compression><dialback xmlns='urn:xmpp:features:dialback'/></stream:features>",
    ] {
        let run = client(text(&[HEADER, features, PROCEED]));
        assert!(run.begins_tls(), "{features}");
        assert_eq!(run.sent, text(&[OWN_HEADER, STARTTLS]));
        assert_eq!(run.notes, [Note::StarttlsNotOffered]);
        assert!(!run.unverified.features.unwrap().tls_offered);
    }
}

#[test]
fn stls_02_an_offer_without_required_beside_others_is_noted_and_taken() {
    let offer = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\
                 <register xmlns='http://jabber.org/features/iq-register'/></stream:features>";
    let run = client(text(&[HEADER, offer, PROCEED]));
    assert!(run.begins_tls());
    assert_eq!(run.sent, text(&[OWN_HEADER, STARTTLS]));
    assert_eq!(run.notes, [Note::StarttlsNotRequired]);
    assert!(features(&run).tls_offered && !features(&run).tls_mandatory());
}

#[test]
fn stls_03_required_or_a_lone_starttls_is_mandatory() {
    let lone = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>";
    let run = client(text(&[HEADER, lone, PROCEED]));
    assert!(features(&run).tls_mandatory() && !features(&run).tls_required);
    let required = "<stream:features><x xmlns='urn:x'/><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>\
                    <required/></starttls></stream:features>";
    let run = client(text(&[HEADER, required, PROCEED]));
    assert!(features(&run).tls_mandatory() && features(&run).tls_required);
    // Required by another namespace, or of another feature, is not required.
    let other = "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><required xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></bind>\
                 <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required xmlns='urn:x'/></starttls></stream:features>";
    let run = client(text(&[HEADER, other, PROCEED]));
    assert!(features(&run).tls_offered && !features(&run).tls_mandatory());
}

#[test]
fn atk_st_03_a_server_insists_on_tls_like_a_client() {
    let header = HEADER
        .replace("jabber:client", "jabber:server")
        .replace("version='1.0' xml", "version='1.0' to='example.net' xml");
    let input = text(&[&header, "<stream:features/>", PROCEED]);
    let run = server_out(&input);
    assert!(run.begins_tls());
    assert_eq!(
        run.sent,
        text(&[
            "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' \
             xmlns:db='jabber:server:dialback' to='im.example.com' from='example.net' version='1.0'>",
            STARTTLS
        ])
    );
    assert_eq!(run.notes, [Note::StarttlsNotOffered]);
}

#[test]
fn stls_05_failure_ends_the_stream() {
    let failure = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    for tail in ["", PROCEED, "</stream:stream>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"] {
        // ATK-ST-08: `<proceed/>` behind `<failure/>` changes nothing.
        let run = client(text(&[HEADER, FEATURES, failure, tail]));
        let offset = (HEADER.len() + FEATURES.len() + failure.len()) as u64;
        assert_eq!(run.cause(), &Cause::TlsFailed { offset });
        assert_eq!(run.sent, text(&[OWN_HEADER, STARTTLS, "</stream:stream>"]));
    }
}

#[test]
fn stls_06_the_offset_is_right_in_every_spelling_of_proceed() {
    for proceed in [
        PROCEED,
        "<proceed xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\" />",
        "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'></proceed>",
        "<proceed\n\txmlns = 'urn:ietf:params:xml:ns:xmpp-tls'\n></proceed\n>",
        "<x:proceed xmlns:x='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<x:proceed xmlns:x='urn:ietf:params:xml:ns:xmpp-tls'></x:proceed>",
        "<é:proceed xmlns:é='urn:&#105;etf:params:xml:ns:xmpp-tls' é:x='&lt;&amp;' xml:lang='日本'/>",
    ] {
        let input = text(&[HEADER, FEATURES, proceed]);
        let run = client(&input);
        assert_eq!(run.offset(), input.len() as u64, "{proceed}");
        assert_eq!(run.notes, []);
    }
}

#[test]
fn stls_07_white_space_before_proceed_is_noted() {
    for proceed in [
        "\n<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        " \t\r\n<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'> </proceed>",
    ] {
        let run = client(text(&[HEADER, FEATURES, proceed]));
        assert!(run.begins_tls());
        assert_eq!(run.notes, [Note::WhitespaceBeforeProceed]);
    }
    // White space keepalives before the command are nobody's business.
    assert_eq!(client(text(&[HEADER, "\n \n", FEATURES, PROCEED])).notes, []);
}

#[test]
fn stls_09_bytes_behind_proceed_are_refused() {
    // ATK-ST-07.
    let long = "x".repeat(65_536);
    for injected in ["\n", " ", "x", "\u{16}\u{3}\u{1}", "<message/>", FEATURES, HEADER, PROCEED, &long] {
        let clean = text(&[HEADER, FEATURES, PROCEED]);
        let run = client(text(&[&clean, injected]));
        let offset = clean.len() as u64 + 1;
        assert_eq!(run.cause(), &Cause::InjectedPlaintext { behind: Behind::Proceed, offset });
        assert_eq!(run.used, clean.len(), "not one injected byte is taken");
        assert_eq!(run.sent, text(&[OWN_HEADER, STARTTLS]), "nothing more is sent");
    }
}

#[test]
fn stls_09_what_was_not_sent_is_taken_back_when_bytes_are_injected() {
    let mut machine = initiating_machine(Service::C2s, StarttlsDemand::Require);
    let input = text(&[&HEADER.replace("version='1.0' ", ""), PROCEED, "<message/>"]);
    assert!(machine.receive(input.as_bytes()).used < input.len());
    assert_eq!(machine.transmit(), b"");
}

#[test]
fn stls_10_what_the_peer_said_is_kept_apart() {
    let run = client(text(&[HEADER, FEATURES, PROCEED]));
    let header = run.unverified.header.unwrap();
    assert_eq!(header.from.as_deref(), Some("im.example.com"));
    assert_eq!(header.id.as_deref(), Some("t7AMCin9zjMNwQKDnplntZPIDEI="));
    assert_eq!(header.lang.as_deref(), Some("en"));
    assert_eq!((header.to, header.version, header.dialback), (None, Some(Version::ONE), false));
    let features = run.unverified.features.unwrap();
    assert_eq!(features.names[0].to_string(), "{urn:ietf:params:xml:ns:xmpp-tls}starttls");
    assert_eq!((features.count, features.tls_offered, features.tls_required), (1, true, true));
}

#[test]
fn stls_16_another_attempt_in_clear_needs_the_demand_and_an_orderly_refusal() {
    let allow = StarttlsDemand::TryThenAllowPlaintext;
    for (demand, tail, may_retry) in [
        (allow, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", true),
        (allow, "</stream:stream>", true),
        (allow, "<message/>", false),
        (allow, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>injected", false),
        (StarttlsDemand::Require, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", false),
        (StarttlsDemand::Require, "</stream:stream>", false),
    ] {
        let mut machine = initiating_machine(Service::C2s, demand);
        let _ = machine.receive(text(&[HEADER, FEATURES, tail]).as_bytes());
        assert_eq!(machine.may_retry_in_clear(), may_retry, "{demand:?} {tail}");
    }
}

#[test]
fn stls_20_missing_and_odd_addresses_are_noted() {
    let sole = |from: &str| {
        format!(
            "<stream:stream {from} version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
        )
    };
    for (attributes, notes) in [
        ("from='im.example.com' id='a'", vec![]),
        ("from='IM.Example.com' id='a'", vec![]),
        ("from='evil.example' id='a'", vec![Note::ResponseFromDiffers]),
        ("id='a'", vec![Note::ResponseFromMissing]),
        ("from='im.example.com'", vec![Note::ResponseIdMissing]),
        ("from='im.example.com' id='a' to='juliet@im.example.com'", vec![Note::ResponseToDiffers]),
    ] {
        let run = client(text(&[&sole(attributes), FEATURES, PROCEED]));
        assert!(run.begins_tls());
        assert_eq!(run.notes, notes, "{attributes}");
    }
}

#[test]
fn stls_21_a_header_without_version_is_answered_with_the_command() {
    for (version, notes) in [
        ("", vec![Note::VersionBelowOne]),
        ("version='0.9' ", vec![Note::VersionBelowOne]),
        ("version='00.99' ", vec![Note::VersionBelowOne]),
        ("version='one' ", vec![Note::VersionMalformed, Note::VersionBelowOne]),
    ] {
        let header = HEADER.replace("version='1.0' xml", &format!("{version}xml"));
        let run = client(text(&[&header, PROCEED]));
        assert!(run.begins_tls());
        assert_eq!(run.notes, notes);
        assert_eq!(run.sent, text(&[OWN_HEADER, STARTTLS]));
        // Features that come all the same are read, and the command is not sent twice.
        let run = client(text(&[&header, FEATURES, PROCEED]));
        assert!(run.begins_tls());
        assert_eq!(run.sent, text(&[OWN_HEADER, STARTTLS]));
        assert!(run.unverified.features.unwrap().tls_required);
        // A server that knows no TLS closes the stream.
        let run = client(text(&[&header, "</stream:stream>"]));
        assert!(matches!(run.cause(), Cause::TlsUnavailable { ending: Ending::Stream, .. }));
    }
    for version in ["1.0", "01.00", "1.1", "2.0", "12.3"] {
        let header = HEADER.replace("version='1.0' xml", &format!("version='{version}' xml"));
        let run = client(text(&[&header, FEATURES, PROCEED]));
        assert!(run.begins_tls());
        assert_eq!(run.notes, []);
    }
}

#[test]
fn stls_21_the_end_of_the_transport_is_tls_unavailable() {
    for input in ["", "<?xml", HEADER, &text(&[HEADER, FEATURES]), &text(&[HEADER, FEATURES, "<proc"])] {
        let mut machine = initiating_machine(Service::C2s, StarttlsDemand::Require);
        let _ = machine.receive(input.as_bytes());
        machine.end_of_input();
        let offset = input.len() as u64;
        let cause = Cause::TlsUnavailable { ending: Ending::Transport, offset };
        assert_eq!(machine.outcome(), Some(&Outcome::Refused(cause)));
        assert_eq!(machine.transmit(), b"", "nobody is left to read it");
    }
}

#[test]
fn stls_23_the_peers_stream_error_is_read_by_its_condition() {
    let error = |children: &str| text(&[HEADER, "<stream:error>", children, "</stream:error>"]);
    let ns = "xmlns='urn:ietf:params:xml:ns:xmpp-streams'";
    for (children, condition) in [
        (format!("<host-unknown {ns}/>"), StreamCondition::HostUnknown),
        (format!("<text {ns}>reset</text><reset {ns}/>"), StreamCondition::Reset),
        (format!("<policy-violation {ns}/><x xmlns='urn:x'><y/></x>"), StreamCondition::PolicyViolation),
        (format!("<all-is-well {ns}/>"), StreamCondition::UndefinedCondition),
        ("<host-unknown/>".to_owned(), StreamCondition::UndefinedCondition),
        (String::new(), StreamCondition::UndefinedCondition),
    ] {
        let input = error(&children);
        let run = client(&input);
        assert_eq!(run.cause(), &Cause::StreamError { condition, offset: input.len() as u64 });
        assert_eq!(run.sent, text(&[OWN_HEADER, "</stream:stream>"]));
    }
    // In the answer's place, it is no answer.
    let run = client(text(&[HEADER, FEATURES, "<stream:error/>", PROCEED]));
    assert_eq!(run.cause().name(), "stream_error");
}

#[test]
fn stls_24_a_redirect_before_tls_is_refused_and_reported() {
    let redirect = |host: &str| {
        client(text(&[
            HEADER,
            "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>",
            host,
            "</see-other-host></stream:error></stream:stream>",
        ]))
    };
    let run = redirect(" [2001:db8::1]:&#53;222\n");
    let Cause::Redirected { host, .. } = run.cause() else { panic!("{:?}", run.cause()) };
    assert_eq!(host.as_str(), "[2001:db8::1]:5222");
    assert_eq!(run.sent, text(&[OWN_HEADER, "</stream:stream>"]));
    let more = "b.example</see-other-host><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>moved</text><see-other-host>c";
    let Cause::Redirected { host, .. } = redirect(more).cause().clone() else { panic!() };
    assert_eq!(host.as_str(), "b.example");
    let run = redirect(&"\u{202E}é".repeat(200));
    let Cause::Redirected { host, .. } = run.cause() else { panic!("{:?}", run.cause()) };
    assert!(host.is_cut() && host.to_string().trim_end_matches('…').is_ascii(), "{host}");
    assert!(host.to_string().starts_with("\\u{202e}\\u{e9}"));
    assert_eq!(host.as_str().chars().count(), 80);
}

#[test]
fn stls_25_hostile_xml_ends_the_stream_wherever_it_stands() {
    for (name, bytes, cause, condition) in hostile() {
        for front in [HEADER.to_owned(), text(&[HEADER, FEATURES])] {
            let run = client([front.as_bytes(), &bytes].concat());
            assert_eq!(run.cause().name(), cause, "{name}");
            assert!(run.sent.ends_with(&stream_error(condition)), "{name}: {}", run.sent);
            // `<proceed/>` behind it helps nobody.
            let with_proceed = [front.as_bytes(), &bytes, PROCEED.as_bytes()].concat();
            assert_eq!(client(with_proceed), Run { ..run }, "{name}");
        }
    }
}

#[test]
fn stls_25_forbidden_xml_is_refused_at_the_byte_that_shows_it() {
    for (bytes, construct) in [
        ("<!", Construct::Declaration),
        ("<?", Construct::ProcessingInstruction),
        ("&x", Construct::Entity),
        ("&lo", Construct::Entity),
        ("&quotx", Construct::Entity),
    ] {
        let input = text(&[HEADER, bytes]);
        let offset = input.len() as u64;
        assert_eq!(client(&input).cause(), &Cause::RestrictedXml { construct, offset });
        // One byte less is not refused yet.
        assert_eq!(client(&input[..input.len() - 1]).outcome, None);
    }
}

#[test]
fn stls_25_the_five_entities_and_character_references_are_read() {
    let header = HEADER
        .replace("id='t7AMCin9zjMNwQKDnplntZPIDEI='", "id='&lt;&gt;&amp;&apos;&quot;&#65;&#x000042;\n&#10;'");
    let run = client(text(&[&header, FEATURES, PROCEED]));
    assert!(run.begins_tls());
    assert_eq!(run.unverified.header.unwrap().id.as_deref(), Some("<>&'\"AB \n"));
}

#[test]
fn stls_25_nothing_but_a_stream_may_come_first() {
    let malformed = |fault| move |offset: usize| Cause::NotWellFormed { fault, offset: offset as u64 };
    for (input, cause) in [
        ("HTTP/1.1 400", malformed(Fault::TextOutside)(1)),
        ("\u{FEFF}<stream:stream", malformed(Fault::TextOutside)(3)),
        ("&#32;", malformed(Fault::TextOutside)(5)),
        ("</stream:stream>", malformed(Fault::Nesting)(16)),
        (
            " <?xml version='1.0'?>",
            Cause::RestrictedXml { construct: Construct::ProcessingInstruction, offset: 3 },
        ),
        ("<?xml-stylesheet", Cause::RestrictedXml { construct: Construct::ProcessingInstruction, offset: 6 }),
        ("<!DOCTYPE", Cause::RestrictedXml { construct: Construct::Declaration, offset: 2 }),
        ("<\0s\0", malformed(Fault::Character)(2)),
        ("\u{15}", Cause::SpokeTls),
        ("\u{16}\u{3}\u{1}", Cause::SpokeTls),
    ] {
        let run = client(input);
        assert_eq!(run.cause(), &cause, "{input:?}");
    }
    // White space before the root is well-formed.
    assert!(client(text(&["\r\n", &HEADER[21..], FEATURES, PROCEED])).begins_tls());
}

#[test]
fn stls_26_other_encodings_are_refused() {
    let utf_16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_mark = [b"\xFF\xFE".as_slice(), &utf_16].concat();
    for (input, offset) in [
        (with_mark, 1),
        (b"\xFE\xFF\0<".to_vec(), 1),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?>".to_vec(), 43),
        (b"<?xml version='1.0' encoding='UTF-16'?>".to_vec(), 39),
    ] {
        let run = client(input);
        assert_eq!(run.cause(), &Cause::UnsupportedEncoding { offset });
        assert!(run.sent.ends_with(&stream_error("unsupported-encoding")));
    }
}

#[test]
fn stls_26_xml_declarations_are_read_strictly() {
    for declaration in [
        "",
        "<?xml version='1.0' ?>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<?xml version='1.0' encoding='utf-8' standalone='yes'?>",
        "<?xml version='1.0' standalone='no'?>\n",
        "<?xml\nversion = '1.1'\n?>",
    ] {
        assert!(client(text(&[declaration, &HEADER[21..], FEATURES, PROCEED])).begins_tls(), "{declaration}");
    }
    for declaration in [
        "<?xml ?>",
        "<?xml encoding='UTF-8'?>",
        "<?xml version='2.0'?>",
        "<?xml version='1.'?>",
        "<?xml version='1.0' standalone='maybe'?>",
        "<?xml version='1.0' standalone='yes' encoding='UTF-8'?>",
        "<?xml version='1.0' version='1.0'?>",
        "<?xml version='1.0' x='y'?>",
        "<?xml version='1.0'>",
        "<?xml version='1.0'/>",
        "<?xml version='1.0'? >",
        "<?xml version='1.0'encoding='UTF-8'?>",
    ] {
        let run = client(text(&[declaration, &HEADER[21..], FEATURES, PROCEED]));
        assert_eq!(run.cause().name(), "not_well_formed", "{declaration}");
    }
}

#[test]
fn stls_27_elements_are_known_by_their_namespace_under_any_prefix() {
    let run = client(
        "<s xmlns='http://etherx.jabber.org/streams' version='1.0' from='im.example.com' id='1'><features>\
         <t:starttls xmlns:t='urn:ietf:params:xml:ns:xmpp-tls'><t:required/></t:starttls></features>"
            .replace("<s ", "<stream ")
            + "<t:proceed xmlns:t='urn:ietf:params:xml:ns:xmpp-tls'/>",
    );
    assert!(run.begins_tls());
    assert!(features(&run).tls_required);
    // ATK-ST-08: the right words in the wrong namespace.
    for answer in [
        "<proceed xmlns='urn:other'/>",
        "<proceed/>",
        "<proceed xmlns=''/>",
        "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls '/>",
        "<proceed xmlns='URN:ietf:params:xml:ns:xmpp-tls'/>",
        "<proceed xmlns:t='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<stream:proceed/>",
        "<Proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<t:proceed xmlns:t='urn:ietf:params:xml:ns:xmpp-tls' xmlns='urn:ietf:params:xml:ns:xmpp-tls'><x/></t:proceed>",
    ] {
        let run = client(text(&[HEADER, FEATURES, answer]));
        assert_eq!(run.cause().name(), "unexpected_element", "{answer}");
    }
}

#[test]
fn stls_27_the_root_is_a_stream_of_the_right_service() {
    let streams = "xmlns:stream='http://etherx.jabber.org/streams'";
    for (root, cause, condition) in [
        (
            "<stream:stream xmlns='jabber:client' xmlns:stream='urn:x'>".to_owned(),
            "invalid_namespace",
            "invalid-namespace",
        ),
        ("<stream xmlns='jabber:client'>".to_owned(), "invalid_namespace", "invalid-namespace"),
        ("<html>".to_owned(), "invalid_namespace", "invalid-namespace"),
        (
            format!("<stream:stream xmlns='jabber:server' {streams}>"),
            "invalid_namespace",
            "invalid-namespace",
        ),
        (format!("<stream:flow xmlns='jabber:client' {streams}>"), "unexpected_element", "bad-format"),
        (format!("<stream:stream xmlns='jabber:client' {streams}/>"), "unexpected_element", "bad-format"),
    ] {
        let run = client(&root);
        assert_eq!(run.cause().name(), cause, "{root}");
        assert_eq!(run.sent, text(&[OWN_HEADER, &stream_error(condition)]));
    }
}

#[test]
fn atk_st_10_nothing_but_proceed_is_an_answer() {
    let answers = [
        // PREAUTH's kin: success, resumption, binding, before TLS.
        ("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", StreamCondition::PolicyViolation),
        (
            "<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>a@b</authorization-identifier></success>",
            StreamCondition::PolicyViolation,
        ),
        ("<resumed xmlns='urn:xmpp:sm:3' h='1' previd='x'/>", StreamCondition::PolicyViolation),
        ("<compressed xmlns='http://jabber.org/protocol/compress'/>", StreamCondition::PolicyViolation),
        ("<db:result xmlns:db='jabber:server:dialback' type='valid'/>", StreamCondition::PolicyViolation),
        ("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", StreamCondition::PolicyViolation),
        ("<stream:stream>", StreamCondition::PolicyViolation),
        ("<message><body>hello</body></message>", StreamCondition::NotAuthorized),
        ("<iq type='result'/>", StreamCondition::NotAuthorized),
    ];
    for (answer, condition) in answers {
        for front in [HEADER.to_owned(), text(&[HEADER, FEATURES])] {
            let run = client(text(&[&front, answer, PROCEED]));
            let Cause::UnexpectedElement { condition: sent, .. } = run.cause() else {
                panic!("{answer}: {:?}", run.cause())
            };
            assert_eq!(*sent, condition, "{answer}");
            assert!(run.sent.ends_with(&stream_error(condition.name())));
        }
    }
    // ATK-ST-02: features twice.
    let run = client(text(&[HEADER, FEATURES, FEATURES, PROCEED]));
    assert_eq!(run.cause().name(), "unexpected_element");
}

#[test]
fn atk_st_08_proceed_without_having_been_asked_is_refused() {
    let run = client(text(&[HEADER, PROCEED]));
    assert_eq!(run.cause().name(), "unexpected_element");
    assert_eq!(run.sent, text(&[OWN_HEADER, &stream_error("policy-violation")]));
    let run = client(PROCEED);
    assert_eq!(run.cause().name(), "invalid_namespace");
    // Inside the features it is a feature, and no answer.
    let inside = text(&[HEADER, "<stream:features>", PROCEED, "</stream:features>"]);
    assert_eq!(client(&inside).outcome, None);
}

#[test]
fn stls_30_input_before_tls_is_limited_to_10_000_bytes() {
    let filled = |length: usize| {
        let padding = " ".repeat(length - HEADER.len() - FEATURES.len() - PROCEED.len());
        text(&[HEADER, &padding, FEATURES, PROCEED])
    };
    assert_eq!(client(filled(10_000)).offset(), 10_000);
    let run = client(filled(10_001));
    assert_eq!(run.cause(), &Cause::LimitExceeded { limit: Limit::Bytes, offset: 10_001 });
    assert_eq!(run.sent, text(&[OWN_HEADER, STARTTLS, &stream_error("policy-violation")]));
    // Header attributes of 10,001 bytes.
    let header = HEADER.replace("xml:lang='en'", &format!("xml:lang='{}'", "x".repeat(10_001)));
    assert_eq!(client(&header).cause(), &Cause::LimitExceeded { limit: Limit::Bytes, offset: 10_001 });
}

#[test]
fn stls_30_attributes_and_depth_have_limits() {
    let attributes = |count: usize| (0..count).map(|n| format!(" a{n}=''")).collect::<String>();
    let features = |count: usize| format!("<stream:features><x{}/></stream:features>", attributes(count));
    assert!(client(text(&[HEADER, &features(32), PROCEED])).begins_tls());
    let run = client(text(&[HEADER, &features(33), PROCEED]));
    assert!(matches!(run.cause(), Cause::LimitExceeded { limit: Limit::Attributes, .. }));
    let nested = |inner: &str| format!("<stream:features><x><y>{inner}</y></x></stream:features>");
    assert!(client(text(&[HEADER, &nested(""), PROCEED])).begins_tls());
    let run = client(text(&[HEADER, &nested("<z/>"), PROCEED]));
    assert!(matches!(run.cause(), Cause::LimitExceeded { limit: Limit::Depth, .. }));
}

#[test]
fn stls_30_of_many_features_the_first_are_kept() {
    let many: String = (0..300).map(|n| format!("<f{n} xmlns='urn:x'/>")).collect();
    let run = client(text(&[HEADER, "<stream:features>", &many, "</stream:features>", PROCEED]));
    assert!(run.begins_tls());
    assert_eq!((features(&run).count, features(&run).names.len()), (300, 32));
}

#[test]
fn sec_10_a_prefix_of_a_good_dialogue_has_no_outcome() {
    let input = text(&[HEADER, FEATURES, PROCEED]);
    for length in 0..input.len() {
        let mut machine = initiating_machine(Service::C2s, StarttlsDemand::Require);
        assert_eq!(machine.receive(&input.as_bytes()[..length]).used, length);
        assert_eq!(machine.outcome(), None);
    }
}

#[test]
fn stls_12_the_demands_differ_in_nothing_that_is_sent() {
    let input = text(&[HEADER, "<stream:features/>", PROCEED]);
    let tried = initiating(Service::C2s, StarttlsDemand::TryThenAllowPlaintext, input.as_bytes());
    assert_eq!(tried, client(&input));
}
