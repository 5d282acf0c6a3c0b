//! Errors of the Web API, in Spotify's shape and words (Spotify: Concepts, API calls). It knows no endpoint.

use std::borrow::Cow;

use axum::{
    Json,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::sandbox::limits::Over;

/// A refusal: `{"error":{"status":404,"message":"..."}}`, with a `reason` where Spotify gives one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: Cow<'static, str>,
    pub(crate) reason: Option<Cow<'static, str>>,
    /// In seconds.
    pub(crate) retry_after: Option<u64>,
    authenticate: Option<&'static str>,
}

impl Refusal {
    /// A refusal without a reason.
    pub(crate) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            message: message.into(),
            reason: None,
            retry_after: None,
            authenticate: None,
        }
    }

    /// 400: the request is wrong.
    pub(crate) fn bad(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 401: there is no token.
    pub(crate) fn no_token() -> Self {
        Self {
            authenticate: Some("Bearer error=\"missing_token\""),
            ..Self::new(StatusCode::UNAUTHORIZED, "No token provided")
        }
    }

    /// 401: the token is no good.
    pub(crate) fn bad_token(message: &'static str) -> Self {
        Self {
            authenticate: Some("Bearer error=\"invalid_token\""),
            ..Self::new(StatusCode::UNAUTHORIZED, message)
        }
    }

    /// 403: a permission is missing.
    pub(crate) fn scope() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Insufficient client scope")
    }

    /// 403: a removed endpoint, or contents that are not the caller's.
    pub(crate) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Forbidden")
    }

    /// 404: there is no such thing.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Resource not found")
    }

    /// 403 of a command of the player.
    pub(super) fn player(reason: &'static str, message: &'static str) -> Self {
        Self {
            reason: Some(reason.into()),
            ..Self::new(StatusCode::FORBIDDEN, message)
        }
    }

    /// 404: no device is active.
    pub(super) fn no_active_device() -> Self {
        Self {
            reason: Some("NO_ACTIVE_DEVICE".into()),
            ..Self::new(
                StatusCode::NOT_FOUND,
                "Player command failed: No active device found",
            )
        }
    }

    /// 429: the app has called too often.
    pub(crate) fn too_many(over: Over) -> Self {
        let (reason, message, seconds) = match over {
            Over::Window(seconds) => (None, "API rate limit exceeded", seconds),
            Over::Quota(seconds) => (Some("QUOTA_EXCEEDED".into()), "Quota exceeded", seconds),
        };
        Self {
            reason,
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, message)
        }
    }

    /// 411 in HTML: a write without a length.
    pub(crate) fn length_required() -> Response {
        let page = "<!DOCTYPE html>\n<html lang=en>\n<title>Error 411 (Length Required)!!1</title>\n\
                    <p>POST requests require a <code>Content-length</code> header.\n</html>";
        (StatusCode::LENGTH_REQUIRED, Html(page)).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut error = json!({"status": self.status.as_u16(), "message": self.message});
        if let Some(reason) = self.reason {
            error["reason"] = json!(reason);
        }
        let mut response = (self.status, Json(json!({"error": error}))).into_response();
        if let Some(challenge) = self.authenticate {
            let value = HeaderValue::from_static(challenge);
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, value);
        }
        if let Some(seconds) = self.retry_after {
            let value = HeaderValue::from(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}
