//! Stories of wrong arguments: each is a result that says which parameter, what is allowed and what was given.

use serde_json::{Value, json};

use super::stage::{ME, Stage, listed, opened, page};

#[tokio::test]
async fn a_wrong_argument_is_named_with_its_range_and_what_was_given() {
    let stage = Stage::new().await;
    let cases: [(&str, Value, &str); 13] = [
        (
            "search",
            json!({}),
            "`query` is required: text of 1 to 500 characters",
        ),
        (
            "search",
            json!({"query": 7}),
            "`query` must be text of 1 to 500 characters; got 7",
        ),
        (
            "search",
            json!({"query": ""}),
            "`query` must be text of 1 to 500 characters; got \"\"",
        ),
        (
            "search",
            json!({"query": "x", "limit": 51}),
            "`limit` must be a whole number of 1 to 50; got 51",
        ),
        (
            "search",
            json!({"query": "x", "limit": 0}),
            "`limit` must be a whole number of 1 to 50; got 0",
        ),
        (
            "search",
            json!({"query": "x", "limit": -1}),
            "`limit` must be a whole number of 1 to 50; got -1",
        ),
        (
            "search",
            json!({"query": "x", "limit": "ten"}),
            "`limit` must be a whole number of 1 to 50; got \"ten\"",
        ),
        (
            "search",
            json!({"query": "x", "limit": 1.5}),
            "`limit` must be a whole number of 1 to 50; got 1.5",
        ),
        (
            "search",
            json!({"query": "x", "offset": 1e300}),
            "`offset` must be a whole number of 0 to 1000; got",
        ),
        (
            "search",
            json!({"query": "x", "types": ["song"]}),
            "`types[0]` must be one of track, album, artist, playlist, show, episode, audiobook; got \"song\"",
        ),
        (
            "search",
            json!({"query": "x", "year": "nineteen"}),
            "`year` must be text",
        ),
        (
            "add_to_playlist",
            json!({"playlist": "x", "items": [{"title": "x"}]}),
            "`items[0]` must be text or an object of album, artist, title; got an object",
        ),
        (
            "get_playlist",
            json!({"playlist": "x", "view": "all"}),
            "`view` must be one of items, summary; got \"all\"",
        ),
    ];
    for (tool, arguments, expected) in cases {
        let said = stage.client.refused(tool, arguments.clone()).await;
        assert!(
            said.starts_with("invalid_argument: ") && said.contains(expected),
            "{arguments}: {said}"
        );
    }
    assert_eq!(
        stage.spotify.calls(),
        [""; 0],
        "no wrong argument may cost a call"
    );
}

#[tokio::test]
async fn an_unknown_argument_is_refused_with_the_nearest_name() {
    let stage = Stage::new().await;
    let said = stage
        .client
        .refused("search", json!({"query": "x", "limits": 3}))
        .await;
    assert_eq!(
        said,
        "invalid_argument: unknown argument `limits`; did you mean `limit`?"
    );
    let said = stage
        .client
        .refused("get_status", json!({"verbose": true}))
        .await;
    assert_eq!(
        said,
        "invalid_argument: unknown argument `verbose`; it takes no arguments"
    );
    let long = "z".repeat(10_000);
    let said = stage
        .client
        .refused("search", json!({"query": "x", long.as_str(): 1}))
        .await;
    assert!(said.len() < 400, "{said}");
}

#[tokio::test]
async fn a_list_may_come_as_text_and_a_whole_number_as_a_float() {
    let stage = Stage::new().await;
    stage
        .spotify
        .on("GET /v1/search", &json!({"artists": page(vec![], 0, 0)}));
    let ways = [json!("[\"artist\"]"), json!("artist"), json!(["artist"])];
    for (number, types) in ways.into_iter().enumerate() {
        stage
            .client
            .done(
                "search",
                json!({"query": format!("x{number}"), "types": types, "limit": 5.0}),
            )
            .await;
        let asked = stage.spotify.asked();
        assert_eq!(
            (
                asked[0].query["type"].as_str(),
                asked[0].query["limit"].as_str()
            ),
            ("artist", "5")
        );
    }
}

#[tokio::test]
async fn an_explicit_null_is_an_argument_left_out() {
    let stage = Stage::new().await;
    stage
        .spotify
        .on("GET /v1/search", &json!({"tracks": page(vec![], 0, 0)}));
    stage
        .client
        .done(
            "search",
            json!({"query": "x", "limit": null, "artist": null}),
        )
        .await;
    assert_eq!(stage.spotify.asked()[0].query["q"], "x");
}

#[tokio::test]
async fn huge_and_hidden_text_is_refused_clearly() {
    let stage = Stage::new().await;
    let said = stage
        .client
        .refused("search", json!({"query": "q".repeat(10_240)}))
        .await;
    assert_eq!(
        said,
        "invalid_argument: `query` must be text of 1 to 500 characters; got text of 10240 characters"
    );
    for query in ["nul\u{0}", "bell\u{7}", "escape\u{1b}[31m"] {
        let said = stage
            .client
            .refused("search", json!({ "query": query }))
            .await;
        assert_eq!(
            said,
            "invalid_argument: `query` must not contain control characters"
        );
    }
    let many: Vec<_> = (0..10_000)
        .map(|n| format!("spotify:track:{n:022}"))
        .collect();
    let said = stage
        .client
        .refused("add_to_playlist", json!({"playlist": "x", "items": many}))
        .await;
    assert_eq!(
        said,
        "invalid_argument: `items` must be a list of 1 to 500 items, each text or an object of album, artist, title; got a list of 10000 items"
    );
    let deep = (0..60).fold(json!("x"), |inner, _| json!([inner]));
    let said = stage
        .client
        .refused("search", json!({ "query": deep }))
        .await;
    assert!(said.contains("got a list of 1 items"), "{said}");
    assert_eq!(stage.spotify.calls(), [""; 0]);
}

#[tokio::test]
async fn blank_text_is_no_text() {
    let stage = Stage::new().await;
    let said = stage
        .client
        .refused("search", json!({"query": " \n\t "}))
        .await;
    assert_eq!(said, "invalid_argument: `query` must not be blank");
    let said = stage
        .client
        .refused("create_playlist", json!({"name": "   "}))
        .await;
    assert_eq!(said, "invalid_argument: `name` must not be blank");
    assert_eq!(stage.spotify.calls(), [""; 0]);
}

#[tokio::test]
async fn a_reference_that_is_none_never_reaches_a_path() {
    let stage = Stage::new().await;
    stage
        .spotify
        .on("GET /v1/me/playlists", &page(vec![], 0, 0));
    let cases = [
        ("../../me", "not a spotify id"),
        (
            "https://evil.example/playlist/0000000000000000000001",
            "not a link to https://open.spotify.com/",
        ),
        (
            "http://open.spotify.com/playlist/0000000000000000000001",
            "not a link to https://open.spotify.com/",
        ),
        (
            "spotify:track:0000000000000000000001",
            "of kind track, not playlist",
        ),
        (
            "https://open.spotify.com/playlist/../../me",
            "not a spotify id",
        ),
        ("spotify:playlist:..%2F..%2Fme", "not a spotify id"),
    ];
    for (reference, expected) in cases {
        let said = stage
            .client
            .refused("get_playlist", json!({ "playlist": reference }))
            .await;
        assert!(
            said.starts_with("invalid_argument: ") && said.contains(expected),
            "{reference}: {said}"
        );
    }
    assert_eq!(stage.spotify.calls(), [""; 0]);
}

#[tokio::test]
async fn old_names_work_and_name_the_new_one_once() {
    let stage = Stage::new().await;
    let spotify = &stage.spotify;
    spotify.on("GET /v1/search", &json!({"tracks": page(vec![], 0, 0)}));
    spotify.reply("GET /v1/me/player", super::stage::Reply::text(204, ""));
    spotify.on(
        "GET /v1/me/playlists",
        &page(vec![listed(1, "Mine", ME, 2)], 0, 1),
    );
    spotify.on("GET /v1/me/tracks", &page(vec![], 0, 0));
    let playlist = format!("/v1/playlists/{}", super::stage::id(1));
    spotify.on(&format!("GET {playlist}"), &opened(1, "Mine", vec![], 0));
    spotify.reply(
        &format!("POST {playlist}/items"),
        super::stage::Reply::json(201, &json!({"snapshot_id": "s"})),
    );
    let id = super::stage::id(1);
    let old: [(&str, &str, Value); 6] = [
        (
            "search_tracks",
            "search",
            json!({"query": "x", "limit": 500, "market": "DE"}),
        ),
        ("get_current_track", "get_playback", json!({})),
        ("get_user_playlists", "list_playlists", json!({"limit": 0})),
        (
            "add_tracks_to_playlist",
            "add_to_playlist",
            json!({"playlist_id": id, "track_uris": [format!("spotify:track:{id}")]}),
        ),
        ("get_liked_songs", "list_library", json!({"limit": 99})),
        (
            "get_playlist_tracks",
            "get_playlist",
            json!({"playlist_id": id, "limit": 1000, "offset": 0}),
        ),
    ];
    for (name, now, arguments) in old {
        let result = stage.client.call(name, arguments).await;
        assert_ne!(result["isError"], true, "{name}: {result}");
        let text = result["content"][0]["text"].as_str().unwrap();
        assert_eq!(
            text.matches(&format!("`{name}` is now `{now}`.")).count(),
            1,
            "{text}"
        );
        assert_eq!(
            text.contains("`market` was ignored"),
            name == "search_tracks",
            "{text}"
        );
    }
    let asked = spotify.asked();
    assert_eq!(
        asked[0].query["limit"], "10",
        "500 is clamped to 50, and one call of 10 finds that there is nothing"
    );
    assert_eq!(asked[1].what, "GET /v1/me/player", "only what plays now");
    assert_eq!(asked[2].query["limit"], "1", "0 is clamped to 1");
}
