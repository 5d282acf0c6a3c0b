//! What passes before any handler: who may ask from where, what a body may be, how long anything may take.

mod bodies;
mod grants;
mod headers;
mod health;
mod step_up;
mod time;
mod tls;

use serde_json::Value;

use crate::harness::raw::Reply;

/// The request line and the headers of a client of the handshake era with `key`, for requests by hand.
fn head<'a>(request: &'a str, extra: &[&'a str]) -> Vec<&'a str> {
    let mut lines = vec![
        request,
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        "mcp-protocol-version: 2025-11-25",
    ];
    lines.extend(extra);
    lines
}

/// The code of a JSON-RPC error.
fn code(reply: &Reply) -> i64 {
    rpc_code(&reply.json())
}

fn rpc_code(body: &Value) -> i64 {
    assert_eq!(body["jsonrpc"], "2.0", "{body}");
    assert!(body["error"]["message"].is_string(), "{body}");
    body["error"]["code"].as_i64().unwrap()
}
