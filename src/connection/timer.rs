//! The one time limit that runs: before TLS, within the handshake, or until a verdict.

use crate::connection::{Time, TimeLimit};
use crate::policy::TimeLimits;

/// When which limit is reached, in the host's monotonic milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timer {
    at: u64,
    limit: TimeLimit,
}

impl Timer {
    /// No limit runs.
    pub(super) const NONE: Self = Self { at: u64::MAX, limit: TimeLimit::Verdict };

    pub(super) fn before_tls(now: Time, limits: TimeLimits) -> Self {
        Self::start(now, limits.before_tls, TimeLimit::BeforeTls)
    }

    pub(super) fn handshake(now: Time, limits: TimeLimits) -> Self {
        Self::start(now, limits.handshake, TimeLimit::Handshake)
    }

    pub(super) fn verdict(now: Time, limits: TimeLimits) -> Self {
        Self::start(now, limits.verdict, TimeLimit::Verdict)
    }

    fn start(now: Time, after: u32, limit: TimeLimit) -> Self {
        Self { at: now.monotonic_ms.saturating_add(u64::from(after)), limit }
    }

    /// When the host must call again.
    pub(super) fn deadline(self) -> Option<u64> {
        (self.at != u64::MAX).then_some(self.at)
    }

    /// The limit that is reached at `now`.
    pub(super) fn reached(self, now: Time) -> Option<TimeLimit> {
        (self.at != u64::MAX && now.monotonic_ms >= self.at).then_some(self.limit)
    }
}
