//! Handshake messages in tiny records, with writes between them: rustls keeps offsets into what is held.

use std::sync::Arc;

use super::support::*;
use crate::parameter::{Parameters, Version};
use crate::tls::config::{Accepting, Initiating};
use crate::tls::*;

/// Numbers that look random and are the same in every run (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % most
    }
}

/// The same configuration, with records of at most `size` bytes.
fn tiny_server(settings: &AcceptingSettings, size: usize) -> AcceptingConfig {
    let whole = AcceptingConfig::new(settings).unwrap().0;
    let mut tls = (*whole.tls).clone();
    tls.max_fragment_size = Some(size);
    AcceptingConfig(Arc::new(Accepting {
        tls: Arc::new(tls),
        binding: whole.binding.clone(),
        records_per_key: whole.records_per_key,
    }))
}

fn tiny_client(settings: &InitiatingSettings, size: usize) -> InitiatingConfig {
    let whole = InitiatingConfig::new(settings).unwrap().0;
    let mut tls = (*whole.named).clone();
    tls.max_fragment_size = Some(size);
    InitiatingConfig(Arc::new(Initiating {
        named: Arc::new(tls),
        unnamed: whole.unnamed.clone(),
        credential: whole.credential.clone(),
        records_per_key: whole.records_per_key,
    }))
}

fn ticketing(parameters: Parameters) -> AcceptingSettings {
    AcceptingSettings {
        parameters,
        client_certificates: ClientCertificates::Optional,
        tickets: Some(Arc::new(Tickets::rotating(86_400).unwrap())),
        ..accepting()
    }
}

#[test]
fn a_write_within_a_fragmented_ticket_disturbs_nothing() {
    let key = Arc::new(ResumptionKey { domain: "example.org".into(), rest: Box::default() });
    let cache = Arc::new(SessionCache::new());
    let client =
        InitiatingSettings { cache: Some(cache.clone()), credential: Some(RSA.clone()), ..initiating() };
    let client = InitiatingConfig::new(&client).unwrap();
    let server = tiny_server(&ticketing(Parameters::default()), 40);
    let ours = InitiatingOptions { resumption: Some(key.clone()), ..InitiatingOptions::default() };
    let mut pair = Pair::of(&client, &server, ours, AcceptingOptions::default());
    let mut room = vec![0; 2000];
    let (mut sent, mut writes) = (0, 0);
    for _ in 0..4 {
        let flight = drain(&mut pair.client);
        deliver(&mut pair.server, &flight, usize::MAX, NOW, &mut pair.to_server);
        for byte in drain(&mut pair.server) {
            pair.client.receive(NOW, &[byte], &mut room).unwrap();
            if pair.client.is_ready() && writes < 500 {
                writes += 1;
                sent += pair.client.write(b"between").unwrap();
                let done = pair.client.write_into(b"straight", &mut room).unwrap();
                sent += done.taken;
                deliver(&mut pair.server, &room[..done.written], usize::MAX, NOW, &mut pair.to_server);
            }
        }
    }
    assert!(writes > 100, "the tickets came in many records: {writes}");
    assert_eq!((pair.client.failure(), pair.server.failure()), (None, None));
    assert_eq!(pair.to_server.len(), sent);
    assert_eq!(cache.tickets(&key), 2);
    assert!(pair.client.buffers.is_none(), "nothing is kept when the last ticket is whole");
}

#[test]
fn random_sessions_deliver_every_byte_in_order() {
    let mut numbers = Numbers(0x5eed);
    for round in 0..120 {
        let version = if round % 2 == 0 { Version::Tls12 } else { Version::Tls13 };
        let size = 32 + numbers.below(2000);
        let mutual = numbers.below(2) == 1;
        let client = InitiatingSettings {
            parameters: parameters(version),
            credential: mutual.then(|| ED25519.clone()),
            ..initiating()
        };
        let client = tiny_client(&client, 32 + numbers.below(2000));
        let server = tiny_server(&ticketing(parameters(version)), size);
        let mut pair = Pair::of(&client, &server, InitiatingOptions::default(), AcceptingOptions::default());
        let data: Vec<u8> = (0..20_000).map(|_| u8::try_from(numbers.below(256)).unwrap()).collect();
        let (mut told, mut answered) = (0, 0);
        while told < data.len() || answered < data.len() || pair.client.transmit_pending() > 0 {
            let some = numbers.below(3000);
            told += pair.client.write(&data[told..data.len().min(told + some)]).unwrap();
            let some = numbers.below(3000);
            answered += pair.server.write(&data[answered..data.len().min(answered + some)]).unwrap();
            part(&mut numbers, &mut pair.client, &mut pair.server, &mut pair.to_server);
            part(&mut numbers, &mut pair.server, &mut pair.client, &mut pair.to_client);
            assert_eq!((pair.client.failure(), pair.server.failure()), (None, None), "round {round}");
        }
        pair.run();
        assert!(pair.to_server == data && pair.to_client == data, "round {round}");
        assert!(pair.client.buffers.is_none() && pair.server.buffers.is_none());
    }
}

/// Carries a random part of what waits, in random pieces, into random room, sometimes withheld.
fn part(numbers: &mut Numbers, from: &mut Session, to: &mut Session, plaintext: &mut Vec<u8>) {
    let mut bytes = vec![0; numbers.below(9000)];
    let length = from.transmit(&mut bytes);
    let mut rest = &bytes[..length];
    let mut room = vec![0; 1 + numbers.below(5000)];
    while !rest.is_empty() {
        to.withhold(numbers.below(8) == 0);
        let piece = &rest[..rest.len().min(1 + numbers.below(1500))];
        let received = to.receive(NOW, piece, &mut room).unwrap();
        plaintext.extend_from_slice(&room[..received.written]);
        rest = &rest[received.used..];
    }
    to.withhold(false);
    while to.has_plaintext() {
        let received = to.receive(NOW, &[], &mut room).unwrap();
        plaintext.extend_from_slice(&room[..received.written]);
    }
}

#[test]
fn damage_anywhere_fails_or_is_dropped_but_never_panics() {
    let (mut numbers, mut told) = (Numbers(0xbad), 0);
    for round in 0..400 {
        let version = if round % 2 == 0 { Version::Tls12 } else { Version::Tls13 };
        let client =
            tiny_client(&InitiatingSettings { parameters: parameters(version), ..initiating() }, 300);
        let server = tiny_server(&ticketing(parameters(version)), 300);
        let mut pair = Pair::of(&client, &server, InitiatingOptions::default(), AcceptingOptions::default());
        pair.client.write(b"queued").unwrap();
        let strikes = 1 + numbers.below(4);
        for turn in 0..6 {
            for to_server in [true, false] {
                let (from, to) = if to_server {
                    (&mut pair.client, &mut pair.server)
                } else {
                    (&mut pair.server, &mut pair.client)
                };
                let mut flight = drain(from);
                if turn * 2 + usize::from(!to_server) == strikes && !flight.is_empty() {
                    let at = numbers.below(flight.len());
                    flight[at] ^= u8::try_from(1 + numbers.below(255)).unwrap();
                }
                deliver(to, &flight, 1 + numbers.below(400), NOW, &mut Vec::new());
            }
        }
        told += usize::from(agree(pair.client.failure(), pair.server.failure()));
        told += usize::from(agree(pair.server.failure(), pair.client.failure()));
        for session in [&mut pair.client, &mut pair.server] {
            let failed = session.failure();
            let _ = session.write(b"after");
            assert_eq!(session.failure(), failed, "a failure is the first one, for good");
        }
    }
    assert!(told > 150, "{told} times an alert reached the other end");
}

/// Whether one end refused and the other was told; it must have been told what the first says it was.
fn agree(one: Option<Failure>, other: Option<Failure>) -> bool {
    match (one, other) {
        (
            Some(Failure::Refused(cause, alert)),
            Some(Failure::AlertReceived(told) | Failure::CertificateRejected(told)),
        ) => {
            assert_eq!(alert, Some(told), "{cause:?}");
            true
        }
        _ => false,
    }
}
