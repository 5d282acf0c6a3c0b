//! Keyrings that lack a link's key, or have another one of its name: nothing is called, nothing is overwritten.

use auxcord::app::OpenFailure;

use super::{TOKEN, TOO_LONG, link_state, list, refused, stored_link};
use crate::harness::{Setup, TestApp};

/// Seals the database's own key in every story.
const OLD: &str = "old:3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";
const NEW: &str = "new:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
/// Another key of the name `new`.
const IMPOSTOR: &str = "new:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA";
const KEYRING: &str = "TOKEN_ENCRYPTION_KEY";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_whose_key_is_missing_counts_as_ended_and_comes_back_with_it() {
    let mut app = TestApp::start_with(Setup::default().with(KEYRING, OLD)).await;
    app.restart_with(KEYRING, &format!("{NEW},{OLD}"))
        .await
        .unwrap();
    let person = app.connect_first().await;
    let before = stored_link(&app).await;
    app.advance(TOO_LONG);
    for keyring in [OLD.to_owned(), format!("{OLD},{IMPOSTOR}")] {
        app.restart_with(KEYRING, &keyring).await.unwrap();
        app.spotify.reset_calls();
        let told = refused(&app.client(&person.key)).await;
        assert!(
            told.contains(&format!("{}/auth/login", app.origin)),
            "{told}"
        );
        assert_eq!(link_state(&app, &person.key).await, "suspended");
        assert_eq!(stored_link(&app).await, before);
        assert_eq!(app.spotify.count(TOKEN), 0);
    }
    app.restart_with(KEYRING, &format!("{OLD},{NEW}"))
        .await
        .unwrap();
    assert_eq!(link_state(&app, &person.key).await, "active");
    list(&app.client(&person.key)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connecting_again_seals_with_the_key_that_is_there() {
    let mut app = TestApp::start_with(Setup::default().with(KEYRING, OLD)).await;
    app.restart_with(KEYRING, &format!("{NEW},{OLD}"))
        .await
        .unwrap();
    let person = app.connect_first().await;
    app.restart_with(KEYRING, OLD).await.unwrap();
    refused(&app.client(&person.key)).await;
    app.connect(&person.spotify_id).await;
    list(&app.client(&person.key)).await;
    app.advance(TOO_LONG);
    list(&app.client(&person.key)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keyring_that_cannot_open_the_databases_own_key_stops_the_start_and_changes_nothing() {
    let mut app = TestApp::start_with(Setup::default().with(KEYRING, OLD)).await;
    let person = app.connect_first().await;
    let before = stored_link(&app).await;
    let vault = format!("select {} from vault", app.database.hex("sealed"));
    let sealed = app.database.texts(&vault).await;
    for wrong in [NEW.to_owned(), OLD.replace("3q2", "4q2")] {
        let refusal = app.restart_with(KEYRING, &wrong).await.unwrap_err();
        assert!(matches!(refusal, OpenFailure::WrongKeyring(_)), "{refusal}");
        assert_eq!(stored_link(&app).await, before);
        assert_eq!(app.database.texts(&vault).await, sealed);
    }
    app.restart_with(KEYRING, OLD).await.unwrap();
    list(&app.client(&person.key)).await;
}
