//! `auxcord serve`: the server, with the real Spotify or a simulated one.

use std::{io::ErrorKind, net::SocketAddr};

use anyhow::Context;
use clap::Args;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use super::{demo, output::Hinted};
use crate::{
    app::{App, MakeEndpoint, build_with},
    clock::Clock,
    config::{Config, Flags, Sources},
    telemetry,
};

#[derive(Args, Clone, Debug, Default)]
pub(super) struct Options {
    /// Serve a simulated Spotify, on a temporary database unless one is named by --database
    #[arg(long)]
    sandbox: bool,
    /// With --sandbox: simulated people beside the hand-made ones
    #[arg(long, default_value_t = 0, requires = "sandbox", value_name = "N")]
    people: usize,
    #[command(flatten)]
    pub(super) flags: Flags,
}

pub(super) async fn run(
    options: Options,
    mut sources: Sources,
    make: MakeEndpoint,
) -> anyhow::Result<()> {
    sources.sandbox = options.sandbox;
    sources.local = Some(false);
    let mut config = Config::load(&sources)?;
    telemetry::init(&config.log)?;
    let simulated = if options.sandbox {
        Some(demo::simulate(&mut config, options.people).await?)
    } else {
        None
    };
    let public = bind(config.server.listen()).await?;
    config.bound(public.local_addr()?.port());
    let admin = match config.server.admin_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    for note in config.notes() {
        tracing::info!("{note}");
    }
    let app = build_with(&config, Clock::System, make).await?;
    if let Some(admin) = &admin {
        tracing::info!(address = %admin.local_addr()?, "the admin listener is open");
    }
    announce(&app, &config, public.local_addr()?);
    stop_on_signals(app.stop_token())?;
    let address = public.local_addr()?;
    let serving = app.run(public, admin);
    let finished = match simulated {
        Some(simulated) => {
            let (finished, greeted) =
                tokio::join!(serving, demo::greet(&config, address, &simulated));
            greeted?;
            finished
        }
        None => serving.await,
    };
    if !finished {
        tracing::warn!("some requests were cut off: they outlasted SHUTDOWN_GRACE_SECONDS");
    }
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|fault| {
        let hint = match fault.kind() {
            ErrorKind::AddrInUse => {
                "another program has this port: stop it, or choose another with PORT or --port"
            }
            ErrorKind::PermissionDenied => {
                "ports below 1024 need a privilege: choose another with PORT or --port"
            }
            _ => "check HOST, PORT and ADMIN_LISTEN",
        };
        Hinted {
            what: format!("cannot listen on {address}: {fault}"),
            hint: hint.to_owned(),
        }
        .into()
    })
}

fn announce(app: &App, config: &Config, address: SocketAddr) {
    if let Some(path) = &app.made_key_file {
        tracing::warn!(
            path = %path.display(),
            "made a key that seals what is stored; keep it with the database, neither is of use without the other"
        );
    }
    tracing::info!(
        %address,
        origin = config.server.base_url.as_str(),
        redirect_uri = %config.spotify.redirect_uri,
        "serving; register exactly this redirect URI at Spotify"
    );
}

/// The first signal drains, a second one ends the process at once.
pub(super) fn stop_on_signals(stop: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for SIGINT")?;
    tokio::spawn(async move {
        for again in [false, true] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if again {
                std::process::exit(1);
            }
            tracing::info!("asked to stop; finishing what is in flight");
            stop.cancel();
        }
    });
    Ok(())
}
