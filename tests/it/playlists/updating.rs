//! `update_playlist`: only what differs is written, and what Spotify makes of it is told.

use serde_json::json;

use super::stage::{Home, broken, calls};
use crate::harness::Setup;

#[tokio::test]
async fn old_and_new_values_are_told_and_read_back() {
    let home = Home::new().await;
    let list = home.playlist("Fifty");
    let told = home
        .done(
            "update_playlist",
            json!({"playlist": list.name, "name": "Fifty & more", "description": "Rock 'n' roll"}),
        )
        .await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(
        told["changed"][0],
        json!({"field": "name", "old": list.name, "new": "Fifty & more"})
    );
    let now = home.app.spotify.playlist(&list.id).unwrap();
    assert_eq!(now.name, "Fifty & more");
    assert_eq!(now.description.as_deref(), Some("Rock 'n' roll"));
    assert_eq!(
        (now.public, now.collaborative),
        (list.public, list.collaborative)
    );
    assert_eq!(home.writes().len(), 1);
    assert_eq!(
        home.calls(),
        calls([
            ("GET /v1/me/playlists", 1),
            ("GET /v1/playlists/{id}", 2),
            ("PUT /v1/playlists/{id}", 1)
        ])
    );
}

#[tokio::test]
async fn what_is_so_already_is_not_written() {
    let home = Home::new().await;
    let list = home.playlist("Just one");
    let told = home
        .done(
            "update_playlist",
            json!({"playlist": list.id, "name": list.name, "public": list.public}),
        )
        .await;
    assert_eq!(told["changed"], json!([]));
    assert_eq!(home.writes(), [""; 0]);
    assert_eq!(home.calls(), calls([("GET /v1/playlists/{id}", 1)]));
}

#[tokio::test]
async fn nothing_to_change_blank_names_and_impossible_pairs_are_refused_without_a_write() {
    let home = Home::new().await;
    let list = home.playlist("Just one");
    let refused = async |mut wish: serde_json::Value| {
        wish["playlist"] = json!(list.id);
        home.refused("update_playlist", wish).await
    };
    assert!(refused(json!({})).await.contains("at least one of"));
    assert!(refused(json!({"name": "  "})).await.contains("blank"));
    assert!(
        refused(json!({"name": "x".repeat(101)}))
            .await
            .contains("1 to 100")
    );
    let both = refused(json!({"public": true, "collaborative": true})).await;
    assert!(
        both.starts_with("invalid_argument: a collaborative"),
        "{both}"
    );
    let all = home.app.spotify.playlists(&home.me.spotify_id);
    let shown = all.into_iter().find(|list| list.public).unwrap().id;
    let half = json!({"playlist": shown, "collaborative": true});
    let half = home.refused("update_playlist", half).await;
    assert!(half.contains("public=false"), "{half}");
}

#[tokio::test]
async fn a_private_playlist_that_reads_back_public_is_told_and_is_no_error() {
    let home = Home::new().await;
    let all = home.app.spotify.playlists(&home.me.spotify_id);
    let list = all.into_iter().find(|list| list.public).unwrap();
    home.app.spotify.set_private_ignored(true);
    let told = home
        .done(
            "update_playlist",
            json!({"playlist": list.id, "public": false}),
        )
        .await;
    let ignored = home.app.spotify.playlist(&list.id).unwrap().public;
    assert_eq!(told["verified"], !ignored, "{told}");
    assert_eq!(told["changed"][0]["field"], "public");
    assert_eq!(home.writes().len(), 1);
}

#[tokio::test]
async fn somebody_elses_playlist_is_not_changed() {
    let home = Home::of(1, Setup::default()).await;
    let list = home.foreign();
    let text = home
        .refused(
            "update_playlist",
            json!({"playlist": list.id, "name": "Mine now"}),
        )
        .await;
    assert!(text.starts_with("not_readable: "), "{text}");
}

#[tokio::test]
async fn a_free_plan_changes_playlists_too() {
    let home = Home::of(1, Setup::default()).await;
    let list = home.playlist("Party");
    let told = home
        .done(
            "update_playlist",
            json!({"playlist": list.id, "name": "Quiet evening"}),
        )
        .await;
    assert_eq!(told["verified"], true);
    assert_eq!(home.writes().len(), 1);
}

#[tokio::test]
async fn a_change_that_cannot_be_read_back_says_so() {
    let home = Home::new().await;
    let list = home.playlist("Just one");
    home.fail("GET", "/v1/playlists/", 1, 10, broken());
    let told = home
        .done(
            "update_playlist",
            json!({"playlist": list.id, "name": "Other"}),
        )
        .await;
    assert_eq!(told.get("verified"), None);
    assert!(
        told["notes"][0].as_str().unwrap().contains("get_playlist"),
        "{told}"
    );
    assert_eq!(home.writes().len(), 1);
}
