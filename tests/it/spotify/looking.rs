//! Looking at one thing, at an album's tracks and at an artist's releases, as it goes over the wire.

use auxcord::spotify::{
    Call, Group,
    api::{self, Paging, ReleaseGroup},
    id::SpotifyId,
    model::{Album, Track},
};
use serde_json::{Value, json};

use super::{Answer, Upstream, upstream::token};

const ID: &str = "37i9dQZF1DXcBWIGoYBM5M";

fn id() -> SpotifyId {
    SpotifyId::parse(ID).unwrap()
}

fn is<T>(call: &Call<T>, expected: &str, group: Group) {
    assert_eq!(call.cache_key(), expected.replace("ID", ID));
    assert_eq!(call.group(), group, "{expected}");
    assert!(call.is_read() && call.is_repeatable() && call.body().is_none());
}

#[test]
fn each_thing_is_read_by_itself() {
    is(&api::track(&id()), "GET tracks/ID", Group::Catalogue);
    is(&api::album(&id()), "GET albums/ID", Group::Catalogue);
    is(&api::artist(&id()), "GET artists/ID", Group::Catalogue);
    is(&api::show(&id()), "GET shows/ID", Group::Spoken);
    is(&api::episode(&id()), "GET episodes/ID", Group::Spoken);
    is(&api::audiobook(&id()), "GET audiobooks/ID", Group::Spoken);
}

#[test]
fn releases_are_asked_for_by_group_ten_at_most() {
    let call = api::artist_albums(&id(), ReleaseGroup::AppearsOn, Paging::new(50, 20));
    is(
        &call,
        "GET artists/ID/albums?include_groups=appears_on&limit=10&offset=20",
        Group::Catalogue,
    );
    let call = api::album_tracks(&id(), Paging::new(99, 50));
    is(
        &call,
        "GET albums/ID/tracks?limit=50&offset=50",
        Group::Catalogue,
    );
}

async fn album(body: &Value) -> Album {
    let upstream = Upstream::answering([Answer::json(body)]).await;
    let album = upstream.client.send(&token(), &api::album(&id())).await;
    album.unwrap()
}

#[tokio::test]
async fn an_album_brings_its_first_tracks_with_their_numbers() {
    let track =
        json!({"name": "One", "track_number": 3, "disc_number": 2, "uri": "spotify:track:x"});
    let read = album(&json!({"name": "A", "tracks": {"items": [track, null], "total": 12}})).await;
    let tracks = read.tracks.unwrap();
    let numbers = |track: &Track| (track.track_number, track.disc_number);
    assert_eq!(tracks.total, Some(12));
    assert_eq!(numbers(&tracks.items[0]), (Some(3), Some(2)));
    assert_eq!(tracks.items.len(), 1, "what is null is left out");
}

#[tokio::test]
async fn an_album_without_tracks_or_with_odd_ones_is_read_all_the_same() {
    for tracks in [
        json!(null),
        json!({}),
        json!({"items": null, "total": "many"}),
    ] {
        let read = album(&json!({"name": "A", "tracks": tracks})).await;
        assert_eq!(read.name, "A");
        assert!(read.tracks.is_none_or(|page| page.items.is_empty()));
    }
}
