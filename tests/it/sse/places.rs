//! How many streams a person may have, and what happens to one more.

use std::time::Duration;

use auxcord::sandbox::{Action, Fault};
use serde_json::json;

use super::stage::{Stream, answer, call, opening, plain};
use crate::harness::{Setup, TestApp, http, until};

const MOST: usize = 8;

#[tokio::test]
async fn the_ninth_stream_takes_the_place_of_the_one_that_rests_the_longest() {
    let setup = Setup {
        people: 2,
        ..Setup::default()
    };
    let app = TestApp::start_with(setup).await;
    let mut ids = app.spotify.people().into_iter().rev().map(|card| card.id);
    let person = app.connect(&ids.next().unwrap()).await;
    let other = app.connect(&ids.next().unwrap()).await;
    let mut others = Stream::start(&app, &other.key).await;
    let mut streams = Vec::new();
    for _ in 0..MOST {
        streams.push(Stream::start(&app, &person.key).await);
        app.advance(Duration::from_secs(1));
    }
    // The first is used again, so that the second rests the longest.
    streams[0].ask(&plain(1, "ping")).await;
    app.advance(Duration::from_secs(1));
    // Clients that come back by themselves must not take the place from each other without end.
    let early = answer(opening(&app.origin, &person.key)).await;
    assert_eq!(early.status, 429, "{}", early.body);
    assert!(early.headers.contains_key("retry-after"));
    app.advance(Duration::from_mins(1));
    let mut ninth = Stream::start(&app, &person.key).await;
    streams[1].assert_ended().await;
    assert_eq!(streams[1].post(&plain(2, "ping")).await.status, 404);
    for (number, stream) in streams.iter_mut().enumerate() {
        if number != 1 {
            assert_eq!(stream.ask(&plain(3, "ping")).await["id"], 3, "{number}");
        }
    }
    assert_eq!(ninth.ask(&plain(4, "ping")).await["id"], 4);
    assert_eq!(
        others.ask(&plain(5, "ping")).await["id"],
        5,
        "another person's are not theirs"
    );
}

#[tokio::test]
async fn while_all_eight_wait_for_answers_a_ninth_is_told_to_come_later() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut streams = Vec::new();
    app.spotify
        .add_fault(Fault::new(Action::Hold).on("GET", "/v1/me/playlists"));
    for _ in 0..MOST {
        let stream = Stream::start(&app, &person.key).await;
        stream.send(&call(1, "list_playlists", json!({}))).await;
        streams.push(stream);
    }
    app.spotify.until_held(1).await;
    let ninth = answer(opening(&app.origin, &person.key)).await;
    assert_eq!(ninth.status, 429, "{}", ninth.body);
    assert!(ninth.headers.contains_key("retry-after"));
    app.spotify.release();
    for stream in &mut streams {
        let answer = stream.message().await;
        assert_eq!(answer["id"], 1);
        assert!(answer.to_string().contains(&person.marker), "{answer}");
    }
    app.advance(Duration::from_mins(1));
    let mut ninth = Stream::start(&app, &person.key).await;
    assert_eq!(ninth.ask(&plain(1, "ping")).await["id"], 1);
}

#[tokio::test]
async fn a_stream_whose_client_left_frees_its_place_and_ends_its_calls() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    app.spotify
        .add_fault(Fault::new(Action::Hold).on("GET", "/v1/me/playlists"));
    // Each waits for an answer, so that none would make room for another.
    for _ in 0..MOST {
        let stream = Stream::start(&app, &person.key).await;
        stream.send(&call(1, "list_playlists", json!({}))).await;
        let post_url = stream.post_url.clone();
        drop(stream);
        until("the stream has ended", async || {
            let ping = super::stage::posting(&post_url, &person.key, &plain(9, "ping"));
            answer(ping).await.status == 404
        })
        .await;
    }
    let mut stream = Stream::start(&app, &person.key).await;
    assert_eq!(stream.ask(&plain(1, "ping")).await["id"], 1);
    app.spotify.release();
}

#[tokio::test]
async fn asking_for_the_headers_alone_takes_no_place() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut streams = Vec::new();
    for _ in 0..MOST {
        streams.push(Stream::start(&app, &person.key).await);
    }
    let head = http().build().unwrap().head(format!("{}/sse", app.origin));
    let head = head.bearer_auth(&person.key).send().await.unwrap();
    assert_eq!(head.status(), 405);
    for stream in &mut streams {
        assert_eq!(stream.ask(&plain(1, "ping")).await["id"], 1);
    }
}

#[tokio::test]
async fn a_stream_with_too_many_open_calls_says_so_and_goes_on_when_they_are_answered() {
    const AT_ONCE: i64 = 32;
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    app.spotify
        .add_fault(Fault::new(Action::Hold).on("GET", "/v1/me/playlists"));
    for id in 0..AT_ONCE {
        stream.send(&call(id, "list_playlists", json!({}))).await;
    }
    let more = stream
        .post(&call(AT_ONCE, "list_playlists", json!({})))
        .await;
    assert_eq!(more.status, 429, "{}", more.body);
    assert_eq!(more.body["id"], AT_ONCE);
    assert!(more.headers.contains_key("retry-after"));
    // What needs no answer is still taken: it may be what frees a place.
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled",
        "params": { "requestId": 0 } });
    stream.send(&cancel).await;
    app.spotify.release();
    let mut answered: Vec<i64> = Vec::new();
    for _ in 1..AT_ONCE {
        answered.push(stream.message().await["id"].as_i64().unwrap());
    }
    answered.sort_unstable();
    assert_eq!(answered, (1..AT_ONCE).collect::<Vec<_>>());
    assert_eq!(stream.ask(&plain(99, "ping")).await["id"], 99);
}
