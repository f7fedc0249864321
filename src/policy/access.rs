//! What a policy says, setting by setting.

use std::collections::BTreeMap;

use super::{
    ClientCertificate, DaneUsages, Directions, Gate, PeerPolicy, Policy, Preset, Requirement, Resumption,
    Revocation, StarttlsDemand, TimeLimits, TrustAnchorSource, UnknownServerName,
};
use crate::name::{Domain, Service};
use crate::parameter::{Parameters, Version};
use crate::proof::pkix::{RevocationLists, TrustAnchors};

/// Makes a reader for each field that can be copied.
macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)+) => { impl Policy { $(
        $(#[$doc])*
        #[must_use]
        pub fn $name(&self) -> $type {
            self.$name
        }
    )+ } };
}

readers! {
    /// The preset that the policy started from.
    preset: Preset,
    /// The service whose streams the policy is for.
    service: Service,
    /// Which ends of a stream the policy is for. Default: both between servers, else the preset's.
    directions: Directions,
    /// What must be known of a peer before a pair is authorised (RFC 7590 §3.4; PKI-01). Default: it must
    /// be authenticated; of users of a c2s server nothing, since SASL authenticates them. One peer may have
    /// another: see [`Policy::for_peer`].
    requirement: Requirement,
    /// What an initiating entity does on a stream that offers no STARTTLS (RFC 7590 §3.1; STLS-02). Default:
    /// TLS is required.
    starttls: StarttlsDemand,
    /// Who keeps application bytes back. Default: the library for c2s clients, else the host, since headers
    /// and dialback between servers run inside those bytes.
    gate: Gate,
    /// Whether certificates are proven by trust anchors (RFC 6120 §13.7.2, RFC 5280 §6). Default: yes.
    pkix: bool,
    /// Which TLSA usages are usable (RFC 7671 §4; DANE-16). Default: DANE-TA and DANE-EE; off for c2s servers.
    dane: DaneUsages,
    /// Whether an inbound server may be proven by the TLSA records of its SRV targets (DANE-22). No RFC
    /// defines it, so reports call it a rule of our own. Default: yes between servers.
    dane_inbound: bool,
    /// Whether DANE must prove every peer. Default: no.
    dane_required: bool,
    /// Whether POSH is looked at (RFC 7711). Default: yes, but for c2s servers.
    posh: bool,
    /// Whether a POSH document that names another certificate refuses the peer although another proof holds
    /// (RFC 7711 §3.3; POSH-14). Default: no.
    posh_mismatch_is_final: bool,
    /// For how many seconds a POSH document is used at most, whatever it says (RFC 7711 §6; POSH-10).
    /// Default: 604,800, seven days.
    posh_maximum_age: u32,
    /// Whether dialback is spoken at all (XEP-0220; DNA-12). Whether its answer counts is the requirement's
    /// matter. Default: only in `s2s-with-dialback`.
    dialback: bool,
    /// Whether dialback is refused in the clear, on both legs (RFC 7590 §4; DNA-20). Default: yes.
    dialback_requires_tls: bool,
    /// Whether a certificate whose only purpose is clientAuth may prove a server (PKI-21). Default: no.
    accept_client_auth_only: bool,
    /// Whether a host that the user tied to a domain is a reference identity (RFC 9525 §6.1.1; STLS-32).
    /// Default: yes.
    configured_host_counts: bool,
    /// What is done about revocation (RFC 6120 §13.7.2, RFC 9325 §7.5; PKI-23). Default: revoked
    /// certificates are refused, an unknown state is noted.
    revocation: Revocation,
    /// Whether a receiving entity asks for a certificate (RFC 6120 §5.4.3.1; PAR-17). Default: between
    /// servers, naming no CAs.
    client_certificate: ClientCertificate,
    /// The oldest version over which an initiating entity shows its own certificate (EXT-10): below TLS 1.3 it
    /// is sent in the clear. Default: TLS 1.3 in c2s, TLS 1.2 between servers.
    client_certificate_minimum: Version,
    /// What a receiving entity does about a server name that it does not serve (RFC 9325 §3.7; DTLS-09).
    /// Default: alert `unrecognized_name`.
    unknown_server_name: UnknownServerName,
    /// Whether a stream header inside TLS to a domain that the served certificate does not name ends the
    /// stream (RFC 7457 §2.12; DTLS-10). Default: no, it is noted.
    strict_virtual_hosts: bool,
    /// Whether a response header from another domain than was asked for ends the stream (RFC 6120 §13.7.2;
    /// PKI-15). Default: no, it is noted.
    from_mismatch_is_refused: bool,
    /// Whether the server name extension is sent after STARTTLS (RFC 7590 §3.5; DTLS-06). Default: yes.
    starttls_server_name: bool,
    /// Whether ALPN is used with direct TLS (XEP-0368 §3; DTLS-11). Default: yes. After STARTTLS it never is.
    alpn: bool,
    /// Whether direct TLS without ALPN is refused, by either end (RFC 9325 §3.8; DTLS-12). Default: no.
    require_alpn: bool,
    /// Whether sessions are resumed (RFC 7590 §3.3; RES-01). Default: those of TLS 1.3.
    resumption: Resumption,
    /// Whether session secrets may be handed out for debugging. Default: no.
    key_log: bool,
    /// The time limits. Default: 30 seconds to TLS, 30 for the handshake, 60 for a verdict.
    time_limits: TimeLimits,
}

impl Policy {
    /// The preset's dated name, with `+changes` when anything was changed ([`Policy::changes`]).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Versions, suites and groups, in order of preference (RFC 9325; PAR-01 to PAR-09).
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The trust anchors that certificates are proven by.
    #[must_use]
    pub fn trust_anchors(&self) -> &TrustAnchors {
        &self.trust_anchors
    }

    /// Where the trust anchors were read from, as far as that was said.
    #[must_use]
    pub fn trust_anchor_sources(&self) -> &[TrustAnchorSource] {
        &self.trust_anchor_sources
    }

    /// The revocation lists that hold for every verification, besides those given to one (PKI-23).
    #[must_use]
    pub fn revocation_lists(&self) -> &RevocationLists {
        &self.revocation_lists
    }

    /// The files that revocation lists are read from.
    #[must_use]
    pub fn revocation_list_sources(&self) -> &[Box<str>] {
        &self.revocation_list_sources
    }

    /// The peers with demands of their own; [`Policy::for_peer`] applies them.
    #[must_use]
    pub fn peers(&self) -> &BTreeMap<Domain, PeerPolicy> {
        &self.peers
    }

    /// The protocol ID offered and accepted in direct TLS; `None` when ALPN is off (XEP-0368 §7).
    #[must_use]
    pub fn alpn_protocol(&self) -> Option<&'static [u8]> {
        self.alpn.then(|| self.service.alpn())
    }

    /// Whether a proof by trust anchors can decide about any peer, so that anchors must be there.
    pub(crate) fn needs_trust_anchors(&self) -> bool {
        let counts = |requirement| requirement != Requirement::EncryptOnly;
        let one_peer = || self.peers.values().filter_map(|peer| peer.requirement).any(counts);
        self.pkix && (counts(self.requirement) || one_peer())
    }
}
