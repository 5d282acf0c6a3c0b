//! Who may open a stream and post to it: keys, access tokens for this very address, and what else is told.

use reqwest::Method;
use serde_json::json;

use super::stage::{Stream, answer, call, opening, plain, posting};
use crate::harness::{
    Browser, Setup, TestApp,
    consent::Guest,
    get,
    grant::{Wish, give},
    http,
    mcp::Answer,
};

const ALL: &str = "music:read playback:control playlists:write library:write";

fn at_sse(granted: &str) -> Wish<'_> {
    Wish {
        path: "/sse",
        ..Wish::of(granted)
    }
}

fn challenge(answer: &Answer) -> String {
    let value = answer.headers.get("www-authenticate");
    value.map_or("", |value| value.to_str().unwrap()).to_owned()
}

fn begin_at(app: &TestApp) -> String {
    format!(
        r#"resource_metadata="{}/.well-known/oauth-protected-resource/sse", scope="music:read""#,
        app.origin
    )
}

#[tokio::test]
async fn without_a_credential_both_addresses_say_where_to_begin() {
    let app = TestApp::start().await;
    let client = http().build().unwrap();
    for (method, path) in [
        (Method::GET, "/sse"),
        (Method::POST, "/messages"),
        (
            Method::POST,
            "/messages?sessionId=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
    ] {
        let asked = answer(client.request(method, format!("{}{path}", app.origin))).await;
        assert_eq!(asked.status, 401, "{path}");
        assert_eq!(
            challenge(&asked),
            format!("Bearer {}", begin_at(&app)),
            "{path}"
        );
    }
    let wrong = format!("aux_{}", "0".repeat(49));
    let refused = answer(opening(&app.origin, &wrong)).await;
    assert_eq!(refused.status, 401);
    assert_eq!(
        challenge(&refused),
        format!(r#"Bearer error="invalid_token", {}"#, begin_at(&app))
    );
}

#[tokio::test]
async fn the_stream_is_a_resource_of_its_own_that_describes_itself() {
    let app = TestApp::start().await;
    let path = "/.well-known/oauth-protected-resource/sse";
    let described = get(&format!("{}{path}", app.origin)).await;
    assert_eq!(described.status(), 200);
    let described: serde_json::Value = described.json().await.unwrap();
    assert_eq!(described["resource"], format!("{}/sse", app.origin));
    assert_eq!(described["authorization_servers"], json!([app.origin]));
    assert_eq!(described["scopes_supported"], json!(["music:read"]));
}

#[tokio::test]
async fn a_token_for_the_stream_is_none_for_the_endpoint_and_the_reverse() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let sse = give(&app, &person, at_sse(ALL)).await.token;
    let mcp = give(&app, &person, Wish::of(ALL)).await.token;
    assert_eq!(answer(opening(&app.origin, &mcp)).await.status, 401);
    assert_eq!(app.client(&sse).rpc(1, "ping", json!({})).await.status, 401);
    let mut stream = Stream::start(&app, &sse).await;
    assert_eq!(stream.ask(&plain(1, "ping")).await["result"], json!({}));
    let by_other = answer(posting(&stream.post_url, &mcp, &plain(2, "ping"))).await;
    assert_eq!(
        by_other.status, 401,
        "a token for the endpoint posts nothing"
    );
    assert_eq!(app.client(&mcp).rpc(1, "ping", json!({})).await.status, 200);
}

#[tokio::test]
async fn a_client_gets_its_tokens_for_the_stream_by_asking_for_it() {
    let app = TestApp::start().await;
    let person = app.spotify.people().remove(0);
    let guest = Guest::register(&app.origin, "Old client", "http://127.0.0.1/callback").await;
    let browser = app.browser();
    let resource = format!("{}/sse", app.origin);
    let request = guest.request().with("resource", &resource);
    let code = browser.code(&request, &person.id).await;
    let form = guest.redemption(&code);
    let elsewhere = form
        .clone()
        .with("resource", &format!("{}/mcp", app.origin));
    let refused = elsewhere.post(&format!("{}/token", app.origin)).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert_eq!(refused.body["error"], "invalid_target");
    let form = form.with("resource", &resource);
    let given = form.post(&format!("{}/token", app.origin)).await;
    assert_eq!(given.status, 200, "{}", given.body);
    let token = given.body["access_token"].as_str().unwrap();
    let mut stream = Stream::start(&app, token).await;
    let status = stream.done("get_status", json!({})).await;
    assert!(status.to_string().contains(&person.marker), "{status}");
    assert_eq!(
        app.client(token).rpc(1, "ping", json!({})).await.status,
        401
    );
}

#[tokio::test]
async fn what_the_client_did_not_ask_for_is_a_403_at_the_post_that_names_all_it_needs() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let token = give(&app, &person, at_sse("music:read")).await.token;
    let mut stream = Stream::start(&app, &token).await;
    assert!(stream.tools().await.contains(&"create_playlist".to_owned()));
    let create = call(1, "create_playlist", json!({ "name": "Story" }));
    let refused = stream.post(&create).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert_eq!(refused.body["error"], "insufficient_scope");
    let wanted = format!(
        r#"Bearer error="insufficient_scope", scope="music:read playlists:write", resource_metadata="{}/.well-known/oauth-protected-resource/sse""#,
        app.origin
    );
    assert_eq!(challenge(&refused), wanted);
    stream.done("search", json!({ "query": "night" })).await;
    assert!(app.spotify.take_writes().is_empty());
}

#[tokio::test]
async fn a_link_key_is_none_here_and_no_credential_counts_in_the_address() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let (_, link_key) = person.connector_url.split_once("token=").unwrap();
    assert_eq!(answer(opening(&app.origin, link_key)).await.status, 401);
    let url = format!("{}/sse?token={}", app.origin, person.key);
    let in_address = answer(http().build().unwrap().get(&url)).await;
    assert_eq!(in_address.status, 401);
    let twice = answer(http().build().unwrap().get(&url).bearer_auth(&person.key)).await;
    assert_eq!(twice.status, 400);
}

#[tokio::test]
async fn switched_off_nothing_of_it_is_there() {
    let app = TestApp::start_with(Setup::default().with("SSE", "false")).await;
    let person = app.connect_first().await;
    assert_eq!(answer(opening(&app.origin, &person.key)).await.status, 404);
    let post = posting(
        &format!("{}/messages", app.origin),
        &person.key,
        &plain(1, "ping"),
    );
    assert_eq!(answer(post).await.status, 404);
    for path in [
        "/.well-known/oauth-protected-resource/sse",
        "/.well-known/oauth-authorization-server/sse",
    ] {
        assert_eq!(
            get(&format!("{}{path}", app.origin)).await.status(),
            404,
            "{path}"
        );
    }
    let guest = Guest::register(&app.origin, "Old client", "http://127.0.0.1/callback").await;
    let request = guest
        .request()
        .with("resource", &format!("{}/sse", app.origin));
    let asked = Browser::new(&app.origin).ask(&request).await;
    assert!(
        asked.location().contains("error=invalid_target"),
        "{}",
        asked.location()
    );
}
