//! Writing playlists: making one and adding to one (reference: Spotify, Create Playlist, Add Items to Playlist).
//! What may be read is decided elsewhere.

use axum::{Json, body::Bytes, extract::Path};
use http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{
    call::{Call, key},
    paging::Span,
    playlists::{full, is_visible, snapshot},
    refusal::Refusal,
};
use crate::sandbox::world::{Content, Cover, Key, Kind, Playlist, Row, decode_as};

type Answer = Result<(StatusCode, Json<Value>), Refusal>;

/// `POST /me/playlists`: 201 with the whole empty playlist. It is public unless the body says otherwise.
pub(super) async fn create(call: Call, body: Bytes) -> Answer {
    let playlist = wanted(&call, &body)?;
    let mut account = call
        .sandbox
        .world
        .account(call.me)
        .ok_or_else(Refusal::not_found)?;
    if account.playlists.len() >= MOST_PLAYLISTS {
        return Err(Refusal::forbidden());
    }
    let key = Key {
        owner: call.me,
        n: account.next_playlist(),
    };
    let mut written = full(call.shapes(), key, &playlist);
    let path = format!(
        "/v1/playlists/{}/items",
        written["id"].as_str().unwrap_or_default()
    );
    let span = Span {
        limit: 50,
        offset: 0,
    };
    written.insert("items".to_owned(), span.page_at(&call, &path, 0, &[]));
    call.wrote(format!("made {} {:?}", written["uri"], playlist.name));
    account.playlists.insert(key.n, playlist);
    account.listed.insert(0, key);
    Ok((StatusCode::CREATED, Json(written.into())))
}

/// `POST /playlists/{id}/items`: 201 with the new snapshot id. `uris` in the query wins over the body.
pub(super) async fn add(call: Call, Path(id): Path<String>, body: Bytes) -> Answer {
    let key = key(Kind::Playlist, &id)?;
    let (uris, position) = additions(&call, &body)?;
    let contents = uris
        .iter()
        .map(|uri| content(&call, uri))
        .collect::<Result<Vec<_>, _>>()?;
    let now = call.sandbox.now();
    let mut account = call
        .sandbox
        .world
        .account(key.owner)
        .ok_or_else(Refusal::not_found)?;
    let playlist = account
        .playlists
        .get_mut(&key.n)
        .ok_or_else(Refusal::not_found)?;
    may_change(&call, key, playlist)?;
    let end = playlist.rows.len();
    let at = position.unwrap_or(end);
    if at > end {
        return Err(Refusal::bad("Index out of bounds"));
    }
    if end + contents.len() > MOST_ROWS {
        return Err(Refusal::bad("Playlist size limit reached"));
    }
    let rows = contents.into_iter().map(|content| Row {
        content,
        added_at: Some(now),
        added_by: Some(call.me),
    });
    playlist.rows.splice(at..at, rows);
    playlist.edition += 1;
    let (count, list) = (uris.len(), uris.join(" "));
    call.wrote(format!(
        "added {count} to spotify:playlist:{id} at {at}: {list}"
    ));
    let body = json!({"snapshot_id": snapshot(key, playlist)});
    Ok((StatusCode::CREATED, Json(body)))
}

/// Most items in one call.
pub(super) const MOST_ITEMS: usize = 100;
/// Most rows of a playlist.
const MOST_ROWS: usize = 10_000;
/// Most playlists of a person.
const MOST_PLAYLISTS: usize = 11_000;

/// The body of a new playlist.
#[derive(Debug, Deserialize)]
struct NewPlaylist {
    name: Option<String>,
    #[serde(default = "yes", deserialize_with = "or_yes")]
    public: bool,
    #[serde(default, deserialize_with = "or_no")]
    collaborative: bool,
    description: Option<String>,
}

/// The body of an addition.
#[derive(Debug, Default, Deserialize)]
struct NewItems {
    uris: Option<Vec<String>>,
    position: Option<usize>,
}

/// The playlist that a body asks for, if the caller may make such a one.
fn wanted(call: &Call, body: &[u8]) -> Result<Playlist, Refusal> {
    let wish: NewPlaylist = parse(body)?;
    let name = wish
        .name
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Refusal::bad("Missing required field: name"))?;
    if wish.collaborative && wish.public {
        return Err(Refusal::bad(
            "Cannot create a public collaborative playlist",
        ));
    }
    needed_for(call, wish.public, wish.collaborative)?;
    Ok(Playlist {
        name,
        description: wish.description.filter(|text| !text.is_empty()),
        public: wish.public || (call.sandbox.knobs.private_ignored() && !wish.collaborative),
        collaborative: wish.collaborative,
        collaborators: Vec::new(),
        rows: Vec::new(),
        edition: 1,
        cover: Cover::Null,
    })
}

/// Refuses without the permissions that a playlist of that sort needs.
pub(super) fn needed_for(call: &Call, public: bool, collaborative: bool) -> Result<(), Refusal> {
    if public || collaborative {
        call.need("playlist-modify-public")?;
    }
    if !public {
        call.need("playlist-modify-private")?;
    }
    Ok(())
}

/// What a call wants to add, and where.
fn additions(call: &Call, body: &[u8]) -> Result<(Vec<String>, Option<usize>), Refusal> {
    let in_body: NewItems = if body.is_empty() {
        NewItems::default()
    } else {
        parse(body)?
    };
    let missing = || Refusal::bad("Missing required field: uris");
    let uris: Vec<String> = match call.param("uris") {
        Some(list) => list.split(',').map(|uri| uri.trim().to_owned()).collect(),
        None => in_body.uris.ok_or_else(missing)?,
    };
    if uris.is_empty() {
        return Err(missing());
    }
    if uris.len() > MOST_ITEMS {
        return Err(Refusal::bad(
            "You can add a maximum of 100 tracks per request.",
        ));
    }
    let position = match call.param("position").map(str::parse) {
        Some(Ok(position)) => Some(position),
        Some(Err(_)) => return Err(Refusal::bad("Invalid position")),
        None => in_body.position,
    };
    Ok((uris, position))
}

/// Reads a JSON body.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    let fault = |fault: serde_json::Error| match fault.classify() {
        serde_json::error::Category::Data => Refusal::bad("Invalid value in body"),
        _ => Refusal::bad("Error parsing JSON."),
    };
    serde_json::from_slice(body).map_err(fault)
}

/// What a URI in a write names: a track or an episode that exists. Local files cannot be added.
pub(super) fn content(call: &Call, uri: &str) -> Result<Content, Refusal> {
    let world = &call.sandbox.world;
    let unsupported = || Refusal::bad(format!("Unsupported URL / URI: {uri}"));
    let missing = || Refusal::bad("Payload contains a non-existing ID");
    if let Some(id) = uri.strip_prefix("spotify:track:") {
        let key = decode_as(Kind::Track, id).ok_or_else(missing)?;
        world.track(key).ok_or_else(missing)?;
        return Ok(Content::Track(key));
    }
    let id = uri
        .strip_prefix("spotify:episode:")
        .ok_or_else(unsupported)?;
    let key = decode_as(Kind::Episode, id).ok_or_else(missing)?;
    let known = world.spoken().episodes.len();
    if key.n as usize >= known {
        return Err(missing());
    }
    Ok(Content::Episode(key.n))
}

/// Only the owner and those who share it, each with the permission that the playlist's sort asks for.
pub(super) fn may_change(call: &Call, key: Key, playlist: &Playlist) -> Result<(), Refusal> {
    if playlist.public {
        call.need("playlist-modify-public")?;
    } else {
        call.need("playlist-modify-private")?;
    }
    if is_visible(playlist, key, call.me) {
        Ok(())
    } else {
        let message = "You cannot add tracks to a playlist you don't own.";
        Err(Refusal::new(StatusCode::FORBIDDEN, message))
    }
}

fn yes() -> bool {
    true
}

/// `null` counts as not said.
fn or_yes<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(true))
}

fn or_no<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(false))
}
