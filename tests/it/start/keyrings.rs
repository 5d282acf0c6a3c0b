//! The keyring and the database belong together: one without the other stops the start and changes nothing.

use std::{fs, os::unix::fs::PermissionsExt};

use super::{KEYRING, OTHER_KEY, OTHER_NAME, keyless, ready, served};
use crate::harness::{database::TestDatabase, sql::Hand};

/// What the database keeps sealed, as text.
async fn sealed(database: &TestDatabase) -> Vec<String> {
    let mut hand = Hand::on(database).await;
    let kept = if database.is_postgres() {
        "select name || encode(sealed, 'hex') from vault"
    } else {
        "select name || hex(sealed) from vault"
    };
    hand.texts(kept).await
}

#[tokio::test]
async fn a_malformed_keyring_stops_the_start_and_is_not_repeated() {
    let database = TestDatabase::new().await;
    for keyring in [
        "hush",
        "k1:hush",
        "k1:aHVzaA,k2",
        "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &format!("{KEYRING},{OTHER_KEY}"),
        "bad name:3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs",
        ",",
    ] {
        for command in [&["serve"][..], &["users", "list"]] {
            let program = keyless(&database).with("TOKEN_ENCRYPTION_KEY", keyring);
            let ended = program.run(command).await;
            ended.failed_saying(&["TOKEN_ENCRYPTION_KEY", "keyring generate"]);
            let key = keyring.rsplit(':').next().unwrap();
            assert!(key.len() < 3 || !ended.err.contains(key), "{ended:?}");
        }
    }
    assert!(Hand::on(&database).await.tables().await.is_empty());
}

#[tokio::test]
async fn another_database_s_keyring_stops_the_start_and_changes_nothing() {
    let database = TestDatabase::new().await;
    ready(&database).run(&["users", "list"]).await.printed();
    let before = sealed(&database).await;
    assert_eq!(before.len(), 1, "{before:?}");
    for other in [OTHER_KEY, OTHER_NAME] {
        for command in [&["serve"][..], &["users", "list"], &["keys", "list"]] {
            let program = keyless(&database).with("TOKEN_ENCRYPTION_KEY", other);
            let ended = program.run(command).await;
            ended.failed_saying(&["keyring does not fit this database", "nothing was changed"]);
        }
    }
    assert_eq!(sealed(&database).await, before);
    served(&mut ready(&database).start(&["serve"])).await;
    let both = format!("{OTHER_NAME},{KEYRING}");
    let both = keyless(&database).with("TOKEN_ENCRYPTION_KEY", &both);
    served(&mut both.start(&["serve"])).await;
    assert_eq!(sealed(&database).await, before);
}

#[tokio::test]
async fn without_a_keyring_one_is_made_kept_private_and_used_again() {
    let database = TestDatabase::new().await;
    let file = database.folder.path().join("auxcord.key");
    let mut first = keyless(&database).start(&["serve"]);
    served(&mut first).await;
    let log = first.log.join("\n");
    assert!(
        log.contains("made a key") && log.contains("auxcord.key"),
        "{log}"
    );
    assert!(log.contains("WARN"), "{log}");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = fs::read_to_string(&file).unwrap();
    let secret = key.trim().rsplit(':').next().unwrap();
    assert!(!log.contains(secret));
    assert_eq!(first.signal("TERM").await.code, Some(0));

    let before = sealed(&database).await;
    let mut second = keyless(&database).start(&["serve"]);
    served(&mut second).await;
    assert!(!second.log.join("\n").contains("made a key"));
    assert_eq!(second.signal("TERM").await.code, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), key);
    assert_eq!(sealed(&database).await, before);
}

#[tokio::test]
async fn a_lost_key_file_is_not_made_anew_over_sealed_data() {
    let database = TestDatabase::new().await;
    let file = database.folder.path().join("auxcord.key");
    keyless(&database).run(&["users", "list"]).await.printed();
    let key = fs::read(&file).unwrap();
    let before = sealed(&database).await;
    fs::remove_file(&file).unwrap();
    for command in [&["serve"][..], &["users", "list"]] {
        let ended = keyless(&database).run(command).await;
        ended.failed_saying(&[
            "sealed with a key that is not here",
            "auxcord.key",
            "restore the key",
        ]);
        assert!(!file.exists());
    }
    fs::write(&file, "hush").unwrap();
    let ended = keyless(&database).run(&["serve"]).await;
    ended.failed_saying(&["auxcord.key", "holds no keyring"]);
    assert!(!ended.err.contains("hush"), "{ended:?}");
    assert_eq!(fs::read(&file).unwrap(), b"hush");
    assert_eq!(sealed(&database).await, before);
    fs::write(&file, key).unwrap();
    served(&mut keyless(&database).start(&["serve"])).await;
}
