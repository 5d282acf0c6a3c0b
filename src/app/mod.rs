//! The composition root: from a configuration to a running server. The only room where the others are joined.

mod admin;
mod bring;
mod by_hand;
mod clients;
pub mod doctor;
mod foundation;
mod import;
mod jobs;
mod join;
mod keyring;
mod local;
mod notices;
mod offer;
mod open;
mod views;

use std::time::Duration;

use axum::Router;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use admin::{Admin, AdminFailure, MadeKey};
pub use by_hand::{HandFailure, HandMade, LONGEST_TOKEN, link_by_hand};
pub use clients::MadeClient;
pub use import::{ImportFailure, ImportWish, import};
pub use keyring::{key_names, new_key};
pub use local::{Account, HeldAccount, Local, Login, Unlinked};
pub use offer::{NoTool, check_tools, tool_name};
pub use open::{OpenFailure, Opened, open, open_database};
pub use views::{ClientView, EventView, KeyView, LinkView, PersonExport, PersonView};

pub use crate::import::{Line as ImportLine, Report as ImportReport};
pub use crate::mcp::service as endpoint;

/// What somebody types or pastes at a terminal.
pub use crate::local::typed;

pub use crate::auth::{KeyKind, KeyLimits, KeyOptions, Toolset};

use crate::{
    clock::Clock,
    config::Config,
    http::{Limits, Readiness, Tls, serve},
    mcp, router, spotify,
};
use foundation::Foundation;
use join::Shared;

/// A server that is ready to run.
#[derive(Debug)]
pub struct App {
    router: Router,
    admin: Router,
    limits: Limits,
    tls: Option<Tls>,
    revoker: jobs::Revoker,
    spotify: spotify::Client,
    clock: Clock,
    stop: CancellationToken,
    /// A key file that was made for this start, to tell the operator about.
    pub made_key_file: Option<std::path::PathBuf>,
    _temporary: Option<TempDir>,
}

/// Makes the MCP endpoint from what it needs of the house.
pub type MakeEndpoint = fn(mcp::Deps) -> mcp::Endpoint;

/// Joins the rooms as `config` says. Nothing is served yet.
///
/// # Errors
/// [`OpenFailure`].
pub async fn build(config: &Config, clock: Clock) -> Result<App, OpenFailure> {
    build_with(config, clock, endpoint).await
}

/// The same with another MCP endpoint in the place of the product's, for checks of everything around it.
///
/// # Errors
/// [`OpenFailure`].
pub async fn build_with(
    config: &Config,
    clock: Clock,
    make: MakeEndpoint,
) -> Result<App, OpenFailure> {
    let Some(client_id) = config.spotify.client_id.clone() else {
        return Err(OpenFailure::NoApp {
            redirect_uri: config.spotify.redirect_uri.to_string(),
        });
    };
    let tls = match &config.server.tls {
        Some(files) => Some(Tls::read(&files.cert, &files.key)?),
        None => None,
    };
    let Foundation {
        db,
        keyring,
        keys,
        links,
        quota,
        spotify,
        freshness,
        revoker,
        made_key_file,
        temporary,
    } = foundation::lay(config, &clock, client_id).await?;
    let stop = CancellationToken::new();
    let shared = Shared {
        config,
        db: db.clone(),
        clock: clock.clone(),
        keys,
        links,
        quota,
        notices: notices::read(&config.pages)?,
        stop: stop.clone(),
    };
    let doors = shared.doors(keyring, spotify.clone(), make)?;
    Ok(App {
        router: router::public(doors),
        admin: router::admin(Readiness {
            db,
            freshness,
            stopping: stop.clone(),
        }),
        limits: Limits {
            header_timeout: config.server.header_timeout,
            unread: config.mcp.sse_unread,
            grace: config.server.shutdown_grace,
        },
        tls,
        revoker,
        spotify,
        clock,
        stop,
        made_key_file,
        _temporary: temporary,
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
        let quota = self.revoker.quota.clone();
        let tasks = TaskTracker::new();
        // The jobs and the admin listener outlive the drain: requests in flight still need them.
        let drained = CancellationToken::new();
        tasks.spawn(self.revoker.run(drained.clone()));
        tasks.spawn(jobs::sweep(db.clone(), self.clock, drained.clone()));
        let logins = move || self.spotify.take_login_calls();
        tasks.spawn(quota.clone().count(logins, drained.clone()));
        tasks.spawn(quota.clone().tell(drained.clone()));
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
        quota.settle().await;
        drained.cancel();
        tasks.close();
        tasks.wait().await;
        db.close().await;
        finished
    }
}
