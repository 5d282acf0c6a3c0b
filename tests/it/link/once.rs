//! One renewal at a time, ahead of time, and on a 401.

use std::time::Duration;

use auxcord::sandbox::{Action, Fault, Rotation};
use futures::future::join_all;

use super::{LIST, TOKEN, TOO_LONG, hold_next_renewal, link_state, list, on_token, refused};
use crate::harness::{Setup, TestApp, app::Connected, until};

/// Calls of one person at the same time.
const AT_ONCE: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_calls_with_an_expired_token_make_one_refresh() {
    an_expired_token_is_refreshed_once(Rotation::Never).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_calls_make_one_refresh_when_refresh_tokens_rotate() {
    an_expired_token_is_refreshed_once(Rotation::Always).await;
}

async fn an_expired_token_is_refreshed_once(rotation: Rotation) {
    let app = TestApp::start_with(Setup::default().rotating(rotation)).await;
    let person = app.connect_first().await;
    // Three times, so that with rotation each refresh lives on what the one before brought.
    for _ in 0..3 {
        app.advance(TOO_LONG);
        app.spotify.reset_calls();
        app.spotify.add_fault(on_token(Action::Latency { ms: 200 }));
        call_at_once(&app, &person).await;
        assert_eq!(app.spotify.count(TOKEN), 1);
        assert_eq!(app.spotify.count(LIST), AT_ONCE as u64);
        app.spotify.clear_faults();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_calls_that_spotify_answers_with_401_make_one_refresh() {
    for rotation in [Rotation::Never, Rotation::Always] {
        let app = TestApp::start_with(Setup::default().rotating(rotation)).await;
        let person = app.connect_first().await;
        // The server cannot know that the token has ended: every call is sent with it first.
        assert!(app.spotify.expire(Some(&person.spotify_id)));
        app.spotify.reset_calls();
        hold_next_renewal(&app.spotify);
        let all_refused = async {
            until("every call was sent once", async || {
                app.spotify.count(LIST) == AT_ONCE as u64
            })
            .await;
            app.spotify.until_held(1).await;
            app.spotify.release();
        };
        tokio::join!(call_at_once(&app, &person), all_refused);
        assert_eq!(app.spotify.count(TOKEN), 1, "{rotation:?}");
        assert_eq!(app.spotify.count(LIST), 2 * AT_ONCE as u64);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_renewed_when_four_fifths_of_its_life_are_over() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    app.spotify.reset_calls();
    app.advance(Duration::from_secs(3_600 * 74 / 100));
    list(&client).await;
    assert_eq!(app.spotify.count(TOKEN), 0, "too early");
    app.advance(Duration::from_secs(3_600 * 12 / 100));
    list(&client).await;
    assert_eq!(app.spotify.count(TOKEN), 1, "still good, and renewed");
    list(&client).await;
    assert_eq!(app.spotify.count(TOKEN), 1, "new");
    assert_eq!(app.spotify.count(LIST), 3, "and no call was refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spurious_401_is_answered_by_one_refresh_and_one_repetition() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    app.spotify.reset_calls();
    let unauthorized = Fault::new(Action::Unauthorized).on("GET", "/v1/me/playlists");
    app.spotify.add_fault(unauthorized.times(0, 1));
    list(&app.client(&person.key)).await;
    assert_eq!(app.spotify.count(TOKEN), 1);
    assert_eq!(app.spotify.count(LIST), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_401_that_stays_fails_the_call_and_keeps_the_link() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = app.client(&person.key);
    app.spotify.reset_calls();
    app.spotify
        .add_fault(Fault::new(Action::Unauthorized).on("GET", "/v1/me/playlists"));
    refused(&client).await;
    assert_eq!(app.spotify.count(TOKEN), 1);
    assert_eq!(app.spotify.count(LIST), 2);
    assert_eq!(link_state(&app, &person.key).await, "active");
    app.spotify.clear_faults();
    list(&client).await;
}

async fn call_at_once(app: &TestApp, person: &Connected) {
    let client = app.client(&person.key);
    for answer in join_all((0..AT_ONCE).map(|_| list(&client))).await {
        assert!(answer.to_string().contains(&person.marker));
    }
}
