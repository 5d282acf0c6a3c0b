//! The commands of the player as they go over the wire: path, query, body, and which of them may be sent twice.

use auxcord::spotify::{
    Call, Group,
    api::{self, Entry, Repeat, Start},
};
use serde_json::{Value, json};

fn body(call: &Call<()>) -> Value {
    let bytes = call.body().map_or(&b"null"[..], |body| &body[..]);
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn commands_always_name_their_device() {
    let commands = [
        (api::pause("d 1"), "PUT me/player/pause?device_id=d+1"),
        (
            api::seek(90_000, "d"),
            "PUT me/player/seek?position_ms=90000&device_id=d",
        ),
        (
            api::set_volume(101, "d"),
            "PUT me/player/volume?volume_percent=100&device_id=d",
        ),
        (
            api::set_shuffle(true, "d"),
            "PUT me/player/shuffle?state=true&device_id=d",
        ),
        (
            api::set_repeat(Repeat::Context, "d"),
            "PUT me/player/repeat?state=context&device_id=d",
        ),
        (
            api::play(Start::Resume, None, "d"),
            "PUT me/player/play?device_id=d",
        ),
    ];
    for (call, expected) in commands {
        assert_eq!(call.cache_key(), expected);
        assert_eq!(call.group(), Group::Player);
        assert!(call.body().is_none(), "{expected}");
        assert!(call.is_repeatable(), "{expected}");
    }
}

#[test]
fn what_is_to_play_is_in_the_body() {
    let uris: Vec<String> = (0..130).map(|n| format!("spotify:track:{n}")).collect();
    let album = Start::Context {
        uri: "spotify:album:a",
        at: Some(Entry::Position(4)),
    };
    let list = Start::Context {
        uri: "spotify:playlist:p",
        at: Some(Entry::Item("spotify:track:t")),
    };
    let artist = Start::Context {
        uri: "spotify:artist:a",
        at: None,
    };
    let cases = [
        (
            api::play(album, None, "d"),
            json!({"context_uri": "spotify:album:a", "offset": {"position": 4}}),
        ),
        (
            api::play(list, Some(7), "d"),
            json!({"context_uri": "spotify:playlist:p", "offset": {"uri": "spotify:track:t"}, "position_ms": 7}),
        ),
        (
            api::play(artist, None, "d"),
            json!({"context_uri": "spotify:artist:a"}),
        ),
        (
            api::play(Start::Items(&uris), None, "d"),
            json!({"uris": uris[..100]}),
        ),
        (
            api::play(Start::Resume, Some(0), "d"),
            json!({"position_ms": 0}),
        ),
    ];
    for (call, expected) in cases {
        assert_eq!(call.cache_key(), "PUT me/player/play?device_id=d");
        assert_eq!(body(&call), expected);
    }
}

#[test]
fn moving_names_one_device_and_says_nothing_about_playing_unless_asked() {
    let keep = api::transfer("d", None);
    assert_eq!(keep.cache_key(), "PUT me/player");
    assert_eq!(body(&keep), json!({"device_ids": ["d"]}));
    let play = api::transfer("d", Some(true));
    assert_eq!(body(&play), json!({"device_ids": ["d"], "play": true}));
}

#[test]
fn what_would_happen_twice_is_never_repeated() {
    for call in [
        api::skip_to_next(Some("d")),
        api::skip_to_previous(Some("d")),
        api::add_to_queue("spotify:track:t", Some("d")),
    ] {
        assert!(!call.is_repeatable(), "{}", call.cache_key());
    }
}
