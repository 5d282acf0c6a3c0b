//! Spotify's accounts service in trouble: nothing but its refusal of the grant ends a link.

use std::time::Duration;

use auxcord::sandbox::Action;

use super::{TOKEN, TOO_LONG, link_state, list, on_token, refused, stored_link};
use crate::harness::{Setup, TestApp};

/// Within the last fifth of a token's life, where it is renewed ahead of time and still good.
const LAST_FIFTH: Duration = Duration::from_secs(3_600 * 86 / 100);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_with_a_refresh_keeps_the_link_and_a_later_one_succeeds() {
    let app = TestApp::start_with(impatient()).await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    for action in troubles() {
        app.advance(TOO_LONG);
        let before = stored_link(&app).await;
        app.spotify.add_fault(on_token(action.clone()));
        let told = refused(&client).await;
        assert!(
            told.contains("the connection is kept"),
            "{action:?}: {told}"
        );
        assert_eq!(link_state(&app, &person.key).await, "active", "{action:?}");
        assert_eq!(stored_link(&app).await, before, "{action:?}");
        app.spotify.clear_faults();
        list(&client).await;
        assert_ne!(stored_link(&app).await, before, "{action:?}");
    }
    let events = app.database.texts("select event from audit").await;
    assert_eq!(events, ["account.connected"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_still_good_carries_the_call_through_every_trouble() {
    let app = TestApp::start_with(impatient()).await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    for action in troubles() {
        app.advance(LAST_FIFTH);
        app.spotify.reset_calls();
        app.spotify.add_fault(on_token(action.clone()));
        list(&client).await;
        assert_eq!(app.spotify.count(TOKEN), 1, "{action:?}");
        app.spotify.clear_faults();
        app.advance(TOO_LONG);
        list(&client).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewal_ahead_of_time_that_failed_is_not_repeated_with_every_call() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    app.advance(LAST_FIFTH);
    app.spotify.reset_calls();
    app.spotify
        .add_fault(on_token(Action::RateLimited { retry_after: 9 }));
    for _ in 0..5 {
        list(&client).await;
    }
    assert_eq!(app.spotify.count(TOKEN), 1);
    app.spotify.clear_faults();
    app.advance(Duration::from_secs(11));
    list(&client).await;
    assert_eq!(app.spotify.count(TOKEN), 2, "tried again after a rest");
    app.advance(Duration::from_mins(20));
    list(&client).await;
    assert_eq!(app.spotify.count(TOKEN), 2, "renewed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_long_spotify_asked_to_wait_is_said() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    app.advance(TOO_LONG);
    app.spotify
        .add_fault(on_token(Action::RateLimited { retry_after: 47 }));
    let told = refused(&app.client(&person.key)).await;
    assert!(told.contains("47"), "{told}");
}

/// All that can go wrong without a word about the grant.
fn troubles() -> Vec<Action> {
    let status = |status| Action::Status {
        status,
        message: "no such luck".to_owned(),
        reason: None,
        retry_after: None,
    };
    vec![
        Action::RateLimited { retry_after: 7 },
        Action::QuotaExceeded { retry_after: 7 },
        status(400),
        status(401),
        status(403),
        status(500),
        status(503),
        Action::Html { status: 502 },
        Action::Html { status: 200 },
        Action::Html { status: 400 },
        Action::Empty { status: 200 },
        Action::Empty { status: 400 },
        Action::Cut,
        Action::MalformedJson,
        Action::Hang,
    ]
}

/// Waits two seconds for Spotify, and no longer.
fn impatient() -> Setup {
    Setup::default().with("SPOTIFY_CALL_TIMEOUT_MS", "2000")
}
