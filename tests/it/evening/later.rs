//! The rest of the evening: what was heard, what is worth keeping, and what has to go.

use auxcord::sandbox::Shelf;
use serde_json::json;

use super::{
    account::uri_of,
    making::{DINNER, each},
    stage::{
        Evening,
        Who::{Ada, Farid},
    },
};

/// Top items, last plays, an artist's records of which one is kept, and an audiobook.
pub(super) async fn what_was_on(evening: &mut Evening) {
    let asked = json!({"type": "tracks", "time_range": "4_weeks", "limit": 5});
    let told = evening.reads(Ada, "get_top_items", asked).await;
    assert_eq!(told["returned"], 5);
    let asked = json!({"timeRange": "long_term"});
    let told = evening.reads(Farid, "getTopArtists", asked).await;
    assert!(told["returned"].as_u64() > Some(0), "{told}");
    for (who, tool) in [(Ada, "get_recently_played"), (Farid, "getRecentlyPlayed")] {
        let told = evening.reads(who, tool, json!({"limit": 3})).await;
        assert_eq!(
            each(&told["items"], "uri"),
            evening.expected(who).plays[..3]
        );
    }

    let asked = json!({"artist": "Orrery Lane", "since_year": 2011, "groups": ["album"]});
    let told = evening.reads(Ada, "list_artist_releases", asked).await;
    let album = evening.shop.album("Observatory Tapes", "Orrery Lane").await;
    assert!(
        each(&told["items"], "uri").contains(&album.as_str()),
        "{told}"
    );
    let told = evening
        .reads(Ada, "list_album_tracks", json!({"album": album}))
        .await;
    assert_eq!(told["total"], 2);
    let asked = json!({"refs": [album]});
    evening
        .does(Ada, "save_to_library", asked, &[format!("saved {album}")])
        .await;
    evening.expected(Ada).saved(Shelf::Albums, &album);

    let book = evening.expected(Farid).shelf(Shelf::Audiobooks)[0].clone();
    let asked = json!({"audiobook": book, "limit": 2});
    let told = evening.reads(Farid, "list_audiobook_chapters", asked).await;
    assert_eq!(told["returned"], 2);
    let asked = json!({"refs": [album, book]});
    let told = evening.reads(Farid, "get_items", asked).await;
    assert_eq!(each(&told["items"], "status"), ["ok", "ok"]);
}

/// Farid's assistant still knows the names of an older server.
pub(super) async fn old_names(evening: &mut Evening) {
    let asked = json!({"name": "Harbour"});
    evening
        .makes(Farid, "createPlaylist", asked, "Harbour", &[])
        .await;
    let uri = evening.guest(Farid).uri_of("Harbour");
    let one = evening
        .shop
        .song("Brinework No. 1", "Brine and Tallow")
        .await
        .uri;
    let two = evening
        .shop
        .song("Brinework No. 2", "Brine and Tallow")
        .await
        .uri;
    let asked = json!({"playlistId": uri, "trackUris": [one, two, one]});
    let wrote = format!("added 3 to {uri} at 0: {one} {two} {one}");
    evening
        .does(Farid, "addTracksToPlaylist", asked, &[wrote])
        .await;
    let asked = json!({"playlist": "harbour", "refs": [one]});
    let wrote = format!("removed 2 from {uri}: {one}");
    let told = evening
        .does(Farid, "remove_from_playlist", asked, &[wrote])
        .await;
    assert_eq!(told["removed"], 2);
    let told = evening
        .reads(Farid, "get_playlist_tracks", json!({"playlist_id": uri}))
        .await;
    assert_eq!(each(&told["items"], "uri"), [two.as_str()]);
    evening.guest(Farid).change("Harbour").uris = vec![two];

    let liked = evening.expected(Ada).shelf(Shelf::Tracks)[..20].to_vec();
    let told = evening.reads(Ada, "get_liked_songs", json!({})).await;
    assert_eq!(each(&told["items"], "uri"), liked);
}

/// What is lost is asked about first: one list gets other songs, another goes, a show goes. Then it is quiet at
/// Farid's.
pub(super) async fn tidying_up(evening: &mut Evening) {
    let ferry = evening
        .shop
        .song("Marrowbone Ferry", "Pelican Static")
        .await
        .uri;
    let name = evening.marked(Ada, "Just one");
    let uri = evening.guest(Ada).uri_of(&name);
    let mut asked = json!({"playlist": name, "items": [ferry], "dry_run": false});
    let said = evening
        .refused(
            Ada,
            "replace_playlist_items",
            asked.clone(),
            "confirmation_required",
        )
        .await;
    assert!(said.contains("confirm=true"), "{said}");
    asked["confirm"] = json!(true);
    let wrote = format!("replaced {uri} by 1: {ferry}");
    evening
        .does(Ada, "replace_playlist_items", asked, &[wrote])
        .await;
    evening.guest(Ada).change(&name).uris = vec![ferry];

    let show = evening.expected(Farid).shelf(Shelf::Shows)[2].clone();
    let asked = json!({"refs": [show]});
    evening
        .does(
            Farid,
            "remove_from_library",
            asked,
            &[format!("removed {show}")],
        )
        .await;
    evening.expected(Farid).removed(Shelf::Shows, &show);

    let name = evening.marked(Ada, "Fifty");
    let fifty = evening.expected(Ada).list(&name).clone();
    let mut asked = json!({"playlist": name});
    let said = evening
        .refused(
            Ada,
            "delete_playlist",
            asked.clone(),
            "confirmation_required",
        )
        .await;
    assert!(said.contains("50 items"), "{said}");
    asked["confirm"] = json!(true);
    let wrote = format!("removed {}", uri_of(&fifty));
    evening.does(Ada, "delete_playlist", asked, &[wrote]).await;
    evening.expected(Ada).unlisted(&name);
    assert_eq!(evening.app.spotify.playlist(&fifty.id), Some(fifty));

    evening.later(20);
    let asked = json!({"action": "pause"});
    evening
        .does(Farid, "control_playback", asked, &["paused"])
        .await;
    evening.expected(Farid).player().playing = false;
    let told = evening.resource(Farid, "spotify://status").await;
    assert_eq!(told["user_id"], json!(evening.guest(Farid).me.spotify_id));
    let dinner = evening.expected(Ada).list(DINNER).clone();
    let told = evening
        .resource(Ada, &format!("spotify://playlists/{}", dinner.id))
        .await;
    assert_eq!(each(&told["items"], "uri"), dinner.uris);
}
