//! `reorder_playlist`: what moved stands where it was wanted.

use serde_json::json;

use super::stage::{Home, ITEMS, broken, calls};
use crate::harness::Setup;

fn moved(rows: &[String], from: usize, count: usize, to: usize) -> Vec<String> {
    let mut rows = rows.to_vec();
    let taken: Vec<_> = rows.drain(from..from + count).collect();
    rows.splice(to..to, taken);
    rows
}

#[tokio::test]
async fn items_move_up_and_down_and_to_the_end() {
    let home = Home::new().await;
    let list = home.playlist("Fifty-one");
    for (from, count, to, lands) in [
        (5, 1, 0, 0),
        (0, 2, 5, 5),
        (0, 1, 51, 50),
        (48, 3, 10, 10),
        (0, 50, 51, 1),
    ] {
        let before = home.rows(&list);
        let told = home
            .done(
                "reorder_playlist",
                json!({"playlist": list.id, "move": {"from": from, "count": count, "to": to}}),
            )
            .await;
        assert_eq!(
            (&told["verified"], &told["moved"]),
            (&json!(true), &json!(count)),
            "{told}"
        );
        assert_eq!(told["items"][0]["position"], lands);
        assert_eq!(told["items"][0]["uri"], before[from]);
        assert_eq!(
            home.rows(&list),
            moved(&before, from, count, lands),
            "{from} {count} {to}"
        );
        let now = home.app.spotify.playlist(&list.id).unwrap().snapshot_id;
        assert_eq!(told["snapshot_id"], now);
    }
    home.writes();
}

#[tokio::test]
async fn a_move_costs_three_calls() {
    let home = Home::new().await;
    let list = home.playlist("Fifty");
    home.done(
        "reorder_playlist",
        json!({"playlist": list.id, "move": {"from": 3, "to": 1}}),
    )
    .await;
    assert_eq!(
        home.calls(),
        calls([
            ("GET /v1/playlists/{id}", 1),
            (&format!("GET {ITEMS}"), 1),
            (&format!("PUT {ITEMS}"), 1)
        ])
    );
}

#[tokio::test]
async fn what_stands_there_already_is_not_moved() {
    let home = Home::new().await;
    let list = home.playlist("Just one");
    let told = home
        .done(
            "reorder_playlist",
            json!({"playlist": list.id, "move": {"from": 0, "to": 1}}),
        )
        .await;
    assert_eq!(told["moved"], 0);
    assert_eq!(home.writes(), [""; 0]);
}

#[tokio::test]
async fn places_that_are_not_there_are_refused() {
    let home = Home::new().await;
    for (name, wish) in [
        ("Nothing yet", json!({"from": 0, "to": 0})),
        ("Just one", json!({"from": 1, "to": 0})),
        ("Fifty", json!({"from": 49, "count": 2, "to": 0})),
        ("Fifty", json!({"from": 0, "to": 51})),
        (
            "A hundred and one",
            json!({"from": 0, "count": 101, "to": 0}),
        ),
    ] {
        let list = home.playlist(name).id;
        let text = home
            .refused("reorder_playlist", json!({"playlist": list, "move": wish}))
            .await;
        assert!(text.starts_with("invalid_argument: "), "{text}");
    }
}

#[tokio::test]
async fn a_move_whose_outcome_is_unknown_is_not_sent_twice() {
    let home = Home::new().await;
    let list = home.playlist("Fifty");
    home.fail("PUT", "/v1/playlists/", 0, 1, broken());
    let text = home
        .refused(
            "reorder_playlist",
            json!({"playlist": list.id, "move": {"from": 0, "to": 9}}),
        )
        .await;
    assert!(
        text.starts_with("upstream_error: ") && text.contains("get_playlist"),
        "{text}"
    );
}

#[tokio::test]
async fn somebody_elses_order_is_theirs() {
    let home = Home::of(1, Setup::default()).await;
    let list = home.foreign();
    let text = home
        .refused(
            "reorder_playlist",
            json!({"playlist": list.id, "move": {"from": 0, "to": 1}}),
        )
        .await;
    assert!(text.starts_with("not_readable: "), "{text}");
}

#[tokio::test]
async fn a_move_may_come_as_text() {
    let home = Home::new().await;
    let list = home.playlist("Fifty");
    let told = home
        .done(
            "reorder_playlist",
            json!({"playlist": list.id, "move": "{\"from\": 0, \"to\": 1}"}),
        )
        .await;
    assert_eq!(told["verified"], true);
    home.writes();
}
