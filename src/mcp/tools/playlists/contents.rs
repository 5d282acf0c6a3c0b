//! What stands in a playlist right now, never from memory: for the tools that change it, before and after.

use futures::{StreamExt, TryStreamExt, stream};

use crate::spotify::{
    api::{self, Paging, PlaylistParts},
    id::SpotifyId,
    model::{Playable, PlaylistItem},
};

use super::{Context, reading::Head, total};
use crate::mcp::{
    answer,
    fault::Fault,
    text::{self, NAME},
    tools::steps::Steps,
};

/// Places in one call.
pub(crate) const PER_CALL: u32 = 50;

/// The most places that are looked at in one go: 40 calls.
pub(crate) const SCAN: u32 = 2_000;

/// Calls that are under way together, so that a long playlist does not exhaust Spotify's half-minute limit.
const AT_ONCE: usize = 4;

/// Pages beyond the first that looking at a change may cost.
const PAGES_CHECKED: usize = 3;

/// Whether an answer of a moment ago will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source<'a> {
    /// It will.
    Memory,
    /// It will, and one about the version with that label for longer.
    Version(&'a str),
    /// Spotify is asked.
    Spotify,
}

/// A playlist and as much of it as was read.
#[derive(Debug)]
pub(crate) struct Contents {
    /// The playlist itself.
    pub(crate) head: Head,
    /// The label of the version that was read.
    pub(crate) snapshot_id: Option<String>,
    /// How many places it has.
    pub(crate) total: u32,
    /// What stands at the first of them.
    pub(crate) items: Vec<PlaylistItem>,
}

impl Contents {
    /// The playlist and its first places, in one call.
    ///
    /// # Errors
    /// [`Fault::Foreign`] when Spotify hides what is in it.
    pub(crate) async fn begin(context: &Context<'_>, id: &SpotifyId) -> Result<Self, Fault> {
        let call = api::playlist(id, PlaylistParts::WithFirstItems);
        let mut playlist = context.upstream.fresh(&call).await?;
        let found = playlist.items.take().ok_or(Fault::Foreign)?;
        Ok(Self {
            head: Head::of(&playlist, id),
            snapshot_id: playlist.snapshot_id.map(|id| text::cleaned(id, NAME)),
            total: total(&found, 0),
            items: found.items,
        })
    }

    /// Reads the places that are missing, up to [`SCAN`]; each is one of `steps`.
    ///
    /// # Errors
    /// `invalid_argument` when the playlist changed in the middle: what was read is then of no one version.
    pub(crate) async fn read_on(
        &mut self,
        context: &Context<'_>,
        id: &SpotifyId,
        steps: &Steps,
    ) -> Result<(), Fault> {
        let have = answer::count(self.items.len());
        let end = self.total.min(SCAN);
        steps.expect(end.saturating_sub(have));
        let items = &mut self.items;
        let take = |page| items.extend(page);
        each_page_in(context, steps, id, (have, end), Source::Spotify, take).await?;
        if answer::count(self.items.len()) == end.max(have) {
            return Ok(());
        }
        Err(Fault::invalid_argument(
            "the playlist changed while it was read, so nothing was changed here; repeat the call",
        ))
    }

    /// Whether all of it was read.
    pub(crate) fn is_whole(&self) -> bool {
        answer::count(self.items.len()) >= self.total
    }

    /// The URI at each place that was read.
    pub(crate) fn uris(&self) -> Vec<Option<String>> {
        self.items
            .iter()
            .map(|item| uri(item).map(str::to_owned))
            .collect()
    }

    /// What a person agreed to is only good for this version: the playlist's address and the version's label, or, if
    /// Spotify names none, its length.
    pub(crate) fn version(&self) -> Vec<String> {
        let label = self.snapshot_id.clone();
        vec![
            self.head.link.clone(),
            label.unwrap_or_else(|| self.total.to_string()),
        ]
    }
}

/// What stands at a place, if it has an address.
pub(crate) fn uri(item: &PlaylistItem) -> Option<&str> {
    item.playable.as_ref().and_then(Playable::uri)
}

/// The places from `start` up to `end`, in order.
///
/// # Errors
/// Those of Spotify.
pub(crate) async fn pages(
    context: &Context<'_>,
    id: &SpotifyId,
    start: u32,
    end: u32,
    source: Source<'_>,
) -> Result<Vec<PlaylistItem>, Fault> {
    let mut items = Vec::new();
    each_page(context, id, start, end, source, |page| items.extend(page)).await?;
    Ok(items)
}

/// Gives `take` the places from `start` up to `end`, in order, 50 a call, so that no more than a few pages are there at
/// once; whoever watches is told about each.
///
/// # Errors
/// Those of Spotify.
pub(crate) async fn each_page(
    context: &Context<'_>,
    id: &SpotifyId,
    start: u32,
    end: u32,
    source: Source<'_>,
    take: impl FnMut(Vec<PlaylistItem>) + Send,
) -> Result<(), Fault> {
    let steps = Steps::of(end);
    steps.skip(start);
    each_page_in(context, &steps, id, (start, end), source, take).await
}

/// As [`each_page`], as one part of a longer work of which `steps` tells the progress.
async fn each_page_in(
    context: &Context<'_>,
    steps: &Steps,
    id: &SpotifyId,
    (start, end): (u32, u32),
    source: Source<'_>,
    mut take: impl FnMut(Vec<PlaylistItem>) + Send,
) -> Result<(), Fault> {
    let step = usize::try_from(PER_CALL).unwrap_or(50);
    let fetch = |at: u32| {
        let call = api::playlist_items(id, Paging::new(PER_CALL.min(end - at), at));
        async move {
            match source {
                Source::Memory => context.upstream.send(&call).await,
                Source::Version(label) => {
                    let call = call.of_edition(Some(label));
                    context.upstream.send(&call).await
                }
                Source::Spotify => context.upstream.fresh(&call).await,
            }
        }
    };
    let mut coming = stream::iter((start..end).step_by(step).map(fetch)).buffered(AT_ONCE);
    while let Some(page) = coming.try_next().await? {
        let read = answer::count(page.items.len());
        take(page.items);
        steps.made(context, read, "items read").await;
    }
    Ok(())
}

/// What a look at the playlist after a change showed.
#[derive(Debug, Default)]
pub(crate) struct Check {
    /// Whether it is as it should be; `None` when it could not be looked at.
    pub(crate) verified: Option<bool>,
    /// How many places it has now.
    pub(crate) total: Option<u32>,
    /// The label of its version now.
    pub(crate) snapshot_id: Option<String>,
    /// What is to be said about it.
    pub(crate) note: Option<String>,
}

/// Looks whether the playlist now has `total` places which begin with `expected`. It looks at the first page and at
/// up to [`PAGES_CHECKED`] more that hold one of `spots`.
pub(crate) async fn check(
    context: &Context<'_>,
    id: &SpotifyId,
    expected: &[Option<String>],
    total: u32,
    spots: &[u32],
) -> Check {
    match look(context, id, expected, total, spots).await {
        Ok(check) => check,
        Err(fault) => Check {
            note: Some(format!(
                "It could not be read back ({}); `get_playlist` shows it.",
                fault.code()
            )),
            ..Check::default()
        },
    }
}

async fn look(
    context: &Context<'_>,
    id: &SpotifyId,
    expected: &[Option<String>],
    total: u32,
    spots: &[u32],
) -> Result<Check, Fault> {
    let now = Contents::begin(context, id).await?;
    let first = answer::count(now.items.len());
    let mut same = now.total == total && matches_at(expected, 0, &now.items);
    let mut starts: Vec<u32> = spots
        .iter()
        .filter(|spot| **spot >= first && **spot < total)
        .map(|spot| spot - spot % PER_CALL)
        .collect();
    starts.dedup();
    for start in starts.into_iter().take(PAGES_CHECKED) {
        if !same {
            break;
        }
        let call = api::playlist_items(id, Paging::new(PER_CALL, start));
        let page = context.upstream.fresh(&call).await?;
        same = matches_at(expected, start, &page.items);
    }
    Ok(Check {
        verified: Some(same),
        total: Some(now.total),
        snapshot_id: now.snapshot_id,
        note: (!same).then(|| {
            "It does not read back as asked: somebody else may have changed it too. Look with `get_playlist`."
                .to_owned()
        }),
    })
}

/// Whether `items`, which begin at `start`, are what `expected` says, as far as it goes.
fn matches_at(expected: &[Option<String>], start: u32, items: &[PlaylistItem]) -> bool {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let expected = expected.get(start..).unwrap_or_default();
    expected
        .iter()
        .zip(items)
        .all(|(expected, item)| expected.as_deref() == uri(item))
}
