//! Stories of `check_library`: any kind, 40 a call, nothing guessed.

use auxcord::sandbox::Shelf;
use serde_json::{Value, json};

use super::stage::{COLLECTOR, NEWCOMER, Stage, text, these};

const CONTAINS: &str = "GET /v1/me/library/contains";

fn saved(told: &Value) -> Vec<bool> {
    let items = told["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["saved"].as_bool().unwrap())
        .collect()
}

#[tokio::test]
async fn is_this_saved_is_one_call() {
    let stage = Stage::of(COLLECTOR).await;
    let track = stage.shelf(Shelf::Tracks).remove(7);
    let told = stage.done("check_library", json!({"refs": [track]})).await;
    assert_eq!(
        told,
        json!({"items": [{"uri": track, "saved": true}], "saved": 1})
    );
    assert_eq!(stage.calls(), these([(CONTAINS, 1)]));
}

#[tokio::test]
async fn every_kind_can_be_asked_about_together_in_every_form() {
    let stage = Stage::of(COLLECTOR).await;
    let link = |uri: &str| {
        let mut parts = uri.split(':').skip(1);
        let (kind, id) = (parts.next().unwrap(), parts.next().unwrap());
        format!("https://open.spotify.com/intl-de/{kind}/{id}?si=1")
    };
    let shelves = [
        Shelf::Tracks,
        Shelf::Albums,
        Shelf::Shows,
        Shelf::Episodes,
        Shelf::Audiobooks,
        Shelf::Artists,
        Shelf::Playlists,
    ];
    let mut refs: Vec<_> = shelves
        .into_iter()
        .map(|shelf| link(&stage.shelf(shelf)[0]))
        .collect();
    let bare = stage.unsaved(1)[0].rsplit(':').next().unwrap().to_owned();
    refs.push(bare);
    let result = stage.answer("check_library", json!({"refs": refs})).await;
    let told = &result["structuredContent"];
    assert_eq!(
        saved(told),
        [true, true, true, true, true, true, true, false]
    );
    assert_eq!(stage.calls(), these([(CONTAINS, 1)]));
    let shown = text(&result);
    assert!(
        shown.starts_with("7 of 8 saved.\nsaved · https://open.spotify.com/track/"),
        "{shown}"
    );
}

#[tokio::test]
async fn forty_are_one_call_forty_one_are_two_and_two_hundred_are_five() {
    let stage = Stage::of(NEWCOMER).await;
    let mut free = stage.unsaved(281);
    for (count, calls) in [(40, 1), (41, 2), (200, 5)] {
        let refs = free.split_off(free.len() - count);
        let told = stage.done("check_library", json!({"refs": refs})).await;
        assert_eq!(saved(&told), vec![false; count]);
        assert_eq!(stage.calls(), these([(CONTAINS, calls)]), "{count}");
    }
    let stage = Stage::of(NEWCOMER).await;
    let said = stage
        .client
        .refused("check_library", json!({"refs": stage.unsaved(201)}))
        .await;
    assert!(said.contains("1 to 200") && said.contains("201"), "{said}");
    let said = stage
        .client
        .refused("check_library", json!({"refs": []}))
        .await;
    assert!(said.starts_with("invalid_argument: "), "{said}");
    assert_eq!(stage.calls(), these([]));
}

#[tokio::test]
async fn what_is_named_twice_is_asked_once() {
    let stage = Stage::of(COLLECTOR).await;
    let track = stage.shelf(Shelf::Tracks).remove(0);
    let refs = vec![track; 41];
    let told = stage.done("check_library", json!({"refs": refs})).await;
    assert_eq!(saved(&told), [true]);
    assert_eq!(stage.calls(), these([(CONTAINS, 1)]));
}

#[tokio::test]
async fn what_is_no_reference_is_told_beside_the_answer() {
    let stage = Stage::of(COLLECTOR).await;
    let track = stage.shelf(Shelf::Tracks).remove(0);
    let local = "spotify:local:Me:Tape:Song:61";
    let asked = json!({"refs": [track, "yesterday", local, "https://example.com/x"]});
    let told = stage.done("check_library", asked).await;
    assert_eq!(told["saved"], 1);
    let reasons = told["unsupported"].as_array().unwrap();
    assert_eq!(reasons.len(), 3);
    let said = stage
        .client
        .refused("check_library", json!({"refs": ["yesterday"]}))
        .await;
    assert!(said.starts_with("invalid_argument: "), "{said}");
    assert!(said.contains("\"yesterday\""), "{said}");
}

#[tokio::test]
async fn each_kind_asks_for_its_own_permission() {
    let stage = Stage::granting(COLLECTOR, "user-read-private user-library-read").await;
    let track = stage.shelf(Shelf::Tracks).remove(0);
    let artist = stage.shelf(Shelf::Artists).remove(0);
    let playlist = stage.shelf(Shelf::Playlists).remove(0);
    stage.done("check_library", json!({"refs": [track]})).await;
    let refs = json!({"refs": [track, artist, playlist]});
    let said = stage.client.refused("check_library", refs).await;
    assert!(said.starts_with("missing_scope: "), "{said}");
    for permission in ["user-follow-read", "playlist-read-private"] {
        assert!(said.contains(permission), "{permission}: {said}");
    }
    assert_eq!(stage.calls(), these([(CONTAINS, 1)]));
}

#[tokio::test]
async fn spotify_failing_halfway_is_told_and_nothing_is_guessed() {
    let stage = Stage::of(COLLECTOR).await;
    stage.failing("GET", "/v1/me/library/contains", 1);
    let refs = stage.unsaved(60);
    let said = stage
        .client
        .refused("check_library", json!({"refs": refs}))
        .await;
    assert!(said.starts_with("quota_exceeded: "), "{said}");
}

#[tokio::test]
async fn a_tool_that_can_do_nothing_with_what_was_granted_is_not_shown() {
    let family = |tools: Vec<String>| -> Vec<String> {
        let about = tools.into_iter().filter(|name| name.contains("_library"));
        about.collect()
    };
    let none = Stage::granting(NEWCOMER, "user-top-read").await;
    assert_eq!(family(none.tools().await), [""; 0]);
    let looks = Stage::granting(NEWCOMER, "user-library-read playlist-modify-public").await;
    assert_eq!(
        family(looks.tools().await),
        ["list_library", "check_library"]
    );
    let changes = Stage::granting(NEWCOMER, "user-library-modify").await;
    assert_eq!(
        family(changes.tools().await),
        ["save_to_library", "remove_from_library"]
    );
}
