//! `get_playback`: what plays, where, and what comes next. A call for each part, at once.

use std::fmt::Write;

use futures::future::{self, OptionFuture};
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::spotify::{
    api,
    model::{Device, Playable, Playback},
};

use super::Context;
use crate::mcp::{
    answer::{self, Answer, Row},
    fault::Fault,
    text::{self, NAME},
    view::{self, Detail},
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Default: what plays now, and devices
    #[serde(default)]
    #[schemars(length(min = 1, max = 3))]
    include: Vec<Part>,
    /// Items of the queue, default 10
    #[schemars(range(min = 1, max = 50))]
    queue_limit: Option<u32>,
    #[serde(default)]
    response_format: Detail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Part {
    NowPlaying,
    Devices,
    Queue,
}

/// The answer's structure; a part that was not asked for is left out.
#[derive(Debug, Default, Serialize)]
struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    is_playing: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shuffle: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    devices: Option<Vec<Shown>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<Vec<Row>>,
}

/// A device.
#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_percent: Option<u64>,
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "is_playing": {"type": "boolean"},
        "item": {"type": "object", "properties": {"title": {"type": "string"}, "uri": {"type": "string"}}},
        "progress_ms": {"type": "integer"}, "device": {"type": "string"}, "context": {"type": "string"},
        "devices": {"type": "array", "items": {"type": "object", "properties": {
            "name": {"type": "string"}, "id": {"type": "string"}, "active": {"type": "boolean"}}}},
        "queue": {"type": "array", "items": {"type": "object"}}
    }}))
}

pub(super) async fn get_playback(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let wants = |part| match args.include.as_slice() {
        [] => part != Part::Queue,
        named => named.contains(&part),
    };
    let (player, devices, queue) = (api::player(), api::devices(), api::queue());
    let upstream = &context.upstream;
    let (player, devices, queue) = future::join3(
        OptionFuture::from(wants(Part::NowPlaying).then(|| upstream.send(&player))),
        OptionFuture::from(wants(Part::Devices).then(|| upstream.send(&devices))),
        OptionFuture::from(wants(Part::Queue).then(|| upstream.send(&queue))),
    )
    .await;

    let mut told = Told::default();
    let mut words = String::new();
    if let Some(playback) = player.transpose()? {
        now_playing(playback, args.response_format, &mut told, &mut words);
    }
    if let Some(found) = devices.transpose()? {
        let devices: Vec<_> = found.devices.into_iter().map(Shown::new).collect();
        list_devices(&devices, &mut words);
        told.devices = Some(devices);
    }
    if let Some(found) = queue.transpose()? {
        let limit = usize::try_from(args.queue_limit.unwrap_or(10)).unwrap_or(10);
        let next = found.queue.into_iter().take(limit);
        let rows: Vec<_> = next
            .map(|item| view::playable(item, args.response_format))
            .collect();
        list_queue(&rows, &mut words);
        told.queue = Some(rows);
    }
    Ok(Answer::new(words.trim_end().to_owned(), &told))
}

fn now_playing(playback: Option<Playback>, detail: Detail, told: &mut Told, words: &mut String) {
    let Some(playback) = playback else {
        told.is_playing = Some(false);
        words.push_str("Nothing is playing.\n");
        return;
    };
    told.is_playing = Some(playback.is_playing);
    words.push_str(if playback.is_playing {
        "Playing: "
    } else {
        "Paused: "
    });
    told.duration_ms = playback.item.as_ref().and_then(Playable::duration_ms);
    told.item = playback.item.map(|item| view::playable(item, detail));
    match &told.item {
        Some(row) => row.write_line(words),
        None => words.push_str(match playback.currently_playing_type.as_deref() {
            Some("ad") => "an advertisement",
            _ => "something that Spotify does not name (a private session, or a kind unknown here)",
        }),
    }
    words.push('\n');
    told.progress_ms = playback.progress_ms;
    told.device = playback
        .device
        .map(|device| text::cleaned(device.name, NAME));
    told.shuffle = playback.shuffle_state;
    told.repeat = playback.repeat_state.map(|state| text::cleaned(state, 20));
    told.context = playback
        .context
        .and_then(|from| from.uri)
        .as_deref()
        .and_then(view::link);
    words.push_str(&circumstances(told));
    words.push('\n');
}

/// How far, where and how it plays.
fn circumstances(told: &Told) -> String {
    let mut parts = Vec::new();
    if let (Some(progress), Some(duration)) = (told.progress_ms, told.duration_ms) {
        let (progress, duration) = (text::duration(progress), text::duration(duration));
        parts.push(format!("{progress} of {duration}"));
    }
    parts.extend(told.device.as_ref().map(|device| format!("on {device}")));
    parts.extend(
        told.shuffle
            .map(|on| format!("shuffle {}", if on { "on" } else { "off" })),
    );
    parts.extend(told.repeat.as_ref().map(|mode| format!("repeat {mode}")));
    parts.extend(told.context.as_ref().map(|link| format!("from {link}")));
    parts.join(" · ")
}

fn list_devices(devices: &[Shown], words: &mut String) {
    if devices.is_empty() {
        words.push_str("Devices: none. Spotify must be open somewhere.\n");
        return;
    }
    words.push_str("Devices:\n");
    for device in devices {
        let _ = write!(words, "- {}", device.name);
        if let Some(kind) = &device.kind {
            let _ = write!(words, " ({kind})");
        }
        if device.active {
            words.push_str(", active");
        }
        if let Some(volume) = device.volume_percent {
            let _ = write!(words, ", volume {volume} %");
        }
        if let Some(id) = &device.id {
            let _ = write!(words, ", id {id}");
        }
        words.push('\n');
    }
}

fn list_queue(rows: &[Row], words: &mut String) {
    words.push_str(if rows.is_empty() {
        "The queue is empty.\n"
    } else {
        "Next:\n"
    });
    for row in rows {
        row.write_line(words);
        words.push('\n');
    }
}

impl Shown {
    fn new(device: Device) -> Self {
        let name = text::cleaned(device.name, NAME);
        Self {
            name: if name.trim().is_empty() {
                "(no name)".to_owned()
            } else {
                name
            },
            id: device.id.map(|id| text::cleaned(id, 80)),
            kind: device.kind.map(|kind| text::cleaned(kind, 40)),
            active: device.is_active,
            volume_percent: device.volume_percent,
        }
    }
}
