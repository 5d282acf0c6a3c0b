//! What goes over the wire for the library, top items and spoken word, and the odd forms in which it comes back.

use auxcord::spotify::{
    Group,
    api::{self, Paging, TimeRange},
    id::SpotifyId,
};
use http::Method;
use serde_json::json;

use super::{Answer, Upstream, upstream::token};

const FIRST: Paging = Paging::new(7, 0);
const URIS: [&str; 2] = ["spotify:track:a", "spotify:show:b"];
/// The same, as a query has them.
const ENCODED: &str = "uris=spotify%3Atrack%3Aa%2Cspotify%3Ashow%3Ab";

fn id() -> SpotifyId {
    SpotifyId::parse("37i9dQZF1DXcBWIGoYBM5M").unwrap()
}

#[test]
fn only_endpoints_of_today_are_named() {
    let cursor = id();
    let paths = [
        (
            api::saved_shows(FIRST).cache_key(),
            "me/shows?limit=7&offset=0",
        ),
        (
            api::saved_episodes(FIRST).cache_key(),
            "me/episodes?limit=7&offset=0",
        ),
        (
            api::saved_audiobooks(FIRST).cache_key(),
            "me/audiobooks?limit=7&offset=0",
        ),
        (
            api::followed_artists(7, None).cache_key(),
            "me/following?type=artist&limit=7",
        ),
        (
            api::followed_artists(99, Some(&cursor)).cache_key(),
            "me/following?type=artist&after=37i9dQZF1DXcBWIGoYBM5M&limit=50",
        ),
        (
            api::top_tracks(TimeRange::Short, FIRST).cache_key(),
            "me/top/tracks?time_range=short_term&limit=7&offset=0",
        ),
        (
            api::top_artists(TimeRange::Long, FIRST).cache_key(),
            "me/top/artists?time_range=long_term&limit=7&offset=0",
        ),
        (
            api::show_episodes(&cursor, FIRST).cache_key(),
            "shows/37i9dQZF1DXcBWIGoYBM5M/episodes?limit=7&offset=0",
        ),
        (
            api::audiobook_chapters(&cursor, FIRST).cache_key(),
            "audiobooks/37i9dQZF1DXcBWIGoYBM5M/chapters?limit=7&offset=0",
        ),
    ];
    for (key, expected) in paths {
        assert_eq!(key, format!("GET {expected}"));
    }
    let contains = api::library_contains(&URIS);
    assert_eq!(
        contains.cache_key(),
        format!("GET me/library/contains?{ENCODED}")
    );
    assert_eq!(contains.group(), Group::Library);
    assert_eq!(api::show_episodes(&cursor, FIRST).group(), Group::Spoken);
}

#[tokio::test]
async fn saving_and_removing_say_what_in_the_query_and_can_be_repeated() {
    for (call, method) in [
        (api::save_to_library(&URIS), Method::PUT),
        (api::remove_from_library(&URIS), Method::DELETE),
    ] {
        let upstream = Upstream::answering([Answer::new(200, "")]).await;
        upstream.client.send(&token(), &call).await.unwrap();
        let seen = upstream.only();
        assert_eq!(seen.method, method);
        assert_eq!(seen.target, format!("/v1/me/library?{ENCODED}"));
        assert_eq!(seen.header("content-length"), Some("0"));
        assert!(call.is_repeatable());
    }
}

#[tokio::test]
async fn whether_things_are_saved_is_a_plain_list() {
    let answers = [
        Answer::json(&json!([true, false])),
        Answer::json(&json!({"error": "odd"})),
    ];
    let upstream = Upstream::answering(answers).await;
    let call = api::library_contains(&URIS);
    let said = upstream.client.send(&token(), &call).await.unwrap();
    assert_eq!(said, [true, false]);
    assert!(upstream.client.send(&token(), &call).await.is_err());
}

#[tokio::test]
async fn saved_audiobooks_are_read_in_both_forms_and_keep_their_places() {
    let book = json!({"id": "b", "uri": "spotify:show:b", "name": "A book", "authors": [{"name": "Somebody"}]});
    let page = json!({"items": [book, {"added_at": "2026-01-02T03:04:05Z", "audiobook": book}, null], "total": 3});
    let upstream = Upstream::answering([Answer::json(&page)]).await;
    let call = api::saved_audiobooks(FIRST);
    let found = upstream.client.send(&token(), &call).await.unwrap();
    let names: Vec<_> = found
        .items
        .iter()
        .map(|saved| saved.audiobook.as_ref().map(|book| book.name.as_str()))
        .collect();
    assert_eq!(names, [Some("A book"), Some("A book"), None]);
    assert!(found.items[0].added_at.is_none() && found.items[1].added_at.is_some());
}

#[tokio::test]
async fn odd_episodes_and_artists_cost_no_page() {
    let episodes = json!({"items": [
        {"uri": "spotify:episode:e", "name": "One", "duration_ms": 60_000, "resume_point": null},
        {"uri": 7, "name": null, "resume_point": {"fully_played": "yes", "resume_position_ms": -3}},
        null,
    ], "total": 3});
    let upstream = Upstream::answering([Answer::json(&episodes)]).await;
    let call = api::show_episodes(&id(), FIRST);
    let found = upstream.client.send(&token(), &call).await.unwrap();
    assert_eq!(found.items.len(), 3, "places count");
    assert!(found.items[0].resume_point.is_none());
    let odd = found.items[1].resume_point.unwrap();
    assert!(!odd.fully_played && odd.resume_position_ms.is_none());

    for body in [json!({"artists": null}), json!({})] {
        let upstream = Upstream::answering([Answer::json(&body)]).await;
        let call = api::followed_artists(5, None);
        let found = upstream.client.send(&token(), &call).await.unwrap();
        assert!(found.artists.items.is_empty());
    }
}
