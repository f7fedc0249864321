//! From a domain's name to a verdict: look-up, evidence, connection to a real TLS server, judgement.
//!
//! Needs the Debian package knot, which `make test` installs; without it these tests fail.

#![cfg(feature = "lookup")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test has a clock and sockets, and fails by panicking"
)]

#[path = "interop/dns/mod.rs"]
mod dns;
#[path = "interop/https/mod.rs"]
mod https;
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dns::{World, builder, domain, world_with};
use https::{Server, answer, document, good, trusted};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use support::ca::{DAY, Issued, authority, leaf};
use support::scene::{chain, policy};
use xmpptls::connection::{Connection, Context, Phase, Time};
use xmpptls::lookup::{Finding, Lookup, Request};
use xmpptls::name::{Direction, Service};
use xmpptls::policy::{Policy, Preset};
use xmpptls::record::{self, LookupFailure, PoshCertificate, posh_document};
use xmpptls::verdict::{Level, Method, Verdict};
use xmpptls::verification::{self, Verification};

const LIMIT: Duration = Duration::from_secs(20);
const SERVERS: &str = "127.0.2.40";
const WEB: &str = "127.0.2.41";

/// The world with its TLS servers.
struct Stage {
    world: &'static World,
    policy: Arc<Policy>,
    https_port: u16,
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn xmpp_server(issued: &Issued) -> Server {
    let chain = vec![CertificateDer::from(issued.der.clone())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(issued.pkcs8()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![b"xmpp-server".to_vec()];
    Server::start(SERVERS, Some(Arc::new(config)), |_, _| Vec::new())
}

fn stage() -> &'static Stage {
    static STAGE: std::sync::OnceLock<Stage> = std::sync::OnceLock::new();
    STAGE.get_or_init(build)
}

fn build() -> Stage {
    let fresh = || leaf().valid(now() - DAY, now() + 30 * DAY);
    let root = authority("Root").self_signed();
    let own = fresh().dns("nobody.example").self_signed();
    let by_target = fresh().dns("pkixhost.signed.test").signed_by(&root);
    let by_domain = fresh().dns("ca.unsigned.test").signed_by(&root);
    let port = |issued: &Issued| xmpp_server(issued).address.port();
    let (own_port, target_port, domain_port) = (port(&own), port(&by_target), port(&by_domain));

    let certificate = PoshCertificate { der: &own.der, not_after: i64::MAX };
    let (posh, _) = posh_document(&[certificate], 86_400, now());
    let names = ["poshed.signed.test", "poshed.unsigned.test"];
    let web = Server::start(WEB, Some(good(&names)), move |path, _| match path {
        "/.well-known/posh/xmpp-server.json" => document(&posh),
        _ => answer("404 Not Found", "", ""),
    });

    let key: String = chain(&[&own]).leaf().spki_sha256().iter().map(|byte| format!("{byte:02x}")).collect();
    let wrong = "0".repeat(64);
    let world = world_with(|| {
        let signed = format!(
            "_xmpps-server._tcp.dane IN SRV 1 0 {own_port} danehost\n\
             danehost IN A {SERVERS}\n\
             _{own_port}._tcp.danehost IN TLSA 3 1 1 {key}\n\
             _xmpps-server._tcp.wrong IN SRV 1 0 {own_port} wronghost\n\
             wronghost IN A {SERVERS}\n\
             _{own_port}._tcp.wronghost IN TLSA 3 1 1 {wrong}\n\
             _xmpps-server._tcp.absent IN SRV 1 0 {target_port} pkixhost\n\
             pkixhost IN A {SERVERS}\n\
             _xmpps-server._tcp.lostkey IN SRV 1 0 {own_port} losthost\n\
             losthost IN A {SERVERS}\n\
             _{own_port}._tcp.losthost IN CNAME _{own_port}._tcp.host.failing.test.\n\
             _xmpps-server._tcp.forgedhost IN SRV 1 0 {own_port} host.bogus.test.\n\
             _xmpps-server._tcp.poshed IN SRV 1 0 {own_port} pkixhost\n\
             poshed IN A {WEB}\n"
        );
        let plain = format!(
            "_xmpps-server._tcp.ca IN SRV 1 0 {domain_port} xmpphost\n\
             _xmpps-server._tcp.target IN SRV 1 0 {target_port} pkixhost.signed.test.\n\
             _xmpps-server._tcp.none IN SRV 1 0 {own_port} xmpphost\n\
             _xmpps-server._tcp.poshed IN SRV 1 0 {own_port} xmpphost\n\
             xmpphost IN A {SERVERS}\n\
             _{own_port}._tcp.xmpphost IN TLSA 3 1 1 {wrong}\n\
             poshed IN A {WEB}\n"
        );
        (signed, plain)
    });
    let policy = policy(Preset::S2s2026, &[&root], |_| ());
    Stage { world, policy, https_port: web.address.port() }
}

impl Stage {
    fn lookup(&self) -> Lookup {
        builder(self.world.server)
            .https_port(self.https_port)
            .https_trust_anchors(&[trusted().certificate.clone()])
            .unwrap()
            .build()
    }

    /// Gathers, prepares, connects, and says what came out.
    fn verdict(&self, name: &str) -> Result<Verdict, LookupFailure> {
        let lookup = self.lookup();
        let request = Request::Gather { domain: domain(name), service: Service::S2s };
        let Finding::Gathered(gathered) = lookup.ask(request, LIMIT).unwrap().finding else { panic!() };
        let candidate = match &gathered.candidates {
            record::Lookup::Found(list) => &list[0],
            record::Lookup::Failed(why) => return Err(*why),
            other => panic!("{other:?}"),
        };
        let mut verification = Verification::prepare(verification::Request {
            domain: domain(name),
            service: Service::S2s,
            direction: Direction::Initiating,
            endpoint: Some(candidate.endpoint.clone()),
            policy: Arc::clone(&self.policy),
        });
        while let Some(question) = verification.next_question(now()) {
            let answer = gathered.answer(&question.kind).expect("all that is asked was gathered");
            verification.answer(question.id, answer).unwrap();
        }
        let prepared = verification.prepared();
        if let Some(refusal) = prepared.forbids_to_connect(now()) {
            return Ok(refusal);
        }
        let record::Lookup::Found(addresses) = &candidate.addresses else { panic!("{candidate:?}") };
        let socket = TcpStream::connect((addresses[0], candidate.endpoint.port)).unwrap();
        let context = Context::new(Arc::clone(&self.policy), None).unwrap();
        let time = || Time { unix_seconds: now(), monotonic_ms: 0 };
        let transport = candidate.endpoint.transport;
        let mut connection = Connection::initiating(&context, transport, Some(domain(name)), time()).unwrap();
        connection.set_verification(prepared).unwrap();
        Ok(handshake(connection, socket, time))
    }
}

fn handshake(mut connection: Connection, mut socket: TcpStream, time: impl Fn() -> Time) -> Verdict {
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let (mut buffer, mut plain) = ([0; 16_384], [0; 16_384]);
    loop {
        loop {
            let length = connection.transmit(&mut buffer);
            if length == 0 {
                break;
            }
            socket.write_all(&buffer[..length]).unwrap();
        }
        if matches!(connection.phase(), Phase::Open | Phase::Failed) {
            return connection
                .verdicts()
                .last()
                .cloned()
                .unwrap_or_else(|| panic!("{:?}", connection.cause()));
        }
        let length = socket.read(&mut buffer).unwrap_or_else(|why| panic!("{why}: {:?}", connection.phase()));
        assert!(length > 0, "the server hung up: {:?}", connection.cause());
        let mut used = 0;
        while used < length {
            match connection.receive(time(), &buffer[used..length], &mut plain) {
                Ok(received) if received.used > 0 => used += received.used,
                _ => break,
            }
        }
    }
}

fn proved(name: &str) -> (Level, Option<Method>) {
    let verdict = stage().verdict(name).unwrap();
    println!("{name:<24} {:?} {:?}", verdict.level(), verdict.method());
    (verdict.level(), verdict.method())
}

#[test]
fn dane_11_a_secure_domain_is_proved_by_its_tlsa_record() {
    assert_eq!(proved("dane.signed.test"), (Level::Authenticated, Some(Method::DaneEe)));
}

#[test]
fn dane_09_a_secure_domain_with_another_key_is_refused() {
    assert_eq!(proved("wrong.signed.test").0, Level::Refused);
}

#[test]
fn dane_07_without_tlsa_a_secure_target_counts_as_a_name_and_an_insecure_one_does_not() {
    assert_eq!(proved("absent.signed.test"), (Level::Authenticated, Some(Method::Pkix)));
    assert_eq!(proved("target.unsigned.test").0, Level::Refused);
}

#[test]
fn dane_02_an_insecure_domain_is_proved_by_an_authority_whatever_its_tlsa_says() {
    assert_eq!(proved("ca.unsigned.test"), (Level::Authenticated, Some(Method::Pkix)));
    assert_eq!(proved("none.unsigned.test").0, Level::Refused);
}

#[test]
fn dane_03_a_bogus_or_failing_domain_is_not_connected_to() {
    assert_eq!(stage().verdict("ca.bogus.test").unwrap_err(), LookupFailure::Bogus);
    assert_eq!(stage().verdict("failing.test").unwrap_err(), LookupFailure::Server);
}

#[test]
fn dane_05_and_06_a_target_with_bogus_addresses_or_indeterminate_tlsa_is_not_connected_to() {
    for name in ["forgedhost.signed.test", "lostkey.signed.test"] {
        let verdict = stage().verdict(name).unwrap();
        assert_eq!((verdict.level(), verdict.chain().is_none()), (Level::Refused, true), "{name}");
    }
}

#[test]
fn posh_15_a_document_proves_a_domain_that_nothing_else_does() {
    for name in ["poshed.unsigned.test", "poshed.signed.test"] {
        assert_eq!(proved(name), (Level::Authenticated, Some(Method::Posh)), "{name}");
    }
}
