//! What `add_to_queue` is to queue: words looked up, albums and playlists opened, up to a number. Reads only.

use std::fmt::Write;

use serde::Serialize;

use crate::spotify::{
    SpotifyError,
    api::{self, Paging},
    id::{Kind, SpotifyId},
    model::{Playable, Track},
};

use super::{
    Context,
    material::{self, Meant, Skipped},
    picking,
};
use crate::mcp::{
    answer::{self, Row},
    fault::Fault,
    text,
    tools::{catalogue::finding, steps::Steps},
    view::{self, Detail},
};

/// The most items that one call queues: each costs a call to Spotify.
pub(super) const MOST: usize = 50;

/// Entries of an album or playlist in one call.
const PER_CALL: u32 = 50;

/// Something for the queue.
#[derive(Debug, Serialize)]
pub(super) struct Queued {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// Its URI.
    pub(super) uri: String,
}

/// What was gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// In the order in which it was named.
    pub(super) items: Vec<Queued>,
    /// What cannot be queued.
    pub(super) skipped: Vec<Skipped>,
    /// What the model should know.
    pub(super) notes: Vec<String>,
}

impl Queued {
    fn of(row: Row) -> Option<Self> {
        Some(Self {
            uri: row.uri?,
            title: Some(row.title),
            by: row.by,
        })
    }

    /// What people call it, as far as that is known.
    pub(super) fn name(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.uri)
    }

    /// Its line in an answer.
    pub(super) fn write_line(&self, words: &mut String) {
        if let Some(title) = &self.title {
            let _ = write!(words, "{title}");
            if let Some(by) = &self.by {
                let _ = write!(words, " — {by}");
            }
            words.push_str(" · ");
        }
        let link = view::link(&self.uri);
        let _ = writeln!(words, "{}", link.as_deref().unwrap_or(&self.uri));
    }
}

/// What the texts of a call stand for; each is one of `steps`.
///
/// # Errors
/// What stops everything, such as a used up quota; what concerns one text only is told with it.
pub(super) async fn gather(
    context: &Context<'_>,
    texts: &[String],
    steps: &Steps,
) -> Result<Gathered, Fault> {
    let mut gathered = Gathered::default();
    let mut left_out = 0;
    for text in texts {
        if gathered.items.len() >= MOST {
            gathered.skipped.push(Skipped::new(text, too_many()));
            steps.skip(1);
            continue;
        }
        match open(context, text, &mut gathered.notes).await {
            Ok(Ok(mut items)) => {
                let room = MOST - gathered.items.len();
                left_out += items.len().saturating_sub(room);
                items.truncate(room);
                gathered.items.extend(items);
            }
            Ok(Err(reason)) => gathered.skipped.push(Skipped::new(text, reason)),
            Err(fault) => match reason_of(&fault) {
                Some(reason) => gathered.skipped.push(Skipped::new(text, reason)),
                None => return Err(fault),
            },
        }
        steps.made(context, 1, "looking up").await;
    }
    if left_out > 0 {
        gathered.notes.push(format!(
            "Of the last album or playlist {} {} left out: one call queues at most {MOST}.",
            text::counted(left_out, "item"),
            text::were(left_out)
        ));
    }
    Ok(gathered)
}

fn too_many() -> String {
    format!("one call queues at most {MOST}")
}

/// What one text stands for, or why nothing.
async fn open(
    context: &Context<'_>,
    text: &str,
    notes: &mut Vec<String>,
) -> Result<Result<Vec<Queued>, String>, Fault> {
    match material::read(text, Kind::Track) {
        Meant::Item(uri) => Ok(Ok(vec![Queued {
            title: None,
            by: None,
            uri,
        }])),
        Meant::List(Kind::Album, id) => album(context, &id, notes).await.map(Ok),
        Meant::List(Kind::Playlist, id) => playlist(context, &id, notes).await.map(Ok),
        Meant::List(kind, _) => Ok(Err(format!(
            "of kind {kind}: only tracks, episodes, albums and playlists can be queued; `play` starts it"
        ))),
        Meant::Words => song(context, text).await,
        Meant::Nothing(reason) => Ok(Err(reason)),
    }
}

async fn song(context: &Context<'_>, query: &str) -> Result<Result<Vec<Queued>, String>, Fault> {
    let found = finding::tracks(context, query.trim(), finding::PER_CALL).await?;
    let choice = picking::pick_track(query, found);
    let item = choice.and_then(|choice| Queued::of(choice.chosen.row));
    Ok(item
        .map(|item| vec![item])
        .ok_or_else(|| "nothing found".to_owned()))
}

async fn album(
    context: &Context<'_>,
    id: &SpotifyId,
    notes: &mut Vec<String>,
) -> Result<Vec<Queued>, Fault> {
    let call = api::album_tracks(id, Paging::new(PER_CALL, 0));
    let found = context.upstream.send(&call).await?;
    note_rest("album", found.total, found.items.len(), notes);
    let rows = found
        .items
        .into_iter()
        .map(|track| view::track(track, Detail::Concise));
    Ok(rows.filter_map(Queued::of).collect())
}

async fn playlist(
    context: &Context<'_>,
    id: &SpotifyId,
    notes: &mut Vec<String>,
) -> Result<Vec<Queued>, Fault> {
    let call = api::playlist_items(id, Paging::new(PER_CALL, 0));
    let found = context.upstream.send(&call).await?;
    note_rest("playlist", found.total, found.items.len(), notes);
    let playable = found.items.into_iter().filter_map(|item| item.playable);
    let rows = playable
        .filter(is_there)
        .map(|item| view::playable(item, Detail::Concise));
    Ok(rows.filter_map(Queued::of).collect())
}

/// Local files and what Spotify has taken down cannot be queued.
fn is_there(item: &Playable) -> bool {
    !matches!(item, Playable::Track(track) if is_gone(track))
}

fn is_gone(track: &Track) -> bool {
    track.is_local || track.is_playable == Some(false)
}

fn note_rest(what: &str, total: Option<u64>, read: usize, notes: &mut Vec<String>) {
    let read = u64::from(answer::count(read));
    if let Some(total) = total.filter(|total| *total > read) {
        notes.push(format!(
            "Of the {what}'s {total} items the first {read} were read; `play` starts all of it."
        ));
    }
}

/// Why one text could not be opened, if the others still can.
fn reason_of(fault: &Fault) -> Option<String> {
    match fault {
        Fault::Spotify(
            SpotifyError::NotFound(_)
            | SpotifyError::NotReadable(_)
            | SpotifyError::InvalidRequest(_)
            | SpotifyError::EndpointGone(_),
        ) => Some(format!("Spotify does not show it ({})", fault.code())),
        _ => None,
    }
}
