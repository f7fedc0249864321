//! Making a policy: a preset, changes, and a last look for contradictions.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::{
    ClientCertificate, DaneUsages, Directions, Gate, PeerPolicy, Policy, PolicyError, Preset, Requirement,
    Resumption, Revocation, Setting, StarttlsDemand, TimeLimits, TrustAnchorSource, UnknownServerName,
    contradiction,
};
use crate::limits::{EXCEPTION_END_SECONDS, POLICY_DIGESTS_PER_PEER, POLICY_LIST, POLICY_PEERS};
use crate::name::Domain;
use crate::parameter::{CipherSuite, Group, Parameters, Version};
use crate::proof::pkix::{RevocationLists, TrustAnchors};

/// Makes a [`Policy`] from a preset. Each setting can be set once; a second time is refused, so that two
/// parts of a program cannot undo each other's demands unseen.
#[derive(Clone, Debug)]
pub struct PolicyBuilder {
    policy: Policy,
    set: BTreeSet<Setting>,
}

/// Makes a setter for each plain field.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident ($setting:ident): $type:ty,)+) => { impl PolicyBuilder { $(
        $(#[$doc])*
        ///
        /// # Errors
        /// [`PolicyError::SetTwice`].
        pub fn $name(&mut self, value: $type) -> Result<&mut Self, PolicyError> {
            self.mark(Setting::$setting)?;
            self.policy.$name = value;
            Ok(self)
        }
    )+ } };
}

setters! {
    /// Sets what must be known of a peer.
    requirement(Requirement): Requirement,
    /// Sets who keeps application bytes back.
    gate(Gate): Gate,
    /// Narrows a policy for streams between servers to one end.
    directions(Directions): Directions,
    /// Sets how a stream that offers no STARTTLS is treated.
    starttls(Starttls): StarttlsDemand,
    /// Sets whether a response header from another domain ends the stream (PKI-15).
    from_mismatch_is_refused(FromMismatchIsRefused): bool,
    /// Sets whether a header to a domain that the served certificate does not name ends the stream (DTLS-10).
    strict_virtual_hosts(StrictVirtualHosts): bool,
    /// Sets whether sessions are resumed.
    resumption(Resumption): Resumption,
    /// Sets whether ALPN is used with direct TLS (DTLS-11).
    alpn(Alpn): bool,
    /// Sets whether direct TLS without ALPN is refused (DTLS-12).
    require_alpn(RequireAlpn): bool,
    /// Sets whether a server name is sent after STARTTLS (DTLS-06).
    starttls_server_name(StarttlsServerName): bool,
    /// Sets what happens to a server name that is not served.
    unknown_server_name(UnknownServerName): UnknownServerName,
    /// Sets whether a certificate is asked for.
    client_certificate(ClientCertificate): ClientCertificate,
    /// Sets the oldest version over which our own client certificate is shown (EXT-10).
    client_certificate_minimum(ClientCertificateMinimum): Version,
    /// Sets whether session secrets may be logged.
    key_log(KeyLog): bool,
    /// Sets whether certificates are proven by trust anchors.
    pkix(Pkix): bool,
    /// Sets what is done about revocation.
    revocation(Revocation): Revocation,
    /// Sets whether a certificate made for clients only can prove a server (PKI-21).
    accept_client_auth_only(AcceptClientAuthOnly): bool,
    /// Sets whether a host that was configured by hand is a reference identity (STLS-32).
    configured_host_counts(ConfiguredHostCounts): bool,
    /// Sets which TLSA usages are usable.
    dane(DaneUsages): DaneUsages,
    /// Sets whether DANE is applied to inbound servers (DANE-22).
    dane_inbound(DaneInbound): bool,
    /// Sets whether DANE must prove every peer.
    dane_required(DaneRequired): bool,
    /// Sets whether POSH is looked at.
    posh(Posh): bool,
    /// Sets whether a POSH mismatch refuses the peer (POSH-14).
    posh_mismatch_is_final(PoshMismatchIsFinal): bool,
    /// Sets whether dialback is spoken.
    dialback(Dialback): bool,
    /// Sets whether dialback is refused in the clear (DNA-20).
    dialback_requires_tls(DialbackRequiresTls): bool,
}

impl PolicyBuilder {
    /// Starts from a preset.
    #[must_use]
    pub fn new(preset: Preset) -> Self {
        Self { policy: preset.draft(), set: BTreeSet::new() }
    }

    /// Starts from the preset of a name, dated or not ([`Preset::from_name`]).
    ///
    /// # Errors
    /// [`PolicyError::UnknownPreset`].
    pub fn from_name(name: &str) -> Result<Self, PolicyError> {
        Preset::from_name(name).map(Self::new).ok_or(PolicyError::UnknownPreset)
    }

    /// The preset that the builder started from.
    #[must_use]
    pub fn preset(&self) -> Preset {
        self.policy.preset
    }

    fn mark(&mut self, setting: Setting) -> Result<(), PolicyError> {
        if self.set.insert(setting) { Ok(()) } else { Err(PolicyError::SetTwice(setting)) }
    }

    /// Sets versions, suites, groups and the demand for extended master secret at once.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`] if one of them was set before, and what the single setters refuse.
    pub fn parameters(&mut self, parameters: Parameters) -> Result<&mut Self, PolicyError> {
        self.oldest_version(parameters.oldest)?
            .newest_version(parameters.newest)?
            .cipher_suites(parameters.suites)?
            .groups(parameters.groups)?
            .require_extended_master_secret(parameters.require_extended_master_secret)
    }

    /// Sets the oldest version accepted; there is none below TLS 1.2 (PAR-02).
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`].
    pub fn oldest_version(&mut self, version: Version) -> Result<&mut Self, PolicyError> {
        self.mark(Setting::OldestVersion)?;
        self.policy.parameters.oldest = version;
        Ok(self)
    }

    /// Sets the newest version offered.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`].
    pub fn newest_version(&mut self, version: Version) -> Result<&mut Self, PolicyError> {
        self.mark(Setting::NewestVersion)?;
        self.policy.parameters.newest = version;
        Ok(self)
    }

    /// Sets the suites, the preferred first.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`], [`PolicyError::EmptyList`] or [`PolicyError::Repeated`].
    pub fn cipher_suites(&mut self, suites: Vec<CipherSuite>) -> Result<&mut Self, PolicyError> {
        check_list(Setting::CipherSuites, &suites)?;
        self.mark(Setting::CipherSuites)?;
        self.policy.parameters.suites = suites;
        Ok(self)
    }

    /// Sets the key exchange groups, the preferred first.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`], [`PolicyError::EmptyList`] or [`PolicyError::Repeated`].
    pub fn groups(&mut self, groups: Vec<Group>) -> Result<&mut Self, PolicyError> {
        check_list(Setting::Groups, &groups)?;
        self.mark(Setting::Groups)?;
        self.policy.parameters.groups = groups;
        Ok(self)
    }

    /// Sets whether TLS 1.2 without extended master secret is refused (PAR-15).
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`].
    pub fn require_extended_master_secret(&mut self, value: bool) -> Result<&mut Self, PolicyError> {
        self.mark(Setting::RequireExtendedMasterSecret)?;
        self.policy.parameters.require_extended_master_secret = value;
        Ok(self)
    }

    /// Hands in the trust anchors. They are shared, not copied.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`].
    pub fn trust_anchors(&mut self, anchors: TrustAnchors) -> Result<&mut Self, PolicyError> {
        self.mark(Setting::TrustAnchors)?;
        self.policy.trust_anchors = anchors;
        Ok(self)
    }

    /// Names where the trust anchors came from, for the printed form; the anchors themselves are handed in
    /// by [`PolicyBuilder::trust_anchors`]. A later call replaces an earlier one.
    ///
    /// # Errors
    /// [`PolicyError::Repeated`] or [`PolicyError::TooMany`].
    pub fn trust_anchor_sources(
        &mut self,
        sources: Vec<TrustAnchorSource>,
    ) -> Result<&mut Self, PolicyError> {
        check_repetition(Setting::TrustAnchors, &sources)?;
        self.policy.trust_anchor_sources = sources;
        Ok(self)
    }

    /// Hands in revocation lists that hold for every verification. They are shared, not copied.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`].
    pub fn revocation_lists(&mut self, lists: RevocationLists) -> Result<&mut Self, PolicyError> {
        self.mark(Setting::RevocationLists)?;
        self.policy.revocation_lists = lists;
        Ok(self)
    }

    /// Names the files that revocation lists are read from, for the printed form; the lists themselves are
    /// handed in by [`PolicyBuilder::revocation_lists`]. A later call replaces an earlier one.
    ///
    /// # Errors
    /// [`PolicyError::Repeated`] or [`PolicyError::TooMany`].
    pub fn revocation_list_sources(&mut self, paths: Vec<Box<str>>) -> Result<&mut Self, PolicyError> {
        check_repetition(Setting::RevocationLists, &paths)?;
        self.policy.revocation_list_sources = paths;
        Ok(self)
    }

    pub(super) fn sources(&self) -> &[TrustAnchorSource] {
        &self.policy.trust_anchor_sources
    }

    pub(super) fn lists(&self) -> &[Box<str>] {
        &self.policy.revocation_list_sources
    }

    fn number(
        &mut self,
        setting: Setting,
        value: u32,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<u32, PolicyError> {
        if !range.contains(&value) {
            let (minimum, maximum) = range.into_inner();
            return Err(PolicyError::OutOfRange { setting, minimum, maximum });
        }
        self.mark(setting)?;
        Ok(value)
    }

    /// Sets how long a POSH document is used at most: 1 second to 30 days (POSH-10).
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`] or [`PolicyError::OutOfRange`].
    pub fn posh_maximum_age(&mut self, seconds: u32) -> Result<&mut Self, PolicyError> {
        self.policy.posh_maximum_age = self.number(Setting::PoshMaximumAge, seconds, 1..=2_592_000)?;
        Ok(self)
    }

    /// Sets the time from the start to TLS: 1 millisecond to 1 hour.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`] or [`PolicyError::OutOfRange`].
    pub fn time_before_tls(&mut self, milliseconds: u32) -> Result<&mut Self, PolicyError> {
        self.policy.time_limits.before_tls = self.number(Setting::TimeBeforeTls, milliseconds, TIME)?;
        Ok(self)
    }

    /// Sets the time for the handshake: 1 millisecond to 1 hour.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`] or [`PolicyError::OutOfRange`].
    pub fn time_for_handshake(&mut self, milliseconds: u32) -> Result<&mut Self, PolicyError> {
        self.policy.time_limits.handshake = self.number(Setting::TimeHandshake, milliseconds, TIME)?;
        Ok(self)
    }

    /// Sets the time from the handshake to a verdict, while the library keeps the gate: 1 millisecond to
    /// 1 hour.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`] or [`PolicyError::OutOfRange`].
    pub fn time_for_verdict(&mut self, milliseconds: u32) -> Result<&mut Self, PolicyError> {
        self.policy.time_limits.verdict = self.number(Setting::TimeVerdict, milliseconds, TIME)?;
        Ok(self)
    }

    /// Sets all three time limits.
    ///
    /// # Errors
    /// [`PolicyError::SetTwice`] or [`PolicyError::OutOfRange`].
    pub fn time_limits(&mut self, limits: TimeLimits) -> Result<&mut Self, PolicyError> {
        self.time_before_tls(limits.before_tls)?
            .time_for_handshake(limits.handshake)?
            .time_for_verdict(limits.verdict)
    }

    /// Adds the demands for one peer.
    ///
    /// # Errors
    /// [`PolicyError::PeerTwice`], [`PolicyError::TooMany`], [`PolicyError::Repeated`] or
    /// [`PolicyError::WrongEnd`].
    pub fn peer(&mut self, domain: Domain, peer: PeerPolicy) -> Result<&mut Self, PolicyError> {
        for (setting, count) in
            [(Setting::PeerPins, peer.pins.len()), (Setting::PeerExceptions, peer.exceptions.len())]
        {
            if count > POLICY_DIGESTS_PER_PEER {
                return Err(PolicyError::TooMany { setting, maximum: POLICY_DIGESTS_PER_PEER });
            }
        }
        check_repetition(Setting::PeerPins, &peer.pins)?;
        check_repetition(Setting::PeerExceptions, &peer.exceptions)?;
        if !peer.exceptions.iter().all(|one| (0..=EXCEPTION_END_SECONDS).contains(&one.until)) {
            return Err(PolicyError::WrongEnd(domain));
        }
        if self.policy.peers.len() >= POLICY_PEERS {
            return Err(PolicyError::TooMany { setting: Setting::PeerRequirement, maximum: POLICY_PEERS });
        }
        if self.policy.peers.contains_key(&domain) {
            return Err(PolicyError::PeerTwice(domain));
        }
        self.policy.peers.insert(domain, peer);
        Ok(self)
    }

    /// Freezes the policy, and names it: the preset's name, with `+changes` if anything differs from it.
    ///
    /// # Errors
    /// [`PolicyError::Contradiction`] or [`PolicyError::NoTrustAnchors`].
    pub fn build(&self) -> Result<Arc<Policy>, PolicyError> {
        let mut policy = self.policy.clone();
        contradiction::check(&policy)?;
        if policy.needs_trust_anchors() && policy.trust_anchors.is_empty() {
            return Err(PolicyError::NoTrustAnchors);
        }
        if !policy.changes().is_empty() || !policy.peers.is_empty() {
            policy.name.push_str("+changes");
        }
        policy.fingerprint = OnceLock::new();
        Ok(Arc::new(policy))
    }
}

/// The range of a time limit in milliseconds.
const TIME: std::ops::RangeInclusive<u32> = 1..=3_600_000;

fn check_list<T: PartialEq>(setting: Setting, list: &[T]) -> Result<(), PolicyError> {
    if list.is_empty() { Err(PolicyError::EmptyList(setting)) } else { check_repetition(setting, list) }
}

fn check_repetition<T: PartialEq>(setting: Setting, list: &[T]) -> Result<(), PolicyError> {
    if list.len() > POLICY_LIST {
        return Err(PolicyError::TooMany { setting, maximum: POLICY_LIST });
    }
    let repeated =
        list.iter().enumerate().any(|(index, one)| list.iter().take(index).any(|other| other == one));
    if repeated { Err(PolicyError::Repeated(setting)) } else { Ok(()) }
}
