//! Asking the person first: the question travels with a signed state, and only their own yes to this very thing counts.

use std::time::Duration;

use auxcord::sandbox::Shelf;
use serde_json::{Value, json};

use super::stage::Home;
use crate::harness::Client;

/// What a client declares that can show forms.
fn able() -> Value {
    json!({"elicitation": {"form": {}}})
}

/// A tool call of a client that can ask.
async fn call(
    client: &Client,
    tool: &str,
    arguments: &Value,
    answered: Option<(&Value, &str)>,
) -> Value {
    let mut params = json!({"name": tool, "arguments": arguments});
    if let Some((response, state)) = answered {
        params["inputResponses"] = json!({"confirm": response});
        params["requestState"] = json!(state);
    }
    let answer = client.modern_as(&able(), 1, "tools/call", params).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["result"].clone()
}

/// The question and its state; nothing was done yet.
fn question(home: &Home, result: &Value) -> (String, String) {
    assert_eq!(result["resultType"], "input_required", "{result}");
    let request = &result["inputRequests"]["confirm"];
    assert_eq!(request["method"], "elicitation/create", "{result}");
    assert_eq!(
        request["params"]["requestedSchema"]["required"],
        json!(["confirm"]),
        "{result}"
    );
    assert_eq!(home.writes(), [""; 0]);
    let message = request["params"]["message"].as_str().unwrap().to_owned();
    (message, result["requestState"].as_str().unwrap().to_owned())
}

fn yes() -> Value {
    json!({"action": "accept", "content": {"confirm": true}})
}

/// The playlist "Fifty", the arguments that delete it, the question and its state.
async fn asked(home: &Home) -> (String, Value, String) {
    let list = home.playlist("Fifty");
    let wish = json!({"playlist": list.id});
    let result = call(&home.client, "delete_playlist", &wish, None).await;
    let (message, state) = question(home, &result);
    assert!(
        message.contains(&list.name) && message.contains("50 items"),
        "{message}"
    );
    (list.id, wish, state)
}

fn has(home: &Home, list: &str) -> bool {
    let all = home.app.spotify.playlists(&home.me.spotify_id);
    all.iter().any(|one| one.id == list)
}

#[tokio::test]
async fn a_yes_lets_it_happen() {
    let home = Home::new().await;
    let (list, wish, state) = asked(&home).await;
    assert!(
        !state.contains(&home.me.marker),
        "the state names nobody's things"
    );
    let result = call(
        &home.client,
        "delete_playlist",
        &wish,
        Some((&yes(), &state)),
    )
    .await;
    assert_eq!(result["structuredContent"]["verified"], true, "{result}");
    assert!(!has(&home, &list));
    home.writes();
}

#[tokio::test]
async fn no_and_away_and_an_unticked_box_are_all_a_no() {
    let home = Home::new().await;
    let (list, wish, state) = asked(&home).await;
    for response in [
        json!({"action": "decline"}),
        json!({"action": "cancel"}),
        json!({"action": "accept", "content": {"confirm": false}}),
        json!({"action": "accept"}),
    ] {
        let result = call(
            &home.client,
            "delete_playlist",
            &wish,
            Some((&response, &state)),
        )
        .await;
        assert_eq!(result["isError"], true, "{result}");
        assert!(
            result["content"][0]["text"]
                .as_str()
                .unwrap()
                .starts_with("declined: "),
            "{result}"
        );
    }
    assert!(has(&home, &list));
    assert_eq!(home.writes(), [""; 0]);
}

#[tokio::test]
async fn a_state_that_somebody_changed_is_worth_nothing() {
    let home = Home::new().await;
    let (list, wish, state) = asked(&home).await;
    let mut forged: Vec<String> = (0..state.len())
        .step_by(7)
        .map(|at| {
            let mut bytes = state.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        })
        .collect();
    forged.extend([
        String::new(),
        "x".to_owned(),
        state[..state.len() / 2].to_owned(),
    ]);
    for forged in forged.iter().filter(|forged| **forged != state) {
        let result = call(
            &home.client,
            "delete_playlist",
            &wish,
            Some((&yes(), forged)),
        )
        .await;
        question(&home, &result);
    }
    assert!(has(&home, &list));
}

#[tokio::test]
async fn a_yes_to_one_thing_is_no_yes_to_another() {
    let home = Home::new().await;
    let (list, _, state) = asked(&home).await;
    let other = home.playlist("A hundred").id;
    let wish = json!({"playlist": other});
    let result = call(
        &home.client,
        "delete_playlist",
        &wish,
        Some((&yes(), &state)),
    )
    .await;
    question(&home, &result);
    let replace = json!({"playlist": list, "items": [], "dry_run": false});
    let result = call(
        &home.client,
        "replace_playlist_items",
        &replace,
        Some((&yes(), &state)),
    )
    .await;
    question(&home, &result);
    assert!(has(&home, &list) && has(&home, &other));
}

#[tokio::test]
async fn another_persons_yes_is_not_mine() {
    let home = Home::new().await;
    let (list, wish, state) = asked(&home).await;
    let other = home.app.spotify.people().remove(3).id;
    let other = home.app.connect(&other).await;
    let client = home.app.client(&other.key);
    let result = call(&client, "delete_playlist", &wish, Some((&yes(), &state))).await;
    question(&home, &result);
    assert!(has(&home, &list));
}

#[tokio::test]
async fn a_yes_that_comes_too_late_is_asked_for_again() {
    let home = Home::new().await;
    let (list, wish, state) = asked(&home).await;
    home.app.advance(Duration::from_secs(10 * 60 - 1));
    let other = call(
        &home.client,
        "delete_playlist",
        &wish,
        Some((&json!({"action": "decline"}), &state)),
    )
    .await;
    assert_eq!(other["isError"], true, "it is still open: {other}");
    home.app.advance(Duration::from_secs(2));
    let result = call(
        &home.client,
        "delete_playlist",
        &wish,
        Some((&yes(), &state)),
    )
    .await;
    let (_, fresh) = question(&home, &result);
    assert!(has(&home, &list));
    call(
        &home.client,
        "delete_playlist",
        &wish,
        Some((&yes(), &fresh)),
    )
    .await;
    assert!(!has(&home, &list));
    home.writes();
}

#[tokio::test]
async fn what_changed_in_between_is_asked_about_anew() {
    let home = Home::new().await;
    let list = home.playlist("A hundred");
    let positions: Vec<u32> = (0..30).collect();
    let wish = json!({"playlist": list.id, "positions": positions});
    let result = call(&home.client, "remove_from_playlist", &wish, None).await;
    let (message, state) = question(&home, &result);
    assert!(message.starts_with("30 of the 100 items"), "{message}");
    let first = home.rows(&list).remove(0);
    home.done(
        "add_to_playlist",
        json!({"playlist": list.id, "items": [first], "skip_duplicates": false}),
    )
    .await;
    home.writes();
    let result = call(
        &home.client,
        "remove_from_playlist",
        &wish,
        Some((&yes(), &state)),
    )
    .await;
    let (message, state) = question(&home, &result);
    assert!(message.starts_with("30 of the 101 items"), "{message}");
    let result = call(
        &home.client,
        "remove_from_playlist",
        &wish,
        Some((&yes(), &state)),
    )
    .await;
    assert_eq!(result["structuredContent"]["verified"], true, "{result}");
    assert_eq!(home.rows(&list).len(), 71);
    home.writes();
}

#[tokio::test]
async fn the_model_cannot_answer_for_a_person_who_can_be_asked() {
    let home = Home::new().await;
    let list = home.playlist("Fifty").id;
    let wish = json!({"playlist": list, "confirm": true});
    let result = call(&home.client, "delete_playlist", &wish, None).await;
    question(&home, &result);
    let answers =
        json!({"name": "delete_playlist", "arguments": wish, "inputResponses": {"confirm": yes()}});
    let answer = home
        .client
        .modern_as(&able(), 1, "tools/call", answers)
        .await;
    question(&home, &answer.body["result"]);
    assert!(has(&home, &list));
}

#[tokio::test]
async fn clients_that_cannot_ask_get_words_and_their_argument_counts() {
    let home = Home::new().await;
    let list = home.playlist("Fifty").id;
    for capabilities in [json!({}), json!({"elicitation": {"url": {}}})] {
        let params = json!({"name": "delete_playlist", "arguments": {"playlist": list}});
        let answer = home
            .client
            .modern_as(&capabilities, 1, "tools/call", params)
            .await;
        let result = &answer.body["result"];
        assert_eq!(result["isError"], true, "{result}");
        assert!(
            result["content"][0]["text"]
                .as_str()
                .unwrap()
                .starts_with("confirmation_required: "),
            "{result}"
        );
    }
    let params =
        json!({"name": "delete_playlist", "arguments": {"playlist": list, "confirm": true}});
    home.client
        .modern_as(&json!({}), 1, "tools/call", params)
        .await;
    assert!(!has(&home, &list));
    home.writes();
}

#[tokio::test]
async fn the_other_replica_takes_the_answer() {
    let home = Home::new().await;
    let (list, wish, state) = asked(&home).await;
    let second = home.app.second().await;
    let client = second.client(&home.me.key);
    let result = call(&client, "delete_playlist", &wish, Some((&yes(), &state))).await;
    assert_eq!(result["structuredContent"]["verified"], true, "{result}");
    assert!(!has(&home, &list));
    home.writes();
}

#[tokio::test]
async fn small_removals_and_dry_runs_are_not_asked_about() {
    let home = Home::new().await;
    let list = home.playlist("Fifty").id;
    let small = json!({"playlist": list, "positions": [0]});
    let result = call(&home.client, "remove_from_playlist", &small, None).await;
    assert_eq!(result["structuredContent"]["removed"], 1, "{result}");
    let dry = json!({"playlist": list, "items": []});
    let result = call(&home.client, "replace_playlist_items", &dry, None).await;
    assert_eq!(result["structuredContent"]["dry_run"], true, "{result}");
    home.writes();
}

#[tokio::test]
async fn a_yes_counts_once() {
    let home = Home::new().await;
    let spotify = &home.app.spotify;
    let mut saved = spotify.library(&home.me.spotify_id, Shelf::Tracks);
    saved.truncate(30);
    let wish = json!({"refs": saved});
    let tool = "remove_from_library";
    let (_, state) = question(&home, &call(&home.client, tool, &wish, None).await);
    let first = call(&home.client, tool, &wish, Some((&yes(), &state))).await;
    assert_eq!(first["structuredContent"]["verified"], true, "{first}");
    home.done("save_to_library", wish.clone()).await;
    home.writes();
    // The same things stand there again, and the person is asked again.
    let again = call(&home.client, tool, &wish, Some((&yes(), &state))).await;
    let (_, anew) = question(&home, &again);
    assert_ne!(anew, state);
    let second = call(&home.client, tool, &wish, Some((&yes(), &anew))).await;
    assert_eq!(second["structuredContent"]["verified"], true, "{second}");
    home.writes();
}
