//! What is taken away from a key, how many there may be, and what is noted about their use.

use std::time::Duration;

use auxcord::{
    app::{AdminFailure, KeyKind, KeyLimits, Toolset},
    clock::MINUTE,
};
use serde_json::json;

use super::{listing, operator, said, status_of, tools, wishes};
use crate::harness::{Client, TestApp, app::NOON, tools::names, until};

#[tokio::test]
async fn a_read_only_key_neither_sees_nor_calls_what_writes() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let limits = KeyLimits {
        read_only: true,
        toolsets: None,
        ..KeyLimits::default()
    };
    let made = operator(&app)
        .await
        .make_key(&person.spotify_id, wishes(KeyKind::Api, limits))
        .await
        .unwrap();
    let client = app.client(made.key.expose());
    assert_reads_only(&app, &client, "this key may not use it").await;
    let leave = super::to(
        reqwest::Method::DELETE,
        &format!("{}/auth/revoke", app.origin),
    );
    let refused = said(leave.bearer_auth(made.key.expose())).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(status_of(&app.client(&person.key)).await, 200);
}

#[tokio::test]
async fn the_read_only_address_takes_writing_from_every_key() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = Client::new(&format!("{}/mcp/readonly", app.origin), &person.key);
    assert_reads_only(&app, &client, "ends in /readonly and only reads").await;
    let whole = tools(&app.client(&person.key)).await;
    assert!(
        names(|tool| tool.writes)
            .iter()
            .all(|tool| whole.contains(&(*tool).to_owned()))
    );
}

#[tokio::test]
async fn a_key_sees_only_the_tools_of_its_toolsets() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let operator = operator(&app).await;
    let whole = tools(&app.client(&person.key)).await;
    assert_eq!(whole, names(|_| true));
    for toolset in [Toolset::Core, Toolset::Spoken, Toolset::Curation] {
        let seen = names(|tool| tool.toolset == toolset.as_str());
        let limits = KeyLimits {
            read_only: false,
            toolsets: Some(vec![toolset]),
            ..KeyLimits::default()
        };
        let made = operator
            .make_key(&person.spotify_id, wishes(KeyKind::Api, limits))
            .await
            .unwrap();
        let client = app.client(made.key.expose());
        assert_eq!(tools(&client).await, seen, "{toolset}");
        if toolset != Toolset::Core {
            let told = client.refused("search", json!({ "query": "night" })).await;
            assert!(told.contains("this key may not use it"), "{told}");
        }
    }
}

#[tokio::test]
async fn a_key_s_last_use_is_written_at_most_once_a_minute() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    assert_eq!(status_of(&client).await, 200);
    until_last_used(&app, NOON).await;
    app.advance(Duration::from_millis(MINUTE.unsigned_abs() - 1));
    for _ in 0..5 {
        assert_eq!(status_of(&client).await, 200);
    }
    app.advance(Duration::from_millis(1));
    assert_eq!(status_of(&client).await, 200);
    // A writing just before would have held off this one.
    until_last_used(&app, NOON + MINUTE).await;
}

#[tokio::test]
async fn the_twenty_first_key_ends_the_one_that_was_unused_for_longest() {
    let app = TestApp::start().await;
    let replica = app.second().await;
    let first = app.connect_first().await;
    app.advance(Duration::from_secs(1));
    let second = app.connect(&first.spotify_id).await;
    for _ in 2..10 {
        app.advance(Duration::from_secs(1));
        app.connect(&first.spotify_id).await;
    }
    assert_eq!(status_of(&replica.client(&first.key)).await, 200);
    until_last_used(&app, app.clock.now()).await;
    let operator = operator(&app).await;
    assert_eq!(operator.keys(None).await.unwrap().len(), 20);

    app.advance(Duration::from_secs(1));
    let last = app.connect(&first.spotify_id).await;
    assert_eq!(operator.keys(None).await.unwrap().len(), 20);
    assert_eq!(status_of(&app.client(&first.key)).await, 200, "it was used");
    assert_eq!(status_of(&app.client(&last.key)).await, 200);
    assert_eq!(said(listing(&first.connector_url)).await.status, 401);
    let second = [
        status_of(&app.client(&second.key)).await,
        said(listing(&second.connector_url)).await.status,
    ];
    assert!(second == [200, 401] || second == [401, 200], "{second:?}");
}

#[tokio::test]
async fn the_operator_cannot_make_a_twenty_first_key() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let operator = operator(&app).await;
    let wish = || wishes(KeyKind::Api, KeyLimits::default());
    let mut soon_over = wish();
    soon_over.expires_at = Some(NOON + MINUTE);
    operator
        .make_key(&person.spotify_id, soon_over)
        .await
        .unwrap();
    for _ in 3..20 {
        operator.make_key(&person.spotify_id, wish()).await.unwrap();
    }
    let refused = operator
        .make_key(&person.spotify_id, wish())
        .await
        .unwrap_err();
    assert!(matches!(refused, AdminFailure::TooManyKeys(_)), "{refused}");
    assert!(refused.hint().contains("keys revoke"), "{}", refused.hint());
    assert_eq!(operator.keys(None).await.unwrap().len(), 20);
    app.advance(Duration::from_mins(1));
    operator.make_key(&person.spotify_id, wish()).await.unwrap();
}

#[tokio::test]
async fn the_operator_makes_no_key_for_nobody() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    for name in ["nobody", "01234567-89ab-7def-8123-456789abcdef"] {
        let wish = wishes(KeyKind::Api, KeyLimits::default());
        let refused = operator.make_key(name, wish).await.unwrap_err();
        assert!(matches!(refused, AdminFailure::NoPerson(_)), "{refused}");
    }
}

async fn assert_reads_only(app: &TestApp, client: &Client, because: &str) {
    assert_eq!(tools(client).await, names(|tool| !tool.writes));
    for (tool, arguments) in [
        ("create_playlist", json!({ "name": "mine" })),
        (
            "add_to_playlist",
            json!({ "playlist": "mine", "items": ["x"] }),
        ),
    ] {
        let told = client.refused(tool, arguments).await;
        assert!(told.contains(because), "{told}");
    }
    assert!(app.spotify.take_writes().is_empty());
    client.done("search", json!({ "query": "night" })).await;
}

/// Waits until some key was last used at `at`, which is written beside the request.
async fn until_last_used(app: &TestApp, at: i64) {
    let operator = operator(app).await;
    let wanted = jiff::Timestamp::from_millisecond(at).unwrap().to_string();
    until("the use of a key is noted", async || {
        let keys = operator.keys(None).await.unwrap();
        keys.iter()
            .any(|key| key.last_used_at.as_ref() == Some(&wanted))
    })
    .await;
}
