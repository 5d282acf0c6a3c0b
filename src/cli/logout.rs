//! `auxcord logout`: deletes this machine's person with the link to Spotify, after telling whose it is.

use std::io::IsTerminal;

use clap::Args;

use super::output;
use crate::{
    app::{Account, HeldAccount},
    clock::Clock,
    config::{Config, Sources},
};

#[derive(Args, Clone, Debug, Default)]
pub(super) struct Options {
    /// Do not ask; without a terminal nothing is asked anyway
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(options: Options, mut sources: Sources) -> anyhow::Result<()> {
    sources.local = Some(true);
    let config = Config::load(&sources)?;
    let Some(held) = HeldAccount::open(&config, Clock::System).await? else {
        return nothing();
    };
    let Some(account) = held.account().await? else {
        return nothing();
    };
    output::text(&tale(&account))?;
    if !options.yes && std::io::stdin().is_terminal() && !confirmed()? {
        return output::text("Nothing was deleted.\n");
    }
    held.delete(&account).await?;
    output::text(
        "Deleted. Remove the app from your list at Spotify too: https://www.spotify.com/account/apps\n",
    )
}

fn nothing() -> anyhow::Result<()> {
    output::text("No Spotify account is connected on this machine; nothing was deleted.\n")
}

fn tale(account: &Account) -> String {
    let name = account.name.as_deref().unwrap_or("(no name)");
    let state = if account.works {
        "connected"
    } else {
        "connected, but ended by Spotify"
    };
    let keys = match account.keys {
        0 => String::new(),
        number => format!(", and {number} API keys of the same person"),
    };
    format!(
        "Deleting the link to the Spotify account of {} ({}, {state}){keys}.\n",
        output::plain(name),
        output::plain(&account.spotify_id)
    )
}

fn confirmed() -> anyhow::Result<bool> {
    eprint!("Go on? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}
