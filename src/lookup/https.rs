//! One HTTPS request, to a server that has to prove the name in the URL.
//!
//! The address guard is asked about each address right before it is dialled. Addresses are tried a quarter of
//! a second apart until one connects (RFC 8305 §5). No proxy, no cookies, no cache, no credentials, no
//! compression; one request a connection; what the server sends is bounded in each direction.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, CONNECTION, HOST, LOCATION, USER_AGENT};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::{Host, Url};

use super::dns::Dns;
use super::effort::{Traffic, count};
use super::guard::AddressGuard;
use super::hosts::addresses_of;
use crate::limits::{HTTP_FIELDS, HTTP_HEAD_BYTES, POSH_DOCUMENT_BYTES};
use crate::name::Domain;
use crate::record::{Lookup, LookupFailure};

/// The time between two attempts at different addresses (RFC 8305 §8).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// What came back.
#[derive(Clone, Debug)]
pub(super) struct HttpAnswer {
    /// The status code.
    pub(super) status: u16,
    /// The `Location` field, if it is text.
    pub(super) location: Option<String>,
    /// The body of a 200 answer, else empty.
    pub(super) body: Vec<u8>,
}

/// Makes the TLS settings: these anchors, the host's own name, TLS 1.2 or 1.3 (RFC 9325, POSH-02).
///
/// Certificates that cannot be anchors are left out; `None` when no anchor is left.
pub(super) fn connector(trust_anchors: &[Vec<u8>]) -> Option<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trust_anchors.iter().map(|der| CertificateDer::from(der.as_slice())));
    if roots.is_empty() {
        return None;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Some(TlsConnector::from(Arc::new(config)))
}

/// Requests a URL whose scheme is https and that names a host.
pub(super) async fn get(
    dns: &Arc<Dns>,
    guard: &AddressGuard,
    connector: &TlsConnector,
    url: &Url,
) -> Result<HttpAnswer, LookupFailure> {
    let (domain, name) = host_of(url)?;
    let addresses = match addresses_of(dns, guard, &domain).await.addresses {
        Lookup::Found(addresses) => addresses,
        Lookup::Failed(failure) => return Err(failure),
        Lookup::Absent(_) | Lookup::NotAsked => return Err(LookupFailure::Unreachable),
    };
    let stream = dial(guard, addresses, url.port_or_known_default().unwrap_or(443)).await?;
    let stream = connector.connect(name, stream).await.map_err(|error| tls_failure(&error))?;
    request(stream, url).await
}

fn host_of(url: &Url) -> Result<(Domain, ServerName<'static>), LookupFailure> {
    let text = match url.host() {
        Some(Host::Domain(text)) => text.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => format!("[{address}]"),
        None => return Err(LookupFailure::Malformed),
    };
    let domain = Domain::parse(&text).map_err(|_| LookupFailure::Malformed)?;
    let name = match domain.address() {
        Some(address) => ServerName::IpAddress(address.into()),
        None => ServerName::try_from(domain.as_ascii().to_owned()).map_err(|_| LookupFailure::Malformed)?,
    };
    Ok((domain, name))
}

/// The first of the addresses to connect; the others are given up.
async fn dial(guard: &AddressGuard, addresses: Vec<IpAddr>, port: u16) -> Result<TcpStream, LookupFailure> {
    let mut delay = Duration::ZERO;
    let mut attempts: FuturesUnordered<_> = addresses
        .into_iter()
        .map(|address| {
            let wait = delay;
            delay = delay.saturating_add(ATTEMPT_DELAY);
            attempt(guard, SocketAddr::new(address, port), wait)
        })
        .collect();
    let mut failure = LookupFailure::Unreachable;
    while let Some(attempt) = attempts.next().await {
        match attempt {
            Ok(stream) => return Ok(stream),
            Err(why) => failure = why,
        }
    }
    Err(failure)
}

async fn attempt(
    guard: &AddressGuard,
    address: SocketAddr,
    wait: Duration,
) -> Result<TcpStream, LookupFailure> {
    sleep(wait).await;
    if !guard.permits(address.ip()) {
        return Err(LookupFailure::Forbidden);
    }
    count(Traffic::HttpsConnection);
    TcpStream::connect(address).await.map_err(|_| LookupFailure::Unreachable)
}

async fn request(stream: TlsStream<TcpStream>, url: &Url) -> Result<HttpAnswer, LookupFailure> {
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(HTTP_HEAD_BYTES)
        .max_headers(HTTP_FIELDS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| LookupFailure::Unreachable)?;
    let request = hyper::Request::get(target_of(url))
        .header(HOST, authority_of(url))
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, concat!("xmpptls/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| LookupFailure::Malformed)?;
    count(Traffic::HttpsRequest);
    let mut work = JoinSet::new();
    // Dropped with this function, whatever ends it.
    work.spawn(connection);
    let answer = sender.send_request(request).await.map_err(|error| http_failure(&error))?;
    read(answer).await
}

async fn read(answer: hyper::Response<Incoming>) -> Result<HttpAnswer, LookupFailure> {
    let status = answer.status().as_u16();
    let location = answer.headers().get(LOCATION).and_then(|field| field.to_str().ok()).map(str::to_owned);
    let body = if status == 200 {
        let whole = Limited::new(answer.into_body(), POSH_DOCUMENT_BYTES).collect().await;
        whole.map_err(|error| body_failure(&*error))?.to_bytes().to_vec()
    } else {
        Vec::new()
    };
    Ok(HttpAnswer { status, location, body })
}

fn target_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn authority_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Only a certificate that does not prove the name is "unverified"; all else is a server out of reach.
fn tls_failure(error: &std::io::Error) -> LookupFailure {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match cause {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            LookupFailure::HttpsUnverified
        }
        _ => LookupFailure::Unreachable,
    }
}

fn http_failure(error: &hyper::Error) -> LookupFailure {
    if error.is_parse() { LookupFailure::Malformed } else { LookupFailure::Unreachable }
}

fn body_failure(error: &(dyn std::error::Error + 'static)) -> LookupFailure {
    if error.is::<http_body_util::LengthLimitError>() {
        LookupFailure::Malformed
    } else {
        LookupFailure::Unreachable
    }
}
