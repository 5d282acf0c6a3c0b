//! Spotify failing halfway, permissions that were not granted, and links that ended: what is lost is in the answer.

use auxcord::sandbox::Action;
use serde_json::{Value, json};

use super::stage::{Home, broken, calls};

/// Makes "Nothing yet" a list in which the first of four tracks stands at 0, 2 and 4.
async fn thrice(home: &Home) -> (String, Vec<String>) {
    let mut pool = home.rows(&home.playlist("Fifty"));
    pool.sort();
    pool.dedup();
    let [a, b, c] = [&pool[0], &pool[1], &pool[2]];
    let list = home.playlist("Nothing yet").id;
    let wish = json!({"playlist": list, "items": [a, b, a, c, a], "skip_duplicates": false});
    home.done("add_to_playlist", wish).await;
    home.calls();
    let rows = home.app.spotify.rows(&list);
    (list, rows)
}

#[tokio::test]
async fn when_putting_in_again_fails_the_answer_holds_every_copy_and_its_place() {
    let home = Home::new().await;
    let (list, rows) = thrice(&home).await;
    home.fail("POST", "/v1/playlists/", 1, 1, broken());
    let text = home
        .client
        .refused(
            "remove_from_playlist",
            json!({"playlist": list, "positions": [0]}),
        )
        .await;
    assert!(
        text.starts_with("upstream_error: The items were removed"),
        "{text}"
    );
    assert!(text.contains("unknown"), "{text}");
    let missing = format!("position=3 items=[\"{}\"]", rows[0]);
    let undo = format!("position=0 items=[\"{}\"]", rows[0]);
    assert!(text.contains(&missing) && text.contains(&undo), "{text}");
    assert!(
        !text.contains("position=1 "),
        "what is back already is not missing: {text}"
    );
    let repair =
        json!({"playlist": list, "items": [rows[0]], "position": 3, "skip_duplicates": false});
    home.done("add_to_playlist", repair).await;
    assert_eq!(home.app.spotify.rows(&list), rows[1..]);
    home.writes();
}

#[tokio::test]
async fn when_removing_is_refused_nothing_was_changed_and_nothing_is_put_in() {
    let home = Home::new().await;
    let (list, rows) = thrice(&home).await;
    home.fail(
        "DELETE",
        "/v1/playlists/",
        0,
        1,
        Action::QuotaExceeded { retry_after: 3_600 },
    );
    let text = home
        .refused(
            "remove_from_playlist",
            json!({"playlist": list, "positions": [0]}),
        )
        .await;
    assert!(text.starts_with("quota_exceeded: "), "{text}");
    assert_eq!(home.app.spotify.rows(&list), rows);
}

#[tokio::test]
async fn when_it_is_unknown_whether_items_went_everything_for_either_case_is_told() {
    let home = Home::new().await;
    let (list, rows) = thrice(&home).await;
    home.fail("DELETE", "/v1/playlists/", 0, 10, Action::Cut);
    let text = home
        .client
        .refused(
            "remove_from_playlist",
            json!({"playlist": list, "positions": [2]}),
        )
        .await;
    assert!(
        text.starts_with("upstream_error: ") && text.contains("get_playlist"),
        "{text}"
    );
    for place in ["position=2", "position=0", "position=3"] {
        assert!(
            text.contains(&format!("{place} items=[\"{}\"]", rows[0])),
            "{place}: {text}"
        );
    }
    home.writes();
}

#[tokio::test]
async fn a_replacement_that_stops_halfway_tells_the_rest_and_what_was_there() {
    let home = Home::new().await;
    let list = home.playlist("Just one");
    let before = home.rows(&list);
    let pool: Vec<String> = home
        .rows(&home.playlist("Everything"))
        .into_iter()
        .filter(|uri| uri.starts_with("spotify:track:"))
        .take(250)
        .collect();
    home.fail(
        "POST",
        "/v1/playlists/",
        1,
        1,
        Action::RateLimited { retry_after: 30 },
    );
    let wish = json!({"playlist": list.id, "items": pool, "dry_run": false, "confirm": true});
    let text = home.client.refused("replace_playlist_items", wish).await;
    assert!(
        text.starts_with(
            "rate_limited: The items were replaced, but Spotify failed after the first 200 of 250"
        ),
        "{text}"
    );
    assert!(
        text.contains(&json!(pool[200..]).to_string()) && text.contains(&json!(before).to_string()),
        "{text}"
    );
    assert_eq!(home.rows(&list), pool[..200]);
    home.writes();
}

#[tokio::test]
async fn what_is_missing_of_a_long_replacement_is_told_in_lists_that_can_be_added() {
    let home = Home::new().await;
    let list = home.playlist("Just one");
    let mut pool = home.rows(&home.playlist("Everything"));
    pool.retain(|uri| uri.starts_with("spotify:track:"));
    pool.truncate(700);
    home.fail(
        "POST",
        "/v1/playlists/",
        0,
        1,
        Action::RateLimited { retry_after: 30 },
    );
    let wish = json!({"playlist": list.id, "items": pool, "dry_run": false, "confirm": true});
    let text = home.client.refused("replace_playlist_items", wish).await;
    let lists: Vec<Vec<String>> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("items=")?).ok())
        .collect();
    assert_eq!(
        lists.iter().map(Vec::len).collect::<Vec<_>>(),
        [500, 100],
        "{text}"
    );
    assert_eq!(lists.concat(), pool[100..]);
    assert_eq!(home.rows(&list), pool[..100]);
    home.writes();
}

#[tokio::test]
async fn a_replacement_of_unknown_outcome_tells_what_was_there() {
    let home = Home::new().await;
    let list = home.playlist("Just one");
    let before = home.rows(&list);
    home.fail("PUT", "/v1/playlists/", 0, 10, broken());
    let wish = json!({"playlist": list.id, "items": [], "dry_run": false, "confirm": true});
    let text = home.refused("replace_playlist_items", wish).await;
    assert!(
        text.contains("unknown") && text.contains(&json!(before).to_string()),
        "{text}"
    );
}

#[tokio::test]
async fn a_page_that_failed_once_is_read_again() {
    let home = Home::new().await;
    let list = home.playlist("A hundred and one");
    home.fail("GET", "/v1/playlists/", 1, 1, broken());
    let wish = json!({"playlist": list.id, "positions": [100], "dry_run": true});
    let told = home.done("remove_from_playlist", wish).await;
    assert_eq!(told["removed"], 1);
}

#[tokio::test]
async fn a_playlist_that_changes_while_it_is_read_is_left_alone() {
    let home = Home::new().await;
    let list = home.playlist("A hundred and one");
    home.fail("GET", "/v1/playlists/", 0, 1, Action::Hold);
    let client = home.client.clone();
    let wish = json!({"playlist": list.id, "positions": [100]});
    let reading = tokio::spawn(async move { client.refused("remove_from_playlist", wish).await });
    home.app.spotify.until_held(1).await;
    home.take_out_elsewhere(&list.id, &home.rows(&list)[0])
        .await;
    let rows = home.rows(&list);
    home.writes();
    home.app.spotify.release();
    let text = reading.await.unwrap();
    assert!(text.contains("changed while it was read"), "{text}");
    assert_eq!(home.rows(&list), rows);
    assert_eq!(home.writes(), [""; 0]);
}

#[tokio::test]
async fn a_permission_that_was_not_granted_is_named_before_anything_is_asked_of_spotify() {
    let home = Home::without(&["ugc-image-upload", "playlist-modify-public"]).await;
    let list = home.playlist("Fifty").id;
    let picture = super::covering::picture();
    let wishes = [
        (
            "update_playlist",
            json!({"playlist": list, "name": "x"}),
            "playlist-modify-public",
        ),
        (
            "remove_from_playlist",
            json!({"playlist": list, "positions": [0]}),
            "playlist-modify-public",
        ),
        (
            "reorder_playlist",
            json!({"playlist": list, "move": {"from": 0, "to": 1}}),
            "playlist-modify-public",
        ),
        (
            "replace_playlist_items",
            json!({"playlist": list, "items": []}),
            "playlist-modify-public",
        ),
        (
            "set_playlist_cover",
            json!({"playlist": list, "image_base64": picture}),
            "ugc-image-upload",
        ),
        (
            "delete_playlist",
            json!({"playlist": list, "confirm": true}),
            "playlist-modify-public",
        ),
    ];
    for (tool, wish, scope) in wishes {
        let text = home.refused(tool, wish).await;
        assert!(
            text.starts_with("missing_scope: ") && text.contains(scope),
            "{tool}: {text}"
        );
    }
    assert_eq!(home.calls(), calls([]));
}

#[tokio::test]
async fn a_link_that_ended_changes_nothing_and_says_where_to_reconnect() {
    let home = Home::new().await;
    let list = home.playlist("Fifty").id;
    home.app.spotify.revoke(&home.me.spotify_id);
    home.app.spotify.expire(Some(&home.me.spotify_id));
    let wishes: [(&str, Value); 5] = [
        ("update_playlist", json!({"playlist": list, "name": "x"})),
        (
            "remove_from_playlist",
            json!({"playlist": list, "positions": [0]}),
        ),
        (
            "reorder_playlist",
            json!({"playlist": list, "move": {"from": 0, "to": 1}}),
        ),
        (
            "replace_playlist_items",
            json!({"playlist": list, "items": []}),
        ),
        (
            "delete_playlist",
            json!({"playlist": list, "confirm": true}),
        ),
    ];
    for (tool, wish) in wishes {
        let text = home.refused(tool, wish).await;
        assert!(
            text.starts_with("reauth_required: ") && text.contains("/auth/login"),
            "{tool}: {text}"
        );
    }
}
