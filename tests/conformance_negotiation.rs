//! What is said before TLS and in the client hello, through whole connections (RFC 6120 §5, XEP-0368).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{Issued, leaf, root};
use support::pair::{Pair, context, credentials, feed, now, transmitted};
use support::scene::target;
use xmpptls::connection::{
    CallError, Cause, Choice, Connection, Context, Event, Phase, ServerName, Time, TimeLimit,
};
use xmpptls::name::{Direction, Domain, Service, Transport};
use xmpptls::numbers::CauseCode;
use xmpptls::parameter::Alert;
use xmpptls::policy::Preset;
use xmpptls::record::Dnssec;
use xmpptls::tls::Hello;
use xmpptls::verification::{Request, Verification};

const DOMAIN: &str = "im.example.com";

struct World {
    client: Context,
    server: Context,
}

fn world_of(names: &[&str], own: &Issued, ca: &Issued, settings: &[(&str, &str)]) -> World {
    World {
        client: context(Preset::C2sClient2026, &[ca], None, settings),
        server: context(Preset::C2sServer2026, &[], Some(credentials(names, &[own])), &[]),
    }
}

fn world(settings: &[(&str, &str)]) -> World {
    let ca = root();
    world_of(&[DOMAIN], &leaf().dns(DOMAIN).signed_by(&ca), &ca, settings)
}

/// The client hello of a client with this context, to this domain, after set-up calls.
fn hello(client: &Context, transport: Transport, domain: &str, set: impl FnOnce(&mut Connection)) -> Hello {
    let world = world(&[]);
    let mut pair = Pair::new(client, &world.server, transport, domain);
    set(&mut pair.client);
    pair.server.set_stop_at_client_hello(true).unwrap();
    pair.run();
    assert!(pair.server_events.contains(&Event::ClientHello));
    pair.server.client_hello().unwrap().clone()
}

/// What passes in the clear between the two ends, until the client's first record of TLS.
fn clear_text(world: &World) -> (String, String) {
    let mut pair = Pair::new(&world.client, &world.server, Transport::Starttls, DOMAIN);
    let (mut there, mut back) = (String::new(), String::new());
    loop {
        let bytes = transmitted(&mut pair.client);
        if bytes.first() == Some(&22) {
            return (there, back);
        }
        there.push_str(std::str::from_utf8(&bytes).unwrap());
        feed(&mut pair.server, &bytes, &mut Vec::new(), usize::MAX);
        let bytes = transmitted(&mut pair.server);
        back.push_str(std::str::from_utf8(&bytes).unwrap());
        feed(&mut pair.client, &bytes, &mut Vec::new(), usize::MAX);
    }
}

#[test]
fn stls_11_neither_end_closes_the_stream_before_tls() {
    let (there, back) = clear_text(&world(&[]));
    assert!(there.ends_with(xmpptls::stream::STARTTLS), "{there}");
    assert!(back.ends_with(xmpptls::stream::PROCEED), "{back}");
    assert!(!there.contains("</stream:stream") && !back.contains("</stream:stream"));
}

#[test]
fn stls_12_dtls_04_nothing_of_starttls_is_said_with_direct_tls() {
    let world = world(&[]);
    let mut pair = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    assert!(transmitted(&mut pair.server).is_empty());
    pair.run();
    assert_eq!(pair.client.phase(), Phase::Open);
    assert_eq!((pair.client_read.len(), pair.server_read.len()), (0, 0));
    assert!(pair.client.unverified().is_none());
}

#[test]
fn stls_13_what_was_written_early_passes_only_behind_a_verdict() {
    let ca = root();
    for (name, arrives) in [(DOMAIN, true), ("other.example", false)] {
        let world = world_of(&[DOMAIN], &leaf().dns(name).signed_by(&ca), &ca, &[]);
        let mut pair = Pair::new(&world.client, &world.server, Transport::Starttls, DOMAIN);
        assert_eq!(pair.client.write(now(), b"<auth/>").unwrap(), 7);
        pair.run();
        assert_eq!(pair.server_read, if arrives { &b"<auth/>"[..] } else { &[] }, "{name}");
    }
}

#[test]
fn stls_15_a_refusal_behind_starttls_is_an_alert_and_no_xml() {
    let ca = root();
    let world = world_of(&[DOMAIN], &leaf().dns("other.example").signed_by(&ca), &ca, &[]);
    let mut pair = Pair::new(&world.client, &world.server, Transport::Starttls, DOMAIN);
    let mut last = Vec::new();
    for _ in 0..8 {
        let bytes = transmitted(&mut pair.client);
        if !bytes.is_empty() {
            last.clone_from(&bytes);
        }
        feed(&mut pair.server, &bytes, &mut pair.server_read, usize::MAX);
        let bytes = transmitted(&mut pair.server);
        feed(&mut pair.client, &bytes, &mut pair.client_read, usize::MAX);
    }
    assert_eq!(pair.client.cause(), Some(&Cause::PeerRefused));
    assert_eq!(pair.server.cause().unwrap().code(), CauseCode::CertificateRejected);
    assert!(!last.windows(7).any(|part| part == b"</strea") && pair.server_read.is_empty());
    assert!(transmitted(&mut pair.client).is_empty());
}

#[test]
fn dtls_05_the_server_name_is_the_domain_in_ascii_and_never_an_address() {
    let ca = root();
    let client = context(Preset::C2sClient2026, &[&ca], None, &[]);
    for (domain, expected) in [
        ("bücher.example", Some("xn--bcher-kva.example")),
        ("Example.COM.", Some("example.com")),
        ("192.0.2.1", None),
        ("[2001:db8::1]", None),
    ] {
        let hello = hello(&client, Transport::DirectTls, domain, |_| ());
        assert_eq!(hello.server_name.as_deref(), expected, "{domain}");
    }
}

#[test]
fn dtls_06_behind_starttls_the_name_is_that_of_the_stream_and_can_be_left_out() {
    let ca = root();
    let client = context(Preset::C2sClient2026, &[&ca], None, &[]);
    let sent = hello(&client, Transport::Starttls, DOMAIN, |_| ());
    assert_eq!(sent.server_name.as_deref(), Some(DOMAIN));
    let silent = context(Preset::C2sClient2026, &[&ca], None, &[("tls.starttls_server_name", "false")]);
    assert_eq!(hello(&silent, Transport::Starttls, DOMAIN, |_| ()).server_name, None);
    let direct = hello(&silent, Transport::DirectTls, DOMAIN, |_| ());
    assert_eq!(direct.server_name.as_deref(), Some(DOMAIN));
    let none = hello(&client, Transport::DirectTls, DOMAIN, |own| {
        own.set_server_name(ServerName::None).unwrap();
    });
    assert_eq!(none.server_name, None);
}

#[test]
fn dtls_07_with_dane_the_server_name_stays_the_domain() {
    let ca = root();
    let client = context(Preset::C2sClient2026, &[&ca], None, &[]);
    let request = Request {
        domain: Domain::parse(DOMAIN).unwrap(),
        service: Service::C2s,
        direction: Direction::Initiating,
        endpoint: Some(target(Some(Dnssec::Secure), Dnssec::Secure)),
        policy: client.policy(),
    };
    let prepared = Verification::prepare(request).prepared();
    let hello = hello(&client, Transport::DirectTls, DOMAIN, |own| own.set_verification(prepared).unwrap());
    assert_eq!(hello.server_name.as_deref(), Some(DOMAIN));
}

#[test]
fn dtls_09_a_name_that_is_not_served_is_refused_or_gets_the_default() {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    for (setting, alert) in [("refuse", Some(Alert::UNRECOGNIZED_NAME)), ("use-default", None)] {
        let settings = [("tls.unknown_server_name", setting)];
        let mut store = xmpptls::tls::CredentialStore::new();
        store.insert_default(support::pair::credential(&[&own]));
        store.insert(DOMAIN, support::pair::credential(&[&own]));
        let server = context(Preset::C2sServer2026, &[], Some(store.into()), &settings);
        let client = context(Preset::C2sClient2026, &[&ca], None, &[]);
        let mut pair = Pair::new(&client, &server, Transport::DirectTls, DOMAIN);
        pair.client.set_server_name(ServerName::Other(Domain::parse("else.example").unwrap())).unwrap();
        pair.run();
        assert_eq!(pair.client.alert(), alert, "{setting}");
        assert_eq!(pair.server.alert(), alert, "{setting}");
        assert_eq!(pair.client.phase() == Phase::Open, alert.is_none());
    }
}

#[test]
fn dtls_11_15_alpn_is_offered_with_direct_tls_alone_and_as_the_policy_says() {
    let ca = root();
    let on = context(Preset::C2sClient2026, &[&ca], None, &[]);
    let off = context(Preset::C2sClient2026, &[&ca], None, &[("tls.alpn", "false")]);
    let s2s = context(Preset::S2s2026, &[&ca], None, &[]);
    for (client, transport, expected) in [
        (&on, Transport::DirectTls, vec![b"xmpp-client".to_vec()]),
        (&s2s, Transport::DirectTls, vec![b"xmpp-server".to_vec()]),
        (&on, Transport::Starttls, Vec::new()),
        (&off, Transport::DirectTls, Vec::new()),
    ] {
        let offered = hello(client, transport, DOMAIN, |_| ()).alpn;
        assert_eq!(offered, expected, "{transport:?}");
    }
}

#[test]
fn dtls_12_13_without_alpn_the_connection_goes_on_unless_alpn_is_demanded() {
    let demands = world(&[("tls.require_alpn", "true")]);
    let asks = world(&[]);
    for (world, transport, answers, open) in [
        (&asks, Transport::DirectTls, true, true),
        (&asks, Transport::DirectTls, false, true),
        (&demands, Transport::DirectTls, true, true),
        (&demands, Transport::DirectTls, false, false),
        (&demands, Transport::Starttls, false, true),
    ] {
        let mut pair = Pair::new(&world.client, &world.server, transport, DOMAIN);
        if !answers {
            pair.server.set_alpn(Vec::new()).unwrap();
        }
        pair.run();
        let expected = if open { None } else { Some(&Cause::NoApplicationProtocol) };
        assert_eq!(pair.client.cause(), expected, "{transport:?} {answers}");
        assert_eq!(pair.client.alpn().is_some(), answers);
    }
}

#[test]
fn dtls_14_one_port_serves_clients_and_servers_by_their_protocol() {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    let c2s = context(Preset::C2sServer2026, &[], Some(credentials(&[DOMAIN], &[&own])), &[]);
    let s2s = context(Preset::S2s2026, &[&ca], Some(credentials(&[DOMAIN], &[&own])), &[]);
    for (preset, protocol, service) in [
        (Preset::C2sClient2026, &b"xmpp-client"[..], Service::C2s),
        (Preset::S2s2026, &b"xmpp-server"[..], Service::S2s),
    ] {
        let client = context(preset, &[&ca], None, &[]);
        let mut pair = Pair::new(&client, &c2s, Transport::DirectTls, DOMAIN);
        pair.server.set_stop_at_client_hello(true).unwrap();
        pair.run();
        let offered = pair.server.client_hello().unwrap().alpn.clone();
        assert_eq!(offered, [protocol.to_vec()]);
        let context = (offered[0] == b"xmpp-server").then(|| s2s.clone());
        let choice = Choice { context, protocol: Some(offered[0].clone()), ..Choice::default() };
        pair.server.choose(now(), choice).unwrap();
        pair.run();
        assert_eq!((pair.server.alpn(), pair.server.role().service), (Some(protocol), service));
        assert_eq!(pair.client.phase(), Phase::Open);
    }
}

#[test]
fn the_policy_of_the_context_that_was_chosen_says_who_keeps_the_gate() {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    let client = context(Preset::C2sClient2026, &[&ca], None, &[]);
    let server =
        |settings| context(Preset::C2sServer2026, &[&ca], Some(credentials(&[DOMAIN], &[&own])), settings);
    let open = server(&[("tls.key_log", "true")]);
    let gated = server(&[
        ("gate", "library"),
        ("requirement", "authenticate"),
        ("tls.client_certificate", "request"),
    ]);
    for host_keeps_it in [false, true] {
        let mut pair = Pair::new(&client, &open, Transport::DirectTls, DOMAIN);
        pair.server.set_stop_at_client_hello(true).unwrap();
        pair.server.set_key_log(true).unwrap();
        if host_keeps_it {
            pair.server.set_host_gate().unwrap();
        }
        pair.run();
        pair.server.choose(now(), Choice { context: Some(gated.clone()), ..Choice::default() }).unwrap();
        pair.client.write(now(), b"<stream>").unwrap();
        pair.run();
        assert_eq!(pair.client.phase(), Phase::Open);
        assert_eq!(pair.server.is_gate_open(), host_keeps_it);
        assert_eq!(pair.server_read, if host_keeps_it { &b"<stream>"[..] } else { &[] });
        assert_eq!(pair.server.next_key_log_line(), None, "nor may secrets be read");
    }
}

#[test]
fn stls_30_a_choice_behind_the_time_limit_is_not_taken() {
    let world = world(&[]);
    let mut pair = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    pair.server.set_stop_at_client_hello(true).unwrap();
    pair.run();
    let late = Time { monotonic_ms: pair.server.deadline().unwrap(), ..now() };
    assert_eq!(pair.server.choose(late, Choice::default()), Err(CallError::Failed));
    assert_eq!(pair.server.cause(), Some(&Cause::TimeLimit(TimeLimit::BeforeTls)));
    assert!(transmitted(&mut pair.server).is_empty());
}

#[test]
fn dtls_16_both_ways_to_tls_lead_to_one_verdict() {
    let ca = root();
    for (own, level) in [
        (leaf().dns(DOMAIN).signed_by(&ca), "authenticated"),
        (leaf().srv_name(&format!("_xmpps-client.{DOMAIN}")).signed_by(&ca), "refused"),
    ] {
        let world = world_of(&[DOMAIN], &own, &ca, &[]);
        for transport in [Transport::Starttls, Transport::DirectTls] {
            let mut pair = Pair::new(&world.client, &world.server, transport, DOMAIN);
            pair.run();
            assert_eq!(pair.client.verdict(None).unwrap().level().name(), level, "{transport:?}");
        }
    }
}
