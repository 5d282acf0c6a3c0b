//! How long anything may take, and a handler that fails altogether.

use auxcord::{
    http::framed,
    mcp::survive,
    sandbox::{Action, Fault},
};
use axum::{Router, routing::get};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::{self, Setup, TestApp, raw};

#[tokio::test]
async fn headers_that_trickle_in_are_cut_off() {
    let app = TestApp::start_with(Setup::default().with("HEADER_TIMEOUT_SECONDS", "1")).await;
    for begun in [
        "",
        "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ",
        "GET / HTTP/1.1\r\n",
    ] {
        let reply = raw::send_raw(&app.origin, begun).await;
        assert!([0, 408].contains(&reply.status), "{reply:?}");
    }
    assert_eq!(app.browser().get("/health").await.status, 200);
}

#[tokio::test]
async fn a_connection_that_has_nothing_more_to_say_is_closed() {
    let app = TestApp::start_with(Setup::default().with("HEADER_TIMEOUT_SECONDS", "1")).await;
    let kept = "GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
    assert_eq!(raw::send_raw(&app.origin, kept).await.status, 200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended() {
    let app = TestApp::start_with(Setup::default().with("REQUEST_TIMEOUT_SECONDS", "1")).await;
    let person = app.connect_first().await;
    let hang = Fault::new(Action::Hang).on("GET", "/v1/me/player/recently-played");
    app.spotify.add_fault(hang);
    let params = json!({ "name": "get_recently_played", "arguments": {} });
    let answer = app.client(&person.key).rpc(1, "tools/call", params).await;
    assert_eq!(answer.status, 504, "{}", answer.body);
    assert_eq!(answer.body["error"], "timeout");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn a_body_that_never_ends_is_ended() {
    let app = TestApp::start_with(Setup::default().with("REQUEST_TIMEOUT_SECONDS", "1")).await;
    let person = app.connect_first().await;
    let begun = format!(
        "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\ncontent-length: 900\r\nconnection: close\r\n\r\n{{",
        person.key
    );
    let reply = raw::send_raw(&app.origin, &begun).await;
    assert_eq!(reply.status, 504, "{reply:?}");
}

#[tokio::test]
async fn a_handler_that_panics_answers_in_json_and_the_next_request_is_served() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new()
        .route("/health", get(|| async { "well" }))
        .route("/doomed", get(doomed));
    let routes = framed(routes, false);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let answer = harness::get(&format!("{origin}/doomed")).await;
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert!(answer.headers().contains_key("x-request-id"));
    let text = answer.text().await.unwrap();
    assert!(!text.contains("hush"), "{text}");
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["error"], "internal_error");
    let next = harness::get(&format!("{origin}/health")).await;
    assert_eq!(next.text().await.unwrap(), "well");
}

#[tokio::test]
async fn a_tool_that_panics_is_an_internal_error_and_no_endless_wait() {
    let doomed = survive(async { Ok(format!("never {}", doomed().await)) });
    let told = doomed.await.unwrap_err();
    assert_eq!(told.code.0, -32603);
    assert!(!told.message.contains("hush"), "{told:?}");
    assert_eq!(survive(async { Ok(7) }).await.unwrap(), 7);
}

async fn doomed() -> &'static str {
    panic!("a secret: {}", "hush")
}
