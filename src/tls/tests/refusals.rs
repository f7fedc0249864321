//! How sessions fail, and what the other end is told.

use std::sync::Arc;

use super::support::*;
use crate::limits;
use crate::parameter::{Alert, CipherSuite, Group, Version};
use crate::tls::*;

fn refused(cause: Cause, alert: Alert) -> Option<Failure> {
    Some(Failure::Refused(cause, Some(alert)))
}

fn received(alert: Alert) -> Option<Failure> {
    Some(Failure::AlertReceived(alert))
}

#[test]
fn par_02_no_common_version_is_told_with_protocol_version() {
    let client = InitiatingSettings { parameters: parameters(Version::Tls12), ..initiating() };
    let server = AcceptingSettings { parameters: parameters(Version::Tls13), ..accepting() };
    let (ours, theirs) = Pair::new(&client, &server).run();
    assert_eq!(theirs, refused(Cause::NoCommonVersion, Alert::PROTOCOL_VERSION));
    assert_eq!(ours, received(Alert::PROTOCOL_VERSION));
}

#[test]
fn par_06_no_common_suite_is_told_with_handshake_failure() {
    let client = InitiatingSettings { parameters: with_suite(CipherSuite::Aes128GcmSha256), ..initiating() };
    let server = AcceptingSettings { parameters: with_suite(CipherSuite::Aes256GcmSha384), ..accepting() };
    let (ours, theirs) = Pair::new(&client, &server).run();
    assert_eq!(theirs, refused(Cause::NoCommonSuite, Alert::HANDSHAKE_FAILURE));
    assert_eq!(ours, received(Alert::HANDSHAKE_FAILURE));
}

#[test]
fn no_common_group_is_told_with_handshake_failure() {
    let client = InitiatingSettings { parameters: with_group(Version::Tls13, Group::X25519), ..initiating() };
    let server =
        AcceptingSettings { parameters: with_group(Version::Tls13, Group::Secp384r1), ..accepting() };
    let (ours, theirs) = Pair::new(&client, &server).run();
    assert_eq!(theirs, refused(Cause::NoCommonGroup, Alert::HANDSHAKE_FAILURE));
    assert_eq!(ours, received(Alert::HANDSHAKE_FAILURE));
}

#[test]
fn dtls_12_a_list_without_our_protocol_is_told_with_alert_120() {
    for version in [Version::Tls12, Version::Tls13] {
        let client = InitiatingSettings {
            alpn: vec![b"h2".to_vec()],
            parameters: parameters(version),
            ..initiating()
        };
        let server = AcceptingSettings { alpn: vec![b"xmpp-client".to_vec()], ..accepting() };
        let (ours, theirs) = Pair::new(&client, &server).run();
        assert_eq!(theirs, refused(Cause::NoApplicationProtocol, Alert::NO_APPLICATION_PROTOCOL));
        assert_eq!(ours, received(Alert::NO_APPLICATION_PROTOCOL));
        let tolerant = AcceptingSettings { alpn: Vec::new(), ..accepting() };
        Pair::new(&client, &tolerant).ready();
    }
}

fn serves_only(name: &str) -> AcceptingSettings {
    let mut store = CredentialStore::new();
    store.insert(name, Arc::clone(&ECDSA));
    store.insert_default(Arc::clone(&RSA));
    AcceptingSettings { credentials: Arc::new(store), ..accepting() }
}

#[test]
fn an_unknown_server_name_is_told_with_alert_112_where_that_is_wanted() {
    for version in [Version::Tls12, Version::Tls13] {
        let client = InitiatingSettings { parameters: parameters(version), ..initiating() };
        let (ours, theirs) = Pair::new(&client, &serves_only("example.com")).run();
        assert_eq!(theirs, refused(Cause::UnknownServerName, Alert::UNRECOGNIZED_NAME));
        assert_eq!(ours, received(Alert::UNRECOGNIZED_NAME));
        let pair = Pair::new(&client, &serves_only("example.org")).ready();
        assert_eq!(pair.server.own_credential().unwrap().key_kind(), KeyKind::Ecdsa);
        let lenient = AcceptingSettings { unknown_name: UnknownName::Default, ..serves_only("example.com") };
        let pair = Pair::new(&client, &lenient).ready();
        assert_eq!(pair.server.own_credential().unwrap().key_kind(), KeyKind::Rsa);
    }
}

#[test]
fn dtls_08_the_domain_of_the_stream_header_chooses_when_the_hello_names_none() {
    let (client, server) = (
        InitiatingConfig::new(&initiating()).unwrap(),
        AcceptingConfig::new(&serves_only("example.com")).unwrap(),
    );
    let told = |domain: Option<&str>| AcceptingOptions {
        domain: domain.map(Into::into),
        ..AcceptingOptions::default()
    };
    let unnamed =
        |domain| Pair::named(&client, &server, None, NOW, InitiatingOptions::default(), told(domain)).ready();
    assert_eq!(unnamed(Some("example.com")).server.own_credential().unwrap().key_kind(), KeyKind::Ecdsa);
    assert_eq!(unnamed(Some("example.net")).server.own_credential().unwrap().key_kind(), KeyKind::Rsa);
    let pair = unnamed(None);
    assert_eq!(pair.server.own_credential().unwrap().key_kind(), KeyKind::Rsa);
    assert_eq!(pair.server.server_name(), None);
}

#[test]
fn a_server_without_any_credential_says_so() {
    let server =
        AcceptingSettings { credentials: Arc::default(), unknown_name: UnknownName::Default, ..accepting() };
    let (client, server) =
        (InitiatingConfig::new(&initiating()).unwrap(), AcceptingConfig::new(&server).unwrap());
    let mut pair =
        Pair::named(&client, &server, None, NOW, InitiatingOptions::default(), AcceptingOptions::default());
    let (ours, theirs) = pair.run();
    assert_eq!(theirs, refused(Cause::NoCredential, Alert::ACCESS_DENIED));
    assert_eq!(ours, received(Alert::ACCESS_DENIED));
}

#[test]
fn a_judge_of_the_client_refuses_inside_the_handshake_with_each_alert() {
    for version in [Version::Tls12, Version::Tls13] {
        for refusal in CertificateAlert::ALL {
            let (client, server) = mutual(version);
            let judge = InitiatingOptions {
                judge: Some(Arc::new(Fixed(Err(*refusal)))),
                ..InitiatingOptions::default()
            };
            let mut pair = Pair::with(&client, &server, judge, AcceptingOptions::default());
            let (ours, theirs) = pair.run();
            assert_eq!(ours, refused(Cause::Judged, refusal.alert()));
            assert_eq!(theirs, Some(Failure::CertificateRejected(refusal.alert())));
            assert_eq!(pair.server.peer_certificates().len(), 0, "no client certificate left");
        }
    }
}

#[test]
fn a_judge_that_is_content_lets_the_handshake_go_on() {
    let content: Arc<dyn Judge> = Arc::new(Fixed(Ok(())));
    let judge = || Some(content.clone());
    let client = InitiatingSettings { credential: Some(ECDSA.clone()), ..initiating() };
    let server = AcceptingSettings { client_certificates: ClientCertificates::Optional, ..accepting() };
    let ours = InitiatingOptions { judge: judge(), ..InitiatingOptions::default() };
    let theirs = AcceptingOptions { judge: judge(), ..AcceptingOptions::default() };
    Pair::with(&client, &server, ours, theirs).ready();
}

#[test]
fn par_18_a_client_learns_that_its_certificate_was_rejected() {
    for version in [Version::Tls12, Version::Tls13] {
        for refusal in CertificateAlert::ALL {
            let (client, server) = mutual(version);
            let judge = AcceptingOptions {
                judge: Some(Arc::new(Fixed(Err(*refusal)))),
                ..AcceptingOptions::default()
            };
            let mut pair = Pair::with(&client, &server, InitiatingOptions::default(), judge);
            let (ours, theirs) = pair.run();
            assert_eq!(theirs, refused(Cause::Judged, refusal.alert()));
            assert_eq!(ours, Some(Failure::CertificateRejected(refusal.alert())));
            assert_eq!(
                pair.client.is_handshaking(),
                version == Version::Tls12,
                "1.3 is told after its handshake"
            );
        }
    }
}

#[test]
fn par_18_an_alert_after_data_came_speaks_of_something_else() {
    let client = InitiatingSettings { credential: Some(ECDSA.clone()), ..initiating() };
    let server = AcceptingSettings { client_certificates: ClientCertificates::Optional, ..accepting() };
    let refuses: Arc<dyn Judge> = Arc::new(Fixed(Err(CertificateAlert::Expired)));
    let judge = AcceptingOptions { judge: Some(refuses), ..AcceptingOptions::default() };
    let mut pair = Pair::with(&client, &server, InitiatingOptions::default(), judge);
    pair.client.flags.heard = true;
    assert_eq!(pair.run().0, received(Alert::CERTIFICATE_EXPIRED));
}

/// A judge that runs a whole handshake of its own before it answers.
struct Nested;

impl Judge for Nested {
    fn judge(&self, _: &[&[u8]], _: Option<bool>, _: u64) -> Result<(), CertificateAlert> {
        let pair = Pair::new(&initiating(), &accepting()).ready();
        assert!(pair.client.exporter().is_ok());
        Ok(())
    }
}

#[test]
fn a_judge_may_run_sessions_of_its_own() {
    let judge = InitiatingOptions { judge: Some(Arc::new(Nested)), ..InitiatingOptions::default() };
    let pair = Pair::with(&initiating(), &accepting(), judge, AcceptingOptions::default()).ready();
    assert_eq!(pair.client.exporter(), pair.server.exporter());
}

#[test]
fn a_damaged_record_ends_the_session_for_good() {
    for version in [Version::Tls12, Version::Tls13] {
        let client = InitiatingSettings { parameters: parameters(version), ..initiating() };
        let mut pair = Pair::new(&client, &accepting()).ready();
        pair.client.write(b"first").unwrap();
        let mut flight = drain(&mut pair.client);
        pair.client.write(b"second").unwrap();
        let mut second = drain(&mut pair.client);
        *second.last_mut().unwrap() ^= 1;
        flight.extend_from_slice(&second);
        let mut room = [0; 100];
        let got = pair.server.receive(NOW, &flight, &mut room).unwrap();
        assert_eq!((got.used, &room[..got.written]), (flight.len(), &b"first"[..]), "what was good is given");
        let failure = refused(Cause::BadRecord, Alert::BAD_RECORD_MAC);
        assert_eq!(pair.server.failure(), failure);
        for _ in 0..3 {
            assert_eq!(pair.server.receive(NOW, b"more", &mut room).err(), failure);
            assert_eq!(pair.server.write(b"x"), Err(WriteError::Failed(failure.unwrap())));
            assert!(pair.server.exporter().is_err());
        }
        let alert = drain(&mut pair.server);
        assert_eq!(pair.client.receive(NOW, &alert, &mut room).err(), received(Alert::BAD_RECORD_MAC));
        assert_eq!(pair.server.transmit_pending(), 0, "one alert, not one per call");
    }
}

#[test]
fn what_is_not_tls_is_refused_at_its_first_record() {
    for cut in [1, usize::MAX] {
        let mut server =
            Session::accepting(&AcceptingConfig::new(&accepting()).unwrap(), AcceptingOptions::default())
                .unwrap();
        let mut nothing = Vec::new();
        deliver(&mut server, b"<?xml version='1.0'?><stream:stream>", cut, NOW, &mut nothing);
        assert_eq!(server.failure(), refused(Cause::PlaintextXml, Alert::DECODE_ERROR));
        assert_eq!(drain(&mut server), [21, 3, 3, 0, 2, 2, 50], "an alert waits");
        let config = InitiatingConfig::new(&initiating()).unwrap();
        let mut client =
            Session::initiating(&config, Some("example.org"), NOW, InitiatingOptions::default()).unwrap();
        deliver(&mut client, b"220 example.org ESMTP\r\n", cut, NOW, &mut nothing);
        assert_eq!(client.failure(), refused(Cause::NotTls, Alert::DECODE_ERROR));
    }
}

#[test]
fn an_accepting_session_says_nothing_before_it_is_fed() {
    let mut server =
        Session::accepting(&AcceptingConfig::new(&accepting()).unwrap(), AcceptingOptions::default())
            .unwrap();
    assert_eq!(server.transmit_pending(), 0);
    assert_eq!(server.receive(NOW, &[], &mut []), Ok(Received::default()));
    assert_eq!(server.transmit_pending(), 0);
}

/// A handshake message of this type and 60,000 bytes, of which so many come, one byte a record.
fn in_tiny_records(kind: u8, records: usize) -> Vec<u8> {
    let bytes = [kind, 0, 0xea, 0x60].into_iter().chain(std::iter::repeat(0)).take(records);
    bytes.flat_map(|byte| [22, 3, 3, 0, 1, byte]).collect()
}

#[test]
fn a_message_in_tiny_records_is_held_up_to_the_limit_of_the_phase() {
    let limit = Some(Failure::LimitExceeded(SessionLimit::Held));
    let fed = |session: &mut Session, kind, bytes: usize| {
        deliver(session, &in_tiny_records(kind, bytes / 6), 997, NOW, &mut Vec::new());
        session.failure()
    };
    let server = || {
        let config = AcceptingConfig::new(&accepting()).unwrap();
        Session::accepting(&config, AcceptingOptions::default()).unwrap()
    };
    assert_eq!(fed(&mut server(), 1, limits::TLS_HELD_BEFORE_HELLO), None);
    assert_eq!(fed(&mut server(), 1, limits::TLS_HELD_BEFORE_HELLO + 6), limit);
    let client = || {
        let config = InitiatingConfig::new(&initiating()).unwrap();
        Session::initiating(&config, Some("example.org"), NOW, InitiatingOptions::default()).unwrap()
    };
    assert_eq!(fed(&mut client(), 2, limits::TLS_HELD_HANDSHAKING), None);
    assert_eq!(fed(&mut client(), 2, limits::TLS_HELD_HANDSHAKING + 6), limit);
}

#[test]
fn names_that_cannot_stand_in_a_hello_are_refused() {
    let config = InitiatingConfig::new(&initiating()).unwrap();
    let with = |name| Session::initiating(&config, Some(name), NOW, InitiatingOptions::default()).err();
    assert_eq!(with("bücher.example"), Some(Failure::InvalidServerName));
    assert_eq!(with(""), Some(Failure::InvalidServerName));
    assert_eq!(with("xn--bcher-kva.example."), None);
}
