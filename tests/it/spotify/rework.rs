//! What goes over the wire when a playlist is changed: method, path, body, and what may be sent twice.

use auxcord::spotify::{
    Group,
    api::{self, Move, PlaylistChange},
    id::SpotifyId,
};
use serde_json::{Value, json};

use super::{Answer, Upstream, upstream::token};

fn id() -> SpotifyId {
    SpotifyId::parse("37i9dQZF1DXcBWIGoYBM5M").unwrap()
}

#[test]
fn changes_go_to_the_endpoints_of_today() {
    let path = "playlists/37i9dQZF1DXcBWIGoYBM5M";
    let uris = ["spotify:track:x"];
    let wish = Move {
        from: 0,
        count: 2,
        before: 9,
    };
    let removed = &api::remove_items(&id(), &uris)[0];
    let keys = [
        (
            api::change_playlist(&id(), &PlaylistChange::default()).cache_key(),
            format!("PUT {path}"),
        ),
        (
            api::replace_items(&id(), &uris).cache_key(),
            format!("PUT {path}/items"),
        ),
        (
            api::reorder_items(&id(), wish, None).cache_key(),
            format!("PUT {path}/items"),
        ),
        (removed.cache_key(), format!("DELETE {path}/items")),
        (
            api::set_cover(&id(), String::new()).cache_key(),
            format!("PUT {path}/images"),
        ),
    ];
    for (key, expected) in keys {
        assert_eq!(key, expected);
    }
    assert_eq!(removed.group(), Group::Playlists);
}

#[test]
fn a_move_may_not_be_sent_twice_and_what_brings_about_a_state_may() {
    let wish = Move {
        from: 0,
        count: 1,
        before: 2,
    };
    assert!(!api::reorder_items(&id(), wish, None).is_repeatable());
    assert!(api::replace_items(&id(), &["spotify:track:x"]).is_repeatable());
    assert!(api::remove_items(&id(), &["spotify:track:x"])[0].is_repeatable());
}

#[tokio::test]
async fn bodies_say_what_changes_and_no_more() {
    let upstream = Upstream::answering((0..5).map(|_| Answer::new(200, ""))).await;
    let send = async |call| upstream.client.send(&token(), &call).await.unwrap();
    let change = PlaylistChange {
        description: Some(""),
        public: Some(false),
        ..PlaylistChange::default()
    };
    send(api::change_playlist(&id(), &change)).await;
    let label = async |call| upstream.client.send(&token(), &call).await.unwrap();
    let wish = Move {
        from: 3,
        count: 2,
        before: 0,
    };
    label(api::reorder_items(&id(), wish, Some("label"))).await;
    let none: [&str; 0] = [];
    label(api::replace_items(&id(), &none)).await;
    label(api::remove_items(&id(), &["spotify:track:x"]).remove(0)).await;
    let bodies: Vec<Value> = upstream
        .seen()
        .iter()
        .map(super::upstream::Seen::json)
        .collect();
    let expected = [
        json!({"description": "", "public": false}),
        json!({"range_start": 3, "range_length": 2, "insert_before": 0, "snapshot_id": "label"}),
        json!({"uris": []}),
        json!({"items": [{"uri": "spotify:track:x"}]}),
    ];
    assert_eq!(bodies, expected);
    send(api::set_cover(&id(), "/9j/".to_owned())).await;
    let cover = upstream.seen().pop().unwrap();
    assert_eq!(cover.header("content-type"), Some("image/jpeg"));
}

#[test]
fn a_hundred_go_in_one_removal_and_the_next_in_another() {
    let uris: Vec<_> = (0..101).map(|n| format!("spotify:track:{n}")).collect();
    assert_eq!(api::remove_items(&id(), &uris[..100]).len(), 1);
    assert_eq!(api::remove_items(&id(), &uris).len(), 2);
}
