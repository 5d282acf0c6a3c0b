//! Renewing one link: alone in this process by its flight, alone among replicas by a lease in the database.

use std::{sync::Arc, time::Duration};

use super::{Access, Inner, LinkFault, sealed::renews};
use crate::{
    clock::Millis,
    crypto::random_bytes,
    spotify::{
        RefreshToken,
        accounts::{AccountsError, AppCredentials, TokenSet},
    },
    store::{AuditEvent, LinkRow, Outcome, PersonId, RotatedTokens},
};

/// How often a waiter looks whether another process has finished.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Attempts to keep what Spotify has just issued, before a rotated token is lost.
const STORE_ATTEMPTS: u32 = 5;

impl Inner {
    /// Replaces edition `stale` of a person's tokens, or gives the newer one that somebody else has stored.
    pub(super) async fn replace(&self, person: PersonId, stale: i64) -> Result<Access, LinkFault> {
        let lease = self.lease();
        // Two leases long, so that a process that died with one does not stand in the way.
        let looks = 2 * lease.as_millis() / LOOK_EVERY.as_millis() + 1;
        for _ in 0..looks {
            let row = self.find_active(person).await?;
            if row.version != stale {
                return self.remember(&row);
            }
            if !renews(&row) {
                return self.suspend(&row, "access_token_ended").await;
            }
            let token = self.open_refresh(&row)?;
            let now = self.parts.clock.now();
            let until = now.saturating_add(millis(lease));
            if self
                .parts
                .db
                .take_lease(row.id, row.version, &self.parts.owner, now, until)
                .await?
            {
                return self.refresh(&row, &token).await;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(LinkFault::Busy)
    }

    async fn refresh(&self, row: &LinkRow, token: &RefreshToken) -> Result<Access, LinkFault> {
        let issued_at = self.parts.clock.now();
        match self
            .parts
            .accounts
            .refresh(&self.credentials(row), token)
            .await
        {
            Ok(issued) => self.keep(row, token, issued, issued_at).await,
            Err(AccountsError::InvalidGrant { .. }) => self.suspend(row, "invalid_grant").await,
            Err(fault) => {
                tracing::warn!(link = %row.id, error = %fault, "spotify did not renew a link; it is kept");
                self.parts
                    .db
                    .update_lease_released(row.id, &self.parts.owner)
                    .await?;
                Err(LinkFault::Unavailable {
                    retry_after: fault.retry_after(),
                })
            }
        }
    }

    /// Stores what Spotify issued before anybody uses it: a rotated refresh token exists nowhere else.
    async fn keep(
        &self,
        row: &LinkRow,
        old: &RefreshToken,
        issued: TokenSet,
        issued_at: Millis,
    ) -> Result<Access, LinkFault> {
        let life = millis(issued.expires_in);
        let tokens = RotatedTokens {
            access_sealed: self.seal_access(row.id, &issued.access),
            refresh_sealed: self.seal_refresh(row.id, issued.refresh.as_ref().unwrap_or(old)),
            access_issued_at: issued_at,
            access_expires_at: issued_at.saturating_add(life),
            scopes: if issued.scopes.is_empty() {
                row.scopes.clone()
            } else {
                issued.scopes.join(" ")
            },
        };
        let mut attempt = 1;
        let stored = loop {
            match self
                .parts
                .db
                .rotate_link(row.id, row.version, &tokens)
                .await
            {
                Ok(stored) => break stored,
                Err(fault) if attempt == STORE_ATTEMPTS => return Err(fault.into()),
                Err(fault) => {
                    tracing::warn!(link = %row.id, error = %fault, attempt, "a renewed link could not be stored yet");
                    tokio::time::sleep(LOOK_EVERY * 2_u32.pow(attempt)).await;
                    attempt += 1;
                }
            }
        };
        if !stored {
            tracing::info!(link = %row.id, "the link was replaced while it was being renewed");
        }
        self.remember(&self.find_active(row.person_id).await?)
    }

    async fn suspend(&self, row: &LinkRow, reason: &'static str) -> Result<Access, LinkFault> {
        let now = self.parts.clock.now();
        let event = AuditEvent::new(now, random_bytes(), "link.suspended", Outcome::Failure)
            .about(row.person_id)
            .because(reason);
        if self
            .parts
            .db
            .update_link_suspended(row, reason, &event, now)
            .await?
        {
            tracing::warn!(link = %row.id, reason, "a link has ended; the person has to reconnect");
            self.held.invalidate(&row.person_id);
            self.granted.invalidate(&row.person_id);
            return Err(LinkFault::Suspended);
        }
        // Somebody replaced this edition while Spotify was being asked about it; theirs counts.
        self.remember(&self.find_active(row.person_id).await?)
    }

    fn remember(&self, row: &LinkRow) -> Result<Access, LinkFault> {
        let held = self.open_access(row)?;
        self.held.insert(row.person_id, Arc::clone(&held));
        Ok(held.access.clone())
    }

    /// How long a lease holds: as long as the accounts service may take, and half as much again to store what it
    /// sent. A shorter one would let another process use the same refresh token, which rotation punishes.
    pub(super) fn lease(&self) -> Duration {
        self.parts.accounts.time_limit() * 3 / 2
    }

    /// The credentials of the app that the link goes through; PKCE lets an app without a secret renew.
    fn credentials(&self, row: &LinkRow) -> AppCredentials {
        if row.app_id == self.parts.app.id {
            self.parts.app.credentials.clone()
        } else {
            AppCredentials {
                client_id: row.client_id.clone(),
                client_secret: None,
            }
        }
    }
}

fn millis(time: Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX)
}
