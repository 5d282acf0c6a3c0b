//! Clients known by their document: fetched once for all who ask, kept for as long as it may be, and never a way into
//! the network.

use std::{sync::Arc, time::Duration};

use auxcord::{
    app::{Opened, open},
    auth::{Limits, Rates},
    clock::Clock,
    config::{Config, Sources},
    fetch::{FetchConfig, Fetcher},
    oauth::{Client, ClientFault, Clients, ClientsParts, Standing},
    store::ClientKind,
};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::site::{Answer, NAME, Site, response};
use crate::harness::{
    app::{KEYRING, NOON},
    database::TestDatabase,
    until,
};

/// Who asks in the stories.
const SOMEBODY: &str = "198.51.100.7";
const RATES: Rates = Rates {
    register: 5,
    authorize: 30,
    login: 300,
    client_documents: 10,
    token: 60,
    revoke: 30,
};

/// A database, a host of documents, and somebody who looks clients up.
struct Stage {
    site: Site,
    clients: Clients,
    clock: Clock,
    opened: Opened,
    database: TestDatabase,
}

impl Stage {
    async fn new() -> Self {
        Self::with(|_config| {}).await
    }

    async fn with(special: impl FnOnce(&mut FetchConfig)) -> Self {
        let site = Site::start().await;
        let database = TestDatabase::new().await;
        let pairs = [
            ("DATABASE_URL", database.url.as_str()),
            ("TOKEN_ENCRYPTION_KEY", KEYRING),
        ];
        let config = Config::load(&Sources::from_pairs(pairs)).unwrap();
        let clock = Clock::manual(NOON);
        let opened = open(&config, NOON).await.unwrap();
        let mut fetch = site.config();
        special(&mut fetch);
        let clients = clients(&opened, &clock, fetch);
        Self {
            site,
            clients,
            clock,
            opened,
            database,
        }
    }

    /// Another process on the same database.
    fn replica(&self) -> Clients {
        clients(&self.opened, &self.clock, self.site.config())
    }

    async fn find(&self, path: &str) -> Result<Client, ClientFault> {
        self.clients.find(&id(path), SOMEBODY).await
    }

    fn advance_minutes(&self, minutes: u64) {
        self.clock.advance(Duration::from_mins(minutes));
    }
}

fn clients(opened: &Opened, clock: &Clock, fetch: FetchConfig) -> Clients {
    let hash_key = opened.hash_key.clone();
    Clients::new(ClientsParts {
        db: opened.db.clone(),
        clock: clock.clone(),
        fetcher: Fetcher::new(fetch).unwrap(),
        limits: Limits::new(opened.db.clone(), hash_key, clock.clone(), RATES),
        issuer: "https://music.example".to_owned(),
    })
}

fn id(path: &str) -> String {
    format!("https://{NAME}{path}")
}

fn document(path: &str) -> Value {
    json!({
        "client_id": id(path),
        "client_name": "Listening <b>Room</b>",
        "redirect_uris": [format!("https://{NAME}/cb"), "http://localhost/callback"],
    })
}

fn put(site: &Site, path: &str, headers: &[&str]) {
    site.put_json(path, headers, &document(path).to_string());
}

#[tokio::test]
async fn a_document_makes_a_client_whose_domain_is_verified() {
    let stage = Stage::new().await;
    put(&stage.site, "/c", &[]);
    let client = stage.find("/c").await.unwrap();
    assert_eq!(client.client_id, id("/c"));
    assert_eq!(client.kind, ClientKind::Document);
    assert_eq!(client.name, "Listening <b>Room</b>");
    assert_eq!(client.standing, Standing::VerifiedDomain(NAME.to_owned()));
    assert!(!client.is_confidential());
    assert!(client.allows("http://localhost:53123/callback"));
    assert!(client.allows(&format!("https://{NAME}/cb")));
    assert!(!client.allows("http://127.0.0.1:53123/callback"));

    let again = stage.find("/c").await.unwrap();
    assert_eq!(again.id, client.id);
    assert_eq!(stage.site.connected(), 1, "it is kept");
    let known = stage.clients.known(&id("/c")).await.unwrap().unwrap();
    assert_eq!(known.id, client.id);
    let of_row = stage.clients.of_row(client.id).await.unwrap().unwrap();
    assert_eq!(of_row.client_id, client.client_id);
    let audited = stage
        .database
        .texts("select event || ' ' || detail || ' ' || client_ref from audit")
        .await;
    assert_eq!(
        audited,
        [format!("oauth.client_registered cimd {}", client.id)]
    );
}

#[tokio::test]
async fn nothing_is_fetched_for_who_only_must_be_known() {
    let stage = Stage::new().await;
    put(&stage.site, "/c", &[]);
    assert!(stage.clients.known(&id("/c")).await.unwrap().is_none());
    assert_eq!(stage.site.connected(), 0);
}

#[tokio::test]
async fn a_document_is_kept_for_as_long_as_it_says_between_five_minutes_and_a_day() {
    for (headers, minutes) in [
        (&["cache-control: no-store"][..], 5),
        (&["cache-control: max-age=1"], 5),
        (&["cache-control: max-age=1200"], 20),
        (&[], 60),
        (&["cache-control: max-age=999999999999"], 24 * 60),
    ] {
        let stage = Stage::new().await;
        put(&stage.site, "/c", headers);
        stage.find("/c").await.unwrap();
        stage.advance_minutes(minutes - 1);
        stage.find("/c").await.unwrap();
        assert_eq!(stage.site.connected(), 1, "{headers:?}");
        stage.advance_minutes(1);
        stage.find("/c").await.unwrap();
        assert_eq!(stage.site.connected(), 2, "{headers:?}");
    }
}

#[tokio::test]
async fn a_changed_document_changes_the_client_once_it_is_fetched_again() {
    let stage = Stage::new().await;
    put(&stage.site, "/c", &[]);
    let before = stage.find("/c").await.unwrap();
    let mut changed = document("/c");
    changed["client_name"] = json!("Quiet Room");
    changed["redirect_uris"] = json!(["http://localhost/other"]);
    stage.site.put_json("/c", &[], &changed.to_string());
    assert_eq!(stage.find("/c").await.unwrap().name, before.name);
    stage.advance_minutes(60);
    let after = stage.find("/c").await.unwrap();
    assert_eq!((after.id, after.name.as_str()), (before.id, "Quiet Room"));
    assert!(after.allows("http://localhost:53123/other"));
    assert!(!after.allows(&format!("https://{NAME}/cb")));
}

#[tokio::test]
async fn twenty_who_ask_at_once_fetch_once() {
    let stage = Stage::new().await;
    let gate = Arc::new(Semaphore::new(0));
    let headers = ["content-type: application/json"];
    let bytes = response("200 OK", &headers, document("/c").to_string().as_bytes());
    stage
        .site
        .put("/c", Answer::Gated(bytes, Arc::clone(&gate)));
    let finds = join_all((0..20).map(|_| stage.find("/c")));
    let opening = async {
        until("somebody asks", async || !stage.site.asked().is_empty()).await;
        gate.add_permits(20);
    };
    let (found, ()) = tokio::join!(finds, opening);
    let first = found[0].as_ref().unwrap().id;
    for client in &found {
        assert_eq!(client.as_ref().unwrap().id, first);
    }
    assert_eq!(stage.site.connected(), 1);
}

#[tokio::test]
async fn what_one_replica_fetched_serves_the_others() {
    let stage = Stage::new().await;
    put(&stage.site, "/c", &[]);
    let here = stage.find("/c").await.unwrap();
    let there = stage.replica().find(&id("/c"), SOMEBODY).await.unwrap();
    assert_eq!(here.id, there.id);
    assert_eq!(stage.site.connected(), 1);
}

#[tokio::test]
async fn a_failure_is_not_tried_again_for_a_minute() {
    let stage = Stage::new().await;
    let fault = stage.find("/c").await.unwrap_err();
    assert!(matches!(fault, ClientFault::Unknown(_)), "{fault:?}");
    put(&stage.site, "/c", &[]);
    stage.clock.advance(Duration::from_secs(59));
    assert!(stage.find("/c").await.is_err());
    assert_eq!(stage.site.connected(), 1);
    stage.clock.advance(Duration::from_secs(1));
    stage.find("/c").await.unwrap();
    assert_eq!(stage.site.connected(), 2);
}

#[tokio::test]
async fn the_last_good_copy_serves_while_the_other_side_does_not_answer() {
    let stage = Stage::new().await;
    put(&stage.site, "/c", &[]);
    let good = stage.find("/c").await.unwrap();
    stage.advance_minutes(60);
    for status in ["503 Service Unavailable", "403 Forbidden"] {
        stage
            .site
            .put("/c", Answer::Raw(response(status, &[], b"")));
        for _ in 0..2 {
            assert_eq!(stage.find("/c").await.unwrap().id, good.id, "{status}");
        }
        stage.advance_minutes(1);
    }
    assert_eq!(stage.site.connected(), 3, "and it is asked once a minute");
    stage.advance_minutes(30 * 24 * 60);
    assert!(stage.find("/c").await.is_err(), "but not for ever");
}

#[tokio::test]
async fn an_answer_that_takes_the_document_back_ends_the_client() {
    let gone = |status| Answer::Raw(response(status, &["content-type: application/json"], b"{}"));
    for answer in [gone("404 Not Found"), gone("410 Gone"), gone("200 OK")] {
        let stage = Stage::new().await;
        put(&stage.site, "/c", &[]);
        stage.find("/c").await.unwrap();
        stage.advance_minutes(60);
        stage.site.put("/c", answer.clone());
        for _ in 0..2 {
            let fault = stage.find("/c").await.unwrap_err();
            assert!(
                matches!(fault, ClientFault::Unknown(_)),
                "{answer:?} {fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn one_address_has_ten_documents_fetched_a_minute() {
    let stage = Stage::new().await;
    put(&stage.site, "/known", &[]);
    let known = stage.find("/known").await.unwrap();
    stage.advance_minutes(60);
    for number in 0..10 {
        let path = format!("/{number}");
        put(&stage.site, &path, &[]);
        stage.find(&path).await.unwrap();
    }
    put(&stage.site, "/eleventh", &[]);
    let fault = stage.find("/eleventh").await.unwrap_err();
    let ClientFault::Limited {
        retry_after_seconds,
    } = fault
    else {
        panic!("{fault:?}");
    };
    assert_eq!(retry_after_seconds, 60);
    assert_eq!(
        stage.find("/3").await.unwrap().name,
        "Listening <b>Room</b>",
        "kept ones cost nothing"
    );
    assert_eq!(
        stage.find("/known").await.unwrap().id,
        known.id,
        "the last good copy"
    );
    assert_eq!(stage.site.connected(), 11);
    let neighbour = stage.clients.find(&id("/eleventh"), "198.51.100.8").await;
    neighbour.unwrap();
    stage.advance_minutes(1);
    put(&stage.site, "/later", &[]);
    stage.find("/later").await.unwrap();
}

#[tokio::test]
async fn one_host_is_asked_thirty_times_a_minute_whoever_asks() {
    let stage = Stage::new().await;
    for number in 0..30 {
        let source = format!("198.51.100.{number}");
        let fault = stage.clients.find(&id(&format!("/{number}")), source).await;
        assert!(matches!(fault, Err(ClientFault::Unknown(_))), "{fault:?}");
    }
    let fault = stage.clients.find(&id("/more"), "198.51.100.99").await;
    assert!(
        matches!(fault, Err(ClientFault::Limited { .. })),
        "{fault:?}"
    );
    assert_eq!(stage.site.connected(), 30);
    let other = stage
        .clients
        .find("https://other.example/c", "198.51.100.99")
        .await;
    assert!(matches!(other, Err(ClientFault::Unknown(_))), "{other:?}");
    assert_eq!(stage.site.connected(), 31);
}

#[tokio::test]
async fn strangers_who_make_up_addresses_do_not_keep_a_known_document_from_being_renewed() {
    let stage = Stage::new().await;
    put(&stage.site, "/c", &[]);
    stage.find("/c").await.unwrap();
    let mut changed = document("/c");
    changed["client_name"] = json!("Quiet Room");
    stage.site.put_json("/c", &[], &changed.to_string());
    stage.advance_minutes(60);
    for number in 0..31 {
        let source = format!("198.51.100.{}", 100 + number);
        let fault = stage.clients.find(&id(&format!("/{number}")), source).await;
        fault.unwrap_err();
    }
    assert_eq!(stage.site.connected(), 31, "the host was asked so often");
    assert_eq!(stage.find("/c").await.unwrap().name, "Quiet Room");
}

#[tokio::test]
async fn c1_to_c9_and_c14_refused_addresses_are_unknown_clients_and_nobody_is_asked() {
    // The names still lead to the site, but nobody trusts them.
    let stage = Stage::with(|fetch| fetch.trusted_hosts.clear()).await;
    let port = stage.site.address.port();
    let mut ids: Vec<String> = [
        "http://client.example/c",
        "https://client.example",
        "https://client.example/",
        "https://client.example/c#x",
        "https://user@client.example/c",
        "https://client.example/./c",
        "https://client.example/a/../c",
        "https://client.example/%2e%2e/c",
        "https://client.example/c",
        "https://client.example:8443/c",
        "https://127.0.0.1/c",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/c",
        "https://100.64.0.1/c",
        "https://0.0.0.0/c",
        "https://192.88.99.1/c",
        "https://[::1]/c",
        "https://[::ffff:10.0.0.1]/c",
        "https://[64:ff9b::7f00:1]/c",
        "https://[2002:7f00:1::]/c",
        "https://[fec0::1]/c",
        "https://[5f00::1]/c",
        "https://2130706433/c",
        "https://017700000001/c",
        "https://0x7f000001/c",
        "https://localhost/c",
        "https://localhost./c",
        "https://a.localhost/c",
        "https://metadata.google.internal/c",
        "https://intranet/c",
        "https://music.example/c",
        "",
        "nobody",
        "no\0body",
        "nöbody",
    ]
    .map(str::to_owned)
    .into();
    ids.push(format!("https://127.0.0.1:{port}/c"));
    ids.push(format!("https://localhost:{port}/c"));
    ids.push(format!("auxcord-{}", "x".repeat(100_000)));
    for id in ids {
        let fault = stage.clients.find(&id, SOMEBODY).await.unwrap_err();
        assert!(matches!(fault, ClientFault::Unknown(_)), "{id}: {fault:?}");
        assert_eq!(fault.to_string(), "there is no such client", "{id}");
    }
    assert_eq!(stage.site.connected(), 0);
    assert_eq!(stage.database.count("clients").await, 0);
}

#[tokio::test]
async fn c12_to_c21_bad_answers_are_unknown_clients_and_leave_nothing() {
    let stage = Stage::with(|fetch| fetch.deadline = Duration::from_millis(300)).await;
    let json = ["content-type: application/json"];
    let redirect = [json[0], "location: http://169.254.169.254/"];
    let home = [json[0], "location: https://music.example/c"];
    let html = ["content-type: text/html"];
    let good = |path| document(path).to_string().into_bytes();
    let answers = [
        Answer::Raw(response("302 Found", &redirect, &good("/0"))),
        Answer::Raw(response("302 Found", &home, &good("/1"))),
        Answer::Drip,
        Answer::Raw(response("200 OK", &html, &good("/3"))),
        Answer::Raw(response("200 OK", &json, &good("/other"))),
        Answer::Raw(response("200 OK", &json, b"[]")),
        Answer::Raw(response("200 OK", &json, &[b' '; 6_000])),
        Answer::Raw(b"no HTTP at all\r\n\r\n".to_vec()),
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let path = format!("/{number}");
        stage.site.put(&path, answer);
        let fault = stage.find(&path).await.unwrap_err();
        assert!(
            matches!(fault, ClientFault::Unknown(_)),
            "{path}: {fault:?}"
        );
        assert_eq!(fault.to_string(), "there is no such client", "{path}");
    }
    assert_eq!(stage.site.connected(), 8, "and no redirect was followed");
    assert_eq!(stage.database.count("clients").await, 0);
}

#[tokio::test]
async fn a_client_that_an_operator_ended_is_known_anew_as_another_one() {
    let stage = Stage::new().await;
    put(&stage.site, "/c", &[]);
    let before = stage.find("/c").await.unwrap();
    let event = || {
        let id = auxcord::crypto::random_bytes();
        let outcome = auxcord::store::Outcome::Success;
        auxcord::store::AuditEvent::new(NOON, id, "oauth.client_revoked", outcome)
    };
    let db = &stage.opened.db;
    assert!(
        db.delete_client(before.id, &event(), event, NOON)
            .await
            .unwrap()
    );
    let after = stage.find("/c").await.unwrap();
    assert_ne!(before.id, after.id);
    assert_eq!(stage.site.connected(), 2);
}
