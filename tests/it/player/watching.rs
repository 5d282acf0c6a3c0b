//! What whoever watches is told while something is found, begun and looked at; and that nobody else is told.

use auxcord::sandbox::{Action, Fault};
use serde_json::json;

use super::stage::{ADA, HANA, Room};
use crate::harness::mcp::{LEGACY, MODERN};

#[tokio::test]
async fn finding_waking_starting_and_looking_are_told_one_after_the_other() {
    for era in [LEGACY, MODERN] {
        let room = Room::of(HANA).await;
        let asleep = Action::Status {
            status: 404,
            message: "Player command failed: No active device found".to_owned(),
            reason: Some("NO_ACTIVE_DEVICE".to_owned()),
            retry_after: None,
        };
        let fault = Fault::new(asleep).on("PUT", "/v1/me/player/play");
        room.app.spotify.add_fault(fault.times(0, 1));
        let asked = json!({"query": "satellites"});
        let watched = room.client.watch(era, "play", &asked).await;
        watched.assert_rising();
        assert_eq!(watched.progress.len(), 5, "{watched:?}");
        assert_eq!(watched.result["structuredContent"]["verified"], true);
        room.writes();
    }
}

#[tokio::test]
async fn twenty_in_a_row_are_told_one_after_the_other() {
    for era in [LEGACY, MODERN] {
        let room = Room::of(ADA).await;
        let (_, mut rows) = room.playlist("A hundred");
        rows.retain(|uri| uri.starts_with("spotify:track:"));
        rows.truncate(20);
        let asked = json!({"items": rows});
        let watched = room.client.watch(era, "add_to_queue", &asked).await;
        watched.assert_rising();
        assert_eq!(watched.progress.len(), 41, "20 read, 20 queued, 1 look");
        let told = &watched.result["structuredContent"];
        assert_eq!(told["queued"].as_array().unwrap().len(), 20);
        room.writes();
    }
}

#[tokio::test]
async fn who_does_not_watch_is_told_nothing() {
    let room = Room::of(ADA).await;
    let (_, rows) = room.playlist("Fifty");
    for (tool, arguments) in [
        ("play", json!({"query": "satellites"})),
        ("add_to_queue", json!({"items": &rows[..5]})),
    ] {
        let params = json!({"name": tool, "arguments": arguments});
        for answer in [
            room.client.rpc(1, "tools/call", params.clone()).await,
            room.client.modern(1, "tools/call", params).await,
        ] {
            let kind = &answer.headers["content-type"];
            assert_eq!(kind, "application/json", "{tool}");
            assert_ne!(answer.body["result"]["isError"], true, "{}", answer.body);
        }
    }
    room.writes();
}
