//! Nobody ever sees another's music: many people, many calls, the same request ids.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::harness::{Setup, TestApp, app::Connected};

/// As many as the promise names.
const PEOPLE: usize = 50;
const CALLS: usize = 5_000;
const AT_ONCE: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_people_calling_at_once_each_get_only_their_own() {
    let app = TestApp::start_with(Setup {
        people: PEOPLE,
        ..Setup::default()
    })
    .await;
    let people = Arc::new(connect_generated(&app, PEOPLE).await);
    let markers: Arc<BTreeSet<String>> =
        Arc::new(people.iter().map(|person| person.marker.clone()).collect());
    assert_eq!(markers.len(), PEOPLE);
    let clients: Arc<Vec<_>> = Arc::new(
        people
            .iter()
            .map(|person| app.client(&person.key))
            .collect(),
    );
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut calls = JoinSet::new();
    for number in 0..CALLS {
        let (people, markers, clients) = (
            Arc::clone(&people),
            Arc::clone(&markers),
            Arc::clone(&clients),
        );
        let turn = Arc::clone(&turns).acquire_owned().await.unwrap();
        calls.spawn(async move {
            let index = number % PEOPLE;
            let (tool, arguments) = question(number / PEOPLE);
            let params = json!({ "name": tool, "arguments": arguments });
            let id = i64::try_from(number % 7).unwrap();
            let answer = if number % 2 == 0 {
                clients[index].rpc(id, "tools/call", params).await
            } else {
                clients[index].modern(id, "tools/call", params).await
            };
            drop(turn);
            assert_eq!(answer.body["id"], id);
            assert_ne!(answer.body["result"]["isError"], true, "{}", answer.body);
            assert_only(&people[index].marker, &markers, &answer.body);
        });
    }
    let mut answered = 0;
    while let Some(call) = calls.join_next().await {
        call.unwrap();
        answered += 1;
    }
    assert_eq!(answered, CALLS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_logins_in_parallel_make_twenty_people() {
    let app = TestApp::start_with(Setup {
        people: 20,
        ..Setup::default()
    })
    .await;
    let people = connect_generated(&app, 20).await;
    let mut ids = BTreeSet::new();
    for person in &people {
        let status = app.client(&person.key).done("get_status", json!({})).await;
        assert_eq!(status["user_id"], person.spotify_id);
        assert!(status["user"].as_str().unwrap().contains(&person.marker));
        ids.insert(person.spotify_id.clone());
    }
    assert_eq!(ids.len(), 20);
}

/// Connects `count` generated people, all at the same time.
async fn connect_generated(app: &TestApp, count: usize) -> Vec<Connected> {
    let generated: Vec<String> = app
        .spotify
        .people()
        .into_iter()
        .rev()
        .take(count)
        .map(|card| card.id)
        .collect();
    futures::future::join_all(generated.iter().map(|id| app.connect(id))).await
}

/// Questions whose answers name whose they are.
fn question(turn: usize) -> (&'static str, Value) {
    match turn % 5 {
        0 => ("get_status", json!({})),
        1 => ("list_playlists", json!({})),
        2 => ("list_library", json!({ "kind": "tracks" })),
        3 => ("get_recently_played", json!({})),
        _ => ("search", json!({ "query": "night" })),
    }
}

fn assert_only(own: &str, markers: &BTreeSet<String>, body: &Value) {
    let text = body.to_string();
    assert!(text.contains(own), "nothing of {own} in {text}");
    for other in markers {
        assert!(
            other == own || !text.contains(other.as_str()),
            "{own} was shown {other}: {text}"
        );
    }
}
