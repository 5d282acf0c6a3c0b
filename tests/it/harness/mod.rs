//! The stage of the stories: a whole server with its database and a simulated Spotify, a browser, an MCP client.

pub mod app;
pub mod browser;
pub mod consent;
pub mod database;
pub mod grant;
pub mod mcp;
pub mod oauth;
pub mod process;
pub mod program;
pub mod raw;
pub mod sql;
pub mod tls;
pub mod tools;
pub mod wire;

pub use app::{Setup, TestApp};
pub use browser::Browser;
pub use mcp::Client;
pub use process::{Ground, Process};
pub use program::Program;

use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, Response, redirect::Policy};

/// How long a story waits for what must come, before it has failed.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A client that goes straight to where it is sent, follows nothing, and trusts nobody but the stories' authority.
pub fn http() -> ClientBuilder {
    // Only the first of the process's tests can install it, and the others find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = tls::Authority::of_the_stories().pem();
    reqwest::Client::builder()
        .tls_certs_only([Certificate::from_pem(authority.as_bytes()).unwrap()])
        .redirect(Policy::none())
        .no_proxy()
}

/// What is at `url`.
pub async fn get(url: &str) -> Response {
    http().build().unwrap().get(url).send().await.unwrap()
}

/// Looks until `done`; what never comes is a failure that says `what`.
pub async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let looking = async {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        while !done().await {
            ticks.tick().await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, looking).await.is_ok();
    assert!(in_time, "waited in vain until {what}");
}
