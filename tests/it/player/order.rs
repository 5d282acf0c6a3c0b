//! The order in which `play` plays: a failure leaves it as it was, or says what it is now.

use auxcord::sandbox::{Action, Fault};
use serde_json::json;

use super::stage::{ADA, Room, counts};

/// A refusal, and nothing is carried out.
fn refused(status: u16) -> Action {
    Action::Status {
        status,
        message: String::new(),
        reason: None,
        retry_after: None,
    }
}

/// Lets commands below `path` fail, from the one after `skip` of them on.
fn fail(room: &Room, path: &str, skip: u64, action: Action) {
    let fault = Fault::new(action).on("PUT", path);
    room.app.spotify.add_fault(fault.times(skip, u64::MAX));
}

/// Plays something in the other order than the one that stands; what the model reads.
async fn other_way(room: &Room) -> String {
    let (list, _) = room.playlist("Fifty");
    let asked = json!({"refs": [list], "shuffle": !room.player().shuffle});
    room.client.refused("play", asked).await
}

#[tokio::test]
async fn what_does_not_begin_leaves_the_order_as_it_was() {
    let room = Room::of(ADA).await;
    let before = room.player();
    fail(&room, "/v1/me/player/play", 0, refused(404));
    let said = other_way(&room).await;
    assert!(said.starts_with("not_found: "), "{said}");
    let expected = [!before.shuffle, before.shuffle].map(|on| format!("shuffles {on}"));
    assert_eq!(room.writes(), expected);
    assert_eq!(room.player().shuffle, before.shuffle);
}

#[tokio::test]
async fn an_order_that_cannot_be_put_back_is_told() {
    let room = Room::of(ADA).await;
    let before = room.player();
    fail(&room, "/v1/me/player/play", 0, refused(404));
    fail(&room, "/v1/me/player/shuffle", 1, refused(404));
    let said = other_way(&room).await;
    let (now, then) = if before.shuffle {
        ("off", "on")
    } else {
        ("on", "off")
    };
    for words in [
        "not_found: ".to_owned(),
        format!("Shuffle was turned {now}"),
        format!("could not be turned {then} again"),
        "`control_playback`".to_owned(),
    ] {
        assert!(said.contains(&words), "{words}: {said}");
    }
    assert_eq!(room.player().shuffle, !before.shuffle);
    room.writes();
}

#[tokio::test]
async fn where_it_is_unknown_whether_it_plays_the_order_stays_and_is_told() {
    let room = Room::of(ADA).await;
    let before = room.player();
    fail(&room, "/v1/me/player/play", 0, refused(500));
    let said = other_way(&room).await;
    assert!(
        said.starts_with("upstream_error: Shuffle was turned"),
        "{said}"
    );
    assert!(said.contains("unknown whether it plays"), "{said}");
    assert_eq!(room.player().shuffle, !before.shuffle);
    room.writes();
}

#[tokio::test]
async fn an_order_that_stands_is_not_set_again() {
    let room = Room::of(ADA).await;
    let (list, _) = room.playlist("Fifty");
    let asked = json!({"refs": [list], "shuffle": room.player().shuffle});
    let told = room.done("play", asked).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(room.writes(), [format!("played {list}")]);
    let expected = counts([
        ("GET /v1/me/player/devices", 1),
        ("GET /v1/me/player", 2),
        ("PUT /v1/me/player/play", 1),
    ]);
    assert_eq!(room.calls(), expected);
}
