//! The DNS servers that are asked, the anchors that are trusted, and how a [`Dns`] is put together.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverOpts};
use hickory_resolver::net::dnssec::DnssecDnsHandle;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::RetryDnsHandle;
use hickory_resolver::proto::dnssec::TrustAnchors;
use hickory_resolver::proto::rr::Name;
use hickory_resolver::system_conf::read_system_conf;
use hickory_resolver::{NameServerPool, PoolContext, TlsConfig};

use super::{Dns, Upstream};
use crate::limits::{LOOKUP_CACHED_ANSWERS, LOOKUP_CACHED_PROOFS};
use crate::lookup::cache::Cache;
use crate::lookup::flight::Flights;
use crate::lookup::{LookupError, Servers};

/// Everything a [`Dns`] is made from.
#[derive(Clone, Debug)]
pub(crate) struct DnsSettings {
    /// Who is asked.
    pub(crate) servers: Servers,
    /// DNSKEY lines, or `None` for the root's keys that are built in.
    pub(crate) trust_anchors: Option<Arc<Anchors>>,
    /// Whether a resolver without DNSSEC is used all the same, its answers as insecure.
    pub(crate) accept_without_dnssec: bool,
    /// How long one question may take, repetition and validation included.
    pub(crate) time_out: Duration,
}

/// Keys that validation starts from.
pub(crate) struct Anchors {
    keys: Arc<TrustAnchors>,
    zone: Name,
}

impl std::fmt::Debug for Anchors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Anchors({})", self.zone)
    }
}

/// Reads DNSKEY records in zone file form (RFC 4034 §2.2), one a line; `;` begins a comment.
pub(crate) fn parse_anchors(lines: &str) -> Result<Anchors, LookupError> {
    let complete: String = lines.lines().map(complete).collect();
    let keys: TrustAnchors = complete.parse().map_err(|_| LookupError::TrustAnchors)?;
    // A line that is neither empty nor a comment was a key, or parsing had failed.
    let owner = lines
        .lines()
        .map(|line| line.split(';').next().unwrap_or_default())
        .find_map(|line| line.split_whitespace().next())
        .ok_or(LookupError::TrustAnchors)?;
    let zone = Name::from_ascii(owner).map_err(|_| LookupError::TrustAnchors)?;
    Ok(Anchors { keys: Arc::new(keys), zone })
}

/// A record with the TTL and class that may be left out in zone files (RFC 1035 §5.1); tools print it so. Any
/// other line stays as it is, and only one that ends is read to its end.
fn complete(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_type = |word: &&str| word.eq_ignore_ascii_case("DNSKEY");
    let may_be_left_out = |word: &&str| word.eq_ignore_ascii_case("IN") || word.parse::<u32>().is_ok();
    let Some((owner, others)) = words.split_first() else { return format!("{line}\n") };
    let place = others.iter().take(3).position(is_type);
    match place.and_then(|place| others.split_at_checked(place)) {
        Some((left_out, rest)) if left_out.iter().all(may_be_left_out) => {
            format!("{owner} 0 IN {}\n", rest.join(" "))
        }
        _ => format!("{line}\n"),
    }
}

/// Opens the way to the servers; nothing is sent yet.
pub(crate) fn open(settings: &DnsSettings) -> Result<Dns, LookupError> {
    let servers = match &settings.servers {
        Servers::System => system_servers()?,
        Servers::Given(addresses) => addresses.iter().copied().map(server).collect(),
    };
    if servers.is_empty() {
        return Err(LookupError::NoServer);
    }
    let context = PoolContext::new(
        server_options(settings.time_out),
        TlsConfig::new().map_err(|_| LookupError::NoServer)?,
    );
    let pool = NameServerPool::from_config(servers, Arc::new(context), TokioRuntimeProvider::default());
    let upstream = Upstream::new(pool);
    // One repetition: a lost datagram is common, two lost ones are a dead server.
    let plain = RetryDnsHandle::new(upstream.clone(), 1);
    let (keys, anchor_zone) = match &settings.trust_anchors {
        Some(anchors) => (Arc::clone(&anchors.keys), anchors.zone.clone()),
        None => (Arc::new(TrustAnchors::default()), Name::root()),
    };
    Ok(Dns {
        validator: DnssecDnsHandle::with_trust_anchor(plain.clone(), keys)
            .validation_cache_size(LOOKUP_CACHED_PROOFS),
        plain,
        upstream,
        anchor_zone,
        accept_without_dnssec: settings.accept_without_dnssec,
        time_out: settings.time_out,
        cache: Mutex::new(Cache::new(LOOKUP_CACHED_ANSWERS)),
        flights: Flights::new(),
        without_dnssec: Mutex::new(None),
    })
}

fn system_servers() -> Result<Vec<NameServerConfig>, LookupError> {
    let (config, _) = read_system_conf().map_err(|_| LookupError::SystemConfiguration)?;
    Ok(config.name_servers().to_vec())
}

fn server(address: SocketAddr) -> NameServerConfig {
    let mut udp = ConnectionConfig::udp();
    udp.port = address.port();
    let mut tcp = ConnectionConfig::tcp();
    tcp.port = address.port();
    NameServerConfig::new(address.ip(), true, vec![udp, tcp])
}

fn server_options(time_out: Duration) -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = time_out / 2;
    options.attempts = 1;
    options.edns0 = true;
    options.validate = true;
    options.cache_size = 0;
    options
}
