//! Session tickets of accepting sessions: sealed, bound, short-lived.
//!
//! A ticket is sealed with AES-256-GCM (RES-02) and carries its key's id and its time of issue. What it is
//! bound to goes into the seal without going into the ticket: the domain, and the bytes the configuration
//! gives (service, policy). A ticket of another domain, service or policy therefore opens for nobody, and
//! the handshake becomes a full one (RES-08). A session that knows no domain gets no ticket.
//!
//! Keys are either made here and replaced as the given time goes on, or given by the host, the first to
//! seal, all to open, so that the nodes of a cluster take each other's tickets (RES-03). Tickets are for
//! TLS 1.3 only. In front of what rustls seals stands the fingerprint of the certificate that was sent, so
//! that `tls-server-end-point` is right on a resumed session too (CB-08).

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rustls::server::ProducesTickets;
use zeroize::Zeroizing;

use super::provider::{self, NoRandomBytes};
use super::scope::{self, Handshake};
use crate::limits;

const LAYOUT: u8 = 1;
const ID: usize = 16;
const SECRET: usize = 32;
const NONCE: usize = 12;
const LEAF: usize = 32;

/// A key that seals and opens tickets.
pub struct TicketKey {
    id: [u8; ID],
    key: LessSafeKey,
    made: u64,
}

impl TicketKey {
    /// A key given by the host: the id tells nodes which one to open with, the secret is 32 random bytes.
    /// The secret is copied into the cipher; wiping the original is the caller's.
    #[must_use]
    pub fn new(id: [u8; ID], secret: &[u8; SECRET]) -> Option<Self> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret).ok()?);
        Some(Self { id, key, made: 0 })
    }

    /// Keys given by the host as one run of bytes, an id and a secret each.
    ///
    /// # Errors
    /// [`TicketKeysError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Vec<Self>, TicketKeysError> {
        let mut seen: Vec<(&[u8; ID], &[u8; SECRET])> = Vec::new();
        let mut rest = bytes;
        while let Some((id, after)) = rest.split_first_chunk() {
            let (secret, after) = after.split_first_chunk().ok_or(TicketKeysError::TooShort)?;
            if secret.iter().all(|byte| *byte == 0) {
                return Err(TicketKeysError::AllZero);
            }
            if seen.len() >= limits::TICKET_KEYS {
                return Err(TicketKeysError::TooMany);
            }
            if seen.iter().any(|(other, key)| *other == id || *key == secret) {
                return Err(TicketKeysError::Twice);
            }
            seen.push((id, secret));
            rest = after;
        }
        match (rest.is_empty(), seen.is_empty()) {
            (false, _) => Err(TicketKeysError::TooShort),
            (_, true) => Err(TicketKeysError::None),
            _ => seen
                .into_iter()
                .map(|(id, secret)| Self::new(*id, secret).ok_or(TicketKeysError::Unusable))
                .collect(),
        }
    }

    fn random(now: u64) -> Option<Self> {
        let (mut id, mut secret) = ([0; ID], Zeroizing::new([0; SECRET]));
        provider::random(&mut id).ok()?;
        provider::random(secret.as_mut_slice()).ok()?;
        Some(Self { made: now, ..Self::new(id, &secret)? })
    }
}

impl std::fmt::Debug for TicketKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TicketKey")
    }
}

/// Why bytes are no keys for tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TicketKeysError {
    /// There is no key.
    None,
    /// There are more than [`limits::TICKET_KEYS`].
    TooMany,
    /// The last key is cut off.
    TooShort,
    /// A secret is all zero: nobody drew it.
    AllZero,
    /// An id or a secret stands twice.
    Twice,
    /// The cipher does not take it.
    Unusable,
}

impl std::fmt::Display for TicketKeysError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let said = match self {
            Self::None => "there is no ticket key",
            Self::TooMany => {
                return write!(formatter, "there are more than {} ticket keys", limits::TICKET_KEYS);
            }
            Self::TooShort => "a ticket key is too short",
            Self::AllZero => "a ticket key is all zero",
            Self::Twice => "a ticket key stands twice",
            Self::Unusable => "a ticket key is unusable",
        };
        formatter.write_str(said)
    }
}

impl std::error::Error for TicketKeysError {}

/// Seals and opens the tickets of the configurations that share it.
#[derive(Debug)]
pub struct Tickets {
    keys: Mutex<Vec<TicketKey>>,
    /// Seconds between new keys; 0 when the host gives the keys.
    rotation: u64,
    /// Seconds for which a ticket is taken.
    lifetime: u32,
}

impl Tickets {
    /// Keys are made here and replaced every `rotation` seconds of the time given (at least 60, at most
    /// seven days); a ticket is good for half of that (RES-03, RES-04).
    ///
    /// # Errors
    /// When no random bytes can be had.
    pub fn rotating(rotation: u64) -> Result<Self, NoRandomBytes> {
        provider::seed()?;
        let rotation = rotation.clamp(60, 7 * 24 * 60 * 60);
        let lifetime = u32::try_from(rotation / 2).unwrap_or(u32::MAX);
        Ok(Self { keys: Mutex::default(), rotation, lifetime })
    }

    /// Keys are the host's: the first seals, all open; more than [`limits::TICKET_KEYS`] are cut off.
    #[must_use]
    pub fn given(keys: Vec<TicketKey>) -> Self {
        let lifetime = u32::try_from(limits::TICKET_LIFETIME).unwrap_or(u32::MAX);
        let tickets = Self { keys: Mutex::default(), rotation: 0, lifetime };
        tickets.replace(keys);
        tickets
    }

    /// Puts these keys in the place of the old ones, which are forgotten. On a rotating object the keys
    /// serve until its next own one.
    pub fn replace(&self, mut keys: Vec<TicketKey>) {
        keys.truncate(limits::TICKET_KEYS);
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Whether the keys are the host's.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.rotation == 0
    }

    fn with_keys<R>(&self, now: u64, work: impl FnOnce(&[TicketKey]) -> R) -> R {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if self.rotation > 0 {
            let due = keys.first().is_none_or(|key| now.saturating_sub(key.made) >= self.rotation);
            if due && let Some(key) = TicketKey::random(now) {
                keys.insert(0, key);
            }
            keys.retain(|key| now.saturating_sub(key.made) < 2 * self.rotation);
        }
        work(&keys)
    }

    fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let now = scope::now()?;
        let (bound, leaf) = scope::with(|handshake| Some((bound(handshake, true)?, leaf(handshake)?)))??;
        self.with_keys(now, |keys| {
            let key = keys.first()?;
            let mut nonce = [0; NONCE];
            provider::random(&mut nonce).ok()?;
            let mut ticket = vec![LAYOUT];
            ticket.extend_from_slice(&key.id);
            ticket.extend_from_slice(&now.to_be_bytes());
            let aad = [ticket.as_slice(), &bound].concat();
            let mut sealed = Zeroizing::new([leaf.as_slice(), plain].concat());
            key.key
                .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut *sealed)
                .ok()?;
            ticket.extend_from_slice(&nonce);
            ticket.extend_from_slice(&sealed);
            Some(ticket)
        })
    }

    fn open(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let now = scope::now()?;
        let bound = scope::with(|handshake| bound(handshake, false))??;
        let (head, rest) = ticket.split_at_checked(1 + ID + 8)?;
        let (layout, after) = head.split_first()?;
        let (id, issued) = after.split_at_checked(ID)?;
        let issued = u64::from_be_bytes(issued.try_into().ok()?);
        let lifetime = u64::from(self.lifetime);
        // A node whose clock is a little behind still takes what another has just made.
        if *layout != LAYOUT || issued > now.saturating_add(60) || now.saturating_sub(issued) > lifetime {
            return None;
        }
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        self.with_keys(now, |keys| {
            let key = keys.iter().find(|key| key.id == id)?;
            let aad = [head, &bound].concat();
            let opened = key.key.open_in_place(nonce, Aad::from(aad), &mut sealed).ok()?;
            let (leaf, plain) = opened.split_first_chunk::<LEAF>()?;
            scope::with(|handshake| handshake.found.ticket_leaf = Some(*leaf));
            Some(plain.to_vec())
        })
    }
}

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        self.lifetime
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.seal(plain)
    }

    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        self.open(cipher)
    }
}

/// What a ticket of this session is bound to; `None` where it gets none: no domain, or TLS 1.2.
fn bound(handshake: &Handshake, sealing: bool) -> Option<Vec<u8>> {
    if sealing && !handshake.found.tls13 {
        return None;
    }
    let domain = handshake.found.server_name.as_deref().or(handshake.domain.as_deref())?;
    let binding = handshake.binding.as_deref().unwrap_or_default();
    let mut bound = u64::try_from(binding.len()).ok()?.to_be_bytes().to_vec();
    bound.extend_from_slice(binding);
    bound.extend_from_slice(domain.to_ascii_lowercase().as_bytes());
    Some(bound)
}

/// The certificate that the client of this session knows: that of the ticket in use, else the one sent.
fn leaf(handshake: &Handshake) -> Option<[u8; LEAF]> {
    let found = &handshake.found;
    found.ticket_leaf.or_else(|| found.own.as_ref().map(|own| *own.fingerprint()))
}
