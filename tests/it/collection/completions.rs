//! Stories of completions and prompts: the person's own names, at most one call, and never an error.

use std::time::Duration;

use serde_json::{Value, json};

use super::stage::{COLLECTOR, HOARDER, NEWCOMER, Stage, these};
use crate::harness::Setup;

const PLAYLISTS: &str = "GET /v1/me/playlists";

async fn completed(stage: &Stage, reference: Value, name: &str, typed: &str) -> Value {
    let asked = json!({"ref": reference, "argument": {"name": name, "value": typed}});
    let answer = stage.client.modern(1, "completion/complete", asked).await;
    answer.body["result"]["completion"].clone()
}

fn playlist() -> Value {
    json!({"type": "ref/resource", "uri": "spotify://playlists/{id}"})
}

fn prompt(name: &str) -> Value {
    json!({"type": "ref/prompt", "name": name})
}

fn values(completion: &Value) -> Vec<&str> {
    let values = completion["values"].as_array().unwrap();
    values.iter().map(|one| one.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_playlists_name_is_completed_in_one_call_and_can_be_read() {
    let stage = Stage::of(COLLECTOR).await;
    let all = completed(&stage, playlist(), "id", "").await;
    assert_eq!(values(&all).len(), 7);
    assert_eq!((&all["total"], &all["hasMore"]), (&json!(7), &json!(false)));
    assert_eq!(stage.calls(), these([(PLAYLISTS, 1)]));

    let typed = completed(&stage, playlist(), "id", "fif").await;
    let marker = &stage.me.marker;
    let expected = [format!("Fifty {marker}"), format!("Fifty-one {marker}")];
    let mut found = values(&typed);
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(typed, completed(&stage, playlist(), "id", "FIF").await);

    let uri = format!("spotify://playlists/{}", expected[0].replace(' ', "%20"));
    let asked = json!({"uri": uri});
    let read = stage.client.modern(1, "resources/read", asked).await;
    assert!(read.body["result"]["contents"].is_array(), "{}", read.body);
}

#[tokio::test]
async fn more_than_one_call_would_find_is_said_to_be_more() {
    let stage = Stage::of(HOARDER).await;
    let some = completed(&stage, playlist(), "id", "mix").await;
    assert_eq!(values(&some).len(), 50);
    assert_eq!(some["hasMore"], true);
    assert!(some["total"].is_null(), "{some}");
    assert_eq!(stage.calls(), these([(PLAYLISTS, 1)]));
}

#[tokio::test]
async fn prompts_complete_artists_playlists_and_shows() {
    let stage = Stage::of(COLLECTOR).await;
    let artists = completed(&stage, prompt("discover_similar"), "artist", "").await;
    assert!(values(&artists).len() > 10, "{artists}");
    let lists = completed(&stage, prompt("weekly_discovery"), "playlist", "every").await;
    assert_eq!(values(&lists), [format!("Everything {}", stage.me.marker)]);
    let shows = completed(&stage, prompt("weekly_discovery"), "show", "the l").await;
    assert_eq!(values(&shows), ["The Long Groove"]);
    let size = completed(&stage, prompt("build_playlist"), "size", "2").await;
    assert_eq!(values(&size), ["20"]);
    assert_eq!(
        stage.calls(),
        these([
            ("GET /v1/me/following", 1),
            (PLAYLISTS, 1),
            ("GET /v1/me/shows", 1)
        ])
    );
}

#[tokio::test]
async fn nothing_is_suggested_where_there_is_nothing_or_spotify_fails() {
    let empty = Stage::of(NEWCOMER).await;
    let none = completed(&empty, playlist(), "id", "").await;
    assert_eq!((&none["values"], &none["total"]), (&json!([]), &json!(0)));

    let stage = Stage::of(COLLECTOR).await;
    stage.failing("GET", "/v1/me/playlists", 0);
    for (reference, name) in [
        (playlist(), "id"),
        (playlist(), "name"),
        (
            json!({"type": "ref/resource", "uri": "spotify://other/{id}"}),
            "id",
        ),
        (prompt("weekly_discovery"), "playlist"),
        (prompt("no_such_prompt"), "playlist"),
        (prompt("build_playlist"), "no_such_argument"),
    ] {
        let none = completed(&stage, reference, name, "").await;
        assert_eq!(none["values"], json!([]), "{none}");
    }

    let stage = Stage::granting(COLLECTOR, "user-library-read").await;
    let none = completed(&stage, playlist(), "id", "").await;
    assert_eq!(none["values"], json!([]));
    assert_eq!(stage.calls(), these([]));
}

#[tokio::test]
async fn what_the_operator_withholds_is_not_suggested() {
    let setup = Setup::default().with("EXCLUDE_TOOLS", "list_playlists,list_show_episodes");
    let stage = Stage::set_up(COLLECTOR, setup, None).await;
    let none = completed(&stage, playlist(), "id", "").await;
    assert_eq!(none["values"], json!([]));
    let none = completed(&stage, prompt("weekly_discovery"), "show", "").await;
    assert_eq!(none["values"], json!([]));
    assert_eq!(stage.calls(), these([]));
}

#[tokio::test]
async fn a_prompt_says_more_when_more_is_given_and_takes_words_for_words() {
    let stage = Stage::of(COLLECTOR).await;
    let plain = json!({"name": "weekly_discovery"});
    let plain = stage.client.rpc(1, "prompts/get", plain).await;
    let given = json!({"name": "weekly_discovery", "arguments": {"show": "{playlist}"}});
    let more = stage.client.rpc(1, "prompts/get", given).await;
    let words = |answer: &Value| {
        let message = &answer["result"]["messages"][0]["content"]["text"];
        message.as_str().unwrap().to_owned()
    };
    let (plain, more) = (words(&plain.body), words(&more.body));
    assert!(!plain.contains("list_show_episodes"), "{plain}");
    assert!(
        more.contains("newest episodes of {playlist} that"),
        "{more}"
    );
    for text in [plain, more] {
        for name in text.split('`').skip(1).step_by(2) {
            assert!(auxcord::mcp::resolve(name).is_some(), "{name} is no tool");
        }
    }
    assert_eq!(stage.calls(), these([]));
}

#[tokio::test]
async fn the_names_of_devices_are_asked_for_once_while_somebody_types() {
    const DEVICES: &str = "GET /v1/me/player/devices";
    let stage = Stage::of(COLLECTOR).await;
    for typed in ["", "a", "ada's", "ada's l"] {
        let names = completed(&stage, prompt("build_playlist"), "device", typed).await;
        let first = format!("Ada's Laptop {}", stage.me.marker);
        assert_eq!(values(&names)[0], first, "{typed}");
    }
    assert_eq!(stage.calls(), these([(DEVICES, 1)]));
    let devices = json!({"include": ["devices"]});
    stage.done("get_playback", devices).await;
    assert_eq!(stage.calls(), these([(DEVICES, 1)]), "tools ask anew");
    stage.app.advance(Duration::from_secs(10));
    completed(&stage, prompt("build_playlist"), "device", "lapt").await;
    assert_eq!(stage.calls(), these([(DEVICES, 1)]));
}
