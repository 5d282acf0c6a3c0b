//! `remove_from_playlist`: every copy of some items, or just some places.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spotify::{api, id::SpotifyId};

use super::{
    Context,
    contents::{self, Check, Contents, SCAN},
    named,
    reading::Head,
    removal::{Removal, Run},
    told,
};
use crate::mcp::{
    answer::{self, Answer, Row},
    ask::Question,
    fault::Fault,
};

/// Removals of more items than this ask first.
const UNASKED: usize = 20;

/// The most URIs for putting back that an answer lists where nothing went wrong.
const PUT_BACK: usize = 500;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id or own name
    #[schemars(length(min = 1, max = 200))]
    playlist: String,
    /// Tracks or episodes; every copy goes
    #[serde(default)]
    #[schemars(length(min = 1, max = 100))]
    refs: Option<Vec<String>>,
    /// Instead of refs: 0-based; other copies stay, but lose their date
    #[serde(default)]
    #[schemars(length(min = 1, max = 100), inner(range(min = 0)))]
    positions: Option<Vec<u32>>,
    /// That positions were read with
    snapshot_id: Option<String>,
    /// Only tell
    #[serde(default)]
    dry_run: bool,
    /// The user agreed
    confirm: Option<bool>,
}

/// What keeping copies costs.
const KEPT: &str = "Spotify takes out every copy at once, so the copies that stay are put in again and count as added \
                    now.";

/// What came of it.
#[derive(Debug, Serialize)]
struct Report {
    playlist: Head,
    dry_run: bool,
    /// How many items go or went.
    removed: usize,
    /// Them, at their places before.
    items: Vec<Row>,
    /// Which of the references are not in the playlist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_in_playlist: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    /// What `add_to_playlist` takes to put them back, in this order.
    put_back: Vec<Run>,
    #[serde(skip)]
    notes: Vec<String>,
}

/// One call for each 50 items to look, one to remove, one for each place where a copy stays, one or more to read back.
pub(super) async fn remove_from_playlist(
    context: &Context<'_>,
    args: Args,
) -> Result<Answer, Fault> {
    let wanted = match (&args.refs, &args.positions) {
        (Some(refs), None) => told::playable_uris("refs", refs)?,
        (None, Some(_)) => Vec::new(),
        _ => {
            return Err(Fault::invalid_argument(
                "pass either `refs` (every copy goes) or `positions`",
            ));
        }
    };
    let id = named::resolve(context, &args.playlist).await?;
    let mut contents = Contents::begin(context, &id).await?;
    if let Some(positions) = &args.positions {
        placed(&args, positions, &contents)?;
    }
    contents.read_on(context, &id).await?;
    let removal = match &args.positions {
        Some(positions) => {
            Removal::of_places(&contents.items, positions).map_err(cannot_be_named)?
        }
        None => Removal::of_uris(&contents.items, &wanted),
    };
    let mut removed = Report::of(&contents, &removal, &wanted, args.dry_run);
    let unknown = !contents.is_whole();
    if unknown {
        removed.notes.push(format!(
            "Only the first {SCAN} items were looked at; copies behind them go too and are not listed."
        ));
    }
    let nothing = removal.places.is_empty() && !unknown;
    if args.dry_run || nothing {
        removed.total = Some(contents.total);
        removed.snapshot_id.clone_from(&contents.snapshot_id);
        return Ok(removed.answer());
    }
    if removal.places.len() > UNASKED || unknown {
        context.ask(args.confirm, question(&contents, &removal))?;
    }
    let uris = if unknown { &wanted } else { &removal.uris };
    let written = carry_out(context, &id, uris, &removal).await?;
    let check = if unknown {
        contents::check(context, &id, &[], 0, &[]).await
    } else {
        verify(context, &id, &contents, &removal).await
    };
    removed.take(check, written, unknown);
    Ok(removed.answer())
}

/// Whether `positions` mean today's playlist, and all of it can be looked at.
fn placed(args: &Args, positions: &[u32], contents: &Contents) -> Result<(), Fault> {
    let now = contents.snapshot_id.as_deref();
    if let (Some(then), Some(now)) = (args.snapshot_id.as_deref(), now)
        && then != now
    {
        return Err(Fault::invalid_argument(format!(
            "the playlist has changed since `snapshot_id`, so its positions may have moved; nothing was removed. Read \
             it with `get_playlist` and pass the new positions with snapshot_id \"{now}\""
        )));
    }
    if let Some(beyond) = positions.iter().find(|place| **place >= contents.total) {
        return Err(Fault::invalid_argument(format!(
            "`positions` has {beyond}, and the playlist has {} (the first is 0); nothing was removed",
            told::items(usize::try_from(contents.total).unwrap_or(usize::MAX))
        )));
    }
    if contents.total > SCAN {
        return Err(Fault::invalid_argument(format!(
            "the playlist has {} items, and removing by position looks at {SCAN} at most, because other copies would \
             be lost; nothing was removed. Use `refs`, which removes every copy",
            contents.total
        )));
    }
    Ok(())
}

fn cannot_be_named(place: u32) -> Fault {
    Fault::invalid_argument(format!(
        "at position {place} is a local file or something that Spotify has removed, which no app can take out; \
         nothing was removed. Leave it out, or remove it in the Spotify app"
    ))
}

fn question(contents: &Contents, removal: &Removal) -> Question {
    let more = if contents.is_whole() {
        ""
    } else {
        ", and every further copy behind the first 2,000 items"
    };
    Question {
        what: format!(
            "{} of the {} of the playlist {} would be removed{more}.",
            removal.places.len(),
            told::items(usize::try_from(contents.total).unwrap_or(usize::MAX)),
            told::name(&contents.head.title),
        ),
        ids: contents.version(),
    }
}

/// Takes `uris` out and puts the copies that stay in again; the label of the version that this made.
///
/// # Errors
/// The fault of the first write when nothing was changed; [`Fault::Halfway`] with all that puts things right
/// otherwise.
pub(crate) async fn carry_out(
    context: &Context<'_>,
    id: &SpotifyId,
    uris: &[String],
    removal: &Removal,
) -> Result<Option<String>, Fault> {
    context.upstream.finish();
    let mut calls = api::remove_items(id, uris);
    let steps = answer::count(calls.len() + removal.kept.len());
    let mut snapshot_id = None;
    for (at, call) in calls.drain(..).enumerate() {
        match context.upstream.send(&call).await {
            Ok(snapshot) => snapshot_id = snapshot.snapshot_id.or(snapshot_id),
            Err(fault) if at == 0 && !told::is_unknown(&fault) => return Err(fault),
            Err(fault) => return Err(perhaps_removed(fault, removal)),
        }
        context
            .progress(answer::count(at + 1), steps, "removed")
            .await;
    }
    for (at, run) in removal.kept.iter().enumerate() {
        let place = usize::try_from(run.position).ok();
        for call in api::add_items(id, &run.uris, place) {
            match context.upstream.send(&call).await {
                Ok(snapshot) => snapshot_id = snapshot.snapshot_id.or(snapshot_id),
                Err(fault) => return Err(not_put_in_again(fault, removal, at)),
            }
        }
        let done = steps.saturating_sub(answer::count(removal.kept.len() - at - 1));
        context.progress(done, steps, "copies kept").await;
    }
    Ok(snapshot_id)
}

/// It is unknown whether the items went.
fn perhaps_removed(fault: Fault, removal: &Removal) -> Fault {
    let mut words = format!(
        "Spotify failed or did not answer in time, so it is unknown whether the items were removed. Look with \
         `get_playlist` before anything else. If they are still there, repeat the call. If they are gone, this puts \
         them back: {}",
        told::in_order(&removal.put_back)
    );
    if !removal.kept.is_empty() {
        let _ = write!(
            words,
            "\nThe copies that were to stay went with them, and this puts only those in again: {}",
            told::in_order(&removal.kept)
        );
    }
    Fault::halfway(fault, words)
}

/// The items went, and from the run `at` on the copies that stay are missing.
fn not_put_in_again(fault: Fault, removal: &Removal, at: usize) -> Fault {
    let unknown = if told::is_unknown(&fault) {
        " (of the first it is unknown: look with `get_playlist` first)"
    } else {
        ""
    };
    let words = format!(
        "The items were removed, but Spotify failed at putting in again the copies that were to stay. These are \
         missing{unknown}; put them in with {}\nTo undo the removal itself, then use {}",
        told::in_order(&removal.kept[at..]),
        told::in_order(&removal.put_back)
    );
    Fault::halfway(fault, words)
}

/// Looks whether what should be there is there.
pub(crate) async fn verify(
    context: &Context<'_>,
    id: &SpotifyId,
    before: &Contents,
    removal: &Removal,
) -> Check {
    let expected = removal.after(&before.items);
    let spots: Vec<u32> = removal.kept.iter().map(|run| run.position).collect();
    let total = answer::count(expected.len());
    contents::check(context, id, &expected, total, &spots).await
}

impl Report {
    fn of(contents: &Contents, removal: &Removal, wanted: &[String], dry_run: bool) -> Self {
        let missing = wanted.iter().filter(|uri| !removal.uris.contains(uri));
        let kept = (!removal.kept.is_empty()).then_some(KEPT);
        Self {
            playlist: contents.head.clone().without_snapshot(),
            dry_run,
            removed: removal.places.len(),
            items: told::rows(&contents.items, removal.places.iter().copied()),
            not_in_playlist: missing.cloned().collect(),
            total: None,
            snapshot_id: None,
            verified: None,
            put_back: removal.put_back.clone(),
            notes: kept.map(str::to_owned).into_iter().collect(),
        }
    }

    fn take(&mut self, check: Check, written: Option<String>, unknown: bool) {
        self.total = check.total;
        self.snapshot_id = check.snapshot_id.or(written);
        if !unknown {
            self.verified = check.verified;
            self.notes.extend(check.note);
        }
    }

    fn answer(mut self) -> Answer {
        let mut words = format!(
            "{} {} \"{}\" · {}",
            told::items(self.removed),
            if self.dry_run {
                "would be removed from"
            } else {
                "removed from"
            },
            self.playlist.title,
            self.playlist.link
        );
        told::write_rows(&mut words, &self.items, self.removed);
        for uri in &self.not_in_playlist {
            let _ = write!(words, "\nNot in the playlist: {uri}");
        }
        if let Some(total) = self.total {
            let _ = write!(words, "\nIt has {total} items now.");
        }
        match self.verified {
            Some(true) => words.push_str(" Read back: as asked."),
            Some(false) => words.push_str(" Read back: not as asked."),
            None => {}
        }
        if self.removed > 0 && !self.dry_run {
            words.push_str(
                "\nTo undo: `add_to_playlist` with skip_duplicates=false at each position above, lowest first.",
            );
        }
        self.limit();
        let notes = std::mem::take(&mut self.notes);
        Answer::new(words, &self).noting_all(notes)
    }

    /// Very long lists for putting back are cut; the model has the items from before.
    fn limit(&mut self) {
        let mut left = PUT_BACK;
        let all: usize = self.put_back.iter().map(|run| run.uris.len()).sum();
        self.put_back.retain_mut(|run| {
            run.uris.truncate(left);
            left -= run.uris.len();
            !run.uris.is_empty()
        });
        if all > PUT_BACK {
            self.notes.push(format!(
                "`put_back` holds the first {PUT_BACK} of {all} items."
            ));
        }
    }
}
