//! Waiting while Spotify asks an app to slow down (429 for some seconds): one errand of each person waits, one after
//! the other, and everybody else is told at once when to come again.
//!
//! An errand is the work of one tool call, which may make several calls of Spotify at once: they wait together. Once the
//! wait is over those who waited go one by one, so that they do not run into the next refusal together. Waiting is
//! real time; when a cool-down ends is told by the clock.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    clock::{Clock, Millis},
    store::PersonId,
};

/// The longest that an errand waits in all.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same for one that must be brought to its end, because half of it would lose something.
const LONG_PATIENCE: Duration = Duration::from_secs(30);
/// How long a cool-down is when Spotify does not say.
const UNTOLD: Duration = Duration::from_secs(5);
/// The longest cool-down: after it one call finds out whether Spotify still asks for it.
const LONGEST: Duration = Duration::from_mins(10);
/// What somebody is told who could not wait longer although the cool-down is over.
const SOON: Duration = Duration::from_secs(1);

/// The work of one tool call, and how much it has waited.
#[derive(Debug)]
pub struct Errand {
    /// Whose work it is.
    pub(super) person: PersonId,
    number: u64,
    waited: Mutex<Waited>,
    must_end: AtomicBool,
}

#[derive(Debug, Default)]
struct Waited {
    spent: Duration,
    /// How many calls wait now, and since when there has been one.
    now: u32,
    since: Option<Instant>,
}

impl Errand {
    /// Work for `person` that has not waited yet.
    pub fn new(person: PersonId) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        Self {
            person,
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            waited: Mutex::default(),
            must_end: AtomicBool::new(false),
        }
    }

    /// From here on its calls wait longer, and the operator's own budget does not stop them.
    pub fn must_end(&self) {
        self.must_end.store(true, Ordering::Relaxed);
    }

    /// Whether half of it would lose something.
    pub(super) fn is_to_be_ended(&self) -> bool {
        self.must_end.load(Ordering::Relaxed)
    }

    /// How long it may still wait. Calls that wait at the same time wait once.
    fn patience(&self) -> Duration {
        let waited = lock(&self.waited);
        let running = waited.since.map_or(Duration::ZERO, |since| since.elapsed());
        let patience = if self.is_to_be_ended() {
            LONG_PATIENCE
        } else {
            PATIENCE
        };
        patience.saturating_sub(waited.spent + running)
    }

    fn begin(&self) {
        let mut waited = lock(&self.waited);
        if waited.now == 0 {
            waited.since = Some(Instant::now());
        }
        waited.now += 1;
    }

    fn end(&self) {
        let mut waited = lock(&self.waited);
        waited.now -= 1;
        if waited.now == 0
            && let Some(since) = waited.since.take()
        {
            waited.spent += since.elapsed();
        }
    }
}

/// One app's cool-down and who waits for its end.
#[derive(Debug)]
pub(super) struct Turns {
    clock: Clock,
    state: Mutex<State>,
    /// Fair: whoever comes first goes first.
    lane: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    cool: Option<Cool>,
    seats: HashMap<PersonId, Seat>,
    numbers: u64,
}

#[derive(Clone, Copy, Debug)]
struct Cool {
    number: u64,
    since: Millis,
    until: Millis,
}

/// The one errand of a person that waits, with as many of its calls.
#[derive(Clone, Copy, Debug)]
struct Seat {
    errand: u64,
    calls: u32,
}

/// The right to make a call now.
#[derive(Debug, Default)]
pub(super) struct Turn<'a> {
    /// Held by whoever has waited, so that the next one goes after this call.
    lane: Option<tokio::sync::MutexGuard<'a, ()>>,
    /// The cool-down that was waited for.
    over: Option<u64>,
}

impl Turn<'_> {
    pub(super) fn has_waited(&self) -> bool {
        self.lane.is_some()
    }
}

impl Turns {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Mutex::default(),
            lane: tokio::sync::Mutex::new(()),
        }
    }

    /// Waits for the turn of a call of `errand`, if there is anything to wait for.
    ///
    /// # Errors
    /// When to come again: another errand of the person waits already, or this one would have to wait too long.
    pub(super) async fn take(&self, errand: &Errand) -> Result<Turn<'_>, Duration> {
        let Some((_, left)) = self.cooling() else {
            return Ok(Turn::default());
        };
        let patience = errand.patience();
        if left > patience {
            return Err(left);
        }
        let _waiting = self.sit(errand).ok_or(left)?;
        let deadline = Instant::now() + patience;
        let lane = timeout_at(deadline, self.lane.lock())
            .await
            .map_err(|_late| self.cooling().map_or(SOON, |(_, left)| left))?;
        let mut over = None;
        while let Some((number, left)) = self.cooling()
            && over != Some(number)
        {
            if Instant::now() + left > deadline {
                return Err(left);
            }
            sleep(left).await;
            over = Some(number);
        }
        Ok(Turn {
            lane: Some(lane),
            over,
        })
    }

    /// Spotify asks the app to slow down.
    pub(super) fn cool_down(&self, wait: Option<Duration>) {
        let wait = wait.unwrap_or(UNTOLD).min(LONGEST);
        let since = self.clock.now();
        let until = since.saturating_add(Millis::try_from(wait.as_millis()).unwrap_or(0));
        let mut state = lock(&self.state);
        let longer = state.cool.is_none_or(|cool| until > cool.until);
        if longer && until > since {
            state.numbers += 1;
            state.cool = Some(Cool {
                number: state.numbers,
                since,
                until,
            });
        }
    }

    /// A call went well after `turn` had waited: that cool-down is over, whatever the clock says.
    pub(super) fn went_well(&self, turn: &Turn<'_>) {
        if let Some(number) = turn.over {
            let mut state = lock(&self.state);
            if state.cool.is_some_and(|cool| cool.number == number) {
                state.cool = None;
            }
        }
    }

    /// How long Spotify still asks to wait, if it does.
    pub(super) fn left(&self) -> Option<Duration> {
        self.cooling().map(|(_, left)| left)
    }

    fn cooling(&self) -> Option<(u64, Duration)> {
        let mut state = lock(&self.state);
        let cool = state.cool?;
        // A clock that was put back makes no cool-down longer.
        let left = cool.until - self.clock.now().max(cool.since);
        if left <= 0 {
            state.cool = None;
            return None;
        }
        Some((cool.number, Duration::from_millis(left.unsigned_abs())))
    }

    /// A seat for a call of `errand`, unless another errand of its person sits there.
    fn sit<'a>(&'a self, errand: &'a Errand) -> Option<Sitting<'a>> {
        let mut state = lock(&self.state);
        let seat = state.seats.entry(errand.person).or_insert(Seat {
            errand: errand.number,
            calls: 0,
        });
        if seat.errand != errand.number {
            return None;
        }
        seat.calls += 1;
        errand.begin();
        Some(Sitting {
            turns: self,
            errand,
        })
    }
}

/// A call that waits.
struct Sitting<'a> {
    turns: &'a Turns,
    errand: &'a Errand,
}

impl Drop for Sitting<'_> {
    fn drop(&mut self) {
        self.errand.end();
        let mut state = lock(&self.turns.state);
        if let Some(seat) = state.seats.get_mut(&self.errand.person) {
            seat.calls -= 1;
            if seat.calls == 0 {
                state.seats.remove(&self.errand.person);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
