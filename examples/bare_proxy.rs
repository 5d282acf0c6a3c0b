//! The direct yardstick of `scripts/bench`: axum and reqwest and nothing else. It passes a search on to Spotify with the caller's own
//! `Authorization` and gives the answer back undecoded: what any server in front of Spotify costs at least.
//!
//! `bare_proxy LISTEN UPSTREAM`, for example `bare_proxy 127.0.0.1:9000 http://127.0.0.1:9100/v1`.

use anyhow::Context;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::IntoResponse;
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};

#[derive(Clone)]
struct Proxy {
    upstream: String,
    client: reqwest::Client,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let listen = arguments
        .next()
        .context("the first argument is the address to listen on")?;
    let upstream = arguments
        .next()
        .context("the second argument is the base URL of the Web API")?;
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let proxy = Proxy {
        upstream,
        client: reqwest::Client::builder().build()?,
    };
    let routes = Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/search", get(search))
        .with_state(proxy);
    axum::serve(tokio::net::TcpListener::bind(listen).await?, routes).await?;
    Ok(())
}

async fn search(
    State(proxy): State<Proxy>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Body, Failure> {
    let mut request = proxy.client.get(format!(
        "{}/search?{}",
        proxy.upstream,
        query.unwrap_or_default()
    ));
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let body: Bytes = request.send().await?.error_for_status()?.bytes().await?;
    Ok(Body::from(body))
}

/// Spotify did not answer, or not with success.
struct Failure(reqwest::Error);

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> axum::response::Response {
        (StatusCode::BAD_GATEWAY, self.0.without_url().to_string()).into_response()
    }
}
