//! The endpoint without anybody in front of it: whoever is not named by the edge is refused, whatever they ask.

use std::time::Duration;

use auxcord::{
    clock::Clock,
    crypto::{Keyring, random_bytes},
    fetch::{FetchConfig, Fetcher},
    link::{LinkApp, LinkParts, Links},
    mcp::{self, Deps, Offer, Settings, StateKey},
    quota::{Quota, QuotaParts},
    spotify::{Client, ClientConfig, accounts::AppCredentials},
    store::{AppId, Db, DbOptions, Freshness, Target},
};
use axum::body::{Body, to_bytes};
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::app::NOON;

#[tokio::test]
async fn a_request_without_a_caller_is_refused_whatever_it_asks() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = mcp::service(deps(folder.path()).await);
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let prompt =
        json!({"ref": {"type": "ref/prompt", "name": "x"}, "argument": {"name": "x", "value": ""}});
    let methods = [
        ("initialize", hello),
        ("ping", json!({})),
        ("tools/list", json!({})),
        ("tools/call", json!({"name": "get_status", "arguments": {}})),
        ("prompts/list", json!({})),
        ("prompts/get", json!({"name": "weekly_discovery"})),
        ("completion/complete", prompt),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({"uri": "spotify://status"})),
        ("no/such/method", json!({})),
    ];
    for (method, params) in methods {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let request = Request::post("/mcp")
            .header("host", "127.0.0.1:8001")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = endpoint.clone().oneshot(request).await.unwrap();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(answer["error"]["code"], -32603, "{method}: {answer}");
        assert_eq!(answer.get("result"), None, "{method}");
    }
}

async fn deps(folder: &std::path::Path) -> Deps {
    let db = Db::open(&DbOptions {
        target: Target::Sqlite(folder.join("auxcord.db")),
        max_connections: 1,
        acquire_timeout: Duration::from_secs(5),
        busy_timeout: Duration::from_secs(5),
    })
    .await
    .unwrap();
    let nobody = url::Url::parse("http://127.0.0.1:9").unwrap();
    let spotify = Client::new(&ClientConfig::new(nobody.clone(), nobody)).unwrap();
    let credentials = AppCredentials {
        client_id: "tests".to_owned(),
        client_secret: None,
    };
    let app = AppId::new(NOON, random_bytes());
    let quota = Quota::new(QuotaParts {
        db: db.clone(),
        clock: Clock::manual(NOON),
        freshness: Freshness::new(),
        home: app,
        budgets: [None; 7],
        origin: "tests".to_owned(),
    });
    let links = Links::new(LinkParts {
        db,
        freshness: Freshness::new(),
        keyring: Keyring::parse("t1:3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs").unwrap(),
        accounts: spotify.accounts(),
        app: LinkApp {
            id: app,
            credentials,
            redirect_uri: "http://127.0.0.1:8001/auth/callback".to_owned(),
        },
        clock: Clock::manual(NOON),
        owner: "tests".to_owned(),
    });
    Deps {
        links,
        spotify,
        fetcher: Fetcher::new(FetchConfig::default()).unwrap(),
        quota,
        clock: Clock::manual(NOON),
        base_url: "http://127.0.0.1:8001".to_owned(),
        connect: None,
        settings: Settings {
            allowed_hosts: vec!["127.0.0.1".to_owned()],
            allowed_origins: Vec::new(),
            max_body_bytes: 1 << 20,
            offer: Offer::default(),
        },
        state_key: StateKey::new([7; 32]),
        version: "1",
    }
}
