//! Round trips: how many questions a look-up costs, and how many of them wait for one another.
//!
//! A forwarder holds each DNS answer back for a fixed time, so the time a look-up takes, divided by that, is the
//! number of round trips in a row. Needs the Debian package knot, which `make test` installs.

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

use std::time::{Duration, Instant};

use dns::{Passing, builder, domain, forwarder, world};
use https::{Server, document, good, trusted};
use xmpptls::lookup::{Effort, Lookup, Request};
use xmpptls::name::Service;

const DELAY: Duration = Duration::from_millis(300);

struct Cost {
    effort: Effort,
    in_a_row: u128,
}

fn measure(lookup: &Lookup, what: &str, name: &str) -> Cost {
    let request = Request::Gather { domain: domain(name), service: Service::S2s };
    let begin = Instant::now();
    let reply = lookup.ask(request, Duration::from_secs(30)).expect("a reply");
    let taken = begin.elapsed();
    let cost = Cost { effort: reply.effort, in_a_row: (taken + DELAY / 2).as_millis() / DELAY.as_millis() };
    let Effort { dns_queries, cached, https_connections, https_requests, .. } = cost.effort;
    println!(
        "{what:<44} {:>4} ms  {:>2} in a row  DNS {dns_queries:>3}  cached {cached:>2}  HTTPS {https_connections} connections, {https_requests} requests",
        taken.as_millis(),
        cost.in_a_row,
    );
    cost
}

#[test]
fn round_trips_of_each_case() {
    let posh =
        r#"{"fingerprints":[{"sha-256":"4/mggdlVx8A3pvHAWW5sD+qJyMtUHgiRuPjVC48N0XQ="}],"expires":60}"#;
    let server = Server::start("127.0.2.30", Some(good(&["posh.signed.test"])), move |_, _| document(posh));
    let slow = forwarder(world().server, Passing::After(DELAY));
    let lookup = builder(slow.address)
        .https_port(server.address.port())
        .https_trust_anchors(&[trusted().certificate.clone()])
        .unwrap()
        .build();
    let cold = measure(&lookup, "signed, SRV and TLSA, nothing known", "signed.test");
    let again = measure(&lookup, "the same again", "signed.test");
    let warm = measure(&lookup, "signed, another service, keys known", "plain.signed.test");
    let alone = measure(&lookup, "signed, no SRV, POSH", "posh.signed.test");
    let unsigned = measure(&lookup, "unsigned, nothing known of it", "unsigned.test");
    let absent = measure(&lookup, "no such domain", "nobody.signed.test");

    assert_eq!((again.effort.dns_queries, again.in_a_row), (0, 0));
    // SRV, then addresses, then TLSA: nothing else waits.
    assert!(warm.in_a_row <= 3, "{}", warm.in_a_row);
    // SRV and addresses together, then TLSA beside POSH.
    assert!(alone.in_a_row <= 2, "{}", alone.in_a_row);
    assert_eq!((alone.effort.https_connections, alone.effort.https_requests), (1, 1));
    assert!(absent.in_a_row <= 1, "{}", absent.in_a_row);
    // Besides, the keys of each zone and the delegations between them.
    assert!(cold.in_a_row <= 6, "{}", cold.in_a_row);
    assert!(unsigned.in_a_row <= 8, "{}", unsigned.in_a_row);
    assert!(cold.effort.dns_queries <= 16 && unsigned.effort.dns_queries <= 24);
}
