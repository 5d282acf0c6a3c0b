//! What is taken away from a key: kept, told, and never given back by a request.

use auxcord::app::{KeyKind, KeyLimits, Toolset};
use serde_json::json;

use super::{kept, key, names, tools};
use crate::harness::{Client, Program, TestApp, app::NOON, mcp::Answer, sql::Hand};

const LIST: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;

fn list_of(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_key_sees_only_the_tools_that_it_names_but_those_that_it_excludes() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let all = tools(&app.client(&person.key)).await;
    for (limits, expected) in [
        (
            KeyLimits {
                tools: Some(list_of(&["search", "create_playlist"])),
                ..KeyLimits::default()
            },
            kept(&all, |name| ["search", "create_playlist"].contains(&name)),
        ),
        (
            KeyLimits {
                exclude_tools: vec!["search".to_owned()],
                ..KeyLimits::default()
            },
            kept(&all, |name| name != "search"),
        ),
        (
            KeyLimits {
                read_only: true,
                tools: Some(list_of(&["search", "get_status", "create_playlist"])),
                exclude_tools: vec!["get_status".to_owned()],
                toolsets: Some(vec![Toolset::Spoken]),
            },
            vec!["search".to_owned()],
        ),
        (
            KeyLimits {
                tools: Some(Vec::new()),
                ..KeyLimits::default()
            },
            Vec::new(),
        ),
    ] {
        let made = key(&app, &person.spotify_id, KeyKind::Api, limits.clone()).await;
        let client = app.client(&made);
        assert_eq!(tools(&client).await, expected, "{limits:?}");
        if !expected.contains(&"get_status".to_owned()) {
            let told = client.refused("get_status", json!({})).await;
            assert!(told.contains("this key may not use it"), "{told}");
        }
    }
}

#[tokio::test]
async fn a_request_does_not_give_a_key_back_what_was_taken_away() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let limits = KeyLimits {
        tools: Some(list_of(&["search"])),
        ..KeyLimits::default()
    };
    let made = key(&app, &person.spotify_id, KeyKind::Api, limits).await;
    for (header, value, expected) in [
        ("x-mcp-tools", "search,get_status", vec!["search"]),
        ("x-mcp-tools", "get_status", vec![]),
        ("x-mcp-toolsets", "core", vec!["search"]),
        ("x-mcp-exclude-tools", "search", vec![]),
    ] {
        let request = app.client(&made).post(LIST).header(header, value);
        assert_eq!(
            names(&Answer::read(request).await),
            expected,
            "{header}: {value}"
        );
    }
}

#[tokio::test]
async fn the_operator_limits_a_key_on_the_command_line_and_sees_it_in_the_list() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let program = Program::beside(&app);
    let create = ["keys", "create", &person.spotify_id, "--label", "limited"];
    let limits = [
        "--read-only",
        "--tools",
        "search,get_current_track,add_to_playlist",
        "--exclude-tools",
        "search_tracks",
    ];
    let made = program.run(&[&create[..], &limits].concat()).await;
    let client = app.client(made.printed().trim_end());
    assert_eq!(tools(&client).await, ["get_playback"]);
    let listed = program.run(&["keys", "list"]).await;
    let row = listed
        .printed()
        .lines()
        .find(|line| line.contains("limited"));
    let row = row.unwrap();
    assert!(
        row.contains("read-only, search+get_playback+add_to_playlist, without search"),
        "{row}"
    );
    for (flag, wrong) in [
        ("--tools", "serach"),
        ("--exclude-tools", "search,create_playlst"),
    ] {
        let refused = program.run(&[&create[..], &[flag, wrong]].concat()).await;
        assert!(refused.out.is_empty(), "{refused:?}");
        assert!(
            refused.err.contains("there is no tool") && refused.err.contains("did you mean"),
            "{refused:?}"
        );
    }
    let export = program.run(&["users", "export", &person.spotify_id]).await;
    let export: serde_json::Value = serde_json::from_str(export.printed()).unwrap();
    let keys = export["keys"].as_array().unwrap();
    let limited = keys.iter().find(|key| key["label"] == "limited").unwrap();
    assert_eq!(limited["exclude_tools"], json!(["search"]));
    assert_eq!(
        limited["tools"],
        json!(["search", "get_playback", "add_to_playlist"])
    );
}

/// Keys that were made before tools could be named have nothing in the new columns.
#[tokio::test]
async fn a_key_without_such_limits_is_as_it_was() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut hand = Hand::on(&app.database).await;
    let kept = hand
        .texts("select count(*) || '' from api_keys where tools is null and exclude_tools is null")
        .await;
    assert_eq!(kept, ["2"]);
    assert_eq!(app.clock.now(), NOON);
    assert!(tools(&app.client(&person.key)).await.len() >= 9);
}

#[tokio::test]
async fn at_the_address_that_only_reads_the_address_is_the_reason() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let reader = Client::new(&format!("{}/mcp/readonly", app.origin), &person.key);
    let made = json!({"name": "Mine"});
    let told = reader.refused("create_playlist", made.clone()).await;
    assert!(
        told.starts_with("not_offered: ")
            && told.contains("the address that this connection goes to"),
        "{told}"
    );
    assert!(!told.contains("this key"), "{told}");
    let limits = KeyLimits {
        read_only: true,
        ..KeyLimits::default()
    };
    let key = key(&app, &person.spotify_id, KeyKind::Api, limits).await;
    for path in ["mcp", "mcp/readonly"] {
        let client = Client::new(&format!("{}/{path}", app.origin), &key);
        let told = client.refused("create_playlist", made.clone()).await;
        assert!(told.contains("this key may not use it"), "{path}: {told}");
    }
}
