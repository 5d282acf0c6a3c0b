//! Reads that are under way, so that whoever asks the same at the same time waits for the same answer.
//!
//! Who asks first leads. A leader that goes away lands nothing, and one of those who waited leads then.

use std::{
    any::Any,
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use tokio::sync::watch;

use super::{generations::Edition, memory::Key};
use crate::clock::Millis;

/// A failure of any type, shared.
type Shared = Arc<dyn Any + Send + Sync>;

/// How a flight ended: with an answer, or with a failure that is everybody's.
#[derive(Clone, Debug)]
pub(super) enum Landed {
    /// The body, which everybody reads for themselves.
    Answer(Bytes),
    Failure(Shared),
}

type Landing = watch::Receiver<Option<Landed>>;

#[derive(Debug, Default)]
pub(super) struct Flights {
    under_way: Mutex<HashMap<Key, Flight>>,
    numbers: AtomicU64,
}

#[derive(Debug)]
struct Flight {
    number: u64,
    edition: Edition,
    begun: Millis,
    landing: Landing,
}

/// What somebody who asks is to do.
#[derive(Debug)]
pub(super) enum Boarding<'a> {
    /// Ask.
    Lead(Lead<'a>),
    /// Wait for who asked already.
    Follow(Landing),
}

/// Somebody who asks for all.
#[derive(Debug)]
pub(super) struct Lead<'a> {
    flights: &'a Flights,
    key: Key,
    number: u64,
    /// The edition that was the present one when the flight began.
    pub(super) edition: Edition,
    /// When that was.
    pub(super) begun: Millis,
    landed: watch::Sender<Option<Landed>>,
}

impl Flights {
    /// Joins the flight to `key` of that edition, or begins one at `now`. With `alone` it always begins one, which those
    /// who come later join in the place of the earlier one.
    pub(super) fn board(
        &self,
        key: &Key,
        edition: Edition,
        now: Millis,
        alone: bool,
    ) -> Boarding<'_> {
        let mut under_way = self.under_way();
        if !alone
            && let Some(flight) = under_way.get(key)
            && edition.holds(flight.edition, flight.begun)
        {
            return Boarding::Follow(flight.landing.clone());
        }
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let (landed, landing) = watch::channel(None);
        let flight = Flight {
            number,
            edition,
            begun: now,
            landing,
        };
        under_way.insert(key.clone(), flight);
        Boarding::Lead(Lead {
            flights: self,
            key: key.clone(),
            number,
            edition,
            begun: now,
            landed,
        })
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<Key, Flight>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lead<'_> {
    /// Ends the flight. `keep` is carried out first, unless a later flight has taken this one's place.
    pub(super) fn land(self, keep: impl FnOnce(Key), landed: impl FnOnce() -> Landed) {
        let mut under_way = self.flights.under_way();
        if let Some(flight) = under_way.remove(&self.key) {
            if flight.number == self.number {
                keep(self.key.clone());
            } else {
                under_way.insert(self.key.clone(), flight);
            }
        }
        drop(under_way);
        if self.landed.receiver_count() > 0 {
            self.landed.send_replace(Some(landed()));
        }
    }
}

impl Drop for Lead<'_> {
    /// Those who wait see that the sender is gone. After a landing there is nothing left to end.
    fn drop(&mut self) {
        let mut under_way = self.flights.under_way();
        if under_way
            .get(&self.key)
            .is_some_and(|flight| flight.number == self.number)
        {
            under_way.remove(&self.key);
        }
    }
}
