//! The commands of the player: what they change, when it is seen, and why they are refused.

use std::time::Duration;

use auxcord::sandbox::{DeviceChange, OnAir, Options, PlayerState};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Spotify, night};

const RESTRICTED: (u16, &str, &str) = (
    403,
    "Player command failed: Restriction violated",
    "UNKNOWN",
);

/// A command of the person at that place.
async fn command(
    spotify: &Spotify,
    at: usize,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (u16, String, String) {
    let path = format!("/me/player{path}");
    spotify.write(method, &spotify.token(at), &path, body).await
}

async fn play(spotify: &Spotify, body: Value) {
    let told = command(spotify, 0, Method::PUT, "/play", Some(body)).await;
    assert_eq!(told.0, 204, "{told:?}");
}

fn state(spotify: &Spotify, at: usize) -> PlayerState {
    spotify.control.player(&spotify.person(at).id).unwrap()
}

fn same(told: &(u16, String, String), expected: (u16, &str, &str)) {
    assert_eq!((told.0, &*told.1, &*told.2), expected);
}

/// Playable tracks of the catalogue.
async fn some(spotify: &Spotify, count: usize) -> Vec<String> {
    let found = spotify
        .ok(
            &spotify.token(0),
            "/search?q=track:night&type=track&limit=10&market=SE",
        )
        .await;
    let playable = super::items(&found["tracks"])
        .iter()
        .filter(|track| track["is_playable"] == true);
    playable.map(super::uri).take(count).collect()
}

/// Shuffling is off, so that the order is known.
async fn unshuffled() -> Spotify {
    let spotify = Spotify::start().await;
    command(&spotify, 0, Method::PUT, "/shuffle?state=false", None).await;
    spotify
}

#[tokio::test]
async fn a_list_plays_in_its_order_and_can_be_walked() {
    let spotify = unshuffled().await;
    let uris = some(&spotify, 3).await;
    play(&spotify, json!({"uris": uris, "position_ms": 5_000})).await;
    let now = state(&spotify, 0);
    assert_eq!(
        (now.uri.as_ref(), now.progress_ms, now.playing),
        (Some(&uris[0]), 5_000, true)
    );
    assert_eq!((now.context, &now.queue[..]), (None, &uris[1..]));
    let back = command(&spotify, 0, Method::POST, "/previous", None).await;
    same(&back, RESTRICTED);
    for at in [1, 2] {
        command(&spotify, 0, Method::POST, "/next", None).await;
        assert_eq!(state(&spotify, 0).uri.as_ref(), Some(&uris[at]));
    }
    let over = command(&spotify, 0, Method::POST, "/next", None).await;
    same(&over, RESTRICTED);
    command(&spotify, 0, Method::POST, "/previous", None).await;
    assert_eq!(state(&spotify, 0).uri.as_ref(), Some(&uris[1]));
    command(&spotify, 0, Method::PUT, "/seek?position_ms=42000", None).await;
    assert_eq!(state(&spotify, 0).progress_ms, 42_000);
}

#[tokio::test]
async fn a_context_begins_where_it_is_told() {
    let spotify = unshuffled().await;
    let lists = spotify.control.playlists(&spotify.person(0).id);
    let fifty = lists.iter().find(|list| list.uris.len() == 50).unwrap();
    let uri = format!("spotify:playlist:{}", fifty.id);
    play(
        &spotify,
        json!({"context_uri": uri, "offset": {"uri": fifty.uris[20]}}),
    )
    .await;
    let now = state(&spotify, 0);
    assert_eq!(now.uri.as_ref(), Some(&fifty.uris[20]));
    assert_eq!(now.context.as_ref(), Some(&uri));
    play(
        &spotify,
        json!({"context_uri": uri, "offset": {"position": 10}}),
    )
    .await;
    assert_eq!(state(&spotify, 0).uri.as_ref(), Some(&fifty.uris[10]));
    let token = spotify.token(0);
    let read = spotify.ok(&token, "/me/player").await;
    assert_eq!(read["context"]["uri"], *uri);
    let found = spotify
        .ok(&token, "/search?q=genre:folk&type=artist&limit=1")
        .await;
    let artist = super::uri(&super::items(&found["artists"])[0]);
    play(&spotify, json!({"context_uri": artist})).await;
    assert_eq!(state(&spotify, 0).context.as_ref(), Some(&artist));
    for body in [
        json!({"context_uri": artist, "offset": {"position": 0}}),
        json!({"context_uri": uri, "offset": {"position": 50}}),
        json!({"context_uri": uri, "offset": {"uri": artist}}),
        json!({"context_uri": uri, "uris": [fifty.uris[0]]}),
        json!({"context_uri": fifty.uris[0]}),
        json!({"context_uri": "nonsense"}),
        json!({"uris": []}),
        json!({"uris": [uri]}),
        json!({"position_ms": -1}),
    ] {
        let (status, ..) = command(&spotify, 0, Method::PUT, "/play", Some(body.clone())).await;
        assert_eq!(status, 400, "{body}");
    }
    let too_many = json!({"uris": vec![&fifty.uris[0]; 226]});
    let (status, ..) = command(&spotify, 0, Method::PUT, "/play", Some(too_many)).await;
    assert_eq!(status, 500);
}

#[tokio::test]
async fn queued_things_come_before_the_rest_of_the_context() {
    let spotify = unshuffled().await;
    let uris = some(&spotify, 5).await;
    play(&spotify, json!({"uris": uris[..3]})).await;
    for uri in &uris[3..] {
        let path = format!("/queue?uri={uri}");
        assert_eq!(command(&spotify, 0, Method::POST, &path, None).await.0, 204);
    }
    let expected = [3, 4, 1, 2].map(|at| uris[at].clone());
    assert_eq!(state(&spotify, 0).queue, expected);
    let read = spotify.ok(&spotify.token(0), "/me/player/queue").await;
    let read: Vec<String> = read["queue"]
        .as_array()
        .unwrap()
        .iter()
        .map(super::uri)
        .collect();
    assert_eq!(read, expected);
    for uri in &expected {
        command(&spotify, 0, Method::POST, "/next", None).await;
        assert_eq!(state(&spotify, 0).uri.as_ref(), Some(uri));
    }
    for path in [
        "/queue",
        "/queue?uri=nonsense",
        "/queue?uri=spotify:album:4iV5W9uYEdYUVa79Axb7Rh",
    ] {
        assert_eq!(command(&spotify, 0, Method::POST, path, None).await.0, 400);
    }
}

#[tokio::test]
async fn pausing_what_is_paused_and_resuming_what_plays_are_refused() {
    let spotify = Spotify::start().await;
    let resumed = command(&spotify, 0, Method::PUT, "/play", None).await;
    same(&resumed, RESTRICTED);
    assert_eq!(
        command(&spotify, 0, Method::PUT, "/pause", None).await.0,
        204
    );
    let paused = state(&spotify, 0);
    assert!(!paused.playing);
    same(
        &command(&spotify, 0, Method::PUT, "/pause", None).await,
        RESTRICTED,
    );
    spotify.control.advance(Duration::from_secs(5));
    assert_eq!(
        command(&spotify, 0, Method::PUT, "/play", None).await.0,
        204
    );
    let now = state(&spotify, 0);
    assert_eq!((now.playing, now.progress_ms), (true, paused.progress_ms));
}

#[tokio::test]
async fn modes_are_set_and_wrong_ones_refused() {
    let spotify = Spotify::start().await;
    for (path, status) in [
        ("/repeat?state=track", 204),
        ("/repeat?state=both", 400),
        ("/repeat", 400),
        ("/shuffle?state=true", 204),
        ("/shuffle?state=maybe", 400),
        ("/volume?volume_percent=7", 204),
        ("/volume?volume_percent=101", 400),
        ("/volume?volume_percent=-1", 400),
        ("/seek?position_ms=-1", 400),
        ("/seek", 400),
    ] {
        assert_eq!(
            command(&spotify, 0, Method::PUT, path, None).await.0,
            status,
            "{path}"
        );
    }
    let now = state(&spotify, 0);
    assert_eq!(
        (now.repeat, now.shuffle, now.volume),
        ("track", true, Some(7))
    );
}

#[tokio::test]
async fn a_mixed_order_holds_the_same_things_and_is_undone() {
    let spotify = unshuffled().await;
    let lists = spotify.control.playlists(&spotify.person(0).id);
    let fifty = lists.iter().find(|list| list.uris.len() == 50).unwrap();
    let context = format!("spotify:playlist:{}", fifty.id);
    play(&spotify, json!({"context_uri": context})).await;
    let ordered = state(&spotify, 0);
    command(&spotify, 0, Method::PUT, "/shuffle?state=true", None).await;
    let mixed = state(&spotify, 0);
    assert_eq!(mixed.uri, ordered.uri);
    assert_ne!(mixed.queue, ordered.queue);
    command(&spotify, 0, Method::PUT, "/shuffle?state=false", None).await;
    assert_eq!(state(&spotify, 0).queue, ordered.queue);
}

#[tokio::test]
async fn repeating_goes_round_and_the_end_is_silent() {
    let spotify = unshuffled().await;
    let uris = some(&spotify, 2).await;
    play(&spotify, json!({"uris": uris})).await;
    command(&spotify, 0, Method::PUT, "/repeat?state=track", None).await;
    spotify.control.advance(Duration::from_secs(500));
    assert_eq!(state(&spotify, 0).uri.as_ref(), Some(&uris[0]));
    command(&spotify, 0, Method::PUT, "/repeat?state=context", None).await;
    for at in [1, 0] {
        command(&spotify, 0, Method::POST, "/next", None).await;
        assert_eq!(state(&spotify, 0).uri.as_ref(), Some(&uris[at]));
    }
    command(&spotify, 0, Method::PUT, "/repeat?state=off", None).await;
    spotify.control.advance(Duration::from_secs(2_000));
    assert!(!state(&spotify, 0).playing);
}

#[tokio::test]
async fn what_was_heard_is_among_the_last_plays() {
    let spotify = unshuffled().await;
    let me = spotify.person(0).id;
    let uris = some(&spotify, 3).await;
    play(&spotify, json!({"uris": uris})).await;
    spotify.control.advance(Duration::from_secs(31));
    command(&spotify, 0, Method::POST, "/next", None).await;
    command(&spotify, 0, Method::POST, "/next", None).await;
    let plays = spotify.control.plays(&me);
    assert_eq!(plays[0], uris[0]);
    assert!(!plays[..2].contains(&uris[1]), "it was skipped at once");
    spotify.control.advance(Duration::from_secs(500));
    let page = spotify
        .ok(&spotify.token(0), "/me/player/recently-played?limit=1")
        .await;
    assert_eq!(super::items(&page)[0]["track"]["uri"], *uris[2]);
}

#[tokio::test]
async fn commands_need_the_permission_and_then_premium() {
    let spotify = Spotify::start().await;
    let narrow = spotify.token_with(0, Some("user-read-playback-state"));
    let told = spotify
        .write(Method::PUT, &narrow, "/me/player/pause", None)
        .await;
    same(&told, (403, "Insufficient client scope", ""));
    for (method, path) in [
        (Method::PUT, "/play"),
        (Method::PUT, "/pause"),
        (Method::POST, "/next"),
        (Method::POST, "/previous"),
        (Method::PUT, "/seek?position_ms=0"),
        (Method::PUT, "/repeat?state=off"),
        (Method::PUT, "/shuffle?state=true"),
        (Method::PUT, "/volume?volume_percent=1"),
        (Method::POST, "/queue?uri=x"),
        (Method::PUT, ""),
    ] {
        let told = command(&spotify, 1, method, path, None).await;
        assert_eq!((told.0, &*told.2), (403, "PREMIUM_REQUIRED"), "{path}");
    }
    spotify.control.set_premium(&spotify.person(1).id, true);
    assert_eq!(
        command(&spotify, 1, Method::PUT, "/pause", None).await.0,
        204
    );
    spotify.control.set_premium(&spotify.person(0).id, false);
    assert_eq!(
        command(&spotify, 0, Method::PUT, "/pause", None).await.0,
        403
    );
    assert_eq!(spotify.control.people()[0].plan, "free");
}

#[tokio::test]
async fn without_an_active_device_nothing_can_be_commanded_but_one_can_be_woken() {
    let spotify = Spotify::start().await;
    let uris = some(&spotify, 1).await;
    let body = || Some(json!({"uris": uris}));
    let told = command(&spotify, 3, Method::PUT, "/play", body()).await;
    same(
        &told,
        (
            404,
            "Player command failed: No active device found",
            "NO_ACTIVE_DEVICE",
        ),
    );
    let unknown = command(&spotify, 3, Method::PUT, "/play?device_id=gone", body()).await;
    same(&unknown, (404, "Device not found", ""));
    let me = spotify.person(3).id;
    let id = spotify.control.add_device(&me, "Shed", "Speaker").unwrap();
    let path = format!("/pause?device_id={id}");
    let told = command(&spotify, 3, Method::PUT, &path, None).await;
    assert_eq!((told.0, &*told.2), (404, "NO_ACTIVE_DEVICE"), "it sleeps");
    let path = format!("/play?device_id={id}");
    assert_eq!(
        command(&spotify, 3, Method::PUT, &path, body()).await.0,
        204
    );
    let now = state(&spotify, 3);
    assert_eq!(now.device.as_deref(), Some("Shed"));
    assert_eq!((now.playing, now.uri.as_ref()), (true, Some(&uris[0])));
}

#[tokio::test]
async fn a_woken_device_goes_on_with_the_last_play() {
    let spotify = Spotify::start().await;
    let me = spotify.person(3).id;
    let last = spotify.control.plays(&me)[0].clone();
    let id = spotify.control.add_device(&me, "Shed", "Speaker").unwrap();
    let path = format!("/play?device_id={id}");
    assert_eq!(command(&spotify, 3, Method::PUT, &path, None).await.0, 204);
    assert_eq!(state(&spotify, 3).uri, Some(last));
    let laptop = spotify.control.devices(&spotify.person(4).id)[0].id.clone();
    let path = format!("/play?device_id={}", laptop.unwrap());
    let told = command(&spotify, 4, Method::PUT, &path, None).await;
    same(&told, RESTRICTED);
}

#[tokio::test]
async fn playback_moves_between_devices() {
    let spotify = Spotify::start().await;
    let me = spotify.person(0).id;
    let devices = spotify.control.devices(&me);
    let phone = devices.iter().find(|device| !device.active).unwrap();
    let id = phone.id.clone().unwrap();
    let before = state(&spotify, 0);
    let told = command(
        &spotify,
        0,
        Method::PUT,
        "",
        Some(json!({"device_ids": [id]})),
    )
    .await;
    assert_eq!(told.0, 204);
    let now = state(&spotify, 0);
    assert_eq!(now.device.as_ref(), Some(&phone.name));
    assert_eq!((&now.uri, now.playing), (&before.uri, true), "it goes on");
    for (body, status) in [
        (json!({"device_ids": [id, id]}), 400),
        (json!({"device_ids": []}), 400),
        (json!({}), 400),
        (json!({"device_ids": ["gone"]}), 404),
    ] {
        let told = command(&spotify, 0, Method::PUT, "", Some(body.clone())).await;
        assert_eq!(told.0, status, "{body}");
    }
    let laptop = spotify.control.devices(&spotify.person(4).id)[0].id.clone();
    let body = json!({"device_ids": [laptop], "play": true});
    assert_eq!(
        command(&spotify, 4, Method::PUT, "", Some(body)).await.0,
        204
    );
    let empty = spotify.ok(&spotify.token(4), "/me/player").await;
    assert_eq!(
        (&empty["item"], &empty["currently_playing_type"]),
        (&Value::Null, &json!("unknown"))
    );
}

#[tokio::test]
async fn devices_that_take_no_commands_and_ids_that_have_gone_stale() {
    let spotify = Spotify::start().await;
    let me = spotify.person(0).id;
    let device = spotify.control.devices(&me)[0].clone();
    let (old, name) = (device.id.unwrap(), device.name);
    let deaf = DeviceChange {
        supports_volume: Some(false),
        ..DeviceChange::default()
    };
    spotify.control.change_device(&me, &name, &deaf);
    let told = command(&spotify, 0, Method::PUT, "/volume?volume_percent=9", None).await;
    assert_eq!((told.0, &*told.2), (403, "VOLUME_CONTROL_DISALLOW"));
    let restricted = DeviceChange {
        restricted: Some(true),
        renew_id: true,
        ..DeviceChange::default()
    };
    let new = spotify.control.change_device(&me, &name, &restricted);
    assert_ne!(new.as_ref(), Some(&old));
    let path = format!("/pause?device_id={old}");
    let told = command(&spotify, 0, Method::PUT, &path, None).await;
    same(&told, (404, "Device not found", ""));
    let told = command(&spotify, 0, Method::PUT, "/pause", None).await;
    assert_eq!((told.0, &*told.2), (403, "DEVICE_NOT_CONTROLLABLE"));
    assert!(spotify.control.remove_device(&me, &name));
    let told = command(&spotify, 0, Method::PUT, "/pause", None).await;
    assert_eq!((told.0, &*told.2), (404, "NO_ACTIVE_DEVICE"));
    assert!(!state(&spotify, 0).playing);
    spotify.control.remove_devices(&me);
    assert!(spotify.control.devices(&me).is_empty());
}

#[tokio::test]
async fn another_device_than_the_active_one_only_takes_what_wakes_it_and_volume() {
    let spotify = Spotify::start().await;
    let me = spotify.person(0).id;
    let devices = spotify.control.devices(&me);
    let other = devices.iter().find(|device| !device.active).unwrap();
    let id = other.id.clone().unwrap();
    let pause = format!("/pause?device_id={id}");
    same(
        &command(&spotify, 0, Method::PUT, &pause, None).await,
        RESTRICTED,
    );
    let volume = format!("/volume?volume_percent=3&device_id={id}");
    assert_eq!(
        command(&spotify, 0, Method::PUT, &volume, None).await.0,
        204
    );
    let play = format!("/play?device_id={id}");
    assert_eq!(command(&spotify, 0, Method::PUT, &play, None).await.0, 204);
    let now = state(&spotify, 0);
    assert_eq!(
        (now.device, now.volume),
        (Some(other.name.clone()), Some(3))
    );
}

#[tokio::test]
async fn an_advertisement_cannot_be_skipped() {
    let spotify = Spotify::start().await;
    let me = spotify.person(0).id;
    assert!(spotify.control.put_on(&me, &OnAir::Advertisement));
    for (method, path) in [
        (Method::POST, "/next"),
        (Method::POST, "/previous"),
        (Method::PUT, "/seek?position_ms=0"),
    ] {
        same(&command(&spotify, 0, method, path, None).await, RESTRICTED);
    }
    let read = spotify.ok(&spotify.token(0), "/me/player").await;
    assert_eq!(read["currently_playing_type"], "ad");
    let track = night(&spotify, 0).await;
    assert!(spotify.control.put_on(&me, &OnAir::Uri(track.clone())));
    assert_eq!(state(&spotify, 0).uri, Some(track));
    assert!(spotify.control.put_on(&me, &OnAir::Nothing));
    let told = command(&spotify, 0, Method::PUT, "/pause", None).await;
    assert_eq!((told.0, &*told.2), (404, "NO_ACTIVE_DEVICE"));
}

#[tokio::test]
async fn accepted_is_not_yet_applied() {
    let spotify = Spotify::start_with(Options {
        player_lag_ms: 3_600_000,
        ..Options::default()
    })
    .await;
    let token = spotify.token(0);
    let playing = async || spotify.ok(&token, "/me/player").await["is_playing"].clone();
    assert_eq!(
        command(&spotify, 0, Method::PUT, "/pause", None).await.0,
        204
    );
    assert_eq!(playing().await, true, "reads lag behind");
    assert!(!state(&spotify, 0).playing, "the truth does not");
    spotify.control.advance(Duration::from_mins(30));
    assert_eq!(
        command(&spotify, 0, Method::PUT, "/play", None).await.0,
        204
    );
    spotify.control.advance(Duration::from_secs(1_799));
    assert_eq!(playing().await, true);
    let token = spotify.token(0);
    spotify.control.advance(Duration::from_secs(1));
    let read = spotify.ok(&token, "/me/player").await;
    assert_eq!(read["is_playing"], false, "the pause is seen");
    spotify.control.advance(Duration::from_mins(30));
    let read = spotify.ok(&token, "/me/player").await;
    assert_eq!(read["is_playing"], true, "and then that it goes on");
    spotify.control.set_player_lag_ms(0);
    assert_eq!(
        command(&spotify, 0, Method::PUT, "/pause", None).await.0,
        204
    );
    let read = spotify.ok(&token, "/me/player").await;
    assert_eq!(read["is_playing"], false);
}

#[tokio::test]
async fn a_lag_ends_by_the_machines_clock_where_the_sandbox_s_stands_still() {
    let spotify = Spotify::start().await;
    spotify.control.set_player_lag_ms(30);
    let token = spotify.token(0);
    command(&spotify, 0, Method::PUT, "/pause", None).await;
    let mut reads = 0;
    while spotify.ok(&token, "/me/player").await["is_playing"] == true {
        reads += 1;
        assert!(reads < 100_000, "the pause is never seen");
    }
}
