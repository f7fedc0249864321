//! Notes beside a verdict: 100 certificates, 200 DANE, 300 POSH, 400 dialback, 500 exceptions, 600 the
//! handshake, 700 policy. A note explains; it decides nothing.

use super::NumberFacts;

/// What explains a verdict without deciding it.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteCode {
    /// Nothing said whether the certificate was revoked.
    RevocationUnknown = 100,
    /// A stapled OCSP answer came and was not checked.
    StapleUnchecked = 101,
    /// Presented identifiers were ignored because of their form.
    NamesIgnored = 102,
    /// A certificate for clients only was accepted for a server, as the policy allows.
    ClientAuthOnlyAccepted = 103,
    /// A server used its server certificate as TLS client.
    ServerCertificateAsClient = 104,
    /// The configured host counted as a name of the peer.
    ConfiguredHostCounted = 105,
    /// The accepted certificate says that it is an authority.
    EeIsCaAccepted = 106,
    /// TLSA records took no part.
    DaneRecordsUnusable = 200,
    /// DANE proved an inbound peer by our own rule.
    DaneInboundLocalPolicy = 201,
    /// DNSSEC does not protect the way to the peer, so DANE says nothing.
    DaneNotSecure = 202,
    /// TLSA records exist, and none is usable.
    DaneNoUsableRecords = 203,
    /// There were more TLSA records than are looked at.
    DaneRecordsDropped = 204,
    /// The policy uses records of all four usages.
    DanePkixUsagesEnabled = 205,
    /// The TLSA records of an inbound peer's targets do not name its certificate.
    DaneInboundMismatch = 206,
    /// Another proof succeeded while POSH named other certificates.
    PoshMismatch = 300,
    /// POSH proved a certificate that names no host that we know.
    PoshNoKnownName = 301,
    /// The POSH document wants to be valid for longer than the policy allows.
    PoshLifetimeCut = 302,
    /// A dialback answer could still prove the peer weakly.
    DialbackPending = 400,
    /// The peer is accepted by an exception of the operator.
    ExceptionUsed = 500,
    /// The exception ends within seven days.
    ExceptionEndsSoon = 501,
    /// The verdict was made from a chain alone: nobody showed the key.
    PossessionNotShown = 600,
    /// The connection was resumed: the chain is the one of the first handshake.
    Resumed = 601,
    /// Evidence that could have been asked for was not.
    EvidenceNotAsked = 602,
    /// The policy asks for encryption only.
    EncryptOnlyPolicy = 700,
}

impl NoteCode {
    /// All of them, in the order of their numbers.
    pub const ALL: &[Self] = &[
        Self::RevocationUnknown,
        Self::StapleUnchecked,
        Self::NamesIgnored,
        Self::ClientAuthOnlyAccepted,
        Self::ServerCertificateAsClient,
        Self::ConfiguredHostCounted,
        Self::EeIsCaAccepted,
        Self::DaneRecordsUnusable,
        Self::DaneInboundLocalPolicy,
        Self::DaneNotSecure,
        Self::DaneNoUsableRecords,
        Self::DaneRecordsDropped,
        Self::DanePkixUsagesEnabled,
        Self::DaneInboundMismatch,
        Self::PoshMismatch,
        Self::PoshNoKnownName,
        Self::PoshLifetimeCut,
        Self::DialbackPending,
        Self::ExceptionUsed,
        Self::ExceptionEndsSoon,
        Self::PossessionNotShown,
        Self::Resumed,
        Self::EvidenceNotAsked,
        Self::EncryptOnlyPolicy,
    ];

    /// The code with this number.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }

    /// The number.
    #[expect(clippy::as_conversions, reason = "the enum has this representation")]
    pub fn number(self) -> u32 {
        self as u32
    }

    /// The constant's own name in C.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The name in our own data.
    pub fn word(self) -> &'static str {
        self.facts().word
    }

    /// One sentence for people, without data of the case.
    pub fn message(self) -> &'static str {
        self.facts().message
    }

    /// The clause behind it.
    pub fn clause(self) -> &'static str {
        self.facts().clause
    }

    /// All that is fixed about it.
    pub fn facts(self) -> NumberFacts {
        let (name, word, message, clause) = match self {
            Self::RevocationUnknown => (
                "XMPP_TLS_NOTE_REVOCATION_UNKNOWN",
                "revocation_unknown",
                "nothing says whether the certificate was revoked",
                "RFC 6120 §13.7.2",
            ),
            Self::StapleUnchecked => (
                "XMPP_TLS_NOTE_STAPLE_UNCHECKED",
                "staple_unchecked",
                "a stapled OCSP answer was not checked",
                "RFC 6066 §8",
            ),
            Self::NamesIgnored => (
                "XMPP_TLS_NOTE_NAMES_IGNORED",
                "names_ignored",
                "presented names of a wrong form were ignored",
                "RFC 9525 §6.3",
            ),
            Self::ClientAuthOnlyAccepted => (
                "XMPP_TLS_NOTE_CLIENT_AUTH_ONLY_ACCEPTED",
                "client_auth_only_accepted",
                "a certificate for clients only was accepted for a server",
                "RFC 5280 §4.2.1.12",
            ),
            Self::ServerCertificateAsClient => (
                "XMPP_TLS_NOTE_SERVER_CERTIFICATE_AS_CLIENT",
                "server_certificate_as_client",
                "a server certificate was used by a TLS client",
                "RFC 5280 §4.2.1.12",
            ),
            Self::ConfiguredHostCounted => (
                "XMPP_TLS_NOTE_CONFIGURED_HOST_COUNTED",
                "configured_host_counted",
                "the configured host counted as a name",
                "RFC 9525 §6.1.1",
            ),
            Self::EeIsCaAccepted => (
                "XMPP_TLS_NOTE_EE_IS_CA_ACCEPTED",
                "ee_is_ca_accepted",
                "the accepted certificate is that of an authority",
                "RFC 6120 §13.7.1.1",
            ),
            Self::DaneRecordsUnusable => (
                "XMPP_TLS_NOTE_DANE_RECORDS_UNUSABLE",
                "dane_records_unusable",
                "some TLSA records are unusable",
                "RFC 6698 §4.1",
            ),
            Self::DaneInboundLocalPolicy => (
                "XMPP_TLS_NOTE_DANE_INBOUND_LOCAL_POLICY",
                "dane_inbound_local_policy",
                "DANE proved an inbound peer, by local policy",
                "RFC 7673 §1",
            ),
            Self::DaneNotSecure => (
                "XMPP_TLS_NOTE_DANE_NOT_SECURE",
                "dane_not_secure",
                "DNSSEC does not protect the way to the peer",
                "RFC 7673 §3.1",
            ),
            Self::DaneNoUsableRecords => (
                "XMPP_TLS_NOTE_DANE_NO_USABLE_RECORDS",
                "dane_no_usable_records",
                "no TLSA record is usable",
                "RFC 6698 §4.1",
            ),
            Self::DaneRecordsDropped => (
                "XMPP_TLS_NOTE_DANE_RECORDS_DROPPED",
                "dane_records_dropped",
                "there are too many TLSA records",
                "RFC 6698 §2.1",
            ),
            Self::DanePkixUsagesEnabled => (
                "XMPP_TLS_NOTE_DANE_PKIX_USAGES_ENABLED",
                "dane_pkix_usages_enabled",
                "all four TLSA usages are in use",
                "RFC 7671 §4",
            ),
            Self::DaneInboundMismatch => (
                "XMPP_TLS_NOTE_DANE_INBOUND_MISMATCH",
                "dane_inbound_mismatch",
                "the TLSA records of the peer do not name its certificate",
                "RFC 7673 §1",
            ),
            Self::PoshMismatch => (
                "XMPP_TLS_NOTE_POSH_MISMATCH",
                "posh_mismatch",
                "POSH names other certificates",
                "RFC 7711 §3.3",
            ),
            Self::PoshNoKnownName => (
                "XMPP_TLS_NOTE_POSH_NO_KNOWN_NAME",
                "posh_no_known_name",
                "the certificate names no host that is known",
                "RFC 7711 §7",
            ),
            Self::PoshLifetimeCut => (
                "XMPP_TLS_NOTE_POSH_LIFETIME_CUT",
                "posh_lifetime_cut",
                "the POSH document is valid for longer than allowed",
                "RFC 7711 §6",
            ),
            Self::DialbackPending => (
                "XMPP_TLS_NOTE_DIALBACK_PENDING",
                "dialback_pending",
                "a dialback answer is awaited",
                "XEP-0220 §2.1.1",
            ),
            Self::ExceptionUsed => (
                "XMPP_TLS_NOTE_EXCEPTION_USED",
                "exception_used",
                "an exception of the operator accepted the peer",
                "RFC 9525 §6.6",
            ),
            Self::ExceptionEndsSoon => (
                "XMPP_TLS_NOTE_EXCEPTION_ENDS_SOON",
                "exception_ends_soon",
                "the exception ends soon",
                "RFC 9525 §6.6",
            ),
            Self::PossessionNotShown => (
                "XMPP_TLS_NOTE_POSSESSION_NOT_SHOWN",
                "possession_not_shown",
                "possession of the key was not shown",
                "RFC 8446 §4.4.3",
            ),
            Self::Resumed => {
                ("XMPP_TLS_NOTE_RESUMED", "resumed", "the connection was resumed", "RFC 9325 §3.4")
            }
            Self::EvidenceNotAsked => (
                "XMPP_TLS_NOTE_EVIDENCE_NOT_ASKED",
                "evidence_not_asked",
                "some evidence was not asked for",
                "RFC 7712 §5",
            ),
            Self::EncryptOnlyPolicy => (
                "XMPP_TLS_NOTE_ENCRYPT_ONLY_POLICY",
                "encrypt_only_policy",
                "the policy asks for encryption only",
                "RFC 7590 §3.4",
            ),
        };
        NumberFacts { name, word, message, clause }
    }
}
