//! One thing at a time for each person. Spotify promises no order between commands to a player, and a change of a
//! playlist is planned on what was read before it; so those of one person wait for each other here. Knows no command.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Turn, OwnedMutexGuard},
    time,
};

use crate::auth::PersonId;

use super::fault::Fault;

/// From how many people on those who wait for nothing are forgotten.
const CROWD: usize = 1_024;

/// Whose turn it is.
#[derive(Debug)]
pub(crate) struct Turns {
    of: Mutex<HashMap<PersonId, Arc<Turn<()>>>>,
    /// How long one waits for the other.
    patience: Duration,
    /// What they wait for, as an error says it.
    what: &'static str,
}

impl Turns {
    /// Those of commands to a player.
    pub(crate) fn of_players() -> Self {
        Self::new(Duration::from_secs(15), "Earlier commands to this player")
    }

    /// Those of changes of playlists, which may read many pages first.
    pub(crate) fn of_edits() -> Self {
        Self::new(
            Duration::from_secs(30),
            "Earlier changes of this person's playlists",
        )
    }

    fn new(patience: Duration, what: &'static str) -> Self {
        Self {
            of: Mutex::default(),
            patience,
            what,
        }
    }

    /// Waits until nothing else is done for `person`; theirs until the guard goes.
    ///
    /// # Errors
    /// `rate_limited` when that takes too long.
    pub(crate) async fn take(&self, person: PersonId) -> Result<OwnedMutexGuard<()>, Fault> {
        let turn = self.of(person);
        time::timeout(self.patience, turn.lock_owned())
            .await
            .map_err(|_late| Fault::Coded {
                code: "rate_limited",
                words: format!(
                    "{} are still under way; nothing was sent. Try again in some seconds.",
                    self.what
                ),
            })
    }

    fn of(&self, person: PersonId) -> Arc<Turn<()>> {
        let mut turns = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= CROWD {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(turns.entry(person).or_default())
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::Turns;
    use crate::auth::PersonId;

    fn person(number: u8) -> PersonId {
        PersonId::new(0, [number; 10])
    }

    #[tokio::test]
    async fn one_person_waits_and_another_does_not() {
        let turns = Turns::of_players();
        let first = turns.take(person(1)).await.unwrap();
        assert!(turns.take(person(2)).now_or_never().is_some());
        assert!(turns.take(person(1)).now_or_never().is_none());
        drop(first);
        assert!(turns.take(person(1)).now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_waits_for_nothing_is_forgotten() {
        let turns = Turns::of_edits();
        let held = turns.take(person(0)).await.unwrap();
        for number in 0..=2_000_u32 {
            let mut random = [7; 10];
            random[..4].copy_from_slice(&number.to_be_bytes());
            turns.take(PersonId::new(0, random)).await.unwrap();
        }
        assert!(turns.of.lock().unwrap().len() <= super::CROWD);
        assert!(turns.take(person(0)).now_or_never().is_none());
        drop(held);
    }
}
