//! `list_artist_releases`: what an artist released, newest first. Spotify lists one group after the other, so the
//! groups are walked side by side and merged, no further than the answer needs.

use std::collections::VecDeque;

use futures::future;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Context, finding, matching::fold};
use crate::{
    mcp::{
        answer::{self, Answer, Page, TEXT_BUDGET},
        fault::Fault,
        text::{self, IN_ERROR},
        tools::steps::Steps,
        view::{self, Detail},
    },
    spotify::{
        api::{self, Paging, ReleaseGroup},
        id::{IdError, Kind, Reference, SpotifyId},
        model::{Album, Artist},
    },
};

/// Releases in one call.
const PER_CALL: u32 = 10;

/// The most calls that one answer may cost.
const MOST_CALLS: u32 = 20;

/// The most candidates that an ambiguous name lists.
const CANDIDATES: usize = 5;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id or name
    #[schemars(length(min = 1, max = 200))]
    artist: String,
    /// Default: album and single
    #[serde(default)]
    #[schemars(length(min = 1, max = 4))]
    groups: Vec<Group>,
    #[schemars(range(min = 1900, max = 2100))]
    since_year: Option<u32>,
    /// Default 20
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    #[schemars(range(min = 0, max = 1_000))]
    offset: Option<u32>,
    #[serde(default)]
    response_format: Detail,
}

// A group of releases; a docstring would go into every list of tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Group {
    Album,
    Single,
    AppearsOn,
    Compilation,
}

impl Group {
    fn asked_for(self) -> ReleaseGroup {
        match self {
            Self::Album => ReleaseGroup::Album,
            Self::Single => ReleaseGroup::Single,
            Self::AppearsOn => ReleaseGroup::AppearsOn,
            Self::Compilation => ReleaseGroup::Compilation,
        }
    }
}

pub(super) fn output() -> JsonObject {
    let mut schema = answer::page_schema();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("artist".to_owned(), json!({"type": "string"}));
    }
    schema
}

/// One call for each group and ten releases, as far as the answer needs, and one more to find a name.
pub(super) async fn list_artist_releases(
    context: &Context<'_>,
    args: Args,
) -> Result<Answer, Fault> {
    let id = resolve(context, &args.artist).await?;
    let mut groups: Vec<_> = args.groups.iter().map(|group| group.asked_for()).collect();
    groups.sort_unstable();
    groups.dedup();
    if groups.is_empty() {
        groups = vec![ReleaseGroup::Album, ReleaseGroup::Single];
    }
    let offset = args.offset.unwrap_or(0);
    let end = offset.saturating_add(args.limit.unwrap_or(2 * PER_CALL));
    let mut walk = Walk::new(context, &id, &groups, args.since_year);
    let albums = walk.upto(end).await?;
    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
    let rows: Vec<_> = albums
        .into_iter()
        .skip(skipped)
        .map(|album| view::album(album, args.response_format))
        .collect();
    // A page with nothing new would be asked for again and again.
    let is_stuck = walk.was_stopped && rows.is_empty();
    let mut page = Page::open(offset, rows, walk.total(), walk.has_more() && !is_stuck);
    let mut words = String::new();
    page.write(&mut words, TEXT_BUDGET, offset);
    let mut told = serde_json::to_value(&page).unwrap_or_default();
    told["artist"] = json!(id.uri(Kind::Artist));
    let answer = Answer::new(words, told);
    Ok(if is_stuck {
        answer.noting(format!(
            "The releases from {offset} on are too far for {MOST_CALLS} calls; pass fewer groups or `since_year`."
        ))
    } else if walk.was_stopped {
        answer.noting(format!(
            "Only {MOST_CALLS} calls were made; go on from here, or pass fewer groups."
        ))
    } else {
        answer
    })
}

/// The artist that `text` names: a reference, or a name that exactly one artist has among the first ten found.
async fn resolve(context: &Context<'_>, text: &str) -> Result<SpotifyId, Fault> {
    match Reference::parse(text).and_then(|reference| reference.expect(Kind::Artist)) {
        Ok(id) => return Ok(id),
        Err(IdError::NotAnId) if !text.trim().is_empty() && !text.starts_with("spotify:") => {}
        Err(problem) => {
            let given = text::clean(text, IN_ERROR);
            return Err(Fault::invalid_argument(format!(
                "`artist` \"{given}\": {problem}"
            )));
        }
    }
    let mut query = String::new();
    finding::filter(&mut query, "artist", text);
    let found = finding::artists(context, &query).await?;
    let wanted = fold(text);
    let namesakes: Vec<&Artist> = found
        .iter()
        .filter(|artist| fold(&artist.name) == wanted)
        .collect();
    let shown = text::clean(text.trim(), IN_ERROR);
    match namesakes.as_slice() {
        [only] => only
            .id
            .as_deref()
            .and_then(|id| SpotifyId::parse(id).ok())
            .ok_or_else(|| Fault::NotFound(format!("\"{shown}\" has no usable id"))),
        [] if found.is_empty() => Err(Fault::NotFound(format!(
            "Spotify finds no artist called \"{shown}\". Check the spelling, or use `search` with types=[\"artist\"]."
        ))),
        [] => Err(Fault::Ambiguous(format!(
            "No artist is called exactly \"{shown}\"; similar: {}. Pass the link of one.",
            candidates(&found.iter().collect::<Vec<_>>())
        ))),
        several => Err(Fault::Ambiguous(format!(
            "{} artists are called \"{shown}\": {}. Pass the link of one.",
            several.len(),
            candidates(several)
        ))),
    }
}

fn candidates(artists: &[&Artist]) -> String {
    let shown: Vec<_> = artists
        .iter()
        .filter_map(|artist| {
            let link = view::link(artist.uri.as_deref()?)?;
            Some(format!("{} {link}", text::clean(&artist.name, IN_ERROR)))
        })
        .take(CANDIDATES)
        .collect();
    shown.join(", ")
}

/// The groups of an artist's releases, walked side by side.
struct Walk<'a> {
    context: &'a Context<'a>,
    artist: &'a SpotifyId,
    since_year: Option<u32>,
    lanes: Vec<Lane>,
    steps: Steps,
    sent_before: u32,
    has_begun: bool,
    was_stopped: bool,
}

/// One group: Spotify lists it newest first.
struct Lane {
    group: ReleaseGroup,
    ready: VecDeque<Album>,
    next: u32,
    total: Option<u32>,
    /// There is nothing more, or nothing new enough.
    is_over: bool,
    /// Releases of it that were too old.
    cut: bool,
}

impl<'a> Walk<'a> {
    fn new(
        context: &'a Context<'a>,
        artist: &'a SpotifyId,
        groups: &[ReleaseGroup],
        since_year: Option<u32>,
    ) -> Self {
        let lane = |group: &ReleaseGroup| Lane {
            group: *group,
            ready: VecDeque::new(),
            next: 0,
            total: None,
            is_over: false,
            cut: false,
        };
        Self {
            context,
            artist,
            since_year,
            lanes: groups.iter().map(lane).collect(),
            steps: Steps::of(answer::count(groups.len())),
            sent_before: context.upstream.calls(),
            has_begun: false,
            was_stopped: false,
        }
    }

    /// The newest `end` releases, fewer if there are fewer or if that would cost too many calls.
    async fn upto(&mut self, end: u32) -> Result<Vec<Album>, Fault> {
        let mut albums: Vec<Album> = Vec::new();
        while answer::count(albums.len()) < end {
            self.fill().await?;
            if self.was_stopped {
                break;
            }
            let newest = self
                .lanes
                .iter_mut()
                .filter(|lane| !lane.ready.is_empty())
                // Among equal dates the first group wins, as `max_by` would give the last.
                .rev()
                .max_by(|one, other| one.front_date().cmp(other.front_date()));
            let Some(album) = newest.and_then(|lane| lane.ready.pop_front()) else {
                break;
            };
            if !albums.iter().any(|known| known.uri == album.uri) {
                albums.push(album);
            }
        }
        Ok(albums)
    }

    /// Fetches the next page of every group that has nothing ready: only then the newest of all is known.
    async fn fill(&mut self) -> Result<(), Fault> {
        let empty = |lane: &&mut Lane| lane.ready.is_empty() && !lane.is_over;
        let due = answer::count(self.lanes.iter_mut().filter(empty).count());
        if due == 0 {
            return Ok(());
        }
        // What was asked a moment ago comes from memory and costs nothing.
        let sent = self.context.upstream.calls() - self.sent_before;
        if sent + due > MOST_CALLS {
            self.was_stopped = true;
            return Ok(());
        }
        if self.has_begun {
            self.steps.expect(due);
        }
        self.has_begun = true;
        let (context, artist, since, steps) =
            (self.context, self.artist, self.since_year, &self.steps);
        let fetches = self.lanes.iter_mut().filter(empty).map(|lane| async move {
            let call = api::artist_albums(artist, lane.group, Paging::new(PER_CALL, lane.next));
            let page = context.upstream.send(&call).await?;
            steps.made(context, 1, lane.group.as_str()).await;
            lane.take(page, since);
            Ok::<(), Fault>(())
        });
        future::try_join_all(fetches).await?;
        Ok(())
    }

    /// How many there are in all; unknown where some are too old to count.
    fn total(&self) -> Option<u32> {
        if self.lanes.iter().any(|lane| lane.cut) {
            return None;
        }
        self.lanes.iter().map(|lane| lane.total).sum()
    }

    fn has_more(&self) -> bool {
        self.lanes
            .iter()
            .any(|lane| !lane.ready.is_empty() || !lane.is_over)
    }
}

impl Lane {
    fn take(&mut self, page: crate::spotify::model::Page<Album>, since: Option<u32>) {
        let all = page.total.map(view::small);
        let came = answer::count(page.items.len());
        self.next = self.next.saturating_add(PER_CALL);
        self.total = all.or(self.total);
        let ends = page.next.is_none() && all.is_none_or(|all| self.next >= all);
        self.is_over = came == 0 || ends || all.is_some_and(|all| self.next >= all);
        for album in page.items {
            if since.is_some_and(|since| year(&album).is_some_and(|year| year < since)) {
                self.cut = true;
                self.is_over = true;
                break;
            }
            self.ready.push_back(album);
        }
    }

    fn front_date(&self) -> &str {
        let front = self.ready.front();
        front
            .and_then(|album| album.release_date.as_deref())
            .unwrap_or_default()
    }
}

fn year(album: &Album) -> Option<u32> {
    album.release_date.as_deref()?.get(..4)?.parse().ok()
}
