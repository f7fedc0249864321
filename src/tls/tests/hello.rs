//! The stop after the client hello.

use super::support::*;
use crate::limits;
use crate::parameter::{Alert, CipherSuite, Group, SignatureScheme};
use crate::tls::*;

fn client() -> Session {
    let settings = InitiatingSettings { alpn: vec![b"xmpp-client".to_vec()], ..initiating() };
    let config = InitiatingConfig::new(&settings).unwrap();
    Session::initiating(&config, Some("example.org"), NOW, InitiatingOptions::default()).unwrap()
}

/// The same handshake bytes in records of at most `size`.
fn in_records(hello: &[u8], size: usize) -> Vec<u8> {
    let records = hello[5..]
        .chunks(size)
        .map(|piece| [&[22, 3, 1][..], &u16::try_from(piece.len()).unwrap().to_be_bytes(), piece].concat());
    records.collect::<Vec<_>>().concat()
}

#[test]
fn a_hello_is_read_however_it_is_cut_and_its_bytes_make_a_session() {
    for record in [1, 50, 700, 16_000] {
        for cut in [1, 3, 100, usize::MAX] {
            let mut client = client();
            let bytes = in_records(&drain(&mut client), record);
            let mut reader = HelloReader::new();
            let mut whole = false;
            for piece in bytes.chunks(cut.min(bytes.len())) {
                assert!(!whole, "it is whole with its last byte only");
                whole = reader.feed(piece).unwrap();
            }
            assert!(whole);
            let hello = reader.hello().unwrap();
            assert_eq!(hello.server_name.as_deref(), Some("example.org"));
            assert_eq!(hello.alpn, [b"xmpp-client"]);
            assert!(hello.suites.contains(&CipherSuite::Aes128GcmSha256));
            assert!(hello.signature_schemes.contains(&SignatureScheme::Ed25519));
            assert_eq!(hello.groups.first(), Some(&Group::X25519MlKem768));

            let config = AcceptingConfig::new(&accepting()).unwrap();
            let mut server = Session::accepting(&config, AcceptingOptions::default()).unwrap();
            let mut nothing = Vec::new();
            deliver(&mut server, &reader.into_bytes(), usize::MAX, NOW, &mut nothing);
            assert_eq!(server.failure(), None);
            // The transcript must be that of the message, not of its records.
            deliver(&mut client, &drain(&mut server), usize::MAX, NOW, &mut nothing);
            deliver(&mut server, &drain(&mut client), usize::MAX, NOW, &mut nothing);
            assert!(client.is_ready() && server.is_ready(), "{:?} {:?}", client.failure(), server.failure());
        }
    }
}

#[test]
fn plaintext_xml_is_told_from_other_noise() {
    for (first, cause) in [
        (&b"<?xml version='1.0'?>"[..], Cause::PlaintextXml),
        (b"<", Cause::PlaintextXml),
        (b" <stream:stream", Cause::PlaintextXml),
        (b"\xef\xbb\xbf<stream", Cause::PlaintextXml),
        (b"GET / HTTP/1.1\r\n", Cause::NotTls),
        (b"\x17\x03\x03\x00\x01\x00", Cause::NotTls),
        (b"\x80", Cause::NotTls),
    ] {
        let mut reader = HelloReader::new();
        let failure = Failure::Refused(cause, Some(Alert::UNEXPECTED_MESSAGE));
        assert_eq!(reader.feed(first), Err(failure), "{first:?}");
        assert_eq!(reader.alert(), [21, 3, 3, 0, 2, 2, 10]);
        assert_eq!(reader.feed(b"more"), Err(failure), "for good");
    }
}

#[test]
fn a_handshake_record_with_nonsense_in_it_is_answered_with_an_alert() {
    let mut reader = HelloReader::new();
    let failure = reader.feed(&[22, 3, 1, 0, 6, 1, 0, 0, 2, 9, 9]).unwrap_err();
    assert!(matches!(failure, Failure::Refused(Cause::Malformed, Some(Alert::DECODE_ERROR))), "{failure:?}");
    assert_eq!(reader.alert().len(), 7);
}

#[test]
fn a_hello_that_does_not_end_meets_the_limit() {
    let mut reader = HelloReader::new();
    let start = [22, 3, 1, 0, 4, 1, 0, 0xff, 0xff];
    reader.feed(&start).unwrap();
    let record = [22, 3, 3, 0, 1, 0];
    let mut fed = start.len();
    let failure = loop {
        match reader.feed(&record) {
            Ok(whole) => assert!(!whole),
            Err(failure) => break failure,
        }
        fed += record.len();
    };
    assert_eq!(failure, Failure::LimitExceeded(SessionLimit::Held));
    assert!(fed <= limits::TLS_HELD_BEFORE_HELLO);

    let mut reader = HelloReader::new();
    let hello = drain(&mut client());
    assert_eq!(reader.feed(&hello), Ok(true));
    assert_eq!(reader.feed(&[0; 1000]), Ok(true), "what follows is kept for the session");
    assert_eq!(reader.feed(&[0; limits::TLS_HELD_BEFORE_HELLO]), Err(failure));
}
