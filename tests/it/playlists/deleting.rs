//! `delete_playlist`: out of the library after a yes, and how it comes back.

use serde_json::json;

use super::stage::{Home, broken, calls};
use crate::harness::Setup;

#[tokio::test]
async fn a_playlist_leaves_the_library_after_a_yes() {
    let home = Home::new().await;
    let list = home.playlist("Fifty");
    let text = home
        .refused("delete_playlist", json!({"playlist": list.name}))
        .await;
    assert!(text.starts_with("confirmation_required: "), "{text}");
    assert!(
        text.contains(&list.name) && text.contains("50 items"),
        "{text}"
    );
    home.calls();
    let told = home
        .done(
            "delete_playlist",
            json!({"playlist": list.id, "confirm": true}),
        )
        .await;
    assert_eq!(
        (&told["verified"], &told["own"]),
        (&json!(true), &json!(true))
    );
    assert!(
        told["restore"].as_str().unwrap().contains(&list.id),
        "{told}"
    );
    let left = home.app.spotify.playlists(&home.me.spotify_id);
    assert!(left.iter().all(|one| one.id != list.id));
    assert_eq!(
        home.calls(),
        calls([
            ("DELETE /v1/me/library", 1),
            ("GET /v1/me/library/contains", 1),
            ("GET /v1/playlists/{id}", 1)
        ])
    );
}

#[tokio::test]
async fn a_dry_run_and_a_plain_no_change_nothing() {
    let home = Home::new().await;
    let list = home.playlist("Just one");
    let told = home
        .done(
            "delete_playlist",
            json!({"playlist": list.id, "dry_run": true}),
        )
        .await;
    assert_eq!(told["dry_run"], true);
    let text = home
        .refused(
            "delete_playlist",
            json!({"playlist": list.id, "confirm": false}),
        )
        .await;
    assert!(text.starts_with("confirmation_required: "), "{text}");
    assert!(
        home.app
            .spotify
            .playlists(&home.me.spotify_id)
            .iter()
            .any(|one| one.id == list.id)
    );
}

#[tokio::test]
async fn somebody_elses_playlist_is_unfollowed_and_stays_theirs() {
    let home = Home::of(1, Setup::default()).await;
    let list = home.foreign();
    let told = home
        .done(
            "delete_playlist",
            json!({"playlist": list.id, "confirm": true}),
        )
        .await;
    assert_eq!(
        (&told["verified"], &told["own"]),
        (&json!(true), &json!(false))
    );
    assert!(home.app.spotify.playlist(&list.id).is_some());
    home.writes();
}

#[tokio::test]
async fn names_that_fit_nothing_or_several_delete_nothing() {
    let home = Home::new().await;
    let text = home
        .refused(
            "delete_playlist",
            json!({"playlist": "No such list", "confirm": true}),
        )
        .await;
    assert!(text.starts_with("not_found: "), "{text}");
    let name = home.playlist("Fifty").name;
    home.done(
        "create_playlist",
        json!({"name": name, "if_exists": "duplicate"}),
    )
    .await;
    home.writes();
    let text = home
        .refused(
            "delete_playlist",
            json!({"playlist": name, "confirm": true}),
        )
        .await;
    assert!(text.starts_with("ambiguous: 2 playlists"), "{text}");
}

#[tokio::test]
async fn a_failure_says_where_to_look() {
    let home = Home::new().await;
    let list = home.playlist("Fifty").id;
    home.fail("DELETE", "/v1/me/library", 0, 10, broken());
    let text = home
        .refused(
            "delete_playlist",
            json!({"playlist": list, "confirm": true}),
        )
        .await;
    assert!(
        text.starts_with("upstream_error: ") && text.contains("list_playlists"),
        "{text}"
    );
}
