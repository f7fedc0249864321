//! What a client hello offers, byte for byte, and what it never does.

use std::sync::Arc;

use super::support::*;
use crate::parameter::{Alert, Group, Version};
use crate::tls::*;

fn hello(settings: &InitiatingSettings, name: Option<&str>) -> Vec<u8> {
    let config = InitiatingConfig::new(settings).unwrap();
    drain(&mut Session::initiating(&config, name, NOW, InitiatingOptions::default()).unwrap())
}

fn extension(hello: &[u8], number: u16) -> Option<Vec<u8>> {
    extensions(hello).into_iter().find(|(one, _)| *one == number).map(|(_, contents)| contents.to_vec())
}

#[test]
fn par_12_only_null_compression_is_offered() {
    let hello = hello(&initiating(), Some("example.org"));
    let suites_at = 44 + usize::from(hello[43]);
    let suites = usize::from(u16::from_be_bytes([hello[suites_at], hello[suites_at + 1]]));
    assert_eq!(hello[suites_at + 2 + suites..][..2], [1, 0]);
}

#[test]
fn par_02_the_versions_offered_are_those_allowed() {
    let versions = |settings: &InitiatingSettings| extension(&hello(settings, None), 43);
    assert_eq!(versions(&initiating()).unwrap(), [4, 3, 4, 3, 3]);
    let newest = InitiatingSettings { parameters: parameters(Version::Tls13), ..initiating() };
    assert_eq!(versions(&newest).unwrap(), [2, 3, 4]);
}

#[test]
fn par_16_par_19_res_06_nothing_unwanted_is_offered() {
    let cache = Some(Arc::new(SessionCache::new()));
    let hello = hello(&InitiatingSettings { cache, ..initiating() }, Some("example.org"));
    for (number, name) in [
        (42, "early_data"),
        (49, "post_handshake_auth"),
        (19, "client_certificate_type"),
        (20, "server_certificate_type"),
        (4, "truncated_hmac"),
        (35, "session_ticket of TLS 1.2"),
        (16, "application_layer_protocol_negotiation, of which none was configured"),
    ] {
        assert_eq!(extension(&hello, number), None, "{name}");
    }
    assert_eq!(extension(&hello, 45).unwrap(), [1, 1], "psk_dhe_ke alone");
    assert_eq!(extension(&hello, 23).unwrap(), [0; 0], "extended_master_secret");
}

#[test]
fn dtls_11_the_protocols_configured_are_offered_in_order() {
    let settings = InitiatingSettings { alpn: vec![b"xmpp-client".to_vec()], ..initiating() };
    assert_eq!(extension(&hello(&settings, None), 16).unwrap(), b"\x00\x0c\x0bxmpp-client");
}

#[test]
fn a_name_is_sent_in_lower_case_and_only_when_given() {
    let named = hello(&initiating(), Some("Example.ORG."));
    assert_eq!(extension(&named, 0).unwrap(), b"\x00\x0e\x00\x00\x0bexample.org");
    let unnamed = hello(&initiating(), None);
    assert_eq!(extension(&unnamed, 0), None);
    assert!(!unnamed.windows(7).any(|window| window == b"invalid"));
}

#[test]
fn the_hybrid_group_comes_first_with_a_share_of_its_own() {
    let hello = hello(&initiating(), None);
    assert_eq!(extension(&hello, 10).unwrap()[2..4], Group::X25519MlKem768.number().to_be_bytes());
    let shares = extension(&hello, 51).unwrap();
    assert_eq!(shares[2..4], Group::X25519MlKem768.number().to_be_bytes());
    assert!(shares.len() > 1200);
}

#[test]
fn par_04_a_server_made_to_choose_tls_1_2_is_found_out() {
    let hello = without_extension(&hello(&initiating(), Some("example.org")), 43);
    let config = AcceptingConfig::new(&accepting()).unwrap();
    let mut server = Session::accepting(&config, AcceptingOptions::default()).unwrap();
    server.receive(NOW, &hello, &mut []).unwrap();
    assert_eq!(server.version(), Some(Version::Tls12));
    let config = InitiatingConfig::new(&initiating()).unwrap();
    let mut client =
        Session::initiating(&config, Some("example.org"), NOW, InitiatingOptions::default()).unwrap();
    let mut reply = drain(&mut server);
    // The mark at the end of the server's random, behind the headers of record and message and the version.
    assert_eq!(&reply[11 + 24..11 + 32], b"DOWNGRD\x01");
    let failure = client.receive(NOW, &reply, &mut []).unwrap_err();
    assert_eq!(failure, Failure::Refused(Cause::Misbehaved, Some(Alert::ILLEGAL_PARAMETER)));
    // The same answer without the mark gets further: to the key exchange, which was made with other randoms.
    let mut client =
        Session::initiating(&config, Some("example.org"), NOW, InitiatingOptions::default()).unwrap();
    reply[11 + 24..11 + 32].copy_from_slice(b"ordinary");
    let failure = client.receive(NOW, &reply, &mut []).unwrap_err();
    assert_eq!(failure, Failure::Refused(Cause::BadCertificateSignature, Some(Alert::DECRYPT_ERROR)));
}
