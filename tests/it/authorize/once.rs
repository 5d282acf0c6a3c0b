//! Everything happens once, however many ask for it at the same instant, on one server or on two.

use futures::future::join_all;
use reqwest::Method;

use super::{TOKEN, app, assert_page, on_loopback, somebody};
use crate::harness::{
    Browser, TestApp,
    browser::Page,
    consent::{Guest, answer, question},
};

/// How many there are at the same instant.
const AT_ONCE: usize = 20;

/// The cookies that an answer sets, as a browser sends them: they do not go away with the first answer.
fn cookies(page: &Page) -> String {
    let cookies = page.set_cookies();
    let pairs: Vec<&str> = cookies
        .iter()
        .filter(|cookie| !cookie.contains("Max-Age=0"))
        .map(|cookie| cookie.split(';').next().unwrap())
        .collect();
    pairs.join("; ")
}

/// Answers a page from a browser that sends that page's cookie whatever came before.
async fn decide(browser: &Browser, page: &Page, decision: &str) -> Page {
    let form = [
        ("authorization", question(page)),
        ("decision", decision.to_owned()),
        ("scope", "music:read".to_owned()),
    ];
    let request = browser.request(Method::POST, "/authorize").form(&form);
    Page::read(request.header("cookie", cookies(page))).await
}

/// Comes back from Spotify in the same way.
async fn come_back(browser: &Browser, away: &Page, path: &str) -> Page {
    let request = browser.request(Method::GET, path);
    Page::read(request.header("cookie", cookies(away))).await
}

fn path_of(app: &TestApp, url: &str) -> String {
    url.strip_prefix(&app.origin).unwrap().to_owned()
}

/// Exactly one is redirected, the others get a page: that it is over, or one of the statuses in `or`.
fn one_of(answers: Vec<Page>, or: &[u16]) -> Page {
    let (mut sent, others): (Vec<Page>, Vec<Page>) =
        answers.into_iter().partition(|page| page.status == 303);
    assert_eq!(sent.len(), 1);
    for page in &others {
        let awaited = or.contains(&page.status);
        assert_page(page, if awaited { page.status } else { 400 });
    }
    sent.remove(0)
}

/// Approves and comes back, many times at once at each of `doors`, which are one server or several.
async fn race(app: &TestApp, doors: &[Browser]) {
    let client: Guest = on_loopback(app).await;
    let page = doors[0].asked(&client.request()).await;
    let all = || (0..AT_ONCE).map(|at| &doors[at % doors.len()]);
    let away = one_of(
        join_all(all().map(|door| decide(door, &page, "approve"))).await,
        &[],
    );
    let flows = app.database.count("flows").await;
    assert_eq!(flows, 1, "one login for one approval");

    let back = app.browser().agree(&away, &somebody(app)).await;
    let path = path_of(app, &back);
    app.spotify.reset_calls();
    // Some come while the one is still waiting for Spotify.
    let sent = one_of(
        join_all(all().map(|door| come_back(door, &away, &path))).await,
        &[503],
    );
    assert_eq!(app.spotify.count(TOKEN), 1);
    assert_eq!(app.database.count("grants").await, 1);
    client.tokens(&answer(&sent)["code"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e10_of_many_approvals_and_callbacks_at_once_exactly_one_counts() {
    let app = app().await;
    race(&app, &[app.browser()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e10_of_many_approvals_and_callbacks_on_two_servers_exactly_one_counts() {
    let app = app().await;
    let (_second, address) = app.second_behind_one_origin().await;
    let doors = [app.browser(), app.browser().at(&address)];
    race(&app, &doors).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_and_a_no_at_once_are_one_answer() {
    let app = app().await;
    let (_second, address) = app.second_behind_one_origin().await;
    let client = on_loopback(&app).await;
    let (here, there) = (app.browser(), app.browser().at(&address));
    for _ in 0..5 {
        let page = here.asked(&client.request()).await;
        let (yes, no) = tokio::join!(
            decide(&here, &page, "approve"),
            decide(&there, &page, "deny")
        );
        one_of(vec![yes, no], &[]);
    }
}

#[tokio::test]
async fn e10_an_answer_that_is_sent_again_is_refused() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    assert_eq!(browser.approve(&page).await.status, 303);
    assert_page(&browser.approve(&page).await, 403);
    for decision in ["approve", "deny"] {
        assert_page(&decide(&app.browser(), &page, decision).await, 400);
    }
    assert_eq!(app.database.count("flows").await, 1);
}

#[tokio::test]
async fn e14_a_no_that_is_sent_again_is_refused() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    assert_eq!(browser.decide(&page, "deny", &[]).await.status, 303);
    assert_page(&decide(&app.browser(), &page, "deny").await, 400);
    assert_page(&decide(&app.browser(), &page, "approve").await, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f7_a_callback_that_is_opened_again_is_refused() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    let away = browser.approve(&page).await;
    let back = browser.agree(&away, &somebody(&app)).await;
    let sent = browser.visit(&back).await;
    assert!(answer(&sent).contains_key("code"));
    assert_page(&browser.visit(&back).await, 400);
    assert_page(
        &come_back(&browser, &away, &path_of(&app, &back)).await,
        400,
    );
    assert_eq!(app.spotify.count(TOKEN), 1);
    client.tokens(&answer(&sent)["code"]).await;
}
