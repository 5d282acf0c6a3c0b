//! Single reads of the catalogue: tracks, albums, artists (reference: Spotify Web API, Tracks, Albums, Artists). It
//! knows no person.

use axum::{Json, extract::Path};
use serde_json::{Value, json};

use super::{
    call::{Call, key},
    paging::Span,
    refusal::Refusal,
    shapes::Shapes,
};
use crate::sandbox::world::{Album, Form, Key, Kind};

type Answer = Result<Json<Value>, Refusal>;

/// `GET /tracks/{id}`.
pub(super) async fn track(call: Call, Path(id): Path<String>) -> Answer {
    let key = key(Kind::Track, &id)?;
    let market = call.market()?;
    let track = call.shapes().track(key, market);
    track.map(Json).ok_or_else(Refusal::not_found)
}

/// `GET /albums/{id}`: the album with the first page of its tracks.
pub(super) async fn album(call: Call, Path(id): Path<String>) -> Answer {
    let key = key(Kind::Album, &id)?;
    let market = call.market()?;
    let album = full_album(&call, key, market);
    album.map(Json).ok_or_else(Refusal::not_found)
}

/// `GET /albums/{id}/tracks`.
pub(super) async fn album_tracks(call: Call, Path(id): Path<String>) -> Answer {
    let key = key(Kind::Album, &id)?;
    let market = call.market()?;
    let span = call.span()?;
    let shapes = call.shapes();
    let album = shapes.world.album(key).ok_or_else(Refusal::not_found)?;
    let numbers = &album.tracks[span.range(album.tracks.len())];
    let items = simple_tracks(shapes, key, numbers, market);
    Ok(Json(span.page(&call, album.tracks.len(), items)))
}

/// `GET /artists/{id}`.
pub(super) async fn artist(call: Call, Path(id): Path<String>) -> Answer {
    let key = key(Kind::Artist, &id)?;
    let artist = call.shapes().artist(key);
    artist.map(Json).ok_or_else(Refusal::not_found)
}

/// `GET /artists/{id}/albums`, newest first: 5 unless the call says otherwise, at most 10.
pub(super) async fn artist_albums(call: Call, Path(id): Path<String>) -> Answer {
    let artist = key(Kind::Artist, &id)?;
    call.market()?;
    let span = Span {
        limit: call.limit(5, 10)?,
        offset: call.offset(100_000)?,
    };
    let groups = call.param("include_groups").unwrap_or(GROUPS);
    if let Some(unknown) = groups
        .split(',')
        .find(|group| !GROUPS.split(',').any(|known| known == *group))
    {
        return Err(Refusal::bad(format!("Invalid include_groups: {unknown}")));
    }
    let shapes = call.shapes();
    if shapes.world.artist(artist).is_none() {
        return Err(Refusal::not_found());
    }
    let mut albums: Vec<(Key, &Album)> = shapes
        .world
        .albums_with(artist)
        .filter(|(_, album)| {
            groups
                .split(',')
                .any(|group| group == self::group(album, artist))
        })
        .collect();
    albums.sort_by(|(_, one), (_, other)| other.released.cmp(&one.released));
    let items = albums[span.range(albums.len())]
        .iter()
        .map(|(key, album)| shapes.simple_album(*key, album).into())
        .collect();
    Ok(Json(span.page(&call, albums.len(), items)))
}

/// A full album, without the removed `label`, `popularity` and `available_markets`; `genres` is always empty.
pub(super) fn full_album(call: &Call, key: Key, market: bool) -> Option<Value> {
    let shapes = call.shapes();
    let album = shapes.world.album(key)?;
    let mut written = shapes.simple_album(key, album);
    let span = Span {
        limit: 50,
        offset: 0,
    };
    let items = simple_tracks(
        shapes,
        key,
        &album.tracks[span.range(album.tracks.len())],
        market,
    );
    let path = format!(
        "/v1/albums/{}/tracks",
        written["id"].as_str().unwrap_or_default()
    );
    let tracks = span.page_at(call, &path, album.tracks.len(), &items);
    written.insert("tracks".to_owned(), tracks);
    let year = album.year();
    let rights = json!([{"text": format!("{year} Sandbox Records"), "type": "C"}]);
    written.insert("copyrights".to_owned(), rights);
    written.insert("external_ids".to_owned(), json!({"upc": album.upc}));
    written.insert("genres".to_owned(), json!([]));
    Some(written.into())
}

const GROUPS: &str = "album,single,appears_on,compilation";

/// In which group of an artist's releases an album is: another's record is one that they appear on.
fn group(album: &Album, artist: Key) -> &'static str {
    let own = album.artists.contains(&artist);
    match album.form {
        Form::Compilation if own => "compilation",
        _ if !own => "appears_on",
        form => form.word(),
    }
}

fn simple_tracks(shapes: Shapes<'_>, album: Key, numbers: &[u32], market: bool) -> Vec<Value> {
    numbers
        .iter()
        .filter_map(|n| {
            let key = Key {
                owner: album.owner,
                n: *n,
            };
            let track = shapes.world.track(key)?;
            Some(shapes.simple_track(key, &track, market).into())
        })
        .collect()
}
