//! One person on one machine: `TRANSPORT=stdio`, with a data folder of its own and a redirect URI on loopback.

use tokio::net::TcpListener;

use super::examine;
use crate::harness::{Program, TestApp};

#[tokio::test]
async fn for_one_person_on_one_machine_no_address_is_looked_for() {
    let app = TestApp::start().await;
    let examined = examine(&alone(&app, &free_callback().await)).await;
    assert_eq!(examined.report["transport"], "stdio");
    for check in [
        "discovery.reachable",
        "discovery.issuer",
        "discovery.challenge",
    ] {
        examined.leaves(check, "TRANSPORT=stdio");
    }
    for check in ["database.reachable", "keyring", "spotify.app", "clock"] {
        examined.is_fine(check);
    }
    assert_eq!(examined.with_state("fault"), [""; 0], "{examined:#?}");
}

#[tokio::test]
async fn before_the_first_login_the_folder_is_yet_to_be_made_and_is_not_made() {
    let app = TestApp::start().await;
    let home = app.database.folder.path();
    let program = alone(&app, &free_callback().await)
        .with("DATABASE_URL", "")
        .with("TOKEN_ENCRYPTION_KEY", "");
    let examined = examine(&program).await;
    assert_eq!(examined.code, Some(0), "{examined:#?}");
    examined.tells("database.reachable", "ok", &["first start makes it"], &[]);
    examined.is_fine("database.writable");
    assert!(!home.join(".local").exists());
}

#[tokio::test]
async fn a_port_that_another_program_holds_is_told() {
    let app = TestApp::start().await;
    let held = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let callback = format!("http://{}/callback", held.local_addr().unwrap());
    let examined = examine(&alone(&app, &callback)).await;
    examined.tells("redirect_uri", "ok", &[&callback], &[]);
    examined.tells(
        "redirect_uri",
        "warning",
        &["another program listens"],
        &["SPOTIFY_REDIRECT_URI", "paste"],
    );
}

#[tokio::test]
async fn without_an_app_the_default_address_to_register_is_told() {
    let app = TestApp::start().await;
    let program = alone(&app, "").with("SPOTIFY_CLIENT_ID", "");
    examine(&program).await.faults(
        "spotify.app",
        &["SPOTIFY_CLIENT_ID is not set"],
        &["http://127.0.0.1:8888/callback", "dashboard"],
    );
}

/// The program as an assistant would start it, with a home of its own.
fn alone(app: &TestApp, callback: &str) -> Program {
    Program::beside(app)
        .with("TRANSPORT", "stdio")
        .with("HOME", app.database.folder.path().to_str().unwrap())
        .with("SPOTIFY_REDIRECT_URI", callback)
}

/// Where nobody listens.
async fn free_callback() -> String {
    let held = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/callback", held.local_addr().unwrap())
}
