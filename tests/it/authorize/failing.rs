//! What fails on the way: nothing is half done, and what can be tried again can be.

use std::time::Duration;

use auxcord::sandbox::{Action, Fault};

use super::{TOKEN, app, assert_page, on_loopback, open, somebody};
use crate::harness::{
    Browser, TestApp,
    browser::Page,
    consent::{Guest, STATE, answer},
    sql::Hand,
};

/// The tables that a login for a client adds to.
const WRITTEN: [&str; 4] = ["people", "spotify_links", "grants", "tokens"];

/// Approves and agrees; the address that Spotify sends the browser back to.
async fn agreed(app: &TestApp, browser: &Browser, client: &Guest) -> String {
    let page = browser.asked(&client.request()).await;
    let away = browser.approve(&page).await;
    browser.agree(&away, &somebody(app)).await
}

async fn assert_nothing_written(app: &TestApp) {
    for table in WRITTEN {
        assert_eq!(app.database.count(table).await, 0, "{table}");
    }
}

fn on_token(action: Action) -> Fault {
    Fault::new(action).on("POST", "/api/token")
}

fn status(status: u16, retry_after: Option<u64>) -> Action {
    Action::Status {
        status,
        message: "no".to_owned(),
        reason: None,
        retry_after,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_while_spotify_is_down_the_answer_waits_and_can_be_tried_again() {
    let app = TestApp::start_with(open().with("SPOTIFY_CALL_TIMEOUT_MS", "1000")).await;
    let client = on_loopback(&app).await;
    let (browser, other) = (app.browser(), app.browser());
    let back = agreed(&app, &browser, &client).await;
    for (action, wait) in [
        (status(503, None), None),
        (status(500, None), None),
        (Action::RateLimited { retry_after: 3 }, Some("3")),
        (Action::Hang, None),
    ] {
        app.spotify.add_fault(on_token(action.clone()));
        let page = browser.visit(&back).await;
        app.spotify.clear_faults();
        assert_page(&page, 503);
        let told = page.header("retry-after");
        assert!(
            !told.is_empty() && wait.is_none_or(|wait| wait == told),
            "{action:?}: {told}"
        );
        assert_eq!(page.text_of("#again"), "Try again");
        assert!(
            page.set_cookies().is_empty(),
            "the cookie is needed for the next try"
        );
        assert_nothing_written(&app).await;
        assert_page(&other.visit(&back).await, 403);
    }
    let told = answer(&browser.visit(&back).await);
    client.tokens(&told["code"]).await;
    assert_eq!(app.database.count("grants").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_a_browser_that_goes_away_meanwhile_does_not_leave_half_a_grant() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let back = agreed(&app, &browser, &client).await;
    app.spotify.add_fault(on_token(Action::Hold).times(0, 1));
    let leaving = tokio::time::timeout(Duration::from_millis(200), browser.leave_for(&back));
    let (left, ()) = tokio::join!(leaving, app.spotify.until_held(1));
    assert!(left.is_err());
    assert_nothing_written(&app).await;
    app.spotify.release();
    crate::harness::until("the login is complete", async || {
        app.database.count("grants").await == 1
    })
    .await;
    assert_eq!(app.database.count("spotify_links").await, 1);
    assert_page(&browser.visit(&back).await, 400);
    assert_eq!(app.spotify.count(TOKEN), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_a_reload_while_the_answer_is_finished_waits_and_loses_nothing() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let back = agreed(&app, &browser, &client).await;
    app.spotify.add_fault(on_token(Action::Hold).times(0, 1));
    let reloading = async {
        app.spotify.until_held(1).await;
        let reload = browser.visit(&back).await;
        app.spotify.release();
        reload
    };
    let (sent, reload) = tokio::join!(browser.visit(&back), reloading);
    assert_unfinished(&reload);
    client.tokens(&answer(&sent)["code"]).await;
    assert_page(&browser.visit(&back).await, 400);
    assert_eq!(app.spotify.count(TOKEN), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_a_login_that_is_open_again_after_a_reload_can_be_finished() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let back = agreed(&app, &browser, &client).await;
    let mut hand = Hand::on(&app.database).await;
    // As while another request waits for Spotify, and after Spotify did not answer that one.
    hand.execute("update flows set status = 'spent'").await;
    assert_unfinished(&browser.visit(&back).await);
    let cancelled = back.replace("code=", "error=access_denied&was=");
    assert_unfinished(&browser.visit(&cancelled).await);
    hand.execute("update flows set status = 'open'").await;
    client
        .tokens(&answer(&browser.visit(&back).await)["code"])
        .await;
}

#[tokio::test]
async fn what_nobody_finishes_is_not_waited_for_after_its_time() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let back = agreed(&app, &browser, &client).await;
    let mut hand = Hand::on(&app.database).await;
    hand.execute("update flows set status = 'spent'").await;
    app.advance(Duration::from_mins(10));
    assert_page(&browser.visit(&back).await, 400);
}

/// The page says to reload it, and the browser keeps what it needs for that.
fn assert_unfinished(page: &Page) {
    assert_page(page, 503);
    assert_eq!(page.text_of("h1"), "Your answer is being finished");
    assert_eq!(page.header("retry-after"), "3");
    assert_eq!(page.text_of("#again"), "Try again");
    assert!(page.set_cookies().is_empty());
}

#[tokio::test]
async fn a_code_that_spotify_does_not_know_ends_the_request_at_the_client() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let back = agreed(&app, &browser, &client).await;
    let (address, _) = back.split_once("code=").unwrap();
    let state = back.split_once("state=").unwrap().1;
    let forged = format!("{address}code=forged&state={state}");
    let told = answer(&browser.visit(&forged).await);
    assert_eq!(
        (told["error"].as_str(), told["state"].as_str()),
        ("server_error", STATE)
    );
    assert_nothing_written(&app).await;
    assert_eq!(app.database.count("authorizations").await, 0);
}

#[tokio::test]
async fn an_account_that_spotify_does_not_name_is_tried_again_from_the_client() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let back = agreed(&app, &browser, &client).await;
    app.spotify
        .add_fault(Fault::new(status(503, None)).on("GET", "/v1/me"));
    let told = answer(&browser.visit(&back).await);
    app.spotify.clear_faults();
    assert_eq!(told["error"], "temporarily_unavailable");
    assert_nothing_written(&app).await;
}

#[tokio::test]
async fn somebody_who_is_not_on_the_list_is_told_whom_to_ask() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let people = app.spotify.people();
    let stranger = &people.iter().find(|card| !card.allow_listed).unwrap().id;
    let page = app.browser().grant(&client.request(), stranger).await;
    assert_page(&page, 403);
    assert!(
        page.text.contains("Ask whoever runs this server"),
        "{}",
        page.text
    );
    let back = page.attributes_of("#return", "href").remove(0);
    assert!(back.starts_with(&client.redirect_uri), "{back}");
    assert!(
        back.contains("error=access_denied") && back.contains("iss="),
        "{back}"
    );
    assert_nothing_written(&app).await;
    assert_eq!(app.database.count("authorizations").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_fails_meanwhile_is_503_and_loses_no_answer() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let mut hand = Hand::on(&app.database).await;
    let page = browser.asked(&client.request()).await;
    for table in ["authorizations", "flows", "audit"] {
        hand.execute(&format!("alter table {table} rename to hidden"))
            .await;
        let failed = browser.approve(&page).await;
        let no = browser.decide(&page, "deny", &[]).await;
        hand.execute(&format!("alter table hidden rename to {table}"))
            .await;
        assert_page(&failed, 503);
        assert!(
            failed.texts_of("#again").is_empty(),
            "a form is not sent again by a link"
        );
        // A no needs no login.
        assert_eq!(no.status, if table == "flows" { 303 } else { 503 });
        if table == "flows" {
            break;
        }
    }
    let page = browser.asked(&client.request()).await;
    hand.execute("alter table audit rename to hidden").await;
    assert_page(&browser.approve(&page).await, 503);
    hand.execute("alter table hidden rename to audit").await;
    assert_eq!(
        app.database.count("flows").await,
        0,
        "the approval is all or nothing"
    );
    let away = browser.approve(&page).await;
    let back = browser.agree(&away, &somebody(&app)).await;
    hand.execute("alter table flows rename to hidden").await;
    assert_page(&browser.visit(&back).await, 503);
    hand.execute("alter table hidden rename to flows").await;
    assert!(answer(&browser.visit(&back).await).contains_key("code"));
}
