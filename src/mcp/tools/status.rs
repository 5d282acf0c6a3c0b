//! `get_status`: the account, the link and what is left of Spotify's calls, for a model that wonders why something does
//! not work.

use std::fmt::Write;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    auth::Toolset,
    quota::{GroupStanding, Standing},
    spotify::api,
};

use super::Context;
use crate::mcp::{
    answer::{self, Answer},
    fault::Fault,
    lacking::Lacking,
    reconnect::Reconnect,
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
    /// Groups of endpoints that were used or are limited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    spotify_calls: Vec<Group>,
    /// Endpoints that Spotify lately said this app has not got.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    withheld: Vec<String>,
}

/// What is left of a group of endpoints, for everybody on this server together.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the answer"
)]
struct Group {
    group: &'static str,
    /// Calls of the last 24 hours.
    calls: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_until: Option<String>,
}

impl Group {
    /// The group, if there is anything to tell.
    fn of(standing: &GroupStanding) -> Option<Self> {
        let left = standing.left();
        (standing.calls > 0 || left.is_some()).then(|| Self {
            group: standing.group.as_str(),
            calls: standing.calls,
            left,
            closed_until: standing.closed_until.map(text::minute),
        })
    }
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "connected": {"type": "boolean"}, "user": {"type": "string"}, "user_id": {"type": "string"},
        "premium": {"type": "string"}, "active_device": {"type": "string"},
        "granted": {"type": "array", "items": {"type": "string"}},
        "missing": {"type": "array", "items": {"type": "string"}},
        "reconnect_by": {"type": "string"}, "reconnect_url": {"type": "string"}, "version": {"type": "string"},
        "spotify_calls": {"type": "array"}
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
    let Standing { groups, gone, .. } = left(context).await;
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
        spotify_calls: groups.iter().filter_map(Group::of).collect(),
        withheld: gone.into_iter().map(|gone| gone.endpoint).collect(),
        status,
    };
    let answer = Answer::new(
        in_words(&told, &lacking, Reconnect::of(context.deps)),
        &told,
    );
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

/// What is left of the app's calls. A database that cannot be asked leaves what this process knows.
async fn left(context: &Context<'_>) -> Standing {
    if let Err(fault) = context.deps.quota.read_calls().await {
        tracing::warn!(error = %fault, "the calls of other replicas cannot be read");
    }
    context.upstream.app().standing()
}

fn in_words(told: &Told, lacking: &Lacking, reconnect: Reconnect<'_>) -> String {
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
        writeln!(words, "Not connected. {}.", reconnect.first())
    };
    if status.connected {
        let device = told.active_device.as_deref().unwrap_or("none");
        let _ = writeln!(words, "Active device: {device}. Premium: {}.", told.premium);
    }
    if let (true, Some(date)) = (status.connected, &status.reconnect_by) {
        let _ = writeln!(
            words,
            "Spotify asks for a new login by {date} {}.",
            reconnect.place()
        );
    }
    if status.connected && !status.missing.is_empty() {
        let missing = status.missing.join(", ");
        let _ = writeln!(words, "Not permitted: {missing}. Reconnecting grants it.");
    }
    let unoffered = lacking.in_words(reconnect);
    if !unoffered.is_empty() {
        let _ = writeln!(words, "{unoffered}");
    }
    if told.read_only {
        words.push_str("This connection only reads.\n");
    }
    let _ = writeln!(words, "Tools: {}.", told.toolsets.join(", "));
    calls_in_words(&told.spotify_calls, &mut words);
    let _ = write!(words, "Spotify withholds from this app: {WITHHELD}");
    for endpoint in &told.withheld {
        let _ = write!(words, "; since today {endpoint}");
    }
    let _ = write!(words, ". auxcord {}.", status.version);
    words
}

fn calls_in_words(groups: &[Group], words: &mut String) {
    if groups.is_empty() {
        return;
    }
    words.push_str("Spotify calls of the last 24 h, everybody together: ");
    for (index, group) in groups.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(words, "{comma}{} {}", group.group, group.calls);
        match (&group.closed_until, group.left) {
            (Some(until), _) => {
                let _ = write!(words, " (used up until about {until})");
            }
            (None, Some(left)) => {
                let _ = write!(words, " (about {left} left)");
            }
            (None, None) => {}
        }
    }
    words.push_str(".\n");
}
