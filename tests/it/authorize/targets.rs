//! Who asks, and where the answer is to go: what is wrong there is a page for the person, never a redirect.

use reqwest::Method;

use super::{LOOPBACK, WEB, app, assert_page, kept, on_loopback, on_the_web, open};
use crate::harness::{TestApp, browser::Page, consent::Guest};

#[tokio::test]
async fn d1_an_unknown_client_gets_a_page() {
    let app = app().await;
    let known = on_the_web(&app).await;
    for id in ["auxcord-nobody", "", "x", "https://", &"a".repeat(10_000)] {
        let request = known.request().with("client_id", id);
        assert_page(&app.browser().ask(&request).await, 400);
    }
    assert_eq!(kept(&app).await, (0, 0));
}

#[tokio::test]
async fn d2_a_request_without_a_client_id_or_a_redirect_uri_gets_a_page() {
    let app = app().await;
    let request = on_the_web(&app).await.request();
    for name in ["client_id", "redirect_uri"] {
        for incomplete in [
            request.clone().without(name),
            request.clone().with(name, ""),
            request.clone().and(name, "https://other.example/"),
        ] {
            assert_page(&app.browser().ask(&incomplete).await, 400);
        }
    }
    assert_page(&app.browser().get("/authorize").await, 400);
}

#[tokio::test]
async fn d2_a_redirect_uri_that_is_there_twice_gets_a_page_even_if_both_are_the_same() {
    let app = app().await;
    let request = on_the_web(&app).await.request().and("redirect_uri", WEB);
    assert_page(&app.browser().ask(&request).await, 400);
}

#[tokio::test]
async fn d3_a_redirect_uri_that_is_not_registered_gets_a_page() {
    let app = app().await;
    let client = on_the_web(&app).await;
    for other in [
        "https://evil.example/callback?tenant=a%20b",
        "https://client.example.evil.example/callback?tenant=a%20b",
        "https://client.example/callback/more?tenant=a%20b",
        "https://client.example/callback?tenant=a%20b&more=1",
        "https://client.example/callback?tenant=a+b",
        "https://client.example/callback",
        "https://client.example/Callback?tenant=a%20b",
        "https://CLIENT.example/callback?tenant=a%20b",
        "https://client.example/callback/?tenant=a%20b",
        "http://client.example/callback?tenant=a%20b",
        "https://client.example@evil.example/callback?tenant=a%20b",
        "javascript:alert(1)",
        "not an address",
    ] {
        let page = app
            .browser()
            .ask(&client.request().with("redirect_uri", other))
            .await;
        assert_page(&page, 400);
        assert!(!page.text.contains("evil.example"), "{}", page.text);
    }
    assert_eq!(kept(&app).await, (0, 0));
}

#[tokio::test]
async fn d4_a_loopback_redirect_uri_may_have_any_port_and_nothing_else_may_differ() {
    let app = app().await;
    let client = Guest::register(&app.origin, "Player", "http://localhost/callback").await;
    for same in [
        LOOPBACK,
        "http://localhost/callback",
        "http://localhost:1/callback",
    ] {
        let page = app
            .browser()
            .asked(&client.request().with("redirect_uri", same))
            .await;
        assert_eq!(page.header("location"), "");
    }
    for other in [
        "http://127.0.0.1:53123/callback",
        "http://[::1]:53123/callback",
        "https://localhost:1/callback",
        "http://localhost:53123/other",
        "http://localhost:53123/callback?more=1",
        "http://localhost:53123/callback/",
        "http://localhost:99999/callback",
        "http://localhost.evil.example:53123/callback",
    ] {
        let page = app
            .browser()
            .ask(&client.request().with("redirect_uri", other))
            .await;
        assert_page(&page, 400);
    }
}

#[tokio::test]
async fn d5_elsewhere_another_port_gets_a_page() {
    let app = app().await;
    let client = on_the_web(&app).await;
    for port in [443, 8443] {
        let other = WEB.replace("client.example", &format!("client.example:{port}"));
        let page = app
            .browser()
            .ask(&client.request().with("redirect_uri", &other))
            .await;
        assert_page(&page, 400);
    }
}

#[tokio::test]
async fn the_thirty_first_request_in_a_minute_waits() {
    let app = TestApp::start_with(open().with("LIMIT_AUTHORIZE", "30/min")).await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    for _ in 0..30 {
        browser.asked(&client.request()).await;
    }
    let page = browser.ask(&client.request()).await;
    assert_page(&page, 429);
    assert_eq!(page.header("retry-after"), "60");
    app.advance(std::time::Duration::from_mins(1));
    browser.asked(&client.request()).await;
}

#[tokio::test]
async fn a_request_that_no_window_shows_gets_a_page_and_counts_for_nothing() {
    let app = TestApp::start_with(open().with("LIMIT_AUTHORIZE", "2/min")).await;
    let client = on_loopback(&app).await;
    let path = client.request().path();
    let asked = async |mode: &str| {
        let browser = app.browser();
        let request = browser.request(Method::GET, &path);
        Page::read(request.header("sec-fetch-mode", mode)).await
    };
    for mode in ["cors", "no-cors", "same-origin", "websocket", ""] {
        let page = asked(mode).await;
        assert_page(&page, 400);
        assert!(page.set_cookies().is_empty());
    }
    assert_eq!(kept(&app).await, (0, 0));
    assert_eq!(asked("navigate").await.status, 200);
    app.browser().asked(&client.request()).await;
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_503_and_never_a_refusal() {
    let app = TestApp::start_with(open()).await;
    let client = on_loopback(&app).await;
    let mut hand = crate::harness::sql::Hand::on(&app.database).await;
    for table in ["allowances", "clients", "authorizations"] {
        hand.execute(&format!("alter table {table} rename to hidden"))
            .await;
        let page = app.browser().ask(&client.request()).await;
        hand.execute(&format!("alter table hidden rename to {table}"))
            .await;
        assert_page(&page, 503);
        assert!(!page.header("retry-after").is_empty());
    }
    app.browser().asked(&client.request()).await;
}
