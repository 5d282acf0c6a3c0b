//! What brings links in from elsewhere: the database with its keys, and the way to Spotify.

use tempfile::TempDir;

use super::{OpenFailure, join::spotify_client, open::open};
use crate::{
    auth::Keys,
    clock::Clock,
    config::Config,
    crypto::random_bytes,
    link::{LinkApp, LinkParts, Links},
    spotify::accounts::AppCredentials,
    store::{AppId, AppMode, Db, FlowId, Freshness},
};

/// The rooms that an operator needs to bring somebody in.
#[derive(Debug)]
pub(super) struct Bringing {
    pub(super) db: Db,
    pub(super) keys: Keys,
    pub(super) links: Links,
    pub(super) clock: Clock,
    _temporary: Option<TempDir>,
}

impl Bringing {
    /// Opens the database as a server would, with the operator's Spotify app, which is `kept` unless nothing is to be
    /// written.
    ///
    /// # Errors
    /// [`OpenFailure`].
    pub(super) async fn open(
        config: &Config,
        clock: Clock,
        kept: bool,
    ) -> Result<Self, OpenFailure> {
        let Some(client_id) = config.spotify.client_id.clone() else {
            return Err(OpenFailure::NoApp {
                redirect_uri: config.spotify.redirect_uri.to_string(),
            });
        };
        let now = clock.now();
        let opened = open(config, now).await?;
        let mut app = AppId::new(now, random_bytes());
        if kept {
            let mode = AppMode::Operator;
            app = opened.db.insert_app(app, &client_id, mode, now).await?.id;
        }
        let freshness = Freshness::new();
        let links = Links::new(LinkParts {
            db: opened.db.clone(),
            freshness: freshness.clone(),
            keyring: opened.keyring,
            accounts: spotify_client(config)?.accounts(),
            app: LinkApp {
                id: app,
                credentials: AppCredentials {
                    client_id,
                    client_secret: config.spotify.client_secret.clone(),
                },
                redirect_uri: config.spotify.redirect_uri.to_string(),
            },
            clock: clock.clone(),
            owner: FlowId::new(now, random_bytes()).to_string(),
        });
        let keys = Keys::new(
            opened.db.clone(),
            opened.hash_key,
            clock.clone(),
            freshness,
            config.mcp.caller_cache,
        );
        Ok(Self {
            db: opened.db,
            keys,
            links,
            clock,
            _temporary: opened.temporary,
        })
    }
}
