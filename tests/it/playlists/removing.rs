//! `remove_from_playlist`: exactly what was meant goes, and what stays stands where it should.

use serde_json::{Value, json};

use super::stage::{Home, ITEMS, calls};
use crate::harness::Setup;

/// A playlist of four items in which the first stands twice, at 0 and 2.
pub(super) async fn twice(home: &Home) -> (String, Vec<String>) {
    let uris = home.rows(&home.playlist("Fifty"));
    let mut distinct = uris.clone();
    distinct.sort();
    distinct.dedup();
    let [a, b, c] = [&distinct[0], &distinct[1], &distinct[2]];
    let list = home.playlist("Nothing yet");
    home.done(
        "add_to_playlist",
        json!({"playlist": list.id, "items": [a, b, a, c], "skip_duplicates": false}),
    )
    .await;
    home.calls();
    (list.id, vec![a.clone(), b.clone(), a.clone(), c.clone()])
}

#[tokio::test]
async fn one_of_two_copies_goes_in_four_calls_and_the_other_stays_in_its_place() {
    let home = Home::new().await;
    let (list, rows) = twice(&home).await;
    let told = home
        .done(
            "remove_from_playlist",
            json!({"playlist": list, "positions": [0]}),
        )
        .await;
    assert_eq!(
        (&told["removed"], &told["verified"], &told["total"]),
        (&json!(1), &json!(true), &json!(3))
    );
    assert_eq!(home.app.spotify.rows(&list), rows[1..]);
    assert_eq!(
        told["snapshot_id"],
        home.app.spotify.playlist(&list).unwrap().snapshot_id
    );
    assert_eq!(
        told["put_back"],
        json!([{"position": 0, "uris": [rows[0]]}])
    );
    assert_eq!(
        home.calls(),
        calls([
            ("GET /v1/playlists/{id}", 2),
            (&format!("DELETE {ITEMS}"), 1),
            (&format!("POST {ITEMS}"), 1),
        ])
    );
}

#[tokio::test]
async fn every_copy_of_a_reference_goes_and_the_answer_puts_them_back() {
    let home = Home::new().await;
    let (list, rows) = twice(&home).await;
    let link = rows[0].replace("spotify:track:", "https://open.spotify.com/track/");
    let stranger = home
        .rows(&home.playlist("A hundred and one"))
        .pop()
        .unwrap();
    let told = home
        .done(
            "remove_from_playlist",
            json!({"playlist": list, "refs": [link, stranger]}),
        )
        .await;
    assert_eq!(
        (&told["removed"], &told["verified"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(told["not_in_playlist"], json!([stranger]));
    assert_eq!(
        home.app.spotify.rows(&list),
        [rows[1].clone(), rows[3].clone()]
    );
    assert_eq!(home.writes().len(), 1);
    for run in told["put_back"].as_array().unwrap() {
        home.done(
            "add_to_playlist",
            json!({"playlist": list, "items": run["uris"], "position": run["position"], "skip_duplicates": false}),
        )
        .await;
    }
    assert_eq!(home.app.spotify.rows(&list), rows);
    home.writes();
}

#[tokio::test]
async fn a_dry_run_tells_what_would_go_and_writes_nothing() {
    let home = Home::new().await;
    let list = home.playlist("Fifty-one");
    let rows = home.rows(&list);
    let told = home
        .done(
            "remove_from_playlist",
            json!({"playlist": list.id, "positions": [50], "dry_run": true}),
        )
        .await;
    assert_eq!(
        (&told["dry_run"], &told["removed"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(told["items"][0]["position"], 50);
    assert_eq!(told["items"][0]["uri"], rows[50]);
    assert_eq!(home.writes(), [""; 0]);
    assert_eq!(home.rows(&list), rows);
    assert_eq!(
        home.calls(),
        calls([("GET /v1/playlists/{id}", 1), (&format!("GET {ITEMS}"), 1)])
    );
}

#[tokio::test]
async fn nothing_in_it_and_nothing_found_write_nothing() {
    let home = Home::new().await;
    let track = home.rows(&home.playlist("Just one")).remove(0);
    let empty = home.playlist("Nothing yet").id;
    let told = home
        .done(
            "remove_from_playlist",
            json!({"playlist": empty, "refs": [track]}),
        )
        .await;
    assert_eq!((&told["removed"], &told["total"]), (&json!(0), &json!(0)));
    let text = home
        .refused(
            "remove_from_playlist",
            json!({"playlist": empty, "positions": [0]}),
        )
        .await;
    assert!(text.contains("0 items"), "{text}");
}

#[tokio::test]
async fn the_last_place_of_each_size_goes_and_the_place_behind_it_is_refused() {
    let home = Home::new().await;
    for (name, length) in [
        ("Just one", 1),
        ("Fifty", 50),
        ("Fifty-one", 51),
        ("A hundred", 100),
        ("A hundred and one", 101),
    ] {
        let list = home.playlist(name);
        let rows = home.rows(&list);
        let text = home
            .refused(
                "remove_from_playlist",
                json!({"playlist": list.id, "positions": [length]}),
            )
            .await;
        assert!(text.starts_with("invalid_argument: "), "{text}");
        let told = home
            .done(
                "remove_from_playlist",
                json!({"playlist": list.id, "positions": [length - 1]}),
            )
            .await;
        assert_eq!(
            (&told["verified"], &told["total"]),
            (&json!(true), &json!(length - 1)),
            "{name}"
        );
        let rest = usize::try_from(length - 1).unwrap();
        assert_eq!(home.rows(&list), rows[..rest], "{name}");
        home.writes();
    }
}

#[tokio::test]
async fn a_list_of_1200_with_local_files_and_holes_keeps_all_that_was_not_meant() {
    let home = Home::new().await;
    let list = home.playlist("Everything");
    let rows = home.rows(&list);
    let twice = (0..rows.len()).find(|at| {
        rows[*at].starts_with("spotify:track:")
            && rows.iter().filter(|uri| **uri == rows[*at]).count() > 1
    });
    let at = twice.unwrap_or_else(|| {
        rows.iter()
            .position(|uri| uri.starts_with("spotify:track:"))
            .unwrap()
    });
    let told = home
        .done(
            "remove_from_playlist",
            json!({"playlist": list.id, "positions": [at]}),
        )
        .await;
    assert_eq!(told["verified"], true, "{told}");
    let mut expected = rows.clone();
    expected.remove(at);
    assert_eq!(home.rows(&list), expected);
    let count = rows.iter().filter(|uri| **uri == rows[at]).count() as u64;
    let made = home.calls();
    assert_eq!(made[&format!("DELETE {ITEMS}")], 1);
    assert!(made.get(&format!("POST {ITEMS}")).copied().unwrap_or(0) < count);
    assert!(made[&format!("GET {ITEMS}")] <= 23 + 3, "{made:?}");
}

#[tokio::test]
async fn what_no_app_can_name_is_refused_and_stays() {
    let home = Home::new().await;
    let list = home.playlist("Everything");
    let rows = home.rows(&list);
    for odd in [
        rows.iter().position(String::is_empty),
        rows.iter()
            .position(|uri| uri.starts_with("spotify:local:")),
    ] {
        let Some(at) = odd else { continue };
        let text = home
            .refused(
                "remove_from_playlist",
                json!({"playlist": list.id, "positions": [at]}),
            )
            .await;
        assert!(text.contains(&format!("position {at}")), "{text}");
    }
    let local = home
        .refused(
            "remove_from_playlist",
            json!({"playlist": list.id, "refs": ["spotify:local:a:b:c:1"]}),
        )
        .await;
    assert!(local.contains("local file"), "{local}");
    assert_eq!(home.rows(&list), rows);
}

#[tokio::test]
async fn positions_of_an_older_version_are_refused_with_the_way_on() {
    let home = Home::new().await;
    let (list, rows) = twice(&home).await;
    let old = home.app.spotify.playlist(&list).unwrap().snapshot_id;
    home.done(
        "add_to_playlist",
        json!({"playlist": list, "items": [rows[0]], "position": 0, "skip_duplicates": false}),
    )
    .await;
    home.writes();
    let wish = json!({"playlist": list, "positions": [1], "snapshot_id": old});
    let text = home.refused("remove_from_playlist", wish).await;
    let now = home.app.spotify.playlist(&list).unwrap().snapshot_id;
    assert!(
        text.contains("get_playlist") && text.contains(&now),
        "{text}"
    );
    let wish = json!({"playlist": list, "positions": [0], "snapshot_id": now});
    assert_eq!(
        home.done("remove_from_playlist", wish).await["verified"],
        true
    );
    assert_eq!(home.app.spotify.rows(&list), rows);
    home.writes();
}

#[tokio::test]
async fn arguments_that_make_no_sense_are_refused() {
    let home = Home::new().await;
    let list = home.playlist("Fifty").id;
    let refused = async |wish: Value| home.refused("remove_from_playlist", wish).await;
    assert!(
        refused(json!({"playlist": list}))
            .await
            .contains("either `refs`")
    );
    assert!(
        refused(json!({"playlist": list, "refs": ["x"], "positions": [1]}))
            .await
            .contains("either `refs`")
    );
    assert!(
        refused(json!({"playlist": list, "refs": ["Some song"]}))
            .await
            .contains("search")
    );
    let album = "spotify:album:4iV5W9uYEdYUVa79Axb7Rh";
    assert!(
        refused(json!({"playlist": list, "refs": [album]}))
            .await
            .contains("not a track")
    );
    let many = vec!["4iV5W9uYEdYUVa79Axb7Rh"; 501];
    assert!(
        refused(json!({"playlist": list, "refs": many}))
            .await
            .contains("1 to 500 items")
    );
    assert!(
        refused(json!({"playlist": list, "positions": [-1]}))
            .await
            .contains("positions[0]")
    );
}

#[tokio::test]
async fn more_than_twenty_need_a_yes_and_twenty_do_not() {
    let home = Home::new().await;
    let list = home.playlist("A hundred");
    let rows = home.rows(&list);
    let positions = |count: u32| (0..count).collect::<Vec<_>>();
    let text = home
        .refused(
            "remove_from_playlist",
            json!({"playlist": list.id, "positions": positions(21)}),
        )
        .await;
    assert!(
        text.starts_with("confirmation_required: 21 of the 100 items"),
        "{text}"
    );
    assert!(
        text.contains(&list.name) && text.contains("confirm=true"),
        "{text}"
    );
    let wish = json!({"playlist": list.id, "positions": positions(21), "confirm": true});
    assert_eq!(
        home.done("remove_from_playlist", wish).await["verified"],
        true
    );
    assert_eq!(home.rows(&list), rows[21..]);
    let wish = json!({"playlist": list.id, "positions": positions(20)});
    assert_eq!(home.done("remove_from_playlist", wish).await["removed"], 20);
    assert_eq!(home.rows(&list), rows[41..]);
    home.writes();
}

#[tokio::test]
async fn somebody_elses_playlist_keeps_everything() {
    let home = Home::of(1, Setup::default()).await;
    let list = home.foreign();
    let first = home.rows(&list).remove(0);
    let text = home
        .refused(
            "remove_from_playlist",
            json!({"playlist": list.id, "refs": [first]}),
        )
        .await;
    assert!(text.starts_with("not_readable: "), "{text}");
}

#[tokio::test]
async fn a_shared_playlist_is_edited_by_those_who_share_it() {
    let home = Home::of(1, Setup::default()).await;
    let all = home.app.spotify.playlists(&home.me.spotify_id);
    let shared = all.into_iter().find(|list| list.collaborative).unwrap();
    let rows = home.rows(&shared);
    let told = home
        .done(
            "remove_from_playlist",
            json!({"playlist": shared.id, "positions": [0]}),
        )
        .await;
    assert_eq!(told["verified"], true);
    assert_eq!(home.rows(&shared), rows[1..]);
    home.writes();
}
