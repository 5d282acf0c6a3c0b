//! Databases that cannot be used: where nothing may be written, locked, full, none at all, or somebody else's.

use std::{fs, path::Path};

use serde_json::json;

use super::{KEYRING, ready, served};
use crate::harness::{
    Browser, Client, Program, Setup, TestApp,
    browser::Page,
    database::TestDatabase,
    sql::{Hand, file_of},
};

fn on_file(path: &Path) -> Program {
    Program::new(path.parent().unwrap())
        .with("PORT", "0")
        .with("DATABASE_URL", &format!("sqlite:///{}", path.display()))
        .with("SPOTIFY_CLIENT_ID", "auxcord-tests")
        .with("TOKEN_ENCRYPTION_KEY", KEYRING)
}

#[tokio::test]
async fn a_folder_in_which_nothing_can_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for url in [
        "sqlite:////proc/auxcord.db",
        "sqlite:///missing/folder/auxcord.db",
    ] {
        let program = on_file(&folder.path().join("x.db")).with("DATABASE_URL", url);
        for command in [&["serve"][..], &["migrate"], &["users", "list"]] {
            let ended = program.run(command).await;
            ended.failed_saying(&[
                "the database cannot be opened",
                "DATABASE_URL",
                "folder exists",
            ]);
            assert_eq!(ended.err.matches("unable to open").count(), 1, "{ended:?}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_without_the_password() {
    let database = TestDatabase::new().await;
    let program = ready(&database).with("DATABASE_URL", "postgres://me:hush@127.0.0.1:1/music");
    let program = program.with("DATABASE_ACQUIRE_TIMEOUT_MS", "500");
    let ended = program.run(&["serve"]).await;
    ended.failed_saying(&["the database cannot be opened", "DATABASE_URL"]);
    assert!(!ended.err.contains("hush"), "{ended:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("songs.txt");
    let songs = "these are my songs, and no database at all\n".repeat(100);
    fs::write(&file, &songs).unwrap();
    for command in [&["serve"][..], &["migrate"]] {
        let ended = on_file(&file).run(command).await;
        ended.failed_saying(&["file is not a database", "DATABASE_URL"]);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), songs);
}

#[tokio::test]
async fn another_program_s_database_is_refused_and_nothing_in_it_is_changed() {
    for (table, advice) in [
        ("songs", "a database of auxcord's own"),
        ("spotify_tokens", "`auxcord import DATABASE`"),
    ] {
        let database = TestDatabase::new().await;
        let mut hand = Hand::on(&database).await;
        hand.execute(&format!("create table {table} (name text)"))
            .await;
        hand.execute(&format!("insert into {table} values ('mine')"))
            .await;
        let before = (!database.is_postgres()).then(|| fs::read(file_of(&database)).unwrap());
        for command in [&["serve"][..], &["migrate"], &["users", "list"]] {
            let ended = ready(&database).run(command).await;
            ended.failed_saying(&["belongs to another program", table, advice, "DATABASE_URL"]);
        }
        assert_eq!(hand.tables().await, [table]);
        let kept = hand.texts(&format!("select name from {table}")).await;
        assert_eq!(kept, ["mine"]);
        drop(hand);
        if let Some(before) = before {
            assert_eq!(fs::read(file_of(&database)).unwrap(), before);
            let left = fs::read_dir(database.folder.path()).unwrap().count();
            assert_eq!(left, 1, "nothing lies beside it");
        }
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let database = TestDatabase::new().await;
    ready(&database).run(&["migrate"]).await.printed();
    let mut hand = Hand::on(&database).await;
    hand.execute("update _sqlx_migrations set version = version + 99")
        .await;
    let ended = ready(&database).run(&["serve"]).await;
    ended.failed_saying(&[
        "cannot be migrated",
        "version of auxcord that wrote this database",
    ]);
    let rows = hand.texts("select name from vault").await;
    assert!(rows.is_empty(), "{rows:?}");
}

#[tokio::test]
async fn a_start_on_a_locked_file_waits_says_so_and_succeeds_later() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("auxcord.db");
    let program = on_file(&file).with("DATABASE_BUSY_TIMEOUT_MS", "100");
    program.run(&["migrate"]).await.printed();
    let mut hand = Hand::on_file(&file).await;
    hand.execute("begin immediate").await;
    let ended = program.run(&["serve"]).await;
    ended.failed_saying(&["database is locked", "another program is writing"]);
    hand.execute("rollback").await;
    served(&mut program.start(&["serve"])).await;
}

#[tokio::test]
async fn a_call_on_a_locked_file_is_answered_and_the_next_one_works() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("auxcord.db");
    let setup = Setup::default()
        .with("DATABASE_URL", &format!("sqlite:///{}", file.display()))
        .with("DATABASE_BUSY_TIMEOUT_MS", "100");
    let app = TestApp::start_with(setup).await;
    let person = app.connect_first().await;
    let mut hand = Hand::on_file(&file).await;
    hand.execute("begin immediate").await;
    let page = app.browser().begin().await;
    assert_eq!(page.status, 503, "{}", page.text);
    assert!(!page.text.contains("locked"), "{}", page.text);
    let client = app.client(&person.key);
    client.done("search", json!({ "query": "night" })).await;
    hand.execute("rollback").await;
    assert_eq!(app.browser().log_in(&person.spotify_id).await.status, 200);
}

/// The disk is full: no file may grow past 600 kB, which SQLite's log of changes reaches after some logins.
#[tokio::test]
async fn on_a_full_disk_nobody_is_lost_and_all_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:///{}", folder.path().join("auxcord.db").display());
    let program = Program::new(folder.path()).with("TOKEN_ENCRYPTION_KEY", KEYRING);
    let serve = format!("serve --sandbox --port 0 --people 40 --database '{url}'");
    let line = format!("trap '' XFSZ; ulimit -f 1200; exec \"$AUXCORD\" {serve}");
    let mut full = program.start_by_shell(&line);
    let origin = full.origin().await;
    let demo = full.printed("  aux_").await.pop().unwrap();
    let mut keys = vec![demo.trim().to_owned()];
    let refused = fill(&origin, &mut keys).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert!(refused.header("content-type").starts_with("text/html"));
    assert!(!refused.text.contains("disk I/O"), "{}", refused.text);
    for key in &keys {
        let client = Client::new(&format!("{origin}/mcp"), key);
        client.done("search", json!({ "query": "night" })).await;
    }
    assert_eq!(full.signal("TERM").await.code, Some(0));

    let known = program.run(&["users", "list", "--database", &url]).await;
    assert_eq!(known.printed().lines().count(), keys.len() + 1, "{known:?}");
    let serve: Vec<&str> = serve
        .split(' ')
        .map(|word| word.trim_matches('\''))
        .collect();
    let mut roomy = program.start(&serve);
    let origin = roomy.origin().await;
    roomy.printed("  aux_").await;
    for key in &keys {
        let listed = Client::new(&format!("{origin}/mcp"), key)
            .rpc(1, "tools/list", json!({}))
            .await;
        assert_eq!(listed.status, 200, "{}", listed.body);
    }
}

/// Connects one after another until the server refuses somebody; their keys go to `keys`.
async fn fill(origin: &str, keys: &mut Vec<String>) -> Page {
    let consent = Browser::new(origin).begin().await.location();
    let consent = Browser::new(origin).visit(&consent).await;
    let people = consent.values_of(r#"input[name="person"]"#);
    // The first one is the demo person, who is connected already.
    for person in &people[1..] {
        let browser = Browser::new(origin);
        let begun = browser.begin().await;
        if begun.status != 303 {
            return begun;
        }
        let fields = [("person", person.as_str()), ("decision", "approve")];
        let back = browser.answer(&begun.location(), &fields).await;
        let page = browser.visit(&back).await;
        match page.status {
            200 => keys.push(page.text_of("#api-key")),
            // Not on the app's list.
            403 => {}
            _ => return page,
        }
    }
    panic!("the disk is never full");
}
