//! A bare connection, for what a well-behaved client does not do.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use url::Url;

use super::mcp::LEGACY;

/// A call that is under way.
#[derive(Debug)]
pub struct Call {
    stream: TcpStream,
}

impl Call {
    /// Sends a tool call with `key` to the server at `origin` and waits for nothing.
    pub async fn send(origin: &str, key: &str, tool: &str, arguments: Value) -> Self {
        let params = json!({ "name": tool, "arguments": arguments });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params })
            .to_string();
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
             Mcp-Protocol-Version: {LEGACY}\r\nContent-Length: {length}\r\n\r\n",
            host = host(origin),
            length = body.len()
        );
        let mut stream = TcpStream::connect(host(origin)).await.unwrap();
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        Self { stream }
    }

    /// Goes away, and returns once the server has noticed: it closes its side without an answer.
    pub async fn hang_up(mut self) {
        self.stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&rest), "");
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
