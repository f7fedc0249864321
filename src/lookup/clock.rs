//! The wall clock, for what leaves this room: records say until when, and documents since when. And seconds as
//! the durations that are counted with inside.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since 1970 UTC.
pub(super) fn wall_seconds() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "answers are dated where they are fetched")]
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A limit or a time to live, as it is counted in records.
pub(super) fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}

/// The second in which something ends that lives so long from now on.
pub(super) fn end_of(life: Duration) -> i64 {
    wall_seconds().saturating_add(i64::try_from(life.as_secs()).unwrap_or(i64::MAX))
}
