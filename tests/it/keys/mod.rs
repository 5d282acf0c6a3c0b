//! Who is calling: which credentials open which doors, what is taken away from a key, and how a key ends.

mod doors;
mod endings;
mod limits;

use auxcord::app::{Admin, KeyKind, KeyLimits, KeyOptions};
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};

use crate::harness::{Client, TestApp, http, until};

/// What a server said to a request.
#[derive(Debug)]
struct Said {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Said {
    /// The only challenge.
    fn challenge(&self) -> &str {
        let mut all = self.headers.get_all("www-authenticate").iter();
        let first = all.next().map_or("", |value| value.to_str().unwrap());
        assert!(all.next().is_none(), "{self:?}");
        first
    }

    fn error(&self) -> String {
        let body: Value = serde_json::from_str(&self.text).unwrap();
        assert!(body["error_description"].is_string(), "{self:?}");
        assert_eq!(self.headers["cache-control"], "no-store", "{self:?}");
        body["error"].as_str().unwrap().to_owned()
    }
}

async fn said(request: RequestBuilder) -> Said {
    let response = request.send().await.unwrap();
    Said {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// A request that lists tools, without a credential.
fn listing(url: &str) -> RequestBuilder {
    to(Method::POST, url)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string())
}

fn to(method: Method, url: &str) -> RequestBuilder {
    http().build().unwrap().request(method, url)
}

/// The tools that a client is shown, by name.
async fn tools(client: &Client) -> Vec<String> {
    let answer = client.rpc(1, "tools/list", json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    names(&answer.body)
}

fn names(body: &Value) -> Vec<String> {
    let tools = body["result"]["tools"].as_array().unwrap();
    let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
    tools.iter().map(name).collect()
}

async fn status_of(client: &Client) -> u16 {
    client.rpc(1, "tools/list", json!({})).await.status
}

/// Waits until `client` is refused as somebody with a bad key.
async fn until_refused(client: &Client) {
    until("the key is refused", async || {
        let status = status_of(client).await;
        assert!(status == 200 || status == 401, "{status}");
        status == 401
    })
    .await;
}

/// An operator at the same database, as the command line is.
pub(super) async fn operator(app: &TestApp) -> Admin {
    Admin::open(&app.config, app.clock.clone()).await.unwrap()
}

/// A new key's wishes.
pub(super) fn wishes(kind: KeyKind, limits: KeyLimits) -> KeyOptions {
    KeyOptions {
        kind,
        label: "story".to_owned(),
        limits,
        expires_at: None,
    }
}
