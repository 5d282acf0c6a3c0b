//! `list_library`: what the person saved or follows, by page or by a bounded look through it.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::spotify::{
    Call,
    api::{self, Paging},
    model,
};

use super::{Context, following, spoken, total};
use crate::mcp::{
    answer::{self, Answer, Page, Row, TEXT_BUDGET},
    fault::Fault,
    text,
    view::{self, Detail},
};

/// Entries in one call.
pub(super) const PER_CALL: u32 = 50;

/// The most calls that a filter may cost.
pub(super) const SCAN_CALLS: u32 = 10;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    kind: Kind,
    /// Saved on or after this day, 2026-01-31; not for audiobooks and artists
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    added_after: Option<String>,
    /// Only titles, artists or albums that contain this
    #[schemars(length(min = 1, max = 100))]
    pub(super) contains: Option<String>,
    /// Default 20
    #[schemars(range(min = 1, max = 50))]
    pub(super) limit: Option<u32>,
    #[schemars(range(min = 0, max = 1_000_000))]
    offset: Option<u32>,
    /// For `followed_artists`, instead of offset: `next_cursor` of the page before
    #[schemars(length(min = 1, max = 100))]
    pub(super) cursor: Option<String>,
    #[serde(default)]
    response_format: Detail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Tracks,
    Albums,
    Shows,
    Episodes,
    Audiobooks,
    FollowedArtists,
}

/// A kind that Spotify lists by offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shelf {
    Tracks,
    Albums,
    Shows,
    Episodes,
    Audiobooks,
}

impl Kind {
    /// The Spotify permissions for this list.
    fn needs(self) -> &'static [&'static str] {
        match self {
            Self::Tracks | Self::Albums | Self::Shows | Self::Audiobooks => &["user-library-read"],
            Self::Episodes => &["user-library-read", "user-read-playback-position"],
            Self::FollowedArtists => &["user-follow-read"],
        }
    }

    fn shelf(self) -> Option<Shelf> {
        match self {
            Self::Tracks => Some(Shelf::Tracks),
            Self::Albums => Some(Shelf::Albums),
            Self::Shows => Some(Shelf::Shows),
            Self::Episodes => Some(Shelf::Episodes),
            Self::Audiobooks => Some(Shelf::Audiobooks),
            Self::FollowedArtists => None,
        }
    }

    /// Whether Spotify says when an entry was added.
    fn is_dated(self) -> bool {
        !matches!(self, Self::Audiobooks | Self::FollowedArtists)
    }
}

/// A page of what was saved, whatever its kind.
struct Found {
    rows: Vec<Row>,
    total: u32,
}

pub(super) fn output() -> JsonObject {
    let mut schema = answer::page_schema();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("next_cursor".to_owned(), json!({"type": "string"}));
    }
    schema
}

/// One call, or with a filter as many as it takes to fill the page, up to [`SCAN_CALLS`].
pub(super) async fn list_library(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    fits_together(&args)?;
    context.upstream.require(args.kind.needs()).await?;
    let Some(shelf) = args.kind.shelf() else {
        return following::list(context, &args).await;
    };
    let start = args.offset.unwrap_or(0);
    let limit = args.limit.unwrap_or(20);
    let mut words = String::new();
    if args.contains.is_none() && args.added_after.is_none() {
        let found = fetch(
            context,
            shelf,
            args.response_format,
            Paging::new(limit, start),
        )
        .await?;
        let end = start.saturating_add(limit);
        let mut page = Page::upto(end, found.total, found.rows);
        page.write(&mut words, TEXT_BUDGET, start);
        return Ok(Answer::new(words, &page));
    }
    let (mut page, looked_at) = scan(context, shelf, &args, start).await?;
    page.write(&mut words, TEXT_BUDGET, start);
    let note = format!(
        "`total` counts everything saved; {} {} looked at.",
        if looked_at == 1 {
            "1 entry".to_owned()
        } else {
            format!("{looked_at} entries")
        },
        text::were(looked_at)
    );
    Ok(Answer::new(words, &page).noting(note))
}

fn fits_together(args: &Args) -> Result<(), Fault> {
    if args.added_after.is_some() && !args.kind.is_dated() {
        return Err(Fault::invalid_argument(
            "`added_after`: Spotify gives no dates for audiobooks and followed artists; leave it out",
        ));
    }
    let by_cursor = args.kind == Kind::FollowedArtists;
    if by_cursor && args.offset.is_some_and(|offset| offset > 0) {
        return Err(Fault::invalid_argument(
            "`offset`: followed_artists go on with `cursor`, the next_cursor of the page before",
        ));
    }
    if !by_cursor && args.cursor.is_some() {
        return Err(Fault::invalid_argument(
            "`cursor` is for followed_artists; everything else goes on with `offset`",
        ));
    }
    Ok(())
}

/// Looks through the list, newest first, until the page is full, the day is passed or the calls are spent.
async fn scan(
    context: &Context<'_>,
    shelf: Shelf,
    args: &Args,
    start: u32,
) -> Result<(Page, u32), Fault> {
    let limit = usize::try_from(args.limit.unwrap_or(20)).unwrap_or(usize::MAX);
    let wanted = args.contains.as_deref().map(str::to_lowercase);
    let since = args.added_after.as_deref();
    let (mut kept, mut at, mut all) = (Vec::new(), start, 0);
    let (mut looked_at, mut done) = (0, false);
    for call in 1..=SCAN_CALLS {
        let found = fetch(
            context,
            shelf,
            args.response_format,
            Paging::new(PER_CALL, at),
        )
        .await?;
        all = found.total;
        let taken = found.rows.len();
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
            if kept.len() == limit {
                done = true;
                break;
            }
        }
        if done || at >= all || taken == 0 {
            break;
        }
        let left = all.saturating_sub(at).div_ceil(PER_CALL);
        let calls = SCAN_CALLS.min(call.saturating_add(left));
        context
            .progress(call, calls, "looking through the library")
            .await;
    }
    Ok((Page::upto(at, all, kept).of_what_fits(), looked_at))
}

async fn fetch(
    context: &Context<'_>,
    shelf: Shelf,
    detail: Detail,
    paging: Paging,
) -> Result<Found, Fault> {
    match shelf {
        Shelf::Tracks => {
            let call = api::saved_tracks(paging);
            rows(context, paging, &call, |saved| {
                let row = saved.track.map(|track| view::track(track, detail));
                dated(row, saved.added_at, detail)
            })
            .await
        }
        Shelf::Albums => {
            let call = api::saved_albums(paging);
            rows(context, paging, &call, |saved| {
                let row = saved.album.map(|album| view::album(album, detail));
                dated(row, saved.added_at, detail)
            })
            .await
        }
        Shelf::Shows => {
            let call = api::saved_shows(paging);
            rows(context, paging, &call, |saved| {
                let row = saved.show.map(|show| view::show(show, detail));
                dated(row, saved.added_at, detail)
            })
            .await
        }
        Shelf::Episodes => {
            let call = api::saved_episodes(paging);
            rows(context, paging, &call, |saved| {
                let row = saved.episode.map(|part| spoken::row(part, detail));
                dated(row, saved.added_at, detail)
            })
            .await
        }
        Shelf::Audiobooks => {
            let call = api::saved_audiobooks(paging);
            rows(context, paging, &call, |saved| {
                let row = saved.audiobook.map(|book| view::show(book, detail));
                dated(row, saved.added_at, detail)
            })
            .await
        }
    }
}

/// Sends `call` and makes a row of each entry.
async fn rows<T: Clone + Send + Sync + 'static>(
    context: &Context<'_>,
    paging: Paging,
    call: &Call<model::Page<T>>,
    row: impl Fn(T) -> Row,
) -> Result<Found, Fault> {
    let found = context.upstream.send(call).await?;
    let total = total(&found, paging.offset);
    let rows = found.items.into_iter().map(row).collect();
    Ok(Found { rows, total })
}

/// With the day, or the whole time where details were asked for.
fn dated(row: Option<Row>, added_at: Option<String>, detail: Detail) -> Row {
    let longest = if detail == Detail::Detailed { 20 } else { 10 };
    let at = added_at
        .filter(|at| at.is_ascii())
        .map(|at| text::clean(&at[..at.len().min(longest)], longest).into_owned());
    Row {
        at,
        ..row.unwrap_or_else(Row::gone)
    }
}

/// Whether title, maker or album of a row contain `part`, which is in lower case.
pub(super) fn mentions(row: &Row, part: &str) -> bool {
    [Some(&row.title), row.by.as_ref(), row.album.as_ref()]
        .into_iter()
        .flatten()
        .any(|text| text.to_lowercase().contains(part))
}
