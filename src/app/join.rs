//! Each room from what it needs of the others and of the configuration.

use std::{fs, sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{MakeEndpoint, OpenFailure};
use crate::{
    auth::{self, Keys, Sessions, Toolset},
    clock::Clock,
    config::Config,
    crypto::{Keyring, Purpose, random_bytes},
    fetch::{FetchConfig, Fetcher},
    http::Edge,
    link::Links,
    mcp,
    oauth::{self, Clients, ClientsParts},
    quota::{Budgets, Quota},
    router::{self, Doors},
    spotify::{self, ClientConfig, Group},
    sse::{self, Streams},
    store::Db,
    web::{Notices, ToolChoice, Web},
};

/// What several rooms are made from.
pub(super) struct Shared<'a> {
    pub(super) config: &'a Config,
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) keys: Keys,
    pub(super) links: Links,
    pub(super) quota: Quota,
    pub(super) notices: Notices,
    pub(super) stop: CancellationToken,
}

impl Shared<'_> {
    /// Everything that the routes lead to.
    ///
    /// # Errors
    /// [`OpenFailure`] when an operator's certificates cannot be read.
    pub(super) fn doors(
        self,
        keyring: Keyring,
        spotify: spotify::Client,
        make: MakeEndpoint,
    ) -> Result<Doors, OpenFailure> {
        let config = self.config;
        let limits = auth::Limits::new(
            self.db.clone(),
            self.keys.hash_key().clone(),
            self.clock.clone(),
            rates(config),
        );
        let endpoint = make(mcp_deps(
            config,
            self.links.clone(),
            spotify,
            picture_fetcher(config)?,
            self.quota.clone(),
            self.clock.clone(),
            mcp::StateKey::new(self.keys.hash_key().derive(Purpose::RequestState)),
        ));
        Ok(Doors {
            sse: config.mcp.sse.then(|| self.streams(endpoint.handler())),
            allowed_hosts: allowed_hosts(config),
            edge: Edge {
                keys: self.keys.clone(),
                mcp_url: self.mcp_url(),
                resource: None,
            },
            counts: router::Counts {
                limits: limits.clone(),
                pace: auth::Pace::new(config.limits.mcp, self.clock.clone()),
                trusted_proxies: config.server.trusted_proxies.clone().into(),
            },
            allowed_origins: config.mcp.allowed_origins.clone(),
            max_body_bytes: config.mcp.max_body_bytes,
            https: config.server.base_url.is_https(),
            mcp_path: config.mcp.path.clone(),
            mcp: endpoint,
            request_deadline: config.mcp.request_timeout,
            door: Arc::new(self.door(keyring, limits)?),
            web: self.web(),
        })
    }

    fn streams(&self, handler: mcp::Handler) -> Streams {
        let settings = &self.config.mcp;
        Streams::new(sse::Parts {
            handler,
            keys: self.keys.clone(),
            clock: self.clock.clone(),
            new_id: random_bytes::<32>,
            resource: self.config.server.base_url.join(sse::STREAM_PATH),
            max_body_bytes: settings.max_body_bytes,
            call_limit: settings.request_timeout,
            idle: settings.sse_idle,
            unread: settings.sse_unread,
            stop: self.stop.clone(),
        })
    }

    fn door(&self, keyring: Keyring, limits: auth::Limits) -> Result<oauth::Door, OpenFailure> {
        let config = self.config;
        let issuer = config.server.base_url.as_str().to_owned();
        Ok(oauth::Door {
            keys: self.keys.clone(),
            links: self.links.clone(),
            db: self.db.clone(),
            clock: self.clock.clone(),
            clients: Clients::new(ClientsParts {
                db: self.db.clone(),
                clock: self.clock.clone(),
                fetcher: fetcher(config)?,
                limits: limits.clone(),
                issuer: issuer.clone(),
            }),
            registration: config.oauth.registration,
            keyring,
            issuer,
            secure: config.server.base_url.is_https(),
            mcp_path: config.mcp.path.clone(),
            sse_path: config.mcp.sse.then_some(sse::STREAM_PATH),
            limits,
            replay_window: config.oauth.refresh_replay,
        })
    }

    fn web(self) -> Web {
        let config = self.config;
        let hash_key = self.keys.hash_key().clone();
        Web {
            mcp_url: self.mcp_url(),
            sessions: Sessions::new(self.db.clone(), hash_key, self.clock.clone()),
            keys: self.keys,
            links: self.links,
            db: self.db,
            clock: self.clock,
            origin: config.server.base_url.as_str().to_owned(),
            secure: config.server.base_url.is_https(),
            callback_path: config.spotify.callback_path.clone(),
            notices: self.notices,
            tools: mcp::offered(&offer(config)).map(tool_choice).collect(),
        }
    }

    fn mcp_url(&self) -> String {
        self.config.server.base_url.join(&self.config.mcp.path)
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

/// For the documents of clients.
pub(super) fn fetcher(config: &Config) -> Result<Fetcher, OpenFailure> {
    Ok(Fetcher::new(FetchConfig {
        trusted_hosts: config.oauth.trusted_client_hosts.clone(),
        extra_roots_pem: extra_roots(config)?,
        ..FetchConfig::default()
    })?)
}

/// For pictures, which are larger.
pub(super) fn picture_fetcher(config: &Config) -> Result<Fetcher, OpenFailure> {
    Ok(Fetcher::new(FetchConfig {
        trusted_hosts: config.mcp.trusted_image_hosts.clone(),
        extra_roots_pem: extra_roots(config)?,
        deadline: Duration::from_secs(10),
        max_body_bytes: 8 * 1024 * 1024,
        ..FetchConfig::default()
    })?)
}

fn extra_roots(config: &Config) -> Result<Option<Vec<u8>>, OpenFailure> {
    let Some(path) = &config.oauth.extra_ca_file else {
        return Ok(None);
    };
    let read = fs::read(path).map_err(|source| OpenFailure::CaFile {
        path: path.clone(),
        source,
    })?;
    Ok(Some(read))
}

/// The client of Spotify.
///
/// # Errors
/// [`OpenFailure::Client`].
pub(super) fn spotify_client(config: &Config) -> Result<spotify::Client, OpenFailure> {
    let settings = &config.spotify;
    let mut client = ClientConfig::new(settings.accounts_url.clone(), settings.api_url.clone());
    client.connect_timeout = settings.connect_timeout;
    client.call_timeout = settings.call_timeout;
    Ok(spotify::Client::new(&client)?)
}

/// The operator's own limits of Spotify's calls.
pub(super) fn budgets(config: &Config) -> Budgets {
    let quota = &config.quota;
    Group::ALL.map(|group| match group {
        Group::Search => quota.search,
        Group::Profile => quota.profile,
        Group::Playlists => quota.playlists,
        Group::Library => quota.library,
        Group::Catalogue => quota.catalogue,
        Group::Spoken => quota.spoken,
        Group::Player => quota.player,
    })
}

/// What the endpoint is made from.
pub(super) fn mcp_deps(
    config: &Config,
    links: Links,
    spotify: spotify::Client,
    fetcher: Fetcher,
    quota: Quota,
    clock: Clock,
    state_key: mcp::StateKey,
) -> mcp::Deps {
    let settings = &config.mcp;
    mcp::Deps {
        links,
        spotify,
        fetcher,
        quota,
        clock,
        base_url: config.server.base_url.as_str().to_owned(),
        connect: None,
        state_key,
        settings: mcp::Settings {
            allowed_hosts: allowed_hosts(config),
            allowed_origins: settings.allowed_origins.clone(),
            max_body_bytes: settings.max_body_bytes,
            offer: offer(config),
        },
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// The tools that this server offers at most.
fn offer(config: &Config) -> mcp::Offer {
    let settings = &config.mcp;
    mcp::Offer {
        toolsets: settings
            .toolsets
            .iter()
            .filter_map(|name| Toolset::parse(name))
            .collect(),
        tools: settings.tools.clone(),
        exclude_tools: settings.exclude_tools.clone(),
        read_only: settings.read_only,
    }
}

fn tool_choice(tool: mcp::ToolInfo) -> ToolChoice {
    ToolChoice {
        name: tool.name,
        title: tool.title,
        toolset: tool.toolset,
        writes: tool.writes,
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
