//! What was brought in from elsewhere: whose row has been dealt with, and what is to be taken over.
//!
//! A row of another server is known by a keyed hash of its names, so that nothing here leads back to somebody who was
//! deleted, and nobody comes back by a second import.

use super::{
    Account, AppId, AuditEvent, Db, KeyId, LinkId, LinkStatus, PersonId, StoreError,
    in_transaction, on, revocations::insert_revocation,
};
use crate::{
    clock::Millis,
    crypto::{ImportedKey, SecretHash},
};

/// How far an import has come with one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportStatus {
    /// Spotify has replaced its refresh token, and whose it is was not yet known.
    Begun,
    /// It was another person's; nothing was taken over.
    Quarantined,
    /// The person is here, and a link may still come.
    Unlinked,
    /// All is here.
    Done,
}

impl ImportStatus {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Quarantined => "quarantined",
            Self::Unlinked => "unlinked",
            Self::Done => "done",
        }
    }
}

impl TryFrom<String> for ImportStatus {
    type Error = StoreError;

    fn try_from(name: String) -> Result<Self, StoreError> {
        [Self::Begun, Self::Quarantined, Self::Unlinked, Self::Done]
            .into_iter()
            .find(|status| status.as_str() == name)
            .ok_or(StoreError::Invalid("import status"))
    }
}

/// What is known of an origin.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ImportRow {
    /// How far it has come.
    #[sqlx(try_from = "String")]
    pub status: ImportStatus,
    /// A refresh token that exists nowhere else, sealed.
    pub refresh_sealed: Option<Vec<u8>>,
    /// When the other server had last written the tokens that were looked at.
    pub tokens_at: Millis,
}

/// Who somebody is, and how well that is known.
#[derive(Clone, Debug)]
pub enum BroughtAccount {
    /// Spotify named the account.
    Confirmed(Account),
    /// Only the other server says so.
    Claimed(Account),
}

/// A link about to be kept, sealed for the row `id`.
#[derive(Clone, Debug)]
pub struct BroughtLink {
    /// Its row.
    pub id: LinkId,
    /// The app that it goes through.
    pub app: AppId,
    /// The access token, sealed.
    pub access_sealed: Vec<u8>,
    /// The refresh token, sealed.
    pub refresh_sealed: Vec<u8>,
    /// When the access token was issued, as far as that is known.
    pub access_issued_at: Millis,
    /// When the access token ends.
    pub access_expires_at: Millis,
    /// The Spotify permissions granted, separated by spaces.
    pub scopes: String,
    /// When the person consented, as far as that is known.
    pub authorized_at: Millis,
    /// Whether it can be used at once.
    pub status: LinkStatus,
}

/// A key of another server about to be kept.
#[derive(Clone, Debug)]
pub struct BroughtKey {
    /// Its row.
    pub id: KeyId,
    /// Its hash.
    pub hash: SecretHash,
    /// What it is called in lists.
    pub label: &'static str,
    /// When the other server made it.
    pub made_at: Millis,
    /// When it was last used there.
    pub last_used_at: Option<Millis>,
}

/// A person about to be taken over.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// The keyed hash of where they come from.
    pub origin: SecretHash,
    /// The person's row, if they are new; `None` when only somebody who is here already counts.
    pub person: Option<PersonId>,
    /// Their account.
    pub account: BroughtAccount,
    /// Since when the other server knew them.
    pub since: Millis,
    /// Their link.
    pub link: Option<BroughtLink>,
    /// Their key.
    pub key: Option<BroughtKey>,
    /// How far the origin has come with this.
    pub status: ImportStatus,
    /// When the other server had last written the tokens that were looked at.
    pub tokens_at: Millis,
    /// What the audit says when something was written; the person is filled in.
    pub event: AuditEvent,
}

/// What became of a person who was to be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// They are here.
    Kept {
        /// Their row.
        person: PersonId,
        /// What became of the link.
        link: LinkBrought,
        /// What became of the key.
        key: KeyBrought,
    },
    /// They have a link here that works, and nothing proves that what comes is theirs: nothing was written.
    Unproven,
    /// They were here once and are not any more.
    Gone,
    /// Several people have that Spotify id, and nothing tells which is meant.
    Ambiguous,
}

/// What became of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkBrought {
    /// There was none to keep.
    None,
    /// It is kept.
    Kept,
    /// The person has one here that is in use, or none of the two works: that one stays.
    HasOne,
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyBrought {
    /// There was none to keep.
    None,
    /// It is kept, or was before.
    Kept,
    /// It is somebody else's here.
    OfAnother,
    /// The person has as many keys as a person may have.
    TooMany,
}

/// Notes how far an origin has come; what was sealed for it is not needed any more.
macro_rules! note_import {
    ($executor:expr, $origin:expr, $status:expr, $tokens_at:expr, $now:expr) => {
        sqlx::query(
            "insert into imports (origin, status, tokens_at, created_at) values ($1, $2, $3, $4) \
             on conflict (origin) do update set status = excluded.status, tokens_at = excluded.tokens_at, \
             refresh_sealed = null",
        )
        .bind($origin.as_bytes())
        .bind($status.as_str())
        .bind($tokens_at)
        .bind($now)
        .execute($executor)
        .await?
    };
}

pub(super) use note_import;

impl Db {
    /// How far an import has come with `origin`; `None` when it was never looked at.
    pub async fn find_import(&self, origin: &SecretHash) -> Result<Option<ImportRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select status, refresh_sealed, tokens_at from imports where origin = $1")
            .bind(origin.as_bytes()).fetch_optional(pool).await?))
    }

    /// Keeps a refresh token that Spotify has just put in the place of the one at `origin`, until it is known whose
    /// it is. What was dealt with before stays so.
    pub async fn update_import_begun(
        &self,
        origin: &SecretHash,
        refresh_sealed: &[u8],
        tokens_at: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query(
                "insert into imports (origin, status, refresh_sealed, tokens_at, created_at) \
                 values ($1, 'begun', $2, $3, $4) on conflict (origin) do update set \
                 status = case when imports.status = 'quarantined' then 'begun' else imports.status end, \
                 refresh_sealed = excluded.refresh_sealed, tokens_at = excluded.tokens_at",
            )
            .bind(origin.as_bytes()).bind(refresh_sealed).bind(tokens_at).bind(now).execute(pool).await?;
        });
        Ok(())
    }

    /// Notes that the tokens at `origin`, which claims to be `spotify_id`, are another person's. What came from there
    /// before that was known goes: the link that was never checked, and the key.
    pub async fn update_import_quarantined(
        &self,
        origin: &SecretHash,
        spotify_id: &str,
        key: Option<&SecretHash>,
        tokens_at: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        in_transaction!(self, tx => {
            note_import!(&mut *tx, origin, ImportStatus::Quarantined, tokens_at, now);
            sqlx::query(
                "delete from spotify_links where status = 'suspended' and suspended_reason = 'unchecked' \
                 and person_id in (select id from people where spotify_id = $1)")
                .bind(spotify_id).execute(&mut *tx).await?;
            let ended: Option<String> =
                sqlx::query_scalar("delete from api_keys where hash = $1 and kind = $2 returning id")
                    .bind(key.map(SecretHash::as_bytes)).bind(ImportedKey::KIND)
                    .fetch_optional(&mut *tx).await?;
            if let Some(ended) = ended {
                insert_revocation!(&mut *tx, None::<String>, Some(ended), now);
            }
        });
        Ok(())
    }

    /// Forgets what was noted of `origin`.
    pub async fn delete_import(&self, origin: &SecretHash) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query("delete from imports where origin = $1")
                .bind(origin.as_bytes()).execute(pool).await?;
        });
        Ok(())
    }
}
