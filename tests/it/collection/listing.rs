//! Stories of `list_library`: each kind, page by page, by cursor, and through a filter.

use auxcord::sandbox::Shelf;
use serde_json::{Value, json};

use super::stage::{COLLECTOR, HOARDER, NEWCOMER, Stage, text, these};

fn uris(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|row| row["uri"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_kind_is_listed_as_spotify_has_it_in_one_call() {
    let stage = Stage::of(COLLECTOR).await;
    let kinds = [
        ("tracks", Shelf::Tracks, "GET /v1/me/tracks"),
        ("albums", Shelf::Albums, "GET /v1/me/albums"),
        ("shows", Shelf::Shows, "GET /v1/me/shows"),
        ("episodes", Shelf::Episodes, "GET /v1/me/episodes"),
        ("audiobooks", Shelf::Audiobooks, "GET /v1/me/audiobooks"),
        ("followed_artists", Shelf::Artists, "GET /v1/me/following"),
    ];
    for (kind, shelf, call) in kinds {
        let page = stage
            .done("list_library", json!({"kind": kind, "limit": 50}))
            .await;
        let there = stage.shelf(shelf);
        let shown = there.len().min(50);
        assert_eq!(uris(&page), there[..shown], "{kind}");
        assert_eq!(page["total"], there.len(), "{kind}");
        assert_eq!(page["has_more"], there.len() > 50, "{kind}");
        assert_eq!(stage.calls(), these([(call, 1)]));
    }
}

#[tokio::test]
async fn episodes_tell_their_show_their_length_and_how_far_they_were_heard() {
    let stage = Stage::of(COLLECTOR).await;
    let result = stage
        .answer("list_library", json!({"kind": "episodes"}))
        .await;
    insta::assert_snapshot!("list_library_episodes", text(&result));
}

#[tokio::test]
async fn an_account_with_nothing_in_it_is_an_answer_for_every_kind() {
    let stage = Stage::of(NEWCOMER).await;
    for kind in [
        "tracks",
        "albums",
        "shows",
        "episodes",
        "audiobooks",
        "followed_artists",
    ] {
        let result = stage.answer("list_library", json!({"kind": kind})).await;
        let page = &result["structuredContent"];
        assert_eq!(
            (&page["total"], &page["returned"], &page["has_more"]),
            (&json!(0), &json!(0), &json!(false)),
            "{kind}"
        );
        assert!(text(&result).contains("Nothing found"), "{kind}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let stage = Stage::of(COLLECTOR).await;
    let (mut seen, mut offset) = (Vec::new(), 0);
    loop {
        let asked = json!({"kind": "albums", "limit": 20, "offset": offset});
        let page = stage.done("list_library", asked).await;
        seen.extend(uris(&page));
        let Some(next) = page["next_offset"].as_u64() else {
            break;
        };
        offset = next;
    }
    assert_eq!(seen, stage.shelf(Shelf::Albums));
    assert_eq!(stage.calls(), these([("GET /v1/me/albums", 3)]));
}

#[tokio::test]
async fn followed_artists_are_walked_by_cursor_and_begin_without_one() {
    let stage = Stage::of(COLLECTOR).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let mut asked = json!({"kind": "followed_artists", "limit": 10});
        if let Some(cursor) = &cursor {
            asked["cursor"] = json!(cursor);
        }
        let page = stage.done("list_library", asked).await;
        seen.extend(uris(&page));
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, stage.shelf(Shelf::Artists));
}

#[tokio::test]
async fn what_does_not_fit_together_is_refused_without_a_call() {
    let stage = Stage::of(COLLECTOR).await;
    let cases = [
        (json!({"kind": "followed_artists", "cursor": "0"}), "cursor"),
        (json!({"kind": "followed_artists", "offset": 20}), "cursor"),
        (json!({"kind": "tracks", "cursor": "abc"}), "offset"),
        (
            json!({"kind": "followed_artists", "added_after": "2026-01-01"}),
            "added_after",
        ),
        (
            json!({"kind": "audiobooks", "added_after": "2026-01-01"}),
            "added_after",
        ),
        (json!({"kind": "playlists"}), "followed_artists"),
        (json!({"kind": "tracks", "limit": 51}), "1 to 50"),
    ];
    for (asked, named) in cases {
        let said = stage.client.refused("list_library", asked).await;
        assert!(said.starts_with("invalid_argument: "), "{said}");
        assert!(said.contains(named), "{named}: {said}");
    }
    assert_eq!(stage.calls(), these([]));
}

#[tokio::test]
async fn a_filter_looks_at_most_at_five_hundred_and_says_so() {
    let stage = Stage::of(HOARDER).await;
    let asked = json!({"kind": "tracks", "contains": "no title has this"});
    let result = stage.answer("list_library", asked).await;
    assert_eq!(stage.calls(), these([("GET /v1/me/tracks", 10)]));
    let page = &result["structuredContent"];
    assert_eq!(
        (&page["total"], &page["returned"], &page["next_offset"]),
        (&json!(1_500), &json!(0), &json!(500))
    );
    assert!(text(&result).contains("500 entries were looked at"));
}

#[tokio::test]
async fn a_filter_finds_artists_and_goes_on_after_the_last_one_shown() {
    let stage = Stage::of(COLLECTOR).await;
    let all = stage
        .done(
            "list_library",
            json!({"kind": "followed_artists", "limit": 50}),
        )
        .await;
    let names: Vec<_> = all["items"].as_array().unwrap().iter().collect();
    let with_an_a = |row: &&&Value| {
        let title = row["title"].as_str().unwrap().to_lowercase();
        title.contains('a')
    };
    let wanted: Vec<_> = names.iter().filter(with_an_a).collect();
    assert!(wanted.len() > 3);
    let mut asked = json!({"kind": "followed_artists", "contains": "A", "limit": 2});
    let first = stage.done("list_library", asked.clone()).await;
    asked["cursor"] = first["next_cursor"].clone();
    let second = stage.done("list_library", asked).await;
    let shown: Vec<_> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .collect();
    assert_eq!(
        shown,
        wanted[..4].iter().map(|row| **row).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn each_kind_asks_for_its_own_permission() {
    let stage = Stage::granting(COLLECTOR, "user-read-private user-library-read").await;
    let tracks = json!({"kind": "tracks", "limit": 1});
    stage.done("list_library", tracks).await;
    for (kind, permission) in [
        ("followed_artists", "user-follow-read"),
        ("episodes", "user-read-playback-position"),
    ] {
        let said = stage
            .client
            .refused("list_library", json!({"kind": kind}))
            .await;
        assert!(said.starts_with("missing_scope: "), "{said}");
        assert!(
            said.contains(permission) && said.contains("/auth/login"),
            "{said}"
        );
    }
    assert_eq!(stage.calls(), these([("GET /v1/me/tracks", 1)]));
}

#[tokio::test]
async fn a_link_that_has_ended_asks_for_a_new_login() {
    let stage = Stage::of(COLLECTOR).await;
    stage.app.spotify.revoke(&stage.me.spotify_id);
    stage.app.spotify.expire(None);
    let said = stage
        .client
        .refused("list_library", json!({"kind": "tracks"}))
        .await;
    assert!(said.starts_with("reauth_required: "), "{said}");
}

#[tokio::test]
async fn a_filter_says_how_many_fit_and_not_how_many_of_all_are_shown() {
    let stage = Stage::of(COLLECTOR).await;
    let asked = json!({"name_contains": "fifty-one"});
    let one = stage.answer("list_playlists", asked).await;
    let said = text(&one);
    assert!(
        said.contains("\n1 fits") && said.contains("7 of them were looked at"),
        "{said}"
    );
    assert!(!said.contains(" of 7 shown"), "{said}");
    let asked = json!({"name_contains": "fifty"});
    let two = stage.answer("list_playlists", asked).await;
    assert!(text(&two).contains("\n2 fit"), "{two}");
    let asked = json!({"name_contains": "no such name"});
    let none = stage.answer("list_playlists", asked).await;
    assert!(
        text(&none).starts_with("Nothing that was looked at fits"),
        "{none}"
    );
    assert!(said.contains(" · 51 items"), "{said}");
    let one = stage.answer("list_playlists", json!({"limit": 50})).await;
    assert!(text(&one).contains(" · 1 item ·"), "{one}");
}
