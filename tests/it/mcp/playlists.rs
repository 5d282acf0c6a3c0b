//! Stories of `list_playlists` and of finding a playlist by its name.

use serde_json::{Value, json};

use super::stage::{ME, Reply, Stage, id, listed, opened, page, place, track};

#[tokio::test]
async fn a_page_of_playlists_is_one_call() {
    let stage = Stage::new().await;
    let lists = vec![
        listed(1, "Morning", ME, 12),
        listed(2, "Theirs", "somebody", 3),
    ];
    stage
        .spotify
        .on("GET /v1/me/playlists", &page(lists, 0, 120));
    let result = stage.answer("list_playlists", json!({"limit": 2})).await;
    let asked = stage.spotify.asked();
    assert_eq!((asked.len(), asked[0].query["limit"].as_str()), (1, "2"));
    insta::assert_json_snapshot!("list_playlists", result);
}

#[tokio::test]
async fn a_page_with_nulls_in_it_is_not_read_twice() {
    let stage = Stage::new().await;
    for start in [0, 50] {
        let mut lists: Vec<_> = (start..start + 50)
            .map(|n| listed(n, &format!("List {n}"), ME, 1))
            .collect();
        if start == 0 {
            lists[3..6].fill(Value::Null);
        }
        stage
            .spotify
            .on("GET /v1/me/playlists", &page(lists, start, 100));
    }
    let found = stage
        .client
        .done(
            "list_playlists",
            json!({"name_contains": "list", "limit": 50}),
        )
        .await;
    let asked = stage.spotify.asked();
    assert_eq!(asked[1].query["offset"], "50");
    let mut titles: Vec<_> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["title"].to_string())
        .collect();
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), 50);
}

#[tokio::test]
async fn a_filter_looks_through_at_most_two_hundred() {
    let stage = Stage::new().await;
    for start in [0, 50, 100, 150, 200] {
        let lists = (start..start + 50)
            .map(|n| listed(n, &format!("List {n}"), ME, 1))
            .collect();
        stage
            .spotify
            .on("GET /v1/me/playlists", &page(lists, start, 900));
    }
    let found = stage
        .client
        .done(
            "list_playlists",
            json!({"name_contains": "LIST 7", "owned_only": true}),
        )
        .await;
    assert_eq!(stage.spotify.calls().len(), 4);
    assert_eq!(found["returned"], 11, "7 and 70 to 79");
    assert_eq!(found["next_offset"], 200);
    assert!(
        found["notes"][0]
            .as_str()
            .unwrap()
            .contains("200 of them were looked at")
    );
}

#[tokio::test]
async fn a_full_page_of_matches_goes_on_right_behind_the_last_one() {
    let stage = Stage::new().await;
    let lists = (0..50)
        .map(|n| listed(n, "Same", if n % 2 == 0 { ME } else { "other" }, 1))
        .collect();
    stage
        .spotify
        .on("GET /v1/me/playlists", &page(lists, 0, 50));
    let found = stage
        .client
        .done("list_playlists", json!({"owned_only": true, "limit": 3}))
        .await;
    assert_eq!(
        (&found["returned"], &found["next_offset"]),
        (&json!(3), &json!(5))
    );
}

#[tokio::test]
async fn a_playlist_is_found_by_its_name_whatever_the_case() {
    let stage = Stage::new().await;
    let lists = vec![listed(1, "Morning run", ME, 1), listed(2, "Morning", ME, 1)];
    stage.spotify.on("GET /v1/me/playlists", &page(lists, 0, 2));
    let there = vec![place(&track(5, "Five"))];
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(2)),
        &opened(2, "Morning", there, 1),
    );
    let found = stage
        .client
        .done("get_playlist", json!({"playlist": " mORNING "}))
        .await;
    assert_eq!(found["playlist"]["title"], "Morning");
    assert_eq!(stage.spotify.calls().len(), 2);
}

#[tokio::test]
async fn an_ambiguous_name_lists_its_candidates() {
    let stage = Stage::new().await;
    let mut shared = listed(3, "Party", "other", 1);
    shared["collaborative"] = json!(true);
    let lists = vec![listed(1, "Party", ME, 1), listed(2, "party", ME, 1), shared];
    stage.spotify.on("GET /v1/me/playlists", &page(lists, 0, 3));
    let said = stage
        .client
        .refused("get_playlist", json!({"playlist": "Party"}))
        .await;
    assert!(
        said.starts_with("ambiguous: 3 playlists are called \"Party\""),
        "{said}"
    );
    for n in [1, 2, 3] {
        assert!(
            said.contains(&format!("https://open.spotify.com/playlist/{}", id(n))),
            "{said}"
        );
    }
}

#[tokio::test]
async fn an_unknown_name_is_not_found_and_similar_ones_are_named() {
    let stage = Stage::new().await;
    stage.spotify.on(
        "GET /v1/me/playlists",
        &page(vec![listed(1, "Summer 2024", ME, 1)], 0, 1),
    );
    let said = stage
        .client
        .refused("get_playlist", json!({"playlist": "summer"}))
        .await;
    assert!(
        said.starts_with("not_found: ") && said.contains("Summer 2024 https://"),
        "{said}"
    );
}

#[tokio::test]
async fn of_several_lists_of_one_name_the_one_that_is_ones_own_is_meant() {
    let stage = Stage::new().await;
    let mut shared = listed(3, "Party", "other", 1);
    shared["collaborative"] = json!(true);
    let theirs = listed(1, "Party", "other", 1);
    let lists = vec![theirs.clone(), listed(2, "party", ME, 1), shared.clone()];
    for (lists, meant) in [(lists, 2), (vec![theirs, shared], 3)] {
        let count = lists.len();
        let listed = Reply::json(200, &page(lists, 0, count));
        stage.spotify.only("GET /v1/me/playlists", listed);
        stage.spotify.on(
            &format!("GET /v1/playlists/{}", id(meant)),
            &opened(meant, "Party", vec![], 0),
        );
        // The write lets go of what was remembered, so the name is looked for once more.
        let asked = json!({"playlist": "Party", "items": ["spotify:track:0000000000000000000001"]});
        stage.spotify.reply(
            &format!("POST /v1/playlists/{}/items", id(meant)),
            Reply::json(201, &json!({"snapshot_id": "s"})),
        );
        let done = stage.client.done("add_to_playlist", asked).await;
        assert_eq!(
            done["playlist"]["uri"],
            format!("spotify:playlist:{}", id(meant))
        );
    }
}
