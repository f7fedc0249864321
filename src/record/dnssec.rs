//! The DNSSEC state of an answer, and the difference between no answer and the answer "no".

/// The state of an answer in the sense of RFC 4035 §4.3, as RFC 7673 §2 uses the words (DANE-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dnssec {
    /// Signed, and the signatures lead to a trust anchor.
    Secure,
    /// Proven to be unsigned, or without a trust anchor (what RFC 4033 calls indeterminate).
    Insecure,
    /// Signatures should be there and are missing, wrong or expired.
    Bogus,
    /// The state could not be found out: a transient failure. Counts as bogus (RFC 7672 §2.1.1).
    Indeterminate,
}

impl Dnssec {
    /// The name in our own data: `secure`, `insecure`, `bogus` or `indeterminate`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Insecure => "insecure",
            Self::Bogus => "bogus",
            Self::Indeterminate => "indeterminate",
        }
    }

    /// Whether DANE forbids to go on with an answer in this state (RFC 7673 §3.1, §3.4).
    pub fn is_forbidding(self) -> bool {
        matches!(self, Self::Bogus | Self::Indeterminate)
    }
}

/// How a look-up ended. Absence, failure and forgery are different answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<T> {
    /// Nobody asked, or the host cannot ask. Never better than any other answer.
    NotAsked,
    /// There is an answer.
    Found(T),
    /// The answer is that there is nothing (NXDOMAIN, NODATA, HTTP 404 or 410), in this DNSSEC state.
    Absent(Dnssec),
    /// No answer could be had.
    Failed(LookupFailure),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LookupFailure {
    /// The answer was forged or wrongly signed.
    Bogus,
    /// The resolver or server answered with an error (SERVFAIL, an HTTP status that is no document).
    Server,
    /// No answer came in time.
    Timeout,
    /// The HTTPS server's certificate did not prove its name (POSH-02).
    HttpsUnverified,
    /// The answer was over a limit or not of the expected form.
    Malformed,
    /// An address or URL that policy forbids to contact.
    Forbidden,
    /// Any other failure of the transport.
    Unreachable,
}

impl LookupFailure {
    /// The name in our own data, such as `timeout`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bogus => "bogus",
            Self::Server => "server",
            Self::Timeout => "timeout",
            Self::HttpsUnverified => "https_unverified",
            Self::Malformed => "malformed",
            Self::Forbidden => "forbidden",
            Self::Unreachable => "unreachable",
        }
    }
}
