//! What came of adding items: every item accounted for, and the writes themselves.
//!
//! A write whose outcome is unknown is never repeated: it is reported, with the tool that tells.

use std::fmt::Write;

use rmcp::model::JsonObject;
use serde::Serialize;
use serde_json::json;

use crate::spotify::{
    api::{self, ITEMS_PER_WRITE},
    id::{IdError, Kind, Reference, SpotifyId},
    model::{Playable, Playlist},
};

use super::{Context, reading::Head};
use crate::mcp::{
    answer::{self, Answer},
    fault::Fault,
    text::{self, IN_ERROR, NAME},
    view,
};

/// The most skipped items that the text lists; the structure has all.
const SKIPPED_SHOWN: usize = 20;

/// An item that was not added.
#[derive(Debug, Serialize)]
pub(super) struct Skipped {
    /// What was given, or its URI.
    pub(super) item: String,
    /// Why not.
    pub(super) reason: &'static str,
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
}

pub(super) fn output() -> JsonObject {
    let strings = json!({"type": "array", "items": {"type": "string"}});
    answer::object(json!({"type": "object", "properties": {
        "playlist": {"type": "object"}, "created": {"type": "boolean"}, "added": {"type": "integer"},
        "skipped": {"type": "array", "items": {"type": "object"}}, "total": {"type": "integer"},
        "snapshot_id": {"type": "string"}, "readback_matches": {"type": "boolean"},
        "uncertain": strings, "not_added": strings
    }, "required": ["playlist", "added", "skipped"]}))
}

/// What can be added, and what cannot with the reason. Order is kept.
pub(super) fn references(given: &[String]) -> (Vec<String>, Vec<Skipped>) {
    let (mut uris, mut skipped) = (Vec::with_capacity(given.len()), Vec::new());
    for item in given {
        match reference(item) {
            Ok(uri) => uris.push(uri),
            Err(reason) => skipped.push(Skipped {
                item: text::clean(item, IN_ERROR).into_owned(),
                reason,
            }),
        }
    }
    (uris, skipped)
}

fn reference(item: &str) -> Result<String, &'static str> {
    if item.trim_start().starts_with("spotify:local:") {
        return Err("a local file; Spotify cannot add it");
    }
    let reference = Reference::parse(item).map_err(|problem| match problem {
        IdError::NotAnId => "not a link, URI or id; find it with `search` first",
        IdError::ForeignAddress => "not an open.spotify.com link",
        IdError::UnknownKind | IdError::WrongKind { .. } => "not a track or an episode",
    })?;
    match reference.kind {
        None | Some(Kind::Track) => Ok(reference.id.uri(Kind::Track)),
        Some(Kind::Episode) => Ok(reference.id.uri(Kind::Episode)),
        Some(_) => Err("not a track or an episode; list its tracks and add those"),
    }
}

/// Why there is nothing to do: the first five of `skipped`, after what did therefore not happen.
pub(super) fn nothing_usable(skipped: &[Skipped], so: &str) -> Fault {
    let mut words = format!("{so}: ");
    for (at, skip) in skipped.iter().take(5).enumerate() {
        let separator = if at == 0 { "" } else { "; " };
        let _ = write!(words, "{separator}\"{}\" is {}", skip.item, skip.reason);
    }
    if skipped.len() > 5 {
        let _ = write!(words, "; and {} more", skipped.len() - 5);
    }
    Fault::invalid_argument(words)
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
    let position = position.and_then(|position| usize::try_from(position).ok());
    for (batch, call) in uris
        .chunks(ITEMS_PER_WRITE)
        .zip(api::add_items(id, uris, position))
    {
        match context.upstream.send(&call).await {
            Ok(snapshot) => {
                report.added += answer::count(batch.len());
                report.snapshot_id = snapshot.snapshot_id.map(|id| text::cleaned(id, NAME));
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
    pub(super) fn new(playlist: Head, skipped: Vec<Skipped>) -> Self {
        Self {
            playlist: playlist.without_snapshot(),
            created: false,
            added: 0,
            skipped,
            total: None,
            snapshot_id: None,
            readback_matches: None,
            uncertain: Vec::new(),
            not_added: Vec::new(),
            notes: Vec::new(),
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
}
