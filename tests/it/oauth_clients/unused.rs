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

/// The statement that adds ten thousand copies of the client of row `first`, unused before it and numbered from
/// `100000000001` on.
fn ten_thousand_copies(first: &str) -> String {
    format!(
        "insert into clients (id, client_id, kind, name, metadata, created_at, last_used_at) \
         with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 10000) \
         select '00000000-0000-7000-8000-' || cast(100000000000 + n as text), 'copy-' || cast(n as text), kind, name, \
         metadata, {NOON} - 20000 + n, null from clients, numbers where id = '{first}'"
    )
}

#[tokio::test]
async fn of_ten_thousand_clients_that_nobody_granted_anything_the_longest_unused_goes() {
    let app = TestApp::start().await;
    app.connect_first().await;
    let db = auxcord::app::open_database(&app.config).await.unwrap().0;
    let event = |number| {
        AuditEvent::new(
            NOON,
            [number; 10],
            "oauth.client_registered",
            Outcome::Success,
        )
    };
    let [first, granted, last] = [0, 1, 2].map(client);
    for (number, client) in (100..).zip([&first, &granted]) {
        assert!(
            db.insert_client(client, &event(number), NOON - 30_000)
                .await
                .unwrap()
        );
    }
    grant_of(&app.database, GRANTED[0], &granted.id.to_string(), "active").await;
    let mut hand = Hand::on(&app.database).await;
    let first_row = first.id.to_string();
    hand.execute(&ten_thousand_copies(&first_row)).await;
    hand.execute("update clients set kind = 'cimd' where client_id = 'copy-1'")
        .await;
    hand.execute("update clients set kind = 'static' where client_id = 'copy-2'")
        .await;
    // The oldest of them was used again, and so were two that are no copies of it.
    db.update_client_used(first.id, NOON).await.unwrap();
    let used = "update clients set last_used_at = created_at + 20000 where client_id = 'copy-3'";
    hand.execute(used).await;
    assert_eq!(app.database.count("clients").await, 10_002);

    for (number, client) in (110..).zip([&last, &client(3), &client(4)]) {
        assert!(
            db.insert_client(client, &event(number), NOON)
                .await
                .unwrap()
        );
    }
    let gone = |number: usize| format!("copy-{number}");
    for kept in [
        gone(1),
        gone(2),
        gone(3),
        gone(6),
        first.client_id.clone(),
        granted.client_id.clone(),
        last.client_id.clone(),
    ] {
        assert!(db.find_client(&kept).await.unwrap().is_some(), "{kept}");
    }
    for number in [4, 5] {
        let found = db.find_client(&gone(number)).await.unwrap();
        assert!(found.is_none(), "{number}");
    }
    // Ten thousand that registered, and one granted, one documented and one of an operator.
    assert_eq!(app.database.count("clients").await, 10_003);
}

#[tokio::test]
async fn what_the_audit_says_of_no_person_goes_after_ninety_days() {
    let app = TestApp::start().await;
    let key = app.connect_first().await.key;
    let db = auxcord::app::open_database(&app.config).await.unwrap().0;
    let event = AuditEvent::new(NOON, [7; 10], "oauth.client_registered", Outcome::Success);
    db.insert_client(&client(7), &event, NOON).await.unwrap();
    let events = "select event from audit order by event";
    let both = ["account.connected", "oauth.client_registered"];
    assert_eq!(app.database.texts(events).await, both);
    let swept = db.delete_expired(NOON + 90 * DAY - 1).await.unwrap();
    assert_eq!(swept.audit, 0);
    let swept = db.delete_expired(NOON + 90 * DAY).await.unwrap();
    assert_eq!(swept.audit, 1);
    assert_eq!(app.database.texts(events).await, ["account.connected"]);
    // Not even a person who left is nobody.
    assert_eq!(app.browser().revoke(&key).await.status, 200);
    let kept = app.database.count("audit").await;
    assert_eq!(db.delete_expired(NOON + 900 * DAY).await.unwrap().audit, 0);
    assert_eq!(app.database.count("audit").await, kept);
}
