//! `search`: Spotify's catalogue, ten hits of a kind for each call.

use futures::future;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::spotify::{
    api::{self, Paging, Search, SearchKind},
    model::{Page as Found, SearchResults},
};

use super::{Context, finding};
use crate::mcp::{
    answer::{self, Answer, Page, Row, TEXT_BUDGET},
    fault::Fault,
    text,
    view::{self, Detail},
};

/// The most hits of a kind in one answer of Spotify.
const PER_CALL: u32 = 10;

/// The furthest that Spotify searches.
const FURTHEST: u32 = 1_000;

/// The most bytes of a concise line; a longer one loses the end of its album, or all of it, which tells the least.
const LINE: usize = 152;

/// The fewest characters of an album that still tell something.
const ALBUM: usize = 8;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Words to look for
    #[schemars(length(min = 1, max = 500))]
    query: String,
    /// Default: track
    #[serde(default)]
    #[schemars(length(min = 1, max = 7))]
    types: Vec<Type>,
    /// Results per type, default 10
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    #[schemars(range(min = 0, max = 1000))]
    offset: Option<u32>,
    /// Only by this artist
    #[schemars(length(min = 1, max = 200))]
    artist: Option<String>,
    /// Only from this album
    #[schemars(length(min = 1, max = 200))]
    album: Option<String>,
    /// 1994 or 1990-1999
    #[schemars(regex(pattern = r"^\d{4}(-\d{4})?$"))]
    year: Option<String>,
    /// Only this recording (type track)
    #[schemars(regex(pattern = r"^[A-Za-z0-9-]{12,15}$"))]
    isrc: Option<String>,
    /// Only this release (type album)
    #[schemars(regex(pattern = r"^\d{8,14}$"))]
    upc: Option<String>,
    /// Only albums of the last two weeks (type album)
    #[serde(default)]
    new_only: bool,
    #[serde(default)]
    response_format: Detail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Type {
    Track,
    Album,
    Artist,
    Playlist,
    Show,
    Episode,
    Audiobook,
}

impl Type {
    fn kind(self) -> SearchKind {
        match self {
            Self::Track => SearchKind::Track,
            Self::Album => SearchKind::Album,
            Self::Artist => SearchKind::Artist,
            Self::Playlist => SearchKind::Playlist,
            Self::Show => SearchKind::Show,
            Self::Episode => SearchKind::Episode,
            Self::Audiobook => SearchKind::Audiobook,
        }
    }
}

/// What was found of one kind.
#[derive(Debug, Serialize)]
struct Section {
    r#type: &'static str,
    #[serde(flatten)]
    page: Page,
}

/// All that was found.
#[derive(Debug, Serialize)]
struct Results {
    results: Vec<Section>,
}

pub(super) fn output() -> JsonObject {
    let mut section = answer::page_schema();
    if let Some(Value::Object(properties)) = section.get_mut("properties") {
        properties.insert("type".to_owned(), json!({"type": "string"}));
    }
    answer::object(json!({
        "type": "object",
        "properties": {"results": {"type": "array", "items": section}},
        "required": ["results"]
    }))
}

/// One call tells how much there is; the rest, if it is wanted, is fetched at once.
pub(super) async fn search(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    if args.query.trim().is_empty() {
        return Err(Fault::invalid_argument("`query` must not be blank"));
    }
    let offset = args.offset.unwrap_or(0);
    let end = offset.saturating_add(args.limit.unwrap_or(PER_CALL));
    let words = words(&args);
    let kinds = kinds(&args)?;
    let page_from = |start: u32| {
        let paging = Paging::new(PER_CALL.min(end - start), start);
        api::search(&Search {
            query: &words,
            kinds: &kinds,
            paging,
        })
    };

    let first = context.upstream.send(&page_from(offset)).await?;
    let last = end.min(longest(&first)).min(FURTHEST + 1);
    let step = usize::try_from(PER_CALL).unwrap_or(10);
    let calls: Vec<_> = (offset + PER_CALL..last)
        .step_by(step)
        .map(page_from)
        .collect();
    let rest = future::join_all(calls.iter().map(|call| context.upstream.send(call))).await;

    let mut gathered = Gathered::new(kinds, offset, args.response_format);
    gathered.take(first);
    for (page, start) in rest.into_iter().zip((offset + PER_CALL..).step_by(step)) {
        match page {
            Ok(page) => gathered.take(page),
            Err(Fault::Cancelled) => return Err(Fault::Cancelled),
            // What came before it is as good as without it; the list goes on where it would have been.
            Err(fault) => {
                let note = format!(
                    "Spotify failed at the results from {start} on ({}); these are the ones before. Go on there later.",
                    fault.code()
                );
                return Ok(gathered.answer(start).noting(note));
            }
        }
    }
    Ok(gathered.answer(end))
}

/// The kinds that are searched: those that were asked for, else the one that the filters are about.
///
/// # Errors
/// `invalid_argument` when a filter finds none of the kinds that were asked for: Spotify would answer with nothing.
fn kinds(args: &Args) -> Result<Vec<SearchKind>, Fault> {
    let filters = [
        ("new_only", args.new_only, SearchKind::Album),
        ("upc", args.upc.is_some(), SearchKind::Album),
        ("isrc", args.isrc.is_some(), SearchKind::Track),
    ];
    let mut kinds: Vec<_> = args.types.iter().map(|kind| kind.kind()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        let of_filter = filters.iter().find(|(_, given, _)| *given);
        kinds.push(of_filter.map_or(SearchKind::Track, |(.., kind)| *kind));
    }
    for (name, given, kind) in filters {
        if given && !kinds.contains(&kind) {
            return Err(Fault::invalid_argument(format!(
                "`{name}` finds nothing but type {kind}: add it to `types`, or leave out `{name}`",
                kind = kind.as_str()
            )));
        }
    }
    Ok(kinds)
}

/// The words with Spotify's filters behind them (Web API reference, "Search for Item").
fn words(args: &Args) -> String {
    let mut words = args.query.trim().to_owned();
    let filters = [
        ("artist", &args.artist),
        ("album", &args.album),
        ("year", &args.year),
        ("isrc", &args.isrc),
        ("upc", &args.upc),
    ];
    for (name, value) in filters {
        if let Some(value) = value {
            finding::filter(&mut words, name, value);
        }
    }
    if args.new_only {
        words.push_str(" tag:new");
    }
    words
}

/// A track's row whose line is short where that costs nothing but the end of the album's name.
fn short(row: Row) -> Row {
    let mut line = String::with_capacity(2 * LINE);
    row.write_line(&mut line);
    let over = line.len().saturating_sub(LINE);
    let Some(album) = row.album.as_ref().filter(|_| over > 0) else {
        return row;
    };
    // The mark of what is cut takes three bytes itself.
    let room = album.len().saturating_sub(over + 3);
    let fits = |(at, c): &(usize, char)| at + c.len_utf8() <= room;
    let kept = album.char_indices().take_while(fits).count();
    let album = (kept >= ALBUM).then(|| text::clean(album, kept).into_owned());
    Row { album, ..row }
}

/// The length of the longest list.
fn longest(found: &SearchResults) -> u32 {
    let totals = [
        found.tracks.as_ref().and_then(|page| page.total),
        found.albums.as_ref().and_then(|page| page.total),
        found.artists.as_ref().and_then(|page| page.total),
        found.playlists.as_ref().and_then(|page| page.total),
        found.shows.as_ref().and_then(|page| page.total),
        found.episodes.as_ref().and_then(|page| page.total),
        found.audiobooks.as_ref().and_then(|page| page.total),
    ];
    view::small(totals.into_iter().flatten().max().unwrap_or(0))
}

/// What has come so far, by kind.
struct Gathered {
    sections: Vec<(SearchKind, Vec<Row>, u32)>,
    offset: u32,
    detail: Detail,
}

impl Gathered {
    fn new(kinds: Vec<SearchKind>, offset: u32, detail: Detail) -> Self {
        let sections = kinds
            .into_iter()
            .map(|kind| (kind, Vec::new(), 0))
            .collect();
        Self {
            sections,
            offset,
            detail,
        }
    }

    fn take(&mut self, found: SearchResults) {
        let detail = self.detail;
        self.add(SearchKind::Track, found.tracks, |track| {
            let row = view::track(track, detail);
            if detail == Detail::Concise {
                short(row)
            } else {
                row
            }
        });
        self.add(SearchKind::Album, found.albums, |album| {
            view::album(album, detail)
        });
        self.add(SearchKind::Artist, found.artists, view::artist);
        self.add(SearchKind::Playlist, found.playlists, |list| {
            view::playlist(list, None, detail)
        });
        self.add(SearchKind::Show, found.shows, |show| {
            view::show(show, detail)
        });
        self.add(SearchKind::Episode, found.episodes, |part| {
            view::episode(part, detail)
        });
        self.add(SearchKind::Audiobook, found.audiobooks, |book| {
            view::show(book, detail)
        });
    }

    fn add<T>(&mut self, kind: SearchKind, found: Option<Found<T>>, row: impl Fn(T) -> Row) {
        let section = self
            .sections
            .iter_mut()
            .find(|(wanted, ..)| *wanted == kind);
        if let (Some((_, rows, total)), Some(found)) = (section, found) {
            *total = view::small(found.total.unwrap_or(0)).max(*total);
            rows.extend(found.items.into_iter().map(row));
        }
    }

    fn answer(self, end: u32) -> Answer {
        let budget = TEXT_BUDGET / self.sections.len().max(1);
        let titled = self.sections.len() > 1;
        let mut text = String::with_capacity(1_024);
        let mut sections = Vec::with_capacity(self.sections.len());
        for (kind, rows, total) in self.sections {
            if titled {
                text.push_str(if text.is_empty() { "" } else { "\n\n" });
                text.push_str(kind.as_str());
                text.push_str("s:\n");
            }
            let mut page = Page::upto(end, total, rows);
            if end > FURTHEST {
                // Spotify searches no further: an assistant would ask for it again and again.
                (page.has_more, page.next_offset) = (false, None);
            }
            page.write(&mut text, budget, self.offset);
            sections.push(Section {
                r#type: kind.as_str(),
                page,
            });
        }
        Answer::new(text, Results { results: sections })
    }
}
