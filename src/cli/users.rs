//! `auxcord users list|show|export|delete`: the people on this server.

use std::io::IsTerminal;

use clap::Subcommand;

use super::output;
use crate::{
    app::{Admin, PersonView},
    clock::Clock,
    config::Config,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Everybody, oldest first
    List,
    /// One person: link, permissions, keys
    Show {
        /// Their id or Spotify id
        person: String,
    },
    /// All that is stored of one person, as JSON, without secrets
    Export {
        /// Their id or Spotify id
        person: String,
    },
    /// Delete a person with their link and keys, at once and for good
    Delete {
        /// Their id or Spotify id
        person: String,
        /// Do not ask; without a terminal nothing is asked anyway
        #[arg(long)]
        yes: bool,
    },
}

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    let admin = Admin::open(&config, Clock::System).await?;
    match command {
        Command::List => list(&admin).await,
        Command::Show { person } => show(&admin, &person).await,
        Command::Export { person } => output::json(&admin.export(&person).await?),
        Command::Delete { person, yes } => delete(&admin, &person, yes).await,
    }
}

async fn delete(admin: &Admin, person: &str, yes: bool) -> anyhow::Result<()> {
    let view = admin.person(person).await?;
    if !yes && std::io::stdin().is_terminal() && !confirmed(&view)? {
        return output::text("nothing was deleted\n");
    }
    let id = admin.delete_person(&view.id).await?;
    output::text(&format!(
        "deleted {id}; the person can remove the app itself at https://www.spotify.com/account/apps\n"
    ))
}

fn confirmed(person: &PersonView) -> anyhow::Result<bool> {
    eprint!(
        "delete {} (Spotify {}) with the link and {} keys, for good? [y/N] ",
        person.id,
        output::plain(&person.spotify_id),
        person.keys.len()
    );
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

async fn list(admin: &Admin) -> anyhow::Result<()> {
    let rows = admin
        .people()
        .await?
        .into_iter()
        .map(|person| {
            [
                person.id,
                output::plain(&person.spotify_id),
                output::plain(person.display_name.as_deref().unwrap_or("-")),
                person.link.to_owned(),
                person.keys.len().to_string(),
                person.created_at,
            ]
        })
        .collect();
    output::table(["ID", "SPOTIFY ID", "NAME", "LINK", "KEYS", "SINCE"], rows)
}

async fn show(admin: &Admin, person: &str) -> anyhow::Result<()> {
    let person = admin.person(person).await?;
    output::table(
        ["FIELD", "VALUE"],
        [
            ("id", person.id),
            ("spotify id", output::plain(&person.spotify_id)),
            (
                "account id",
                person
                    .account_id
                    .as_deref()
                    .map_or("-".into(), output::plain),
            ),
            (
                "name",
                person
                    .display_name
                    .as_deref()
                    .map_or("-".into(), output::plain),
            ),
            ("since", person.created_at),
            ("link", person.link.to_owned()),
            (
                "authorized",
                person.authorized_at.unwrap_or_else(|| "-".into()),
            ),
            ("scopes", person.scopes.join(" ")),
        ]
        .map(|(field, value)| [field.to_owned(), value])
        .to_vec(),
    )?;
    output::text("\n")?;
    super::keys::print(person.keys)
}
