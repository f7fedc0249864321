//! Whether bytes behind `<starttls/>` end up inside TLS (STLS-08, CVE-2011-0411 and its kin).
//!
//! A server that keeps what came in the clear behind the command would answer it as if it had come through
//! TLS. So a whole stream header is sent there. If the server then speaks inside TLS although nothing was
//! said to it, it took the bytes. If it refuses, or answers only what is said inside TLS, it did not.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use xmpptls::connection::{Connection, Phase};
use xmpptls::stream::STARTTLS;

use super::dial::{self, Wire};
use super::facts::Injection;
use super::inside;
use super::probe::Job;

/// How long a server gets to answer what it should not have read.
const PATIENCE: Duration = Duration::from_millis(1500);
const CLEAR_BYTES: usize = 64 * 1024;

pub(crate) fn probe(job: &Job<'_>, mut socket: TcpStream, connection: Connection) -> Injection {
    let Some(header) = inside::header(job.service, job.domain, job.own_domain) else {
        return Injection::Unclear;
    };
    let mut clear = Vec::new();
    if socket.write_all(header.as_bytes()).is_err() || !read_until(&mut socket, &mut clear, job, are_features)
    {
        return Injection::Unclear;
    }
    clear.clear();
    let injected = format!("{STARTTLS}{header}");
    if socket.write_all(injected.as_bytes()).is_err() {
        return Injection::Refused;
    }
    if !read_until(&mut socket, &mut clear, job, is_proceed) || contains(&clear, "error") {
        return Injection::Refused;
    }
    let mut wire = Wire::new(connection, socket, job.clock, job.deadline);
    if wire.drive(job.deadline, |connection, _| connection.phase() == Phase::Open).is_err() {
        // It took the header for TLS, or ended the stream: either way nothing got in.
        return Injection::Refused;
    }
    let now = Instant::now();
    let limit = now.checked_add(PATIENCE).unwrap_or(now);
    let unasked = wire.drive(limit, |_, plain| !plain.is_empty());
    match unasked {
        Ok(()) => Injection::Taken,
        Err(dial::End::TimedOut) => Injection::Dropped,
        Err(_) => Injection::Refused,
    }
}

/// The features are there as a whole.
fn are_features(clear: &[u8]) -> bool {
    contains(clear, "</stream:features>") || contains(clear, "</features>")
}

/// The answer that begins TLS is there as a whole.
fn is_proceed(clear: &[u8]) -> bool {
    contains(clear, "<proceed") && clear.ends_with(b">")
}

/// Reads clear text until it is `whole`; false when the server closed, or took too long.
fn read_until(socket: &mut TcpStream, clear: &mut Vec<u8>, job: &Job<'_>, whole: fn(&[u8]) -> bool) -> bool {
    let mut buffer = [0; 4096];
    let now = Instant::now();
    let limit = now.checked_add(PATIENCE.saturating_mul(2)).unwrap_or(now).min(job.deadline);
    while Instant::now() < limit && clear.len() < CLEAR_BYTES {
        match socket.read(&mut buffer) {
            Ok(0) => return whole(clear),
            Ok(count) => clear.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) if dial::is_time_out(&error) => {}
            Err(_) => return false,
        }
        if whole(clear) {
            return true;
        }
    }
    false
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}
