//! How a key ends: at once where it was ended, soon everywhere else, and never on trust alone.

use std::time::Duration;

use auxcord::{
    app::{KeyKind, KeyLimits},
    clock::HOUR,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{listing, operator, said, status_of, to, tools, until_refused, wishes};
use crate::harness::{Setup, TestApp, app::NOON, sql::Hand, until};

/// Keys are remembered for a minute, so that only the news of their end can end them in time.
async fn remembering() -> TestApp {
    TestApp::start_with(Setup::default().with("CALLER_CACHE_SECONDS", "60")).await
}

#[tokio::test]
async fn leaving_ends_every_key_here_at_once_and_elsewhere_soon() {
    let app = remembering().await;
    let replica = app.second().await;
    let person = app.connect_first().await;
    let second = app.connect(&person.spotify_id).await;
    for key in [&person.key, &second.key] {
        assert_eq!(status_of(&app.client(key)).await, 200);
        assert_eq!(status_of(&replica.client(key)).await, 200);
    }
    assert_eq!(said(listing(&person.connector_url)).await.status, 200);

    let leave = to(Method::DELETE, &format!("{}/auth/revoke", app.origin));
    let left = said(leave.bearer_auth(&person.key)).await;
    assert_eq!(left.status, 200, "{left:?}");
    for key in [&person.key, &second.key] {
        assert_eq!(status_of(&app.client(key)).await, 401);
    }
    assert_eq!(said(listing(&person.connector_url)).await.status, 401);
    for key in [&person.key, &second.key] {
        until_refused(&replica.client(key)).await;
    }
    let again = to(Method::DELETE, &format!("{}/auth/revoke", app.origin));
    let again = said(again.bearer_auth(&person.key)).await;
    assert_eq!(again.challenge(), r#"Bearer error="invalid_token""#);
}

#[tokio::test]
async fn a_key_that_the_operator_revokes_ends_everywhere_and_no_other_does() {
    let app = remembering().await;
    let replica = app.second().await;
    let person = app.connect_first().await;
    let operator = operator(&app).await;
    let made = operator
        .make_key(
            &person.spotify_id,
            wishes(KeyKind::Api, KeyLimits::default()),
        )
        .await
        .unwrap();
    let (here, there) = (
        app.client(made.key.expose()),
        replica.client(made.key.expose()),
    );
    assert_eq!(
        (status_of(&here).await, status_of(&there).await),
        (200, 200)
    );
    operator.revoke_key(&made.id.to_string()).await.unwrap();
    until_refused(&here).await;
    until_refused(&there).await;
    assert_eq!(status_of(&app.client(&person.key)).await, 200);
    assert_eq!(status_of(&replica.client(&person.key)).await, 200);
    let gone = operator.revoke_key(&made.id.to_string()).await.unwrap_err();
    assert!(gone.to_string().contains("there is no key"), "{gone}");
}

#[tokio::test]
async fn somebody_whom_the_operator_deletes_is_refused_everywhere_and_may_come_back_as_somebody_new()
 {
    let app = remembering().await;
    let replica = app.second().await;
    let person = app.connect_first().await;
    let other = app.connect(&app.spotify.people()[1].id).await;
    for client in [app.client(&person.key), replica.client(&person.key)] {
        client.done("get_status", json!({})).await;
    }
    assert_eq!(status_of(&replica.client(&other.key)).await, 200);
    let operator = operator(&app).await;
    let old = operator.delete_person(&person.spotify_id).await.unwrap();
    until_refused(&app.client(&person.key)).await;
    until_refused(&replica.client(&person.key)).await;
    assert_eq!(status_of(&replica.client(&other.key)).await, 200);

    let back = app.connect(&person.spotify_id).await;
    let new = operator.person(&person.spotify_id).await.unwrap();
    assert_ne!(new.id, old.to_string());
    assert_eq!(status_of(&replica.client(&back.key)).await, 200);
    assert_eq!(status_of(&app.client(&person.key)).await, 401);
}

#[tokio::test]
async fn trust_in_remembered_keys_ends_when_revocations_cannot_be_read() {
    let app = remembering().await;
    let replica = app.second().await;
    let person = app.connect_first().await;
    let client = replica.client(&person.key);
    assert_eq!(status_of(&client).await, 200);
    let mut hand = Hand::on(&app.database).await;
    hand.execute("alter table revocations rename to hidden")
        .await;
    hand.execute("delete from api_keys").await;
    until_refused(&client).await;
    let ready = said(to(Method::GET, &format!("{}/readyz", replica.admin))).await;
    assert_eq!(ready.status, 503);
    let ready: Value = serde_json::from_str(&ready.text).unwrap();
    assert_eq!(ready["missing"], "revocations");
    hand.execute("alter table hidden rename to revocations")
        .await;
    let ready = format!("{}/readyz", replica.admin);
    until("it is ready again", async || {
        said(to(Method::GET, &ready)).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn a_key_that_cannot_be_checked_is_not_called_wrong() {
    let app = TestApp::start_with(Setup::default().with("CALLER_CACHE_SECONDS", "0")).await;
    let person = app.connect_first().await;
    let mut hand = Hand::on(&app.database).await;
    hand.execute("alter table api_keys rename to hidden").await;
    let request = listing(&format!("{}/mcp", app.origin)).bearer_auth(&person.key);
    let refused = said(request).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(refused.error(), "temporarily_unavailable");
    assert_eq!(refused.challenge(), "");
    assert!(!refused.text.contains("api_keys"), "{refused:?}");
    hand.execute("alter table hidden rename to api_keys").await;
    assert_eq!(status_of(&app.client(&person.key)).await, 200);
}

#[tokio::test]
async fn a_key_ends_at_its_hour_even_while_it_is_remembered() {
    let app = remembering().await;
    let person = app.connect_first().await;
    let mut wish = wishes(KeyKind::Api, KeyLimits::default());
    wish.expires_at = Some(NOON + HOUR);
    let operator = operator(&app).await;
    let made = operator.make_key(&person.spotify_id, wish).await.unwrap();
    let client = app.client(made.key.expose());
    app.advance(Duration::from_millis(HOUR.unsigned_abs() - 1));
    assert!(!tools(&client).await.is_empty());
    app.advance(Duration::from_millis(1));
    let request = listing(&format!("{}/mcp", app.origin)).bearer_auth(made.key.expose());
    let refused = said(request).await;
    assert!(
        refused
            .challenge()
            .starts_with(r#"Bearer error="invalid_token""#)
    );
    assert_eq!(status_of(&app.client(&person.key)).await, 200);
}
