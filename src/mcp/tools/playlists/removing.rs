//! `remove_from_playlist`: every copy of some items, or just some places.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Context,
    contents::{self, Check, Contents, SCAN},
    emptying, named,
    reading::Head,
    removal::{MOST_WRITES, Removal, Run},
    told,
};
use crate::mcp::{
    answer::{Answer, Row},
    ask::Question,
    fault::Fault,
    text,
    tools::steps::Steps,
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
    #[schemars(length(min = 1, max = 500))]
    refs: Option<Vec<String>>,
    /// Instead of refs: 0-based; other copies stay, but lose their date
    #[serde(default)]
    #[schemars(length(min = 1, max = 500), inner(range(min = 0)))]
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

/// One call for each 50 items to look, one to remove, one for each place where a copy stays (together at
/// most [`MOST_WRITES`]), one or more to read back.
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
    let _turn = context.editing_unless(args.dry_run).await?;
    let steps = Steps::of(0);
    let id = named::resolve(context, &args.playlist).await?;
    let mut contents = Contents::begin(context, &id).await?;
    if let Some(positions) = &args.positions {
        placed(&args, positions, &contents)?;
    }
    contents.read_on(context, &id, &steps).await?;
    let removal = match &args.positions {
        Some(positions) => {
            Removal::of_places(&contents.items, positions).map_err(cannot_be_named)?
        }
        None => Removal::of_uris(&contents.items, &wanted),
    };
    bounded(&removal)?;
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
    let written = emptying::carry_out(context, &id, uris, &removal, &steps).await?;
    let check = if unknown {
        contents::check(context, &id, &[], 0, &[]).await
    } else {
        emptying::verify(context, &id, &contents, &removal).await
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

/// Whether it takes no more writes than one call should.
fn bounded(removal: &Removal) -> Result<(), Fault> {
    let writes = removal.writes();
    if writes <= MOST_WRITES {
        return Ok(());
    }
    let kept: usize = removal.kept.iter().map(|run| run.uris.len()).sum();
    Err(Fault::invalid_argument(format!(
        "Spotify takes out every copy at once, and putting the {kept} copies that stay in again at their places would \
         make {writes} writes; one call makes at most {MOST_WRITES}, so nothing was removed. Pass positions of fewer \
         different items; or use `refs`, which removes every copy, and then `add_to_playlist` for what stays; or \
         `transform_playlist` with op=\"dedupe\", where it is offered"
    )))
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
            let _ = write!(words, "\nIt has {} now.", text::counted(total, "item"));
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
