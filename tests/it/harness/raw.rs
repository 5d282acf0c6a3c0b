//! HTTP by hand, for requests that no decent client sends.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long a story waits for the other side.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer as it came over the wire.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status; 0 when the connection was closed without an answer.
    pub status: u16,
    /// Head and body.
    pub text: String,
}

impl Reply {
    /// The body.
    pub fn body(&self) -> &str {
        self.text
            .split_once("\r\n\r\n")
            .map_or("", |(_, body)| body)
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.body()).unwrap_or(Value::Null)
    }
}

/// Sends `lines` (the head without the empty line at its end) and `body` to `origin`, and reads until it hangs up.
pub async fn send(origin: &str, lines: &[&str], body: &str) -> Reply {
    let head = format!("{}\r\nconnection: close\r\n\r\n{body}", lines.join("\r\n"));
    send_raw(origin, &head).await
}

/// Sends `bytes` as they are, and reads until the server hangs up.
pub async fn send_raw(origin: &str, bytes: &str) -> Reply {
    let address = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    let reading = stream.read_to_end(&mut read);
    // A reset after the answer is a hang-up too.
    let _ = tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("the server keeps the connection");
    let text = String::from_utf8_lossy(&read).into_owned();
    let status = text
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|code| code.parse().ok())
        .unwrap_or(0);
    Reply { status, text }
}
