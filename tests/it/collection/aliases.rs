//! Stories of the tools of older servers: each with the arguments that its server took.

use auxcord::sandbox::Shelf;
use serde_json::{Value, json};

use super::stage::{COLLECTOR, Stage, text};
use crate::harness::grant::{Wish, give};

/// Calls an old name; the note names the new one, once.
async fn old(stage: &Stage, name: &str, today: &str, arguments: Value) -> Value {
    let result = stage.client.call(name, arguments).await;
    assert_ne!(result["isError"], true, "{name}: {result}");
    let note = format!("Note: `{name}` is now `{today}`.");
    assert_eq!(text(&result).matches(&note).count(), 1, "{name}: {result}");
    result["structuredContent"].clone()
}

#[tokio::test]
async fn the_python_servers_tools_work() {
    let stage = Stage::of(COLLECTOR).await;
    let asked = json!({"query": "live"});
    let found = old(&stage, "search_tracks", "search", asked).await;
    assert_eq!(found["results"][0]["returned"], 5, "{found}");
    old(&stage, "get_current_track", "get_playback", json!({})).await;
    assert_eq!(stage.app.spotify.count("GET /v1/me/player/devices"), 0);
    let lists = old(&stage, "get_user_playlists", "list_playlists", json!({})).await;
    assert_eq!(lists["returned"], 7);
    let liked = old(
        &stage,
        "get_liked_songs",
        "list_library",
        json!({"offset": 40}),
    );
    let liked = liked.await;
    let uri = liked["items"][0]["uri"].clone();
    assert_eq!(
        (&liked["returned"], uri),
        (&json!(20), json!(stage.shelf(Shelf::Tracks)[40]))
    );
    let made = json!({"name": "By an old name", "description": "x", "public": false});
    let made = stage.done("create_playlist", made).await;
    let list = made["playlist"]["uri"].clone();
    let track = stage.shelf(Shelf::Tracks).remove(0);
    let twice = json!({"playlist_id": list, "track_uris": [track, track]});
    old(&stage, "add_tracks_to_playlist", "add_to_playlist", twice).await;
    let asked = json!({"playlist_id": list});
    let items = old(&stage, "get_playlist_tracks", "get_playlist", asked).await;
    assert_eq!(items["total"], 2, "duplicates were added: {items}");
    assert!(stage.writes() >= 2);
}

#[tokio::test]
async fn the_workers_tools_work() {
    let stage = Stage::of(COLLECTOR).await;
    for (name, kind) in [
        ("searchTracks", "track"),
        ("searchArtists", "artist"),
        ("searchAlbums", "album"),
        ("searchPlaylists", "playlist"),
    ] {
        let asked = json!({"query": "the", "market": "DE"});
        let found = old(&stage, name, "search", asked).await;
        let result = &found["results"][0];
        assert_eq!(result["type"], kind, "{name}: {found}");
        assert!(result["returned"].as_u64() > Some(0), "{name}: {found}");
        let notes = found["notes"].to_string();
        assert!(notes.contains("`market` was ignored"), "{notes}");
    }
    let me = old(&stage, "getCurrentUserProfile", "get_status", json!({})).await;
    assert_eq!(me["user_id"], json!(stage.me.spotify_id));
    old(&stage, "getCurrentPlayback", "get_playback", json!({})).await;
    let lists = old(
        &stage,
        "getUserPlaylists",
        "list_playlists",
        json!({"limit": 3, "offset": 2}),
    );
    assert_eq!(lists.await["returned"], 3);
    let made = json!({"name": "By an older name"});
    let made = old(&stage, "createPlaylist", "create_playlist", made).await;
    assert!(made["notes"].to_string().contains("private"), "{made}");
    let list = made["playlist"]["uri"].clone();
    let track = stage.shelf(Shelf::Tracks).remove(0);
    let asked = json!({"playlistId": list, "trackUris": [track]});
    old(&stage, "addTracksToPlaylist", "add_to_playlist", asked).await;
    let asked = json!({"playlistId": list, "limit": 20, "offset": 0});
    let items = old(&stage, "getPlaylistTracks", "get_playlist", asked).await;
    assert_eq!(items["items"][0]["uri"], json!(track));
    assert!(stage.writes() >= 2);
    let plays = old(
        &stage,
        "getRecentlyPlayed",
        "get_recently_played",
        json!({}),
    );
    assert_eq!(plays.await["returned"], 20);
    let asked = json!({"timeRange": "short_term", "limit": 99});
    let top = old(&stage, "getTopTracks", "get_top_items", asked).await;
    assert_eq!(top["returned"], 50, "an old limit is clamped");
    assert_eq!(top["items"][0]["uri"], json!(stage.shelf(Shelf::Tracks)[0]));
    let top = old(&stage, "getTopArtists", "get_top_items", json!({})).await;
    assert_eq!(
        top["items"][0]["uri"],
        json!(stage.shelf(Shelf::Artists)[1])
    );
}

#[tokio::test]
async fn the_connect_page_is_told_and_no_code_is_taken() {
    let stage = Stage::of(COLLECTOR).await;
    let page = format!("{}/auth/login", stage.app.origin);
    let told = old(&stage, "get_auth_url", "get_status", json!({})).await;
    assert!(told["notes"].to_string().contains(&page), "{told}");
    assert_eq!(told["connected"], true);
    let calls = stage.calls();
    assert!(calls.values().sum::<u64>() <= 1, "{calls:?}");
    let address = "http://127.0.0.1:1/auth/callback?code=AQBsecret&state=x";
    let asked = json!({"callback_url": address});
    let result = stage.client.call("authenticate", asked).await;
    assert_ne!(result["isError"], true, "{result}");
    let said = result.to_string();
    assert!(
        said.contains(&page) && !said.contains("AQBsecret"),
        "{said}"
    );
    assert_eq!(stage.app.spotify.count("POST /api/token"), 0);
}

#[tokio::test]
async fn a_link_that_has_ended_still_has_its_connect_page() {
    let stage = Stage::of(COLLECTOR).await;
    stage.app.spotify.revoke(&stage.me.spotify_id);
    stage.app.spotify.expire(None);
    let told = old(&stage, "get_auth_url", "get_status", json!({})).await;
    assert_eq!(told["connected"], false);
    assert!(told["notes"].to_string().contains("/auth/login"), "{told}");
}

#[tokio::test]
async fn old_names_are_never_listed_and_need_the_scope_of_todays() {
    let stage = Stage::of(COLLECTOR).await;
    let listed = stage.client.rpc(1, "tools/list", json!({})).await;
    let listed = listed.body["result"]["tools"].to_string();
    for name in ["getTopTracks", "addTracksToPlaylist", "get_auth_url"] {
        assert!(!listed.contains(name), "{name}");
        assert!(auxcord::mcp::resolve(name).is_some(), "{name}");
    }
    let given = give(&stage.app, &stage.me, Wish::of("music:read")).await;
    let client = stage.app.client(&given.token);
    let asked = json!({"name": "createPlaylist", "arguments": {"name": "x"}});
    let refused = client.rpc(1, "tools/call", asked).await;
    assert_eq!(refused.status, 403);
    let challenge = refused.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("playlists:write"), "{challenge}");
    let asked = json!({"name": "getTopTracks", "arguments": {}});
    let answered = client.rpc(1, "tools/call", asked).await;
    assert_eq!(answered.status, 200);
}

#[tokio::test]
async fn null_is_as_good_as_left_out() {
    let stage = Stage::of(COLLECTOR).await;
    let asked = json!({"limit": null, "offset": null, "timeRange": null, "market": null});
    let top = old(&stage, "getTopTracks", "get_top_items", asked).await;
    assert_eq!(top["returned"], 20);
}

/// Every old name with the arguments that its server took. `era` makes the new playlist's name its own.
fn all_of_them(list: &Value, track: &str, era: &str) -> Vec<(&'static str, Value)> {
    let snake = json!({"playlist_id": list, "track_uris": [track]});
    let camel = json!({"playlistId": list, "trackUris": [track]});
    let words = json!({"query": "night", "limit": 20});
    let made = json!({"name": format!("Of {era}"), "description": "old", "public": true});
    vec![
        ("search_tracks", json!({"query": "night", "limit": 5})),
        ("get_current_track", json!({})),
        ("get_user_playlists", json!({"limit": 10})),
        ("add_tracks_to_playlist", snake),
        ("get_liked_songs", json!({"limit": 20, "offset": 0})),
        (
            "get_playlist_tracks",
            json!({"playlist_id": list, "limit": 20, "offset": 0}),
        ),
        ("searchTracks", words.clone()),
        ("searchArtists", words.clone()),
        ("searchAlbums", words.clone()),
        ("searchPlaylists", words),
        ("getCurrentUserProfile", json!({})),
        ("getCurrentPlayback", json!({})),
        ("pausePlayback", json!({})),
        ("resumePlayback", json!({})),
        ("skipToNext", json!({})),
        ("skipToPrevious", json!({})),
        ("getUserPlaylists", json!({"limit": 20, "offset": 0})),
        (
            "getPlaylistTracks",
            json!({"playlistId": list, "limit": 20, "offset": 0}),
        ),
        ("createPlaylist", made),
        ("addTracksToPlaylist", camel),
        ("getRecentlyPlayed", json!({"limit": 20})),
        (
            "getTopTracks",
            json!({"timeRange": "medium_term", "limit": 20}),
        ),
        (
            "getTopArtists",
            json!({"timeRange": "long_term", "limit": 20}),
        ),
        ("get_auth_url", json!({})),
        (
            "authenticate",
            json!({"callback_url": "http://127.0.0.1:1/auth/callback?code=x&state=y"}),
        ),
    ]
}

#[tokio::test]
async fn every_old_name_runs_with_its_old_arguments_in_both_eras() {
    let stage = Stage::of(COLLECTOR).await;
    let made = stage.done("create_playlist", json!({"name": "Old"})).await;
    let list = &made["playlist"]["uri"];
    let track = stage.shelf(Shelf::Tracks).remove(0);
    for (era, modern) in [("the handshake", false), ("today", true)] {
        let asked = all_of_them(list, &track, era);
        assert_eq!(asked.len(), 25);
        for (name, arguments) in asked {
            let params = json!({"name": name, "arguments": arguments});
            let answer = if modern {
                stage.client.modern(1, "tools/call", params).await
            } else {
                stage.client.rpc(1, "tools/call", params).await
            };
            let result = &answer.body["result"];
            assert!(
                result["isError"] != true && answer.status == 200,
                "{name}: {answer:?}"
            );
            let today = auxcord::mcp::resolve(name).unwrap().name;
            let note = format!("Note: `{name}` is now `{today}`.");
            assert_eq!(text(result).matches(&note).count(), 1, "{name}: {result}");
        }
        assert!(stage.writes() >= 7);
    }
    let rows = stage.app.spotify.rows(list.as_str().unwrap());
    assert_eq!(rows, vec![track; 4], "duplicates were added, as then");
}

#[tokio::test]
async fn the_workers_player_tools_are_heard() {
    let stage = Stage::of(COLLECTOR).await;
    let now = || stage.app.spotify.player(&stage.me.spotify_id).unwrap();
    let today = "control_playback";
    let first = now();
    assert!(first.playing);
    let told = old(&stage, "pausePlayback", today, json!({})).await;
    assert_eq!((&told["verified"], now().playing), (&json!(true), false));
    let told = old(&stage, "resumePlayback", today, json!({})).await;
    assert_eq!((&told["verified"], now().playing), (&json!(true), true));
    let told = old(&stage, "skipToNext", today, json!({})).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(now().uri.as_ref(), first.queue.first());
    let told = old(&stage, "skipToPrevious", today, json!({})).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(now().uri, first.uri);
    assert_eq!(stage.writes(), 4);
}
