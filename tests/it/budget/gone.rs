//! An endpoint that Spotify has taken away from the app: tried once a day, and not once a question.

use std::time::Duration;

use auxcord::sandbox::Action;
use serde_json::json;

use super::{failing, refusal, search};
use crate::harness::{Setup, TestApp};

const TRACKS: &str = "/v1/me/tracks";

fn forbidden() -> Action {
    Action::Status {
        status: 403,
        message: "Forbidden".to_owned(),
        reason: None,
        retry_after: None,
    }
}

#[tokio::test]
async fn a_removed_endpoint_is_refused_without_a_call_for_a_day() {
    let app = TestApp::start().await;
    let connected = app.connect_first().await;
    let client = app.client(&connected.key);
    let asked = json!({"kind": "tracks"});
    app.spotify.add_fault(failing(TRACKS, forbidden()));
    assert_eq!(
        refusal(&client, "list_library", asked.clone()).await.0,
        "endpoint_gone"
    );
    app.spotify.clear_faults();
    assert_eq!(
        refusal(&client, "list_library", asked.clone()).await.0,
        "endpoint_gone"
    );
    assert_eq!(app.spotify.count("GET /v1/me/tracks"), 1);
    let status = client.done("get_status", json!({})).await;
    assert_eq!(status["withheld"], json!(["GET me/tracks"]));
    client.done("list_library", json!({"kind": "albums"})).await;
    app.advance(Duration::from_hours(24));
    client.done("list_library", asked).await;
    let status = client.done("get_status", json!({})).await;
    assert_eq!(status.get("withheld"), None);
}

#[tokio::test]
async fn it_is_remembered_over_a_start() {
    let mut app = TestApp::start().await;
    let connected = app.connect_first().await;
    app.spotify.add_fault(failing(TRACKS, forbidden()));
    let client = app.client(&connected.key);
    client
        .refused("list_library", json!({"kind": "tracks"}))
        .await;
    app.spotify.clear_faults();
    app.restart_with("LOG", "info").await.unwrap();
    let client = app.client(&connected.key);
    let refused = refusal(&client, "list_library", json!({"kind": "tracks"})).await;
    assert_eq!(refused.0, "endpoint_gone");
    assert_eq!(app.spotify.count("GET /v1/me/tracks"), 1);
}

#[tokio::test]
async fn one_person_s_refusal_closes_nothing_that_works_for_another() {
    let app = TestApp::start_with(Setup {
        people: 1,
        ..Setup::default()
    })
    .await;
    let first = app.client(&app.connect_first().await.key);
    let other = app.connect(&app.spotify.people().pop().unwrap().id).await;
    search(&first, "night").await;
    let mut fault = failing("/v1/search", forbidden());
    fault.person = Some(other.spotify_id.clone());
    app.spotify.add_fault(fault);
    let other = app.client(&other.key);
    let refused = refusal(&other, "search", json!({"query": "night"})).await;
    assert_eq!(refused.0, "endpoint_gone");
    search(&first, "day").await;
}

#[tokio::test]
async fn somebody_else_s_playlist_is_no_removed_endpoint() {
    let app = TestApp::start().await;
    let client = app.client(&app.connect_first().await.key);
    app.spotify.add_fault(failing("/v1/playlists", forbidden()));
    let asked = json!({"playlist": "37i9dQZF1DXcBWIGoYBM5M"});
    for _ in 0..2 {
        let refused = refusal(&client, "get_playlist", asked.clone()).await;
        assert_eq!(refused.0, "not_readable");
    }
    assert_eq!(app.database.count("quota_closures").await, 0);
}
