//! How bytes pass once, and before, a session is ready.

use super::support::*;
use crate::limits;
use crate::parameter::Version;
use crate::tls::*;

fn pair(version: Version) -> Pair {
    let client = InitiatingSettings { parameters: parameters(version), ..initiating() };
    Pair::new(&client, &accepting()).ready()
}

#[test]
fn what_is_written_before_the_handshake_ends_arrives_after_it() {
    for version in [Version::Tls12, Version::Tls13] {
        for cut in [1, usize::MAX] {
            let client = InitiatingSettings { parameters: parameters(version), ..initiating() };
            let mut pair = Pair::new(&client, &accepting()).cut(cut);
            assert_eq!(pair.client.write(b"from the client"), Ok(15));
            assert_eq!(pair.server.write(b"from the server"), Ok(15));
            let pair = pair.ready();
            assert_eq!(
                (pair.to_server.as_slice(), pair.to_client.as_slice()),
                (&b"from the client"[..], &b"from the server"[..])
            );
        }
    }
}

#[test]
fn the_queue_before_the_handshake_has_a_limit_and_tells_what_it_took() {
    let mut pair = Pair::new(&initiating(), &accepting());
    let data = vec![7; limits::TLS_QUEUED_BEFORE_READY + 100];
    assert_eq!(pair.client.write(&data[..100]), Ok(100));
    assert_eq!(pair.client.write(&data), Ok(limits::TLS_QUEUED_BEFORE_READY - 100));
    assert_eq!(pair.client.write(&data), Ok(0));
    let pair = pair.ready();
    assert_eq!(pair.to_server.len(), limits::TLS_QUEUED_BEFORE_READY);
}

#[test]
fn megabytes_pass_both_ways_in_any_pieces() {
    for version in [Version::Tls12, Version::Tls13] {
        for cut in [1000, 16_389, usize::MAX] {
            let mut pair = pair(version).cut(cut);
            let data: Vec<u8> = (0..300_000_u32).map(|number| number.to_le_bytes()[0]).collect();
            assert_eq!(pair.client.write(&data), Ok(data.len()));
            assert_eq!(pair.server.write(&data), Ok(data.len()));
            assert_eq!(pair.run(), (None, None));
            assert!(pair.to_server == data && pair.to_client == data);
        }
    }
}

#[test]
fn encrypting_straight_into_the_callers_buffer_takes_what_fits() {
    for version in [Version::Tls12, Version::Tls13] {
        for room in [40, 100, 1000, 16_400, 20_000, 50_000] {
            let mut pair = pair(version);
            let data: Vec<u8> = (0..70_000_u32).map(|number| number.to_le_bytes()[0]).collect();
            let (mut rest, mut out) = (data.as_slice(), vec![0; room]);
            while !rest.is_empty() {
                let done = pair.client.write_into(rest, &mut out).unwrap();
                assert!(done.taken > 0 && done.written > done.taken && done.written <= room);
                assert!(pair.client.buffers.is_none(), "nothing is kept on the way");
                rest = &rest[done.taken..];
                deliver(&mut pair.server, &out[..done.written], usize::MAX, NOW, &mut pair.to_server);
            }
            assert!(pair.to_server == data);
        }
    }
}

#[test]
fn too_little_room_for_a_record_takes_nothing() {
    let mut pair = pair(Version::Tls13);
    assert_eq!(pair.client.write_into(b"x", &mut [0; 20]), Ok(Written::default()));
    assert_eq!(pair.client.write_into(b"", &mut [0; 100]), Ok(Written::default()));
}

#[test]
fn write_into_before_the_handshake_hands_out_the_hello_and_keeps_the_data() {
    let mut pair = Pair::new(&initiating(), &accepting());
    let pending = pair.client.transmit_pending();
    let mut out = vec![0; 4000];
    let done = pair.client.write_into(b"early", &mut out).unwrap();
    assert_eq!(done, Written { taken: 5, written: pending });
    deliver(&mut pair.server, &out[..pending], usize::MAX, NOW, &mut Vec::new());
    assert_eq!(pair.ready().to_server, b"early");
}

#[test]
fn records_are_not_taken_while_plaintext_waits_for_room() {
    let mut pair = pair(Version::Tls13);
    let mut flight = Vec::new();
    for _ in 0..3 {
        pair.client.write(&[1; 1000]).unwrap();
        flight.extend(drain(&mut pair.client));
    }
    let record = flight.len() / 3;
    let mut room = [0; 600];
    let got = pair.server.receive(NOW, &flight, &mut room).unwrap();
    assert_eq!(got, Received { used: record, written: 600 });
    assert!(pair.server.has_plaintext());
    let got = pair.server.receive(NOW, &flight[record..], &mut room).unwrap();
    assert_eq!(got, Received { used: record, written: 600 }, "400 that waited, 200 of the next");
    let got = pair.server.receive(NOW, &flight[2 * record..], &mut room[..100]).unwrap();
    assert_eq!(got, Received { used: 0, written: 100 });
    let mut rest = 0;
    let mut used = 2 * record;
    while used < flight.len() || pair.server.has_plaintext() {
        let got = pair.server.receive(NOW, &flight[used..], &mut room).unwrap();
        used += got.used;
        rest += got.written;
    }
    assert_eq!(rest, 1700);
    assert!(pair.server.buffers.is_none());
}

#[test]
fn what_was_not_taken_is_untouched() {
    let mut pair = pair(Version::Tls13);
    pair.client.write(&[1; 1000]).unwrap();
    let mut flight = drain(&mut pair.client);
    pair.client.write(&[2; 1000]).unwrap();
    let second = drain(&mut pair.client);
    flight.extend_from_slice(&second);
    let got = pair.server.receive_in_place(NOW, &mut flight, &mut [0; 10]).unwrap();
    assert_eq!(flight[got.used..], second);
}

#[test]
fn withheld_data_passes_in_neither_direction_and_one_record_is_held_at_most() {
    for version in [Version::Tls12, Version::Tls13] {
        let mut pair = pair(version);
        pair.server.withhold(true);
        for _ in 0..3 {
            pair.client.write(&[1; 10_000]).unwrap();
        }
        assert_eq!(pair.server.write(b"kept"), Ok(4));
        assert_eq!(pair.server.transmit_pending(), 0);
        let flight = drain(&mut pair.client);
        let mut room = vec![0; 40_000];
        let got = pair.server.receive(NOW, &flight, &mut room).unwrap();
        assert_eq!(got, Received { used: flight.len() / 3, written: 0 });
        assert_eq!(pair.server.receive(NOW, &flight[got.used..], &mut room), Ok(Received::default()));
        pair.server.withhold(false);
        let rest = pair.server.receive(NOW, &flight[got.used..], &mut room).unwrap();
        assert_eq!(rest, Received { used: flight.len() - got.used, written: 30_000 });
        pair.run();
        assert_eq!(pair.to_client, b"kept");
    }
}

#[test]
fn a_close_is_clean_and_a_cut_connection_is_not() {
    for version in [Version::Tls12, Version::Tls13] {
        let mut pair = pair(version);
        pair.client.write(b"last words").unwrap();
        pair.client.close();
        assert_eq!(pair.client.write(b"more"), Err(WriteError::Closed));
        pair.run();
        assert_eq!(pair.to_server, b"last words");
        assert!(pair.server.is_peer_closed() && pair.client.is_closed());
        assert_eq!(pair.server.eof(), Ending::Clean);
        pair.server.write(b"half-closed").unwrap();
        pair.run();
        assert_eq!(pair.to_client, b"half-closed");
        assert_eq!(pair.client.eof(), Ending::Truncated, "the server only stopped");
        pair.server.close();
        pair.run();
        assert_eq!(pair.client.eof(), Ending::Clean);
    }
}

#[test]
fn what_follows_a_close_is_dropped() {
    let mut pair = pair(Version::Tls13);
    pair.client.close();
    let mut flight = drain(&mut pair.client);
    flight.extend_from_slice(b"anything at all");
    let got = pair.server.receive(NOW, &flight, &mut [0; 100]).unwrap();
    assert_eq!(got, Received { used: flight.len(), written: 0 });
    assert_eq!(pair.server.receive(NOW, b"and more", &mut [0; 100]), Ok(Received { used: 8, written: 0 }));
    assert_eq!(pair.server.failure(), None);
}

#[test]
fn a_connection_that_ends_within_the_handshake_has_failed() {
    let mut pair = Pair::new(&initiating(), &accepting());
    assert_eq!(pair.client.eof(), Ending::Failed(Failure::HandshakeTruncated));
    assert_eq!(pair.client.receive(NOW, b"x", &mut []).err(), Some(Failure::HandshakeTruncated));
}

#[test]
fn closing_within_the_handshake_says_nothing_and_drops_what_was_kept() {
    let mut pair = Pair::new(&initiating(), &accepting());
    pair.client.write(b"never").unwrap();
    let hello = drain(&mut pair.client);
    pair.client.close();
    assert_eq!(drain(&mut pair.client), b"");
    assert!(pair.client.buffers.is_none());
    deliver(&mut pair.server, &hello, usize::MAX, NOW, &mut Vec::new());
    pair.run();
    assert_eq!(pair.to_server, b"");
}

fn few_records_per_key(version: Version) -> Pair {
    let client = InitiatingSettings { parameters: parameters(version), ..initiating() };
    Pair::of(
        &InitiatingConfig::with_records_per_key(&client, 4).unwrap(),
        &AcceptingConfig::with_records_per_key(&accepting(), 4).unwrap(),
        InitiatingOptions::default(),
        AcceptingOptions::default(),
    )
    .ready()
}

#[test]
fn par_20_tls_1_3_replaces_its_keys_in_time() {
    let mut pair = few_records_per_key(Version::Tls13);
    let (mut sizes, mut out) = (Vec::new(), [0; 200]);
    for _ in 0..20 {
        let done = pair.client.write_into(b"stanza", &mut out).unwrap();
        assert_eq!(done.taken, 6);
        sizes.push(done.written);
        deliver(&mut pair.server, &out[..done.written], usize::MAX, NOW, &mut pair.to_server);
    }
    let updates: Vec<_> = (0..20).filter(|index| sizes[*index] > sizes[0]).collect();
    assert_eq!(updates, [4, 8, 12, 16], "a key update stands before every fifth stanza");
    pair.server.write(b"answer").unwrap();
    assert_eq!(pair.run(), (None, None));
    assert_eq!((pair.to_server.len(), pair.to_client.len()), (120, 6));
    assert!(!pair.client.is_reset_advised() && !pair.server.is_reset_advised());
}

#[test]
fn par_20_tls_1_2_advises_a_reset_in_time() {
    let mut pair = few_records_per_key(Version::Tls12);
    for sent in 0..5 {
        assert!(!pair.client.is_reset_advised(), "after {sent}");
        pair.client.write(b"stanza").unwrap();
        assert_eq!(pair.run(), (None, None));
    }
    assert!(pair.client.is_reset_advised());
    assert!(pair.server.is_reset_advised(), "it wears the same key out by reading");
    assert_eq!(pair.to_server.len(), 30, "the session goes on meanwhile");
}
