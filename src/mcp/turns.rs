//! One thing at a time for each person. Spotify promises no order between commands to a player, so those of one person
//! wait for each other here. Knows no command.

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

/// How long one waits for the other.
const PATIENCE: Duration = Duration::from_secs(15);

/// From how many people on those who wait for nothing are forgotten.
const CROWD: usize = 1_024;

/// Whose turn it is.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<PersonId, Arc<Turn<()>>>>);

impl Turns {
    /// Waits until nothing else is done for `person`; theirs until the guard goes.
    ///
    /// # Errors
    /// `rate_limited` when that takes too long.
    pub(crate) async fn take(&self, person: PersonId) -> Result<OwnedMutexGuard<()>, Fault> {
        let turn = self.of(person);
        time::timeout(PATIENCE, turn.lock_owned())
            .await
            .map_err(|_late| Fault::Coded {
                code: "rate_limited",
                words: "Earlier commands to this player are still under way; nothing was sent. Try again in some \
                        seconds."
                    .to_owned(),
            })
    }

    fn of(&self, person: PersonId) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let turns = Turns::default();
        let first = turns.take(person(1)).await.unwrap();
        assert!(turns.take(person(2)).now_or_never().is_some());
        assert!(turns.take(person(1)).now_or_never().is_none());
        drop(first);
        assert!(turns.take(person(1)).now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_waits_for_nothing_is_forgotten() {
        let turns = Turns::default();
        let held = turns.take(person(0)).await.unwrap();
        for number in 0..=2_000_u32 {
            let mut random = [7; 10];
            random[..4].copy_from_slice(&number.to_be_bytes());
            turns.take(PersonId::new(0, random)).await.unwrap();
        }
        assert!(turns.0.lock().unwrap().len() <= super::CROWD);
        assert!(turns.take(person(0)).now_or_never().is_none());
        drop(held);
    }
}
