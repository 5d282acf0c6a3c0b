//! Answers of a moment ago, in this process only: by person, app and call. Nobody is ever served another's.
//!
//! An answer is served as long as its kind lasts and its person has written nothing since it was asked for. What is
//! being asked already is not asked again. Failures are shared with those who wait, and never remembered.
//!
//! Answers are kept as they came, in one piece each: hundreds of small strings that outlive their request would cost
//! every other request more than reading an answer once more costs this one.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use super::{
    basis::{Basis, Grounds, Part},
    flights::{Boarding, Flights, Landed, Lead},
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
const CAPACITY: usize = 8 * 1024 * 1024;
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

/// What an answer is found by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    whose: Whose,
    what: Arc<str>,
}

#[derive(Clone)]
struct Kept {
    body: Bytes,
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
        F: Clone + Send + Sync + 'static,
        Sent: Future<Output = Result<Received<T>, F>> + Send,
    {
        let key = Key::of(whose, call);
        loop {
            let now = self.clock.now();
            let edition = self.generations.present(whose.person, call.group());
            if !fresh
                && let Some(kept) = self.recall(&key, edition, now)
                && let Ok(answer) = call.decode(&kept.body)
            {
                basis.add(Part {
                    group: call.group(),
                    edition,
                    begun: kept.begun,
                    until: kept.until,
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
                Some(Landed::Answer(body)) => {
                    if let Ok(answer) = call.decode(&body) {
                        return Ok(answer);
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

    fn recall(&self, key: &Key, edition: Edition, now: Millis) -> Option<Kept> {
        if !self.freshness.holds() {
            return None;
        }
        let kept = self.kept.get(key)?;
        // An answer from the future is one of a clock that was put back since.
        let of_now = now >= kept.begun && now < kept.until;
        (of_now && edition.holds(kept.edition, kept.begun)).then_some(kept)
    }

    fn lead<T, F>(
        &self,
        lead: Lead<'_>,
        call: &Call<T>,
        outcome: Result<Received<T>, F>,
    ) -> Result<T, F>
    where
        F: Clone + Send + Sync + 'static,
    {
        let (edition, begun) = (lead.edition, lead.begun);
        match outcome {
            Ok(received) => {
                let body = received.body;
                // A copy of its own: what came is a part of the connection's larger buffer.
                let kept = lasts(call).map(|lasts| Kept {
                    body: Bytes::copy_from_slice(&body),
                    edition,
                    begun,
                    until: begun.saturating_add(lasts),
                });
                let keep = |key: Key| {
                    let current = self.generations.present(key.whose.person, call.group());
                    if let Some(kept) = kept.filter(|_| current.holds(edition, begun)) {
                        let weight = OVERHEAD + key.what.len() + kept.body.len();
                        self.kept.insert(key, kept, weight);
                    }
                };
                lead.land(keep, || Landed::Answer(body.clone()));
                Ok(received.value)
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
    fn of<T>(whose: Whose, call: &Call<T>) -> Self {
        Self {
            whose,
            what: call.cache_key().into(),
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
