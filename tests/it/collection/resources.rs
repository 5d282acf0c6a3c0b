//! Stories of what can be read without a tool: the same rows, the same checks, errors of the protocol.

use auxcord::sandbox::Shelf;
use serde_json::{Value, json};

use super::stage::{COLLECTOR, NEWCOMER, Stage, these};
use crate::harness::Setup;

async fn read(stage: &Stage, uri: &str) -> Value {
    let answer = stage
        .client
        .modern(1, "resources/read", json!({"uri": uri}))
        .await;
    answer.body
}

/// The JSON at an address that can be read.
async fn contents(stage: &Stage, uri: &str) -> Value {
    let body = read(stage, uri).await;
    let contents = &body["result"]["contents"][0];
    assert_eq!(
        (&contents["uri"], &contents["mimeType"]),
        (&json!(uri), &json!("application/json")),
        "{body}"
    );
    serde_json::from_str(contents["text"].as_str().unwrap()).unwrap()
}

async fn addresses(stage: &Stage, method: &str, list: &str, member: &str) -> Vec<String> {
    let answer = stage.client.modern(1, method, json!({})).await;
    let listed = answer.body["result"][list].as_array().unwrap().clone();
    listed
        .iter()
        .map(|one| one[member].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn resources_and_their_template_are_listed() {
    let stage = Stage::of(COLLECTOR).await;
    assert_eq!(
        addresses(&stage, "resources/list", "resources", "uri").await,
        ["spotify://status", "spotify://me", "spotify://playback"]
    );
    let templates = addresses(
        &stage,
        "resources/templates/list",
        "resourceTemplates",
        "uriTemplate",
    );
    assert_eq!(templates.await, ["spotify://playlists/{id}"]);
    assert_eq!(stage.calls(), these([]));
}

#[tokio::test]
async fn status_and_account_cost_no_call() {
    let stage = Stage::of(COLLECTOR).await;
    let status = contents(&stage, "spotify://status").await;
    assert_eq!(status["connected"], true);
    let account = contents(&stage, "spotify://me").await;
    assert_eq!(account["user_id"], json!(stage.me.spotify_id));
    assert!(account["user"].as_str().unwrap().contains(&stage.me.marker));
    assert_eq!(stage.calls(), these([]));
}

#[tokio::test]
async fn playback_is_what_the_tool_says() {
    let stage = Stage::of(COLLECTOR).await;
    let told = contents(&stage, "spotify://playback").await;
    assert_eq!(stage.calls(), these([("GET /v1/me/player", 1)]));
    let asked = json!({"include": ["now_playing"]});
    let tool = stage.done("get_playback", asked).await;
    assert_eq!(told["item"], tool["item"]);
    assert!(told["item"]["title"].is_string(), "{told}");
    let quiet = Stage::of(NEWCOMER).await;
    let told = contents(&quiet, "spotify://playback").await;
    assert_eq!(told["is_playing"], false);
}

#[tokio::test]
async fn a_playlist_is_read_by_id_and_by_name_with_the_tools_rows() {
    let stage = Stage::of(COLLECTOR).await;
    let own = stage.app.spotify.playlists(&stage.me.spotify_id);
    let list = own.iter().find(|list| list.uris.len() == 51).unwrap();
    let told = contents(&stage, &format!("spotify://playlists/{}", list.id)).await;
    assert_eq!(stage.calls(), these([("GET /v1/playlists/{id}", 1)]));
    let tool = stage
        .done("get_playlist", json!({"playlist": list.id}))
        .await;
    assert_eq!(told, tool);
    assert_eq!(
        (&told["returned"], &told["total"]),
        (&json!(50), &json!(51))
    );
    let name = list.name.replace(' ', "%20");
    let named = contents(&stage, &format!("spotify://playlists/{name}")).await;
    assert_eq!(told["items"], named["items"]);
}

#[tokio::test]
async fn what_is_not_there_is_not_found_with_its_address() {
    let stage = Stage::of(COLLECTOR).await;
    let track = stage.shelf(Shelf::Tracks).remove(0);
    let nothing = [
        "spotify://playlists/0000000000000000000000".to_owned(),
        "spotify://playlists/No%20such%20name".to_owned(),
        format!("spotify://playlists/{track}"),
        "spotify://playlists/".to_owned(),
        "spotify://playlists/a/b".to_owned(),
        "spotify://playlists/%FF".to_owned(),
        "spotify://nowhere".to_owned(),
    ];
    for uri in nothing {
        let body = read(&stage, &uri).await;
        assert_eq!(body["error"]["code"], -32602, "{uri}: {body}");
        assert_eq!(body["error"]["data"]["uri"], json!(uri), "{body}");
        let legacy = json!({"uri": uri});
        let answer = stage.client.rpc(1, "resources/read", legacy).await;
        assert_eq!(answer.body["error"]["code"], -32002, "{uri}");
    }
}

#[tokio::test]
async fn a_missing_permission_and_a_failing_spotify_are_told_with_their_code() {
    let stage = Stage::granting(COLLECTOR, "user-library-read").await;
    let body = read(&stage, "spotify://playback").await;
    let error = &body["error"];
    assert_eq!(error["data"]["code"], "missing_scope", "{body}");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("user-read-playback-state")
    );

    let stage = Stage::of(COLLECTOR).await;
    stage.failing("GET", "/v1/me/player", 0);
    let body = read(&stage, "spotify://playback").await;
    let error = &body["error"];
    assert_eq!(error["data"]["code"], "quota_exceeded", "{body}");
    assert_eq!(error["data"]["retry_after_s"], 3_600, "{body}");
}

#[tokio::test]
async fn what_the_operator_withholds_is_no_resource() {
    let setup = Setup::default().with("EXCLUDE_TOOLS", "get_playback,get_playlist");
    let stage = Stage::set_up(COLLECTOR, setup, None).await;
    assert_eq!(
        addresses(&stage, "resources/list", "resources", "uri").await,
        ["spotify://status", "spotify://me"]
    );
    let list = stage.shelf(Shelf::Playlists).remove(0);
    let id = list.rsplit(':').next().unwrap();
    for uri in ["spotify://playback", &format!("spotify://playlists/{id}")] {
        let body = read(&stage, uri).await;
        assert_eq!(body["error"]["code"], -32602, "{body}");
    }
    assert_eq!(stage.calls(), these([]));
}
