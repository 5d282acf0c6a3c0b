//! Bodies that are too long, cut, deep, doubled or no JSON at all: refused at once, and nothing lost.

use serde_json::{Value, json};

use super::{code, head};
use crate::harness::{
    Client, Setup, TestApp, http,
    raw::{self, Reply},
};

/// The smallest limit that can be configured, in bytes.
const LIMIT: usize = 1024;

async fn post(client: &Client, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let answer = client.post(body).send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"));
    (status, body)
}

/// A call of a tool with `arguments` as written.
fn calling(tool: &str, arguments: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
    )
}

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_or_not_it_says_its_length() {
    let app = TestApp::start_with(Setup::default().with("MAX_BODY_BYTES", "1024")).await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let padded = |length: usize| format!("{list}{}", " ".repeat(length - list.len()));
    assert_eq!(post(&client, padded(LIMIT)).await.0, 200);
    let (status, body) = post(&client, padded(LIMIT + 1)).await;
    assert_eq!(status, 413, "{body}");
    assert!(
        body["error"]["message"].as_str().unwrap().contains("1024"),
        "{body}"
    );

    let chunked = chunked(&app, &person.key, &padded(LIMIT + 1)).await;
    assert_eq!(chunked.status, 413, "{chunked:?}");
    assert_eq!(post(&client, list).await.0, 200);
}

#[tokio::test]
async fn what_is_no_json_rpc_message_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let deep = calling("search", &format!(r#"{{"query":{}}}"#, nested(1_000)));
    for (sent, wanted) in [
        (&list[..list.len() - 9], -32700),
        ("", -32700),
        ("{", -32700),
        ("hello", -32700),
        ("\u{0}", -32700),
        (&deep, -32700),
        (&nested(100_000), -32700),
        (&calling("search", r#"{"query":NaN}"#), -32700),
        (
            &calling("search", r#"{"query":"a","limit":Infinity}"#),
            -32700,
        ),
        (&calling("search", r#"{"query":"a",}"#), -32700),
        (&format!("{list}{list}"), -32700),
        (&format!("[{list},{list}]"), -32600),
        ("[]", -32600),
        ("42", -32600),
        ("null", -32600),
        ("{}", -32600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"tools/list"}"#, -32600),
    ] {
        let (status, body) = post(&client, sent.to_owned()).await;
        let shown = &sent[..sent.len().min(80)];
        assert_eq!(status, 400, "{shown} {body}");
        assert_eq!(super::rpc_code(&body), wanted, "{shown} {body}");
    }
    let not_text = client.post(vec![b'{', b'"', 0xff, 0xfe, b'"', b':', b'1', b'}']);
    assert_eq!(not_text.send().await.unwrap().status(), 400);
    assert!(app.spotify.take_writes().is_empty());
    client.done("search", json!({ "query": "night" })).await;
}

#[tokio::test]
async fn members_that_are_there_twice_are_refused() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    app.spotify.reset_calls();
    for sent in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","name":"get_status","arguments":{}}}"#.to_owned(),
        calling("search", r#"{"query":"night","query":"day"}"#),
        calling("search", r#"{"query":"night","que\u0072y":"day"}"#),
    ] {
        let (status, body) = post(&client, sent.clone()).await;
        assert_eq!(status, 400, "{sent} {body}");
        assert_eq!(super::rpc_code(&body), -32600, "{sent} {body}");
    }
    assert!(app.spotify.calls().is_empty(), "{:?}", app.spotify.calls());
}

#[tokio::test]
async fn arguments_a_hundred_levels_deep_are_a_clear_refusal() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let deep = calling("search", &format!(r#"{{"query":{}}}"#, nested(100)));
    let (status, body) = post(&app.client(&person.key), deep).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["result"]["isError"], true, "{body}");
    let told = body["result"]["content"][0]["text"].as_str().unwrap();
    assert!(told.contains("query") && told.len() < 2_000, "{told}");
}

#[tokio::test]
async fn another_content_type_or_no_wish_for_json_is_refused() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    for (name, value, status) in [
        ("content-type", "text/plain", 415),
        ("content-type", "application/x-www-form-urlencoded", 415),
        ("content-type", "multipart/form-data; boundary=x", 415),
        ("accept", "text/html", 406),
    ] {
        let mut request = app.client(&person.key).post(list).build().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
        let http = http().build().unwrap();
        let answer = http.execute(request).await.unwrap();
        assert_eq!(answer.status(), status, "{name}: {value}");
        let text = answer.text().await.unwrap();
        super::rpc_code(&serde_json::from_str(&text).unwrap());
    }
}

#[tokio::test]
async fn a_body_that_ends_early_or_lies_about_its_length_is_no_request() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let host = format!("host: {}", app.origin.strip_prefix("http://").unwrap());
    let key = format!("authorization: Bearer {}", person.key);
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    for length in [
        "content-length: 20",
        "content-length: 9x",
        "content-length: -1",
    ] {
        let lines = head("POST /mcp HTTP/1.1", &[&host, &key, length]);
        let reply = raw::send(&app.origin, &lines, list).await;
        assert_eq!(reply.status, 400, "{length} {reply:?}");
    }
    let bad_chunk = head(
        "POST /mcp HTTP/1.1",
        &[&host, &key, "transfer-encoding: chunked"],
    );
    let reply = raw::send(&app.origin, &bad_chunk, "zz\r\nhello\r\n").await;
    assert_eq!(reply.status, 400, "{reply:?}");
    let both = head(
        "POST /mcp HTTP/1.1",
        &[&host, &key, "content-length: 4", "content-length: 40"],
    );
    assert_eq!(raw::send(&app.origin, &both, list).await.status, 400);
    assert_eq!(post(&app.client(&person.key), list).await.0, 200);
}

async fn chunked(app: &TestApp, key: &str, body: &str) -> Reply {
    let host = format!("host: {}", app.origin.strip_prefix("http://").unwrap());
    let key = format!("authorization: Bearer {key}");
    let lines = head(
        "POST /mcp HTTP/1.1",
        &[&host, &key, "transfer-encoding: chunked"],
    );
    let body = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let reply = raw::send(&app.origin, &lines, &body).await;
    assert_eq!(code(&reply), -32000);
    reply
}
