//! `replace_playlist_items`: nothing without a yes, and a way back.

use serde_json::json;

use super::stage::{Home, ITEMS, calls};
use crate::harness::Setup;

#[tokio::test]
async fn without_more_it_only_tells_what_would_go() {
    let home = Home::new().await;
    let list = home.playlist("A hundred");
    let rows = home.rows(&list);
    let told = home
        .done(
            "replace_playlist_items",
            json!({"playlist": list.id, "items": [rows[7]]}),
        )
        .await;
    assert_eq!(
        (&told["dry_run"], &told["before"], &told["after"]),
        (&json!(true), &json!(100), &json!(1))
    );
    assert_eq!(told["previous"], json!(rows));
    assert_eq!(home.writes(), [""; 0]);
    assert_eq!(home.rows(&list), rows);
}

#[tokio::test]
async fn it_asks_before_it_replaces_and_what_it_returns_brings_all_back() {
    let home = Home::new().await;
    let list = home.playlist("Fifty-one");
    let rows = home.rows(&list);
    let others = home.rows(&home.playlist("Fifty"));
    let mut wish = json!({"playlist": list.id, "items": others, "dry_run": false});
    let text = home.refused("replace_playlist_items", wish.clone()).await;
    assert!(
        text.starts_with("confirmation_required: 51 items of the playlist"),
        "{text}"
    );
    assert!(text.contains("by 50 others"), "{text}");
    wish["confirm"] = json!(true);
    home.calls();
    let told = home.done("replace_playlist_items", wish).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(home.rows(&list), others);
    assert_eq!(
        home.calls(),
        calls([
            ("GET /v1/playlists/{id}", 2),
            (&format!("GET {ITEMS}"), 1),
            (&format!("PUT {ITEMS}"), 1)
        ])
    );
    let back =
        json!({"playlist": list.id, "items": told["previous"], "dry_run": false, "confirm": true});
    home.done("replace_playlist_items", back).await;
    assert_eq!(home.rows(&list), rows);
    home.writes();
}

#[tokio::test]
async fn every_size_arrives_whole_in_the_fewest_writes() {
    let home = Home::new().await;
    let list = home.playlist("Just one");
    let pool: Vec<String> = home
        .rows(&home.playlist("Everything"))
        .into_iter()
        .filter(|uri| uri.starts_with("spotify:track:"))
        .collect();
    for (count, posts) in [
        (0, None),
        (1, None),
        (50, None),
        (51, None),
        (100, None),
        (101, Some(1)),
        (250, Some(2)),
    ] {
        let items = &pool[..count];
        let wish = json!({"playlist": list.id, "items": items, "dry_run": false, "confirm": true});
        home.calls();
        let told = home.done("replace_playlist_items", wish).await;
        assert_eq!(
            (&told["after"], &told["verified"]),
            (&json!(count), &json!(true)),
            "{count}"
        );
        assert_eq!(home.rows(&list), items, "{count}");
        let made = home.calls();
        assert_eq!(made[&format!("PUT {ITEMS}")], 1, "{count}");
        assert_eq!(
            made.get(&format!("POST {ITEMS}")).copied(),
            posts,
            "{count}"
        );
    }
}

#[tokio::test]
async fn a_long_list_is_told_to_have_no_way_back() {
    let home = Home::new().await;
    let list = home.playlist("A hundred and one").id;
    let told = home
        .done(
            "replace_playlist_items",
            json!({"playlist": list, "items": []}),
        )
        .await;
    assert_eq!(told.get("previous"), None);
    assert!(
        told["notes"][0].as_str().unwrap().contains("101 items"),
        "{told}"
    );
    assert_eq!(home.calls(), calls([("GET /v1/playlists/{id}", 1)]));
}

#[tokio::test]
async fn one_reference_that_is_none_stops_all() {
    let home = Home::new().await;
    let list = home.playlist("Fifty");
    let first = home.rows(&list).remove(0);
    let wish = json!({"playlist": list.id, "items": [first, "Some song"], "dry_run": false, "confirm": true});
    let text = home.refused("replace_playlist_items", wish).await;
    assert!(text.contains("\"Some song\" is not a link"), "{text}");
    let many = vec![first; 2_001];
    let text = home
        .refused(
            "replace_playlist_items",
            json!({"playlist": list.id, "items": many}),
        )
        .await;
    assert!(text.contains("at most 2000 items"), "{text}");
}

#[tokio::test]
async fn somebody_elses_playlist_is_not_replaced() {
    let home = Home::of(1, Setup::default()).await;
    let list = home.foreign().id;
    let wish = json!({"playlist": list, "items": [], "dry_run": false, "confirm": true});
    let text = home.refused("replace_playlist_items", wish).await;
    assert!(text.starts_with("not_readable: "), "{text}");
}
