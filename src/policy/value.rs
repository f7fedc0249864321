//! The value of each setting, for everything that treats all settings alike.
//!
//! Printing, the fingerprint and the list of changes all read this one table, so that a setting cannot be
//! in one of them and not in another.

use super::{Policy, Setting};

/// A setting's value in the terms of the TOML form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// True or false.
    Flag(bool),
    /// A count of bytes, seconds or milliseconds.
    Number(u32),
    /// One word of a list of words.
    Word(&'static str),
    /// Several words in their order.
    Words(Vec<&'static str>),
    /// Names of files and stores.
    Names(Vec<String>),
}

impl Policy {
    /// The value of a setting that holds for every peer; `None` for the settings of a peer's table.
    pub(crate) fn value(&self, setting: Setting) -> Option<Value> {
        use Value::{Flag, Names, Number, Word, Words};
        let parameters = &self.parameters;
        Some(match setting {
            Setting::Requirement => Word(self.requirement.name()),
            Setting::Gate => Word(self.gate.name()),
            Setting::Directions => Word(self.directions.name()),
            Setting::Starttls => Word(self.starttls.name()),
            Setting::FromMismatchIsRefused => Flag(self.from_mismatch_is_refused),
            Setting::StrictVirtualHosts => Flag(self.strict_virtual_hosts),
            Setting::OldestVersion => Word(parameters.oldest.name()),
            Setting::NewestVersion => Word(parameters.newest.name()),
            Setting::CipherSuites => Words(parameters.suites.iter().map(|suite| suite.name()).collect()),
            Setting::Groups => Words(parameters.groups.iter().map(|group| group.name()).collect()),
            Setting::RequireExtendedMasterSecret => Flag(parameters.require_extended_master_secret),
            Setting::Resumption => Word(self.resumption.name()),
            Setting::Alpn => Flag(self.alpn),
            Setting::RequireAlpn => Flag(self.require_alpn),
            Setting::StarttlsServerName => Flag(self.starttls_server_name),
            Setting::UnknownServerName => Word(self.unknown_server_name.name()),
            Setting::ClientCertificate => Word(self.client_certificate.name()),
            Setting::ClientCertificateMinimum => Word(self.client_certificate_minimum.name()),
            Setting::KeyLog => Flag(self.key_log),
            Setting::Pkix => Flag(self.pkix),
            Setting::Revocation => Word(self.revocation.name()),
            Setting::AcceptClientAuthOnly => Flag(self.accept_client_auth_only),
            Setting::ConfiguredHostCounts => Flag(self.configured_host_counts),
            Setting::DaneUsages => Word(self.dane.name()),
            Setting::DaneInbound => Flag(self.dane_inbound),
            Setting::DaneRequired => Flag(self.dane_required),
            Setting::Posh => Flag(self.posh),
            Setting::PoshMismatchIsFinal => Flag(self.posh_mismatch_is_final),
            Setting::PoshMaximumAge => Number(self.posh_maximum_age),
            Setting::Dialback => Flag(self.dialback),
            Setting::DialbackRequiresTls => Flag(self.dialback_requires_tls),
            Setting::TimeBeforeTls => Number(self.time_limits.before_tls),
            Setting::TimeHandshake => Number(self.time_limits.handshake),
            Setting::TimeVerdict => Number(self.time_limits.verdict),
            Setting::TrustAnchors => {
                Names(self.trust_anchor_sources.iter().map(ToString::to_string).collect())
            }
            Setting::RevocationLists => {
                Names(self.revocation_list_sources.iter().map(|path| path.to_string()).collect())
            }
            Setting::PeerWithSubdomains
            | Setting::PeerRequirement
            | Setting::PeerDaneRequired
            | Setting::PeerPins
            | Setting::PeerExceptions => return None,
        })
    }

    /// The settings in which this policy differs from its preset, peers' tables and the sources of trust
    /// anchors and revocation lists apart, which no preset has.
    #[must_use]
    pub fn changes(&self) -> Vec<Setting> {
        let preset = self.preset.draft();
        let is_source =
            |setting: &Setting| matches!(setting, Setting::TrustAnchors | Setting::RevocationLists);
        Setting::ALL
            .iter()
            .copied()
            .filter(|setting| !is_source(setting) && self.value(*setting) != preset.value(*setting))
            .collect()
    }
}
