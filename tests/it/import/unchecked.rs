//! What Spotify is not asked about: a dry run, a run without the check, people without tokens.

use serde_json::json;

use super::{Stage, opened_by};
use crate::harness::{Setup, database::TestDatabase};

#[tokio::test]
async fn a_dry_run_tells_everything_and_changes_nothing() {
    let setup = Setup::default().rotating(auxcord::sandbox::Rotation::Always);
    let mut stage = Stage::with(setup).await;
    let (good, late, mixed) = (stage.person(0), stage.person(1), stage.person(2));
    let users = [stage.user(&good), stage.user(&late).expired(), {
        let mut user = stage.user(&good);
        user.spotify_id = Some(mixed.id.clone());
        user
    }];
    for user in &users {
        stage.old.add(user).await;
    }
    let report = stage.report(&["--dry-run"], 0).await;
    assert_eq!(report.0["dry_run"], true);
    assert_eq!(report.of(&good.id), ["imported", "active", "imported"]);
    assert_eq!(report.of(&late.id), ["imported", "active", "imported"]);
    assert!(
        report.why(&late.id).contains("would be renewed"),
        "{report:?}"
    );
    assert_eq!(report.of(&mixed.id), ["quarantined", "-", "-"]);
    assert_eq!(
        stage.ground.spotify.count("POST /api/token"),
        0,
        "no token was renewed"
    );
    if !stage.ground.database.is_postgres() {
        let left = std::fs::read_dir(stage.ground.database.folder.path()).unwrap();
        assert_eq!(left.count(), 0, "no database was made");
    }
    stage.program().run(&["migrate"]).await.printed();
    let dump = stage.ground.database.dump().await;
    stage.report(&["--dry-run"], 0).await;
    assert!(
        dump == stage.ground.database.dump().await,
        "nothing was written"
    );
}

#[tokio::test]
async fn without_the_check_links_come_in_suspended_until_they_are_checked() {
    let mut stage = Stage::new().await;
    let (card, other) = (stage.person(0), stage.person(1));
    let user = stage.user(&card);
    let mut mixed = stage.user(&card);
    mixed.spotify_id = Some(other.id.clone());
    for user in [&user, &mixed] {
        stage.old.add(user).await;
    }
    let report = stage.report(&["--no-check"], 0).await;
    assert_eq!(stage.ground.spotify.calls().len(), 0);
    for id in [&card.id, &other.id] {
        assert_eq!(report.of(id), ["imported", "suspended", "imported"]);
    }
    let states = "select status from spotify_links";
    assert_eq!(stage.ground.database.texts(states).await, ["suspended"; 2]);
    let server = stage.serve().await;
    let call = json!({ "name": "search", "arguments": { "query": "night" } });
    for key in [&user.api_key, &mixed.api_key] {
        let refused = server.client(key).rpc(1, "tools/call", call.clone()).await;
        assert_eq!(refused.body["result"]["isError"], true, "{}", refused.body);
    }
    let again = stage.report(&["--no-check"], 0).await;
    assert_eq!(again.0["counts"], json!({ "unchanged": 2 }));

    let checked = stage.report(&[], 0).await;
    assert_eq!(checked.of(&card.id), ["imported", "active", "-"]);
    assert_eq!(checked.of(&other.id)[0], "quarantined");
    assert_eq!(
        opened_by(&server, &user.api_key).await.as_deref(),
        Some(&*card.id)
    );
    crate::harness::until("the mixed-up key has ended", async || {
        let client = server.client(&mixed.api_key);
        client.rpc(1, "tools/list", json!({})).await.status == 401
    })
    .await;
    assert_eq!(opened_by(&server, &mixed.api_key).await, None);
}

#[tokio::test]
async fn who_had_no_tokens_comes_with_the_key_alone() {
    let mut stage = Stage::new().await;
    let card = stage.person(0);
    let user = stage.user(&card).unlinked();
    stage.old.add(&user).await;
    let report = stage.report(&[], 0).await;
    assert_eq!(report.of(&card.id), ["imported", "none", "imported"]);
    let server = stage.serve().await;
    assert_eq!(
        opened_by(&server, &user.api_key).await.as_deref(),
        Some(&*card.id)
    );
    stage.ground.connect(&server, &card.id).await;
    assert_eq!(
        stage.ground.database.count("people").await,
        1,
        "they are the same person"
    );
    let client = server.client(&user.api_key);
    let found = client.done("search", json!({ "query": "night" })).await;
    assert!(found.to_string().contains("open.spotify.com"));
}

#[tokio::test]
async fn a_key_that_nothing_proves_opens_no_link_that_works() {
    let mut stage = Stage::new().await;
    let (bare, unchecked) = (stage.person(0), stage.person(1));
    let users = [stage.user(&bare).unlinked(), stage.user(&unchecked)];
    for user in &users {
        stage.old.add(user).await;
    }
    let server = stage.serve().await;
    for card in [&bare, &unchecked] {
        stage.ground.connect(&server, &card.id).await;
    }
    let report = stage.report(&["--no-check"], 0).await;
    for card in [&bare, &unchecked] {
        assert_eq!(report.of(&card.id), ["refused", "-", "-"], "{report:?}");
    }
    for user in &users {
        assert_eq!(opened_by(&server, &user.api_key).await, None);
    }
    let report = stage.report(&[], 0).await;
    assert_eq!(
        report.of(&unchecked.id),
        ["imported", "kept_newer", "imported"]
    );
    assert_eq!(report.of(&bare.id)[0], "refused");
}

/// A file that only its own folder's owner can write beside is enough, and a target of its own database is made.
#[tokio::test]
async fn people_come_into_a_database_that_was_not_there_before() {
    let mut stage = Stage::new().await;
    let card = stage.person(0);
    let user = stage.user(&card);
    stage.old.add(&user).await;
    let fresh = TestDatabase::new().await;
    let program = stage.program().with("DATABASE_URL", &fresh.url);
    let ended = program.run(&["import", &stage.old.url]).await;
    assert!(ended.printed().contains("1 imported"), "{ended:?}");
    assert!(
        ended.err.contains("looking at 1 people"),
        "plain lines without a terminal: {ended:?}"
    );
    assert_eq!(fresh.count("people").await, 1);
    assert_eq!(fresh.count("api_keys").await, 1);
}
