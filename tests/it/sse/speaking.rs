//! What is said over a stream that all is well with.

use std::time::Duration;

use auxcord::sandbox::{Action, Fault};
use serde_json::{Value, json};

use super::stage::{OLD, Stream, call, plain};
use crate::harness::{TestApp, mcp::MODERN, until};

#[tokio::test]
async fn a_stream_says_first_where_messages_go_and_is_buffered_by_nobody() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let stream = Stream::open(&app.origin, &person.key).await;
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    assert_eq!(stream.headers["cache-control"], "no-store");
    assert_eq!(stream.headers["x-accel-buffering"], "no");
    assert!(!stream.headers.contains_key("content-encoding"));
    let (_, id) = stream.post_url.split_once("sessionId=").unwrap();
    assert_eq!(id.len(), 43, "32 bytes of base64url: {id}");
    let another = Stream::open(&app.origin, &person.key).await;
    assert_ne!(another.post_url, stream.post_url);
}

#[tokio::test]
async fn a_client_of_the_old_revision_does_everything_over_its_stream() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::open(&app.origin, &person.key).await;
    let told = stream.shake_hands().await;
    assert_eq!(told["protocolVersion"], OLD);
    assert_eq!(told["serverInfo"]["name"], "auxcord");
    assert!(stream.tools().await.contains(&"search".to_owned()));
    let status = stream.done("get_status", json!({})).await;
    assert!(status.to_string().contains(&person.marker), "{status}");
    let found = stream
        .done("search_tracks", json!({ "query": "night" }))
        .await;
    assert!(
        found.to_string().contains("open.spotify.com"),
        "an old name of a tool: {found}"
    );
    let read = json!({ "jsonrpc": "2.0", "id": "a", "method": "resources/read",
        "params": { "uri": "spotify://status" } });
    assert!(stream.ask(&read).await["result"]["contents"].is_array());
    assert_eq!(stream.ask(&plain(1, "ping")).await["result"], json!({}));
    let unknown = stream.ask(&plain(2, "no/such/method")).await;
    assert_eq!(unknown["error"]["code"], -32601, "{unknown}");
}

#[tokio::test]
async fn the_handshake_settles_on_a_revision_that_has_one() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    for (asked, wanted) in [
        (OLD, OLD),
        ("2025-03-26", "2025-03-26"),
        ("2025-11-25", "2025-11-25"),
        (MODERN, "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let mut stream = Stream::open(&app.origin, &person.key).await;
        assert_eq!(
            stream.shake_hands_as(asked).await["protocolVersion"],
            wanted,
            "{asked}"
        );
    }
}

#[tokio::test]
async fn a_client_that_opens_a_new_stream_goes_on_without_a_second_handshake() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    drop(Stream::start(&app, &person.key).await);
    let mut again = Stream::open(&app.origin, &person.key).await;
    let status = again.done("get_status", json!({})).await;
    assert!(status.to_string().contains(&person.marker), "{status}");
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    again.send(&ready).await;
    assert!(!again.tools().await.is_empty());
}

#[tokio::test]
async fn a_client_of_the_newest_revision_is_understood_without_a_handshake() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::open(&app.origin, &person.key).await;
    let modern = |id: i64, method: &str| {
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": { "_meta": {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        }}})
    };
    let found = stream.ask(&modern(1, "server/discover")).await;
    assert!(
        found["result"]["supportedVersions"]
            .to_string()
            .contains(MODERN),
        "{found}"
    );
    let listed = stream.ask(&modern(2, "tools/list")).await;
    assert_eq!(listed["result"]["cacheScope"], "private", "{listed}");
}

#[tokio::test]
async fn answers_come_in_the_order_in_which_they_are_ready_and_under_their_ids() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    app.spotify
        .add_fault(Fault::new(Action::Hold).on("GET", "/v1/me/playlists"));
    stream.send(&call(1, "list_playlists", json!({}))).await;
    app.spotify.until_held(1).await;
    let quick = stream
        .ask(&call(2, "search", json!({ "query": "night" })))
        .await;
    assert_ne!(quick["result"]["isError"], true, "{quick}");
    app.spotify.release();
    let slow = stream.message().await;
    assert_eq!(slow["id"], 1);
    assert!(slow.to_string().contains(&person.marker), "{slow}");
}

#[tokio::test]
async fn an_id_that_waits_for_its_answer_cannot_be_used_again_on_its_stream_alone() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    let mut other = Stream::start(&app, &person.key).await;
    app.spotify
        .add_fault(Fault::new(Action::Hold).on("GET", "/v1/me/playlists"));
    stream.send(&call(1, "list_playlists", json!({}))).await;
    app.spotify.until_held(1).await;
    let again = stream.post(&plain(1, "ping")).await;
    assert_eq!(again.status, 400, "{}", again.body);
    assert_eq!(again.body["error"]["code"], -32600);
    assert_eq!(other.ask(&plain(1, "ping")).await["result"], json!({}));
    app.spotify.release();
    assert!(stream.message().await.to_string().contains(&person.marker));
    assert_eq!(stream.ask(&plain(1, "ping")).await["result"], json!({}));
}

#[tokio::test]
async fn a_cancelled_call_gets_no_answer_and_frees_its_id() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    app.spotify
        .add_fault(Fault::new(Action::Hold).on("GET", "/v1/me/playlists"));
    stream.send(&call(1, "list_playlists", json!({}))).await;
    app.spotify.until_held(1).await;
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled",
        "params": { "requestId": 1, "reason": "changed my mind" } });
    stream.send(&cancel).await;
    app.spotify.release();
    until("the id is free", async || {
        stream.post(&plain(1, "ping")).await.status == 202
    })
    .await;
    let answer = stream.message().await;
    assert_eq!(answer, json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
}

#[tokio::test]
async fn a_call_has_a_limit_of_its_own_and_the_stream_has_none() {
    let setup = crate::harness::Setup::default().with("REQUEST_TIMEOUT_SECONDS", "1");
    let app = TestApp::start_with(setup).await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    app.spotify
        .add_fault(Fault::new(Action::Hang).on("GET", "/v1/me/playlists"));
    let late = stream.ask(&call(1, "list_playlists", json!({}))).await;
    assert!(
        late["error"]["message"]
            .as_str()
            .unwrap()
            .contains("too long"),
        "{late}"
    );
    // The stream is older than the limit by now, and goes on.
    assert_eq!(stream.ask(&plain(2, "ping")).await["result"], json!({}));
}

#[tokio::test]
async fn progress_comes_on_the_stream_before_the_answer() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    let titles: Vec<Value> = (0..6)
        .map(|number| json!({ "title": format!("Night {number}"), "artist": "Nobody" }))
        .collect();
    let mut body = call(9, "resolve_tracks", json!({ "tracks": titles }));
    body["params"]["_meta"] = json!({ "progressToken": "p" });
    stream.send(&body).await;
    let mut told = 0;
    loop {
        let message = stream.message().await;
        if message["id"] == 9 {
            break;
        }
        assert_eq!(message["method"], "notifications/progress", "{message}");
        assert_eq!(message["params"]["progressToken"], "p");
        told += 1;
    }
    assert!(told > 0);
    app.advance(Duration::from_secs(1));
}
