//! Playlists: list, read, create, add.

use http::Method;
use serde_json::json;

use crate::spotify::{
    call::{self, Call, Group, Query},
    id::SpotifyId,
    model::{Page, Playlist, PlaylistItem, PlaylistSummary, Snapshot},
};

use super::{BOTH_TYPES, PAGE, Paging};

/// The most URIs that Spotify takes in one write.
pub const ITEMS_PER_WRITE: usize = 100;

/// The furthest that Spotify pages through a person's playlists.
const LAST_PLAYLIST: u32 = 100_000;

/// What is shown of each item; without the filter a page is ten times as long.
const ITEM_FIELDS: &str = "items(added_at,is_local,item(type,id,uri,name,duration_ms,explicit,is_local,\
is_playable,release_date,artists(id,name),album(id,name,release_date),show(id,name),external_ids(isrc),\
external_urls(spotify))),limit,offset,total,next";

/// What is shown of a playlist itself.
const DETAIL_FIELDS: &str = "id,uri,name,description,public,collaborative,owner(id,display_name),\
snapshot_id,external_urls(spotify),items(total)";

/// How much of a playlist to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaylistParts {
    /// What it is called, whose it is and how long it is.
    Details,
    /// The details and the first page of its items (Spotify decides how many), in one call.
    WithFirstItems,
}

/// A playlist to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewPlaylist<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its description.
    pub description: Option<&'a str>,
    /// Whether it stands on the person's profile. Always sent: Spotify's own default is `true`.
    pub public: bool,
    /// Whether others may edit it; goes with `public: false` only.
    pub collaborative: bool,
}

/// The person's playlists, own and followed, at most 50. Needs `playlist-read-private`.
pub fn my_playlists(paging: Paging) -> Call<Page<PlaylistSummary>> {
    let query = Query::default()
        .number("limit", paging.limit_up_to(PAGE))
        .number("offset", paging.offset.min(LAST_PLAYLIST));
    Call::new(Method::GET, "me/playlists", Group::Playlists, call::json).with_query(query)
}

/// One playlist. Private ones need `playlist-read-private`.
pub fn playlist(id: &SpotifyId, parts: PlaylistParts) -> Call<Playlist> {
    let query = Query::default().text("additional_types", BOTH_TYPES);
    let query = match parts {
        PlaylistParts::Details => query.text("fields", DETAIL_FIELDS),
        PlaylistParts::WithFirstItems => query,
    };
    Call::new(
        Method::GET,
        format!("playlists/{id}"),
        Group::Playlists,
        call::json,
    )
    .with_query(query)
    .owned_by_somebody()
}

/// What is in a playlist, at most 50 places. Needs `playlist-read-private`, and the person must own the playlist
/// or work on it: otherwise [`NotReadable`](crate::spotify::SpotifyError::NotReadable).
pub fn playlist_items(id: &SpotifyId, paging: Paging) -> Call<Page<PlaylistItem>> {
    let query = Query::default()
        .text("additional_types", BOTH_TYPES)
        .text("fields", ITEM_FIELDS)
        .number("limit", paging.limit_up_to(PAGE))
        .number("offset", paging.offset);
    Call::new(Method::GET, items_of(id), Group::Playlists, call::json)
        .with_query(query)
        .owned_by_somebody()
}

/// Makes a playlist. Needs `playlist-modify-public` or `-private`. Sent twice it makes two.
pub fn create_playlist(new: &NewPlaylist<'_>) -> Call<Playlist> {
    let mut body = json!({
        "name": new.name,
        "public": new.public,
        "collaborative": new.collaborative,
    });
    if let Some(description) = new.description {
        body["description"] = json!(description);
    }
    Call::new(Method::POST, "me/playlists", Group::Playlists, call::json).with_json(&body)
}

/// Adds tracks and episodes by URI, at `position` or at the end: one call for each [`ITEMS_PER_WRITE`] URIs, to be
/// sent one after the other. Needs `playlist-modify-public` or `-private`. Sent twice it adds twice.
pub fn add_items(
    id: &SpotifyId,
    uris: &[impl AsRef<str>],
    position: Option<usize>,
) -> Vec<Call<Snapshot>> {
    uris.chunks(ITEMS_PER_WRITE)
        .enumerate()
        .map(|(index, chunk)| {
            let uris: Vec<_> = chunk.iter().map(AsRef::as_ref).collect();
            let mut body = json!({ "uris": uris });
            if let Some(first) = position {
                body["position"] = json!(first + index * ITEMS_PER_WRITE);
            }
            Call::new(Method::POST, items_of(id), Group::Playlists, call::json)
                .with_json(&body)
                .owned_by_somebody()
        })
        .collect()
}

/// The path of a playlist's items.
pub(super) fn items_of(id: &SpotifyId) -> String {
    format!("playlists/{id}/items")
}
