//! Stories of the tools that look: status, playback, a playlist's items, the library, the history.

use serde_json::{Value, json};

use super::stage::{ME, Reply, Stage, id, listed, opened, page, place, track};

fn places(from: usize, to: usize) -> Vec<Value> {
    (from..to)
        .map(|n| place(&track(n, &format!("Song {n}"))))
        .collect()
}

#[tokio::test]
async fn the_status_tells_whose_account_it_is_and_costs_one_call() {
    let stage = Stage::new().await;
    let devices =
        json!({"devices": [{"id": "d1", "name": "Kitchen", "type": "Speaker", "is_active": true}]});
    stage.spotify.on("GET /v1/me/player/devices", &devices);
    let mut result = stage.answer("get_status", json!({})).await;
    assert_eq!(stage.spotify.calls(), ["GET /v1/me/player/devices"]);
    hide_origin(&mut result, &stage.origin);
    insta::assert_json_snapshot!("get_status", result);
}

#[tokio::test]
async fn the_status_works_while_spotify_does_not() {
    let stage = Stage::new().await;
    stage.spotify.reply(
        "GET /v1/me/player/devices",
        Reply::error(403, "User not registered in the Developer Dashboard", None),
    );
    let status = stage.client.done("get_status", json!({})).await;
    assert_eq!(
        (&status["connected"], &status["user_id"]),
        (&json!(true), &json!(ME))
    );
    assert!(
        status["notes"][0]
            .as_str()
            .unwrap()
            .contains("not_allowlisted")
    );
}

#[tokio::test]
async fn missing_permissions_are_in_the_status() {
    let stage = Stage::with(&[], Some("user-read-private playlist-read-private")).await;
    let status = stage.client.done("get_status", json!({})).await;
    let missing = status["missing"].as_array().unwrap();
    assert!(
        missing.contains(&json!("user-library-read"))
            && !missing.contains(&json!("playlist-read-private"))
    );
}

#[tokio::test]
async fn playback_asks_only_for_the_parts_that_are_wanted() {
    let stage = Stage::new().await;
    let playing = json!({
        "device": {"id": "d1", "name": "Kitchen", "type": "Speaker", "is_active": true, "volume_percent": 40},
        "is_playing": true, "progress_ms": 61_000, "shuffle_state": false, "repeat_state": "context",
        "currently_playing_type": "track", "item": track(1, "One"),
        "context": {"type": "playlist", "uri": format!("spotify:playlist:{}", id(3))},
    });
    stage.spotify.on("GET /v1/me/player", &playing);
    stage.spotify.on(
        "GET /v1/me/player/devices",
        &json!({"devices": [playing["device"], {"name": "TV", "id": null}]}),
    );
    stage.spotify.on(
        "GET /v1/me/player/queue",
        &json!({"queue": [track(2, "Two"), track(3, "Three")]}),
    );
    let all = json!({"include": ["now_playing", "devices", "queue"], "queue_limit": 1});
    let result = stage.answer("get_playback", all).await;
    insta::assert_json_snapshot!("get_playback", result);
    assert_eq!(stage.spotify.calls().len(), 3);
    stage.client.done("get_playback", json!({})).await;
    let mut calls = stage.spotify.calls();
    calls.sort();
    assert_eq!(calls, ["GET /v1/me/player", "GET /v1/me/player/devices"]);
}

#[tokio::test]
async fn nothing_playing_and_an_advertisement_are_answers() {
    let stage = Stage::new().await;
    stage
        .spotify
        .reply("GET /v1/me/player", Reply::text(204, ""));
    let ad = json!({"is_playing": true, "currently_playing_type": "ad", "item": null, "progress_ms": 1_000});
    stage.spotify.on("GET /v1/me/player", &ad);
    let now = json!({"include": ["now_playing"]});
    let nothing = stage.answer("get_playback", now.clone()).await;
    assert_eq!(nothing["content"][0]["text"], "Nothing is playing.");
    let ad = stage.answer("get_playback", now).await;
    assert!(
        ad["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("an advertisement")
    );
}

#[tokio::test]
async fn a_short_playlist_is_one_call() {
    let stage = Stage::new().await;
    let mut there = places(0, 2);
    there.push(json!({"added_at": null, "item": null}));
    there.push(
        json!({"item": {"type": "track", "id": null, "is_local": true, "name": "Demo tape",
        "uri": "spotify:local:Me::Demo+tape:61", "artists": [{"name": "Me"}]}}),
    );
    there.push(place(&json!({"type": "episode", "id": id(7), "uri": format!("spotify:episode:{}", id(7)),
        "name": "Episode seven", "show": {"name": "The Show"}, "release_date": "2026-01-01", "duration_ms": 3_600_000})));
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(1)),
        &opened(1, "Odd things", there, 5),
    );
    let link = format!("https://open.spotify.com/intl-de/playlist/{}?si=abc", id(1));
    let result = stage
        .answer("get_playlist", json!({"playlist": link}))
        .await;
    assert_eq!(stage.spotify.calls().len(), 1);
    insta::assert_json_snapshot!("get_playlist", result);
}

#[tokio::test]
async fn details_are_there_when_they_are_asked_for() {
    let stage = Stage::new().await;
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(1)),
        &opened(1, "Two", places(1, 3), 2),
    );
    let asked = json!({"playlist": id(1), "response_format": "detailed"});
    let result = stage.answer("get_playlist", asked).await;
    let line = result["content"][0]["text"]
        .as_str()
        .unwrap()
        .lines()
        .nth(2)
        .unwrap()
        .to_owned();
    for detail in [
        "(2019-03-01)",
        "3:20",
        "explicit",
        "ISRC USABC1900001",
        "2026-01-02T03:04:05Z",
    ] {
        assert!(line.contains(detail), "{detail} is not in {line}");
    }
}

#[tokio::test]
async fn a_hundred_items_are_two_calls_and_a_later_page_tells_the_version_too() {
    let stage = Stage::new().await;
    let (playlist, items) = (
        format!("GET /v1/playlists/{}", id(1)),
        format!("GET /v1/playlists/{}/items", id(1)),
    );
    stage
        .spotify
        .on(&playlist, &opened(1, "Long", places(0, 50), 230));
    stage.spotify.on(&items, &page(places(50, 100), 50, 230));
    let found = stage
        .client
        .done("get_playlist", json!({"playlist": id(1), "limit": 100}))
        .await;
    let asked = stage.spotify.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        (
            asked[1].query["offset"].as_str(),
            asked[1].query["limit"].as_str()
        ),
        ("50", "50")
    );
    assert_eq!(
        (&found["returned"], &found["total"], &found["next_offset"]),
        (&json!(100), &json!(230), &json!(100))
    );
    assert_eq!(found["items"][99]["position"], 99);

    let later = Reply::json(200, &page(places(100, 130), 100, 130));
    stage.spotify.only(&items, later);
    let later = stage
        .answer(
            "get_playlist",
            json!({"playlist": id(1), "offset": 100, "limit": 30}),
        )
        .await;
    assert_eq!(
        stage.spotify.calls(),
        [items],
        "the version was told a moment ago"
    );
    let found = &later["structuredContent"];
    assert_eq!(
        (&found["items"][0]["position"], &found["returned"]),
        (&json!(100), &json!(30))
    );
    assert_eq!(found["playlist"]["snapshot_id"], "snap-1");
    let text = later["content"][0]["text"].as_str().unwrap();
    assert!(
        text.lines().next().unwrap().ends_with("snapshot_id snap-1"),
        "{text}"
    );
}

#[tokio::test]
async fn hidden_contents_are_told_and_are_no_error() {
    let stage = Stage::new().await;
    let mut theirs = listed(1, "Theirs", "somebody", 0);
    theirs.as_object_mut().unwrap().remove("items");
    stage
        .spotify
        .on(&format!("GET /v1/playlists/{}", id(1)), &theirs);
    let result = stage
        .answer("get_playlist", json!({"playlist": id(1)}))
        .await;
    assert_ne!(result["isError"], true);
    assert_eq!(result["structuredContent"]["contents_hidden"], true);
    assert!(
        result["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("Spotify does not show its contents")
    );
    let later = stage
        .client
        .done("get_playlist", json!({"playlist": id(1), "offset": 50}))
        .await;
    assert_eq!(later["contents_hidden"], true, "at any offset");
}

#[tokio::test]
async fn a_summary_counts_what_is_there_twice_or_not_at_all() {
    let stage = Stage::new().await;
    let mut there = places(0, 49);
    there.push(place(&track(3, "Song 3")));
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(1)),
        &opened(1, "Long", there, 52),
    );
    let rest = vec![place(&track(3, "Song 3")), json!({"item": null})];
    stage.spotify.on(
        &format!("GET /v1/playlists/{}/items", id(1)),
        &page(rest, 50, 52),
    );
    let found = stage
        .client
        .done(
            "get_playlist",
            json!({"playlist": id(1), "view": "summary"}),
        )
        .await;
    let summary = &found["summary"];
    assert_eq!(
        (
            &summary["total"],
            &summary["looked_at"],
            &summary["unavailable"]
        ),
        (&json!(52), &json!(52), &json!(1))
    );
    assert_eq!(summary["duplicates"].as_array().unwrap().len(), 1);
    assert!(
        summary["duplicates"][0]
            .as_str()
            .unwrap()
            .starts_with("Song 3 (3 times)")
    );
}

fn saved(from: usize, to: usize, day: &str) -> Vec<Value> {
    (from..to).map(|n| json!({"added_at": format!("{day}T10:00:00Z"), "track": track(n, &format!("Song {n}"))})).collect()
}

#[tokio::test]
async fn saved_tracks_come_with_their_day() {
    let stage = Stage::new().await;
    stage.spotify.on(
        "GET /v1/me/tracks",
        &page(saved(0, 2, "2026-05-06"), 0, 1_500),
    );
    let result = stage
        .answer("list_library", json!({"kind": "tracks", "limit": 2}))
        .await;
    assert_eq!(stage.spotify.asked()[0].query["limit"], "2");
    insta::assert_json_snapshot!("list_library", result);
}

#[tokio::test]
async fn saved_albums_are_albums() {
    let stage = Stage::new().await;
    let album = json!({"id": id(4), "uri": format!("spotify:album:{}", id(4)), "name": "Disc",
        "artists": [{"name": "The Sandboxes"}], "release_date": "1999-01-01", "total_tracks": 12});
    stage.spotify.on(
        "GET /v1/me/albums",
        &page(
            vec![json!({"added_at": "2026-05-06T10:00:00Z", "album": album})],
            0,
            1,
        ),
    );
    let result = stage
        .answer("list_library", json!({"kind": "albums"}))
        .await;
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(
        text.starts_with(
            "Disc — The Sandboxes (1999) · 2026-05-06 · https://open.spotify.com/album/"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn looking_through_the_library_stops_at_the_day_and_at_five_hundred() {
    let stage = Stage::new().await;
    let mut first = saved(0, 30, "2026-05-06");
    first.extend(saved(30, 50, "2026-04-01"));
    stage
        .spotify
        .on("GET /v1/me/tracks", &page(first, 0, 1_500));
    let asked = json!({"kind": "tracks", "added_after": "2026-05-01", "limit": 50});
    let found = stage.client.done("list_library", asked).await;
    assert_eq!(stage.spotify.calls().len(), 1);
    assert_eq!(
        (&found["returned"], &found["has_more"]),
        (&json!(30), &json!(false))
    );

    let asked = json!({"kind": "tracks", "contains": "no such song"});
    let found = stage.client.done("list_library", asked).await;
    assert_eq!(stage.spotify.calls().len(), 9, "the first is remembered");
    assert_eq!(
        (&found["returned"], &found["next_offset"]),
        (&json!(0), &json!(500))
    );
}

#[tokio::test]
async fn the_history_has_times_contexts_and_a_cursor() {
    let stage = Stage::new().await;
    let play = json!({"track": track(1, "One"), "played_at": "2026-11-20T11:00:00.000Z",
        "context": {"type": "album", "uri": format!("spotify:album:{}", id(8))}});
    let answer = json!({"items": [play], "limit": 1, "cursors": {"after": "1795172400001", "before": "1795172400000"},
        "next": "https://api.spotify.com/v1/me/player/recently-played?before=1795172400000"});
    stage
        .spotify
        .on("GET /v1/me/player/recently-played", &answer);
    let result = stage
        .answer("get_recently_played", json!({"limit": 1}))
        .await;
    insta::assert_json_snapshot!("get_recently_played", result);
    stage.spotify.asked();
    stage
        .client
        .done(
            "get_recently_played",
            json!({"before": 1_795_172_400_000_i64}),
        )
        .await;
    assert_eq!(stage.spotify.asked()[0].query["before"], "1795172400000");
    let said = stage
        .client
        .refused("get_recently_played", json!({"before": 1, "after": 2}))
        .await;
    assert_eq!(said, "invalid_argument: give `after` or `before`, not both");
}

/// Takes the port, which is another each time, out of an answer.
fn hide_origin(value: &mut Value, origin: &str) {
    let plain = value.to_string().replace(origin, "http://auxcord.test");
    *value = serde_json::from_str(&plain).unwrap();
}

#[tokio::test]
async fn only_the_columns_that_were_named_are_told() {
    let stage = Stage::new().await;
    stage.spotify.on(
        &format!("GET /v1/playlists/{}", id(3)),
        &opened(3, "Mix", places(0, 2), 2),
    );
    let given = json!({"playlist": id(3), "fields": ["added_at", "album"]});
    let answer = stage.client.done("get_playlist", given).await;
    let row = &answer["items"][0];
    assert!(row["at"].is_string() && row["album"].is_string(), "{row}");
    assert!(row["title"].is_string() && row["link"].is_string(), "{row}");
    assert!(row["by"].is_null() && row["duration_ms"].is_null(), "{row}");
    let refused = stage
        .client
        .refused(
            "get_playlist",
            json!({"playlist": id(3), "fields": ["popularity"]}),
        )
        .await;
    assert!(refused.contains("fields"), "{refused}");
}
