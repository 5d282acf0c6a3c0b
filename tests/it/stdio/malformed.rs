//! Lines that are no messages: each is answered, costs little, and ends no session.

use serde_json::{Value, json};

use super::stage::Machine;

/// One MiB.
const MIB: usize = 1 << 20;

#[tokio::test]
async fn fifty_megabytes_in_one_line_are_refused_by_their_id_and_little_is_kept() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    talk.names().await;
    let before = talk.most_memory();
    let head = r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"search","arguments":{"query":""#;
    talk.send_raw(head.as_bytes());
    let piece = vec![b'a'; MIB];
    for _ in 0..50 {
        talk.send_raw(&piece);
    }
    talk.send_raw(b"\"}},\"id\":\"late\"}\n");
    let refused = talk.line().await;
    assert_eq!(refused["id"], "late", "{refused}");
    assert_eq!(refused["error"]["code"], -32_000, "{refused}");
    let words = refused["error"]["message"].as_str().unwrap();
    assert!(words.contains("Payload Too Large"), "{words}");
    assert!(words.contains("1048576 bytes"), "{words}");
    let grown = talk.most_memory() - before;
    assert!(grown < 8 * 1_024, "{grown} KiB more");
    talk.names().await;
}

#[tokio::test]
async fn what_is_no_message_is_answered_and_the_session_goes_on() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    let doubled = r#"{"jsonrpc":"2.0","id":8,"method":"ping","method":"tools/list"}"#;
    let deep = format!("{{\"id\":1,\"a\":{}{}}}", "[".repeat(500), "]".repeat(500));
    for (line, code, id) in [
        ("garbage", -32_700, Value::Null),
        ("{\"jsonrpc\":\"2.0\",\"id\":3,", -32_700, Value::Null),
        ("{}", -32_600, Value::Null),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}",
            -32_600,
            Value::Null,
        ),
        (
            "{\"jsonrpc\":\"1.0\",\"id\":5,\"method\":\"ping\"}",
            -32_600,
            json!(5),
        ),
        (
            "[{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"ping\"}]",
            -32_600,
            Value::Null,
        ),
        (doubled, -32_600, Value::Null),
        (&deep, -32_700, json!(1)),
        ("\u{0}\u{1}", -32_700, Value::Null),
    ] {
        talk.send_raw(format!("{line}\n").as_bytes());
        let told = talk.line().await;
        assert_eq!(told["error"]["code"], code, "{line}: {told}");
        assert_eq!(told["id"], id, "{line}: {told}");
    }
    talk.send_raw(b"\n   \r\n\xff\xfe\n");
    assert_eq!(talk.line().await["error"]["code"], -32_700);
    talk.names().await;
}

#[tokio::test]
async fn what_comes_before_the_session_has_begun_ends_nothing() {
    let machine = Machine::new().await;
    let mut talk = machine.start();
    talk.send(&json!({"jsonrpc": "2.0", "id": 99, "result": {}}));
    talk.notify("notifications/initialized", &json!({}));
    let early = talk.request("tools/list", json!({}));
    let told = talk.answer(early).await;
    assert_eq!(told["error"]["code"], -32_602, "{told}");
    talk.ask("ping", json!({})).await;
    talk.initialize(json!({})).await;
    talk.names().await;
}

#[tokio::test]
async fn unknown_methods_and_tools_are_told_as_over_http() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    let id = talk.request("nothing/here", json!({}));
    assert_eq!(talk.answer(id).await["error"]["code"], -32_601);
    let id = talk.request("tools/call", json!({"name": "conect", "arguments": {}}));
    let told = talk.answer(id).await;
    assert_eq!(told["error"]["code"], -32_602, "{told}");
    let words = told["error"]["message"].as_str().unwrap();
    assert!(words.contains("did you mean connect?"), "{words}");
    let words = talk.refused("connect", json!({"url": "x"})).await;
    assert!(words.contains("callback_url"), "{words}");
}
