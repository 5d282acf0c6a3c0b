//! The catalogue has what makes finding and paging hard.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Spotify, items};

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap()
}

#[tokio::test]
async fn one_title_has_several_artists_versions_and_reissues() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let found = spotify
        .ok(&token, "/search?q=track:Glass+Meridian&type=track&limit=10")
        .await;
    let found = items(&found["tracks"]);
    assert_ne!(
        text(&found[0], "/artists/0/name"),
        "Orrery Lane",
        "the first hit is another's"
    );
    let same: Vec<&Value> = found
        .iter()
        .filter(|track| track["name"] == "Glass Meridian")
        .collect();
    let artists: BTreeSet<&str> = same
        .iter()
        .map(|track| text(track, "/artists/0/name"))
        .collect();
    assert_eq!(artists, ["Orrery Lane", "Pelican Static"].into());
    let original: Vec<&&Value> = same
        .iter()
        .filter(|track| text(track, "/artists/0/name") == "Orrery Lane")
        .collect();
    let recordings: BTreeSet<&str> = original
        .iter()
        .map(|track| text(track, "/external_ids/isrc"))
        .collect();
    let albums: BTreeSet<&str> = original
        .iter()
        .map(|track| text(track, "/album/id"))
        .collect();
    assert_eq!((recordings.len(), albums.len()), (1, 3));
    for version in ["Live", "Kestrel Remix", "Instrumental", "Sketch"] {
        let name = format!("Glass Meridian - {version}");
        assert!(found.iter().any(|track| track["name"] == *name), "{name}");
    }
}

#[tokio::test]
async fn a_recording_may_be_licensed_on_one_album_only() {
    let spotify = Spotify::start().await;
    let path = "/search?q=track:Saltmarsh+Wireless&type=track&limit=10&market=SE";
    let found = spotify.ok(&spotify.token(0), path).await;
    let found = items(&found["tracks"]);
    let playable = found.iter().filter(|track| track["is_playable"] == true);
    assert_eq!((found.len(), playable.count()), (3, 2));
}

#[tokio::test]
async fn lists_go_beyond_a_page() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for (artist, releases) in [("Brine+and+Tallow", 12), ("Ostinato+Bakery", 63)] {
        let path = format!("/search?q=artist:{artist}&type=artist&limit=1");
        let found = spotify.ok(&token, &path).await;
        let id = text(&found, "/artists/items/0/id").to_owned();
        let page = spotify.ok(&token, &format!("/artists/{id}/albums")).await;
        assert_eq!(page["total"], releases, "{artist}");
    }
    for (path, list) in [
        ("/search?q=almanac&type=audiobook", "audiobooks/*/chapters"),
        ("/search?q=groove&type=show", "shows/*/episodes"),
    ] {
        let found = spotify.ok(&token, path).await;
        let (kind, _) = list.split_once('/').unwrap();
        let id = text(&items(&found[kind])[0], "/id");
        let page = spotify
            .ok(&token, &format!("/{}", list.replace('*', id)))
            .await;
        assert!(page["total"].as_u64().unwrap() > 50, "{list}");
    }
}
