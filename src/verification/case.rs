//! What a verdict is made of: the question, what the peer presented, and what others said.

use crate::certificate::{Chain, ChainError};
use crate::name::{Direction, Domain, Endpoint, Service};
use crate::policy::Policy;
use crate::proof::pkix::{RevocationLists, Staple};
use crate::record::{Lookup, PoshEvidence, TlsaOwner, TlsaSet};
use crate::verdict::Possession;

/// Everything that a verdict depends on. Two equal cases have equal verdicts.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The service domain: `to` of an initiating entity, the peer's `from` for a receiving server.
    pub domain: &'a Domain,
    /// The service.
    pub service: Service,
    /// Our end of the stream.
    pub direction: Direction,
    /// Where the connection went, for an initiating entity.
    pub endpoint: Option<&'a Endpoint>,
    /// What the peer did in the handshake.
    pub presented: Presented<'a>,
    /// What others said.
    pub evidence: &'a Evidence,
    /// What is demanded, and whom we trust.
    pub policy: &'a Policy,
    /// The time, in Unix seconds.
    pub now: i64,
}

/// What the peer did in the handshake.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// Its certificates; `None` when it sent none that can be read.
    pub chain: Option<&'a Chain>,
    /// Why what it sent cannot be read.
    pub unreadable: Option<&'a ChainError>,
    /// Whether it showed that it holds the key.
    pub possession: Possession,
    /// Whether the chain came from an earlier handshake.
    pub resumed: bool,
    /// Whether it sent an OCSP answer.
    pub staple: Staple,
}

impl<'a> Presented<'a> {
    /// A chain without a handshake.
    pub fn chain_alone(chain: &'a Chain) -> Self {
        Self { chain: Some(chain), ..Self::nothing() }
    }

    /// A chain whose key a full handshake showed, without a look at OCSP.
    pub fn handshake(chain: &'a Chain) -> Self {
        Self { possession: Possession::Shown, ..Self::chain_alone(chain) }
    }

    /// A handshake in which the peer sent no certificate.
    pub fn nothing() -> Self {
        Self {
            chain: None,
            unreadable: None,
            possession: Possession::NotShown,
            resumed: false,
            staple: Staple::NotApplicable,
        }
    }

    /// A handshake in which the peer sent certificates that cannot be read.
    pub fn unreadable(error: &'a ChainError) -> Self {
        Self { unreadable: Some(error), ..Self::nothing() }
    }
}

/// A dialback answer of the authoritative server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DialbackAnswer {
    /// The key is its own.
    pub valid: bool,
    /// SRV and address answers on the way to it were DNSSEC-secure (DNA-03).
    pub dnssec: bool,
    /// It was asked over TLS.
    pub over_tls: bool,
}

/// What others said. Whatever was not asked stays [`Lookup::NotAsked`], which never helps.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// TLSA answers by owner name.
    pub tlsa: Vec<(TlsaOwner, Lookup<TlsaSet>)>,
    /// The SRV targets of a domain that connects to us, with the states that led to them (DANE-22).
    pub targets: Lookup<Vec<Endpoint>>,
    /// The POSH document.
    pub posh: Lookup<PoshEvidence>,
    /// The dialback answer for the pair.
    pub dialback: Lookup<DialbackAnswer>,
    /// Revocation lists that count instead of the policy's: hand over those as well.
    pub revocation_lists: Option<RevocationLists>,
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            tlsa: Vec::new(),
            targets: Lookup::NotAsked,
            posh: Lookup::NotAsked,
            dialback: Lookup::NotAsked,
            revocation_lists: None,
        }
    }
}

impl Evidence {
    /// The TLSA answer of an owner name.
    pub fn tlsa_of(&self, owner: &TlsaOwner) -> &Lookup<TlsaSet> {
        const NOT_ASKED: &Lookup<TlsaSet> = &Lookup::NotAsked;
        self.tlsa.iter().find(|(own, _)| own == owner).map_or(NOT_ASKED, |(_, answer)| answer)
    }
}
