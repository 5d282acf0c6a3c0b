//! `auxcord clients create|list|revoke`: the OAuth clients of this server.

use clap::Subcommand;

use super::output;
use crate::{app::Admin, clock::Clock, config::Config};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a client by hand and print its id, and its secret once
    Create {
        /// What people are told that it is called
        #[arg(long)]
        name: String,
        /// Where it may have browsers sent: https, or http to localhost on any port; may be given up to ten times
        #[arg(long, value_name = "URI", required = true)]
        redirect_uri: Vec<String>,
        /// With a secret, for a client that can keep one
        #[arg(long)]
        confidential: bool,
    },
    /// Every client: made by hand, registered by itself, or known by its document
    List,
    /// End a client and all that people granted it; running servers refuse its tokens within a second
    Revoke {
        /// The client's id, from either column of `auxcord clients list`
        id: String,
    },
}

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    let admin = Admin::open(&config, Clock::System).await?;
    match command {
        Command::Create {
            name,
            redirect_uri,
            confidential,
        } => {
            let made = admin
                .make_client(&name, &redirect_uri, confidential)
                .await?;
            let shown = made.secret.as_ref().map_or_else(String::new, |secret| {
                format!("client_secret={}\n", secret.expose())
            });
            eprintln!("client {} was made", made.id);
            if made.secret.is_some() {
                eprintln!("this is the only time its secret is shown");
            }
            output::text(&format!("client_id={}\n{shown}", made.client_id))
        }
        Command::List => list(&admin).await,
        Command::Revoke { id } => {
            admin.revoke_client(&id).await?;
            output::text("revoked\n")
        }
    }
}

async fn list(admin: &Admin) -> anyhow::Result<()> {
    let never = || "-".to_owned();
    let rows = admin
        .clients()
        .await?
        .into_iter()
        .map(|client| {
            [
                client.id,
                client.client_id,
                client.kind.to_owned(),
                output::plain(&client.name),
                client.grants.to_string(),
                client.created_at,
                client.last_used_at.unwrap_or_else(never),
                client.redirect_uris.join(" "),
            ]
        })
        .collect();
    output::table(
        [
            "ID",
            "CLIENT ID",
            "KIND",
            "NAME",
            "GRANTS",
            "FIRST SEEN",
            "LAST USED",
            "REDIRECTS",
        ],
        rows,
    )
}
