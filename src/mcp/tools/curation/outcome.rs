//! What `transform_playlist` says: the plan, or what came of it. Knows no Spotify call.

use std::{collections::HashSet, fmt::Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    arranging::Op,
    playlists::{contents::Contents, removal::Run, replacing, told},
    transforming::Target,
    ways::Way,
};
use crate::{
    mcp::answer::{Answer, Row},
    spotify::{api::ITEMS_PER_WRITE, model::PlaylistItem},
};

/// Rows of the result that an answer shows.
const PREVIEW: usize = 20;

/// The plan, or what came of it.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    /// What is or was changed, or the new playlist.
    pub(super) playlist: Value,
    /// Whether nothing was changed.
    pub(super) dry_run: bool,
    op: Op,
    target: Target,
    /// Items of all sources.
    pub(super) before: usize,
    /// Items of the result.
    pub(super) after: usize,
    /// Spotify calls that write.
    writes: usize,
    /// What does not come out, at its place among the joined sources.
    dropped: Vec<Row>,
    /// The beginning of the result.
    first: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    /// What was in the playlist before, if it was rewritten and is short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous: Option<Vec<String>>,
    /// The label of the version that this made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) snapshot_id: Option<String>,
    /// Whether it reads back as planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verified: Option<bool>,
    /// What `add_to_playlist` takes to put back what was removed, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    put_back: Vec<Run>,
    #[serde(skip)]
    dropped_count: usize,
    /// What else is to be said.
    #[serde(skip)]
    pub(super) notes: Vec<String>,
}

impl Outcome {
    /// What `way` would do.
    pub(super) fn plan(
        op: Op,
        target_is: Target,
        seed: u32,
        target: &Contents,
        items: &[PlaylistItem],
        order: &[usize],
        way: &Way,
    ) -> Self {
        let kept: HashSet<usize> = order.iter().copied().collect();
        let dropped: Vec<usize> = (0..items.len()).filter(|at| !kept.contains(at)).collect();
        let mut first = told::rows(items, order.iter().copied().take(PREVIEW));
        for (place, row) in (0..).zip(&mut first) {
            row.position = Some(place);
        }
        let (mut notes, mut after) = (Vec::new(), order.len());
        let written = match way {
            Way::Create(uris) | Way::Rewrite(uris) => Some(uris.len()),
            Way::Append(uris) => Some(target.items.len() + uris.len()),
            Way::Nothing | Way::Remove(_) => None,
        };
        if let Some(written) = written.filter(|written| *written < after) {
            notes.push(format!(
                "{} local files and items removed by Spotify are left out: no app can add them.",
                after - written
            ));
            after = written;
        }
        let short = target.items.len() <= ITEMS_PER_WRITE && matches!(way, Way::Rewrite(_));
        let head = target.head.clone().without_snapshot();
        Self {
            playlist: json!(head),
            dry_run: false,
            op,
            target: target_is,
            before: items.len(),
            after,
            writes: way.writes(),
            dropped_count: dropped.len(),
            dropped: told::rows(items, dropped),
            first,
            seed: (op == Op::Shuffle).then_some(seed),
            previous: short.then(|| replacing::previous(target)),
            put_back: match way {
                Way::Remove(removal) => removal.put_back.clone(),
                _ => Vec::new(),
            },
            snapshot_id: None,
            verified: None,
            notes,
        }
    }

    /// In words and structure.
    pub(super) fn answer(mut self) -> Answer {
        let title = self.playlist["title"].as_str().unwrap_or_default();
        let link = self.playlist["link"].as_str().unwrap_or_default();
        let mut words = if self.dry_run {
            "Plan; nothing was changed, dry_run=false does it.".to_owned()
        } else if self.writes == 0 {
            "There was nothing to change.".to_owned()
        } else {
            "Done.".to_owned()
        };
        let _ = write!(
            words,
            " \"{title}\" · {link}\nItems: {} before, {} after. Spotify calls that write: {}.",
            self.before, self.after, self.writes
        );
        match self.verified {
            Some(true) => words.push_str(" Read back: as asked."),
            Some(false) => words.push_str(" Read back: not as asked."),
            None => {}
        }
        if let Some(seed) = self.seed {
            let _ = write!(words, " This order is seed={seed}.");
        }
        if self.dropped_count > 0 {
            let _ = write!(words, "\nLeft out:");
            told::write_rows(&mut words, &self.dropped, self.dropped_count);
        }
        if !self.first.is_empty() {
            words.push_str("\nThe result begins:");
            told::write_rows(&mut words, &self.first, self.after.max(self.first.len()));
        }
        let notes = std::mem::take(&mut self.notes);
        Answer::new(words, &self).noting_all(notes)
    }
}
