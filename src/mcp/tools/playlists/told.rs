//! What the tools that change a playlist have in common in what they say. Knows no Spotify call.

use std::fmt::Write;

use rmcp::model::JsonObject;
use serde_json::json;

use crate::spotify::{
    id::{IdError, Kind, Reference},
    model::PlaylistItem,
};

use super::removal::Run;
use crate::mcp::{
    answer::{self, Row},
    fault::Fault,
    text::{self, IN_ERROR},
    view::{self, Detail},
};

/// The most rows that an answer about a change shows.
pub(crate) const SHOWN: usize = 100;

/// The most items that `add_to_playlist` takes.
const MOST_ADDED: usize = 500;

/// What a program needs of an answer about a change; the rest explains itself.
pub(crate) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "playlist": {"type": "object"}, "dry_run": {"type": "boolean"},
        "snapshot_id": {"type": "string"}, "verified": {"type": "boolean"}
    }, "required": ["playlist"]}))
}

/// The URIs of what `given` names: tracks and episodes.
///
/// # Errors
/// `invalid_argument` that names the first five which are something else.
pub(crate) fn playable_uris(name: &str, given: &[String]) -> Result<Vec<String>, Fault> {
    let (mut uris, mut wrong) = (Vec::with_capacity(given.len()), Vec::new());
    for item in given {
        match playable_uri(item) {
            Ok(uri) => uris.push(uri),
            Err(reason) => wrong.push(format!("\"{}\" is {reason}", text::clean(item, IN_ERROR))),
        }
    }
    if wrong.is_empty() {
        return Ok(uris);
    }
    let more = wrong.len().saturating_sub(5);
    wrong.truncate(5);
    let mut words = format!("nothing was changed; of `{name}` {}", wrong.join("; "));
    if more > 0 {
        let _ = write!(words, "; and {more} more");
    }
    Err(Fault::invalid_argument(words))
}

fn playable_uri(item: &str) -> Result<String, &'static str> {
    if item.trim_start().starts_with("spotify:local:") {
        return Err("a local file, which Spotify lets no app name: change it in the Spotify app");
    }
    let reference = Reference::parse(item).map_err(|problem| match problem {
        IdError::NotAnId => "not a link, URI or id: find it with `search` first",
        IdError::ForeignAddress => "not an open.spotify.com link",
        IdError::UnknownKind | IdError::WrongKind { .. } => "not a track or an episode",
    })?;
    match reference.kind {
        None | Some(Kind::Track) => Ok(reference.id.uri(Kind::Track)),
        Some(Kind::Episode) => Ok(reference.id.uri(Kind::Episode)),
        Some(_) => Err("not a track or an episode"),
    }
}

/// The items at `places`, at most [`SHOWN`] of them.
pub(crate) fn rows(items: &[PlaylistItem], places: impl IntoIterator<Item = usize>) -> Vec<Row> {
    let row = |at: usize| {
        let item = items.get(at)?.playable.clone();
        Some(Row {
            position: Some(answer::count(at)),
            ..item.map_or_else(Row::gone, |item| view::playable(item, Detail::Concise))
        })
    };
    places.into_iter().take(SHOWN).filter_map(row).collect()
}

/// A line for each row, and how many of `all` are not shown.
pub(crate) fn write_rows(words: &mut String, rows: &[Row], all: usize) {
    for row in rows {
        words.push('\n');
        row.write_line(words);
    }
    if all > rows.len() {
        let _ = write!(words, "\n... and {} more.", all - rows.len());
    }
}

/// `1 item`, `2 items`.
pub(crate) fn items(count: usize) -> String {
    text::counted(count, "item")
}

/// The calls that put `runs` in, for a model that reads text.
pub(crate) fn in_order(runs: &[Run]) -> String {
    let mut words = "`add_to_playlist` with skip_duplicates=false, in this order:".to_owned();
    for run in runs {
        let _ = write!(
            words,
            "\nposition={} items={}",
            run.position,
            json!(run.uris)
        );
    }
    words
}

/// The calls that put `uris` behind what is there, each with as many as one takes.
pub(crate) fn in_lists(uris: &[String]) -> String {
    let mut words = "`add_to_playlist` with skip_duplicates=false, in this order:".to_owned();
    for list in uris.chunks(MOST_ADDED) {
        let _ = write!(words, "\nitems={}", json!(list));
    }
    words
}

/// Whether the change may have been made all the same.
pub(crate) fn is_unknown(fault: &Fault) -> bool {
    matches!(fault, Fault::Spotify(fault) if fault.outcome_unknown())
}

/// A playlist's name inside a question or an error.
pub(crate) fn name(title: &str) -> String {
    format!("\"{}\"", text::clean(title, IN_ERROR))
}
