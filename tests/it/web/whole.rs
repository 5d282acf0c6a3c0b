//! The same in the whole server, through every layer, with the simulated Spotify's own pages in between.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Browser, Setup, TestApp, browser::Page};

#[tokio::test]
async fn the_key_on_the_page_opens_the_endpoint_until_its_owner_leaves() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    let listed = client.rpc(1, "tools/list", json!({})).await;
    assert_eq!(listed.status, 200);

    let status = account(&app, "GET", "/auth/status", &person.key).await;
    let told: Value = serde_json::from_str(&status.text).unwrap();
    assert_eq!(told["person"]["spotify_id"], person.spotify_id);
    assert_eq!(told["missing_scopes"], json!([]));

    assert_eq!(
        account(&app, "POST", "/auth/revoke", &person.key)
            .await
            .status,
        200
    );
    assert_eq!(client.rpc(2, "tools/list", json!({})).await.status, 401);
    assert_eq!(
        account(&app, "GET", "/auth/status", &person.key)
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_link_key_opens_neither_account_route() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let link = person.connector_url.rsplit('=').next().unwrap();
    assert_eq!(account(&app, "GET", "/auth/status", link).await.status, 401);
    assert_eq!(
        account(&app, "POST", "/auth/revoke", link).await.status,
        401
    );
}

#[tokio::test]
async fn somebody_who_is_not_on_the_apps_list_is_told_so() {
    let app = TestApp::start().await;
    let unlisted = app
        .spotify
        .people()
        .into_iter()
        .find(|card| !card.allow_listed);
    let page = app.browser().log_in(&unlisted.unwrap().id).await;
    assert_eq!(page.status, 403);
    assert_eq!(
        page.text_of("h1"),
        "Your Spotify account is not on this app's list"
    );
}

#[tokio::test]
async fn pressing_cancel_at_spotify_leads_to_a_page_and_a_new_beginning() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let person = app.spotify.people().remove(0).id;
    let away = browser.begin().await.location();
    let fields = [("person", person.as_str()), ("decision", "cancel")];
    let page = browser.visit(&browser.answer(&away, &fields).await).await;
    assert_eq!(page.status, 403);
    assert_eq!(page.text_of("h1"), "You cancelled at Spotify");
    assert_eq!(browser.log_in(&person).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_browsers_at_once_come_back_as_twenty_people() {
    let app = TestApp::start_with(Setup {
        people: 20,
        ..Setup::default()
    })
    .await;
    let everybody = app.spotify.people();
    let cards: Vec<_> = everybody.into_iter().rev().take(20).collect();
    let origin: Arc<str> = app.origin.as_str().into();
    let mut logins = JoinSet::new();
    for card in cards {
        let browser = Browser::new(&origin);
        logins.spawn(async move {
            let page = browser.log_in(&card.id).await;
            assert_eq!(page.text_of("#account"), card.display_name);
            (card.id, page.text_of("#api-key"))
        });
    }
    let mut people = BTreeSet::new();
    for (id, key) in logins.join_all().await {
        let told: Value =
            serde_json::from_str(&account(&app, "GET", "/auth/status", &key).await.text).unwrap();
        assert_eq!(told["person"]["spotify_id"], id);
        people.insert(told["person"]["id"].to_string());
    }
    assert_eq!(people.len(), 20);
}

#[tokio::test]
async fn every_answer_to_a_browser_keeps_its_headers_through_all_layers() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let pages = [
        (browser.get("/").await, 200),
        (browser.get("/auth/login").await, 200),
        (browser.get("/auth/callback").await, 400),
        (browser.begin().await, 303),
    ];
    for (page, status) in pages {
        assert_eq!(page.status, status);
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'none'; style-src 'self'")
        );
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_method_that_a_page_does_not_answer_is_a_json_405() {
    let app = TestApp::start().await;
    for path in ["/auth/login", "/auth/callback"] {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let page = Page::read(http.put(format!("{}{path}", app.origin))).await;
        assert_eq!(page.status, 405);
        let told: Value = serde_json::from_str(&page.text).unwrap();
        assert_eq!(told["error"], "method_not_allowed");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
    }
}

async fn account(app: &TestApp, method: &str, path: &str, key: &str) -> Page {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let method = method.parse().unwrap();
    Page::read(
        http.request(method, format!("{}{path}", app.origin))
            .bearer_auth(key),
    )
    .await
}
