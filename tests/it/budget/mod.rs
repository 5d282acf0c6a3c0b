//! Stories of Spotify's scarce calls: memory, counts, closed groups, waiting in turn.

mod closed;
mod counted;
mod generations;
mod gone;
mod kept;
mod left;
mod remembered;
mod repeated;
mod slowed;
mod tasks;

use auxcord::sandbox::{Action, Fault};
use serde_json::{Value, json};

use crate::harness::Client;

/// A fault that strikes every call below `path` from now on.
fn failing(path: &str, action: Action) -> Fault {
    Fault {
        method: None,
        path: Some(path.to_owned()),
        person: None,
        skip: 0,
        count: None,
        action,
    }
}

/// A search that must succeed.
async fn search(client: &Client, query: &str) -> Value {
    client.done("search", json!({ "query": query })).await
}

/// The group's part of what `get_status` tells, if it tells of it.
async fn standing(client: &Client, group: &str) -> Option<Value> {
    let status = client.done("get_status", json!({})).await;
    let groups = status["spotify_calls"].as_array()?;
    groups.iter().find(|one| one["group"] == group).cloned()
}

/// The code of the refusal, and after how many seconds it says to come again.
async fn refusal(client: &Client, tool: &str, arguments: Value) -> (String, Option<u64>) {
    let result = client.call(tool, arguments).await;
    assert_eq!(result["isError"], true, "{result}");
    let error = &result["_meta"]["auxcord/error"];
    (
        error["code"].as_str().unwrap().to_owned(),
        error["retry_after_s"].as_u64(),
    )
}
