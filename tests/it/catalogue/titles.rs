//! Stories of `create_playlist` and `add_to_playlist` with titles and artists instead of links.

use auxcord::sandbox::{Action, Shelf};
use serde_json::{Value, json};

use super::stage::{SEARCH, Stage, named, text, wanted};

/// What stands in the playlist that an answer names.
fn rows(stage: &Stage, told: &Value) -> Vec<String> {
    let uri = told["playlist"]["uri"].as_str().unwrap();
    stage
        .app
        .spotify
        .rows(uri.trim_start_matches("spotify:playlist:"))
}

#[tokio::test]
async fn a_playlist_of_titles_holds_what_is_certain_and_tells_the_rest() {
    let stage = Stage::new().await;
    let songs = stage.songs(3).await;
    let link = stage
        .tracks("track:Home artist:\"The Marlow Parade\"")
        .await[0]["uri"]
        .clone();
    let tracks = json!([
        wanted(&songs[0]),
        link,
        {"title": "Golden Signal", "artist": "Ivory Vance Project"},
        {"title": "Home", "artist": "The Marlow Parade"},
        {"title": "Home", "artist": "Nobody Anywhere"},
        wanted(&songs[1]).to_string(),
        wanted(&songs[0]),
        "not a song"
    ]);
    let result = stage
        .answer(
            "create_playlist",
            json!({"name": "Titles", "tracks": tracks}),
        )
        .await;
    let told = &result["structuredContent"];
    assert_eq!(
        (&told["added"], &told["readback_matches"]),
        (&json!(4), &json!(true)),
        "{told}"
    );
    let statuses: Vec<_> = told["unresolved"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["ambiguous", "not_found"]);
    assert_eq!(
        told["unresolved"][0]["candidates"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(told["probable"][0]["why"], "the featured artists differ");
    assert_eq!(
        told["skipped"].as_array().unwrap().len(),
        2,
        "one named twice, one no song"
    );
    let there = rows(&stage, told);
    assert_eq!(there.len(), 4);
    assert_eq!(json!(there[1]), link, "the order is kept");
    assert!(
        text(&result).contains("not added, ambiguous: Home — The Marlow Parade"),
        "{result}"
    );
    stage.calls();
}

#[tokio::test]
async fn with_fail_nothing_is_created_when_one_title_is_not_certain() {
    let stage = Stage::new().await;
    let song = wanted(&stage.songs(1).await[0]);
    let unsure = json!({"title": "Home", "artist": "The Marlow Parade"});
    let asked = json!({"name": "Titles", "tracks": [song, unsure], "on_unresolved": "fail"});
    let said = stage.refused("create_playlist", asked).await;
    assert!(
        said.starts_with("ambiguous: nothing was created: "),
        "{said}"
    );
    assert!(
        said.contains("\"Home — The Marlow Parade\" is ambiguous: ")
            && said.contains("https://open.spotify.com/track/"),
        "{said}"
    );
    stage.calls();
}

#[tokio::test]
async fn nothing_is_created_when_no_title_is_certain() {
    let stage = Stage::new().await;
    let nobody = json!({"title": "Home", "artist": "Nobody Anywhere"});
    for on_unresolved in ["skip", "fail"] {
        let asked = json!({"name": "Titles", "tracks": [nobody], "on_unresolved": on_unresolved});
        let said = stage.refused("create_playlist", asked).await;
        assert!(
            said.starts_with("not_found: nothing was created: "),
            "{said}"
        );
    }
    stage.calls();
}

#[tokio::test]
async fn a_taken_name_is_told_before_any_title_is_looked_for() {
    let stage = Stage::new().await;
    let name = format!("Fifty {}", stage.me.marker);
    let asked = json!({"name": name, "tracks": [{"title": "Home", "artist": "x"}]});
    let said = stage.refused("create_playlist", asked).await;
    assert!(said.contains("a playlist of this name exists"), "{said}");
    assert_eq!(stage.app.spotify.count(SEARCH), 0);
    stage.calls();
}

#[tokio::test]
async fn twenty_five_titles_become_a_playlist_in_twenty_nine_calls() {
    let stage = Stage::new().await;
    let songs = stage.songs(25).await;
    let tracks: Vec<_> = songs.iter().map(wanted).collect();
    let told = stage
        .done(
            "create_playlist",
            json!({"name": "Twenty-five", "tracks": tracks}),
        )
        .await;
    assert_eq!(
        (&told["added"], &told["readback_matches"]),
        (&json!(25), &json!(true))
    );
    assert_eq!(rows(&stage, &told).len(), 25);
    assert_eq!(
        stage.calls(),
        29,
        "a look for the name, 25 searches, create, fill, read back"
    );
}

#[tokio::test]
async fn titles_are_added_once_and_what_is_there_is_skipped() {
    let stage = Stage::new().await;
    let songs = stage.songs(2).await;
    let list = format!("Just one {}", stage.me.marker);
    let asked = json!({"playlist": list, "items": [wanted(&songs[0]), wanted(&songs[1])]});
    let told = stage.done("add_to_playlist", asked.clone()).await;
    assert_eq!((&told["added"], &told["total"]), (&json!(2), &json!(3)));
    let told = stage.done("add_to_playlist", asked).await;
    assert_eq!((&told["added"], &told["total"]), (&json!(0), &json!(3)));
    let reason = told["skipped"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("already in the playlist"), "{reason}");
    assert_eq!(rows(&stage, &told).len(), 3);
    stage.calls();
}

#[tokio::test]
async fn when_the_quota_ends_what_was_found_is_added_and_the_rest_is_named() {
    let stage = Stage::new().await;
    let songs = stage.songs(8).await;
    let items: Vec<_> = songs.iter().map(wanted).collect();
    stage.searches_fail(
        Action::QuotaExceeded {
            retry_after: 50_000,
        },
        2,
        1_000,
    );
    let list = format!("Nothing yet {}", stage.me.marker);
    let told = stage
        .done("add_to_playlist", json!({"playlist": list, "items": items}))
        .await;
    assert_eq!(told["added"], 2, "{told}");
    let left = told["unresolved"].as_array().unwrap();
    assert_eq!(left.len(), 6);
    assert!(
        left.iter().all(|one| one["status"] == "not_checked"),
        "{told}"
    );
    assert!(
        told["notes"][0]
            .as_str()
            .unwrap()
            .contains("quota_exceeded"),
        "{told}"
    );
    stage.calls();
}

#[tokio::test]
async fn two_hundred_and_thirty_new_tracks_on_twelve_hundred_are_25_reads_and_3_writes() {
    let stage = Stage::new().await;
    let everything = format!("Everything {}", stage.me.marker);
    let lists = stage.app.spotify.playlists(&stage.me.spotify_id);
    let list = lists
        .into_iter()
        .find(|list| list.name == everything)
        .unwrap();
    let held = stage.app.spotify.rows(&list.id);
    let hoarder = stage.app.spotify.people().remove(7).id;
    let mut fresh = stage.app.spotify.library(&hoarder, Shelf::Tracks);
    fresh.retain(|uri| !held.contains(uri));
    fresh.truncate(230);
    assert_eq!(fresh.len(), 230);
    let link = format!("spotify:playlist:{}", list.id);
    let told = stage
        .done("add_to_playlist", json!({"playlist": link, "items": fresh}))
        .await;
    assert_eq!(
        (&told["added"], &told["total"]),
        (&json!(230), &json!(1_430)),
        "{told}"
    );
    assert_eq!(stage.app.spotify.rows(&list.id).len(), 1_430);
    let calls = stage.calls();
    assert!(calls <= 28, "{calls} calls");
}

#[tokio::test]
async fn titles_that_cannot_be_meant_are_refused_before_any_call() {
    let stage = Stage::new().await;
    let song = json!({"title": "x", "artist": "y"});
    let many: Vec<_> = (0..51).map(|_| song.clone()).collect();
    for (items, expected) in [
        (
            json!(many),
            "names 51 tracks by title, and one call looks for at most 50",
        ),
        (
            json!([{"title": " ", "artist": "y"}]),
            "`items[0].title` must not be blank",
        ),
        (
            json!([{"title": "x"}]),
            "`items[0]` must be text or an object",
        ),
        (
            json!([{"title": "x", "artist": "y", "albun": "z"}]),
            "albun",
        ),
        (json!([7]), "`items[0]` must be text or an object"),
    ] {
        let said = stage
            .refused("add_to_playlist", json!({"playlist": "x", "items": items}))
            .await;
        assert!(
            said.starts_with("invalid_argument: ") && said.contains(expected),
            "{said}"
        );
    }
    let (title, artist) = ("x", named(&stage.songs(1).await[0]).1.to_owned());
    let said = stage
        .refused(
            "create_playlist",
            json!({"name": " ", "tracks": [{"title": title, "artist": artist}]}),
        )
        .await;
    assert!(said.contains("`name` must not be blank"), "{said}");
    assert_eq!(stage.calls(), 0);
}
