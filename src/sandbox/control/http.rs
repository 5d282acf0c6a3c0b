//! The control surface over HTTP, for other processes: `/_sandbox/...`, JSON in and out. It only translates.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Control;
use crate::sandbox::{Fault, Shared};

/// The routes, without their prefix.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/people", get(people))
        .route("/calls", get(calls).delete(reset))
        .route("/writes", get(writes))
        .route("/issued", get(issued))
        .route("/advance", post(advance))
        .route("/expire", post(expire))
        .route("/revoke", post(revoke))
        .route("/grant", post(grant))
        .route("/faults", post(add_fault).delete(clear_faults))
        .route("/held", get(held).delete(release))
}

async fn people(State(sandbox): State<Shared>) -> Json<Value> {
    Json(json!(Control::new(sandbox).people()))
}

async fn calls(State(sandbox): State<Shared>) -> Json<Value> {
    Json(json!(Control::new(sandbox).calls()))
}

async fn reset(State(sandbox): State<Shared>) -> StatusCode {
    Control::new(sandbox).reset_calls();
    StatusCode::NO_CONTENT
}

async fn writes(State(sandbox): State<Shared>) -> Json<Value> {
    Json(json!(Control::new(sandbox).writes()))
}

async fn issued(State(sandbox): State<Shared>) -> Json<Value> {
    let issued = Control::new(sandbox).issued();
    let written = |(kind, value)| json!({"kind": kind, "value": value});
    Json(issued.into_iter().map(written).collect())
}

/// By how much to move the time.
#[derive(Debug, Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance(State(sandbox): State<Shared>, Json(by): Json<Advance>) -> Json<Value> {
    let control = Control::new(sandbox);
    control.advance(Duration::from_secs(by.seconds));
    Json(json!({"now": control.now()}))
}

/// Whose tokens: Spotify's `id` of a person.
#[derive(Debug, Deserialize)]
struct Whose {
    person: Option<String>,
}

async fn expire(State(sandbox): State<Shared>, Json(whose): Json<Whose>) -> StatusCode {
    found(Control::new(sandbox).expire(whose.person.as_deref()))
}

async fn revoke(State(sandbox): State<Shared>, Json(whose): Json<Whose>) -> StatusCode {
    let control = Control::new(sandbox);
    found(whose.person.is_some_and(|person| control.revoke(&person)))
}

/// A consent without a browser.
#[derive(Debug, Deserialize)]
struct Grant {
    person: String,
    client_id: String,
    scope: Option<String>,
}

async fn grant(
    State(sandbox): State<Shared>,
    Json(wish): Json<Grant>,
) -> Result<Json<Value>, StatusCode> {
    Control::new(sandbox)
        .grant(&wish.person, &wish.client_id, wish.scope.as_deref())
        .map(|tokens| Json(json!(tokens)))
        .ok_or(StatusCode::NOT_FOUND)
}

async fn add_fault(State(sandbox): State<Shared>, Json(fault): Json<Fault>) -> Json<Value> {
    Json(json!({"number": Control::new(sandbox).add_fault(fault)}))
}

async fn clear_faults(State(sandbox): State<Shared>) -> StatusCode {
    Control::new(sandbox).clear_faults();
    StatusCode::NO_CONTENT
}

/// How many answers wait; `DELETE` lets them out.
async fn held(State(sandbox): State<Shared>) -> Json<Value> {
    Json(json!({"held": Control::new(sandbox).held()}))
}

async fn release(State(sandbox): State<Shared>) -> StatusCode {
    Control::new(sandbox).release();
    StatusCode::NO_CONTENT
}

/// 204, or 404 for what is not there.
pub(super) fn found(found: bool) -> StatusCode {
    if found {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}
