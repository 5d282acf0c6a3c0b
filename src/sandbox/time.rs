//! The sandbox's own time: a source that can be moved ahead of the machine's clock. It knows nothing of what asks.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::{ToSpan, tz::TimeZone};

/// Tells the sandbox's time, in Unix milliseconds; clones move together.
#[derive(Clone)]
pub struct Time {
    source: Arc<dyn Fn() -> i64 + Send + Sync>,
    ahead: Arc<AtomicI64>,
}

impl Time {
    /// Time as `source` tells it, in Unix milliseconds.
    pub fn from_source(source: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self {
            source: Arc::new(source),
            ahead: Arc::default(),
        }
    }

    /// The time now.
    pub fn now(&self) -> i64 {
        (self.source)().saturating_add(self.ahead.load(Ordering::SeqCst))
    }

    /// Moves the sandbox's time forward, and only the sandbox's.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(by, Ordering::SeqCst);
    }
}

impl Default for Time {
    fn default() -> Self {
        Self::from_source(machine)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Time")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

/// `2026-11-20T09:30:00Z`, as Spotify writes times.
pub(crate) fn stamp(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis - millis.rem_euclid(1_000))
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_string()
}

/// `2026-11-20T09:30:00.123Z`, as Spotify writes the times of plays.
pub(crate) fn stamp_exact(millis: i64) -> String {
    let seconds = stamp(millis);
    let seconds = seconds.trim_end_matches('Z');
    format!("{seconds}.{:03}Z", millis.rem_euclid(1_000))
}

/// `2026-11-20`: the day of a time.
pub(crate) fn day(millis: i64) -> String {
    stamp(millis).chars().take(10).collect()
}

/// The same time of day six calendar months later: when Spotify ends a consent given at `millis`.
pub(crate) fn six_months_after(millis: i64) -> i64 {
    jiff::Timestamp::from_millisecond(millis)
        .ok()
        .and_then(|at| {
            at.to_zoned(TimeZone::UTC)
                .checked_add(6.months())
                .ok()
                .map(|end| end.timestamp().as_millisecond())
        })
        .unwrap_or(i64::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox is an island and keeps its own time; everything else in it is handed a Time"
)]
fn machine() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}
