//! `migrate`, `keyring` and `config`: what needs no running server.

use super::misused;
use crate::harness::{Program, database::TestDatabase, sql::Hand};

const KEYRING: &str = "k1:3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";

#[tokio::test]
async fn migrate_makes_the_tables_and_can_be_repeated() {
    let database = TestDatabase::new().await;
    let program = Program::new(database.folder.path()).with("DATABASE_URL", &database.url);
    for _ in 0..2 {
        let ended = program.run(&["migrate"]).await;
        assert_eq!(ended.printed(), "the database is up to date\n");
        assert_eq!(ended.err, "");
    }
    let tables = Hand::on(&database).await.tables().await;
    for table in ["api_keys", "people", "spotify_links", "vault"] {
        assert!(tables.contains(&table.to_owned()), "{tables:?}");
    }
    let left = std::fs::read_dir(database.folder.path()).unwrap();
    let made_a_key = left
        .flatten()
        .any(|entry| entry.file_name() == "auxcord.key");
    assert!(!made_a_key, "migrating needs no key");
}

#[tokio::test]
async fn processes_that_migrate_at_the_same_time_do_not_disturb_each_other() {
    let database = TestDatabase::new().await;
    let program = Program::new(database.folder.path()).with("DATABASE_URL", &database.url);
    let all = futures::future::join_all((0..4).map(|_| program.run(&["migrate"]))).await;
    for ended in all {
        assert_eq!(ended.printed(), "the database is up to date\n");
    }
}

#[tokio::test]
async fn a_generated_key_is_a_keyring_and_no_two_are_alike() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let first = program.run(&["keyring", "generate"]).await;
    let second = program.run(&["keyring", "generate", "--name", "k2"]).await;
    let (first, second) = (first.printed().trim(), second.printed().trim());
    assert!(first.starts_with("k1:") && second.starts_with("k2:"));
    assert_ne!(first[3..], second[3..]);
    let ring = format!("{second},{first}");
    let listed = program
        .with("TOKEN_ENCRYPTION_KEY", &ring)
        .run(&["keyring", "list"])
        .await;
    assert_eq!(listed.printed(), "k2\nk1\n");
    let prod = Program::new(folder.path())
        .with("ENVIRONMENT", "prod")
        .with("SPOTIFY_CLIENT_ID", "5fe01282e44241328a84e7c5cc169165")
        .with("BASE_URL", "https://music.example.com")
        .with("TOKEN_ENCRYPTION_KEY", &ring);
    prod.run(&["config", "check"]).await.printed();
}

#[tokio::test]
async fn a_name_that_no_key_can_have_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    for name in ["", "a:b", "a,b", "ü", &"x".repeat(33)] {
        let ended = program.run(&["keyring", "generate", "--name", name]).await;
        ended.failed_saying(&["A-Z a-z 0-9", "--name"]);
    }
    let unset = program.run(&["keyring", "list"]).await;
    unset.failed_saying(&["TOKEN_ENCRYPTION_KEY is not set", "keyring generate"]);
}

#[tokio::test]
async fn the_printed_defaults_are_a_file_that_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let defaults = program.run(&["config", "default"]).await;
    assert_eq!(defaults.err, "");
    std::fs::write(folder.path().join("auxcord.toml"), defaults.printed()).unwrap();
    let checked = program
        .run(&["config", "check", "--config", "auxcord.toml"])
        .await;
    assert!(checked.printed().contains("in order"), "{checked:?}");
    assert_eq!(checked.err, "");
}

#[tokio::test]
async fn check_shows_what_is_in_force_without_a_secret_and_every_fault_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path())
        .with("PORT", "8123")
        .with("SPOTIFY_CLIENT_ID", "5fe01282e44241328a84e7c5cc169165")
        .with("SPOTIFY_CLIENT_SECRET", "hush0123456789abcdef0123456789ab")
        .with("TOKEN_ENCRYPTION_KEY", KEYRING)
        .with("DATABASE_URL", "postgres://me:hush@db.example.com/music");
    let checked = program.run(&["config", "check"]).await;
    let shown = checked.printed();
    assert!(
        shown.contains("8123") && shown.contains("db.example.com"),
        "{shown}"
    );
    for secret in ["hush", &KEYRING[3..]] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let faulty = program
        .with("PORT", "many")
        .with("MCP_PATH", "nowhere")
        .with(
            "SPOTIFY_REDIRECT_URI",
            "http://localhost:8123/auth/callback",
        )
        .run(&["config", "check"])
        .await;
    faulty.failed_saying(&["PORT", "MCP_PATH", "SPOTIFY_REDIRECT_URI", "127.0.0.1:8123"]);
}

#[tokio::test]
async fn a_misuse_is_told_on_stderr_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    for (arguments, words) in [
        (&["dance"][..], "unrecognized subcommand"),
        (&["serve", "--dance"], "unexpected argument"),
        (&["users"], "Usage"),
        (&["users", "show"], "PERSON"),
        (&["keys", "revoke"], "ID"),
        (&["config", "chek"], "check"),
    ] {
        misused(&program.run(arguments).await, words);
    }
    let version = program.run(&["--version"]).await;
    assert_eq!(
        version.printed(),
        concat!("auxcord ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let help = program.run(&["--help"]).await;
    for command in [
        "serve", "sandbox", "migrate", "users", "keys", "keyring", "config",
    ] {
        assert!(help.printed().contains(command), "{help:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
