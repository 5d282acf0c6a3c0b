//! Changing playlists: details, contents, order, cover.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Spotify, night};

/// A new playlist of the first person with these rows, by letter: `abca`.
async fn made(spotify: &Spotify, rows: &str) -> String {
    let token = spotify.token(0);
    let (_, made) = spotify
        .post(&token, "/me/playlists", json!({"name": "Edited"}))
        .await;
    let id = made["id"].as_str().unwrap().to_owned();
    let mut uris = Vec::new();
    for letter in rows.bytes() {
        uris.push(night(spotify, usize::from(letter - b'a')).await);
    }
    spotify
        .post(
            &token,
            &format!("/playlists/{id}/items"),
            json!({"uris": uris}),
        )
        .await;
    spotify.control.take_writes();
    id
}

/// The playlist's rows as letters.
async fn letters(spotify: &Spotify, id: &str) -> String {
    let mut alphabet = Vec::new();
    for at in 0..5 {
        alphabet.push(night(spotify, at).await);
    }
    let letter = |uri: &String| {
        let at = alphabet.iter().position(|one| one == uri).unwrap();
        char::from(b'a' + u8::try_from(at).unwrap())
    };
    spotify.control.rows(id).iter().map(letter).collect()
}

#[tokio::test]
async fn a_range_moves_before_a_place_and_keeps_its_dates() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for (start, length, before, after) in [
        (0, 1, 5, "bcdea"),
        (4, 1, 0, "eabcd"),
        (1, 2, 5, "adebc"),
        (1, 2, 4, "adbce"),
        (2, 3, 0, "cdeab"),
        (1, 2, 2, "abcde"),
    ] {
        let id = made(&spotify, "abcde").await;
        let path = format!("/playlists/{id}/items");
        let wish = json!({"range_start": start, "insert_before": before, "range_length": length});
        spotify.does(Method::PUT, &token, &path, Some(wish)).await;
        assert_eq!(letters(&spotify, &id).await, after);
        assert_eq!(spotify.control.take_writes().len(), 1);
    }
    let id = made(&spotify, "ab").await;
    let path = format!("/playlists/{id}/items");
    for wish in [
        json!({"range_start": 2, "insert_before": 0}),
        json!({"range_start": 0, "insert_before": 3}),
        json!({"range_start": 0}),
        json!({"insert_before": 0}),
        json!({"range_start": 0, "insert_before": 0, "range_length": 3}),
        json!({"range_start": 0, "insert_before": 0, "uris": []}),
        json!({}),
    ] {
        let (status, ..) = spotify
            .write(Method::PUT, &token, &path, Some(wish.clone()))
            .await;
        assert_eq!(status, 400, "{wish}");
    }
    assert!(spotify.control.take_writes().is_empty());
}

#[tokio::test]
async fn a_replacement_takes_at_most_a_hundred_and_may_be_empty() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let id = made(&spotify, "abc").await;
    let path = format!("/playlists/{id}/items");
    let before = spotify.control.playlist(&id).unwrap().snapshot_id;
    let track = night(&spotify, 3).await;
    let (status, answer) = super::read(
        spotify
            .call(Method::PUT, &token, &path)
            .json(&json!({"uris": [track, track]}))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(answer["snapshot_id"], *before);
    assert_eq!(letters(&spotify, &id).await, "dd");
    for (count, expected) in [(101, 400), (100, 200), (0, 200)] {
        let wish = json!({"uris": vec![&track; count]});
        let (status, ..) = spotify.write(Method::PUT, &token, &path, Some(wish)).await;
        assert_eq!(status, expected, "{count}");
    }
    assert!(spotify.control.rows(&id).is_empty());
}

#[tokio::test]
async fn a_removal_takes_every_copy_whatever_the_positions_and_the_label_say() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let id = made(&spotify, "abaca").await;
    let path = format!("/playlists/{id}/items");
    let old = spotify.control.playlist(&id).unwrap().snapshot_id;
    let (a, b) = (night(&spotify, 0).await, night(&spotify, 1).await);
    let wish = json!({"items": [{"uri": b, "positions": [3]}], "snapshot_id": old});
    spotify
        .does(Method::DELETE, &token, &path, Some(wish))
        .await;
    assert_eq!(letters(&spotify, &id).await, "aaca");
    let wish = json!({"items": [{"uri": a}], "snapshot_id": old});
    spotify
        .does(Method::DELETE, &token, &path, Some(wish))
        .await;
    assert_eq!(letters(&spotify, &id).await, "c", "an old label is taken");
    for wish in [
        json!({"tracks": [{"uri": a}]}),
        json!({"items": []}),
        json!({"items": [{"uri": "nonsense"}]}),
        json!({"items": vec![json!({"uri": a}); 101]}),
        json!({"items": [{"uri": a}], "snapshot_id": "never"}),
    ] {
        let (status, ..) = spotify
            .write(Method::DELETE, &token, &path, Some(wish.clone()))
            .await;
        assert_eq!(status, 400, "{wish}");
    }
    assert_eq!(letters(&spotify, &id).await, "c");
}

#[tokio::test]
async fn details_change_one_by_one() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let id = made(&spotify, "a").await;
    let path = format!("/playlists/{id}");
    let change = async |wish: Value| {
        let wish = Some(wish);
        spotify.write(Method::PUT, &token, &path, wish).await.0
    };
    let state = || spotify.control.playlist(&id).unwrap();
    assert_eq!(change(json!({"name": "Renamed"})).await, 200);
    assert_eq!((&*state().name, state().public), ("Renamed", true));
    assert_eq!(change(json!({"description": "Why"})).await, 200);
    assert_eq!(state().description.as_deref(), Some("Why"));
    assert_eq!(change(json!({"collaborative": true})).await, 400);
    let both = json!({"public": false, "collaborative": true});
    assert_eq!(change(both).await, 200);
    assert!(state().collaborative && !state().public);
    assert_eq!(change(json!({"public": true})).await, 400);
    assert_eq!(change(json!({"name": ""})).await, 400);
    assert_eq!(change(json!({"name": 7})).await, 400);
    assert_eq!(state().name, "Renamed");
    assert_eq!(spotify.control.take_writes().len(), 3);
}

#[tokio::test]
async fn only_the_owner_changes_details_and_cover_and_those_who_share_change_items() {
    let spotify = Spotify::start().await;
    let (ada, ben) = (spotify.token(0), spotify.token(1));
    let lists = spotify.control.playlists(&spotify.person(1).id);
    let shared = &lists.iter().find(|list| list.collaborative).unwrap().id;
    let first = spotify.control.rows(shared)[0].clone();
    let items = format!("/playlists/{shared}/items");
    let wish = || Some(json!({"items": [{"uri": first}]}));
    let refused = spotify.write(Method::DELETE, &ada, &items, wish()).await;
    assert_eq!(refused.0, 403);
    spotify.does(Method::DELETE, &ben, &items, wish()).await;
    let path = format!("/playlists/{shared}");
    let rename = Some(json!({"name": "Mine now"}));
    assert_eq!(spotify.write(Method::PUT, &ben, &path, rename).await.0, 403);
    assert_eq!(
        cover(&spotify, &ben, shared, "image/jpeg", &jpeg(9)).await,
        403
    );
    let unknown = "/playlists/4iV5W9uYEdYUVa79Axb7Rh";
    let rename = Some(json!({"name": "Nobody's"}));
    assert_eq!(
        spotify.write(Method::PUT, &ada, unknown, rename).await.0,
        404
    );
}

#[tokio::test]
async fn changes_need_the_permission_of_the_playlists_sort() {
    let spotify = Spotify::start().await;
    let id = made(&spotify, "ab").await;
    let private = spotify.token_with(0, Some("playlist-modify-private ugc-image-upload"));
    let public = spotify.token_with(0, Some("playlist-modify-public"));
    let items = format!("/playlists/{id}/items");
    let whole = format!("/playlists/{id}");
    for (method, path, wish) in [
        (Method::PUT, &items, json!({"uris": []})),
        (
            Method::DELETE,
            &items,
            json!({"items": [{"uri": "spotify:track:x"}]}),
        ),
        (Method::PUT, &whole, json!({"name": "x"})),
    ] {
        let (status, message, _) = spotify.write(method, &private, path, Some(wish)).await;
        assert_eq!((status, &*message), (403, "Insufficient client scope"));
    }
    assert_eq!(
        cover(&spotify, &private, &id, "image/jpeg", &jpeg(9)).await,
        403
    );
    assert_eq!(
        cover(&spotify, &public, &id, "image/jpeg", &jpeg(9)).await,
        403
    );
    let hide = Some(json!({"public": false}));
    assert_eq!(
        spotify.write(Method::PUT, &public, &whole, hide).await.0,
        403
    );
}

#[tokio::test]
async fn a_cover_is_a_jpeg_in_base64_of_256_kb_at_most() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let id = made(&spotify, "a").await;
    let most = 256 * 1024 / 4 * 3;
    for (sort, body, status) in [
        ("image/png", jpeg(100), 415),
        ("image/jpeg", "not base64!".to_owned(), 400),
        ("image/jpeg", STANDARD.encode(b"GIF89a and more"), 400),
        ("image/jpeg", jpeg(most + 1), 413),
        ("image/jpeg", jpeg(most), 202),
    ] {
        let found = cover(&spotify, &token, &id, sort, &body).await;
        assert_eq!(found, status, "{sort}, {} characters", body.len());
    }
    let kept = spotify.control.playlist(&id).unwrap().cover.unwrap();
    assert_eq!(kept.len(), most);
    let images = spotify.ok(&token, &format!("/playlists/{id}/images")).await;
    assert!(images[0]["url"].is_string());
}

#[tokio::test]
async fn a_private_wish_can_be_ignored() {
    let spotify = Spotify::start().await;
    spotify.control.set_private_ignored(true);
    let wish = json!({"name": "Hidden", "public": false});
    let (_, made) = spotify.post(&spotify.token(0), "/me/playlists", wish).await;
    assert_eq!(made["public"], true);
}

fn jpeg(length: usize) -> String {
    let mut image = vec![0; length];
    image[..3].copy_from_slice(&[0xff, 0xd8, 0xff]);
    STANDARD.encode(image)
}

async fn cover(spotify: &Spotify, token: &str, id: &str, sort: &str, body: &str) -> u16 {
    let path = format!("/playlists/{id}/images");
    let call = spotify.call(Method::PUT, token, &path);
    let call = call.header("content-type", sort).body(body.to_owned());
    call.send().await.unwrap().status().as_u16()
}
