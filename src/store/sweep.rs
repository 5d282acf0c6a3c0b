//! Forgetting what is over: logins, keys, revocations that everybody has read, tokens of ended links.

use super::{Db, StoreError, allowances::WINDOW, on};
use crate::clock::{DAY, HOUR, Millis};

/// How long a spent or expired login is kept, so that a replay is told from an unknown state.
const FLOW_TOMBSTONE: Millis = HOUR;
/// How long a revocation is kept; every replica reads within a second or stops trusting what it remembers.
const REVOCATION_KEPT: Millis = HOUR;
/// How long the tokens of a suspended link are kept: a Spotify outage has produced false revocations.
const SUSPENDED_TOKENS_KEPT: Millis = 3 * DAY;
/// How long the audit keeps what concerns no person: strangers can make such entries.
const STRANGERS_AUDIT_KEPT: Millis = 90 * DAY;
/// How long the calls of an hour count, with the hour itself and one more.
const CALLS_KEPT: Millis = DAY + 2 * HOUR;
/// How long a quota that was once used up says how many calls it had.
const CEILINGS_KEPT: Millis = 30 * DAY;
/// How long a refresh token waits for the import that was cut off while it checked whose it is.
const BEGUN_IMPORTS_KEPT: Millis = 30 * DAY;
/// How long a grant is kept after its end, so that the reuse of its tokens is noticed.
const ENDED_GRANTS_KEPT: Millis = 30 * DAY;

/// How many rows a sweep took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Logins.
    pub flows: u64,
    /// Clients' requests for authorization.
    pub authorizations: u64,
    /// Keys past their expiry.
    pub keys: u64,
    /// Signed-in browsers that were not here for too long.
    pub sessions: u64,
    /// Windows of limits.
    pub allowances: u64,
    /// Access tokens, and refresh tokens that were replaced.
    pub grant_tokens: u64,
    /// Grants that could not be used any more and ended for it.
    pub idle_grants: u64,
    /// Grants that ended long ago.
    pub grants: u64,
    /// Revocations.
    pub revocations: u64,
    /// Suspended links whose tokens were erased.
    pub tokens: u64,
    /// OAuth clients that nobody uses.
    pub clients: u64,
    /// Entries of the audit that concern no person.
    pub audit: u64,
    /// Hours of counted calls.
    pub calls: u64,
    /// Imports that were cut off and never taken up again.
    pub imports: u64,
    /// Endpoints that may be tried again, and quotas that were used up long ago.
    pub closures: u64,
}

impl Db {
    /// Takes away what is over at `now`. Safe to run on every replica at once.
    pub async fn delete_expired(&self, now: Millis) -> Result<Swept, StoreError> {
        Ok(Swept {
            flows: self
                .delete_before("delete from flows where expires_at <= $1", now - FLOW_TOMBSTONE)
                .await?,
            authorizations: self
                .delete_before("delete from authorizations where expires_at <= $1", now - FLOW_TOMBSTONE)
                .await?,
            keys: self.delete_before("delete from api_keys where expires_at <= $1", now).await?,
            sessions: self.delete_before("delete from sessions where expires_at <= $1", now).await?,
            allowances: self
                .delete_before("delete from allowances where began_at <= $1", now - WINDOW)
                .await?,
            grant_tokens: self
                .delete_before(
                    "delete from tokens where expires_at <= $1 \
                     and (kind = 'access' or (kind = 'refresh' and rotated_at is not null))",
                    now,
                )
                .await?,
            // Of each grant that is not revoked, one code or refresh token is still to be used, and once that one is
            // over nothing more can be had. Those of revoked grants say nothing.
            idle_grants: self
                .delete_before(
                    "update grants set status = 'revoked', ended_at = $1, ended_reason = 'idle' \
                     where status <> 'revoked' and id in (select grant_id from tokens \
                     where kind <> 'access' and rotated_at is null and expires_at <= $1)",
                    now,
                )
                .await?,
            grants: self
                .delete_before(
                    "delete from grants where (status = 'revoked' and ended_at <= $1) or expires_at <= $1",
                    now - ENDED_GRANTS_KEPT,
                )
                .await?,
            revocations: self
                .delete_before("delete from revocations where created_at <= $1", now - REVOCATION_KEPT)
                .await?,
            tokens: self
                .delete_before(
                    "update spotify_links set access_sealed = '', refresh_sealed = '' \
                     where status = 'suspended' and suspended_at <= $1 and length(refresh_sealed) > 0",
                    now - SUSPENDED_TOKENS_KEPT,
                )
                .await?,
            clients: self.delete_unused_clients(now).await?,
            audit: self
                .delete_before(
                    "delete from audit where person_id is null and created_at <= $1",
                    now - STRANGERS_AUDIT_KEPT,
                )
                .await?,
            calls: self
                .delete_before("delete from quota_calls where hour <= $1", now - CALLS_KEPT)
                .await?,
            imports: self
                .delete_before(
                    "delete from imports where status = 'begun' and created_at <= $1",
                    now - BEGUN_IMPORTS_KEPT,
                )
                .await?,
            closures: self
                .delete_before(
                    "delete from quota_closures where kind = 'endpoint' and closed_until <= $1",
                    now,
                )
                .await?
                + self
                    .delete_before("delete from quota_closures where closed_until <= $1", now - CEILINGS_KEPT)
                    .await?,
        })
    }

    async fn delete_before(
        &self,
        statement: &'static str,
        before: Millis,
    ) -> Result<u64, StoreError> {
        Ok(
            on!(self, pool => sqlx::query(statement).bind(before).execute(pool).await?.rows_affected()),
        )
    }
}
