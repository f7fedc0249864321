//! Two connections in memory, with a clock that the test turns.

use std::sync::Arc;

use xmpptls::connection::{Connection, Context, Event, Time};
use xmpptls::name::{Domain, Transport};
use xmpptls::policy::{PolicyBuilder, Preset};
use xmpptls::proof::pkix::TrustAnchors;
use xmpptls::tls::{Credential, CredentialStore};

use super::ca::{Issued, NOW};

pub(crate) fn now() -> Time {
    Time { unix_seconds: NOW, monotonic_ms: 1_000 }
}

pub(crate) fn credential(chain: &[&Issued]) -> Arc<Credential> {
    let der = chain.iter().map(|own| own.der.clone()).collect();
    Arc::new(Credential::from_der(der, &chain[0].pkcs8()).unwrap())
}

/// Credentials that serve `names`.
pub(crate) fn credentials(names: &[&str], chain: &[&Issued]) -> Arc<CredentialStore> {
    let mut store = CredentialStore::new();
    for name in names {
        store.insert(name, credential(chain));
    }
    Arc::new(store)
}

/// A context of a preset that trusts `anchors`, with settings of the TOML form.
pub(crate) fn context(
    preset: Preset,
    anchors: &[&Issued],
    credentials: Option<Arc<CredentialStore>>,
    settings: &[(&str, &str)],
) -> Context {
    let mut builder = PolicyBuilder::new(preset);
    builder.trust_anchors(TrustAnchors::from_der(anchors.iter().map(|own| own.der.as_slice()))).unwrap();
    for (name, value) in settings {
        builder.set(name, value).unwrap();
    }
    Context::new(builder.build().unwrap(), credentials).unwrap()
}

/// Two ends, and what each read.
pub(crate) struct Pair {
    pub(crate) client: Connection,
    pub(crate) server: Connection,
    pub(crate) client_read: Vec<u8>,
    pub(crate) server_read: Vec<u8>,
    pub(crate) client_events: Vec<Event>,
    pub(crate) server_events: Vec<Event>,
    /// In which pieces bytes arrive.
    pub(crate) piece: usize,
}

impl Pair {
    pub(crate) fn new(client: &Context, server: &Context, transport: Transport, domain: &str) -> Self {
        let domain = Some(Domain::parse(domain).unwrap());
        Self::of(
            Connection::initiating(client, transport, domain, now()).unwrap(),
            Connection::accepting(server, transport, now()).unwrap(),
        )
    }

    pub(crate) fn of(client: Connection, server: Connection) -> Self {
        Self {
            client,
            server,
            client_read: Vec::new(),
            server_read: Vec::new(),
            client_events: Vec::new(),
            server_events: Vec::new(),
            piece: usize::MAX,
        }
    }

    /// Carries bytes to and fro until neither end has any.
    pub(crate) fn run(&mut self) -> &mut Self {
        for _ in 0..200 {
            let there = carry(&mut self.client, &mut self.server, &mut self.server_read, self.piece);
            let back = carry(&mut self.server, &mut self.client, &mut self.client_read, self.piece);
            self.client_events.extend(std::iter::from_fn(|| self.client.next_event()));
            self.server_events.extend(std::iter::from_fn(|| self.server.next_event()));
            if !there && !back {
                return self;
            }
        }
        panic!("the two ends never come to rest");
    }
}

/// Everything that `connection` has for its peer.
pub(crate) fn transmitted(connection: &mut Connection) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let mut buffer = [0; 777];
        match connection.transmit(&mut buffer) {
            0 => return all,
            length => all.extend_from_slice(&buffer[..length]),
        }
    }
}

/// Feeds bytes until all are taken or the connection takes no more.
pub(crate) fn feed(connection: &mut Connection, bytes: &[u8], read: &mut Vec<u8>, piece: usize) {
    for part in bytes.chunks(piece.min(bytes.len()).max(1)) {
        let mut at = 0;
        loop {
            let mut plain = [0; 4096];
            let Ok(done) = connection.receive(now(), &part[at..], &mut plain) else {
                return;
            };
            read.extend_from_slice(&plain[..done.written]);
            at += done.used;
            if (done.used == 0 && done.written == 0) || (at == part.len() && !connection.has_plaintext()) {
                break;
            }
        }
    }
}

fn carry(from: &mut Connection, to: &mut Connection, read: &mut Vec<u8>, piece: usize) -> bool {
    let bytes = transmitted(from);
    feed(to, &bytes, read, piece);
    !bytes.is_empty()
}
