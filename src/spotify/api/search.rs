//! `GET /search`.

use http::Method;

use crate::spotify::{
    call::{Call, Group, Query, json},
    model::SearchResults,
};

use super::Paging;

/// The most hits of one kind in one answer; Spotify refuses more with 400.
const HITS: u32 = 10;
/// The furthest that Spotify searches.
const LAST_OFFSET: u32 = 1_000;

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// Words and filters (`artist:`, `album:`, `year:`, `isrc:`, ...).
    pub query: &'a str,
    /// Which kinds of things; none means tracks.
    pub kinds: &'a [SearchKind],
    /// At most 10 of each kind, offset at most 1000.
    pub paging: Paging,
}

/// Things that can be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SearchKind {
    /// Songs.
    Track,
    /// Albums.
    Album,
    /// Artists.
    Artist,
    /// Playlists.
    Playlist,
    /// Podcasts.
    Show,
    /// Episodes of podcasts.
    Episode,
    /// Audiobooks.
    Audiobook,
}

impl SearchKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Track,
        Self::Album,
        Self::Artist,
        Self::Playlist,
        Self::Show,
        Self::Episode,
        Self::Audiobook,
    ];

    /// The name that Spotify uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Album => "album",
            Self::Artist => "artist",
            Self::Playlist => "playlist",
            Self::Show => "show",
            Self::Episode => "episode",
            Self::Audiobook => "audiobook",
        }
    }
}

/// Searches the catalogue. Needs no scope.
pub fn search(search: &Search<'_>) -> Call<SearchResults> {
    let kinds = match search.kinds {
        [] => SearchKind::Track.as_str().to_owned(),
        kinds => csv(kinds),
    };
    let query = Query::default()
        .text("q", search.query)
        .text("type", &kinds)
        .number("limit", search.paging.limit_up_to(HITS))
        .number("offset", search.paging.offset.min(LAST_OFFSET));
    Call::new(Method::GET, "search", Group::Search, json).with_query(query)
}

/// The names once each, in one order, so that equal questions are equal calls.
fn csv(kinds: &[SearchKind]) -> String {
    let names: Vec<_> = SearchKind::ALL
        .iter()
        .filter(|kind| kinds.contains(kind))
        .map(|kind| kind.as_str())
        .collect();
    names.join(",")
}
