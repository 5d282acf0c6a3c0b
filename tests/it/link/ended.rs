//! Links that Spotify ended: suspended at once, said by every tool, revived by connecting again.

use std::time::Duration;

use serde_json::{Value, json};

use super::{TOKEN, TOO_LONG, link_state, list, refused};
use crate::harness::{Client, TestApp, app::Connected, tools::arguments};

const SUSPENSIONS: &str = "select event from audit where event = 'link.suspended'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_consent_suspends_the_link_and_every_tool_says_where_to_reconnect() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    assert!(app.spotify.revoke(&person.spotify_id));
    app.spotify.reset_calls();
    let advice = format!("{}/auth/login", app.origin);
    let told = refused(&client).await;
    assert!(told.contains(&advice), "{told}");
    for tool in tools(&client).await {
        if tool == "get_status" {
            let status = client.done(&tool, json!({})).await;
            assert_eq!(status["connected"], false);
            assert_eq!(status["reconnect_url"], advice);
        } else {
            let told = client.refused(&tool, arguments(&tool)).await;
            assert!(told.contains(&advice), "{tool}: {told}");
        }
    }
    let resource = client
        .rpc(1, "resources/read", json!({ "uri": "spotify://status" }))
        .await;
    let text = resource.body["result"]["contents"][0]["text"].to_string();
    assert!(text.contains(&advice), "{text}");
    assert_eq!(link_state(&app, &person.key).await, "suspended");
    assert_eq!(app.spotify.count(TOKEN), 1, "Spotify is asked once");
    assert_eq!(app.database.texts(SUSPENSIONS).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_that_finds_out_that_the_link_has_ended_says_so_itself() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    assert!(app.spotify.revoke(&person.spotify_id));
    let status = app.client(&person.key).done("get_status", json!({})).await;
    assert_eq!(status["connected"], false, "{status}");
    assert_eq!(
        status["reconnect_url"],
        format!("{}/auth/login", app.origin)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connecting_again_revives_the_link_for_every_key() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    assert!(app.spotify.revoke(&person.spotify_id));
    refused(&client).await;
    let again = app.connect(&person.spotify_id).await;
    list(&client).await;
    list(&app.client(&again.key)).await;
    assert_eq!(link_state(&app, &person.key).await, "active");
    assert_eq!(
        person_id(&app, &person).await,
        person_id(&app, &again).await
    );
    app.advance(TOO_LONG);
    list(&client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consent_ends_after_six_months_and_only_for_whom_it_was_given_then() {
    let app = TestApp::start().await;
    let people = app.spotify.people();
    let early = app.connect(&people[0].id).await;
    app.advance(Duration::from_hours(24));
    let late = app.connect(&people[1].id).await;
    app.advance(Duration::from_hours(24 * 181) - Duration::from_hours(12));
    let told = refused(&app.client(&early.key)).await;
    assert!(told.contains("six months"), "{told}");
    assert_eq!(link_state(&app, &early.key).await, "suspended");
    list(&app.client(&late.key)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tokens_of_a_suspended_link_are_kept_for_a_while() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let refresh = format!(
        "select {} from spotify_links",
        app.database.hex("refresh_sealed")
    );
    let before = app.database.texts(&refresh).await;
    assert!(app.spotify.revoke(&person.spotify_id));
    refused(&app.client(&person.key)).await;
    assert_eq!(app.database.texts(&refresh).await, before);
}

async fn tools(client: &Client) -> Vec<String> {
    let listed = client.rpc(1, "tools/list", json!({})).await;
    let listed = listed.body["result"]["tools"].as_array().unwrap().clone();
    assert!(!listed.is_empty());
    listed
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn person_id(app: &TestApp, person: &Connected) -> Value {
    app.status(&person.key).await["person"]["id"].clone()
}
