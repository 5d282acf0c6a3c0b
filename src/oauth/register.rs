//! Dynamic client registration (RFC 7591), for the clients that have no document of their own.

use std::sync::Arc;

use axum::Router;

use super::Door;

/// `POST /register`.
pub(super) fn routes(_door: &Door) -> Router<Arc<Door>> {
    Router::new()
}
