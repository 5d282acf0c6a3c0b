//! How fast one person may ask at the MCP endpoint, whatever they ask with: a client's grant or key never gets more
//! than its person. Counted in this process, because a statement for each request would cost more than it saves.

use std::{
    fmt,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use governor::{Quota, RateLimiter, nanos::Nanos, state::keyed::HashMapStateStore};

use super::caller::Caller;
use crate::{clock::Clock, store::PersonId};

/// After so many requests those who have not asked for a while are forgotten.
const TIDY_EVERY: u64 = 4_096;

type Limiter = RateLimiter<
    PersonId,
    HashMapStateStore<PersonId>,
    Ticks,
    governor::middleware::NoOpMiddleware<Nanos>,
>;

/// Counts for all requests. Cloning is cheap.
#[derive(Clone)]
pub struct Pace {
    inner: Arc<Inner>,
}

struct Inner {
    limiter: Limiter,
    asked: AtomicU64,
}

impl Pace {
    /// Lets each person ask `per_minute` times a minute, and as often at once; 0 counts as 1.
    pub fn new(per_minute: u32, clock: Clock) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let ticks = Ticks {
            clock,
            begun: Instant::now(),
        };
        Self {
            inner: Arc::new(Inner {
                limiter: RateLimiter::hashmap_with_clock(quota, ticks),
                asked: AtomicU64::new(0),
            }),
        }
    }

    /// Counts one request of `caller`.
    ///
    /// # Errors
    /// How long to wait, in whole seconds and at least one, if it was one too many.
    pub fn take(&self, caller: &Caller) -> Result<(), u64> {
        let Inner { limiter, asked } = &*self.inner;
        if asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        limiter.check_key(&caller.person).map_err(|too_early| {
            let wait = too_early.wait_time_from(governor::clock::Clock::now(limiter.clock()));
            wait.as_millis()
                .div_ceil(1_000)
                .max(1)
                .try_into()
                .unwrap_or(u64::MAX)
        })
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").finish_non_exhaustive()
    }
}

/// The time as the limiter reads it. The machine's clock can be put back, so it counts from the start instead.
#[derive(Clone, Debug)]
struct Ticks {
    clock: Clock,
    begun: Instant,
}

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let since = match &self.clock {
            Clock::System => self.begun.elapsed(),
            Clock::Manual(_) => {
                Duration::from_millis(u64::try_from(self.clock.now()).unwrap_or_default())
            }
        };
        since.into()
    }
}
