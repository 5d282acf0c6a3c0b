//! Search: what is found, in which order, and how the pages hang together.

use std::collections::HashSet;

use auxcord::sandbox::Options;
use serde_json::Value;

use super::{Spotify, items};

async fn names(spotify: &Spotify, token: &str, query: &str, kind: &str) -> Vec<String> {
    let path = format!(
        "/search?{}",
        encoded(&[("q", query), ("type", kind), ("limit", "10")])
    );
    let found = spotify.ok(token, &path).await;
    let hits = items(&found[format!("{kind}s")]);
    hits.iter()
        .filter_map(|hit| Some(hit.get("name")?.as_str()?.to_owned()))
        .collect()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// A track that everybody can find, by its place among the hits for a common word.
async fn some_track(spotify: &Spotify, token: &str) -> Value {
    let found = spotify
        .ok(token, "/search?q=night%20harbor&type=track&limit=10")
        .await;
    items(&found["tracks"])[1].clone()
}

#[tokio::test]
async fn a_search_is_limited_to_ten_and_gives_five() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let found = spotify.ok(&token, "/search?q=night&type=track").await;
    assert_eq!(items(&found["tracks"]).len(), 5);
    assert_eq!(found["tracks"]["limit"], 5);
    for (path, message) in [
        ("/search?q=night&type=track&limit=11", "Invalid limit"),
        ("/search?q=night&type=track&limit=0", "Invalid limit"),
        ("/search?q=night&type=track&limit=many", "Invalid limit"),
        ("/search?q=night&type=track&offset=1001", "Invalid offset"),
        ("/search?q=night&type=track&offset=-1", "Invalid offset"),
        ("/search?type=track", "No search query"),
        ("/search?q=night", "Missing parameter type"),
        (
            "/search?q=night&type=mixtape",
            "Bad search type field mixtape",
        ),
        (
            "/search?q=night&type=track&market=Mars",
            "Invalid market code",
        ),
    ] {
        assert_eq!(
            spotify.refused(&token, path).await,
            (400, message.to_owned()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_follow_their_links_without_gap_or_repetition() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let mut page = spotify
        .ok(&token, "/search?q=velvet&type=track&limit=10")
        .await["tracks"]
        .clone();
    let total = usize::try_from(page["total"].as_u64().unwrap()).unwrap();
    assert!(total > 20, "{total}");
    let mut seen = HashSet::new();
    loop {
        for hit in items(&page) {
            assert!(seen.insert(hit["id"].as_str().unwrap().to_owned()));
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        let path = next
            .strip_prefix(&spotify.sandbox.api_url())
            .expect("a link to the sandbox itself");
        page = spotify.ok(&token, path).await["tracks"].clone();
    }
    assert_eq!(seen.len(), total);
    assert!(page["previous"].is_string());
}

#[tokio::test]
async fn what_is_ones_own_comes_first() {
    let spotify = Spotify::start_with(Options {
        people: 3,
        ..Options::default()
    })
    .await;
    for (at, person) in spotify.control.people().iter().enumerate() {
        if !person.allow_listed || at == 4 {
            continue;
        }
        let token = spotify.token(at);
        let found = spotify
            .ok(&token, "/search?q=night&type=track,playlist")
            .await
            .to_string();
        assert!(found.contains(&person.marker), "{}", person.marker);
        for other in spotify.control.people() {
            assert!(
                other.id == person.id || !found.contains(&other.marker),
                "{}",
                other.marker
            );
        }
        let first = &names(&spotify, &token, "golden summer", "track").await[0];
        assert!(
            first.contains("Golden Summer") && first.contains(&person.marker),
            "{first}"
        );
    }
}

#[tokio::test]
async fn the_hit_that_is_ones_own_can_be_read_like_any_other() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let found = spotify
        .ok(&token, "/search?q=night&type=track&limit=1")
        .await;
    let own = &items(&found["tracks"])[0];
    let read = spotify
        .ok(&token, &format!("/tracks/{}", own["id"].as_str().unwrap()))
        .await;
    assert_eq!(read["name"], own["name"]);
    assert_eq!(read["album"]["id"], own["album"]["id"]);
}

#[tokio::test]
async fn case_and_accents_do_not_matter_in_any_script() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for (query, part) in [
        ("GROSSE DER NACHT", "Größe der Nacht"),
        ("lodz o swicie", "Łódź o Świcie"),
        ("НОЧНОЙ поезд", "Ночной поезд"),
        ("νυχτα στο λιμανι", "Νύχτα στο λιμάνι"),
        ("夜の列車", "夜の列車"),
        ("겨울 기차", "겨울 기차"),
        ("ليل المدينة", "ليل المدينة"),
        ("לילה בעיר", "לילה בעיר"),
        ("रात की रेल", "रात की रेल"),
    ] {
        let found = names(&spotify, &token, query, "track").await;
        assert!(
            found.iter().any(|name| name.contains(part)),
            "{query}: {found:?}"
        );
    }
}

#[tokio::test]
async fn nothing_is_found_for_nonsense() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let kinds = "track,album,artist,playlist,show,episode,audiobook";
    for query in ["qzxwv", "🎧🎧", "\u{0}\u{7}"] {
        let path = format!("/search?{}", encoded(&[("q", query), ("type", kinds)]));
        let found = spotify.ok(&token, &path).await;
        for kind in kinds.split(',') {
            let page = &found[format!("{kind}s")];
            assert_eq!(
                (page["total"].as_u64(), items(page).len()),
                (Some(0), 0),
                "{query:?} {kind}"
            );
            assert_eq!(page["next"], Value::Null);
        }
    }
}

#[tokio::test]
async fn words_that_nothing_has_all_of_find_what_is_near() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let near = names(&spotify, &token, "some velvet love qzxwv", "track").await;
    assert!(
        near.len() > 1 && near[..2].iter().all(|name| name.contains("Velvet Love")),
        "{near:?}"
    );
    assert!(
        names(&spotify, &token, "velvet qzxwv qzxwz", "track")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn filters_find_the_one_that_is_meant() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let track = some_track(&spotify, &token).await;
    let isrc = track["external_ids"]["isrc"].as_str().unwrap();
    let artist = track["artists"][0]["name"].as_str().unwrap();
    let title = track["name"].as_str().unwrap();
    let year = &track["album"]["release_date"].as_str().unwrap()[..4];
    for query in [
        format!("isrc:{isrc}"),
        format!("track:\"{title}\" artist:\"{artist}\""),
        format!("track:{title} artist:{artist} year:{year}"),
    ] {
        let path = format!("/search?{}", encoded(&[("q", &query), ("type", "track")]));
        let found = spotify.ok(&token, &path).await;
        let hits = items(&found["tracks"]);
        assert_eq!(hits[0]["external_ids"]["isrc"], isrc, "{query}");
        assert!(
            !found.to_string().contains(&spotify.person(0).marker),
            "{query}"
        );
    }
    let album = spotify
        .ok(
            &token,
            &format!("/albums/{}", track["album"]["id"].as_str().unwrap()),
        )
        .await;
    let upc = album["external_ids"]["upc"].as_str().unwrap();
    let found = spotify
        .ok(&token, &format!("/search?q=upc:{upc}&type=album"))
        .await;
    assert_eq!(found["albums"]["total"], 1);
    assert_eq!(items(&found["albums"])[0]["id"], album["id"]);
}

#[tokio::test]
async fn new_releases_are_at_most_two_weeks_old() {
    let spotify = Spotify::start().await;
    let found = spotify
        .ok(&spotify.token(0), "/search?q=tag:new&type=album&limit=10")
        .await;
    let new = items(&found["albums"]);
    assert!(!new.is_empty());
    for album in new {
        let date = album["release_date"].as_str().unwrap();
        assert!(("2026-11-06"..="2026-11-20").contains(&date), "{date}");
    }
}

#[tokio::test]
async fn one_title_has_many_versions() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let live = names(&spotify, &token, "live", "track").await;
    assert_eq!(live.len(), 10);
    let remixes = names(&spotify, &token, "remix", "track").await;
    assert_eq!(remixes.len(), 10);
    let home = names(&spotify, &token, "home", "track").await;
    let exact = home.iter().filter(|name| *name == "Home").count();
    assert!(exact > 1, "one title, several artists: {home:?}");
}

#[tokio::test]
async fn playlists_that_a_new_app_cannot_see_are_null() {
    let spotify = Spotify::start().await;
    let found = spotify
        .ok(
            &spotify.token(0),
            "/search?q=night%20train&type=playlist&limit=10",
        )
        .await;
    let hits = items(&found["playlists"]);
    assert!(hits.contains(&Value::Null), "{hits:?}");
    let foreign = hits
        .iter()
        .find(|hit| hit["owner"]["id"] == "quietharbour")
        .unwrap();
    assert_eq!(
        foreign.get("items"),
        None,
        "contents that are not one's own are absent, not empty"
    );
}

#[tokio::test]
async fn a_market_from_the_token_needs_its_permission() {
    let spotify = Spotify::start().await;
    let path = "/search?q=night&type=track&market=from_token";
    let refusal = spotify
        .refused(&spotify.token_with(0, Some("user-top-read")), path)
        .await;
    assert_eq!(refusal, (403, "Insufficient client scope".to_owned()));
    let found = spotify.ok(&spotify.token(0), path).await;
    assert!(items(&found["tracks"])[0]["is_playable"].is_boolean());
}
