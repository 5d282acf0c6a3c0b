//! The player: states that clients stumble over, the queue, the last plays.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Spotify, items};

#[tokio::test]
async fn nothing_playing_is_204_without_a_body() {
    let spotify = Spotify::start().await;
    for at in [3, 4] {
        for path in ["/me/player", "/me/player/currently-playing"] {
            let response = spotify
                .call(Method::GET, &spotify.token(at), path)
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), StatusCode::NO_CONTENT);
            assert_eq!(response.text().await.unwrap(), "");
        }
        let queue = spotify.ok(&spotify.token(at), "/me/player/queue").await;
        assert_eq!(queue, json!({"currently_playing": null, "queue": []}));
    }
    assert_eq!(
        spotify.ok(&spotify.token(3), "/me/player/devices").await,
        json!({"devices": []})
    );
}

#[tokio::test]
async fn what_is_on_moves_with_the_time() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let before = spotify.ok(&token, "/me/player").await;
    assert_eq!(before["device"]["is_active"], true);
    assert!(
        before["item"]["name"]
            .as_str()
            .unwrap()
            .contains(&spotify.person(0).marker)
    );
    spotify.control.advance(Duration::from_secs(10));
    let later = spotify.ok(&token, "/me/player").await;
    let progress = |state: &Value| state["progress_ms"].as_u64().unwrap();
    assert_eq!(progress(&later), progress(&before) + 10_000);
    let queue = spotify.ok(&token, "/me/player/queue").await;
    let next = queue["queue"][0]["id"].clone();
    let rest = before["item"]["duration_ms"].as_u64().unwrap() - progress(&later);
    spotify.control.advance(Duration::from_millis(rest + 1));
    let after = spotify.ok(&token, "/me/player").await;
    assert_eq!((&after["item"]["id"], progress(&after)), (&next, 1));
}

#[tokio::test]
async fn an_episode_is_null_to_clients_that_do_not_know_episodes() {
    let spotify = Spotify::start().await;
    let token = spotify.token(5);
    let plain = spotify.ok(&token, "/me/player").await;
    assert_eq!(
        (&plain["currently_playing_type"], &plain["item"]),
        (&json!("episode"), &Value::Null)
    );
    let whole = spotify
        .ok(&token, "/me/player?additional_types=track,episode")
        .await;
    assert_eq!(whole["item"]["type"], "episode");
    assert!(whole["item"]["show"]["name"].is_string());
}

#[tokio::test]
async fn devices_may_lack_an_id_and_take_no_commands() {
    let spotify = Spotify::start().await;
    let devices = spotify.ok(&spotify.token(5), "/me/player/devices").await;
    let devices = devices["devices"].as_array().unwrap();
    assert_eq!(
        devices
            .iter()
            .filter(|device| device["is_active"] == true)
            .count(),
        1
    );
    let odd = &devices[0];
    assert_eq!(
        (&odd["id"], &odd["volume_percent"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&odd["is_restricted"], &odd["supports_volume"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn an_advertisement_and_a_private_session_have_no_item() {
    let spotify = Spotify::start().await;
    let token = spotify.token(6);
    let state = spotify.ok(&token, "/me/player").await;
    assert_eq!(
        (&state["currently_playing_type"], &state["item"]),
        (&json!("ad"), &Value::Null)
    );
    assert_eq!(state["device"]["is_private_session"], true);
    assert_eq!(
        spotify.ok(&token, "/me/player/currently-playing").await["item"],
        Value::Null
    );
}

#[tokio::test]
async fn saved_tracks_as_a_context_are_a_collection() {
    let spotify = Spotify::start().await;
    let state = spotify.ok(&spotify.token(7), "/me/player").await;
    assert_eq!(state["context"]["type"], "collection");
    assert_eq!(state["is_playing"], false);
}

#[tokio::test]
async fn the_last_plays_are_paged_by_time() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let mut path = "/me/player/recently-played?limit=20".to_owned();
    let mut played = Vec::new();
    loop {
        let page = spotify.ok(&token, &path).await;
        played.extend(
            items(&page)
                .iter()
                .map(|play| play["played_at"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = next
            .strip_prefix(&spotify.sandbox.api_url())
            .unwrap()
            .to_owned();
    }
    assert_eq!(played.len(), 50);
    assert!(played.is_sorted_by(|one, other| one > other), "{played:?}");
    let page = spotify
        .ok(&token, "/me/player/recently-played?limit=50")
        .await;
    assert!(items(&page).iter().any(|play| play["context"].is_null()));
    let oldest = page["cursors"]["before"].as_str().unwrap();
    let newer = spotify
        .ok(
            &token,
            &format!("/me/player/recently-played?after={oldest}&limit=50"),
        )
        .await;
    assert_eq!(items(&newer).len(), 49);
    let both = spotify
        .refused(&token, "/me/player/recently-played?after=1&before=2")
        .await;
    assert_eq!(both.0, 400);
}
