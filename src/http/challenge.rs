//! The words in which a request for a protected resource is refused (RFC 6750 section 3, RFC 9728 section 5.1).

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::envelope::error;
use crate::auth::{Scope, Scopes};

/// A protected resource, as its challenges name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its address, which is also the audience of access tokens for it (RFC 8707).
    pub url: String,
    /// The address of its metadata (RFC 9728).
    pub metadata: String,
}

/// 401 for a request without a credential: where to begin, and with which scope.
pub(super) fn unauthorized(resource: Option<&Resource>, description: &str) -> Response {
    let words = resource.map_or_else(
        || "Bearer".to_owned(),
        |resource| format!("Bearer {}", begin_at(resource)),
    );
    refusal(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        description,
        &words,
    )
}

/// 401 for a credential that is no good.
pub(super) fn invalid_token(resource: Option<&Resource>, description: &str) -> Response {
    let mut words = r#"Bearer error="invalid_token""#.to_owned();
    if let Some(resource) = resource {
        words = format!("{words}, {}", begin_at(resource));
    }
    refusal(
        StatusCode::UNAUTHORIZED,
        "invalid_token",
        description,
        &words,
    )
}

/// 400 for a request with more than one credential.
pub(super) fn several(description: &str) -> Response {
    let words = r#"Bearer error="invalid_request""#;
    refusal(
        StatusCode::BAD_REQUEST,
        "invalid_request",
        description,
        words,
    )
}

/// 403 for a token that does not reach: all scopes that the operation needs.
pub(super) fn insufficient_scope(resource: &Resource, needed: Scopes) -> Response {
    let words = format!(
        r#"Bearer error="insufficient_scope", scope="{needed}", resource_metadata="{}""#,
        resource.metadata
    );
    let description = format!("this needs the permissions {needed}; ask the person for them");
    refusal(
        StatusCode::FORBIDDEN,
        "insufficient_scope",
        &description,
        &words,
    )
}

fn begin_at(resource: &Resource) -> String {
    let (metadata, scope) = (&resource.metadata, Scope::MusicRead);
    format!(r#"resource_metadata="{metadata}", scope="{scope}""#)
}

fn refusal(status: StatusCode, slug: &'static str, description: &str, challenge: &str) -> Response {
    let mut response = error(status, slug, description);
    // The configuration lets nothing into an address that a header cannot hold.
    if let Ok(challenge) = HeaderValue::from_str(challenge) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
