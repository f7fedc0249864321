//! What binds to a session: the exporter, the certificate's hash, the key log.

use std::io::{Read, Write};
use std::sync::Arc;

use super::kat::kat_1;
use super::support::*;
use crate::parameter::{CipherSuite, Version};
use crate::tls::*;

#[test]
fn cb_01_the_exporter_is_the_same_on_both_ends_and_another_on_each_session() {
    for version in [Version::Tls12, Version::Tls13] {
        let client = InitiatingSettings { parameters: parameters(version), ..initiating() };
        let pair = Pair::new(&client, &accepting()).ready();
        let value = *pair.client.exporter().unwrap();
        assert_eq!(pair.server.exporter(), Ok(&value));
        let another = Pair::new(&client, &accepting()).ready();
        assert_ne!(another.client.exporter(), Ok(&value));
    }
}

#[test]
fn the_exporter_is_not_there_before_the_handshake_is_done() {
    let mut pair = Pair::new(&initiating(), &accepting());
    let hello = drain(&mut pair.client);
    pair.server.receive(NOW, &hello, &mut []).unwrap();
    assert_eq!(pair.client.exporter(), Err(NoExporter::NotReady));
    assert_eq!(pair.server.exporter(), Err(NoExporter::NotReady));
}

/// Shakes hands with rustls's own buffered server and gives its exporter's value.
fn buffered_server_value(client: &mut Session, extended: bool) -> [u8; 32] {
    let key = rcgen::generate_simple_self_signed(["example.org".to_string()]).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], key.signing_key.serialize_der().try_into().unwrap())
        .unwrap();
    config.require_ems = extended;
    let mut server = rustls::ServerConnection::new(Arc::new(config)).unwrap();
    let mut room = [0; 1000];
    for _ in 0..4 {
        let flight = drain(client);
        server.read_tls(&mut flight.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        let mut flight = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut flight).unwrap();
        }
        let got = client.receive(NOW, &flight, &mut room).unwrap();
        assert_eq!(got.used, flight.len());
    }
    assert!(!server.is_handshaking() && client.is_ready());
    client.write(b"ping").unwrap();
    server.read_tls(&mut drain(client).as_slice()).unwrap();
    server.process_new_packets().unwrap();
    server.reader().read_exact(&mut room[..4]).unwrap();
    assert_eq!(&room[..4], b"ping");
    server.writer().write_all(b"pong").unwrap();
    server.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b"")).unwrap()
}

#[test]
fn cb_02_the_exporter_is_that_of_rustls_with_an_empty_context_for_every_suite() {
    for suite in CipherSuite::ALL.iter().filter(|suite| !suite.name().contains("_RSA_")) {
        let settings = InitiatingSettings { parameters: with_suite(*suite), ..initiating() };
        let config = InitiatingConfig::new(&settings).unwrap();
        let mut client =
            Session::initiating(&config, Some("example.org"), NOW, InitiatingOptions::default()).unwrap();
        let value = buffered_server_value(&mut client, true);
        assert_eq!(client.suite(), Some(*suite));
        assert_eq!(client.exporter(), Ok(&value));
    }
}

#[test]
fn par_15_a_hello_without_extended_master_secret_is_refused_by_default() {
    let client = InitiatingSettings { parameters: parameters(Version::Tls12), ..initiating() };
    let config = InitiatingConfig::new(&client).unwrap();
    let mut client =
        Session::initiating(&config, Some("example.org"), NOW, InitiatingOptions::default()).unwrap();
    let hello = without_extension(&drain(&mut client), 23);
    let mut strict =
        Session::accepting(&AcceptingConfig::new(&accepting()).unwrap(), AcceptingOptions::default())
            .unwrap();
    let failure = strict.receive(NOW, &hello, &mut []).unwrap_err();
    assert!(matches!(failure, Failure::Refused(Cause::NoExtendedMasterSecret, Some(_))), "{failure:?}");
    let mut parameters = parameters(Version::Tls12);
    parameters.require_extended_master_secret = false;
    let lenient = AcceptingSettings { parameters, ..accepting() };
    let mut lenient =
        Session::accepting(&AcceptingConfig::new(&lenient).unwrap(), AcceptingOptions::default()).unwrap();
    lenient.receive(NOW, &hello, &mut []).unwrap();
    assert!(lenient.transmit_pending() > 500, "it answers with its first flight");
}

#[test]
fn cb_04_tls_1_2_without_extended_master_secret_has_no_exporter() {
    let mut parameters = parameters(Version::Tls12);
    parameters.require_extended_master_secret = false;
    let client = InitiatingSettings { parameters: parameters.clone(), ..initiating() };
    let server = AcceptingSettings { parameters, ..accepting() };
    let mut pair = Pair::new(&client, &server).ready();
    assert!(pair.client.exporter().is_ok(), "both offered it");
    pair.client.settled.extended_master_secret = Some(false);
    assert_eq!(pair.client.exporter(), Err(NoExporter::NoExtendedMasterSecret));
    pair.client.settled.extended_master_secret = None;
    assert_eq!(pair.client.exporter(), Err(NoExporter::NoExtendedMasterSecret));
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn cb_06_the_known_certificate_is_hashed_with_its_signatures_sha_384() {
    let known = kat_1();
    assert_eq!(known.len(), 557);
    assert_eq!(
        hexadecimal(&server_end_point(&known).unwrap()),
        "52ee17f066618867cbc68511311620e4aa26f5e59389d8f6567b72567a0208046f24190fcf25226a7c51307493628e0d"
    );
    let key = crate::tls::der::public_key(&known).unwrap();
    assert_eq!((key.len(), &hexadecimal(key)[..16]), (91, "3059301306072a86"));
}

/// A certificate with nothing in it but this signature algorithm.
fn signed_by(algorithm: &[u8]) -> Vec<u8> {
    let inner =
        [&[0x30, 0][..], &[0x30, u8::try_from(algorithm.len()).unwrap()], algorithm, &[3, 1, 0]].concat();
    [&[0x30, u8::try_from(inner.len()).unwrap()][..], &inner].concat()
}

fn named(oid: &[u8], after: &[u8]) -> Vec<u8> {
    [&[6, u8::try_from(oid.len()).unwrap()][..], oid, after].concat()
}

#[test]
fn cb_06_every_signature_algorithm_leads_to_the_hash_of_rfc_5929() {
    let rsa = |kind| signed_by(&named(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, kind], &[5, 0]));
    let ecdsa = |kind| signed_by(&named(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, kind], &[]));
    let table = [
        (rsa(4), 32, "MD5"),
        (rsa(5), 32, "SHA-1"),
        (rsa(11), 32, "SHA-256"),
        (rsa(12), 48, "SHA-384"),
        (rsa(13), 64, "SHA-512"),
        (rsa(14), 28, "SHA-224"),
        (signed_by(&named(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1], &[])), 32, "ECDSA with SHA-1"),
        (ecdsa(1), 28, "ECDSA with SHA-224"),
        (ecdsa(2), 32, "ECDSA with SHA-256"),
        (ecdsa(3), 48, "ECDSA with SHA-384"),
        (ecdsa(4), 64, "ECDSA with SHA-512"),
    ];
    for (certificate, length, name) in table {
        assert_eq!(server_end_point(&certificate).unwrap().len(), length, "{name}");
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &rsa(5));
    assert_eq!(server_end_point(&rsa(5)).unwrap(), digest.as_ref());
}

/// RSASSA-PSS-params with a hash for the message and one for the mask.
fn pss(message: u8, mask: u8) -> Vec<u8> {
    let hash = |kind| [&[0x30, 11][..], &named(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, kind], &[])].concat();
    let mgf = [named(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8], &[]), hash(mask)].concat();
    let mgf = [&[0x30, u8::try_from(mgf.len()).unwrap()][..], &mgf].concat();
    let message = hash(message);
    let inner = [
        &[0xa0, u8::try_from(message.len()).unwrap()][..],
        &message,
        &[0xa1, u8::try_from(mgf.len()).unwrap()],
        &mgf,
    ]
    .concat();
    let parameters = [&[0x30, u8::try_from(inner.len()).unwrap()][..], &inner].concat();
    signed_by(&named(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10], &parameters))
}

#[test]
fn cb_06_rsassa_pss_takes_the_hash_of_its_parameters() {
    assert_eq!(server_end_point(&pss(1, 1)).unwrap().len(), 32);
    assert_eq!(server_end_point(&pss(2, 2)).unwrap().len(), 48);
    assert_eq!(server_end_point(&pss(3, 3)).unwrap().len(), 64);
    let bare = signed_by(&named(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10], &[0x30, 0]));
    assert_eq!(server_end_point(&bare).unwrap().len(), 32, "SHA-1 by default, replaced by SHA-256");
}

#[test]
fn cb_07_no_hash_or_several_leave_the_binding_undefined() {
    assert_eq!(server_end_point(&pss(1, 2)), Err(EndPointUndefined::SeveralHashes));
    assert_eq!(server_end_point(ED25519.leaf()), Err(EndPointUndefined::NoHash));
    assert_eq!(server_end_point(&signed_by(&named(&[0x2b, 0x65, 113], &[]))), Err(EndPointUndefined::NoHash));
    let ml_dsa = signed_by(&named(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 18], &[]));
    assert_eq!(server_end_point(&ml_dsa), Err(EndPointUndefined::NoHash));
    assert_eq!(
        server_end_point(&signed_by(&named(&[0x2a, 3, 4], &[]))),
        Err(EndPointUndefined::UnknownAlgorithm)
    );
    assert_eq!(server_end_point(b"\x30\x05nonse"), Err(EndPointUndefined::Malformed));
}

#[test]
fn cb_05_the_end_point_is_that_of_the_certificate_really_sent() {
    for (suite, sent) in
        [(CipherSuite::EcdheRsaAes256GcmSha384, &RSA), (CipherSuite::EcdheEcdsaAes256GcmSha384, &ECDSA)]
    {
        let client = InitiatingSettings { parameters: with_suite(suite), ..initiating() };
        let server = AcceptingSettings { credentials: serving(&[&ECDSA, &RSA]), ..accepting() };
        let pair = Pair::new(&client, &server).ready();
        let value = pair.client.server_end_point().unwrap();
        assert_eq!(pair.server.server_end_point().as_ref(), Ok(&value));
        assert_eq!(value, sent.server_end_point().unwrap());
    }
}

#[test]
fn a_key_log_is_off_unless_asked_for_and_in_the_nss_format() {
    let mut pair = Pair::new(&initiating(), &accepting()).ready();
    assert_eq!(pair.server.next_key_log_line(), None);
    for (version, labels) in [
        (Version::Tls12, &["CLIENT_RANDOM"][..]),
        (
            Version::Tls13,
            &[
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                "CLIENT_TRAFFIC_SECRET_0",
                "SERVER_TRAFFIC_SECRET_0",
                "EXPORTER_SECRET",
            ],
        ),
    ] {
        let client = InitiatingSettings { parameters: parameters(version), ..initiating() };
        let ours = InitiatingOptions { key_log: true, ..InitiatingOptions::default() };
        let theirs = AcceptingOptions { key_log: true, ..AcceptingOptions::default() };
        let mut pair = Pair::with(&client, &accepting(), ours, theirs).ready();
        let read = |session: &mut Session| {
            let mut lines: Vec<_> = std::iter::from_fn(|| session.next_key_log_line()).collect();
            lines.sort();
            lines
        };
        let lines = read(&mut pair.client);
        assert_eq!(lines, read(&mut pair.server));
        let mut found: Vec<_> = lines.iter().map(|line| line.split(' ').next().unwrap()).collect();
        let mut wanted = labels.to_vec();
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(found, wanted);
        assert!(lines.iter().all(|line| line.split(' ').nth(1).unwrap().len() == 64));
    }
}
