//! What two sessions agree on.

use super::support::*;
use crate::parameter::{CipherSuite, Group, Parameters, SignatureScheme, Version};
use crate::tls::*;

#[test]
fn par_02_two_defaults_agree_on_tls_1_3_with_the_hybrid_group() {
    let pair = Pair::new(&initiating(), &accepting()).ready();
    for session in [&pair.client, &pair.server] {
        assert_eq!(session.version(), Some(Version::Tls13));
        assert_eq!(session.suite(), Some(CipherSuite::Aes256GcmSha384));
        assert_eq!(session.group(), Some(Group::X25519MlKem768));
        assert_eq!(session.handshake_kind(), Some(HandshakeKind::Full));
        assert_eq!(session.extended_master_secret(), None);
    }
    assert_eq!(pair.client.signature_scheme(), Some(SignatureScheme::EcdsaSecp256r1Sha256));
    assert_eq!(pair.server.signature_scheme(), None);
    assert_eq!(pair.server.server_name(), Some("example.org"));
}

#[test]
fn par_05_every_suite_works_alone_with_the_key_it_wants() {
    for suite in CipherSuite::ALL {
        let server = AcceptingSettings { credentials: serving(&[&RSA, &ECDSA]), ..accepting() };
        let client = InitiatingSettings { parameters: with_suite(*suite), ..initiating() };
        let mut pair = Pair::new(&client, &server).ready();
        assert_eq!((pair.client.suite(), pair.server.suite()), (Some(*suite), Some(*suite)));
        assert_eq!(pair.server.version(), Some(suite.version()));
        let rsa = suite.name().contains("_RSA_");
        let own = pair.server.own_credential().unwrap().key_kind();
        assert_eq!(own, if rsa { KeyKind::Rsa } else { KeyKind::Ecdsa });
        pair.client.write(b"<presence/>").unwrap();
        pair.run();
        assert_eq!(pair.to_server, b"<presence/>");
    }
}

#[test]
fn par_08_every_group_works_alone_in_tls_1_3() {
    for group in Group::ALL {
        let parameters = with_group(Version::Tls13, *group);
        let client = InitiatingSettings { parameters, ..initiating() };
        let server = AcceptingSettings { parameters: with_group(Version::Tls13, *group), ..accepting() };
        let pair = Pair::new(&client, &server).ready();
        assert_eq!((pair.client.group(), pair.server.group()), (Some(*group), Some(*group)));
        assert_eq!(pair.client.handshake_kind(), Some(HandshakeKind::Full));
    }
}

#[test]
fn par_08_the_curves_work_alone_in_tls_1_2() {
    for group in [Group::X25519, Group::Secp256r1, Group::Secp384r1] {
        let client = InitiatingSettings { parameters: with_group(Version::Tls12, group), ..initiating() };
        let pair = Pair::new(&client, &accepting()).ready();
        assert_eq!(pair.client.group(), Some(group));
        assert_eq!(pair.client.version(), Some(Version::Tls12));
        assert_eq!(pair.server.extended_master_secret(), Some(true));
    }
}

#[test]
fn a_server_that_wants_another_group_asks_again() {
    let server =
        AcceptingSettings { parameters: with_group(Version::Tls13, Group::Secp384r1), ..accepting() };
    for cut in [1, 7, usize::MAX] {
        let pair = Pair::new(&initiating(), &server).cut(cut).ready();
        assert_eq!(pair.client.handshake_kind(), Some(HandshakeKind::HelloRetryRequest));
        assert_eq!(pair.server.handshake_kind(), Some(HandshakeKind::HelloRetryRequest));
        assert_eq!(pair.client.group(), Some(Group::Secp384r1));
    }
}

#[test]
fn par_09_the_servers_order_of_suites_decides() {
    let weak_first = Parameters {
        suites: vec![CipherSuite::Aes128GcmSha256, CipherSuite::Aes256GcmSha384],
        ..Parameters::default()
    };
    let client = InitiatingSettings { parameters: weak_first.clone(), ..initiating() };
    assert_eq!(Pair::new(&client, &accepting()).ready().client.suite(), Some(CipherSuite::Aes256GcmSha384));
    let server = AcceptingSettings { parameters: weak_first, ..accepting() };
    assert_eq!(Pair::new(&initiating(), &server).ready().client.suite(), Some(CipherSuite::Aes128GcmSha256));
}

#[test]
fn bytes_cut_anywhere_lead_to_the_same_session() {
    for version in [Version::Tls12, Version::Tls13] {
        for cut in [1, 2, 5, 64, 1000] {
            let (client, server) = mutual(version);
            let mut pair = Pair::new(&client, &server).cut(cut).ready();
            assert_eq!(pair.client.version(), Some(version));
            assert_eq!(pair.server.peer_certificates().next(), Some(ECDSA.leaf()));
            pair.client.write(b"there").unwrap();
            pair.server.write(b"and back").unwrap();
            pair.run();
            assert_eq!(
                (pair.to_server.as_slice(), pair.to_client.as_slice()),
                (&b"there"[..], &b"and back"[..])
            );
        }
    }
}

#[test]
fn mutual_certificates_are_seen_by_both_ends() {
    for version in [Version::Tls12, Version::Tls13] {
        let client = InitiatingSettings {
            parameters: parameters(version),
            credential: Some(ED25519.clone()),
            ..initiating()
        };
        let server = AcceptingSettings { client_certificates: ClientCertificates::Optional, ..accepting() };
        let pair = Pair::new(&client, &server).ready();
        assert_eq!(pair.server.peer_certificates().collect::<Vec<_>>(), [ED25519.leaf()]);
        assert_eq!(pair.client.peer_certificates().collect::<Vec<_>>(), [ECDSA.leaf()]);
        assert!(pair.client.is_certificate_requested());
        assert_eq!(pair.client.own_credential().unwrap().fingerprint(), ED25519.fingerprint());
        assert_eq!(pair.server.signature_scheme(), Some(SignatureScheme::Ed25519));
    }
}

#[test]
fn par_17_a_client_without_certificate_is_asked_and_let_on() {
    let server = AcceptingSettings { client_certificates: ClientCertificates::Optional, ..accepting() };
    for version in [Version::Tls12, Version::Tls13] {
        let client = InitiatingSettings { parameters: parameters(version), ..initiating() };
        let pair = Pair::new(&client, &server).ready();
        assert!(pair.client.is_certificate_requested());
        assert!(pair.client.own_credential().is_none());
        assert_eq!(pair.server.peer_certificates().len(), 0);
    }
}

#[test]
fn a_client_that_is_not_asked_shows_nothing() {
    let client = InitiatingSettings { credential: Some(ECDSA.clone()), ..initiating() };
    let pair = Pair::new(&client, &accepting()).ready();
    assert!(!pair.client.is_certificate_requested());
    assert!(pair.client.own_credential().is_none());
    assert_eq!(pair.server.peer_certificates().len(), 0);
}

#[test]
fn dtls_11_the_application_protocol_is_agreed_in_the_servers_order() {
    let client =
        InitiatingSettings { alpn: vec![b"xmpp-client".to_vec(), b"xmpp-server".to_vec()], ..initiating() };
    let server =
        AcceptingSettings { alpn: vec![b"xmpp-server".to_vec(), b"xmpp-client".to_vec()], ..accepting() };
    let pair = Pair::new(&client, &server).ready();
    assert_eq!(
        (pair.client.alpn(), pair.server.alpn()),
        (Some(&b"xmpp-server"[..]), Some(&b"xmpp-server"[..]))
    );
}

#[test]
fn dtls_12_a_client_without_alpn_is_accepted() {
    let server = AcceptingSettings { alpn: vec![b"xmpp-client".to_vec()], ..accepting() };
    let pair = Pair::new(&initiating(), &server).ready();
    assert_eq!((pair.client.alpn(), pair.server.alpn()), (None, None));
}

#[test]
fn parameters_that_leave_nothing_are_refused_when_configured() {
    let no_groups = Parameters { groups: Vec::new(), ..Parameters::default() };
    let error = InitiatingConfig::new(&InitiatingSettings { parameters: no_groups, ..initiating() });
    assert_eq!(error.err(), Some(ConfigError::NoGroup));
    let contradiction =
        Parameters { oldest: Version::Tls13, ..with_suite(CipherSuite::EcdheRsaAes128GcmSha256) };
    let contradiction = Parameters { newest: Version::Tls13, ..contradiction };
    let error = AcceptingConfig::new(&AcceptingSettings { parameters: contradiction, ..accepting() });
    assert_eq!(error.err(), Some(ConfigError::NoSuite));
}
