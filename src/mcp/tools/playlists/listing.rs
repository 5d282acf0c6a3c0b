//! `list_playlists`: what the person owns or follows.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spotify::{
    api::{self, Paging},
    model::PlaylistSummary,
};

use super::{Context, total};
use crate::mcp::{
    answer::{Answer, Page, Row, TEXT_BUDGET},
    fault::Fault,
    text,
    view::{self, Detail},
};

/// Playlists in one call.
const PER_CALL: u32 = 50;

/// The most calls that a filter may cost.
const SCAN_CALLS: u32 = 4;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Only names that contain this
    #[schemars(length(min = 1, max = 100))]
    name_contains: Option<String>,
    /// Only the user's own
    #[serde(default)]
    owned_only: bool,
    /// Default 50
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    #[schemars(range(min = 0, max = 100_000))]
    offset: Option<u32>,
    #[serde(default)]
    response_format: Detail,
}

/// One call, or with a filter as many as it takes to fill the page, up to [`SCAN_CALLS`].
pub(super) async fn list_playlists(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let me = context.me().await?;
    let start = args.offset.unwrap_or(0);
    let mut words = String::new();
    if args.name_contains.is_some() || args.owned_only {
        let (mut page, looked_at) = scan(context, &args, &me, start).await?;
        page.write(&mut words, TEXT_BUDGET, start);
        let note = format!(
            "`total` counts all playlists; {looked_at} of them {} looked at.",
            text::were(looked_at)
        );
        return Ok(Answer::new(words, &page).noting(note));
    }
    let limit = args.limit.unwrap_or(PER_CALL);
    let call = api::my_playlists(Paging::new(limit, start));
    let found = context.upstream.send(&call).await?;
    let all = total(&found, start);
    let row = |list| view::playlist(list, Some(&me), args.response_format);
    let rows = found.items.into_iter().map(row).collect();
    let mut page = Page::upto(start.saturating_add(limit), all, rows);
    page.write(&mut words, TEXT_BUDGET, start);
    Ok(Answer::new(words, &page))
}

/// Looks through the list until the page is full or the calls are spent; with how many were looked at.
async fn scan(
    context: &Context<'_>,
    args: &Args,
    me: &str,
    start: u32,
) -> Result<(Page, u32), Fault> {
    let wanted = args.name_contains.as_deref().map(str::to_lowercase);
    let limit = usize::try_from(args.limit.unwrap_or(PER_CALL)).unwrap_or(usize::MAX);
    let fits = |list: &PlaylistSummary| {
        let name = list.name.to_lowercase();
        wanted.as_ref().is_none_or(|part| name.contains(part))
            && (!args.owned_only || list.owner.id.as_deref() == Some(me))
    };
    let (mut rows, mut at, mut all) = (Vec::new(), start, 0);
    for _ in 0..SCAN_CALLS {
        let call = api::my_playlists(Paging::new(PER_CALL, at));
        let found = context.upstream.send(&call).await?;
        all = total(&found, at);
        let page_end = at.saturating_add(PER_CALL).min(all);
        for list in found.items {
            if rows.len() == limit {
                break;
            }
            if fits(&list) {
                let row = view::playlist(list, Some(me), args.response_format);
                rows.push(Row {
                    place: Some(at),
                    ..row
                });
            }
            at += 1;
        }
        if rows.len() == limit || page_end >= all || found.next.is_none() {
            break;
        }
        // Spotify counts entries that it sends as null, and they are not among the items.
        at = page_end;
    }
    let looked_at = at.min(all).saturating_sub(start);
    Ok((Page::upto(at, all, rows).of_what_fits(), looked_at))
}
