//! Settings that cannot both be met.
//!
//! Nothing is quietly given up: a policy that asks for two things of which one makes the other void is
//! refused when it is built, and both are named.

use super::{
    ClientCertificate, Directions, Gate, PeerPolicy, Policy, Preset, Requirement, Setting, StarttlsDemand,
};
use crate::name::{Domain, Service};
use crate::parameter::Version;

/// Two settings that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Contradiction {
    /// A preset for one end of client streams was asked to serve the other.
    DirectionOfPreset(Preset),
    /// Dialback exists between servers only.
    DialbackInC2s,
    /// The requirement lets dialback count, dialback is not spoken. The peer, if it is one peer's.
    DialbackNotSpoken(Option<Domain>),
    /// DANE must prove the peer and is off. The peer, if it is one peer's.
    DaneRequiredButOff(Option<Domain>),
    /// DANE must prove the peer and nobody need be authenticated. The peer, if it is one peer's.
    DaneRequiredOfNobody(Option<Domain>),
    /// DANE for inbound servers while DANE is off.
    DaneInboundButOff,
    /// DANE for inbound servers where no server is inbound.
    DaneInboundInC2s,
    /// TLSA usages 0 and 1 add to a proof by trust anchors, which is off (RFC 6698 §2.1.1).
    DanePkixUsagesWithoutPkix,
    /// Pinned keys of a peer that need not be authenticated.
    PinsOfNobody(Domain),
    /// Peers must be authenticated and every proof is off. The peer, if it is one peer's.
    NoProof(Option<Domain>),
    /// A certificate must authenticate initiating entities and is not asked for. The peer, if it is one peer's.
    CertificateNotAskedFor(Option<Domain>),
    /// A plaintext stream is allowed and the peer must be authenticated by its certificate. The peer, if it
    /// is one peer's.
    PlaintextAuthenticated(Option<Domain>),
    /// A plaintext stream is allowed and dialback is refused outside TLS. The peer, if it is one peer's.
    PlaintextDialback(Option<Domain>),
    /// The library keeps the gate of accepted streams between servers, whose headers name the pairs.
    LibraryGateInReceivingS2s,
    /// The library keeps the gate, and dialback runs inside the bytes it keeps back.
    LibraryGateWithDialback,
    /// A POSH mismatch is to be final and POSH is off.
    PoshFinalButOff,
    /// ALPN is demanded and not sent.
    AlpnRequiredButOff,
    /// The rule about servers with certificates for clients only speaks of streams between servers.
    ClientAuthOnlyInC2s,
    /// The oldest version is newer than the newest.
    VersionsCrossed,
    /// A version in the range has no suite in the list.
    VersionWithoutSuite(Version),
    /// TLS 1.2 is allowed and every group in the list needs TLS 1.3.
    Tls12WithoutGroup,
}

impl Contradiction {
    /// The two settings.
    #[must_use]
    pub fn settings(&self) -> (Setting, Setting) {
        use Setting as S;
        match self {
            Self::DirectionOfPreset(_) => (S::Directions, S::Requirement),
            Self::DialbackInC2s => (S::Dialback, S::Requirement),
            Self::DialbackNotSpoken(peer) => (requirement_of(peer), S::Dialback),
            Self::DaneRequiredButOff(None) => (S::DaneRequired, S::DaneUsages),
            Self::DaneRequiredButOff(Some(_)) => (S::PeerDaneRequired, S::DaneUsages),
            Self::DaneRequiredOfNobody(None) => (S::DaneRequired, S::Requirement),
            Self::DaneRequiredOfNobody(Some(_)) => (S::PeerDaneRequired, S::PeerRequirement),
            Self::DaneInboundButOff => (S::DaneInbound, S::DaneUsages),
            Self::DaneInboundInC2s => (S::DaneInbound, S::Directions),
            Self::DanePkixUsagesWithoutPkix => (S::DaneUsages, S::Pkix),
            Self::PinsOfNobody(_) => (S::PeerPins, S::PeerRequirement),
            Self::NoProof(peer) => (requirement_of(peer), S::Pkix),
            Self::CertificateNotAskedFor(peer) => (requirement_of(peer), S::ClientCertificate),
            Self::PlaintextAuthenticated(peer) => (S::Starttls, requirement_of(peer)),
            Self::PlaintextDialback(_) => (S::Starttls, S::DialbackRequiresTls),
            Self::LibraryGateInReceivingS2s => (S::Gate, S::Directions),
            Self::LibraryGateWithDialback => (S::Gate, S::Requirement),
            Self::PoshFinalButOff => (S::PoshMismatchIsFinal, S::Posh),
            Self::AlpnRequiredButOff => (S::RequireAlpn, S::Alpn),
            Self::ClientAuthOnlyInC2s => (S::AcceptClientAuthOnly, S::Directions),
            Self::VersionsCrossed => (S::OldestVersion, S::NewestVersion),
            Self::VersionWithoutSuite(Version::Tls12) => (S::OldestVersion, S::CipherSuites),
            Self::VersionWithoutSuite(_) => (S::NewestVersion, S::CipherSuites),
            Self::Tls12WithoutGroup => (S::OldestVersion, S::Groups),
        }
    }

    /// The peer in whose table the contradiction is, if it is in one.
    #[must_use]
    pub fn peer(&self) -> Option<&Domain> {
        match self {
            Self::DialbackNotSpoken(peer)
            | Self::DaneRequiredButOff(peer)
            | Self::DaneRequiredOfNobody(peer)
            | Self::NoProof(peer)
            | Self::CertificateNotAskedFor(peer)
            | Self::PlaintextAuthenticated(peer)
            | Self::PlaintextDialback(peer) => peer.as_ref(),
            Self::PinsOfNobody(peer) => Some(peer),
            _ => None,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::DirectionOfPreset(_) => "the preset is for the other end of client streams",
            Self::DialbackInC2s => "dialback exists between servers only",
            Self::DialbackNotSpoken(_) => "dialback counts and is not spoken",
            Self::DaneRequiredButOff(_) => "DANE must prove the peer and is off",
            Self::DaneRequiredOfNobody(_) => "DANE must prove a peer that need not be authenticated",
            Self::DaneInboundButOff => "DANE is on for inbound servers and off for all",
            Self::DaneInboundInC2s => "no server is inbound here",
            Self::DanePkixUsagesWithoutPkix => "TLSA usages 0 and 1 need trust anchors, which are off",
            Self::PinsOfNobody(_) => "keys are pinned for a peer that need not be authenticated",
            Self::NoProof(_) => "peers must be authenticated and every proof is off",
            Self::CertificateNotAskedFor(_) => "a certificate is demanded and not asked for",
            Self::PlaintextAuthenticated(_) => "nobody is authenticated in the clear",
            Self::PlaintextDialback(_) => "plaintext is allowed and dialback is refused outside TLS",
            Self::LibraryGateInReceivingS2s => {
                "the headers that name a pair of servers pass inside the bytes that would be kept back"
            }
            Self::LibraryGateWithDialback => "dialback runs inside the bytes that would be kept back",
            Self::PoshFinalButOff => "a POSH mismatch is final and POSH is off",
            Self::AlpnRequiredButOff => "ALPN is demanded and off",
            Self::ClientAuthOnlyInC2s => "the exception is for certificates of inbound servers",
            Self::VersionsCrossed => "the oldest version is newer than the newest",
            Self::VersionWithoutSuite(_) => "a version that is allowed has no suite",
            Self::Tls12WithoutGroup => "TLS 1.2 is allowed and has no group",
        }
    }
}

fn requirement_of(peer: &Option<Domain>) -> Setting {
    if peer.is_some() { Setting::PeerRequirement } else { Setting::Requirement }
}

impl std::fmt::Display for Contradiction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (first, second) = self.settings();
        write!(f, "{first} contradicts {second}")?;
        if let Some(peer) = self.peer() {
            write!(f, " for {peer}")?;
        }
        if let Self::VersionWithoutSuite(version) = self {
            write!(f, " at {version}")?;
        }
        write!(f, ": {}", self.reason())
    }
}

/// Refuses the first contradiction found in a policy.
pub(super) fn check(policy: &Policy) -> Result<(), Contradiction> {
    check_service(policy)?;
    check_streams(policy)?;
    check_proofs(policy)?;
    check_parameters(policy)?;
    policy.peers.iter().try_for_each(|(domain, peer)| check_peer(policy, domain, peer))
}

fn refuse_if(found: bool, contradiction: Contradiction) -> Result<(), Contradiction> {
    if found { Err(contradiction) } else { Ok(()) }
}

fn check_service(policy: &Policy) -> Result<(), Contradiction> {
    if policy.service == Service::S2s {
        return Ok(());
    }
    let of_preset = policy.preset.draft().directions;
    refuse_if(policy.directions != of_preset, Contradiction::DirectionOfPreset(policy.preset))?;
    refuse_if(
        policy.dialback || policy.requirement == Requirement::AuthenticateOrDialback,
        Contradiction::DialbackInC2s,
    )?;
    refuse_if(policy.dane_inbound, Contradiction::DaneInboundInC2s)?;
    refuse_if(policy.accept_client_auth_only, Contradiction::ClientAuthOnlyInC2s)
}

fn check_streams(policy: &Policy) -> Result<(), Contradiction> {
    let requirement = policy.requirement;
    check_requirement(policy, requirement, || None)?;
    if policy.service == Service::S2s && policy.gate == Gate::Library {
        refuse_if(policy.directions != Directions::Initiating, Contradiction::LibraryGateInReceivingS2s)?;
        let dialback_counts = |one| one == Requirement::AuthenticateOrDialback;
        let any_peer = policy.peers.values().filter_map(|peer| peer.requirement).any(dialback_counts);
        refuse_if(dialback_counts(requirement) || any_peer, Contradiction::LibraryGateWithDialback)?;
    }
    refuse_if(policy.require_alpn && !policy.alpn, Contradiction::AlpnRequiredButOff)
}

fn check_proofs(policy: &Policy) -> Result<(), Contradiction> {
    let requirement = policy.requirement;
    let dane = policy.dane.is_on();
    refuse_if(
        requirement == Requirement::AuthenticateOrDialback && !policy.dialback,
        Contradiction::DialbackNotSpoken(None),
    )?;
    refuse_if(policy.dane_inbound && !dane, Contradiction::DaneInboundButOff)?;
    refuse_if(policy.dane_required && !dane, Contradiction::DaneRequiredButOff(None))?;
    refuse_if(
        policy.dane_required && requirement == Requirement::EncryptOnly,
        Contradiction::DaneRequiredOfNobody(None),
    )?;
    refuse_if(!policy.pkix && policy.dane.pkix, Contradiction::DanePkixUsagesWithoutPkix)?;
    refuse_if(policy.posh_mismatch_is_final && !policy.posh, Contradiction::PoshFinalButOff)?;
    let excepted = policy.peers.values().any(|peer| !peer.exceptions.is_empty());
    let unproven = requirement == Requirement::Authenticate && !has_proof(policy) && !excepted;
    refuse_if(unproven, Contradiction::NoProof(None))
}

fn has_proof(policy: &Policy) -> bool {
    policy.pkix || policy.dane.is_on() || policy.posh
}

/// What a requirement, the policy's or one peer's, cannot be met with.
fn check_requirement(
    policy: &Policy,
    requirement: Requirement,
    peer: impl Fn() -> Option<Domain>,
) -> Result<(), Contradiction> {
    let plaintext = policy.starttls == StarttlsDemand::TryThenAllowPlaintext;
    let asked_for = policy.client_certificate != ClientCertificate::Never || !policy.directions.receiving();
    match requirement {
        Requirement::Authenticate => {
            refuse_if(plaintext, Contradiction::PlaintextAuthenticated(peer()))?;
            refuse_if(!asked_for, Contradiction::CertificateNotAskedFor(peer()))
        }
        Requirement::AuthenticateOrDialback => {
            let in_the_clear = plaintext && policy.dialback_requires_tls;
            refuse_if(in_the_clear, Contradiction::PlaintextDialback(peer()))
        }
        Requirement::EncryptOnly => Ok(()),
    }
}

fn check_parameters(policy: &Policy) -> Result<(), Contradiction> {
    let parameters = &policy.parameters;
    refuse_if(parameters.oldest > parameters.newest, Contradiction::VersionsCrossed)?;
    for version in Version::ALL.iter().copied().filter(|version| parameters.allows(*version)) {
        let has_suite = parameters.suites.iter().any(|suite| suite.version() == version);
        refuse_if(!has_suite, Contradiction::VersionWithoutSuite(version))?;
    }
    let classical = parameters.groups.iter().any(|group| !group.is_post_quantum());
    refuse_if(parameters.allows(Version::Tls12) && !classical, Contradiction::Tls12WithoutGroup)
}

fn check_peer(policy: &Policy, domain: &Domain, peer: &PeerPolicy) -> Result<(), Contradiction> {
    let requirement = peer.requirement.unwrap_or(policy.requirement);
    let dane_required = peer.dane_required.unwrap_or(policy.dane_required);
    let named = || Some(domain.clone());
    check_requirement(policy, requirement, named)?;
    let unproven = peer.requirement == Some(Requirement::Authenticate) && !has_proof(policy);
    refuse_if(unproven && peer.exceptions.is_empty(), Contradiction::NoProof(named()))?;
    if requirement == Requirement::AuthenticateOrDialback {
        refuse_if(policy.service == Service::C2s, Contradiction::DialbackInC2s)?;
        refuse_if(!policy.dialback, Contradiction::DialbackNotSpoken(named()))?;
    }
    if requirement == Requirement::EncryptOnly {
        refuse_if(!peer.pins.is_empty(), Contradiction::PinsOfNobody(domain.clone()))?;
        refuse_if(dane_required, Contradiction::DaneRequiredOfNobody(named()))?;
    }
    refuse_if(dane_required && !policy.dane.is_on(), Contradiction::DaneRequiredButOff(named()))
}
