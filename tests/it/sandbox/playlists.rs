//! Playlists: who sees what, odd rows, and writes.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Spotify, items};

/// The person's playlists by size, as far as they may count.
async fn listed(spotify: &Spotify, token: &str) -> Vec<(Option<u64>, Value)> {
    let page = spotify.ok(token, "/me/playlists?limit=50").await;
    items(&page)
        .iter()
        .map(|playlist| (playlist["items"]["total"].as_u64(), playlist.clone()))
        .collect()
}

async fn sized(spotify: &Spotify, token: &str, size: u64) -> String {
    let all = listed(spotify, token).await;
    let (_, found) = all
        .into_iter()
        .find(|(total, _)| *total == Some(size))
        .unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// A playlist of somebody else, which the sharer follows.
async fn foreign(spotify: &Spotify) -> String {
    let all = listed(spotify, &spotify.token(1)).await;
    let (_, found) = all.into_iter().find(|(total, _)| total.is_none()).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn playlists_of_every_awkward_size_are_paged_to_their_end() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for size in [0, 1, 50, 51, 100, 101, 1_200] {
        let id = sized(&spotify, &token, size).await;
        let mut path = format!("/playlists/{id}/items?limit=50&additional_types=track,episode");
        let mut seen = 0;
        loop {
            let page = spotify.ok(&token, &path).await;
            assert_eq!(page["total"], size);
            seen += items(&page).len() as u64;
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = next
                .strip_prefix(&spotify.sandbox.api_url())
                .unwrap()
                .to_owned();
        }
        assert_eq!(seen, size);
    }
}

#[tokio::test]
async fn odd_rows_are_as_odd_as_at_spotify() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let id = sized(&spotify, &token, 1_200).await;
    let page = spotify
        .ok(
            &token,
            &format!("/playlists/{id}/items?additional_types=track,episode"),
        )
        .await;
    let rows = items(&page);
    let row = |test: &dyn Fn(&Value) -> bool| rows.iter().find(|row| test(row)).unwrap().clone();
    assert!(rows.contains(&Value::Null), "a hole in the page");
    let removed = row(&|row| row.is_object() && row["item"].is_null());
    assert!(removed["added_at"].is_string());
    let local = row(&|row| row["is_local"] == true);
    assert_eq!(local["item"]["id"], Value::Null);
    assert!(
        local["item"]["uri"]
            .as_str()
            .unwrap()
            .starts_with("spotify:local:")
    );
    let episode = row(&|row| row["item"]["type"] == "episode");
    assert!(episode["item"]["show"]["name"].is_string());
    let old = row(&|row| row.is_object() && row["added_at"].is_null());
    assert_eq!(old["added_by"], Value::Null);
    assert!(
        rows.iter().all(|row| row.get("track").is_none()),
        "the old key is gone"
    );
    let plain = spotify.ok(&token, &format!("/playlists/{id}/items")).await;
    let misshapen = items(&plain)
        .iter()
        .find(|row| row["item"]["type"] == "episode")
        .unwrap()
        .clone();
    assert_eq!(
        misshapen["item"].get("show"),
        None,
        "a client that does not know episodes gets no whole one"
    );
}

#[tokio::test]
async fn contents_are_for_owners_and_those_who_share() {
    let spotify = Spotify::start().await;
    let (ada, ben) = (spotify.token(0), spotify.token(1));
    let foreign = foreign(&spotify).await;
    let metadata = spotify.ok(&ben, &format!("/playlists/{foreign}")).await;
    assert!(metadata["name"].is_string());
    assert_eq!(metadata.get("items"), None);
    assert_eq!(metadata.get("tracks"), None);
    assert_eq!(metadata.get("followers"), None);
    let refusal = spotify
        .refused(&ben, &format!("/playlists/{foreign}/items"))
        .await;
    assert_eq!(refusal, (403, "Forbidden".to_owned()));
    let all = listed(&spotify, &ben).await;
    let (_, shared) = all
        .iter()
        .find(|(_, playlist)| playlist["collaborative"] == true)
        .unwrap();
    let shared = shared["id"].as_str().unwrap();
    assert!(
        !items(
            &spotify
                .ok(&ben, &format!("/playlists/{shared}/items"))
                .await
        )
        .is_empty()
    );
    assert_eq!(
        spotify
            .refused(&ada, &format!("/playlists/{shared}/items"))
            .await
            .0,
        403
    );
    let own = spotify
        .ok(
            &ada,
            &format!("/playlists/{}", sized(&spotify, &ada, 51).await),
        )
        .await;
    assert_eq!(items(&own["items"]).len(), 50);
    assert!(
        own["items"]["next"]
            .as_str()
            .unwrap()
            .contains("/items?offset=50")
    );
}

#[tokio::test]
async fn collaborative_playlists_are_listed_with_their_own_permission_only() {
    let spotify = Spotify::start().await;
    let narrow = spotify.token_with(1, Some("playlist-read-private"));
    let some = listed(&spotify, &narrow).await;
    let all = listed(&spotify, &spotify.token(1)).await;
    assert_eq!(all.len(), some.len() + 1);
    assert!(
        some.iter()
            .all(|(_, playlist)| playlist["collaborative"] == false)
    );
}

#[tokio::test]
async fn covers_may_be_null_or_empty() {
    let spotify = Spotify::start().await;
    let all = listed(&spotify, &spotify.token(0)).await;
    let covers: Vec<&Value> = all
        .iter()
        .map(|(_, playlist)| &playlist["images"])
        .collect();
    assert!(covers.contains(&&Value::Null) && covers.contains(&&json!([])));
    assert!(covers.iter().any(|cover| cover[0]["url"].is_string()));
}

#[tokio::test]
async fn only_the_fields_that_are_named_come_back() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let id = sized(&spotify, &token, 51).await;
    let page = spotify
        .ok(
            &token,
            &format!("/playlists/{id}/items?fields=items(item(name,uri)),next,total&limit=1"),
        )
        .await;
    assert_eq!(page.as_object().unwrap().len(), 3);
    assert_eq!(items(&page)[0]["item"].as_object().unwrap().len(), 2);
    let old = spotify
        .ok(
            &token,
            &format!("/playlists/{id}/items?fields=items(track(name))&limit=1"),
        )
        .await;
    assert_eq!(old, json!({"items": [{}]}));
    let named = spotify
        .ok(&token, &format!("/playlists/{id}?fields=name,owner(id)"))
        .await;
    assert_eq!(named.as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn a_new_playlist_is_public_unless_it_says_otherwise() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let (status, made) = spotify
        .post(&token, "/me/playlists", json!({"name": "Mine"}))
        .await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(
        (&made["public"], &made["items"]["total"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(made["owner"]["id"], spotify.person(0).id);
    let (_, hidden) = spotify
        .post(
            &token,
            "/me/playlists",
            json!({"name": "Hidden", "public": false, "description": "x"}),
        )
        .await;
    assert_eq!(
        (&hidden["public"], &hidden["description"]),
        (&json!(false), &json!("x"))
    );
    let first = &listed(&spotify, &token).await[0].1;
    assert_eq!(first["id"], hidden["id"], "the newest comes first");
    for (body, message) in [
        (json!({}), "Missing required field: name"),
        (json!({"name": ""}), "Missing required field: name"),
        (json!({"name": 7}), "Invalid value in body"),
        (
            json!({"name": "x", "collaborative": true}),
            "Cannot create a public collaborative playlist",
        ),
    ] {
        let (status, refusal) = spotify.post(&token, "/me/playlists", body).await;
        assert_eq!(
            (status, &refusal["error"]["message"]),
            (StatusCode::BAD_REQUEST, &json!(message))
        );
    }
    let cut = spotify
        .call(Method::POST, &token, "/me/playlists")
        .body("{\"name\"")
        .send()
        .await
        .unwrap();
    assert_eq!(cut.status(), StatusCode::BAD_REQUEST);
    assert_eq!(spotify.control.take_writes().len(), 2);
}

#[tokio::test]
async fn making_and_filling_need_the_permission_of_the_playlists_sort() {
    let spotify = Spotify::start().await;
    let (public, private) = (
        spotify.token_with(0, Some("playlist-modify-public")),
        spotify.token_with(0, Some("playlist-modify-private")),
    );
    for (token, wish, status) in [
        (&public, json!({"name": "a"}), StatusCode::CREATED),
        (&private, json!({"name": "a"}), StatusCode::FORBIDDEN),
        (
            &public,
            json!({"name": "a", "public": false}),
            StatusCode::FORBIDDEN,
        ),
        (
            &private,
            json!({"name": "a", "public": false}),
            StatusCode::CREATED,
        ),
        (
            &private,
            json!({"name": "a", "public": false, "collaborative": true}),
            StatusCode::FORBIDDEN,
        ),
    ] {
        assert_eq!(
            spotify.post(token, "/me/playlists", wish.clone()).await.0,
            status,
            "{wish}"
        );
    }
    let (_, made) = spotify
        .post(&public, "/me/playlists", json!({"name": "b"}))
        .await;
    let path = format!("/playlists/{}/items", made["id"].as_str().unwrap());
    let wish = json!({"uris": [track(&spotify).await]});
    assert_eq!(
        spotify.post(&private, &path, wish.clone()).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        spotify.post(&public, &path, wish).await.0,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn items_are_added_where_they_are_wanted() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let id = sized(&spotify, &token, 50).await;
    let path = format!("/playlists/{id}/items");
    let before = spotify
        .ok(&token, &format!("/playlists/{id}?fields=snapshot_id"))
        .await;
    let uri = track(&spotify).await;
    let (status, first) = spotify
        .post(&token, &path, json!({"uris": [uri], "position": 0}))
        .await;
    assert_eq!(status, StatusCode::CREATED);
    assert_ne!(first["snapshot_id"], before["snapshot_id"]);
    let page = spotify.ok(&token, &format!("{path}?limit=1")).await;
    assert_eq!(
        (&items(&page)[0]["item"]["uri"], &page["total"]),
        (&json!(uri), &json!(51))
    );
    assert_eq!(items(&page)[0]["added_at"], "2026-11-20T12:00:00Z");
    spotify
        .post(
            &token,
            &format!("{path}?uris={uri}"),
            json!({"uris": ["spotify:track:ignored"]}),
        )
        .await;
    let last = spotify
        .ok(&token, &format!("{path}?limit=1&offset=51"))
        .await;
    assert_eq!(
        items(&last)[0]["item"]["uri"],
        json!(uri),
        "the query wins over the body"
    );
    let writes = spotify.control.take_writes();
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[0].endpoint, "POST /v1/playlists/{id}/items");
    assert_eq!(writes[0].person, spotify.person(0).id);
}

#[tokio::test]
async fn additions_that_cannot_be_made_change_nothing() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let id = sized(&spotify, &token, 1).await;
    let path = format!("/playlists/{id}/items");
    let uri = track(&spotify).await;
    for wish in [
        json!({"uris": vec![uri.clone(); 101]}),
        json!({"uris": []}),
        json!({}),
        json!({"uris": [uri, "spotify:local:a:b:c:1"]}),
        json!({"uris": ["spotify:album:4iV5W9uYEdYUVa79Axb7Rh"]}),
        json!({"uris": ["spotify:track:4iV5W9uYEdYUVa79Axb7Rh"]}),
        json!({"uris": [uri], "position": 9}),
    ] {
        assert_eq!(
            spotify.post(&token, &path, wish.clone()).await.0,
            StatusCode::BAD_REQUEST,
            "{wish}"
        );
    }
    let foreign = foreign(&spotify).await;
    let (status, _) = spotify
        .post(
            &token,
            &format!("/playlists/{foreign}/items"),
            json!({"uris": [uri]}),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(spotify.ok(&token, &path).await["total"], 1);
    assert_eq!(spotify.control.writes(), []);
}

#[tokio::test]
async fn a_write_without_a_length_is_refused_in_html() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let spotify = Spotify::start().await;
    let address = spotify.sandbox.accounts_url().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "POST /v1/me/playlists HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        spotify.token(0)
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 411"), "{answer}");
    assert!(answer.contains("text/html"));
}

/// The URI of some track of the catalogue.
async fn track(spotify: &Spotify) -> String {
    let found = spotify
        .ok(
            &spotify.token(0),
            "/search?q=track:night&type=track&limit=1",
        )
        .await;
    items(&found["tracks"])[0]["uri"]
        .as_str()
        .unwrap()
        .to_owned()
}
