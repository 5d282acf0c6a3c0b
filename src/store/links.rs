//! Links to Spotify: sealed tokens, what they may do, and the lease that lets one process renew them.

use super::{
    AppId, AuditEvent, Db, LinkId, PersonId, StoreError, audit::insert_audit, in_transaction, on,
    revocations::insert_revocation,
};
use crate::clock::Millis;

/// Whether a link can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkStatus {
    /// In use.
    Active,
    /// Spotify ended it.
    Suspended,
}

/// A link as it is kept; the tokens are sealed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LinkRow {
    /// Its row.
    #[sqlx(try_from = "String")]
    pub id: LinkId,
    /// Whose it is.
    #[sqlx(try_from = "String")]
    pub person_id: PersonId,
    /// The app that it goes through.
    #[sqlx(try_from = "String")]
    pub app_id: AppId,
    /// Spotify's client id of that app.
    pub client_id: String,
    /// The access token, sealed.
    pub access_sealed: Vec<u8>,
    /// The refresh token, sealed.
    pub refresh_sealed: Vec<u8>,
    /// When the access token was issued.
    pub access_issued_at: Millis,
    /// When the access token ends.
    pub access_expires_at: Millis,
    /// The Spotify permissions granted, separated by spaces.
    pub scopes: String,
    /// When the person consented.
    pub authorized_at: Millis,
    /// `active` or `suspended`.
    #[sqlx(try_from = "String")]
    pub status: LinkStatus,
    /// Which edition of the tokens this is.
    pub version: i64,
}

/// What a refresh brought.
#[derive(Clone, Debug)]
pub struct RotatedTokens {
    /// The new access token, sealed.
    pub access_sealed: Vec<u8>,
    /// The refresh token to keep from now on, sealed.
    pub refresh_sealed: Vec<u8>,
    /// When the access token was issued.
    pub access_issued_at: Millis,
    /// When it ends.
    pub access_expires_at: Millis,
    /// The Spotify permissions it carries, separated by spaces.
    pub scopes: String,
}

impl TryFrom<String> for LinkStatus {
    type Error = StoreError;

    fn try_from(name: String) -> Result<Self, StoreError> {
        match name.as_str() {
            "active" => Ok(Self::Active),
            "suspended" => Ok(Self::Suspended),
            _ => Err(StoreError::Invalid("link status")),
        }
    }
}

impl Db {
    /// The link that `person`'s calls go through: an active one first, then the newest consent.
    pub async fn find_link(&self, person: PersonId) -> Result<Option<LinkRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select l.id, l.person_id, l.app_id, a.client_id, l.access_sealed, l.refresh_sealed, l.access_issued_at, \
             l.access_expires_at, l.scopes, l.authorized_at, l.status, l.version \
             from spotify_links l join spotify_apps a on a.id = l.app_id \
             where l.person_id = $1 order by l.status, l.authorized_at desc limit 1")
            .bind(person.to_string()).fetch_optional(pool).await?))
    }

    /// Takes the right to renew edition `version` of a link until `until`; `false` when another process has it
    /// or the edition is past.
    pub async fn take_lease(
        &self,
        id: LinkId,
        version: i64,
        owner: &str,
        now: Millis,
        until: Millis,
    ) -> Result<bool, StoreError> {
        let taken = on!(self, pool => sqlx::query(
            "update spotify_links set lease_owner = $3, lease_until = $5 \
             where id = $1 and version = $2 and status = 'active' \
             and (lease_until is null or lease_until <= $4 or lease_owner = $3)")
            .bind(id.to_string()).bind(version).bind(owner).bind(now).bind(until)
            .execute(pool).await?.rows_affected());
        Ok(taken > 0)
    }

    /// Gives the lease back without a new edition, because Spotify could not be asked.
    pub async fn update_lease_released(&self, id: LinkId, owner: &str) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query(
                "update spotify_links set lease_owner = null, lease_until = null where id = $1 and lease_owner = $2",
            )
            .bind(id.to_string()).bind(owner).execute(pool).await?;
        });
        Ok(())
    }

    /// Replaces edition `version` of a link's tokens by the next one; `false` when that edition is past.
    pub async fn rotate_link(
        &self,
        id: LinkId,
        version: i64,
        tokens: &RotatedTokens,
    ) -> Result<bool, StoreError> {
        let rotated = on!(self, pool => sqlx::query(
            "update spotify_links set access_sealed = $3, refresh_sealed = $4, access_issued_at = $5, \
             access_expires_at = $6, scopes = $7, version = version + 1, lease_owner = null, lease_until = null \
             where id = $1 and version = $2 and status = 'active'")
            .bind(id.to_string())
            .bind(version)
            .bind(&tokens.access_sealed)
            .bind(&tokens.refresh_sealed)
            .bind(tokens.access_issued_at)
            .bind(tokens.access_expires_at)
            .bind(&tokens.scopes)
            .execute(pool).await?.rows_affected());
        Ok(rotated > 0)
    }

    /// Marks an edition of a link as ended by Spotify, for `reason` (a slug), and suspends the grants that hang on it;
    /// `false` when that edition is past.
    pub async fn update_link_suspended(
        &self,
        link: &LinkRow,
        reason: &'static str,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            let suspended = sqlx::query(
                "update spotify_links set status = 'suspended', suspended_reason = $3, suspended_at = $4, \
                 version = version + 1, lease_owner = null, lease_until = null \
                 where id = $1 and version = $2 and status = 'active'")
                .bind(link.id.to_string()).bind(link.version).bind(reason).bind(now)
                .execute(&mut *tx).await?.rows_affected() > 0;
            if suspended {
                sqlx::query(
                    "update grants set status = 'suspended' where person_id = $1 and app_id = $2 and status = 'active'")
                    .bind(link.person_id.to_string()).bind(link.app_id.to_string()).execute(&mut *tx).await?;
                insert_revocation!(&mut *tx, Some(link.person_id.to_string()), None::<String>, now);
                insert_audit!(&mut *tx, event, now);
            }
            suspended
        }))
    }
}
