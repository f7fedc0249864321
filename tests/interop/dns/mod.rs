//! A small world of DNS on loopback: real servers, started for the tests and gone with them.
//!
//! One knotd serves a signed root and zones below it (see the zone files beside this one). A forwarder between
//! the library and the server can delay, count, change or swallow datagrams. A recursor can stand
//! between them that leaves DNSSEC out.

#![allow(dead_code, reason = "each test binary uses its own part of the world")]

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};

use xmpptls::lookup::{AddressGuard, LookupBuilder, Servers};
use xmpptls::name::Domain;

/// The servers of the world.
pub(crate) struct World {
    /// Where the authoritative server listens.
    pub(crate) server: SocketAddr,
    /// The DNSKEY of the root.
    pub(crate) anchor: String,
    directory: PathBuf,
}

static WORLD: OnceLock<World> = OnceLock::new();

/// The world, started by the first test that needs it.
pub(crate) fn world() -> &'static World {
    WORLD.get_or_init(|| World::start("", ""))
}

/// The world with more records: in signed.test, and in each of unsigned.test and bogus.test. Only the first call of a
/// process makes one.
pub(crate) fn world_with(signed: impl FnOnce() -> (String, String)) -> &'static World {
    WORLD.get_or_init(|| {
        let (signed, plain) = signed();
        World::start(&signed, &plain)
    })
}

/// A domain, by its text.
pub(crate) fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

/// A builder for look-ups in the world, by way of this server.
pub(crate) fn builder(server: SocketAddr) -> LookupBuilder {
    let guard = AddressGuard::public_only()
        .allow("127.0.0.0/8".parse().expect("a network"))
        .allow("2001:db8::/32".parse().expect("a network"));
    LookupBuilder::new()
        .servers(Servers::Given(vec![server]))
        .dnssec_trust_anchors(&world().anchor)
        .expect("the root's key")
        .address_guard(guard)
}

impl World {
    fn start(signed: &str, plain: &str) -> Self {
        for tool in ["knotd", "keymgr"] {
            need(tool, "knot");
        }
        let directory = scratch("world");
        std::fs::create_dir(directory.join("db")).expect("a directory for keys");
        let server = free_address();
        for file in ["root.zone", "signed.zone", "nsec3.zone", "plain.zone"] {
            let mut zone = std::fs::read_to_string(here().join(file)).expect("a zone file");
            match file {
                "signed.zone" => {
                    zone.push_str(signed);
                    // More than a datagram holds.
                    zone.push_str("_xmpp-server._tcp.large IN SRV 1 0 5280 xmpp\n");
                    zone.extend((0..40).map(|n| format!("_5280._tcp.xmpp IN TLSA 3 1 1 {n:064x}\n")));
                    // More than is looked at: targets of a service, addresses of a host, steps of an alias.
                    for n in 1..=20 {
                        zone.push_str(&format!(
                            "_xmpp-server._tcp.crowd IN SRV {n} 0 5269 crowd{n}\ncrowd{n} IN A 127.0.5.{n}\nwide IN A 127.0.6.{n}\n"
                        ));
                    }
                    zone.extend((1..=9).map(|n| format!("step{n} IN CNAME step{}\n", n + 1)));
                    zone.push_str("step10 IN A 127.0.2.25\n");
                }
                "plain.zone" => zone.push_str(plain),
                _ => {}
            }
            std::fs::write(directory.join(file), zone).expect("a zone file");
        }
        let config = std::fs::read_to_string(here().join("knot.conf")).expect("the configuration");
        let config = config
            .replace("@DIR@", &directory.display().to_string())
            .replace("@@PORT@", &format!("@{}", server.port()))
            .replace("    user: @USER@\n", "");
        std::fs::write(directory.join("knot.conf"), config).expect("the configuration");
        let world = Self { server, anchor: String::new(), directory };
        let world = world.with_keys();
        let config = world.directory.join("knot.conf");
        spawn_kept(Command::new("knotd").arg("-c").arg(config));
        wait_for_dns(server);
        world
    }

    /// Makes the keys, tells the root about those of the zones, and takes the root's as the anchor.
    fn with_keys(mut self) -> Self {
        let mut delegations = std::fs::read_to_string(self.directory.join("root.zone")).expect("the root");
        for zone in [".", "signed.test", "nsec3.test", "bogus.test"] {
            self.keymgr(&[zone, "generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes"]);
        }
        for zone in ["signed.test", "nsec3.test"] {
            let lines = self.keymgr(&[zone, "ds"]);
            let sha256 = lines.lines().find(|line| line.contains(" 13 2 ")).expect("a SHA-256 digest");
            delegations.push_str(sha256);
            delegations.push('\n');
        }
        std::fs::write(self.directory.join("root.zone"), delegations).expect("the root");
        let key = self.keymgr(&[".", "dnskey"]);
        self.anchor = key.replace(" DNSKEY ", " 300 IN DNSKEY ");
        self
    }

    fn keymgr(&self, arguments: &[&str]) -> String {
        let config = self.directory.join("knot.conf");
        let output =
            Command::new("keymgr").arg("-c").arg(config).args(arguments).output().expect("keymgr runs");
        assert!(output.status.success(), "keymgr {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }
}

/// What a recursor does with DNSSEC.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Recursion {
    /// It passes DNSSEC records on.
    WithDnssec,
    /// It asks for none and passes none on.
    WithoutDnssec,
}

/// A PowerDNS recursor in front of the world's server.
pub(crate) fn recursor(kind: Recursion) -> SocketAddr {
    need("pdns_recursor", "pdns-recursor");
    let address = free_address();
    let directory = scratch("recursor");
    let dnssec = match kind {
        Recursion::WithDnssec => "process-no-validate",
        Recursion::WithoutDnssec => "off",
    };
    // Each zone by itself, or the recursor would follow delegations to port 53.
    let zones = [".", "signed.test", "nsec3.test", "unsigned.test", "bogus.test", "failing.test"];
    let forwards = zones.map(|zone| format!("{zone}={}", world().server));
    spawn_kept(
        Command::new("pdns_recursor")
            .arg(format!("--config-dir={}", directory.display()))
            .arg(format!("--socket-dir={}", directory.display()))
            .arg(format!("--local-address={}", address.ip()))
            .arg(format!("--local-port={}", address.port()))
            .arg(format!("--forward-zones={}", forwards.join(",")))
            .arg(format!("--dnssec={dnssec}"))
            .args(["--dont-query=", "--daemon=no", "--threads=1", "--security-poll-suffix=", "--quiet=yes"])
            .args(["--write-pid=no", "--disable-syslog=yes", "--setuid=", "--setgid=", "--webserver=no"]),
    );
    wait_for_dns(address);
    address
}

/// What a forwarder does with an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Passing {
    /// It waits before it passes the answer on.
    After(Duration),
    /// It changes an IPv4 address in it.
    Changed([u8; 4], [u8; 4]),
    /// It swallows answers to questions whose text holds this label.
    Without(&'static str),
}

/// A forwarder in front of a DNS server, and how many questions passed it.
pub(crate) struct Forwarder {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    count: Arc<AtomicUsize>,
}

impl Forwarder {
    /// The questions so far.
    pub(crate) fn questions(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

/// Starts a forwarder.
pub(crate) fn forwarder(server: SocketAddr, passing: Passing) -> Forwarder {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = socket.local_addr().expect("an address");
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    std::thread::spawn(move || {
        let mut question = [0; 4096];
        while let Ok((length, client)) = socket.recv_from(&mut question) {
            counter.fetch_add(1, Ordering::SeqCst);
            let question = question[..length].to_vec();
            let socket = socket.try_clone().expect("a socket");
            std::thread::spawn(move || pass(&socket, server, client, &question, passing));
        }
    });
    Forwarder { address, count }
}

fn pass(socket: &UdpSocket, server: SocketAddr, client: SocketAddr, question: &[u8], passing: Passing) {
    if let Passing::Without(label) = passing {
        if contains(question, label.as_bytes()).is_some() {
            return;
        }
    }
    let upstream = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    upstream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time-out");
    upstream.send_to(question, server).expect("a question");
    let mut answer = [0; 4096];
    let Ok(length) = upstream.recv(&mut answer) else { return };
    let mut answer = answer[..length].to_vec();
    match passing {
        Passing::After(delay) => std::thread::sleep(delay),
        Passing::Changed(from, to) => {
            if let Some(at) = contains(&answer, &from) {
                answer[at..at + 4].copy_from_slice(&to);
            }
        }
        Passing::Without(_) => {}
    }
    let _ = socket.send_to(&answer, client);
}

fn contains(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

/// An address that nobody listens at.
pub(crate) fn dead_address() -> SocketAddr {
    free_address()
}

/// A socket that takes questions and never answers.
pub(crate) fn silent_server() -> (SocketAddr, UdpSocket) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    (socket.local_addr().expect("an address"), socket)
}

/// An address whose port is free for TCP and UDP.
fn free_address() -> SocketAddr {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = tcp.local_addr().expect("an address");
        if UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
}

fn here() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/dns"))
}

fn scratch(name: &str) -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let directory =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    directory
}

fn need(program: &str, package: &str) {
    let path = std::env::var("PATH").unwrap_or_default();
    let found = path
        .split(':')
        .chain(["/usr/sbin", "/usr/local/sbin"])
        .any(|folder| Path::new(folder).join(program).exists());
    assert!(found, "these tests need {program}: install the Debian package {package}, or run `make test`");
}

/// Starts a server that the system ends together with this process.
fn spawn_kept(command: &mut Command) {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
    command.env("PATH", path);
    // SAFETY: prctl is async-signal-safe and touches nothing of the parent.
    unsafe {
        command.pre_exec(|| {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) == 0 {
                Ok(())
            } else {
                Err(std::io::Error::last_os_error())
            }
        });
    }
    let mut command = std::mem::replace(command, Command::new("true"));
    let (started, start) = mpsc::channel();
    // The signal comes when the thread that forked ends, so that one stays.
    std::thread::spawn(move || {
        let child = command.spawn();
        started.send(child.is_ok()).expect("somebody waits");
        loop {
            std::thread::park();
        }
    });
    assert!(start.recv().expect("an outcome"), "the server does not start");
}

/// Waits until a server answers a question for the root's SOA without error.
fn wait_for_dns(server: SocketAddr) {
    const QUESTION: &[u8] = &[0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1];
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.set_read_timeout(Some(Duration::from_millis(200))).expect("a time-out");
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        let _ = socket.send_to(QUESTION, server);
        let mut answer = [0; 1500];
        if let Ok(length) = socket.recv(&mut answer) {
            if length > 12 && answer[3] & 15 == 0 && answer[7] > 0 {
                return;
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the DNS server at {server} does not answer");
}
