//! Spotify: whether it is reached, and whether it knows the app.

use auxcord::sandbox::{App, Options, Sandbox};
use tokio::net::TcpListener;

use super::{beside, examine};
use crate::harness::{Program, TestApp};

const CALLBACK: &str = "http://127.0.0.1:8001/auth/callback";
const SECRET: &str = "5up3rs3cret5up3rs3cret5up3rs3cre";

#[tokio::test]
async fn a_spotify_that_cannot_be_reached_is_told() {
    let app = TestApp::start().await;
    let program = beside(&app)
        .with("SPOTIFY_ACCOUNTS_URL", "http://127.0.0.1:1")
        .with("SPOTIFY_API_URL", "http://127.0.0.1:1/v1");
    let examined = examine(&program).await;
    for check in ["spotify.accounts", "spotify.api"] {
        examined.faults(check, &["127.0.0.1", "refused"], &["https connections"]);
    }
    examined.leaves("spotify.app", "cannot be reached");
    // The server's own clock stands in.
    assert_eq!(examined.of("clock").len(), 1);
}

#[tokio::test]
async fn a_set_up_without_an_app_is_told_what_to_register() {
    let app = TestApp::start().await;
    let program = beside(&app).with("SPOTIFY_CLIENT_ID", "");
    let callback = format!("{}/auth/callback", app.origin);
    examine(&program).await.faults(
        "spotify.app",
        &["SPOTIFY_CLIENT_ID is not set"],
        &["developer.spotify.com", &callback],
    );
}

#[tokio::test]
async fn an_app_that_spotify_does_not_know_is_told_apart_from_one_with_a_wrong_secret() {
    let (sandbox, program) = registered().await;
    let right = examine(&program.clone().with("SPOTIFY_CLIENT_SECRET", SECRET)).await;
    right.tells("spotify.app", "ok", &["client id and secret"], &[]);
    let unknown = examine(&program.clone().with("SPOTIFY_CLIENT_ID", "nobodys")).await;
    unknown.faults("spotify.app", &["does not take"], &["dashboard"]);
    let other = "0123456789abcdef0123456789abcdef";
    let wrong = examine(&program.with("SPOTIFY_CLIENT_SECRET", other)).await;
    wrong.faults("spotify.app", &["does not take"], &["dashboard"]);
    assert!(!wrong.report.to_string().contains(other));
    drop(sandbox);
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_is_told() {
    let (sandbox, program) = registered().await;
    examine(&program).await.is_fine("spotify.redirect_uri");
    let other = "http://127.0.0.1:8001/callback";
    let examined = examine(&program.with("SPOTIFY_REDIRECT_URI", other)).await;
    examined.faults(
        "spotify.redirect_uri",
        &[other, "not registered"],
        &["Redirect URIs", other],
    );
    drop(sandbox);
}

/// A Spotify that knows one app with one redirect URI, and the program of its operator.
async fn registered() -> (Sandbox, Program) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = Options {
        apps: vec![App {
            client_id: "my-app".to_owned(),
            client_secret: Some(SECRET.to_owned()),
            redirect_uris: vec![CALLBACK.to_owned()],
            allow_list: None,
            rotates: false,
        }],
        ..Options::default()
    };
    let sandbox = Sandbox::start(listener, options).await.unwrap();
    let nowhere = std::env::temp_dir();
    let program = Program::new(&nowhere)
        .with(
            "DATABASE_URL",
            "sqlite:///doctor-looks-for-no-database-here.db",
        )
        .with("SPOTIFY_CLIENT_ID", "my-app")
        .with("SPOTIFY_ACCOUNTS_URL", &sandbox.accounts_url())
        .with("SPOTIFY_API_URL", &sandbox.api_url());
    (sandbox, program)
}
