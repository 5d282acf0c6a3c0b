//! Spotify asks the app to slow down: one errand of each person waits, in turn and not for long, and all others are told.

use std::time::{Duration, Instant};

use auxcord::sandbox::{Action, Fault};
use futures::future::join_all;
use serde_json::json;

use super::{failing, refusal, search};
use crate::harness::{Setup, TestApp};

fn once(path: &str, retry_after: u64) -> Fault {
    Fault {
        count: Some(1),
        ..failing(path, Action::RateLimited { retry_after })
    }
}

#[tokio::test]
async fn a_short_wish_is_waited_for_and_the_call_made_once_more() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify.add_fault(once("/v1/search", 1));
    let begun = Instant::now();
    search(&client, "night").await;
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(app.spotify.count("GET /v1/search"), 2);
}

#[tokio::test]
async fn a_long_wish_is_told_at_once_and_to_everybody() {
    let app = TestApp::start_with(Setup {
        people: 1,
        ..Setup::default()
    })
    .await;
    let first = app.client(&app.connect_first().await.key);
    let other = app.spotify.people().pop().unwrap().id;
    let other = app.client(&app.connect(&other).await.key);
    app.spotify.add_fault(once("/v1/search", 20));
    let begun = Instant::now();
    let refused = refusal(&first, "search", json!({"query": "night"})).await;
    assert_eq!(refused, ("rate_limited".to_owned(), Some(20)));
    app.advance(Duration::from_secs(8));
    // Another person, another group: the wish is about the whole app, and nothing is sent.
    let refused = refusal(&other, "list_playlists", json!({})).await;
    assert_eq!(refused, ("rate_limited".to_owned(), Some(12)));
    assert_eq!(app.spotify.count("GET /v1/me/playlists"), 0);
    assert!(begun.elapsed() < Duration::from_secs(4), "nobody waited");
    app.advance(Duration::from_secs(12));
    search(&other, "night").await;
}

#[tokio::test]
async fn of_one_person_s_errands_one_waits_and_the_others_are_told_at_once() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify.add_fault(once("/v1/search", 2));
    let asking = (0..6).map(|number| {
        let client = client.clone();
        async move {
            let begun = Instant::now();
            let asked = json!({"query": format!("number {number}")});
            let result = client.call("search", asked).await;
            let code = result["_meta"]["auxcord/error"]["code"].clone();
            (code, begun.elapsed())
        }
    });
    // The first one is refused by Spotify before the others come.
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.call("search", json!({"query": "the first"})).await }
    });
    crate::harness::until("spotify has asked to slow down", async || {
        let asked = json!({"include": ["queue"]});
        let result = client.call("get_playback", asked).await;
        result["_meta"]["auxcord/error"]["code"] == "rate_limited"
    })
    .await;
    let told = join_all(asking).await;
    for (code, waited) in told {
        assert_eq!(code, "rate_limited");
        assert!(waited < Duration::from_secs(1), "{waited:?}");
    }
    let first = first.await.unwrap();
    assert_ne!(first["isError"], true, "{first}");
}

#[tokio::test]
async fn an_errand_of_several_calls_waits_as_one() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify.add_fault(Fault {
        count: Some(3),
        ..failing("/v1/me/player", Action::RateLimited { retry_after: 1 })
    });
    let all = json!({"include": ["now_playing", "devices", "queue"]});
    client.done("get_playback", all).await;
}

#[tokio::test]
async fn everybody_s_one_errand_gets_its_turn() {
    const PEOPLE: usize = 5;
    let app = TestApp::start_with(Setup {
        people: PEOPLE,
        ..Setup::default()
    })
    .await;
    let people: Vec<String> = app
        .spotify
        .people()
        .into_iter()
        .rev()
        .take(PEOPLE)
        .map(|card| card.id)
        .collect();
    let connected = join_all(people.iter().map(|id| app.connect(id))).await;
    let clients: Vec<_> = connected.iter().map(|one| app.client(&one.key)).collect();
    app.spotify.add_fault(once("/v1/search", 1));
    let answers = join_all(clients.iter().map(|client| search(client, "night"))).await;
    assert_eq!(answers.len(), PEOPLE);
    assert_eq!(app.spotify.count("GET /v1/search"), PEOPLE as u64 + 1);
}

#[tokio::test]
async fn a_second_refusal_ends_the_patience() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify.add_fault(Fault {
        count: Some(2),
        ..failing("/v1/search", Action::RateLimited { retry_after: 1 })
    });
    let refused = refusal(&client, "search", json!({"query": "night"})).await;
    assert_eq!(refused, ("rate_limited".to_owned(), Some(1)));
}

#[tokio::test]
async fn a_refused_post_is_never_sent_again() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    let mut fault = once("/v1/me/playlists", 1);
    fault.method = Some("POST".to_owned());
    app.spotify.add_fault(fault);
    let refused = refusal(&client, "create_playlist", json!({"name": "Once"})).await;
    assert_eq!(refused.0, "rate_limited");
    assert!(app.spotify.take_writes().is_empty());
}
