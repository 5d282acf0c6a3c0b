//! Stories of `resolve_tracks`: the very track that was meant, or the word that it is not certain.

use auxcord::sandbox::{Action, Shelf};
use serde_json::{Value, json};

use super::stage::{SEARCH, Stage, named, text, wanted};
use crate::harness::mcp::LEGACY;

const PARADE: &str = "The Marlow Parade";

fn home() -> Value {
    json!({"title": "Home", "artist": PARADE})
}

fn with(mut wanted: Value, name: &str, value: Value) -> Value {
    wanted[name] = value;
    wanted
}

fn statuses(told: &Value) -> Vec<&str> {
    let rows = told["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| row["status"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn twenty_five_titles_are_twenty_five_searches_and_every_one_is_right() {
    let stage = Stage::new().await;
    let songs = stage.songs(25).await;
    let asked: Vec<_> = songs.iter().map(wanted).collect();
    let told = stage.done("resolve_tracks", json!({"tracks": asked})).await;
    assert_eq!(statuses(&told), ["exact"; 25], "{told}");
    for (row, song) in told["rows"].as_array().unwrap().iter().zip(&songs) {
        assert_eq!(row["title"], song["name"]);
        assert_eq!(row["by"], song["artists"][0]["name"]);
    }
    assert_eq!(told["spotify_calls"], 25);
    assert_eq!(stage.app.spotify.count(SEARCH), 25);
    assert_eq!(stage.calls(), 25);
}

#[tokio::test]
async fn every_kind_of_verdict_is_told_in_lines_and_rows() {
    let stage = Stage::new().await;
    let tracks = json!([
        with(home(), "version", json!("live")),
        home(),
        with(home(), "album", json!("Velvet Harbor")),
        {"title": "Golden Signal", "artist": "Ivory Vance Project"},
        {"title": "Home", "artist": "Nobody Anywhere"},
        {"title": "No Such Song Anywhere", "artist": "Nobody Anywhere"}
    ]);
    let result = stage
        .answer("resolve_tracks", json!({ "tracks": tracks }))
        .await;
    insta::assert_json_snapshot!("resolve_tracks", result);
    let expected = [
        "exact",
        "ambiguous",
        "exact",
        "probable",
        "not_found",
        "not_found",
    ];
    assert_eq!(statuses(&result["structuredContent"]), expected);
    stage.calls();
}

#[tokio::test]
async fn another_version_is_found_when_it_is_asked_for_and_never_else() {
    let stage = Stage::new().await;
    let asked = |version: &str| with(home(), "version", json!(version));
    let told = stage
        .done(
            "resolve_tracks",
            json!({"tracks": [asked("live"), asked("remix"), asked("studio")]}),
        )
        .await;
    assert_eq!(statuses(&told), ["exact", "exact", "ambiguous"]);
    let title = |row: usize| told["rows"][row]["title"].as_str().unwrap();
    assert!(
        title(0).contains("Live at") && title(1).ends_with("Remix"),
        "{told}"
    );
    for candidate in told["rows"][2]["alternatives"].as_array().unwrap() {
        assert_eq!(
            candidate["title"], "Home",
            "a version is no alternative to the song"
        );
    }
    let song = &stage.songs(1).await[0];
    let live = with(
        wanted(song),
        "title",
        json!(format!("{} (Karaoke Version)", named(song).0)),
    );
    let told = stage
        .done("resolve_tracks", json!({"tracks": [live]}))
        .await;
    assert_eq!(statuses(&told), ["not_found"], "{told}");
    assert!(told["rows"][0].get("uri").is_none());
    stage.calls();
}

#[tokio::test]
async fn rows_that_ask_the_same_share_one_search() {
    let stage = Stage::new().await;
    let song = &stage.songs(1).await[0];
    let (title, artist) = named(song);
    let tracks = json!([
        wanted(song),
        {"title": title.to_uppercase(), "artist": artist.to_lowercase()},
        {"title": format!(" {title}"), "artist": artist, "album": null}
    ]);
    let told = stage
        .done("resolve_tracks", json!({"tracks": tracks}))
        .await;
    assert_eq!(statuses(&told), ["exact"; 3]);
    assert_eq!(stage.app.spotify.count(SEARCH), 1);
    stage.calls();
}

#[tokio::test]
async fn an_isrc_is_searched_first_and_not_believed_against_the_names() {
    let stage = Stage::new().await;
    let songs = stage.songs(2).await;
    let isrc = |song: &Value| song["external_ids"]["isrc"].clone();
    let right = with(wanted(&songs[0]), "isrc", isrc(&songs[0]));
    let told = stage
        .done("resolve_tracks", json!({"tracks": [right]}))
        .await;
    assert_eq!((statuses(&told), stage.calls()), (vec!["exact"], 1));
    let wrong = with(wanted(&songs[0]), "isrc", isrc(&songs[1]));
    let told = stage
        .done("resolve_tracks", json!({"tracks": [wrong]}))
        .await;
    assert_eq!(told["rows"][0]["status"], "probable", "{told}");
    assert_eq!(told["rows"][0]["title"], songs[0]["name"]);
    assert_eq!(told["rows"][0]["why"], "another ISRC");
    assert_eq!(stage.calls(), 2);
}

#[tokio::test]
async fn saved_tracks_are_marked_for_one_more_call() {
    let stage = Stage::new().await;
    let saved = stage.spotify("me/tracks?limit=50").await;
    let saved: Vec<_> = saved["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["track"])
        .filter(|track| track["external_ids"]["isrc"].is_string())
        // What is the person's own is in nobody's search.
        .filter(|track| !named(track).0.contains(&stage.me.marker))
        .take(3)
        .cloned()
        .collect();
    let mut asked: Vec<_> = saved
        .iter()
        .map(|track| with(wanted(track), "isrc", track["external_ids"]["isrc"].clone()))
        .collect();
    asked.push(with(home(), "version", json!("remix")));
    let told = stage
        .done(
            "resolve_tracks",
            json!({"tracks": asked, "check_saved": true}),
        )
        .await;
    let rows = told["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["saved"].is_boolean()), "{told}");
    assert!(rows.iter().any(|row| row["saved"] == true), "{told}");
    assert_eq!(told["spotify_calls"], 5, "four searches and one look");
    assert_eq!(stage.calls(), 5);
}

#[tokio::test]
async fn looking_in_the_library_needs_its_permission_before_any_search() {
    let stage = Stage::granting(Some("user-read-private")).await;
    let asked = json!({"tracks": [home()], "check_saved": true});
    let said = stage.refused("resolve_tracks", asked).await;
    assert!(
        said.starts_with("missing_scope: ") && said.contains("user-library-read"),
        "{said}"
    );
    assert_eq!(stage.calls(), 0);
}

#[tokio::test]
async fn when_the_quota_ends_half_way_the_rest_is_said_to_be_unknown() {
    let stage = Stage::new().await;
    let songs = stage.songs(12).await;
    let asked: Vec<_> = songs.iter().map(wanted).collect();
    let spent = Action::QuotaExceeded {
        retry_after: 50_000,
    };
    stage.searches_fail(spent, 3, 1_000);
    let result = stage
        .answer("resolve_tracks", json!({"tracks": asked}))
        .await;
    let told = &result["structuredContent"];
    assert_eq!(told["counts"]["exact"], 3, "{told}");
    assert_eq!(told["counts"]["not_checked"], 9);
    assert!(
        text(&result).contains("quota_exceeded"),
        "{}",
        text(&result)
    );
    let searches = stage.calls();
    assert!(searches <= 7, "no more than were under way: {searches}");
}

#[tokio::test]
async fn a_quota_that_is_used_up_already_is_an_error() {
    let stage = Stage::new().await;
    let spent = Action::QuotaExceeded {
        retry_after: 50_000,
    };
    stage.searches_fail(spent, 0, 1_000);
    let said = stage
        .refused("resolve_tracks", json!({"tracks": [home()]}))
        .await;
    assert!(said.starts_with("quota_exceeded: "), "{said}");
    stage.calls();
}

#[tokio::test]
async fn one_answer_that_cannot_be_read_costs_one_row() {
    let stage = Stage::new().await;
    let songs = stage.songs(6).await;
    let asked: Vec<_> = songs.iter().map(wanted).collect();
    stage.searches_fail(Action::MalformedJson, 2, 1);
    let told = stage.done("resolve_tracks", json!({"tracks": asked})).await;
    assert_eq!(told["counts"]["exact"], 5, "{told}");
    assert_eq!(told["counts"]["not_checked"], 1);
    stage.calls();
}

#[tokio::test]
async fn arguments_that_cannot_be_meant_are_refused_before_any_call() {
    let stage = Stage::new().await;
    let many: Vec<_> = (0..51).map(|_| home()).collect();
    for (tracks, expected) in [
        (json!(many), "`tracks` must be a list of 1 to 50 items"),
        (json!([]), "`tracks` must be a list of 1 to 50 items"),
        (
            json!([{"title": "  ", "artist": "x"}]),
            "`tracks[0].title` must not be blank",
        ),
        (json!([{"title": "x"}]), "`artist` is required"),
        (
            json!([with(home(), "albun", json!("x"))]),
            "did you mean `album`?",
        ),
        (
            json!([with(home(), "version", json!("cover"))]),
            "one of studio, live, remix",
        ),
        (
            json!([with(home(), "isrc", json!("US"))]),
            "`tracks[0].isrc`",
        ),
        (json!(["Home"]), "`tracks[0]`"),
    ] {
        let said = stage
            .refused("resolve_tracks", json!({"tracks": tracks}))
            .await;
        assert!(
            said.starts_with("invalid_argument: ") && said.contains(expected),
            "{expected}: {said}"
        );
    }
    assert_eq!(stage.calls(), 0);
}

#[tokio::test]
async fn rows_sent_as_text_are_understood() {
    let stage = Stage::new().await;
    let song = &stage.songs(1).await[0];
    let tracks = json!([wanted(song)]).to_string();
    let told = stage
        .done("resolve_tracks", json!({"tracks": tracks}))
        .await;
    assert_eq!(statuses(&told), ["exact"]);
    stage.calls();
}

#[tokio::test]
async fn whoever_watches_sees_every_row_go_by() {
    let stage = Stage::new().await;
    let songs = stage.songs(6).await;
    let asked: Vec<_> = songs.iter().map(wanted).collect();
    let asked = json!({"tracks": asked});
    let watched = stage.client.watch(LEGACY, "resolve_tracks", &asked).await;
    let done: Vec<f64> = watched.progress.iter().map(|(done, _)| *done).collect();
    assert_eq!(done, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    stage.calls();
}

#[tokio::test]
async fn what_is_saved_is_told_as_far_as_spotify_says_it() {
    let stage = Stage::new().await;
    let mut asked = vec![json!({"title": "Unheard", "artist": "Nobody Anywhere"})];
    for word in [
        "Garden", "River", "Letters", "Machine", "Highway", "Summer", "Thunder",
    ] {
        for track in stage.tracks(&format!("track:{word}")).await {
            let isrc = &track["external_ids"]["isrc"];
            if asked.len() < 50 && asked.iter().all(|known| known["isrc"] != *isrc) {
                asked.push(with(wanted(&track), "isrc", isrc.clone()));
            }
        }
    }
    assert_eq!(asked.len(), 50);
    let path = "/v1/me/library/contains";
    stage.fails("GET", path, 1, Action::QuotaExceeded { retry_after: 60 });
    let asked = json!({"tracks": asked, "check_saved": true});
    let result = stage.answer("resolve_tracks", asked).await;
    let told = &result["structuredContent"];
    let rows = told["rows"].as_array().unwrap();
    assert_eq!(
        statuses(told),
        [&["not_found"][..], &["exact"; 49]].concat()
    );
    assert_eq!(rows[0].get("saved"), None, "there is nothing to be saved");
    let saved = stage
        .app
        .spotify
        .library(&stage.me.spotify_id, Shelf::Tracks);
    for row in &rows[1..=40] {
        let uri = row["uri"].as_str().unwrap();
        assert_eq!(row["saved"], saved.iter().any(|one| one == uri), "{row}");
    }
    assert!(rows[41..].iter().all(|row| row["saved"] == "not_checked"));
    let note = told["notes"].to_string();
    for said in [
        "For 9 rows",
        "not_checked",
        "(quota_exceeded)",
        "`check_library`",
    ] {
        assert!(note.contains(said), "{said}: {note}");
    }
    assert_eq!(text(&result).matches("saved: not_checked").count(), 9);
    stage.calls();
}
