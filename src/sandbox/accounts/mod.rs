//! The simulated accounts service: the page where a person consents, and the token endpoint. It knows who exists
//! and what was granted, and nothing of the Web API.

mod authorize;
mod grants;
mod page;
mod redirect;
mod token;

use axum::{
    Router,
    routing::{get, post},
};

pub(crate) use grants::{Bearer, Dead, Grants};

use super::Shared;

/// The routes of the accounts service.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/authorize", get(authorize::show).post(authorize::decide))
        .route("/logout", get(authorize::forget))
        .route("/api/token", post(token::exchange))
}
