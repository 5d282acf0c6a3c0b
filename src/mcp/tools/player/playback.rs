//! `get_playback`: what plays, where, and what comes next. A call for each part, at once.

use std::fmt::Write;

use futures::future::{self, OptionFuture};
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::spotify::{api, model::Device};

use super::{Context, devices, state::State};
use crate::mcp::{
    answer::{self, Answer, Row},
    fault::Fault,
    text,
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
    #[serde(flatten)]
    state: State,
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
    #[serde(skip_serializing_if = "is_no")]
    restricted: bool,
    #[serde(skip_serializing_if = "is_no")]
    private_session: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_percent: Option<u64>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_no(flag: &bool) -> bool {
    !flag
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
        told.state = State::tell(playback, args.response_format, &mut words);
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
        if device.restricted {
            words.push_str(", takes no commands");
        }
        if device.private_session {
            words.push_str(", private session");
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
        Self {
            name: devices::name(&device),
            restricted: device.is_restricted || device.id.is_none(),
            private_session: device.is_private_session,
            id: device.id.map(|id| text::cleaned(id, 80)),
            kind: device.kind.map(|kind| text::cleaned(kind, 40)),
            active: device.is_active,
            volume_percent: device.volume_percent,
        }
    }
}
