//! What the token and revocation endpoints say to a client: RFC words only. Why it really is goes to the log.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::json;

use crate::store::StoreError;

/// Why a request of a client is refused (RFC 6749 section 5.2). A `reason` is a slug for the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// It lacks something, has something twice, or is of another form.
    #[error("{0}")]
    Request(&'static str),
    /// It is longer than a form may be.
    #[error("the body is longer than 64 KiB")]
    TooLong,
    /// It asks for a kind of grant that there is not.
    #[error("only the grant types authorization_code and refresh_token are offered")]
    GrantType,
    /// Who the client is was not shown.
    #[error("the client is unknown, or did not show who it is in the way that it has to")]
    Client {
        /// Why.
        reason: &'static str,
        /// Whether it tried by the `Authorization` header.
        by_header: bool,
    },
    /// The code or refresh token is no good, or not in this client's hands.
    #[error("the code or token is wrong, used, expired or revoked; ask for authorization anew")]
    Grant {
        /// Why.
        reason: &'static str,
    },
    /// The grant is for another resource (RFC 8707 section 2).
    #[error("the grant is for another resource")]
    Target,
    /// More than was granted is asked for.
    #[error("the grant does not have that scope")]
    Scope,
    /// Too often.
    #[error("too many requests; try again later")]
    Limited {
        /// After how many seconds it may be tried again.
        retry_after_seconds: u64,
    },
    /// The database.
    #[error("the server cannot answer this just now; try again in a moment")]
    Store(#[from] StoreError),
}

impl Refused {
    /// For the log: what kind of refusal it is, and why.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Request(_) | Self::TooLong => "request.malformed",
            Self::GrantType => "request.grant_type",
            Self::Client { reason, .. } | Self::Grant { reason } => reason,
            Self::Target => "grant.resource",
            Self::Scope => "grant.scope",
            Self::Limited { .. } => "limit.exhausted",
            Self::Store(_) => "store.failed",
        }
    }

    /// Whether the client is to blame, so that it counts against it.
    pub(super) fn is_failure(&self) -> bool {
        match self {
            Self::Request(_)
            | Self::TooLong
            | Self::GrantType
            | Self::Client { .. }
            | Self::Grant { .. }
            | Self::Target
            | Self::Scope => true,
            Self::Limited { .. } | Self::Store(_) => false,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, slug) = match &self {
            Self::Request(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
            Self::GrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::Client { .. } => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::Grant { .. } => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::Target => (StatusCode::BAD_REQUEST, "invalid_target"),
            Self::Scope => (StatusCode::BAD_REQUEST, "invalid_scope"),
            Self::Limited { .. } => (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable"),
            Self::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
        };
        let body = json!({ "error": slug, "error_description": self.to_string() });
        let mut response = unstored((status, Json(body)));
        let headers = response.headers_mut();
        if let Self::Client {
            by_header: true, ..
        } = self
        {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static(r#"Basic realm="auxcord""#),
            );
        }
        if let Self::Limited {
            retry_after_seconds,
        } = self
        {
            headers.insert(RETRY_AFTER, retry_after_seconds.into());
        }
        response
    }
}

/// An answer that nobody on the way may keep (RFC 6749 section 5.1).
pub(super) fn unstored(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
