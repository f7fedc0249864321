//! Which time it is: the system's clocks, or one that a program turns by hand.
//!
//! The core reads no clock; this is where Python's side of it does. Monotonic milliseconds have the same zero as
//! `time.monotonic()`, so that a deadline can be compared with it and with an event loop's `time()`.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use xmpptls::connection::Time;

/// An instant, and what `time.monotonic()` said then in milliseconds.
static ZERO: PyOnceLock<(Instant, u64)> = PyOnceLock::new();

/// The system's clocks now.
pub(crate) fn system(py: Python<'_>) -> PyResult<Time> {
    let (instant, milliseconds) = ZERO.get_or_try_init(py, || -> PyResult<(Instant, u64)> {
        let seconds: f64 = py.import("time")?.call_method0("monotonic")?.extract()?;
        #[expect(clippy::disallowed_methods, reason = "the binding is the host that reads the clocks")]
        let now = Instant::now();
        Ok((now, milliseconds(seconds)))
    })?;
    let passed = u64::try_from(instant.elapsed().as_millis()).unwrap_or(u64::MAX);
    let monotonic_ms = milliseconds.saturating_add(passed);
    Ok(Time { unix_seconds: recent_wall(monotonic_ms), monotonic_ms })
}

/// The wall clock, read again when a tenth of a second has passed since it was read last: reading two clocks for
/// each stanza would cost more than the rest of the call.
fn recent_wall(monotonic_ms: u64) -> i64 {
    LAST.with(|last| match last.get() {
        Some((read, seconds)) if monotonic_ms.saturating_sub(read) < 100 => seconds,
        _ => {
            let seconds = wall();
            last.set(Some((monotonic_ms, seconds)));
            seconds
        }
    })
}

thread_local! {
    /// When this thread read the wall clock last, and what it showed.
    static LAST: Cell<Option<(u64, i64)>> = const { Cell::new(None) };
}

/// The system's wall clock, in Unix seconds.
pub(crate) fn wall() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the binding is the host that reads the clocks")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Whole milliseconds of a number of seconds; nothing below zero.
#[expect(clippy::as_conversions, reason = "a float has no other way to an integer; `as` saturates")]
pub(crate) fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0) as u64
}

/// Seconds of a number of milliseconds, as `time.monotonic()` counts them.
#[expect(
    clippy::as_conversions,
    reason = "an integer has no other way to a float; 2^53 ms are 285,000 years"
)]
pub(crate) fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1000.0
}

/// A clock that a program turns by hand, for tests and replays.
#[pyclass(frozen, module = "xmpptls")]
pub(crate) struct ManualClock {
    unix: AtomicI64,
    monotonic: AtomicU64,
}

#[pymethods]
impl ManualClock {
    #[new]
    #[pyo3(signature = (unix_seconds, *, monotonic = 0.0))]
    fn new(unix_seconds: i64, monotonic: f64) -> Self {
        Self { unix: AtomicI64::new(unix_seconds), monotonic: AtomicU64::new(milliseconds(monotonic)) }
    }

    /// Lets time pass on both clocks.
    fn advance(&self, seconds: f64) {
        let before = self.monotonic.fetch_add(milliseconds(seconds), Ordering::Relaxed);
        let after = before.saturating_add(milliseconds(seconds));
        let whole = (after / 1000).saturating_sub(before / 1000);
        self.unix.fetch_add(i64::try_from(whole).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Wall seconds since 1970-01-01 UTC.
    #[getter]
    fn unix_seconds(&self) -> i64 {
        self.unix.load(Ordering::Relaxed)
    }

    /// Seconds of the clock that never goes back.
    #[getter]
    fn monotonic(&self) -> f64 {
        seconds(self.monotonic.load(Ordering::Relaxed))
    }
}

impl ManualClock {
    pub(crate) fn now(&self) -> Time {
        Time { unix_seconds: self.unix_seconds(), monotonic_ms: self.monotonic.load(Ordering::Relaxed) }
    }
}
