//! Coming back from Spotify: only in the browser that left, only in time, and only with what Spotify writes.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{
    EVERYTHING, TOKEN, WEB, app, assert_page, kept, on_loopback, on_the_web, open, somebody,
};
use crate::harness::{
    Browser, TestApp,
    browser::Page,
    consent::{Request, STATE, answer},
};

/// Approves and leaves for Spotify; the answer that sends the browser there.
async fn leave(browser: &Browser, request: &Request) -> Page {
    let page = browser.asked(request).await;
    browser.approve(&page).await
}

/// The address of the callback with `more` after the state of that login.
fn back_with(app: &TestApp, away: &Page, more: &str) -> String {
    format!(
        "{}/auth/callback?state={}&{more}",
        app.origin,
        answer(away)["state"]
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_was_approved_gets_one_code_its_state_and_our_name() {
    for app in [app().await, TestApp::start_with(open().https()).await] {
        let client = on_the_web(&app).await;
        let browser = app.browser();
        let sent = browser
            .grant(&client.request_for(EVERYTHING), &somebody(&app))
            .await;
        let location = sent.location();
        assert!(
            location.starts_with(&format!("{WEB}&code=auxc_")),
            "{location}"
        );
        assert_eq!(sent.header("cache-control"), "no-store");
        assert_eq!(sent.header("referrer-policy"), "no-referrer");
        let told = answer(&sent);
        let names: Vec<&str> = told.keys().map(String::as_str).collect();
        assert_eq!(names, ["code", "iss", "state", "tenant"]);
        assert_eq!(
            (&told["state"], &told["iss"]),
            (&STATE.to_owned(), &app.origin)
        );

        let tokens = client.tokens(&told["code"]).await;
        assert_eq!(tokens["scope"], EVERYTHING);
        let access = tokens["access_token"].as_str().unwrap();
        let status = app.client(access).done("get_status", json!({})).await;
        assert_eq!(status["connected"], true);
        let events = "select event from audit where event like 'oauth.%' order by created_at, id";
        let events = app.database.texts(events).await;
        for event in [
            "oauth.client_registered",
            "oauth.consent_given",
            "oauth.granted",
        ] {
            assert_eq!(
                events.iter().filter(|one| *one == event).count(),
                1,
                "{events:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_client_without_a_state_gets_none_back() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let request = client.request().without("state");
    let told = answer(&app.browser().grant(&request, &somebody(&app)).await);
    let names: Vec<&str> = told.keys().map(String::as_str).collect();
    assert_eq!(names, ["code", "iss"]);
}

#[tokio::test]
async fn f1_in_another_browser_the_answer_is_refused_and_the_right_one_goes_on() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let (browser, other) = (app.browser(), app.browser());
    let away = leave(&browser, &client.request()).await;
    leave(&other, &client.request()).await;
    let back = browser.agree(&away, &somebody(&app)).await;
    app.spotify.reset_calls();
    assert_page(&app.browser().visit(&back).await, 403);
    assert_page(&other.visit(&back).await, 403);
    let cookie = away.set_cookies().remove(0);
    let name = cookie.split('=').next().unwrap();
    let forged = app
        .browser()
        .request(Method::GET, back.strip_prefix(&app.origin).unwrap());
    let forged = forged.header("cookie", format!("{name}=forged"));
    assert_page(&Page::read(forged).await, 403);
    assert_eq!(app.spotify.count(TOKEN), 0);
    assert!(answer(&browser.visit(&back).await).contains_key("code"));
}

#[tokio::test]
async fn f2_a_state_that_is_unknown_late_or_used_gets_a_page() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let unknown = browser.get("/auth/callback?state=unknown&code=code").await;
    assert_page(&unknown, 400);
    let away = leave(&browser, &client.request()).await;
    let back = browser.agree(&away, &somebody(&app)).await;
    app.advance(Duration::from_mins(10));
    app.spotify.reset_calls();
    let late = browser.visit(&back).await;
    assert_page(&late, 400);
    assert_eq!(late.text_of("h1"), "This took too long");
    assert!(
        !late.text_of("main").contains("ten minutes"),
        "with the page before it, it is twenty"
    );
    assert_eq!(app.spotify.count(TOKEN), 0);
    assert_eq!(app.database.count("grants").await, 0);
}

#[tokio::test]
async fn f3_without_exactly_one_state_and_one_answer_there_is_a_page() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let away = leave(&browser, &client.request()).await;
    let state = answer(&away)["state"].clone();
    for query in [
        "code=code".to_owned(),
        format!("state={state}&state={state}&code=code"),
        format!("state={state}"),
        format!("state={state}&code="),
        format!("state={state}&code=a&code=b"),
        format!("state={state}&code=a&error=access_denied"),
    ] {
        assert_page(&browser.get(&format!("/auth/callback?{query}")).await, 400);
    }
    let back = browser.agree(&away, &somebody(&app)).await;
    assert!(
        answer(&browser.visit(&back).await).contains_key("code"),
        "the login is still open"
    );
}

#[tokio::test]
async fn f5_a_no_at_spotify_is_told_to_the_client_and_leaves_nothing() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let away = leave(&browser, &client.request()).await;
    let back = browser
        .answer(&away.location(), &[("decision", "cancel")])
        .await;
    assert_page(&app.browser().visit(&back).await, 403);
    let no = browser.visit(&back).await;
    let told = answer(&no);
    assert!(no.location().starts_with(&client.redirect_uri));
    assert_eq!(told["error"], "access_denied");
    assert_eq!(
        (&told["state"], &told["iss"]),
        (&STATE.to_owned(), &app.origin)
    );
    assert!(no.set_cookies()[0].contains("Max-Age=0"));
    assert_eq!(kept(&app).await, (0, 0));
    assert_eq!(app.database.count("people").await, 0);
    let denied = "select outcome || ' ' || detail from audit where event = 'oauth.consent_denied'";
    assert_eq!(app.database.texts(denied).await, ["failure spotify"]);
    assert_page(&browser.visit(&back).await, 400);
}

#[tokio::test]
async fn f5_a_no_that_comes_too_late_gets_a_page() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let away = leave(&browser, &client.request()).await;
    app.advance(Duration::from_mins(10));
    let page = browser
        .visit(&back_with(&app, &away, "error=access_denied"))
        .await;
    assert_page(&page, 400);
}

#[tokio::test]
async fn f6_what_spotify_says_of_an_error_goes_no_further() {
    let app = app().await;
    let client = on_loopback(&app).await;
    for (error, told) in [
        ("server_error", "temporarily_unavailable"),
        ("temporarily_unavailable", "temporarily_unavailable"),
        ("invalid_scope", "server_error"),
        ("%3Cscript%3Ealert(1)%3C/script%3E", "server_error"),
    ] {
        let browser = app.browser();
        let away = leave(&browser, &client.request()).await;
        let more = format!(
            "error={error}&error_description=%3Cscript%3E%0d%0aSet-Cookie:%20evil=1&iss=evil"
        );
        let url = back_with(&app, &away, &more);
        let stranger = app.browser().visit(&url).await;
        assert_page(&stranger, 403);
        assert!(!stranger.text.contains("<script") && !stranger.text.contains("evil"));
        let page = browser.visit(&url).await;
        let answer = answer(&page);
        assert_eq!(answer["error"], told);
        assert_eq!(answer["iss"], app.origin);
        let location = page.location();
        assert!(
            !location.contains("alert") && !location.contains("evil"),
            "{location}"
        );
        assert!(
            page.set_cookies()
                .iter()
                .all(|cookie| !cookie.contains("evil"))
        );
    }
}

#[tokio::test]
async fn looking_ahead_at_the_callback_has_no_effect() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let away = leave(&browser, &client.request()).await;
    let back = browser.agree(&away, &somebody(&app)).await;
    let path = back.strip_prefix(&app.origin).unwrap();
    app.spotify.reset_calls();
    let head = Page::read(browser.request(Method::HEAD, path)).await;
    assert_eq!(head.status, 405);
    let ahead = browser
        .request(Method::GET, path)
        .header("purpose", "prefetch");
    assert_eq!(Page::read(ahead).await.status, 503);
    assert_eq!(app.spotify.count(TOKEN), 0);
    assert!(answer(&browser.visit(&back).await).contains_key("code"));
}

#[tokio::test]
async fn a_login_for_keys_is_still_answered_by_the_page_with_the_keys() {
    let app = app().await;
    let person = app.connect_first().await;
    assert!(person.key.starts_with("aux_"));
    assert_eq!(app.database.count("grants").await, 0);
}
