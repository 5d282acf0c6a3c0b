//! Whether a person has Premium, as far as Spotify's own answers to their commands tell. Spotify no longer says it
//! outright, and a refusal has been seen by mistake: so it is remembered briefly, shown, and decides nothing.

use moka::sync::Cache;

use crate::{
    auth::PersonId,
    clock::{MINUTE, Millis},
};

/// For how long an outcome is believed.
const BELIEVED: Millis = 30 * MINUTE;

/// People of whom something is remembered at most.
const PEOPLE: u64 = 10_000;

/// What the outcomes of commands told.
#[derive(Debug)]
pub(crate) struct Memory(Cache<PersonId, Outcome>);

#[derive(Clone, Copy, Debug)]
struct Outcome {
    premium: bool,
    at: Millis,
}

impl Default for Memory {
    fn default() -> Self {
        Self(Cache::new(PEOPLE))
    }
}

impl Memory {
    /// A command of `person` was accepted, or refused for want of Premium.
    pub(crate) fn learn(&self, person: PersonId, premium: bool, now: Millis) {
        self.0.insert(person, Outcome { premium, at: now });
    }

    /// `yes`, `no` or `unknown`.
    pub(crate) fn of(&self, person: PersonId, now: Millis) -> &'static str {
        let known = self
            .0
            .get(&person)
            .filter(|known| now.saturating_sub(known.at) < BELIEVED);
        match known {
            Some(Outcome { premium: true, .. }) => "yes",
            Some(_) => "no",
            None => "unknown",
        }
    }
}
