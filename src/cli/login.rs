//! `auxcord login`: connects this machine's Spotify account from a terminal.

use std::time::Duration;

use clap::Args;
use tokio::{select, sync::mpsc};

use super::output::{self, Hinted};
use crate::{
    app::{Local, Login, Unlinked, endpoint, typed},
    clock::Clock,
    config::{Config, Flags, Sources},
    telemetry,
};

/// A login ends after ten minutes.
const PATIENCE: Duration = Duration::from_mins(10);

#[derive(Args, Clone, Debug, Default)]
pub(super) struct Options {
    /// Only print the address; do not open a browser (`OPEN_BROWSER=false`)
    #[arg(long)]
    no_browser: bool,
}

impl Options {
    pub(super) fn flags(&self) -> Flags {
        Flags {
            no_browser: self.no_browser,
            ..Flags::default()
        }
    }
}

pub(super) async fn run(mut sources: Sources) -> anyhow::Result<()> {
    sources.local = Some(true);
    let config = Config::load(&sources)?;
    telemetry::init(&config.log)?;
    let local = Local::open(&config, Clock::System, endpoint).await?;
    let login = local.begin_login(true).await.map_err(told)?;
    show(&login)?;
    let waited = select! {
        name = local.wait_for_login(PATIENCE) => name,
        name = paste(&local, typed()) => Some(name?),
    };
    let outcome = match waited {
        Some(name) => output::text(&format!(
            "Connected to the Spotify account of {}.\n",
            output::plain(&name)
        )),
        None => Err(Hinted {
            what: "nobody agreed at Spotify within ten minutes".to_owned(),
            hint: "run `auxcord login` again".to_owned(),
        }
        .into()),
    };
    local.close().await;
    outcome
}

fn show(login: &Login) -> anyhow::Result<()> {
    let open = if login.opened() {
        "Your browser was opened at Spotify. If it did not come up, open this address:"
    } else {
        "Open this address in a browser, log in and agree:"
    };
    output::text(&format!(
        "{open}\n\n{}\n\n{}\n",
        login.url(),
        login.way_back()
    ))
}

/// Takes pasted lines until one leads to an account. The end of the input is no answer: the browser may still come back.
async fn paste(local: &Local, mut lines: mpsc::Receiver<String>) -> anyhow::Result<String> {
    while let Some(line) = lines.recv().await {
        if line.trim().is_empty() {
            continue;
        }
        match local.finish_login(&line).await {
            Ok(Ok(name)) => return Ok(name),
            Ok(Err(again)) => show(&again)?,
            Err(Unlinked { happened, todo }) => eprintln!("{happened}\n{todo}"),
        }
    }
    std::future::pending().await
}

fn told(fault: Unlinked) -> Hinted {
    Hinted {
        what: fault.happened,
        hint: fault.todo,
    }
}
