//! Pairs of connected ends.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::{Resumption, UnbufferedClientConnection};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{NoServerSessionStorage, UnbufferedServerConnection, WebPkiClientVerifier};
use rustls::unbuffered::{ConnectionState, EncodeError, UnbufferedStatus};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, version};

use crate::cpu;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    C2s,
    Pq,
    Rsa,
    S2s,
    Resumed,
    Chacha,
}

/// What connections share.
pub struct Shared {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
}

impl Shared {
    pub fn new(directory: &str, kind: Kind) -> Self {
        let suite = match kind {
            Kind::Chacha => aws_lc_rs::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            _ => aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256,
        };
        let group = match kind {
            Kind::Pq => aws_lc_rs::kx_group::X25519MLKEM768,
            _ => aws_lc_rs::kx_group::X25519,
        };
        let provider = Arc::new(CryptoProvider {
            cipher_suites: vec![suite],
            kx_groups: vec![group],
            ..aws_lc_rs::default_provider()
        });
        let chain = |name: &str| -> Vec<CertificateDer<'static>> {
            let chain = CertificateDer::pem_file_iter(format!("{directory}/{name}.chain")).expect("chain");
            chain.collect::<Result<_, _>>().expect("certificates")
        };
        let key = |name: &str| PrivateKeyDer::from_pem_file(format!("{directory}/{name}.key")).expect("key");
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(CertificateDer::from_pem_file(format!("{directory}/root.pem")));
        let roots = Arc::new(roots);

        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13])
            .expect("versions")
            .with_root_certificates(Arc::clone(&roots));
        let mut client = match kind {
            Kind::S2s => client.with_client_auth_cert(chain("peer"), key("peer")).expect("credential"),
            _ => client.with_no_client_auth(),
        };
        if kind != Kind::Resumed {
            client.resumption = Resumption::disabled();
        }
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13])
            .expect("versions");
        let server = match kind {
            Kind::S2s => server.with_client_cert_verifier(Arc::new(Server::new(roots, provider))),
            _ => server.with_no_client_auth(),
        };
        let leaf = if kind == Kind::Rsa { "rsa" } else { "server" };
        let mut server = server.with_single_cert(chain(leaf), key(leaf)).expect("credential");
        if kind == Kind::Resumed {
            server.ticketer = aws_lc_rs::Ticketer::new().expect("ticketer");
        } else {
            server.send_tls13_tickets = 0;
            server.session_storage = Arc::new(NoServerSessionStorage {});
        }
        Self { client: Arc::new(client), server: Arc::new(server) }
    }
}

/// Judges an initiating server's certificate as a server's, with its name.
#[derive(Debug)]
struct Server {
    signatures: Arc<dyn rustls::server::danger::ClientCertVerifier>,
    path: Arc<rustls::client::WebPkiServerVerifier>,
}

impl Server {
    fn new(roots: Arc<RootCertStore>, provider: Arc<CryptoProvider>) -> Self {
        let signatures =
            WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider));
        let path = rustls::client::WebPkiServerVerifier::builder_with_provider(roots, provider);
        Self { signatures: signatures.build().expect("verifier"), path: path.build().expect("verifier") }
    }
}

impl rustls::server::danger::ClientCertVerifier for Server {
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: rustls::pki_types::UnixTime,
    ) -> Result<rustls::server::danger::ClientCertVerified, rustls::Error> {
        use rustls::client::danger::ServerCertVerifier;
        let name = ServerName::try_from("peer.example").expect("name");
        self.path.verify_server_cert(leaf, others, &name, &[], now)?;
        Ok(rustls::server::danger::ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        self.signatures.verify_tls12_signature(message, leaf, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        self.signatures.verify_tls13_signature(message, leaf, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.signatures.supported_verify_schemes()
    }
}

/// Two connected ends.
pub trait Pair {
    type Server;
    fn connect(shared: &Shared, server: Option<&mut Duration>) -> Self;
    fn message(&mut self, from_server: bool, data: &[u8]);
    fn into_server(self) -> Self::Server;
}

fn timed<R>(total: &mut Option<&mut Duration>, work: impl FnOnce() -> R) -> R {
    match total {
        None => work(),
        Some(total) => {
            let began = cpu();
            let made = work();
            **total += cpu() - began;
            made
        }
    }
}

fn name() -> ServerName<'static> {
    ServerName::try_from("server.example").expect("name")
}

/// What the bytes travel through.
struct Wire {
    bytes: Box<[u8; 1 << 15]>,
    plain: Box<[u8; 1 << 15]>,
}

impl Wire {
    fn new() -> Self {
        Self { bytes: Box::new([0; 1 << 15]), plain: Box::new([0; 1 << 15]) }
    }
}

thread_local! {
    static WIRE: std::cell::RefCell<Wire> = std::cell::RefCell::new(Wire::new());
}

/// The unbuffered API.
pub struct Unbuffered {
    client: UnbufferedClientConnection,
    server: UnbufferedServerConnection,
}

enum Turn {
    Again,
    Wait,
    Plain(usize),
}

/// One step: encodes into `out`, copies plaintext to `plain`.
fn turn<D>(status: UnbufferedStatus<'_, '_, D>, out: &mut Vec<u8>, plain: &mut [u8]) -> (usize, Turn) {
    let mut discard = status.discard;
    let turn = match status.state.expect("no failure") {
        ConnectionState::EncodeTlsData(mut encode) => {
            let at = out.len();
            if let Err(EncodeError::InsufficientSize(needed)) = encode.encode(&mut []) {
                out.resize(at + needed.required_size, 0);
            }
            encode.encode(&mut out[at..]).expect("room");
            Turn::Again
        }
        ConnectionState::TransmitTlsData(transmit) => {
            transmit.done();
            Turn::Again
        }
        ConnectionState::ReadTraffic(mut read) => {
            let mut length = 0;
            while let Some(record) = read.next_record() {
                let record = record.expect("a record");
                discard += record.discard;
                plain[length..length + record.payload.len()].copy_from_slice(record.payload);
                length += record.payload.len();
            }
            Turn::Plain(length)
        }
        _ => Turn::Wait,
    };
    (discard, turn)
}

macro_rules! drive {
    ($end:expr, $input:expr, $out:expr) => {{
        let mut at = 0;
        loop {
            let (done, turn) = turn($end.process_tls_records(&mut $input[at..]), $out, &mut []);
            at += done;
            if matches!(turn, Turn::Wait) {
                break;
            }
        }
        assert_eq!(at, $input.len());
        $input.clear();
    }};
}

macro_rules! carry {
    ($from:expr, $to:expr, $data:expr, $wire:expr) => {{
        let ConnectionState::WriteTraffic(mut write) = $from.process_tls_records(&mut []).state.expect("no failure")
        else {
            panic!("not ready");
        };
        let length = write.encrypt($data, &mut $wire.bytes[..]).expect("room");
        let status = $to.process_tls_records(&mut $wire.bytes[..length]);
        let (_, turn) = turn(status, &mut Vec::new(), &mut $wire.plain[..]);
        assert!(matches!(turn, Turn::Plain(got) if got == $data.len()));
        assert_eq!((&$wire.plain[0], $wire.plain[$data.len() - 1]), (&$data[0], $data[$data.len() - 1]));
    }};
}

impl Pair for Unbuffered {
    type Server = UnbufferedServerConnection;

    fn connect(shared: &Shared, mut server_time: Option<&mut Duration>) -> Self {
        let time = &mut server_time;
        let mut client: UnbufferedClientConnection =
            UnbufferedClientConnection::new(Arc::clone(&shared.client), name()).expect("client");
        let mut server =
            timed(time, || UnbufferedServerConnection::new(Arc::clone(&shared.server)).expect("server"));
        let (mut up, mut down) = (Vec::new(), Vec::new());
        loop {
            drive!(client, down, &mut up);
            if up.is_empty() {
                break;
            }
            timed(time, || drive!(server, up, &mut down));
        }
        assert!(!client.is_handshaking() && !server.is_handshaking());
        Self { client, server }
    }

    fn message(&mut self, from_server: bool, data: &[u8]) {
        WIRE.with_borrow_mut(|wire| {
            if from_server {
                carry!(self.server, self.client, data, wire);
            } else {
                carry!(self.client, self.server, data, wire);
            }
        });
    }

    fn into_server(self) -> Self::Server {
        self.server
    }
}

/// The API that owns buffers.
pub struct Buffered {
    client: ClientConnection,
    server: ServerConnection,
    up: Vec<u8>,
}

impl Pair for Buffered {
    type Server = ServerConnection;

    fn connect(shared: &Shared, mut server_time: Option<&mut Duration>) -> Self {
        let time = &mut server_time;
        let mut client = ClientConnection::new(Arc::clone(&shared.client), name()).expect("client");
        let mut server = timed(time, || ServerConnection::new(Arc::clone(&shared.server)).expect("server"));
        let (mut up, mut down) = (Vec::new(), Vec::new());
        loop {
            while client.wants_write() {
                client.write_tls(&mut up).expect("memory");
            }
            if up.is_empty() {
                break;
            }
            timed(time, || {
                let mut rest = up.as_slice();
                while !rest.is_empty() {
                    server.read_tls(&mut rest).expect("memory");
                    server.process_new_packets().expect("no failure");
                }
                while server.wants_write() {
                    server.write_tls(&mut down).expect("memory");
                }
            });
            let mut rest = down.as_slice();
            while !rest.is_empty() {
                client.read_tls(&mut rest).expect("memory");
                client.process_new_packets().expect("no failure");
            }
            up.clear();
            down.clear();
        }
        assert!(!client.is_handshaking() && !server.is_handshaking());
        Self { client, server, up: Vec::new() }
    }

    fn message(&mut self, from_server: bool, data: &[u8]) {
        let Self { client, server, up } = self;
        if from_server {
            carry(server, client, data, up);
        } else {
            carry(client, server, data, up);
        }
    }

    fn into_server(self) -> Self::Server {
        self.server
    }
}

fn carry<A, B>(
    from: &mut rustls::ConnectionCommon<A>,
    to: &mut rustls::ConnectionCommon<B>,
    data: &[u8],
    wire: &mut Vec<u8>,
) where
    A: rustls::SideData,
    B: rustls::SideData,
{
    from.writer().write_all(data).expect("memory");
    while from.wants_write() {
        from.write_tls(wire).expect("memory");
    }
    let (mut rest, mut got) = (wire.as_slice(), 0);
    WIRE.with_borrow_mut(|memory| {
        while got < data.len() {
            to.read_tls(&mut rest).expect("memory");
            to.process_new_packets().expect("no failure");
            got += to.reader().read(&mut memory.plain[got..]).unwrap_or(0);
        }
        assert_eq!((memory.plain[0], memory.plain[got - 1]), (data[0], data[got - 1]));
    });
    wire.clear();
}
