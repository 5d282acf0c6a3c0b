//! Stories of `search` on the whole catalogue: small answers, filters that mean what they say.

use auxcord::sandbox::Action;
use serde_json::json;

use super::stage::{Stage, text};

#[tokio::test]
async fn ten_tracks_are_a_tenth_of_what_spotify_sends_and_fit_the_budget() {
    let stage = Stage::new().await;
    for query in [
        "Night",
        "Remix",
        "夜",
        "Live at the Corn Exchange",
        "Home",
        "feat",
        "בבארבי",
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let theirs = stage
            .spotify(&format!("search?type=track&limit=10&q={encoded}"))
            .await;
        let result = stage.answer("search", json!({ "query": query })).await;
        let (text, sent) = (text(&result), theirs.to_string().len());
        assert_eq!(
            result["structuredContent"]["results"][0]["returned"], 10,
            "{query}"
        );
        assert!(text.len() <= 1_600, "{query}: {} bytes\n{text}", text.len());
        assert!(
            text.len() * 10 <= sent,
            "{query}: {} of {sent} bytes",
            text.len()
        );
        for line in text.lines().take(10) {
            assert!(
                line.contains(" — ") && line.contains(" · https://open.spotify.com/track/"),
                "{line}"
            );
        }
    }
    stage.calls();
}

#[tokio::test]
async fn filters_narrow_and_go_with_their_kind() {
    let stage = Stage::new().await;
    let found = stage
        .done(
            "search",
            json!({"query": "Home", "artist": "The Marlow Parade", "album": "Velvet Harbor"}),
        )
        .await;
    assert_eq!(found["results"][0]["total"], 1);
    assert_eq!(found["results"][0]["items"][0]["by"], "The Marlow Parade");
    let new = stage
        .done("search", json!({"query": "Love", "new_only": true}))
        .await;
    assert_eq!(new["results"][0]["type"], "album");
    stage.calls();
}

#[tokio::test]
async fn a_filter_that_finds_none_of_the_types_is_refused() {
    let stage = Stage::new().await;
    for (arguments, expected) in [
        (
            json!({"query": "x", "types": ["track"], "new_only": true}),
            "`new_only` finds nothing but type album",
        ),
        (
            json!({"query": "x", "types": ["artist"], "isrc": "USABC2600001"}),
            "`isrc` finds nothing but type track",
        ),
        (
            json!({"query": "x", "types": ["track"], "upc": "0731450000007"}),
            "`upc` finds nothing but type album",
        ),
        (
            json!({"query": "x", "offset": 1001}),
            "`offset` must be a whole number of 0 to 1000; got 1001",
        ),
        (
            json!({"query": "x", "limit": 0}),
            "`limit` must be a whole number of 1 to 50; got 0",
        ),
        (
            json!({"query": "x", "limit": 51}),
            "`limit` must be a whole number of 1 to 50; got 51",
        ),
    ] {
        let said = stage.refused("search", arguments).await;
        assert!(
            said.starts_with("invalid_argument: ") && said.contains(expected),
            "{said}"
        );
    }
    assert_eq!(stage.calls(), 0);
}

#[tokio::test]
async fn what_came_before_a_failure_is_told_with_the_way_on() {
    let stage = Stage::new().await;
    let asked = json!({"query": "night", "limit": 50});
    let quota = Action::QuotaExceeded { retry_after: 3_600 };
    stage.searches_fail(quota, 1, u64::MAX);
    let told = stage.done("search", asked).await;
    let page = &told["results"][0];
    assert_eq!(
        (&page["returned"], &page["has_more"], &page["next_offset"]),
        (&json!(10), &json!(true), &json!(10))
    );
    let note = told["notes"].to_string();
    assert!(
        note.contains("from 10 on (quota_exceeded)") && note.contains("Go on there later"),
        "{note}"
    );
    stage.calls();
}
