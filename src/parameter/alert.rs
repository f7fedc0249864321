//! TLS alerts by number and name.

use std::fmt;

/// An alert of the TLS Alerts registry (RFC 8446 §6), known to us or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Alert(pub u8);

impl Alert {
    /// The message did not belong here.
    pub const UNEXPECTED_MESSAGE: Self = Self(10);
    /// A record could not be authenticated.
    pub const BAD_RECORD_MAC: Self = Self(20);
    /// A record was too long.
    pub const RECORD_OVERFLOW: Self = Self(22);
    /// Nothing acceptable to both was found.
    pub const HANDSHAKE_FAILURE: Self = Self(40);
    /// The certificate was corrupt or not for this peer.
    pub const BAD_CERTIFICATE: Self = Self(42);
    /// The certificate is of a kind not supported.
    pub const UNSUPPORTED_CERTIFICATE: Self = Self(43);
    /// The certificate was revoked by its signer.
    pub const CERTIFICATE_REVOKED: Self = Self(44);
    /// The certificate has expired or is not valid yet.
    pub const CERTIFICATE_EXPIRED: Self = Self(45);
    /// The certificate was unacceptable for another reason.
    pub const CERTIFICATE_UNKNOWN: Self = Self(46);
    /// A value contradicted others or lay out of range.
    pub const ILLEGAL_PARAMETER: Self = Self(47);
    /// No path leads to a trust anchor.
    pub const UNKNOWN_CA: Self = Self(48);
    /// The certificate was good, the peer is not wanted.
    pub const ACCESS_DENIED: Self = Self(49);
    /// A message could not be read.
    pub const DECODE_ERROR: Self = Self(50);
    /// A signature or a Finished was wrong.
    pub const DECRYPT_ERROR: Self = Self(51);
    /// No version in common.
    pub const PROTOCOL_VERSION: Self = Self(70);
    /// Something failed that the peer has no part in.
    pub const INTERNAL_ERROR: Self = Self(80);
    /// A mandatory extension was absent.
    pub const MISSING_EXTENSION: Self = Self(109);
    /// An extension was there that must not be.
    pub const UNSUPPORTED_EXTENSION: Self = Self(110);
    /// No certificate for the name asked for (RFC 6066 §3).
    pub const UNRECOGNIZED_NAME: Self = Self(112);
    /// The stapled OCSP response was unacceptable.
    pub const BAD_CERTIFICATE_STATUS_RESPONSE: Self = Self(113);
    /// A certificate was demanded and none came.
    pub const CERTIFICATE_REQUIRED: Self = Self(116);
    /// No application protocol in common (RFC 7301 §3.2).
    pub const NO_APPLICATION_PROTOCOL: Self = Self(120);

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The name in the registry; `None` for a number without one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            21 => "decryption_failed_RESERVED",
            22 => "record_overflow",
            30 => "decompression_failure_RESERVED",
            40 => "handshake_failure",
            41 => "no_certificate_RESERVED",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            60 => "export_restriction_RESERVED",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            100 => "no_renegotiation_RESERVED",
            109 => "missing_extension",
            110 => "unsupported_extension",
            111 => "certificate_unobtainable_RESERVED",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            114 => "bad_certificate_hash_value_RESERVED",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            120 => "no_application_protocol",
            121 => "ech_required",
            _ => return None,
        })
    }

    /// Whether the alert speaks about a certificate that its sender was shown (RFC 8446 §6.2; PAR-18).
    #[must_use]
    pub const fn is_about_certificate(self) -> bool {
        matches!(self.0, 42..=46 | 48 | 49 | 113 | 116)
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(formatter, "{name} ({})", self.0),
            None => write!(formatter, "alert {}", self.0),
        }
    }
}
