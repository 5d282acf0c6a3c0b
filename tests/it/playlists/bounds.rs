//! Changes of playlists that are large, or come together: what is refused, what waits, and what whoever watches sees.

use auxcord::sandbox::Action;
use serde_json::json;

use super::{
    removing::twice,
    stage::{Home, ITEMS},
};
use crate::harness::mcp::{LEGACY, MODERN};

#[tokio::test]
async fn what_would_take_too_many_writes_is_refused_before_anything_goes() {
    let home = Home::new().await;
    let mut pool = home.rows(&home.playlist("Fifty"));
    pool.sort();
    pool.dedup();
    let mut rows = vec![pool[0].clone()];
    for other in &pool[1..22] {
        rows.extend([other.clone(), pool[0].clone()]);
    }
    let list = home.playlist("Nothing yet").id;
    let wish = json!({"playlist": list, "items": rows, "skip_duplicates": false});
    home.done("add_to_playlist", wish).await;
    home.writes();
    let refused = json!({"playlist": list, "positions": [0]});
    let text = home.refused("remove_from_playlist", refused).await;
    assert!(
        text.starts_with("invalid_argument: ") && text.contains("22 writes"),
        "{text}"
    );
    assert_eq!(home.app.spotify.rows(&list), rows);
    let fewer = json!({"playlist": list, "positions": [0, 2, 4]});
    assert_eq!(
        home.done("remove_from_playlist", fewer).await["verified"],
        true
    );
    assert_eq!(home.writes().len(), 20);
}

#[tokio::test]
async fn two_removals_at_once_do_not_undo_each_other() {
    let home = Home::new().await;
    let (list, rows) = twice(&home).await;
    home.fail("DELETE", "/v1/playlists/", 0, 1, Action::Hold);
    let wish = json!({"playlist": list, "positions": [0]});
    let call = || {
        let (client, wish) = (home.client.clone(), wish.clone());
        tokio::spawn(async move { client.call("remove_from_playlist", wish).await })
    };
    let first = call();
    home.app.spotify.until_held(1).await;
    let second = call();
    // As long as it takes to read some playlists, the second one could have read this one and written.
    for name in ["Fifty", "Fifty-one", "A hundred", "A hundred and one"] {
        let other = home.playlist(name).id;
        home.done("get_playlist", json!({"playlist": other})).await;
    }
    assert_eq!(home.app.spotify.count(&format!("DELETE {ITEMS}")), 1);
    home.app.spotify.release();
    for removal in [first, second] {
        let told = removal.await.unwrap();
        assert_eq!(told["structuredContent"]["verified"], true, "{told}");
    }
    assert_eq!(home.app.spotify.rows(&list), rows[2..]);
    home.writes();
}

#[tokio::test]
async fn progress_only_grows_from_the_first_page_to_the_last_write() {
    for era in [LEGACY, MODERN] {
        let home = Home::new().await;
        let list = home.playlist("Everything");
        let rows = home.rows(&list);
        let is_track = |uri: &&String| uri.starts_with("spotify:track:");
        let first = rows.iter().find(is_track).unwrap();
        let at = rows.iter().position(|uri| uri == first).unwrap();
        let wish = json!({"playlist": list.id, "positions": [at]});
        let watched = home.client.watch(era, "remove_from_playlist", &wish).await;
        watched.assert_rising();
        assert!(watched.progress.len() >= 24, "{watched:?}");
        assert_eq!(home.rows(&list).len(), rows.len() - 1);

        let other = rows.iter().rev().find(is_track).unwrap();
        let wish = json!({"playlist": list.id, "refs": [other]});
        let watched = home.client.watch(era, "remove_from_playlist", &wish).await;
        watched.assert_rising();
        assert!(!home.rows(&list).contains(other));
        home.writes();
    }
}

#[tokio::test]
async fn five_hundred_go_in_batches_and_a_batch_that_fails_is_told_with_the_way_on() {
    let home = Home::new().await;
    let list = home.playlist("Everything");
    let mut refs: Vec<String> = home.rows(&list);
    refs.retain(|uri| uri.starts_with("spotify:track:"));
    refs.sort();
    refs.dedup();
    refs.truncate(250);
    home.fail(
        "DELETE",
        "/v1/playlists/",
        1,
        1,
        Action::QuotaExceeded { retry_after: 3_600 },
    );
    let wish = json!({"playlist": list.id, "refs": refs, "confirm": true});
    let text = home.client.refused("remove_from_playlist", wish).await;
    let (gone, left): (Vec<_>, Vec<_>) =
        refs.iter().partition(|uri| !home.rows(&list).contains(uri));
    assert_eq!(gone.len(), 100);
    assert!(
        text.contains("after 100 of the 250 different items"),
        "{text}"
    );
    let way_on = text.lines().find(|line| line.contains("refs=[")).unwrap();
    let named = |uri: &&String| way_on.contains(&format!("\"{uri}\""));
    assert!(left.iter().all(named) && !gone.iter().any(named), "{text}");
    home.writes();
}
