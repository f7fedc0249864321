//! Certificates, configurations, and a wire between two sessions.

use std::sync::{Arc, LazyLock};

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize};

use crate::parameter::{CipherSuite, Group, Parameters, Version};
use crate::tls::*;

/// A moment in 2027.
pub(super) const NOW: u64 = 1_800_000_000;

pub(super) static ECDSA: LazyLock<Arc<Credential>> = LazyLock::new(|| credential("ecdsa.example"));
pub(super) static RSA: LazyLock<Arc<Credential>> = LazyLock::new(|| {
    of(&KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap(), "rsa.example")
});
pub(super) static ED25519: LazyLock<Arc<Credential>> =
    LazyLock::new(|| of(&KeyPair::generate_for(&PKCS_ED25519).unwrap(), "ed25519.example"));

pub(super) fn credential(name: &str) -> Arc<Credential> {
    of(&KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(), name)
}

pub(super) fn of(key: &KeyPair, name: &str) -> Arc<Credential> {
    let certificate = CertificateParams::new([name.to_string()]).unwrap().self_signed(key).unwrap();
    Arc::new(Credential::from_der(vec![certificate.der().to_vec()], &key.serialize_der()).unwrap())
}

pub(super) fn parameters(version: Version) -> Parameters {
    Parameters { oldest: version, newest: version, ..Parameters::default() }
}

pub(super) fn with_group(version: Version, group: Group) -> Parameters {
    Parameters { groups: vec![group], ..parameters(version) }
}

pub(super) fn with_suite(suite: CipherSuite) -> Parameters {
    Parameters { suites: vec![suite], ..parameters(suite.version()) }
}

pub(super) fn serving(credentials: &[&Arc<Credential>]) -> Arc<CredentialStore> {
    let mut store = CredentialStore::new();
    for one in credentials {
        store.insert_default(Arc::clone(one));
        store.insert("example.org", Arc::clone(one));
    }
    Arc::new(store)
}

pub(super) fn accepting() -> AcceptingSettings {
    AcceptingSettings { credentials: serving(&[&ECDSA]), ..AcceptingSettings::default() }
}

pub(super) fn initiating() -> InitiatingSettings {
    InitiatingSettings::default()
}

/// Two ends that show each other certificates in this version.
pub(super) fn mutual(version: Version) -> (InitiatingSettings, AcceptingSettings) {
    (
        InitiatingSettings {
            parameters: parameters(version),
            credential: Some(ECDSA.clone()),
            ..initiating()
        },
        AcceptingSettings { client_certificates: ClientCertificates::Optional, ..accepting() },
    )
}

/// Two sessions and how the bytes between them are cut.
pub(super) struct Pair {
    pub(super) client: Session,
    pub(super) server: Session,
    /// The most bytes given to a session at once.
    pub(super) cut: usize,
    /// What each was given in plaintext.
    pub(super) to_client: Vec<u8>,
    pub(super) to_server: Vec<u8>,
    pub(super) now: u64,
}

impl Pair {
    pub(super) fn new(client: &InitiatingSettings, server: &AcceptingSettings) -> Self {
        Self::with(client, server, InitiatingOptions::default(), AcceptingOptions::default())
    }

    pub(super) fn with(
        client: &InitiatingSettings,
        server: &AcceptingSettings,
        ours: InitiatingOptions,
        theirs: AcceptingOptions,
    ) -> Self {
        Self::of(
            &InitiatingConfig::new(client).unwrap(),
            &AcceptingConfig::new(server).unwrap(),
            ours,
            theirs,
        )
    }

    pub(super) fn of(
        client: &InitiatingConfig,
        server: &AcceptingConfig,
        ours: InitiatingOptions,
        theirs: AcceptingOptions,
    ) -> Self {
        Self::named(client, server, Some("example.org"), NOW, ours, theirs)
    }

    pub(super) fn named(
        client: &InitiatingConfig,
        server: &AcceptingConfig,
        name: Option<&str>,
        now: u64,
        ours: InitiatingOptions,
        theirs: AcceptingOptions,
    ) -> Self {
        Self {
            client: Session::initiating(client, name, now, ours).unwrap(),
            server: Session::accepting(server, theirs).unwrap(),
            cut: usize::MAX,
            to_client: Vec::new(),
            to_server: Vec::new(),
            now,
        }
    }

    pub(super) fn cut(mut self, cut: usize) -> Self {
        self.cut = cut;
        self
    }

    /// Carries bytes until neither has any for the other. Says what each session failed with.
    pub(super) fn run(&mut self) -> (Option<Failure>, Option<Failure>) {
        while self.client.transmit_pending() + self.server.transmit_pending() > 0 {
            let flight = drain(&mut self.client);
            deliver(&mut self.server, &flight, self.cut, self.now, &mut self.to_server);
            let flight = drain(&mut self.server);
            deliver(&mut self.client, &flight, self.cut, self.now, &mut self.to_client);
        }
        (self.client.failure(), self.server.failure())
    }

    /// As [`Self::run`], where nothing may fail and both must be ready.
    pub(super) fn ready(mut self) -> Self {
        assert_eq!(self.run(), (None, None));
        assert!(self.client.is_ready() && self.server.is_ready());
        self
    }
}

/// Everything that a session has for its peer.
pub(super) fn drain(session: &mut Session) -> Vec<u8> {
    let mut bytes = vec![0; session.transmit_pending()];
    let length = session.transmit(&mut bytes);
    assert_eq!(length, bytes.len());
    bytes
}

/// Gives bytes to a session in pieces, with ample room for plaintext, until it took all or failed.
pub(super) fn deliver(session: &mut Session, bytes: &[u8], cut: usize, now: u64, plaintext: &mut Vec<u8>) {
    let mut room = vec![0; 40_000];
    for piece in bytes.chunks(cut.min(bytes.len().max(1))) {
        let mut rest = piece;
        while !rest.is_empty() || session.has_plaintext() {
            let Ok(received) = session.receive(now, rest, &mut room) else {
                return;
            };
            plaintext.extend_from_slice(&room[..received.written]);
            rest = &rest[received.used..];
        }
    }
}

/// A judge that answers always the same, and demands to be shown a certificate.
pub(super) struct Fixed(pub(super) Result<(), CertificateAlert>);

impl Judge for Fixed {
    fn judge(&self, presented: &[&[u8]], _: Option<bool>, now: u64) -> Result<(), CertificateAlert> {
        assert!(!presented[0].is_empty());
        assert!(now >= NOW);
        self.0
    }
}

/// Where the extensions of a client hello in one record begin, at the length of their list.
fn extensions_at(hello: &[u8]) -> usize {
    let suites_at = 44 + usize::from(hello[43]);
    let suites = usize::from(u16::from_be_bytes([hello[suites_at], hello[suites_at + 1]]));
    suites_at + 2 + suites + 2
}

/// The number and contents of each extension of a client hello.
pub(super) fn extensions(hello: &[u8]) -> Vec<(u16, &[u8])> {
    let mut rest = &hello[extensions_at(hello) + 2..];
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (head, after) = rest.split_at(4);
        let (contents, after) = after.split_at(usize::from(u16::from_be_bytes([head[2], head[3]])));
        found.push((u16::from_be_bytes([head[0], head[1]]), contents));
        rest = after;
    }
    found
}

/// The same client hello without the extension of this number.
pub(super) fn without_extension(hello: &[u8], number: u16) -> Vec<u8> {
    let at = extensions_at(hello);
    let left = extensions(hello).into_iter().filter(|(one, _)| *one != number);
    let left: Vec<u8> = left
        .flat_map(|(one, contents)| {
            let length = u16::try_from(contents.len()).unwrap();
            [&one.to_be_bytes()[..], &length.to_be_bytes(), contents].concat()
        })
        .collect();
    let removed = hello.len() - at - 2 - left.len();
    assert!(removed > 0, "the extension was there");
    let mut shorter = [&hello[..at + 2], &left].concat();
    for length in [3, 7, at] {
        let old = usize::from(u16::from_be_bytes([hello[length], hello[length + 1]]));
        shorter[length..length + 2].copy_from_slice(&u16::try_from(old - removed).unwrap().to_be_bytes());
    }
    shorter
}
