//! Asking for more: what a client did not ask for is listed and answered with all that it needs; what the person
//! withheld is neither.

use serde_json::{Value, json};

use super::grants::{ALL, at, challenge, start};
use crate::harness::{
    Client, Setup, TestApp,
    grant::{Wish, give},
    http,
    mcp::{Answer, MODERN},
};

async fn listed(client: &Client) -> Vec<String> {
    let answer = client.rpc(1, "tools/list", json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let tools = answer.body["result"]["tools"].as_array().unwrap();
    tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect()
}

fn create() -> Value {
    json!({ "name": "create_playlist", "arguments": { "name": "Story" } })
}

/// The answer says all that the operation needs, and where to begin.
fn assert_step_up(app: &TestApp, answer: &Answer, scopes: &str) {
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert_eq!(answer.body["error"], "insufficient_scope");
    let wanted = format!(
        r#"Bearer error="insufficient_scope", scope="{scopes}", resource_metadata="{}/.well-known/oauth-protected-resource/mcp""#,
        app.origin
    );
    assert_eq!(challenge(answer), wanted);
}

/// J9
#[tokio::test]
async fn what_the_client_did_not_ask_for_is_listed_and_asks_it_to_step_up() {
    let (app, person) = start().await;
    let token = give(&app, &person, Wish::of("music:read")).await.token;
    let client = at(&app, "/mcp", &token);
    let all = listed(&app.client(&person.key)).await;
    assert_eq!(listed(&client).await, all);

    let write = "music:read playlists:write";
    assert_step_up(&app, &client.rpc(1, "tools/call", create()).await, write);
    assert_step_up(&app, &client.modern(1, "tools/call", create()).await, write);
    let pasted = at(&app, "/", &token)
        .modern(1, "tools/call", create())
        .await;
    assert_step_up(&app, &pasted, write);
    client.done("search", json!({ "query": "night" })).await;
    assert!(app.spotify.take_writes().is_empty());
}

#[tokio::test]
async fn an_old_name_of_a_tool_asks_for_the_same() {
    let (app, person) = start().await;
    let token = give(&app, &person, Wish::of("music:read")).await.token;
    let client = at(&app, "/mcp", &token);
    let old = json!({ "name": "add_tracks_to_playlist", "arguments": {} });
    assert_step_up(
        &app,
        &client.rpc(1, "tools/call", old).await,
        "music:read playlists:write",
    );
}

#[tokio::test]
async fn a_name_that_no_header_can_hold_is_read_all_the_same() {
    let (app, person) = start().await;
    let token = give(&app, &person, Wish::of("music:read")).await.token;
    for (name, status) in [
        // create_playlist
        ("=?base64?Y3JlYXRlX3BsYXlsaXN0?=", 403),
        ("create_playlist", 403),
        ("=?base64?!!?=", 400),
    ] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": "create_playlist", "arguments": { "name": "Story" },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        }});
        let request = http()
            .build()
            .unwrap()
            .post(format!("{}/mcp", app.origin))
            .bearer_auth(&token)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", MODERN)
            .header("mcp-method", "tools/call")
            .header("mcp-name", name)
            .body(body.to_string());
        let answer = Answer::read(request).await;
        assert_eq!(answer.status, status, "{name} {}", answer.body);
    }
    assert!(app.spotify.take_writes().is_empty());
}

/// Whatever headers and body say, the tool itself looks once more.
#[tokio::test]
async fn a_body_that_says_another_thing_than_its_headers_changes_nothing() {
    let (app, person) = start().await;
    let token = give(&app, &person, Wish::of("music:read")).await.token;
    let client = at(&app, "/mcp", &token);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": create() });
    for (version, method, name) in [
        (MODERN, "tools/call", "search"),
        (MODERN, "tools/list", "search"),
        ("2099-01-01", "tools/list", "search"),
        ("zzz", "tools/list", "search"),
    ] {
        let mut request = client
            .post(body.to_string())
            .header("mcp-method", method)
            .header("mcp-name", name)
            .build()
            .unwrap();
        request
            .headers_mut()
            .insert("mcp-protocol-version", version.parse().unwrap());
        let answer = http().build().unwrap().execute(request).await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        let done = status == 200 && !text.contains(r#""isError":true"#);
        assert!(!done, "{version} {method} {status} {text}");
    }
    assert!(app.spotify.take_writes().is_empty());
}

#[tokio::test]
async fn what_the_person_withheld_is_not_listed_and_asks_for_nothing() {
    let (app, person) = start().await;
    let wish = Wish {
        withheld: "playlists:write",
        ..Wish::of("music:read")
    };
    let token = give(&app, &person, wish).await.token;
    let client = at(&app, "/mcp", &token);
    let tools = listed(&client).await;
    assert!(tools.iter().any(|tool| tool == "search"), "{tools:?}");
    for hidden in ["create_playlist", "add_to_playlist"] {
        assert!(!tools.iter().any(|tool| tool == hidden), "{tools:?}");
    }
    let told = client
        .refused("create_playlist", json!({ "name": "Story" }))
        .await;
    assert!(told.contains("did not allow it to this client"), "{told}");
    let modern = client.modern(1, "tools/call", create()).await;
    assert_eq!(
        (modern.status, &modern.body["result"]["isError"]),
        (200, &json!(true))
    );
}

#[tokio::test]
async fn a_token_that_may_not_read_is_asked_to_step_up_for_what_reads() {
    let (app, person) = start().await;
    let token = give(&app, &person, Wish::of("playlists:write")).await.token;
    let client = at(&app, "/mcp", &token);
    for (method, params, scopes) in [
        (
            "tools/call",
            json!({ "name": "search", "arguments": { "query": "night" } }),
            "music:read",
        ),
        (
            "resources/read",
            json!({ "uri": "spotify://status" }),
            "music:read",
        ),
        (
            "prompts/get",
            json!({ "name": "weekly_discovery" }),
            "music:read",
        ),
        (
            "completion/complete",
            json!({
                "ref": { "type": "ref/prompt", "name": "build_playlist" },
                "argument": { "name": "vibe", "value": "" }
            }),
            "music:read",
        ),
    ] {
        let legacy = client.rpc(1, method, params.clone()).await;
        assert_step_up(&app, &legacy, scopes);
        let modern = client.modern(1, method, params).await;
        assert_step_up(&app, &modern, scopes);
    }
    assert!(!listed(&client).await.is_empty());
    client
        .done("create_playlist", json!({ "name": "Story" }))
        .await;
    assert_eq!(app.spotify.take_writes().len(), 1, "what it asked for");
}

#[tokio::test]
async fn with_reading_withheld_nothing_is_read_and_nothing_is_asked_for() {
    let (app, person) = start().await;
    let wish = Wish {
        withheld: "music:read",
        ..Wish::of("playlists:write")
    };
    let token = give(&app, &person, wish).await.token;
    let client = at(&app, "/mcp", &token);
    assert_eq!(
        listed(&client).await,
        crate::harness::tools::names(|tool| tool.writes)
    );
    let read = client
        .rpc(1, "resources/read", json!({ "uri": "spotify://status" }))
        .await;
    assert_eq!(read.status, 200, "{}", read.body);
    let told = read.body["error"]["message"].as_str().unwrap();
    assert!(told.contains("insufficient_scope"), "{told}");
    client
        .done("create_playlist", json!({ "name": "Story" }))
        .await;
    assert_eq!(app.spotify.take_writes().len(), 1);
}

#[tokio::test]
async fn at_the_address_that_only_reads_nothing_asks_for_writing() {
    let (app, person) = start().await;
    let wish = Wish {
        path: "/mcp/readonly",
        ..Wish::of(ALL)
    };
    let token = give(&app, &person, wish).await.token;
    let client = at(&app, "/mcp/readonly", &token);
    let tools = listed(&client).await;
    assert!(
        !tools.iter().any(|tool| tool == "create_playlist"),
        "{tools:?}"
    );
    client
        .refused("create_playlist", json!({ "name": "Story" }))
        .await;
    client.done("search", json!({ "query": "night" })).await;
    assert!(app.spotify.take_writes().is_empty());
}

#[tokio::test]
async fn what_the_operator_switched_off_asks_for_nothing() {
    let setup = Setup::default().with("EXCLUDE_TOOLS", "create_playlist");
    let app = TestApp::start_with(setup).await;
    let person = app.connect_first().await;
    let token = give(&app, &person, Wish::of("music:read")).await.token;
    let client = at(&app, "/mcp", &token);
    let told = client
        .refused("create_playlist", json!({ "name": "Story" }))
        .await;
    assert!(told.contains("this server does not offer it"), "{told}");
}

#[tokio::test]
async fn a_key_is_never_asked_to_step_up() {
    let (app, person) = start().await;
    let client = at(&app, "/mcp/readonly", &person.key);
    let answer = client.modern(1, "tools/call", create()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["result"]["isError"], true);
}

/// The layer that reads the operation leaves to the endpoint what it cannot read.
#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_as_for_everybody() {
    let app = TestApp::start_with(Setup::default().with("MAX_BODY_BYTES", "1024")).await;
    let person = app.connect_first().await;
    let token = give(&app, &person, Wish::of("music:read")).await.token;
    let (by_grant, by_key) = (at(&app, "/mcp", &token), app.client(&person.key));
    let long = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}}{}",
        " ".repeat(2_000)
    );
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    for sent in [
        &long,
        "",
        "{",
        "hello",
        "[]",
        "42",
        r#"{"method":7}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","name":"create_playlist"}}"#,
        &format!("[{list},{list}]"),
        list,
    ] {
        let one = Answer::read(by_grant.post(sent.to_owned())).await;
        let other = Answer::read(by_key.post(sent.to_owned())).await;
        assert_eq!(
            (one.status, &one.body),
            (other.status, &other.body),
            "{sent}"
        );
    }
}
