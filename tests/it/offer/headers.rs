//! `X-MCP-*`: a request does without. It can only take away, and what is not understood is refused.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{kept, names, tools, toolset, writes};
use crate::harness::{
    Client, Setup, TestApp,
    app::Connected,
    grant::{Wish, give},
    http,
    mcp::{Answer, LEGACY, MODERN},
};

const LIST: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;

async fn start() -> (TestApp, Connected) {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    (app, person)
}

fn with(request: RequestBuilder, headers: &[(&str, &str)]) -> RequestBuilder {
    headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    })
}

/// The list that a request with these headers gets.
async fn listed(client: &Client, headers: &[(&str, &str)]) -> Vec<String> {
    names(&Answer::read(with(client.post(LIST), headers)).await)
}

/// The result of a call with these headers.
async fn called(client: &Client, tool: &str, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {
        "name": tool, "arguments": {}
    }});
    Answer::read(with(client.post(body.to_string()), headers)).await
}

fn told(answer: &Answer) -> &str {
    assert_eq!(answer.body["result"]["isError"], true, "{}", answer.body);
    answer.body["result"]["content"][0]["text"]
        .as_str()
        .unwrap()
}

#[tokio::test]
async fn a_request_can_do_without_toolsets_tools_and_writing() {
    let (app, person) = start().await;
    let client = app.client(&person.key);
    let all = tools(&client).await;
    for (headers, expected) in [
        (
            vec![("X-MCP-Readonly", "true")],
            kept(&all, |name| !writes(name)),
        ),
        (
            vec![("X-MCP-Readonly", "1")],
            kept(&all, |name| !writes(name)),
        ),
        (vec![("X-MCP-Readonly", "false")], all.clone()),
        (
            vec![("X-MCP-Toolsets", "core")],
            kept(&all, |name| toolset(name) == "core"),
        ),
        (
            vec![("X-MCP-Toolsets", "spoken")],
            kept(&all, |name| toolset(name) == "spoken"),
        ),
        (vec![("X-MCP-Toolsets", "core, spoken")], all.clone()),
        // The operator does not offer it, and a request only takes away.
        (vec![("X-MCP-Toolsets", "curation")], Vec::new()),
        (
            vec![("X-MCP-Tools", "search,get_status")],
            kept(&all, |name| ["search", "get_status"].contains(&name)),
        ),
        // An old name is today's tool.
        (
            vec![("X-MCP-Tools", "search_tracks")],
            kept(&all, |name| name == "search"),
        ),
        (
            vec![("X-MCP-Exclude-Tools", "search")],
            kept(&all, |name| name != "search"),
        ),
        (
            vec![("X-MCP-Exclude-Tools", "add_tracks_to_playlist")],
            kept(&all, |name| name != "add_to_playlist"),
        ),
        // A header that comes twice is one list.
        (
            vec![
                ("X-MCP-Exclude-Tools", "search"),
                ("X-MCP-Exclude-Tools", "get_status"),
            ],
            kept(&all, |name| !["search", "get_status"].contains(&name)),
        ),
        // Exclusion beats read-only beats what is named.
        (
            vec![
                ("X-MCP-Tools", "search,get_status,create_playlist"),
                ("X-MCP-Readonly", "true"),
                ("X-MCP-Exclude-Tools", "search"),
            ],
            vec!["get_status".to_owned()],
        ),
        // Single tools stand in the place of toolsets.
        (
            vec![("X-MCP-Toolsets", "spoken"), ("X-MCP-Tools", "search")],
            vec!["search".to_owned()],
        ),
    ] {
        assert_eq!(listed(&client, &headers).await, expected, "{headers:?}");
    }
    assert_eq!(
        tools(&client).await,
        all,
        "a request changes nothing for the next one"
    );
}

#[tokio::test]
async fn what_a_request_does_without_cannot_be_called_by_any_name() {
    let (app, person) = start().await;
    let client = app.client(&person.key);
    for (tool, headers) in [
        ("create_playlist", vec![("X-MCP-Readonly", "true")]),
        (
            "create_playlist",
            vec![("X-MCP-Exclude-Tools", "create_playlist")],
        ),
        (
            "add_tracks_to_playlist",
            vec![("X-MCP-Exclude-Tools", "add_to_playlist")],
        ),
        ("search", vec![("X-MCP-Tools", "get_status")]),
        ("search_tracks", vec![("X-MCP-Toolsets", "spoken")]),
    ] {
        let answer = called(&client, tool, &headers).await;
        let said = told(&answer);
        assert!(
            said.starts_with("not_offered: ") && said.contains("X-MCP headers"),
            "{tool} {headers:?}: {said}"
        );
    }
    assert!(app.spotify.take_writes().is_empty());
}

#[tokio::test]
async fn every_door_takes_the_headers() {
    let (app, person) = start().await;
    let all = tools(&app.client(&person.key)).await;
    let without = [("x-mcp-exclude-tools", "search")];
    for path in ["/mcp", "/mcp/readonly", "/"] {
        let client = Client::new(&format!("{}{path}", app.origin), &person.key);
        let whole = tools(&client).await;
        assert_eq!(
            listed(&client, &without).await,
            kept(&whole, |name| name != "search"),
            "{path}"
        );
        let wrong = [("x-mcp-exclude-tools", "serach")];
        let refused = Answer::read(with(client.post(LIST), &wrong)).await;
        assert_eq!(refused.status, 400, "{path} {}", refused.body);
    }
    let by_url = |headers: &[(&str, &str)]| {
        let request = http()
            .build()
            .unwrap()
            .post(&person.connector_url)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", LEGACY)
            .body(LIST);
        Answer::read(with(request, headers))
    };
    assert_eq!(
        names(&by_url(&without).await),
        kept(&all, |name| name != "search")
    );
    let refused = by_url(&[("x-mcp-readonly", "perhaps")]).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
}

#[tokio::test]
async fn a_header_that_is_not_understood_refuses_the_request_and_names_the_nearest() {
    let (app, person) = start().await;
    let client = app.client(&person.key);
    for (header, value, nearest) in [
        (
            "x-mcp-exclude-tools",
            "create_playlst",
            json!("create_playlist"),
        ),
        (
            "x-mcp-exclude-tools",
            "search,delete_everything_now",
            Value::Null,
        ),
        ("x-mcp-tools", "Search", json!("search")),
        ("x-mcp-toolsets", "Core", json!("core")),
        ("x-mcp-toolsets", "all", Value::Null),
        ("x-mcp-readonly", "maybe", Value::Null),
        ("x-mcp-readonly", "", Value::Null),
        ("x-mcp-tools", "", Value::Null),
        ("x-mcp-exclude-tools", " , ", Value::Null),
    ] {
        let answer = Answer::read(client.post(LIST).header(header, value)).await;
        assert_eq!(answer.status, 400, "{header}: {value} {}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/json");
        let body = &answer.body;
        assert_eq!((&body["jsonrpc"], &body["id"]), (&json!("2.0"), &json!(7)));
        let error = &body["error"];
        assert_eq!(error["code"], -32602, "{body}");
        assert_eq!(
            error["data"],
            json!({ "header": header, "nearest": nearest })
        );
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with(header), "{message}");
        if let Some(nearest) = nearest.as_str() {
            assert!(
                message.contains(&format!("did you mean \"{nearest}\"")),
                "{message}"
            );
        }
    }
    let long = "x".repeat(3_000);
    let answer = Answer::read(client.post("{").header("x-mcp-tools", &long)).await;
    assert_eq!((answer.status, &answer.body["id"]), (400, &Value::Null));
    assert!(answer.body.to_string().len() < 400, "{}", answer.body);
}

/// Who is nobody learns nothing about names of tools.
#[tokio::test]
async fn a_wrong_key_is_refused_before_its_headers_are_read() {
    let (app, _person) = start().await;
    let client = app.client("aux_0000000000000000000000000000000000000000000000000");
    let answer = Answer::read(client.post(LIST).header("x-mcp-tools", "serach")).await;
    assert_eq!(answer.status, 401, "{}", answer.body);
}

#[tokio::test]
async fn what_headers_hide_is_never_asked_for() {
    let (app, person) = start().await;
    let token = give(&app, &person, Wish::of("music:read")).await.token;
    let client = app.client(&token);
    let asked = called(&client, "create_playlist", &[]).await;
    assert_eq!(asked.status, 403, "{}", asked.body);
    for header in [
        ("x-mcp-readonly", "true"),
        ("x-mcp-exclude-tools", "create_playlist"),
        ("x-mcp-tools", "search"),
        ("x-mcp-toolsets", "spoken"),
    ] {
        let answer = called(&client, "create_playlist", &[header]).await;
        assert_eq!(answer.status, 200, "{header:?} {}", answer.body);
        assert!(told(&answer).starts_with("not_offered: "), "{header:?}");
    }
    let modern = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
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
        .header("mcp-name", "create_playlist")
        .header("x-mcp-readonly", "true")
        .body(modern.to_string());
    let answer = Answer::read(request).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(told(&answer).starts_with("not_offered: "));
    assert!(app.spotify.take_writes().is_empty());
}

#[tokio::test]
async fn a_request_never_widens_what_the_operator_offers() {
    let setup = Setup::default()
        .with("READ_ONLY", "true")
        .with("EXCLUDE_TOOLS", "get_status");
    let app = TestApp::start_with(setup).await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let all = tools(&client).await;
    for headers in [
        vec![("x-mcp-readonly", "false")],
        vec![("x-mcp-toolsets", "core,spoken,curation")],
        vec![("x-mcp-tools", "create_playlist,get_status")],
    ] {
        let seen = listed(&client, &headers).await;
        assert!(seen.iter().all(|name| all.contains(name)), "{seen:?}");
        assert!(
            !seen
                .iter()
                .any(|name| name == "create_playlist" || name == "get_status")
        );
    }
}

#[tokio::test]
async fn a_page_may_send_the_headers() {
    let (app, _person) = start().await;
    let wish =
        "authorization,content-type,x-mcp-toolsets,x-mcp-tools,x-mcp-exclude-tools,x-mcp-readonly";
    for path in ["/mcp", "/mcp/readonly", "/"] {
        let request = app
            .browser()
            .request(reqwest::Method::OPTIONS, path)
            .header("origin", "http://localhost:6274")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", wish);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(
            answer.headers()["access-control-allow-headers"],
            wish,
            "{path}"
        );
    }
}
