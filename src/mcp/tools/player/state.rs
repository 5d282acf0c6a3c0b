//! What the player does, as answers tell it, and looking again after a command until it shows.

use std::{fmt::Write, time::Duration};

use rmcp::model::JsonObject;
use serde::Serialize;
use serde_json::json;
use tokio::time;

use crate::spotify::{
    SpotifyError, api,
    model::{Playable, Playback},
};

use super::{Context, commanding::Sent, devices};
use crate::mcp::{
    answer::{self, Answer, Row},
    fault::Fault,
    text,
    view::{self, Detail},
};

/// How long to wait before each look at what a command has changed. Spotify shows a change 200 ms later or more.
pub(super) const LOOKS: [Duration; 3] = [
    Duration::from_millis(250),
    Duration::from_millis(600),
    Duration::from_millis(1_200),
];

/// What to know after a 202.
pub(super) const ASLEEP: &str = "Spotify says that the device is unavailable for the moment and may still carry the \
                                 command out. Look with `get_playback` in some seconds before repeating it.";

/// What the player does; what is unknown is left out.
#[derive(Debug, Default, Serialize)]
pub(super) struct State {
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
    volume_percent: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shuffle: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

impl State {
    /// What `playback` says; appends it to `words`, two lines or one.
    pub(super) fn tell(playback: Option<Playback>, detail: Detail, words: &mut String) -> Self {
        let Some(playback) = playback else {
            words.push_str("Nothing is playing.\n");
            return Self {
                is_playing: Some(false),
                ..Self::default()
            };
        };
        words.push_str(if playback.is_playing {
            "Playing: "
        } else {
            "Paused: "
        });
        let (device, volume_percent) = match playback.device {
            Some(device) => (Some(devices::name(&device)), device.volume_percent),
            None => (None, None),
        };
        let state = Self {
            is_playing: Some(playback.is_playing),
            duration_ms: playback.item.as_ref().and_then(Playable::duration_ms),
            item: playback.item.map(|item| view::playable(item, detail)),
            progress_ms: playback.progress_ms,
            device,
            volume_percent,
            shuffle: playback.shuffle_state,
            repeat: playback.repeat_state.map(|state| text::cleaned(state, 20)),
            context: playback
                .context
                .and_then(|from| from.uri)
                .as_deref()
                .and_then(view::link),
        };
        match &state.item {
            Some(row) => row.write_line(words),
            None => words.push_str(match playback.currently_playing_type.as_deref() {
                Some("ad") => "an advertisement",
                _ => "something that Spotify does not name (a private session, or a kind unknown here)",
            }),
        }
        let _ = writeln!(words, "\n{}", state.circumstances());
        state
    }

    /// How far, where and how it plays.
    fn circumstances(&self) -> String {
        let mut parts = Vec::new();
        if let (Some(progress), Some(duration)) = (self.progress_ms, self.duration_ms) {
            let (progress, duration) = (text::duration(progress), text::duration(duration));
            parts.push(format!("{progress} of {duration}"));
        }
        parts.extend(self.device.as_ref().map(|device| format!("on {device}")));
        parts.extend(
            self.volume_percent
                .map(|volume| format!("volume {volume} %")),
        );
        parts.extend(
            self.shuffle
                .map(|on| format!("shuffle {}", if on { "on" } else { "off" })),
        );
        parts.extend(self.repeat.as_ref().map(|mode| format!("repeat {mode}")));
        parts.extend(self.context.as_ref().map(|link| format!("from {link}")));
        parts.join(" · ")
    }
}

/// How the player stands after a command.
#[derive(Debug)]
pub(super) struct Seen {
    /// What was seen last, `None` if nothing was on.
    pub(super) playback: Option<Playback>,
    /// Whether anything was seen.
    looked: bool,
    /// Whether it is what the command was to bring about.
    pub(super) verified: bool,
    /// What the model should know about the look.
    pub(super) note: Option<String>,
}

impl Seen {
    /// What was to be is there already.
    pub(super) fn already(playback: Option<Playback>, note: impl Into<String>) -> Self {
        Self {
            playback,
            looked: true,
            verified: true,
            note: Some(note.into()),
        }
    }
}

/// How the player stands after the command of which `sent` became: as [`settle`], and where Spotify says that the
/// player is in no state for it (403), whether it stands as it should already.
///
/// # Errors
/// What Spotify answered to the command.
pub(super) async fn after(
    context: &Context<'_>,
    sent: Result<Sent, Fault>,
    holds: impl Fn(Option<&Playback>) -> bool,
) -> Result<Seen, Fault> {
    match sent {
        Ok(Sent::Accepted) => Ok(settle(context, holds).await),
        Ok(Sent::Asleep) => {
            let mut seen = settle(context, holds).await;
            if !seen.verified {
                seen.note = Some(ASLEEP.to_owned());
            }
            Ok(seen)
        }
        Err(Fault::Spotify(refusal @ SpotifyError::Restricted(_))) => {
            match context.upstream.fresh(&api::player()).await {
                Ok(playback) if holds(playback.as_ref()) => {
                    Ok(Seen::already(playback, "It was so already."))
                }
                _ => Err(Fault::Spotify(refusal)),
            }
        }
        Err(fault) => Err(fault),
    }
}

/// Looks at the player, at most three times with pauses between, until `holds`. A command that was accepted stays
/// accepted when looking fails.
async fn settle(context: &Context<'_>, holds: impl Fn(Option<&Playback>) -> bool) -> Seen {
    let (mut last, mut looked) = (None, false);
    for pause in LOOKS {
        time::sleep(pause).await;
        match context.upstream.fresh(&api::player()).await {
            Ok(playback) if holds(playback.as_ref()) => {
                return Seen {
                    playback,
                    looked: true,
                    verified: true,
                    note: None,
                };
            }
            Ok(playback) => (last, looked) = (playback, true),
            Err(fault) => {
                let note = format!(
                    "Spotify accepted the command, but the player could not be looked at ({}). See `get_playback`.",
                    fault.code()
                );
                return Seen {
                    playback: last,
                    looked,
                    verified: false,
                    note: Some(note),
                };
            }
        }
    }
    Seen {
        playback: last,
        looked,
        verified: false,
        note: Some(
            "Spotify accepted the command, but the player does not show it yet; this is its state now. Look again \
             with `get_playback` before repeating it."
                .to_owned(),
        ),
    }
}

/// The answer of a command: `lead` lines, then how the player stands. `more` is what the tool adds to the structure.
pub(super) fn answer(lead: &str, seen: Seen, more: impl Serialize) -> Answer {
    #[derive(Serialize)]
    struct Told<M> {
        verified: bool,
        #[serde(flatten)]
        state: State,
        #[serde(flatten)]
        more: M,
    }
    let mut words = lead.to_owned();
    let state = if seen.looked {
        State::tell(seen.playback, Detail::Concise, &mut words)
    } else {
        words.push_str("The command was accepted.\n");
        State::default()
    };
    let told = Told {
        verified: seen.verified,
        state,
        more,
    };
    let answer = Answer::new(words.trim_end().to_owned(), &told);
    match seen.note {
        Some(note) => answer.noting(note),
        None => answer,
    }
}

/// The shape of a command's answer.
pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "verified": {"type": "boolean"}, "is_playing": {"type": "boolean"}, "device": {"type": "string"},
        "item": {"type": "object"}
    }, "required": ["verified"]}))
}
