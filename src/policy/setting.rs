//! The names of all settings, once: in the TOML form, in errors and in lists of changes.

/// Makes [`Setting`] with its paths.
macro_rules! settings {
    ($($(#[$outer:meta])* $variant:ident = $path:literal,)+ ; peer: $($(#[$inner:meta])* $peer:ident = $peer_path:literal,)+) => {
        /// A setting of a policy. Its path is its key in the TOML form.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Setting {
            $($(#[$outer])* $variant,)+
            $($(#[$inner])* $peer,)+
        }

        impl Setting {
            /// The settings that hold for every peer, in the order in which they are printed.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];
            /// The settings of one peer's table.
            pub const PEER: &[Self] = &[$(Self::$peer,)+];

            /// The path in the TOML form: `requirement`, `dane.required`, `peer.pins`.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$variant => $path,)+
                    $(Self::$peer => $peer_path,)+
                }
            }
        }
    };
}

settings! {
    /// What must be known of a peer.
    Requirement = "requirement",
    /// Who keeps application bytes back.
    Gate = "gate",
    /// Which ends of a stream the policy is for.
    Directions = "directions",
    /// What is demanded of a stream that offers no STARTTLS.
    Starttls = "stream.starttls",
    /// Whether a response header from another domain ends the stream.
    FromMismatchIsRefused = "stream.from_mismatch_is_refused",
    /// Whether a stream header to a domain that the certificate does not name ends the stream.
    StrictVirtualHosts = "stream.strict_virtual_hosts",
    /// The oldest version of TLS.
    OldestVersion = "tls.oldest_version",
    /// The newest version of TLS.
    NewestVersion = "tls.newest_version",
    /// The suites, in order.
    CipherSuites = "tls.cipher_suites",
    /// The groups, in order.
    Groups = "tls.groups",
    /// Whether TLS 1.2 without extended master secret is refused.
    RequireExtendedMasterSecret = "tls.require_extended_master_secret",
    /// Whether sessions are resumed.
    Resumption = "tls.resumption",
    /// Whether ALPN is sent with direct TLS.
    Alpn = "tls.alpn",
    /// Whether direct TLS without ALPN is refused.
    RequireAlpn = "tls.require_alpn",
    /// Whether a server name is sent after STARTTLS.
    StarttlsServerName = "tls.starttls_server_name",
    /// What happens to a server name that is not served.
    UnknownServerName = "tls.unknown_server_name",
    /// Whether a certificate is asked for.
    ClientCertificate = "tls.client_certificate",
    /// The oldest version over which our own client certificate is shown.
    ClientCertificateMinimum = "tls.client_certificate_minimum",
    /// Whether session secrets may be logged.
    KeyLog = "tls.key_log",
    /// Whether certificates are proven by trust anchors.
    Pkix = "pkix.enabled",
    /// What is done about revocation.
    Revocation = "pkix.revocation",
    /// Whether a server is accepted by a certificate made for clients only.
    AcceptClientAuthOnly = "pkix.accept_client_auth_only",
    /// Whether a host that was configured by hand is a reference identity.
    ConfiguredHostCounts = "pkix.configured_host_counts",
    /// Which TLSA usages are usable.
    DaneUsages = "dane.usages",
    /// Whether DANE is applied to inbound servers.
    DaneInbound = "dane.inbound",
    /// Whether DANE must prove the peer.
    DaneRequired = "dane.required",
    /// Whether POSH is looked at.
    Posh = "posh.enabled",
    /// Whether a POSH mismatch refuses the peer.
    PoshMismatchIsFinal = "posh.mismatch_is_final",
    /// How long a POSH document is used at most.
    PoshMaximumAge = "posh.maximum_age",
    /// Whether dialback is spoken.
    Dialback = "dialback.enabled",
    /// Whether dialback is refused in the clear.
    DialbackRequiresTls = "dialback.requires_tls",
    /// Time from the start to TLS.
    TimeBeforeTls = "time_limits.before_tls",
    /// Time for the handshake.
    TimeHandshake = "time_limits.handshake",
    /// Time for a verdict.
    TimeVerdict = "time_limits.verdict",
    /// Where trust anchors come from.
    TrustAnchors = "pkix.trust_anchors",
    /// Where revocation lists come from.
    RevocationLists = "pkix.revocation_lists",
    ; peer:
    /// Whether an entry covers subdomains.
    PeerWithSubdomains = "peer.with_subdomains",
    /// Another requirement for one peer.
    PeerRequirement = "peer.requirement",
    /// Whether DANE must prove one peer.
    PeerDaneRequired = "peer.dane_required",
    /// The pinned keys of one peer.
    PeerPins = "peer.pins",
    /// The exceptions for one peer.
    PeerExceptions = "peer.exceptions",
}

impl Setting {
    /// The table of the TOML form: `""` for the top, `dane` for `dane.required`.
    #[must_use]
    pub fn section(self) -> &'static str {
        self.path().split_once('.').map_or("", |(section, _)| section)
    }

    /// The key inside its table: `required` for `dane.required`.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.path().split_once('.').map_or_else(|| self.path(), |(_, key)| key)
    }
}

impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.path())
    }
}
