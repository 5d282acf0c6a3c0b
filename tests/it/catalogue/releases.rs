//! Stories of `list_artist_releases`: newest first over all groups, at the fewest calls.

use auxcord::sandbox::{Action, Fault};
use serde_json::{Value, json};

use super::stage::{Stage, text};

const GROUPS: [&str; 4] = ["album", "single", "appears_on", "compilation"];

async fn artist(stage: &Stage, name: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let found = stage
        .spotify(&format!("search?type=artist&limit=10&q={query}"))
        .await;
    let artists = found["artists"]["items"].as_array().unwrap();
    let same = artists
        .iter()
        .find(|artist| artist["name"] == name)
        .unwrap();
    same["uri"].as_str().unwrap().to_owned()
}

fn years(told: &Value) -> Vec<u32> {
    let items = told["items"].as_array().unwrap();
    items
        .iter()
        .map(|row| row["year"].as_str().unwrap()[..4].parse().unwrap())
        .collect()
}

#[tokio::test]
async fn releases_of_all_groups_come_newest_first() {
    let stage = Stage::new().await;
    let artist = artist(&stage, "The Marlow Parade").await;
    let result = stage
        .answer("list_artist_releases", json!({"artist": artist}))
        .await;
    insta::assert_json_snapshot!("list_artist_releases", result);
    assert_eq!(stage.calls(), 2, "one for albums and one for singles");
    let all = stage
        .done(
            "list_artist_releases",
            json!({"artist": artist, "groups": GROUPS}),
        )
        .await;
    let years = years(&all);
    assert!(years.is_sorted_by(|one, other| one >= other), "{years:?}");
    assert_eq!(all["total"], years.len());
    assert!(years.len() >= 6 && all["has_more"] == false, "{all}");
}

#[tokio::test]
async fn a_name_costs_one_search_more() {
    let stage = Stage::new().await;
    let by_link = artist(&stage, "The Marlow Parade").await;
    let told = stage
        .done(
            "list_artist_releases",
            json!({"artist": "the marlow parade", "groups": ["single"]}),
        )
        .await;
    assert_eq!(told["artist"], by_link);
    assert_eq!(told["items"][0]["title"], "Home");
    assert_eq!(stage.calls(), 2);
}

#[tokio::test]
async fn a_name_that_nobody_has_lists_who_is_like_it() {
    let stage = Stage::new().await;
    let said = stage
        .refused("list_artist_releases", json!({"artist": "Marlow"}))
        .await;
    assert!(
        said.starts_with("ambiguous: No artist is called exactly \"Marlow\"; similar: "),
        "{said}"
    );
    assert!(said.contains("https://open.spotify.com/artist/"), "{said}");
    assert_eq!(stage.calls(), 1);
    let said = stage
        .refused(
            "list_artist_releases",
            json!({"artist": "Zzyzx Nobody Qwrt"}),
        )
        .await;
    assert!(said.starts_with("not_found: "), "{said}");
    stage.calls();
}

#[tokio::test]
async fn pages_join_and_old_releases_can_be_left_out() {
    let stage = Stage::new().await;
    let artist = artist(&stage, "The Marlow Parade").await;
    let asked = |more: Value| {
        let mut asked = json!({"artist": artist, "groups": GROUPS});
        asked
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        asked
    };
    let whole = stage.done("list_artist_releases", asked(json!({}))).await;
    let mut joined = Vec::new();
    let mut offset = json!(0);
    while !offset.is_null() {
        let page = stage
            .done(
                "list_artist_releases",
                asked(json!({"limit": 2, "offset": offset})),
            )
            .await;
        joined.extend(page["items"].as_array().unwrap().clone());
        offset = page["next_offset"].clone();
    }
    assert_eq!(json!(joined), whole["items"]);
    let recent = stage
        .done("list_artist_releases", asked(json!({"since_year": 2015})))
        .await;
    let newer: Vec<_> = years(&whole)
        .into_iter()
        .filter(|year| *year >= 2015)
        .collect();
    assert_eq!(years(&recent), newer);
    assert_eq!(recent["has_more"], false);
    stage.calls();
}

#[tokio::test]
async fn what_cannot_be_an_artist_or_a_page_is_refused() {
    let stage = Stage::new().await;
    let id = "4iV5W9uYEdYUVa79Axb7Rh";
    for (arguments, expected) in [
        (
            json!({"artist": format!("spotify:track:{id}")}),
            "of kind track, not artist",
        ),
        (json!({"artist": " "}), "`artist`"),
        (
            json!({"artist": id, "groups": ["live"]}),
            "one of album, single, appears_on, compilation",
        ),
        (json!({"artist": id, "limit": 51}), "`limit`"),
        (json!({"artist": id, "since_year": 20}), "`since_year`"),
    ] {
        let said = stage.refused("list_artist_releases", arguments).await;
        assert!(
            said.starts_with("invalid_argument: ") && said.contains(expected),
            "{said}"
        );
    }
    assert_eq!(stage.calls(), 0);
}

#[tokio::test]
async fn spotify_failing_half_way_is_an_error_and_no_half_list() {
    let stage = Stage::new().await;
    let artist = artist(&stage, "The Marlow Parade").await;
    let fault = Fault::new(Action::QuotaExceeded { retry_after: 900 });
    let fault = fault.on("GET", "/v1/artists").times(1, 1_000);
    stage.app.spotify.add_fault(fault);
    let said = stage
        .refused("list_artist_releases", json!({"artist": artist}))
        .await;
    assert!(said.starts_with("quota_exceeded: "), "{said}");
    stage.app.spotify.clear_faults();
    stage.calls();
}

#[tokio::test]
async fn a_page_beyond_the_end_is_empty() {
    let stage = Stage::new().await;
    let artist = artist(&stage, "The Marlow Parade").await;
    let result = stage
        .answer(
            "list_artist_releases",
            json!({"artist": artist, "offset": 1000}),
        )
        .await;
    assert_eq!(result["structuredContent"]["returned"], 0);
    assert!(text(&result).contains("0 of 3 shown"), "{}", text(&result));
    stage.calls();
}
