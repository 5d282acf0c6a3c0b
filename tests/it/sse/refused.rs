//! What is not taken, and why: each refusal is told at once, and the stream goes on.

use reqwest::Method;
use serde_json::{Value, json};

use super::stage::{Stream, answer, opening, plain, posting};
use crate::harness::{
    Setup, TestApp,
    grant::{Wish, give},
    http,
    mcp::Answer,
    raw,
};

/// An id of the right form that is nobody's.
const NOBODYS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn sent(stream: &Stream, key: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = http().build().unwrap().post(&stream.post_url);
    let request = request.bearer_auth(key).header("content-type", kind);
    answer(request.body(body)).await
}

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[tokio::test]
async fn what_is_no_message_is_refused_as_at_the_endpoint_and_the_stream_goes_on() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    for (body, wanted) in [
        ("", -32700),
        ("{", -32700),
        ("hello", -32700),
        (&list[..list.len() - 3], -32700),
        (&format!("{list}{list}"), -32700),
        (&nested(1_000), -32700),
        (&format!("[{list},{list}]"), -32600),
        ("[]", -32600),
        ("null", -32600),
        ("{}", -32600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"tools/list"}"#, -32600),
        (
            r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}"#,
            -32600,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","name":"play"}}"#,
            -32600,
        ),
    ] {
        let by_stream = sent(&stream, &person.key, "application/json", body.to_owned()).await;
        assert_eq!(by_stream.status, 400, "{body}: {}", by_stream.body);
        assert_eq!(by_stream.body["error"]["code"], wanted, "{body}");
        assert_eq!(by_stream.body["jsonrpc"], "2.0");
        let request = app.client(&person.key).post(body.to_owned());
        let by_endpoint = answer(request).await;
        assert_eq!(by_endpoint.body["error"], by_stream.body["error"], "{body}");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        assert_eq!(
            sent(&stream, &person.key, kind, list).await.status,
            415,
            "{kind}"
        );
    }
    let kind = "Application/JSON; charset=utf-8";
    assert_eq!(sent(&stream, &person.key, kind, list).await.status, 202);
    assert_eq!(stream.message().await["id"], 1);
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_whether_or_not_it_says_its_length() {
    let app = TestApp::start_with(Setup::default().with("MAX_BODY_BYTES", "1024")).await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    let ping = plain(1, "ping").to_string();
    let padded = |length: usize| format!("{ping}{}", " ".repeat(length - ping.len()));
    let long = sent(&stream, &person.key, "application/json", padded(1025)).await;
    assert_eq!(long.status, 413, "{}", long.body);
    let chunked = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        stream.post_url.strip_prefix(&app.origin).unwrap(),
        app.listening(),
        person.key,
        1025,
        padded(1025),
    );
    assert_eq!(raw::send_raw(&app.origin, &chunked).await.status, 413);
    let fits = sent(&stream, &person.key, "application/json", padded(1024)).await;
    assert_eq!(fits.status, 202);
    assert_eq!(stream.message().await["id"], 1);
}

#[tokio::test]
async fn an_address_without_a_stream_is_told_so_with_what_to_do() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let stream = Stream::start(&app, &person.key).await;
    let path = |query: &str| format!("{}/messages{query}", app.origin);
    let to = async |url: &str| answer(posting(url, &person.key, &plain(1, "ping"))).await;
    for query in [
        "",
        "?",
        "?sessionId=",
        "?session_id=x",
        "?sessionId=a&sessionId=b",
    ] {
        let refused = to(&path(query)).await;
        let wanted = if query == "?sessionId=" { 404 } else { 400 };
        assert_eq!(refused.status, wanted, "{query}: {}", refused.body);
    }
    let (_, id) = stream.post_url.split_once("sessionId=").unwrap();
    let cut = &id[..id.len() - 1];
    for id in [NOBODYS, cut, "../../x", "%00", &"A".repeat(4_000)] {
        let refused = to(&path(&format!("?sessionId={id}"))).await;
        assert_eq!(refused.status, 404, "{id}");
        let words = refused.body["error"]["message"].as_str().unwrap();
        assert!(
            words.contains("replica") && words.contains("/mcp"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn the_id_of_a_stream_is_worthless_to_everybody_but_its_owner() {
    let setup = Setup {
        people: 2,
        ..Setup::default()
    };
    let app = TestApp::start_with(setup).await;
    let mut ids = app.spotify.people().into_iter().rev().map(|card| card.id);
    let owner = app.connect(&ids.next().unwrap()).await;
    let thief = app.connect(&ids.next().unwrap()).await;
    let mut stream = Stream::start(&app, &owner.key).await;
    let nobodys = format!("{}/messages?sessionId={NOBODYS}", app.origin);
    let unknown = answer(posting(&nobodys, &thief.key, &plain(1, "ping"))).await;

    let second_key = app.connect(&owner.spotify_id).await.key;
    let wish = Wish {
        path: "/sse",
        ..Wish::of("music:read")
    };
    let own_token = give(&app, &owner, wish).await.token;
    let other_token = give(&app, &thief, wish).await.token;
    for key in [&thief.key, &other_token, &second_key, &own_token] {
        let stolen = answer(posting(&stream.post_url, key, &plain(1, "ping"))).await;
        assert_eq!(stolen.status, 404);
        assert_eq!(stolen.body, unknown.body, "nothing tells that it is there");
        let body = "no message at all".to_owned();
        let unread = http()
            .build()
            .unwrap()
            .post(&stream.post_url)
            .bearer_auth(key);
        assert_eq!(answer(unread.body(body)).await.body, unknown.body);
    }
    let nobody = answer(http().build().unwrap().post(&stream.post_url)).await;
    assert_eq!(nobody.status, 401);
    // Nothing of all that came to the stream.
    let own = stream.ask(&plain(2, "ping")).await;
    assert_eq!(own, json!({ "jsonrpc": "2.0", "id": 2, "result": {} }));
}

#[tokio::test]
async fn one_client_does_not_use_the_stream_of_another_of_the_same_person() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let wish = Wish {
        path: "/sse",
        ..Wish::of("music:read")
    };
    let first = give(&app, &person, wish).await.token;
    let second = give(&app, &person, wish).await.token;
    let mut stream = Stream::start(&app, &first).await;
    let by_second = answer(posting(&stream.post_url, &second, &plain(1, "ping"))).await;
    assert_eq!(by_second.status, 404);
    assert_eq!(stream.ask(&plain(2, "ping")).await["id"], 2);
}

#[tokio::test]
async fn other_methods_and_other_kinds_of_answers_open_nothing() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = http().build().unwrap();
    for (method, path) in [
        (Method::HEAD, "/sse"),
        (Method::POST, "/sse"),
        (Method::DELETE, "/sse"),
        (Method::GET, "/messages"),
        (Method::PUT, "/messages"),
    ] {
        let url = format!("{}{path}", app.origin);
        let request = client.request(method.clone(), url).bearer_auth(&person.key);
        assert_eq!(answer(request).await.status, 405, "{method} {path}");
    }
    for (accept, status) in [
        ("application/json", 406),
        ("text/html", 406),
        ("application/json, text/event-stream", 200),
        ("text/event-stream;q=0.9", 200),
        ("*/*", 200),
    ] {
        let url = format!("{}/sse", app.origin);
        let request = client.get(url).bearer_auth(&person.key);
        let response = request.header("accept", accept).send().await.unwrap();
        assert_eq!(response.status(), status, "{accept}");
    }
}

#[tokio::test]
async fn a_foreign_page_or_a_foreign_name_gets_neither_stream_nor_word() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    let ping = plain(1, "ping");
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "",
    ] {
        let get = opening(&app.origin, &person.key).header("origin", origin);
        let refused = answer(get).await;
        assert_eq!(refused.status, 403, "{origin}: {}", refused.body);
        assert!(!refused.headers.contains_key("access-control-allow-origin"));
        let post = posting(&stream.post_url, &person.key, &ping).header("origin", origin);
        assert_eq!(answer(post).await.status, 403, "{origin}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "evil.example:80"] {
        let get = opening(&app.origin, &person.key).header("host", host);
        assert_eq!(answer(get).await.status, 403, "{host}");
        let post = posting(&stream.post_url, &person.key, &ping).header("host", host);
        assert_eq!(answer(post).await.status, 403, "{host}");
    }
    let own = opening(&app.origin, &person.key).header("origin", &app.origin);
    let own = own.send().await.unwrap();
    assert_eq!(own.status(), 200);
    assert_eq!(
        own.headers()["access-control-allow-origin"],
        app.origin.as_str()
    );
    assert_eq!(stream.ask(&ping).await["id"], 1);
}

#[tokio::test]
async fn browsers_may_ask_first_and_only_those_of_our_origins_are_let() {
    let app = TestApp::start().await;
    let client = http().build().unwrap();
    for (path, method) in [("/sse", "GET"), ("/messages", "POST")] {
        for (origin, let_in) in [(app.origin.as_str(), true), ("https://evil.example", false)] {
            let asked = client
                .request(Method::OPTIONS, format!("{}{path}", app.origin))
                .header("origin", origin)
                .header("access-control-request-method", method)
                .header("access-control-request-headers", "authorization");
            let told = asked.send().await.unwrap();
            let allowed = told.headers().contains_key("access-control-allow-origin");
            assert_eq!(allowed, let_in, "{path} {origin}");
        }
    }
}

#[tokio::test]
async fn streams_and_messages_count_among_what_a_person_may_ask() {
    let app = TestApp::start_with(Setup::default().with("LIMIT_MCP", "4/min")).await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    assert_eq!(stream.ask(&plain(1, "ping")).await["id"], 1);
    let limited = stream.post(&plain(2, "ping")).await;
    assert_eq!(limited.status, 429, "{}", limited.body);
    assert!(limited.headers.contains_key("retry-after"));
    let limited = answer(opening(&app.origin, &person.key)).await;
    assert_eq!(limited.status, 429);
}

#[tokio::test]
async fn while_the_database_is_away_nobody_is_told_that_a_key_is_wrong() {
    let setup = Setup::default().with("CALLER_CACHE_SECONDS", "0");
    let app = TestApp::start_with(setup).await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    let mut hand = crate::harness::sql::Hand::on(&app.database).await;
    hand.execute("alter table api_keys rename to api_keys_away")
        .await;
    let away = answer(opening(&app.origin, &person.key)).await;
    assert_eq!(away.status, 503, "{}", away.body);
    assert_eq!(stream.post(&plain(1, "ping")).await.status, 503);
    hand.execute("alter table api_keys_away rename to api_keys")
        .await;
    let back: Value = stream.ask(&plain(2, "ping")).await;
    assert_eq!(back["id"], 2, "the stream has outlived it");
}
