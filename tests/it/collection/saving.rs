//! Stories of `save_to_library`: what is there is not sent, what is sent is read back, and a repeat does no harm.

use auxcord::sandbox::{Action, Fault, OnAir, Shelf};
use serde_json::json;

use super::stage::{COLLECTOR, NEWCOMER, SHARER, Stage, list, text, these};
use crate::harness::mcp::{LEGACY, MODERN};

const CONTAINS: &str = "GET /v1/me/library/contains";
const SAVE: &str = "PUT /v1/me/library";

#[tokio::test]
async fn one_track_is_looked_for_saved_and_seen() {
    let stage = Stage::of(COLLECTOR).await;
    let track = stage.unsaved(1).remove(0);
    let result = stage
        .answer("save_to_library", json!({"refs": [track]}))
        .await;
    let told = &result["structuredContent"];
    assert_eq!(
        told,
        &json!({"saved": [track], "already_saved": [], "unsupported": [], "verified": true})
    );
    assert!(text(&result).contains("https://open.spotify.com/track/"));
    assert_eq!(stage.calls(), these([(CONTAINS, 2), (SAVE, 1)]));
    assert_eq!(stage.shelf(Shelf::Tracks)[0], track);
}

#[tokio::test]
async fn a_repeat_finds_everything_there_and_sends_nothing() {
    let stage = Stage::of(COLLECTOR).await;
    let refs = stage.unsaved(3);
    let asked = json!({"refs": refs});
    stage.done("save_to_library", asked.clone()).await;
    assert_eq!(stage.writes(), 3);
    stage.calls();
    let told = stage.done("save_to_library", asked).await;
    assert_eq!(list(&told, "already_saved"), refs);
    assert_eq!(
        (&told["saved"], &told["verified"]),
        (&json!([]), &json!(true))
    );
    assert_eq!(stage.calls(), these([(CONTAINS, 1)]));
}

#[tokio::test]
async fn only_what_is_missing_is_sent_forty_at_a_time() {
    let stage = Stage::of(COLLECTOR).await;
    let mut refs = stage.unsaved(160);
    refs.extend(stage.shelf(Shelf::Tracks).into_iter().take(40));
    let told = stage.done("save_to_library", json!({"refs": refs})).await;
    assert_eq!(list(&told, "saved").len(), 160);
    assert_eq!(list(&told, "already_saved").len(), 40);
    assert_eq!(told["verified"], true);
    assert_eq!(stage.app.spotify.take_writes().len(), 160);
    assert_eq!(stage.calls(), these([(CONTAINS, 9), (SAVE, 4)]));
}

#[tokio::test]
async fn the_boundary_is_forty_and_the_most_is_two_hundred() {
    let stage = Stage::of(NEWCOMER).await;
    let said = stage
        .client
        .refused("save_to_library", json!({"refs": stage.unsaved(201)}))
        .await;
    assert!(said.contains("1 to 200"), "{said}");
    assert_eq!(stage.calls(), these([]));
    let refs = stage.unsaved(40);
    stage.done("save_to_library", json!({"refs": refs})).await;
    assert_eq!(stage.writes(), 40);
    assert_eq!(stage.calls(), these([(CONTAINS, 2), (SAVE, 1)]));
    let refs = stage.unsaved(41);
    stage.done("save_to_library", json!({"refs": refs})).await;
    assert_eq!(stage.writes(), 41);
    assert_eq!(stage.calls(), these([(CONTAINS, 4), (SAVE, 2)]));
    assert_eq!(stage.shelf(Shelf::Tracks).len(), 81);
}

#[tokio::test]
async fn other_kinds_are_saved_and_playlists_followed() {
    let stage = Stage::of(NEWCOMER).await;
    let others = stage.app.spotify.people();
    let (ada, ben) = (&others[COLLECTOR].id, &others[SHARER].id);
    let spotify = &stage.app.spotify;
    let refs = [
        spotify.library(ada, Shelf::Albums).remove(1),
        spotify.library(ada, Shelf::Shows).remove(0),
        spotify.library(ada, Shelf::Episodes).remove(0),
        spotify.library(ada, Shelf::Audiobooks).remove(0),
        spotify.library(ben, Shelf::Playlists).pop().unwrap(),
    ];
    let told = stage.done("save_to_library", json!({"refs": refs})).await;
    assert_eq!(list(&told, "saved"), refs);
    assert_eq!(told["verified"], true);
    assert_eq!(stage.writes(), 5);
    assert_eq!(stage.shelf(Shelf::Playlists), [refs[4].clone()]);
}

#[tokio::test]
async fn artists_are_reported_as_unsupported() {
    let stage = Stage::of(COLLECTOR).await;
    let track = stage.unsaved(1).remove(0);
    let artist = stage.shelf(Shelf::Artists).remove(0);
    let result = stage
        .answer("save_to_library", json!({"refs": [artist, track]}))
        .await;
    let told = &result["structuredContent"];
    assert_eq!(list(told, "saved"), [track]);
    assert_eq!(told["unsupported"][0]["item"], json!(artist));
    assert!(text(&result).contains("Unsupported: 1"));
    assert_eq!(stage.writes(), 1);
    stage.calls();
    let said = stage
        .client
        .refused("save_to_library", json!({"refs": [artist]}))
        .await;
    assert!(
        said.starts_with("invalid_argument: ") && said.contains("unsupported"),
        "{said}"
    );
    assert_eq!(stage.calls(), these([]));
}

#[tokio::test]
async fn what_plays_now_can_be_saved_by_saying_so() {
    let stage = Stage::of(COLLECTOR).await;
    let track = stage.unsaved(1).remove(0);
    let on = OnAir::Uri(track.clone());
    assert!(stage.app.spotify.put_on(&stage.me.spotify_id, &on));
    for refs in [json!("now_playing"), json!(["now_playing"])] {
        let result = stage.answer("save_to_library", json!({"refs": refs})).await;
        assert!(text(&result).starts_with("Now playing: "), "{result}");
    }
    assert_eq!(stage.writes(), 1);
    assert_eq!(stage.shelf(Shelf::Tracks)[0], track);
    assert_eq!(
        stage.calls(),
        these([
            ("GET /v1/me/player/currently-playing", 2),
            (CONTAINS, 3),
            (SAVE, 1)
        ])
    );
}

#[tokio::test]
async fn nothing_playing_is_said_before_anything_is_saved() {
    let stage = Stage::of(NEWCOMER).await;
    let said = stage
        .client
        .refused("save_to_library", json!({"refs": "now_playing"}))
        .await;
    assert!(said.starts_with("not_found: Nothing is playing"), "{said}");
    assert_eq!(stage.writes(), 0);
}

#[tokio::test]
async fn one_unknown_thing_does_not_keep_the_others_back() {
    let stage = Stage::of(COLLECTOR).await;
    let mut refs = stage.unsaved(39);
    let nobody = "spotify:track:0000000000000000000000".to_owned();
    refs.insert(17, nobody.clone());
    let told = stage.done("save_to_library", json!({"refs": refs})).await;
    assert_eq!(list(&told, "saved").len(), 39);
    assert_eq!(told["failed"].as_array().unwrap().len(), 1);
    assert_eq!(told["failed"][0]["uri"], json!(nobody));
    assert_eq!(stage.writes(), 39);
    assert!(stage.app.spotify.count(SAVE) <= 14);
}

#[tokio::test]
async fn a_failure_halfway_is_told_item_by_item_and_a_repeat_does_the_rest() {
    let stage = Stage::of(COLLECTOR).await;
    stage.failing("PUT", "/v1/me/library", 1);
    let refs = stage.unsaved(90);
    let asked = json!({"refs": refs});
    let result = stage.answer("save_to_library", asked.clone()).await;
    let told = &result["structuredContent"];
    assert_eq!(list(told, "saved"), refs[..40]);
    let failed = told["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 50);
    assert_eq!(failed[0]["reason"], "quota_exceeded");
    assert!(
        failed[49]["reason"]
            .as_str()
            .unwrap()
            .starts_with("not tried")
    );
    assert!(text(&result).contains("again does no harm"));
    assert_eq!(stage.writes(), 40);
    assert_eq!(stage.app.spotify.count(SAVE), 2);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_up() {
    let stage = Stage::of(COLLECTOR).await;
    let cut = Fault::new(Action::Cut).on("PUT", "/v1/me/library");
    stage.app.spotify.add_fault(cut);
    let track = stage.unsaved(1).remove(0);
    let told = stage
        .done("save_to_library", json!({"refs": [track]}))
        .await;
    assert_eq!(list(&told, "saved"), [track]);
    assert_eq!(told["verified"], true);
    assert_eq!(stage.writes(), 1);
}

#[tokio::test]
async fn a_failure_at_once_is_an_error_and_changes_nothing() {
    let stage = Stage::of(COLLECTOR).await;
    stage.failing("PUT", "/v1/me/library", 0);
    let said = stage
        .client
        .refused("save_to_library", json!({"refs": stage.unsaved(2)}))
        .await;
    assert!(said.starts_with("quota_exceeded: "), "{said}");
    assert_eq!(stage.writes(), 0);
}

#[tokio::test]
async fn each_kind_asks_for_its_own_permission() {
    let scopes = "user-library-read user-library-modify playlist-read-private";
    let stage = Stage::granting(COLLECTOR, scopes).await;
    let track = stage.unsaved(1).remove(0);
    let playlist = stage.shelf(Shelf::Playlists).remove(0);
    let said = stage
        .client
        .refused("save_to_library", json!({"refs": [track, playlist]}))
        .await;
    assert!(said.starts_with("missing_scope: "), "{said}");
    assert!(said.contains("playlist-modify-public"), "{said}");
    assert!(!said.contains("user-library-modify"), "{said}");
    assert_eq!(stage.calls(), these([]));
    stage
        .done("save_to_library", json!({"refs": [track]}))
        .await;
    assert_eq!(stage.writes(), 1);
}

#[tokio::test]
async fn whoever_watches_sees_two_hundred_go_by_and_nobody_else_is_told() {
    let stage = Stage::of(COLLECTOR).await;
    let new = stage.unsaved(400);
    for (era, some) in [LEGACY, MODERN].into_iter().zip(new.chunks(200)) {
        let asked = json!({"refs": some});
        let watched = stage.client.watch(era, "save_to_library", &asked).await;
        watched.assert_rising();
        assert_eq!(watched.progress.len(), 15, "5 looks, 5 writes, 5 looks");
        assert_eq!(watched.result["structuredContent"]["verified"], true);
    }
    let params = json!({"name": "save_to_library", "arguments": {"refs": &new[..50]}});
    for answer in [
        stage.client.rpc(1, "tools/call", params.clone()).await,
        stage.client.modern(1, "tools/call", params).await,
    ] {
        assert_eq!(answer.headers["content-type"], "application/json");
    }
    stage.writes();
}
