//! What `play` starts.

use auxcord::sandbox::OnAir;
use serde_json::{Value, json};

use super::stage::{ADA, EUNJI, FARID, HANA, Room, counts};

#[tokio::test]
async fn a_vague_title_on_the_active_device_costs_four_calls() {
    let room = Room::of(ADA).await;
    let result = room.answer("play", json!({"query": "satellites"})).await;
    insta::assert_json_snapshot!("play", result);
    let told = &result["structuredContent"];
    let chosen = told["chosen"]["uri"].as_str().unwrap();
    assert_eq!(told["verified"], true);
    assert_eq!(told["item"]["uri"], chosen);
    let now = room.player();
    assert_eq!(now.uri.as_deref(), Some(chosen));
    assert_eq!(now.device, Some(room.device("Laptop")));
    let others = told["runners_up"].as_array().unwrap();
    assert_eq!(others.len(), 2);
    for other in others {
        assert!(
            other["link"]
                .as_str()
                .unwrap()
                .starts_with("https://open.spotify.com/")
        );
        assert_ne!(other["uri"], chosen);
    }
    assert_eq!(room.writes(), [format!("played {chosen}")]);
    let expected = counts([
        ("GET /v1/search", 1),
        ("GET /v1/me/player/devices", 1),
        ("PUT /v1/me/player/play", 1),
        ("GET /v1/me/player", 1),
    ]);
    assert_eq!(room.calls(), expected);
}

#[tokio::test]
async fn the_same_words_choose_the_same_and_the_artist_decides() {
    let room = Room::of(ADA).await;
    let hits = room.tracks("Gravity").await;
    let wanted = hits.iter().find(|hit| hit["title"] == "Gravity").unwrap();
    let artist = wanted["by"].as_str().unwrap().split(", ").next().unwrap();
    let query = format!("gravity by {artist}");
    for _ in 0..2 {
        let arguments = json!({"query": query, "type_hint": "track"});
        let told = room.done("play", arguments).await;
        assert!(
            told["chosen"]["by"].as_str().unwrap().contains(artist),
            "{told}"
        );
        assert_eq!(told["why"], "title and artist are exactly these");
        room.writes();
    }
}

#[tokio::test]
async fn an_album_plays_from_a_position_or_from_one_of_its_tracks() {
    let room = Room::of(ADA).await;
    let (album, tracks) = album(&room).await;
    let told = room
        .done("play", json!({"refs": [album], "start_at": 2}))
        .await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(room.player().uri.as_ref(), Some(&tracks[2]));
    assert_eq!(room.player().context.as_ref(), Some(&album));
    let told = room
        .done("play", json!({"refs": [album], "start_at": tracks[1]}))
        .await;
    assert_eq!(
        (&told["verified"], &told["item"]["uri"]),
        (&json!(true), &json!(tracks[1]))
    );
    assert_eq!(room.writes().len(), 2);
    let said = room
        .client
        .refused("play", json!({"refs": [album], "start_at": "900"}))
        .await;
    assert!(said.starts_with("invalid_argument: "), "{said}");
    assert_eq!(room.writes(), [""; 0]);
}

#[tokio::test]
async fn an_own_playlist_plays_by_its_name() {
    let room = Room::of(ADA).await;
    let (uri, rows) = room.playlist("Fifty");
    let lists = room.app.spotify.playlists(&room.me.spotify_id);
    let name = &lists
        .iter()
        .find(|list| uri.ends_with(&list.id))
        .unwrap()
        .name;
    let told = room
        .done("play", json!({"refs": [name], "shuffle": false}))
        .await;
    assert_eq!(
        (&told["verified"], &told["shuffle"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(room.player().context, Some(uri));
    assert_eq!(room.player().uri.as_ref(), rows.first());
    assert_eq!(room.writes()[0], "shuffles false");
}

#[tokio::test]
async fn several_tracks_play_in_order_and_a_hundred_at_most() {
    let room = Room::of(ADA).await;
    let uris = room.uris("Satellites").await;
    let told = room.done("play", json!({"refs": uris})).await;
    assert_eq!(told["verified"], true, "{told}");
    let now = room.player();
    assert_eq!(now.uri.as_ref(), Some(&uris[0]));
    room.writes();

    let (_, rows) = room.playlist("Everything");
    let tracks: Vec<_> = rows
        .into_iter()
        .filter(|uri| uri.starts_with("spotify:track:"))
        .collect();
    let told = room.done("play", json!({"refs": tracks[..150]})).await;
    let notes = told["notes"].to_string();
    assert!(
        notes.contains("first 100") && notes.contains("50 were left out"),
        "{notes}"
    );
    let written = room.writes().remove(0);
    assert_eq!(written.split(' ').count() - 1, 100);
}

#[tokio::test]
async fn what_cannot_be_played_is_left_out_and_told() {
    let room = Room::of(ADA).await;
    let track = room.uris("Satellites").await.remove(0);
    let refs = json!(["spotify:local:a:b:c:1", track, "some words"]);
    let told = room.done("play", json!({"refs": refs})).await;
    let skipped = told["skipped"].as_array().unwrap();
    assert_eq!(skipped.len(), 2);
    assert!(
        skipped[0]["reason"]
            .as_str()
            .unwrap()
            .contains("local file")
    );
    assert_eq!(room.writes(), [format!("played {track}")]);
}

#[tokio::test]
async fn resuming_costs_three_calls_and_one_when_it_plays_already() {
    let room = Room::of(HANA).await;
    let told = room.done("play", json!({})).await;
    assert_eq!(
        (&told["verified"], &told["is_playing"]),
        (&json!(true), &json!(true))
    );
    assert!(room.player().playing);
    assert_eq!(room.writes(), ["resumed"]);
    let expected = counts([("PUT /v1/me/player/play", 1), ("GET /v1/me/player", 2)]);
    assert_eq!(room.calls(), expected);
    let told = room.done("play", json!({})).await;
    assert!(told["notes"].to_string().contains("already"), "{told}");
    assert_eq!(room.calls(), counts([("GET /v1/me/player", 1)]));
}

#[tokio::test]
async fn a_track_can_play_within_its_album() {
    let room = Room::of(ADA).await;
    let (album, tracks) = album(&room).await;
    let arguments = json!({"refs": [tracks[1]], "in_context": true});
    let told = room.done("play", arguments).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(room.player().context, Some(album));
    assert_eq!(room.player().uri.as_ref(), Some(&tracks[1]));
    room.writes();
}

#[tokio::test]
async fn a_position_lies_within_the_track() {
    let room = Room::of(ADA).await;
    let track = room.uris("Satellites").await.remove(0);
    let arguments = json!({"refs": [track], "position_ms": 45_000});
    let told = room.done("play", arguments).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(room.player().progress_ms, 45_000);
    room.writes();
    let beyond = json!({"refs": [track], "position_ms": 80_000_000});
    let said = room.refused("play", beyond, "invalid_argument").await;
    assert!(said.contains("position_ms"), "{said}");
}

#[tokio::test]
async fn a_show_plays_as_its_newest_episodes() {
    let room = Room::of(FARID).await;
    let found = room
        .client
        .done("search", json!({"query": "the", "types": ["show"]}))
        .await;
    let show = found["results"][0]["items"][0]["uri"].clone();
    room.app.spotify.reset_calls();
    let told = room.done("play", json!({"refs": [show]})).await;
    assert_eq!(told["verified"], true, "{told}");
    assert!(
        told["item"]["uri"]
            .as_str()
            .unwrap()
            .starts_with("spotify:episode:")
    );
    assert!(room.player().uri.unwrap().starts_with("spotify:episode:"));
    assert_eq!(room.writes().len(), 1);
}

#[tokio::test]
async fn an_artist_plays_without_a_place_in_it() {
    let room = Room::of(ADA).await;
    let found = room
        .client
        .done("search", json!({"query": "a", "types": ["artist"]}))
        .await;
    let artist = found["results"][0]["items"][0]["uri"].clone();
    room.app.spotify.reset_calls();
    let told = room.done("play", json!({"refs": [artist]})).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(json!(room.player().context), artist);
    room.writes();
    let arguments = json!({"refs": [artist], "start_at": 1});
    room.refused("play", arguments, "invalid_argument").await;
}

#[tokio::test]
async fn the_only_device_is_taken_although_it_sleeps() {
    let room = Room::of(EUNJI).await;
    let track = room.uris("Satellites").await.remove(0);
    let told = room
        .done("play", json!({"refs": [track], "shuffle": true}))
        .await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(told["device"], room.device("Laptop"));
    assert_eq!(
        room.writes(),
        [format!("played {track}"), "shuffles true".to_owned()]
    );
}

#[tokio::test]
async fn a_command_that_shows_late_is_looked_at_again_three_times_at_most() {
    let room = Room::of(ADA).await;
    let uris = room.uris("Satellites").await;
    room.app.spotify.set_player_lag_ms(400);
    let told = room.done("play", json!({"refs": [uris[0]]})).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(room.writes().len(), 1);
    assert_eq!(room.calls()["GET /v1/me/player"], 2);

    room.app.spotify.set_player_lag_ms(3_600_000);
    let told = room.done("play", json!({"refs": [uris[1]]})).await;
    assert_eq!(told["verified"], false, "{told}");
    assert_eq!(told["item"]["uri"], uris[0], "the real state is told");
    assert!(told["notes"].to_string().contains("get_playback"));
    assert_eq!(room.writes().len(), 1, "and the command is not repeated");
    assert_eq!(room.calls()["GET /v1/me/player"], 3);
}

#[tokio::test]
async fn what_spotify_accepts_and_does_not_play_is_not_said_to_play() {
    let room = Room::of(ADA).await;
    let before = room.player().uri;
    // Its best hit is not licensed where these people live, which Spotify does not say beforehand.
    let told = room.done("play", json!({"query": "paper moon"})).await;
    assert_eq!(told["verified"], false);
    assert_eq!(told["item"]["uri"], json!(before), "the real state is told");
    assert_ne!(told["chosen"]["uri"], json!(before));
    assert_eq!(room.writes().len(), 1);
}

#[tokio::test]
async fn an_advertisement_gives_way() {
    let room = Room::of(ADA).await;
    let track = room.uris("Satellites").await.remove(0);
    room.app
        .spotify
        .put_on(&room.me.spotify_id, &OnAir::Advertisement);
    let told = room.done("play", json!({"refs": [track]})).await;
    assert_eq!(
        (&told["verified"], &told["item"]["uri"]),
        (&json!(true), &json!(track))
    );
    room.writes();
}

/// An album of at least three tracks: its URI and theirs.
async fn album(room: &Room) -> (String, Vec<String>) {
    let query = json!({"query": "a", "types": ["album"], "limit": 50});
    let found = room.client.done("search", query).await;
    for album in found["results"][0]["items"].as_array().unwrap() {
        let uri = album["uri"].as_str().unwrap();
        let play = json!({"refs": [uri], "shuffle": false});
        let told = room.client.done("play", play).await;
        let mut tracks = vec![told["item"]["uri"].as_str().unwrap().to_owned()];
        tracks.extend(room.player().queue);
        if tracks.len() >= 3 {
            room.writes();
            room.app.spotify.reset_calls();
            return (uri.to_owned(), tracks);
        }
    }
    panic!("no album is long enough: {}", Value::Null)
}
