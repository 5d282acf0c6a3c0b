//! `transform_playlist`: a plan that is kept, in the fewest writes that lose the least.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::stage::{Home, ITEMS, calls};
use crate::harness::Setup;

async fn curator() -> Home {
    let setup = Setup::default().with("TOOLSETS", "core,spoken,curation");
    Home::of(0, setup).await
}

fn unique(uris: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    uris.iter()
        .filter(|uri| seen.insert(*uri))
        .cloned()
        .collect()
}

/// Fills "Nothing yet" with `rows`.
async fn filled(home: &Home, rows: &[String]) -> String {
    let list = home.playlist("Nothing yet").id;
    home.done(
        "add_to_playlist",
        json!({"playlist": list, "items": rows, "skip_duplicates": false}),
    )
    .await;
    home.calls();
    list
}

#[tokio::test]
async fn it_is_there_only_where_the_operator_wants_it() {
    let home = Home::new().await;
    let listed = home.client.rpc(1, "tools/list", json!({})).await;
    assert!(!listed.body.to_string().contains("transform_playlist"));
    let text = home
        .refused(
            "transform_playlist",
            json!({"sources": ["x"], "op": "sort"}),
        )
        .await;
    assert!(text.starts_with("not_offered: "), "{text}");
}

#[tokio::test]
async fn a_plan_writes_nothing_and_says_what_would_be_written() {
    let home = curator().await;
    let list = home.playlist("Fifty-one");
    let told = home
        .done(
            "transform_playlist",
            json!({"sources": [list.name], "op": "sort"}),
        )
        .await;
    assert_eq!(
        (&told["dry_run"], &told["before"], &told["after"]),
        (&json!(true), &json!(51), &json!(51))
    );
    assert_eq!(
        (&told["target"], &told["writes"]),
        (&json!("new"), &json!(2))
    );
    assert_eq!(home.writes(), [""; 0]);
}

#[tokio::test]
async fn duplicates_go_in_place_with_few_writes_and_the_first_copies_stay() {
    let home = curator().await;
    let pool = unique(&home.rows(&home.playlist("Fifty")));
    let rows: Vec<String> = [0, 1, 0, 2, 1, 3].map(|at: usize| pool[at].clone()).into();
    let list = filled(&home, &rows).await;
    let wish = json!({"sources": [list], "op": "dedupe", "target": "in_place", "dry_run": false, "confirm": true});
    let told = home.done("transform_playlist", wish.clone()).await;
    assert_eq!(
        (&told["verified"], &told["after"]),
        (&json!(true), &json!(4)),
        "{told}"
    );
    assert_eq!(home.app.spotify.rows(&list), unique(&rows));
    home.writes();
    let again = home.done("transform_playlist", wish).await;
    assert_eq!(again["writes"], 0);
    assert_eq!(home.writes(), [""; 0]);
}

#[tokio::test]
async fn what_no_app_can_add_stays_and_what_would_take_too_many_writes_is_not_begun() {
    let home = curator().await;
    let list = home.playlist("Everything");
    let rows = home.rows(&list);
    let wish = json!({"sources": [list.id], "op": "dedupe", "target": "in_place", "dry_run": false, "confirm": true});
    let text = home.refused("transform_playlist", wish).await;
    assert!(
        text.starts_with("invalid_argument: ")
            && text.contains("20 single writes")
            && text.contains("local files"),
        "{text}"
    );
    assert_eq!(home.rows(&list), rows);
    let wish = json!({"sources": [list.id], "op": "trim", "options": {"count": 1_198}, "target": "in_place", "dry_run": false});
    let told = home.done("transform_playlist", wish).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(home.rows(&list), rows[..1_198]);
    assert!(home.writes().len() <= 20);
}

#[tokio::test]
async fn sorting_in_place_asks_first_and_can_be_taken_back() {
    let home = curator().await;
    let list = home.playlist("Fifty");
    let rows = home.rows(&list);
    let mut wish = json!({"sources": [list.id], "op": "sort", "options": {"by": "title"}, "target": "in_place", "dry_run": false});
    let text = home.refused("transform_playlist", wish.clone()).await;
    assert!(
        text.starts_with("confirmation_required: ") && text.contains(&list.name),
        "{text}"
    );
    wish["confirm"] = json!(true);
    let told = home.done("transform_playlist", wish).await;
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(told["previous"], json!(rows));
    let now = home
        .done("get_playlist", json!({"playlist": list.id}))
        .await;
    let titles: Vec<String> = now["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["title"].as_str().unwrap().to_lowercase())
        .collect();
    assert!(titles.is_sorted(), "{titles:?}");
    home.writes();
}

#[tokio::test]
async fn chance_is_told_and_gives_the_same_order_again() {
    let home = curator().await;
    let list = home.playlist("Fifty");
    let plan = home
        .done(
            "transform_playlist",
            json!({"sources": [list.id], "op": "shuffle"}),
        )
        .await;
    let wish = json!({
        "sources": [list.id], "op": "shuffle", "options": {"seed": plan["seed"], "name": "Shuffled"}, "dry_run": false
    });
    let told = home.done("transform_playlist", wish).await;
    assert_eq!(
        (&told["first"], &told["verified"]),
        (&plan["first"], &json!(true))
    );
    let made = told["playlist"]["uri"].as_str().unwrap();
    let (mut before, mut after) = (home.rows(&list), home.app.spotify.rows(made));
    assert_ne!(before, after);
    let new = home.app.spotify.playlist(made).unwrap();
    assert_eq!((new.name.as_str(), new.public), ("Shuffled", false));
    before.sort();
    after.sort();
    assert_eq!(before, after);
    home.writes();
}

#[tokio::test]
async fn merging_into_the_first_only_adds_and_asks_nothing() {
    let home = curator().await;
    let (one, two) = (home.playlist("Fifty"), home.playlist("Fifty-one"));
    let expected = [home.rows(&one), home.rows(&two)].concat();
    let wish =
        json!({"sources": [one.id, two.id], "op": "merge", "target": "in_place", "dry_run": false});
    let told = home.done("transform_playlist", wish).await;
    assert_eq!(
        (&told["verified"], &told["after"]),
        (&json!(true), &json!(101)),
        "{told}"
    );
    assert_eq!(home.rows(&one), expected);
    assert_eq!(home.rows(&two), expected[50..]);
    let made = home.calls();
    assert_eq!(made[&format!("POST {ITEMS}")], 1);
    assert_eq!(made.get(&format!("PUT {ITEMS}")), None);
}

#[tokio::test]
async fn trimming_keeps_either_end() {
    let home = curator().await;
    for (list, options, kept) in [
        ("A hundred", json!({"count": 90}), 0..90),
        ("Fifty", json!({"count": 45, "from_end": true}), 5..50),
    ] {
        let list = home.playlist(list);
        let rows = home.rows(&list);
        let wish = json!({"sources": [list.id], "op": "trim", "options": options, "target": "in_place", "dry_run": false});
        let told = home.done("transform_playlist", wish).await;
        assert_eq!(told["verified"], true, "{told}");
        assert_eq!(home.rows(&list), rows[kept]);
        home.writes();
    }
}

#[tokio::test]
async fn what_spotify_removed_goes_into_no_new_playlist() {
    let home = curator().await;
    let list = home.playlist("Everything");
    let told = home
        .done(
            "transform_playlist",
            json!({"sources": [list.id], "op": "remove_unavailable", "dry_run": false}),
        )
        .await;
    assert_eq!(told["verified"], true, "{told}");
    let now = home
        .app
        .spotify
        .rows(told["playlist"]["uri"].as_str().unwrap());
    assert!(
        now.iter()
            .all(|uri| uri.starts_with("spotify:track:") || uri.starts_with("spotify:episode:"))
    );
    assert_eq!(json!(now.len()), told["after"]);
    let writes = home.writes().len() as u64;
    assert_eq!(json!(writes), told["writes"]);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let home = curator().await;
    let list = home.playlist("Fifty").id;
    let refused = async |wish: Value| home.refused("transform_playlist", wish).await;
    assert!(
        refused(json!({"sources": [list], "op": "merge"}))
            .await
            .contains("two or more")
    );
    assert!(
        refused(json!({"sources": [list], "op": "trim"}))
            .await
            .contains("options.count")
    );
    assert!(
        refused(json!({"sources": [], "op": "sort"}))
            .await
            .contains("1 to 10")
    );
    assert!(
        refused(json!({"sources": [list], "op": "reverse"}))
            .await
            .contains("one of dedupe")
    );
    let all = home.playlist("Everything").id;
    let too_many = refused(json!({"sources": [all, all], "op": "merge"})).await;
    assert!(too_many.contains("2400 items"), "{too_many}");
    home.calls();
    let empty = home.done("transform_playlist", json!({"sources": [home.playlist("Nothing yet").id], "op": "sort", "target": "in_place", "dry_run": false})).await;
    assert_eq!(empty["writes"], 0);
    assert_eq!(home.calls(), calls([("GET /v1/playlists/{id}", 1)]));
}
