//! Stories of `get_top_items` and `get_recently_played`: passed through as Spotify puts it.

use auxcord::sandbox::Shelf;
use serde_json::{Value, json};

use super::stage::{COLLECTOR, HOARDER, NEWCOMER, Stage, text, these};

fn uris(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|row| row["uri"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn top_items_keep_spotifys_order_under_both_names_of_a_time() {
    let stage = Stage::of(COLLECTOR).await;
    // The simulated Spotify ranks by saving, a place further on for each longer time.
    let tracks = stage.shelf(Shelf::Tracks);
    let times = [
        ("4_weeks", "short_term", 0),
        ("6_months", "medium_term", 1),
        ("1_year", "long_term", 2),
    ];
    for (ours, spotifys, shift) in times {
        let asked = json!({"type": "tracks", "time_range": ours, "limit": 5});
        let page = stage.done("get_top_items", asked).await;
        assert_eq!(uris(&page), tracks[shift..shift + 5], "{ours}");
        let asked = json!({"type": "tracks", "time_range": spotifys, "limit": 5});
        assert_eq!(page, stage.done("get_top_items", asked).await);
    }
    let page = stage
        .done("get_top_items", json!({"type": "tracks", "limit": 5}))
        .await;
    assert_eq!(uris(&page), tracks[1..6], "six months by default");
    // What was asked a moment ago is remembered.
    assert_eq!(stage.calls(), these([("GET /v1/me/top/{type}", 3)]));
}

#[tokio::test]
async fn top_artists_are_paged_and_end() {
    let stage = Stage::of(COLLECTOR).await;
    let followed = stage.shelf(Shelf::Artists);
    let asked = json!({"type": "artists", "time_range": "4_weeks", "limit": 15});
    let first = stage.done("get_top_items", asked).await;
    assert_eq!(uris(&first), followed[..15]);
    assert_eq!(first["next_offset"], 15);
    let asked = json!({"type": "artists", "time_range": "4_weeks", "limit": 15, "offset": 15});
    let second = stage.done("get_top_items", asked).await;
    assert_eq!(uris(&second), followed[15..]);
    assert_eq!(second["has_more"], false);
}

#[tokio::test]
async fn the_whole_answer_is_short() {
    let stage = Stage::of(HOARDER).await;
    let asked = json!({"type": "tracks", "limit": 3});
    let result = stage.answer("get_top_items", asked).await;
    insta::assert_snapshot!("get_top_items", text(&result));
    let asked = json!({"type": "tracks", "limit": 50});
    let result = stage.answer("get_top_items", asked).await;
    assert!(text(&result).len() < 8_000, "{} bytes", text(&result).len());
}

#[tokio::test]
async fn nothing_heard_yet_is_an_answer_and_other_times_are_refused() {
    let stage = Stage::of(NEWCOMER).await;
    let result = stage
        .answer("get_top_items", json!({"type": "artists"}))
        .await;
    assert_eq!(text(&result), "Nothing found.");
    for asked in [
        json!({"type": "genres"}),
        json!({"type": "tracks", "time_range": "all_time"}),
        json!({"type": "tracks", "limit": 51}),
        json!({}),
    ] {
        let said = stage.client.refused("get_top_items", asked).await;
        assert!(said.starts_with("invalid_argument: "), "{said}");
    }
}

#[tokio::test]
async fn without_the_permission_nothing_is_asked() {
    let stage = Stage::granting(COLLECTOR, "user-library-read").await;
    let said = stage
        .client
        .refused("get_top_items", json!({"type": "tracks"}))
        .await;
    assert!(said.contains("user-top-read"), "{said}");
    assert_eq!(stage.calls(), these([]));
}

#[tokio::test]
async fn the_history_tells_times_in_utc_and_goes_on_by_cursor() {
    let stage = Stage::of(COLLECTOR).await;
    let asked = json!({"limit": 2});
    let result = stage.answer("get_recently_played", asked).await;
    insta::assert_snapshot!("get_recently_played", text(&result));
    let (mut seen, mut page) = (2, result["structuredContent"].clone());
    while let Some(cursor) = page["next_cursor"].as_str() {
        let before: i64 = cursor.parse().unwrap();
        let asked = json!({"limit": 20, "before": before});
        page = stage.done("get_recently_played", asked).await;
        seen += page["returned"].as_u64().unwrap();
    }
    assert_eq!(seen, 50);
}

#[tokio::test]
async fn nothing_played_yet_is_an_answer() {
    let stage = Stage::of(NEWCOMER).await;
    let page = stage.done("get_recently_played", json!({})).await;
    assert_eq!(
        (&page["items"], &page["has_more"]),
        (&json!([]), &json!(false))
    );
}
