//! The XMPP servers of the demonstration: good ones, made with the library, and bad ones, each in its way.
//!
//! They answer what a check asks, up to the features inside TLS, and nothing more.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use xmpptls::connection::{Connection, Context, Phase};
use xmpptls::name::{Service, Transport};
use xmpptls::parameter::{Group, Version};
use xmpptls::policy::{PolicyBuilder, Resumption};
use xmpptls::proof::pkix::TrustAnchors;
use xmpptls::stream::{PROCEED, STARTTLS_REQUIRED, STREAM_END};
use xmpptls::tls::CredentialStore;

use super::certificates::Identity;
use crate::check::dial::{Wire, is_time_out};
use crate::clock::Clock;
use crate::failure::Failure;

/// How long a server keeps a connection.
const PATIENCE: Duration = Duration::from_secs(20);
/// Features before TLS: SASL without any protection.
const PLAIN: &str =
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
/// The same, and STARTTLS for those who like.
const OPTIONAL: &str = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\
    <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
const FAILURE: &str = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

/// What a server is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As it should be.
    Good,
    /// It offers no STARTTLS and declines it.
    WithoutStarttls,
    /// It takes what stands behind `<starttls/>` for part of the protected stream.
    TakesInjected,
    /// It accepts connections and says nothing.
    Stalled,
    /// It offers STARTTLS as optional.
    OptionalStarttls,
    /// It does not offer STARTTLS, and begins it all the same.
    UnofferedStarttls,
    /// Behind `<proceed/>` it goes on in the clear.
    EarlyBytes,
    /// It speaks another protocol.
    NotXmpp,
    /// It speaks TLS 1.2 and nothing newer.
    OnlyTls12,
    /// It exchanges keys as before post-quantum groups.
    Classic,
    /// It answers no ALPN.
    WithoutAlpn,
}

/// A server of one domain and service on one port.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) domain: String,
    pub(crate) service: Service,
    pub(crate) transport: Transport,
    pub(crate) manner: Manner,
    pub(crate) dialback: bool,
    /// Its TLS, and what it shows.
    pub(crate) context: Context,
}

/// What a server shows, which can be replaced while it runs.
pub(crate) fn credentials(domain: &str, identity: &Identity) -> Result<Arc<CredentialStore>, Failure> {
    let mut store = CredentialStore::new();
    store.insert(domain, Arc::new(identity.credential()?));
    Ok(Arc::new(store))
}

/// The TLS of a server. A policy has to trust somebody, although nobody is judged here.
pub(crate) fn context(
    service: Service,
    credentials: Arc<CredentialStore>,
    authority: &[u8],
    manner: Manner,
) -> Result<Context, Failure> {
    let preset = match service {
        Service::C2s => "c2s-server",
        Service::S2s => "s2s",
    };
    let mut builder = PolicyBuilder::from_name(preset).map_err(Failure::Policy)?;
    let policy = builder
        .trust_anchors(TrustAnchors::from_der([authority]))
        .and_then(|builder| builder.resumption(Resumption::Tls13))
        .and_then(|builder| match manner {
            Manner::OnlyTls12 => builder.newest_version(Version::Tls12),
            Manner::Classic => builder.groups(vec![Group::X25519, Group::Secp256r1]),
            _ => Ok(builder),
        })
        .and_then(|builder| builder.build());
    Context::new(policy.map_err(Failure::Policy)?, Some(credentials)).map_err(Failure::Context)
}

impl Server {
    /// Starts listening on a free port of this machine, until the process ends.
    pub(crate) fn start(self) -> Result<u16, Failure> {
        let failed = |error: std::io::Error| Failure::Demo(error.to_string());
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let server = self.clone();
                thread::spawn(move || server.serve(socket));
            }
        });
        Ok(port)
    }

    /// One connection. When it ends, for whatever reason, it has ended.
    fn serve(&self, socket: TcpStream) -> Option<()> {
        socket.set_read_timeout(Some(Duration::from_millis(100))).ok()?;
        match self.manner {
            Manner::Good | Manner::OnlyTls12 | Manner::Classic | Manner::WithoutAlpn => {
                self.speak(self.wire(socket, self.transport)?)
            }
            Manner::OptionalStarttls => self.begin_by_hand(socket, OPTIONAL),
            Manner::UnofferedStarttls => self.begin_by_hand(socket, PLAIN),
            Manner::EarlyBytes => self.send_early(socket),
            Manner::NotXmpp => {
                let mut socket = socket;
                socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").ok()
            }
            Manner::WithoutStarttls => self.decline(socket),
            Manner::TakesInjected => self.take_injected(socket),
            Manner::Stalled => {
                thread::sleep(PATIENCE);
                Some(())
            }
        }
    }

    fn wire(&self, socket: TcpStream, transport: Transport) -> Option<Wire> {
        let clock = Clock::new();
        let mut connection = Connection::accepting(&self.context, transport, clock.now()).ok()?;
        connection.set_host_gate().ok()?;
        if self.manner == Manner::WithoutAlpn {
            connection.set_alpn(Vec::new()).ok()?;
        }
        let now = Instant::now();
        Some(Wire::new(connection, socket, clock, now.checked_add(PATIENCE)?))
    }

    /// TLS, then a stream inside it.
    fn speak(&self, mut wire: Wire) -> Option<()> {
        let now = Instant::now();
        let limit = now.checked_add(PATIENCE)?;
        wire.drive(limit, |connection, _| connection.phase() == Phase::Open).ok()?;
        self.answer_inside(&mut wire)
    }

    fn answer_inside(&self, wire: &mut Wire) -> Option<()> {
        let now = Instant::now();
        let limit = now.checked_add(PATIENCE)?;
        wire.drive(limit, |connection, plain| {
            connection.is_peer_closed() || is_header(&String::from_utf8_lossy(plain))
        })
        .ok()?;
        if wire.connection.is_peer_closed() {
            return None;
        }
        wire.plain.clear();
        wire.write(self.stream(&self.features()).as_bytes()).ok()?;
        wire.drive(limit, |connection, _| connection.is_peer_closed()).ok()
    }

    /// The answer to a stream header, with these features.
    fn stream(&self, features: &str) -> String {
        let dialback = if self.dialback { " xmlns:db='jabber:server:dialback'" } else { "" };
        format!(
            "<?xml version='1.0'?><stream:stream xmlns='{}'{dialback} xmlns:stream='http://etherx.jabber.org/streams' \
             from='{}' id='{:p}' version='1.0'><stream:features>{features}</stream:features>",
            self.service.namespace(),
            self.domain,
            self
        )
    }

    fn features(&self) -> String {
        let mechanisms: &[&str] = match self.service {
            Service::C2s => &["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"],
            Service::S2s if self.dialback => &[],
            Service::S2s => &["EXTERNAL"],
        };
        let list: String = mechanisms.iter().map(|name| format!("<mechanism>{name}</mechanism>")).collect();
        let mut features = String::new();
        if !list.is_empty() {
            features += &format!("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{list}</mechanisms>");
        }
        if self.service == Service::C2s {
            features += "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>\
                <channel-binding type='tls-exporter'/></sasl-channel-binding>";
        }
        if self.dialback {
            features += "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>";
        }
        features
    }

    /// The stream before TLS up to the command, with these features.
    fn speak_clear(&self, socket: &mut TcpStream, features: &str) -> Option<String> {
        read_until(socket, is_header)?;
        socket.write_all(self.stream(features).as_bytes()).ok()?;
        read_until(socket, |text| text.contains("<starttls") && text.contains("/>"))
    }

    fn decline(&self, mut socket: TcpStream) -> Option<()> {
        self.speak_clear(&mut socket, PLAIN)?;
        socket.write_all(format!("{FAILURE}{STREAM_END}").as_bytes()).ok()
    }

    fn begin_by_hand(&self, mut socket: TcpStream, features: &str) -> Option<()> {
        let text = self.speak_clear(&mut socket, features)?;
        let (_, behind) = text.split_once("/>")?;
        if !behind.is_empty() {
            return None;
        }
        socket.write_all(PROCEED.as_bytes()).ok()?;
        self.speak(self.wire(socket, Transport::TlsOnly)?)
    }

    fn send_early(&self, mut socket: TcpStream) -> Option<()> {
        self.speak_clear(&mut socket, STARTTLS_REQUIRED)?;
        socket.write_all(format!("{PROCEED}<message/>").as_bytes()).ok()
    }

    /// The mistake of 2011: one buffer for what came before TLS and what comes in it.
    fn take_injected(&self, mut socket: TcpStream) -> Option<()> {
        let text = self.speak_clear(&mut socket, STARTTLS_REQUIRED)?;
        let (_, injected) = text.split_once("/>")?;
        socket.write_all(PROCEED.as_bytes()).ok()?;
        let mut wire = self.wire(socket, Transport::TlsOnly)?;
        let now = Instant::now();
        wire.drive(now.checked_add(PATIENCE)?, |connection, _| connection.phase() == Phase::Open).ok()?;
        if is_header(injected) {
            wire.write(self.stream(&self.features()).as_bytes()).ok()?;
        }
        self.answer_inside(&mut wire)
    }
}

/// A whole stream header is there.
fn is_header(text: &str) -> bool {
    text.split_once("<stream:stream").is_some_and(|(_, rest)| rest.contains('>'))
}

fn read_until(socket: &mut TcpStream, is_whole: impl Fn(&str) -> bool) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    let until = Instant::now().checked_add(PATIENCE)?;
    while Instant::now() < until {
        match socket.read(&mut buffer) {
            Ok(0) => return None,
            Ok(count) => text.push_str(&String::from_utf8_lossy(buffer.get(..count)?)),
            Err(error) if is_time_out(&error) => {}
            Err(_) => return None,
        }
        if is_whole(&text) {
            return Some(text);
        }
    }
    None
}
