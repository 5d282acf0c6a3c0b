//! A5: which pages of other origins may read what.

use reqwest::Method;

use super::{DOCUMENTS, asked};
use crate::harness::{Setup, TestApp, browser::Page};

const PAGE: &str = "https://inspector.example";

/// The question that a browser asks before a page of `origin` sends a request with `headers`.
async fn preflight(app: &TestApp, path: &str, origin: &str, headers: &str) -> Page {
    let question = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", headers),
    ];
    asked(app, Method::OPTIONS, path, &question).await
}

#[tokio::test]
async fn any_page_may_read_metadata_and_ask_for_registration_and_tokens() {
    let app = TestApp::start().await;
    let endpoints = ["/token", "/register"];
    for path in DOCUMENTS.into_iter().chain(endpoints) {
        let page = asked(&app, Method::GET, path, &[("origin", PAGE)]).await;
        assert_eq!(page.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(
            page.header("access-control-allow-credentials"),
            "",
            "{path}"
        );

        let wish = "authorization,content-type,mcp-protocol-version";
        let answer = preflight(&app, path, PAGE, wish).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.text);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(
            answer.header("access-control-allow-headers"),
            wish,
            "{path}"
        );
        assert!(
            answer
                .header("access-control-allow-methods")
                .contains("POST")
        );
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
}

#[tokio::test]
async fn pages_of_allowed_origins_may_use_the_endpoint_and_read_its_challenge() {
    let setup = Setup::default().with(
        "ALLOWED_ORIGINS",
        "https://inspector.example,http://localhost:6274",
    );
    let app = TestApp::start_with(setup).await;
    let person = app.connect_first().await;
    for origin in [PAGE, "http://localhost:6274"] {
        for path in ["/mcp", "/mcp/readonly", "/"] {
            let wish = "authorization,content-type,mcp-protocol-version,mcp-method,mcp-name,mcp-param-query,mcp-session-id,last-event-id";
            let answer = preflight(&app, path, origin, wish).await;
            assert_eq!(answer.status, 200, "{path} {}", answer.text);
            assert_eq!(answer.header("access-control-allow-origin"), origin);
            assert_eq!(answer.header("access-control-allow-headers"), wish);
            assert_eq!(answer.header("access-control-allow-methods"), "POST");

            let refused = asked(&app, Method::POST, path, &[("origin", origin)]).await;
            assert_eq!(refused.status, 401, "{path}");
            assert_eq!(refused.header("access-control-allow-origin"), origin);
            assert_eq!(refused.header("access-control-allow-credentials"), "");
            let exposed = refused.header("access-control-expose-headers");
            assert!(exposed.contains("www-authenticate"), "{exposed}");
            assert!(
                refused.header("vary").contains("origin"),
                "{:?}",
                refused.headers
            );
        }
    }
    let client = app.client(&person.key);
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let served = Page::read(client.post(list).header("origin", PAGE)).await;
    assert_eq!(served.status, 200, "{}", served.text);
    assert_eq!(served.header("access-control-allow-origin"), PAGE);
}

#[tokio::test]
async fn pages_of_other_origins_may_not_use_the_endpoint() {
    let setup = Setup::default().with("ALLOWED_ORIGINS", "https://inspector.example");
    let app = TestApp::start_with(setup).await;
    for origin in [
        "https://evil.example",
        "https://inspector.example.evil.example",
        "https://inspector.example:8443",
        "http://inspector.example",
        "https://inspector.example/",
        "https://INSPECTOR.example",
        "https://inspector.example:443",
        "null",
        "http://127.0.0.1:1234",
        "*",
    ] {
        for path in ["/mcp", "/mcp/readonly", "/"] {
            let answer = preflight(&app, path, origin, "authorization").await;
            assert_eq!(
                answer.header("access-control-allow-origin"),
                "",
                "{origin} {path}"
            );
            let refused = asked(&app, Method::POST, path, &[("origin", origin)]).await;
            assert_eq!(
                refused.header("access-control-allow-origin"),
                "",
                "{origin} {path}"
            );
        }
    }
}

#[tokio::test]
async fn on_loopback_every_loopback_page_may_use_the_endpoint() {
    let app = TestApp::start().await;
    for origin in [
        "http://localhost:6274",
        "http://127.0.0.1:1",
        "http://[::1]:9",
        "https://localhost",
    ] {
        let answer = preflight(&app, "/mcp", origin, "authorization").await;
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
    let answer = preflight(
        &app,
        "/mcp",
        "http://localhost.evil.example",
        "authorization",
    )
    .await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn nothing_else_is_for_pages_of_other_origins() {
    let app = TestApp::start().await;
    for path in [
        "/authorize",
        "/auth/login",
        "/auth/callback",
        "/auth/status",
        "/auth/revoke",
        "/account",
        "/revoke",
        "/claude-mcp",
        "/health",
        "/",
        "/privacy",
    ] {
        // The origin alone is the endpoint for POST, and a page for GET.
        if path != "/" {
            let answer = preflight(&app, path, "http://localhost:6274", "authorization").await;
            assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
            assert_eq!(answer.header("access-control-allow-methods"), "", "{path}");
        }
        let page = asked(
            &app,
            Method::GET,
            path,
            &[("origin", "http://localhost:6274")],
        )
        .await;
        assert_eq!(page.header("access-control-allow-origin"), "", "{path}");
    }
}
