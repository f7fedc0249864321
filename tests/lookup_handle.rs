//! The handle: blocking and polled form, limits, cancellation, fork, and the end.
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

use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use dns::{Passing, builder, dead_address, domain, forwarder, silent_server, world};
use xmpptls::lookup::{Finding, Lookup, LookupBuilder, LookupError, Reply, Request, Servers};
use xmpptls::name::Service;
use xmpptls::record::{self, LookupFailure};

const LIMIT: Duration = Duration::from_secs(20);
/// What a busy machine may add to a time limit.
const SLACK: Duration = Duration::from_millis(200);

fn gather(name: &str) -> Request {
    Request::Gather { domain: domain(name), service: Service::S2s }
}

fn candidates(name: &str) -> Request {
    Request::Candidates { domain: domain(name), service: Service::S2s }
}

fn outcome(reply: &Reply) -> Result<usize, LookupFailure> {
    match &reply.finding {
        Finding::Candidates(record::Lookup::Found(list)) => Ok(list.len()),
        Finding::Candidates(record::Lookup::Failed(why)) => Err(*why),
        other => panic!("{other:?}"),
    }
}

/// Whether the descriptor becomes readable in this time.
fn readable(lookup: &Lookup, time: Duration) -> bool {
    let fd = lookup.descriptor().unwrap().as_raw_fd();
    let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    // SAFETY: one valid pollfd.
    let ready = unsafe { libc::poll(&mut poll, 1, i32::try_from(time.as_millis()).unwrap()) };
    assert!(ready >= 0);
    ready == 1
}

#[test]
fn the_descriptor_is_readable_while_something_is_finished_and_only_then() {
    let lookup = builder(world().server).build();
    assert!(!readable(&lookup, Duration::ZERO));
    let ids = ["signed.test", "nsec3.test"].map(|name| lookup.submit(candidates(name), LIMIT).unwrap());
    let mut collected = Vec::new();
    while collected.len() < 2 {
        assert!(readable(&lookup, LIMIT), "nothing finishes");
        assert!(readable(&lookup, Duration::ZERO), "looking does not use it up");
        let (id, reply) = lookup.collect().unwrap().expect("what the descriptor promised");
        assert_eq!(outcome(&reply.unwrap()), Ok(1));
        collected.push(id);
    }
    collected.sort();
    assert_eq!(collected, ids);
    assert!(!readable(&lookup, Duration::ZERO));
    assert!(lookup.collect().unwrap().is_none());
}

#[test]
fn a_host_thread_is_never_blocked_in_the_polled_form() {
    let (silent, _socket) = silent_server();
    let lookup = builder(silent).build();
    lookup.descriptor().unwrap();
    let begin = Instant::now();
    for number in 0..100 {
        lookup.submit(gather(&format!("d{number}.signed.test")), Duration::from_millis(500)).unwrap();
        assert!(lookup.collect().unwrap().is_none());
    }
    let taken = begin.elapsed();
    println!("a hundred submissions and collections: {} us", taken.as_micros());
    assert!(taken < Duration::from_millis(400), "{taken:?}");
    let mut finished = 0;
    while finished < 100 {
        assert!(readable(&lookup, Duration::from_secs(2)), "{finished} of 100 finished");
        while let Some((_, outcome)) = lookup.collect().unwrap() {
            assert!(matches!(outcome, Ok(_) | Err(LookupError::TimedOut)));
            finished += 1;
        }
    }
    let taken = begin.elapsed();
    println!("all hundred given up after {} ms", taken.as_millis());
    assert!(taken < Duration::from_millis(1500), "{taken:?}");
}

#[test]
fn sec_07_a_dead_or_silent_server_costs_no_more_than_the_limit() {
    let (silent, _socket) = silent_server();
    for server in [silent, dead_address()] {
        let lookup = builder(server).build();
        let begin = Instant::now();
        let reply = lookup.ask(candidates("signed.test"), Duration::from_millis(800)).unwrap();
        let taken = begin.elapsed();
        println!("{server}: {:?} after {} ms", outcome(&reply), taken.as_millis());
        assert!(taken <= Duration::from_millis(800) + SLACK, "{taken:?}");
        assert!(matches!(outcome(&reply), Err(LookupFailure::Timeout | LookupFailure::Unreachable)));
    }
}

#[test]
fn one_dead_server_of_two_does_not_stop_a_look_up() {
    let servers = vec![dead_address(), world().server];
    let lookup = builder(world().server).servers(Servers::Given(servers)).build();
    assert_eq!(outcome(&lookup.ask(candidates("signed.test"), LIMIT).unwrap()), Ok(1));
}

#[test]
fn a_cancelled_look_up_is_not_collected_and_stops_asking() {
    let slow = forwarder(world().server, Passing::After(Duration::from_millis(150)));
    let lookup = builder(slow.address).build();
    let id = lookup.submit(gather("signed.test"), LIMIT).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(lookup.cancel(id), Ok(true));
    assert_eq!(lookup.cancel(id), Ok(false), "it is gone");
    std::thread::sleep(Duration::from_millis(50));
    let asked = slow.questions();
    assert!(!readable(&lookup, Duration::from_millis(600)));
    assert_eq!(slow.questions(), asked, "nothing more is asked");
    assert!(lookup.collect().unwrap().is_none());

    let id = lookup.submit(candidates("nsec3.test"), LIMIT).unwrap();
    assert!(readable(&lookup, LIMIT));
    assert_eq!(lookup.cancel(id), Ok(true), "a finished one can be cancelled until it is collected");
    assert!(!readable(&lookup, Duration::ZERO));
}

#[test]
fn a_cancelled_look_up_leaves_others_that_want_the_same_alone() {
    let slow = forwarder(world().server, Passing::After(Duration::from_millis(50)));
    let lookup = builder(slow.address).build();
    let first = lookup.submit(candidates("signed.test"), LIMIT).unwrap();
    let second = lookup.submit(candidates("signed.test"), LIMIT).unwrap();
    std::thread::sleep(Duration::from_millis(70));
    assert_eq!(lookup.cancel(first), Ok(true));
    assert!(readable(&lookup, LIMIT));
    let (id, reply) = lookup.collect().unwrap().unwrap();
    assert_eq!((id, outcome(&reply.unwrap())), (second, Ok(1)));
}

#[test]
fn what_is_pending_is_bounded_and_frees_its_place_when_collected_or_cancelled() {
    let lookup = builder(world().server).pending_limit(2).build();
    let first = lookup.submit(candidates("signed.test"), LIMIT).unwrap();
    lookup.submit(candidates("nsec3.test"), LIMIT).unwrap();
    assert_eq!(lookup.submit(candidates("signed.test"), LIMIT), Err(LookupError::Busy));
    assert_eq!(lookup.ask(candidates("signed.test"), LIMIT).err(), Some(LookupError::Busy));
    lookup.cancel(first).unwrap();
    lookup.submit(candidates("signed.test"), LIMIT).unwrap();
    for _ in 0..2 {
        assert!(readable(&lookup, LIMIT));
        assert!(lookup.collect().unwrap().is_some());
    }
    assert_eq!(outcome(&lookup.ask(candidates("signed.test"), LIMIT).unwrap()), Ok(1));
}

#[test]
fn a_child_process_is_refused_and_makes_a_handle_of_its_own() {
    let lookup = builder(world().server).build();
    assert_eq!(outcome(&lookup.ask(candidates("signed.test"), LIMIT).unwrap()), Ok(1));
    let id = lookup.submit(candidates("nsec3.test"), LIMIT).unwrap();
    // SAFETY: the child calls nothing that needs the parent's threads, and leaves by _exit.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let checks = [
            lookup.ask(candidates("signed.test"), LIMIT).err() == Some(LookupError::Forked),
            lookup.submit(candidates("signed.test"), LIMIT) == Err(LookupError::Forked),
            lookup.collect().err() == Some(LookupError::Forked),
            lookup.cancel(id) == Err(LookupError::Forked),
            lookup.flush(&domain("signed.test")) == Err(LookupError::Forked),
            matches!(lookup.descriptor(), Err(LookupError::Forked)),
            {
                drop(lookup);
                let own = builder(world().server).build();
                own.ask(candidates("signed.test"), LIMIT).is_ok_and(|reply| outcome(&reply) == Ok(1))
            },
        ];
        let code = checks.iter().position(|right| !right).map_or(0, |at| at + 1);
        // SAFETY: ends the child without running what belongs to the parent.
        unsafe { libc::_exit(i32::try_from(code).unwrap()) };
    }
    let mut status = 0;
    // SAFETY: waits for the child made above.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!((libc::WIFEXITED(status), libc::WEXITSTATUS(status)), (true, 0), "which check failed");
    assert!(readable(&lookup, LIMIT), "the parent goes on");
    assert_eq!(lookup.collect().unwrap().unwrap().0, id);
}

#[test]
fn a_handle_may_be_dropped_with_look_ups_under_way() {
    let (silent, _socket) = silent_server();
    let lookup = builder(silent).build();
    for _ in 0..10 {
        lookup.submit(gather("signed.test"), LIMIT).unwrap();
    }
    let begin = Instant::now();
    drop(lookup);
    assert!(begin.elapsed() < SLACK);
}

#[test]
fn a_handle_without_servers_says_so_at_the_first_look_up() {
    let lookup = LookupBuilder::new().servers(Servers::Given(Vec::new())).build();
    assert_eq!(lookup.ask(candidates("signed.test"), LIMIT).err(), Some(LookupError::NoServer));
    assert_eq!(lookup.submit(candidates("signed.test"), LIMIT), Err(LookupError::NoServer));
}

#[test]
fn trust_anchors_are_dnskey_records_and_nothing_else() {
    let refused = |lines: &str| LookupBuilder::new().dnssec_trust_anchors(lines).is_err();
    for lines in [
        "",
        "; nothing\n",
        "nonsense",
        "signed.test. DNSKEY 257",
        "signed.test. IN DNSKEY",
        ". 300 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    ] {
        assert!(refused(lines), "{lines:?}");
    }
    assert!(!refused(&world().anchor));
    let key = world().anchor.lines().find(|line| line.contains("DNSKEY")).unwrap().to_owned();
    let (owner, rest) = (key.split_whitespace().next().unwrap(), key.split("DNSKEY").nth(1).unwrap());
    for between in ["", "IN", "300", "300 IN", "IN 300"] {
        assert!(!refused(&format!("; of the zone\n{owner} {between} DNSKEY {rest}")), "{between:?}");
    }
    for between in ["soon", "IN soon", "300 300 IN"] {
        assert!(refused(&format!("{owner} {between} DNSKEY {rest}")), "{between:?}");
    }
    assert!(refused(&format!("DNSKEY {rest}")), "without its owner");
    assert!(LookupBuilder::new().https_trust_anchors(&[vec![0; 10]]).is_err());
    assert!(LookupBuilder::new().https_trust_anchors(&[]).is_err());
}

/// A policy for servers; whom it trusts plays no part here.
fn policy() -> std::sync::Arc<xmpptls::policy::Policy> {
    let mut builder = xmpptls::policy::PolicyBuilder::new(xmpptls::policy::Preset::S2s2026);
    builder.trust_anchors(xmpptls::files::system_trust_anchors().unwrap().anchors).unwrap();
    builder.build().unwrap()
}

#[test]
fn a_verification_is_answered_in_one_call_and_the_host_s_questions_stay_open() {
    let lookup = builder(world().server).build();
    let found = lookup.ask(candidates("signed.test"), LIMIT).unwrap();
    let Finding::Candidates(record::Lookup::Found(list)) = found.finding else { panic!("{found:?}") };
    let request = xmpptls::verification::Request {
        domain: domain("signed.test"),
        service: Service::S2s,
        direction: xmpptls::name::Direction::Initiating,
        endpoint: Some(list[0].endpoint.clone()),
        policy: policy(),
    };
    let mut verification = xmpptls::verification::Verification::prepare(request);
    verification.ask_history();
    let asked = verification.open_questions().count();
    assert!(asked > 1, "TLSA, POSH and history");
    lookup.answer(&mut verification, 1_800_000_000, LIMIT).unwrap();
    let open: Vec<_> = verification.open_questions().map(|question| question.kind.name()).collect();
    assert_eq!(open, ["history"]);
}

#[test]
fn several_look_ups_at_once_come_back_in_the_order_of_asking() {
    let lookup = builder(world().server).build();
    let names = ["signed.test", "nsec3.test", "signed.test"];
    let replies = lookup.ask_all(names.iter().map(|name| candidates(name)).collect(), LIMIT);
    assert_eq!(replies.len(), 3);
    for reply in replies {
        assert_eq!(outcome(&reply.unwrap()), Ok(1));
    }
    let (silent, _socket) = silent_server();
    let lookup = builder(silent).build();
    let begin = Instant::now();
    let replies =
        lookup.ask_all(vec![candidates("a.test"), candidates("b.test")], Duration::from_millis(300));
    assert!(begin.elapsed() < Duration::from_secs(2), "the limit is for all together");
    assert!(replies.iter().all(|reply| reply.as_ref().is_err() || outcome(reply.as_ref().unwrap()).is_err()));
}
