//! `auxcord stdio`: MCP over standard input and output for one person. Nothing but the protocol goes to stdout.

use anyhow::Context;
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{demo, serve::stop_on_signals};
use crate::{
    app::{Local, MakeEndpoint},
    clock::Clock,
    config::{Config, Flags, Sources},
    telemetry,
};

#[derive(Args, Clone, Debug, Default)]
pub(super) struct Options {
    /// Try it on a simulated Spotify: a demo person is connected, and nothing is kept
    #[arg(long)]
    sandbox: bool,
    /// Do not open a browser for a login (`OPEN_BROWSER=false`)
    #[arg(long)]
    no_browser: bool,
    /// Toolsets that are offered, comma-separated (`TOOLSETS`)
    #[arg(long, value_name = "NAMES")]
    toolsets: Option<String>,
    /// Only these tools, comma-separated (`TOOLS`)
    #[arg(long, value_name = "NAMES")]
    tools: Option<String>,
    /// Never these tools, comma-separated (`EXCLUDE_TOOLS`)
    #[arg(long, value_name = "NAMES")]
    exclude_tools: Option<String>,
    /// Offer no tool that writes (`READ_ONLY`)
    #[arg(long)]
    read_only: bool,
}

impl Options {
    pub(super) fn flags(&self) -> Flags {
        Flags {
            toolsets: self.toolsets.clone(),
            tools: self.tools.clone(),
            exclude_tools: self.exclude_tools.clone(),
            read_only: self.read_only,
            no_browser: self.no_browser,
            ..Flags::default()
        }
    }
}

pub(super) async fn run(
    options: Options,
    mut sources: Sources,
    make: MakeEndpoint,
) -> anyhow::Result<()> {
    sources.local = Some(true);
    sources.sandbox = options.sandbox;
    let mut config = Config::load(&sources)?;
    telemetry::init(&config.log)?;
    let simulated = if options.sandbox {
        Some(demo::simulate(&mut config, 0).await?)
    } else {
        None
    };
    for note in config.notes() {
        tracing::info!("{note}");
    }
    let stop = CancellationToken::new();
    stop_on_signals(stop.clone())?;
    let local = Local::open(&config, Clock::System, make).await?;
    if let Some(path) = &local.made_key_file {
        tracing::info!(path = %path.display(), "made a key that seals what is stored beside it");
    }
    if let Some(simulated) = &simulated {
        demo::link(&local, simulated)
            .await
            .context("the demo person could not be connected")?;
    }
    local.serve(stop).await;
    tracing::info!("stopped");
    Ok(())
}
