//! Stories of podcasts and audiobooks: order, what was heard, names, and countries without audiobooks.

use auxcord::sandbox::{Action, Fault, Shelf};
use serde_json::{Value, json};

use super::stage::{COLLECTOR, NEWCOMER, Stage, text, these};
use crate::harness::Setup;

const EPISODES: &str = "GET /v1/shows/{id}/episodes";
/// The podcast that everybody with a library has saved; it has 62 episodes, and every third one was heard.
const LONG: &str = "The Long Groove";

async fn show(stage: &Stage) -> String {
    let saved = stage.done("list_library", json!({"kind": "shows"})).await;
    let items = saved["items"].as_array().unwrap();
    let long = items.iter().find(|row| row["title"] == LONG).unwrap();
    stage.calls();
    long["uri"].as_str().unwrap().to_owned()
}

fn numbers(page: &Value) -> Vec<u32> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|row| {
            let title = row["title"].as_str().unwrap();
            title.split('.').next().unwrap().parse().unwrap()
        })
        .collect()
}

#[tokio::test]
async fn the_newest_episodes_come_first_in_one_call() {
    let stage = Stage::of(COLLECTOR).await;
    let show = show(&stage).await;
    let asked = json!({"show": show, "limit": 4});
    let result = stage.answer("list_show_episodes", asked).await;
    assert_eq!(stage.calls(), these([(EPISODES, 1)]));
    insta::assert_snapshot!("list_show_episodes", text(&result));
    let page = &result["structuredContent"];
    assert_eq!(numbers(page), [62, 61, 60, 59]);
    assert_eq!(
        (&page["total"], &page["next_offset"]),
        (&json!(62), &json!(4))
    );
}

#[tokio::test]
async fn the_oldest_first_costs_one_call_more_and_loses_none() {
    let stage = Stage::of(COLLECTOR).await;
    let show = show(&stage).await;
    let (mut seen, mut offset) = (Vec::new(), 0);
    loop {
        let asked = json!({"show": show, "newest_first": false, "limit": 25, "offset": offset});
        let page = stage.done("list_show_episodes", asked).await;
        seen.extend(numbers(&page));
        assert!(stage.calls().get(EPISODES).is_none_or(|calls| *calls <= 2));
        let Some(next) = page["next_offset"].as_u64() else {
            break;
        };
        offset = next;
    }
    assert_eq!(seen, (1..=62).collect::<Vec<_>>());
    let beyond = json!({"show": show, "newest_first": false, "offset": 70});
    let page = stage.done("list_show_episodes", beyond).await;
    assert_eq!(
        (&page["items"], &page["has_more"]),
        (&json!([]), &json!(false))
    );
}

#[tokio::test]
async fn unplayed_episodes_are_those_that_were_not_heard_to_the_end_in_either_order() {
    let stage = Stage::of(COLLECTOR).await;
    let show = show(&stage).await;
    for newest_first in [true, false] {
        let (mut seen, mut offset) = (Vec::new(), 0);
        loop {
            let asked = json!({"show": show, "unplayed_only": true, "newest_first": newest_first,
                "limit": 30, "offset": offset});
            let page = stage.done("list_show_episodes", asked).await;
            assert!(!page.to_string().contains("\"played"));
            seen.extend(numbers(&page));
            let Some(next) = page["next_offset"].as_u64() else {
                break;
            };
            offset = next;
        }
        let mut expected: Vec<u32> = (0..62).filter(|n| n % 3 != 0).map(|n| 62 - n).collect();
        if !newest_first {
            expected.reverse();
        }
        assert_eq!(seen, expected, "newest first: {newest_first}");
    }
}

#[tokio::test]
async fn a_saved_show_is_known_by_its_name_and_another_is_not() {
    let stage = Stage::of(COLLECTOR).await;
    let asked = json!({"show": "the long groove", "limit": 1});
    let page = stage.done("list_show_episodes", asked).await;
    assert_eq!(page["total"], 62);
    assert_eq!(
        stage.calls(),
        these([("GET /v1/me/shows", 1), (EPISODES, 1)])
    );
    let said = stage
        .client
        .refused("list_show_episodes", json!({"show": "groove"}))
        .await;
    assert!(said.starts_with("not_found: "), "{said}");
    assert!(
        said.contains("The Long Groove https://open.spotify.com/show/"),
        "{said}"
    );
    let wrong = json!({"show": stage.shelf(Shelf::Tracks)[0]});
    let said = stage.client.refused("list_show_episodes", wrong).await;
    assert!(
        said.starts_with("invalid_argument: ") && said.contains("track"),
        "{said}"
    );
}

#[tokio::test]
async fn a_show_that_is_not_there_is_not_found() {
    let stage = Stage::of(NEWCOMER).await;
    let asked = json!({"show": "spotify:show:0000000000000000000000"});
    let said = stage.client.refused("list_show_episodes", asked).await;
    assert!(said.starts_with("not_found: "), "{said}");
}

#[tokio::test]
async fn chapters_come_in_order_with_a_word_about_countries() {
    let stage = Stage::of(COLLECTOR).await;
    let book = stage.shelf(Shelf::Audiobooks).remove(0);
    let asked = json!({"audiobook": book, "limit": 3});
    let result = stage.answer("list_audiobook_chapters", asked).await;
    assert_eq!(
        stage.calls(),
        these([("GET /v1/audiobooks/{id}/chapters", 1)])
    );
    insta::assert_snapshot!("list_audiobook_chapters", text(&result));
    let asked = json!({"audiobook": book, "offset": 3});
    let rest = stage.done("list_audiobook_chapters", asked).await;
    assert_eq!(rest["items"][0]["title"], "Chapter 4");
    assert_eq!(rest["has_more"], false);
    let nowhere = json!({"audiobook": "0000000000000000000000"});
    let said = stage
        .client
        .refused("list_audiobook_chapters", nowhere)
        .await;
    assert!(
        said.starts_with("not_found: ") && said.contains("country"),
        "{said}"
    );
}

#[tokio::test]
async fn the_permission_for_positions_is_needed_for_episodes_only() {
    let stage = Stage::granting(COLLECTOR, "user-library-read").await;
    let said = stage
        .client
        .refused("list_show_episodes", json!({"show": LONG}))
        .await;
    assert!(said.contains("user-read-playback-position"), "{said}");
    assert_eq!(stage.calls(), these([]));
    let book = stage.shelf(Shelf::Audiobooks).remove(0);
    stage
        .done("list_audiobook_chapters", json!({"audiobook": book}))
        .await;
}

#[tokio::test]
async fn spotify_failing_halfway_through_a_search_for_unplayed_ones_is_told() {
    let stage = Stage::of(COLLECTOR).await;
    let show = show(&stage).await;
    let fault = Fault::new(Action::QuotaExceeded { retry_after: 3_600 });
    let later = fault.on("GET", "/v1/shows/").times(1, 9);
    stage.app.spotify.add_fault(later);
    let asked = json!({"show": show, "unplayed_only": true, "limit": 50});
    let said = stage.client.refused("list_show_episodes", asked).await;
    assert!(said.starts_with("quota_exceeded: "), "{said}");
}

#[tokio::test]
async fn the_toolset_can_be_switched_off() {
    let setup = Setup::default().with("TOOLSETS", "core");
    let stage = Stage::set_up(COLLECTOR, setup, None).await;
    let said = stage
        .client
        .refused("list_show_episodes", json!({"show": LONG}))
        .await;
    assert!(said.starts_with("not_offered: "), "{said}");
    assert_eq!(stage.calls(), these([]));
}
