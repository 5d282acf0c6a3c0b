//! Which edition of each person's content is the present one: a number for each person and group, which every write
//! moves on when it begins and when it ends. What was asked for under another number is never served again. And the
//! time at which each person last connected or left: nothing that was asked for before is served after it.
//!
//! People share a fixed number of rows, so that nothing grows with their number. Who shares a row with somebody that
//! writes only loses what was remembered.

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
};

use crate::{clock::Millis, spotify::Group, store::PersonId};

/// Rows of numbers; a power of two.
const ROWS: usize = 2_048;

#[derive(Debug, Default)]
struct Row {
    numbers: [AtomicU64; Group::ALL.len()],
    since: AtomicI64,
}

#[derive(Debug)]
pub(super) struct Generations(Box<[Row]>);

/// The edition of a person's content in one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edition {
    number: u64,
    since: Millis,
}

impl Edition {
    /// Whether an answer that was asked for at `at`, when `then` was the present edition, is still of this one.
    pub(super) fn holds(self, then: Self, at: Millis) -> bool {
        self.number == then.number && at >= self.since
    }
}

impl Generations {
    pub(super) fn new() -> Self {
        Self((0..ROWS).map(|_| Row::default()).collect())
    }

    /// The present edition.
    pub(super) fn present(&self, person: PersonId, group: Group) -> Edition {
        let row = self.row(person);
        Edition {
            number: row.numbers[group.index()].load(Ordering::SeqCst),
            since: row.since.load(Ordering::SeqCst),
        }
    }

    /// A write to `written` begins or ends.
    pub(super) fn move_on(&self, person: PersonId, written: Group) {
        let row = self.row(person);
        for group in concerned(written) {
            row.numbers[group.index()].fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Nothing that `person` asked for before `at` may be served again.
    pub(super) fn begin_anew(&self, person: PersonId, at: Millis) {
        self.row(person).since.fetch_max(at, Ordering::SeqCst);
    }

    fn row(&self, person: PersonId) -> &Row {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(person);
        &self.0[usize::try_from(hash % ROWS as u64).unwrap_or(0)]
    }
}

/// The groups whose answers a write to `written` may change.
const fn concerned(written: Group) -> &'static [Group] {
    match written {
        // Playlists are followed and left through the library, and `contains` tells of both.
        Group::Playlists | Group::Library => &[Group::Playlists, Group::Library],
        // Playing an episode moves the point to resume at.
        Group::Player => &[Group::Player, Group::Spoken],
        Group::Search => &[Group::Search],
        Group::Profile => &[Group::Profile],
        Group::Catalogue => &[Group::Catalogue],
        Group::Spoken => &[Group::Spoken],
    }
}
