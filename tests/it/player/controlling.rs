//! What `control_playback` changes, and what it leaves alone.

use auxcord::sandbox::{Action, DeviceChange, Fault, OnAir};
use serde_json::json;

use super::stage::{ADA, HANA, Room, counts};

#[tokio::test]
async fn pausing_costs_three_calls_and_once_more_is_a_success_without_a_command() {
    let room = Room::of(ADA).await;
    let told = room
        .done("control_playback", json!({"action": "pause"}))
        .await;
    assert_eq!(
        (&told["verified"], &told["is_playing"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(room.writes(), ["paused"]);
    let expected = counts([("PUT /v1/me/player/pause", 1), ("GET /v1/me/player", 2)]);
    assert_eq!(room.calls(), expected);
    let told = room
        .done("control_playback", json!({"action": "pause"}))
        .await;
    assert_eq!(told["verified"], true);
    assert!(
        told["notes"].to_string().contains("paused already"),
        "{told}"
    );
    assert_eq!(room.calls(), counts([("GET /v1/me/player", 1)]));
    let told = room
        .done("control_playback", json!({"action": "resume"}))
        .await;
    assert_eq!(
        (&told["verified"], &told["is_playing"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(room.writes(), ["resumed"]);
}

#[tokio::test]
async fn several_skips_are_sent_one_by_one() {
    let room = Room::of(ADA).await;
    let queue = room.player().queue;
    let arguments = json!({"action": "next", "count": 3});
    let told = room.done("control_playback", arguments).await;
    assert_eq!(
        (&told["verified"], &told["item"]["uri"]),
        (&json!(true), &json!(queue[2]))
    );
    assert_eq!(room.writes(), ["skipped"; 3]);
    assert_eq!(room.calls()["POST /v1/me/player/next"], 3);
    let told = room
        .done("control_playback", json!({"action": "previous"}))
        .await;
    assert_eq!(
        (&told["verified"], &told["item"]["uri"]),
        (&json!(true), &json!(queue[1]))
    );
    assert_eq!(room.writes(), ["skipped back"]);
}

#[tokio::test]
async fn a_skip_that_fails_halfway_is_told_step_by_step_and_never_repeated() {
    let room = Room::of(ADA).await;
    let broken = Action::Status {
        status: 503,
        message: String::new(),
        reason: None,
        retry_after: None,
    };
    let fault = Fault::new(broken)
        .on("POST", "/v1/me/player/next")
        .times(1, 1);
    room.app.spotify.add_fault(fault);
    let arguments = json!({"action": "next", "count": 4});
    let told = room.done("control_playback", arguments).await;
    assert_eq!(told["verified"], false);
    let steps = json!([
        "1: done",
        "2: unknown (upstream_error)",
        "3: not sent",
        "4: not sent"
    ]);
    assert_eq!(told["steps"], steps);
    assert_eq!(room.writes(), ["skipped"]);
    assert_eq!(room.calls()["POST /v1/me/player/next"], 2);
}

#[tokio::test]
async fn the_place_moves_to_a_time_or_by_one() {
    let room = Room::of(ADA).await;
    let arguments = json!({"action": "seek", "value": 90_000});
    let told = room.done("control_playback", arguments).await;
    assert_eq!(
        (&told["verified"], &told["progress_ms"]),
        (&json!(true), &json!(90_000))
    );
    let back = json!({"action": "seek", "value": -30_000, "relative": true});
    let told = room.done("control_playback", back).await;
    assert_eq!(
        (&told["verified"], &told["progress_ms"]),
        (&json!(true), &json!(60_000))
    );
    let start = json!({"action": "seek", "value": "-900000", "relative": true});
    room.done("control_playback", start).await;
    assert_eq!(room.player().progress_ms, 0);
    assert_eq!(
        room.writes(),
        ["went to 90000 ms", "went to 60000 ms", "went to 0 ms"]
    );
    for (value, relative) in [(90_000_000, false), (90_000_000, true)] {
        let beyond = json!({"action": "seek", "value": value, "relative": relative});
        let said = room
            .refused("control_playback", beyond, "invalid_argument")
            .await;
        assert!(said.contains("below the length"), "{said}");
    }
}

#[tokio::test]
async fn the_volume_is_set_or_changed_within_its_bounds() {
    let room = Room::of(ADA).await;
    let set = json!({"action": "volume", "value": 40});
    let told = room.done("control_playback", set.clone()).await;
    assert_eq!(
        (&told["verified"], &told["volume_percent"]),
        (&json!(true), &json!(40))
    );
    let again = room.done("control_playback", set).await;
    assert!(again["notes"].to_string().contains("already"), "{again}");
    for (change, expected) in [("+15", 55), ("90", 100), ("-300", 0)] {
        let change = json!({"action": "volume", "value": change, "relative": true});
        let told = room.done("control_playback", change).await;
        assert_eq!(
            (&told["verified"], &told["volume_percent"]),
            (&json!(true), &json!(expected))
        );
    }
    assert_eq!(
        room.writes(),
        ["volume 40", "volume 55", "volume 100", "volume 0"]
    );
}

#[tokio::test]
async fn the_volume_of_a_device_that_does_not_play_is_set_there() {
    let room = Room::of(ADA).await;
    let arguments = json!({"action": "volume", "value": 33, "device": "phone"});
    let told = room.done("control_playback", arguments).await;
    assert_eq!(
        (&told["verified"], &told["volume_percent"]),
        (&json!(true), &json!(33))
    );
    assert_eq!(told["device"], room.device("Phone"));
    assert_eq!(
        room.player().device,
        Some(room.device("Laptop")),
        "it plays on where it was"
    );
    assert_eq!(room.writes(), ["volume 33"]);
}

#[tokio::test]
async fn a_device_without_a_volume_is_refused_without_a_command() {
    let room = Room::of(ADA).await;
    let change = DeviceChange {
        supports_volume: Some(false),
        ..DeviceChange::default()
    };
    let laptop = room.device("Laptop");
    room.app
        .spotify
        .change_device(&room.me.spotify_id, &laptop, &change);
    let arguments = json!({"action": "volume", "value": 10});
    let said = room
        .refused("control_playback", arguments, "restricted")
        .await;
    assert!(said.contains(&laptop), "{said}");
}

#[tokio::test]
async fn order_and_repetition_are_set_once() {
    let room = Room::of(ADA).await;
    let shuffled = room.player().shuffle;
    let arguments = json!({"action": "shuffle", "value": !shuffled});
    let told = room.done("control_playback", arguments.clone()).await;
    assert_eq!(
        (&told["verified"], &told["shuffle"]),
        (&json!(true), &json!(!shuffled))
    );
    room.done("control_playback", arguments).await;
    let repeat = json!({"action": "repeat", "value": "context"});
    let told = room.done("control_playback", repeat).await;
    assert_eq!(
        (&told["verified"], &told["repeat"]),
        (&json!(true), &json!("context"))
    );
    assert_eq!(
        room.writes(),
        [
            format!("shuffles {}", !shuffled),
            "repeats context".to_owned()
        ]
    );
}

#[tokio::test]
async fn what_happened_meanwhile_is_a_success_too() {
    let room = Room::of(HANA).await;
    // The first look still shows music; the command then meets silence.
    room.app
        .spotify
        .put_on(&room.me.spotify_id, &OnAir::Uri(room.player().uri.unwrap()));
    let refusal = Action::Status {
        status: 403,
        message: "Player command failed: Restriction violated".to_owned(),
        reason: Some("UNKNOWN".to_owned()),
        retry_after: None,
    };
    let fault = Fault::new(refusal)
        .on("PUT", "/v1/me/player/pause")
        .times(0, 1);
    room.app.spotify.add_fault(fault);
    let said = room
        .refused("control_playback", json!({"action": "pause"}), "restricted")
        .await;
    assert!(said.contains("get_playback"), "{said}");
    let expected = counts([("PUT /v1/me/player/pause", 1), ("GET /v1/me/player", 2)]);
    assert_eq!(
        room.calls(),
        expected,
        "it looked whether it was paused all the same"
    );
}

#[tokio::test]
async fn where_nothing_plays_pausing_is_done_and_skipping_is_not() {
    let room = Room::of(ADA).await;
    room.app
        .spotify
        .put_on(&room.me.spotify_id, &OnAir::Nothing);
    let told = room
        .done("control_playback", json!({"action": "pause"}))
        .await;
    assert_eq!(
        (&told["verified"], &told["is_playing"]),
        (&json!(true), &json!(false))
    );
    let next = json!({"action": "next", "device": "phone"});
    let said = room.refused("control_playback", next, "restricted").await;
    assert!(said.contains("`play`"), "{said}");
}

#[tokio::test]
async fn a_device_that_does_not_play_is_asked_and_its_refusal_names_the_one_that_does() {
    let room = Room::of(ADA).await;
    for action in ["next", "previous"] {
        let arguments = json!({"action": action, "device": "phone"});
        let said = room
            .refused("control_playback", arguments, "restricted")
            .await;
        assert!(said.contains("transfer_playback"), "{said}");
    }
    let arguments = json!({"action": "pause", "device": "phone"});
    let told = room.done("control_playback", arguments).await;
    assert!(
        told["notes"].to_string().contains("was not playing"),
        "{told}"
    );
    assert!(room.player().playing);
}
