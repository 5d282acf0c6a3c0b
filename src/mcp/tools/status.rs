//! `get_status`: the account and the link, for a model that wonders why something does not work.

use std::fmt::Write;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{auth::Toolset, spotify::api};

use super::Context;
use crate::mcp::{
    answer::{self, Answer},
    fault::Fault,
    lacking::Lacking,
    standing::{self, Status},
    text::{self, NAME},
};

/// What Spotify does not give to apps like this one, so that nobody looks for it.
const WITHHELD: &str = "recommendations, related artists, artists' top tracks, audio features, genres, popularity, \
                        followers, lyrics, contents of other people's playlists";

/// The code of a fault that only a new login mends.
const ENDED: &str = "reauth_required";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {}

/// The link, and what only Spotify or the credential knows.
#[derive(Debug, Serialize)]
struct Told {
    #[serde(flatten)]
    status: Status,
    premium: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    active_device: Option<String>,
    toolsets: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing_tools: Vec<&'static str>,
    read_only: bool,
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "connected": {"type": "boolean"}, "user": {"type": "string"}, "user_id": {"type": "string"},
        "premium": {"type": "string"}, "active_device": {"type": "string"},
        "granted": {"type": "array", "items": {"type": "string"}},
        "missing": {"type": "array", "items": {"type": "string"}},
        "reconnect_by": {"type": "string"}, "reconnect_url": {"type": "string"}, "version": {"type": "string"}
    }, "required": ["connected", "version"]}))
}

/// Works also when the link does not: then it says so and asks Spotify nothing.
pub(super) async fn get_status(context: &Context<'_>, _: Args) -> Result<Answer, Fault> {
    let mut status = standing::of(context.deps, context.caller).await?;
    let (active_device, trouble) = if status.connected {
        active_device(context).await
    } else {
        (None, None)
    };
    if trouble == Some(ENDED) {
        // The call itself found out that Spotify has ended the link.
        status = standing::of(context.deps, context.caller).await?;
    }
    let offered = &context.deps.settings.offer;
    let lacking = context.lacking().await?;
    let told = Told {
        premium: context
            .premium
            .of(context.caller.person, context.deps.clock.now()),
        active_device,
        missing_tools: lacking.tools.clone(),
        toolsets: Toolset::ALL
            .into_iter()
            .filter(|set| offered.toolsets.contains(set) && context.caller.may_use(*set))
            .map(Toolset::as_str)
            .collect(),
        read_only: offered.read_only || context.caller.reads_only(),
        status,
    };
    let answer = Answer::new(in_words(&told, &lacking), &told);
    Ok(match trouble {
        Some(code) => answer.noting(format!(
            "Spotify could not be asked for the devices: {code}."
        )),
        None => answer,
    })
}

/// The device that plays, or why it is not known. The rest of the status does not depend on it.
async fn active_device(context: &Context<'_>) -> (Option<String>, Option<&'static str>) {
    match context.upstream.send(&api::devices()).await {
        Ok(found) => {
            let active = found.devices.into_iter().find(|device| device.is_active);
            (active.map(|device| text::cleaned(device.name, NAME)), None)
        }
        Err(fault) => (None, Some(fault.code())),
    }
}

fn in_words(told: &Told, lacking: &Lacking) -> String {
    let status = &told.status;
    let mut words = String::new();
    let user = status
        .user
        .as_deref()
        .or(status.user_id.as_deref())
        .unwrap_or("somebody");
    let _ = if status.connected {
        writeln!(words, "Connected to the Spotify account of {user}.")
    } else {
        writeln!(
            words,
            "Not connected. Ask the user to connect at {}.",
            status.reconnect_url
        )
    };
    if status.connected {
        let device = told.active_device.as_deref().unwrap_or("none");
        let _ = writeln!(words, "Active device: {device}. Premium: {}.", told.premium);
    }
    if let (true, Some(date)) = (status.connected, &status.reconnect_by) {
        let _ = writeln!(
            words,
            "Spotify asks for a new login by {date} at {}.",
            status.reconnect_url
        );
    }
    if status.connected && !status.missing.is_empty() {
        let missing = status.missing.join(", ");
        let _ = writeln!(words, "Not permitted: {missing}. Reconnecting grants it.");
    }
    let unoffered = lacking.in_words(&status.reconnect_url);
    if !unoffered.is_empty() {
        let _ = writeln!(words, "{unoffered}");
    }
    if told.read_only {
        words.push_str("This connection only reads.\n");
    }
    let _ = writeln!(words, "Tools: {}.", told.toolsets.join(", "));
    let _ = write!(
        words,
        "Spotify withholds from this app: {WITHHELD}. auxcord {}.",
        status.version
    );
    words
}
