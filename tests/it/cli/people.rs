//! `auxcord users`: seen, exported and deleted while a server runs on the same database.

use std::time::Duration;

use serde_json::{Value, json};

use super::rows;
use crate::harness::{Program, TestApp, sql::Hand};

#[tokio::test]
async fn people_are_listed_and_shown_by_either_id() {
    let app = TestApp::start().await;
    let program = Program::beside(&app);
    assert!(rows(&program.run(&["users", "list"]).await).is_empty());
    let first = app.connect_first().await;
    app.advance(Duration::from_secs(1));
    let second = app.connect(&app.spotify.people()[1].id).await;
    let listed = program.run(&["users", "list"]).await;
    let rows = rows(&listed);
    assert_eq!(rows.len(), 2, "{listed:?}");
    let ids = |row: &Vec<String>| (row[0].clone(), row[1].clone(), row[3].clone());
    let (id, spotify_id, link) = ids(&rows[0]);
    assert_eq!(
        (spotify_id, link),
        (first.spotify_id.clone(), "active".to_owned())
    );
    assert_eq!(ids(&rows[1]).1, second.spotify_id);
    assert_eq!(listed.err, "");

    let by_id = program.run(&["users", "show", &id]).await;
    let by_spotify_id = program.run(&["users", "show", &first.spotify_id]).await;
    assert_eq!(by_id.printed(), by_spotify_id.printed());
    assert!(by_id.out.contains("playlist-read-private"), "{by_id:?}");
    for secret in [&first.key, first.connector_url.split_once('=').unwrap().1] {
        assert!(!by_id.out.contains(secret), "{by_id:?}");
    }
}

#[tokio::test]
async fn an_export_holds_every_row_of_the_person_and_no_secret() {
    let app = TestApp::start().await;
    let program = Program::beside(&app);
    let person = app.connect_first().await;
    let other = app.connect(&app.spotify.people()[1].id).await;
    app.client(&person.key).done("get_status", json!({})).await;
    let made = program
        .run(&[
            "keys",
            "create",
            &person.spotify_id,
            "--label",
            "for a week",
            "--expires-in",
            "7d",
        ])
        .await;
    let made_id = made.err.split_whitespace().nth(1).unwrap();
    let revoked = program.run(&["keys", "create", &person.spotify_id]).await;
    let revoked_id = revoked.err.split_whitespace().nth(1).unwrap();
    program.run(&["keys", "revoke", revoked_id]).await.printed();

    let exported = program.run(&["users", "export", &person.spotify_id]).await;
    assert_eq!(exported.err, "");
    let export: Value = serde_json::from_str(exported.printed()).unwrap();
    assert_eq!(export["spotify_id"], person.spotify_id);
    assert_eq!(export["link"], "active");
    assert_eq!(export["spotify_link"]["status"], "active");
    assert_eq!(export["spotify_link"]["client_id"], "auxcord-tests");
    let keys = export["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 3, "{export}");
    let of_a_week = keys
        .iter()
        .find(|key| key["label"] == "for a week")
        .unwrap();
    assert_eq!(of_a_week["id"], made_id);
    let events = export["events"].as_array().unwrap();
    let events: Vec<&str> = events
        .iter()
        .map(|one| one["event"].as_str().unwrap())
        .collect();
    for event in ["account.connected", "key.created", "key.revoked"] {
        assert!(events.contains(&event), "{events:?}");
    }
    let id = export["id"].as_str().unwrap();
    let mut hand = Hand::on(&app.database).await;
    for place in hand.places_of(id).await {
        let told = [
            "people.id",
            "spotify_links.person_id",
            "api_keys.person_id",
            "audit.person_id",
        ];
        // The list of revocations names people for an hour, so that other servers drop what they remember.
        let told = told.contains(&place.as_str()) || place == "revocations.person_id";
        assert!(told, "{place} is not exported");
    }
    let mut secrets: Vec<String> = app
        .spotify
        .issued()
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    secrets.extend([
        person.key,
        made.out.trim().to_owned(),
        revoked.out.trim().to_owned(),
    ]);
    secrets.push(person.connector_url.split_once('=').unwrap().1.to_owned());
    secrets.extend(hand.texts(&hashes(&app)).await);
    for secret in secrets {
        assert!(
            secret.len() > 20 && !exported.out.contains(&secret),
            "{exported:?}"
        );
    }
    assert!(!exported.out.contains(&other.spotify_id) && !exported.out.contains(&other.marker));
}

#[tokio::test]
async fn a_deleted_person_is_named_in_no_table_and_the_audit_keeps_a_pseudonym() {
    let app = TestApp::start().await;
    let program = Program::beside(&app);
    let person = app.connect_first().await;
    let other = app.connect(&app.spotify.people()[1].id).await;
    program
        .run(&["keys", "create", &person.spotify_id])
        .await
        .printed();
    let shown = program.run(&["users", "export", &person.spotify_id]).await;
    let export: Value = serde_json::from_str(shown.printed()).unwrap();
    let id = export["id"].as_str().unwrap();
    let mut hand = Hand::on(&app.database).await;
    assert!(!hand.places_of(id).await.is_empty());

    let deleted = program.run(&["users", "delete", &person.spotify_id]).await;
    assert!(deleted.printed().contains(id), "{deleted:?}");
    assert!(
        deleted.out.contains("https://www.spotify.com/account/apps"),
        "{deleted:?}"
    );
    let account_id = export["account_id"].as_str().unwrap();
    for name in [id, account_id, &person.spotify_id, &person.marker] {
        let places = hand.places_of(name).await;
        assert!(places.is_empty(), "{name} is in {places:?}");
    }
    let pseudonyms = "select distinct person_id from audit where event in ('account.connected', 'key.created', 'person.deleted') \
         and person_id not in (select id from people)";
    assert_eq!(
        hand.texts(pseudonyms).await.len(),
        1,
        "one pseudonym for all of their events"
    );
    let keyless = hand
        .texts("select event from audit where person_id not in (select id from people) and key_id is not null")
        .await;
    assert!(keyless.is_empty(), "{keyless:?}");

    let gone = program.run(&["users", "show", id]).await;
    gone.failed_saying(&["there is no person", "auxcord users list"]);
    let again = program.run(&["users", "delete", id]).await;
    again.failed_saying(&["there is no person"]);
    app.client(&other.key).done("get_status", json!({})).await;
    assert_eq!(rows(&program.run(&["users", "list"]).await).len(), 1);
}

#[tokio::test]
async fn nobody_is_shown_exported_or_deleted_by_mistake() {
    let app = TestApp::start().await;
    let program = Program::beside(&app);
    let person = app.connect_first().await;
    for command in ["show", "export", "delete"] {
        for name in [
            "",
            "nobody",
            "%",
            &person.spotify_id.to_uppercase(),
            &person.marker,
        ] {
            let ended = program.run(&["users", command, name]).await;
            ended.failed_saying(&["there is no person", "auxcord users list"]);
        }
    }
    assert_eq!(rows(&program.run(&["users", "list"]).await).len(), 1);
}

/// The hashes of every key, as the database would print them.
fn hashes(app: &TestApp) -> String {
    if app.database.is_postgres() {
        "select encode(hash, 'hex') from api_keys".to_owned()
    } else {
        "select lower(hex(hash)) from api_keys".to_owned()
    }
}
