//! Stories of `remove_from_library`: little goes at once and can be put back, much is asked about first.

use auxcord::sandbox::Shelf;
use serde_json::{Value, json};

use super::stage::{COLLECTOR, SHARER, Stage, list, text, these};

const CONTAINS: &str = "GET /v1/me/library/contains";
const REMOVE: &str = "DELETE /v1/me/library";

#[tokio::test]
async fn a_few_go_at_once_and_the_answer_puts_them_back() {
    let stage = Stage::of(COLLECTOR).await;
    let before = stage.shelf(Shelf::Tracks);
    let mut refs = before[3..6].to_vec();
    refs.extend(stage.unsaved(1));
    let result = stage
        .answer("remove_from_library", json!({"refs": refs}))
        .await;
    let told = &result["structuredContent"];
    assert_eq!(list(told, "removed"), before[3..6]);
    assert_eq!(list(told, "not_saved"), refs[3..]);
    assert_eq!(told["verified"], true);
    assert!(text(&result).contains("`save_to_library`"));
    assert_eq!(stage.writes(), 3);
    assert_eq!(stage.calls(), these([(CONTAINS, 2), (REMOVE, 1)]));
    assert_eq!(stage.shelf(Shelf::Tracks).len(), before.len() - 3);

    let back = json!({"refs": told["removed"]});
    stage.done("save_to_library", back).await;
    assert_eq!(stage.writes(), 3);
    assert_eq!(stage.shelf(Shelf::Tracks).len(), before.len());
}

#[tokio::test]
async fn a_dry_run_says_what_would_go_and_changes_nothing() {
    let stage = Stage::of(COLLECTOR).await;
    let refs = stage.shelf(Shelf::Tracks)[..30].to_vec();
    let asked = json!({"refs": refs, "dry_run": true});
    let result = stage.answer("remove_from_library", asked).await;
    let told = &result["structuredContent"];
    assert_eq!(list(told, "would_remove"), refs);
    assert_eq!(told["removed"], json!([]));
    assert!(text(&result).contains("Nothing was changed"));
    assert_eq!(stage.calls(), these([(CONTAINS, 1)]));
    assert_eq!(stage.writes(), 0);
}

#[tokio::test]
async fn twenty_go_at_once_and_twenty_one_need_a_yes() {
    let stage = Stage::of(COLLECTOR).await;
    let tracks = stage.shelf(Shelf::Tracks);
    let twenty = json!({"refs": tracks[..20]});
    stage.done("remove_from_library", twenty).await;
    assert_eq!(stage.writes(), 20);

    let mut more = json!({"refs": tracks[20..41]});
    let said = stage
        .client
        .refused("remove_from_library", more.clone())
        .await;
    assert!(
        said.starts_with("confirmation_required: 21 items"),
        "{said}"
    );
    assert!(
        said.contains("21 tracks") && said.contains("confirm=true"),
        "{said}"
    );
    assert_eq!(stage.writes(), 0);
    more["confirm"] = json!(true);
    let told = stage.done("remove_from_library", more).await;
    assert_eq!(list(&told, "removed").len(), 21);
    assert_eq!(stage.writes(), 21);
}

#[tokio::test]
async fn what_is_not_there_does_not_count_among_those_that_would_go() {
    let stage = Stage::of(COLLECTOR).await;
    let mut refs = stage.unsaved(30);
    refs.push(stage.shelf(Shelf::Tracks).remove(0));
    let told = stage
        .done("remove_from_library", json!({"refs": refs}))
        .await;
    assert_eq!(list(&told, "removed").len(), 1);
    assert_eq!(stage.writes(), 1);
}

#[tokio::test]
async fn a_client_that_can_ask_asks_the_person() {
    let stage = Stage::of(COLLECTOR).await;
    let tracks = stage.shelf(Shelf::Tracks);
    let arguments = json!({"refs": tracks[..25]});
    let first = elicit(&stage, &arguments, None).await;
    assert_eq!(first["resultType"], "input_required", "{first}");
    let question = &first["inputRequests"]["confirm"];
    let message = question["params"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("25 items would be removed"),
        "{message}"
    );
    assert_eq!(stage.writes(), 0);

    let no = elicit(&stage, &arguments, Some((&first["requestState"], false))).await;
    let said = no["content"][0]["text"].as_str().unwrap();
    assert!(said.starts_with("declined: "), "{said}");
    assert_eq!(stage.writes(), 0);

    let yes = elicit(&stage, &arguments, Some((&first["requestState"], true))).await;
    let removed = &yes["structuredContent"]["removed"];
    assert_eq!(removed.as_array().unwrap().len(), 25, "{yes}");
    assert_eq!(stage.writes(), 25);
}

/// A call of a client that can show forms, with the person's answer to an earlier question.
async fn elicit(stage: &Stage, arguments: &Value, answer: Option<(&Value, bool)>) -> Value {
    let mut params = json!({"name": "remove_from_library", "arguments": arguments, "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
    }});
    if let Some((state, yes)) = answer {
        params["requestState"] = state.clone();
        params["inputResponses"] =
            json!({"confirm": {"action": "accept", "content": {"confirm": yes}}});
    }
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let request = crate::harness::http()
        .build()
        .unwrap()
        .post(format!("{}/mcp", stage.app.origin))
        .bearer_auth(&stage.me.key)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "remove_from_library")
        .body(body.to_string());
    crate::harness::mcp::Answer::read(request).await.body["result"].clone()
}

#[tokio::test]
async fn anothers_playlist_is_unfollowed_and_an_own_one_is_asked_about() {
    let stage = Stage::of(SHARER).await;
    let listed = stage.shelf(Shelf::Playlists);
    let (own, followed) = (&listed[0], listed.last().unwrap());
    let told = stage
        .done("remove_from_library", json!({"refs": [followed]}))
        .await;
    assert_eq!(list(&told, "removed"), [followed]);
    assert_eq!(stage.writes(), 1);
    assert_eq!(
        stage.calls(),
        these([(CONTAINS, 2), (REMOVE, 1), ("GET /v1/playlists/{id}", 1)])
    );

    let said = stage
        .client
        .refused("remove_from_library", json!({"refs": [own]}))
        .await;
    assert!(said.starts_with("confirmation_required: "), "{said}");
    assert!(said.contains(&stage.me.marker), "{said}");
    assert_eq!(stage.writes(), 0);
    let asked = json!({"refs": [own], "confirm": true});
    stage.done("remove_from_library", asked).await;
    assert_eq!(stage.writes(), 1);
    assert_eq!(stage.shelf(Shelf::Playlists).len(), listed.len() - 2);
}

#[tokio::test]
async fn a_repeat_finds_nothing_left_and_sends_nothing() {
    let stage = Stage::of(COLLECTOR).await;
    let asked = json!({"refs": [stage.shelf(Shelf::Albums)[2]]});
    stage.done("remove_from_library", asked.clone()).await;
    assert_eq!(stage.writes(), 1);
    stage.calls();
    let told = stage.done("remove_from_library", asked).await;
    assert_eq!(
        (&told["removed"], &told["verified"]),
        (&json!([]), &json!(true))
    );
    assert_eq!(stage.calls(), these([(CONTAINS, 1)]));
}

#[tokio::test]
async fn a_failure_halfway_is_told_item_by_item() {
    let stage = Stage::of(COLLECTOR).await;
    stage.failing("DELETE", "/v1/me/library", 1);
    let refs = stage.shelf(Shelf::Tracks)[..60].to_vec();
    let asked = json!({"refs": refs, "confirm": true});
    let told = stage.done("remove_from_library", asked).await;
    assert_eq!(list(&told, "removed"), refs[..40]);
    assert_eq!(told["failed"].as_array().unwrap().len(), 20);
    assert_eq!(stage.writes(), 40);
}

#[tokio::test]
async fn without_the_permission_nothing_is_asked_of_spotify() {
    let stage = Stage::granting(COLLECTOR, "user-library-read").await;
    let refs = json!({"refs": [stage.shelf(Shelf::Tracks)[0]]});
    let said = stage.client.refused("remove_from_library", refs).await;
    assert!(said.starts_with("missing_scope: "), "{said}");
    assert!(said.contains("user-library-modify"), "{said}");
    assert_eq!(stage.calls(), these([]));
}
