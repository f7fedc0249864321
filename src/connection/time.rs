//! The time, as the host gives it.

/// What the host's clocks show: wall time for certificates and records, monotonic time for time limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Seconds since 1970-01-01 UTC.
    pub unix_seconds: i64,
    /// Milliseconds of a clock that never goes back; only differences count.
    pub monotonic_ms: u64,
}
