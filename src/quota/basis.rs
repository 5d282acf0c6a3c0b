//! What an answer of ours was made of, if it was made of remembered answers of Spotify alone: as long as all of them
//! could be served again, so can it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::generations::Edition;
use crate::{clock::Millis, spotify::Group, store::PersonId};

/// Gathers what one errand reads.
#[derive(Debug, Default)]
pub struct Basis(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    spoiled: bool,
    parts: Vec<Part>,
}

/// A remembered answer that was served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) group: Group,
    pub(super) edition: Edition,
    pub(super) begun: Millis,
    pub(super) until: Millis,
}

/// Whose answer it is and what it was made of.
#[derive(Clone, Debug)]
pub struct Grounds {
    pub(super) person: PersonId,
    pub(super) parts: Vec<Part>,
}

impl Basis {
    /// Something was read or written that was not remembered.
    pub fn spoil(&self) {
        self.gathered().spoiled = true;
    }

    /// What the answer of `person` stands on, if it is memory and nothing else.
    pub fn grounds(&self, person: PersonId) -> Option<Grounds> {
        let gathered = self.gathered();
        let sound = !gathered.spoiled && !gathered.parts.is_empty();
        sound.then(|| Grounds {
            person,
            parts: gathered.parts.clone(),
        })
    }

    pub(super) fn add(&self, part: Part) {
        self.gathered().parts.push(part);
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
