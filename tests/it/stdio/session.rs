//! A session from its beginning to its end, in both eras.

use serde_json::{Value, json};

use super::stage::Machine;
use crate::harness::Setup;

#[tokio::test]
async fn both_eras_are_served_with_the_tools_of_a_server_and_connect() {
    let machine = Machine::new().await;
    let mut older = machine.start();
    let told = older.initialize(json!({})).await;
    assert_eq!(told["protocolVersion"], "2025-11-25");
    assert_eq!(told["serverInfo"]["name"], "auxcord");
    assert!(told["instructions"].as_str().unwrap().contains("`connect`"));
    let names = older.names().await;
    for name in [
        "connect",
        "get_status",
        "search",
        "play",
        "list_show_episodes",
    ] {
        assert!(names.iter().any(|one| one == name), "{name}: {names:?}");
    }
    let mut newer = machine.start();
    newer.modern = Some(json!({}));
    let told = newer.ask("server/discover", json!({})).await;
    let versions = told["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026-07-28")), "{told}");
    assert_eq!(newer.names().await, names);
}

#[tokio::test]
async fn what_an_operator_can_narrow_is_narrowed_here_too_but_never_the_way_in() {
    let mut machine = Machine::new().await;
    for (name, value) in [("TOOLSETS", "spoken"), ("READ_ONLY", "true")] {
        machine
            .environment
            .insert(name.to_owned(), value.to_owned());
    }
    let mut talk = machine.talk().await;
    let names = talk.names().await;
    assert!(names.contains(&"connect".to_owned()), "{names:?}");
    assert!(!names.contains(&"search".to_owned()), "{names:?}");
    machine
        .environment
        .insert("EXCLUDE_TOOLS".to_owned(), "connect".to_owned());
    let mut talk = machine.talk().await;
    assert!(!talk.names().await.contains(&"connect".to_owned()));
}

#[tokio::test]
async fn before_somebody_connects_every_tool_says_what_to_do() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    for (tool, arguments) in [
        ("search", json!({"query": "night"})),
        ("list_playlists", json!({})),
        ("play", json!({"query": "night"})),
        ("get_top_items", json!({"type": "tracks"})),
    ] {
        let words = talk.refused(tool, arguments).await;
        assert!(words.starts_with("reauth_required: "), "{tool}: {words}");
        assert!(words.contains("`connect`"), "{tool}: {words}");
        assert!(!words.contains("http"), "there is no page: {words}");
    }
    let status = talk.done("get_status", json!({})).await;
    assert_eq!(status["connected"], false);
    assert_eq!(status["reconnect_with"], "connect");
    let contents = talk
        .ask("resources/read", json!({"uri": "spotify://status"}))
        .await;
    let status: Value =
        serde_json::from_str(contents["contents"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(status["connected"], false);
    assert_eq!(machine.spotify().calls().len(), 0, "nobody was asked");
}

#[tokio::test]
async fn a_call_that_is_taken_back_stops_and_is_not_answered() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    machine.link(&mut talk).await;
    machine
        .spotify()
        .add_fault(auxcord::sandbox::Fault::new(auxcord::sandbox::Action::Hold));
    let held = talk.request(
        "tools/call",
        json!({"name": "search", "arguments": {"query": "night"}}),
    );
    machine.spotify().until_held(1).await;
    talk.notify(
        "notifications/cancelled",
        &json!({"requestId": held, "reason": "not wanted any more"}),
    );
    talk.ask("ping", json!({})).await;
    machine.spotify().clear_faults();
    machine.spotify().release();
    let status = talk.done("get_status", json!({})).await;
    assert_eq!(status["connected"], true);
}

#[tokio::test]
async fn in_the_newer_era_a_call_is_taken_back_in_the_same_way() {
    let machine = Machine::new().await;
    let mut talk = machine.start();
    talk.modern = Some(json!({}));
    machine.link(&mut talk).await;
    machine
        .spotify()
        .add_fault(auxcord::sandbox::Fault::new(auxcord::sandbox::Action::Hold));
    let held = talk.request(
        "tools/call",
        json!({"name": "search", "arguments": {"query": "night"}}),
    );
    machine.spotify().until_held(1).await;
    talk.notify("notifications/cancelled", &json!({"requestId": held}));
    // Spotify answers only after the program has read that, and the list asks nothing of it.
    let names = talk.names().await;
    assert!(names.len() > 20, "{names:?}");
    machine.spotify().clear_faults();
    machine.spotify().release();
}

#[tokio::test]
async fn a_question_that_was_answered_and_is_taken_back_ends_no_session() {
    let machine = Machine::new().await;
    let mut talk = machine.start();
    talk.modern = Some(json!({}));
    talk.ask("server/discover", json!({})).await;
    talk.notify("notifications/cancelled", &json!({"requestId": 1}));
    talk.modern = None;
    talk.initialize(json!({})).await;
    talk.names().await;
}

#[tokio::test]
async fn nothing_but_the_protocol_is_on_standard_output() {
    let mut machine = Machine::with(Setup::default()).await;
    machine
        .environment
        .insert("LOG".to_owned(), "trace".to_owned());
    let mut talk = machine.talk().await;
    machine.link(&mut talk).await;
    talk.done("search", json!({"query": "night"})).await;
    talk.close();
    let (status, lines, log) = talk.ended().await;
    assert!(status.success());
    assert_eq!(lines, Vec::<String>::new());
    assert!(!log.is_empty());
}
