//! What TLS does for XMPP, through whole connections: parameters, resumption, channel binding, EXTERNAL.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::ca::{Issued, NOW, leaf, root};
use support::pair::{Pair, context, credentials, feed, now, transmitted};
use support::scene::domain;
use xmpptls::connection::{BindingKind, Cause, ConcludeError, Connection, Context, NoBinding, Phase, Time};
use xmpptls::name::{Direction, Transport};
use xmpptls::parameter::Version;
use xmpptls::policy::Preset;
use xmpptls::tls::HandshakeKind;
use xmpptls::verdict::{Level, Verdict};
use xmpptls::verification::{NotOffered, offer_external};

const DOMAIN: &str = "im.example.com";
const PEER: &str = "peer.example";

fn c2s(own: &Issued, ca: &Issued, settings: &[(&str, &str)]) -> (Context, Context) {
    let client = context(Preset::C2sClient2026, &[ca], None, settings);
    let server = context(Preset::C2sServer2026, &[], Some(credentials(&[DOMAIN], &[own])), &[]);
    (client, server)
}

fn good(settings: &[(&str, &str)]) -> (Context, Context) {
    let ca = root();
    c2s(&leaf().dns(DOMAIN).signed_by(&ca), &ca, settings)
}

/// Two servers, each with a certificate; `peer` is what the initiating one shows.
fn s2s(peer: Option<&Issued>, ca: &Issued, preset: Preset, settings: &[(&str, &str)]) -> (Context, Context) {
    let own = leaf().dns(DOMAIN).signed_by(ca);
    let shown = peer.map(|peer| credentials(&[PEER], &[peer]));
    (
        context(preset, &[ca], shown, settings),
        context(preset, &[ca], Some(credentials(&[DOMAIN], &[&own])), settings),
    )
}

fn federated(client: &Context, server: &Context) -> Pair {
    let mut pair = Pair::new(client, server, Transport::DirectTls, DOMAIN);
    pair.client.set_own_domain(domain(PEER)).unwrap();
    pair.run();
    pair
}

fn judged(server: &mut Connection, name: &str) -> Verdict {
    let verification = server.verification(domain(name), None, None).unwrap();
    server.conclude(now(), verification.decide(NOW)).unwrap();
    server.verdict(Some(&domain(name))).unwrap().clone()
}

fn direct(client: &Context, server: &Context) -> Pair {
    let mut pair = Pair::new(client, server, Transport::DirectTls, DOMAIN);
    pair.run();
    pair
}

fn hello(client: &Context) -> (Connection, Vec<u8>) {
    let mut client =
        Connection::initiating(client, Transport::DirectTls, Some(domain(DOMAIN)), now()).unwrap();
    let bytes = transmitted(&mut client);
    (client, bytes)
}

/// The contents of a client hello's extension, and its suites.
fn parts(hello: &[u8], wanted: u16) -> (Option<Vec<u8>>, Vec<u16>) {
    let word = |at: usize| u16::from_be_bytes([hello[at], hello[at + 1]]);
    let suites_at = 44 + usize::from(hello[43]);
    let suites_end = suites_at + 2 + usize::from(word(suites_at));
    let suites = (suites_at + 2..suites_end).step_by(2).map(word).collect();
    let mut at = suites_end + 1 + usize::from(hello[suites_end]) + 2;
    while at < hello.len() {
        let end = at + 4 + usize::from(word(at + 2));
        if word(at) == wanted {
            return (Some(hello[at + 4..end].to_vec()), suites);
        }
        at = end;
    }
    (None, suites)
}

#[test]
fn par_03_a_refusal_of_the_version_changes_nothing_in_the_next_attempt() {
    let (client, _) = good(&[]);
    let (mut first, offered) = hello(&client);
    feed(&mut first, &[21, 3, 3, 0, 2, 2, 70], &mut Vec::new(), usize::MAX);
    assert!(matches!(first.cause(), Some(Cause::Tls(_))));
    let (_, again) = hello(&client);
    let versions = parts(&offered, 43).0.unwrap();
    assert_eq!(versions, [4, 3, 4, 3, 3]);
    assert_eq!(parts(&again, 43).0.unwrap(), versions);
}

#[test]
fn par_11_sha_1_and_md5_sign_no_handshake() {
    let (client, _) = good(&[]);
    let schemes = parts(&hello(&client).1, 13).0.unwrap();
    let schemes: Vec<_> = schemes[2..].chunks(2).map(|pair| (pair[0], pair[1])).collect();
    assert!(schemes.contains(&(4, 3)), "ECDSA with SHA-256 is there");
    assert!(schemes.iter().all(|(hash, signature)| *hash >= 4 && *signature != 2), "{schemes:?}");
}

#[test]
fn par_14_secure_renegotiation_is_signalled_and_no_renegotiation_takes_place() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let (client, server) = good(&[("tls.newest_version", version)]);
        let (_, bytes) = hello(&client);
        if version == "TLSv1.2" {
            let (extension, suites) = parts(&bytes, 0xff01);
            assert!(extension.is_some() || suites.contains(&0x00ff));
        }
        let mut pair = direct(&client, &server);
        assert_eq!(pair.server.phase(), Phase::Open);
        feed(&mut pair.server, &bytes, &mut pair.server_read, usize::MAX);
        assert!(matches!(pair.server.cause(), Some(Cause::Tls(_))), "{version}");
        assert_eq!(pair.server_read.len(), 0);
        assert!(pair.server.write(now(), b"</stream:stream>").is_err());
    }
}

#[test]
fn par_17_a_server_asks_servers_for_a_certificate_and_names_no_authorities() {
    let ca = root();
    let (client, server) = s2s(None, &ca, Preset::S2s2026, &[("tls.newest_version", "TLSv1.2")]);
    let (_, bytes) = hello(&client);
    let mut server = Connection::accepting(&server, Transport::DirectTls, now()).unwrap();
    feed(&mut server, &bytes, &mut Vec::new(), usize::MAX);
    let flight = transmitted(&mut server);
    let mut messages = Vec::new();
    let mut at = 0;
    while at < flight.len() {
        let length = usize::from(u16::from_be_bytes([flight[at + 3], flight[at + 4]]));
        assert_eq!(flight[at], 22);
        messages.extend_from_slice(&flight[at + 5..at + 5 + length]);
        at += 5 + length;
    }
    let mut at = 0;
    while messages[at] != 13 {
        at += 4 + usize::from(u16::from_be_bytes([messages[at + 2], messages[at + 3]]));
    }
    let request =
        &messages[at + 4..at + 4 + usize::from(messages[at + 3]) + 256 * usize::from(messages[at + 2])];
    assert_eq!(request[request.len() - 2..], [0, 0], "certificate_authorities");
}

#[test]
fn par_17_a_self_signed_server_still_shows_its_certificate() {
    let ca = root();
    let own = leaf().dns(PEER).self_signed();
    let (client, server) = s2s(Some(&own), &ca, Preset::S2s2026, &[]);
    let pair = federated(&client, &server);
    assert_eq!(pair.server.peer_certificates().next(), Some(own.der.as_slice()));
    let (client, _) = s2s(None, &ca, Preset::S2s2026, &[]);
    let mut pair = federated(&client, &server);
    assert_eq!(pair.server.peer_certificates().count(), 0);
    assert_eq!(judged(&mut pair.server, PEER).level(), Level::Refused);
    assert_eq!(pair.server.cause(), None, "the host keeps the gate");
}

#[test]
fn pki_03_nobody_is_judged_before_the_handshake() {
    let (client, server) = good(&[]);
    let mut pair = Pair::new(&client, &server, Transport::DirectTls, DOMAIN);
    let early = pair.server.verification(domain(PEER), None, None);
    assert_eq!(early.err(), Some(ConcludeError::WrongPhase));
    let hello = transmitted(&mut pair.client);
    feed(&mut pair.server, &hello, &mut pair.server_read, usize::MAX);
    for end in [&pair.client, &pair.server] {
        let early = end.verification(domain(PEER), None, None);
        assert_eq!(early.err(), Some(ConcludeError::WrongPhase), "inside the handshake");
    }
    pair.run();
    assert!(pair.server.verification(domain(PEER), None, None).is_ok());
}

#[test]
fn dna_02_a_verdict_is_for_one_direction_of_one_connection() {
    let ca = root();
    let peer = leaf().dns(PEER).signed_by(&ca);
    let (client, server) = s2s(Some(&peer), &ca, Preset::S2s2026, &[]);
    let mut pair = federated(&client, &server);
    let verdict = judged(&mut pair.server, PEER);
    assert_eq!((verdict.level(), verdict.direction()), (Level::Authenticated, Direction::Receiving));
    assert_eq!(pair.client.conclude(now(), verdict), Err(ConcludeError::Foreign));
    assert!(pair.client.verdict(Some(&domain(PEER))).is_none());
}

#[test]
fn res_01_res_08_two_domains_on_one_server_do_not_share_sessions() {
    let ca = root();
    let own = leaf().dns(DOMAIN).dns("other.example").signed_by(&ca);
    let server =
        context(Preset::C2sServer2026, &[], Some(credentials(&[DOMAIN, "other.example"], &[&own])), &[]);
    let client = context(Preset::C2sClient2026, &[&ca], None, &[]);
    for (name, kind) in [
        (DOMAIN, HandshakeKind::Full),
        ("other.example", HandshakeKind::Full),
        (DOMAIN, HandshakeKind::Resumed),
        ("other.example", HandshakeKind::Resumed),
    ] {
        let mut pair = Pair::new(&client, &server, Transport::DirectTls, name);
        pair.run();
        assert_eq!(pair.client.handshake_kind(), Some(kind), "{name}");
        assert_eq!(pair.client.verdict(None).unwrap().level(), Level::Authenticated);
    }
}

#[test]
fn res_08_own_name_and_transport_are_a_part_of_what_must_agree() {
    let ca = root();
    let (client, server) = s2s(None, &ca, Preset::S2s2026, &[("tls.alpn", "false")]);
    for (own, transport, kind) in [
        ("a.example", Transport::DirectTls, HandshakeKind::Full),
        ("b.example", Transport::DirectTls, HandshakeKind::Full),
        ("a.example", Transport::Starttls, HandshakeKind::Full),
        ("a.example", Transport::TlsOnly, HandshakeKind::Full),
        ("a.example", Transport::DirectTls, HandshakeKind::Resumed),
        ("b.example", Transport::DirectTls, HandshakeKind::Resumed),
        ("a.example", Transport::Starttls, HandshakeKind::Resumed),
        ("a.example", Transport::TlsOnly, HandshakeKind::Resumed),
    ] {
        let mut pair = Pair::new(&client, &server, transport, DOMAIN);
        pair.client.set_own_domain(domain(own)).unwrap();
        pair.run();
        assert_eq!(pair.client.handshake_kind(), Some(kind), "{own} {transport:?}");
    }
}

/// A connection at another time than the others.
fn at(time: Time, client: &Context, server: &Context) -> (Connection, Connection) {
    let to = Some(domain(DOMAIN));
    let mut client = Connection::initiating(client, Transport::DirectTls, to, time).unwrap();
    let mut server = Connection::accepting(server, Transport::DirectTls, time).unwrap();
    for _ in 0..6 {
        let bytes = transmitted(&mut client);
        let _ = server.receive(time, &bytes, &mut [0; 1024]);
        let bytes = transmitted(&mut server);
        let _ = client.receive(time, &bytes, &mut [0; 1024]);
    }
    (client, server)
}

#[test]
fn res_09_what_expired_since_is_not_good_because_it_is_resumed() {
    let ca = root();
    let own = leaf().dns(DOMAIN).valid(NOW - 60, NOW + 3_600).signed_by(&ca);
    let (client, server) = c2s(&own, &ca, &[]);
    let after = |seconds: i64| Time { unix_seconds: NOW + seconds, monotonic_ms: 1_000 };
    let (first, _) = at(after(0), &client, &server);
    assert_eq!(first.phase(), Phase::Open);
    let (second, _) = at(after(60), &client, &server);
    assert!(second.verdict(None).unwrap().is_resumed());
    assert_eq!(second.phase(), Phase::Open);
    let (third, _) = at(after(7_200), &client, &server);
    assert_eq!(third.cause(), Some(&Cause::PeerRefused));
    let (fourth, _) = at(after(120), &client, &server);
    assert_eq!(fourth.handshake_kind(), Some(HandshakeKind::Full), "the tickets went with the refusal");
    assert_eq!(fourth.phase(), Phase::Open);
}

#[test]
fn res_10_after_a_reset_the_host_has_the_tickets_forgotten() {
    let (client, server) = good(&[]);
    for (forget, kind) in
        [(false, HandshakeKind::Full), (false, HandshakeKind::Resumed), (true, HandshakeKind::Full)]
    {
        if forget {
            client.forget(&domain(DOMAIN));
        }
        assert_eq!(direct(&client, &server).client.handshake_kind(), Some(kind));
    }
}

#[test]
fn res_11_an_inbound_server_is_known_again_on_a_resumed_session() {
    let ca = root();
    let peer = leaf().dns(PEER).signed_by(&ca);
    let (client, server) = s2s(Some(&peer), &ca, Preset::S2s2026, &[]);
    for resumed in [false, true] {
        let mut pair = federated(&client, &server);
        let verdict = judged(&mut pair.server, PEER);
        assert_eq!((verdict.level(), verdict.is_resumed()), (Level::Authenticated, resumed));
        assert_eq!(offer_external(&verdict, None, false), Ok(()));
    }
}

#[test]
fn cb_03_which_bindings_there_are_in_each_version() {
    for (version, known) in [("TLSv1.3", Version::Tls13), ("TLSv1.2", Version::Tls12)] {
        let (client, server) = good(&[("tls.newest_version", version)]);
        let pair = direct(&client, &server);
        assert_eq!(pair.client.version(), Some(known));
        let of = |kind| (pair.client.channel_binding(kind), pair.server.channel_binding(kind));
        let (ours, theirs) = of(BindingKind::TlsExporter);
        assert_eq!(ours.as_ref().map(Vec::len), Ok(32));
        assert_eq!(ours, theirs);
        let (ours, theirs) = of(BindingKind::TlsServerEndPoint);
        assert!(ours.is_ok() && ours == theirs);
        assert_eq!(of(BindingKind::TlsUnique), (Err(NoBinding::NotOffered), Err(NoBinding::NotOffered)));
    }
}

#[test]
fn cb_09_the_strongest_binding_comes_first_and_the_end_point_is_always_listed() {
    let names = BindingKind::ALL.map(BindingKind::name);
    assert_eq!(names[..2], ["tls-exporter", "tls-server-end-point"]);
}

#[test]
fn atk_cb_05_there_is_no_binding_before_the_handshake_ends_or_after_a_failure() {
    let ca = root();
    let (client, server) = c2s(&leaf().dns("other.example").signed_by(&ca), &ca, &[]);
    let mut pair = Pair::new(&client, &server, Transport::DirectTls, DOMAIN);
    for _ in 0..2 {
        for kind in [BindingKind::TlsExporter, BindingKind::TlsServerEndPoint] {
            assert_eq!(pair.client.channel_binding(kind), Err(NoBinding::NotReady));
        }
        pair.run();
        assert_eq!(pair.client.cause(), Some(&Cause::PeerRefused));
    }
}

#[test]
fn atk_cb_01_one_in_the_middle_has_another_binding_on_each_side() {
    let (client, server) = good(&[]);
    let (one, two) = (direct(&client, &server), direct(&client, &server));
    let exporter = |connection: &Connection| connection.channel_binding(BindingKind::TlsExporter).unwrap();
    assert_eq!(exporter(&one.client), exporter(&one.server));
    assert_ne!(exporter(&one.client), exporter(&two.server));
}

#[test]
fn ext_05_an_inbound_server_nobody_trusts_gets_through_the_handshake_and_no_external() {
    let ca = root();
    let peer = leaf().dns(PEER).self_signed();
    let (client, server) = s2s(Some(&peer), &ca, Preset::S2sWithDialback2026, &[]);
    let mut pair = federated(&client, &server);
    assert_eq!(pair.server.phase(), Phase::Open);
    let verdict = judged(&mut pair.server, PEER);
    assert_eq!(verdict.level(), Level::EncryptedOnly);
    let offered = offer_external(&verdict, None, false);
    assert_eq!(offered, Err(NotOffered::NotAuthenticated(Level::EncryptedOnly)));
}

#[test]
fn ext_11_plain_is_for_servers_that_are_fully_proved() {
    let ca = root();
    let lenient = [("requirement", "encrypt-only")];
    for (own, plain) in [(leaf().dns(DOMAIN).signed_by(&ca), true), (leaf().dns(DOMAIN).self_signed(), false)]
    {
        let (client, server) = c2s(&own, &ca, &lenient);
        let pair = direct(&client, &server);
        assert_eq!(pair.client.phase(), Phase::Open);
        assert_eq!(pair.client.verdict(None).unwrap().may_use_plain(), plain);
    }
}
