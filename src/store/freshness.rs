//! Whether this replica has lately read the list of revocations, and so may trust what it remembers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How long what is remembered is trusted after the last successful reading.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Time of the last successful reading, shared by the reader and by everybody who remembers.
///
/// It counts on the monotonic clock: a wall clock that jumps must not revive what was revoked.
#[derive(Clone, Debug)]
pub struct Freshness {
    start: Instant,
    /// Milliseconds from `start` to the end of trust.
    until: Arc<AtomicU64>,
}

impl Freshness {
    /// Trusts nothing until the first reading.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            until: Arc::default(),
        }
    }

    /// Notes a reading that was begun at `begun` and succeeded.
    pub fn note(&self, begun: Instant) {
        let until = (begun + TRUSTED_FOR).saturating_duration_since(self.start);
        self.until.fetch_max(
            u64::try_from(until.as_millis()).unwrap_or(u64::MAX),
            Ordering::AcqRel,
        );
    }

    /// Whether the last reading is recent enough.
    pub fn holds(&self) -> bool {
        self.start.elapsed().as_millis() < u128::from(self.until.load(Ordering::Acquire))
    }
}

impl Default for Freshness {
    fn default() -> Self {
        Self::new()
    }
}
