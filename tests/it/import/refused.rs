//! Databases and keys that cannot be used: told once, with what to do, and nothing is written anywhere.

use std::fs;

use super::Stage;
use crate::harness::{database::TestDatabase, sql::Hand};

#[tokio::test]
async fn a_wrong_key_is_told_once_and_nothing_is_imported() {
    let mut stage = Stage::new().await;
    for number in 0..3 {
        let user = stage.user(&stage.person(number));
        stage.old.add(&user).await;
    }
    let right = std::mem::replace(
        &mut stage.old.key,
        "dw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=".to_owned(),
    );
    let ended = stage.import(&[]).await;
    ended.failed_saying(&["not one of 6 sealed values", "IMPORT_ENCRYPTION_KEY"]);
    assert_eq!(ended.err.matches("error:").count(), 1, "{ended:?}");
    assert_eq!(stage.ground.spotify.calls().len(), 0);
    stage.old.key = right;
    stage.report(&[], 0).await;
}

#[tokio::test]
async fn the_key_comes_from_a_file_its_variable_or_our_own_if_that_is_bare() {
    let mut stage = Stage::new().await;
    let user = stage.user(&stage.person(0));
    stage.old.add(&user).await;
    let folder = stage.ground.database.folder.path();
    fs::write(folder.join("old.key"), format!("{}\n", stage.old.key)).unwrap();
    let dry = ["import", &stage.old.url, "--dry-run"];
    let without = stage.program().with("IMPORT_ENCRYPTION_KEY", "");
    let named = without.run(&dry).await;
    named.failed_saying(&["is not here", "--key-file"]);
    let bare = without.clone().with("TOKEN_ENCRYPTION_KEY", &stage.old.key);
    assert_eq!(bare.run(&dry).await.code, Some(0));
    let from_file = [&dry[..], &["--key-file", "old.key"]].concat();
    assert_eq!(without.run(&from_file).await.code, Some(0));
    let bad = stage.program().with("IMPORT_ENCRYPTION_KEY", "not a key");
    bad.run(&dry)
        .await
        .failed_saying(&["not a Fernet key", "--key-file"]);
    let missing = [&dry[..], &["--key-file", "missing.key"]].concat();
    let missing = without.run(&missing).await;
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.err.contains("missing.key"), "{missing:?}");
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_by_name() {
    let mut stage = Stage::new().await;
    stage.old.execute("drop table user_sessions").await;
    stage.old.execute("create table songs (title text)").await;
    stage
        .old
        .execute("alter table spotify_tokens drop column scope")
        .await;
    let ended = stage.import(&[]).await;
    ended.failed_saying(&["songs", "lacks", "user_sessions", "spotify_tokens.scope"]);
    let empty = TestDatabase::new().await;
    Hand::on(&empty).await;
    let ended = stage.program().run(&["import", &empty.url]).await;
    ended.failed_saying(&["the database is empty"]);
    let tables = Hand::on(&stage.ground.database).await.tables().await;
    assert!(tables.is_empty(), "ours is not even made: {tables:?}");
}

#[tokio::test]
async fn our_own_database_is_refused_with_a_hint() {
    let stage = Stage::new().await;
    let own = &stage.ground.database.url;
    stage.program().run(&["migrate"]).await.printed();
    let ended = stage.program().run(&["import", own]).await;
    ended.failed_saying(&["auxcord's own", "name the Python server's database"]);
}

#[tokio::test]
async fn what_is_no_database_is_told_and_made_by_nobody() {
    let stage = Stage::new().await;
    let folder = stage.ground.database.folder.path();
    fs::write(folder.join("songs.txt"), "no database at all\n".repeat(100)).unwrap();
    for (name, words) in [
        ("missing.db", "missing.db"),
        ("sqlite:///missing.db", "missing.db"),
        ("songs.txt", "file is not a database"),
        (
            "mysql://me:hush@127.0.0.1/music",
            "only SQLite and PostgreSQL",
        ),
        ("sqlite://:memory:", "in memory"),
        (
            "postgresql+psycopg2://me:hush@127.0.0.1:1/music",
            "cannot be opened",
        ),
    ] {
        let ended = stage.program().run(&["import", name]).await;
        ended.failed_saying(&[words]);
        assert!(!ended.err.contains("hush"), "{ended:?}");
    }
    assert!(!folder.join("missing.db").exists());
    let ended = stage.program().run(&["import"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[tokio::test]
async fn every_spelling_of_the_other_database_is_understood() {
    let mut stage = Stage::new().await;
    let user = stage.user(&stage.person(0));
    stage.old.add(&user).await;
    let spellings = if stage.old.database.is_postgres() {
        let (_, rest) = stage.old.url.split_once("://").unwrap();
        ["postgresql", "postgresql+psycopg2", "postgresql+asyncpg"]
            .map(|scheme| format!("{scheme}://{rest}"))
            .to_vec()
    } else {
        let path = stage.old.url.strip_prefix("sqlite:///").unwrap();
        vec![
            path.to_owned(),
            format!("sqlite:///{path}"),
            format!("sqlite+aiosqlite:///{path}"),
        ]
    };
    for spelling in spellings {
        let ended = stage
            .program()
            .run(&["import", &spelling, "--dry-run"])
            .await;
        assert!(ended.printed().contains("1 imported"), "{ended:?}");
    }
}

/// A SQLite file that its server keeps with a log of changes, read beside that log and as a lone copy.
#[tokio::test]
async fn a_file_with_a_log_of_changes_is_read_and_left_alone() {
    let mut stage = Stage::new().await;
    if stage.old.database.is_postgres() {
        return;
    }
    stage.old.execute("pragma journal_mode = wal").await;
    let user = stage.user(&stage.person(0));
    stage.old.add(&user).await;
    let ended = stage.import(&["--dry-run"]).await;
    assert!(
        ended.printed().contains("1 imported"),
        "what stands in the log counts: {ended:?}"
    );
    stage.old.execute("pragma wal_checkpoint(truncate)").await;
    let path = stage.old.url.strip_prefix("sqlite:///").unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    let ended = stage
        .program()
        .run(&["import", copy.to_str().unwrap(), "--dry-run"])
        .await;
    assert!(ended.printed().contains("1 imported"), "{ended:?}");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing lies beside it"
    );
}
