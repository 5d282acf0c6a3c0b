//! The player: state, devices, queue, history, and the commands that must never be repeated.

use http::Method;

use crate::spotify::{
    call::{Call, Group, Query, json_or_empty, json_or_nothing, nothing},
    model::{CursorPage, Devices, PlayHistory, Playback, Queue},
};

use super::{BOTH_TYPES, PAGE};

/// One end of a part of the history, in Unix milliseconds. Spotify takes one of them, not both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// What was played after.
    After(i64),
    /// What was played before.
    Before(i64),
}

/// What plays where; `None` when nothing does (204). Needs `user-read-playback-state`.
pub fn player() -> Call<Option<Playback>> {
    read("me/player", json_or_nothing).with_query(both_types())
}

/// What plays; `None` when nothing does (204). Needs `user-read-currently-playing`.
pub fn currently_playing() -> Call<Option<Playback>> {
    read("me/player/currently-playing", json_or_nothing).with_query(both_types())
}

/// The person's devices. Needs `user-read-playback-state`.
pub fn devices() -> Call<Devices> {
    read("me/player/devices", json_or_empty)
}

/// What comes next. Needs `user-read-currently-playing` and `user-read-playback-state`.
pub fn queue() -> Call<Queue> {
    read("me/player/queue", json_or_empty)
}

/// What was played last, newest first, at most 50. Needs `user-read-recently-played`.
pub fn recently_played(limit: u32, since: Option<Since>) -> Call<CursorPage<PlayHistory>> {
    let query = Query::default().number("limit", limit.clamp(1, PAGE));
    let query = match since {
        Some(Since::After(time)) => query.number("after", time),
        Some(Since::Before(time)) => query.number("before", time),
        None => query,
    };
    read("me/player/recently-played", json_or_empty).with_query(query)
}

/// Goes to the next item. Needs `user-modify-playback-state` and Premium. Sent twice it skips twice.
pub fn skip_to_next(device: Option<&str>) -> Call<()> {
    command("me/player/next").with_query(on(device))
}

/// Goes to the item before. Needs `user-modify-playback-state` and Premium. Sent twice it goes back twice.
pub fn skip_to_previous(device: Option<&str>) -> Call<()> {
    command("me/player/previous").with_query(on(device))
}

/// Puts a track or episode at the end of the queue. Needs `user-modify-playback-state` and Premium. Sent twice it
/// stands there twice, and the queue cannot be edited.
pub fn add_to_queue(uri: &str, device: Option<&str>) -> Call<()> {
    let query = Query::default()
        .text("uri", uri)
        .maybe_text("device_id", device);
    command("me/player/queue").with_query(query)
}

fn read<T>(path: &'static str, decode: fn(&[u8]) -> serde_json::Result<T>) -> Call<T> {
    Call::new(Method::GET, path, Group::Player, decode)
}

fn command(path: &'static str) -> Call<()> {
    Call::new(Method::POST, path, Group::Player, nothing)
}

fn both_types() -> Query {
    Query::default().text("additional_types", BOTH_TYPES)
}

fn on(device: Option<&str>) -> Query {
    Query::default().maybe_text("device_id", device)
}
