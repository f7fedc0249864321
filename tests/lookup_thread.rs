//! When the worker thread lives. One test, since it counts the threads of its process.
//!
//! Needs the Debian package knot, which `make test` installs; without it this test fails.

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

use std::time::{Duration, Instant};

use dns::{builder, domain, world};
use xmpptls::lookup::Request;
use xmpptls::name::Service;

fn threads() -> usize {
    let named = |task: std::io::Result<std::fs::DirEntry>| {
        let name = std::fs::read_to_string(task.unwrap().path().join("comm"));
        name.is_ok_and(|name| name.trim() == "xmpptls-lookup")
    };
    std::fs::read_dir("/proc/self/task").unwrap().filter_map(|task| named(task).then_some(())).count()
}

#[test]
fn one_thread_starts_with_the_first_look_up_and_ends_with_the_handle() {
    let limit = Duration::from_secs(20);
    let request = |name| Request::Candidates { domain: domain(name), service: Service::S2s };
    let lookup = builder(world().server).build();
    lookup.flush(&domain("signed.test")).unwrap();
    assert!(lookup.collect().unwrap().is_none());
    assert_eq!(threads(), 0, "building starts nothing");
    assert!(lookup.ask(request("signed.test"), limit).is_ok());
    assert!(lookup.ask(request("nsec3.test"), limit).is_ok());
    assert_eq!(threads(), 1);
    drop(lookup);
    let end = Instant::now() + Duration::from_secs(5);
    while threads() > 0 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(threads(), 0);
}
