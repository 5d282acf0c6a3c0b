//! Reading playlists: metadata of any, contents only of those that the caller owns or may change. It writes nothing.

use axum::{Json, extract::Path};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    call::{Call, key},
    fields::Fields,
    paging::Span,
    refusal::Refusal,
    rows,
    shapes::{Shapes, image_url, open_url},
};
use crate::sandbox::world::{Cover, Key, Kind, Playlist, Row, encode};

type Answer = Result<Json<Value>, Refusal>;

/// `GET /me/playlists`: the caller's list. Collaborative ones are left out without their own permission.
pub(super) async fn mine(call: Call) -> Answer {
    call.need("playlist-read-private")?;
    let span = call.span()?;
    let mut listed = match call.sandbox.world.account(call.me) {
        Some(account) => account.listed.clone(),
        None => Vec::new(),
    };
    if !call.has("playlist-read-collaborative") {
        listed.retain(|key| !read(&call, *key, |playlist| playlist.collaborative).unwrap_or(true));
    }
    let items = listed[span.range(listed.len())]
        .iter()
        .filter_map(|key| outline(&call, *key))
        .collect();
    Ok(Json(span.page(&call, listed.len(), items)))
}

/// `GET /playlists/{id}`: metadata; `items` is there only if the caller owns the playlist or may change it.
pub(super) async fn get(call: Call, Path(id): Path<String>) -> Answer {
    let key = key(Kind::Playlist, &id)?;
    let market = call.market()?;
    let fields = call.param("fields").map(Fields::parse);
    let (private, mut written, rows) = read(&call, key, |playlist| {
        let visible = is_visible(playlist, key, call.me);
        let written = full(call.shapes(), key, playlist);
        let rows = visible.then(|| playlist.rows[..playlist.rows.len().min(EMBEDDED)].to_vec());
        (
            !playlist.public,
            written,
            rows.map(|rows| (rows, playlist.rows.len())),
        )
    })
    .ok_or_else(Refusal::not_found)?;
    if private && key.owner == call.me {
        call.need("playlist-read-private")?;
    }
    if let Some((rows, total)) = rows {
        let items = rows_of(&call, &rows, market);
        let span = Span {
            limit: EMBEDDED,
            offset: 0,
        };
        let path = format!("/v1/playlists/{id}/items");
        written.insert(
            "items".to_owned(),
            span.page_at(&call, &path, total, &items),
        );
    }
    Ok(Json(filtered(fields, written.into())))
}

/// `GET /playlists/{id}/items`: 403 unless the caller owns the playlist or may change it.
pub(super) async fn items(call: Call, Path(id): Path<String>) -> Answer {
    call.need("playlist-read-private")?;
    let key = key(Kind::Playlist, &id)?;
    let span = call.span()?;
    let market = call.market()?;
    let fields = call.param("fields").map(Fields::parse);
    let (rows, total) = read(&call, key, |playlist| {
        let total = playlist.rows.len();
        let rows = || (playlist.rows[span.range(total)].to_vec(), total);
        is_visible(playlist, key, call.me).then(rows)
    })
    .ok_or_else(Refusal::not_found)?
    .ok_or_else(Refusal::forbidden)?;
    let page = span.page(&call, total, rows_of(&call, &rows, market));
    Ok(Json(filtered(fields, page)))
}

/// `GET /playlists/{id}/images`.
pub(super) async fn cover(call: Call, Path(id): Path<String>) -> Answer {
    let key = key(Kind::Playlist, &id)?;
    let images =
        read(&call, key, |playlist| images(key, playlist)).ok_or_else(Refusal::not_found)?;
    Ok(Json(match images {
        Value::Null => json!([]),
        images => images,
    }))
}

/// A playlist in a list: contents are only counted, and not even that if they are not the caller's to see.
pub(super) fn outline(call: &Call, key: Key) -> Option<Value> {
    read(call, key, |playlist| {
        let shapes = call.shapes();
        let mut written = full(shapes, key, playlist);
        let description = playlist.description.as_deref().unwrap_or_default();
        written.insert("description".to_owned(), description.into());
        if is_visible(playlist, key, call.me) {
            let href = format!(
                "{}/items",
                shapes.href(Kind::Playlist, &encode(Kind::Playlist, key))
            );
            let items = json!({"href": href, "total": playlist.rows.len()});
            written.insert("items".to_owned(), items);
        }
        written.into()
    })
}

/// The playlist's metadata.
pub(super) fn full(shapes: Shapes<'_>, key: Key, playlist: &Playlist) -> Map<String, Value> {
    let (_, display_name) = shapes.identity(key.owner);
    let mut owner = shapes.user(key.owner);
    owner.insert("display_name".to_owned(), display_name.into());
    let id = encode(Kind::Playlist, key);
    let mut written = shapes.thing(Kind::Playlist, key);
    written.insert("external_urls".to_owned(), open_url("playlist", &id));
    written.insert("name".to_owned(), playlist.name.as_str().into());
    written.insert(
        "description".to_owned(),
        playlist.description.as_deref().into(),
    );
    written.insert("public".to_owned(), playlist.public.into());
    written.insert("collaborative".to_owned(), playlist.collaborative.into());
    written.insert("images".to_owned(), images(key, playlist));
    written.insert("owner".to_owned(), owner.into());
    written.insert("primary_color".to_owned(), Value::Null);
    written.insert("snapshot_id".to_owned(), snapshot(key, playlist).into());
    written
}

/// A label of the playlist's version.
pub(super) fn snapshot(key: Key, playlist: &Playlist) -> String {
    label(key, playlist.edition)
}

/// The label of that version of a playlist.
pub(crate) fn label(key: Key, edition: u64) -> String {
    STANDARD.encode(format!("{edition:08},{}", encode(Kind::Playlist, key)))
}

/// Whether a person may see what is in a playlist.
pub(super) fn is_visible(playlist: &Playlist, key: Key, me: u32) -> bool {
    key.owner == me || playlist.collaborators.contains(&me)
}

/// Rows embedded in `GET /playlists/{id}`: one page of `/items`.
const EMBEDDED: usize = 50;

/// Looks at a playlist while its account is held.
fn read<T>(call: &Call, key: Key, look: impl FnOnce(&Playlist) -> T) -> Option<T> {
    let account = call.sandbox.world.account(key.owner)?;
    account.playlists.get(&key.n).map(look)
}

fn rows_of(call: &Call, rows: &[Row], market: bool) -> Vec<Value> {
    let episodes = call.wants_episodes();
    rows.iter()
        .map(|row| rows::row(call.shapes(), row, episodes, market))
        .collect()
}

fn images(key: Key, playlist: &Playlist) -> Value {
    match &playlist.cover {
        Cover::Own(image) => {
            let url = format!("{}?{}", image_url(Kind::Playlist, key, 640), image.len());
            json!([{"url": url, "height": null, "width": null}])
        }
        Cover::Some => {
            json!([{"url": image_url(Kind::Playlist, key, 640), "height": null, "width": null}])
        }
        Cover::Empty => json!([]),
        Cover::Null => Value::Null,
    }
}

fn filtered(fields: Option<Fields>, value: Value) -> Value {
    match fields {
        Some(fields) => fields.apply(value),
        None => value,
    }
}
