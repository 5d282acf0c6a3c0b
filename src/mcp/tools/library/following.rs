//! Followed artists, which Spotify pages by cursor: the id of the last artist of the page before.

use crate::spotify::{
    api,
    id::{Kind, Reference, SpotifyId},
    model::Artist,
};

use super::{
    Context,
    listing::{Args, PER_CALL, SCAN_CALLS, mentions},
};
use crate::mcp::{
    answer::{Answer, Page, Row, TEXT_BUDGET},
    fault::Fault,
    text, view,
};

/// One page; with a filter as many calls as it takes to fill it, up to [`SCAN_CALLS`].
pub(super) async fn list(context: &Context<'_>, args: &Args) -> Result<Answer, Fault> {
    let after = args.cursor.as_deref().map(cursor).transpose()?;
    let limit = args.limit.unwrap_or(20);
    let mut words = String::new();
    let Some(wanted) = args.contains.as_deref().map(str::to_lowercase) else {
        let call = api::followed_artists(limit, after.as_ref());
        let found = context.upstream.send(&call).await?.artists;
        let next = found.cursors.after.filter(|_| found.next.is_some());
        let rows = found.items.into_iter().map(row).collect();
        let mut page = Page::by_cursor(rows, "cursor", next.as_deref().and_then(usable));
        page.total = found.total.map(view::small);
        page.write(&mut words, TEXT_BUDGET, 0);
        return Ok(Answer::new(words, &page));
    };
    let (mut page, looked_at) = scan(context, &wanted, limit, after).await?;
    page.write(&mut words, TEXT_BUDGET, 0);
    let note = format!(
        "`total` counts all followed artists; {looked_at} of them {} looked at.",
        text::were(looked_at)
    );
    Ok(Answer::new(words, &page).noting(note))
}

/// Looks through the list until the page is full or the calls are spent.
async fn scan(
    context: &Context<'_>,
    wanted: &str,
    limit: u32,
    mut after: Option<SpotifyId>,
) -> Result<(Page, usize), Fault> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut kept, mut looked_at, mut total) = (Vec::new(), 0, None);
    let mut next = None;
    for call in 1..=SCAN_CALLS {
        let asked = api::followed_artists(PER_CALL, after.as_ref());
        let found = context.upstream.send(&asked).await?.artists;
        total = found.total.map(view::small);
        next = found
            .cursors
            .after
            .filter(|_| found.next.is_some())
            .and_then(|cursor| usable(&cursor));
        let mut rows = found.items.into_iter().map(row);
        while let Some(row) = rows.next() {
            looked_at += 1;
            if mentions(&row, wanted) {
                kept.push(row);
            }
            if kept.len() == limit {
                // The page goes on after its last row, unless that was the last of all.
                let more = next.is_some() || rows.next().is_some();
                let last = kept.last().and_then(|row| row.cursor.clone());
                let mut page =
                    Page::by_cursor(kept, "cursor", last.filter(|_| more)).of_what_fits();
                page.total = total;
                return Ok((page, looked_at));
            }
        }
        let Some(cursor) = &next else { break };
        after = SpotifyId::parse(cursor).ok();
        context
            .progress(call, SCAN_CALLS, "looking through followed artists")
            .await;
    }
    let mut page = Page::by_cursor(kept, "cursor", next).of_what_fits();
    page.total = total;
    Ok((page, looked_at))
}

fn row(artist: Artist) -> Row {
    let cursor = artist.id.as_deref().and_then(usable);
    Row {
        cursor,
        ..view::artist(artist)
    }
}

/// The place that a caller names; Spotify refuses `0` and anything else that is no artist.
fn cursor(text: &str) -> Result<SpotifyId, Fault> {
    Reference::parse(text)
        .and_then(|reference| reference.expect(Kind::Artist))
        .map_err(|_| {
            Fault::invalid_argument(
                "`cursor` must be the next_cursor of the page before; leave it out for the first page",
            )
        })
}

/// A cursor that can be passed back.
fn usable(cursor: &str) -> Option<String> {
    SpotifyId::parse(cursor).ok().map(|id| id.to_string())
}
