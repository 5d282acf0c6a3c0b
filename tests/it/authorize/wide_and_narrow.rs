//! Several clients of one person hang on one link: none takes from it what another needs.

use std::time::Duration;

use auxcord::{
    crypto::{Purpose, random_bytes},
    store::{
        Account, Given, LinkChange, LinkId, NewConnection, NewLink, NewSession, PersonId,
        SessionId, StoreError,
    },
};
use serde_json::json;
use url::Url;

use super::{EVERYTHING, TOKEN, app, on_loopback, on_the_web, somebody};
use crate::harness::{
    TestApp,
    browser::Page,
    consent::{Guest, answer},
    oauth::behind,
};

const DAY: Duration = Duration::from_hours(24);

/// The permissions of the only link, sorted.
async fn held(app: &TestApp) -> Vec<String> {
    let links = app.database.texts("select scopes from spotify_links").await;
    assert_eq!(links.len(), 1);
    sorted(&links[0])
}

/// The permissions that a login asks for, sorted.
fn asked(away: &Page) -> Vec<String> {
    let url = Url::parse(&away.location()).unwrap();
    let scope = url.query_pairs().find(|(name, _)| name == "scope").unwrap();
    sorted(&scope.1)
}

fn sorted(scopes: &str) -> Vec<String> {
    let mut scopes: Vec<String> = scopes.split(' ').map(str::to_owned).collect();
    scopes.sort_unstable();
    scopes
}

/// A tool with a token of `client`: whether it can be used.
async fn works(app: &TestApp, client: &Guest, code: &str) -> bool {
    let tokens = client.tokens(code).await;
    let access = tokens["access_token"].as_str().unwrap();
    let status = app.client(access).done("get_status", json!({})).await;
    status["connected"] == true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_narrower_client_takes_nothing_from_a_wider_one() {
    let app = app().await;
    let (wide, narrow) = (on_loopback(&app).await, on_the_web(&app).await);
    let person = somebody(&app);
    let first = app
        .browser()
        .code(&wide.request_for(EVERYTHING), &person)
        .await;
    let before = held(&app).await;
    let browser = app.browser();
    let page = browser.asked(&narrow.request()).await;
    let away = browser.approve(&page).await;
    assert!(
        asked(&away).len() < before.len(),
        "no more is asked for than was approved"
    );
    let second = answer(&browser.visit(&browser.agree(&away, &person).await).await)["code"].clone();
    assert_eq!(held(&app).await, before);
    assert!(works(&app, &wide, &first).await);
    assert!(works(&app, &narrow, &second).await);
    assert_eq!(app.database.count("people").await, 1);
    assert_eq!(app.database.count("grants").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_needs_something_else_sends_the_person_to_spotify_for_both() {
    let app = app().await;
    let (one, other) = (on_loopback(&app).await, on_the_web(&app).await);
    let person = somebody(&app);
    app.browser()
        .code(&one.request_for("playback:control"), &person)
        .await;
    let browser = app.browser();
    let page = browser.asked(&other.request_for("library:write")).await;
    let away = browser.approve(&page).await;
    assert_eq!(
        asked(&away),
        ["playlist-modify-public", "user-library-modify"]
    );
    let again = browser.visit(&browser.agree(&away, &person).await).await;
    let both = [
        "playlist-modify-public",
        "user-library-modify",
        "user-modify-playback-state",
    ];
    assert_eq!(asked(&again), both);
    assert_ne!(answer(&again)["state"], answer(&away)["state"]);
    let [new, old] = <[String; 2]>::try_from(again.set_cookies()).unwrap();
    assert!(
        new.contains("Max-Age=600") && old.contains("Max-Age=0"),
        "{new} {old}"
    );
    assert_eq!(app.database.count("grants").await, 1);
    let back = browser.agree(&again, &person).await;
    let code = answer(&browser.visit(&back).await)["code"].clone();
    assert_eq!(held(&app).await, both);
    assert_eq!(other.tokens(&code).await["scope"], "library:write");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_signed_in_is_asked_for_both_at_once() {
    let app = app().await;
    let (one, other) = (on_loopback(&app).await, on_the_web(&app).await);
    let person = somebody(&app);
    app.browser()
        .code(&one.request_for(EVERYTHING), &person)
        .await;
    let browser = app.browser();
    let away = browser.press("/account/login").await;
    browser.visit(&browser.agree(&away, &person).await).await;
    let before = held(&app).await;
    app.spotify.reset_calls();
    let page = browser.asked(&other.request_for("playback:control")).await;
    let away = browser.approve(&page).await;
    assert_eq!(asked(&away), before);
    let told = answer(&browser.visit(&browser.agree(&away, &person).await).await);
    assert_eq!(
        app.spotify.count(TOKEN),
        1,
        "one round at Spotify is enough"
    );
    assert_eq!(
        other.tokens(&told["code"]).await["scope"],
        "playback:control"
    );
    assert_eq!(held(&app).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connecting_again_revives_the_grants_that_hang_on_a_suspended_link() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let person = somebody(&app);
    let code = app.browser().code(&client.request(), &person).await;
    let tokens = client.tokens(&code).await;
    let access = app.client(tokens["access_token"].as_str().unwrap());
    assert_eq!(
        access.done("get_status", json!({})).await["connected"],
        true
    );
    assert!(app.spotify.revoke(&person));
    access.refused("list_playlists", json!({})).await;
    let states = "select status from grants order by created_at, id";
    assert_eq!(app.database.texts(states).await, ["suspended"]);
    app.browser().code(&client.request(), &person).await;
    assert_eq!(app.database.texts(states).await, ["active", "active"]);
    assert_eq!(
        access.done("get_status", json!({})).await["connected"],
        true
    );
}

#[tokio::test]
async fn connecting_again_prolongs_the_grants_that_hang_on_the_link() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let person = somebody(&app);
    app.browser()
        .code(&client.request_for(EVERYTHING), &person)
        .await;
    let ends = "select cast(expires_at as text) from grants order by created_at, id";
    app.advance(DAY * 100);
    let late = on_the_web(&app).await;
    app.browser().code(&late.request(), &person).await;
    let before = app.database.texts(ends).await;
    app.advance(DAY * 30);
    app.connect(&person).await;
    let after = app.database.texts(ends).await;
    assert_eq!(after[0], before[0], "180 days are the most");
    assert!(after[1] > before[1], "{before:?} {after:?}");
}

#[tokio::test]
async fn a_link_that_changed_since_it_was_looked_at_is_neither_kept_nor_replaced() {
    let app = app().await;
    let person = app.connect_first().await;
    let opened = behind(&app).await;
    let now = app.clock.now();
    let account = Account {
        account_id: None,
        spotify_id: person.spotify_id.clone(),
        display_name: None,
    };
    let known = opened.db.find_person_of(&account).await.unwrap().unwrap();
    let link = opened.db.find_link(known).await.unwrap().unwrap();
    let gone = LinkId::new(now, random_bytes());
    let replacing = |earlier| {
        let link = NewLink {
            id: LinkId::new(now, random_bytes()),
            app: link.app_id,
            access_sealed: Vec::new(),
            refresh_sealed: Vec::new(),
            access_expires_at: now,
            scopes: "user-read-private".to_owned(),
            grants_until: now,
        };
        LinkChange::Replace(link, earlier)
    };
    let rows = "select id || scopes || status || version from spotify_links";
    let before = app.database.texts(rows).await;
    for change in [
        replacing(None),
        replacing(Some(gone)),
        LinkChange::Keep(gone),
    ] {
        let connection = NewConnection {
            person: PersonId::new(now, random_bytes()),
            account: account.clone(),
            link: change,
            given: Given::Session(NewSession {
                id: SessionId::new(now, random_bytes()),
                hash: opened.hash_key.hash(Purpose::Session, "story"),
                expires_at: now + 1,
            }),
            events: Vec::new(),
        };
        let fault = opened.db.insert_connection(&connection, now).await;
        assert!(matches!(fault, Err(StoreError::Overtaken)), "{fault:?}");
    }
    assert_eq!(app.database.texts(rows).await, before);
    assert_eq!(app.database.count("sessions").await, 0);
    opened.db.close().await;
}
