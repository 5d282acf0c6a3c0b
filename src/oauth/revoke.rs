//! Revocation (RFC 7009): any token of a grant ends the whole grant.

use std::sync::Arc;

use axum::Router;

use super::Door;

/// `POST /revoke`.
pub(super) fn routes(_door: &Door) -> Router<Arc<Door>> {
    Router::new()
}
