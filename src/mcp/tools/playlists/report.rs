//! What came of adding items: every item accounted for, and what was read back held against what was sent.

use std::fmt::Write;

use rmcp::model::JsonObject;
use serde::Serialize;
use serde_json::json;

use crate::spotify::model::{Playlist, PlaylistItem};

use super::{
    contents,
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
    /// What was given: a title with its artist, or its URI.
    pub(super) item: String,
    /// What it was found to be, where it was given as a title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uri: Option<String>,
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
    pub(super) snapshot_id: Option<String>,
    /// Whether all of it is there, as sent; `None` when that could not be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verified: Option<bool>,
    /// The same of a new playlist, under the name that its users know.
    #[serde(skip_serializing_if = "Option::is_none")]
    readback_matches: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) uncertain: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) not_added: Vec<String>,
    /// The `position` at which those go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_position: Option<u32>,
    #[serde(skip)]
    pub(super) notes: Vec<String>,
    /// The `position` that was asked for.
    #[serde(skip)]
    pub(super) position: Option<u32>,
    /// How many items were to be added.
    #[serde(skip)]
    pub(super) wanted: usize,
    /// The code of what stopped the adding.
    #[serde(skip)]
    pub(super) stopped: Option<&'static str>,
    /// Steps that were told before the first write, so that progress only grows.
    #[serde(skip)]
    pub(super) steps: u32,
}

/// What a look after the writes showed.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    /// How many items the playlist has.
    pub(super) total: Option<u32>,
    /// A page of it.
    pub(super) items: &'a [PlaylistItem],
    /// The first of the sent items that should be on that page.
    pub(super) from: usize,
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "playlist": {"type": "object"}, "created": {"type": "boolean"}, "added": {"type": "integer"},
        "skipped": {"type": "array"}, "unresolved": {"type": "array"}, "total": {"type": "integer"},
        "snapshot_id": {"type": "string"}, "verified": {"type": "boolean"}, "readback_matches": {"type": "boolean"}
    }, "required": ["playlist", "added", "skipped"]}))
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
            verified: None,
            readback_matches: None,
            uncertain: Vec::new(),
            not_added: Vec::new(),
            next_position: None,
            notes: gathered.notes,
            position: None,
            wanted: 0,
            stopped: None,
            steps: 0,
        }
    }

    /// Holds a new playlist, as it was read back, against what was asked for.
    pub(super) fn compare(&mut self, read: &Playlist, name: &str, public: bool, uris: &[String]) {
        let items = read.items.as_ref();
        let seen = Seen {
            total: items.and_then(|items| items.total).map(view::small),
            items: items.map(|page| page.items.as_slice()).unwrap_or_default(),
            from: 0,
        };
        self.judge(&seen, uris, 0);
        let same_name = read.name.trim() == name;
        let same_visibility = read.public.is_none_or(|read| read == public);
        self.verified = self.verified.map(|it| it && same_name && same_visibility);
        self.readback_matches = self.verified;
        if self.snapshot_id.is_none() {
            let label = read.snapshot_id.as_deref();
            self.snapshot_id = label.map(|label| text::clean(label, NAME).into_owned());
        }
        if !same_name {
            let read = text::clean(&read.name, NAME);
            self.notes
                .push(format!("Its name reads back as \"{read}\"."));
        }
        if !same_visibility {
            let stated = view::visibility(!public);
            self.notes.push(format!(
                "Spotify reads it back as {stated}; change that in the Spotify app."
            ));
        }
    }

    /// Holds what was seen against `uris`, which were to be added to a playlist of `before` items.
    pub(super) fn judge(&mut self, seen: &Seen<'_>, uris: &[String], before: u32) {
        self.settle(seen, uris, before);
        let expected = before.saturating_add(self.added);
        let same_length = seen.total == Some(expected);
        let same_order = seen.shows(uris, self.added);
        self.total = seen.total;
        if !same_order && let Some(total) = seen.total.filter(|total| *total < expected) {
            self.notes.push(format!(
                "Spotify accepted {}, but the playlist had {before} before and has {total} now.",
                text::counted(self.added, "item")
            ));
            self.added = self.added.min(total.saturating_sub(before));
        } else if !same_length || !same_order {
            self.notes.push(
                "The items read back differ from what was sent: somebody else may have changed them too."
                    .to_owned(),
            );
        }
        let all = self.not_added.is_empty() && self.uncertain.is_empty();
        self.verified = Some(same_length && same_order && all);
    }

    /// It could not be read back because of `fault`.
    pub(super) fn unseen(&mut self, fault: &Fault) {
        self.verified = (!self.not_added.is_empty()).then_some(false);
        let code = fault.code();
        self.notes.push(format!(
            "It could not be read back ({code}); `get_playlist` shows it."
        ));
    }

    /// The same for a new playlist.
    pub(super) fn unseen_anew(&mut self, fault: &Fault) {
        self.unseen(fault);
        self.readback_matches = self.verified;
    }

    /// Finds out whether the batch of unknown outcome is there.
    fn settle(&mut self, seen: &Seen<'_>, uris: &[String], before: u32) {
        let doubtful = answer::count(self.uncertain.len());
        if doubtful == 0 {
            return;
        }
        let without = before.saturating_add(self.added);
        let with = without.saturating_add(doubtful);
        // The label is that of the version before this batch.
        self.snapshot_id = None;
        if seen.total == Some(with) && seen.shows(uris, self.added.saturating_add(doubtful)) {
            self.added = self.added.saturating_add(doubtful);
            self.uncertain.clear();
        } else if seen.total == Some(without) {
            let rest = std::mem::take(&mut self.not_added);
            self.not_added = std::mem::take(&mut self.uncertain);
            self.not_added.extend(rest);
        }
    }

    /// The report in words and structure.
    pub(super) fn answer(mut self) -> Answer {
        let complete = self.uncertain.is_empty() && self.not_added.is_empty();
        let next = |position: u32| position.saturating_add(self.added);
        self.next_position = self.position.filter(|_| !complete).map(next);
        self.notes.extend(self.why_it_stopped());
        let mut words = format!(
            "{} \"{}\" · {}\n{} added, {} skipped",
            if self.created { "Created" } else { "Playlist" },
            self.playlist.title,
            self.playlist.link,
            self.added,
            self.skipped.len()
        );
        if !self.unresolved.is_empty() {
            let titles = text::counted(self.unresolved.len(), "title");
            let _ = write!(words, ", {titles} not certain");
        }
        if let Some(total) = self.total {
            let _ = write!(words, "; it has {} now", text::counted(total, "item"));
        }
        words.push('.');
        for skip in self.skipped.iter().take(SKIPPED_SHOWN) {
            let _ = write!(words, "\n- skipped {}: {}", skip.item, skip.reason);
            if let Some(link) = skip.uri.as_deref().and_then(view::link) {
                let _ = write!(words, " · {link}");
            }
        }
        if self.skipped.len() > SKIPPED_SHOWN {
            let _ = write!(words, "\n- and {} more", self.skipped.len() - SKIPPED_SHOWN);
        }
        self.write_titles(&mut words);
        self.write_left(&mut words);
        match self.verified {
            Some(true) => words.push_str("\nRead back: as asked."),
            Some(false) if self.total.is_some() => words.push_str("\nRead back: not as asked."),
            _ => {}
        }
        let notes = std::mem::take(&mut self.notes);
        let answer = Answer::new(words, &self);
        answer.noting_all(notes)
    }

    /// What is to be done about what stopped the adding.
    fn why_it_stopped(&self) -> Option<String> {
        let code = self.stopped?;
        Some(if !self.uncertain.is_empty() {
            format!(
                "Adding stopped ({code}); it is unknown whether the items in `uncertain` were added, so look with \
                 `get_playlist` before repeating them."
            )
        } else if self.not_added.is_empty() {
            format!("Spotify's answer to a write was lost ({code}), but its items are there.")
        } else {
            format!("Adding stopped ({code}); the items in `not_added` are not in the playlist.")
        })
    }

    /// What was not added, or not for certain, and where it goes on.
    fn write_left(&self, words: &mut String) {
        let (doubtful, left) = (self.uncertain.len(), self.not_added.len());
        let mut first = self.wanted.saturating_sub(doubtful + left) + 1;
        for (items, what) in [
            (&self.uncertain, "unknown whether added"),
            (&self.not_added, "not added"),
        ] {
            if let Some(begins) = items.first() {
                let count = text::counted(items.len(), "item");
                let _ = write!(
                    words,
                    "\n{count} {what}: from item {first} of {} on, {begins}",
                    self.wanted
                );
                first += items.len();
            }
        }
        if let Some(position) = self.next_position {
            let _ = write!(words, "\nTo go on, pass those with position={position}.");
        }
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

impl Seen<'_> {
    /// Whether the page shows those of `uris` that should be on it, of which the first `there` should be in the playlist.
    fn shows(&self, uris: &[String], there: u32) -> bool {
        let there = usize::try_from(there).unwrap_or(usize::MAX);
        let expected = uris.get(self.from..there).unwrap_or_default();
        let mut shown = self.items.iter().zip(expected);
        (expected.is_empty() || !self.items.is_empty())
            && shown.all(|(item, sent)| contents::uri(item) == Some(sent.as_str()))
    }
}
