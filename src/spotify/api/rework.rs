//! Playlists that exist already: rename, take out, move, replace, picture, unfollow.

use http::Method;
use serde_json::{Map, Value, json};

use crate::spotify::{
    call::{self, Call, Group},
    id::SpotifyId,
    model::Snapshot,
};

use super::playlists::{ITEMS_PER_WRITE, items_of};

/// What is to be changed of a playlist itself; what is `None` stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlaylistChange<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Its description.
    pub description: Option<&'a str>,
    /// Whether it stands on the person's profile.
    pub public: Option<bool>,
    /// Whether others may edit it; goes with `public: false` only.
    pub collaborative: Option<bool>,
}

/// Neighbouring places that move together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The first of them, 0-based.
    pub from: u32,
    /// How many.
    pub count: u32,
    /// The place, before the move, in front of which they go; the length of the list for its end.
    pub before: u32,
}

/// Changes name, description and visibility. Needs `playlist-modify-public` or `-private`, and the person must own
/// the playlist.
pub fn change_playlist(id: &SpotifyId, change: &PlaylistChange<'_>) -> Call<()> {
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        body.extend(value.map(|value| (name.to_owned(), value)));
    };
    set("name", change.name.map(Value::from));
    set("description", change.description.map(Value::from));
    set("public", change.public.map(Value::from));
    set("collaborative", change.collaborative.map(Value::from));
    let path = format!("playlists/{id}");
    Call::new(Method::PUT, path, Group::Playlists, call::nothing)
        .with_json(&body.into())
        .owned_by_somebody()
}

/// Puts at most [`ITEMS_PER_WRITE`] URIs in the place of everything that is in the playlist. Needs
/// `playlist-modify-public` or `-private`.
pub fn replace_items(id: &SpotifyId, uris: &[impl AsRef<str>]) -> Call<Snapshot> {
    let uris: Vec<_> = uris
        .iter()
        .take(ITEMS_PER_WRITE)
        .map(AsRef::as_ref)
        .collect();
    rewrite(id, &json!({ "uris": uris }))
}

/// Moves items within a playlist. Needs `playlist-modify-public` or `-private`. Sent twice it moves twice.
pub fn reorder_items(id: &SpotifyId, wish: Move, snapshot_id: Option<&str>) -> Call<Snapshot> {
    let mut body = json!({
        "range_start": wish.from,
        "insert_before": wish.before,
        "range_length": wish.count,
    });
    if let Some(snapshot_id) = snapshot_id {
        body["snapshot_id"] = json!(snapshot_id);
    }
    rewrite(id, &body).once()
}

/// Takes out every copy of each URI: one call for each [`ITEMS_PER_WRITE`] URIs, to be sent one after the other.
/// Needs `playlist-modify-public` or `-private`.
pub fn remove_items(id: &SpotifyId, uris: &[impl AsRef<str>]) -> Vec<Call<Snapshot>> {
    uris.chunks(ITEMS_PER_WRITE)
        .map(|chunk| {
            let items: Vec<_> = chunk
                .iter()
                .map(|uri| json!({ "uri": uri.as_ref() }))
                .collect();
            let decode = call::json_or_empty;
            Call::new(Method::DELETE, items_of(id), Group::Playlists, decode)
                .with_json(&json!({ "items": items }))
                .owned_by_somebody()
        })
        .collect()
}

/// Sets the cover to a JPEG in base64 of at most 256 KB. Needs `ugc-image-upload` and `playlist-modify-public` or
/// `-private`.
pub fn set_cover(id: &SpotifyId, jpeg_in_base64: String) -> Call<()> {
    let path = format!("playlists/{id}/images");
    Call::new(Method::PUT, path, Group::Playlists, call::nothing)
        .with_content("image/jpeg", jpeg_in_base64)
        .owned_by_somebody()
}

fn rewrite(id: &SpotifyId, body: &Value) -> Call<Snapshot> {
    let decode = call::json_or_empty;
    Call::new(Method::PUT, items_of(id), Group::Playlists, decode)
        .with_json(body)
        .owned_by_somebody()
}
