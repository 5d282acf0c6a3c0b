//! What `add_to_queue` queues, leaves out, and never sends twice.

use auxcord::sandbox::{Action, Fault};
use serde_json::json;

use super::stage::{ADA, Room, counts};

#[tokio::test]
async fn references_and_words_are_queued_in_order() {
    let room = Room::of(ADA).await;
    let uris = room.uris("Satellites").await;
    let items = json!([uris[0], "gravity", uris[1]]);
    let result = room.answer("add_to_queue", json!({"items": items})).await;
    insta::assert_json_snapshot!("add_to_queue", result);
    let told = &result["structuredContent"];
    assert_eq!(told["verified"], true);
    assert_eq!(told["queued"][1]["title"], "Gravity");
    let queued: Vec<_> = (0..3)
        .map(|at| told["queued"][at]["uri"].as_str().unwrap())
        .collect();
    assert_eq!(room.player().queue[..3], queued[..]);
    assert_eq!(room.writes().len(), 3);
    let expected = counts([
        ("GET /v1/search", 1),
        ("GET /v1/me/player/devices", 1),
        ("POST /v1/me/player/queue", 3),
        ("GET /v1/me/player/queue", 1),
    ]);
    assert_eq!(room.calls(), expected);
}

#[tokio::test]
async fn albums_and_playlists_are_opened_up_to_fifty_items() {
    let room = Room::of(ADA).await;
    let (one, rows) = room.playlist("Just one");
    let told = room.done("add_to_queue", json!({"items": [one]})).await;
    assert_eq!(told["queued"][0]["uri"], rows[0]);
    room.writes();

    let (long, rows) = room.playlist("A hundred and one");
    let told = room
        .done("add_to_queue", json!({"items": [long, rows[60]]}))
        .await;
    assert_eq!(told["queued"].as_array().unwrap().len(), 50);
    assert_eq!(told["skipped"][0]["reason"], "one call queues at most 50");
    assert!(told["notes"].to_string().contains("101 items"), "{told}");
    assert_eq!(room.writes().len(), 50);
}

#[tokio::test]
async fn an_album_is_queued_track_by_track() {
    let room = Room::of(ADA).await;
    let found = room
        .client
        .done("search", json!({"query": "a", "types": ["album"]}))
        .await;
    let album = found["results"][0]["items"][0]["uri"].clone();
    let told = room.done("add_to_queue", json!({"items": [album]})).await;
    let queued = told["queued"].as_array().unwrap().len();
    assert!(queued > 0, "{told}");
    assert_eq!(room.writes().len(), queued);
}

#[tokio::test]
async fn what_cannot_be_queued_is_told_beside_what_was() {
    let room = Room::of(ADA).await;
    let track = room.uris("Satellites").await.remove(0);
    let nobody = "spotify:track:0000000000000000000000";
    let items = json!([
        "spotify:local:a:b:c:1",
        "spotify:artist:0000000000000000000001",
        nobody,
        "spotify:chapter:0000000000000000000001",
        track,
        "qqqzzzxxqqzz",
    ]);
    let told = room.done("add_to_queue", json!({"items": items})).await;
    assert_eq!(told["queued"].as_array().unwrap().len(), 1);
    let skipped = told["skipped"].as_array().unwrap();
    assert_eq!(skipped.len(), 5, "{told}");
    assert!(
        skipped
            .iter()
            .all(|one| !one["reason"].as_str().unwrap().is_empty())
    );
    assert_eq!(room.writes(), [format!("queued {track}")]);
}

#[tokio::test]
async fn a_failure_halfway_names_what_is_unknown_and_sends_nothing_more() {
    let room = Room::of(ADA).await;
    let uris = room.uris("Satellites").await;
    let broken = Fault::new(Action::Html { status: 502 })
        .on("POST", "/v1/me/player/queue")
        .times(2, 1);
    room.app.spotify.add_fault(broken);
    let told = room.done("add_to_queue", json!({"items": uris[..5]})).await;
    assert_eq!(told["verified"], false);
    assert_eq!(told["queued"].as_array().unwrap().len(), 2);
    assert_eq!(told["unknown"][0]["uri"], uris[2]);
    assert_eq!(told["skipped"].as_array().unwrap().len(), 2);
    assert!(
        told["notes"].to_string().contains("unknown whether"),
        "{told}"
    );
    assert_eq!(room.writes().len(), 2);
    assert_eq!(room.calls()["POST /v1/me/player/queue"], 3);
}

#[tokio::test]
async fn a_used_up_quota_stops_the_rest() {
    let room = Room::of(ADA).await;
    let uris = room.uris("Satellites").await;
    let empty = Action::QuotaExceeded {
        retry_after: 40_000,
    };
    let fault = Fault::new(empty)
        .on("POST", "/v1/me/player/queue")
        .times(1, 1);
    room.app.spotify.add_fault(fault);
    let told = room.done("add_to_queue", json!({"items": uris[..3]})).await;
    assert_eq!(told["queued"].as_array().unwrap().len(), 1);
    let reasons = told["skipped"].to_string();
    assert!(
        reasons.contains("failed (quota_exceeded)") && reasons.contains("not sent"),
        "{told}"
    );
    assert_eq!(room.writes().len(), 1);
}

#[tokio::test]
async fn a_device_that_is_away_for_the_moment_leaves_it_open() {
    let room = Room::of(ADA).await;
    let uris = room.uris("Satellites").await;
    let away = Fault::new(Action::Empty { status: 202 }).on("POST", "/v1/me/player/queue");
    room.app.spotify.add_fault(away);
    let told = room.done("add_to_queue", json!({"items": uris[..2]})).await;
    assert_eq!(
        (&told["verified"], &told["unknown"][0]["uri"]),
        (&json!(false), &json!(uris[0]))
    );
    assert_eq!(told["queued"], json!([]));
    assert_eq!(room.calls()["POST /v1/me/player/queue"], 1);
}
