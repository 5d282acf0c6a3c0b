//! How a client that knows one address finds the way in: metadata, challenges, and who may read them.

mod cors;
mod documents;

use reqwest::Method;
use serde_json::Value;

use crate::harness::{TestApp, browser::Page, http};

/// Every discovery document, by path.
const DOCUMENTS: [&str; 6] = [
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-protected-resource/mcp/readonly",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/oauth-authorization-server/mcp/readonly",
];

async fn asked(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Page {
    let url = format!("{}{path}", app.origin);
    let request = http().build().unwrap().request(method, url);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    Page::read(request).await
}

async fn document(app: &TestApp, path: &str) -> Value {
    let page = asked(app, Method::GET, path, &[]).await;
    assert_eq!(page.status, 200, "{path} {}", page.text);
    assert_eq!(page.header("content-type"), "application/json");
    serde_json::from_str(&page.text).unwrap()
}
