//! Several servers on one database: a lease lets one of them renew, the others wait for what it brings.

use std::time::Duration;

use auxcord::sandbox::Rotation;
use futures::future::join_all;

use super::{LIST, TOKEN, TOO_LONG, hold_next_renewal, list};
use crate::harness::{Client, Setup, TestApp, until};

/// Calls to each of two servers.
const EACH: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_with_one_expired_link_make_one_refresh() {
    for rotation in [Rotation::Never, Rotation::Always] {
        let app = TestApp::start_with(Setup::default().rotating(rotation)).await;
        let second = app.second().await;
        let person = app.connect_first().await;
        let clients = [app.client(&person.key), second.client(&person.key)];
        join_all(clients.iter().map(list)).await;
        for _ in 0..2 {
            assert!(app.spotify.expire(Some(&person.spotify_id)));
            one_refresh_for_all(&app, &clients).await;
        }
    }
}

/// Holds the renewal until every call of every client was refused by Spotify.
async fn one_refresh_for_all(app: &TestApp, clients: &[Client; 2]) {
    app.spotify.reset_calls();
    hold_next_renewal(&app.spotify);
    let calls = clients
        .iter()
        .flat_map(|client| (0..EACH).map(move |_| list(client)));
    let release = async {
        until("every call was sent once", async || {
            app.spotify.count(LIST) == 2 * EACH as u64
        })
        .await;
        app.spotify.until_held(1).await;
        app.spotify.release();
    };
    tokio::join!(join_all(calls), release);
    assert_eq!(app.spotify.count(TOKEN), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_holds_for_as_long_as_spotify_may_take() {
    let patient = Setup::default()
        .rotating(Rotation::Always)
        .with("SPOTIFY_CALL_TIMEOUT_MS", "60000");
    let app = TestApp::start_with(patient).await;
    let second = app.second().await;
    let person = app.connect_first().await;
    assert!(app.spotify.expire(Some(&person.spotify_id)));
    app.spotify.reset_calls();
    hold_next_renewal(&app.spotify);
    let (one, other) = (app.client(&person.key), second.client(&person.key));
    let slowly = async {
        app.spotify.until_held(1).await;
        app.advance(Duration::from_secs(50));
        let late = tokio::spawn(async move { list(&other).await });
        until("the other server was refused too", async || {
            app.spotify.count(LIST) == 2
        })
        .await;
        app.spotify.release();
        late.await.unwrap();
    };
    tokio::join!(list(&one), slowly);
    assert_eq!(app.spotify.count(TOKEN), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_takes_up_what_another_one_renewed() {
    let app = TestApp::start_with(Setup::default().rotating(Rotation::Always)).await;
    let second = app.second().await;
    let person = app.connect_first().await;
    let (one, other) = (app.client(&person.key), second.client(&person.key));
    app.spotify.reset_calls();
    for round in 1..=4 {
        app.advance(TOO_LONG);
        let (first, then) = if round % 2 == 0 {
            (&one, &other)
        } else {
            (&other, &one)
        };
        list(first).await;
        list(then).await;
        assert_eq!(app.spotify.count(TOKEN), round);
    }
}
