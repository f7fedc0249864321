//! The clocks that the library is given.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use xmpptls::connection::Time;

/// Wall seconds and monotonic milliseconds from one start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }

    /// Both clocks.
    pub(crate) fn now(&self) -> Time {
        let elapsed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Time { unix_seconds: wall_seconds(), monotonic_ms: elapsed }
    }
}

/// Seconds since 1970 UTC.
pub(crate) fn wall_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A date for people, `2026-11-24`.
pub(crate) fn date(unix_seconds: i64) -> String {
    match time::OffsetDateTime::from_unix_timestamp(unix_seconds) {
        Ok(date) => format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()),
        Err(_) => "a time beyond the calendar".to_owned(),
    }
}

/// Date and minute for people, `2026-11-24 16:10`.
pub(crate) fn date_and_minute(unix_seconds: i64) -> String {
    match time::OffsetDateTime::from_unix_timestamp(unix_seconds) {
        Ok(moment) => format!("{} {:02}:{:02}", date(unix_seconds), moment.hour(), moment.minute()),
        Err(_) => date(unix_seconds),
    }
}
