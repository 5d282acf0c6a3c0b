//! `list_library`: what the person saved, by page or by a bounded look through it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spotify::{
    api::{self, Paging},
    model::{SavedAlbum, SavedTrack},
};

use super::{Context, total};
use crate::mcp::{
    answer::{self, Answer, Page, Row, TEXT_BUDGET},
    fault::Fault,
    text,
    view::{self, Detail},
};

/// Entries in one call.
const PER_CALL: u32 = 50;

/// The most calls that a filter may cost.
const SCAN_CALLS: u32 = 10;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    kind: Kind,
    /// Only what was saved on or after this day, 2026-01-31
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    added_after: Option<String>,
    /// Only titles, artists or albums that contain this
    #[schemars(length(min = 1, max = 100))]
    contains: Option<String>,
    /// Default 20
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    #[schemars(range(min = 0, max = 1_000_000))]
    offset: Option<u32>,
    #[serde(default)]
    response_format: Detail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Tracks,
    Albums,
}

/// A page of what was saved, whatever its kind.
struct Found {
    rows: Vec<Row>,
    taken: u32,
    total: u32,
}

/// One call, or with a filter as many as it takes to fill the page, up to [`SCAN_CALLS`].
pub(super) async fn list_library(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let start = args.offset.unwrap_or(0);
    let limit = args.limit.unwrap_or(20);
    let mut words = String::new();
    if args.contains.is_none() && args.added_after.is_none() {
        let found = fetch(context, &args, Paging::new(limit, start)).await?;
        let end = start.saturating_add(limit);
        let mut page = Page::upto(end, found.total, found.rows);
        page.write(&mut words, TEXT_BUDGET, start);
        return Ok(Answer::new(words, &page));
    }
    let (mut page, looked_at) = scan(context, &args, start, limit).await?;
    page.write(&mut words, TEXT_BUDGET, start);
    let note = format!("`total` counts everything saved; {looked_at} entries were looked at.");
    Ok(Answer::new(words, &page).noting(note))
}

/// Looks through the list, newest first, until the page is full, the day is passed or the calls are spent.
async fn scan(
    context: &Context<'_>,
    args: &Args,
    start: u32,
    limit: u32,
) -> Result<(Page, u32), Fault> {
    let wanted = args.contains.as_deref().map(str::to_lowercase);
    let since = args.added_after.as_deref();
    let (mut kept, mut at, mut all) = (Vec::new(), start, 0);
    let (mut looked_at, mut done) = (0, false);
    for _ in 0..SCAN_CALLS {
        let found = fetch(context, args, Paging::new(PER_CALL, at)).await?;
        all = found.total;
        for mut row in found.rows {
            looked_at += 1;
            if since.is_some_and(|since| row.at.as_deref().is_some_and(|at| at < since)) {
                // The list is newest first, so nothing after this one fits either.
                (at, done) = (all, true);
                break;
            }
            row.place = Some(at);
            at += 1;
            if wanted.as_deref().is_none_or(|part| mentions(&row, part)) {
                kept.push(row);
            }
            if kept.len() == usize::try_from(limit).unwrap_or(usize::MAX) {
                done = true;
                break;
            }
        }
        if done || at >= all || found.taken == 0 {
            break;
        }
    }
    Ok((Page::upto(at, all, kept), looked_at))
}

async fn fetch(context: &Context<'_>, args: &Args, paging: Paging) -> Result<Found, Fault> {
    let detail = args.response_format;
    match args.kind {
        Kind::Tracks => {
            let found = context.upstream.send(&api::saved_tracks(paging)).await?;
            let (total, taken) = (total(&found, paging.offset), found.items.len());
            let rows = found
                .items
                .into_iter()
                .map(|saved| track(saved, detail))
                .collect();
            Ok(Found {
                rows,
                taken: answer::count(taken),
                total,
            })
        }
        Kind::Albums => {
            let found = context.upstream.send(&api::saved_albums(paging)).await?;
            let (total, taken) = (total(&found, paging.offset), found.items.len());
            let rows = found
                .items
                .into_iter()
                .map(|saved| album(saved, detail))
                .collect();
            Ok(Found {
                rows,
                taken: answer::count(taken),
                total,
            })
        }
    }
}

fn track(saved: SavedTrack, detail: Detail) -> Row {
    let row = saved
        .track
        .map_or_else(Row::gone, |track| view::track(track, detail));
    dated(row, saved.added_at, detail)
}

fn album(saved: SavedAlbum, detail: Detail) -> Row {
    let row = saved
        .album
        .map_or_else(Row::gone, |album| view::album(album, detail));
    dated(row, saved.added_at, detail)
}

/// With the day, or the whole time where details were asked for.
fn dated(mut row: Row, added_at: Option<String>, detail: Detail) -> Row {
    let longest = if detail == Detail::Detailed { 20 } else { 10 };
    row.at = added_at
        .filter(|at| at.is_ascii())
        .map(|at| text::clean(&at[..at.len().min(longest)], longest).into_owned());
    row
}

fn mentions(row: &Row, part: &str) -> bool {
    [Some(&row.title), row.by.as_ref(), row.album.as_ref()]
        .into_iter()
        .flatten()
        .any(|text| text.to_lowercase().contains(part))
}
