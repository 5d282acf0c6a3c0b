//! Stories of `create_playlist` and `add_to_playlist`: what is sent, how often, and what is reported.

use serde_json::{Value, json};

use super::stage::{ME, Reply, Stage, id, listed, opened, page, place, track};

fn uri(n: usize) -> String {
    format!("spotify:track:{}", id(n))
}

fn snapshot(label: &str) -> Reply {
    Reply::json(201, &json!({ "snapshot_id": label }))
}

/// What is read back of the playlist 1: these songs, from `offset` on.
fn reads_back(stage: &Stage, songs: std::ops::Range<usize>, offset: usize, total: usize) {
    let there = songs.map(|n| place(&track(n, "x"))).collect();
    stage.spotify.on(
        &format!("GET /v1/playlists/{}/items", id(1)),
        &page(there, offset, total),
    );
}

/// The playlist 1, empty, with everything that adding to it asks for.
fn empty_playlist(stage: &Stage) -> String {
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(1)),
        &opened(1, "Mine", vec![], 0),
    );
    format!("POST /v1/playlists/{}/items", id(1))
}

#[tokio::test]
async fn a_new_playlist_is_private_filled_in_order_and_read_back() {
    let stage = Stage::new().await;
    stage.spotify.on(
        "GET /v1/me/playlists",
        &page(vec![listed(9, "Other", ME, 1)], 0, 1),
    );
    stage.spotify.reply(
        "POST /v1/me/playlists",
        Reply::json(201, &listed(1, "Fresh", ME, 0)),
    );
    stage.spotify.reply(
        &format!("POST /v1/playlists/{}/items", id(1)),
        snapshot("snap-2"),
    );
    let there = vec![place(&track(2, "Two")), place(&track(1, "One"))];
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(1)),
        &opened(1, "Fresh", there, 2),
    );
    let tracks = json!([
        uri(2),
        format!("https://open.spotify.com/track/{}?si=x", id(1)),
        "not a song"
    ]);
    let result = stage
        .answer(
            "create_playlist",
            json!({"name": "Fresh", "tracks": tracks}),
        )
        .await;
    insta::assert_json_snapshot!("create_playlist", result);
    let asked = stage.spotify.asked();
    assert_eq!(asked.len(), 4, "look for the name, create, fill, read back");
    assert_eq!(
        asked[1].body,
        json!({"name": "Fresh", "public": false, "collaborative": false})
    );
    assert_eq!(asked[2].body, json!({"uris": [uri(2), uri(1)]}));
}

#[tokio::test]
async fn a_taken_name_fails_is_reused_or_doubled_as_asked() {
    let stage = Stage::new().await;
    stage.spotify.on(
        "GET /v1/me/playlists",
        &page(
            vec![listed(1, "Party", "other", 1), listed(2, "party", ME, 1)],
            0,
            2,
        ),
    );
    let said = stage
        .client
        .refused("create_playlist", json!({"name": "Party"}))
        .await;
    assert!(
        said.contains(&id(2)) && said.contains("if_exists=\"reuse\""),
        "{said}"
    );
    assert_eq!(stage.spotify.calls().len(), 1);

    let there = vec![place(&track(1, "One"))];
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(2)),
        &opened(2, "party", there, 1),
    );
    stage.spotify.reply(
        &format!("POST /v1/playlists/{}/items", id(2)),
        snapshot("snap-2"),
    );
    stage.spotify.on(
        &format!("GET /v1/playlists/{}/items", id(2)),
        &page(vec![place(&track(2, "Two"))], 1, 2),
    );
    let asked = json!({"name": "Party", "tracks": [uri(1), uri(2)], "if_exists": "reuse"});
    let done = stage.client.done("create_playlist", asked).await;
    assert_eq!(
        (&done["created"], &done["added"], &done["total"]),
        (&json!(false), &json!(1), &json!(2))
    );
    assert_eq!(done["verified"], true, "{done}");
    stage.spotify.asked();

    stage.spotify.reply(
        "POST /v1/me/playlists",
        Reply::json(201, &listed(3, "Party", ME, 0)),
    );
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(3)),
        &opened(3, "Party", vec![], 0),
    );
    let done = stage
        .client
        .done(
            "create_playlist",
            json!({"name": "Party", "if_exists": "duplicate"}),
        )
        .await;
    assert_eq!(
        (&done["created"], &done["readback_matches"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(stage.spotify.calls().len(), 2, "create and read back");
}

#[tokio::test]
async fn nothing_is_created_when_references_are_bad_and_that_was_asked() {
    let stage = Stage::new().await;
    let asked =
        json!({"name": "X", "tracks": [uri(1), "Bohemian Rhapsody"], "on_unresolved": "fail"});
    let said = stage.client.refused("create_playlist", asked).await;
    assert!(
        said.contains(
            "\"Bohemian Rhapsody\" is not a link, URI or id; find it with `search` first"
        ),
        "{said}"
    );
    let said = stage
        .client
        .refused(
            "create_playlist",
            json!({"name": "X", "public": true, "collaborative": true}),
        )
        .await;
    assert!(said.contains("cannot be public"), "{said}");
    assert_eq!(stage.spotify.calls(), [""; 0]);
}

#[tokio::test]
async fn a_playlist_that_reads_back_public_is_told() {
    let stage = Stage::new().await;
    stage
        .spotify
        .on("GET /v1/me/playlists", &page(vec![], 0, 0));
    stage.spotify.reply(
        "POST /v1/me/playlists",
        Reply::json(201, &listed(1, "Fresh", ME, 0)),
    );
    let mut read = opened(1, "Fresh", vec![], 0);
    read["public"] = json!(true);
    stage
        .spotify
        .on(&format!("GET /v1/playlists/{}", id(1)), &read);
    let done = stage
        .client
        .done("create_playlist", json!({"name": "Fresh"}))
        .await;
    assert_eq!(
        (&done["readback_matches"], &done["verified"]),
        (&json!(false), &json!(false))
    );
    assert!(done["notes"][0].as_str().unwrap().contains("public"));
}

#[tokio::test]
async fn a_created_playlist_keeps_its_link_when_filling_it_fails() {
    let stage = Stage::new().await;
    stage
        .spotify
        .on("GET /v1/me/playlists", &page(vec![], 0, 0));
    stage.spotify.reply(
        "POST /v1/me/playlists",
        Reply::json(201, &listed(1, "Fresh", ME, 0)),
    );
    let write = format!("POST /v1/playlists/{}/items", id(1));
    stage
        .spotify
        .reply(&write, Reply::text(502, "<html>bad gateway</html>"));
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(1)),
        &opened(1, "Fresh", vec![], 0),
    );
    let done = stage
        .client
        .done(
            "create_playlist",
            json!({"name": "Fresh", "tracks": [uri(1)]}),
        )
        .await;
    assert_eq!(
        (&done["added"], &done["not_added"]),
        (&json!(0), &json!([uri(1)])),
        "it was read back without"
    );
    assert_eq!(
        (&done["readback_matches"], &done["verified"]),
        (&json!(false), &json!(false)),
        "an empty list is not what was asked"
    );
    assert_eq!(
        done["playlist"]["uri"],
        format!("spotify:playlist:{}", id(1))
    );
    assert_eq!(
        stage
            .spotify
            .calls()
            .iter()
            .filter(|call| **call == write)
            .count(),
        1,
        "never repeated"
    );
}

#[tokio::test]
async fn two_hundred_and_thirty_tracks_are_three_writes() {
    let stage = Stage::new().await;
    let write = empty_playlist(&stage);
    for label in ["s1", "s2", "s3"] {
        stage.spotify.reply(&write, snapshot(label));
    }
    reads_back(&stage, 0..50, 0, 230);
    let items: Vec<_> = (0..230).map(uri).collect();
    let done = stage
        .client
        .done(
            "add_to_playlist",
            json!({"playlist": id(1), "items": items, "position": 0}),
        )
        .await;
    assert_eq!(
        (&done["added"], &done["total"], &done["snapshot_id"]),
        (&json!(230), &json!(230), &json!("s3"))
    );
    assert_eq!(done["verified"], true, "{done}");
    let writes: Vec<_> = stage
        .spotify
        .asked()
        .into_iter()
        .filter(|call| call.what == write)
        .collect();
    let sizes: Vec<_> = writes
        .iter()
        .map(|call| call.body["uris"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [100, 100, 30]);
    assert_eq!(writes[2].body["position"], 200, "the order is kept");
}

#[tokio::test]
async fn what_is_there_already_or_named_twice_is_skipped_with_the_reason() {
    let stage = Stage::new().await;
    let there: Vec<Value> = (0..50).map(|n| place(&track(n, "x"))).collect();
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(1)),
        &opened(1, "Mine", there, 51),
    );
    stage.spotify.on(
        &format!("GET /v1/playlists/{}/items", id(1)),
        &page(vec![place(&track(50, "x"))], 50, 51),
    );
    reads_back(&stage, 60..61, 51, 52);
    stage.spotify.reply(
        &format!("POST /v1/playlists/{}/items", id(1)),
        snapshot("s"),
    );
    let items = json!([
        uri(50),
        uri(60),
        uri(60),
        format!("spotify:album:{}", id(1)),
        "spotify:local:a:b:c:1",
        uri(3)
    ]);
    let result = stage
        .answer(
            "add_to_playlist",
            json!({"playlist": id(1), "items": items}),
        )
        .await;
    insta::assert_json_snapshot!("add_to_playlist", result);
    let asked = stage.spotify.asked();
    assert_eq!(
        asked.len(),
        4,
        "the playlist, its other page, one write, one look"
    );
    assert_eq!(asked[3].query["offset"], "51");
    assert_eq!(asked[2].body, json!({"uris": [uri(60)]}));
}

#[tokio::test]
async fn nothing_new_means_no_write() {
    let stage = Stage::new().await;
    let there = vec![place(&track(1, "One"))];
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(1)),
        &opened(1, "Mine", there, 1),
    );
    let done = stage
        .client
        .done(
            "add_to_playlist",
            json!({"playlist": id(1), "items": [uri(1)]}),
        )
        .await;
    assert_eq!((&done["added"], &done["total"]), (&json!(0), &json!(1)));
    assert_eq!(stage.spotify.calls().len(), 1);
}

#[tokio::test]
async fn duplicates_are_added_when_asked_without_reading_the_playlist() {
    let stage = Stage::new().await;
    let write = empty_playlist(&stage);
    stage.spotify.reply(&write, snapshot("s"));
    let thrice = vec![place(&track(1, "x")); 3];
    stage.spotify.on(
        &format!("GET /v1/playlists/{}/items", id(1)),
        &page(thrice, 0, 3),
    );
    let items = json!([uri(1), uri(1), id(1)]);
    let done = stage
        .client
        .done(
            "add_to_playlist",
            json!({"playlist": id(1), "items": items, "skip_duplicates": false}),
        )
        .await;
    assert_eq!(
        (&done["added"], &done["verified"]),
        (&json!(3), &json!(true))
    );
    let asked = stage.spotify.asked();
    assert!(
        asked[0].query["fields"].contains("items(total)"),
        "details only"
    );
    assert_eq!(
        asked[1].body,
        json!({"uris": [uri(1), uri(1), uri(1)]}),
        "a bare id is a track"
    );
}

#[tokio::test]
async fn a_batch_that_fails_half_way_leaves_an_exact_report() {
    let stage = Stage::new().await;
    let write = empty_playlist(&stage);
    stage.spotify.reply(&write, snapshot("s1"));
    stage.spotify.reply(&write, Reply::text(500, "oops"));
    let items: Vec<_> = (0..230).map(uri).collect();
    let result = stage
        .answer(
            "add_to_playlist",
            json!({"playlist": id(1), "items": items}),
        )
        .await;
    assert_ne!(result["isError"], true, "partial success is success");
    let done = &result["structuredContent"];
    assert_eq!(done["added"], 100);
    let length = |name: &str| done[name].as_array().unwrap().len();
    assert_eq!((length("uncertain"), length("not_added")), (100, 30));
    assert_eq!(done["uncertain"][0], uri(100));
    assert_eq!(
        done["verified"], false,
        "it could not be read back, and is not all there"
    );
    assert!(
        done["notes"][1]
            .as_str()
            .unwrap()
            .contains("unknown whether"),
        "{done}"
    );
    let writes = stage
        .spotify
        .calls()
        .iter()
        .filter(|call| **call == write)
        .count();
    assert_eq!(
        writes, 2,
        "an uncertain write is never repeated, and none is sent behind it"
    );
}

#[tokio::test]
async fn an_uncertain_first_write_is_an_error_that_names_the_tool_that_tells() {
    let stage = Stage::new().await;
    let write = empty_playlist(&stage);
    stage.spotify.reply(&write, Reply::text(504, ""));
    let said = stage
        .client
        .refused(
            "add_to_playlist",
            json!({"playlist": id(1), "items": [uri(1)]}),
        )
        .await;
    assert!(
        said.starts_with("upstream_error: ")
            && said.contains("unknown")
            && said.contains("`get_playlist`"),
        "{said}"
    );
    assert_eq!(
        stage
            .spotify
            .calls()
            .iter()
            .filter(|call| **call == write)
            .count(),
        1
    );
}

#[tokio::test]
async fn somebody_elses_playlist_is_not_touched() {
    let stage = Stage::new().await;
    let mut theirs = listed(1, "Theirs", "somebody", 0);
    theirs.as_object_mut().unwrap().remove("items");
    stage
        .spotify
        .on(&format!("GET /v1/playlists/{}", id(1)), &theirs);
    for skip_duplicates in [true, false] {
        let asked =
            json!({"playlist": id(1), "items": [uri(1)], "skip_duplicates": skip_duplicates});
        let said = stage.client.refused("add_to_playlist", asked).await;
        assert!(
            said.starts_with("not_readable: This playlist belongs to somebody else"),
            "{said}"
        );
    }
    assert_eq!(
        stage.spotify.calls().len(),
        2,
        "one look each, and no write"
    );
}

#[tokio::test]
async fn only_bad_references_are_an_error_before_any_call() {
    let stage = Stage::new().await;
    let items = json!([
        "../../me",
        "https://evil.example/track/1",
        "Some Song",
        format!("spotify:artist:{}", id(1))
    ]);
    let said = stage
        .client
        .refused(
            "add_to_playlist",
            json!({"playlist": id(1), "items": items}),
        )
        .await;
    assert!(
        said.starts_with("invalid_argument: nothing was added: "),
        "{said}"
    );
    for reason in [
        "find it with `search` first",
        "not an open.spotify.com link",
        "not a track or an episode",
    ] {
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(stage.spotify.calls(), [""; 0]);
}

#[tokio::test]
async fn an_accepted_write_that_did_not_land_is_told() {
    let stage = Stage::new().await;
    let write = empty_playlist(&stage);
    stage.spotify.reply(&write, snapshot("s"));
    reads_back(&stage, 0..0, 0, 0);
    let done = stage
        .client
        .done(
            "add_to_playlist",
            json!({"playlist": id(1), "items": [uri(1), uri(2)]}),
        )
        .await;
    assert_eq!(
        (&done["added"], &done["total"], &done["verified"]),
        (&json!(0), &json!(0), &json!(false))
    );
    let said = done["notes"][0].as_str().unwrap();
    assert!(said.contains("accepted 2 items"), "{said}");
}

#[tokio::test]
async fn a_change_by_somebody_else_in_between_is_told() {
    let stage = Stage::new().await;
    let write = empty_playlist(&stage);
    stage.spotify.reply(&write, snapshot("s"));
    reads_back(&stage, 1..4, 0, 3);
    let done = stage
        .client
        .done(
            "add_to_playlist",
            json!({"playlist": id(1), "items": [uri(1), uri(2)]}),
        )
        .await;
    assert_eq!(
        (&done["added"], &done["total"], &done["verified"]),
        (&json!(2), &json!(3), &json!(false)),
        "the length is Spotify's"
    );
}

#[tokio::test]
async fn a_new_list_says_when_its_name_was_not_looked_for_among_all_playlists() {
    let stage = Stage::new().await;
    let lists = (10..60)
        .map(|n| listed(n, "Other", ME, 0))
        .collect::<Vec<_>>();
    stage
        .spotify
        .on("GET /v1/me/playlists", &page(lists, 0, 120));
    stage.spotify.reply(
        "POST /v1/me/playlists",
        Reply::json(201, &listed(1, "Fresh", ME, 0)),
    );
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(1)),
        &opened(1, "Fresh", vec![], 0),
    );
    let done = stage
        .client
        .done("create_playlist", json!({"name": "Fresh"}))
        .await;
    assert_eq!(
        done["notes"],
        json!(["Its name was looked for only among the first 50 of 120 playlists."])
    );
    assert_eq!(done["verified"], true);
}
