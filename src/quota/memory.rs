//! Answers of a moment ago, in this process only: by person, app and call. Nobody is ever served another's.
//!
//! An answer is served as long as its kind lasts and its person has written nothing since it was asked for. What is
//! being asked already is not asked again. Failures are shared with those who wait, and never remembered.

use std::{any::TypeId, fmt, sync::Arc};

use super::{
    basis::{Basis, Grounds, Part},
    flights::{Boarding, Flights, Landed, Lead, Shared},
    generations::{Edition, Generations},
    lasting::lasts,
    shelf::Shelf,
};
use crate::{
    clock::{Clock, Millis},
    spotify::{Call, Group, Received},
    store::{AppId, Freshness, PersonId},
};

/// What all remembered answers may weigh together, in bytes.
const CAPACITY: usize = 12 * 1024 * 1024;
/// What an answer weighs beside its body, in bytes.
const OVERHEAD: usize = 512;

/// Whose answers, through which app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Whose {
    /// The person.
    pub person: PersonId,
    /// The Spotify app of their link.
    pub app: AppId,
}

/// What an answer is found by. The type guards against two calls that read one answer differently.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    whose: Whose,
    what: Arc<str>,
    kind: TypeId,
}

#[derive(Clone)]
struct Kept {
    value: Shared,
    edition: Edition,
    /// When it was asked for.
    begun: Millis,
    until: Millis,
}

/// Remembered answers of everybody. Its `Debug` is blind: queries are people's words.
pub struct Memory {
    kept: Shelf<Key, Kept>,
    flights: Flights,
    generations: Generations,
    clock: Clock,
    freshness: Freshness,
}

impl Memory {
    /// Remembers nothing yet. Nothing is served while `freshness` does not hold.
    pub fn new(clock: Clock, freshness: Freshness) -> Self {
        Self {
            kept: Shelf::new(CAPACITY),
            flights: Flights::default(),
            generations: Generations::new(),
            clock,
            freshness,
        }
    }

    /// The answer to the read `call`: a remembered one, that of the same read under way, or what `send` brings. With
    /// `fresh` always what `send` brings, which is remembered. `basis` is told which.
    ///
    /// # Errors
    /// Those of `send`, its own or those of the read that was joined.
    pub async fn read<T, F, Sent>(
        &self,
        whose: Whose,
        call: &Call<T>,
        fresh: bool,
        basis: &Basis,
        send: impl FnOnce() -> Sent + Send,
    ) -> Result<T, F>
    where
        T: Clone + Send + Sync + 'static,
        F: Clone + Send + Sync + 'static,
        Sent: Future<Output = Result<Received<T>, F>> + Send,
    {
        let key = Key::of(whose, call);
        loop {
            let now = self.clock.now();
            let edition = self.generations.present(whose.person, call.group());
            if !fresh && let Some((answer, until, begun)) = self.recall(&key, edition, now) {
                basis.add(Part {
                    group: call.group(),
                    edition,
                    begun,
                    until,
                });
                return Ok(answer);
            }
            basis.spoil();
            let mut landing = match self.flights.board(&key, edition, now, fresh) {
                Boarding::Lead(lead) => return self.lead(lead, call, send().await),
                Boarding::Follow(landing) => landing,
            };
            // Without an ending the leader has gone away, and somebody else is to lead.
            let Ok(landed) = landing.wait_for(Option::is_some).await.map(|it| it.clone()) else {
                continue;
            };
            match landed {
                Some(Landed::Answer(answer)) => {
                    if let Ok(answer) = answer.downcast::<T>() {
                        return Ok(Arc::unwrap_or_clone(answer));
                    }
                }
                Some(Landed::Failure(failure)) => {
                    if let Ok(failure) = failure.downcast::<F>() {
                        return Err(Arc::unwrap_or_clone(failure));
                    }
                }
                None => {}
            }
        }
    }

    /// `person` has begun or ended a write to `group`, here or elsewhere.
    pub fn changed(&self, person: PersonId, group: Group) {
        self.generations.move_on(person, group);
    }

    /// Drops everything that `person` asked for before `at`.
    pub fn forget(&self, person: PersonId, at: Millis) {
        self.generations.begin_anew(person, at);
        let stays = |key: &Key, kept: &Kept| key.whose.person != person || kept.begun >= at;
        self.kept.retain(stays);
    }

    /// Whether everything that an answer stands on could be served again.
    pub fn holds(&self, grounds: &Grounds) -> bool {
        let now = self.clock.now();
        self.freshness.holds()
            && grounds.parts.iter().all(|part| {
                let present = self.generations.present(grounds.person, part.group);
                let of_now = now >= part.begun && now < part.until;
                of_now && present.holds(part.edition, part.begun)
            })
    }

    /// How many answers are remembered, of whoever.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Lets go of what is too old.
    pub(super) fn tidy(&self) {
        let now = self.clock.now();
        self.kept.retain(|_, kept| now < kept.until);
    }

    fn recall<T: Clone + Send + Sync + 'static>(
        &self,
        key: &Key,
        edition: Edition,
        now: Millis,
    ) -> Option<(T, Millis, Millis)> {
        if !self.freshness.holds() {
            return None;
        }
        let kept = self.kept.get(key)?;
        // An answer from the future is one of a clock that was put back since.
        let of_now = now >= kept.begun && now < kept.until;
        if !of_now || !edition.holds(kept.edition, kept.begun) {
            return None;
        }
        let value = kept.value.downcast_ref::<T>()?.clone();
        Some((value, kept.until, kept.begun))
    }

    fn lead<T, F>(
        &self,
        lead: Lead<'_>,
        call: &Call<T>,
        outcome: Result<Received<T>, F>,
    ) -> Result<T, F>
    where
        T: Clone + Send + Sync + 'static,
        F: Clone + Send + Sync + 'static,
    {
        let (edition, begun) = (lead.edition, lead.begun);
        match outcome {
            Ok(received) => {
                let value = Arc::new(received.value);
                let shared: Shared = Arc::clone(&value) as Shared;
                let keep = |key: Key| {
                    let current = self.generations.present(key.whose.person, call.group());
                    let lasts = lasts(call).filter(|_| current.holds(edition, begun));
                    if let Some(lasts) = lasts {
                        let kept = Kept {
                            value: Arc::clone(&shared),
                            edition,
                            begun,
                            until: begun.saturating_add(lasts),
                        };
                        // Decoded, an answer takes about twice the room of its JSON.
                        let weight = OVERHEAD + key.what.len() + 2 * received.bytes;
                        self.kept.insert(key, kept, weight);
                    }
                };
                lead.land(keep, || Landed::Answer(Arc::clone(&shared)));
                drop(shared);
                Ok(Arc::unwrap_or_clone(value))
            }
            Err(failure) => {
                let told = failure.clone();
                lead.land(|_| (), || Landed::Failure(Arc::new(told)));
                Err(failure)
            }
        }
    }
}

impl Key {
    fn of<T: 'static>(whose: Whose, call: &Call<T>) -> Self {
        Self {
            whose,
            what: call.cache_key().into(),
            kind: TypeId::of::<T>(),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("whose", &self.whose)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}
