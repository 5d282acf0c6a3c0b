//! What a stream does without: what its key lacks, what the request that opened it takes away, and each message more.

use auxcord::app::{KeyKind, KeyLimits};
use serde_json::json;

use super::stage::{Stream, answer, call, opening, plain, posting};
use crate::{
    harness::TestApp,
    keys::{operator, wishes},
};

fn writes(tools: &[String]) -> bool {
    tools.iter().any(|name| name == "create_playlist")
}

#[tokio::test]
async fn what_the_stream_does_without_none_of_its_messages_gets_back() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let request = opening(&app.origin, &person.key).header("x-mcp-readonly", "true");
    let mut stream = Stream::of(&app.origin, &person.key, request).await;
    stream.shake_hands().await;
    let tools = stream.tools().await;
    assert!(
        !writes(&tools) && tools.contains(&"search".to_owned()),
        "{tools:?}"
    );
    let create = call(1, "create_playlist", json!({ "name": "Story" }));
    let post = posting(&stream.post_url, &person.key, &create).header("x-mcp-readonly", "false");
    assert_eq!(answer(post).await.status, 202);
    let refused = stream.message().await.to_string();
    assert!(refused.contains("leave it out"), "{refused}");
    assert!(app.spotify.take_writes().is_empty());
}

#[tokio::test]
async fn a_message_does_without_more_and_the_next_one_does_not() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let request = opening(&app.origin, &person.key).header("x-mcp-toolsets", "core");
    let mut stream = Stream::of(&app.origin, &person.key, request).await;
    stream.shake_hands().await;
    let core = stream.tools().await;
    assert!(writes(&core) && !core.contains(&"list_show_episodes".to_owned()));
    let list = plain(1, "tools/list");
    let post = posting(&stream.post_url, &person.key, &list);
    let post = post.header("x-mcp-tools", "search, list_show_episodes");
    assert_eq!(answer(post).await.status, 202);
    let listed = stream.message().await;
    let listed = listed["result"]["tools"].as_array().unwrap();
    let names: Vec<_> = listed
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"search"), "{names:?}");
    assert!(
        names
            .iter()
            .all(|name| core.iter().any(|known| known == name)),
        "a message widened its stream: {names:?}"
    );
    assert_eq!(stream.tools().await, core);
}

#[tokio::test]
async fn a_header_that_is_not_understood_refuses_the_stream_or_the_message() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let wrong = ("x-mcp-exclude-tools", "serach");
    let refused = answer(opening(&app.origin, &person.key).header(wrong.0, wrong.1)).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.body["error"]["code"], -32602);
    let mut stream = Stream::start(&app, &person.key).await;
    let post = posting(&stream.post_url, &person.key, &plain(3, "ping")).header(wrong.0, wrong.1);
    let refused = answer(post).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.body["id"], 3);
    assert_eq!(stream.ask(&plain(4, "ping")).await["id"], 4);
}

#[tokio::test]
async fn a_key_that_only_reads_only_reads_here_too() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let limits = KeyLimits {
        read_only: true,
        ..KeyLimits::default()
    };
    let made = operator(&app)
        .await
        .make_key(&person.spotify_id, wishes(KeyKind::Api, limits))
        .await
        .unwrap();
    let mut stream = Stream::start(&app, made.key.expose()).await;
    assert!(!writes(&stream.tools().await));
    let create = call(1, "create_playlist", json!({ "name": "Story" }));
    let refused = stream.ask(&create).await.to_string();
    assert!(refused.contains("may not use it"), "{refused}");
    assert!(app.spotify.take_writes().is_empty());
}
