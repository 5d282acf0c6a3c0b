//! Killed while a link is renewed.

use std::time::Duration;

use auxcord::sandbox::{Action, Rotation};
use serde_json::json;

use super::{TOKEN, ground, links, list, on_token, people_and_keys, tokens_are_whole};
use crate::harness::{Ground, Process, app::Connected, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_spotify_renewed_anything_the_old_token_is_there() {
    for rotation in [Rotation::Never, Rotation::Always] {
        let ground = ground(rotation).await;
        let (server, [struck, other]) = two_people(&ground).await;
        let before = links(&ground, "true").await;
        expire_and_kill(&ground, server, &struck, Action::Hang).await;
        assert_eq!(links(&ground, "true").await, before);
        let server = ground.serve().await;
        list(&server.client(&struck.key)).await;
        list(&server.client(&other.key)).await;
        assert_eq!(ground.spotify.count(TOKEN), 2, "the lost one and one more");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_the_answer_in_flight_the_old_refresh_token_still_serves() {
    let ground = ground(Rotation::Never).await;
    let (server, [struck, other]) = two_people(&ground).await;
    let before = links(&ground, "true").await;
    expire_and_kill(&ground, server, &struck, Action::Hold).await;
    assert_eq!(links(&ground, "true").await, before);
    let server = ground.serve().await;
    list(&server.client(&struck.key)).await;
    list(&server.client(&other.key)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_a_rotated_token_in_flight_one_link_is_suspended_and_nothing_else_changes() {
    let ground = ground(Rotation::Always).await;
    let (server, [struck, other]) = two_people(&ground).await;
    let others = format!("p.spotify_id = '{}'", other.spotify_id);
    let before = (
        links(&ground, &others).await,
        people_and_keys(&ground).await,
    );
    expire_and_kill(&ground, server, &struck, Action::Hold).await;
    let server = ground.serve().await;
    let advice = format!("{}/auth/login", server.origin);
    let client = server.client(&struck.key);
    let told = client.refused("list_playlists", json!({})).await;
    assert!(
        told.contains("reconnect") && told.contains(&advice),
        "{told}"
    );
    // The key works, and says what is the matter.
    let status = server.browser().status(&struck.key).await;
    assert_eq!(status["link"], "suspended");
    assert_eq!(status["reconnect_url"], advice);
    list(&server.client(&other.key)).await;
    let after = (
        links(&ground, &others).await,
        people_and_keys(&ground).await,
    );
    assert_eq!(after, before);
    ground.connect(&server, &struck.spotify_id).await;
    list(&client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_of_a_renewal_a_link_is_old_or_new() {
    for rotation in [Rotation::Never, Rotation::Always] {
        let ground = ground(rotation).await;
        let (mut server, people) = two_people(&ground).await;
        for moment in 0..6 {
            let renewals = moment % 2 + 1;
            ground.spotify.clear_faults();
            ground
                .spotify
                .add_fault(on_token(Action::Latency { ms: 20 }));
            assert!(ground.spotify.expire(None));
            ground.spotify.reset_calls();
            let calls = start_calls(&server, &people);
            until("renewals are under way", async || {
                ground.spotify.count(TOKEN) >= renewals
            })
            .await;
            calls.watch_for(Duration::from_millis(8 * moment)).await;
            server.kill();
            ground.spotify.clear_faults();
            tokens_are_whole(&ground).await;
            server = ground.serve().await;
            for person in &people {
                works_again(&ground, &server, person, rotation).await;
            }
        }
    }
}

/// A link works, or if its refresh token was rotated away it says so and connecting again mends it.
async fn works_again(ground: &Ground, server: &Process, person: &Connected, rotation: Rotation) {
    let client = server.client(&person.key);
    let result = client.call("list_playlists", json!({})).await;
    if result["isError"] == true {
        let told = result["content"][0]["text"].as_str().unwrap();
        assert_eq!(rotation, Rotation::Always, "{told}");
        assert!(told.contains("reconnect"), "{told}");
        ground.connect(server, &person.spotify_id).await;
        list(&client).await;
    }
}

async fn two_people(ground: &Ground) -> (Process, [Connected; 2]) {
    let server = ground.serve().await;
    let ids = ground.spotify.people();
    let people = [
        ground.connect(&server, &ids[0].id).await,
        ground.connect(&server, &ids[1].id).await,
    ];
    (server, people)
}

/// Lets the token of `struck` end, and kills the server while Spotify does `action` to the renewal.
async fn expire_and_kill(ground: &Ground, server: Process, struck: &Connected, action: Action) {
    assert!(ground.spotify.expire(Some(&struck.spotify_id)));
    ground.spotify.reset_calls();
    ground
        .spotify
        .add_fault(on_token(action.clone()).of(&struck.spotify_id));
    let calls = start_calls(&server, std::slice::from_ref(struck));
    if action == Action::Hold {
        ground.spotify.until_held(1).await;
    } else {
        until("the renewal was asked for", async || {
            ground.spotify.count(TOKEN) == 1
        })
        .await;
    }
    server.kill();
    calls.abort_all_and_wait().await;
    ground.spotify.clear_faults();
}

/// Calls that nobody will answer.
struct Calls(tokio::task::JoinSet<()>);

impl Calls {
    /// Waits for the answers, but not longer than that.
    async fn watch_for(mut self, time: Duration) {
        let answered = async { while self.0.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(time, answered).await;
        self.abort_all_and_wait().await;
    }

    async fn abort_all_and_wait(mut self) {
        self.0.shutdown().await;
    }
}

fn start_calls(server: &Process, people: &[Connected]) -> Calls {
    let mut calls = tokio::task::JoinSet::new();
    for person in people {
        let client = server.client(&person.key);
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": "get_recently_played", "arguments": {} },
        });
        calls.spawn(async move {
            // The server is killed, so the answer is usually an error, and not looked at.
            let _ = client.post(body.to_string()).send().await;
        });
    }
    Calls(calls)
}
