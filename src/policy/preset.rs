//! The dated presets. What a name meant on its date it means for ever.
//!
//! A preset is never changed; a better one gets a new date, and the undated names mean the newest. The
//! printed form of each is kept in `tests/snapshots/policy`, so that a change would show.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{
    ClientCertificate, DaneUsages, Directions, Gate, Policy, Requirement, Resumption, Revocation,
    StarttlsDemand, TimeLimits, UnknownServerName,
};
use crate::limits::POSH_AGE_SECONDS;
use crate::name::Service;
use crate::parameter::{Parameters, Version};
use crate::proof::pkix::{RevocationLists, TrustAnchors};

/// A dated preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Preset {
    /// A client: servers must be authenticated, nothing passes before (RFC 7590 §3.4).
    C2sClient2026,
    /// A server for clients: TLS is demanded, users are authenticated by SASL.
    C2sServer2026,
    /// A server towards servers, both directions: peers must be authenticated by certificate.
    S2s2026,
    /// The same, but a dialback answer is accepted as a weak proof (XEP-0344 §3.3).
    S2sWithDialback2026,
}

impl Preset {
    /// All presets.
    pub const ALL: &[Self] =
        &[Self::C2sClient2026, Self::C2sServer2026, Self::S2s2026, Self::S2sWithDialback2026];

    /// The name with its date.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::C2sClient2026 => "c2s-client-2026",
            Self::C2sServer2026 => "c2s-server-2026",
            Self::S2s2026 => "s2s-2026",
            Self::S2sWithDialback2026 => "s2s-with-dialback-2026",
        }
    }

    /// The preset of a dated name, or the newest one of an undated name: `c2s-client`, `c2s-server`,
    /// `s2s`, `s2s-with-dialback`. `None` when there is no such name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "c2s-client" => Some(Self::C2sClient2026),
            "c2s-server" => Some(Self::C2sServer2026),
            "s2s" => Some(Self::S2s2026),
            "s2s-with-dialback" => Some(Self::S2sWithDialback2026),
            dated => Self::ALL.iter().copied().find(|one| one.name() == dated),
        }
    }

    /// The service of the preset.
    #[must_use]
    pub const fn service(self) -> Service {
        match self {
            Self::C2sClient2026 | Self::C2sServer2026 => Service::C2s,
            Self::S2s2026 | Self::S2sWithDialback2026 => Service::S2s,
        }
    }

    /// The values of the preset, without trust anchors.
    pub(crate) fn draft(self) -> Policy {
        match self {
            Self::C2sClient2026 => Policy {
                directions: Directions::Initiating,
                gate: Gate::Library,
                client_certificate: ClientCertificate::Never,
                client_certificate_minimum: Version::Tls13,
                dane_inbound: false,
                ..strict_2026(self)
            },
            Self::C2sServer2026 => Policy {
                directions: Directions::Receiving,
                requirement: Requirement::EncryptOnly,
                client_certificate: ClientCertificate::Never,
                client_certificate_minimum: Version::Tls13,
                dane: DaneUsages::OFF,
                dane_inbound: false,
                posh: false,
                ..strict_2026(self)
            },
            Self::S2s2026 => strict_2026(self),
            Self::S2sWithDialback2026 => Policy {
                requirement: Requirement::AuthenticateOrDialback,
                dialback: true,
                ..strict_2026(self)
            },
        }
    }
}

impl std::fmt::Display for Preset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What the presets of 2026 have in common, as a strict server towards servers has it.
fn strict_2026(preset: Preset) -> Policy {
    Policy {
        name: preset.name().to_owned(),
        preset,
        service: preset.service(),
        directions: Directions::Both,
        requirement: Requirement::Authenticate,
        starttls: StarttlsDemand::Require,
        gate: Gate::Host,
        parameters: Parameters::bcp195(),
        trust_anchors: TrustAnchors::default(),
        trust_anchor_sources: Vec::new(),
        pkix: true,
        dane: DaneUsages::RECOMMENDED,
        dane_inbound: true,
        dane_required: false,
        posh: true,
        posh_mismatch_is_final: false,
        posh_maximum_age: POSH_AGE_SECONDS,
        dialback: false,
        dialback_requires_tls: true,
        accept_client_auth_only: false,
        configured_host_counts: true,
        revocation: Revocation::RefuseRevoked,
        revocation_lists: RevocationLists::default(),
        revocation_list_sources: Vec::new(),
        client_certificate: ClientCertificate::Request,
        client_certificate_minimum: Version::Tls12,
        unknown_server_name: UnknownServerName::Refuse,
        strict_virtual_hosts: false,
        from_mismatch_is_refused: false,
        starttls_server_name: true,
        alpn: true,
        require_alpn: false,
        resumption: Resumption::Tls13,
        key_log: false,
        time_limits: TimeLimits { before_tls: 30_000, handshake: 30_000, verdict: 60_000 },
        peers: BTreeMap::new(),
        fingerprint: OnceLock::new(),
    }
}
