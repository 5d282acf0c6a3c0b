//! Stories of `add_to_playlist`: what was added is read back, and a failure in the middle is told exactly.

use auxcord::sandbox::Action;
use reqwest::Method;
use serde_json::json;

use super::stage::{Stage, named, text, wanted};

/// 500, and nothing is carried out.
fn broken() -> Action {
    Action::Status {
        status: 500,
        message: String::new(),
        reason: None,
        retry_after: None,
    }
}

#[tokio::test]
async fn what_was_added_is_read_back_in_one_call() {
    let stage = Stage::new().await;
    let list = stage.list("Fifty");
    let new = stage.outside(&list, 2);
    let asked = json!({"playlist": list.id, "items": new, "position": 7});
    let told = stage.done("add_to_playlist", asked).await;
    assert_eq!(
        (&told["added"], &told["total"], &told["verified"]),
        (&json!(2), &json!(52), &json!(true))
    );
    assert_eq!(stage.app.spotify.rows(&list.id)[7..9], new);
    assert_eq!(
        stage.app.spotify.count("GET /v1/playlists/{id}/items"),
        1,
        "the page where they should be"
    );
    assert_eq!(stage.calls(), 3);
}

#[tokio::test]
async fn a_batch_whose_answer_was_lost_is_found_where_it_should_be() {
    let stage = Stage::new().await;
    let list = stage.list("Fifty");
    let new = stage.outside(&list, 150);
    stage.fails("POST", "/v1/playlists/", 1, Action::Cut);
    let told = stage
        .done(
            "add_to_playlist",
            json!({"playlist": list.id, "items": new}),
        )
        .await;
    assert_eq!(
        (&told["added"], &told["total"], &told["verified"]),
        (&json!(150), &json!(200), &json!(true)),
        "{told}"
    );
    assert!(told["uncertain"].is_null() && told["not_added"].is_null());
    assert_eq!(stage.app.spotify.rows(&list.id)[50..], new);
    stage.calls();
}

#[tokio::test]
async fn after_a_failure_in_the_middle_the_rest_goes_where_the_answer_says() {
    let stage = Stage::new().await;
    let list = stage.list("Fifty");
    let new = stage.outside(&list, 230);
    stage.fails("POST", "/v1/playlists/", 1, broken());
    let asked = json!({"playlist": list.id, "items": new, "position": 3});
    let result = stage.answer("add_to_playlist", asked).await;
    let told = &result["structuredContent"];
    assert_eq!(
        (&told["added"], &told["verified"], &told["next_position"]),
        (&json!(100), &json!(false), &json!(103)),
        "{told}"
    );
    assert_eq!(told["not_added"], json!(new[100..]), "it was read back");
    let line = format!("130 items not added: from item 101 of 230 on, {}", new[100]);
    assert!(
        text(&result).contains(&line) && text(&result).contains("with position=103"),
        "{result}"
    );
    let asked = json!({
        "playlist": list.id, "items": told["not_added"], "position": told["next_position"]
    });
    let told = stage.done("add_to_playlist", asked).await;
    assert_eq!(told["verified"], true, "{told}");
    let mut expected = list.uris.clone();
    expected.splice(3..3, new);
    assert_eq!(stage.app.spotify.rows(&list.id), expected);
    stage.calls();
}

#[tokio::test]
async fn a_first_write_that_failed_and_is_not_there_may_be_repeated() {
    let stage = Stage::new().await;
    let list = stage.list("Fifty");
    stage.fails("POST", "/v1/playlists/", 0, broken());
    let asked = json!({"playlist": list.id, "items": stage.outside(&list, 1)});
    let said = stage.refused("add_to_playlist", asked).await;
    assert!(
        said.starts_with("upstream_error: Nothing was added")
            && said.contains("still has 50 items"),
        "{said}"
    );
}

#[tokio::test]
async fn pages_of_the_same_version_are_read_once_and_those_of_another_anew() {
    let stage = Stage::new().await;
    let list = stage.list("A hundred and one");
    let there = json!({"playlist": list.id, "items": [list.uris[0]]});
    stage.done("add_to_playlist", there.clone()).await;
    stage.calls();
    stage.done("add_to_playlist", there).await;
    assert_eq!(stage.calls(), 1, "the version is the same");

    let new = stage.outside(&list, 1);
    let path = format!("playlists/{}/items", list.id);
    let gone = json!({"items": [{"uri": list.uris[100]}]});
    stage.elsewhere(Method::DELETE, &path, &gone).await;
    stage
        .elsewhere(Method::POST, &path, &json!({"uris": new}))
        .await;
    let told = stage
        .done(
            "add_to_playlist",
            json!({"playlist": list.id, "items": new}),
        )
        .await;
    assert_eq!(told["added"], 0, "it was added in the app a moment ago");
    stage.calls();
}

#[tokio::test]
async fn a_title_that_is_there_already_is_named_as_it_was_asked_for() {
    let stage = Stage::new().await;
    let list = stage.list("Nothing yet");
    let song = &stage.songs(1).await[0];
    let (title, artist) = named(song);
    let asked = json!({"playlist": list.id, "items": [wanted(song)]});
    let first = stage.answer("add_to_playlist", asked.clone()).await;
    assert!(text(&first).contains("it has 1 item now."), "{first}");
    let again = stage.answer("add_to_playlist", asked).await;
    let skipped = &again["structuredContent"]["skipped"][0];
    let uri = stage.app.spotify.rows(&list.id).remove(0);
    assert_eq!(skipped["item"], json!(format!("{title} — {artist}")));
    assert_eq!(skipped["uri"], json!(uri));
    let line = text(&again)
        .lines()
        .find(|line| line.starts_with("- skipped"));
    let id = uri.rsplit(':').next().unwrap();
    let named = format!("- skipped {title} — {artist}: already in the playlist");
    let line = line.unwrap();
    assert!(
        line.starts_with(&named) && line.ends_with(&format!("/track/{id}")),
        "{line}"
    );
    stage.calls();
}
