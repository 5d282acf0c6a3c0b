//! What can be said about all items of a playlist together. Pure: it is given the items.

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

impl Summary {
    /// The summary of the first `items` of `total`.
    pub(super) fn of(items: &[PlaylistItem], total: u32) -> Self {
        let mut seen: HashMap<&str, (u32, &Playable)> = HashMap::new();
        let (mut duration_ms, mut unavailable, mut local_files) = (0_u64, 0, 0);
        for item in items {
            let Some(playable) = &item.playable else {
                unavailable += 1;
                continue;
            };
            duration_ms = duration_ms.saturating_add(playable.duration_ms().unwrap_or(0));
            if let Playable::Track(track) = playable {
                unavailable += u32::from(track.is_playable == Some(false));
                local_files += u32::from(track.is_local);
            }
            if let Some(uri) = playable.uri() {
                seen.entry(uri).or_insert((0, playable)).0 += 1;
            }
        }
        let repeated = seen.into_iter().filter(|(_, (times, _))| *times > 1);
        let mut duplicates: Vec<_> = repeated
            .map(|(uri, (times, playable))| {
                let link = view::link(uri).unwrap_or_else(|| "local file".to_owned());
                format!(
                    "{} ({times} times) · {link}",
                    text::clean(playable.name(), NAME)
                )
            })
            .collect();
        duplicates.sort_unstable();
        duplicates.truncate(50);
        Self {
            total,
            looked_at: answer::count(items.len()),
            duration_ms,
            duplicates,
            unavailable,
            local_files,
        }
    }

    /// The summary in words, behind `words`.
    pub(super) fn in_words(&self, mut words: String) -> String {
        let length = text::duration(self.duration_ms);
        let _ = write!(
            words,
            "{} items, {length} long, {} unavailable, {} local files, {} titles more than once.",
            self.looked_at,
            self.unavailable,
            self.local_files,
            self.duplicates.len()
        );
        for duplicate in &self.duplicates {
            let _ = write!(words, "\n- {duplicate}");
        }
        words
    }
}
