//! The HTTPS server of the demonstration: it holds POSH documents, by host and path, and nothing else.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::certificates::Identity;
use crate::failure::Failure;

/// Documents by `host/path`.
pub(crate) type Documents = BTreeMap<String, String>;

/// Starts it on a free port of this machine, until the process ends.
pub(crate) fn serve(identity: &Identity, documents: Documents) -> Result<u16, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Demo(error.to_string());
    let chain = identity.chain.iter().cloned().map(CertificateDer::from).collect();
    let key = PrivatePkcs8KeyDer::from(identity.key.clone());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_no_client_auth()
        .with_single_cert(chain, key.into())
        .map_err(|error| failed(&error))?;
    let config = Arc::new(config);
    let listener =
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(|error| failed(&error))?;
    let port = listener.local_addr().map_err(|error| failed(&error))?.port();
    let documents = Arc::new(documents);
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let (config, documents) = (Arc::clone(&config), Arc::clone(&documents));
            thread::spawn(move || answer(socket, config, &documents));
        }
    });
    Ok(port)
}

/// One request, one answer. When it ends, for whatever reason, it has ended.
fn answer(socket: TcpStream, config: Arc<ServerConfig>, documents: &Documents) -> Option<()> {
    socket.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(config).ok()?, socket));
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut host = String::new();
    loop {
        line.clear();
        stream.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("host") => value.trim().clone_into(&mut host),
            Some(_) => {}
            None => break,
        }
    }
    let host = host.split(':').next().unwrap_or_default();
    let (status, body) = match documents.get(&format!("{host}{path}")) {
        Some(document) => ("200 OK", document.as_str()),
        None => ("404 Not Found", ""),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let stream = stream.get_mut();
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()
}
