//! What goes over the wire: addresses, headers, bodies, and the limits that Spotify sets.

use auxcord::spotify::{
    AccessToken, Client, Group, SpotifyError,
    api::{self, NewPlaylist, Paging, PlaylistParts, Search, SearchKind, Since},
    id::SpotifyId,
};
use http::Method;
use serde_json::json;

use super::{
    Answer, Upstream,
    upstream::{TOKEN, config_for, token},
};

const FIRST_FIVE: Paging = Paging::new(5, 0);

fn id() -> SpotifyId {
    SpotifyId::parse("37i9dQZF1DXcBWIGoYBM5M").unwrap()
}

#[tokio::test]
async fn a_search_carries_its_token_in_the_header_and_its_words_encoded() {
    let upstream = Upstream::answering([Answer::json(&json!({}))]).await;
    let query = "artist:\"Sigur Rós\" & 50% 🎵\u{0}";
    let call = api::search(&Search {
        query,
        kinds: &[SearchKind::Album, SearchKind::Track, SearchKind::Album],
        paging: FIRST_FIVE,
    });
    upstream.client.send(&token(), &call).await.unwrap();

    let seen = upstream.only();
    let url = upstream.origin.join(&seen.target).unwrap();
    assert_eq!((seen.method.as_str(), url.path()), ("GET", "/v1/search"));
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let expected = [
        ("q", query),
        ("type", "track,album"),
        ("limit", "5"),
        ("offset", "0"),
    ];
    assert_eq!(
        pairs,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(
        seen.header("authorization"),
        Some(format!("Bearer {TOKEN}").as_str())
    );
    assert!(!seen.target.contains(TOKEN));
}

#[test]
fn limits_are_clamped_to_what_spotify_takes() {
    let greedy = Paging::new(1_000, 2_000_000);
    let none = Paging::new(0, 0);
    let search = |paging| {
        api::search(&Search {
            query: "x",
            kinds: &[],
            paging,
        })
    };
    assert_eq!(
        search(greedy).query(),
        "q=x&type=track&limit=10&offset=1000"
    );
    assert_eq!(search(none).query(), "q=x&type=track&limit=1&offset=0");
    assert_eq!(api::saved_tracks(greedy).query(), "limit=50&offset=2000000");
    assert_eq!(api::saved_albums(none).query(), "limit=1&offset=0");
    assert_eq!(api::my_playlists(greedy).query(), "limit=50&offset=100000");
    assert!(
        api::playlist_items(&id(), greedy)
            .query()
            .ends_with("&limit=50&offset=2000000")
    );
    assert_eq!(api::recently_played(99, None).query(), "limit=50");
}

#[test]
fn only_endpoints_of_today_are_named() {
    let paths = [
        (api::me().cache_key(), "GET me"),
        (
            api::player().cache_key(),
            "GET me/player?additional_types=track%2Cepisode",
        ),
        (
            api::currently_playing().cache_key(),
            "GET me/player/currently-playing?additional_types=track%2Cepisode",
        ),
        (api::devices().cache_key(), "GET me/player/devices"),
        (api::queue().cache_key(), "GET me/player/queue"),
        (
            api::recently_played(5, Some(Since::After(17))).cache_key(),
            "GET me/player/recently-played?limit=5&after=17",
        ),
        (
            api::recently_played(5, Some(Since::Before(17))).cache_key(),
            "GET me/player/recently-played?limit=5&before=17",
        ),
        (
            api::playlist(&id(), PlaylistParts::WithFirstItems).cache_key(),
            "GET playlists/37i9dQZF1DXcBWIGoYBM5M?additional_types=track%2Cepisode",
        ),
        (
            api::skip_to_previous(None).cache_key(),
            "POST me/player/previous",
        ),
        (
            api::skip_to_next(Some("a b")).cache_key(),
            "POST me/player/next?device_id=a+b",
        ),
        (
            api::add_to_queue("spotify:track:x", None).cache_key(),
            "POST me/player/queue?uri=spotify%3Atrack%3Ax",
        ),
    ];
    for (key, expected) in paths {
        assert_eq!(key, expected);
    }
    let items = api::playlist_items(&id(), FIRST_FIVE);
    assert_eq!(items.path(), "playlists/37i9dQZF1DXcBWIGoYBM5M/items");
    assert!(items.query().contains("additional_types=track%2Cepisode"));
    assert_eq!(items.group(), Group::Playlists);
}

#[test]
fn equal_questions_have_equal_keys_and_others_do_not() {
    let search = |query, kinds, offset| {
        api::search(&Search {
            query,
            kinds,
            paging: Paging::new(5, offset),
        })
        .cache_key()
    };
    let key = search("x", &[SearchKind::Track, SearchKind::Album], 0);
    assert_eq!(key, search("x", &[SearchKind::Album, SearchKind::Track], 0));
    assert_ne!(key, search("x", &[SearchKind::Album], 0));
    assert_ne!(key, search("y", &[SearchKind::Track, SearchKind::Album], 0));
    assert_ne!(key, search("x", &[SearchKind::Track, SearchKind::Album], 5));
}

#[tokio::test]
async fn a_write_without_a_body_says_so() {
    let upstream = Upstream::answering([Answer::new(204, "")]).await;
    let call = api::skip_to_next(Some("device"));
    upstream.client.send(&token(), &call).await.unwrap();
    let seen = upstream.only();
    assert_eq!(seen.method, Method::POST);
    assert_eq!(seen.header("content-length"), Some("0"));
    assert_eq!(seen.target, "/v1/me/player/next?device_id=device");
}

#[tokio::test]
async fn a_new_playlist_always_says_whether_it_is_public() {
    let upstream = Upstream::answering([Answer::new(201, r#"{"id":"p","name":"Mine"}"#)]).await;
    let call = api::create_playlist(&NewPlaylist {
        name: "Mine \"quoted\"",
        description: Some("words"),
        public: false,
        collaborative: false,
    });
    let made = upstream.client.send(&token(), &call).await.unwrap();
    assert_eq!(made.id.as_deref(), Some("p"));
    let seen = upstream.only();
    assert_eq!(seen.target, "/v1/me/playlists");
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let expected = json!({
        "name": "Mine \"quoted\"", "description": "words", "public": false, "collaborative": false,
    });
    assert_eq!(seen.json(), expected);
}

#[tokio::test]
async fn two_hundred_and_thirty_items_are_three_writes_in_order() {
    let answers = ["a", "b", "c"].map(|label| {
        let body = json!({"snapshot_id": label});
        Answer::new(201, body.to_string())
    });
    let upstream = Upstream::answering(answers).await;
    let uris: Vec<_> = (0..230).map(|n| format!("spotify:track:{n}")).collect();
    let mut labels = Vec::new();
    for call in api::add_items(&id(), &uris, Some(7)) {
        let snapshot = upstream.client.send(&token(), &call).await.unwrap();
        labels.extend(snapshot.snapshot_id);
    }
    assert_eq!(labels, ["a", "b", "c"]);

    let mut written = Vec::new();
    let mut positions = Vec::new();
    for seen in upstream.seen() {
        let body = seen.json();
        positions.push(body["position"].as_u64().unwrap());
        let part: Vec<String> = serde_json::from_value(body["uris"].clone()).unwrap();
        assert!(part.len() <= api::ITEMS_PER_WRITE);
        written.extend(part);
    }
    assert_eq!(written, uris);
    assert_eq!(positions, [7, 107, 207]);
}

#[test]
fn without_a_position_items_go_to_the_end() {
    let calls = api::add_items(&id(), &["spotify:track:x"], None);
    let body: serde_json::Value = serde_json::from_slice(calls[0].body().unwrap()).unwrap();
    assert_eq!(body, json!({"uris": ["spotify:track:x"]}));
    let none: [&str; 0] = [];
    assert!(api::add_items(&id(), &none, None).is_empty());
}

#[tokio::test]
async fn the_next_page_is_followed_below_the_base() {
    let page = Answer::json(&json!({"items": [], "offset": 20}));
    let upstream = Upstream::answering([page]).await;
    let first = api::saved_tracks(FIRST_FIVE);
    let next = upstream
        .origin
        .join("v1/me/tracks?offset=20&limit=20")
        .unwrap();
    let call = api::next_page(&first, next.as_str());
    let page = upstream.client.send(&token(), &call).await.unwrap();
    assert_eq!(page.offset, Some(20));
    assert_eq!(upstream.only().target, "/v1/me/tracks?offset=20&limit=20");
    assert_eq!(call.group(), first.group());
}

#[tokio::test]
async fn a_token_is_not_carried_to_a_page_elsewhere() {
    let upstream = Upstream::answering([]).await;
    let other = Upstream::answering([]).await;
    let (own, port) = (upstream.origin.as_str(), upstream.origin.port().unwrap());
    let first = api::saved_tracks(FIRST_FIVE);
    for next in [
        format!("{}v1/me/tracks", other.origin),
        format!("http://localhost:{port}/v1/me/tracks"),
        format!("https://127.0.0.1:{port}/v1/me/tracks"),
        format!("http://user@127.0.0.1:{port}/v1/me/tracks"),
        format!("http://127.0.0.1:{port}@evil.example/v1/me/tracks"),
        format!("{own}v2/me/tracks"),
        format!("{own}v1"),
        format!("{own}v1evil/me/tracks"),
        format!("{own}v1/../api/token"),
        format!("{own}v1/%2e%2e/api/token"),
        "/v1/me/tracks".to_owned(),
        String::new(),
    ] {
        let call = api::next_page(&first, &next);
        let error = upstream
            .client
            .send(&token(), &call)
            .await
            .expect_err(&next);
        assert!(
            matches!(error, SpotifyError::ForeignPage(_)),
            "{next}: {error:?}"
        );
    }
    assert_eq!((upstream.seen().len(), other.seen().len()), (0, 0));
}

#[tokio::test]
async fn a_token_that_is_no_header_is_refused_before_anything_is_sent() {
    let upstream = Upstream::answering([]).await;
    let token = AccessToken::new("split\r\nX-Evil: 1".to_owned());
    let error = upstream.client.send(&token, &api::me()).await;
    assert!(
        matches!(error, Err(SpotifyError::Unauthorized(_))),
        "{error:?}"
    );
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn a_base_with_a_slash_at_its_end_is_the_same_base() {
    let upstream = Upstream::answering([Answer::json(&json!({"id": "me"}))]).await;
    let mut config = config_for(&upstream.origin);
    config.api = upstream.origin.join("v1/").unwrap();
    let client = Client::new(&config).unwrap();
    client.send(&token(), &api::me()).await.unwrap();
    assert_eq!(upstream.only().target, "/v1/me");
}

#[tokio::test]
async fn many_calls_of_many_people_share_one_pool_and_never_a_token() {
    let answers = (0..200).map(|_| Answer::json(&json!({"id": "me"})));
    let upstream = Upstream::answering(answers).await;
    let calls = (0..200).map(|n| {
        let client = upstream.client.clone();
        async move {
            let token = AccessToken::new(format!("token-of-{n}"));
            client.send(&token, &api::me()).await
        }
    });
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    let mut bearers: Vec<_> = upstream
        .seen()
        .iter()
        .map(|seen| seen.header("authorization").unwrap().to_owned())
        .collect();
    bearers.sort();
    bearers.dedup();
    assert_eq!(bearers.len(), 200);
}
