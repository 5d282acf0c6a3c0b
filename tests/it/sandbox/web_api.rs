//! What holds for the whole Web API: tokens, permissions, ids, removed endpoints and fields.

use std::time::Duration;

use auxcord::sandbox::Options;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{Spotify, items};

/// Reads and the permission that each needs.
const SCOPED: [(&str, &str); 15] = [
    ("/me/playlists", "playlist-read-private"),
    ("/me/tracks", "user-library-read"),
    ("/me/albums", "user-library-read"),
    ("/me/shows", "user-library-read"),
    ("/me/audiobooks", "user-library-read"),
    (
        "/me/episodes",
        "user-library-read user-read-playback-position",
    ),
    ("/me/following?type=artist", "user-follow-read"),
    ("/me/top/tracks", "user-top-read"),
    ("/me/top/artists", "user-top-read"),
    ("/me/player", "user-read-playback-state"),
    ("/me/player/devices", "user-read-playback-state"),
    (
        "/me/player/currently-playing",
        "user-read-currently-playing",
    ),
    (
        "/me/player/queue",
        "user-read-currently-playing user-read-playback-state",
    ),
    ("/me/player/recently-played", "user-read-recently-played"),
    (
        "/me/library/contains?uris=spotify:playlist:37i9dQZF1DX0XUsuxWHRQd",
        "playlist-read-private",
    ),
];

#[tokio::test]
async fn each_read_needs_its_own_permission() {
    let spotify = Spotify::start().await;
    for (path, scopes) in SCOPED {
        spotify.ok(&spotify.token_with(0, Some(scopes)), path).await;
        for needed in scopes.split(' ') {
            let others: Vec<&str> = scopes
                .split(' ')
                .chain(["streaming"])
                .filter(|scope| *scope != needed)
                .collect();
            let token = spotify.token_with(0, Some(&others.join(" ")));
            let refusal = spotify.refused(&token, path).await;
            assert_eq!(
                refusal,
                (403, "Insufficient client scope".to_owned()),
                "{path} without {needed}"
            );
        }
    }
}

#[tokio::test]
async fn a_call_without_a_good_token_is_told_so() {
    let spotify = Spotify::start().await;
    let url = format!("{}/me", spotify.sandbox.api_url());
    let missing = spotify.http.get(&url).send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        missing.headers()["www-authenticate"],
        "Bearer error=\"missing_token\""
    );
    let wrong = spotify
        .http
        .get(&url)
        .bearer_auth("nonsense")
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        wrong.headers()["www-authenticate"],
        "Bearer error=\"invalid_token\""
    );
    let basic = spotify
        .http
        .get(&url)
        .basic_auth("a", Some("b"))
        .send()
        .await
        .unwrap();
    assert_eq!(basic.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_access_token_ends_after_an_hour() {
    let spotify = Spotify::start_with(Options {
        people: 1,
        ..Options::default()
    })
    .await;
    let (token, other) = (spotify.token(0), spotify.token(8));
    spotify.control.advance(Duration::from_secs(3_599));
    spotify.ok(&token, "/me").await;
    assert!(spotify.control.expire(Some(&spotify.person(0).id)));
    spotify.ok(&other, "/me").await;
    assert_eq!(
        spotify.refused(&token, "/me").await,
        (401, "The access token expired".to_owned())
    );
    spotify.control.advance(Duration::from_secs(1));
    assert_eq!(spotify.refused(&other, "/me").await.0, 401);
}

#[tokio::test]
async fn the_profile_has_no_removed_field() {
    let spotify = Spotify::start().await;
    let person = spotify.person(0);
    let me = spotify.ok(&spotify.token_with(0, Some("")), "/me").await;
    assert_eq!(me["account_id"], person.account_id);
    assert_eq!(me["display_name"], person.display_name);
    assert_eq!(me["type"], "user");
    for removed in [
        "country",
        "email",
        "explicit_content",
        "followers",
        "product",
    ] {
        assert_eq!(me.get(removed), None, "{removed}");
    }
}

#[tokio::test]
async fn music_has_no_removed_field_and_keeps_its_codes() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let found = spotify
        .ok(&token, "/search?q=night&type=track,artist&limit=10")
        .await;
    let track = spotify
        .ok(&token, &path_of("tracks", &items(&found["tracks"])[2]))
        .await;
    let album = spotify
        .ok(&token, &path_of("albums", &track["album"]))
        .await;
    let artist = spotify
        .ok(&token, &path_of("artists", &track["artists"][0]))
        .await;
    for (thing, removed) in [
        (
            &track,
            &["available_markets", "linked_from", "popularity"][..],
        ),
        (
            &track["album"],
            &["album_group", "available_markets", "label", "popularity"],
        ),
        (
            &album,
            &["album_group", "available_markets", "label", "popularity"],
        ),
        (&artist, &["followers", "popularity"]),
    ] {
        for field in removed {
            assert_eq!(thing.get(field), None, "{field} of {}", thing["type"]);
        }
    }
    assert!(track["external_ids"]["isrc"].is_string());
    assert!(album["external_ids"]["upc"].is_string());
    assert_eq!(album["genres"], serde_json::json!([]));
    assert_eq!(
        track["external_urls"]["spotify"],
        format!(
            "https://open.spotify.com/track/{}",
            track["id"].as_str().unwrap()
        )
    );
    let page = spotify
        .ok(
            &token,
            &format!("{}/tracks?limit=1", path_of("albums", &album)),
        )
        .await;
    assert_eq!(page["total"], album["total_tracks"]);
    assert_eq!(items(&page)[0].get("external_ids"), None);
}

#[tokio::test]
async fn an_artists_releases_come_newest_first_in_pages_of_ten() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let found = spotify
        .ok(&token, "/search?q=genre:folk&type=artist&limit=10")
        .await;
    let artist = items(&found["artists"])[0].clone();
    let path = format!("{}/albums", path_of("artists", &artist));
    let page = spotify.ok(&token, &path).await;
    assert_eq!(page["limit"], 5);
    let dates: Vec<&str> = items(&page)
        .iter()
        .map(|album| album["release_date"].as_str().unwrap())
        .collect();
    assert!(dates.is_sorted_by(|one, other| one >= other), "{dates:?}");
    let singles = spotify
        .ok(&token, &format!("{path}?include_groups=single&limit=10"))
        .await;
    assert!(!items(&singles).is_empty());
    assert!(
        items(&singles)
            .iter()
            .all(|album| album["album_type"] == "single")
    );
    assert_eq!(
        spotify.refused(&token, &format!("{path}?limit=11")).await.1,
        "Invalid limit"
    );
}

#[tokio::test]
async fn ids_are_checked_before_they_are_looked_up() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for kind in [
        "tracks",
        "albums",
        "artists",
        "playlists",
        "shows",
        "episodes",
        "audiobooks",
        "chapters",
    ] {
        let refusal = spotify.refused(&token, &format!("/{kind}/too-short")).await;
        assert_eq!(refusal, (400, "Invalid base62 id".to_owned()), "{kind}");
        assert_eq!(
            spotify
                .refused(&token, &format!("/{kind}/4iV5W9uYEdYUVa79Axb7Rh"))
                .await
                .0,
            404,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn removed_endpoints_are_forbidden_and_unknown_ones_are_not_found() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for path in [
        "/tracks?ids=a,b",
        "/browse/new-releases",
        "/artists/4iV5W9uYEdYUVa79Axb7Rh/top-tracks",
        "/recommendations?seed_genres=folk",
        "/audio-features/4iV5W9uYEdYUVa79Axb7Rh",
        "/markets",
        "/users/somebody",
        "/users/somebody/playlists",
        "/playlists/4iV5W9uYEdYUVa79Axb7Rh/tracks",
        "/me/tracks/contains?ids=a",
    ] {
        assert_eq!(
            spotify.refused(&token, path).await,
            (403, "Forbidden".to_owned()),
            "{path}"
        );
    }
    assert_eq!(spotify.refused(&token, "/no/such/thing").await.0, 404);
    let saved = spotify
        .call(Method::PUT, &token, "/me/tracks")
        .header("content-length", "0")
        .send()
        .await
        .unwrap();
    assert_eq!(saved.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn lists_refuse_limits_that_they_do_not_have() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for path in [
        "/me/tracks",
        "/me/albums",
        "/me/playlists",
        "/me/top/tracks",
        "/me/player/recently-played",
    ] {
        for limit in ["0", "51", "-1", "x"] {
            let refusal = spotify
                .refused(&token, &format!("{path}?limit={limit}"))
                .await;
            assert_eq!(refusal, (400, "Invalid limit".to_owned()), "{path} {limit}");
        }
    }
    assert_eq!(
        spotify
            .refused(&token, "/me/playlists?offset=100001")
            .await
            .1,
        "Invalid offset"
    );
}

#[tokio::test]
async fn a_thousand_people_are_there_at_once_and_each_is_told_apart() {
    let spotify = Spotify::start_with(Options {
        people: 1_000,
        ..Options::default()
    })
    .await;
    let people = spotify.control.people();
    assert_eq!(people.len(), 1_008);
    let markers: std::collections::HashSet<&str> =
        people.iter().map(|person| person.marker.as_str()).collect();
    assert_eq!(markers.len(), people.len());
    let last = people.len() - 1;
    let token = spotify.token(last);
    for path in [
        "/me",
        "/me/tracks",
        "/me/playlists",
        "/me/player",
        "/me/player/devices",
        "/me/player/queue",
        "/me/player/recently-played",
        "/me/albums",
    ] {
        let answer = spotify.ok(&token, path).await.to_string();
        assert!(answer.contains(&people[last].marker), "{path}");
        let strangers = answer.matches("mk0").count() + answer.matches("mk1").count();
        assert_eq!(
            strangers,
            answer.matches(&people[last].marker).count(),
            "{path}"
        );
    }
}

fn path_of(kind: &str, thing: &Value) -> String {
    format!("/{kind}/{}", thing["id"].as_str().unwrap())
}
