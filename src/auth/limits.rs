//! How often somebody may ask for what costs us or others something. Counted in the database, so that replicas share
//! the counts; who is counted is stored as a keyed hash only.

use std::{fmt, sync::Arc};

use crate::{
    clock::{Clock, Millis, SECOND},
    crypto::{HashKey, Purpose, SecretHash},
    store::{Db, StoreError},
};

/// Exhausted windows remembered at most, so that whoever goes on asking costs no statement.
const REMEMBERED: u64 = 10_000;

/// How many times as many client documents one host is asked for as one source may ask for.
const DOCUMENTS_OF_A_HOST: u32 = 3;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Registrations of new clients, by source.
    Register,
    /// Authorizations that clients ask for, by source.
    Authorize,
    /// Logins that are begun on the pages, by source.
    Login,
    /// Fetches of client documents, by source.
    DocumentsBySource,
    /// Fetches of client documents, by the host that is asked.
    DocumentsByHost,
    /// Failed requests for tokens, by client and source.
    TokenFailure,
    /// Revocations, by source.
    Revoke,
}

impl Bucket {
    /// The name in the database.
    fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Authorize => "authorize",
            Self::Login => "login",
            Self::DocumentsBySource => "documents_by_source",
            Self::DocumentsByHost => "documents_by_host",
            Self::TokenFailure => "token_failure",
            Self::Revoke => "revoke",
        }
    }
}

/// How much each bucket holds, in times per minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of [`Bucket::Register`].
    pub register: u32,
    /// Of [`Bucket::Authorize`].
    pub authorize: u32,
    /// Of [`Bucket::Login`].
    pub login: u32,
    /// Of [`Bucket::DocumentsBySource`]; a host is asked three times as often.
    pub client_documents: u32,
    /// Of [`Bucket::TokenFailure`].
    pub token: u32,
    /// Of [`Bucket::Revoke`].
    pub revoke: u32,
}

impl Rates {
    fn of(&self, bucket: Bucket) -> u32 {
        match bucket {
            Bucket::Register => self.register,
            Bucket::Authorize => self.authorize,
            Bucket::Login => self.login,
            Bucket::DocumentsBySource => self.client_documents,
            Bucket::DocumentsByHost => self.client_documents.saturating_mul(DOCUMENTS_OF_A_HOST),
            Bucket::TokenFailure => self.token,
            Bucket::Revoke => self.revoke,
        }
    }
}

/// Whether there was something left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// There was.
    Granted,
    /// There was not.
    Exhausted {
        /// When there will be, in whole seconds from now, for `Retry-After`.
        retry_after_seconds: u64,
    },
}

/// Counts for all requests. Cloning is cheap.
#[derive(Clone)]
pub struct Limits {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    hash_key: HashKey,
    clock: Clock,
    rates: Rates,
    /// When the window of somebody who has nothing left ends.
    exhausted: moka::sync::Cache<(Bucket, SecretHash), Millis>,
}

impl Limits {
    /// Counts in `db`.
    pub fn new(db: Db, hash_key: HashKey, clock: Clock, rates: Rates) -> Self {
        let exhausted = moka::sync::Cache::builder()
            .max_capacity(REMEMBERED)
            .build();
        Self {
            inner: Arc::new(Inner {
                db,
                hash_key,
                clock,
                rates,
                exhausted,
            }),
        }
    }

    /// Takes one out of `bucket` for `subject`: the `Display` of a [`super::Source`], a host, or a client and a
    /// source with a blank between them.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot count.
    pub async fn take(&self, bucket: Bucket, subject: &str) -> Result<Allowance, StoreError> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let key = (bucket, inner.hash_key.hash(Purpose::Subject, subject));
        if let Some(ends_at) = inner.exhausted.get(&key) {
            if ends_at > now {
                return Ok(exhausted(ends_at, now));
            }
            inner.exhausted.invalidate(&key);
        }
        let window = inner
            .db
            .insert_allowance(bucket.as_str(), &key.1, now)
            .await?;
        if window.taken <= i64::from(inner.rates.of(bucket)) {
            return Ok(Allowance::Granted);
        }
        inner.exhausted.insert(key, window.ends_at);
        Ok(exhausted(window.ends_at, now))
    }

    /// How often one grant may replace its refresh token, in times per minute.
    pub fn rotations(&self) -> u32 {
        (self.inner.rates.token / 6).max(10)
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits")
            .field("rates", &self.inner.rates)
            .finish_non_exhaustive()
    }
}

fn exhausted(ends_at: Millis, now: Millis) -> Allowance {
    let seconds = (ends_at - now + SECOND - 1) / SECOND;
    Allowance::Exhausted {
        retry_after_seconds: u64::try_from(seconds).unwrap_or(0).max(1),
    }
}
