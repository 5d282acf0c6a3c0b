//! What can be said about all items of a playlist together. Pure: it is given the items page by page, and of each it
//! keeps no more than its address and name.

use std::{collections::HashMap, fmt::Write};

use serde::Serialize;

use crate::spotify::model::{Playable, PlaylistItem};

use crate::mcp::{
    answer,
    text::{self, NAME},
    view,
};

/// What can be said about all items together.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    total: u32,
    /// How many items this is about.
    pub(super) looked_at: u32,
    duration_ms: u64,
    duplicates: Vec<String>,
    unavailable: u32,
    local_files: u32,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    looked_at: u32,
    duration_ms: u64,
    unavailable: u32,
    local_files: u32,
    /// By URI: how often, and what it is called.
    seen: HashMap<Box<str>, (u32, Box<str>)>,
}

impl Tally {
    /// Counts more items.
    pub(super) fn add(&mut self, items: &[PlaylistItem]) {
        self.looked_at = self.looked_at.saturating_add(answer::count(items.len()));
        for item in items {
            let Some(playable) = &item.playable else {
                self.unavailable += 1;
                continue;
            };
            let duration_ms = playable.duration_ms().unwrap_or(0);
            self.duration_ms = self.duration_ms.saturating_add(duration_ms);
            if let Playable::Track(track) = playable {
                self.unavailable += u32::from(track.is_playable == Some(false));
                self.local_files += u32::from(track.is_local);
            }
            let Some(uri) = playable.uri() else { continue };
            if let Some((times, _)) = self.seen.get_mut(uri) {
                *times += 1;
            } else {
                let name = text::clean(playable.name(), NAME);
                self.seen.insert(uri.into(), (1, name.into()));
            }
        }
    }

    /// The summary of what was seen of `total`.
    pub(super) fn summary(self, total: u32) -> Summary {
        let repeated = self.seen.into_iter().filter(|(_, (times, _))| *times > 1);
        let mut duplicates: Vec<_> = repeated
            .map(|(uri, (times, name))| {
                let link = view::link(&uri).unwrap_or_else(|| "local file".to_owned());
                format!("{name} ({times} times) · {link}")
            })
            .collect();
        duplicates.sort_unstable();
        duplicates.truncate(50);
        Summary {
            total,
            looked_at: self.looked_at,
            duration_ms: self.duration_ms,
            duplicates,
            unavailable: self.unavailable,
            local_files: self.local_files,
        }
    }
}

impl Summary {
    /// The summary in words, behind `words`.
    pub(super) fn in_words(&self, mut words: String) -> String {
        let length = text::duration(self.duration_ms);
        let _ = write!(
            words,
            "{}, {length} long, {} unavailable, {}, {} more than once.",
            text::counted(self.looked_at, "item"),
            self.unavailable,
            text::counted(self.local_files, "local file"),
            text::counted(self.duplicates.len(), "title")
        );
        for duplicate in &self.duplicates {
            let _ = write!(words, "\n- {duplicate}");
        }
        words
    }
}
