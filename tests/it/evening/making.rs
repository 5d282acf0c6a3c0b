//! The first half hour: looking what is on, and making a list of 25 songs from titles.

use std::io::Cursor;

use auxcord::sandbox::{PlaylistState, Shelf};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};

use super::{
    account::uri_of,
    shop::Song,
    stage::{
        Evening,
        Who::{Ada, Farid},
    },
};

/// The list as it is called in the end.
pub(super) const DINNER: &str = "Dinner at Ada's";

/// Each of the two hears what is on for them; Farid stops his podcast, goes a minute in, and keeps the episode.
pub(super) async fn what_is_on(evening: &mut Evening) {
    let song = evening.expected(Ada).player().uri.clone();
    let told = evening.reads(Ada, "get_playback", json!({})).await;
    assert_eq!(
        (&told["is_playing"], &told["item"]["uri"]),
        (&json!(true), &json!(song))
    );
    let episode = evening.expected(Farid).player().uri.clone().unwrap();
    let told = evening.reads(Farid, "get_current_track", json!({})).await;
    assert_eq!(told["item"]["uri"], json!(episode));

    for (who, tool) in [(Ada, "get_status"), (Farid, "getCurrentUserProfile")] {
        let told = evening.reads(who, tool, json!({})).await;
        assert_eq!(told["user_id"], json!(evening.guest(who).me.spotify_id));
    }
    let told = evening.reads(Ada, "list_playlists", json!({})).await;
    assert_eq!(told["total"], 7);
    let told = evening.reads(Farid, "get_user_playlists", json!({})).await;
    assert_eq!(told["total"], 1);

    let asked = json!({"action": "pause"});
    evening
        .does(Farid, "control_playback", asked, &["paused"])
        .await;
    let asked = json!({"action": "seek", "value": "60000"});
    let told = evening
        .does(Farid, "control_playback", asked, &["went to 60000 ms"])
        .await;
    assert_eq!(told["is_playing"], false);
    let player = evening.expected(Farid).player();
    (player.playing, player.progress_ms) = (false, 60_000);

    let asked = json!({"refs": ["now_playing"]});
    let wrote = format!("saved {episode}");
    evening
        .does(Farid, "save_to_library", asked, &[wrote])
        .await;
    evening.expected(Farid).saved(Shelf::Episodes, &episode);
}

/// Ada's titles become a private list; what is not certain is told and added when she has said which.
pub(super) async fn a_list_from_titles(evening: &mut Evening) -> PlaylistState {
    let titles = titles(evening).await;
    let home = evening
        .shop
        .song_on("Home", "The Marlow Parade", "Velvet Harbor")
        .await;
    let harbor = evening
        .shop
        .song("Velvet Harbor", "The Marlow Parade")
        .await;
    let vague = json!({"title": "Home", "artist": "The Marlow Parade"});
    let unknown = json!({"title": "Nobody Ever Sang This", "artist": "Orrery Lane"});

    let asked = json!({"tracks": [vague, unknown, home.words(), titles[0].words()]});
    let told = evening.reads(Ada, "resolve_tracks", asked).await;
    assert_eq!(
        each(&told["rows"], "status"),
        ["ambiguous", "not_found", "exact", "exact"]
    );
    assert_eq!(told["rows"][2]["uri"], json!(home.uri));

    let mut wanted: Vec<Value> = titles.iter().map(Song::words).collect();
    wanted.splice(4..4, [vague, unknown]);
    assert_eq!(wanted.len(), 25);
    let asked = json!({"name": "Dinner", "tracks": wanted});
    let uris: Vec<String> = titles.iter().map(|song| song.uri.clone()).collect();
    let told = evening
        .makes(Ada, "create_playlist", asked, "Dinner", &uris)
        .await;
    assert_eq!(
        (&told["added"], &told["readback_matches"]),
        (&json!(23), &json!(true))
    );
    assert_eq!(
        each(&told["unresolved"], "status"),
        ["ambiguous", "not_found"]
    );

    follow(evening).await;

    let list = evening.expected(Ada).list("Dinner").clone();
    let asked =
        json!({"playlist": "dinner", "items": [home.words(), titles[3].uri, harbor.words()]});
    let wrote = format!(
        "added 2 to {} at 23: {} {}",
        uri_of(&list),
        home.uri,
        harbor.uri
    );
    let told = evening.does(Ada, "add_to_playlist", asked, &[wrote]).await;
    assert_eq!((&told["added"], &told["total"]), (&json!(2), &json!(25)));
    assert_eq!(each(&told["skipped"], "item"), [titles[3].uri.as_str()]);
    let list = evening.guest(Ada).change("Dinner");
    list.uris.extend([home.uri, harbor.uri]);
    list.clone()
}

/// One song twice, once again, three to the front, another name and a cover; Farid, who has the link, cannot
/// add to it.
pub(super) async fn the_list_is_mended(
    evening: &mut Evening,
    list: PlaylistState,
) -> PlaylistState {
    let (uri, mut uris) = (uri_of(&list), list.uris);
    let first = uris[0].clone();
    let asked = json!({"playlist": uri, "items": [first], "position": 5, "skip_duplicates": false});
    let wrote = format!("added 1 to {uri} at 5: {first}");
    evening.does(Ada, "add_to_playlist", asked, &[wrote]).await;
    uris.insert(5, first.clone());

    let told = evening
        .reads(Ada, "get_playlist", json!({"playlist": "Dinner"}))
        .await;
    assert_eq!(each(&told["items"], "uri"), uris);
    let label = told["playlist"]["snapshot_id"].clone();
    let asked = json!({"playlist": "Dinner", "positions": [0], "snapshot_id": label});
    let wrote = [
        format!("removed 2 from {uri}: {first}"),
        format!("added 1 to {uri} at 4: {first}"),
    ];
    let told = evening
        .does(Ada, "remove_from_playlist", asked, &wrote)
        .await;
    assert_eq!(
        (&told["removed"], &told["verified"]),
        (&json!(1), &json!(true))
    );
    let notes = told["notes"].to_string();
    assert!(notes.contains("count as added now"), "{told}");
    uris.remove(0);

    let asked = json!({"playlist": uri, "move": {"from": 20, "count": 3, "to": 1}});
    let wrote = format!("moved 3 of {uri} from 20 to 1");
    evening.does(Ada, "reorder_playlist", asked, &[wrote]).await;
    let moved: Vec<String> = uris.drain(20..23).collect();
    uris.splice(1..1, moved);

    let asked =
        json!({"playlist": "Dinner", "name": DINNER, "description": "Loud enough to cook to"});
    let told = evening
        .does(Ada, "update_playlist", asked, &[format!("changed {uri}")])
        .await;
    assert_eq!(each(&told["changed"], "field"), ["name", "description"]);
    let list = evening.expected(Ada).list("Dinner");
    DINNER.clone_into(&mut list.name);
    list.description = Some("Loud enough to cook to".to_owned());
    list.uris = uris;
    let list = list.clone();
    cover(evening, &list).await;

    let asked = json!({"playlist": uri, "items": [first]});
    let said = evening
        .refused(Farid, "add_to_playlist", asked, "not_readable")
        .await;
    assert!(!said.contains(DINNER), "{said}");
    list
}

/// 23 songs with one recording each.
async fn titles(evening: &Evening) -> Vec<Song> {
    let mut songs = Vec::new();
    for number in 1..=11 {
        let title = format!("Brinework No. {number}");
        songs.push(evening.shop.song(&title, "Brine and Tallow").await);
    }
    for number in 1..=10 {
        let title = format!("Sourdough Etude No. {number}");
        songs.push(evening.shop.song(&title, "Ostinato Bakery").await);
    }
    for title in ["Marrowbone Ferry", "Glass Meridian"] {
        songs.push(evening.shop.song(title, "Pelican Static").await);
    }
    songs
}

/// Farid finds a playlist that another person follows, and follows it too.
async fn follow(evening: &mut Evening) {
    let ben = evening.app.spotify.people().remove(1).id;
    let lists = evening.app.spotify.playlists(&ben);
    let found = lists
        .into_iter()
        .find(|list| list.name == "Velvet evenings");
    let list = found.unwrap();
    let uri = uri_of(&list);
    let asked = json!({"query": "velvet evenings", "types": ["playlist"]});
    let told = evening.reads(Farid, "search", asked).await;
    let items = &told["results"][0]["items"];
    assert!(each(items, "uri").contains(&uri.as_str()), "{told}");
    let asked = json!({"refs": [uri]});
    evening
        .does(Farid, "save_to_library", asked, &[format!("saved {uri}")])
        .await;
    evening.expected(Farid).listed(list);
}

/// A red square becomes the cover.
async fn cover(evening: &mut Evening, list: &PlaylistState) {
    let red = DynamicImage::from(RgbImage::from_pixel(64, 64, image::Rgb([220, 20, 30])));
    let mut jpeg = Cursor::new(Vec::new());
    red.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let asked = json!({"playlist": list.id, "image_base64": STANDARD.encode(jpeg.into_inner())});
    let (what, told) = evening.covers(Ada, asked).await;
    assert!(
        what.starts_with(&format!("covered {} with ", uri_of(list))),
        "{what}"
    );
    assert_eq!(told["accepted"], true);
    let there = evening
        .app
        .spotify
        .playlist(&list.id)
        .unwrap()
        .cover
        .unwrap();
    let drawn = image::load_from_memory(&there).unwrap().to_rgb8();
    let [red, green, blue] = drawn.get_pixel(32, 32).0;
    assert_eq!(drawn.dimensions(), (64, 64));
    assert!(red > 200 && green < 40 && blue < 50, "{red} {green} {blue}");
    evening.expected(Ada).list(DINNER).cover = Some(there);
}

/// A member of each entry of a list, as text.
pub(super) fn each<'v>(list: &'v Value, member: &str) -> Vec<&'v str> {
    let list = list.as_array().unwrap();
    list.iter()
        .map(|one| one[member].as_str().unwrap())
        .collect()
}
