//! Tracks, albums and artists, one at a time: Spotify no longer reads several at once.

use http::Method;

use crate::spotify::{
    call::{Call, Group, Query, json},
    id::SpotifyId,
    model::{Album, Artist, Page, Part, Show, Track},
};

use super::{PAGE, Paging};

/// The most releases of an artist in one answer.
const RELEASES: u32 = 10;

/// A group of an artist's releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReleaseGroup {
    /// Their albums.
    Album,
    /// Their singles and extended plays.
    Single,
    /// Others' releases that they are on.
    AppearsOn,
    /// Their compilations.
    Compilation,
}

impl ReleaseGroup {
    /// The name that Spotify uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Album => "album",
            Self::Single => "single",
            Self::AppearsOn => "appears_on",
            Self::Compilation => "compilation",
        }
    }
}

/// One track. Needs no scope.
pub fn track(id: &SpotifyId) -> Call<Track> {
    Call::new(Method::GET, format!("tracks/{id}"), Group::Catalogue, json)
}

/// The tracks of an album, at most 50. Needs no scope.
pub fn album_tracks(id: &SpotifyId, paging: Paging) -> Call<Page<Track>> {
    let query = Query::default()
        .number("limit", paging.limit_up_to(PAGE))
        .number("offset", paging.offset);
    Call::new(
        Method::GET,
        format!("albums/{id}/tracks"),
        Group::Catalogue,
        json,
    )
    .with_query(query)
}

/// One album with the first page of its tracks. Needs no scope.
pub fn album(id: &SpotifyId) -> Call<Album> {
    Call::new(Method::GET, format!("albums/{id}"), Group::Catalogue, json)
}

/// One artist. Needs no scope.
pub fn artist(id: &SpotifyId) -> Call<Artist> {
    Call::new(Method::GET, format!("artists/{id}"), Group::Catalogue, json)
}

/// What an artist released in one group, newest first, at most 10. Needs no scope.
pub fn artist_albums(id: &SpotifyId, group: ReleaseGroup, paging: Paging) -> Call<Page<Album>> {
    let query = Query::default()
        .text("include_groups", group.as_str())
        .number("limit", paging.limit_up_to(RELEASES))
        .number("offset", paging.offset);
    Call::new(
        Method::GET,
        format!("artists/{id}/albums"),
        Group::Catalogue,
        json,
    )
    .with_query(query)
}

/// One podcast. Needs `user-read-playback-position`.
pub fn show(id: &SpotifyId) -> Call<Show> {
    Call::new(Method::GET, format!("shows/{id}"), Group::Spoken, json)
}

/// One episode. Needs `user-read-playback-position`.
pub fn episode(id: &SpotifyId) -> Call<Part> {
    Call::new(Method::GET, format!("episodes/{id}"), Group::Spoken, json)
}

/// One audiobook. There are audiobooks in a few countries only.
pub fn audiobook(id: &SpotifyId) -> Call<Show> {
    Call::new(Method::GET, format!("audiobooks/{id}"), Group::Spoken, json)
}
