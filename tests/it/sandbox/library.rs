//! The library: what is saved, and whether a thing is.

use serde_json::json;

use super::{Spotify, items};

#[tokio::test]
async fn saved_tracks_come_newest_first_under_their_old_key() {
    let spotify = Spotify::start().await;
    let page = spotify.ok(&spotify.token(0), "/me/tracks?limit=50").await;
    assert_eq!(page["total"], 320);
    let dates: Vec<&str> = items(&page)
        .iter()
        .map(|saved| saved["added_at"].as_str().unwrap())
        .collect();
    assert!(dates.is_sorted_by(|one, other| one >= other));
    assert!(
        items(&page)[0]["track"]["name"]
            .as_str()
            .unwrap()
            .contains(&spotify.person(0).marker)
    );
}

#[tokio::test]
async fn saved_albums_are_whole() {
    let spotify = Spotify::start().await;
    let page = spotify.ok(&spotify.token(0), "/me/albums?limit=3").await;
    assert_eq!(page["total"], 45);
    for saved in items(&page) {
        let album = &saved["album"];
        assert_eq!(album["tracks"]["total"], album["total_tracks"]);
        assert!(album["external_ids"]["upc"].is_string());
    }
}

#[tokio::test]
async fn an_empty_account_has_empty_pages() {
    let spotify = Spotify::start().await;
    let token = spotify.token(4);
    for path in [
        "/me/tracks",
        "/me/albums",
        "/me/playlists",
        "/me/shows",
        "/me/player/recently-played",
    ] {
        let page = spotify.ok(&token, path).await;
        assert_eq!(
            (items(&page).len(), &page["next"]),
            (0, &json!(null)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_page_beyond_the_end_is_empty() {
    let spotify = Spotify::start().await;
    let page = spotify
        .ok(&spotify.token(0), "/me/tracks?offset=5000")
        .await;
    assert_eq!(
        (items(&page).len(), &page["total"], &page["next"]),
        (0, &json!(320), &json!(null))
    );
}

#[tokio::test]
async fn contains_answers_in_the_order_asked() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let saved = spotify.ok(&token, "/me/tracks?limit=1").await;
    let saved = items(&saved)[0]["track"]["uri"]
        .as_str()
        .unwrap()
        .to_owned();
    let unknown = "spotify:track:4iV5W9uYEdYUVa79Axb7Rh";
    let answer = spotify
        .ok(
            &token,
            &format!("/me/library/contains?uris={unknown},{saved},spotify:user:x"),
        )
        .await;
    assert_eq!(answer, json!([false, true, false]));
}

#[tokio::test]
async fn contains_takes_forty_uris_in_the_query() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let refusal = spotify.refused(&token, "/me/library/contains").await;
    assert_eq!(refusal, (400, "Missing required field: uris".to_owned()));
    let many = vec!["spotify:track:4iV5W9uYEdYUVa79Axb7Rh"; 41];
    let path = |count: usize| format!("/me/library/contains?uris={}", many[..count].join(","));
    assert_eq!(
        spotify
            .ok(&token, &path(40))
            .await
            .as_array()
            .unwrap()
            .len(),
        40
    );
    assert_eq!(spotify.refused(&token, &path(41)).await.0, 400);
    assert_eq!(
        spotify
            .refused(&token, "/me/library/contains?uris=spotify:track:x")
            .await
            .0,
        400
    );
    assert_eq!(
        spotify
            .refused(&token, "/me/library/contains?uris=nonsense")
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn followed_artists_are_paged_by_cursor() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let mut path = "/me/following?type=artist&limit=8".to_owned();
    let mut seen = 0;
    loop {
        let page = spotify.ok(&token, &path).await["artists"].clone();
        seen += items(&page).len() as u64;
        let Some(next) = page["next"].as_str() else {
            assert_eq!(page["total"], seen);
            break;
        };
        path = next
            .strip_prefix(&spotify.sandbox.api_url())
            .unwrap()
            .to_owned();
    }
    assert_eq!(
        spotify
            .refused(&token, "/me/following?type=artist&after=0")
            .await
            .0,
        400
    );
}
