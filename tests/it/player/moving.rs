//! What `transfer_playback` moves.

use serde_json::json;

use super::stage::{ADA, HANA, Room, counts};

#[tokio::test]
async fn music_moves_to_a_device_by_a_part_of_its_name() {
    let room = Room::of(ADA).await;
    let before = room.player();
    let told = room
        .done("transfer_playback", json!({"device": "PHONE"}))
        .await;
    assert_eq!(
        (&told["verified"], &told["is_playing"]),
        (&json!(true), &json!(true))
    );
    let now = room.player();
    assert_eq!(now.device, Some(room.device("Phone")));
    assert_eq!(now.uri, before.uri);
    assert_eq!(
        room.writes(),
        [format!("moved to {}", room.device_id("Phone"))]
    );
    let expected = counts([
        ("GET /v1/me/player/devices", 1),
        ("PUT /v1/me/player", 1),
        ("GET /v1/me/player", 1),
    ]);
    assert_eq!(room.calls(), expected);
}

#[tokio::test]
async fn what_is_there_already_is_not_moved() {
    let room = Room::of(ADA).await;
    let arguments = json!({"device": room.device_id("Laptop"), "play": "keep"});
    let told = room.done("transfer_playback", arguments).await;
    assert_eq!(told["verified"], true);
    assert!(told["notes"].to_string().contains("already"), "{told}");
    assert_eq!(room.writes(), [""; 0]);
}

#[tokio::test]
async fn moving_can_start_the_music_or_stop_it() {
    let room = Room::of(HANA).await;
    let arguments = json!({"device": "phone", "play": true});
    let told = room.done("transfer_playback", arguments).await;
    assert_eq!(
        (&told["verified"], &told["is_playing"]),
        (&json!(true), &json!(true))
    );
    assert!(room.player().playing);
    room.writes();

    room.app
        .spotify
        .add_device(&room.me.spotify_id, "Attic", "Speaker");
    let arguments = json!({"device": "Attic", "play": false});
    let told = room.done("transfer_playback", arguments).await;
    assert_eq!(
        (&told["verified"], &told["is_playing"]),
        (&json!(true), &json!(false))
    );
    let now = room.player();
    assert_eq!((now.device.as_deref(), now.playing), (Some("Attic"), false));
    assert_eq!(room.writes().len(), 2);
}

#[tokio::test]
async fn a_paused_player_stays_paused_when_it_moves() {
    let room = Room::of(HANA).await;
    room.app
        .spotify
        .add_device(&room.me.spotify_id, "Attic", "Speaker");
    let told = room
        .done("transfer_playback", json!({"device": "attic"}))
        .await;
    assert_eq!(
        (&told["verified"], &told["is_playing"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(room.player().device.as_deref(), Some("Attic"));
    assert_eq!(room.writes().len(), 1);
}
