//! Changing a playlist: its details, its whole contents, their order, what is taken out, its cover (reference:
//! Spotify Web API, Playlists). Adding and making are elsewhere.

use axum::{Json, body::Bytes, extract::Path};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    call::{Call, key},
    playlists::{label, snapshot},
    refusal::Refusal,
    writes::{MOST_ITEMS, content, may_change, needed_for, parse},
};
use crate::sandbox::world::{Cover, Key, Kind, Playlist, Row};

type Answer = Result<Json<Value>, Refusal>;

/// The body of changed details; what is absent or `null` stays.
#[derive(Debug, Deserialize)]
struct Details {
    name: Option<String>,
    public: Option<bool>,
    collaborative: Option<bool>,
    description: Option<String>,
}

/// `PUT /playlists/{id}`: 200 without a body; for the owner only.
pub(super) async fn details(
    call: Call,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let key = key(Kind::Playlist, &id)?;
    let wish: Details = parse(&body)?;
    if wish.name.as_deref() == Some("") {
        return Err(Refusal::bad("Invalid name"));
    }
    change(&call, key, |playlist| {
        may_own(&call, key)?;
        let public = wish.public.unwrap_or(playlist.public);
        let collaborative = wish.collaborative.unwrap_or(playlist.collaborative);
        if public && collaborative {
            let message = "A public playlist cannot be collaborative";
            return Err(Refusal::bad(message));
        }
        needed_for(&call, public, collaborative)?;
        (playlist.public, playlist.collaborative) = (public, collaborative);
        if let Some(name) = wish.name {
            playlist.name = name;
        }
        if let Some(description) = wish.description {
            playlist.description = Some(description).filter(|text| !text.is_empty());
        }
        playlist.edition += 1;
        call.wrote(format!("changed spotify:playlist:{id}"));
        Ok(())
    })?;
    Ok(StatusCode::OK)
}

/// The body of a replacement, or of a move.
#[derive(Debug, Default, Deserialize)]
struct Items {
    uris: Option<Vec<String>>,
    range_start: Option<usize>,
    insert_before: Option<usize>,
    range_length: Option<usize>,
    snapshot_id: Option<String>,
}

/// `PUT /playlists/{id}/items`: replaces everything by at most 100 items, or moves a range. 200 with the new
/// snapshot id.
pub(super) async fn put(call: Call, Path(id): Path<String>, body: Bytes) -> Answer {
    let key = key(Kind::Playlist, &id)?;
    let mut wish: Items = if body.is_empty() {
        Items::default()
    } else {
        parse(&body)?
    };
    if let Some(list) = call.param("uris") {
        wish.uris = Some(list.split(',').map(|uri| uri.trim().to_owned()).collect());
    }
    match (wish.uris.take(), wish.range_start, wish.insert_before) {
        (Some(uris), None, None) => replace(&call, key, &id, &uris),
        (None, Some(start), Some(before)) => {
            let range = (start, wish.range_length.unwrap_or(1), before);
            reorder(&call, key, &id, range, wish.snapshot_id.as_deref())
        }
        (Some(_), _, _) => Err(Refusal::bad("Cannot replace and reorder at once")),
        (None, None, None) => Err(Refusal::bad("Missing required field: uris")),
        (None, None, _) => Err(Refusal::bad("Missing required field: range_start")),
        (None, ..) => Err(Refusal::bad("Missing required field: insert_before")),
    }
}

/// The body of a removal.
#[derive(Debug, Deserialize)]
struct Removal {
    items: Option<Vec<Removed>>,
    snapshot_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Removed {
    uri: String,
}

/// `DELETE /playlists/{id}/items`: takes every copy of each URI out. 200 with the new snapshot id.
pub(super) async fn remove(call: Call, Path(id): Path<String>, body: Bytes) -> Answer {
    let key = key(Kind::Playlist, &id)?;
    let wish: Removal = parse(&body)?;
    let items = wish.items.unwrap_or_default();
    if items.is_empty() {
        return Err(Refusal::bad("Missing required field: items"));
    }
    if items.len() > MOST_ITEMS {
        let message = "You can remove a maximum of 100 tracks per request.";
        return Err(Refusal::bad(message));
    }
    for item in &items {
        let kinds = ["track:", "episode:", "local:"];
        let known = |rest: &str| kinds.iter().any(|kind| rest.starts_with(kind));
        if !item.uri.strip_prefix("spotify:").is_some_and(known) {
            return Err(Refusal::bad(format!("Unsupported URL / URI: {}", item.uri)));
        }
    }
    change(&call, key, |playlist| {
        may_change(&call, key, playlist)?;
        may_refer(key, playlist, wish.snapshot_id.as_deref())?;
        let before = playlist.rows.len();
        playlist.rows.retain(|row| {
            let uri = row.content.uri();
            uri.is_none_or(|uri| items.iter().all(|item| item.uri != uri))
        });
        playlist.edition += 1;
        let gone = before - playlist.rows.len();
        let list: Vec<&str> = items.iter().map(|item| &*item.uri).collect();
        call.wrote(format!(
            "removed {gone} from spotify:playlist:{id}: {}",
            list.join(" ")
        ));
        Ok(Json(json!({"snapshot_id": snapshot(key, playlist)})))
    })
}

/// `PUT /playlists/{id}/images`: 202 without a body; the body is a JPEG in base64.
pub(super) async fn cover(
    call: Call,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    call.need("ugc-image-upload")?;
    let key = key(Kind::Playlist, &id)?;
    let sort = headers.get(header::CONTENT_TYPE);
    if sort.is_none_or(|sort| sort != "image/jpeg") {
        let message = "Content type must be image/jpeg";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    if body.len() > MOST_COVER {
        let message = "Image is too large";
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message));
    }
    let image = STANDARD
        .decode(body.trim_ascii())
        .ok()
        .filter(|image| image.starts_with(&[0xff, 0xd8, 0xff]))
        .ok_or_else(|| Refusal::bad("Invalid image data"))?;
    change(&call, key, |playlist| {
        may_own(&call, key)?;
        needed_for(&call, playlist.public, playlist.collaborative)?;
        let size = image.len();
        playlist.cover = Cover::Own(image.into());
        playlist.edition += 1;
        call.wrote(format!("covered spotify:playlist:{id} with {size} bytes"));
        Ok(())
    })?;
    Ok(StatusCode::ACCEPTED)
}

/// The longest cover, in characters of base64.
const MOST_COVER: usize = 256 * 1024;

fn replace(call: &Call, key: Key, id: &str, uris: &[String]) -> Answer {
    if uris.len() > MOST_ITEMS {
        let message = "You can add a maximum of 100 tracks per request.";
        return Err(Refusal::bad(message));
    }
    let contents = uris
        .iter()
        .map(|uri| content(call, uri))
        .collect::<Result<Vec<_>, _>>()?;
    let now = call.sandbox.now();
    change(call, key, |playlist| {
        may_change(call, key, playlist)?;
        let row = |content| Row {
            content,
            added_at: Some(now),
            added_by: Some(call.me),
        };
        playlist.rows = contents.into_iter().map(row).collect();
        playlist.edition += 1;
        let (count, list) = (uris.len(), uris.join(" "));
        call.wrote(format!("replaced spotify:playlist:{id} by {count}: {list}"));
        Ok(Json(json!({"snapshot_id": snapshot(key, playlist)})))
    })
}

/// Moves `length` rows from `start` before the row that is at `before` now.
fn reorder(
    call: &Call,
    key: Key,
    id: &str,
    (start, length, before): (usize, usize, usize),
    label: Option<&str>,
) -> Answer {
    change(call, key, |playlist| {
        may_change(call, key, playlist)?;
        may_refer(key, playlist, label)?;
        let total = playlist.rows.len();
        let end = start.saturating_add(length);
        if length == 0 || end > total || before > total {
            return Err(Refusal::bad("Index out of bounds"));
        }
        if before < start {
            playlist.rows[before..end].rotate_right(length);
        } else if before > end {
            playlist.rows[start..before].rotate_left(length);
        }
        playlist.edition += 1;
        call.wrote(format!(
            "moved {length} of spotify:playlist:{id} from {start} to {before}"
        ));
        Ok(Json(json!({"snapshot_id": snapshot(key, playlist)})))
    })
}

/// Lets a playlist be changed while its account is held.
fn change<T>(
    call: &Call,
    key: Key,
    act: impl FnOnce(&mut Playlist) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let account = call.sandbox.world.account(key.owner);
    let mut account = account.ok_or_else(Refusal::not_found)?;
    let playlist = account.playlists.get_mut(&key.n);
    act(playlist.ok_or_else(Refusal::not_found)?)
}

fn may_own(call: &Call, key: Key) -> Result<(), Refusal> {
    if key.owner == call.me {
        Ok(())
    } else {
        let message = "You don't own this playlist.";
        Err(Refusal::new(StatusCode::FORBIDDEN, message))
    }
}

/// A snapshot id is a label: any that this playlist ever had is taken, and the change is made to the newest version.
fn may_refer(key: Key, playlist: &Playlist, label: Option<&str>) -> Result<(), Refusal> {
    let Some(label) = label else {
        return Ok(());
    };
    let known = (1..=playlist.edition).any(|edition| self::label(key, edition) == label);
    if known {
        Ok(())
    } else {
        Err(Refusal::bad("Invalid snapshot id"))
    }
}
