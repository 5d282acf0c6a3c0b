//! Many people, many streams, the same ids: each answer comes on its own stream only.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::stage::{Stream, call};
use crate::harness::{Setup, TestApp, app::Connected};

/// As many as the promise names.
const PEOPLE: usize = 50;
const STREAMS: usize = 200;
const CALLS: usize = 5_000;
/// Calls of one stream at once.
const AT_ONCE: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_streams_of_fifty_people_each_get_only_their_own_answers() {
    let setup = Setup {
        people: PEOPLE,
        ..Setup::default()
    };
    let app = TestApp::start_with(setup).await;
    let ids = app.spotify.people().into_iter().rev().take(PEOPLE);
    let ids: Vec<String> = ids.map(|card| card.id).collect();
    let people = futures::future::join_all(ids.iter().map(|id| app.connect(id))).await;
    let markers: BTreeSet<String> = people.iter().map(|person| person.marker.clone()).collect();
    assert_eq!(markers.len(), PEOPLE);
    let markers = Arc::new(markers);
    let mut telling = JoinSet::new();
    for number in 0..STREAMS {
        let person = people[number % PEOPLE].clone();
        let stream = Stream::start(&app, &person.key).await;
        telling.spawn(tell(stream, number, person, Arc::clone(&markers)));
    }
    let mut answered = 0;
    while let Some(told) = telling.join_next().await {
        answered += told.unwrap();
    }
    assert_eq!(answered, CALLS);
}

/// Asks in rounds, under the same ids as everybody, and gives the number of answers.
async fn tell(
    mut stream: Stream,
    number: usize,
    person: Connected,
    markers: Arc<BTreeSet<String>>,
) -> usize {
    let mut answered = 0;
    for round in 0..CALLS / STREAMS / AT_ONCE {
        let questions = (0..AT_ONCE).map(|turn| {
            let (tool, arguments) = question(number + round + turn);
            call(i64::try_from(turn).unwrap(), tool, arguments)
        });
        let questions: Vec<Value> = questions.collect();
        let sent = questions.iter().map(|question| stream.send(question));
        futures::future::join_all(sent).await;
        let mut ids = BTreeSet::new();
        for _ in 0..AT_ONCE {
            let answer = stream.message().await;
            assert_ne!(answer["result"]["isError"], true, "{answer}");
            assert!(
                ids.insert(answer["id"].as_i64().unwrap()),
                "twice: {answer}"
            );
            assert_only(&person.marker, &markers, &answer);
            answered += 1;
        }
    }
    answered
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

fn assert_only(own: &str, markers: &BTreeSet<String>, answer: &Value) {
    let text = answer.to_string();
    assert!(text.contains(own), "nothing of {own} in {text}");
    for other in markers {
        assert!(
            other == own || !text.contains(other.as_str()),
            "{own} was shown {other}: {text}"
        );
    }
}
