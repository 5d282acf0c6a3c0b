//! The one endpoint that saves, follows, removes and unfollows.

use auxcord::sandbox::Shelf;
use reqwest::Method;
use serde_json::json;

use super::{Spotify, items, night, uri};

fn library(uris: &str) -> String {
    format!("/me/library?uris={uris}")
}

#[tokio::test]
async fn every_kind_is_saved_first_on_its_shelf_and_taken_off_again() {
    let spotify = Spotify::start().await;
    let (token, me) = (spotify.token(4), spotify.person(4).id);
    let path = "/search?q=the&type=track,album,audiobook&limit=2";
    let found = spotify.ok(&token, path).await;
    let ada = spotify.person(0).id;
    for (section, shelf) in [
        ("tracks", Shelf::Tracks),
        ("albums", Shelf::Albums),
        ("shows", Shelf::Shows),
        ("episodes", Shelf::Episodes),
        ("audiobooks", Shelf::Audiobooks),
    ] {
        let (one, two) = if let Some(hits) = found[section]["items"].as_array() {
            (uri(&hits[0]), uri(&hits[1]))
        } else {
            let saved = spotify.control.library(&ada, shelf);
            (saved[0].clone(), saved[1].clone())
        };
        for saved in [&one, &two, &one] {
            spotify
                .does(Method::PUT, &token, &library(saved), None)
                .await;
        }
        assert_eq!(
            spotify.control.library(&me, shelf),
            [two.clone(), one.clone()],
            "newest first, each once"
        );
        assert_eq!(
            spotify.control.take_writes().len(),
            2,
            "the third is no change"
        );
        let page = spotify.ok(&token, &format!("/me/{section}")).await;
        assert_eq!(page["total"], 2, "{section}");
        let both = format!("{one},{two}");
        let asked = format!("/me/library/contains?uris={both}");
        assert_eq!(spotify.ok(&token, &asked).await, json!([true, true]));
        spotify
            .does(Method::DELETE, &token, &library(&both), None)
            .await;
        assert_eq!(spotify.ok(&token, &asked).await, json!([false, false]));
        spotify
            .does(Method::DELETE, &token, &library(&both), None)
            .await;
        assert_eq!(spotify.control.take_writes().len(), 2, "gone is gone");
    }
}

#[tokio::test]
async fn several_are_saved_in_the_order_named() {
    let spotify = Spotify::start().await;
    let (one, two) = (night(&spotify, 1).await, night(&spotify, 2).await);
    let path = library(&format!("{one},{two}"));
    spotify
        .does(Method::PUT, &spotify.token(4), &path, None)
        .await;
    let saved = spotify
        .control
        .library(&spotify.person(4).id, Shelf::Tracks);
    assert_eq!(saved, [one, two]);
}

#[tokio::test]
async fn the_uris_belong_into_the_query_and_are_forty_at_most() {
    let spotify = Spotify::start().await;
    let token = spotify.token(4);
    let track = night(&spotify, 0).await;
    for method in [Method::PUT, Method::DELETE] {
        let in_body = spotify
            .write(
                method.clone(),
                &token,
                "/me/library",
                Some(json!({"uris": [track]})),
            )
            .await;
        assert_eq!(
            (in_body.0, &*in_body.1),
            (400, "Missing required field: uris")
        );
        for (uris, status) in [
            (vec![&*track; 40].join(","), 200),
            (vec![&*track; 41].join(","), 400),
            ("nonsense".to_owned(), 400),
            ("spotify:track:short".to_owned(), 400),
            ("spotify:artist:4iV5W9uYEdYUVa79Axb7Rh".to_owned(), 400),
        ] {
            let (found, ..) = spotify
                .write(method.clone(), &token, &library(&uris), None)
                .await;
            assert_eq!(found, status, "{method} {uris}");
        }
    }
    spotify.control.take_writes();
    let path = library(&format!("{track},spotify:track:4iV5W9uYEdYUVa79Axb7Rh"));
    let (status, message, _) = spotify.write(Method::PUT, &token, &path, None).await;
    assert_eq!(
        (status, &*message),
        (400, "Payload contains a non-existing ID")
    );
    assert!(spotify.control.take_writes().is_empty(), "all or nothing");
}

#[tokio::test]
async fn each_kind_needs_its_own_permission() {
    let spotify = Spotify::start().await;
    let ada = spotify.person(0).id;
    let track = night(&spotify, 0).await;
    let user = format!("spotify:user:{ada}");
    let playlist = spotify.control.library(&ada, Shelf::Playlists)[0].clone();
    for (uri, needed) in [
        (&track, "user-library-modify"),
        (&user, "user-follow-modify"),
        (&playlist, "playlist-modify-public"),
    ] {
        for scope in [
            "user-library-modify",
            "user-follow-modify",
            "playlist-modify-public",
        ] {
            let token = spotify.token_with(4, Some(scope));
            let status = if scope == needed { 200 } else { 403 };
            let found = spotify
                .write(Method::PUT, &token, &library(uri), None)
                .await;
            assert_eq!(found.0, status, "{uri} with {scope}: {}", found.1);
        }
    }
    let eunji = spotify.person(4).id;
    assert_eq!(
        spotify.control.library(&eunji, Shelf::Users),
        std::slice::from_ref(&user)
    );
    let asked = format!("/me/library/contains?uris={user},{playlist}");
    assert_eq!(
        spotify.ok(&spotify.token(4), &asked).await,
        json!([true, true])
    );
}

#[tokio::test]
async fn a_playlist_of_ones_own_leaves_the_list_and_lives_on() {
    let spotify = Spotify::start().await;
    let (token, me) = (spotify.token(0), spotify.person(0).id);
    let before = spotify.control.playlists(&me);
    let gone = &before[2];
    let uri = format!("spotify:playlist:{}", gone.id);
    spotify
        .does(Method::DELETE, &token, &library(&uri), None)
        .await;
    let page = spotify.ok(&token, "/me/playlists?limit=50").await;
    assert_eq!(page["total"], before.len() as u64 - 1);
    assert!(items(&page).iter().all(|listed| listed["id"] != *gone.id));
    let still = spotify.ok(&token, &format!("/playlists/{}", gone.id)).await;
    assert_eq!(still["name"], *gone.name);
    spotify
        .does(Method::PUT, &token, &library(&uri), None)
        .await;
    assert_eq!(spotify.control.playlists(&me)[0].id, gone.id);
}
