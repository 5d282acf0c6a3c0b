//! What happens to a renewal while it is under way: callers go, people reconnect or leave, the server stops.

use auxcord::sandbox::Rotation;
use serde_json::json;

use super::{TOKEN, TOO_LONG, hold_next_renewal, link_state, list, stored_link};
use crate::harness::{
    Setup, TestApp, until,
    wire::{Call, listens},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_during_a_renewal_loses_nothing() {
    let app = rotating().await;
    let person = app.connect_first().await;
    app.advance(TOO_LONG);
    app.spotify.reset_calls();
    hold_next_renewal(&app.spotify);
    let call = Call::send(&app.origin, &person.key, "list_playlists", json!({})).await;
    app.spotify.until_held(1).await;
    call.hang_up().await;
    assert_eq!(app.spotify.held(), 1, "the renewal went with its caller");
    app.spotify.release();
    list(&app.client(&person.key)).await;
    assert_eq!(app.spotify.count(TOKEN), 1);
    app.advance(TOO_LONG);
    list(&app.client(&person.key)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_waits_for_a_renewal_whose_caller_is_gone() {
    let mut app = rotating().await;
    let person = app.connect_first().await;
    app.advance(TOO_LONG);
    hold_next_renewal(&app.spotify);
    let call = Call::send(&app.origin, &person.key, "list_playlists", json!({})).await;
    app.spotify.until_held(1).await;
    call.hang_up().await;
    let (spotify, origin) = (app.spotify.clone(), app.origin.clone());
    let release = async {
        until("nobody listens any more", async || !listens(&origin).await).await;
        spotify.release();
    };
    tokio::join!(app.stop(), release);
    app.restart_with("LOG", "info").await.unwrap();
    list(&app.client(&person.key)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connecting_again_during_a_renewal_wins() {
    let app = rotating().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    app.advance(TOO_LONG);
    app.spotify.reset_calls();
    hold_next_renewal(&app.spotify);
    let reconnect = async {
        app.spotify.until_held(1).await;
        app.connect(&person.spotify_id).await;
        let new = stored_link(&app).await;
        app.spotify.release();
        new
    };
    let (_, new) = tokio::join!(list(&client), reconnect);
    assert_eq!(stored_link(&app).await, new);
    assert_eq!(app.spotify.count(TOKEN), 2, "the renewal and the code");
    app.advance(TOO_LONG);
    list(&client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_comes_after_connecting_again_does_not_count() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    assert!(app.spotify.revoke(&person.spotify_id));
    hold_next_renewal(&app.spotify);
    let reconnect = async {
        app.spotify.until_held(1).await;
        app.connect(&person.spotify_id).await;
        app.spotify.release();
    };
    tokio::join!(list(&client), reconnect);
    assert_eq!(link_state(&app, &person.key).await, "active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_leaves_during_a_renewal_stays_gone() {
    let app = rotating().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    app.advance(TOO_LONG);
    hold_next_renewal(&app.spotify);
    let leave = async {
        app.spotify.until_held(1).await;
        let gone = app.browser().revoke(&person.key).await;
        assert_eq!(gone.status, 200, "{}", gone.text);
        app.spotify.release();
    };
    let call = client.refused("list_playlists", json!({}));
    let (told, ()) = tokio::join!(call, leave);
    assert!(told.contains("No Spotify account is connected"), "{told}");
    for table in ["people", "spotify_links", "api_keys"] {
        assert_eq!(app.database.count(table).await, 0, "{table}");
    }
    let params = json!({ "name": "list_playlists", "arguments": {} });
    assert_eq!(client.rpc(1, "tools/call", params).await.status, 401);
}

async fn rotating() -> TestApp {
    TestApp::start_with(Setup::default().rotating(Rotation::Always)).await
}
