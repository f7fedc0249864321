//! Judging a peer's certificates inside the handshake.
//!
//! Without a judge every chain passes whose key signed the handshake, and the caller judges it when the
//! handshake is done. With one, a refusal reaches the peer as an alert, and an initiating end refuses
//! before its own certificate leaves. A resumed handshake shows no certificates and asks no judge: the
//! caller judges the remembered chain afterwards, always.

use crate::parameter::Alert;

/// Decides about the peer's certificates while the handshake runs.
pub trait Judge: Send + Sync {
    /// `presented` is the chain in DER as it arrived, the end entity's certificate first and never empty;
    /// `stapled` says whether an OCSP response came with it; `None` where none can come, from a client.
    /// `now` is the wall time in seconds since 1970.
    ///
    /// # Errors
    /// The alert with which to end the handshake.
    fn judge(&self, presented: &[&[u8]], stapled: Option<bool>, now: u64) -> Result<(), CertificateAlert>;
}

/// The alerts that refuse a certificate (RFC 8446 §6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateAlert {
    /// Corrupt, or not for this peer: `bad_certificate`.
    Bad,
    /// Of a kind not supported: `unsupported_certificate`.
    Unsupported,
    /// Revoked by its signer: `certificate_revoked`.
    Revoked,
    /// Expired, or not valid yet: `certificate_expired`.
    Expired,
    /// Unacceptable for another reason: `certificate_unknown`.
    Unknown,
    /// No path to a trust anchor: `unknown_ca`.
    UnknownCa,
    /// Good, but not wanted: `access_denied`.
    AccessDenied,
    /// The stapled OCSP response was unacceptable: `bad_certificate_status_response`.
    BadStatusResponse,
}

impl CertificateAlert {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Bad,
        Self::Unsupported,
        Self::Revoked,
        Self::Expired,
        Self::Unknown,
        Self::UnknownCa,
        Self::AccessDenied,
        Self::BadStatusResponse,
    ];

    /// The alert on the wire.
    #[must_use]
    pub const fn alert(self) -> Alert {
        match self {
            Self::Bad => Alert::BAD_CERTIFICATE,
            Self::Unsupported => Alert::UNSUPPORTED_CERTIFICATE,
            Self::Revoked => Alert::CERTIFICATE_REVOKED,
            Self::Expired => Alert::CERTIFICATE_EXPIRED,
            Self::Unknown => Alert::CERTIFICATE_UNKNOWN,
            Self::UnknownCa => Alert::UNKNOWN_CA,
            Self::AccessDenied => Alert::ACCESS_DENIED,
            Self::BadStatusResponse => Alert::BAD_CERTIFICATE_STATUS_RESPONSE,
        }
    }
}
