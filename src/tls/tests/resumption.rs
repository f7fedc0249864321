//! Sessions taken up again, and the ways in which they must not be.

use std::sync::Arc;

use rustls::server::ProducesTickets;

use super::support::*;
use crate::parameter::Version;
use crate::tls::scope::{self, Found, Handshake};
use crate::tls::*;

/// A client and a server that resume, with what a test wants to vary.
struct World {
    cache: Arc<SessionCache>,
    tickets: Arc<Tickets>,
    client: InitiatingConfig,
    server: AcceptingConfig,
}

fn key(domain: &str) -> Option<Arc<ResumptionKey>> {
    Some(Arc::new(ResumptionKey { domain: domain.into(), rest: b"c2s".as_slice().into() }))
}

impl World {
    fn new() -> Self {
        Self::with(Tickets::rotating(86_400).unwrap(), b"c2s", Version::Tls13)
    }

    fn with(tickets: Tickets, binding: &[u8], newest: Version) -> Self {
        let (cache, tickets) = (Arc::new(SessionCache::new()), Arc::new(tickets));
        let mut settings = InitiatingSettings {
            cache: Some(cache.clone()),
            credential: Some(ED25519.clone()),
            ..initiating()
        };
        settings.parameters.newest = newest;
        let client = InitiatingConfig::new(&settings).unwrap();
        let server = accepting_with(&tickets, binding, &ECDSA);
        Self { cache, tickets, client, server }
    }

    fn meet(&self, name: Option<&str>, key: Option<Arc<ResumptionKey>>, now: u64) -> Pair {
        let ours = InitiatingOptions { resumption: key, ..InitiatingOptions::default() };
        let theirs = AcceptingOptions { domain: Some("example.org".into()), ..AcceptingOptions::default() };
        Pair::named(&self.client, &self.server, name, now, ours, theirs).ready()
    }

    fn kind(&self, name: Option<&str>, key: Option<Arc<ResumptionKey>>, now: u64) -> HandshakeKind {
        let pair = self.meet(name, key, now);
        assert_eq!(pair.client.handshake_kind(), pair.server.handshake_kind());
        pair.client.handshake_kind().unwrap()
    }

    fn again(&self, now: u64) -> HandshakeKind {
        self.kind(Some("example.org"), key("example.org"), now)
    }
}

fn accepting_with(tickets: &Arc<Tickets>, binding: &[u8], credential: &Arc<Credential>) -> AcceptingConfig {
    AcceptingConfig::new(&AcceptingSettings {
        credentials: serving(&[credential]),
        client_certificates: ClientCertificates::Optional,
        tickets: Some(tickets.clone()),
        ticket_binding: binding.to_vec(),
        unknown_name: UnknownName::Default,
        ..accepting()
    })
    .unwrap()
}

use HandshakeKind::{Full, Resumed};

#[test]
fn res_01_a_second_session_resumes_and_has_its_own_exporter() {
    let world = World::new();
    let first = world.meet(Some("example.org"), key("example.org"), NOW);
    assert_eq!(first.client.handshake_kind(), Some(Full));
    assert_eq!(world.cache.tickets(&key("example.org").unwrap()), 2);
    let second = world.meet(Some("example.org"), key("example.org"), NOW + 10);
    assert_eq!(second.client.handshake_kind(), Some(Resumed));
    assert_eq!(second.client.exporter(), second.server.exporter());
    assert_ne!(first.client.exporter(), second.client.exporter());
}

#[test]
fn cb_08_a_resumed_session_still_knows_both_certificates() {
    let world = World::new();
    world.again(NOW);
    let pair = world.meet(Some("example.org"), key("example.org"), NOW);
    assert_eq!(pair.client.handshake_kind(), Some(Resumed));
    assert_eq!(pair.client.peer_certificates().next(), Some(ECDSA.leaf()));
    assert_eq!(pair.server.peer_certificates().next(), Some(ED25519.leaf()));
    assert_eq!(pair.client.server_end_point().unwrap(), pair.server.server_end_point().unwrap());
    assert_eq!(pair.client.signature_scheme(), None, "nobody signed this time");
}

#[test]
fn cb_08_a_certificate_replaced_since_leaves_a_resumed_server_without_end_point() {
    let mut world = World::new();
    world.again(NOW);
    world.server = accepting_with(&world.tickets, b"c2s", &credential("new.example"));
    let pair = world.meet(Some("example.org"), key("example.org"), NOW);
    assert_eq!(pair.server.handshake_kind(), Some(Resumed));
    assert_eq!(pair.server.server_end_point(), Err(NoEndPoint::NoCertificate));
    let chained = world.meet(Some("example.org"), key("example.org"), NOW);
    assert_eq!(
        chained.server.server_end_point(),
        Err(NoEndPoint::NoCertificate),
        "the ticket of a resumed session too"
    );
}

#[test]
fn res_07_a_ticket_is_used_once() {
    let world = World::new();
    let key = key("example.org");
    world.again(NOW);
    let tickets = |world: &World| world.cache.tickets(key.as_ref().unwrap());
    assert_eq!(tickets(&world), 2);
    let ours = || InitiatingOptions { resumption: key.clone(), ..InitiatingOptions::default() };
    let _first = Session::initiating(&world.client, Some("example.org"), NOW, ours()).unwrap();
    assert_eq!(tickets(&world), 1);
    let _second = Session::initiating(&world.client, Some("example.org"), NOW, ours()).unwrap();
    assert_eq!(tickets(&world), 0);
    assert_eq!(world.again(NOW), Full);
}

#[test]
fn res_08_another_domain_service_or_key_does_not_resume() {
    let world = World::new();
    assert_eq!(world.again(NOW), Full);
    assert_eq!(world.kind(Some("example.org"), key("example.com"), NOW), Full);
    let other = Arc::new(ResumptionKey { domain: "example.org".into(), rest: b"s2s".as_slice().into() });
    assert_eq!(world.kind(Some("example.org"), Some(other), NOW), Full);
    assert_eq!(world.kind(Some("example.org"), None, NOW), Full);
    assert_eq!(world.again(NOW), Resumed);
}

#[test]
fn res_08_a_ticket_of_another_name_opens_for_nobody() {
    let world = World::new();
    assert_eq!(world.again(NOW), Full);
    assert_eq!(world.kind(Some("example.net"), key("example.org"), NOW), Full);
}

#[test]
fn res_08_a_ticket_bound_to_another_service_or_policy_opens_for_nobody() {
    let mut world = World::new();
    assert_eq!(world.again(NOW), Full);
    world.server = accepting_with(&world.tickets, b"s2s", &ECDSA);
    assert_eq!(world.again(NOW), Full);
    assert_eq!(world.again(NOW), Resumed, "its own tickets do");
}

#[test]
fn a_session_without_a_server_name_does_not_resume() {
    let world = World::new();
    for _ in 0..2 {
        assert_eq!(world.kind(None, key("example.org"), NOW), Full);
    }
    assert_eq!(world.cache.tickets(&key("example.org").unwrap()), 0);
}

#[test]
fn res_04_an_old_ticket_is_refused() {
    let world = World::new();
    assert_eq!(world.again(NOW), Full);
    assert_eq!(world.again(NOW + 43_000), Resumed);
    let world = World::new();
    assert_eq!(world.again(NOW), Full);
    assert_eq!(world.again(NOW + 43_300), Full);
}

#[test]
fn res_03_keys_are_replaced_and_the_one_before_still_opens() {
    let world = World::with(Tickets::rotating(86_400).unwrap(), b"", Version::Tls13);
    assert_eq!(world.again(NOW), Full);
    assert_eq!(world.again(NOW + 80_000), Full, "too old by then; sealed with the first key");
    assert_eq!(world.again(NOW + 90_000), Resumed, "opened with the first key, sealed with the second");
}

#[test]
fn res_03_nodes_that_share_keys_take_each_others_tickets() {
    let secret = |byte| TicketKey::new([byte; 16], &[byte; 32]).unwrap();
    let mut world = World::with(Tickets::given(vec![secret(1)]), b"c2s", Version::Tls13);
    assert_eq!(world.again(NOW), Full);
    let rotated = Arc::new(Tickets::given(vec![secret(2), secret(1)]));
    world.server = accepting_with(&rotated, b"c2s", &ECDSA);
    assert_eq!(world.again(NOW), Resumed);
    rotated.replace(vec![secret(3)]);
    assert_eq!(world.again(NOW), Full);
}

#[test]
fn res_03_bytes_that_are_no_keys_are_refused_with_the_reason() {
    let key = |id: u8, secret: u8| [vec![id; 16], vec![secret; 32]].concat();
    let refused = |bytes: &[u8]| TicketKey::from_bytes(bytes).unwrap_err();
    assert_eq!(TicketKey::from_bytes(&[key(1, 1), key(2, 2)].concat()).unwrap().len(), 2);
    assert_eq!(refused(&[]), TicketKeysError::None);
    let many: Vec<_> = (1..=9).map(|number| key(number, number)).collect();
    assert_eq!(TicketKey::from_bytes(&many[..8].concat()).unwrap().len(), crate::limits::TICKET_KEYS);
    assert_eq!(refused(&many.concat()), TicketKeysError::TooMany);
    for length in [1, 16, 47] {
        assert_eq!(refused(&key(1, 1)[..length]), TicketKeysError::TooShort, "{length} bytes");
        assert_eq!(refused(&[&key(1, 1), &key(2, 2)[..length]].concat()), TicketKeysError::TooShort);
    }
    assert_eq!(refused(&key(1, 0)), TicketKeysError::AllZero);
    assert_eq!(refused(&[key(1, 1), key(1, 2)].concat()), TicketKeysError::Twice);
    assert_eq!(refused(&[key(1, 1), key(2, 1)].concat()), TicketKeysError::Twice);
}

#[test]
fn res_02_a_ticket_with_one_bit_flipped_leads_to_a_full_handshake() {
    let world = World::new();
    world.again(NOW);
    let ours = InitiatingOptions { resumption: key("example.org"), ..InitiatingOptions::default() };
    let mut client = Session::initiating(&world.client, Some("example.org"), NOW, ours).unwrap();
    let mut hello = drain(&mut client);
    // The ticket stands near the end of the hello, before its binder of 49 bytes.
    let at = hello.len() - 100;
    hello[at] ^= 1;
    let mut server = Session::accepting(&world.server, AcceptingOptions::default()).unwrap();
    server.receive(NOW, &hello, &mut []).unwrap();
    assert!(server.transmit_pending() > 500, "a flight with certificates");
}

#[test]
fn off_is_off_on_either_side() {
    let world = World::new();
    let silent = AcceptingConfig::new(&AcceptingSettings { tickets: None, ..accepting() }).unwrap();
    let off = World { server: silent, ..world };
    assert_eq!(off.again(NOW), Full);
    assert_eq!(off.cache.tickets(&key("example.org").unwrap()), 0, "no ticket came");
    assert_eq!(off.again(NOW), Full);

    let world = World::new();
    let forgetful = World { client: InitiatingConfig::new(&initiating()).unwrap(), ..World::new() };
    for _ in 0..2 {
        assert_eq!(forgetful.again(NOW), Full);
    }
    assert_eq!(world.again(NOW), Full);
    assert_eq!(world.again(NOW), Resumed);
}

#[test]
fn tls_1_2_does_not_resume() {
    let world = World::with(Tickets::rotating(86_400).unwrap(), b"", Version::Tls12);
    for _ in 0..2 {
        assert_eq!(world.again(NOW), Full);
    }
}

#[test]
fn res_10_a_domain_can_be_forgotten_and_others_stay() {
    let world = World::new();
    assert_eq!(world.again(NOW), Full);
    assert_eq!(world.kind(Some("example.com"), key("example.com"), NOW), Full);
    world.cache.forget("example.org");
    assert_eq!(world.again(NOW), Full);
    assert_eq!(world.kind(Some("example.com"), key("example.com"), NOW), Resumed);
}

#[test]
fn no_judge_is_asked_when_a_session_resumes() {
    let world = World::new();
    world.again(NOW);
    let refuses: Option<Arc<dyn Judge>> = Some(Arc::new(Fixed(Err(CertificateAlert::Bad))));
    let ours =
        InitiatingOptions { judge: refuses, resumption: key("example.org"), ..InitiatingOptions::default() };
    let theirs = AcceptingOptions::default();
    let pair = Pair::named(&world.client, &world.server, Some("example.org"), NOW, ours, theirs).ready();
    assert_eq!(pair.client.handshake_kind(), Some(Resumed), "the caller judges what was remembered");
    assert_eq!(pair.client.peer_certificates().len(), 1);
}

#[test]
fn the_cache_holds_a_bounded_number_of_peers() {
    let world = World::new();
    let names: Vec<_> =
        (0..=crate::limits::RESUMPTION_PEERS).map(|number| format!("n{number}.example")).collect();
    for name in &names {
        world.kind(Some(name), key(name), NOW);
    }
    assert_eq!(world.cache.tickets(&key(&names[0]).unwrap()), 0, "the first gave way");
    assert_eq!(world.cache.tickets(&key(&names[1]).unwrap()), 2);
}

#[test]
fn the_cache_holds_a_bounded_number_of_tickets_of_a_peer() {
    let world = World::new();
    for _ in 0..6 {
        world.again(NOW);
    }
    let kept = world.cache.tickets(&key("example.org").unwrap());
    assert_eq!(kept, crate::limits::RESUMPTION_TICKETS_PER_PEER);
}

/// Runs `work` as rustls would in a handshake of this domain, told by the stream header, at this time.
fn within<R>(now: u64, domain: Option<&str>, tls13: bool, work: impl FnOnce() -> R) -> R {
    let found = Found { tls13, own: Some(ECDSA.clone()), ..Found::default() };
    let mut slot =
        Some(Box::new(Handshake { domain: domain.map(Into::into), found, ..Handshake::default() }));
    let _lent = scope::lend(now, &mut slot);
    work()
}

#[test]
fn res_08_a_ticket_without_a_name_in_the_hello_is_bound_to_the_headers_domain() {
    let tickets = Tickets::rotating(86_400).unwrap();
    let ticket = within(NOW, Some("example.org"), true, || tickets.encrypt(b"session")).unwrap();
    let open = |now, domain| within(now, domain, false, || tickets.decrypt(&ticket));
    assert_eq!(open(NOW, Some("Example.org")).as_deref(), Some(&b"session"[..]));
    assert_eq!(open(NOW, Some("example.com")), None);
    assert_eq!(open(NOW, None), None);
    assert_eq!(
        within(NOW, None, true, || tickets.encrypt(b"session")),
        None,
        "without a domain there is none"
    );
    assert_eq!(tickets.decrypt(&ticket), None, "nor outside of a handshake");
}

#[test]
fn res_04_the_server_itself_refuses_tickets_that_are_old_or_of_the_future() {
    let tickets = Tickets::rotating(86_400).unwrap();
    let ticket = within(NOW, Some("example.org"), true, || tickets.encrypt(b"session")).unwrap();
    let opens = |now| within(now, Some("example.org"), false, || tickets.decrypt(&ticket)).is_some();
    assert!(opens(NOW) && opens(NOW + 43_200) && opens(NOW - 60));
    assert!(!opens(NOW + 43_201) && !opens(NOW - 61));
    assert_eq!(tickets.lifetime(), 43_200, "what the client is told");
}

#[test]
fn res_03_a_key_two_periods_old_is_gone() {
    let tickets = Tickets::rotating(100).unwrap();
    let make = |now| within(now, Some("example.org"), true, || tickets.encrypt(b"session")).unwrap();
    let (first, again, second) = (make(NOW), make(NOW + 99), make(NOW + 100));
    assert_eq!(first[1..17], again[1..17], "one key, by its id");
    assert_ne!(first[1..17], second[1..17], "and then another");
    assert_ne!(first[25..], again[25..]);
    // No ticket lives long enough to miss it; what counts is that its secret is not kept.
    let kept = || format!("{tickets:?}").matches("TicketKey").count();
    for (now, keys) in [(NOW + 199, 2), (NOW + 200, 2), (NOW + 400, 1)] {
        make(now);
        assert_eq!(kept(), keys, "{}", now - NOW);
    }
}

#[test]
fn res_03_of_the_host_s_keys_the_first_eight_open() {
    let keys = |ids: std::ops::RangeInclusive<u8>| {
        Tickets::given(ids.map(|id| TicketKey::new([id; 16], &[id; 32]).unwrap()).collect())
    };
    let nine = keys(1..=9);
    for (id, opens) in [(1, true), (8, true), (9, false)] {
        let sealed = keys(id..=id);
        let ticket = within(NOW, Some("example.org"), true, || sealed.encrypt(b"session")).unwrap();
        let opened = within(NOW, Some("example.org"), false, || nine.decrypt(&ticket));
        assert_eq!(opened.is_some(), opens, "{id}");
    }
}

#[test]
fn tls_1_2_gets_no_ticket() {
    let tickets = Tickets::rotating(86_400).unwrap();
    assert_eq!(within(NOW, Some("example.org"), false, || tickets.encrypt(b"session")), None);
    assert!(within(NOW, Some("example.org"), true, || tickets.encrypt(b"session")).is_some());
}

#[test]
fn damaged_and_short_tickets_open_for_nobody() {
    let tickets = Tickets::rotating(86_400).unwrap();
    let ticket = within(NOW, Some("example.org"), true, || tickets.encrypt(b"session")).unwrap();
    let open = |ticket: &[u8]| within(NOW, Some("example.org"), false, || tickets.decrypt(ticket));
    assert!(open(&ticket).is_some());
    for at in 0..ticket.len() {
        let mut damaged = ticket.clone();
        damaged[at] ^= 1;
        assert_eq!(open(&damaged), None, "byte {at}");
        assert_eq!(open(&ticket[..at]), None, "the first {at} bytes");
    }
}
