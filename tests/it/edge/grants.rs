//! Access tokens at the endpoint: where they count, and how they end.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::harness::{
    Client, TestApp,
    app::Connected,
    grant::{Wish, give},
    http,
    mcp::Answer,
    sql::Hand,
};

/// Everything that there is.
pub(super) const ALL: &str = "music:read playback:control playlists:write library:write";

pub(super) fn challenge(answer: &Answer) -> &str {
    answer
        .headers
        .get("www-authenticate")
        .map_or("", |value| value.to_str().unwrap())
}

pub(super) fn at(app: &TestApp, path: &str, token: &str) -> Client {
    Client::new(&format!("{}{path}", app.origin), token)
}

pub(super) async fn start() -> (TestApp, Connected) {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    (app, person)
}

#[tokio::test]
async fn an_access_token_does_what_its_scopes_say_in_both_eras() {
    let (app, person) = start().await;
    let given = give(&app, &person, Wish::of(ALL)).await;
    let client = at(&app, "/mcp", &given.token);
    client
        .done("create_playlist", json!({ "name": "Story" }))
        .await;
    let modern = client
        .modern(
            1,
            "tools/call",
            json!({ "name": "search", "arguments": { "query": "night" } }),
        )
        .await;
    assert_eq!(modern.status, 200, "{}", modern.body);
    let pasted = at(&app, "/", &given.token).rpc(1, "ping", json!({})).await;
    assert_eq!(
        pasted.status, 200,
        "the origin alone counts as the endpoint"
    );
    assert_eq!(app.spotify.take_writes().len(), 1);
}

/// J3
#[tokio::test]
async fn a_token_is_good_at_its_own_resource_alone() {
    let (app, person) = start().await;
    let whole = give(&app, &person, Wish::of(ALL)).await.token;
    let wish = Wish {
        path: "/mcp/readonly",
        ..Wish::of("music:read")
    };
    let readonly = give(&app, &person, wish).await.token;
    let wish = Wish {
        path: "/else",
        ..Wish::of(ALL)
    };
    let foreign = give(&app, &person, wish).await.token;
    for (path, token, status) in [
        ("/mcp", &whole, 200),
        ("/mcp/readonly", &whole, 401),
        ("/mcp/readonly", &readonly, 200),
        ("/mcp", &readonly, 401),
        ("/", &readonly, 401),
        ("/mcp", &foreign, 401),
        ("/mcp/readonly", &foreign, 401),
    ] {
        let answer = at(&app, path, token).rpc(1, "ping", json!({})).await;
        assert_eq!(answer.status, status, "{path} {}", answer.body);
        if status == 401 {
            let resource = if path == "/" { "/mcp" } else { path };
            let wanted = format!(
                r#"Bearer error="invalid_token", resource_metadata="{}/.well-known/oauth-protected-resource{resource}", scope="music:read""#,
                app.origin
            );
            assert_eq!(challenge(&answer), wanted);
        }
    }
}

#[tokio::test]
async fn an_access_token_opens_neither_the_account_routes_nor_the_connector_url() {
    let (app, person) = start().await;
    let token = give(&app, &person, Wish::of(ALL)).await.token;
    let client = http().build().unwrap();
    for (method, path) in [
        (Method::GET, "/auth/status"),
        (Method::POST, "/auth/revoke"),
    ] {
        let url = format!("{}{path}", app.origin);
        let answer = client
            .request(method, url)
            .bearer_auth(&token)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{path}");
        assert_eq!(
            answer.headers()["www-authenticate"],
            r#"Bearer error="invalid_token""#
        );
    }
    let connector = format!("{}/claude-mcp?token={token}", app.origin);
    assert_eq!(
        Client::new(&connector, "")
            .rpc(1, "ping", json!({}))
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn what_is_over_or_suspended_is_an_invalid_token() {
    let (app, person) = start().await;
    let mut hand = Hand::on(&app.database).await;
    for status in ["suspended", "revoked"] {
        let given = give(&app, &person, Wish::of(ALL)).await;
        let change = format!(
            "update grants set status = '{status}' where id = '{}'",
            given.id
        );
        hand.execute(&change).await;
        let answer = at(&app, "/mcp", &given.token)
            .rpc(1, "ping", json!({}))
            .await;
        assert_eq!(answer.status, 401, "{status}");
        assert_eq!(answer.body["error"], "invalid_token");
    }
    let given = give(&app, &person, Wish::of(ALL)).await;
    let client = at(&app, "/mcp", &given.token);
    assert_eq!(client.rpc(1, "ping", json!({})).await.status, 200);
    app.advance(Duration::from_hours(1));
    assert_eq!(
        client.rpc(1, "ping", json!({})).await.status,
        401,
        "though remembered"
    );
}

#[tokio::test]
async fn while_the_database_is_away_no_token_is_called_wrong() {
    let (app, person) = start().await;
    let token = give(&app, &person, Wish::of(ALL)).await.token;
    let mut hand = Hand::on(&app.database).await;
    hand.execute("alter table tokens rename to hidden").await;
    let answer = at(&app, "/mcp", &token).rpc(1, "ping", json!({})).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.body["error"], "temporarily_unavailable");
    assert_eq!(challenge(&answer), "");
}
