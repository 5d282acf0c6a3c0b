//! What a client's request leads to, from its query to its code: groups D, E and F of the behaviour checklist.

mod answers;
mod asking;
mod binding;
mod coming_back;
mod failing;
mod once;
mod requests;
mod targets;
mod wide_and_narrow;

use crate::harness::{
    Setup, TestApp,
    browser::Page,
    consent::{Guest, Request, STATE, answer},
};

/// Where the stories' client on the person's own computer listens.
const LOOPBACK: &str = "http://localhost:53123/callback";
/// Where the stories' client on the web listens.
const WEB: &str = "https://client.example/callback?tenant=a%20b";
/// Every scope.
const EVERYTHING: &str = "music:read playback:control playlists:write library:write";
/// The endpoint of Spotify that redeems codes.
const TOKEN: &str = "POST /api/token";

/// A server that lets one address ask as often as it likes, for all stories come from the same one.
fn open() -> Setup {
    Setup::default()
        .with("LIMIT_AUTHORIZE", "100000/min")
        .with("LIMIT_REGISTER", "100000/min")
}

async fn app() -> TestApp {
    TestApp::start_with(open()).await
}

/// A client on the person's own computer.
async fn on_loopback(app: &TestApp) -> Guest {
    Guest::register(&app.origin, "Story Player", LOOPBACK).await
}

/// A client on the web.
async fn on_the_web(app: &TestApp) -> Guest {
    Guest::register(&app.origin, "Story Site", WEB).await
}

/// Somebody at Spotify.
fn somebody(app: &TestApp) -> String {
    app.spotify.people().remove(0).id
}

/// The error that the client is told, with its state and our name, in an answer that nobody keeps.
async fn refused(app: &TestApp, request: &Request) -> String {
    let page = app.browser().ask(request).await;
    let told = answer(&page);
    assert_eq!(told["state"], STATE);
    assert_eq!(told["iss"], app.origin);
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!told.contains_key("code"));
    told["error"].clone()
}

/// A page for the person, and no way on.
fn assert_page(page: &Page, status: u16) {
    assert_eq!(page.status, status, "{}", page.text);
    assert_eq!(page.header("location"), "");
    assert!(
        page.header("content-type").starts_with("text/html"),
        "{}",
        page.text
    );
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!page.text_of("h1").is_empty());
}

/// How many requests wait or were approved, and how many logins there are for them.
async fn kept(app: &TestApp) -> (usize, usize) {
    (
        app.database.count("authorizations").await,
        app.database.count("flows").await,
    )
}
