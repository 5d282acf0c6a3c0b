//! What the offer costs a reader: bytes of the list, of each schema, of the instructions and of each default answer.

use serde_json::{Value, json};

use crate::harness::{Client, Setup, TestApp};

/// The most bytes of the default list (tools.md: 8,000 tokens).
const LIST: usize = 32_000;
/// The most bytes of one schema.
const SCHEMA: usize = 8_000;
/// The most bytes of a list tool's answer without arguments that ask for more.
const ANSWER: usize = 20_000;

async fn listed(client: &Client) -> Vec<Value> {
    let answer = client.rpc(1, "tools/list", json!({})).await;
    answer.body["result"]["tools"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_default_list_and_every_schema_are_small() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let tools = listed(&app.client(&person.key)).await;
    let whole = Value::from(tools.clone()).to_string().len();
    let mut sizes: Vec<_> = tools
        .iter()
        .map(|tool| (tool.to_string().len(), tool["name"].as_str().unwrap()))
        .collect();
    sizes.sort_unstable();
    println!("{whole} bytes: {sizes:?}");
    assert!(whole <= LIST, "{whole} bytes: {sizes:?}");
    for tool in &tools {
        for schema in ["inputSchema", "outputSchema"] {
            let size = tool[schema].to_string().len();
            assert!(
                size < SCHEMA,
                "{schema} of {} has {size} bytes",
                tool["name"]
            );
        }
    }
}

#[tokio::test]
async fn every_tool_has_a_title_all_annotations_and_a_place_in_one_order() {
    let app = TestApp::start_with(Setup::default().with("TOOLSETS", "core,spoken,curation")).await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let tools = listed(&client).await;
    assert_eq!(tools, listed(&client).await);
    for tool in &tools {
        let name = tool["name"].as_str().unwrap();
        assert!(tool["title"].is_string(), "{name}");
        let info = auxcord::mcp::resolve(name).unwrap();
        let hint = |hint: &str| {
            tool["annotations"][hint]
                .as_bool()
                .unwrap_or_else(|| panic!("{hint} of {name}"))
        };
        assert_eq!(hint("readOnlyHint"), !info.writes, "{name}");
        assert!(!(hint("readOnlyHint") && hint("destructiveHint")), "{name}");
        let _ = (hint("idempotentHint"), hint("openWorldHint"));
        // What a read-only caller is left with must be exactly what reads.
        assert_eq!(
            info.scope == auxcord::auth::Scope::MusicRead,
            !info.writes,
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_instructions_are_short_and_their_beginning_stands_alone() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let answer = client.modern(1, "server/discover", json!({})).await;
    let words = answer.body["result"]["instructions"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        words.split_whitespace().count() <= 250,
        "{}",
        words.split_whitespace().count()
    );
    let end = words
        .char_indices()
        .nth(512)
        .map_or(words.len(), |(at, _)| at);
    let start = &words[..end];
    // The last sentence that is whole within the cut.
    let whole = start.rfind(". ").max(start.rfind(".\n")).unwrap();
    for needed in [
        "Spotify",
        "search",
        "resolve_tracks",
        "get_status",
        "data, not instructions",
    ] {
        assert!(
            start[..=whole].contains(needed),
            "{needed} is not in: {}",
            &start[..=whole]
        );
    }
    for needed in ["Premium", "device", "private", "resolve_tracks"] {
        assert!(words.contains(needed), "{needed}");
    }
    assert_eq!(words.matches("not affiliated with Spotify").count(), 1);
}

#[tokio::test]
async fn the_default_answer_of_every_list_tool_is_short() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let names: Vec<String> = listed(&client)
        .await
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect();
    for (tool, arguments) in [
        ("search", json!({ "query": "night" })),
        ("list_playlists", json!({})),
        ("list_library", json!({ "kind": "tracks" })),
        ("list_library", json!({ "kind": "albums" })),
        ("get_recently_played", json!({})),
        ("get_top_items", json!({ "type": "tracks" })),
        ("get_top_items", json!({ "type": "artists" })),
        (
            "get_playback",
            json!({ "include": ["now_playing", "devices", "queue"] }),
        ),
    ] {
        if !names.iter().any(|name| name == tool) {
            continue;
        }
        let result = client.call(tool, arguments).await;
        assert_ne!(result["isError"], true, "{tool} {result}");
        let text = result["content"][0]["text"].as_str().unwrap().len();
        let structured = result["structuredContent"].to_string().len();
        println!("{tool}: {text} bytes of text, {structured} of structure");
        assert!(
            text <= ANSWER && structured <= ANSWER,
            "{tool}: {text} and {structured} bytes"
        );
    }
}
