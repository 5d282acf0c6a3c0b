//! What runs beside the requests: reading what other replicas have revoked, changed and closed, and forgetting what is
//! over.

use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::Keys,
    clock::{Clock, Millis},
    link::Links,
    quota::Quota,
    store::{Db, Freshness, PersonId, StoreError},
};

/// How often revocations are read. What is remembered is trusted for a second after a reading.
const READ_EVERY: Duration = Duration::from_millis(500);
/// How often what is over is swept.
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// Reads revocations and drops what they name from what this process remembers; reads what Spotify has closed.
#[derive(Debug)]
pub(super) struct Revoker {
    /// The database.
    pub(super) db: Db,
    /// Remembered keys.
    pub(super) keys: Keys,
    /// Remembered tokens.
    pub(super) links: Links,
    /// Remembered answers, and closed groups.
    pub(super) quota: Quota,
    /// Told about each successful reading.
    pub(super) freshness: Freshness,
    /// The last number that was read.
    pub(super) seq: i64,
}

impl Revoker {
    /// Reads what is new, once.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is dropped then, and trust runs out by itself.
    pub(super) async fn read(&mut self) -> Result<(), StoreError> {
        let begun = Instant::now();
        for revocation in self.db.list_revocations(self.seq).await? {
            if let Some(person) = revocation.person {
                self.keys.forget_person(person);
                self.forget(person, revocation.created_at);
            }
            // Somebody who left is named by their keys alone.
            if let Some(owner) = revocation.key.and_then(|key| self.keys.forget_key(key)) {
                self.forget(owner, revocation.created_at);
            }
            if let Some(owner) = revocation
                .grant
                .and_then(|grant| self.keys.forget_grant(grant))
            {
                self.forget(owner, revocation.created_at);
            }
            if let Some(change) = &revocation.content {
                self.quota.changed_elsewhere(change);
            }
            self.seq = revocation.seq;
        }
        self.quota.read_closures().await?;
        self.freshness.note(begun);
        Ok(())
    }

    fn forget(&self, person: PersonId, at: Millis) {
        self.links.forget(person);
        self.quota.forget(person, at);
    }

    /// Reads until `stop`.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(READ_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            match self.read().await {
                Ok(()) => failing = false,
                // Once per outage: the log is for people.
                Err(fault) if !failing => {
                    failing = true;
                    tracing::error!(error = %fault, "revocations cannot be read; nothing remembered is trusted meanwhile");
                }
                Err(_) => {}
            }
        }
    }
}

/// Sweeps until `stop`; safe on every replica at once.
pub(super) async fn sweep(db: Db, clock: Clock, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        match db.delete_expired(clock.now()).await {
            Ok(swept) => tracing::debug!(?swept, "swept"),
            Err(fault) => tracing::warn!(error = %fault, "what is over could not be swept"),
        }
    }
}
