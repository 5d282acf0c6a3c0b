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

/// What a client that watches is told.
#[derive(Clone, Debug)]
pub struct Watched {
    /// How much is done, of how much, in the order in which it came.
    pub progress: Vec<(f64, f64)>,
    /// The result.
    pub result: Value,
}

impl Watched {
    fn read(stream: &str) -> Self {
        let lines = stream.lines().filter_map(|line| line.strip_prefix("data:"));
        let messages: Vec<Value> = lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        let about = |message: &&Value| message["method"] == "notifications/progress";
        let told = |message: &Value| {
            let params = &message["params"];
            assert_eq!(params["progressToken"], "watching", "{message}");
            let number = |name: &str| params[name].as_f64().unwrap();
            (number("progress"), number("total"))
        };
        let result = messages.last().map(|message| message["result"].clone());
        Self {
            progress: messages.iter().filter(about).map(told).collect(),
            result: result.unwrap_or_default(),
        }
    }

    /// The progress grew with each word about it and ended where all is done.
    pub fn assert_rising(&self) {
        let told = &self.progress;
        assert!(
            told.is_sorted_by(|one, next| one.0 < next.0 && one.1 <= next.1),
            "{told:?}"
        );
        let (done, total) = *told.last().expect("nothing was told");
        assert!((done - total).abs() < f64::EPSILON, "{told:?}");
    }
}

/// What a client of the era without a handshake says of itself in every request.
pub fn declared(capabilities: &Value) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": capabilities,
        "io.modelcontextprotocol/clientInfo": { "name": "tests", "version": "1" },
    })
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
        params["_meta"] = declared(capabilities);
        Answer::read(self.modern_post(id, method, &params)).await
    }

    fn modern_post(&self, id: i64, method: &str, params: &Value) -> RequestBuilder {
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
        request.body(body.to_string())
    }

    /// Calls a tool in the era of `revision` and is told about its progress.
    pub async fn watch(&self, revision: &str, tool: &str, arguments: &Value) -> Watched {
        let mut params = json!({ "name": tool, "arguments": arguments });
        let request = if revision == MODERN {
            params["_meta"] = declared(&json!({}));
            params["_meta"]["progressToken"] = json!("watching");
            self.modern_post(1, "tools/call", &params)
        } else {
            params["_meta"] = json!({ "progressToken": "watching" });
            let body =
                json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
            self.post(body.to_string())
        };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Watched::read(&response.text().await.unwrap())
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

    /// Calls a tool that must succeed and gives its result. Its structured content must be what the tool declares.
    pub async fn answer(&self, tool: &str, arguments: Value) -> Value {
        let listed = self.rpc(1, "tools/list", json!({})).await;
        let tools = listed.body["result"]["tools"].as_array().unwrap();
        let declared = tools.iter().find(|one| one["name"] == tool).unwrap();
        let result = self.call(tool, arguments).await;
        assert_ne!(result["isError"], true, "{result}");
        let schema = jsonschema::validator_for(&declared["outputSchema"]).unwrap();
        let problems: Vec<_> = schema
            .iter_errors(&result["structuredContent"])
            .map(|one| one.to_string())
            .collect();
        assert!(problems.is_empty(), "{problems:?} in {result}");
        result
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
