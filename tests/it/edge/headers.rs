//! Paths, methods and headers: what is refused, and what every answer carries.

use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

use super::head;
use crate::harness::{TestApp, http, raw};

async fn answered(method: Method, url: &str) -> (u16, HeaderMap, String) {
    let client = http().build().unwrap();
    let response = client.request(method, url).send().await.unwrap();
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    (status, headers, response.text().await.unwrap())
}

fn assert_dressed(headers: &HeaderMap) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(headers[name], value);
    }
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let id = headers["x-request-id"].to_str().unwrap();
    assert_eq!(id.len(), 16, "{id}");
    assert!(!headers.contains_key("strict-transport-security"), "http");
}

#[tokio::test]
async fn what_does_not_exist_is_told_in_json_with_every_protection() {
    let app = TestApp::start().await;
    for (method, path, status, slug, allow) in [
        (Method::GET, "/nope", 404, "not_found", ""),
        (Method::POST, "/mcp/nope", 404, "not_found", ""),
        (Method::GET, "/.env?token=aux_hush", 404, "not_found", ""),
        (Method::GET, "/metrics", 404, "not_found", ""),
        (Method::GET, "/readyz", 404, "not_found", ""),
        (
            Method::POST,
            "/health",
            405,
            "method_not_allowed",
            "GET,HEAD",
        ),
        (
            Method::PUT,
            "/auth/login",
            405,
            "method_not_allowed",
            "GET,HEAD,POST",
        ),
        (
            Method::POST,
            "/auth/callback",
            405,
            "method_not_allowed",
            "GET,HEAD",
        ),
        (
            Method::DELETE,
            "/",
            405,
            "method_not_allowed",
            "GET,HEAD,POST",
        ),
    ] {
        let (got, headers, text) = answered(method, &format!("{}{path}", app.origin)).await;
        assert_eq!(got, status, "{path} {text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["error"], slug, "{path}");
        assert!(body["error_description"].is_string());
        assert!(!text.contains("hush"), "{text}");
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["cache-control"], "no-store");
        assert_dressed(&headers);
        if !allow.is_empty() {
            let mut allowed: Vec<&str> = headers["allow"].to_str().unwrap().split(',').collect();
            allowed.sort_unstable();
            assert_eq!(allowed.join(","), allow, "{path}");
        }
    }
}

#[tokio::test]
async fn every_answer_is_dressed_and_has_an_id_of_its_own() {
    let app = TestApp::start().await;
    let mut ids = std::collections::BTreeSet::new();
    for path in [
        "/",
        "/health",
        "/auth/login",
        "/mcp",
        "/auth/status",
        "/claude-mcp",
    ] {
        let url = format!("{}{path}", app.origin);
        let client = http().build().unwrap();
        let request = client.get(&url).header("x-request-id", "0123456789abcdef");
        let answer = request.send().await.unwrap();
        assert_dressed(answer.headers());
        ids.insert(
            answer.headers()["x-request-id"]
                .clone()
                .to_str()
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(ids.len(), 6);
    assert!(
        !ids.contains("0123456789abcdef"),
        "a client names no request"
    );
}

#[tokio::test]
async fn doubled_hosts_and_origins_are_refused() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let host = format!("host: {}", app.origin.strip_prefix("http://").unwrap());
    let key = format!("authorization: Bearer {}", person.key);
    let origin = format!("origin: {}", app.origin);
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let length = format!("content-length: {}", body.len());
    for (extra, statuses) in [
        (vec![host.as_str(), host.as_str()], &[400][..]),
        (vec![&host, "host: evil.example"], &[400]),
        (vec!["host: evil.example", &host], &[400]),
        (vec![], &[400, 403, 421]),
        (vec![&host, &origin, &origin], &[403]),
        (vec![&host, &origin, "origin: https://evil.example"], &[403]),
        (vec![&host, "origin: https://evil.example", &origin], &[403]),
    ] {
        let mut lines = head("POST /mcp HTTP/1.1", &extra);
        lines.extend([key.as_str(), length.as_str()]);
        let reply = raw::send(&app.origin, &lines, body).await;
        assert!(statuses.contains(&reply.status), "{extra:?} {reply:?}");
        assert!(!reply.text.contains(&person.key));
    }
    let mut lines = head("POST /mcp HTTP/1.1", &[&host, &origin]);
    lines.extend([key.as_str(), length.as_str()]);
    assert_eq!(raw::send(&app.origin, &lines, body).await.status, 200);
}

#[tokio::test]
async fn a_foreign_origin_is_refused_and_gets_no_permission_to_read() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    for origin in [
        "https://evil.example",
        "null",
        "http://evil.example:8001",
        "file://",
        "x",
    ] {
        let request = client.post(list).header("origin", origin);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 403, "{origin}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
        assert_eq!(answer.headers()["content-type"], "application/json");
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        super::rpc_code(&body);
    }
    for origin in [
        Some(app.origin.as_str()),
        Some("http://localhost:3000"),
        None,
    ] {
        let request = origin
            .into_iter()
            .fold(client.post(list), |request, origin| {
                request.header("origin", origin)
            });
        assert_eq!(request.send().await.unwrap().status(), 200, "{origin:?}");
    }
}

#[tokio::test]
async fn another_host_than_ours_is_refused() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    for host in [
        "evil.example",
        "evil.example:8001",
        "127.0.0.1.evil.example",
    ] {
        let request = app
            .client(&person.key)
            .post(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
            .header("host", host);
        let answer = request.send().await.unwrap();
        assert!([403, 421].contains(&answer.status().as_u16()), "{host}");
        let text = answer.text().await.unwrap();
        assert!(!text.contains("127.0.0.1:"), "{text}");
    }
}

#[tokio::test]
async fn the_endpoint_has_no_stream_to_get_and_no_session_to_delete() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = http().build().unwrap();
    for method in [Method::GET, Method::DELETE, Method::PUT, Method::PATCH] {
        for url in [
            format!("{}/mcp", app.origin),
            format!("{}/mcp/readonly", app.origin),
            person.connector_url.clone(),
        ] {
            let request = client
                .request(method.clone(), &url)
                .bearer_auth(&person.key)
                .header("accept", "text/event-stream");
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 405, "{method} {url}");
            assert_eq!(answer.headers()["allow"], "POST", "{method} {url}");
            assert_eq!(answer.headers()["content-type"], "application/json");
            assert_dressed(answer.headers());
        }
    }
}

#[tokio::test]
async fn an_unknown_revision_is_refused_in_either_era() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let list = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list" });
    for version in ["1999", "2099-01-01", "latest", ""] {
        let mut request = client.post(list.to_string()).build().unwrap();
        let version = version.parse().unwrap();
        request
            .headers_mut()
            .insert("mcp-protocol-version", version);
        let http = http().build().unwrap();
        let answer = http.execute(request).await.unwrap();
        assert_eq!(answer.status(), 400);
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        super::rpc_code(&body);
    }
    let mut modern = list;
    modern["params"] = json!({ "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2099-01-01",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "tests", "version": "1" },
    }});
    let request = client.post(modern.to_string());
    let mut request = request.header("mcp-method", "tools/list").build().unwrap();
    let version = "2099-01-01".parse().unwrap();
    request
        .headers_mut()
        .insert("mcp-protocol-version", version);
    let http = http().build().unwrap();
    let answer = http.execute(request).await.unwrap();
    assert_eq!(answer.status(), 400);
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(super::rpc_code(&body), -32022, "{body}");
    assert_eq!(body["id"], 7, "{body}");
}

#[tokio::test]
async fn an_unknown_method_is_not_found_in_either_era() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let legacy = client.rpc(1, "music/destroy", json!({})).await;
    assert_eq!(super::rpc_code(&legacy.body), -32601, "{}", legacy.body);
    assert_eq!(legacy.body["id"], 1);
    let modern = client.modern(2, "music/destroy", json!({})).await;
    assert_eq!(modern.status, 404);
    assert_eq!(super::rpc_code(&modern.body), -32601, "{}", modern.body);
}
