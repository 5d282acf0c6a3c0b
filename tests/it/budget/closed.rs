//! A quota that is used up: closed at once, for everybody, on every replica, until Spotify's own time is over.

use std::time::Duration;

use auxcord::sandbox::Action;
use serde_json::json;

use super::{failing, refusal, search, standing};
use crate::harness::{Setup, TestApp, until};

const TWO_HOURS: u64 = 7_200;

fn used_up() -> Action {
    Action::QuotaExceeded {
        retry_after: TWO_HOURS,
    }
}

#[tokio::test]
async fn one_refusal_closes_the_group_for_everybody_and_no_other_group() {
    let app = TestApp::start_with(Setup {
        people: 1,
        ..Setup::default()
    })
    .await;
    let first = app.client(&app.connect_first().await.key);
    let other = app.spotify.people().pop().unwrap().id;
    let other = app.client(&app.connect(&other).await.key);
    search(&first, "night").await;
    app.spotify.add_fault(failing("/v1/search", used_up()));
    let refused = refusal(&first, "search", json!({"query": "day"})).await;
    assert_eq!(refused, ("quota_exceeded".to_owned(), Some(TWO_HOURS)));

    // Spotify would answer again: whoever is refused now was refused without a call.
    app.spotify.clear_faults();
    app.advance(Duration::from_secs(200));
    for client in [&first, &other] {
        let refused = refusal(client, "search", json!({"query": "dusk"})).await;
        assert_eq!(
            refused,
            ("quota_exceeded".to_owned(), Some(TWO_HOURS - 200))
        );
    }
    assert_eq!(app.spotify.count("GET /v1/search"), 2);
    // What was read before is still remembered.
    search(&first, "night").await;
    other.done("list_playlists", json!({})).await;

    app.advance(Duration::from_secs(TWO_HOURS - 200));
    search(&other, "dusk").await;
}

#[tokio::test]
async fn the_words_say_until_when() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify.add_fault(failing("/v1/search", used_up()));
    for query in ["one", "two"] {
        let said = client.refused("search", json!({"query": query})).await;
        assert!(said.contains("until about 2026-11-20 14:00 UTC"), "{said}");
        assert!(said.contains("\"search\""), "{said}");
    }
}

#[tokio::test]
async fn another_replica_learns_of_it_and_so_does_the_next_start() {
    let mut app = TestApp::start().await;
    let connected = app.connect_first().await;
    let second = app.second().await;
    let client = app.client(&connected.key);
    app.spotify.add_fault(failing("/v1/search", used_up()));
    client.refused("search", json!({"query": "day"})).await;
    app.spotify.clear_faults();
    assert_eq!(app.database.count("quota_closures").await, 1, "at once");

    let there = second.client(&connected.key);
    let mut number = 0;
    until("the other replica has closed it", async || {
        number += 1;
        let asked = json!({"query": format!("number {number}")});
        let result = there.call("search", asked).await;
        result["_meta"]["auxcord/error"]["code"] == "quota_exceeded"
    })
    .await;

    app.restart_with("LOG", "info").await.unwrap();
    let asked = app.spotify.count("GET /v1/search");
    let refused = refusal(
        &app.client(&connected.key),
        "search",
        json!({"query": "new"}),
    )
    .await;
    assert_eq!(refused.0, "quota_exceeded");
    assert_eq!(app.spotify.count("GET /v1/search"), asked);
}

#[tokio::test]
async fn the_status_tells_until_when_and_afterwards_about_how_many_are_left() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    for query in ["one", "two", "three"] {
        search(&client, query).await;
    }
    let before = standing(&client, "search").await.unwrap();
    assert_eq!(before, json!({"group": "search", "calls": 3}));
    app.spotify.add_fault(failing("/v1/search", used_up()));
    client.refused("search", json!({"query": "four"})).await;
    app.spotify.clear_faults();
    assert_eq!(
        standing(&client, "search").await.unwrap(),
        json!({"group": "search", "calls": 4, "left": 0, "closed_until": "2026-11-20 14:00 UTC"})
    );
    // A day and an hour later nothing of it counts, and three calls are what a day had.
    app.advance(Duration::from_hours(26));
    search(&client, "five").await;
    assert_eq!(
        standing(&client, "search").await.unwrap(),
        json!({"group": "search", "calls": 1, "left": 2})
    );
}

#[tokio::test]
async fn a_quota_without_an_end_closes_for_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify.add_fault(failing(
        "/v1/search",
        Action::Status {
            status: 429,
            message: "Quota exceeded".to_owned(),
            reason: Some("QUOTA_EXCEEDED".to_owned()),
            retry_after: None,
        },
    ));
    client.refused("search", json!({"query": "one"})).await;
    app.spotify.clear_faults();
    app.advance(Duration::from_secs(899));
    let refused = refusal(&client, "search", json!({"query": "two"})).await;
    assert_eq!(refused, ("quota_exceeded".to_owned(), Some(1)));
    app.advance(Duration::from_secs(1));
    search(&client, "two").await;
}
