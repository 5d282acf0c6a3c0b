//! The authorization endpoint (RFC 6749 section 3.1): judges a client's request and shows the consent page.

use std::sync::Arc;

use axum::Router;

use super::Door;

/// `GET /authorize` and the answer to its page.
pub(super) fn routes(_door: &Door) -> Router<Arc<Door>> {
    Router::new()
}
