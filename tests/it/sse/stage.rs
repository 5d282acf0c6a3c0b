//! A client of the old transport that shows the wire: a stream that is read event by event, and POSTs beside it.

use std::time::Duration;

use reqwest::{RequestBuilder, Response, header::HeaderMap};
use serde_json::{Value, json};

use crate::harness::{TestApp, http, mcp::Answer};

/// The revision that the transport belongs to.
pub(super) const OLD: &str = "2024-11-05";
/// How long a story waits for an event that must come.
const PATIENCE: Duration = Duration::from_mins(1);

/// An event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) data: String,
}

/// An open stream, and whose it is.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) headers: HeaderMap,
    /// Where its messages go.
    pub(super) post_url: String,
    key: String,
    http: reqwest::Client,
    response: Response,
    read: Vec<u8>,
}

/// A request for a stream, to be changed by the story.
pub(super) fn opening(origin: &str, key: &str) -> RequestBuilder {
    http()
        .build()
        .unwrap()
        .get(format!("{origin}/sse"))
        .bearer_auth(key)
        .header("accept", "text/event-stream")
}

/// A message to `url`, to be changed by the story.
pub(super) fn posting(url: &str, key: &str, body: &Value) -> RequestBuilder {
    http()
        .build()
        .unwrap()
        .post(url)
        .bearer_auth(key)
        .header("content-type", "application/json")
        .body(body.to_string())
}

/// What a request is answered with when it gets no stream.
pub(super) async fn answer(request: RequestBuilder) -> Answer {
    Answer::read(request).await
}

/// A call of a tool.
pub(super) fn call(id: i64, tool: &str, arguments: Value) -> Value {
    let mut params = json!({ "name": tool });
    params["arguments"] = arguments;
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
}

/// A message without parameters.
pub(super) fn plain(id: i64, method: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method })
}

impl Stream {
    /// A stream of `key` at `app`, with the handshake behind it.
    pub(super) async fn start(app: &TestApp, key: &str) -> Self {
        let mut stream = Self::open(&app.origin, key).await;
        stream.shake_hands().await;
        stream
    }

    /// A stream of `key` at the server at `origin`, before the handshake.
    pub(super) async fn open(origin: &str, key: &str) -> Self {
        Self::of(origin, key, opening(origin, key)).await
    }

    /// The stream that `request` opens.
    pub(super) async fn of(origin: &str, key: &str, request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let mut stream = Self {
            headers: response.headers().clone(),
            post_url: String::new(),
            key: key.to_owned(),
            http: http().build().unwrap(),
            response,
            read: Vec::new(),
        };
        let first = stream.next().await.unwrap();
        assert_eq!(first.name, "endpoint");
        assert!(first.data.starts_with("/messages?"), "{first:?}");
        stream.post_url = format!("{origin}{}", first.data);
        stream
    }

    /// The next event; `None` when the stream has ended.
    pub(super) async fn next(&mut self) -> Option<Event> {
        let reading = self.read_event();
        tokio::time::timeout(PATIENCE, reading)
            .await
            .expect("no event came, and no end")
    }

    async fn read_event(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let text: Vec<u8> = self.read.drain(..end + 2).collect();
                let event = parsed(std::str::from_utf8(&text).unwrap());
                if event.is_some() {
                    return event;
                }
            }
            // A stream that was cut has ended too.
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.read.extend_from_slice(&chunk);
        }
    }

    /// The next message.
    pub(super) async fn message(&mut self) -> Value {
        let event = self.next().await.expect("the stream has ended");
        assert_eq!(event.name, "message");
        serde_json::from_str(&event.data).unwrap()
    }

    /// Sends `body`, and gives what is said to that.
    pub(super) async fn post(&self, body: &Value) -> Answer {
        let request = self
            .http
            .post(&self.post_url)
            .bearer_auth(&self.key)
            .header("content-type", "application/json")
            .body(body.to_string());
        Answer::read(request).await
    }

    /// Sends `body`, which must be taken.
    pub(super) async fn send(&self, body: &Value) {
        let answer = self.post(body).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
    }

    /// Sends `body` and gives the next message.
    pub(super) async fn ask(&mut self, body: &Value) -> Value {
        self.send(body).await;
        let answer = self.message().await;
        assert_eq!(answer["id"], body["id"], "{answer}");
        answer
    }

    /// Calls a tool that must succeed and gives its structured content.
    pub(super) async fn done(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.ask(&call(7, tool, arguments)).await;
        assert_ne!(answer["result"]["isError"], true, "{answer}");
        answer["result"]["structuredContent"].clone()
    }

    /// The names of the tools that are listed.
    pub(super) async fn tools(&mut self) -> Vec<String> {
        let listed = self.ask(&plain(5, "tools/list")).await;
        let tools = listed["result"]["tools"].as_array().unwrap();
        tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What a client of the old revision says first; gives the result of `initialize`.
    pub(super) async fn shake_hands(&mut self) -> Value {
        self.shake_hands_as(OLD).await
    }

    /// The same of a client that asks for `revision`.
    pub(super) async fn shake_hands_as(&mut self, revision: &str) -> Value {
        let params = json!({
            "protocolVersion": revision, "capabilities": {},
            "clientInfo": { "name": "tests", "version": "1" },
        });
        let hello = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params });
        let answer = self.ask(&hello).await;
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        self.send(&ready).await;
        answer["result"].clone()
    }

    /// Nothing comes any more.
    pub(super) async fn assert_ended(&mut self) {
        assert_eq!(self.next().await, None);
    }
}

/// The event in the lines of `text`, unless there are only comments.
fn parsed(text: &str) -> Option<Event> {
    let mut event = Event {
        name: String::new(),
        data: String::new(),
    };
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("event: ") {
            name.clone_into(&mut event.name);
        } else if let Some(data) = line.strip_prefix("data: ") {
            data.clone_into(&mut event.data);
        } else {
            assert!(
                line.is_empty() || line.starts_with(':'),
                "no line of an event: {line}"
            );
        }
    }
    (!event.name.is_empty()).then_some(event)
}
