//! A bare connection, for what a well-behaved client does not do.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use url::Url;

use super::mcp::{LEGACY, MODERN, declared};

/// How a client speaks.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// The revision of the protocol.
    pub era: &'static str,
    /// Whether it wants to be told about the progress.
    pub watches: bool,
}

impl Manner {
    /// The handshake era, without a wish for anything else.
    pub const PLAIN: Self = Self::of(LEGACY, false);
    /// Both eras, with and without watching.
    pub const ALL: [Self; 4] = [
        Self::PLAIN,
        Self::of(LEGACY, true),
        Self::of(MODERN, false),
        Self::of(MODERN, true),
    ];

    const fn of(era: &'static str, watches: bool) -> Self {
        Self { era, watches }
    }
}

/// A call that is under way.
#[derive(Debug)]
pub struct Call {
    stream: TcpStream,
    watches: bool,
}

impl Call {
    /// Sends a tool call with `key` to the server at `origin` and waits for nothing.
    pub async fn send(origin: &str, key: &str, tool: &str, arguments: Value) -> Self {
        Self::send_in(Manner::PLAIN, origin, key, tool, arguments).await
    }

    /// The same in any manner.
    pub async fn send_in(
        manner: Manner,
        origin: &str,
        key: &str,
        tool: &str,
        arguments: Value,
    ) -> Self {
        let Manner { era, watches } = manner;
        let mut params = json!({ "name": tool, "arguments": arguments });
        let mut more = String::new();
        if era == MODERN {
            params["_meta"] = declared(&json!({}));
            more = format!("Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\n");
        }
        if watches {
            params["_meta"]["progressToken"] = json!("watching");
        }
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params })
            .to_string();
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
             Mcp-Protocol-Version: {era}\r\n{more}Content-Length: {length}\r\n\r\n",
            host = host(origin),
            length = body.len()
        );
        let mut stream = TcpStream::connect(host(origin)).await.unwrap();
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        Self { stream, watches }
    }

    /// Goes away, and returns once the server has noticed: it closes its side without an answer. Who watches has been
    /// told of the progress.
    pub async fn hang_up(mut self) {
        self.stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.unwrap();
        let rest = String::from_utf8_lossy(&rest);
        if self.watches {
            assert!(!rest.contains("\"result\""), "{rest}");
        } else {
            assert_eq!(rest, "");
        }
    }
}

/// Whether somebody listens at `origin`.
pub async fn listens(origin: &str) -> bool {
    TcpStream::connect(host(origin)).await.is_ok()
}

fn host(origin: &str) -> String {
    let url = Url::parse(origin).unwrap();
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}
