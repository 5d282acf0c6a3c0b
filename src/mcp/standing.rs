//! How the caller's link to Spotify stands, as the status tool and the status resource tell it. Costs no Spotify call.

use serde::Serialize;

use crate::{
    auth::{Caller, Scopes},
    link::{LinkFault, LinkState},
};

use super::{
    reconnect::Reconnect,
    server::Deps,
    text::{self, NAME},
};

/// How the link stands.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    /// Whether calls can be made.
    pub(crate) connected: bool,
    /// The account's display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// Spotify's `id` of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    /// Always `auxcord`.
    pub(crate) server: &'static str,
    /// auxcord's version.
    pub(crate) version: &'static str,
    /// Spotify permissions that were granted.
    pub(crate) granted: Vec<String>,
    /// Spotify permissions that tools of this server use and that were not granted.
    pub(crate) missing: Vec<&'static str>,
    /// The date on which Spotify ends the consent, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reconnect_by: Option<String>,
    /// Where the person connects again, if there is a page for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reconnect_url: Option<String>,
    /// The tool that connects again, where there is no page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reconnect_with: Option<&'static str>,
}

/// The status of `caller`.
///
/// # Errors
/// When the database cannot be asked.
pub(crate) async fn of(deps: &Deps, caller: &Caller) -> Result<Status, LinkFault> {
    let standing = match deps.links.standing(caller.person).await {
        Ok(standing) => Some(standing),
        Err(LinkFault::Missing) => None,
        Err(fault) => return Err(fault),
    };
    let linked = standing
        .as_ref()
        .filter(|standing| standing.state != LinkState::Missing);
    let granted: Vec<String> = linked
        .map(|standing| {
            standing
                .scopes
                .iter()
                .map(|scope| text::clean(scope, NAME).into_owned())
        })
        .into_iter()
        .flatten()
        .collect();
    let wanted = Scopes::all().spotify();
    let missing = wanted
        .into_iter()
        .filter(|wanted| !granted.iter().any(|held| held == wanted));
    Ok(Status {
        connected: standing
            .as_ref()
            .is_some_and(|standing| standing.state == LinkState::Active),
        missing: missing.collect(),
        granted,
        reconnect_by: linked
            .and_then(|standing| standing.reauthorize_by)
            .map(text::date),
        reconnect_url: Reconnect::of(deps).url(),
        reconnect_with: deps.connect.as_ref().map(|_| "connect"),
        server: "auxcord",
        version: deps.version,
        user_id: standing
            .as_ref()
            .map(|standing| text::clean(&standing.spotify_id, NAME).into_owned()),
        user: standing
            .and_then(|standing| standing.display_name)
            .map(|name| text::cleaned(name, NAME)),
    })
}
