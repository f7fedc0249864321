//! Reasons of a verdict: 100 certificates, 200 DANE, 300 POSH, 400 dialback, 500 pins and exceptions, 600
//! users, 700 policy.

use super::NumberFacts;

/// Why a proof failed or a peer was refused.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ReasonCode {
    /// The certificate presents names, and none that would prove the peer.
    NameMismatch = 100,
    /// The certificate presents no identifier at all.
    NoIdentifiers = 101,
    /// No trust anchor stands behind the certificate.
    UntrustedCa = 102,
    /// The certificate is its own issuer and no trust anchor.
    SelfSigned = 103,
    /// A certificate's time has passed.
    Expired = 104,
    /// A certificate's time has not begun.
    NotYetValid = 105,
    /// A certificate was revoked.
    Revoked = 106,
    /// Nothing says whether a certificate was revoked, and the policy demands to know.
    RevocationUnknown = 107,
    /// The certificate demands a stapled OCSP answer and none came.
    MustStapleMissing = 108,
    /// The extended key usage does not allow this use.
    BadEku = 109,
    /// The key usage does not allow this use.
    BadKeyUsage = 110,
    /// The peer's own certificate is that of an authority.
    EeIsCa = 111,
    /// An issuer is no authority.
    IssuerIsNoCa = 112,
    /// An issuer may not issue for a name presented.
    NameConstraint = 113,
    /// A key is below the floor.
    WeakKey = 114,
    /// A signature uses a hash that proves nothing any more.
    WeakSignature = 115,
    /// A signature algorithm or kind of key is not supported.
    UnsupportedSignature = 116,
    /// A signature in the chain is wrong.
    BadSignature = 117,
    /// A certificate is malformed.
    MalformedCert = 118,
    /// A critical extension is not processed here.
    UnsupportedCriticalExtension = 119,
    /// The chain is too long or too costly.
    ChainTooLong = 120,
    /// No path to a trust anchor holds what a PKIX-TA or PKIX-EE record names.
    PathNotAccepted = 121,
    /// The peer presented no certificate.
    NoCertificate = 122,
    /// Usable TLSA records exist and none matches.
    DaneMismatch = 200,
    /// DNSSEC answers on the way are forged or could not be had.
    DaneDnsBogus = 201,
    /// The TLSA records are older than their time to live.
    DaneRecordsStale = 202,
    /// No fingerprint of the POSH document is the certificate's.
    PoshMismatch = 300,
    /// The POSH document is revoked or out of date.
    PoshStale = 301,
    /// The POSH document is broken.
    PoshBadDocument = 302,
    /// The POSH document could not be fetched with a verified HTTPS server.
    PoshFetchFailed = 303,
    /// The POSH document is that of another domain or service.
    PoshForeignDocument = 304,
    /// The authoritative server says that the key is not its own.
    DialbackInvalid = 400,
    /// The dialback key was verified over a connection without TLS.
    DialbackWithoutTls = 401,
    /// The authoritative server could not be asked.
    DialbackUnanswered = 402,
    /// The certificate's key is none of those pinned.
    PinMismatch = 500,
    /// The exception for this certificate has ended.
    ExceptionEnded = 501,
    /// The certificate names no user of a served domain.
    UserNoIdentity = 600,
    /// The certificate names several users and the client chose none.
    UserAuthzidRequired = 601,
    /// The client may not act as the user it asks for.
    UserAuthzidForeign = 602,
    /// The authorization identity is malformed.
    UserAuthzidMalformed = 603,
    /// The policy demands a certificate proof, and none succeeded.
    AuthenticationRequired = 700,
    /// The policy demands a proof by DANE.
    DaneRequired = 701,
    /// The policy makes a POSH mismatch final.
    PoshMismatchFinal = 702,
}

impl ReasonCode {
    /// All of them, in the order of their numbers.
    pub const ALL: &[Self] = &[
        Self::NameMismatch,
        Self::NoIdentifiers,
        Self::UntrustedCa,
        Self::SelfSigned,
        Self::Expired,
        Self::NotYetValid,
        Self::Revoked,
        Self::RevocationUnknown,
        Self::MustStapleMissing,
        Self::BadEku,
        Self::BadKeyUsage,
        Self::EeIsCa,
        Self::IssuerIsNoCa,
        Self::NameConstraint,
        Self::WeakKey,
        Self::WeakSignature,
        Self::UnsupportedSignature,
        Self::BadSignature,
        Self::MalformedCert,
        Self::UnsupportedCriticalExtension,
        Self::ChainTooLong,
        Self::PathNotAccepted,
        Self::NoCertificate,
        Self::DaneMismatch,
        Self::DaneDnsBogus,
        Self::DaneRecordsStale,
        Self::PoshMismatch,
        Self::PoshStale,
        Self::PoshBadDocument,
        Self::PoshFetchFailed,
        Self::PoshForeignDocument,
        Self::DialbackInvalid,
        Self::DialbackWithoutTls,
        Self::DialbackUnanswered,
        Self::PinMismatch,
        Self::ExceptionEnded,
        Self::UserNoIdentity,
        Self::UserAuthzidRequired,
        Self::UserAuthzidForeign,
        Self::UserAuthzidMalformed,
        Self::AuthenticationRequired,
        Self::DaneRequired,
        Self::PoshMismatchFinal,
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
            Self::NameMismatch => (
                "XMPP_TLS_REASON_NAME_MISMATCH",
                "name_mismatch",
                "the certificate is for other names",
                "RFC 9525 §6",
            ),
            Self::NoIdentifiers => (
                "XMPP_TLS_REASON_NO_IDENTIFIERS",
                "no_identifiers",
                "the certificate names no domain",
                "RFC 9525 §6.2",
            ),
            Self::UntrustedCa => (
                "XMPP_TLS_REASON_UNTRUSTED_CA",
                "untrusted_ca",
                "no trusted authority stands behind the certificate",
                "RFC 5280 §6",
            ),
            Self::SelfSigned => (
                "XMPP_TLS_REASON_SELF_SIGNED",
                "self_signed",
                "the certificate is self-signed",
                "RFC 5280 §6",
            ),
            Self::Expired => {
                ("XMPP_TLS_REASON_EXPIRED", "expired", "a certificate has expired", "RFC 5280 §4.1.2.5")
            }
            Self::NotYetValid => (
                "XMPP_TLS_REASON_NOT_YET_VALID",
                "not_yet_valid",
                "a certificate is not valid yet",
                "RFC 5280 §4.1.2.5",
            ),
            Self::Revoked => {
                ("XMPP_TLS_REASON_REVOKED", "revoked", "a certificate was revoked", "RFC 5280 §5")
            }
            Self::RevocationUnknown => (
                "XMPP_TLS_REASON_REVOCATION_UNKNOWN",
                "revocation_unknown",
                "nothing says whether the certificate was revoked",
                "RFC 6120 §13.7.2",
            ),
            Self::MustStapleMissing => (
                "XMPP_TLS_REASON_MUST_STAPLE_MISSING",
                "must_staple_missing",
                "the certificate demands a stapled OCSP answer",
                "RFC 7633 §4.2.3",
            ),
            Self::BadEku => (
                "XMPP_TLS_REASON_BAD_EKU",
                "bad_eku",
                "the certificate is not for this purpose",
                "RFC 5280 §4.2.1.12",
            ),
            Self::BadKeyUsage => (
                "XMPP_TLS_REASON_BAD_KEY_USAGE",
                "bad_key_usage",
                "the key of a certificate is not for this use",
                "RFC 5280 §4.2.1.3",
            ),
            Self::EeIsCa => (
                "XMPP_TLS_REASON_EE_IS_CA",
                "ee_is_ca",
                "the certificate is that of an authority",
                "RFC 6120 §13.7.1.1",
            ),
            Self::IssuerIsNoCa => (
                "XMPP_TLS_REASON_ISSUER_IS_NO_CA",
                "issuer_is_no_ca",
                "an issuer is no authority",
                "RFC 5280 §6.1.4",
            ),
            Self::NameConstraint => (
                "XMPP_TLS_REASON_NAME_CONSTRAINT",
                "name_constraint",
                "an issuer may not issue for a name presented",
                "RFC 5280 §4.2.1.10",
            ),
            Self::WeakKey => ("XMPP_TLS_REASON_WEAK_KEY", "weak_key", "a key is too weak", "RFC 9325 §4.5"),
            Self::WeakSignature => {
                ("XMPP_TLS_REASON_WEAK_SIGNATURE", "weak_signature", "a signature is too weak", "RFC 9155")
            }
            Self::UnsupportedSignature => (
                "XMPP_TLS_REASON_UNSUPPORTED_SIGNATURE",
                "unsupported_signature",
                "a signature algorithm is not supported",
                "RFC 8446 §4.4.2.4",
            ),
            Self::BadSignature => (
                "XMPP_TLS_REASON_BAD_SIGNATURE",
                "bad_signature",
                "a signature in the chain is wrong",
                "RFC 5280 §6.1.3",
            ),
            Self::MalformedCert => (
                "XMPP_TLS_REASON_MALFORMED_CERT",
                "malformed_cert",
                "a certificate is malformed",
                "RFC 5280 §4.1",
            ),
            Self::UnsupportedCriticalExtension => (
                "XMPP_TLS_REASON_UNSUPPORTED_CRITICAL_EXTENSION",
                "unsupported_critical_extension",
                "a certificate has an unknown critical extension",
                "RFC 5280 §4.2",
            ),
            Self::ChainTooLong => (
                "XMPP_TLS_REASON_CHAIN_TOO_LONG",
                "chain_too_long",
                "the certificate chain is too long",
                "RFC 5280 §6.1.4",
            ),
            Self::PathNotAccepted => (
                "XMPP_TLS_REASON_PATH_NOT_ACCEPTED",
                "path_not_accepted",
                "no path to an authority is one of those accepted",
                "RFC 7671 §5.4",
            ),
            Self::NoCertificate => (
                "XMPP_TLS_REASON_NO_CERTIFICATE",
                "no_certificate",
                "the peer presented no certificate",
                "RFC 6120 §13.7.2",
            ),
            Self::DaneMismatch => (
                "XMPP_TLS_REASON_DANE_MISMATCH",
                "dane_mismatch",
                "no TLSA record matches the certificate",
                "RFC 7673 §4.2",
            ),
            Self::DaneDnsBogus => (
                "XMPP_TLS_REASON_DANE_DNS_BOGUS",
                "dane_dns_bogus",
                "a DNSSEC answer is forged or could not be had",
                "RFC 7673 §3.1",
            ),
            Self::DaneRecordsStale => (
                "XMPP_TLS_REASON_DANE_RECORDS_STALE",
                "dane_records_stale",
                "the TLSA records are out of date",
                "RFC 6698 §5",
            ),
            Self::PoshMismatch => (
                "XMPP_TLS_REASON_POSH_MISMATCH",
                "posh_mismatch",
                "no POSH fingerprint matches the certificate",
                "RFC 7711 §3.3",
            ),
            Self::PoshStale => (
                "XMPP_TLS_REASON_POSH_STALE",
                "posh_stale",
                "the POSH document is out of date",
                "RFC 7711 §6",
            ),
            Self::PoshBadDocument => (
                "XMPP_TLS_REASON_POSH_BAD_DOCUMENT",
                "posh_bad_document",
                "the POSH document is broken",
                "RFC 7711 §3",
            ),
            Self::PoshFetchFailed => (
                "XMPP_TLS_REASON_POSH_FETCH_FAILED",
                "posh_fetch_failed",
                "the POSH document could not be fetched",
                "RFC 7711 §3",
            ),
            Self::PoshForeignDocument => (
                "XMPP_TLS_REASON_POSH_FOREIGN_DOCUMENT",
                "posh_foreign_document",
                "the POSH document belongs to another domain or service",
                "RFC 7711 §3",
            ),
            Self::DialbackInvalid => (
                "XMPP_TLS_REASON_DIALBACK_INVALID",
                "dialback_invalid",
                "the dialback key is invalid",
                "XEP-0220 §2.2.1",
            ),
            Self::DialbackWithoutTls => (
                "XMPP_TLS_REASON_DIALBACK_WITHOUT_TLS",
                "dialback_without_tls",
                "the dialback key was verified without TLS",
                "RFC 7590 §4",
            ),
            Self::DialbackUnanswered => (
                "XMPP_TLS_REASON_DIALBACK_UNANSWERED",
                "dialback_unanswered",
                "the dialback key could not be verified",
                "XEP-0220 §2.5",
            ),
            Self::PinMismatch => (
                "XMPP_TLS_REASON_PIN_MISMATCH",
                "pin_mismatch",
                "the key is none of those pinned for this peer",
                "RFC 9525 §6.6",
            ),
            Self::ExceptionEnded => (
                "XMPP_TLS_REASON_EXCEPTION_ENDED",
                "exception_ended",
                "the exception for this certificate has ended",
                "RFC 9525 §6.6",
            ),
            Self::UserNoIdentity => (
                "XMPP_TLS_REASON_USER_NO_IDENTITY",
                "user_no_identity",
                "the certificate names no user of a served domain",
                "RFC 6120 §13.7.2.2.1",
            ),
            Self::UserAuthzidRequired => (
                "XMPP_TLS_REASON_USER_AUTHZID_REQUIRED",
                "user_authzid_required",
                "the certificate names several users and none was chosen",
                "XEP-0178 §2",
            ),
            Self::UserAuthzidForeign => (
                "XMPP_TLS_REASON_USER_AUTHZID_FOREIGN",
                "user_authzid_foreign",
                "the certificate does not allow this identity",
                "RFC 6120 §6.3.8",
            ),
            Self::UserAuthzidMalformed => (
                "XMPP_TLS_REASON_USER_AUTHZID_MALFORMED",
                "user_authzid_malformed",
                "the authorization identity is malformed",
                "RFC 6120 §6.3.8",
            ),
            Self::AuthenticationRequired => (
                "XMPP_TLS_REASON_AUTHENTICATION_REQUIRED",
                "authentication_required",
                "the policy demands a proof, and none succeeded",
                "RFC 7590 §3.4",
            ),
            Self::DaneRequired => (
                "XMPP_TLS_REASON_DANE_REQUIRED",
                "dane_required",
                "the policy demands a proof by DANE",
                "RFC 7673 §3",
            ),
            Self::PoshMismatchFinal => (
                "XMPP_TLS_REASON_POSH_MISMATCH_FINAL",
                "posh_mismatch_final",
                "the policy makes a POSH mismatch final",
                "RFC 7711 §3.3",
            ),
        };
        NumberFacts { name, word, message, clause }
    }
}
