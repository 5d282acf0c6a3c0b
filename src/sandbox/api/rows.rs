//! How the things in playlists and players are written, odd ones included: local files, episodes, removed content
//! (reference: Spotify, Get Playlist Items). It knows no rule about who may see them.

use serde_json::{Value, json};

use super::{
    shapes::Shapes,
    spoken::{self, episode},
};
use crate::sandbox::{
    time::stamp,
    world::{Content, Key, Kind, Row, encode},
};

/// One row of a playlist; a hole is `null` as a whole.
pub(super) fn row(shapes: Shapes<'_>, row: &Row, episodes: bool, market: bool) -> Value {
    if row.content == Content::Hole {
        return Value::Null;
    }
    json!({
        "added_at": row.added_at.map(stamp),
        "added_by": row.added_by.map(|owner| shapes.user(owner)),
        "is_local": matches!(row.content, Content::Local { .. }),
        "primary_color": null,
        "video_thumbnail": {"url": null},
        "item": content(shapes, &row.content, episodes, market),
    })
}

/// A thing in a list or a player. An episode comes whole only to clients that say they know episodes.
pub(super) fn content(
    shapes: Shapes<'_>,
    content: &Content,
    episodes: bool,
    market: bool,
) -> Value {
    match content {
        Content::Track(key) => shapes.track(*key, market).unwrap_or(Value::Null),
        Content::Episode(n) if episodes => episode(shapes, *n).into(),
        Content::Episode(n) => episode_as_track(shapes, *n),
        Content::Local {
            title,
            artist,
            album,
            ms,
        } => local(content, title, artist, album, *ms),
        Content::Removed | Content::Hole => Value::Null,
    }
}

/// What a client that does not know episodes gets: something between a track and an episode.
fn episode_as_track(shapes: Shapes<'_>, n: u32) -> Value {
    let Some(part) = shapes.world.spoken().episodes.get(n as usize) else {
        return Value::Null;
    };
    let show = spoken::show(shapes, part.whole);
    let id = encode(Kind::Episode, Key::common(n));
    json!({
        "album": {
            "album_type": null,
            "artists": [],
            "images": show.as_ref().map(|show| show["images"].clone()),
            "name": show.as_ref().map(|show| show["name"].clone()),
            "type": "show",
        },
        "artists": [],
        "disc_number": 0,
        "duration_ms": part.ms,
        "episode": true,
        "explicit": false,
        "external_ids": {},
        "href": shapes.href(Kind::Episode, &id),
        "id": id,
        "is_local": false,
        "name": part.name,
        "track": false,
        "track_number": 0,
        "type": "episode",
        "uri": format!("spotify:episode:{id}"),
    })
}

fn local(content: &Content, title: &str, artist: &str, album: &str, ms: u32) -> Value {
    json!({
        "album": {
            "album_type": null,
            "artists": [],
            "external_urls": {},
            "href": null,
            "id": null,
            "images": [],
            "name": album,
            "release_date": null,
            "release_date_precision": null,
            "type": "album",
            "uri": null,
        },
        "artists": [{"external_urls": {}, "href": null, "id": null, "name": artist, "type": "artist", "uri": null}],
        "disc_number": 0,
        "duration_ms": ms,
        "explicit": false,
        "external_ids": {},
        "external_urls": {},
        "href": null,
        "id": null,
        "is_local": true,
        "name": title,
        "preview_url": null,
        "track_number": 0,
        "type": "track",
        "uri": content.uri(),
    })
}
