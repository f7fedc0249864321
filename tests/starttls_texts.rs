//! Headers, features and errors as text: what a host writes before and inside TLS.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

use std::collections::HashSet;

use xmpptls::name::Service;
use xmpptls::stream::{
    Dialback, Disclosure, FAILURE, Header, HeaderError, IllegalText, InitialHeader, PROCEED, ResponseHeader,
    STARTTLS, STARTTLS_REQUIRED, STREAM_END, Stage, StreamCondition, StreamId, Version, dialback_feature,
    features, stream_error,
};

const CLIENT: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'";
const SERVER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'";

fn initial(service: Service, from: Option<&'static str>) -> InitialHeader<'static> {
    InitialHeader {
        service,
        to: "im.example.com",
        from,
        lang: None,
        dialback: Dialback::Silent,
        disclosure: Disclosure::KeepPrivate,
    }
}

#[test]
fn stls_18_a_client_shows_its_address_inside_tls_only() {
    let header = initial(Service::C2s, Some("juliet@im.example.com"));
    let with = format!("{CLIENT} to='im.example.com' from='juliet@im.example.com' version='1.0'>");
    let without = format!("{CLIENT} to='im.example.com' version='1.0'>");
    assert_eq!(header.text(Stage::Clear).unwrap(), without);
    assert_eq!(header.text(Stage::Encrypted).unwrap(), with);
    let revealing = InitialHeader { disclosure: Disclosure::RevealInClear, ..header };
    assert_eq!(revealing.text(Stage::Clear).unwrap(), with);
    assert_eq!(initial(Service::C2s, None).text(Stage::Encrypted).unwrap(), without);
}

#[test]
fn stls_18_a_server_must_say_who_it_is_inside_tls() {
    let anonymous = initial(Service::S2s, None);
    assert_eq!(anonymous.text(Stage::Clear).unwrap(), format!("{SERVER} to='im.example.com' version='1.0'>"));
    assert_eq!(anonymous.text(Stage::Encrypted), Err(HeaderError::FromMissing));
    assert_eq!(initial(Service::S2s, Some("")).text(Stage::Encrypted), Err(HeaderError::FromMissing));
    let named = format!("{SERVER} to='im.example.com' from='example.net' version='1.0'>");
    for stage in [Stage::Clear, Stage::Encrypted] {
        assert_eq!(initial(Service::S2s, Some("example.net")).text(stage).unwrap(), named);
    }
}

#[test]
fn stls_18_to_is_always_there() {
    let header = InitialHeader { to: "", ..initial(Service::C2s, None) };
    assert_eq!(header.text(Stage::Clear), Err(HeaderError::ToMissing));
    assert_eq!(header.text(Stage::Encrypted), Err(HeaderError::ToMissing));
}

#[test]
fn dna_12_dialback_is_announced_under_the_one_prefix_when_it_is_allowed() {
    let header =
        InitialHeader { dialback: Dialback::Announced, ..initial(Service::S2s, Some("example.net")) };
    assert!(header.text(Stage::Clear).unwrap().contains(" xmlns:db='jabber:server:dialback' "));
    let header = InitialHeader { dialback: Dialback::Silent, ..header };
    assert!(!header.text(Stage::Clear).unwrap().contains("dialback"));
    assert_eq!(dialback_feature(), "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>");
}

#[test]
fn stls_25_whatever_a_host_passes_is_escaped_or_refused() {
    let header = InitialHeader { to: "a'/><x>&\"\r\n\t", lang: Some("é"), ..initial(Service::C2s, None) };
    assert_eq!(
        header.text(Stage::Clear).unwrap(),
        format!("{CLIENT} to='a&apos;/&gt;&lt;x&gt;&amp;&quot;&#13;&#10;&#9;' version='1.0' xml:lang='é'>")
    );
    for illegal in ["\0", "\u{1b}", "\u{FFFE}"] {
        let header = InitialHeader { to: illegal, ..initial(Service::C2s, None) };
        assert_eq!(header.text(Stage::Clear), Err(HeaderError::IllegalText));
        let header = InitialHeader { lang: Some(illegal), ..initial(Service::C2s, None) };
        assert_eq!(header.text(Stage::Clear), Err(HeaderError::IllegalText));
        assert_eq!(stream_error(StreamCondition::Reset, Some(illegal)), Err(IllegalText));
    }
}

#[test]
fn stls_20_the_response_header_has_from_and_id_and_the_right_to() {
    let id = StreamId::from_random(*b"0123456789abcdef");
    let said = Header {
        to: Some("im.example.com".to_owned()),
        from: Some("juliet@im.example.com/balcony".to_owned()),
        id: Some("ignored".to_owned()),
        lang: None,
        version: Some(Version { major: 1, minor: 5 }),
        dialback: false,
    };
    let silent = Header { from: None, version: None, ..said.clone() };
    let fixed = "from='im.example.com' id='30313233343536373839616263646566'";
    for (service, start, initial, tail) in [
        (Service::C2s, CLIENT, Some(&said), " to='juliet@im.example.com' version='1.0' xml:lang='en'"),
        (Service::C2s, CLIENT, Some(&silent), " xml:lang='en'"),
        (
            Service::S2s,
            SERVER,
            Some(&said),
            " to='juliet@im.example.com/balcony' version='1.0' xml:lang='en'",
        ),
        (Service::S2s, SERVER, None, " version='1.0' xml:lang='en'"),
    ] {
        let header = ResponseHeader {
            service,
            from: "im.example.com",
            id: &id,
            lang: Some("en"),
            dialback: Dialback::Silent,
            initial,
        };
        assert_eq!(header.text().unwrap(), format!("{start} {fixed}{tail}>"));
    }
}

#[test]
fn stls_19_every_random_draw_makes_an_id_of_its_own() {
    let ids: HashSet<_> = (0..100_000_u128).map(|draw| StreamId::from_random(draw.to_be_bytes())).collect();
    assert_eq!(ids.len(), 100_000);
    assert!(
        ids.iter().all(|id| id.as_str().len() == 32 && id.as_str().bytes().all(|b| b.is_ascii_hexdigit()))
    );
}

#[test]
fn stls_04_the_fixed_texts_are_those_of_rfc_6120() {
    assert_eq!(STARTTLS, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    assert_eq!(PROCEED, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    assert_eq!(
        [FAILURE, STREAM_END].concat(),
        "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"
    );
    assert_eq!(
        features(STARTTLS_REQUIRED),
        "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"
    );
    assert_eq!(features(""), "<stream:features></stream:features>");
}
