//! Whole connections in memory: from the first byte to a verdict and application bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{CLIENT_AUTH, Issued, NOW, authority, leaf, root};
use support::pair::{Pair, context, credentials, feed, now, transmitted};
use xmpptls::certificate::Chain;
use xmpptls::connection::{
    BindingKind, Cause, ConcludeError, Connection, Context, Event, NoBinding, Phase, ServerName, Time,
    TimeLimit,
};
use xmpptls::name::{Direction, Domain, Service, Transport};
use xmpptls::parameter::{Alert, Version};
use xmpptls::policy::Preset;
use xmpptls::report::{Report, Summary};
use xmpptls::verdict::{Level, Method, Verdict};
use xmpptls::verification::{Request, Verification};
use xmpptls::{
    numbers::{CauseCode, ReasonCode},
    stream,
};

const DOMAIN: &str = "im.example.com";

struct World {
    ca: Issued,
    client: Context,
    server: Context,
}

fn world(leaf: &Issued, ca: Issued, settings: &[(&str, &str)]) -> World {
    let client = context(Preset::C2sClient2026, &[&ca], None, settings);
    let server = context(Preset::C2sServer2026, &[], Some(credentials(&[DOMAIN], &[leaf])), &[]);
    World { ca, client, server }
}

fn good_world() -> World {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    world(&own, ca, &[])
}

#[test]
fn stls_01_a_client_and_a_server_reach_an_authenticated_stream_whatever_the_pieces() {
    let world = good_world();
    for transport in [Transport::Starttls, Transport::DirectTls, Transport::TlsOnly] {
        for piece in [usize::MAX, 100, 7, 1] {
            let mut pair = Pair::new(&world.client, &world.server, transport, DOMAIN);
            pair.piece = piece;
            if transport == Transport::TlsOnly {
                pair.client.set_alpn(Vec::new()).unwrap();
            }
            pair.run();
            assert_eq!(pair.client.cause(), None, "{transport:?} {piece}");
            assert_eq!(pair.server.cause(), None, "{transport:?} {piece}");
            assert_eq!((pair.client.phase(), pair.server.phase()), (Phase::Open, Phase::Open));
            let verdict = pair.client.verdict(None).unwrap();
            assert_eq!((verdict.level(), verdict.method()), (Level::Authenticated, Some(Method::Pkix)));
            assert_eq!(pair.client.write(now(), b"<stream>").unwrap(), 8);
            assert_eq!(pair.server.write(now(), b"<features/>").unwrap(), 11);
            pair.run();
            assert_eq!(
                (pair.server_read.as_slice(), pair.client_read.as_slice()),
                (&b"<stream>"[..], &b"<features/>"[..])
            );
            assert_eq!(pair.client.version(), Some(Version::Tls13));
            let exporter = pair.client.channel_binding(BindingKind::TlsExporter).unwrap();
            assert_eq!(exporter, pair.server.channel_binding(BindingKind::TlsExporter).unwrap());
            assert_eq!(
                pair.client.channel_binding(BindingKind::TlsServerEndPoint),
                pair.server.channel_binding(BindingKind::TlsServerEndPoint)
            );
            assert_eq!(pair.client.channel_binding(BindingKind::TlsUnique), Err(NoBinding::NotOffered));
        }
    }
}

#[test]
fn events_come_in_their_order_and_once() {
    let world = good_world();
    let mut pair = Pair::new(&world.client, &world.server, Transport::Starttls, DOMAIN);
    pair.run();
    pair.client.close(now());
    pair.run();
    assert_eq!(
        pair.client_events,
        [Event::StreamHeader, Event::TlsStarted, Event::HandshakeDone, Event::Verdict]
    );
    assert_eq!(
        pair.server_events,
        [Event::StreamHeader, Event::TlsStarted, Event::HandshakeDone, Event::PeerClosed]
    );
}

#[test]
fn pki_27_a_wrong_name_is_an_alert_inside_the_handshake_and_the_chain_stays_readable() {
    let ca = root();
    let own = leaf().dns("other.example").signed_by(&ca);
    let world = world(&own, ca, &[]);
    let mut pair = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    pair.run();
    assert_eq!(pair.client.cause(), Some(&Cause::PeerRefused));
    assert_eq!(pair.client.alert(), Some(Alert::BAD_CERTIFICATE));
    assert_eq!(pair.server.alert(), Some(Alert::BAD_CERTIFICATE));
    let verdict = pair.client.verdict(None).unwrap();
    assert_eq!(verdict.level(), Level::Refused);
    assert!(verdict.reasons().any(|reason| reason.code() == ReasonCode::NameMismatch));
    assert_eq!(pair.client.peer_certificates().next(), Some(own.der.as_slice()));
    let report = Report::of(&pair.client, now());
    assert_eq!(report.summary(), Summary::Failed);
    assert!(report.to_text().contains("other.example"), "{}", report.to_text());
}

#[test]
fn a_peer_whose_signature_is_wrong_is_nobody_whatever_its_certificate_says() {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    let world = world(&own, ca, &[("tls.newest_version", "TLSv1.2")]);
    let mut pair = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    let hello = transmitted(&mut pair.client);
    feed(&mut pair.server, &hello, &mut Vec::new(), usize::MAX);
    let mut flight = transmitted(&mut pair.server);
    // The flight ends with the signature of the key exchange and a message without contents.
    let within = flight.len() - 20;
    flight[within] ^= 1;
    feed(&mut pair.client, &flight, &mut Vec::new(), usize::MAX);
    assert_eq!(pair.client.cause().unwrap().code(), CauseCode::BadCertificateSignature);
    assert!(pair.client.verdicts().is_empty(), "{:?}", pair.client.verdict(None).map(Verdict::level));
}

#[test]
fn pki_27_an_unknown_authority_and_an_expired_certificate_have_alerts_of_their_own() {
    let ca = root();
    let stranger = authority("Stranger").self_signed();
    let own = leaf().dns(DOMAIN).signed_by(&stranger);
    let world = world(&own, ca, &[]);
    let mut pair = Pair::new(&world.client, &world.server, Transport::Starttls, DOMAIN);
    pair.run();
    assert_eq!(pair.client.alert(), Some(Alert::UNKNOWN_CA));
    let expired = leaf().dns(DOMAIN).expired().signed_by(&world.ca);
    let server = context(Preset::C2sServer2026, &[], Some(credentials(&[DOMAIN], &[&expired])), &[]);
    let mut pair = Pair::new(&world.client, &server, Transport::Starttls, DOMAIN);
    pair.run();
    assert_eq!(pair.client.alert(), Some(Alert::CERTIFICATE_EXPIRED));
}

#[test]
fn stls_02_starttls_is_tried_although_it_was_stripped_and_nothing_else_ever_leaves() {
    let world = good_world();
    let domain = Some(Domain::parse(DOMAIN).unwrap());
    let mut client = Connection::initiating(&world.client, Transport::Starttls, domain, now()).unwrap();
    assert_eq!(client.write(now(), b"<auth/>").unwrap(), 7);
    let header = String::from_utf8(transmitted(&mut client)).unwrap();
    assert!(header.contains("to='im.example.com'") && !header.contains("<auth"), "{header}");
    let answer = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' \
                  from='im.example.com' version='1.0'><stream:features><mechanisms \
                  xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>";
    feed(&mut client, answer.as_bytes(), &mut Vec::new(), usize::MAX);
    let command = String::from_utf8(transmitted(&mut client)).unwrap();
    assert_eq!(command, stream::STARTTLS);
    feed(&mut client, b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", &mut Vec::new(), usize::MAX);
    assert!(matches!(client.cause(), Some(Cause::Stream(stream::Cause::TlsFailed { .. }))));
    let rest = String::from_utf8_lossy(&transmitted(&mut client)).into_owned();
    assert!(!rest.contains("<auth"), "{rest}");
}

#[test]
fn stls_09_bytes_behind_proceed_are_refused_before_and_after_the_hello_is_asked_for() {
    let world = good_world();
    let answer = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' \
                  from='im.example.com' version='1.0'><stream:features><starttls \
                  xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>";
    let proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    for injected in ["\n", "<", "<message/>"] {
        for in_one_piece in [true, false] {
            let domain = Some(Domain::parse(DOMAIN).unwrap());
            let mut client =
                Connection::initiating(&world.client, Transport::Starttls, domain, now()).unwrap();
            transmitted(&mut client);
            feed(&mut client, answer.as_bytes(), &mut Vec::new(), usize::MAX);
            transmitted(&mut client);
            let mut bytes = proceed.as_bytes().to_vec();
            if !in_one_piece {
                feed(&mut client, &bytes, &mut Vec::new(), usize::MAX);
                bytes.clear();
            }
            bytes.extend_from_slice(injected.as_bytes());
            feed(&mut client, &bytes, &mut Vec::new(), usize::MAX);
            assert!(
                matches!(client.cause(), Some(Cause::Stream(stream::Cause::InjectedPlaintext { .. }))),
                "{injected:?} {in_one_piece} {:?}",
                client.cause()
            );
            assert!(transmitted(&mut client).is_empty());
        }
    }
}

#[test]
fn stls_08_a_command_with_a_stanza_behind_it_ends_the_connection() {
    let world = good_world();
    let header = "<stream:stream to='im.example.com' xmlns='jabber:client' \
                  xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
    let mut server = Connection::accepting(&world.server, Transport::Starttls, now()).unwrap();
    feed(&mut server, header.as_bytes(), &mut Vec::new(), usize::MAX);
    transmitted(&mut server);
    let injected = format!("{}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", stream::STARTTLS);
    feed(&mut server, injected.as_bytes(), &mut Vec::new(), usize::MAX);
    assert!(matches!(server.cause(), Some(Cause::Stream(stream::Cause::InjectedPlaintext { .. }))));
    assert!(transmitted(&mut server).is_empty());
}

#[test]
fn stls_22_a_domain_that_is_not_served_is_host_unknown_and_never_echoed() {
    let world = good_world();
    let header = "<stream:stream to='evil.example' xmlns='jabber:client' \
                  xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
    let mut server = Connection::accepting(&world.server, Transport::Starttls, now()).unwrap();
    feed(&mut server, header.as_bytes(), &mut Vec::new(), usize::MAX);
    let answer = String::from_utf8(transmitted(&mut server)).unwrap();
    assert!(answer.contains("<host-unknown") && !answer.contains("evil.example"), "{answer}");
    assert!(matches!(server.cause(), Some(Cause::Stream(stream::Cause::Declined { .. }))));
}

#[test]
fn stls_30_a_peer_that_stalls_is_dropped_at_the_deadline() {
    let world = good_world();
    let mut server = Connection::accepting(&world.server, Transport::Starttls, now()).unwrap();
    let deadline = server.deadline().unwrap();
    let at = |monotonic_ms| Time { monotonic_ms, ..now() };
    server.advance(at(deadline - 1));
    assert_eq!(server.cause(), None);
    server.advance(at(deadline));
    assert_eq!(server.cause(), Some(&Cause::TimeLimit(TimeLimit::BeforeTls)));
    assert_eq!(server.deadline(), None);
}

#[test]
fn stls_29_a_transport_that_ends_without_close_notify_is_told_from_one_that_does_not() {
    let world = good_world();
    for closes in [true, false] {
        let mut pair = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
        pair.run();
        if closes {
            pair.server.close(now());
        }
        pair.run();
        pair.client.end_of_input(now());
        pair.run();
        let expected = if closes { Event::PeerClosed } else { Event::Truncated };
        assert_eq!(pair.client_events.last(), Some(&expected));
        assert_eq!(pair.client.cause(), None);
    }
}

#[test]
fn dna_17_each_pair_on_a_stream_has_a_verdict_of_its_own() {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    let peer = leaf().dns("peer.example").signed_by(&ca);
    let server = context(Preset::S2s2026, &[&ca], Some(credentials(&[DOMAIN], &[&own])), &[]);
    let client = context(Preset::S2s2026, &[&ca], Some(credentials(&["peer.example"], &[&peer])), &[]);
    let mut pair = Pair::new(&client, &server, Transport::DirectTls, DOMAIN);
    pair.client.set_own_domain(Domain::parse("peer.example").unwrap()).unwrap();
    pair.run();
    // The host keeps the gate: bytes pass, and authorise nobody.
    assert_eq!(pair.client.write(now(), b"<stream from='?'>").unwrap(), 17);
    pair.run();
    assert_eq!((pair.server.phase(), pair.server_read.len()), (Phase::Open, 17));
    assert!(pair.server.verdicts().is_empty());
    for (claimed, level) in [("peer.example", Level::Authenticated), ("bank.example", Level::Refused)] {
        let domain = Domain::parse(claimed).unwrap();
        let verification = pair.server.verification(domain.clone(), None, None).unwrap();
        pair.server.conclude(now(), verification.decide(now().unix_seconds)).unwrap();
        assert_eq!(pair.server.verdict(Some(&domain)).unwrap().level(), level, "{claimed}");
    }
    assert_eq!(pair.server.verdicts().len(), 2);
    assert_eq!(pair.server.cause(), None);
}

#[test]
fn a_verdict_of_another_connection_is_foreign() {
    let world = good_world();
    let mut one = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    let mut two = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    one.run();
    two.run();
    let verdict = one.client.verdict(None).unwrap().clone();
    assert!(two.client.conclude(now(), verdict.clone()).is_err());
    assert!(one.client.conclude(now(), verdict).is_ok());
}

#[test]
fn a_verdict_that_was_made_for_no_connection_is_foreign() {
    let world = good_world();
    let mut pair = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    pair.run();
    let request = Request {
        domain: Domain::parse(DOMAIN).unwrap(),
        service: Service::C2s,
        direction: Direction::Initiating,
        endpoint: None,
        policy: world.client.policy(),
    };
    let chain = Chain::parse(pair.client.peer_certificates()).unwrap();
    let verdict = Verification::of_chain(request, chain).decide(NOW);
    assert_eq!((verdict.level(), verdict.binding()), (Level::Authenticated, None));
    assert_eq!(pair.client.conclude(now(), verdict), Err(ConcludeError::Foreign));
}

#[test]
fn a_connection_that_failed_takes_no_verdict_any_more() {
    let ca = root();
    let world = world(&leaf().dns("other.example").signed_by(&ca), ca, &[]);
    let mut pair = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    pair.run();
    assert_eq!(pair.client.cause(), Some(&Cause::PeerRefused));
    let verdict = pair.client.verdict(None).unwrap().clone();
    assert_eq!(pair.client.conclude(now(), verdict), Err(ConcludeError::WrongPhase));
}

#[test]
fn a_connection_keeps_64_verdicts_and_replaces_those_it_has() {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    let server = context(Preset::S2s2026, &[&ca], Some(credentials(&[DOMAIN], &[&own])), &[]);
    let client = context(Preset::S2s2026, &[&ca], None, &[]);
    let mut pair = Pair::new(&client, &server, Transport::DirectTls, DOMAIN);
    pair.run();
    let mut conclude = |number: usize| {
        let domain = Domain::parse(&format!("d{number}.example")).unwrap();
        let verification = pair.server.verification(domain, None, None).unwrap();
        pair.server.conclude(now(), verification.decide(NOW))
    };
    for number in 0..64 {
        assert_eq!(conclude(number), Ok(()), "{number}");
    }
    assert_eq!(conclude(64), Err(ConcludeError::TooMany));
    assert_eq!(conclude(63), Ok(()), "a newer verdict of a pair takes the place of the older");
    assert_eq!(pair.server.verdicts().len(), 64);
}

/// Gives what `from` has to `to`: what was not taken of it, and the plaintext that came out.
fn carried(from: &mut Connection, to: &mut Connection, kept: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut bytes = [kept, &transmitted(from)].concat();
    let (mut plain, mut read) = ([0; 1024], Vec::new());
    while let Ok(done) = to.receive(now(), &bytes, &mut plain) {
        bytes.drain(..done.used);
        read.extend_from_slice(&plain[..done.written]);
        if done.used == 0 && done.written == 0 {
            break;
        }
    }
    (bytes, read)
}

/// A client that nobody told whom it means, so that TLS comes up without a verdict; and its server.
fn unjudged(world: &World) -> Pair {
    let mut client = Connection::initiating(&world.client, Transport::TlsOnly, None, now()).unwrap();
    client.set_server_name(ServerName::Other(Domain::parse(DOMAIN).unwrap())).unwrap();
    Pair::of(client, Connection::accepting(&world.server, Transport::TlsOnly, now()).unwrap())
}

#[test]
fn a_verdict_that_does_not_come_ends_the_connection_at_the_deadline() {
    let world = good_world();
    let mut pair = unjudged(&world);
    pair.run();
    assert_eq!((pair.client.phase(), pair.client.cause()), (Phase::Handshake, None));
    let deadline = pair.client.deadline().expect("somebody has to judge");
    let at = |monotonic_ms| Time { monotonic_ms, ..now() };
    pair.client.advance(at(deadline - 1));
    assert_eq!(pair.client.cause(), None);
    pair.client.advance(at(deadline));
    assert_eq!(pair.client.cause(), Some(&Cause::TimeLimit(TimeLimit::Verdict)));
    assert_eq!(pair.server.deadline(), None, "a connection that is open waits for nothing");
}

#[test]
fn the_gate_of_the_library_opens_with_a_verdict_that_meets_the_policy_and_with_no_other() {
    let world = good_world();
    for (domain, opens) in [(DOMAIN, true), ("other.example", false)] {
        let mut pair = unjudged(&world);
        assert_eq!(pair.client.write(now(), b"early").unwrap(), 5);
        pair.run();
        assert!(pair.client_events.contains(&Event::HandshakeDone));
        assert_eq!(pair.client.write(now(), b" late").unwrap(), 5);
        assert_eq!(pair.server.write(now(), b"answer").unwrap(), 6);
        let (kept, read) = carried(&mut pair.server, &mut pair.client, &[]);
        assert_eq!((pair.client.phase(), read.len()), (Phase::Handshake, 0), "nothing comes in");
        assert!(!pair.client.has_plaintext(), "nor is it said that something is there");
        let (_, read) = carried(&mut pair.client, &mut pair.server, &[]);
        assert_eq!((read.len(), pair.server_read.len()), (0, 0), "nothing goes out");

        let verdict = |name: &str| {
            let verification = pair.client.verification(Domain::parse(name).unwrap(), None, None).unwrap();
            verification.decide(NOW)
        };
        let (verdict, better) = (verdict(domain), verdict(DOMAIN));
        pair.client.conclude(now(), verdict).unwrap();
        if !opens {
            let late = pair.client.conclude(now(), better);
            assert_eq!(late, Err(ConcludeError::WrongPhase), "a refusal is not taken back");
        }
        let (_, there) = carried(&mut pair.client, &mut pair.server, &[]);
        let (_, back) = carried(&mut pair.server, &mut pair.client, &kept);
        let expected: (&[u8], &[u8]) = if opens { (b"early late", b"answer") } else { (b"", b"") };
        assert_eq!((&*there, &*back), expected);
        assert_eq!(pair.client.cause(), if opens { None } else { Some(&Cause::PeerRefused) });
    }
}

#[test]
fn the_gate_of_a_server_that_demands_certificates_waits_for_the_host_s_verdict() {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    let user = leaf().xmpp_addr("juliet@im.example.com").purposes(&[CLIENT_AUTH]).signed_by(&ca);
    let client = context(Preset::C2sClient2026, &[&ca], Some(credentials(&["me.example"], &[&user])), &[]);
    for (requirement, opens) in [("authenticate", false), ("encrypt-only", true)] {
        let settings =
            [("requirement", requirement), ("tls.client_certificate", "request"), ("gate", "library")];
        let server = context(Preset::C2sServer2026, &[&ca], Some(credentials(&[DOMAIN], &[&own])), &settings);
        let mut pair = Pair::new(&client, &server, Transport::DirectTls, DOMAIN);
        pair.client.set_own_domain(Domain::parse("me.example").unwrap()).unwrap();
        pair.run();
        assert_eq!(pair.client.phase(), Phase::Open);
        assert_eq!(pair.client.write(now(), b"<stream>").unwrap(), 8);
        let (kept, read) = carried(&mut pair.client, &mut pair.server, &[]);
        assert_eq!((pair.server.phase() == Phase::Open, read.len() == 8), (opens, opens), "{requirement}");
        if !opens {
            let verification = pair.server.verification(Domain::parse(DOMAIN).unwrap(), None, None).unwrap();
            pair.server.conclude(now(), verification.decide(NOW)).unwrap();
            let (_, read) = carried(&mut pair.client, &mut pair.server, &kept);
            assert_eq!((pair.server.phase(), &*read), (Phase::Open, &b"<stream>"[..]));
        }
    }
}

#[test]
fn sec_01_what_is_written_before_tls_is_kept_up_to_65536_bytes() {
    let world = good_world();
    let domain = Some(Domain::parse(DOMAIN).unwrap());
    let mut client = Connection::initiating(&world.client, Transport::Starttls, domain, now()).unwrap();
    assert_eq!(client.write(now(), &[b'x'; 65_000]).unwrap(), 65_000);
    assert_eq!(client.write(now(), &[b'x'; 1_000]).unwrap(), 536);
    assert_eq!(client.write(now(), b"x").unwrap(), 0);
}

#[test]
fn res_09_a_resumed_session_is_judged_anew() {
    let world = good_world();
    let mut first = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    first.run();
    let mut second = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    second.run();
    let verdict = second.client.verdict(None).unwrap();
    assert!(verdict.is_resumed());
    assert_eq!(verdict.level(), Level::Authenticated);
    let other = root();
    let stricter = context(Preset::C2sClient2026, &[&other], None, &[]);
    world.client.set_policy(stricter.policy()).unwrap();
    let mut third = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    third.run();
    assert_eq!(third.client.cause(), Some(&Cause::PeerRefused));
    assert!(!third.client.verdict(None).unwrap().is_resumed());
}

#[test]
fn ext_10_a_client_certificate_is_shown_in_tls_1_3_and_not_in_the_clear_of_tls_1_2() {
    let ca = root();
    let own = leaf().dns(DOMAIN).signed_by(&ca);
    let user = leaf().xmpp_addr("juliet@im.example.com").signed_by(&ca);
    let mut store = xmpptls::tls::CredentialStore::new();
    store.insert_default(support::pair::credential(&[&user]));
    let client = context(Preset::C2sClient2026, &[&ca], Some(std::sync::Arc::new(store)), &[]);
    for (newest, shown) in [("TLSv1.3", 1), ("TLSv1.2", 0)] {
        let settings = [("tls.client_certificate", "request"), ("tls.newest_version", newest)];
        let server = context(Preset::C2sServer2026, &[&ca], Some(credentials(&[DOMAIN], &[&own])), &settings);
        let mut pair = Pair::new(&client, &server, Transport::DirectTls, DOMAIN);
        pair.run();
        assert_eq!((pair.client.cause(), pair.server.cause()), (None, None), "{newest}");
        assert_eq!(pair.server.peer_certificates().count(), shown, "{newest}");
        assert!(pair.client.is_certificate_requested());
    }
}

#[test]
fn pki_23_a_certificate_that_demands_a_stapled_answer_is_refused_without_one() {
    let ca = root();
    let own = leaf().dns(DOMAIN).must_staple().signed_by(&ca);
    let world = world(&own, ca, &[]);
    let mut pair = Pair::new(&world.client, &world.server, Transport::DirectTls, DOMAIN);
    pair.run();
    assert_eq!(pair.client.cause(), Some(&Cause::PeerRefused));
    let verdict = pair.client.verdict(None).unwrap();
    assert!(verdict.reasons().any(|reason| reason.code() == ReasonCode::MustStapleMissing));
}

#[test]
fn dtls_11_alpn_is_sent_with_direct_tls_unless_the_policy_switches_it_off() {
    let world = good_world();
    for (client, expected) in [
        (world.client.clone(), Some(&b"xmpp-client"[..])),
        (context(Preset::C2sClient2026, &[&world.ca], None, &[("tls.alpn", "false")]), None),
    ] {
        let mut pair = Pair::new(&client, &world.server, Transport::DirectTls, DOMAIN);
        pair.run();
        assert_eq!(pair.client.cause(), None);
        assert_eq!(pair.client.alpn(), expected);
    }
}
