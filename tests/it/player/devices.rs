//! Which device a command goes to, and what is said when there is none.

use auxcord::sandbox::{Action, Fault, OnAir};
use serde_json::json;

use super::stage::{ADA, DMITRI, FARID, HANA, Room};

#[tokio::test]
async fn without_a_device_nothing_is_sent_and_the_user_is_to_open_spotify() {
    let room = Room::of(DMITRI).await;
    for (tool, arguments) in [
        ("play", json!({"query": "paper moon"})),
        ("play", json!({})),
        ("control_playback", json!({"action": "resume"})),
        ("add_to_queue", json!({"items": ["paper moon"]})),
        ("transfer_playback", json!({"device": "kitchen"})),
    ] {
        let said = room.refused(tool, arguments, "no_device").await;
        assert!(said.contains("open Spotify"), "{said}");
    }
}

#[tokio::test]
async fn where_several_sleep_the_error_lists_them() {
    let room = Room::of(ADA).await;
    let track = room.uris("Satellites").await.remove(0);
    room.app
        .spotify
        .put_on(&room.me.spotify_id, &OnAir::Nothing);
    let said = room
        .refused("play", json!({"refs": [track]}), "no_device")
        .await;
    for device in ["Laptop", "Phone"] {
        assert!(said.contains(&room.device(device)), "{said}");
        assert!(said.contains(&room.device_id(device)), "{said}");
    }
    let arguments = json!({"refs": [track], "device": "phone"});
    let told = room.done("play", arguments).await;
    assert_eq!(
        (&told["verified"], &told["device"]),
        (&json!(true), &json!(room.device("Phone")))
    );
    room.writes();
}

#[tokio::test]
async fn devices_of_one_name_are_candidates_with_their_ids() {
    let room = Room::of(ADA).await;
    let me = &room.me.spotify_id;
    let ids =
        ["Speaker", "TV"].map(|sort| room.app.spotify.add_device(me, "Kitchen", sort).unwrap());
    let arguments = json!({"query": "paper moon", "device": "kitchen"});
    let said = room.refused("play", arguments, "ambiguous").await;
    assert!(ids.iter().all(|id| said.contains(id)), "{said}");
    let arguments = json!({"query": "satellites", "device": ids[1].to_uppercase()});
    let told = room.done("play", arguments).await;
    assert_eq!(
        (&told["verified"], &told["device"]),
        (&json!(true), &json!("Kitchen"))
    );
    room.writes();
}

#[tokio::test]
async fn an_unknown_name_is_answered_with_the_names_that_there_are() {
    let room = Room::of(ADA).await;
    let arguments = json!({"action": "volume", "value": 5, "device": "garage"});
    let said = room
        .refused("control_playback", arguments, "no_device")
        .await;
    assert!(
        said.contains("\"garage\"") && said.contains(&room.device("Phone")),
        "{said}"
    );
}

#[tokio::test]
async fn a_device_that_takes_no_commands_is_refused_with_the_reason() {
    let room = Room::of(FARID).await;
    for (tool, arguments) in [
        ("play", json!({"query": "paper moon", "device": "car"})),
        ("transfer_playback", json!({"device": "car"})),
        (
            "add_to_queue",
            json!({"items": ["paper moon"], "device": "car"}),
        ),
        (
            "control_playback",
            json!({"action": "pause", "device": "car"}),
        ),
    ] {
        let said = room.refused(tool, arguments, "no_device").await;
        assert!(
            said.contains("takes no commands") && said.contains("Kitchen"),
            "{said}"
        );
    }
    let told = room
        .done("get_playback", json!({"include": ["devices"]}))
        .await;
    assert_eq!(told["devices"][0]["restricted"], true, "{told}");
}

#[tokio::test]
async fn a_sleeping_device_is_woken_once_and_the_command_sent_again() {
    let room = Room::of(HANA).await;
    let track = room.uris("Satellites").await.remove(0);
    room.app
        .spotify
        .put_on(&room.me.spotify_id, &OnAir::Nothing);
    let told = room.done("add_to_queue", json!({"items": [track]})).await;
    assert_eq!(
        (&told["verified"], &told["queued"][0]["uri"]),
        (&json!(true), &json!(track))
    );
    let phone = room.device_id("Phone");
    assert_eq!(
        room.writes(),
        [format!("moved to {phone}"), format!("queued {track}")]
    );
    assert_eq!(room.player().queue.first(), Some(&track));
}

#[tokio::test]
async fn an_id_that_has_changed_is_looked_up_again() {
    let room = Room::of(ADA).await;
    let track = room.uris("Satellites").await.remove(0);
    room.app.spotify.add_fault(stale().times(0, 1));
    let told = room.done("play", json!({"refs": [track]})).await;
    assert_eq!(told["verified"], true, "{told}");
    let laptop = room.device_id("Laptop");
    assert_eq!(
        room.writes(),
        [format!("moved to {laptop}"), format!("played {track}")]
    );
}

#[tokio::test]
async fn a_device_that_never_wakes_is_given_up_after_one_more_try() {
    let room = Room::of(ADA).await;
    let track = room.uris("Satellites").await.remove(0);
    room.app.spotify.add_fault(stale());
    let said = room.client.refused("play", json!({"refs": [track]})).await;
    assert!(
        said.starts_with("no_device: ") && said.contains(&room.device("Phone")),
        "{said}"
    );
    assert_eq!(room.writes().len(), 1, "playback was moved once");
    assert_eq!(room.calls()["PUT /v1/me/player/play"], 2);
}

fn stale() -> Fault {
    let gone = Action::Status {
        status: 404,
        message: "Device not found".to_owned(),
        reason: None,
        retry_after: None,
    };
    Fault::new(gone).on("PUT", "/v1/me/player/play")
}
