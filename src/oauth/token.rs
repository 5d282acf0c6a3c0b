//! The token endpoint (RFC 6749 section 3.2): codes and refresh tokens to access tokens. Never calls Spotify.

use std::sync::Arc;

use axum::Router;

use super::Door;

/// `POST /token`.
pub(super) fn routes(_door: &Door) -> Router<Arc<Door>> {
    Router::new()
}
