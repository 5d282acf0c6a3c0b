//! The one JSON shape of errors outside MCP: `{"error": slug, "error_description": sentence}` (RFC 6749 section 5.2).

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// An error answer. `slug` is for programs, `description` for the person who reads it.
pub fn error(status: StatusCode, slug: &'static str, description: &str) -> Response {
    let body = Json(json!({ "error": slug, "error_description": description }));
    let mut response = (status, body).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// 429: there was too much of it, and after `seconds` there may be more.
pub(super) fn too_many(seconds: u64, description: &str) -> Response {
    let mut response = error(
        StatusCode::TOO_MANY_REQUESTS,
        "temporarily_unavailable",
        description,
    );
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// For paths that do not exist.
pub(super) async fn not_found() -> Response {
    error(
        StatusCode::NOT_FOUND,
        "not_found",
        "there is nothing at this path",
    )
}

/// For paths that exist with other methods.
pub(super) async fn method_not_allowed() -> Response {
    error(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this path does not answer this method",
    )
}
