//! What came of adding items: every item accounted for, and the writes themselves.
//!
//! A write whose outcome is unknown is never repeated: it is reported, with the tool that tells.

use std::fmt::Write;

use rmcp::model::JsonObject;
use serde::Serialize;
use serde_json::json;

use crate::spotify::{
    api::{self, ITEMS_PER_WRITE},
    id::SpotifyId,
    model::{Playable, Playlist},
};

use super::{
    Context,
    gathering::{Gathered, Guess, Unresolved},
    reading::Head,
};
use crate::mcp::{
    answer::{self, Answer},
    fault::Fault,
    text::{self, NAME},
    view,
};

/// The most skipped items that the text lists; the structure has all.
const SKIPPED_SHOWN: usize = 20;

/// Once so many bytes are written, candidates are left to the structure.
const ROOM_FOR_CANDIDATES: usize = 12_000;

/// An item that was not added.
#[derive(Debug, Serialize)]
pub(super) struct Skipped {
    /// What was given, or its URI.
    pub(super) item: String,
    /// Why not.
    pub(super) reason: String,
}

/// What came of a write.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    playlist: Head,
    /// Whether the playlist is new.
    pub(super) created: bool,
    /// How many items were added for certain.
    pub(super) added: u32,
    skipped: Vec<Skipped>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    probable: Vec<Guess>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unresolved: Vec<Unresolved>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    readback_matches: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    uncertain: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_added: Vec<String>,
    #[serde(skip)]
    pub(super) notes: Vec<String>,
    /// Steps that were told before the first write, so that progress only grows.
    #[serde(skip)]
    pub(super) steps: u32,
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "playlist": {"type": "object"}, "created": {"type": "boolean"}, "added": {"type": "integer"},
        "skipped": {"type": "array", "items": {"type": "object"}},
        "unresolved": {"type": "array", "items": {"type": "object"}}, "total": {"type": "integer"},
        "snapshot_id": {"type": "string"}, "readback_matches": {"type": "boolean"}
    }, "required": ["playlist", "added", "skipped"]}))
}

/// Sends the batches one after the other and stops at the first that fails.
///
/// # Errors
/// When nothing at all was added. After that a failure is part of the report.
pub(super) async fn write(
    context: &Context<'_>,
    id: &SpotifyId,
    uris: &[String],
    position: Option<u32>,
    report: &mut Report,
) -> Result<(), Fault> {
    let before = report.steps;
    let all = before.saturating_add(answer::count(uris.len()));
    let position = position.and_then(|position| usize::try_from(position).ok());
    for (batch, call) in uris
        .chunks(ITEMS_PER_WRITE)
        .zip(api::add_items(id, uris, position))
    {
        match context.upstream.send(&call).await {
            Ok(snapshot) => {
                report.added += answer::count(batch.len());
                report.snapshot_id = snapshot.snapshot_id.map(|id| text::cleaned(id, NAME));
                let done = before.saturating_add(report.added);
                context.progress(done, all, "items added").await;
            }
            Err(fault) => {
                let sent = usize::try_from(report.added).unwrap_or(uris.len());
                let doubtful = if is_unknown(&fault) { batch.len() } else { 0 };
                report.uncertain = uris[sent..sent + doubtful].to_vec();
                report.not_added = uris[sent + doubtful..].to_vec();
                report.notes.push(stopped(&fault));
                return if sent == 0 { Err(fault) } else { Ok(()) };
            }
        }
    }
    Ok(())
}

/// Whether the change may have been made all the same.
fn is_unknown(fault: &Fault) -> bool {
    matches!(fault, Fault::Spotify(fault) if fault.outcome_unknown())
}

fn stopped(fault: &Fault) -> String {
    let code = fault.code();
    let next = if is_unknown(fault) {
        "it is unknown whether the items in `uncertain` were added, so look with `get_playlist` before repeating them"
    } else {
        "the items in `not_added` are not in the playlist"
    };
    format!("Adding stopped ({code}); {next}.")
}

impl Report {
    /// A report on `playlist` to which nothing was added yet.
    pub(super) fn new(playlist: Head, gathered: Gathered) -> Self {
        Self {
            playlist: playlist.without_snapshot(),
            created: false,
            added: 0,
            skipped: gathered.skipped,
            probable: gathered.probable,
            unresolved: gathered.unresolved,
            total: None,
            snapshot_id: None,
            readback_matches: None,
            uncertain: Vec::new(),
            not_added: Vec::new(),
            notes: gathered.notes,
            steps: 0,
        }
    }

    /// Holds what was read back against what was asked for.
    pub(super) fn compare(&mut self, read: &Playlist, name: &str, public: bool, uris: &[String]) {
        let items = read.items.as_ref();
        let length = items.and_then(|items| items.total).map(view::small);
        let same_length = length == Some(self.added);
        let same_order = items.is_some_and(|page| {
            let there = page
                .items
                .iter()
                .map(|item| item.playable.as_ref().and_then(Playable::uri));
            there
                .zip(uris)
                .all(|(there, sent)| there == Some(sent.as_str()))
        });
        let same_name = read.name.trim() == name;
        let same_visibility = read.public.is_none_or(|read| read == public);
        self.total = length;
        self.readback_matches = Some(same_length && same_order && same_name && same_visibility);
        if !same_visibility {
            let stated = view::visibility(!public);
            self.notes.push(format!(
                "Spotify reads it back as {stated}; change that in the Spotify app."
            ));
        }
        if !same_length || !same_order {
            self.notes
                .push("The items read back differ from what was sent.".to_owned());
        }
    }

    /// The report in words and structure.
    pub(super) fn answer(self) -> Answer {
        let mut words = format!(
            "{} \"{}\" · {}\n{} added, {} skipped",
            if self.created { "Created" } else { "Playlist" },
            self.playlist.title,
            self.playlist.link,
            self.added,
            self.skipped.len()
        );
        if !self.unresolved.is_empty() {
            let _ = write!(words, ", {} titles not certain", self.unresolved.len());
        }
        if let Some(total) = self.total {
            let _ = write!(words, "; it has {total} items now");
        }
        words.push('.');
        for skip in self.skipped.iter().take(SKIPPED_SHOWN) {
            let _ = write!(words, "\n- skipped {}: {}", skip.item, skip.reason);
        }
        if self.skipped.len() > SKIPPED_SHOWN {
            let _ = write!(words, "\n- and {} more", self.skipped.len() - SKIPPED_SHOWN);
        }
        self.write_titles(&mut words);
        if !self.uncertain.is_empty() {
            let _ = write!(
                words,
                "\n{} items: unknown whether added.",
                self.uncertain.len()
            );
        }
        if !self.not_added.is_empty() {
            let _ = write!(words, "\n{} items were not added.", self.not_added.len());
        }
        match self.readback_matches {
            Some(true) => words.push_str("\nRead back: as asked."),
            Some(false) => words.push_str("\nRead back: not as asked."),
            None => {}
        }
        let answer = Answer::new(words, &self);
        answer.noting_all(self.notes)
    }

    /// The titles that were not certain: what was taken for them, and what could be.
    fn write_titles(&self, words: &mut String) {
        for guess in &self.probable {
            let _ = write!(words, "\n- probable ({}): {} is ", guess.why, guess.item);
            guess.taken.write_line(words);
        }
        for left in &self.unresolved {
            let _ = write!(words, "\n- not added, {}", left.status);
            if let Some(why) = left.why {
                let _ = write!(words, " ({why})");
            }
            let _ = write!(words, ": {}", left.item);
            if words.len() > ROOM_FOR_CANDIDATES {
                continue;
            }
            let lead = if left.status == "not_found" {
                "nearest, but not it"
            } else {
                "perhaps"
            };
            for candidate in &left.candidates {
                let _ = write!(words, "\n   {lead}: ");
                candidate.write_line(words);
            }
        }
    }
}
