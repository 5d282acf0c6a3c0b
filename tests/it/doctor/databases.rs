//! Databases that cannot be used, or not with this keyring or this version, on both kinds.

use std::{fs, os::unix::fs::PermissionsExt};

use super::{beside, examine};
use crate::harness::{Program, TestApp, database::TestDatabase, sql::Hand};

const OTHER_KEYRING: &str = "k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

#[tokio::test]
async fn a_database_that_does_not_answer_is_told_without_its_password() {
    let app = TestApp::start().await;
    let program = beside(&app).with("DATABASE_URL", "postgres://me:hush@127.0.0.1:1/music");
    let examined = examine(&program).await;
    examined.faults(
        "database.reachable",
        &["PostgreSQL at 127.0.0.1:1/music", "refused"],
        &["DATABASE_URL"],
    );
    examined.leaves("migrations", "does not answer");
    examined.leaves("keyring", "only the database can tell");
    examined.is_fine("discovery.issuer");
    assert!(!examined.report.to_string().contains("hush"));
}

#[tokio::test]
async fn a_folder_that_is_missing_or_takes_nothing_is_told() {
    let app = TestApp::start().await;
    let missing = examine(&beside(&app).with("DATABASE_URL", "sqlite:///missing/auxcord.db")).await;
    missing.faults(
        "database.reachable",
        &["missing does not exist"],
        &["make the folder"],
    );
    let closed = examine(&beside(&app).with("DATABASE_URL", "sqlite:////proc/auxcord.db")).await;
    closed.faults(
        "database.writable",
        &["/proc"],
        &["user that runs the server"],
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_and_left_alone() {
    let app = TestApp::start().await;
    let songs = app.database.folder.path().join("songs.txt");
    let text = "these are my songs, and no database at all\n".repeat(100);
    fs::write(&songs, &text).unwrap();
    let url = format!("sqlite:///{}", songs.display());
    let examined = examine(&beside(&app).with("DATABASE_URL", &url)).await;
    examined.faults(
        "database.reachable",
        &["songs.txt", "not a database"],
        &["DATABASE_URL"],
    );
    assert_eq!(fs::read_to_string(&songs).unwrap(), text);
}

#[tokio::test]
async fn the_python_servers_database_is_known_and_its_way_over_is_told() {
    let database = TestDatabase::new().await;
    let mut hand = Hand::on(&database).await;
    for table in ["users", "spotify_tokens", "user_sessions"] {
        hand.execute(&format!("create table {table} (user_id varchar)"))
            .await;
    }
    drop(hand);
    let program = Program::new(database.folder.path()).with("DATABASE_URL", &database.url);
    let program = offline(program);
    examine(&program).await.faults(
        "database.owner",
        &["another program", "spotify_tokens"],
        &["Python server", "DATABASE_URL", "auxcord import"],
    );
    let mut tables = Hand::on(&database).await.tables().await;
    tables.sort();
    assert_eq!(tables, ["spotify_tokens", "user_sessions", "users"]);
}

#[tokio::test]
async fn migrations_that_have_not_run_are_told_with_what_runs_them() {
    let mut app = TestApp::start().await;
    let program = beside(&app);
    app.stop().await;
    let mut hand = Hand::on(&app.database).await;
    hand.execute("delete from _sqlx_migrations where version = 4")
        .await;
    drop(hand);
    let examined = examine(&program).await;
    examined.tells(
        "migrations",
        "warning",
        &["(4)"],
        &["auxcord migrate", "backup"],
    );
    assert_eq!(
        app.database.count("_sqlx_migrations").await + 1,
        migrations()
    );
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_told() {
    let mut app = TestApp::start().await;
    let program = beside(&app);
    app.stop().await;
    let mut hand = Hand::on(&app.database).await;
    hand.execute(
        "insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
         select 9999, description, installed_on, success, checksum, execution_time from _sqlx_migrations where version = 1",
    )
    .await;
    drop(hand);
    examine(&program)
        .await
        .faults("migrations", &["newer version", "9999"], &["newer one"]);
}

#[tokio::test]
async fn a_migration_that_reads_otherwise_than_the_one_that_ran_is_told() {
    let mut app = TestApp::start().await;
    let program = beside(&app);
    app.stop().await;
    let mut hand = Hand::on(&app.database).await;
    hand.execute(
        "update _sqlx_migrations set checksum = (select checksum from _sqlx_migrations where version = 2) \
         where version = 3",
    )
    .await;
    drop(hand);
    examine(&program)
        .await
        .faults("migrations", &["migration 3"], &["restore"]);
}

#[tokio::test]
async fn a_keyring_of_another_database_is_told() {
    let app = TestApp::start().await;
    let program = beside(&app).with("TOKEN_ENCRYPTION_KEY", OTHER_KEYRING);
    let examined = examine(&program).await;
    examined.faults("keyring", &["does not fit"], &["restore the key"]);
    let key = OTHER_KEYRING.split_once(':').unwrap().1;
    assert!(!examined.report.to_string().contains(key));
}

#[tokio::test]
async fn a_key_file_that_is_gone_is_told_and_no_other_is_made() {
    let app = TestApp::start().await;
    let program = beside(&app).with("TOKEN_ENCRYPTION_KEY", "");
    let examined = examine(&program).await;
    examined.faults(
        "keyring",
        &["auxcord.key does not exist"],
        &["restore the key"],
    );
    assert!(!app.database.folder.path().join("auxcord.key").exists());
}

#[tokio::test]
async fn a_key_file_that_others_may_read_is_told() {
    let app = TestApp::start().await;
    let file = app.database.folder.path().join("auxcord.key");
    fs::write(&file, crate::harness::app::KEYRING).unwrap();
    let program = beside(&app).with("TOKEN_ENCRYPTION_KEY", "");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let examined = examine(&program).await;
    examined.faults("keyring.file", &["auxcord.key", "0644"], &["chmod 0600"]);
    examined.tells("keyring", "ok", &["fits"], &[]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let examined = examine(&program).await;
    examined.is_fine("keyring.file");
}

#[tokio::test]
async fn a_user_without_rights_is_told() {
    let mut app = TestApp::start().await;
    let program = beside(&app);
    app.stop().await;
    if !app.database.is_postgres() {
        return;
    }
    let mut hand = Hand::on(&app.database).await;
    let name = format!("reader_{}", app.database.url.rsplit('_').next().unwrap());
    hand.execute(&format!("create role {name} login password 'only-reads'"))
        .await;
    hand.execute(&format!(
        "grant select on all tables in schema public to {name}"
    ))
    .await;
    let mut url = url::Url::parse(&app.database.url).unwrap();
    url.set_username(&name).unwrap();
    url.set_password(Some("only-reads")).unwrap();
    let examined = examine(&program.with("DATABASE_URL", url.as_str())).await;
    hand.execute(&format!("drop owned by {name}")).await;
    hand.execute(&format!("drop role {name}")).await;
    examined.faults(
        "database.writable",
        &["may not write", "people"],
        &["grant"],
    );
    assert!(!examined.report.to_string().contains("only-reads"));
}

/// Without anything that would be asked over the network.
fn offline(program: Program) -> Program {
    program
        .with("SPOTIFY_ACCOUNTS_URL", "http://127.0.0.1:1")
        .with("SPOTIFY_API_URL", "http://127.0.0.1:1/v1")
        .with("BASE_URL", "http://127.0.0.1:1")
}

/// How many migrations there are.
fn migrations() -> usize {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    fs::read_dir(folder).unwrap().count()
}
