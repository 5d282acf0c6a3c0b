//! The state of the simulated world over HTTP, for other processes: people's libraries, playlists, players and
//! devices, and what of them can be changed. It only translates.

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{get, post},
};
use http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Control, DeviceChange, OnAir, Shelf, http::found};
use crate::sandbox::Shared;

/// The routes, without their prefix.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/knobs", post(turn))
        .route("/playlists/{id}", get(playlist))
        .route("/people/{person}/playlists", get(playlists))
        .route("/people/{person}/library/{shelf}", get(library))
        .route("/people/{person}/player", get(player).put(put_on))
        .route("/people/{person}/plays", get(plays))
        .route("/people/{person}/plan", post(plan))
        .route(
            "/people/{person}/devices",
            get(devices).post(add_device).delete(remove_devices),
        )
        .route(
            "/people/{person}/devices/{device}",
            post(change_device).delete(remove_device),
        )
}

/// What to set; what is absent stays, and `null` ends a limit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    #[serde(default)]
    player_lag_ms: Option<u64>,
    #[serde(default)]
    private_ignored: Option<bool>,
    #[serde(default, deserialize_with = "said")]
    daily_quota: Limit,
    #[serde(default, deserialize_with = "said")]
    window_limit: Limit,
}

/// What becomes of a limit.
#[derive(Clone, Copy, Debug, Default)]
enum Limit {
    #[default]
    Stays,
    Becomes(Option<u64>),
}

async fn turn(State(sandbox): State<Shared>, Json(turn): Json<Turn>) -> StatusCode {
    let control = Control::new(sandbox);
    if let Some(lag) = turn.player_lag_ms {
        control.set_player_lag_ms(lag);
    }
    if let Some(ignored) = turn.private_ignored {
        control.set_private_ignored(ignored);
    }
    if let Limit::Becomes(most) = turn.daily_quota {
        control.set_daily_quota(most);
    }
    if let Limit::Becomes(most) = turn.window_limit {
        control.set_window_limit(most);
    }
    StatusCode::NO_CONTENT
}

async fn playlist(
    State(sandbox): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, StatusCode> {
    let playlist = Control::new(sandbox).playlist(&id);
    let playlist = playlist.ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(json!(playlist)))
}

async fn playlists(State(sandbox): State<Shared>, Path(person): Path<String>) -> Json<Value> {
    Json(json!(Control::new(sandbox).playlists(&person)))
}

async fn library(
    State(sandbox): State<Shared>,
    Path((person, shelf)): Path<(String, Shelf)>,
) -> Json<Value> {
    Json(json!(Control::new(sandbox).library(&person, shelf)))
}

/// `null` if nothing ever was on.
async fn player(State(sandbox): State<Shared>, Path(person): Path<String>) -> Json<Value> {
    Json(json!(Control::new(sandbox).player(&person)))
}

async fn plays(State(sandbox): State<Shared>, Path(person): Path<String>) -> Json<Value> {
    Json(json!(Control::new(sandbox).plays(&person)))
}

/// What to put on: a track's or an episode's URI, `ad`, or `null` for nothing.
#[derive(Debug, Deserialize)]
struct Air {
    item: Option<String>,
}

async fn put_on(
    State(sandbox): State<Shared>,
    Path(person): Path<String>,
    Json(air): Json<Air>,
) -> StatusCode {
    let what = match air.item {
        None => OnAir::Nothing,
        Some(word) if word == "ad" => OnAir::Advertisement,
        Some(uri) => OnAir::Uri(uri),
    };
    found(Control::new(sandbox).put_on(&person, &what))
}

/// What a person pays for.
#[derive(Debug, Deserialize)]
struct Pays {
    premium: bool,
}

async fn plan(
    State(sandbox): State<Shared>,
    Path(person): Path<String>,
    Json(pays): Json<Pays>,
) -> StatusCode {
    found(Control::new(sandbox).set_premium(&person, pays.premium))
}

async fn devices(State(sandbox): State<Shared>, Path(person): Path<String>) -> Json<Value> {
    Json(json!(Control::new(sandbox).devices(&person)))
}

/// A new device.
#[derive(Debug, Deserialize)]
struct NewDevice {
    name: String,
    sort: String,
}

async fn add_device(
    State(sandbox): State<Shared>,
    Path(person): Path<String>,
    Json(new): Json<NewDevice>,
) -> Result<Json<Value>, StatusCode> {
    let id = Control::new(sandbox).add_device(&person, &new.name, &new.sort);
    let id = id.ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(json!({"id": id})))
}

async fn remove_devices(State(sandbox): State<Shared>, Path(person): Path<String>) -> StatusCode {
    Control::new(sandbox).remove_devices(&person);
    StatusCode::NO_CONTENT
}

async fn change_device(
    State(sandbox): State<Shared>,
    Path((person, device)): Path<(String, String)>,
    Json(change): Json<DeviceChange>,
) -> Result<Json<Value>, StatusCode> {
    let id = Control::new(sandbox).change_device(&person, &device, &change);
    let id = id.ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(json!({"id": id})))
}

async fn remove_device(
    State(sandbox): State<Shared>,
    Path((person, device)): Path<(String, String)>,
) -> StatusCode {
    found(Control::new(sandbox).remove_device(&person, &device))
}

/// Tells `null` from not said.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Limit, D::Error> {
    Option::deserialize(from).map(Limit::Becomes)
}
