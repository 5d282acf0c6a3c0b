//! Decoding: null, missing, renamed, retyped and unknown things cost nothing but themselves.

use auxcord::spotify::model::{
    CursorPage, Devices, Page, PlayHistory, Playable, Playback, Playlist, PlaylistItem,
    PlaylistSummary, Queue, SavedAlbum, SavedTrack, SearchResults, Track,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn decode<T: DeserializeOwned>(value: &Value) -> T {
    let text = value.to_string();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_track_of_today_is_read_whole() {
    let track: Track = decode(&json!({
        "type": "track", "id": "t", "uri": "spotify:track:t", "name": "Song",
        "artists": [{"id": "a", "name": "One"}, {"id": "b", "name": "Two"}],
        "album": {"id": "l", "name": "Album", "release_date": "1999-12", "images": null},
        "duration_ms": 215_000, "explicit": true, "is_local": false, "is_playable": true,
        "external_ids": {"isrc": "USRC17607839"},
        "external_urls": {"spotify": "https://open.spotify.com/track/t"},
        "preview_url": null, "disc_number": 1, "a_field_of_next_year": {"x": [1]},
    }));
    assert_eq!(track.name, "Song");
    let names: Vec<_> = track
        .artists
        .iter()
        .map(|artist| artist.name.as_str())
        .collect();
    assert_eq!(names, ["One", "Two"]);
    assert_eq!(
        track.album.unwrap().release_date.as_deref(),
        Some("1999-12")
    );
    assert_eq!((track.duration_ms, track.explicit), (Some(215_000), true));
    assert_eq!(track.external_ids.isrc.as_deref(), Some("USRC17607839"));
    let link = track.external_urls.spotify.unwrap();
    assert_eq!(link, "https://open.spotify.com/track/t");
}

#[test]
fn nothing_is_required_of_anything() {
    let empty = json!({});
    let track: Track = decode(&empty);
    assert_eq!(
        (track.id, track.name.as_str(), track.is_playable),
        (None, "", None)
    );
    assert!(decode::<SearchResults>(&empty).tracks.is_none());
    assert!(decode::<Page<Track>>(&empty).items.is_empty());
    assert!(decode::<Playlist>(&empty).items.is_none());
    assert!(decode::<Devices>(&empty).devices.is_empty());
    assert!(decode::<Queue>(&empty).queue.is_empty());
    assert!(!decode::<Playback>(&empty).is_playing);
}

#[test]
fn null_stands_for_everything() {
    let track: Track = decode(&json!({
        "id": null, "uri": null, "name": null, "artists": null, "album": null, "duration_ms": null,
        "explicit": null, "is_local": null, "is_playable": null, "external_ids": null,
        "external_urls": null,
    }));
    assert!(track.artists.is_empty() && track.album.is_none() && !track.explicit);
    let page: Page<Track> =
        decode(&json!({"items": null, "total": null, "offset": null, "next": null}));
    assert!(page.items.is_empty() && page.total.is_none());
    let history: CursorPage<PlayHistory> = decode(&json!({"items": [], "cursors": null}));
    assert!(history.cursors.before.is_none());
}

#[test]
fn a_retyped_field_counts_as_missing() {
    let track: Track = decode(&json!({
        "name": {"text": "x"}, "artists": "One", "duration_ms": "long", "explicit": "yes",
        "id": 17, "uri": ["x"], "is_playable": 1,
    }));
    assert_eq!(
        (track.id, track.duration_ms, track.explicit),
        (None, None, false)
    );
    assert_eq!((track.uri, track.is_playable), (None, None));
    let numbers = [
        (json!(1.9), Some(1)),
        (json!(-1), None),
        (json!(1e300), Some(u64::MAX)),
    ];
    for (number, expected) in numbers {
        let track: Track = decode(&json!({"duration_ms": number}));
        assert_eq!(track.duration_ms, expected, "{number}");
    }
}

#[test]
fn null_hits_of_a_search_are_left_out() {
    let results: SearchResults = decode(&json!({
        "tracks": {"items": [null, {"name": "Song"}], "total": 2},
        "playlists": {"items": [null, {"name": "List", "tracks": {"total": 3}}, null], "total": 900},
    }));
    assert_eq!(results.tracks.unwrap().items.len(), 1);
    let playlists = results.playlists.unwrap();
    assert_eq!((playlists.items.len(), playlists.total), (1, Some(900)));
    assert_eq!(playlists.items[0].items.as_ref().unwrap().total, Some(3));
}

#[test]
fn a_playlist_is_read_under_new_and_old_names() {
    let new = json!({"items": {"total": 7, "href": "x"}});
    let old = json!({"tracks": {"total": 7, "href": "x"}});
    let both = json!({"tracks": {"total": 1}, "items": {"total": 7}});
    let half = json!({"tracks": {"total": 7}, "items": null});
    for form in [new, old, both, half] {
        let playlist: PlaylistSummary = decode(&form);
        assert_eq!(playlist.items.unwrap().total, Some(7), "{form}");
    }
}

#[test]
fn a_playlist_of_somebody_else_has_no_items_rather_than_none_in_it() {
    let foreign: Playlist = decode(&json!({
        "id": "p", "name": "Theirs", "images": null, "public": null, "description": null,
        "owner": {"id": "them", "display_name": null}, "snapshot_id": "s",
    }));
    assert!(foreign.items.is_none());
    assert_eq!(foreign.owner.id.as_deref(), Some("them"));
    let empty: Playlist = decode(&json!({"items": {"items": [], "total": 0}}));
    assert_eq!(empty.items.unwrap().total, Some(0));
}

#[test]
fn positions_in_a_playlist_survive_what_is_gone() {
    let page: Page<PlaylistItem> = decode(&json!({"offset": 40, "items": [
        {"added_at": "2020-01-01T00:00:00Z", "item": {"type": "track", "name": "new name"}},
        null,
        {"added_at": null, "added_by": null, "item": null},
        {"track": {"type": "track", "name": "old name"}},
        {"item": null, "track": {"type": "track", "name": "one of two"}},
        {"item": {"type": "episode", "name": "talk", "show": {"name": "Show"}}},
        {"is_local": true, "item": {"type": "track", "id": null, "name": "file", "is_local": true,
            "uri": "spotify:local:Me:Home:file:100", "album": {"id": null}, "artists": [{"id": null}]}},
        {"item": {"type": "hologram", "name": "later", "uri": "spotify:hologram:x"}},
    ]}));
    let names: Vec<_> = page
        .items
        .iter()
        .map(|item| item.playable.as_ref().map(Playable::name))
        .collect();
    let expected = [
        Some("new name"),
        None,
        None,
        Some("old name"),
        Some("one of two"),
        Some("talk"),
        Some("file"),
        Some("later"),
    ];
    assert_eq!(names, expected);

    let playable = |index: usize| page.items[index].playable.as_ref().unwrap();
    let Playable::Episode(episode) = playable(5) else {
        panic!("an episode, not {:?}", playable(5));
    };
    assert_eq!(episode.show.as_ref().unwrap().name, "Show");
    let Playable::Track(local) = playable(6) else {
        panic!("a track, not {:?}", playable(6));
    };
    assert!(local.is_local && local.id.is_none());
    assert_eq!(playable(6).uri(), Some("spotify:local:Me:Home:file:100"));
    assert!(matches!(playable(7), Playable::Other { kind: Some(kind), .. } if kind == "hologram"));
    assert_eq!(playable(7).duration_ms(), None);
}

#[test]
fn a_playable_without_a_type_is_known_by_its_uri() {
    let kinds = [
        ("spotify:track:x", "track"),
        ("spotify:local:a:b:c:1", "track"),
        ("spotify:episode:x", "episode"),
        ("spotify:thing:x", "other"),
        ("nonsense", "other"),
    ];
    for (uri, expected) in kinds {
        let kind = match decode::<Playable>(&json!({"uri": uri, "duration_ms": 5})) {
            Playable::Track(_) => "track",
            Playable::Episode(_) => "episode",
            Playable::Other { .. } => "other",
        };
        assert_eq!(kind, expected, "{uri}");
    }
}

#[test]
fn what_was_saved_may_be_gone() {
    let tracks: Page<SavedTrack> =
        decode(&json!({"items": [{"added_at": null, "track": null}, {"track": {"name": "x"}}]}));
    assert!(tracks.items[0].track.is_none());
    assert_eq!(tracks.items[1].track.as_ref().unwrap().name, "x");
    let albums: Page<SavedAlbum> = decode(&json!({"items": [null, {"album": {
        "name": "Album", "album_type": "a_type_of_next_year", "genres": [], "total_tracks": 12,
        "external_ids": {"upc": "00602445790098"},
    }}]}));
    assert!(albums.items[0].album.is_none(), "a null keeps its place");
    let album = albums.items[1].album.as_ref().unwrap();
    assert_eq!(album.album_type.as_deref(), Some("a_type_of_next_year"));
    assert_eq!(album.external_ids.upc.as_deref(), Some("00602445790098"));
}

#[test]
fn the_player_may_play_an_ad_on_a_device_without_an_id() {
    let playback: Playback = decode(&json!({
        "device": {"id": null, "name": "Toaster", "type": "Toaster", "is_active": true,
            "is_restricted": true, "volume_percent": null},
        "is_playing": true, "progress_ms": null, "item": null, "context": null,
        "currently_playing_type": "ad", "repeat_state": "spiral", "shuffle_state": true,
        "actions": {"disallows": {}},
    }));
    let device = playback.device.unwrap();
    assert_eq!(
        (device.id, device.volume_percent, device.supports_volume),
        (None, None, None)
    );
    assert_eq!(device.kind.as_deref(), Some("Toaster"));
    assert!(playback.item.is_none() && playback.context.is_none());
    assert_eq!(playback.currently_playing_type.as_deref(), Some("ad"));
    assert_eq!(playback.repeat_state.as_deref(), Some("spiral"));

    let liked: Playback = decode(&json!({"context": {"type": "collection", "uri": null}}));
    assert_eq!(liked.context.unwrap().kind.as_deref(), Some("collection"));
}

#[test]
fn a_queue_mixes_tracks_and_episodes_and_nulls() {
    let queue: Queue = decode(&json!({
        "currently_playing": null,
        "queue": [{"type": "track", "name": "a"}, null, {"type": "episode", "name": "b"}],
    }));
    let names: Vec<_> = queue.queue.iter().map(Playable::name).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn history_is_paged_by_cursor() {
    let page: CursorPage<PlayHistory> = decode(&json!({
        "items": [{"track": {"name": "x"}, "played_at": "2026-01-01T00:00:00Z", "context": null}],
        "next": "https://api.spotify.com/v1/me/player/recently-played?before=1",
        "cursors": {"after": "2", "before": "1"}, "limit": 1,
    }));
    assert_eq!(
        page.items[0].played_at.as_deref(),
        Some("2026-01-01T00:00:00Z")
    );
    assert_eq!(page.cursors.after.as_deref(), Some("2"));
    assert!(page.next.is_some());
}
