//! Every call is counted, once, for all replicas, over a day; and the operator may set a limit of their own.

use std::time::Duration;

use auxcord::sandbox::Action;
use serde_json::json;

use super::{failing, refusal, search, standing};
use crate::harness::{Setup, TestApp, sql::Hand, until};

/// Calls of a group in the store, all hours together.
async fn stored(app: &TestApp, group: &str) -> i64 {
    let statement =
        format!("select cast(sum(made) as text) from quota_calls where bucket = '{group}'");
    let rows = Hand::on(&app.database).await.texts(&statement).await;
    rows[0].parse().unwrap()
}

#[tokio::test]
async fn calls_of_two_replicas_add_up_and_what_is_remembered_costs_nothing() {
    let app = TestApp::start().await;
    let connected = app.connect_first().await;
    let second = app.second().await;
    let (here, there) = (app.client(&connected.key), second.client(&connected.key));
    for query in ["one", "two", "two"] {
        search(&here, query).await;
    }
    search(&there, "one").await;
    until("both have written", async || {
        app.database.count("quota_calls").await > 0 && stored(&app, "search").await == 3
    })
    .await;
    for client in [&here, &there] {
        let told = standing(client, "search").await.unwrap();
        assert_eq!(told, json!({"group": "search", "calls": 3}));
    }
}

#[tokio::test]
async fn logins_devices_and_repetitions_count_too() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    let mut hiccup = failing(
        "/v1/search",
        Action::Status {
            status: 502,
            message: String::new(),
            reason: None,
            retry_after: None,
        },
    );
    hiccup.count = Some(1);
    app.spotify.add_fault(hiccup);
    search(&client, "night").await;
    let search = standing(&client, "search").await.unwrap();
    assert_eq!(search["calls"], 2, "the one that failed was a call");
    let player = standing(&client, "player").await.unwrap();
    assert_eq!(player["calls"], 2, "each status asks for the devices");
    until("the login is counted", async || {
        standing(&client, "profile")
            .await
            .is_some_and(|one| one["calls"] == 1)
    })
    .await;
}

#[tokio::test]
async fn counts_survive_a_stop_and_end_with_their_day() {
    let mut app = TestApp::start().await;
    let connected = app.connect_first().await;
    search(&app.client(&connected.key), "night").await;
    app.restart_with("LOG", "info").await.unwrap();
    let client = app.client(&connected.key);
    let told = standing(&client, "search").await.unwrap();
    assert_eq!(told["calls"], 1);
    app.advance(Duration::from_hours(24));
    assert_eq!(standing(&client, "search").await.unwrap()["calls"], 1);
    app.advance(Duration::from_hours(1));
    assert_eq!(standing(&client, "search").await, None);
}

#[tokio::test]
async fn many_calls_are_few_writes() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    for number in 0..30 {
        search(&client, &format!("number {number}")).await;
    }
    until("all are written", async || {
        app.database.count("quota_calls").await > 0 && stored(&app, "search").await == 30
    })
    .await;
    let rows = "select bucket from quota_calls where bucket = 'search'";
    assert_eq!(
        app.database.texts(rows).await.len(),
        1,
        "one hour is one row"
    );
}

#[tokio::test]
async fn the_operator_s_limit_holds_and_room_comes_back_with_the_hours() {
    let app = TestApp::start_with(Setup::default().with("QUOTA_SEARCH", "3")).await;
    let client = app.client(&app.connect_first().await.key);
    search(&client, "one").await;
    app.advance(Duration::from_hours(2));
    for query in ["two", "three"] {
        search(&client, query).await;
    }
    let told = standing(&client, "search").await.unwrap();
    assert_eq!(told, json!({"group": "search", "calls": 3, "left": 0}));
    // The first call was made at noon; its hour counts until 13:00 the next day, and now it is 14:00.
    let refused = refusal(&client, "search", json!({"query": "four"})).await;
    assert_eq!(refused, ("quota_exceeded".to_owned(), Some(23 * 3_600)));
    assert_eq!(app.spotify.count("GET /v1/search"), 3);
    client.done("list_playlists", json!({})).await;
    app.advance(Duration::from_hours(23));
    search(&client, "four").await;
    assert_eq!(app.spotify.count("GET /v1/search"), 4);
}

#[tokio::test]
async fn a_store_that_cannot_count_for_a_while_loses_nothing() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    let mut hand = Hand::on(&app.database).await;
    hand.execute("alter table quota_calls rename to hidden")
        .await;
    search(&client, "one").await;
    let told = standing(&client, "search").await.unwrap();
    assert_eq!(told["calls"], 1, "this process knows what it did");
    hand.execute("alter table hidden rename to quota_calls")
        .await;
    search(&client, "two").await;
    until("both are written", async || {
        app.database.count("quota_calls").await > 0 && stored(&app, "search").await == 2
    })
    .await;
}
