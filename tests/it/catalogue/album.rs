//! Stories of `list_album_tracks`.

use serde_json::{Value, json};

use super::stage::Stage;

/// A compilation of twenty tracks.
async fn compilation(stage: &Stage) -> Value {
    let found = stage.spotify("search?type=album&limit=10&q=Anthems").await;
    let albums = found["albums"]["items"].as_array().unwrap();
    let long = albums.iter().find(|album| album["total_tracks"] == 20);
    long.unwrap().clone()
}

#[tokio::test]
async fn an_album_is_one_call_with_its_numbers() {
    let stage = Stage::new().await;
    let found = stage
        .spotify("search?type=album&limit=1&q=Velvet%20Harbor")
        .await;
    let album = &found["albums"]["items"][0];
    let result = stage
        .answer(
            "list_album_tracks",
            json!({"album": album["external_urls"]["spotify"]}),
        )
        .await;
    insta::assert_json_snapshot!("list_album_tracks", result);
    let told = &result["structuredContent"];
    assert_eq!((&told["total"], &told["returned"]), (&json!(8), &json!(8)));
    let numbers: Vec<_> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["position"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(stage.calls(), 1);
}

#[tokio::test]
async fn pages_of_an_album_join_without_a_gap() {
    let stage = Stage::new().await;
    let album = compilation(&stage).await["uri"].clone();
    let whole = stage
        .done("list_album_tracks", json!({"album": album}))
        .await;
    assert_eq!(whole["has_more"], false);
    let mut joined = Vec::new();
    let mut offset = json!(0);
    while !offset.is_null() {
        let page = stage
            .done(
                "list_album_tracks",
                json!({"album": album, "limit": 7, "offset": offset}),
            )
            .await;
        joined.extend(page["items"].as_array().unwrap().clone());
        offset = page["next_offset"].clone();
    }
    assert_eq!(json!(joined), whole["items"]);
    let beyond = stage
        .done("list_album_tracks", json!({"album": album, "offset": 20}))
        .await;
    assert_eq!(
        (&beyond["returned"], &beyond["has_more"]),
        (&json!(0), &json!(false))
    );
    stage.calls();
}

#[tokio::test]
async fn what_is_no_album_is_refused() {
    let stage = Stage::new().await;
    let id = "4iV5W9uYEdYUVa79Axb7Rh";
    for (arguments, expected) in [
        (
            json!({"album": format!("spotify:track:{id}")}),
            "of kind track, not album",
        ),
        (json!({"album": "Velvet Harbor"}), "not a spotify id"),
        (
            json!({"album": "https://evil.example/album/x"}),
            "not a link to https://open.spotify.com/",
        ),
        (
            json!({"album": id, "limit": 0}),
            "`limit` must be a whole number of 1 to 50; got 0",
        ),
        (
            json!({"album": id, "limit": 51}),
            "`limit` must be a whole number of 1 to 50; got 51",
        ),
        (json!({"album": id, "offset": -1}), "`offset`"),
    ] {
        let said = stage.refused("list_album_tracks", arguments).await;
        assert!(
            said.starts_with("invalid_argument: ") && said.contains(expected),
            "{said}"
        );
    }
    assert_eq!(stage.calls(), 0);
    let unknown = json!({"album": "spotify:album:0000000000000000000000"});
    let said = stage.refused("list_album_tracks", unknown).await;
    assert!(said.starts_with("not_found: "), "{said}");
    stage.calls();
}
