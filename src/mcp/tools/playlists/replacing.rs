//! `replace_playlist_items`: other items in the place of all that is in a playlist.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::spotify::{
    api::{self, ITEMS_PER_WRITE},
    id::SpotifyId,
};

use super::{
    Context,
    contents::{self, Contents},
    named,
    reading::Head,
    removal, told,
};
use crate::mcp::{
    answer::{self, Answer},
    ask::Question,
    fault::Fault,
    tools::steps::Steps,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id or own name
    #[schemars(length(min = 1, max = 200))]
    playlist: String,
    /// Tracks or episodes in order; none empties it
    #[schemars(length(max = 2_000))]
    items: Vec<String>,
    /// Default true: only tell
    dry_run: Option<bool>,
    /// The user agreed
    confirm: Option<bool>,
}

/// What comes or came of it.
#[derive(Debug, Serialize)]
struct Replaced {
    playlist: Head,
    dry_run: bool,
    before: u32,
    after: usize,
    /// What was in it before, in order: what this tool takes to bring it back. Only of up to 100 items.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    #[serde(skip)]
    notes: Vec<String>,
}

/// One call or two to look; one for each 100 items to write, one or two to read back.
pub(super) async fn replace_playlist_items(
    context: &Context<'_>,
    args: Args,
) -> Result<Answer, Fault> {
    let uris = told::playable_uris("items", &args.items)?;
    let dry_run = args.dry_run.unwrap_or(true);
    let _turn = context.editing_unless(dry_run).await?;
    let steps = Steps::of(0);
    let id = named::resolve(context, &args.playlist).await?;
    let mut contents = Contents::begin(context, &id).await?;
    let short = usize::try_from(contents.total).unwrap_or(usize::MAX) <= ITEMS_PER_WRITE;
    if short {
        contents.read_on(context, &id, &steps).await?;
    }
    let mut replaced = Replaced {
        playlist: contents.head.clone().without_snapshot(),
        dry_run,
        before: contents.total,
        after: uris.len(),
        previous: short.then(|| previous(&contents)),
        snapshot_id: contents.snapshot_id.clone(),
        verified: None,
        notes: lost(&contents, short),
    };
    if dry_run {
        return Ok(replaced.answer());
    }
    context.ask(args.confirm, question(&contents, uris.len()))?;
    let written = write(context, &id, &uris, replaced.previous.as_deref(), &steps).await?;
    let expected: Vec<_> = uris.iter().cloned().map(Some).collect();
    let length = answer::count(uris.len());
    let check = contents::check(context, &id, &expected, length, &[length.saturating_sub(1)]).await;
    replaced.snapshot_id = check.snapshot_id.or(written);
    replaced.verified = check.verified;
    replaced.notes.extend(check.note);
    Ok(replaced.answer())
}

/// What is in it now and could be put in again.
pub(crate) fn previous(contents: &Contents) -> Vec<String> {
    let known = contents
        .items
        .iter()
        .filter(|item| removal::can_be_added(item));
    known.filter_map(contents::uri).map(str::to_owned).collect()
}

/// What could not be brought back.
fn lost(contents: &Contents, short: bool) -> Vec<String> {
    if !short {
        return vec![format!(
            "It has {} items, too many to list for bringing them back; copy what matters first.",
            contents.total
        )];
    }
    let lost = contents
        .items
        .iter()
        .filter(|item| !removal::can_be_added(item));
    match lost.count() {
        0 => Vec::new(),
        1 => vec![format!(
            "One of the {} is a local file or was removed by Spotify, and no app could bring it back.",
            told::items(contents.items.len())
        )],
        some => vec![format!(
            "{some} of the {} are local files or were removed by Spotify, and no app could bring them back.",
            told::items(contents.items.len())
        )],
    }
}

fn question(contents: &Contents, after: usize) -> Question {
    let all = told::items(usize::try_from(contents.total).unwrap_or(usize::MAX));
    let name = told::name(&contents.head.title);
    Question {
        what: format!(
            "{all} of the playlist {name}, which is all of it, would be replaced by {after} others."
        ),
        ids: contents.version(),
    }
}

/// Puts `uris` in the place of everything; the label of the version that this made. `previous` is what was there, as
/// far as it is known. Each item is one of `steps`.
///
/// # Errors
/// The fault of the first write when nothing was changed; [`Fault::Halfway`] with all that puts things right
/// otherwise.
pub(crate) async fn write(
    context: &Context<'_>,
    id: &SpotifyId,
    uris: &[String],
    previous: Option<&[String]>,
    steps: &Steps,
) -> Result<Option<String>, Fault> {
    context.upstream.finish();
    steps.expect(answer::count(uris.len()));
    let mut written = match context.upstream.send(&api::replace_items(id, uris)).await {
        Ok(snapshot) => snapshot.snapshot_id,
        Err(fault) if told::is_unknown(&fault) => {
            let words = format!(
                "Spotify failed or did not answer in time, so it is unknown whether the items were replaced. Look \
                 with `get_playlist` before anything else.{}",
                way_back(previous)
            );
            return Err(Fault::halfway(fault, words));
        }
        Err(fault) => return Err(fault),
    };
    let (first, rest) = uris.split_at(uris.len().min(ITEMS_PER_WRITE));
    let mut done = first.len();
    steps
        .made(context, answer::count(done), "items written")
        .await;
    for (batch, call) in rest
        .chunks(ITEMS_PER_WRITE)
        .zip(api::add_items(id, rest, None))
    {
        match context.upstream.send(&call).await {
            Ok(snapshot) => written = snapshot.snapshot_id.or(written),
            Err(fault) => return Err(stopped(fault, uris, done, batch.len(), previous)),
        }
        done += batch.len();
        steps
            .made(context, answer::count(batch.len()), "items written")
            .await;
    }
    Ok(written)
}

/// The first `done` are in, of the next `doubtful` it may be unknown, the rest is missing.
fn stopped(
    fault: Fault,
    uris: &[String],
    done: usize,
    doubtful: usize,
    previous: Option<&[String]>,
) -> Fault {
    let mut words = format!(
        "The items were replaced, but Spotify failed after the first {done} of {}.",
        uris.len()
    );
    if told::is_unknown(&fault) {
        let _ = write!(
            words,
            " Of the next {doubtful} it is unknown whether they are in: look with `get_playlist` first."
        );
    }
    let _ = write!(
        words,
        " To go on, use {}{}",
        told::in_lists(&uris[done..]),
        way_back(previous)
    );
    Fault::halfway(fault, words)
}

fn way_back(previous: Option<&[String]>) -> String {
    match previous {
        Some(previous) => format!(
            "\nTo bring back what was there before, use `replace_playlist_items` with dry_run=false and items={}",
            json!(previous)
        ),
        None => "\nWhat was there before was too long to list.".to_owned(),
    }
}

impl Replaced {
    fn answer(mut self) -> Answer {
        let verb = if self.dry_run {
            "would be replaced"
        } else {
            "replaced"
        };
        let mut words = format!(
            "\"{}\" · {}\n{} {verb} by {}.",
            self.playlist.title,
            self.playlist.link,
            told::items(usize::try_from(self.before).unwrap_or(usize::MAX)),
            told::items(self.after)
        );
        match self.verified {
            Some(true) => words.push_str(" Read back: as asked."),
            Some(false) => words.push_str(" Read back: not as asked."),
            None => {}
        }
        if self.dry_run {
            words.push_str(" Nothing was changed; dry_run=false does it.");
        }
        if let Some(previous) = &self.previous {
            let _ = write!(
                words,
                "\nBefore, in order (pass them as `items` to bring them back): {}",
                previous.join(" ")
            );
        }
        let notes = std::mem::take(&mut self.notes);
        Answer::new(words, &self).noting_all(notes)
    }
}
