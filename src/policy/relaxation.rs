//! The names of what a policy gives up.
//!
//! Whatever makes a policy weaker than a strict one of its service has a name here and says what is lost.
//! `policy show`, reports and logs list them, so that nothing is weakened behind an operator's back.

use super::{
    DaneUsages, Gate, Policy, Requirement, Resumption, Revocation, StarttlsDemand, UnknownServerName,
};
use crate::name::{Domain, Service};
use crate::parameter::Version;

/// Makes [`Relaxation`] with its names and what each loses.
macro_rules! relaxations {
    ($($variant:ident $(($peer:ty))? = $name:literal, $lost:literal;)+) => {
        /// One relaxation of a policy: its name, and what is lost by it.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Relaxation { $(#[doc = $lost] $variant $(($peer))?,)+ }

        impl Relaxation {
            /// The name, stable in reports.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(relaxations!(@pattern $variant $($peer)?) => $name,)+ }
            }

            /// What is lost, in one sentence.
            #[must_use]
            pub fn lost(&self) -> &'static str {
                match self { $(relaxations!(@pattern $variant $($peer)?) => $lost,)+ }
            }
        }
    };
    (@pattern $variant:ident) => { Self::$variant };
    (@pattern $variant:ident $peer:ty) => { Self::$variant(_) };
}

relaxations! {
    EncryptOnly = "encrypt-only", "Nobody is authenticated: an active attacker is not noticed.";
    DialbackCounts = "dialback-counts", "Whoever controls DNS or the path to a server can pass for it.";
    PlaintextAllowed = "plaintext-allowed", "Anyone on the way can keep the stream in the clear.";
    DialbackInTheClear = "dialback-in-the-clear", "Dialback keys and answers can be read and changed on the way.";
    HostGate = "host-gate", "Application bytes can pass before the server is authenticated, if the host lets them.";
    DaneOff = "dane-off", "A server's TLSA records are ignored: any trusted CA can issue a certificate for it.";
    DaneAllUsages = "dane-all-usages", "TLSA usages 0 and 1 protect nothing that forged usages 2 and 3 would not take away.";
    RevocationOff = "revocation-off", "A certificate that its CA has revoked is accepted.";
    ClientAuthOnly = "client-auth-only", "CAs check certificates for clients less strictly: they can pass for a server.";
    DefaultForUnknownName = "default-for-unknown-name", "A stream meant for another service can be led to this one.";
    Tls12Resumption = "tls-1.2-resumption", "Who steals a ticket key can read the sessions that it protected.";
    NoExtendedMasterSecret = "no-extended-master-secret", "TLS 1.2 sessions can be joined by an attacker in the middle, and have no channel binding.";
    NoHybridGroup = "no-hybrid-group", "Recorded sessions can be read once large quantum computers exist.";
    CertificateOverTls12 = "certificate-over-tls-1.2", "A user's certificate, and so the user's name, can be read on the way.";
    KeyLog = "key-log", "Session secrets may be written out: who has them reads everything.";
    PeerEncryptOnly(Domain) = "peer-encrypt-only", "This peer is not authenticated: an active attacker is not noticed.";
    PeerDialbackCounts(Domain) = "peer-dialback-counts", "Whoever controls DNS or the path to this peer can pass for it.";
    PeerDaneNotRequired(Domain) = "peer-dane-not-required", "This peer need not be proven by DANE although all others must.";
    PeerException(Domain) = "peer-exception", "Who holds an excepted certificate's key is this peer until the exception ends.";
}

impl Relaxation {
    /// The peer, when the relaxation is for one.
    #[must_use]
    pub fn peer(&self) -> Option<&Domain> {
        match self {
            Self::PeerEncryptOnly(peer)
            | Self::PeerDialbackCounts(peer)
            | Self::PeerDaneNotRequired(peer)
            | Self::PeerException(peer) => Some(peer),
            _ => None,
        }
    }
}

impl std::fmt::Display for Relaxation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())?;
        if let Some(peer) = self.peer() {
            write!(f, " ({peer})")?;
        }
        write!(f, ": {}", self.lost())
    }
}

impl Policy {
    /// Every relaxation in force, those for all peers first; empty for a strict policy.
    ///
    /// That users of a c2s server are not authenticated by TLS is no relaxation: SASL does it (PKI-01).
    #[must_use]
    pub fn relaxations(&self) -> Vec<Relaxation> {
        let for_all = self.authentication_relaxations().into_iter().chain(self.tls_relaxations());
        let mut list: Vec<Relaxation> =
            for_all.filter_map(|(active, relaxation)| active.then_some(relaxation)).collect();
        list.extend(self.peer_relaxations());
        list
    }

    fn serves_users(&self) -> bool {
        self.service == Service::C2s && self.directions.receiving()
    }

    fn authentication_relaxations(&self) -> [(bool, Relaxation); 9] {
        let sasl = self.serves_users();
        let unauthenticated = self.requirement == Requirement::EncryptOnly && !sasl;
        let user_gate = self.service == Service::C2s && !sasl && self.gate == Gate::Host;
        [
            (unauthenticated, Relaxation::EncryptOnly),
            (self.requirement == Requirement::AuthenticateOrDialback, Relaxation::DialbackCounts),
            (self.starttls == StarttlsDemand::TryThenAllowPlaintext, Relaxation::PlaintextAllowed),
            (self.dialback && !self.dialback_requires_tls, Relaxation::DialbackInTheClear),
            (user_gate, Relaxation::HostGate),
            (!self.dane.is_on() && !sasl, Relaxation::DaneOff),
            (self.dane == DaneUsages::ALL, Relaxation::DaneAllUsages),
            (self.revocation == Revocation::Off, Relaxation::RevocationOff),
            (self.accept_client_auth_only, Relaxation::ClientAuthOnly),
        ]
    }

    fn tls_relaxations(&self) -> [(bool, Relaxation); 6] {
        let parameters = &self.parameters;
        let tls12 = parameters.allows(Version::Tls12);
        let is_user = self.service == Service::C2s && self.directions.initiating();
        [
            (
                self.directions.receiving() && self.unknown_server_name == UnknownServerName::UseDefault,
                Relaxation::DefaultForUnknownName,
            ),
            (tls12 && self.resumption == Resumption::Tls12AndTls13, Relaxation::Tls12Resumption),
            (tls12 && !parameters.require_extended_master_secret, Relaxation::NoExtendedMasterSecret),
            (!parameters.groups.iter().any(|group| group.is_post_quantum()), Relaxation::NoHybridGroup),
            (
                is_user && tls12 && self.client_certificate_minimum == Version::Tls12,
                Relaxation::CertificateOverTls12,
            ),
            (self.key_log, Relaxation::KeyLog),
        ]
    }

    fn peer_relaxations(&self) -> Vec<Relaxation> {
        let mut list = Vec::new();
        for (domain, peer) in &self.peers {
            match peer.requirement {
                Some(Requirement::EncryptOnly) if self.requirement != Requirement::EncryptOnly => {
                    list.push(Relaxation::PeerEncryptOnly(domain.clone()));
                }
                Some(Requirement::AuthenticateOrDialback)
                    if self.requirement == Requirement::Authenticate =>
                {
                    list.push(Relaxation::PeerDialbackCounts(domain.clone()));
                }
                _ => {}
            }
            if self.dane_required && peer.dane_required == Some(false) {
                list.push(Relaxation::PeerDaneNotRequired(domain.clone()));
            }
            if !peer.exceptions.is_empty() {
                list.push(Relaxation::PeerException(domain.clone()));
            }
        }
        list
    }
}
