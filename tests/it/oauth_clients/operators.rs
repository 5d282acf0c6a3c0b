//! `auxcord clients`: made, listed and ended while a server runs on the same database.

use auxcord::{app::Admin, clock::Clock, store::ClientKind};

use super::unused::{GRANTED, grant_of};
use crate::harness::{Program, TestApp, program::Ended};

async fn stage() -> (TestApp, Program) {
    let app = TestApp::start().await;
    let program = Program::beside(&app);
    (app, program)
}

/// The value after `name=` in what was printed.
fn printed<'a>(ended: &'a Ended, name: &str) -> Option<&'a str> {
    ended
        .printed()
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

#[tokio::test]
async fn a_public_client_is_made_and_listed() {
    let (app, program) = stage().await;
    let made = program
        .run(&[
            "clients",
            "create",
            "--name",
            "Kitchen radio",
            "--redirect-uri",
            "https://radio.example/cb",
            "--redirect-uri",
            "http://localhost/cb",
        ])
        .await;
    let client_id = printed(&made, "client_id").unwrap();
    assert_eq!(printed(&made, "client_secret"), None);
    assert_eq!(made.printed().lines().count(), 1);
    let row = app.database.texts("select id from clients").await.remove(0);
    assert!(made.err.contains(&row), "{made:?}");

    let listed = program.run(&["clients", "list"]).await;
    for part in [
        &row,
        client_id,
        "static",
        "Kitchen radio",
        "https://radio.example/cb http://localhost/cb",
    ] {
        assert!(listed.printed().contains(part), "no {part} in {listed:?}");
    }
    let audited = app
        .database
        .texts("select event || ' ' || outcome || ' ' || detail || ' ' || client_ref from audit")
        .await;
    assert_eq!(
        audited,
        [format!("oauth.client_registered success static {row}")]
    );
}

#[tokio::test]
async fn a_confidential_clients_secret_is_shown_once_and_kept_as_a_hash() {
    let (app, program) = stage().await;
    let made = program
        .run(&[
            "clients",
            "create",
            "--name",
            "Radio",
            "--redirect-uri",
            "https://radio.example/cb",
            "--confidential",
        ])
        .await;
    let secret = printed(&made, "client_secret").unwrap().to_owned();
    assert!(secret.starts_with("auxs_"));
    assert!(!made.err.contains(&secret));
    let listed = program.run(&["clients", "list"]).await;
    assert!(listed.printed().contains("confidential"), "{listed:?}");
    assert!(!listed.out.contains(&secret));
    let dump = app.database.dump().await;
    assert!(
        !dump
            .windows(secret.len())
            .any(|bytes| bytes == secret.as_bytes())
    );
    let hashes = app
        .database
        .texts("select 'hash' from clients where length(secret_hash) = 32")
        .await;
    assert_eq!(hashes.len(), 1);
}

#[tokio::test]
async fn an_ended_client_takes_its_grants_with_it() {
    let (app, program) = stage().await;
    let person = app.connect_first().await;
    let admin = Admin::open(&app.config, Clock::manual(app.clock.now()))
        .await
        .unwrap();
    let uris = ["https://radio.example/cb".to_owned()];
    let ended = admin.make_client("Radio", &uris, false).await.unwrap();
    let kept = admin
        .make_client("Other radio", &uris, false)
        .await
        .unwrap();
    for (grant, client) in [(GRANTED[0], &ended), (GRANTED[1], &kept)] {
        grant_of(&app.database, grant, &client.id.to_string(), "active").await;
    }
    let counts: Vec<i64> = admin
        .clients()
        .await
        .unwrap()
        .iter()
        .map(|client| client.grants)
        .collect();
    assert_eq!(counts, [1, 1]);

    let revoked = program.run(&["clients", "revoke", &ended.client_id]).await;
    assert_eq!(revoked.printed(), "revoked\n");
    let left = app.database.texts("select id from grants").await;
    assert_eq!(left, [GRANTED[1]]);
    let told = app
        .database
        .texts("select grant_id from revocations where grant_id is not null")
        .await;
    assert_eq!(told, [GRANTED[0]], "running servers are told");
    let audited = app
        .database
        .texts(
            "select event || ' ' || detail || ' ' || coalesce(grant_id, '-') || ' ' || \
                case when person_id is null then '-' else 'person' end \
                from audit where client_ref is not null and detail = 'operator' order by event",
        )
        .await;
    assert_eq!(
        audited,
        [
            "oauth.client_revoked operator - -".to_owned(),
            format!("oauth.grant_revoked operator {} person", GRANTED[0]),
        ]
    );
    drop(person);

    let again = program.run(&["clients", "revoke", &ended.client_id]).await;
    again.failed_saying(&["there is no client", "auxcord clients list"]);
    let by_row = program
        .run(&["clients", "revoke", &kept.id.to_string()])
        .await;
    assert_eq!(by_row.printed(), "revoked\n");
    assert_eq!(app.database.count("clients").await, 0);
}

#[tokio::test]
async fn wishes_that_make_no_client_are_told() {
    let (app, program) = stage().await;
    let create = ["clients", "create", "--name"];
    for (wish, words) in [
        (
            ["\u{200b}", "--redirect-uri", "https://radio.example/cb"],
            "name of the client is empty",
        ),
        (
            ["Radio", "--redirect-uri", "http://radio.example/cb"],
            "http is allowed only to localhost",
        ),
        (
            ["Radio", "--redirect-uri", "radio://cb"],
            "none of the redirect URIs can be used",
        ),
    ] {
        let ended = program.run(&[&create[..], &wish].concat()).await;
        ended.failed_saying(&[words]);
    }
    let ended = program.run(&["clients", "create", "--name", "Radio"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let nobody = "01234567-89ab-7def-8123-456789abcdef";
    for id in ["nobody", nobody, ""] {
        let ended = program.run(&["clients", "revoke", id]).await;
        ended.failed_saying(&["there is no client"]);
    }
    assert_eq!(app.database.count("clients").await, 0);
    assert_eq!(ClientKind::Static.as_str(), "static");
}
