//! Stories of `get_items`: details of anything, each with a status of its own.

use auxcord::sandbox::{Action, Fault};
use serde_json::{Value, json};

use super::stage::{Stage, text};

/// One thing of each kind, by address.
async fn one_of_each(stage: &Stage) -> Vec<String> {
    let mut found = Vec::new();
    for (kind, query) in [
        ("track", "Home"),
        ("album", "Velvet"),
        ("artist", "Marlow"),
        ("episode", "a"),
        ("audiobook", "a"),
    ] {
        let answer = stage
            .spotify(&format!("search?type={kind}&limit=2&q={query}"))
            .await;
        let hits = answer[format!("{kind}s")]["items"].as_array().unwrap();
        found.push(hits.last().unwrap()["uri"].as_str().unwrap().to_owned());
    }
    let episode = found[3].trim_start_matches("spotify:episode:");
    let whole = stage.spotify(&format!("episodes/{episode}")).await;
    found.push(whole["show"]["uri"].as_str().unwrap().to_owned());
    let lists = stage.spotify("me/playlists?limit=2").await;
    found.push(lists["items"][1]["uri"].as_str().unwrap().to_owned());
    found
}

fn statuses(told: &Value) -> Vec<&str> {
    let items = told["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["status"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn one_of_each_kind_is_one_call_each() {
    let stage = Stage::new().await;
    let refs = one_of_each(&stage).await;
    let result = stage.answer("get_items", json!({"refs": refs})).await;
    insta::assert_json_snapshot!("get_items", result);
    assert_eq!(statuses(&result["structuredContent"]), ["ok"; 7]);
    assert_eq!(stage.calls(), 7);
    assert!(
        text(&result).contains("no followers, popularity, genres"),
        "{}",
        text(&result)
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_told_beside_what_can() {
    let stage = Stage::new().await;
    let track = stage.tracks("Home").await[1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let unknown = "spotify:album:0000000000000000000000";
    let refs = json!([
        track,
        format!("https://open.spotify.com/intl-de/track/{track}?si=x"),
        unknown,
        "https://open.spotify.com/user/somebody",
        "spotify:local:a:b:c:1",
        "Some Song"
    ]);
    let result = stage.answer("get_items", json!({"refs": refs})).await;
    let told = &result["structuredContent"];
    let expected = [
        "ok",
        "ok",
        "not_found",
        "invalid_argument",
        "invalid_argument",
        "invalid_argument",
    ];
    assert_eq!(statuses(told), expected, "{told}");
    assert_eq!(stage.calls(), 2, "a thing named twice is read once");
    for reason in ["not a track", "a local file", "find it with `search` first"] {
        assert!(text(&result).contains(reason), "{}", text(&result));
    }
}

#[tokio::test]
async fn nothing_that_can_be_read_is_an_error() {
    let stage = Stage::new().await;
    let said = stage
        .refused("get_items", json!({"refs": ["spotify:user:somebody", "x"]}))
        .await;
    assert!(
        said.starts_with("invalid_argument: no reference can be read"),
        "{said}"
    );
    let said = stage
        .refused(
            "get_items",
            json!({"refs": ["spotify:track:0000000000000000000000"]}),
        )
        .await;
    assert!(said.starts_with("not_found: "), "{said}");
    let many: Vec<_> = (0..21).map(|n| format!("spotify:track:{n:022}")).collect();
    for refs in [json!(many), json!([])] {
        let said = stage.refused("get_items", json!({"refs": refs})).await;
        assert!(
            said.contains("`refs` must be a list of 1 to 20 items"),
            "{said}"
        );
    }
    stage.calls();
}

#[tokio::test]
async fn podcasts_need_their_permission_and_the_rest_does_not() {
    let stage = Stage::granting(Some("user-read-private")).await;
    let refs = one_of_each(&stage).await;
    let (track, episode) = (&refs[0], &refs[3]);
    let told = stage
        .done("get_items", json!({"refs": [track, episode]}))
        .await;
    assert_eq!(statuses(&told), ["ok", "missing_scope"]);
    assert_eq!(stage.calls(), 1);
    let said = stage.refused("get_items", json!({"refs": [episode]})).await;
    assert!(
        said.starts_with("missing_scope: ") && said.contains("user-read-playback-position"),
        "{said}"
    );
    stage.calls();
}

#[tokio::test]
async fn when_spotify_says_enough_the_rest_is_not_asked_for() {
    let stage = Stage::new().await;
    let found = stage.spotify("search?type=track&limit=10&q=Garden").await;
    let refs: Vec<_> = found["tracks"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|track| track["uri"].clone())
        .collect();
    let spent = Action::QuotaExceeded {
        retry_after: 50_000,
    };
    let fault = Fault::new(spent).on("GET", "/v1/tracks");
    stage.app.spotify.add_fault(fault.times(2, 1_000));
    let result = stage.answer("get_items", json!({"refs": refs})).await;
    let told = &result["structuredContent"];
    let count = |status| statuses(told).iter().filter(|one| **one == status).count();
    assert_eq!(count("ok"), 2, "{told}");
    assert!(
        count("quota_exceeded") >= 1 && count("not_checked") >= 1,
        "{told}"
    );
    assert!(stage.calls() <= 6);
}

#[tokio::test]
async fn somebody_elses_playlist_is_described_without_its_contents() {
    let stage = Stage::new().await;
    let found = stage
        .spotify("search?type=playlist&limit=10&q=Velvet%20evenings")
        .await;
    let lists = found["playlists"]["items"].as_array().unwrap();
    let theirs = lists
        .iter()
        .find(|list| list.is_object() && list["owner"]["id"] != stage.me.spotify_id.as_str());
    let uri = &theirs.unwrap()["uri"];
    let told = stage.done("get_items", json!({"refs": [uri]})).await;
    assert_eq!(told["items"][0]["status"], "ok");
    assert_eq!(told["items"][0]["title"], "Velvet evenings");
    stage.calls();
}
