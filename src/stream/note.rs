//! What was odd and was let pass, because peers in use do it and TLS does not suffer.

/// Something odd that was let pass, for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// The response header has no `from` (RFC 6120 §4.7.1).
    ResponseFromMissing,
    /// The `from` of the response header is not the domain that was asked for.
    ResponseFromDiffers,
    /// The response header has no `id` (RFC 6120 §4.7.3).
    ResponseIdMissing,
    /// The `to` of the response header is not the `from` that was sent, or one is there without the other (STLS-20).
    ResponseToDiffers,
    /// STARTTLS was not among the features; the command was sent all the same (STLS-02).
    StarttlsNotOffered,
    /// STARTTLS was offered without `<required/>`, beside other features; the command was sent all the same.
    StarttlsNotRequired,
    /// The response header has no version, or one below 1.0: no features were waited for (STLS-21).
    VersionBelowOne,
    /// The version of the response header is no version and counts as missing.
    VersionMalformed,
    /// White space stood before `<proceed/>` or `<failure/>`, or inside it (STLS-07).
    WhitespaceBeforeProceed,
    /// White space stood behind `<starttls/>` and was dropped (STLS-08).
    WhitespaceBehindStarttls,
}

impl Note {
    /// The note's name in our own data, logs and bindings.
    pub fn name(self) -> &'static str {
        match self {
            Self::ResponseFromMissing => "response_from_missing",
            Self::ResponseFromDiffers => "response_from_mismatch",
            Self::ResponseIdMissing => "response_id_missing",
            Self::ResponseToDiffers => "response_to_mismatch",
            Self::StarttlsNotOffered => "starttls_not_offered",
            Self::StarttlsNotRequired => "starttls_not_required",
            Self::VersionBelowOne => "version_below_one",
            Self::VersionMalformed => "version_malformed",
            Self::WhitespaceBeforeProceed => "whitespace_before_proceed",
            Self::WhitespaceBehindStarttls => "whitespace_behind_starttls",
        }
    }
}
