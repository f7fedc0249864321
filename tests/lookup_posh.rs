//! POSH documents from a real HTTPS server, found through a real signed DNS.
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

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dns::{builder, domain, world};
use https::{Authority, Script, Server, answer, document, good, redirect, settings, trusted};
use xmpptls::lookup::{AddressGuard, Finding, Lookup, LookupBuilder, Reply, Request};
use xmpptls::name::Service;
use xmpptls::record::{self, Dnssec, LookupFailure, PoshEvidence, posh_url};
use xmpptls::verification::{self, QuestionKind};

const LIMIT: Duration = Duration::from_secs(20);
const IP: &str = "127.0.2.30";
const HERE: &str = "posh.signed.test";
const THERE: &str = "elsewhere.signed.test";
const SOURCE: &str = "/.well-known/posh/xmpp-server.json";

type Found = record::Lookup<PoshEvidence>;

fn fingerprints(expires: u32) -> String {
    format!(
        r#"{{"fingerprints":[{{"sha-256":"4/mggdlVx8A3pvHAWW5sD+qJyMtUHgiRuPjVC48N0XQ="}}],"expires":{expires}}}"#
    )
}

fn reference(url: &str, expires: u32) -> String {
    format!(r#"{{"url":"{url}","expires":{expires}}}"#)
}

fn setup(server: &Server) -> LookupBuilder {
    builder(world().server)
        .https_port(server.address.port())
        .https_trust_anchors(&[trusted().certificate.clone()])
        .expect("an anchor")
}

fn fetch_for(lookup: &Lookup, service: Service) -> (Found, Reply) {
    let question = QuestionKind::Posh { url: posh_url(&domain(HERE), service), service };
    let reply = lookup.ask(Request::Question(question), LIMIT).expect("a reply");
    let found = match &reply.finding {
        Finding::Answer(verification::Answer::Posh(evidence)) => record::Lookup::Found(evidence.clone()),
        Finding::Answer(verification::Answer::Absent(state)) => record::Lookup::Absent(*state),
        Finding::Answer(verification::Answer::Failed(failure)) => record::Lookup::Failed(*failure),
        other => panic!("{other:?}"),
    };
    (found, reply)
}

fn fetch_with(lookup: &Lookup) -> (Found, Reply) {
    fetch_for(lookup, Service::S2s)
}

fn fetch(server: &Server) -> Found {
    fetch_with(&setup(server).build()).0
}

/// A server with a good certificate for both names.
fn serving(script: impl Fn(&str, u16) -> Script + Send + Sync + 'static) -> Server {
    Server::start(IP, Some(good(&[HERE, THERE])), script)
}

fn found(found: Found) -> PoshEvidence {
    match found {
        record::Lookup::Found(evidence) => evidence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn posh_01_a_document_is_fetched_from_the_well_known_url_of_the_service() {
    let server = serving(|path, _| match path {
        SOURCE => document(fingerprints(86_400)),
        _ => answer("404 Not Found", "", ""),
    });
    let lookup = setup(&server).build();
    let (document, reply) = fetch_with(&lookup);
    let evidence = found(document);
    assert_eq!((evidence.expires, evidence.lifetime(u32::MAX), &evidence.reference), (86_400, 86_400, &None));
    assert_eq!(evidence.url, posh_url(&domain(HERE), Service::S2s));
    assert_eq!(evidence.fingerprints.len(), 1);
    assert!(evidence.https_verified);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!((0..10).contains(&(i64::try_from(now).unwrap() - evidence.fetched_at)));
    println!("one document: {:?}", reply.effort);
    assert_eq!((reply.effort.https_connections, reply.effort.https_requests), (1, 1));

    let head = server.requests()[0].to_lowercase();
    assert!(head.starts_with(&format!("get {SOURCE} http/1.1\r\n")), "{head}");
    assert!(head.contains(&format!("host: {HERE}:{}\r\n", server.address.port())), "{head}");
    for leak in ["cookie", "authorization", "referer", "accept-encoding"] {
        assert!(!head.contains(leak), "{head}");
    }

    let other = fetch_for(&lookup, Service::C2s).0;
    assert_eq!(other, record::Lookup::Absent(Dnssec::Insecure), "services are not mixed");
}

#[test]
fn posh_12_the_status_decides_between_absence_and_failure() {
    for (status, expected) in [
        ("404 Not Found", record::Lookup::Absent(Dnssec::Insecure)),
        ("410 Gone", record::Lookup::Absent(Dnssec::Insecure)),
        ("500 Internal Server Error", record::Lookup::Failed(LookupFailure::Server)),
        ("403 Forbidden", record::Lookup::Failed(LookupFailure::Server)),
        ("204 No Content", record::Lookup::Failed(LookupFailure::Server)),
        ("302 Found", record::Lookup::Failed(LookupFailure::Malformed)),
    ] {
        let server = serving(move |_, _| answer(status, "", ""));
        assert_eq!(fetch(&server), expected, "{status}");
    }
}

#[test]
fn posh_09_and_10_one_reference_is_followed_and_the_lower_expiry_counts() {
    let server = serving(|path, port| match path {
        SOURCE => document(reference(&format!("https://{THERE}:{port}/a.json"), 86_400)),
        "/a.json" => document(fingerprints(3_600)),
        _ => answer("404 Not Found", "", ""),
    });
    let (document, reply) = fetch_with(&setup(&server).build());
    let evidence = found(document);
    assert_eq!((evidence.expires, evidence.lifetime(u32::MAX)), (3_600, 3_600));
    let (target, expires) = evidence.reference.unwrap();
    assert_eq!((target.host(), expires), (&domain(THERE), 86_400));
    println!("one reference: {:?}", reply.effort);
    assert_eq!(reply.effort.https_requests, 2);
}

#[test]
fn posh_09_a_second_reference_is_refused() {
    let server = serving(|path, port| match path {
        SOURCE => document(reference(&format!("https://{THERE}:{port}/a.json"), 60)),
        "/a.json" => document(reference(&format!("https://{THERE}:{port}/b.json"), 60)),
        _ => document(fingerprints(60)),
    });
    assert_eq!(fetch(&server), record::Lookup::Failed(LookupFailure::Malformed));
}

#[test]
fn posh_09_a_reference_to_nothing_is_a_failure_and_no_absence() {
    let server = serving(|path, port| match path {
        SOURCE => document(reference(&format!("https://{THERE}:{port}/gone.json"), 60)),
        _ => answer("404 Not Found", "", ""),
    });
    assert_eq!(fetch(&server), record::Lookup::Failed(LookupFailure::Server));
}

#[test]
fn atk_po_02_references_with_other_schemes_credentials_or_fragments_are_refused() {
    for url in
        ["http://posh.signed.test/", "https://u@posh.signed.test/", "https://posh.signed.test/#x", "ftp://x/"]
    {
        let server = serving(move |_, _| document(reference(url, 60)));
        assert_eq!(fetch(&server), record::Lookup::Failed(LookupFailure::Forbidden), "{url}");
    }
}

/// A server that redirects so many times before the document comes.
fn hops(count: usize) -> Server {
    serving(move |path, port| {
        let at = path.strip_prefix("/hop/").map_or(0, |number| number.parse().unwrap());
        let host = if at % 2 == 0 { HERE } else { THERE };
        if at == count {
            document(fingerprints(60))
        } else {
            redirect(&format!("https://{host}:{port}/hop/{}", at + 1))
        }
    })
}

#[test]
fn posh_11_ten_redirects_are_followed_and_not_eleven() {
    assert_eq!(found(fetch(&hops(1))).expires, 60);
    assert_eq!(found(fetch(&hops(10))).expires, 60);
    assert_eq!(fetch(&hops(11)), record::Lookup::Failed(LookupFailure::Malformed));
}

#[test]
fn posh_11_redirects_count_over_both_documents_together() {
    let server = serving(|path, port| match path {
        SOURCE => redirect("/6"),
        "/1" => document(reference(&format!("https://{THERE}:{port}/16"), 60)),
        "/11" => document(fingerprints(60)),
        _ => redirect(&format!("/{}", path[1..].parse::<u32>().unwrap() - 1)),
    });
    assert_eq!(fetch(&server), record::Lookup::Failed(LookupFailure::Malformed));
}

#[test]
fn posh_11_a_redirect_loop_ends_at_once() {
    let server = serving(|path, _| redirect(if path == SOURCE { "/again" } else { SOURCE }));
    assert_eq!(fetch(&server), record::Lookup::Failed(LookupFailure::Malformed));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn atk_po_01_a_redirect_to_plain_http_is_refused_and_not_followed() {
    let plain = Server::start(IP, None, |_, _| document(fingerprints(60)));
    let port = plain.address.port();
    let server = serving(move |_, _| redirect(&format!("http://{HERE}:{port}{SOURCE}")));
    assert_eq!(fetch(&server), record::Lookup::Failed(LookupFailure::Forbidden));
    assert_eq!(plain.connections(), 0);
}

#[test]
fn atk_po_01_a_server_that_speaks_plain_http_is_no_source() {
    let plain = Server::start(IP, None, |_, _| document(fingerprints(60)));
    assert_eq!(fetch(&plain), record::Lookup::Failed(LookupFailure::Unreachable));
}

#[test]
fn posh_02_the_server_has_to_prove_the_source_domain() {
    let good_document = |_: &str, _: u16| document(fingerprints(60));
    let stranger = Authority::new();
    for (name, settings) in [
        ("another name", settings(trusted(), &[THERE], (2020, 2050))),
        ("expired", settings(trusted(), &[HERE], (2020, 2024))),
        ("not yet valid", settings(trusted(), &[HERE], (2040, 2050))),
        ("unknown authority", settings(&stranger, &[HERE], (2020, 2050))),
    ] {
        let server = Server::start(IP, Some(settings), good_document);
        assert_eq!(fetch(&server), record::Lookup::Failed(LookupFailure::HttpsUnverified), "{name}");
        assert!(server.requests().is_empty(), "{name}: nothing is asked of a server without proof");
    }
    let server = Server::start(IP, Some(good(&[HERE])), good_document);
    assert_eq!(found(fetch(&server)).expires, 60);
}

#[test]
fn posh_11_each_server_on_the_way_has_to_prove_its_own_name() {
    let script = |path: &str, port: u16| match path {
        SOURCE => redirect(&format!("https://{THERE}:{port}/a")),
        _ => document(fingerprints(60)),
    };
    let server = Server::start(IP, Some(good(&[HERE])), script);
    assert_eq!(fetch(&server), record::Lookup::Failed(LookupFailure::HttpsUnverified));
    assert_eq!(found(fetch(&Server::start(IP, Some(good(&[HERE, THERE])), script))).expires, 60);
}

#[test]
fn without_https_anchors_nothing_is_fetched() {
    let server = serving(|_, _| document(fingerprints(60)));
    let lookup = builder(world().server).https_port(server.address.port()).build();
    assert_eq!(fetch_with(&lookup).0, record::Lookup::Failed(LookupFailure::HttpsUnverified));
    assert_eq!(server.connections(), 0);
}

#[test]
fn atk_po_08_a_document_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let sized = |size: usize| {
        serving(move |_, _| {
            let text = fingerprints(60);
            document(format!("{text}{}", " ".repeat(size - text.len())))
        })
    };
    assert_eq!(fetch(&sized(65_537)), record::Lookup::Failed(LookupFailure::Malformed));
    assert_eq!(found(fetch(&sized(65_536))).expires, 60);
}

#[test]
fn an_endless_body_and_an_endless_head_end() {
    let piece = || (Duration::ZERO, vec![b' '; 16_384]);
    let body = serving(move |_, _| {
        let mut script = vec![(Duration::ZERO, b"HTTP/1.1 200 OK\r\n\r\n".to_vec())];
        script.extend((0..64).map(|_| piece()));
        script
    });
    assert_eq!(fetch(&body), record::Lookup::Failed(LookupFailure::Malformed));
    let head = serving(|_, _| {
        let field = format!("X: {}\r\n", "x".repeat(1000)).into_bytes();
        let mut script = vec![(Duration::ZERO, b"HTTP/1.1 200 OK\r\n".to_vec())];
        script.extend((0..200).map(|_| (Duration::ZERO, field.clone())));
        script
    });
    assert!(matches!(fetch(&head), record::Lookup::Failed(_)));
}

#[test]
fn sec_07_a_slow_server_costs_no_more_than_the_limit() {
    let drip = || (Duration::from_millis(100), b" ".to_vec());
    let silent = serving(|_, _| vec![(Duration::from_secs(30), Vec::new())]);
    let dripping = serving(move |_, _| {
        let mut script = vec![(Duration::ZERO, b"HTTP/1.1 200 OK\r\n\r\n".to_vec())];
        script.extend((0..300).map(|_| drip()));
        script
    });
    for server in [silent, dripping] {
        let lookup = setup(&server).posh_time_out(Duration::from_millis(700)).build();
        let begin = Instant::now();
        assert_eq!(fetch_with(&lookup).0, record::Lookup::Failed(LookupFailure::Timeout));
        let taken = begin.elapsed();
        println!("gave up after {} ms", taken.as_millis());
        assert!(taken >= Duration::from_millis(700) && taken < Duration::from_millis(1500), "{taken:?}");
    }
}

#[test]
fn a_gathering_with_a_slow_posh_server_still_brings_the_candidates() {
    let silent = serving(|_, _| vec![(Duration::from_secs(30), Vec::new())]);
    let request = Request::Gather { domain: domain(HERE), service: Service::S2s };
    let lookup = setup(&silent).build();
    let begin = Instant::now();
    let reply = lookup.ask(request, Duration::from_secs(1)).unwrap();
    assert!(begin.elapsed() <= Duration::from_millis(1200));
    let Finding::Gathered(gathered) = reply.finding else { panic!() };
    let record::Lookup::Found(list) = gathered.candidates else { panic!() };
    assert_eq!(list[0].endpoint.addresses, Dnssec::Secure);
    assert_eq!(gathered.posh, record::Lookup::Failed(LookupFailure::Timeout));
}

#[test]
fn a_reference_into_our_network_is_forbidden_and_never_dialled() {
    let inner = Server::start("127.0.2.31", Some(good(&["127.0.2.31"])), |_, _| document(fingerprints(60)));
    let port = inner.address.port();
    let server = serving(move |_, _| document(reference(&format!("https://127.0.2.31:{port}/"), 60)));
    let guard = |network: &str| AddressGuard::public_only().allow(network.parse().unwrap());
    let lookup = setup(&server).address_guard(guard("127.0.2.30/32")).build();
    assert_eq!(fetch_with(&lookup).0, record::Lookup::Failed(LookupFailure::Forbidden));
    assert_eq!(inner.connections(), 0);
    let lookup = setup(&server).address_guard(guard("127.0.2.30/31")).build();
    assert_eq!(found(fetch_with(&lookup).0).expires, 60);

    let lookup = setup(&server).address_guard(AddressGuard::public_only()).build();
    let before = server.connections();
    assert_eq!(fetch_with(&lookup).0, record::Lookup::Failed(LookupFailure::Forbidden));
    assert_eq!(server.connections(), before);
}

#[test]
fn posh_10_a_document_is_kept_until_it_expires_and_then_fetched_from_the_source() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let server = serving(move |_, _| {
        counter.fetch_add(1, Ordering::SeqCst);
        document(fingerprints(1))
    });
    let lookup = setup(&server).build();
    assert_eq!(found(fetch_with(&lookup).0).expires, 1);
    let (kept, reply) = fetch_with(&lookup);
    assert_eq!(found(kept).expires, 1);
    assert_eq!(reply.effort.https_requests, 0);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(fetch_with(&lookup).1.effort.https_requests, 1);
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn posh_08_a_document_that_expires_at_once_is_not_kept() {
    let server = serving(|_, _| document(fingerprints(0)));
    let lookup = setup(&server).build();
    for _ in 0..2 {
        let (document, reply) = fetch_with(&lookup);
        assert_eq!(found(document).expires, 0);
        assert_eq!(reply.effort.https_requests, 1);
    }
}

#[test]
fn absence_and_failure_are_remembered_until_the_domain_is_flushed() {
    for status in ["404 Not Found", "500 Internal Server Error"] {
        let server = serving(move |_, _| answer(status, "", ""));
        let lookup = setup(&server).build();
        let first = fetch_with(&lookup).0;
        let (again, reply) = fetch_with(&lookup);
        assert_eq!((again, reply.effort.https_requests), (first, 0), "{status}");
        lookup.flush(&domain("signed.test")).unwrap();
        assert_eq!(fetch_with(&lookup).1.effort.https_requests, 1, "{status}");
    }
}

#[test]
fn many_who_want_a_document_at_once_cause_one_request() {
    let server = serving(|_, _| vec![(Duration::from_millis(300), document(fingerprints(60))[0].1.clone())]);
    let lookup = setup(&server).build();
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| assert_eq!(found(fetch_with(&lookup).0).expires, 60));
        }
    });
    assert_eq!(server.requests().len(), 1);
}
