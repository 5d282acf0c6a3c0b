//! Whether the process lives (`/health`, public) and whether it should get work (`/readyz`, admin listener).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::store::{Db, Freshness};

/// What readiness depends on.
#[derive(Clone, Debug)]
pub struct Readiness {
    /// The database.
    pub db: Db,
    /// Whether revocations are being read.
    pub freshness: Freshness,
    /// Cancelled when the process is asked to stop.
    pub stopping: CancellationToken,
}

/// The process lives: 200 with its version.
pub async fn health() -> Response {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })).into_response()
}

/// 200 when the process can serve, else 503 with what is missing.
pub async fn readyz(State(readiness): State<Readiness>) -> Response {
    let missing = if readiness.stopping.is_cancelled() {
        Some("stopping")
    } else if readiness.db.ping().await.is_err() {
        Some("database")
    } else if !readiness.freshness.holds() {
        Some("revocations")
    } else {
        None
    };
    match missing {
        None => Json(json!({ "status": "ready" })).into_response(),
        Some(missing) => (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({ "status": "not_ready", "missing": missing })),
        )
            .into_response(),
    }
}
