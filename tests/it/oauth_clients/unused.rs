//! Clients that nobody uses are forgotten, and nobody else's.

use std::time::Duration;

use auxcord::{
    app::Admin,
    clock::{Clock, DAY},
    oauth::{client::registered, redirects::judge_all},
    store::{AuditEvent, ClientKind, NewClient, Outcome},
};

use crate::harness::{TestApp, app::NOON, database::TestDatabase, sql::Hand};

/// Rows of grants.
pub const GRANTED: [&str; 2] = [
    "01234567-89ab-7def-8123-456789abcd00",
    "01234567-89ab-7def-8123-456789abcd01",
];

/// A grant of the only person to the client of row `client`.
pub async fn grant_of(database: &TestDatabase, grant: &str, client: &str, status: &str) {
    let statement = format!(
        "insert into grants (id, person_id, client_ref, app_id, scopes, withheld, resource, redirect_host, status, \
         created_at, expires_at) select '{grant}', p.id, '{client}', a.id, 'music:read', '', 'r', 'h', '{status}', \
         {NOON}, {} from people p cross join spotify_apps a",
        NOON + 200 * DAY
    );
    Hand::on(database).await.execute(&statement).await;
}

fn client(number: u8) -> NewClient {
    let redirects = judge_all(&["https://client.example/cb".to_owned()], 1).unwrap();
    registered(format!("Client {number}"), redirects, [number; 32], NOON)
}

#[tokio::test]
async fn unused_clients_go_after_ninety_days_and_used_granted_and_operators_ones_stay() {
    let app = TestApp::start().await;
    app.connect_first().await;
    let admin = Admin::open(&app.config, Clock::manual(NOON)).await.unwrap();
    let db = auxcord::app::open_database(&app.config).await.unwrap().0;
    let event = |number| {
        AuditEvent::new(
            NOON,
            [number; 10],
            "oauth.client_registered",
            Outcome::Success,
        )
    };
    let [unused, used, granted, revoked, asking] = [0, 1, 2, 3, 4].map(client);
    for (number, client) in (100..).zip([&unused, &used, &granted, &revoked, &asking]) {
        assert!(
            db.insert_client(client, &event(number), NOON)
                .await
                .unwrap()
        );
    }
    let uris = ["https://radio.example/cb".to_owned()];
    let operators = admin.make_client("Radio", &uris, false).await.unwrap();
    grant_of(&app.database, GRANTED[0], &granted.id.to_string(), "active").await;
    grant_of(
        &app.database,
        GRANTED[1],
        &revoked.id.to_string(),
        "revoked",
    )
    .await;
    let ask = format!(
        "insert into authorizations (id, browser_hash, client_ref, redirect_uri, code_challenge, asked, resource, \
         status, created_at, expires_at) select '{}', secret, '{}', 'u', 'c', 'a', 'r', 'pending', {NOON}, {} \
         from (select sealed as secret from vault) v",
        GRANTED[0],
        asking.id,
        NOON + 200 * DAY,
    );
    Hand::on(&app.database).await.execute(&ask).await;

    db.update_client_used(used.id, NOON + DAY).await.unwrap();
    let swept = db.delete_expired(NOON + 90 * DAY - 1).await.unwrap();
    assert_eq!(swept.clients, 0);
    let swept = db.delete_expired(NOON + 90 * DAY).await.unwrap();
    assert_eq!(swept.clients, 1);
    assert!(db.find_client(&unused.client_id).await.unwrap().is_none());
    for kept in [
        &used.client_id,
        &granted.client_id,
        &revoked.client_id,
        &asking.client_id,
        &operators.client_id,
    ] {
        assert!(db.find_client(kept).await.unwrap().is_some(), "{kept}");
    }
    assert_eq!(db.delete_expired(NOON + 91 * DAY).await.unwrap().clients, 1);
    assert!(db.find_client(&used.client_id).await.unwrap().is_none());
    assert_eq!(used.kind, ClientKind::Registered);
}

#[tokio::test]
async fn registering_again_counts_as_a_use() {
    let app = TestApp::start().await;
    let db = auxcord::app::open_database(&app.config).await.unwrap().0;
    let client = client(7);
    let event = AuditEvent::new(NOON, [7; 10], "oauth.client_registered", Outcome::Success);
    db.insert_client(&client, &event, NOON).await.unwrap();
    app.clock.advance(Duration::from_hours(24));
    let again = db
        .find_client_by_digest(&[7; 32], app.clock.now())
        .await
        .unwrap();
    assert_eq!(again.unwrap().id, client.id);
    assert_eq!(db.delete_expired(NOON + 90 * DAY).await.unwrap().clients, 0);
    assert_eq!(db.delete_expired(NOON + 91 * DAY).await.unwrap().clients, 1);
}
