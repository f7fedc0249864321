//! A small HTTPS server on loopback that answers as a test tells it, and the CA that its certificates are from.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A certification authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate, DER.
    pub(crate) certificate: Vec<u8>,
}

impl Authority {
    /// One that nobody knows yet.
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate").der().to_vec();
        Self { issuer: Issuer::new(params, key), certificate }
    }
}

/// The authority that look-ups trust in these tests.
pub(crate) fn trusted() -> &'static Authority {
    static TRUSTED: OnceLock<Authority> = OnceLock::new();
    TRUSTED.get_or_init(Authority::new)
}

/// A certificate and its key, for a server.
pub(crate) fn settings(authority: &Authority, names: &[&str], years: (i32, i32)) -> Arc<ServerConfig> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).expect("parameters");
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, &authority.issuer).expect("a certificate");
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate");
    Arc::new(config)
}

/// Settings with a good certificate for these names.
pub(crate) fn good(names: &[&str]) -> Arc<ServerConfig> {
    settings(trusted(), names, (2020, 2050))
}

/// What a server sends for a path: pieces, each after a pause.
pub(crate) type Script = Vec<(Duration, Vec<u8>)>;

/// A whole answer at once.
pub(crate) fn answer(status: &str, fields: &str, body: impl AsRef<[u8]>) -> Script {
    let body = body.as_ref();
    let mut text =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{fields}\r\n", body.len()).into_bytes();
    text.extend_from_slice(body);
    vec![(Duration::ZERO, text)]
}

/// A document.
pub(crate) fn document(text: impl AsRef<[u8]>) -> Script {
    answer("200 OK", "Content-Type: application/json\r\n", text)
}

/// A redirect.
pub(crate) fn redirect(to: &str) -> Script {
    answer("302 Found", &format!("Location: {to}\r\n"), "")
}

/// A running server. It ends with the process.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server that answers each path as `script` says; without settings it speaks plain HTTP. The
    /// second argument of the script is the server's port.
    pub(crate) fn start(
        ip: &str,
        settings: Option<Arc<ServerConfig>>,
        script: impl Fn(&str, u16) -> Script + Send + Sync + 'static,
    ) -> Self {
        let ip: IpAddr = ip.parse().expect("an address");
        let listener = TcpListener::bind((ip, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let server = Self { address, connections: Arc::clone(&connections), requests: Arc::clone(&requests) };
        let script = Arc::new(script);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (settings, script, requests) =
                    (settings.clone(), Arc::clone(&script), Arc::clone(&requests));
                std::thread::spawn(move || {
                    let script = |path: &str| script(path, address.port());
                    serve(stream, settings, &script, &requests)
                });
            }
        });
        server
    }

    /// How many connections were accepted.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("requests").clone()
    }
}

fn serve(
    stream: TcpStream,
    settings: Option<Arc<ServerConfig>>,
    script: &dyn Fn(&str) -> Script,
    requests: &Mutex<Vec<String>>,
) {
    match settings {
        Some(settings) => {
            let connection = ServerConnection::new(settings).expect("a connection");
            let mut stream = StreamOwned::new(connection, stream);
            converse(&mut stream, script, requests);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        None => converse(&mut { stream }, script, requests),
    }
}

fn converse(
    stream: &mut (impl Read + Write),
    script: &dyn Fn(&str) -> Script,
    requests: &Mutex<Vec<String>>,
) {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    // What does not begin as a request, such as a client hello, is answered as it is.
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.first().is_none_or(u8::is_ascii_uppercase) {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(length) => head.extend_from_slice(&piece[..length]),
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    requests.lock().expect("requests").push(head);
    for (pause, bytes) in script(&path) {
        std::thread::sleep(pause);
        if stream.write_all(&bytes).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}
