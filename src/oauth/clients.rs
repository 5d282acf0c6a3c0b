//! Who a client is: looked up, or fetched from the address that it calls itself by. Knows no request and no page.
//!
//! A client document is fetched when somebody asks for its client and what is kept of it is no longer fresh: once for
//! all who ask at the same time, rarely again after a failure, and only as often as limits allow. The database keeps
//! the last good copy, which serves every replica, and serves on while the other side does not answer.

use std::{
    fmt::{self, Display},
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};

use tokio::sync::Mutex;

use super::{
    client::{self, Client},
    document::{self, ClientUrl, ClientUrlFault, DocumentFault},
};
use crate::{
    auth::{Allowance, Bucket, Limits},
    clock::{Clock, DAY, HOUR, MINUTE, Millis},
    crypto::random_bytes,
    fetch::{FetchFault, Fetcher, Forbidden},
    store::{AuditEvent, ClientId, ClientKind, ClientRow, Db, NewClient, Outcome, StoreError},
};

/// The longest client id that is looked up, in bytes.
const LONGEST_ID: usize = 2_048;
/// The shortest and the longest time for which a document is not fetched again.
const FRESH: RangeInclusive<Millis> = 5 * MINUTE..=DAY;
/// The same where the document does not say.
const FRESH_BY_DEFAULT: Millis = HOUR;
/// For how long a failure is not tried again.
const FAILED_FOR: Millis = MINUTE;
/// For how long the last good copy serves after it is no longer fresh.
const STALE_FOR: Millis = 30 * DAY;
/// How exactly it is known when a client was last used.
const TOUCH_EVERY: Millis = HOUR;
/// Addresses whose flights and failures are remembered at most.
const REMEMBERED: u64 = 2_000;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientFault {
    /// There is none of that id. What the client gets to know is this and no more.
    #[error("there is no such client")]
    Unknown(#[source] Unknown),
    /// Too many documents were asked for.
    #[error("too many client documents were asked for")]
    Limited {
        /// After how many whole seconds it may be tried again.
        retry_after_seconds: u64,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is wrong with a client id, for the log alone: it would tell strangers about the network.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// Nobody registered it.
    #[error("nobody registered it")]
    NotRegistered,
    /// It is no address of a document.
    #[error("its id is no address of a document: {0}")]
    Address(#[from] ClientUrlFault),
    /// Its document may not be fetched.
    #[error("its address is refused: {0}")]
    Forbidden(#[from] Forbidden),
    /// Its document could not be fetched.
    #[error("its document could not be fetched: {0}")]
    Fetch(#[from] FetchFault),
    /// Its document is refused.
    #[error("its document is refused: {0}")]
    Document(#[from] DocumentFault),
    /// It failed before, too short a time ago to try again.
    #[error("its document failed a moment ago")]
    FailedBefore,
}

/// What the look-up is made from.
#[derive(Clone, Debug)]
pub struct ClientsParts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Fetches documents.
    pub fetcher: Fetcher,
    /// Counts the fetches.
    pub limits: Limits,
    /// The issuer of this server, whose addresses are no client ids.
    pub issuer: String,
}

/// Looks clients up. Cloning is cheap.
#[derive(Clone)]
pub struct Clients(Arc<Inner>);

struct Inner {
    parts: ClientsParts,
    flights: moka::sync::Cache<String, Arc<Flight>>,
}

/// One address: whoever holds the lock fetches, the others wait and find what came of it.
#[derive(Default)]
struct Flight(Mutex<Option<Failed>>);

#[derive(Clone, Copy)]
struct Failed {
    until: Millis,
    /// Whether the last good copy serves on.
    passing: bool,
}

impl Clients {
    /// Takes over what it is made from.
    pub fn new(parts: ClientsParts) -> Self {
        let flights = moka::sync::Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_idle(Duration::from_mins(10))
            .build();
        Self(Arc::new(Inner { parts, flights }))
    }

    /// The client that calls itself `client_id`, its document fetched if need be; `source` is who asks. Counts as a
    /// use of the client.
    ///
    /// # Errors
    /// [`ClientFault`].
    pub async fn find(&self, client_id: &str, source: impl Display) -> Result<Client, ClientFault> {
        let inner = &self.0;
        let row = if client_id.starts_with("https://") {
            inner.by_document(client_id, &source.to_string()).await?
        } else {
            inner
                .row(client_id)
                .await?
                .ok_or(ClientFault::Unknown(Unknown::NotRegistered))?
        };
        let now = inner.parts.clock.now();
        if row
            .last_used_at
            .is_none_or(|last| last + TOUCH_EVERY <= now)
        {
            inner.parts.db.update_client_used(row.id, now).await?;
        }
        Ok(Client::try_from(row)?)
    }

    /// The client that calls itself `client_id`, if it is kept. Never fetches anything.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn known(&self, client_id: &str) -> Result<Option<Client>, StoreError> {
        let row = self.0.row(client_id).await?;
        row.map(Client::try_from).transpose()
    }

    /// The client of row `id`, if it is kept. Never fetches anything.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of_row(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        let row = self.0.parts.db.find_client_by_row(id).await?;
        row.map(Client::try_from).transpose()
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients").finish_non_exhaustive()
    }
}

impl Inner {
    async fn row(&self, client_id: &str) -> Result<Option<ClientRow>, StoreError> {
        // No id of ours has anything else in it, and one of the databases takes no NUL.
        if client_id.len() > LONGEST_ID || !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(None);
        }
        self.parts.db.find_client(client_id).await
    }

    async fn by_document(&self, client_id: &str, source: &str) -> Result<ClientRow, ClientFault> {
        let address = ClientUrl::parse(client_id, &self.parts.issuer)
            .map_err(|fault| unknown(fault.into()))?;
        self.parts
            .fetcher
            .permits(address.url())
            .map_err(|fault| unknown(fault.into()))?;
        if let Some(row) = self.row(client_id).await?.filter(|row| self.is_fresh(row)) {
            return Ok(row);
        }
        let flight = self
            .flights
            .get_with_by_ref(client_id, Arc::<Flight>::default);
        let mut failed = flight.0.lock().await;
        // Somebody else may have fetched it meanwhile, here or on another replica.
        let kept = self.row(client_id).await?;
        let (kept, now) = match kept {
            Some(row) if self.is_fresh(&row) => return Ok(row),
            kept => (kept, self.parts.clock.now()),
        };
        if let Some(before) = failed.filter(|before| now < before.until) {
            let kept = kept.filter(|_| before.passing);
            return self.stale(kept).ok_or(unknown(Unknown::FailedBefore));
        }
        // A known document is fetched now and then, however many ask. Counted for its host, it would wait for strangers
        // who make up addresses there.
        let host = kept.is_none().then(|| address.host());
        match self.take_allowance(source, host.as_deref()).await {
            Ok(()) => {}
            Err(limited @ ClientFault::Limited { .. }) => return self.stale(kept).ok_or(limited),
            Err(fault) => return Err(fault),
        }
        match self.fetched(&address, now).await {
            Ok(client) => {
                *failed = None;
                Ok(self.keep(client, now).await?)
            }
            Err(fault) => {
                let passing = matches!(&fault, Unknown::Fetch(fault) if fault.is_passing());
                *failed = Some(Failed {
                    until: now + FAILED_FOR,
                    passing,
                });
                let Some(row) = self.stale(kept.filter(|_| passing)) else {
                    return Err(unknown(fault));
                };
                tracing::info!(host = address.host(), error = %fault, "the last good copy of a client document serves on");
                Ok(row)
            }
        }
    }

    fn is_fresh(&self, row: &ClientRow) -> bool {
        row.fresh_until
            .is_some_and(|until| self.parts.clock.now() < until)
    }

    /// The last good copy, unless it is too old to vouch for anything.
    fn stale(&self, kept: Option<ClientRow>) -> Option<ClientRow> {
        let now = self.parts.clock.now();
        kept.filter(|row| row.fresh_until.is_some_and(|until| now < until + STALE_FOR))
    }

    async fn fetched(&self, address: &ClientUrl, now: Millis) -> Result<NewClient, Unknown> {
        let document = self.parts.fetcher.get(address.url()).await?;
        let client_id = address.url().as_str();
        let description =
            document::read(client_id, document.content_type.as_deref(), &document.bytes)?;
        let wished = document.max_age.map_or(FRESH_BY_DEFAULT, |age| {
            Millis::try_from(age.as_millis()).unwrap_or(Millis::MAX)
        });
        let fresh_until = now + wished.clamp(*FRESH.start(), *FRESH.end());
        Ok(client::documented(client_id, description, fresh_until, now))
    }

    async fn keep(&self, client: NewClient, now: Millis) -> Result<ClientRow, StoreError> {
        let db = &self.parts.db;
        if !db.update_client_document(&client).await? {
            let event = registered_event(client.id, ClientKind::Document, now);
            // Another replica may have been faster: its row serves as well.
            db.insert_client(&client, &event, now).await?;
        }
        db.find_client(&client.client_id)
            .await?
            .ok_or(StoreError::Invalid("client"))
    }

    /// Whether one more document may be fetched for `source`, and from `host` if that counts.
    async fn take_allowance(&self, source: &str, host: Option<&str>) -> Result<(), ClientFault> {
        let by_source = (Bucket::DocumentsBySource, source);
        let by_host = host.map(|host| (Bucket::DocumentsByHost, host));
        for (bucket, subject) in [Some(by_source), by_host].into_iter().flatten() {
            if let Allowance::Exhausted {
                retry_after_seconds,
            } = self.parts.limits.take(bucket, subject).await?
            {
                return Err(ClientFault::Limited {
                    retry_after_seconds,
                });
            }
        }
        Ok(())
    }
}

/// What the audit says of a new client.
pub(super) fn registered_event(client: ClientId, kind: ClientKind, now: Millis) -> AuditEvent {
    AuditEvent::new(
        now,
        random_bytes(),
        "oauth.client_registered",
        Outcome::Success,
    )
    .with_client(client)
    .because(kind.as_str())
}

fn unknown(reason: Unknown) -> ClientFault {
    ClientFault::Unknown(reason)
}
