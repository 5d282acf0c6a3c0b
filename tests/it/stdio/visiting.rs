//! Clients that show an address to their person themselves (elicitation in URL mode), in both eras.

use serde_json::{Value, json};

use super::stage::{Machine, Talk};

fn shows_addresses() -> Value {
    json!({"elicitation": {"form": {}, "url": {}}})
}

#[tokio::test]
async fn in_the_older_era_the_client_is_asked_and_the_call_waits_for_the_account() {
    let machine = Machine::new().await;
    let mut talk = machine.start();
    talk.initialize(shows_addresses()).await;
    let call = talk.request("tools/call", json!({"name": "connect", "arguments": {}}));
    let url = asked(&mut talk, "accept").await;
    machine.come_back(&machine.agree(&url).await).await;
    let answer = talk.answer(call).await;
    let told = &answer["result"]["structuredContent"];
    assert_eq!(told["connected"], true, "{answer}");
    talk.done("list_playlists", json!({})).await;
}

#[tokio::test]
async fn in_the_newer_era_the_call_returns_the_address_and_is_made_again() {
    let machine = Machine::new().await;
    let mut talk = machine.start();
    talk.modern = Some(shows_addresses());
    let asked = talk.call("connect", json!({})).await;
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let visit = &asked["inputRequests"]["visit"];
    assert_eq!(visit["method"], "elicitation/create");
    assert_eq!(visit["params"]["mode"], "url");
    let url = visit["params"]["url"].as_str().unwrap();
    machine.come_back(&machine.agree(url).await).await;
    let told = again(&mut talk, "accept").await;
    assert_eq!(told["structuredContent"]["connected"], true, "{told}");
    talk.done("list_playlists", json!({})).await;
}

#[tokio::test]
async fn who_does_not_want_to_open_it_is_not_waited_for() {
    let machine = Machine::new().await;
    let mut older = machine.start();
    older.initialize(shows_addresses()).await;
    for action in ["decline", "cancel"] {
        let call = older.request("tools/call", json!({"name": "connect", "arguments": {}}));
        asked(&mut older, action).await;
        let answer = older.answer(call).await;
        let words = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert!(words.starts_with("declined: "), "{words}");
        let mut newer = machine.start();
        newer.modern = Some(shows_addresses());
        newer.call("connect", json!({})).await;
        let told = again(&mut newer, action).await;
        assert_eq!(told["isError"], true, "{told}");
    }
    machine.link(&mut machine.talk().await).await;
}

#[tokio::test]
async fn a_client_that_cannot_show_it_after_all_gets_the_address_in_the_answer() {
    let machine = Machine::new().await;
    let mut talk = machine.start();
    talk.initialize(shows_addresses()).await;
    let call = talk.request("tools/call", json!({"name": "connect", "arguments": {}}));
    let request = talk.line().await;
    talk.send(&json!({
        "jsonrpc": "2.0", "id": request["id"],
        "error": {"code": -32_603, "message": "not today"},
    }));
    let answer = talk.answer(call).await;
    let url = answer["result"]["structuredContent"]["url"]
        .as_str()
        .unwrap();
    assert_eq!(url, request["params"]["url"]);
}

#[tokio::test]
async fn a_pasted_address_needs_no_visit() {
    let machine = Machine::new().await;
    let mut talk = machine.start();
    talk.initialize(shows_addresses()).await;
    let call = talk.request("tools/call", json!({"name": "connect", "arguments": {}}));
    let url = asked(&mut talk, "decline").await;
    talk.answer(call).await;
    let back = machine.agree(&url).await;
    let told = talk.done("connect", json!({"callback_url": back})).await;
    assert_eq!(told["connected"], true);
}

/// Answers the server's question as a person does; the address in it.
async fn asked(talk: &mut Talk, action: &str) -> String {
    let request = talk.line().await;
    assert_eq!(request["method"], "elicitation/create", "{request}");
    assert_eq!(request["params"]["mode"], "url", "{request}");
    talk.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": {"action": action}}));
    request["params"]["url"].as_str().unwrap().to_owned()
}

/// Makes the call again with the person's answer.
async fn again(talk: &mut Talk, action: &str) -> Value {
    talk.ask(
        "tools/call",
        json!({
            "name": "connect", "arguments": {},
            "inputResponses": {"visit": {"action": action}},
        }),
    )
    .await
}
