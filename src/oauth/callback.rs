//! Coming back from Spotify with a client waiting: the code for the client, or why there is none.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::Door;

/// Around the callback route: takes the logins that answer a client's request, and leaves the others to the pages.
pub async fn claim(State(_door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    next.run(request).await
}
