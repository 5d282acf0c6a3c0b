//! The second half hour: Ada's list plays in her kitchen and Farid's podcast in his, and both say only "kitchen".

use auxcord::sandbox::{DeviceState, PlaylistState, Shelf};
use serde_json::json;

use super::{
    account::uri_of,
    making::{DINNER, each},
    stage::{
        Evening,
        Who::{Ada, Farid},
    },
};

/// Ada's list goes to the kitchen and its third song is kept; Farid hears the oldest episode of a show in his.
pub(super) async fn in_the_kitchen(evening: &mut Evening, dinner: &PlaylistState) {
    let kitchen = new_kitchen(evening);
    evening.later(30);
    let before = evening.expected(Ada).player().uri.clone().unwrap();
    let asked = json!({"device": "kitchen"});
    let told = evening
        .does(
            Ada,
            "transfer_playback",
            asked,
            &[format!("moved to {kitchen}")],
        )
        .await;
    assert_eq!(
        (&told["device"], &told["is_playing"]),
        (&json!("Kitchen"), &json!(true))
    );
    evening.expected(Ada).moved_to("Kitchen");

    let oldest = the_oldest(evening).await;
    let speaker = evening.marked(Farid, "Farid's Kitchen speaker");
    let asked = json!({"refs": [oldest], "device": "kitchen"});
    let told = evening
        .does(Farid, "play", asked, &[format!("played {oldest}")])
        .await;
    assert_eq!(
        (&told["device"], &told["item"]["uri"]),
        (&json!(speaker), &json!(oldest))
    );
    let player = evening.expected(Farid).player();
    (player.uri, player.playing, player.progress_ms) = (Some(oldest), true, 0);
    (player.context, player.queue) = (None, Vec::new());

    let list = uri_of(dinner);
    let asked = json!({"refs": [DINNER], "device": "KITCHEN", "shuffle": false});
    let wrote = ["shuffles false".to_owned(), format!("played {list}")];
    let told = evening.does(Ada, "play", asked, &wrote).await;
    assert_eq!(told["item"]["uri"], json!(dinner.uris[0]));
    let asked = json!({"action": "next", "count": 2});
    evening
        .does(Ada, "control_playback", asked, &["skipped", "skipped"])
        .await;
    evening.expected(Ada).played(&before);
    let third = &dinner.uris[2];
    let player = evening.expected(Ada).player();
    (player.uri, player.progress_ms) = (Some(third.clone()), 0);
    (player.context, player.shuffle) = (Some(list), false);
    player.queue = dinner.uris[3..23].to_vec();

    let asked = json!({"refs": ["now_playing"]});
    let told = evening
        .does(Ada, "save_to_library", asked, &[format!("saved {third}")])
        .await;
    assert_eq!(told["saved"], json!([third]));
    evening.expected(Ada).saved(Shelf::Tracks, third);
    let asked = json!({"refs": [third, dinner.uris[3]]});
    let told = evening.reads(Ada, "check_library", asked).await;
    assert_eq!(told["items"][0]["saved"], true);
    assert_eq!(told["items"][1]["saved"], false);
}

/// Volume, order, queue and place of both, which never get mixed up.
pub(super) async fn two_players(evening: &mut Evening, dinner: &PlaylistState) {
    let first = evening
        .shop
        .song("Brinework No. 12", "Brine and Tallow")
        .await;
    let ferry = evening
        .shop
        .song("Marrowbone Ferry", "Pelican Static")
        .await;
    let asked = json!({"items": [first.uri, "Marrowbone Ferry Pelican Static"]});
    let wrote = [&first, &ferry].map(|song| format!("queued {}", song.uri));
    let told = evening.does(Farid, "add_to_queue", asked, &wrote).await;
    assert_eq!(each(&told["queued"], "uri"), [&first.uri, &ferry.uri]);
    evening
        .does(Farid, "skipToNext", json!({}), &["skipped"])
        .await;
    let player = evening.expected(Farid).player();
    (player.uri, player.progress_ms) = (Some(first.uri.clone()), 0);
    let asked = json!({"include": ["now_playing", "queue"]});
    let told = evening.reads(Farid, "get_playback", asked).await;
    assert_eq!(told["item"]["uri"], json!(first.uri));
    assert_eq!(each(&told["queue"], "uri"), [&ferry.uri]);

    let control = "control_playback";
    for (action, value, wrote) in [
        ("volume", "35", "volume 35"),
        ("shuffle", "true", "shuffles true"),
        ("shuffle", "false", "shuffles false"),
    ] {
        let asked = json!({"action": action, "value": value});
        evening.does(Ada, control, asked, &[wrote]).await;
    }
    let expected = evening.expected(Ada);
    expected.player().volume = Some(35);
    expected.devices.last_mut().unwrap().volume = Some(35);
    evening.later(40);
    evening
        .does(Farid, "pausePlayback", json!({}), &["paused"])
        .await;
    evening.expected(Farid).player().playing = false;

    let asked = json!({"device": "car"});
    let said = evening
        .refused(Farid, "transfer_playback", asked, "no_device")
        .await;
    assert!(said.contains("takes no commands"), "{said}");
    let asked = json!({"items": [first.uri]});
    evening
        .does(
            Ada,
            "add_to_queue",
            asked,
            &[format!("queued {}", first.uri)],
        )
        .await;
    let asked = json!({"action": "seek", "value": "+10000", "relative": true});
    evening
        .does(Ada, control, asked, &["went to 50000 ms"])
        .await;
    let player = evening.expected(Ada).player();
    player.progress_ms = 50_000;
    player.queue.insert(0, first.uri.clone());
    player.queue.truncate(20);

    evening
        .does(Farid, "resumePlayback", json!({}), &["resumed"])
        .await;
    evening.expected(Farid).player().playing = true;
    evening.later(10);
    evening
        .does(Farid, "skipToNext", json!({}), &["skipped"])
        .await;
    evening.expected(Farid).played(&first.uri);
    let player = evening.expected(Farid).player();
    (player.uri, player.progress_ms) = (Some(ferry.uri), 0);
    let told = evening.resource(Ada, "spotify://playback").await;
    assert_eq!(told["item"]["uri"], json!(dinner.uris[2]));
}

/// Ada has bought a speaker; its id.
fn new_kitchen(evening: &mut Evening) -> String {
    let ada = evening.guest(Ada).me.spotify_id.clone();
    let id = evening
        .app
        .spotify
        .add_device(&ada, "Kitchen", "Speaker")
        .unwrap();
    evening.expected(Ada).devices.push(DeviceState {
        id: Some(id.clone()),
        name: "Kitchen".to_owned(),
        sort: "Speaker".to_owned(),
        active: false,
        restricted: false,
        supports_volume: true,
        volume: Some(50),
    });
    id
}

/// The oldest episode of a show that Farid has saved, which he names.
async fn the_oldest(evening: &mut Evening) -> String {
    let show = evening.expected(Farid).shelf(Shelf::Shows)[1].clone();
    let episodes = evening.shop.episodes(&show).await;
    let oldest = episodes.last().unwrap();
    let asked = json!({"show": "kitchen radio", "newest_first": false, "limit": 3});
    let told = evening.reads(Farid, "list_show_episodes", asked).await;
    assert_eq!(told["items"][0]["uri"], json!(oldest));
    oldest.clone()
}
