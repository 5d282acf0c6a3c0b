//! The player: state, devices, queue, history, and the commands that must never be repeated.

use http::Method;
use serde_json::{Value, json};

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

/// What is to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start<'a> {
    /// What was playing.
    Resume,
    /// An album, artist, playlist or show by URI.
    Context {
        /// Its URI.
        uri: &'a str,
        /// Where in it; Spotify takes this for albums and playlists only.
        at: Option<Entry<'a>>,
    },
    /// Tracks and episodes by URI, in this order; at most [`ITEMS_PER_PLAY`].
    Items(&'a [String]),
}

/// Where playback of a context begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// At this place, counted from 0.
    Position(u32),
    /// At this item, by URI.
    Item(&'a str),
}

/// The state that a repetition can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing again.
    Off,
    /// This item again.
    Track,
    /// The list again.
    Context,
}

impl Repeat {
    /// The name that Spotify uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Track => "track",
            Self::Context => "context",
        }
    }
}

/// The most URIs that go into one call to play: far more have been answered with 500.
pub const ITEMS_PER_PLAY: usize = 100;

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

/// Plays on `device`, from `position_ms` of the first item if that is given. Needs `user-modify-playback-state` and
/// Premium.
pub fn play(start: Start<'_>, position_ms: Option<u64>, device: &str) -> Call<()> {
    let mut body = match start {
        Start::Resume => json!({}),
        Start::Context { uri, at } => {
            let mut body = json!({"context_uri": uri});
            match at {
                Some(Entry::Position(place)) => body["offset"] = json!({"position": place}),
                Some(Entry::Item(item)) => body["offset"] = json!({"uri": item}),
                None => {}
            }
            body
        }
        Start::Items(uris) => json!({"uris": &uris[..uris.len().min(ITEMS_PER_PLAY)]}),
    };
    if let Some(position) = position_ms {
        body["position_ms"] = json!(position);
    }
    let call = setting("me/player/play", Query::default(), device);
    // Without a body Spotify resumes.
    if body == json!({}) {
        call
    } else {
        call.with_json(&body)
    }
}

/// Pauses. Needs `user-modify-playback-state` and Premium.
pub fn pause(device: &str) -> Call<()> {
    setting("me/player/pause", Query::default(), device)
}

/// Goes to this place of what plays, in milliseconds. Needs `user-modify-playback-state` and Premium.
pub fn seek(position_ms: u64, device: &str) -> Call<()> {
    let query = Query::default().number("position_ms", position_ms);
    setting("me/player/seek", query, device)
}

/// Sets the volume, at most 100. Needs `user-modify-playback-state` and Premium.
pub fn set_volume(percent: u64, device: &str) -> Call<()> {
    let query = Query::default().number("volume_percent", percent.min(100));
    setting("me/player/volume", query, device)
}

/// Shuffles or plays in order. Needs `user-modify-playback-state` and Premium.
pub fn set_shuffle(on: bool, device: &str) -> Call<()> {
    setting(
        "me/player/shuffle",
        Query::default().number("state", on),
        device,
    )
}

/// Repeats or not. Needs `user-modify-playback-state` and Premium.
pub fn set_repeat(mode: Repeat, device: &str) -> Call<()> {
    let query = Query::default().text("state", mode.as_str());
    setting("me/player/repeat", query, device)
}

/// Moves playback to `device`: `Some(true)` plays there, `None` goes on as it was. Needs
/// `user-modify-playback-state` and Premium.
pub fn transfer(device: &str, play: Option<bool>) -> Call<()> {
    let mut body: Value = json!({"device_ids": [device]});
    if let Some(play) = play {
        body["play"] = json!(play);
    }
    Call::new(Method::PUT, "me/player", Group::Player, nothing).with_json(&body)
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

/// A command that may be repeated.
fn setting(path: &'static str, query: Query, device: &str) -> Call<()> {
    Call::new(Method::PUT, path, Group::Player, nothing).with_query(query.text("device_id", device))
}

fn both_types() -> Query {
    Query::default().text("additional_types", BOTH_TYPES)
}

fn on(device: Option<&str>) -> Query {
    Query::default().maybe_text("device_id", device)
}
