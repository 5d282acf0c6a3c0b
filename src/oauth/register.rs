//! Dynamic client registration (RFC 7591), for the clients that have no document of their own.
//!
//! Whoever registers the same thing again is the same client: many clients register with each attempt to connect.
//! Nobody vouches for what is registered, so little of it is kept: a name and where browsers may be sent. Addresses of
//! logos and pages are dropped, because showing or fetching them would serve a stranger.

use std::sync::Arc;

use axum::{
    Extension, Json, Router,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{
    Door, client,
    clients::registered_event,
    form::is_sent_as,
    json,
    name::cleaned,
    redirects::{self, Redirect, RedirectFault},
    wire::unstored,
};
use crate::{
    auth::{Allowance, Bucket, Source},
    clock::{Millis, SECOND},
    store::{ClientKind, StoreError},
};

/// The longest registration, in bytes.
const LONGEST_BODY: usize = 64 * 1024;
/// The name and the redirect URIs of a registration together, in bytes: what is kept of it.
const MOST_KEPT: usize = 8 * 1024;
/// What a client is called that gives itself no name.
const NAMELESS: &str = "Unnamed client";

/// What a client wants to be.
#[derive(Debug)]
struct Wish {
    name: String,
    /// As asked, for the answer.
    uris: Vec<String>,
    redirects: Vec<Redirect>,
}

/// What a client is now.
struct Registration {
    client_id: String,
    issued_at: Millis,
    wish: Wish,
}

/// Why a client is not registered.
#[derive(Debug, thiserror::Error)]
enum RegisterFault {
    #[error("this server registers no clients; ask its operator for a client id")]
    Off,
    #[error("the body must be application/json")]
    ContentType,
    #[error("the body is longer than 64 KiB")]
    TooLong,
    #[error("the body did not arrive")]
    NoBody,
    #[error("{0}")]
    Json(#[from] json::JsonFault),
    #[error("{0}")]
    Redirects(#[from] RedirectFault),
    #[error("the name and the redirect URIs are longer than 8 KiB together")]
    TooMuch,
    #[error("{0} is of the wrong type")]
    Type(&'static str),
    #[error("only public clients register: token_endpoint_auth_method none")]
    Authentication,
    #[error("only the grant type authorization_code, with refresh_token, is offered")]
    Grant,
    #[error("only the response type code is offered")]
    Response,
    #[error("too many new registrations from this address")]
    Limited { retry_after_seconds: u64 },
    #[error("the server cannot register clients just now")]
    Store(#[from] StoreError),
}

/// `POST /register`.
pub(super) fn routes(_door: &Door) -> Router<Arc<Door>> {
    Router::new()
        .route("/register", post(register))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
}

async fn register(
    State(door): State<Arc<Door>>,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match registration(&door, source, &headers, body).await {
        Ok(registration) => registration.into_response(),
        Err(fault) => fault.into_response(),
    }
}

async fn registration(
    door: &Door,
    source: Source,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Registration, RegisterFault> {
    if !door.registration {
        return Err(RegisterFault::Off);
    }
    if !is_sent_as(headers, "application/json") {
        return Err(RegisterFault::ContentType);
    }
    let body = body.map_err(|fault| match fault.status() {
        StatusCode::PAYLOAD_TOO_LARGE => RegisterFault::TooLong,
        _ => RegisterFault::NoBody,
    })?;
    let wish = wish(&json::object(&body)?)?;
    let digest = wish.digest();
    let now = door.clock.now();
    let registered = |client_id, issued_at, wish| Registration {
        client_id,
        issued_at,
        wish,
    };
    if let Some(row) = door.db.find_client_by_digest(&digest, now).await? {
        return Ok(registered(row.client_id, row.created_at, wish));
    }
    if let Allowance::Exhausted {
        retry_after_seconds,
    } = door
        .limits
        .take(Bucket::Register, &source.to_string())
        .await?
    {
        return Err(RegisterFault::Limited {
            retry_after_seconds,
        });
    }
    let client = client::registered(wish.name.clone(), wish.redirects.clone(), digest, now);
    let event = registered_event(client.id, ClientKind::Registered, now);
    if door.db.insert_client(&client, &event, now).await? {
        return Ok(registered(client.client_id, now, wish));
    }
    // Somebody registered the same thing at the same instant.
    let row = door.db.find_client_by_digest(&digest, now).await?;
    let row = row.ok_or(StoreError::Invalid("client"))?;
    Ok(registered(row.client_id, row.created_at, wish))
}

fn wish(members: &Map<String, Value>) -> Result<Wish, RegisterFault> {
    let text = |name| json::text(members, name).map_err(|()| RegisterFault::Type(name));
    let texts = |name| json::texts(members, name).map_err(|()| RegisterFault::Type(name));
    match text("token_endpoint_auth_method")? {
        // Clients that can do more are told that they need not.
        None | Some("none" | "client_secret_basic" | "client_secret_post") => {}
        Some(_) => return Err(RegisterFault::Authentication),
    }
    let lacks = |listed: Option<Vec<String>>, needed: &str| {
        listed.is_some_and(|listed| !listed.is_empty() && !listed.iter().any(|one| one == needed))
    };
    if lacks(texts("grant_types")?, "authorization_code") {
        return Err(RegisterFault::Grant);
    }
    if lacks(texts("response_types")?, "code") {
        return Err(RegisterFault::Response);
    }
    text("scope")?;
    let uris = texts("redirect_uris")?.unwrap_or_default();
    let name = text("client_name")?.and_then(cleaned);
    let name = name.unwrap_or_else(|| NAMELESS.to_owned());
    let redirects = redirects::judge_all(&uris, redirects::MOST)?;
    let kept: usize = redirects.iter().map(|redirect| redirect.uri.len()).sum();
    if name.len() + kept > MOST_KEPT {
        return Err(RegisterFault::TooMuch);
    }
    Ok(Wish {
        name,
        uris,
        redirects,
    })
}

impl Wish {
    /// Tells this registration from others, whatever order its redirect URIs are in.
    fn digest(&self) -> [u8; 32] {
        let mut uris: Vec<&str> = self
            .redirects
            .iter()
            .map(|redirect| redirect.uri.as_str())
            .collect();
        uris.sort_unstable();
        let canonical = json!({
            "client_name": self.name,
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": uris,
            "token_endpoint_auth_method": "none",
        });
        Sha256::digest(canonical.to_string()).into()
    }
}

impl IntoResponse for Registration {
    fn into_response(self) -> Response {
        let body = json!({
            "client_id": self.client_id,
            "client_id_issued_at": self.issued_at / SECOND,
            "client_name": self.wish.name,
            "redirect_uris": self.wish.uris,
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        });
        unstored((StatusCode::CREATED, Json(body)))
    }
}

impl IntoResponse for RegisterFault {
    fn into_response(self) -> Response {
        let (status, slug) = match &self {
            Self::Off => (StatusCode::FORBIDDEN, "access_denied"),
            Self::ContentType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
            Self::NoBody => (StatusCode::BAD_REQUEST, "invalid_request"),
            // Names are short, so it is the redirect URIs that are too long.
            Self::Redirects(_) | Self::TooMuch => (StatusCode::BAD_REQUEST, "invalid_redirect_uri"),
            Self::Json(_) | Self::Type(_) | Self::Authentication | Self::Grant | Self::Response => {
                (StatusCode::BAD_REQUEST, "invalid_client_metadata")
            }
            Self::Limited { .. } => (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable"),
            Self::Store(fault) => {
                tracing::error!(error = %fault, "a client could not be registered");
                (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
            }
        };
        let body = json!({ "error": slug, "error_description": self.to_string() });
        let mut response = unstored((status, Json(body)));
        if let Self::Limited {
            retry_after_seconds,
        } = self
        {
            response
                .headers_mut()
                .insert(RETRY_AFTER, retry_after_seconds.into());
        }
        response
    }
}
