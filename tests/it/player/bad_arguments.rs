//! Arguments that make no sense are refused before anything is sent.

use serde_json::json;

use super::stage::{ADA, Room};

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "a case is a line or two, and there are many"
)]
async fn senseless_arguments_are_refused_and_change_nothing() {
    let room = Room::of(ADA).await;
    let id = "0000000000000000000001";
    let album = format!("spotify:album:{id}");
    let cases = [
        ("play", json!({"query": "x", "refs": [id]}), "not both"),
        ("play", json!({"query": " "}), "blank"),
        ("play", json!({"query": ""}), "1 to 500"),
        (
            "play",
            json!({"refs": ["spotify:user:somebody"]}),
            "account",
        ),
        (
            "play",
            json!({"refs": [format!("spotify:chapter:{id}")]}),
            "audiobooks",
        ),
        (
            "play",
            json!({"refs": ["spotify:local:a:b:c:1"]}),
            "local file",
        ),
        ("play", json!({"refs": [album, id]}), "stand alone"),
        (
            "play",
            json!({"refs": [id], "start_at": 1}),
            "album or playlist",
        ),
        (
            "play",
            json!({"refs": [album], "start_at": album}),
            "0-based position",
        ),
        (
            "play",
            json!({"refs": [id, id], "in_context": true}),
            "one track",
        ),
        (
            "play",
            json!({"refs": [id], "position_ms": -1}),
            "position_ms",
        ),
        (
            "control_playback",
            json!({"action": "volume", "value": 101}),
            "0 to 100",
        ),
        (
            "control_playback",
            json!({"action": "volume"}),
            "got nothing",
        ),
        (
            "control_playback",
            json!({"action": "seek", "value": -5}),
            "0 or more",
        ),
        (
            "control_playback",
            json!({"action": "seek", "value": "soon"}),
            "milliseconds",
        ),
        (
            "control_playback",
            json!({"action": "shuffle", "value": "maybe"}),
            "true or false",
        ),
        (
            "control_playback",
            json!({"action": "repeat", "value": true}),
            "off, track or context",
        ),
        (
            "control_playback",
            json!({"action": "next", "count": 11}),
            "1 to 10",
        ),
        (
            "control_playback",
            json!({"action": "pause", "count": 2}),
            "`count`",
        ),
        (
            "control_playback",
            json!({"action": "pause", "value": 2}),
            "`value`",
        ),
        (
            "control_playback",
            json!({"action": "next", "relative": true}),
            "`relative`",
        ),
        ("control_playback", json!({"action": "stop"}), "one of"),
        ("add_to_queue", json!({"items": vec!["x"; 21]}), "1 to 20"),
        ("add_to_queue", json!({"items": []}), "1 to 20"),
        (
            "add_to_queue",
            json!({"items": ["spotify:local:a:b:c:1", " "]}),
            "local file",
        ),
        ("transfer_playback", json!({"device": ""}), "1 to 200"),
        (
            "transfer_playback",
            json!({"device": "x", "play": "maybe"}),
            "keep",
        ),
        ("transfer_playback", json!({}), "required"),
    ];
    for (tool, arguments, word) in cases {
        let said = room
            .refused(tool, arguments.clone(), "invalid_argument")
            .await;
        assert!(said.contains(word), "{arguments}: {said}");
    }
    let calls = room.calls();
    assert!(
        !calls.keys().any(|call| call.contains("/me/player")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn words_that_nothing_is_called_are_not_played() {
    let room = Room::of(ADA).await;
    let said = room
        .refused("play", json!({"query": "qqqzzzxxqqzz"}), "not_found")
        .await;
    assert!(said.contains("qqqzzzxxqqzz"), "{said}");
    let said = room
        .refused(
            "play",
            json!({"refs": ["no playlist of mine"]}),
            "not_found",
        )
        .await;
    assert!(said.contains("no playlist of mine"), "{said}");
}
