//! What is playing, where, what comes next and what was played (reference: Spotify Web API, Player). It reads only.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    call::Call,
    refusal::Refusal,
    rows,
    shapes::{Shapes, open_url},
};
use crate::sandbox::{
    time::stamp_exact,
    world::{Content, Context, Device, Kind, On, Play, Player, encode},
};

type Answer = Result<Json<Value>, Refusal>;

/// `GET /me/player`: 204 when nothing is on anywhere.
pub(super) async fn state(call: Call) -> Result<Response, Refusal> {
    call.need("user-read-playback-state")?;
    let market = call.market()?;
    let Some((player, device)) = now_playing(&call) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let mut written = written(&call, &player, market);
    written["device"] = self::device(&device, true);
    written["repeat_state"] = player.repeat.word().into();
    written["shuffle_state"] = player.shuffle.into();
    written["smart_shuffle"] = false.into();
    Ok(Json(written).into_response())
}

/// `GET /me/player/currently-playing`: 204 when nothing is; `item` is `null` in a private session.
pub(super) async fn current(call: Call) -> Result<Response, Refusal> {
    call.need("user-read-currently-playing")?;
    let market = call.market()?;
    let Some((player, device)) = now_playing(&call) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let mut written = written(&call, &player, market);
    if device.private_session {
        written["item"] = Value::Null;
    }
    Ok(Json(written).into_response())
}

/// `GET /me/player/devices`.
pub(super) async fn devices(call: Call) -> Answer {
    call.need("user-read-playback-state")?;
    let devices: Vec<Value> = match call.sandbox.world.account(call.me) {
        Some(mut account) => {
            let playback =
                account.seen(call.moment(), |content| call.sandbox.world.length(content));
            let active = playback.player.as_ref().and_then(|player| player.device);
            let written = |(at, one)| device(one, active == Some(at));
            playback.devices.iter().enumerate().map(written).collect()
        }
        None => Vec::new(),
    };
    Ok(Json(json!({"devices": devices})))
}

/// `GET /me/player/queue`: what is on and what comes next; nothing on is `null` and an empty queue.
pub(super) async fn queue(call: Call) -> Answer {
    call.need("user-read-currently-playing")?;
    call.need("user-read-playback-state")?;
    let shapes = call.shapes();
    let write = |content: &Content| rows::content(shapes, content, true, false);
    Ok(Json(match now_playing(&call) {
        None => json!({"currently_playing": null, "queue": []}),
        Some((player, _)) => json!({
            "currently_playing": match &player.on {
                On::Content(content) => write(content),
                On::Advertisement | On::Nothing => Value::Null,
            },
            "queue": player.upcoming().into_iter().map(write).collect::<Vec<_>>(),
        }),
    }))
}

/// `GET /me/player/recently-played`: newest first, by cursors in Unix milliseconds, `after` or `before`.
pub(super) async fn recent(call: Call) -> Answer {
    call.need("user-read-recently-played")?;
    let limit = call.limit(20, 50)?;
    let (after, before) = (cursor(&call, "after")?, cursor(&call, "before")?);
    if after.is_some() && before.is_some() {
        return Err(Refusal::bad("Only one of after and before may be given"));
    }
    let plays = match call.sandbox.world.account(call.me) {
        Some(mut account) => {
            account.settled(call.sandbox.now(), |content| {
                call.sandbox.world.length(content)
            });
            account.plays.clone()
        }
        None => Vec::new(),
    };
    let mut part: Vec<&Play> = plays
        .iter()
        .filter(|play| after.is_none_or(|after| play.at > after))
        .filter(|play| before.is_none_or(|before| play.at < before))
        .collect();
    let more = part.len() > limit;
    if after.is_some() {
        part.drain(..part.len().saturating_sub(limit));
    } else {
        part.truncate(limit);
    }
    Ok(Json(history(&call, &part, limit, more, after.is_some())))
}

/// What is on now, and on which device.
fn now_playing(call: &Call) -> Option<(Player, Device)> {
    let world = &call.sandbox.world;
    let mut account = world.account(call.me)?;
    let playback = account.seen(call.moment(), |content| world.length(content));
    let (player, device) = playback.active()?;
    Some((player.clone(), device.clone()))
}

/// What `/me/player` and `/me/player/currently-playing` have in common.
fn written(call: &Call, player: &Player, market: bool) -> Value {
    let now = call.sandbox.now();
    let episodes = call.wants_episodes();
    let shapes = call.shapes();
    let (kind, item) = match &player.on {
        On::Advertisement => ("ad", Value::Null),
        On::Nothing => ("unknown", Value::Null),
        On::Content(Content::Episode(_)) if !episodes => ("episode", Value::Null),
        On::Content(content @ Content::Episode(_)) => {
            ("episode", rows::content(shapes, content, true, market))
        }
        On::Content(content) => ("track", rows::content(shapes, content, episodes, market)),
    };
    json!({
        "actions": {"disallows": disallowed(player)},
        "context": player.context.map(|context| written_context(shapes, call, context)),
        "currently_playing_type": kind,
        "is_playing": player.playing,
        "item": item,
        "progress_ms": player.progress_at(now),
        "timestamp": player.since,
    })
}

/// What a command would be refused for, as far as Spotify tells.
fn disallowed(player: &Player) -> Value {
    let mut told = serde_json::Map::new();
    let name = if player.playing {
        "resuming"
    } else {
        "pausing"
    };
    told.insert(name.to_owned(), true.into());
    for (name, refused) in [
        ("seeking", !matches!(player.on, On::Content(_))),
        ("skipping_next", !player.has_next()),
        ("skipping_prev", !player.has_previous()),
    ] {
        if refused {
            told.insert(name.to_owned(), true.into());
        }
    }
    told.into()
}

fn written_context(shapes: Shapes<'_>, call: &Call, context: Context) -> Value {
    let me = call.person().map(|person| &*person.id);
    let uri = context_uri(context, me.unwrap_or_default());
    let (kind, key) = match context {
        Context::Album(key) => (Kind::Album, key),
        Context::Playlist(key) => (Kind::Playlist, key),
        Context::Artist(key) => (Kind::Artist, key),
        Context::Collection => {
            return json!({
                "type": "collection",
                "href": format!("{}/v1/me/tracks", call.sandbox.origin),
                "external_urls": {"spotify": "https://open.spotify.com/collection/tracks"},
                "uri": uri,
            });
        }
    };
    let id = encode(kind, key);
    let word = kind.word();
    json!({
        "type": word,
        "href": shapes.href(kind, &id),
        "external_urls": open_url(word, &id),
        "uri": uri,
    })
}

/// The URI of a context of somebody's player.
pub(crate) fn context_uri(context: Context, me: &str) -> String {
    match context {
        Context::Album(key) => format!("spotify:album:{}", encode(Kind::Album, key)),
        Context::Playlist(key) => format!("spotify:playlist:{}", encode(Kind::Playlist, key)),
        Context::Artist(key) => format!("spotify:artist:{}", encode(Kind::Artist, key)),
        Context::Collection => format!("spotify:user:{me}:collection"),
    }
}

fn device(device: &Device, active: bool) -> Value {
    json!({
        "id": device.id,
        "is_active": active,
        "is_private_session": device.private_session,
        "is_restricted": device.restricted,
        "name": device.name,
        "supports_volume": device.supports_volume,
        "type": device.sort,
        "volume_percent": device.volume,
    })
}

fn cursor(call: &Call, name: &str) -> Result<Option<i64>, Refusal> {
    match call.param(name).map(str::parse) {
        None => Ok(None),
        Some(Ok(millis)) => Ok(Some(millis)),
        Some(Err(_)) => Err(Refusal::bad(format!("Invalid {name}"))),
    }
}

fn history(call: &Call, part: &[&Play], limit: usize, more: bool, forward: bool) -> Value {
    let shapes = call.shapes();
    let items: Vec<Value> = part
        .iter()
        .filter_map(|play| {
            let context = play
                .context
                .map(|context| written_context(shapes, call, context));
            Some(json!({
                "context": context,
                "played_at": stamp_exact(play.at),
                "track": shapes.track(play.track, false)?,
            }))
        })
        .collect();
    let newest = part.first().map(|play| play.at.to_string());
    let oldest = part.last().map(|play| play.at.to_string());
    let (name, cursor) = if forward {
        ("after", &newest)
    } else {
        ("before", &oldest)
    };
    let next = cursor
        .clone()
        .filter(|_| more)
        .map(|cursor| call.address(&[(name, cursor), ("limit", limit.to_string())]));
    json!({
        "cursors": newest.as_ref().map(|_| json!({"after": newest, "before": oldest})),
        "href": call.address(&[]),
        "items": items,
        "limit": limit,
        "next": next,
    })
}
