//! `auxcord sandbox`: the simulated Spotify alone, for tests and for clients under development.

use std::net::SocketAddr;

use anyhow::Context;
use clap::Args;
use tokio::{net::TcpListener, signal};

use super::output;
use crate::{
    config::{Config, Sources},
    sandbox::{Options as Simulation, Rotation, Sandbox},
    telemetry,
};

#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// Where to listen; loopback only
    #[arg(long, default_value = "127.0.0.1:8002", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Simulated people beside the hand-made ones
    #[arg(long, default_value_t = 0, value_name = "N")]
    people: usize,
    /// Bring a new refresh token with each refresh, and end the old one
    #[arg(long)]
    rotate_refresh_tokens: bool,
    /// Seconds that an access token lives
    #[arg(long, default_value_t = 3600, value_name = "SECONDS")]
    access_ttl: u64,
}

pub(super) async fn run(options: Options, mut sources: Sources) -> anyhow::Result<()> {
    sources.sandbox = true;
    telemetry::init(&Config::load(&sources)?.log)?;
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    let simulation = Simulation {
        people: options.people,
        rotate_refresh: if options.rotate_refresh_tokens {
            Rotation::Always
        } else {
            Rotation::Never
        },
        access_ttl_secs: options.access_ttl,
        ..Simulation::default()
    };
    let sandbox = Sandbox::start(listener, simulation).await?;
    output::text(&format!(
        "A simulated Spotify, with any client id:\n  SPOTIFY_ACCOUNTS_URL={}\n  SPOTIFY_API_URL={}\n",
        sandbox.accounts_url(),
        sandbox.api_url()
    ))?;
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    sandbox.shutdown().await;
    Ok(())
}
