//! Stories of the protocol face: both eras, bad bodies, wrong origins, prompts and resources.

use serde_json::{Value, json};

use super::stage::{ME, Stage};
use crate::harness::mcp::Answer;

#[tokio::test]
async fn the_handshake_names_the_server_and_opens_no_session() {
    let stage = Stage::new().await;
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello});
    let answer = Answer::read(replaced(
        stage.client.post(body.to_string()),
        "mcp-protocol-version",
        "2025-06-18",
    ))
    .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(!answer.headers.contains_key("mcp-session-id"));
    let result = &answer.body["result"];
    assert_eq!(
        (&result["protocolVersion"], &result["serverInfo"]["name"]),
        (&json!("2025-06-18"), &json!("auxcord"))
    );
    assert_eq!(result["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
    for capability in ["tools", "prompts", "resources", "completions"] {
        assert!(
            result["capabilities"][capability].is_object(),
            "{capability}"
        );
    }
}

#[tokio::test]
async fn the_instructions_are_short_and_begin_with_what_matters() {
    let stage = Stage::new().await;
    let answer = stage.client.modern(1, "server/discover", json!({})).await;
    let instructions = answer.body["result"]["instructions"].as_str().unwrap();
    let words = instructions.split_whitespace().count();
    assert!(words < 250, "{words} words");
    let start: String = instructions.chars().take(512).collect();
    let whole = start.rfind(". ").max(start.rfind(".\n")).unwrap();
    for needed in [
        "open.spotify.com",
        "`search`",
        "`offset`",
        "not instructions",
    ] {
        assert!(
            start[..=whole].contains(needed),
            "{needed} is not in: {}",
            &start[..=whole]
        );
    }
    for named in ["create_playlist", "add_to_playlist", "get_status"] {
        assert!(instructions.contains(named));
    }
}

#[tokio::test]
async fn both_eras_call_the_same_tools() {
    let stage = Stage::new().await;
    stage
        .spotify
        .on("GET /v1/me/tracks", &super::stage::page(vec![], 0, 0));
    let asked = json!({"name": "list_library", "arguments": {"kind": "tracks"}});
    let old = stage.client.rpc(7, "tools/call", asked.clone()).await;
    let new = stage.client.modern(7, "tools/call", asked).await;
    assert_eq!(
        (old.status, new.status),
        (200, 200),
        "{} {}",
        old.body,
        new.body
    );
    assert_eq!(
        old.body["result"]["structuredContent"],
        new.body["result"]["structuredContent"]
    );
    assert_eq!(
        (&old.body["id"], &new.body["result"]["resultType"]),
        (&json!(7), &json!("complete"))
    );
    assert_eq!(old.body["result"].get("resultType"), None);
    let pong = stage.client.rpc(8, "ping", json!({})).await;
    assert_eq!(pong.body["result"], json!({}));
}

#[tokio::test]
async fn unknown_tools_and_methods_are_protocol_errors() {
    let stage = Stage::new().await;
    let wrong = stage
        .client
        .rpc(1, "tools/call", json!({"name": "serach", "arguments": {}}))
        .await;
    assert_eq!(wrong.body["error"]["code"], -32602);
    assert_eq!(
        wrong.body["error"]["message"],
        "Unknown tool: serach; did you mean search?"
    );
    let nameless = stage
        .client
        .rpc(2, "tools/call", json!({"arguments": {}}))
        .await;
    assert_eq!(nameless.body["error"]["code"], -32602, "{}", nameless.body);
    let unknown = stage.client.rpc(3, "tools/cull", json!({})).await;
    assert_eq!(unknown.body["error"]["code"], -32601);
    let unknown = stage.client.modern(4, "tools/cull", json!({})).await;
    assert_eq!(
        (unknown.status, &unknown.body["error"]["code"]),
        (404, &json!(-32601))
    );
}

#[tokio::test]
async fn a_body_that_is_no_message_is_refused_in_json() {
    let stage = Stage::new().await;
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let deeper = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{}1{}}}",
        "{\"a\":".repeat(5_000),
        "}".repeat(5_000)
    );
    let cases: [(&str, i64); 9] = [
        ("", -32700),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/l", -32700),
        ("not json", -32700),
        (
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]",
            -32600,
        ),
        ("[]", -32600),
        ("{\"id\":1,\"method\":\"ping\"}", -32600),
        ("7", -32600),
        (&deep, -32600),
        (&deeper, -32700),
    ];
    for (body, code) in cases {
        let answer = Answer::read(stage.client.post(body.to_owned())).await;
        let shown = &body[..body.len().min(60)];
        assert_eq!(
            (answer.status, &answer.body["error"]["code"]),
            (400, &json!(code)),
            "{shown}: {}",
            answer.body
        );
        assert_eq!(answer.headers["content-type"], "application/json");
    }
    let answer = Answer::read(stage.client.post("{\"id\":9,\"method\":\"ping\"}")).await;
    assert_eq!(answer.body["id"], 9, "the id is told where it can be read");
}

#[tokio::test]
async fn arguments_a_hundred_levels_deep_are_refused_quickly() {
    let stage = Stage::new().await;
    let deep = (0..100).fold(json!(1), |inner, _| json!({ "a": inner }));
    let said = stage
        .client
        .refused("search", json!({"query": "x", "artist": deep}))
        .await;
    assert!(
        said.contains("`artist` must be text of 1 to 200 characters; got an object"),
        "{said}"
    );
}

#[tokio::test]
async fn refusals_of_http_are_json_too() {
    let stage = Stage::new().await;
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string();
    let post = || stage.client.post(ping.clone());
    let cases = [
        (post().header("origin", "https://evil.example"), 403),
        (post().header("host", "evil.example"), 403),
        (replaced(post(), "accept", "application/json"), 406),
        (replaced(post(), "content-type", "text/plain"), 415),
        (replaced(post(), "mcp-protocol-version", "1999-01-01"), 400),
        (stage.client.post("x".repeat(5 << 20)), 413),
    ];
    for (request, status) in cases {
        let answer = Answer::read(request).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(
            answer.body["error"]["code"].is_i64() && answer.body["jsonrpc"] == "2.0",
            "{status}: {}",
            answer.body
        );
    }
}

fn replaced(
    request: reqwest::RequestBuilder,
    name: &'static str,
    value: &str,
) -> reqwest::RequestBuilder {
    let mut built = request.build().unwrap();
    built.headers_mut().insert(name, value.parse().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    reqwest::RequestBuilder::from_parts(client, built)
}

#[tokio::test]
async fn there_is_no_stream_to_get_and_no_session_to_delete() {
    let stage = Stage::new().await;
    for method in [reqwest::Method::GET, reqwest::Method::DELETE] {
        let mut built = stage.client.post("").build().unwrap();
        *built.method_mut() = method;
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = Answer::read(reqwest::RequestBuilder::from_parts(client, built)).await;
        assert_eq!(
            (answer.status, &answer.headers["allow"]),
            (405, &"POST".parse().unwrap())
        );
        assert!(answer.body["error"].is_object(), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_version_that_nobody_knows_is_answered_with_those_that_are_known() {
    let stage = Stage::new().await;
    let meta = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": "2031-01-01",
        "io.modelcontextprotocol/clientCapabilities": {},
    }});
    let body =
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": meta}).to_string();
    let request = replaced(
        stage.client.post(body),
        "mcp-protocol-version",
        "2031-01-01",
    )
    .header("mcp-method", "tools/list");
    let answer = Answer::read(request).await;
    assert_eq!(
        (answer.status, &answer.body["error"]["code"]),
        (400, &json!(-32022)),
        "{}",
        answer.body
    );
    assert!(
        answer.body["error"]["data"]["supported"]
            .as_array()
            .unwrap()
            .contains(&json!("2026-07-28"))
    );
}

#[tokio::test]
async fn the_status_can_be_read_as_a_resource_without_a_call() {
    let stage = Stage::new().await;
    let listed = stage.client.rpc(1, "resources/list", json!({})).await;
    assert_eq!(
        listed.body["result"]["resources"][0]["uri"],
        "spotify://status"
    );
    let read = stage
        .client
        .rpc(2, "resources/read", json!({"uri": "spotify://status"}))
        .await;
    let text = read.body["result"]["contents"][0]["text"].as_str().unwrap();
    let status: Value = serde_json::from_str(text).unwrap();
    assert_eq!(
        (&status["connected"], &status["user_id"]),
        (&json!(true), &json!(ME))
    );
    for member in ["user", "server", "version"] {
        assert!(status[member].is_string(), "{member}: {status}");
    }
    assert_eq!(stage.spotify.calls(), [""; 0]);
}

#[tokio::test]
async fn an_unknown_resource_is_not_found_in_the_way_of_each_era() {
    let stage = Stage::new().await;
    let asked = json!({"uri": "spotify://nowhere"});
    let old = stage.client.rpc(1, "resources/read", asked.clone()).await;
    let new = stage.client.modern(2, "resources/read", asked).await;
    assert_eq!(
        (&old.body["error"]["code"], &new.body["error"]["code"]),
        (&json!(-32002), &json!(-32602))
    );
    assert_eq!(new.body["error"]["data"]["uri"], "spotify://nowhere");
}

#[tokio::test]
async fn prompts_are_listed_filled_in_and_completed() {
    let stage = Stage::new().await;
    let listed = stage.client.rpc(1, "prompts/list", json!({})).await;
    let prompts = listed.body["result"]["prompts"].as_array().unwrap();
    let names: Vec<_> = prompts
        .iter()
        .map(|prompt| prompt["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["build_playlist", "discover_similar", "weekly_discovery"]
    );

    let asked =
        json!({"name": "build_playlist", "arguments": {"vibe": "late {size} drive\u{202E}"}});
    let filled = stage.client.rpc(2, "prompts/get", asked).await;
    let text = filled.body["result"]["messages"][0]["content"]["text"]
        .as_str()
        .unwrap();
    assert!(
        text.contains("about 20 tracks") && text.contains("`create_playlist`"),
        "{text}"
    );
    for name in text.split('`').skip(1).step_by(2) {
        assert!(
            auxcord::mcp::resolve(name).is_some(),
            "the prompt names {name}, which is no tool"
        );
    }
    let missing = stage
        .client
        .rpc(3, "prompts/get", json!({"name": "build_playlist"}))
        .await;
    assert_eq!(missing.body["error"]["code"], -32602);

    let typed = |reference: Value, name: &str, value: &str| json!({"ref": reference, "argument": {"name": name, "value": value}});
    let vibe = typed(
        json!({"type": "ref/prompt", "name": "build_playlist"}),
        "vibe",
        "La",
    );
    let completed = stage.client.rpc(4, "completion/complete", vibe).await;
    assert_eq!(
        completed.body["result"]["completion"]["values"],
        json!(["late night drive"])
    );
    let other = typed(
        json!({"type": "ref/prompt", "name": "test_prompt_with_arguments"}),
        "arg1",
        "x",
    );
    let completed = stage.client.rpc(5, "completion/complete", other).await;
    assert_eq!(completed.body["result"]["completion"]["values"], json!([]));
}
