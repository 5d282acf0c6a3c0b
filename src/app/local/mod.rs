//! One person on one machine: from a configuration to a session over standard input and output, and to what somebody
//! at a terminal does about their account.

mod account;
mod counter;
mod here;

use std::{path::PathBuf, sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use account::{Account, HeldAccount};
pub use counter::{Login, Unlinked};

use super::{
    MakeEndpoint, OpenFailure,
    foundation::{self, Foundation},
    join::{mcp_deps, picture_fetcher},
};
use crate::{
    auth::{Machine, Scopes},
    clock::Clock,
    config::{Config, DatabaseUrl, SETTINGS},
    crypto::{Opaque, Purpose, random_bytes},
    link::Links,
    local::{self, Browser, Desk, DeskParts},
    mcp,
    quota::Quota,
    spotify,
    store::Db,
};
use counter::Counter;
use here::Here;

/// How long jobs and renewals under way may take at the end, beyond what the session itself waits for.
const LAST_JOBS: Duration = Duration::from_secs(5);

/// One person's auxcord, ready to serve or to connect an account.
#[derive(Debug)]
pub struct Local {
    handler: mcp::Handler,
    longest: usize,
    desk: Desk,
    here: Arc<Here>,
    db: Db,
    links: Links,
    quota: Quota,
    spotify: spotify::Client,
    clock: Clock,
    /// A key file that was made for this start.
    pub made_key_file: Option<PathBuf>,
    _temporary: Option<TempDir>,
}

impl Local {
    /// Joins the rooms as `config` says. Nothing is served yet.
    ///
    /// # Errors
    /// [`OpenFailure`].
    pub async fn open(
        config: &Config,
        clock: Clock,
        make: MakeEndpoint,
    ) -> Result<Self, OpenFailure> {
        let Some(client_id) = config.spotify.client_id.clone() else {
            return Err(OpenFailure::NoOwnApp {
                redirect_uri: config.spotify.redirect_uri.to_string(),
            });
        };
        let secret = machine_secret(config)?;
        let Foundation {
            db,
            keys,
            links,
            quota,
            spotify,
            revoker,
            made_key_file,
            temporary,
            ..
        } = foundation::lay(config, &clock, client_id).await?;
        let machine = Machine::new(db.clone(), keys.hash_key().clone(), secret, &clock);
        let desk = Desk::new(DeskParts {
            links: links.clone(),
            machine: machine.clone(),
            clock: clock.clone(),
            redirect_uri: config.spotify.redirect_uri.clone(),
            scopes: Scopes::all().spotify(),
            browser: browser(config),
        });
        let mut deps = mcp_deps(
            config,
            links.clone(),
            spotify.clone(),
            picture_fetcher(config)?,
            quota.clone(),
            clock.clone(),
            mcp::StateKey::new(keys.hash_key().derive(Purpose::RequestState)),
        );
        deps.connect = Some(Arc::new(Counter::new(desk.clone())));
        Ok(Self {
            handler: make(deps).handler(),
            longest: config.mcp.max_body_bytes,
            desk,
            here: Arc::new(Here::new(machine, revoker)),
            db,
            links,
            quota,
            spotify,
            clock,
            made_key_file,
            _temporary: temporary,
        })
    }

    /// Serves over standard input and output until the input ends, nobody reads the output, or `stop` is cancelled.
    pub async fn serve(self, stop: CancellationToken) {
        let (input, output, written) = local::standard(stop.clone()).split();
        self.serve_over(mcp::Ends { input, output }, &stop).await;
        written.await;
    }

    /// The same over other ends.
    pub async fn serve_over(self, ends: mcp::Ends, stop: &CancellationToken) {
        let jobs = TaskTracker::new();
        let over = CancellationToken::new();
        let spotify = self.spotify;
        let logins = move || spotify.take_login_calls();
        jobs.spawn(self.quota.clone().count(logins, over.clone()));
        jobs.spawn(self.quota.clone().tell(over.clone()));
        jobs.spawn(sweep(self.db.clone(), self.clock));
        mcp::serve_lines(&self.handler, self.here, ends, self.longest, stop).await;
        // A token that Spotify is just issuing must be stored, even if its caller is gone.
        self.links.settle().await;
        self.quota.settle().await;
        over.cancel();
        jobs.close();
        let _ = tokio::time::timeout(LAST_JOBS, jobs.wait()).await;
        self.db.close().await;
    }

    /// Begins a login from a terminal; with `open` a browser is started, where there is one.
    ///
    /// # Errors
    /// [`Unlinked`].
    pub async fn begin_login(&self, open: bool) -> Result<Login, Unlinked> {
        counter::begin(&self.desk, open).await
    }

    /// Ends the login that a pasted address belongs to; the account's name, or another address to open.
    ///
    /// # Errors
    /// [`Unlinked`].
    pub async fn finish_login(&self, address: &str) -> Result<Result<String, Login>, Unlinked> {
        counter::finish(&self.desk, address).await
    }

    /// Waits until the login has led to an account, here or by another process; its name.
    pub async fn wait_for_login(&self, at_most: Duration) -> Option<String> {
        self.desk.wait(at_most).await.as_ref().map(counter::name_of)
    }

    /// Ends what was begun: everything is stored.
    pub async fn close(self) {
        self.links.settle().await;
        self.db.close().await;
    }
}

/// The machine's secret, and a folder for it that is its owner's alone.
fn machine_secret(config: &Config) -> Result<Opaque, OpenFailure> {
    let database = match &config.database.url {
        // Nothing is kept beyond the end.
        DatabaseUrl::Temporary => return Ok(Opaque::new(random_bytes())),
        DatabaseUrl::Sqlite { path } => Some(path.as_path()),
        DatabaseUrl::Postgres(_) => None,
    };
    let (folder, is_ours) = match &config.local {
        Some(local) => (local.folder.clone(), local.is_default),
        None => (PathBuf::new(), false),
    };
    local::prepare(&folder, is_ours, database)?;
    Ok(local::machine_secret(&folder)?)
}

fn browser(config: &Config) -> Browser {
    Browser {
        wanted: config
            .local
            .as_ref()
            .is_some_and(|local| local.open_browser),
        hidden: SETTINGS
            .iter()
            .filter(|setting| setting.secret)
            .map(|setting| setting.variable)
            .collect(),
    }
}

/// Once a start: such processes come and go.
async fn sweep(db: Db, clock: Clock) {
    if let Err(fault) = db.delete_expired(clock.now()).await {
        tracing::warn!(error = %fault, "what is over could not be swept");
    }
}
