//! rustls alone, driven in Rust: the same pairs of ends, in memory, as the C programs measure.
//!
//! `raw DIRECTORY round ROUND SECONDS [WORKLOAD …]`, `raw DIRECTORY heap CONTENDER c2s|s2s COUNT` and
//! `raw DIRECTORY count CONTENDER WORKLOAD COUNT`, with output as there. Contenders are `raw`, the unbuffered
//! API that this library drives, and `raw-connection`, the one that owns buffers.

mod ends;

use std::time::Duration;

use ends::{Buffered, Kind, Pair, Shared, Unbuffered};

const WORKLOADS: [(&str, Kind, usize); 12] = [
    ("handshake", Kind::C2s, 0),
    ("handshake-again", Kind::C2s, 0),
    ("handshake-server", Kind::C2s, 0),
    ("handshake-pq", Kind::Pq, 0),
    ("handshake-rsa", Kind::Rsa, 0),
    ("mutual", Kind::S2s, 0),
    ("mutual-again", Kind::S2s, 0),
    ("resumed", Kind::Resumed, 0),
    ("message", Kind::C2s, 300),
    ("message-chacha", Kind::Chacha, 300),
    ("bulk", Kind::C2s, 16384),
    ("bulk-chacha", Kind::Chacha, 16384),
];

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

#[repr(C)]
struct Mallinfo2 {
    fields: [usize; 10],
}

unsafe extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    fn mallinfo2() -> Mallinfo2;
}

/// CPU time of this thread.
pub fn cpu() -> Duration {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: 3 is CLOCK_THREAD_CPUTIME_ID, and the structure is that of 64-bit Linux.
    unsafe { clock_gettime(3, &mut time) };
    Duration::new(time.seconds.unsigned_abs(), u32::try_from(time.nanoseconds).unwrap_or(0))
}

fn heap() -> usize {
    // SAFETY: it only reads the allocator's counts: hblkhd is the fifth field, uordblks the eighth.
    let info = unsafe { mallinfo2() };
    info.fields[4] + info.fields[7]
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("statm");
    4096 * statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("pages")
}

/// Not inlined: valgrind counts what is called in here.
#[inline(never)]
fn operate<P: Pair>(
    shared: &Shared,
    pair: &mut P,
    length: usize,
    data: &[u8],
    count: usize,
    server: &mut Duration,
    split: bool,
) {
    for _ in 0..count {
        if length > 0 {
            pair.message(false, &data[..length]);
        } else {
            drop(P::connect(shared, split.then_some(&mut *server)));
        }
    }
}

fn measure<P: Pair>(
    directory: &str,
    name: &str,
    (load, kind, length): (&str, Kind, usize),
    seconds: f64,
    data: &[u8],
) {
    let shared = Shared::new(directory, kind);
    let mut pair = P::connect(&shared, None);
    let (split, mut server) = (load == "handshake-server", Duration::ZERO);
    operate(&shared, &mut pair, length, data, 2, &mut Duration::default(), split);
    let (began, mut count, step) = (cpu(), 0, if length > 0 { 64 } else { 4 });
    while (cpu() - began).as_secs_f64() < seconds {
        operate(&shared, &mut pair, length, data, step, &mut server, split);
        count += step;
    }
    let took = if split { server } else { cpu() - began };
    println!("{load}\t{name}\t{:.1}", count as f64 / took.as_secs_f64());
}

fn idle<P: Pair>(directory: &str, name: &str, kind: &str, count: usize, data: &[u8]) {
    let shared = Shared::new(directory, if kind == "s2s" { Kind::S2s } else { Kind::C2s });
    let mut servers = Vec::with_capacity(count + 1);
    servers.resize_with(count + 1, || None::<P::Server>);
    let mut before = (0, 0);
    for (at, kept) in servers.iter_mut().enumerate() {
        let mut pair = P::connect(&shared, None);
        pair.message(false, &data[..300]);
        pair.message(true, &data[..300]);
        *kept = Some(pair.into_server());
        if at == 0 {
            before = (heap(), resident());
        }
    }
    let each = |after: usize, before: usize| (after - before) as f64 / count as f64;
    // The connection object stands in the vector here, and is counted as if it stood on the heap.
    let object = std::mem::size_of::<P::Server>() as f64;
    println!("heap-{kind}\t{name}\t{:.0}", each(heap(), before.0) + object);
    println!("resident-{kind}\t{name}\t{:.0}", each(resident(), before.1));
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let data: Vec<u8> = (0..16384_usize).map(|at| (at * 31 + 7) as u8).collect();
    let load = |name: &str| *WORKLOADS.iter().find(|load| load.0 == name).expect("a workload");
    match words.as_slice() {
        [directory, "round", round, seconds, wanted @ ..] => {
            let (round, seconds) =
                (round.parse::<usize>().expect("round"), seconds.parse().expect("seconds"));
            for load in WORKLOADS.iter().filter(|load| wanted.is_empty() || wanted.contains(&load.0)) {
                for turn in 0..2 {
                    match (turn + round) % 2 {
                        0 => measure::<Unbuffered>(directory, "raw", *load, seconds, &data),
                        _ => measure::<Buffered>(directory, "raw-connection", *load, seconds, &data),
                    }
                }
            }
        }
        [directory, "heap", "raw", kind, count] => {
            idle::<Unbuffered>(directory, "raw", kind, count.parse().expect("count"), &data)
        }
        [directory, "heap", "raw-connection", kind, count] => {
            idle::<Buffered>(directory, "raw-connection", kind, count.parse().expect("count"), &data);
        }
        [directory, "count", "raw", name, count] => {
            let (_, kind, length) = load(name);
            let shared = Shared::new(directory, kind);
            let mut pair = Unbuffered::connect(&shared, None);
            operate(
                &shared,
                &mut pair,
                length,
                &data,
                count.parse().expect("count"),
                &mut Duration::default(),
                false,
            );
        }
        _ => panic!("usage: see the head of benches/raw/src/main.rs"),
    }
}
