//! A full life of a server: logins that work and that do not, calls, renewals, faults, and credentials in every
//! wrong place. It gathers each secret that passes by.

use auxcord::{
    crypto::{ApiKey, KeyKind, random_bytes},
    sandbox::{Action, Fault, Secret},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::search::Hoard;
use crate::harness::{
    Browser, Ground, Process,
    app::{CLIENT_ID, Connected, connected},
    browser::Page,
};

/// The secret of the stories' Spotify app.
pub(super) const CLIENT_SECRET: &str = "hush-0123456789abcdef-hush";

/// Lives it, and gives what must not have been written down.
pub(super) async fn live(ground: &Ground, server: &Process) -> Hoard {
    let mut hoard = Hoard::default();
    hoard.keep("the client secret", CLIENT_SECRET);
    let basic = BASE64_STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    hoard.keep("the app's credentials", basic.trim_end_matches('='));
    let people: Vec<String> = ground.spotify.people().into_iter().map(|p| p.id).collect();
    let first = log_in(ground, server, &people[0], &mut hoard).await;
    let second = log_in(ground, server, &people[1], &mut hoard).await;
    failed_logins(ground, server, &people[0], &mut hoard).await;
    calls(server, &first).await;
    renewals(ground, server, &first, &mut hoard).await;
    faults_that_quote(ground, server, &first).await;
    bad_requests(ground, server, [&first, &second], &mut hoard).await;
    ends(ground, server, [&first, &second], &mut hoard).await;
    hoard
}

async fn log_in(ground: &Ground, server: &Process, id: &str, hoard: &mut Hoard) -> Connected {
    let browser = server.browser();
    let back = come_back(&browser, id, "approve", hoard).await;
    let page = browser.visit(&back).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let person = connected(&page, &ground.spotify, id);
    hoard.keep("an api key", &person.key);
    hoard.keep("a link key", link_key(&person));
    person
}

/// To Spotify and up to the callback's address.
async fn come_back(browser: &Browser, id: &str, decision: &str, hoard: &mut Hoard) -> String {
    let login = browser.begin().await;
    keep_cookies(&login, hoard);
    let authorize = login.location();
    browser
        .answer(&authorize, &[("person", id), ("decision", decision)])
        .await
}

/// Takes up the cookies that an answer sets; there must be one that it does not take back.
pub(super) fn keep_cookies(page: &Page, hoard: &mut Hoard) {
    let cookies = page.set_cookies();
    let pairs = cookies
        .iter()
        .map(|cookie| cookie.split(';').next().unwrap());
    let values: Vec<&str> = pairs
        .map(|pair| pair.split_once('=').unwrap().1)
        .filter(|value| !value.is_empty())
        .collect();
    assert!(!values.is_empty());
    for value in values {
        hoard.keep("a cookie", value);
    }
}

/// Cancelled, replayed, in another browser, with codes and states that are wrong, with Spotify in trouble.
async fn failed_logins(ground: &Ground, server: &Process, id: &str, hoard: &mut Hoard) {
    let browser = server.browser();
    let cancelled = come_back(&browser, id, "cancel", hoard).await;
    assert_ne!(browser.visit(&cancelled).await.status, 200);
    let back = come_back(&browser, id, "approve", hoard).await;
    assert_ne!(
        server.browser().visit(&back).await.status,
        200,
        "a stranger"
    );
    let wrong = back.replace("code=", "code=wrong-0123456789abcdef-");
    assert_ne!(browser.visit(&wrong).await.status, 200);
    assert_ne!(browser.visit(&back).await.status, 200, "spent");
    let astray = format!(
        "{}/auth/callback?state=wrong-0123456789&code=x",
        server.origin
    );
    assert_ne!(browser.visit(&astray).await.status, 200);
    for fault in [
        Fault::new(Action::Cut).on("POST", "/api/token"),
        Fault::new(Action::MalformedJson).on("POST", "/api/token"),
        Fault::new(Action::MalformedJson).on("GET", "/v1/me"),
        Fault::new(Action::Html { status: 502 }).on("POST", "/api/token"),
    ] {
        let back = come_back(&browser, id, "approve", hoard).await;
        ground.spotify.add_fault(fault);
        assert_ne!(browser.visit(&back).await.status, 200);
        ground.spotify.clear_faults();
    }
    // A login that never comes back.
    keep_cookies(&browser.begin().await, hoard);
}

/// Tools by both doors, with writes.
async fn calls(server: &Process, person: &Connected) {
    let client = server.client(&person.key);
    client.done("get_status", json!({})).await;
    client.done("search", json!({ "query": "night" })).await;
    client.done("list_playlists", json!({})).await;
    client
        .done("create_playlist", json!({ "name": "Quiet" }))
        .await;
    let page = send(http().post(&person.connector_url).json(&listing())).await;
    assert_eq!(page.status, 200, "{}", page.text);
}

/// Renewals that work, and that bring nothing usable. The history is never answered from memory.
async fn renewals(ground: &Ground, server: &Process, person: &Connected, hoard: &mut Hoard) {
    let client = server.client(&person.key);
    for _ in 0..2 {
        assert!(ground.spotify.expire(None));
        client.done("get_recently_played", json!({})).await;
    }
    for action in [
        Action::RateLimited { retry_after: 3 },
        Action::Html { status: 503 },
        Action::Hang,
        Action::Cut,
        Action::MalformedJson,
    ] {
        assert!(ground.spotify.expire(None));
        ground
            .spotify
            .add_fault(Fault::new(action).on("POST", "/api/token"));
        client.refused("get_recently_played", json!({})).await;
        ground.spotify.clear_faults();
        // The refresh token may have been rotated away with the answer.
        log_in(ground, server, &person.spotify_id, hoard).await;
    }
}

/// Answers of Spotify that repeat the token that was sent.
async fn faults_that_quote(ground: &Ground, server: &Process, person: &Connected) {
    let client = server.client(&person.key);
    let newest = |wanted: Secret| {
        let issued = ground.spotify.issued();
        let found = issued.into_iter().rev().find(|(kind, _)| *kind == wanted);
        found.unwrap().1
    };
    for status in [400, 401, 403, 404, 429, 500] {
        let action = Action::Status {
            status,
            message: format!("Invalid token {}", newest(Secret::Access)),
            reason: Some(newest(Secret::Access)),
            // A longer one would slow everything down that comes after.
            retry_after: Some(1),
        };
        ground
            .spotify
            .add_fault(Fault::new(action).on("GET", "/v1/"));
        client.refused("get_recently_played", json!({})).await;
        ground.spotify.clear_faults();
    }
    assert!(ground.spotify.expire(None));
    let action = Action::Status {
        status: 400,
        message: format!("Invalid refresh token {}", newest(Secret::Refresh)),
        reason: None,
        retry_after: None,
    };
    ground
        .spotify
        .add_fault(Fault::new(action).on("POST", "/api/token"));
    client.refused("get_recently_played", json!({})).await;
    ground.spotify.clear_faults();
    client.done("list_playlists", json!({})).await;
}

/// Keys that are none, and good ones where they do not belong.
async fn bad_requests(
    ground: &Ground,
    server: &Process,
    people: [&Connected; 2],
    hoard: &mut Hoard,
) {
    let origin = &server.origin;
    let never = ApiKey::new(KeyKind::Api, random_bytes());
    hoard.keep("a key that was never issued", never.expose());
    let (key, link) = (people[0].key.as_str(), link_key(people[1]));
    let token = ground
        .spotify
        .issued()
        .into_iter()
        .rev()
        .find_map(|(kind, value)| (kind == Secret::Access).then_some(value))
        .unwrap();
    let post = |path: String| http().post(format!("{origin}{path}")).json(&listing());
    let mcp = || post("/mcp".to_owned());
    let refused = [
        mcp(),
        mcp().bearer_auth(never.expose()),
        mcp().bearer_auth(link),
        mcp().bearer_auth(&token),
        mcp().bearer_auth(format!("{key}x")),
        mcp().bearer_auth(key.repeat(20)),
        mcp().bearer_auth(key).bearer_auth(link),
        mcp().basic_auth(key, Some(link)),
        mcp().header("x-api-key", key),
        mcp().header("cookie", format!("token={key}")),
        mcp()
            .bearer_auth(key)
            .header("origin", format!("https://{link}.example")),
        mcp().bearer_auth(key).header("mcp-protocol-version", key),
        post(format!("/mcp?token={key}")),
        post(format!("/mcp/{key}")),
        post(format!("/claude-mcp?token={key}")),
        post(format!("/claude-mcp?token={link}&token={link}")),
        post("/claude-mcp".to_owned()).bearer_auth(link),
        post(format!("/{token}")),
        post("/mcp".to_owned())
            .bearer_auth(key)
            .body(format!("{{\"key\": \"{key}\"")),
        http().get(format!("{origin}/auth/status?key={key}")),
        http()
            .post(format!("{origin}/auth/revoke"))
            .bearer_auth(link),
        http().get(format!("{origin}/auth/callback?code={token}&state={key}")),
        http().get(format!("{origin}/auth/callback?error={key}&state={link}")),
    ];
    for (number, request) in refused.into_iter().enumerate() {
        let page = send(request).await;
        assert!((400..500).contains(&page.status), "{number}: {}", page.text);
    }
    let client = server.client(key);
    client
        .refused("search", json!({ "query": "x", key: link }))
        .await;
    client
        .refused("get_playlist", json!({ "playlist": key }))
        .await;
    client
        .rpc(1, "tools/call", json!({ "name": key, "arguments": {} }))
        .await;
    client.rpc(1, link, json!({})).await;
    client
        .rpc(1, "resources/read", json!({ "uri": token }))
        .await;
    client.done("search", json!({ "query": link })).await;
}

/// Spotify ends a link, somebody reconnects, somebody leaves.
async fn ends(ground: &Ground, server: &Process, people: [&Connected; 2], hoard: &mut Hoard) {
    let [first, second] = people;
    let client = server.client(&first.key);
    assert!(ground.spotify.revoke(&first.spotify_id));
    assert!(ground.spotify.expire(None));
    let saved = json!({"kind": "tracks"});
    client.refused("list_library", saved).await;
    log_in(ground, server, &first.spotify_id, hoard).await;
    client.done("list_playlists", json!({})).await;
    assert_eq!(server.browser().revoke(&second.key).await.status, 200);
    let gone = http()
        .post(format!("{}/mcp", server.origin))
        .bearer_auth(&second.key);
    assert_eq!(send(gone.json(&listing())).await.status, 401);
}

fn link_key(person: &Connected) -> &str {
    person.connector_url.split_once("token=").unwrap().1
}

pub(super) fn listing() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" })
}

pub(super) async fn send(request: RequestBuilder) -> Page {
    Page::read(request.header("accept", "application/json, text/event-stream")).await
}

pub(super) fn http() -> reqwest::Client {
    crate::harness::http().build().unwrap()
}
