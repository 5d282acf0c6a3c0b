//! Limits as a client meets them: 429, when to come back, and whom they leave alone.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Setup, TestApp,
    browser::Page,
    grant::{Wish, give},
    http,
};

/// Presses the button of the login page, as told by a proxy on this machine about `client`.
async fn press(app: &TestApp, client: Option<&str>) -> Page {
    let mut request = http()
        .build()
        .unwrap()
        .request(Method::POST, format!("{}/auth/login", app.origin));
    if let Some(client) = client {
        request = request.header("x-forwarded-for", client);
    }
    Page::read(request).await
}

fn assert_too_many(page: &Page, seconds: &str) {
    assert_eq!(page.status, 429, "{}", page.text);
    assert_eq!(page.header("retry-after"), seconds);
    assert_eq!(page.header("cache-control"), "no-store");
    let body: Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!(body["error"], "temporarily_unavailable");
    assert!(
        body["error_description"]
            .as_str()
            .unwrap()
            .contains(seconds)
    );
}

fn two_logins() -> Setup {
    Setup::default().with("LIMIT_LOGIN", "2/min")
}

#[tokio::test]
async fn logins_that_one_address_begins_are_limited_and_leave_no_row() {
    let app = TestApp::start_with(two_logins()).await;
    for _ in 0..2 {
        assert_eq!(press(&app, None).await.status, 303);
    }
    app.advance(Duration::from_secs(18));
    assert_too_many(&press(&app, None).await, "42");
    assert_eq!(app.database.count("flows").await, 2);
    assert_eq!(
        app.browser().get("/auth/login").await.status,
        200,
        "looking is free"
    );
    app.advance(Duration::from_secs(42));
    assert_eq!(press(&app, None).await.status, 303);
}

#[tokio::test]
async fn replicas_share_the_limit() {
    let app = TestApp::start_with(two_logins()).await;
    let replica = app.second().await;
    assert_eq!(press(&app, None).await.status, 303);
    let other = http().build().unwrap();
    let url = format!("{}/auth/login", replica.origin);
    assert_eq!(other.post(&url).send().await.unwrap().status(), 303);
    assert_eq!(press(&app, None).await.status, 429);
    assert_eq!(other.post(&url).send().await.unwrap().status(), 429);
}

/// M2
#[tokio::test]
async fn a_forged_address_does_not_help_without_a_trusted_proxy() {
    let app = TestApp::start_with(two_logins()).await;
    for client in ["192.0.2.1", "192.0.2.2"] {
        assert_eq!(press(&app, Some(client)).await.status, 303);
    }
    assert_eq!(press(&app, Some("192.0.2.3")).await.status, 429);
}

/// M3
#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_a_limit_of_its_own_and_a_64_is_one() {
    let setup = two_logins().with("TRUSTED_PROXIES", "127.0.0.0/8");
    let app = TestApp::start_with(setup).await;
    for client in ["192.0.2.1", "192.0.2.2", "198.51.100.9, 192.0.2.3"] {
        assert_eq!(press(&app, Some(client)).await.status, 303);
    }
    assert_eq!(press(&app, Some("192.0.2.1")).await.status, 303);
    assert_eq!(press(&app, Some("192.0.2.1")).await.status, 429);
    let forged = press(&app, Some("192.0.2.77, 192.0.2.1")).await;
    assert_eq!(
        forged.status, 429,
        "what stands before the last is the client's word"
    );
    assert_eq!(press(&app, Some("192.0.2.3")).await.status, 303);

    assert_eq!(press(&app, Some("2001:db8::1")).await.status, 303);
    assert_eq!(press(&app, Some("2001:db8::2")).await.status, 303);
    assert_eq!(press(&app, Some("2001:db8::ffff:3")).await.status, 429);
    assert_eq!(press(&app, Some("2001:db8:0:1::1")).await.status, 303);
}

#[tokio::test]
async fn while_nothing_can_be_counted_no_login_begins() {
    let app = TestApp::start().await;
    let mut hand = crate::harness::sql::Hand::on(&app.database).await;
    hand.execute("alter table allowances rename to hidden")
        .await;
    let page = press(&app, None).await;
    assert_eq!(page.status, 503, "{}", page.text);
    assert_eq!(app.database.count("flows").await, 0);
}

async fn ping(app: &TestApp, token: &str) -> u16 {
    app.client(token).rpc(1, "ping", json!({})).await.status
}

/// K7: one person at the limit does not slow another.
#[tokio::test]
async fn requests_at_the_endpoint_are_limited_by_person_whatever_they_ask_with() {
    let app = TestApp::start_with(Setup::default().with("LIMIT_MCP", "6/min")).await;
    let people = app.spotify.people();
    let (first, second) = (
        app.connect(&people[0].id).await,
        app.connect(&people[1].id).await,
    );
    let grant = give(&app, &first, Wish::of("music:read")).await.token;
    for _ in 0..2 {
        assert_eq!(ping(&app, &first.key).await, 200);
        assert_eq!(ping(&app, &grant).await, 200);
        let connector = crate::harness::Client::new(&first.connector_url, "");
        assert_eq!(connector.rpc(1, "ping", json!({})).await.status, 200);
    }
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    for credential in [&first.key, &grant] {
        let refused = Page::read(app.client(credential).post(list)).await;
        assert_too_many(&refused, "10");
    }
    assert_eq!(ping(&app, &second.key).await, 200);

    app.advance(Duration::from_secs(10));
    assert_eq!(ping(&app, &grant).await, 200);
    assert_eq!(ping(&app, &first.key).await, 429);
    app.advance(Duration::from_mins(1));
    for _ in 0..6 {
        assert_eq!(ping(&app, &first.key).await, 200);
    }
    assert_eq!(ping(&app, &first.key).await, 429);
}

#[tokio::test]
async fn a_credential_that_is_no_good_takes_nothing_from_anybody() {
    let app = TestApp::start_with(Setup::default().with("LIMIT_MCP", "1/min")).await;
    let person = app.connect_first().await;
    for _ in 0..20 {
        assert_eq!(ping(&app, "auxa_nonsense").await, 401);
    }
    assert_eq!(ping(&app, &person.key).await, 200);
    assert_eq!(ping(&app, &person.key).await, 429);
}
