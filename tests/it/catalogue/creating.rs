//! Stories of `create_playlist`: what it says of a list that did not become what was asked.

use auxcord::sandbox::Action;
use reqwest::Method;
use serde_json::json;

use super::stage::{Stage, text};

#[tokio::test]
async fn a_list_that_was_filled_halfway_is_not_as_asked() {
    let stage = Stage::new().await;
    let tracks = stage.outside(&stage.list("Nothing yet"), 230);
    let failing = Action::Status {
        status: 500,
        message: String::new(),
        reason: None,
        retry_after: None,
    };
    stage.fails("POST", "/v1/playlists/", 1, failing);
    let result = stage
        .answer("create_playlist", json!({"name": "Half", "tracks": tracks}))
        .await;
    let told = &result["structuredContent"];
    assert_eq!(
        (&told["added"], &told["readback_matches"], &told["verified"]),
        (&json!(100), &json!(false), &json!(false)),
        "{told}"
    );
    assert_eq!(told["not_added"], json!(tracks[100..]));
    assert!(
        text(&result).contains("Read back: not as asked."),
        "{result}"
    );
    stage.calls();
}

#[tokio::test]
async fn a_list_that_could_not_be_filled_or_read_back_is_not_as_asked() {
    let stage = Stage::new().await;
    let tracks = stage.outside(&stage.list("Nothing yet"), 3);
    let limited = Action::RateLimited { retry_after: 30 };
    stage.fails("POST", "/v1/playlists/", 0, limited);
    let told = stage
        .done("create_playlist", json!({"name": "None", "tracks": tracks}))
        .await;
    assert_eq!(
        (&told["added"], &told["readback_matches"], &told["verified"]),
        (&json!(0), &json!(false), &json!(false)),
        "{told}"
    );
    assert_eq!(told["not_added"], json!(tracks));
    stage.calls();
}

#[tokio::test]
async fn a_list_that_was_made_elsewhere_a_moment_ago_takes_the_name() {
    let stage = Stage::new().await;
    stage.done("list_playlists", json!({})).await;
    let made = json!({"name": "Just now", "public": false});
    stage.elsewhere(Method::POST, "me/playlists", &made).await;
    let said = stage
        .refused("create_playlist", json!({"name": "just now"}))
        .await;
    assert!(said.contains("a playlist of this name exists"), "{said}");
    stage.calls();
}
