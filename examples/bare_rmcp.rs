//! The second yardstick of `scripts/bench`: the smallest useful MCP server on rmcp, with one tool that makes the same upstream call as
//! auxcord's `search` and gives the model as much. It knows one fixed token: no people, no keys, no database, no cache, no checks.
//!
//! `bare_rmcp LISTEN UPSTREAM < TOKEN`, for example `bare_rmcp 127.0.0.1:9000 http://127.0.0.1:9100/v1 < token`.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{CallToolResult, ContentBlock, ServerCapabilities, ServerConfig};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, tool, tool_handler, tool_router};
use serde::{Deserialize, Serialize};

#[derive(Clone)]
struct Bare {
    upstream: Arc<str>,
    token: Arc<str>,
    client: reqwest::Client,
}

#[derive(Deserialize, schemars::JsonSchema)]
struct Search {
    query: String,
    types: Vec<String>,
    limit: u32,
}

#[derive(Serialize, schemars::JsonSchema)]
struct Found {
    total: u64,
    items: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    tracks: Page,
}

#[derive(Deserialize)]
struct Page {
    total: u64,
    items: Vec<Track>,
}

#[derive(Deserialize)]
struct Track {
    id: String,
    name: String,
    artists: Vec<Named>,
    album: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[tool_router]
impl Bare {
    #[tool(name = "search", description = "Search Spotify's catalogue")]
    async fn search(
        &self,
        Parameters(search): Parameters<Search>,
    ) -> Result<Json<Found>, CallToolResult> {
        let answer = self.fetch(&search).await.map_err(|error| {
            CallToolResult::error(vec![ContentBlock::text(error.without_url().to_string())])
        })?;
        Ok(Json(Found {
            total: answer.tracks.total,
            items: answer.tracks.items.iter().map(Track::line).collect(),
        }))
    }

    async fn fetch(&self, search: &Search) -> Result<Answer, reqwest::Error> {
        let request = self
            .client
            .get(format!("{}/search", self.upstream))
            .bearer_auth(&self.token)
            .query(&[
                ("q", search.query.as_str()),
                ("type", &search.types.join(",")),
                ("limit", &search.limit.to_string()),
            ]);
        request.send().await?.error_for_status()?.json().await
    }
}

impl Track {
    fn line(&self) -> String {
        let artists: Vec<&str> = self
            .artists
            .iter()
            .map(|artist| artist.name.as_str())
            .collect();
        let Self {
            id, name, album, ..
        } = self;
        format!(
            "{name} — {} · {} · https://open.spotify.com/track/{id}",
            artists.join(", "),
            album.name
        )
    }
}

#[tool_handler]
impl ServerHandler for Bare {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
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
    let mut token = String::new();
    std::io::stdin().read_line(&mut token)?;
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let bare = Bare {
        upstream: upstream.into(),
        token: token.trim().into(),
        client: reqwest::Client::builder().build()?,
    };
    // As auxcord serves: stateless in both eras, JSON answers, Host checked.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts(["127.0.0.1"]);
    let service: StreamableHttpService<Bare, NeverSessionManager> = StreamableHttpService::new(
        move || Ok(bare.clone()),
        NeverSessionManager::default().into(),
        config,
    );
    let routes = Router::new()
        .route("/health", get(|| async { "ok" }))
        .route_service("/mcp", service);
    axum::serve(tokio::net::TcpListener::bind(listen).await?, routes).await?;
    Ok(())
}
