//! Tracks, albums and artists, one at a time: Spotify no longer reads several at once.

use http::Method;

use crate::spotify::{
    call::{Call, Group, Query, json},
    id::SpotifyId,
    model::{Page, Track},
};

use super::{PAGE, Paging};

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
