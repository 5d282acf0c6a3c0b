//! `auxcord keyring generate|list`: keys for `TOKEN_ENCRYPTION_KEY`.

use clap::Subcommand;
use secrecy::ExposeSecret;

use super::output::{self, Hinted};
use crate::{
    app::{key_names, new_key},
    config::{Config, Sources},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print a new key as `name:key`; put it first to seal with it from now on
    Generate {
        /// The key's name: 1 to 32 of A-Z a-z 0-9 _ -
        #[arg(long, default_value = "k1")]
        name: String,
    },
    /// Print the names of the configured keys, the sealing one first
    List,
}

pub(super) fn run(command: Command, sources: &Sources) -> anyhow::Result<()> {
    match command {
        Command::Generate { name } => {
            let key = new_key(&name).map_err(|fault| Hinted {
                what: fault.to_string(),
                hint: "choose another name with --name, such as k2".to_owned(),
            })?;
            output::text(&format!("{}\n", key.as_str()))
        }
        Command::List => {
            let config = Config::load(sources)?;
            let Some(text) = &config.secrets.keyring else {
                return Err(Hinted {
                    what: "TOKEN_ENCRYPTION_KEY is not set".to_owned(),
                    hint: "`auxcord keyring generate` makes a key; without one, `dev` keeps its own in auxcord.key beside the database".to_owned(),
                }
                .into());
            };
            output::text(&format!(
                "{}\n",
                key_names(text.expose_secret())?.join("\n")
            ))
        }
    }
}
