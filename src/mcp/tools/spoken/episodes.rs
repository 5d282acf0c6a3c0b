//! `list_show_episodes`: a podcast's episodes, with how far the person has listened.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    mcp::{
        answer::{self, Answer, Page, Row, TEXT_BUDGET},
        fault::Fault,
        text,
        view::Detail,
    },
    spotify::{
        api::{self, Paging},
        id::SpotifyId,
        model::Part,
    },
};

use super::{
    Context,
    named::{self, Shelf},
    row, total,
};

/// Episodes in one call.
const PER_CALL: u32 = 50;

/// The most calls that looking for unplayed episodes may cost.
const SCAN_CALLS: u32 = 10;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id, or the name of a saved one
    #[schemars(length(min = 1, max = 200))]
    show: String,
    /// Leave out what was heard to its end
    #[serde(default)]
    unplayed_only: bool,
    /// Default true
    newest_first: Option<bool>,
    /// Default 20
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    #[schemars(range(min = 0, max = 100_000))]
    offset: Option<u32>,
    #[serde(default)]
    response_format: Detail,
}

/// One call; another one for the oldest first, more for unplayed ones and for a name.
pub(super) async fn list_show_episodes(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let id = named::resolve(context, Shelf::Shows, &args.show).await?;
    let (start, limit) = (args.offset.unwrap_or(0), args.limit.unwrap_or(20));
    let mut list = List {
        context,
        id: &id,
        newest_first: args.newest_first.unwrap_or(true),
        detail: args.response_format,
        total: None,
        calls: 0,
    };
    let mut words = String::new();
    if args.unplayed_only {
        let (mut page, looked_at) = unplayed(&mut list, start, limit).await?;
        page.write(&mut words, TEXT_BUDGET, start);
        let note = format!(
            "`total` counts all episodes; {looked_at} of them {} looked at.",
            text::were(looked_at)
        );
        return Ok(Answer::new(words, &page).noting(note));
    }
    let found = list.part(start, limit).await?;
    let rows = found.into_iter().map(|part| list.row(part)).collect();
    let all = list.total.unwrap_or(0);
    let mut page = Page::upto(start.saturating_add(limit), all, rows);
    page.write(&mut words, TEXT_BUDGET, start);
    Ok(Answer::new(words, &page))
}

/// Looks through the episodes until the page is full or the calls are spent; with how many were looked at.
async fn unplayed(list: &mut List<'_, '_>, start: u32, limit: u32) -> Result<(Page, u32), Fault> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut kept, mut at): (Vec<Row>, u32) = (Vec::new(), start);
    while list.calls < SCAN_CALLS && kept.len() < limit {
        let found = list.part(at, PER_CALL).await?;
        let taken = answer::count(found.len());
        for part in found {
            if kept.len() == limit {
                break;
            }
            let heard = part.resume_point.is_some_and(|point| point.fully_played);
            if !heard {
                kept.push(Row {
                    place: Some(at),
                    ..list.row(part)
                });
            }
            at += 1;
        }
        let all = list.total.unwrap_or(0);
        if taken == 0 || at >= all {
            break;
        }
        let left = all.saturating_sub(at).div_ceil(PER_CALL);
        let calls = SCAN_CALLS.min(list.calls.saturating_add(left));
        list.context
            .progress(list.calls, calls, "looking for unplayed episodes")
            .await;
    }
    let all = list.total.unwrap_or(0);
    let page = Page::upto(at, all, kept).of_what_fits();
    Ok((page, at.saturating_sub(start)))
}

/// The episodes in the order that was asked for. Spotify has them newest first only.
struct List<'a, 'c> {
    context: &'a Context<'c>,
    id: &'a SpotifyId,
    newest_first: bool,
    detail: Detail,
    total: Option<u32>,
    calls: u32,
}

impl List<'_, '_> {
    fn row(&self, part: Part) -> Row {
        row(part, self.detail)
    }

    /// At most `limit` episodes from place `start` on.
    async fn part(&mut self, start: u32, limit: u32) -> Result<Vec<Part>, Fault> {
        if self.newest_first {
            return self.fetch(start, limit).await;
        }
        let (mut found, mut offset) = (None, 0);
        if self.total.is_none() {
            // How many there are comes with any page, and that of a short show is all that is needed.
            found = Some(self.fetch(0, PER_CALL).await?);
        }
        let total = self.total.unwrap_or(0);
        // Counted from the other end.
        let end = total.saturating_sub(start);
        let begin = end.saturating_sub(limit);
        let have = found.as_ref().map_or(0, |found| answer::count(found.len()));
        if begin < end && end > have {
            found = Some(self.fetch(begin, end - begin).await?);
            offset = begin;
        }
        let place = |at: u32| usize::try_from(at - offset).unwrap_or(usize::MAX);
        let mut found = found.unwrap_or_default();
        found.truncate(place(end.max(offset)));
        let mut part = found.split_off(place(begin.max(offset)).min(found.len()));
        part.reverse();
        Ok(part)
    }

    async fn fetch(&mut self, offset: u32, limit: u32) -> Result<Vec<Part>, Fault> {
        let call = api::show_episodes(self.id, Paging::new(limit, offset));
        self.calls += 1;
        let found = self.context.upstream.send(&call).await?;
        self.total = Some(total(&found, offset));
        Ok(found.items)
    }
}
