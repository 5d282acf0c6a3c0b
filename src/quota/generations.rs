//! Which edition of each person's content is the present one: a number for each person and group, which every write
//! moves on when it begins and when it ends. What was asked for under another number is never served again.
//!
//! People share a fixed number of rows, so that nothing grows with their number. Who shares a row with somebody that
//! writes only loses what was remembered.

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{spotify::Group, store::PersonId};

/// Rows of numbers; a power of two.
const ROWS: usize = 2_048;

type Row = [AtomicU64; Group::ALL.len()];

#[derive(Debug)]
pub(super) struct Generations(Box<[Row]>);

impl Generations {
    pub(super) fn new() -> Self {
        Self((0..ROWS).map(|_| Row::default()).collect())
    }

    /// The present number.
    pub(super) fn present(&self, person: PersonId, group: Group) -> u64 {
        self.row(person)[group.index()].load(Ordering::SeqCst)
    }

    /// A write to `written` begins or ends.
    pub(super) fn move_on(&self, person: PersonId, written: Group) {
        let row = self.row(person);
        for group in concerned(written) {
            row[group.index()].fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Nothing of `person` may be served again.
    pub(super) fn end(&self, person: PersonId) {
        for number in self.row(person) {
            number.fetch_add(1, Ordering::SeqCst);
        }
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
