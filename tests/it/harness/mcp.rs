//! An MCP client that shows the wire: one POST a call, in either era.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// The newest revision with a handshake.
pub const LEGACY: &str = "2025-11-25";
/// The revision without one.
pub const MODERN: &str = "2026-07-28";

/// A client with one key.
#[derive(Clone, Debug)]
pub struct Client {
    url: String,
    key: String,
    http: reqwest::Client,
}

/// An answer of the endpoint.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// Body, or null where it is not JSON.
    pub body: Value,
}

impl Client {
    /// A client for the endpoint at `url`.
    pub fn new(url: &str, key: &str) -> Self {
        let http = super::http().build().unwrap();
        Self {
            url: url.to_owned(),
            key: key.to_owned(),
            http,
        }
    }

    /// A request with the headers of a client of the handshake era, to be changed by the story.
    pub fn post(&self, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.http
            .post(&self.url)
            .bearer_auth(&self.key)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", LEGACY)
            .body(body)
    }

    /// A request of the handshake era.
    pub async fn rpc(&self, id: i64, method: &str, params: Value) -> Answer {
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        Answer::read(self.post(body.to_string())).await
    }

    /// A request of the era without a handshake, of a client that can do nothing special.
    pub async fn modern(&self, id: i64, method: &str, params: Value) -> Answer {
        self.modern_as(&json!({}), id, method, params).await
    }

    /// The same, of a client with these capabilities.
    pub async fn modern_as(
        &self,
        capabilities: &Value,
        id: i64,
        method: &str,
        mut params: Value,
    ) -> Answer {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": capabilities,
            "io.modelcontextprotocol/clientInfo": { "name": "tests", "version": "1" },
        });
        let name = params
            .get("name")
            .or(params.get("uri"))
            .and_then(Value::as_str)
            .map(str::to_owned);
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let mut request = self
            .http
            .post(&self.url)
            .bearer_auth(&self.key)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", MODERN)
            .header("mcp-method", method);
        if let Some(name) = name {
            request = request.header("mcp-name", name);
        }
        Answer::read(request.body(body.to_string())).await
    }

    /// Calls a tool and gives its result, whether or not it is an error.
    pub async fn call(&self, tool: &str, arguments: Value) -> Value {
        let answer = self
            .rpc(
                1,
                "tools/call",
                json!({ "name": tool, "arguments": arguments }),
            )
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["result"].clone()
    }

    /// Calls a tool that must succeed and gives its structured content.
    pub async fn done(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_ne!(result["isError"], true, "{result}");
        result["structuredContent"].clone()
    }

    /// Calls a tool that must fail and gives the text that the model reads.
    pub async fn refused(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    /// Sends a request and reads the answer.
    pub async fn read(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null),
        }
    }
}
