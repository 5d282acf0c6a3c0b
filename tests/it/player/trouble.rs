//! Without Premium, without permission, without a link, and with two who command at once.

use std::time::Duration;

use auxcord::sandbox::{Action, Fault};
use serde_json::json;

use super::stage::{ADA, BEN, Room};

#[tokio::test]
async fn without_premium_every_command_says_so_and_the_status_remembers_for_a_while() {
    let room = Room::of(BEN).await;
    let status = room.done("get_status", json!({})).await;
    assert_eq!(status["premium"], "unknown");
    for (tool, arguments) in [
        ("play", json!({"query": "paper moon"})),
        ("control_playback", json!({"action": "next"})),
        ("add_to_queue", json!({"items": ["paper moon"]})),
        ("transfer_playback", json!({"device": "laptop"})),
    ] {
        let said = room.refused(tool, arguments, "premium_required").await;
        assert!(
            said.contains("Search, playlists and the library work"),
            "{said}"
        );
    }
    let status = room.done("get_status", json!({})).await;
    assert_eq!(status["premium"], "no");
    room.app.spotify.set_premium(&room.me.spotify_id, true);
    room.done("control_playback", json!({"action": "next"}))
        .await;
    room.writes();
    let status = room.done("get_status", json!({})).await;
    assert_eq!(
        status["premium"], "yes",
        "a refusal is not held against anybody"
    );
    room.app.advance(Duration::from_mins(31));
    let status = room.done("get_status", json!({})).await;
    assert_eq!(status["premium"], "unknown");
}

#[tokio::test]
async fn an_ended_link_is_told_with_the_way_back() {
    let room = Room::of(ADA).await;
    room.app.spotify.revoke(&room.me.spotify_id);
    for (tool, arguments) in [
        ("play", json!({"query": "paper moon"})),
        ("control_playback", json!({"action": "pause"})),
        ("add_to_queue", json!({"items": ["paper moon"]})),
        ("transfer_playback", json!({"device": "phone"})),
    ] {
        let said = room.refused(tool, arguments, "reauth_required").await;
        assert!(said.contains("/auth/login"), "{said}");
    }
}

#[tokio::test]
async fn a_permission_that_was_not_given_is_named() {
    let room = Room::of(ADA).await;
    let refusal = Action::Status {
        status: 403,
        message: "Insufficient client scope".to_owned(),
        reason: None,
        retry_after: None,
    };
    room.app
        .spotify
        .add_fault(Fault::new(refusal).on("PUT", "/v1/me/player"));
    for (tool, arguments) in [
        ("play", json!({"query": "paper moon"})),
        ("control_playback", json!({"action": "pause"})),
        ("transfer_playback", json!({"device": "phone"})),
    ] {
        let said = room.refused(tool, arguments, "missing_scope").await;
        assert!(said.contains("user-modify-playback-state"), "{said}");
    }
}

#[tokio::test]
async fn a_failure_of_spotify_at_the_command_says_that_it_is_unknown() {
    let room = Room::of(ADA).await;
    let broken = Fault::new(Action::Html { status: 502 }).on("POST", "/v1/me/player/next");
    room.app.spotify.add_fault(broken);
    let said = room
        .client
        .refused("control_playback", json!({"action": "next"}))
        .await;
    assert!(
        said.starts_with("upstream_error: ") && said.contains("unknown"),
        "{said}"
    );
    assert!(said.contains("`get_playback`"), "{said}");
    assert_eq!(
        room.calls()["POST /v1/me/player/next"],
        1,
        "and it is not repeated"
    );
}

#[tokio::test]
async fn a_look_that_fails_does_not_undo_an_accepted_command() {
    let room = Room::of(ADA).await;
    let track = room.uris("Satellites").await.remove(0);
    let broken = Fault::new(Action::RateLimited { retry_after: 600 }).on("GET", "/v1/me/player");
    room.done("get_playback", json!({"include": ["devices"]}))
        .await;
    room.app.spotify.add_fault(broken.times(1, 100));
    let told = room.done("play", json!({"refs": [track]})).await;
    assert_eq!(told["verified"], false);
    assert!(told["notes"].to_string().contains("accepted"), "{told}");
    assert_eq!(room.writes(), [format!("played {track}")]);
}

#[tokio::test]
async fn a_device_that_is_away_for_the_moment_is_looked_at_and_not_commanded_twice() {
    let room = Room::of(ADA).await;
    let away = Fault::new(Action::Empty { status: 202 }).on("PUT", "/v1/me/player/pause");
    room.app.spotify.add_fault(away);
    let told = room
        .done("control_playback", json!({"action": "pause"}))
        .await;
    assert_eq!(
        (&told["verified"], &told["is_playing"]),
        (&json!(false), &json!(true))
    );
    assert!(told["notes"].to_string().contains("unavailable"), "{told}");
    let calls = room.calls();
    assert_eq!(
        (calls["PUT /v1/me/player/pause"], calls["GET /v1/me/player"]),
        (1, 4)
    );
}

#[tokio::test]
async fn commands_of_one_person_wait_for_each_other() {
    let room = Room::of(ADA).await;
    let uris = room.uris("Satellites").await;
    let hold = Fault::new(Action::Hold)
        .on("PUT", "/v1/me/player/play")
        .times(0, 1);
    room.app.spotify.add_fault(hold);
    let (first, second) = (room.client.clone(), room.client.clone());
    let play = json!({"refs": [uris[0]]});
    let first = tokio::spawn(async move { first.done("play", play).await });
    room.app.spotify.until_held(1).await;
    let pause = json!({"action": "pause"});
    let second = tokio::spawn(async move { second.done("control_playback", pause).await });
    // Long enough for the second to come in between if it could.
    for _ in 0..5 {
        room.client
            .done("get_playback", json!({"include": ["devices"]}))
            .await;
    }
    assert_eq!(room.app.spotify.count("PUT /v1/me/player/pause"), 0);
    room.app.spotify.release();
    let (played, paused) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(
        (&played["verified"], &paused["verified"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        room.writes(),
        [format!("played {}", uris[0]), "paused".to_owned()]
    );
}
