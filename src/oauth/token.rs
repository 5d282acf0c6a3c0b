//! The token endpoint (RFC 6749 section 3.2): codes and refresh tokens to access tokens. Never calls Spotify.
//!
//! Whoever shows a valid code or token is always served. Failures are counted by client and source; beyond the limit
//! a failure is answered 429 and not told apart.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, Uri};

use super::{
    Client, Door,
    client_auth::authenticate,
    form::{self, Body, Form},
    grant_code,
    issue::Issued,
    refresh,
    wire::Refused,
};
use crate::{
    auth::{Allowance, Bucket, Source},
    clock::Millis,
    store::ClientId,
};

/// `POST /token`.
pub(super) fn routes(_door: &Door) -> Router<Arc<Door>> {
    Router::new()
        .route("/token", post(token))
        .layer(DefaultBodyLimit::max(form::LONGEST))
}

async fn token(
    State(door): State<Arc<Door>>,
    Extension(source): Extension<Source>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let now = door.clock.now();
    let mut client = None;
    let issued = match Form::read(&uri, &headers, body) {
        Ok(form) => issue(&door, &headers, &form, &mut client, now).await,
        Err(refused) => Err(refused),
    };
    match issued {
        Ok(issued) => issued.answer(now),
        Err(refused) => limited(&door, client, source, refused)
            .await
            .into_response(),
    }
}

/// `client` is who sent the form, once that is known.
async fn issue(
    door: &Door,
    headers: &HeaderMap,
    form: &Form,
    client: &mut Option<ClientId>,
    now: Millis,
) -> Result<Issued, Refused> {
    let grant_type = match form.get("grant_type") {
        Some("authorization_code") => GrantType::Code,
        Some("refresh_token") => GrantType::Refresh,
        Some(_) => return Err(Refused::GrantType),
        None => return Err(Refused::Request("the grant_type is missing")),
    };
    let sender = authenticate(door, headers, form).await?;
    *client = Some(sender.id);
    let issued = match grant_type {
        GrantType::Code => grant_code::redeem(door, &sender, form, now).await?,
        GrantType::Refresh => refresh::refresh(door, &sender, form, now).await?,
    };
    note_use(door, &sender, now).await;
    Ok(issued)
}

/// How a client comes to tokens.
#[derive(Clone, Copy)]
enum GrantType {
    Code,
    Refresh,
}

/// A client whose use is not noted loses nothing but the date.
async fn note_use(door: &Door, client: &Client, now: Millis) {
    if let Err(fault) = door.db.update_client_used(client.id, now).await {
        tracing::warn!(client = ?client.id, error = %fault, "a client's last use could not be noted");
    }
}

/// Logs a refusal and counts it if it is a failure; what the client is told.
async fn limited(
    door: &Door,
    client: Option<ClientId>,
    source: Source,
    refused: Refused,
) -> Refused {
    match &refused {
        Refused::Store(fault) => {
            tracing::error!(?client, error = %fault, "a token request could not be answered");
        }
        refused => {
            tracing::info!(
                ?client,
                reason = refused.reason(),
                "a token request was refused"
            );
        }
    }
    if !refused.is_failure() {
        return refused;
    }
    // Whoever makes up client ids is counted as one client.
    let client = client.map_or_else(|| "-".to_owned(), |client| client.to_string());
    let subject = format!("{client} {source}");
    match door.limits.take(Bucket::TokenFailure, &subject).await {
        Ok(Allowance::Granted) => refused,
        Ok(Allowance::Exhausted {
            retry_after_seconds,
        }) => Refused::Limited {
            retry_after_seconds,
        },
        Err(fault) => {
            tracing::error!(error = %fault, "a failed token request could not be counted");
            refused
        }
    }
}
