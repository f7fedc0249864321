//! Which signatures were found right before: the costly part of a path, which no time and no policy changes.
//!
//! A session that is resumed is judged anew, and servers that talk to each other show the same certificates
//! again and again. That one key signed certain bytes stays true for ever; whether the path that it belongs to
//! is good – dates, purposes, constraints, revocation, names, floors – is asked each time, since none of it is
//! kept here. The search gets the path building's own algorithms, each with this memory before it.
//!
//! What is kept is SHA-256 over the algorithm, the key, the signature and the signed bytes, each with its
//! length before it: nothing else can have the same value. Only what the algorithm itself found right is kept,
//! so a wrong signature is computed each time. The memory belongs to one set of trust anchors, and a path is
//! verified from its anchor down: only what these anchors lead to fills it. When it is full, the older half
//! goes. Anchors that are made for one question (DANE-TA) remember nothing beyond it.
//!
//! How long an answer takes tells whether a public certificate was seen lately, and no secret.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use crate::certificate::sha_256;
use crate::limits::REMEMBERED_SIGNATURES;

/// Signatures found right. Shared by threads; nothing is computed while it is locked.
#[derive(Debug, Default)]
pub(super) struct Signatures(Mutex<Generations>);

type Key = [u8; 32];

/// Two halves: what was asked for since the younger began, and what was asked for before.
#[derive(Debug, Default)]
struct Generations {
    young: BTreeSet<Key>,
    old: BTreeSet<Key>,
}

/// An algorithm that is only asked for what is not remembered.
#[derive(Debug)]
pub(super) struct Remembering<'a> {
    algorithm: &'a dyn SignatureVerificationAlgorithm,
    signatures: &'a Signatures,
}

impl Signatures {
    /// These algorithms, in their order, with this memory before them.
    pub(super) fn before<'a>(
        &'a self,
        algorithms: &[&'a dyn SignatureVerificationAlgorithm],
    ) -> Vec<Remembering<'a>> {
        algorithms.iter().map(|algorithm| Remembering { algorithm: *algorithm, signatures: self }).collect()
    }

    fn knows(&self, key: &Key) -> bool {
        self.locked().knows(key)
    }

    fn add(&self, key: Key) {
        self.locked().add(key);
    }

    fn locked(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn knows(&mut self, key: &Key) -> bool {
        if self.young.contains(key) {
            return true;
        }
        let is_old = self.old.remove(key);
        if is_old {
            self.add(*key);
        }
        is_old
    }

    fn add(&mut self, key: Key) {
        if self.young.len() >= REMEMBERED_SIGNATURES / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key);
    }
}

impl SignatureVerificationAlgorithm for Remembering<'_> {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = key(self.algorithm, public_key, message, signature);
        if self.signatures.knows(&key) {
            return Ok(());
        }
        self.algorithm.verify_signature(public_key, message, signature)?;
        self.signatures.add(key);
        Ok(())
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}

fn key(
    algorithm: &dyn SignatureVerificationAlgorithm,
    public_key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Key {
    let of_key = algorithm.public_key_alg_id();
    let of_signature = algorithm.signature_alg_id();
    let parts = [of_key.as_ref(), of_signature.as_ref(), public_key, signature, message];
    let lengths = parts.map(|part| part.len().to_be_bytes());
    sha_256(lengths.iter().zip(parts).flat_map(|(length, part)| [length.as_slice(), part]))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Finds right what is signed by its own bytes reversed, and counts how often it is asked.
    #[derive(Debug)]
    struct Reversal {
        asked: AtomicUsize,
        id: &'static [u8],
    }

    impl Reversal {
        fn new(id: &'static [u8]) -> Self {
            Self { asked: AtomicUsize::new(0), id }
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::Relaxed)
        }
    }

    impl SignatureVerificationAlgorithm for Reversal {
        fn verify_signature(
            &self,
            _: &[u8],
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), InvalidSignature> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            if message.iter().eq(signature.iter().rev()) { Ok(()) } else { Err(InvalidSignature) }
        }

        fn public_key_alg_id(&self) -> AlgorithmIdentifier {
            AlgorithmIdentifier::from_slice(b"key")
        }

        fn signature_alg_id(&self) -> AlgorithmIdentifier {
            AlgorithmIdentifier::from_slice(self.id)
        }
    }

    fn ask(
        signatures: &Signatures,
        algorithm: &Reversal,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let algorithms = signatures.before(&[algorithm]);
        algorithms[0].verify_signature(public_key, message, signature).is_ok()
    }

    #[test]
    fn a_right_signature_is_computed_once() {
        let (signatures, algorithm) = (Signatures::default(), Reversal::new(b"one"));
        for _ in 0..3 {
            assert!(ask(&signatures, &algorithm, b"K", b"abc", b"cba"));
        }
        assert_eq!(algorithm.asked(), 1);
    }

    #[test]
    fn a_wrong_signature_is_computed_each_time_and_never_becomes_right() {
        let (signatures, algorithm) = (Signatures::default(), Reversal::new(b"one"));
        assert!(ask(&signatures, &algorithm, b"K", b"abc", b"cba"));
        for _ in 0..3 {
            assert!(!ask(&signatures, &algorithm, b"K", b"abc", b"cbb"));
            assert!(!ask(&signatures, &algorithm, b"K", b"abd", b"cba"));
        }
        assert_eq!(algorithm.asked(), 7);
    }

    #[test]
    fn another_key_algorithm_or_border_between_the_parts_is_another_signature() {
        let (signatures, algorithm) = (Signatures::default(), Reversal::new(b"one"));
        assert!(ask(&signatures, &algorithm, b"K", b"aa", b"aa"));
        assert!(ask(&signatures, &algorithm, b"L", b"aa", b"aa"));
        assert_eq!(algorithm.asked(), 2);
        assert!(!ask(&signatures, &algorithm, b"K", b"a", b"aaa"), "only the border moved");
        assert!(!ask(&signatures, &algorithm, b"Ka", b"aa", b"a"), "only the border moved");
        let other = Reversal::new(b"two");
        assert!(ask(&signatures, &other, b"K", b"aa", b"aa"));
        assert_eq!(other.asked(), 1);
    }

    #[test]
    fn the_memory_is_bounded_and_keeps_what_is_asked_for() {
        let (signatures, algorithm) = (Signatures::default(), Reversal::new(b"one"));
        let count = |signatures: &Signatures| {
            let both = signatures.locked();
            both.young.len() + both.old.len()
        };
        let regular = |asked| {
            assert!(ask(&signatures, &algorithm, b"regular", b"", b""));
            assert_eq!(algorithm.asked(), asked);
        };
        regular(1);
        for number in 0..3 * REMEMBERED_SIGNATURES {
            assert!(ask(&signatures, &algorithm, &number.to_be_bytes(), b"", b""));
            assert!(count(&signatures) <= REMEMBERED_SIGNATURES);
            regular(number + 2);
        }
        let asked = algorithm.asked();
        let last = 3 * REMEMBERED_SIGNATURES - 1;
        for number in last - REMEMBERED_SIGNATURES / 2 + 2..=last {
            assert!(ask(&signatures, &algorithm, &number.to_be_bytes(), b"", b""));
        }
        assert_eq!(algorithm.asked(), asked, "the latest half is remembered");
        assert!(ask(&signatures, &algorithm, &0_usize.to_be_bytes(), b"", b""));
        assert_eq!(algorithm.asked(), asked + 1, "the oldest is not");
    }

    #[test]
    fn a_thread_that_panicked_takes_nothing_away() {
        let (signatures, algorithm) = (Signatures::default(), Reversal::new(b"one"));
        assert!(ask(&signatures, &algorithm, b"K", b"abc", b"cba"));
        std::thread::scope(|scope| {
            let panicking = scope.spawn(|| {
                let _held = signatures.locked();
                panic!("while it is locked");
            });
            assert!(panicking.join().is_err());
        });
        assert!(ask(&signatures, &algorithm, b"K", b"abc", b"cba"));
        assert_eq!(algorithm.asked(), 1);
    }
}
