//! The link to Spotify: renewed once however many ask, kept through every trouble, ended only by Spotify's word.

mod ended;
mod keyring;
mod meanwhile;
mod once;
mod replicas;
mod trouble;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use auxcord::sandbox::{Action, Control, Fault};
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// The endpoint that renews links.
const TOKEN: &str = "POST /api/token";
/// The endpoint behind [`list`].
const LIST: &str = "GET /v1/me/playlists";
/// Longer than an access token lives.
const TOO_LONG: Duration = Duration::from_hours(2);

/// A call that needs a token and makes one call of Spotify's Web API.
async fn list(client: &Client) -> Value {
    client.done("list_playlists", another_page()).await
}

/// The same where it must fail: what the model reads.
async fn refused(client: &Client) -> String {
    client.refused("list_playlists", another_page()).await
}

/// Another question for a long time, because the same one would be answered from memory. Each page holds something.
fn another_page() -> Value {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let number = ASKED.fetch_add(1, Ordering::Relaxed);
    json!({ "limit": 1 + number % 50, "offset": number / 50 % 5 })
}

/// A fault of every renewal, and of every code's exchange.
fn on_token(action: Action) -> Fault {
    Fault::new(action).on("POST", "/api/token")
}

/// Keeps the answer to the next renewal until it is released.
fn hold_next_renewal(spotify: &Control) {
    spotify.add_fault(on_token(Action::Hold).times(0, 1));
}

/// `active`, `suspended` or `missing`, as `/auth/status` says to `key`.
async fn link_state(app: &TestApp, key: &str) -> String {
    let status = app.status(key).await;
    status["link"].as_str().unwrap().to_owned()
}

/// The only link as it is stored: tokens, edition, state.
async fn stored_link(app: &TestApp) -> String {
    let (access, refresh) = (
        app.database.hex("access_sealed"),
        app.database.hex("refresh_sealed"),
    );
    let row = format!(
        "select id || ' ' || {access} || ' ' || {refresh} || ' ' || version || ' ' || status from spotify_links"
    );
    let mut links = app.database.texts(&row).await;
    assert_eq!(links.len(), 1);
    links.remove(0)
}
