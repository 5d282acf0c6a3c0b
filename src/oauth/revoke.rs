//! Revocation (RFC 7009): any token of a grant ends the whole grant.
//!
//! Whoever shows a token of a grant is always served. Failures and unknown tokens are counted by source; beyond the
//! limit they are answered 429.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, StatusCode, Uri};

use super::{
    Door,
    client_auth::authenticate_if_named,
    form::{self, Body, Form},
    wire::{Refused, unstored},
};
use crate::{
    auth::{Allowance, Bucket, Source},
    crypto::{Token, random_bytes},
    store::{AuditEvent, ClientId, GrantId, Outcome},
};

/// `POST /revoke`.
pub(super) fn routes(_door: &Door) -> Router<Arc<Door>> {
    Router::new()
        .route("/revoke", post(revoke))
        .layer(DefaultBodyLimit::max(form::LONGEST))
}

async fn revoke(
    State(door): State<Arc<Door>>,
    Extension(source): Extension<Source>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let ended = match Form::read(&uri, &headers, body) {
        Ok(form) => end(&door, &headers, &form).await,
        Err(refused) => Err(refused),
    };
    let answer = match ended {
        Ok(Ended::Grant) => Ok(()),
        Ok(Ended::Nothing) => counted(&door, source).await,
        Err(refused) if refused.is_failure() => match counted(&door, source).await {
            Ok(()) => Err(refused),
            Err(instead) => {
                report(&refused);
                Err(instead)
            }
        },
        Err(refused) => Err(refused),
    };
    match answer {
        Ok(()) => unstored(StatusCode::OK),
        Err(refused) => {
            report(&refused);
            refused.into_response()
        }
    }
}

/// What a request that was not refused has ended.
enum Ended {
    /// The grant of its token, now or before.
    Grant,
    /// Nothing: its token is unknown.
    Nothing,
}

async fn counted(door: &Door, source: Source) -> Result<(), Refused> {
    match door
        .limits
        .take(Bucket::Revoke, &source.to_string())
        .await?
    {
        Allowance::Granted => Ok(()),
        Allowance::Exhausted {
            retry_after_seconds,
        } => Err(Refused::Limited {
            retry_after_seconds,
        }),
    }
}

/// Ends the grant of the token in `form`. One that is unknown is as good as revoked (RFC 7009 section 2.2). Which kind
/// the client takes it for does not matter, because the token says it itself.
async fn end(door: &Door, headers: &HeaderMap, form: &Form) -> Result<Ended, Refused> {
    let text = form
        .get("token")
        .ok_or(Refused::Request("the token is missing"))?;
    let client = authenticate_if_named(door, headers, form).await?;
    let Some(token) = Token::parse(text) else {
        return Ok(Ended::Nothing);
    };
    let hash = token.hash(door.keys.hash_key());
    let Some((grant, owner)) = door.db.find_token_grant(&hash).await? else {
        return Ok(Ended::Nothing);
    };
    match client {
        Some(client) if client.id != owner => {
            return Err(Refused::Grant {
                reason: "revoke.other_client",
            });
        }
        Some(_) => {}
        None => require_public(door, owner).await?,
    }
    end_grant(door, grant).await?;
    Ok(Ended::Grant)
}

/// Whoever has a token of a public client may end it; a confidential one has to show its secret.
async fn require_public(door: &Door, client: ClientId) -> Result<(), Refused> {
    let client = door.clients.of_row(client).await?;
    if client.is_some_and(|client| client.is_confidential()) {
        Err(Refused::Client {
            reason: "client.unnamed",
            by_header: false,
        })
    } else {
        Ok(())
    }
}

async fn end_grant(door: &Door, grant: GrantId) -> Result<(), Refused> {
    let now = door.clock.now();
    let event = AuditEvent::new(now, random_bytes(), "oauth.grant_revoked", Outcome::Success);
    door.db
        .update_grant_revoked(grant, None, "client", &event, now)
        .await?;
    door.keys.forget_grant(grant);
    Ok(())
}

fn report(refused: &Refused) {
    match refused {
        Refused::Store(fault) => {
            tracing::error!(error = %fault, "a revocation could not be done");
        }
        refused => tracing::info!(reason = refused.reason(), "a revocation was refused"),
    }
}
