//! Each page belongs to the browser that was shown it.

use reqwest::Method;

use super::{app, assert_page, kept, on_loopback, open};
use crate::harness::{TestApp, browser::Page, consent::question};

/// The form of a yes.
fn yes(page: &Page) -> [(&'static str, String); 3] {
    [
        ("authorization", question(page)),
        ("decision", "approve".to_owned()),
        ("scope", "music:read".to_owned()),
    ]
}

/// `name=value` of the first cookie that an answer sets.
fn cookie(page: &Page) -> String {
    let cookies = page.set_cookies();
    cookies[0].split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn e7_an_answer_from_another_browser_is_refused() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let (browser, other) = (app.browser(), app.browser());
    let page = browser.asked(&client.request()).await;
    other.asked(&client.request()).await;
    for decision in ["approve", "deny"] {
        assert_page(&other.decide(&page, decision, &["music:read"]).await, 403);
        let without = app.browser().decide(&page, decision, &["music:read"]).await;
        assert_page(&without, 403);
    }
    assert_eq!(kept(&app).await, (2, 0));
    assert_eq!(browser.approve(&page).await.status, 303);
}

#[tokio::test]
async fn e7_the_cookie_of_another_page_is_refused() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let page = app.browser().asked(&client.request()).await;
    let other = app.browser().asked(&client.request()).await;
    let theirs = cookie(&other).replace(&question(&other), &question(&page));
    let request = app
        .browser()
        .request(Method::POST, "/authorize")
        .form(&yes(&page));
    assert_page(&Page::read(request.header("cookie", theirs)).await, 403);
}

#[tokio::test]
async fn an_answer_that_another_site_sends_is_refused() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    for headers in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://evil.example"),
        ],
    ] {
        let mut request = browser
            .request(Method::POST, "/authorize")
            .form(&yes(&page));
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        assert_page(&Page::read(request).await, 403);
    }
    assert_eq!(kept(&app).await, (1, 0));
    let ours = browser
        .request(Method::POST, "/authorize")
        .form(&yes(&page));
    let ours = ours
        .header("sec-fetch-site", "same-origin")
        .header("origin", &app.origin);
    assert_eq!(Page::read(ours).await.status, 303);
}

#[tokio::test]
async fn e16_a_twin_of_the_cookie_without_its_prefix_counts_for_nothing() {
    let app = TestApp::start_with(open().https()).await;
    let client = on_loopback(&app).await;
    let page = app.browser().asked(&client.request()).await;
    let twin = cookie(&page);
    let twin = twin.strip_prefix("__Host-").unwrap();
    let request = app
        .browser()
        .request(Method::POST, "/authorize")
        .form(&yes(&page));
    assert_page(&Page::read(request.header("cookie", twin)).await, 403);
}

#[tokio::test]
async fn e17_of_eleven_tabs_the_newest_ten_work() {
    for app in [app().await, TestApp::start_with(open().https()).await] {
        let client = on_loopback(&app).await;
        let browser = app.browser();
        let mut pages = Vec::new();
        for _ in 0..11 {
            pages.push(browser.asked(&client.request()).await);
            app.advance(std::time::Duration::from_millis(1));
        }
        let ended: Vec<String> = pages
            .iter()
            .flat_map(Page::set_cookies)
            .filter(|cookie| cookie.contains("Max-Age=0"))
            .collect();
        assert_eq!(ended.len(), 1);
        assert!(ended[0].contains(&question(&pages[0])));
        assert_page(&browser.approve(&pages[0]).await, 403);
        for page in &pages[1..] {
            assert_eq!(browser.approve(page).await.status, 303);
        }
    }
}
