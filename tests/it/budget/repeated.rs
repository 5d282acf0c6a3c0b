//! Who asks the very same again is told the very same, for as long as it would be told anyway.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Client, Setup, TestApp};

const LISTS: &str = "GET /v1/me/playlists";

/// Asks so often that the answer is made, remembered, and then sent as it was.
async fn thrice(client: &Client, tool: &str, arguments: &Value) -> Vec<Value> {
    let mut answers = Vec::new();
    for id in [3, 70, 512] {
        let params = json!({"name": tool, "arguments": arguments});
        let answer = client.rpc(id, "tools/call", params).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.body["id"], id);
        answers.push(answer.body["result"].clone());
    }
    answers
}

#[tokio::test]
async fn an_answer_that_is_sent_again_is_the_same_under_another_id() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    for (tool, arguments) in [
        ("search", json!({"query": "night"})),
        ("list_playlists", json!({"name_contains": "fifty"})),
        ("list_library", json!({"kind": "albums", "limit": 3})),
    ] {
        let answers = thrice(&client, tool, &arguments).await;
        assert_eq!(answers[1], answers[0], "{tool}");
        assert_eq!(answers[2], answers[0], "{tool}");
    }
}

#[tokio::test]
async fn both_eras_are_answered_again_in_their_own_way() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    let params = json!({"name": "search", "arguments": {"query": "night"}});
    let mut answers = Vec::new();
    for id in 1..=4 {
        answers.push(client.modern(id, "tools/call", params.clone()).await);
        let legacy = client.rpc(id, "tools/call", params.clone()).await;
        let modern = &answers.last().unwrap().body["result"];
        assert_eq!(legacy.body["result"]["content"], modern["content"]);
    }
    let first = &answers[0].body["result"];
    assert!(answers.iter().all(|answer| answer.body["result"] == *first));
}

#[tokio::test]
async fn a_write_and_the_end_of_its_time_end_it() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    let before = thrice(&client, "list_playlists", &json!({})).await;
    client
        .done("create_playlist", json!({"name": "One more"}))
        .await;
    app.spotify.take_writes();
    let after = thrice(&client, "list_playlists", &json!({})).await;
    let total = |answer: &Value| answer["structuredContent"]["total"].as_u64().unwrap();
    assert!(after.iter().all(|now| total(now) == total(&before[0]) + 1));
    let asked = app.spotify.count(LISTS);
    app.advance(Duration::from_secs(30));
    thrice(&client, "list_playlists", &json!({})).await;
    assert_eq!(app.spotify.count(LISTS), asked + 1);
}

#[tokio::test]
async fn an_ended_link_a_revoked_key_and_another_address_end_it_too() {
    let app = TestApp::start().await;
    let connected = app.connect_first().await;
    let client = app.client(&connected.key);
    let asked = json!({"query": "night"});
    thrice(&client, "search", &asked).await;
    // The same words at the address that only reads are another request.
    let reader = Client::new(&format!("{}/mcp/readonly", app.origin), &connected.key);
    thrice(&reader, "search", &asked).await;
    app.spotify.revoke(&connected.spotify_id);
    client
        .refused("list_library", json!({"kind": "tracks"}))
        .await;
    for asker in [&client, &reader] {
        let told = asker.refused("search", asked.clone()).await;
        assert!(told.starts_with("reauth_required"), "{told}");
    }
    let left = app.browser().revoke(&connected.key).await;
    assert_eq!(left.status, 200);
    let params = json!({"name": "search", "arguments": asked});
    assert_eq!(client.rpc(1, "tools/call", params).await.status, 401);
}

#[tokio::test]
async fn what_is_never_remembered_is_never_sent_again() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    let now = json!({"include": ["now_playing"]});
    thrice(&client, "get_playback", &now).await;
    thrice(&client, "get_status", &json!({})).await;
    assert_eq!(app.spotify.count("GET /v1/me/player"), 3);
    assert_eq!(app.spotify.count("GET /v1/me/player/devices"), 3);
}

#[tokio::test]
async fn the_same_words_of_two_people_have_two_answers() {
    let app = TestApp::start_with(Setup {
        people: 1,
        ..Setup::default()
    })
    .await;
    let first = app.connect_first().await;
    let other = app.connect(&app.spotify.people().pop().unwrap().id).await;
    for _ in 0..2 {
        for (person, stranger) in [(&first, &other), (&other, &first)] {
            let client = app.client(&person.key);
            for answer in thrice(&client, "list_playlists", &json!({})).await {
                let answer = answer.to_string();
                assert!(answer.contains(&person.marker));
                assert!(!answer.contains(&stranger.marker));
            }
        }
    }
}

#[tokio::test]
async fn a_request_that_says_something_else_is_never_taken_for_the_same() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    thrice(&client, "search", &json!({"query": "night"})).await;
    let body = r#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"search","arguments":{"query":"night"}}}"#;
    let foreign = client
        .post(body)
        .header("origin", "https://elsewhere.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let doubled = body.replace(r#""id":4"#, r#""id":4,"id":5"#);
    assert_eq!(client.post(doubled).send().await.unwrap().status(), 400);
    let notification = body.replace(r#""id":4,"#, "");
    assert_ne!(
        client.post(notification).send().await.unwrap().status(),
        200
    );
}
