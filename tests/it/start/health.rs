//! `auxcord health`, which health checks run where there is no shell.

use std::net::TcpListener;

use super::{KEYRING, ready, served};
use crate::harness::{Program, database::TestDatabase, http, tls::Certificate};

/// A port that was free a moment ago.
fn free_port() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port().to_string()
}

#[tokio::test]
async fn a_server_that_lives_is_healthy_and_one_that_stopped_is_not() {
    let database = TestDatabase::new().await;
    for host in ["127.0.0.1", "0.0.0.0"] {
        let program = ready(&database)
            .with("PORT", &free_port())
            .with("HOST", host);
        let mut running = program.start(&["serve"]);
        running.logged("serving; register").await;
        let healthy = program.run(&["health"]).await;
        assert_eq!(healthy.printed(), "the server lives\n");
        running.signal("TERM").await;
        let gone = program.run(&["health"]).await;
        gone.failed_saying(&["no good answer from http://127.0.0.1:", "/health"]);
    }
}

#[tokio::test]
async fn a_server_that_speaks_https_itself_is_asked_in_https() {
    let database = TestDatabase::new().await;
    let certificate = Certificate::for_loopback();
    let mut program = ready(&database).with("PORT", &free_port());
    for (name, value) in certificate.written(database.folder.path()) {
        program = program.with(&name, &value);
    }
    let mut running = program.start(&["serve"]);
    running.logged("serving; register").await;
    assert_eq!(
        program.run(&["health"]).await.printed(),
        "the server lives\n"
    );
}

#[tokio::test]
async fn another_program_at_the_port_is_not_a_healthy_server() {
    let database = TestDatabase::new().await;
    let mut sandbox =
        Program::new(database.folder.path()).start(&["sandbox", "--listen", "127.0.0.1:0"]);
    let printed = sandbox.printed("SPOTIFY_ACCOUNTS_URL=").await;
    let url = printed.last().unwrap().split_once('=').unwrap().1;
    let port = reqwest::Url::parse(url).unwrap().port().unwrap();
    // It answers, but has no such page.
    let page = http().build().unwrap().get(format!("{url}/health"));
    assert_eq!(page.send().await.unwrap().status(), 404);
    let asked = ready(&database)
        .with("PORT", &port.to_string())
        .run(&["health"])
        .await;
    asked.failed_saying(&["it answered 404"]);
}

#[tokio::test]
async fn a_health_check_needs_the_settings_of_the_server() {
    let database = TestDatabase::new().await;
    let running = &mut ready(&database).start(&["serve"]);
    served(running).await;
    let prod = Program::new(database.folder.path())
        .with("ENVIRONMENT", "prod")
        .with("TOKEN_ENCRYPTION_KEY", KEYRING);
    prod.run(&["health"])
        .await
        .failed_saying(&["SPOTIFY_CLIENT_ID", "BASE_URL"]);
}
