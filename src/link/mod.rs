//! One person's link to Spotify: made, opened, refreshed once at a time, sealed again.
//!
//! The only room where a Spotify secret is plain. It yields an [`Access`] or says why there is none, and
//! knows no tool and no HTTP of ours.

mod brought;
mod connect;
mod redeem;
mod renew;
mod returned;
mod sealed;

use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

pub use crate::store::{Given, LoginPurpose};
pub use brought::{Adopted, Brought, ExamineFault, Examined};
pub use connect::{Completed, ConnectFault, Connection, Login, Outbound};
pub use returned::{Returned, SpotifyAnswer};

use crate::{
    clock::{Clock, Millis, SECOND},
    crypto::Keyring,
    spotify::{
        AccessToken,
        accounts::{Accounts, AppCredentials},
    },
    store::{AppId, Db, Freshness, PersonId, StoreError},
};
use sealed::Held;

/// People of whom something is remembered at most; the longest unused go first.
const REMEMBERED: u64 = 10_000;
/// How long an opened token and an account's id are remembered before the database is asked again.
const REMEMBERED_FOR: Duration = Duration::from_secs(10);
/// How long a renewal ahead of time rests after it failed: not every call is to wait for an ailing Spotify.
const REST: Millis = 10 * SECOND;

/// Spotify permissions (their names), as Spotify granted them.
pub type SpotifyScopes = Arc<[Box<str>]>;

/// An access token that was good a moment ago, with what it may do.
#[derive(Clone, Debug)]
pub struct Access {
    /// The token for the wire.
    pub token: AccessToken,
    /// The Spotify permissions that it carries.
    pub scopes: SpotifyScopes,
    /// The Spotify app that it goes through.
    pub app: AppId,
    /// Which edition of the link's tokens this is; tells a stale token from a fresh one.
    pub version: i64,
}

/// How a person's link stands, for the person to read.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The person.
    pub person: PersonId,
    /// Spotify's `id` of the account; compares with `playlist.owner.id`.
    pub spotify_id: String,
    /// The account's display name.
    pub display_name: Option<String>,
    /// Whether calls can be made.
    pub state: LinkState,
    /// The Spotify permissions that were granted.
    pub scopes: SpotifyScopes,
    /// When the person consented at Spotify; `None` without a link.
    pub authorized_at: Option<Millis>,
    /// When Spotify ends the consent: six months after `authorized_at`.
    pub reauthorize_by: Option<Millis>,
}

/// Whether a link can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// In use.
    Active,
    /// Spotify ended it, or it cannot be opened: the person must reconnect.
    Suspended,
    /// The person has no link.
    Missing,
}

impl LinkState {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Missing => "missing",
        }
    }
}

/// Why there is no access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// The person never connected, or disconnected.
    #[error("no spotify account is connected")]
    Missing,
    /// Spotify refused the refresh token for good, or the stored one cannot be opened.
    #[error("the link to spotify has ended")]
    Suspended,
    /// Another process is renewing the link and did not finish in time.
    #[error("the link is being renewed elsewhere")]
    Busy,
    /// Spotify's accounts service could not be asked; the link is kept.
    #[error("spotify's accounts service is unavailable")]
    Unavailable {
        /// How long Spotify asked to wait, in seconds.
        retry_after: Option<u64>,
    },
    /// The database could not be asked.
    #[error("the database is unavailable")]
    Store,
}

/// The Spotify app that people connect through.
#[derive(Clone, Debug)]
pub struct LinkApp {
    /// Its row.
    pub id: AppId,
    /// Its credentials at Spotify.
    pub credentials: AppCredentials,
    /// Where Spotify sends people back to.
    pub redirect_uri: String,
}

/// What [`Links`] is made of.
#[derive(Debug)]
pub struct LinkParts {
    /// The database.
    pub db: Db,
    /// Whether what is remembered may be trusted.
    pub freshness: Freshness,
    /// The keyring that seals tokens.
    pub keyring: Keyring,
    /// Spotify's accounts service.
    pub accounts: Accounts,
    /// The app of new links.
    pub app: LinkApp,
    /// The time.
    pub clock: Clock,
    /// A name for this process, unlike any other's, that holds its leases.
    pub owner: String,
}

/// Every person's link, shared by all requests. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Links {
    inner: Arc<Inner>,
}

struct Inner {
    parts: LinkParts,
    held: moka::sync::Cache<PersonId, Arc<Held>>,
    /// Spotify's `id` of each person's account.
    accounts: moka::sync::Cache<PersonId, Arc<str>>,
    /// What each person's link may do; `None` where there is none that works.
    granted: moka::sync::Cache<PersonId, Option<SpotifyScopes>>,
    flights: Mutex<HashMap<PersonId, Flight>>,
    /// What goes on without whoever asked for it: renewals and logins.
    tasks: TaskTracker,
}

type Flight = Shared<BoxFuture<'static, Result<Access, LinkFault>>>;

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links")
            .field("owner", &self.parts.owner)
            .finish_non_exhaustive()
    }
}

impl Links {
    /// Joins the parts.
    pub fn new(parts: LinkParts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                held: remembering(),
                accounts: remembering(),
                granted: remembering(),
                flights: Mutex::default(),
                tasks: TaskTracker::new(),
            }),
        }
    }

    /// A token that is good now, renewed first if it is about to end.
    ///
    /// # Errors
    /// [`LinkFault`]: missing, suspended, or not to be had at the moment.
    pub async fn access(&self, person: PersonId) -> Result<Access, LinkFault> {
        let inner = &self.inner;
        let now = inner.parts.clock.now();
        if inner.parts.freshness.holds()
            && let Some(held) = inner.held.get(&person)
            && now < held.renew_at
        {
            return Ok(held.access.clone());
        }
        let held = inner.open_current(person).await?;
        if now < held.renew_at {
            inner.held.insert(person, Arc::clone(&held));
            return Ok(held.access.clone());
        }
        match self.flight(person, held.access.version).await {
            // Renewed ahead of time: what is still good carries the call while Spotify recovers.
            Err(LinkFault::Unavailable { .. } | LinkFault::Busy) if now < held.expires_at => {
                let current = inner.open_current(person).await?;
                if current.access.version == held.access.version {
                    inner.held.insert(person, Arc::new(held.rested(now + REST)));
                }
                Ok(current.access.clone())
            }
            outcome => outcome,
        }
    }

    /// A newer token than `stale`, which Spotify has just answered with 401. However many calls ask, there is one refresh.
    ///
    /// # Errors
    /// As [`Links::access`].
    pub async fn renew(&self, person: PersonId, stale: &Access) -> Result<Access, LinkFault> {
        let newer = self.flight(person, stale.version).await?;
        if newer.version > stale.version {
            return Ok(newer);
        }
        // The flight that was joined had begun before this edition was stored.
        self.flight(person, stale.version).await
    }

    /// How the link stands, without a call to Spotify.
    ///
    /// # Errors
    /// [`LinkFault::Missing`] when there is no such person, [`LinkFault::Store`].
    pub async fn standing(&self, person: PersonId) -> Result<Standing, LinkFault> {
        let db = &self.inner.parts.db;
        let row = db
            .find_person(person)
            .await
            .map_err(|fault| store_fault(&fault))?
            .ok_or(LinkFault::Missing)?;
        let link = db
            .find_link(person)
            .await
            .map_err(|fault| store_fault(&fault))?;
        Ok(self.inner.standing(row, link.as_ref()))
    }

    /// The Spotify permissions of a link that works; `None` without one. Remembered for seconds, so that a list of
    /// tools costs no question to the database.
    ///
    /// # Errors
    /// [`LinkFault::Store`].
    pub async fn granted(&self, person: PersonId) -> Result<Option<SpotifyScopes>, LinkFault> {
        let inner = &self.inner;
        if inner.parts.freshness.holds() {
            if let Some(held) = inner.held.get(&person) {
                return Ok(Some(Arc::clone(&held.access.scopes)));
            }
            if let Some(known) = inner.granted.get(&person) {
                return Ok(known);
            }
        }
        let granted = match inner.find_active(person).await {
            Ok(link) => Some(sealed::split_scopes(&link.scopes)),
            Err(LinkFault::Missing | LinkFault::Suspended) => None,
            Err(fault) => return Err(fault),
        };
        inner.granted.insert(person, granted.clone());
        Ok(granted)
    }

    /// Spotify's `id` of the person's account; compares with `playlist.owner.id`.
    ///
    /// # Errors
    /// [`LinkFault::Missing`] when there is no such person, [`LinkFault::Store`].
    pub async fn spotify_id(&self, person: PersonId) -> Result<Arc<str>, LinkFault> {
        let inner = &self.inner;
        if inner.parts.freshness.holds()
            && let Some(known) = inner.accounts.get(&person)
        {
            return Ok(known);
        }
        let row = inner.parts.db.find_person(person).await;
        let row = row.map_err(|fault| store_fault(&fault))?;
        let id: Arc<str> = row.ok_or(LinkFault::Missing)?.spotify_id.into();
        inner.accounts.insert(person, Arc::clone(&id));
        Ok(id)
    }

    /// Drops what is remembered of `person`, because it was revoked or replaced.
    pub fn forget(&self, person: PersonId) {
        self.inner.held.invalidate(&person);
        self.inner.accounts.invalidate(&person);
        self.inner.granted.invalidate(&person);
    }

    /// Waits until renewals and logins under way are stored, also those that nobody waits for any more: at most
    /// for as long as a lease holds.
    pub async fn settle(&self) {
        self.inner.tasks.close();
        let settled = tokio::time::timeout(self.inner.lease(), self.inner.tasks.wait()).await;
        if settled.is_err() {
            tracing::warn!("a renewal or login was cut off; its person may have to reconnect");
        }
    }

    /// Joins the renewal under way for `person`, or begins one that replaces edition `stale`.
    ///
    /// The renewal runs as a task of its own: a caller that goes away must not lose a rotated token.
    async fn flight(&self, person: PersonId, stale: i64) -> Result<Access, LinkFault> {
        let flight = {
            let mut flights = self.inner.flights.lock().await;
            if let Some(flight) = flights.get(&person) {
                flight.clone()
            } else {
                let inner = Arc::clone(&self.inner);
                let task = self.inner.tasks.spawn(async move {
                    // Whatever happens in it, the next call must find the way free.
                    let outcome = AssertUnwindSafe(inner.replace(person, stale)).catch_unwind();
                    let outcome = outcome.await.unwrap_or(Err(LinkFault::Busy));
                    inner.flights.lock().await.remove(&person);
                    outcome
                });
                let flight = task
                    .map(|joined| joined.unwrap_or(Err(LinkFault::Busy)))
                    .boxed()
                    .shared();
                flights.insert(person, flight.clone());
                flight
            }
        };
        flight.await
    }
}

/// Remembers something of each person for a while.
fn remembering<T: Clone + Send + Sync + 'static>() -> moka::sync::Cache<PersonId, T> {
    moka::sync::Cache::builder()
        .max_capacity(REMEMBERED)
        .time_to_live(REMEMBERED_FOR)
        .build()
}

/// A failed statement, logged where it is understood; the caller is told only that there is no database.
fn store_fault(fault: &StoreError) -> LinkFault {
    tracing::error!(error = %fault, "the link could not be read or written");
    LinkFault::Store
}
