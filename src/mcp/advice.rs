//! The words that a model reads when a call fails: a cause and a next step.
//!
//! What strangers wrote is not repeated, save for a few sentences of Spotify's own. Knows no protocol but the form of
//! a result.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use rmcp::model::{CallToolResult, ContentBlock, MetaObject};
use serde_json::json;

use crate::{
    clock::Millis,
    link::LinkFault,
    spotify::{Context, SpotifyError},
};

use super::{answer, fault::Scene, text};

/// Beginnings of Spotify's refusals that say something useful about an argument.
const HELPFUL: [&str; 7] = [
    "Invalid ",
    "invalid ",
    "Missing ",
    "No search query",
    "Payload ",
    "Playlist ",
    "JSON body",
];

/// A fault in words.
#[derive(Debug)]
pub(super) struct Advice {
    /// The code of the catalogue.
    pub(super) code: &'static str,
    text: String,
    retry_after_s: Option<u64>,
    /// What the user can quote and the operator finds in the log.
    pub(super) reference: Option<String>,
}

impl Advice {
    /// Words for the fault of that code.
    pub(super) fn new(code: &'static str, text: String) -> Self {
        Self {
            code,
            text,
            retry_after_s: None,
            reference: None,
        }
    }

    fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after_s = wait.map(|wait| wait.as_secs());
        self
    }

    /// Gives the fault a name that the user can quote and the operator finds in the log.
    fn referring(mut self, now: Millis) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let reference = format!("{now:x}-{:x}", COUNT.fetch_add(1, Ordering::Relaxed));
        let _ = write!(self.text, " Reference: {reference}.");
        self.reference = Some(reference);
        self
    }

    /// A result without structured content: some clients check that against the output schema even in errors. The
    /// code is therefore in `_meta`, and begins the text.
    pub(super) fn into_result(self, notes: &[String]) -> CallToolResult {
        let mut text = format!("{}: {}", self.code, self.text);
        for note in notes {
            let _ = write!(text, "\nNote: {note}");
        }
        let mut error = answer::object(json!({"code": self.code}));
        if let Some(seconds) = self.retry_after_s {
            error.insert("retry_after_s".to_owned(), json!(seconds));
        }
        if let Some(reference) = self.reference {
            error.insert("reference".to_owned(), json!(reference));
        }
        let meta = answer::object(json!({"auxcord/error": error}));
        CallToolResult::error(vec![ContentBlock::text(text)]).with_meta(Some(MetaObject(meta)))
    }
}

/// Why there is no access, and what the user can do.
pub(super) fn on_link(fault: &LinkFault, scene: &Scene<'_>) -> Advice {
    let reconnect = scene.reconnect;
    match fault {
        LinkFault::Missing => Advice::new(
            "reauth_required",
            format!("No Spotify account is connected. {}.", reconnect.first()),
        ),
        LinkFault::Suspended => Advice::new(
            "reauth_required",
            format!(
                "Spotify ended this access (it was revoked, or six months are over). {}; calls work again right after.",
                reconnect.again()
            ),
        ),
        LinkFault::Busy => Advice::new(
            "upstream_error",
            "The Spotify login is being renewed. Try again in a few seconds.".to_owned(),
        )
        .after(Some(Duration::from_secs(3))),
        LinkFault::Unavailable { retry_after } => {
            let wait = retry_after.map(Duration::from_secs);
            let text = format!(
                "Spotify's login service does not answer; nothing was changed and the connection is kept. Try again{}.",
                in_a_while(wait)
            );
            Advice::new("upstream_error", text).after(wait).referring(scene.now)
        }
        LinkFault::Store => Advice::new(
            "upstream_error",
            "This server cannot reach its database. Nothing was sent to Spotify; try again in a minute.".to_owned(),
        )
        .referring(scene.now),
    }
}

/// What Spotify refused or where it failed, and what to do next.
pub(super) fn on_spotify(fault: &SpotifyError, scene: &Scene<'_>) -> Advice {
    let wait = fault.context().retry_after;
    let advice = match fault {
        SpotifyError::InvalidRequest(context) => Advice::new("invalid_argument", refused(context)),
        SpotifyError::InsufficientScope(_) => on_missing_scope(scene.tool.spotify, scene),
        SpotifyError::NotAllowListed(_) => Advice::new(
            "not_allowlisted",
            "This Spotify account is not on the user list of the Spotify app behind this server (Development Mode, \
             five people). The operator must add the account's e-mail address at developer.spotify.com; repeating \
             the call does not help."
                .to_owned(),
        ),
        SpotifyError::AppOwnerPremium(_) => Advice::new(
            "app_owner_premium",
            "Spotify refuses every call because the owner of this server's Spotify app has no Premium. Only the \
             operator can change that; repeating the call does not help."
                .to_owned(),
        ),
        SpotifyError::EndpointGone(_) => Advice::new(
            "endpoint_gone",
            "Spotify no longer offers this to apps like this one. Do not repeat the call; use another tool.".to_owned(),
        ),
        SpotifyError::NotReadable(_) => Advice::new("not_readable", on_foreign(scene)),
        SpotifyError::PremiumRequired(_) => Advice::new(
            "premium_required",
            "Spotify allows this only with Premium. Search, playlists and the library work without.".to_owned(),
        ),
        SpotifyError::Restricted(_) => Advice::new(
            "restricted",
            "The player cannot do that at the moment. Look with `get_playback` first.".to_owned(),
        ),
        SpotifyError::NoActiveDevice(_) | SpotifyError::DeviceUnavailable(_) => Advice::new(
            "no_device",
            "No Spotify device is active. Ask the user to open Spotify somewhere; `get_playback` with \
             include=[\"devices\"] shows what is there."
                .to_owned(),
        ),
        SpotifyError::NotFound(_) => Advice::new(
            "not_found",
            "Spotify knows no such item, or it is one of Spotify's own playlists, which apps cannot read. Find the \
             right link with `search` or `list_playlists`."
                .to_owned(),
        ),
        SpotifyError::RateLimited(_) => Advice::new(
            "rate_limited",
            format!("Spotify is busy. Try again{}.", in_a_while(wait)),
        ),
        SpotifyError::QuotaExceeded(context) => {
            Advice::new("quota_exceeded", quota(context, scene.now))
        }
        SpotifyError::Unauthorized(_)
        | SpotifyError::Upstream(_)
        | SpotifyError::Timeout(_)
        | SpotifyError::Network(..)
        | SpotifyError::BodyTooLarge(_)
        | SpotifyError::Malformed(_)
        | SpotifyError::ForeignPage(_) => {
            Advice::new("upstream_error", failed(fault, scene)).referring(scene.now)
        }
    };
    advice.after(wait)
}

/// Permissions that the user did not give at Spotify.
pub(super) fn on_missing_scope(scopes: &[&str], scene: &Scene<'_>) -> Advice {
    let which = if scopes.is_empty() {
        String::new()
    } else {
        format!(" ({})", scopes.join(", "))
    };
    let text = format!(
        "This needs a Spotify permission that was not granted at login{which}. {}.",
        scene.reconnect.again()
    );
    Advice::new("missing_scope", text)
}

fn refused(context: &Context) -> String {
    let said = context.message.as_deref().unwrap_or_default();
    if HELPFUL.iter().any(|start| said.starts_with(start)) {
        let said = text::clean(said, text::IN_ERROR);
        return format!("Spotify refused the arguments: {said}.");
    }
    "Spotify refused the arguments. Check them against the tool's description.".to_owned()
}

/// A playlist of somebody else.
pub(super) fn on_foreign(scene: &Scene<'_>) -> String {
    match scene.tool.kind.shown_by() {
        None => {
            "Spotify shows the contents only of playlists that the user owns or works on; this one is somebody \
             else's."
        }
        Some(_) => "This playlist belongs to somebody else, so it cannot be changed.",
    }
    .to_owned()
}

fn quota(context: &Context, now: Millis) -> String {
    let until = context.retry_after.map_or_else(String::new, |wait| {
        let wait = Millis::try_from(wait.as_millis()).unwrap_or(0);
        format!(" until about {}", text::minute(now.saturating_add(wait)))
    });
    format!(
        "Spotify's calls of the group \"{}\", which everybody on this server shares, are used up{until}. Do not repeat \
         the call before that; calls of other groups still work, and `get_status` tells what is left.",
        context.group
    )
}

fn failed(fault: &SpotifyError, scene: &Scene<'_>) -> String {
    match scene.tool.kind.shown_by() {
        Some(shown_by) if fault.outcome_unknown() => format!(
            "Spotify failed or did not answer in time, so it is unknown whether the change was made. Do not repeat it \
             before looking with `{shown_by}`."
        ),
        Some(_) => "Spotify failed; nothing was changed. Try again once.".to_owned(),
        None => "Spotify failed or did not answer in time. Try again once; nothing was changed."
            .to_owned(),
    }
}

fn in_a_while(wait: Option<Duration>) -> String {
    wait.map_or_else(
        || " in a minute".to_owned(),
        |wait| format!(" in {} s", wait.as_secs()),
    )
}
