//! What an idle session costs, by the allocator's own count: Rust's allocations and the cryptography's.
//!
//! One test, in a program of its own, because the count is that of the whole process.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;

use rcgen::KeyPair;
use xmpptls::parameter::{Parameters, Version};
use xmpptls::tls::{
    AcceptingConfig, AcceptingOptions, AcceptingSettings, ClientCertificates, Credential, CredentialStore,
    InitiatingConfig, InitiatingOptions, InitiatingSettings, Session, Tickets,
};

const NOW: u64 = 1_800_000_000;
const SESSIONS: usize = 1000;

/// Bytes that the process has from its allocator.
fn allocated() -> usize {
    // SAFETY: mallinfo2 takes nothing and only reads the allocator's own figures.
    unsafe { libc::mallinfo2() }.uordblks
}

fn pass(from: &mut Session, to: &mut Session) {
    let mut bytes = vec![0; from.transmit_pending()];
    let length = from.transmit(&mut bytes);
    let mut room = [0; 1000];
    let mut rest = &mut bytes[..length];
    while !rest.is_empty() {
        let received = to.receive_in_place(NOW, rest, &mut room).unwrap();
        rest = &mut rest[received.used..];
    }
}

/// An established accepting session, after a message each way; its peer is gone.
fn established(client: &InitiatingConfig, server: &AcceptingConfig) -> Box<Session> {
    let mut client =
        Session::initiating(client, Some("example.org"), NOW, InitiatingOptions::default()).unwrap();
    let mut server = Box::new(Session::accepting(server, AcceptingOptions::default()).unwrap());
    for _ in 0..3 {
        pass(&mut client, &mut server);
        pass(&mut server, &mut client);
    }
    client.write(&[b'a'; 300]).unwrap();
    pass(&mut client, &mut server);
    server.write(&[b'b'; 300]).unwrap();
    pass(&mut server, &mut client);
    assert!(client.is_ready() && server.is_ready());
    server
}

/// Bytes per idle accepting session.
fn cost(version: Version, mutual: bool) -> usize {
    let parameters = Parameters { oldest: version, newest: version, ..Parameters::default() };
    let key = KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(["example.org".to_string()]).unwrap().self_signed(&key).unwrap();
    let own = Arc::new(Credential::from_der(vec![certificate.der().to_vec()], &key.serialize_der()).unwrap());
    let mut store = CredentialStore::new();
    store.insert("example.org", Arc::clone(&own));
    let client = InitiatingConfig::new(&InitiatingSettings {
        parameters: parameters.clone(),
        credential: mutual.then_some(own),
        ..InitiatingSettings::default()
    })
    .unwrap();
    let server = AcceptingConfig::new(&AcceptingSettings {
        parameters,
        credentials: Arc::new(store),
        client_certificates: if mutual { ClientCertificates::Optional } else { ClientCertificates::Never },
        tickets: Some(Arc::new(Tickets::rotating(86_400).unwrap())),
        ..AcceptingSettings::default()
    })
    .unwrap();
    drop(established(&client, &server));
    let mut kept = Vec::with_capacity(SESSIONS);
    let before = allocated();
    kept.extend((0..SESSIONS).map(|_| established(&client, &server)));
    (allocated() - before) / SESSIONS
}

#[test]
fn an_idle_accepting_session_stays_within_its_bytes() {
    println!("struct {}", size_of::<Session>());
    for (version, mutual, most) in [
        (Version::Tls13, false, 3900),
        (Version::Tls12, false, 3900),
        (Version::Tls13, true, 4800),
        (Version::Tls12, true, 4800),
    ] {
        let cost = cost(version, mutual);
        println!("{version}, {}: {cost} bytes", if mutual { "mutual" } else { "server only" });
        assert!(cost <= most, "{version} mutual={mutual}: {cost} > {most}");
    }
}
