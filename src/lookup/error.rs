//! Why a look-up could not be made at all. What a look-up finds out, failures too, is in its answer.

use std::fmt;

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LookupError {
    /// Too many look-ups are under way or not collected.
    Busy,
    /// The handle was used in a child process; its thread is the parent's.
    Forked,
    /// No DNS server is configured.
    NoServer,
    /// The system gave no thread or no descriptor.
    Resources,
    /// The look-up was given up, or failed in itself.
    Stopped,
    /// The system's resolver configuration could not be read.
    SystemConfiguration,
    /// The time limit passed.
    TimedOut,
    /// Trust anchors that are none: no DNSKEY lines, or no certificates.
    TrustAnchors,
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "too many look-ups are under way",
            Self::Forked => "the look-up handle belongs to the parent process",
            Self::NoServer => "no DNS server is configured",
            Self::Resources => "no thread or descriptor could be had for look-ups",
            Self::Stopped => "the look-up was given up",
            Self::SystemConfiguration => "the system's resolver configuration could not be read",
            Self::TimedOut => "the look-up took too long",
            Self::TrustAnchors => "no usable trust anchor was given",
        })
    }
}

impl std::error::Error for LookupError {}
