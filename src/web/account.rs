//! `/auth/status` and `/auth/revoke`: how a person stands, and leaving, for programs that hold an API key.

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, WWW_AUTHENTICATE},
};
use serde_json::{Value, json};

use super::{Shared, Web, leaving, words::rfc3339};
use crate::{
    auth::{Caller, Credential, Scopes, Toolset},
    link::{LinkFault, Standing},
};

/// Where people see and end what they have allowed at Spotify.
const SPOTIFY_APPS: &str = "https://www.spotify.com/account/apps/";

/// `GET /auth/status`: who the key belongs to, how the link stands, until when, and what the key may do.
///
/// `link` is `active`, `suspended` or `missing`; times are RFC 3339, `null` without a link.
pub(super) async fn status(State(web): Shared, Extension(caller): Extension<Caller>) -> Response {
    match web.links.standing(caller.person).await {
        Ok(standing) => answer(StatusCode::OK, &told(&web, &caller, &standing)),
        Err(LinkFault::Missing) => gone(),
        Err(
            LinkFault::Suspended
            | LinkFault::Busy
            | LinkFault::Unavailable { .. }
            | LinkFault::Store,
        ) => unavailable(),
    }
}

/// `POST` or `DELETE /auth/revoke`: the person, their link and all their keys are gone at once.
///
/// A read-only key may not: who was given one to look must not be able to end the whole account. A key limited
/// to some toolsets may, for toolsets say which tools are offered and not how much their holder is trusted.
pub(super) async fn revoke(State(web): Shared, Extension(caller): Extension<Caller>) -> Response {
    if caller.limits.read_only {
        return read_only();
    }
    match leaving::delete(&web, caller.person).await {
        Ok(true) => farewell(),
        Ok(false) => gone(),
        Err(fault) => {
            tracing::error!(error = %fault, "a person could not be deleted");
            unavailable()
        }
    }
}

fn told(web: &Web, caller: &Caller, standing: &Standing) -> Value {
    let missing: Vec<&str> = Scopes::all()
        .spotify()
        .into_iter()
        .filter(|wanted| !standing.scopes.iter().any(|scope| &**scope == *wanted))
        .collect();
    let toolsets = caller.limits.toolsets.as_ref().map(|sets| {
        sets.iter()
            .copied()
            .map(Toolset::as_str)
            .collect::<Vec<_>>()
    });
    let mut told = json!({
        "person": {
            "id": standing.person.to_string(),
            "display_name": standing.display_name,
            "spotify_id": standing.spotify_id,
        },
        "link": standing.state.as_str(),
        "scopes": standing.scopes.iter().collect::<Vec<_>>(),
        "missing_scopes": missing,
        "authorized_at": standing.authorized_at.and_then(rfc3339),
        "reauthorize_by": standing.reauthorize_by.and_then(rfc3339),
        "key": {
            "id": key_id(caller),
            "read_only": caller.limits.read_only,
            "toolsets": toolsets,
        },
        "reconnect_url": format!("{}/auth/login", web.origin),
    });
    // Most keys name no tools, and are told as they always were.
    let limits = &caller.limits;
    if let Some(tools) = &limits.tools {
        told["key"]["tools"] = json!(tools);
    }
    if !limits.exclude_tools.is_empty() {
        told["key"]["exclude_tools"] = json!(limits.exclude_tools);
    }
    told
}

/// Only keys open these routes.
fn key_id(caller: &Caller) -> Option<String> {
    match caller.credential {
        Credential::Key(id) => Some(id.to_string()),
        Credential::Grant { .. } | Credential::Machine => None,
    }
}

fn farewell() -> Response {
    let body = json!({
        "revoked": true,
        "deleted": ["person", "link", "keys"],
        "next": format!("Spotify still lists this app; remove its access at {SPOTIFY_APPS}"),
    });
    answer(StatusCode::OK, &body)
}

fn read_only() -> Response {
    refuse(
        StatusCode::FORBIDDEN,
        "insufficient_scope",
        "a read-only key cannot delete the account; use another of your keys",
    )
}

/// The key was still remembered, its person is not there any more.
fn gone() -> Response {
    refuse(
        StatusCode::UNAUTHORIZED,
        "invalid_token",
        "the key is wrong, expired or revoked",
    )
}

fn unavailable() -> Response {
    let body = json!({
        "error": "temporarily_unavailable",
        "error_description": "the database does not answer; nothing was changed, try again in a moment",
    });
    answer(StatusCode::SERVICE_UNAVAILABLE, &body)
}

/// A refusal with its challenge (RFC 6750 section 3).
fn refuse(status: StatusCode, slug: &'static str, description: &str) -> Response {
    let body = json!({ "error": slug, "error_description": description });
    let mut response = answer(status, &body);
    if let Ok(challenge) = HeaderValue::try_from(format!("Bearer error=\"{slug}\"")) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
