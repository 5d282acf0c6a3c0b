//! The commands of the player: 204 says accepted, and what changes is read later (reference: Spotify Web API,
//! Player). What the commands do is decided in the world.

use axum::body::Bytes;
use http::StatusCode;
use serde::Deserialize;

use super::{
    call::Call,
    playing::{self, Wish},
    refusal::Refusal,
    writes::{content, parse},
};
use crate::sandbox::world::{Denied, Play, Playback, Repeat};

type Answer = Result<StatusCode, Refusal>;

/// `PUT /me/player/play`: something new, or what was on; with `device_id` also on a device that sleeps.
pub(super) async fn play(call: Call, body: Bytes) -> Answer {
    let id = may_command(&call)?;
    let wish: Wish = if body.is_empty() {
        Wish::default()
    } else {
        parse(&body)?
    };
    let now = call.sandbox.now();
    if wish.is_resume() {
        let progress = wish.progress()?;
        return command(&call, "resumed", |playback, last| {
            playback.resume(id, progress, last, now)
        });
    }
    let what = wish.to_string();
    let load = playing::load(&call, &wish)?;
    command(&call, &what, |playback, _| match load {
        Some(load) => playback.start(id, load, now),
        // Nothing of it can be played here, which Spotify finds out after it has accepted.
        None => playback.check(id),
    })
}

/// `PUT /me/player/pause`.
pub(super) async fn pause(call: Call) -> Answer {
    let id = may_command(&call)?;
    let now = call.sandbox.now();
    command(&call, "paused", |playback, _| playback.pause(id, now))
}

/// `POST /me/player/next`.
pub(super) async fn next(call: Call) -> Answer {
    let id = may_command(&call)?;
    let now = call.sandbox.now();
    command(&call, "skipped", |playback, _| playback.next(id, now))
}

/// `POST /me/player/previous`.
pub(super) async fn previous(call: Call) -> Answer {
    let id = may_command(&call)?;
    let now = call.sandbox.now();
    command(&call, "skipped back", |playback, _| {
        playback.previous(id, now)
    })
}

/// `PUT /me/player/seek`.
pub(super) async fn seek(call: Call) -> Answer {
    let id = may_command(&call)?;
    let to: i64 = needed(&call, "position_ms", |text| text.parse().ok())?;
    if to < 0 {
        return Err(Refusal::bad("Invalid position_ms"));
    }
    let now = call.sandbox.now();
    let what = format!("went to {to} ms");
    command(&call, &what, |playback, _| playback.seek(id, to, now))
}

/// `PUT /me/player/repeat`.
pub(super) async fn repeat(call: Call) -> Answer {
    let id = may_command(&call)?;
    let repeat = needed(&call, "state", Repeat::named)?;
    let what = format!("repeats {}", repeat.word());
    command(&call, &what, |playback, _| playback.repeat(id, repeat))
}

/// `PUT /me/player/shuffle`.
pub(super) async fn shuffle(call: Call) -> Answer {
    let id = may_command(&call)?;
    let shuffle = needed(&call, "state", |text| text.parse().ok())?;
    let now = call.sandbox.now();
    let what = format!("shuffles {shuffle}");
    command(&call, &what, |playback, _| {
        playback.shuffle(id, shuffle, now)
    })
}

/// `PUT /me/player/volume`.
pub(super) async fn volume(call: Call) -> Answer {
    let id = may_command(&call)?;
    let percent: u8 = needed(&call, "volume_percent", |text| text.parse().ok())?;
    if percent > 100 {
        return Err(Refusal::bad("Invalid volume_percent"));
    }
    let what = format!("volume {percent}");
    command(&call, &what, |playback, _| playback.volume(id, percent))
}

/// `POST /me/player/queue`: one track or episode.
pub(super) async fn queue(call: Call) -> Answer {
    let id = may_command(&call)?;
    let uri = call
        .param("uri")
        .ok_or_else(|| Refusal::bad("Required parameter uri missing"))?;
    let content = content(&call, uri)?;
    let what = format!("queued {uri}");
    command(&call, &what, |playback, _| playback.queue(id, content))
}

/// The body of a transfer.
#[derive(Debug, Deserialize)]
struct Transfer {
    device_ids: Option<Vec<String>>,
    #[serde(default)]
    play: Option<bool>,
}

/// `PUT /me/player`: makes one device the active one.
pub(super) async fn transfer(call: Call, body: Bytes) -> Answer {
    may_command(&call)?;
    let wish: Transfer = parse(&body)?;
    let ids = wish.device_ids.unwrap_or_default();
    let [id] = &*ids else {
        return Err(Refusal::bad(if ids.is_empty() {
            "Missing required field: device_ids"
        } else {
            "Only one device_id is currently supported"
        }));
    };
    let (play, now) = (wish.play.unwrap_or(false), call.sandbox.now());
    command(&call, &format!("moved to {id}"), |playback, last| {
        playback.transfer(id, play, last, now)
    })
}

/// The device that the command names, if the person may command at all.
fn may_command(call: &Call) -> Result<Option<&str>, Refusal> {
    call.need("user-modify-playback-state")?;
    if call.is_premium() {
        Ok(call.param("device_id"))
    } else {
        let message = "Player command failed: Premium required";
        Err(Refusal::player("PREMIUM_REQUIRED", message))
    }
}

/// A query parameter that must be there and mean something.
fn needed<T>(
    call: &Call,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Refusal> {
    let text = call
        .param(name)
        .ok_or_else(|| Refusal::bad(format!("Missing required field: {name}")))?;
    read(text).ok_or_else(|| Refusal::bad(format!("Invalid {name}")))
}

/// Carries a command out and records it. It is accepted at once and may be seen later.
fn command(
    call: &Call,
    what: &str,
    act: impl FnOnce(&mut Playback, Option<&Play>) -> Result<(), Denied>,
) -> Answer {
    let world = &call.sandbox.world;
    let mut account = world.account(call.me).ok_or_else(Refusal::not_found)?;
    let lag = call.sandbox.knobs.player_lag_ms();
    account
        .command(call.moment(), lag, |content| world.length(content), act)
        .map_err(refusal)?;
    call.wrote(what.to_owned());
    Ok(StatusCode::NO_CONTENT)
}

fn refusal(denied: Denied) -> Refusal {
    match denied {
        Denied::NoActiveDevice => Refusal::no_active_device(),
        Denied::NoSuchDevice => Refusal::new(StatusCode::NOT_FOUND, "Device not found"),
        Denied::Restricted => Refusal::player(
            "DEVICE_NOT_CONTROLLABLE",
            "Player command failed: Device not controllable",
        ),
        Denied::Volume => Refusal::player(
            "VOLUME_CONTROL_DISALLOW",
            "Player command failed: Cannot control device volume",
        ),
        Denied::Violated => {
            Refusal::player("UNKNOWN", "Player command failed: Restriction violated")
        }
    }
}
