//! What a server and a process for one person stand on alike: database, keys, links, quota, and the reading of what
//! other processes have changed.

use std::path::PathBuf;

use tempfile::TempDir;

use super::{
    OpenFailure, check_tools,
    jobs::Revoker,
    join::{budgets, spotify_client},
    open,
};
use crate::{
    auth::Keys,
    clock::Clock,
    config::Config,
    crypto::{Keyring, random_bytes},
    link::{LinkApp, LinkParts, Links},
    quota::{Quota, QuotaParts},
    spotify::{self, accounts::AppCredentials},
    store::{AppId, AppMode, Db, FlowId, Freshness},
};

/// The rooms below, joined.
#[derive(Debug)]
pub(super) struct Foundation {
    pub(super) db: Db,
    pub(super) keyring: Keyring,
    pub(super) keys: Keys,
    pub(super) links: Links,
    pub(super) quota: Quota,
    pub(super) spotify: spotify::Client,
    pub(super) freshness: Freshness,
    pub(super) revoker: Revoker,
    /// A key file that was made just now.
    pub(super) made_key_file: Option<PathBuf>,
    /// Keeps a temporary database until the end.
    pub(super) temporary: Option<TempDir>,
}

/// Opens and joins what `config` says, for the Spotify app `client_id`.
///
/// # Errors
/// [`OpenFailure`].
pub(super) async fn lay(
    config: &Config,
    clock: &Clock,
    client_id: String,
) -> Result<Foundation, OpenFailure> {
    check_tools(config)?;
    let now = clock.now();
    let opened = open(config, now).await?;
    let db = opened.db;
    let spotify = spotify_client(config)?;
    let app = db
        .insert_app(
            AppId::new(now, random_bytes()),
            &client_id,
            AppMode::Operator,
            now,
        )
        .await?;
    let freshness = Freshness::new();
    let owner = FlowId::new(now, random_bytes()).to_string();
    let quota = Quota::new(QuotaParts {
        db: db.clone(),
        clock: clock.clone(),
        freshness: freshness.clone(),
        home: app.id,
        budgets: budgets(config),
        origin: owner.clone(),
    });
    quota.read_calls().await?;
    let links = Links::new(LinkParts {
        db: db.clone(),
        freshness: freshness.clone(),
        keyring: opened.keyring.clone(),
        accounts: spotify.accounts(),
        app: LinkApp {
            id: app.id,
            credentials: AppCredentials {
                client_id,
                client_secret: config.spotify.client_secret.clone(),
            },
            redirect_uri: config.spotify.redirect_uri.to_string(),
        },
        clock: clock.clone(),
        owner,
    });
    let keys = Keys::new(
        db.clone(),
        opened.hash_key,
        clock.clone(),
        freshness.clone(),
        config.mcp.caller_cache,
    );
    let seq = db.find_revocation_seq().await?;
    let mut revoker = Revoker {
        db: db.clone(),
        keys: keys.clone(),
        links: links.clone(),
        quota: quota.clone(),
        freshness: freshness.clone(),
        seq,
    };
    revoker.read().await?;
    Ok(Foundation {
        db,
        keyring: opened.keyring,
        keys,
        links,
        quota,
        spotify,
        freshness,
        revoker,
        made_key_file: opened.made_key_file,
        temporary: opened.temporary,
    })
}
