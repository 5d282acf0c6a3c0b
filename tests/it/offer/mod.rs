//! What is offered: by the operator, the key, the request, and what the person permitted at Spotify.

mod clients;
mod headers;
mod keys;
mod link;
mod probing;
mod size;
mod starting;

use auxcord::app::{Admin, KeyKind, KeyLimits, KeyOptions};
use serde_json::{Value, json};

use crate::harness::{Client, TestApp, mcp::Answer};

/// The tools that are listed in this answer, by name.
fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let tools = answer.body["result"]["tools"].as_array().unwrap();
    let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
    tools.iter().map(name).collect()
}

/// The tools that `client` is shown.
async fn tools(client: &Client) -> Vec<String> {
    names(&client.rpc(1, "tools/list", json!({})).await)
}

/// Those of `all` that `keep` says.
fn kept(all: &[String], keep: impl Fn(&str) -> bool) -> Vec<String> {
    all.iter().filter(|name| keep(name)).cloned().collect()
}

/// Whether the tool of that name changes anything.
fn writes(name: &str) -> bool {
    auxcord::mcp::resolve(name).unwrap().writes
}

/// The toolset of the tool of that name.
fn toolset(name: &str) -> &'static str {
    auxcord::mcp::resolve(name).unwrap().toolset.as_str()
}

/// An operator at the same database, as the command line is.
async fn operator(app: &TestApp) -> Admin {
    Admin::open(&app.config, app.clock.clone()).await.unwrap()
}

/// A new key of that person, with these limits.
async fn key(app: &TestApp, spotify_id: &str, kind: KeyKind, limits: KeyLimits) -> String {
    let options = KeyOptions {
        kind,
        label: "story".to_owned(),
        limits,
        expires_at: None,
    };
    let made = operator(app).await.make_key(spotify_id, options).await;
    made.unwrap().key.expose().to_owned()
}
