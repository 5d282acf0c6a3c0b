//! The composition root: from a configuration to a running server. The only room where the others are joined.

mod admin;
mod clients;
mod jobs;
mod keyring;
mod notices;
mod open;
mod views;

use std::{fs, sync::Arc, time::Duration};

use axum::Router;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use admin::{Admin, AdminFailure, MadeKey};
pub use clients::MadeClient;
pub use keyring::{key_names, new_key};
pub use open::{OpenFailure, Opened, open, open_database};
pub use views::{ClientView, EventView, KeyView, LinkView, PersonExport, PersonView};

pub use crate::auth::{KeyKind, KeyLimits, KeyOptions, Toolset};

use crate::{
    auth::{self, Keys, Sessions},
    clock::Clock,
    config::Config,
    crypto::random_bytes,
    fetch::{FetchConfig, Fetcher},
    http::{Edge, Limits, Readiness, Tls, serve},
    link::{LinkApp, LinkParts, Links},
    mcp,
    oauth::{self, Clients, ClientsParts},
    router,
    spotify::{self, ClientConfig, accounts::AppCredentials},
    store::{AppId, AppMode, FlowId, Freshness},
    web::Web,
};

/// A server that is ready to run.
#[derive(Debug)]
pub struct App {
    router: Router,
    admin: Router,
    limits: Limits,
    tls: Option<Tls>,
    revoker: jobs::Revoker,
    clock: Clock,
    stop: CancellationToken,
    /// A key file that was made for this start, to tell the operator about.
    pub made_key_file: Option<std::path::PathBuf>,
    _temporary: Option<TempDir>,
}

/// Joins the rooms as `config` says. Nothing is served yet.
///
/// # Errors
/// [`OpenFailure`].
#[expect(clippy::too_many_lines, reason = "it joins every room")]
pub async fn build(config: &Config, clock: Clock) -> Result<App, OpenFailure> {
    let origin = config.server.base_url.as_str().to_owned();
    let Some(client_id) = config.spotify.client_id.clone() else {
        return Err(OpenFailure::NoApp {
            redirect_uri: config.spotify.redirect_uri.to_string(),
        });
    };
    let tls = match &config.server.tls {
        Some(files) => Some(Tls::read(&files.cert, &files.key)?),
        None => None,
    };
    let notices = notices::read(&config.pages)?;
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
        owner: FlowId::new(now, random_bytes()).to_string(),
    });
    let limits = auth::Limits::new(
        db.clone(),
        opened.hash_key.clone(),
        clock.clone(),
        rates(config),
    );
    let keys = Keys::new(
        db.clone(),
        opened.hash_key,
        clock.clone(),
        freshness.clone(),
        config.mcp.caller_cache,
    );
    let seq = db.find_revocation_seq().await?;
    let mut revoker = jobs::Revoker {
        db: db.clone(),
        keys: keys.clone(),
        links: links.clone(),
        freshness: freshness.clone(),
        seq,
    };
    revoker.read().await?;
    let fetcher = fetcher(config)?;
    let stop = CancellationToken::new();
    let mcp_url = format!("{origin}{}", config.mcp.path);
    let doors = router::Doors {
        edge: Edge {
            keys: keys.clone(),
            mcp_url: mcp_url.clone(),
            resource: None,
        },
        counts: router::Counts {
            limits: limits.clone(),
            pace: auth::Pace::new(config.limits.mcp, clock.clone()),
            trusted_proxies: config.server.trusted_proxies.clone().into(),
        },
        allowed_origins: config.mcp.allowed_origins.clone(),
        max_body_bytes: config.mcp.max_body_bytes,
        https: config.server.base_url.is_https(),
        mcp_path: config.mcp.path.clone(),
        mcp: mcp::service(mcp_deps(config, links.clone(), spotify, clock.clone())),
        request_deadline: config.mcp.request_timeout,
        door: Arc::new(oauth::Door {
            keys: keys.clone(),
            links: links.clone(),
            db: db.clone(),
            clock: clock.clone(),
            clients: Clients::new(ClientsParts {
                db: db.clone(),
                clock: clock.clone(),
                fetcher,
                limits: limits.clone(),
                issuer: origin.clone(),
            }),
            registration: config.oauth.registration,
            keyring: opened.keyring,
            issuer: origin.clone(),
            secure: config.server.base_url.is_https(),
            mcp_path: config.mcp.path.clone(),
            limits,
            replay_window: config.oauth.refresh_replay,
        }),
        web: Web {
            sessions: Sessions::new(db.clone(), keys.hash_key().clone(), clock.clone()),
            keys,
            links,
            db: db.clone(),
            clock: clock.clone(),
            origin,
            secure: config.server.base_url.is_https(),
            callback_path: config.spotify.callback_path.clone(),
            mcp_url,
            notices,
        },
    };
    Ok(App {
        router: router::public(doors),
        admin: router::admin(Readiness {
            db,
            freshness,
            stopping: stop.clone(),
        }),
        limits: Limits {
            header_timeout: config.server.header_timeout,
            grace: config.server.shutdown_grace,
        },
        tls,
        revoker,
        clock,
        stop,
        made_key_file: opened.made_key_file,
        _temporary: opened.temporary,
    })
}

impl App {
    /// Cancelling it stops the server: readiness goes first, then new connections, then what is in flight ends.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Serves until the stop token is cancelled. Whether everything in flight finished within the grace period.
    pub async fn run(self, public: TcpListener, admin: Option<TcpListener>) -> bool {
        let (db, links) = (self.revoker.db.clone(), self.revoker.links.clone());
        let tasks = TaskTracker::new();
        // The jobs and the admin listener outlive the drain: requests in flight still need them.
        let drained = CancellationToken::new();
        tasks.spawn(self.revoker.run(drained.clone()));
        tasks.spawn(jobs::sweep(db.clone(), self.clock, drained.clone()));
        if let Some(listener) = admin {
            let limits = Limits {
                grace: Duration::from_secs(1),
                ..self.limits
            };
            tasks.spawn(serve(listener, None, self.admin, drained.clone(), limits));
        }
        let finished = serve(public, self.tls, self.router, self.stop, self.limits).await;
        // A token that Spotify is just issuing must be stored, even if its caller is gone.
        links.settle().await;
        drained.cancel();
        tasks.close();
        tasks.wait().await;
        db.close().await;
        finished
    }
}

fn rates(config: &Config) -> auth::Rates {
    let limits = &config.limits;
    auth::Rates {
        register: limits.register,
        authorize: limits.authorize,
        login: limits.login,
        client_documents: limits.client_documents,
        token: limits.token,
        revoke: limits.revoke,
    }
}

fn fetcher(config: &Config) -> Result<Fetcher, OpenFailure> {
    let settings = &config.oauth;
    let extra_roots_pem = match &settings.extra_ca_file {
        Some(path) => Some(fs::read(path).map_err(|source| OpenFailure::CaFile {
            path: path.clone(),
            source,
        })?),
        None => None,
    };
    Ok(Fetcher::new(FetchConfig {
        trusted_hosts: settings.trusted_client_hosts.clone(),
        extra_roots_pem,
        ..FetchConfig::default()
    })?)
}

fn spotify_client(config: &Config) -> Result<spotify::Client, OpenFailure> {
    let settings = &config.spotify;
    let mut client = ClientConfig::new(settings.accounts_url.clone(), settings.api_url.clone());
    client.connect_timeout = settings.connect_timeout;
    client.call_timeout = settings.call_timeout;
    Ok(spotify::Client::new(&client)?)
}

fn mcp_deps(config: &Config, links: Links, spotify: spotify::Client, clock: Clock) -> mcp::Deps {
    let settings = &config.mcp;
    mcp::Deps {
        links,
        spotify,
        clock,
        base_url: config.server.base_url.as_str().to_owned(),
        settings: mcp::Settings {
            allowed_hosts: allowed_hosts(config),
            allowed_origins: settings.allowed_origins.clone(),
            max_body_bytes: settings.max_body_bytes,
            offer: mcp::Offer {
                toolsets: settings
                    .toolsets
                    .iter()
                    .filter_map(|name| Toolset::parse(name))
                    .collect(),
                tools: settings.tools.clone(),
                exclude_tools: settings.exclude_tools.clone(),
                read_only: settings.read_only,
            },
        },
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// The public name alone; a server on loopback answers to every name of loopback, because people type them.
fn allowed_hosts(config: &Config) -> Vec<String> {
    let origin = &config.server.base_url;
    let mut hosts = vec![origin.host_and_port().to_owned()];
    if origin.is_loopback() {
        hosts.extend(["127.0.0.1", "localhost", "[::1]"].map(str::to_owned));
    } else if !origin.host_and_port().contains(':') || origin.host_and_port() == origin.host() {
        // Some proxies write the default port out.
        hosts.push(format!("{}:{}", origin.host(), origin.port()));
    }
    hosts
}
