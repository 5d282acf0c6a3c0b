//! What was read a moment ago is not asked again: for its person only, until it is too old or they change something.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use auxcord::{
    app::{Admin, KeyKind, KeyLimits, KeyOptions},
    sandbox::Action,
};
use futures::future::join_all;
use serde_json::{Value, json};

use super::{failing, search};
use crate::harness::{Client, Setup, TestApp, until};

const LISTS: &str = "GET /v1/me/playlists";
const SEARCH: &str = "GET /v1/search";

#[tokio::test]
async fn the_same_question_costs_one_call_until_its_answer_is_too_old() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    let first = search(&client, "night").await;
    assert_eq!(search(&client, "night").await, first);
    assert_eq!(app.spotify.count(SEARCH), 1);
    search(&client, "day").await;
    assert_eq!(app.spotify.count(SEARCH), 2, "another question");
    app.advance(Duration::from_secs(299));
    search(&client, "night").await;
    assert_eq!(app.spotify.count(SEARCH), 2);
    app.advance(Duration::from_secs(1));
    search(&client, "night").await;
    assert_eq!(app.spotify.count(SEARCH), 3, "five minutes are over");
}

#[tokio::test]
async fn what_plays_is_never_remembered() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    for _ in 0..2 {
        client
            .done("get_playback", json!({"include": ["now_playing"]}))
            .await;
        client.done("get_recently_played", json!({})).await;
    }
    assert_eq!(app.spotify.count("GET /v1/me/player"), 2);
    assert_eq!(app.spotify.count("GET /v1/me/player/recently-played"), 2);
}

#[tokio::test]
async fn one_s_own_write_makes_all_of_its_group_old_and_nothing_else() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    let before = client.done("list_playlists", json!({})).await;
    client.done("list_library", json!({"kind": "tracks"})).await;
    search(&client, "night").await;
    client
        .done("create_playlist", json!({"name": "Of this moment"}))
        .await;
    let after = client.done("list_playlists", json!({})).await;
    assert_eq!(
        after["total"].as_u64().unwrap(),
        before["total"].as_u64().unwrap() + 1
    );
    search(&client, "night").await;
    assert_eq!(app.spotify.count(SEARCH), 1);
    assert_eq!(app.spotify.take_writes().len(), 1);
}

#[tokio::test]
async fn another_replica_s_write_is_seen_within_about_a_second() {
    let app = TestApp::start().await;
    let connected = app.connect_first().await;
    let second = app.second().await;
    let (here, there) = (app.client(&connected.key), second.client(&connected.key));
    let before = there.done("list_playlists", json!({})).await;
    let begun = std::time::Instant::now();
    here.done("create_playlist", json!({"name": "Made elsewhere"}))
        .await;
    // The clock stands still, so nothing is too old: only the other replica's word can make it ask again.
    loop {
        let after = there.done("list_playlists", json!({})).await;
        if after["total"] != before["total"] {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "never seen");
    }
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(app.spotify.take_writes().len(), 1);
}

#[tokio::test]
async fn a_write_at_one_replica_costs_that_replica_nothing_more() {
    let app = TestApp::start_with(remembering_keys()).await;
    let client = app.client(&app.connect_first().await.key);
    client
        .done("create_playlist", json!({"name": "Mine"}))
        .await;
    client.done("list_playlists", json!({})).await;
    let asked = app.spotify.count(LISTS);
    until_told(&app).await;
    client.done("list_playlists", json!({})).await;
    assert_eq!(app.spotify.count(LISTS), asked);
    app.spotify.take_writes();
}

#[tokio::test]
async fn a_failed_write_makes_what_was_read_old_too() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    client.done("list_playlists", json!({})).await;
    let asked = app.spotify.count(LISTS);
    app.spotify
        .add_fault(failing("/v1/me/playlists", Action::Cut));
    let new = json!({"name": "Perhaps", "if_exists": "duplicate"});
    client.refused("create_playlist", new).await;
    app.spotify.clear_faults();
    client.done("list_playlists", json!({})).await;
    assert!(app.spotify.count(LISTS) > asked);
    app.spotify.take_writes();
}

#[tokio::test]
async fn whoever_connects_again_is_asked_for_anew() {
    let app = TestApp::start_with(remembering_keys()).await;
    let connected = app.connect_first().await;
    let client = app.client(&connected.key);
    client.done("list_playlists", json!({})).await;
    let asked = app.spotify.count(LISTS);
    app.advance(Duration::from_secs(1));
    let again = app.connect_first().await;
    until_told(&app).await;
    app.client(&again.key)
        .done("list_playlists", json!({}))
        .await;
    assert_eq!(app.spotify.count(LISTS), asked + 1);
}

#[tokio::test]
async fn an_ended_link_is_told_although_the_answer_is_remembered() {
    let app = TestApp::start().await;
    let connected = app.connect_first().await;
    let client = app.client(&connected.key);
    client.done("list_playlists", json!({})).await;
    app.spotify.revoke(&connected.spotify_id);
    // Another question finds out that Spotify has ended the link.
    let refused = client
        .refused("list_library", json!({"kind": "tracks"}))
        .await;
    assert!(refused.starts_with("reauth_required"), "{refused}");
    let refused = client.refused("list_playlists", json!({})).await;
    assert!(refused.starts_with("reauth_required"), "{refused}");
}

#[tokio::test]
async fn many_who_ask_the_same_at_once_make_one_call() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify.add_fault(failing("/v1/search", Action::Hold));
    let asking = join_all((0..20).map(|_| search(&client, "night")));
    let (answers, ()) = tokio::join!(asking, async {
        app.spotify.until_held(1).await;
        app.spotify.clear_faults();
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(app.spotify.count(SEARCH), 1);
}

#[tokio::test]
async fn who_goes_away_first_does_not_take_the_answer_along() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify.add_fault(failing("/v1/search", Action::Hold));
    let first = {
        let client = client.clone();
        tokio::spawn(async move { search(&client, "night").await })
    };
    app.spotify.until_held(1).await;
    let second = {
        let client = client.clone();
        tokio::spawn(async move { search(&client, "night").await })
    };
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    app.spotify.until_held(1).await;
    app.spotify.clear_faults();
    second.await.unwrap();
}

#[tokio::test]
async fn a_failure_is_told_to_all_who_wait_and_not_remembered() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify
        .add_fault(failing("/v1/search", Action::MalformedJson));
    client.refused("search", json!({"query": "night"})).await;
    app.spotify.clear_faults();
    search(&client, "night").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_ever_served_another_s_answer() {
    const PEOPLE: usize = 12;
    let setup = Setup {
        people: PEOPLE,
        ..Setup::default()
    };
    let app = TestApp::start_with(setup).await;
    let generated: Vec<String> = app
        .spotify
        .people()
        .into_iter()
        .rev()
        .take(PEOPLE)
        .map(|card| card.id)
        .collect();
    let people = Arc::new(join_all(generated.iter().map(|id| app.connect(id))).await);
    let markers: BTreeSet<String> = people.iter().map(|person| person.marker.clone()).collect();
    let clients: Vec<Client> = people
        .iter()
        .map(|person| app.client(&person.key))
        .collect();
    for round in 0..6 {
        let questions = [
            ("list_playlists", json!({})),
            ("list_library", json!({"kind": "tracks"})),
            ("search", json!({"query": "night"})),
            ("get_playlist", json!({"playlist": own_list(round)})),
        ];
        let asking = clients.iter().enumerate().flat_map(|(index, client)| {
            let people = Arc::clone(&people);
            let markers = &markers;
            questions.clone().map(move |(tool, arguments)| {
                let (people, client) = (Arc::clone(&people), client.clone());
                async move {
                    let answer = client.call(tool, arguments).await.to_string();
                    let own = &people[index].marker;
                    for other in markers {
                        assert!(
                            other == own || !answer.contains(other.as_str()),
                            "{own} was shown {other}: {answer}"
                        );
                    }
                }
            })
        });
        join_all(asking).await;
        if round == 2 {
            // What one person changes changes nobody else's answers.
            clients[0]
                .done("create_playlist", json!({"name": "Of the first"}))
                .await;
        }
    }
    assert_eq!(app.spotify.count(SEARCH), PEOPLE as u64);
    assert_eq!(app.spotify.take_writes().len(), 1);
}

/// A name that some have a playlist of.
fn own_list(round: usize) -> Value {
    json!(["Road trip", "Morning", "Evening"][round % 3])
}

/// Keys that are remembered for so long that only the list of revocations ends them in time.
fn remembering_keys() -> Setup {
    let setup = Setup {
        people: 1,
        ..Setup::default()
    };
    setup.with("CALLER_CACHE_SECONDS", "60")
}

/// Waits until the server has read everything that is in the list of revocations by now: a key of somebody else that is
/// revoked last stops working only then.
async fn until_told(app: &TestApp) {
    let person = app.connect(&app.spotify.people().pop().unwrap().id).await;
    let written = "select content from revocations where content is not null";
    let expected = app.spotify.writes().len().min(1);
    until("the change is in the list", async || {
        app.database.texts(written).await.len() >= expected
    })
    .await;
    let operator = Admin::open(&app.config, app.clock.clone()).await.unwrap();
    let options = KeyOptions {
        kind: KeyKind::Api,
        label: "last".to_owned(),
        limits: KeyLimits::default(),
        expires_at: None,
    };
    let made = operator
        .make_key(&person.spotify_id, options)
        .await
        .unwrap();
    let last = app.client(made.key.expose());
    last.done("get_status", json!({})).await;
    operator.revoke_key(&made.id.to_string()).await.unwrap();
    until("the last key has ended", async || {
        last.rpc(1, "ping", json!({})).await.status == 401
    })
    .await;
}
