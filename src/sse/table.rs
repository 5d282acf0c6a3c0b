//! All streams of this process by id, and how many one person may have. Knows no protocol.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::stream::{Stream, StreamId};
use crate::{
    auth::PersonId,
    clock::{MINUTE, Millis},
};

/// Streams of one person at most. One more takes the place of one that has rested for long.
pub(super) const MOST_OF_A_PERSON: usize = 8;
/// How long a stream rests before another may take its place. Clients that open a new stream at once when theirs has
/// ended would else take it from each other without end.
const RESTED: Millis = MINUTE;
/// Streams of everybody at most.
const MOST: usize = 2_048;

/// The streams.
#[derive(Debug, Default)]
pub(super) struct Table(Mutex<Rows>);

#[derive(Debug, Default)]
struct Rows {
    by_id: HashMap<StreamId, Arc<Stream>>,
    /// In the order in which they were opened.
    by_person: HashMap<PersonId, Vec<StreamId>>,
}

/// Why there is no place for another stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoPlace {
    /// The person has as many as one may have, and all of them are in use.
    #[error("the person has too many streams")]
    OfThePerson,
    /// There are as many as this process takes.
    #[error("there are too many streams")]
    OfEverybody,
}

impl Table {
    /// Gives `stream` a place at `now`.
    ///
    /// # Errors
    /// [`NoPlace`].
    pub(super) fn insert(&self, stream: &Arc<Stream>, now: Millis) -> Result<(), NoPlace> {
        let mut rows = self.rows();
        let theirs = rows.of(stream.person);
        if theirs.len() >= MOST_OF_A_PERSON {
            let resting = theirs
                .into_iter()
                .filter_map(|other| Some((other.resting_since()?, other)))
                .filter(|(since, _)| now - since >= RESTED)
                .min_by_key(|(since, _)| *since);
            let (_, longest) = resting.ok_or(NoPlace::OfThePerson)?;
            longest.end("its person opened too many");
            rows.remove(longest.id, longest.person);
        }
        if rows.by_id.len() >= MOST {
            return Err(NoPlace::OfEverybody);
        }
        rows.by_id.insert(stream.id, Arc::clone(stream));
        rows.by_person
            .entry(stream.person)
            .or_default()
            .push(stream.id);
        Ok(())
    }

    /// The stream of that id, whosever it is.
    pub(super) fn find(&self, id: StreamId) -> Option<Arc<Stream>> {
        self.rows().by_id.get(&id).cloned()
    }

    /// Frees the place of `stream`.
    pub(super) fn remove(&self, stream: &Stream) {
        self.rows().remove(stream.id, stream.person);
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        // Nothing in here panics between two changes that belong together.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn of(&self, person: PersonId) -> Vec<Arc<Stream>> {
        let ids = self.by_person.get(&person).into_iter().flatten();
        ids.filter_map(|id| self.by_id.get(id).cloned()).collect()
    }

    fn remove(&mut self, id: StreamId, person: PersonId) {
        self.by_id.remove(&id);
        if let Some(theirs) = self.by_person.get_mut(&person) {
            theirs.retain(|other| *other != id);
            if theirs.is_empty() {
                self.by_person.remove(&person);
            }
        }
    }
}
