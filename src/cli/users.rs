//! `auxcord users list|show|export|delete|link`: the people on this server.

use std::io::{self, IsTerminal, Read};

use anyhow::Context;
use clap::Subcommand;
use console::Term;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{keys, output};
use crate::{
    app::{Admin, KeyView, LONGEST_TOKEN, PersonView, link_by_hand},
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
    /// Connect a person by a Spotify token that is read from standard input, and print an API key, once
    ///
    /// The token is an access or a refresh token of this server's Spotify app. Whose it is says Spotify. A link made of
    /// an access token alone ends with it, within the hour.
    Link {
        #[command(flatten)]
        wishes: keys::Wishes,
    },
}

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    let admin = || Admin::open(&config, Clock::System);
    match command {
        Command::List => list(&admin().await?).await,
        Command::Show { person } => show(&admin().await?, &person).await,
        Command::Export { person } => output::json(&admin().await?.export(&person).await?),
        Command::Delete { person, yes } => delete(&admin().await?, &person, yes).await,
        Command::Link { wishes } => link(wishes, &config).await,
    }
}

async fn link(wishes: keys::Wishes, config: &Config) -> anyhow::Result<()> {
    let token = read_token()?;
    let options = wishes.options(Clock::System.now());
    let made = link_by_hand(config, Clock::System, &token, options).await?;
    let name = made.display_name.as_deref().unwrap_or(&made.spotify_id);
    eprintln!(
        "{} (Spotify {}) is connected as {}",
        output::plain(name),
        output::plain(&made.spotify_id),
        made.person
    );
    if made.stayed {
        eprintln!(
            "note: the link that they had stays as it is, because it may do more than this token or lasts longer; only the key is new"
        );
    }
    if let Some(end) = &made.ends_at {
        eprintln!(
            "note: this was an access token, which cannot be renewed: the link ends with it, at the latest at {end}; a refresh token would last"
        );
    }
    keys::shown_once(&made.key)
}

/// The first line of standard input; a terminal does not show it.
fn read_token() -> anyhow::Result<SecretString> {
    if io::stdin().is_terminal() {
        let term = Term::stderr();
        term.write_str("Spotify token (not shown): ")
            .and_then(|()| term.read_secure_line())
            .map(|line| Zeroizing::new(line).trim().to_owned().into())
            .context("the token cannot be read from the terminal")
    } else {
        let mut text = Zeroizing::new(String::new());
        let longest = u64::try_from(LONGEST_TOKEN).unwrap_or(u64::MAX);
        // A line end and one byte that shows that it is too long.
        io::stdin()
            .take(longest + 3)
            .read_to_string(&mut text)
            .context("standard input cannot be read")?;
        Ok(text.trim().to_owned().into())
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
                keys_held(&person.keys),
                person.created_at,
            ]
        })
        .collect();
    output::table(["ID", "SPOTIFY ID", "NAME", "LINK", "KEYS", "SINCE"], rows)
}

/// How many keys there are, and how many of them are an earlier server's.
fn keys_held(keys: &[KeyView]) -> String {
    match keys.iter().filter(|key| key.replace_me).count() {
        0 => keys.len().to_string(),
        old => format!("{} ({old} to replace)", keys.len()),
    }
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
