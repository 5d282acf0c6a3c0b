//! What was brought in from elsewhere: whose row has been dealt with, and a person with link and key in one transaction.
//!
//! A row of another server is known by a keyed hash of its names, so that nothing here leads back to somebody who was
//! deleted, and nobody comes back by a second import.

use super::{
    Account, AppId, AuditEvent, Db, KeyId, LinkId, LinkStatus, PersonId, StoreError,
    audit::insert_audit,
    in_transaction,
    keys::MAX_KEYS,
    on,
    people::{lock_person, upsert_person},
    revocations::insert_revocation,
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
    /// The person has one here that is as new or in use, which stays.
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

/// Finds or makes the person whom only the other server names, and leaves those who are here as they are.
macro_rules! claimed_person {
    ($tx:ident, $new:expr, $account:expr, $since:expr) => {{
        let account: &Account = $account;
        let known: Vec<String> =
            sqlx::query_scalar("select id from people where spotify_id = $1")
                .bind(&account.spotify_id)
                .fetch_all(&mut *$tx)
                .await?;
        match known.as_slice() {
            [] => {
                sqlx::query(
                    "insert into people (id, spotify_id, display_name, created_at) values ($1, $2, $3, $4)",
                )
                .bind($new.to_string())
                .bind(&account.spotify_id)
                .bind(&account.display_name)
                .bind($since)
                .execute(&mut *$tx)
                .await?;
                Some($new)
            }
            [only] => Some(PersonId::parse(only).ok_or(StoreError::Invalid("person id"))?),
            _ => None,
        }
    }};
}

/// Keeps a link where the person has none through that app, or one that was ended and is no newer.
macro_rules! bring_link {
    ($tx:ident, $person:expr, $link:expr, $now:expr) => {{
        let link: &BroughtLink = $link;
        let suspended = link.status == LinkStatus::Suspended;
        let kept = sqlx::query(
            "insert into spotify_links (id, person_id, app_id, access_sealed, refresh_sealed, access_issued_at, \
             access_expires_at, scopes, authorized_at, status, suspended_reason, suspended_at, version) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1) \
             on conflict (person_id, app_id) do update set id = excluded.id, \
             access_sealed = excluded.access_sealed, refresh_sealed = excluded.refresh_sealed, \
             access_issued_at = excluded.access_issued_at, access_expires_at = excluded.access_expires_at, \
             scopes = excluded.scopes, authorized_at = excluded.authorized_at, status = excluded.status, \
             suspended_reason = null, suspended_at = null, version = spotify_links.version + 1, \
             lease_owner = null, lease_until = null \
             where excluded.status = 'active' and spotify_links.status = 'suspended' \
             and spotify_links.authorized_at <= excluded.authorized_at",
        )
        .bind(link.id.to_string())
        .bind($person.to_string())
        .bind(link.app.to_string())
        .bind(&link.access_sealed)
        .bind(&link.refresh_sealed)
        .bind(link.access_issued_at)
        .bind(link.access_expires_at)
        .bind(&link.scopes)
        .bind(link.authorized_at)
        .bind(if suspended { "suspended" } else { "active" })
        .bind(suspended.then_some("unchecked"))
        .bind(suspended.then_some($now))
        .execute(&mut *$tx)
        .await?
        .rows_affected()
            > 0;
        if kept { LinkBrought::Kept } else { LinkBrought::HasOne }
    }};
}

/// Whether whoever opens the person's account reaches their music.
macro_rules! has_working_link {
    ($tx:ident, $person:expr) => {{
        let working: i64 = sqlx::query_scalar(
            "select count(*) from spotify_links where person_id = $1 and status = 'active'",
        )
        .bind($person.to_string())
        .fetch_one(&mut *$tx)
        .await?;
        working > 0
    }};
}

/// Keeps a key, unless it is known or there are too many.
macro_rules! bring_key {
    ($tx:ident, $person:expr, $key:expr, $now:expr) => {{
        let key: &BroughtKey = $key;
        let owner: Option<String> =
            sqlx::query_scalar("select person_id from api_keys where hash = $1")
                .bind(key.hash.as_bytes())
                .fetch_optional(&mut *$tx)
                .await?;
        let held: i64 = sqlx::query_scalar(
            "select count(*) from api_keys where person_id = $1 and (expires_at is null or $2 < expires_at)",
        )
        .bind($person.to_string())
        .bind($now)
        .fetch_one(&mut *$tx)
        .await?;
        match owner {
            Some(owner) if owner == $person.to_string() => KeyBrought::Kept,
            Some(_) => KeyBrought::OfAnother,
            None if held >= MAX_KEYS => KeyBrought::TooMany,
            None => {
                sqlx::query(
                    "insert into api_keys (id, person_id, kind, hash, label, read_only, created_at, last_used_at) \
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(key.id.to_string())
                .bind($person.to_string())
                .bind(ImportedKey::KIND)
                .bind(key.hash.as_bytes())
                .bind(key.label)
                .bind(false)
                .bind(key.made_at)
                .bind(key.last_used_at)
                .execute(&mut *$tx)
                .await?;
                KeyBrought::Kept
            }
        }
    }};
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

    /// Notes that the tokens at `origin` are another person's, and ends the key that came from there before that was
    /// known.
    pub async fn update_import_quarantined(
        &self,
        origin: &SecretHash,
        key: Option<&SecretHash>,
        tokens_at: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        in_transaction!(self, tx => {
            note_import!(&mut *tx, origin, ImportStatus::Quarantined, tokens_at, now);
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

    /// Takes a person over: them, their link, their key, and that it was done. All of it or nothing.
    pub async fn insert_import(
        &self,
        new: &NewImport,
        now: Millis,
    ) -> Result<Imported, StoreError> {
        let found = match (new.person, &new.account) {
            (Some(_), _) => None,
            (None, BroughtAccount::Confirmed(account) | BroughtAccount::Claimed(account)) => {
                match self.find_person_of(account).await? {
                    Some(person) => Some(person),
                    None => return Ok(Imported::Gone),
                }
            }
        };
        let (proven, account) = match &new.account {
            BroughtAccount::Confirmed(account) => (true, account),
            BroughtAccount::Claimed(account) => (false, account),
        };
        Ok(in_transaction!(self, tx => {
            let person = match (found, new.person) {
                (Some(found), _) => Some(found),
                (None, Some(fresh)) if proven => Some(upsert_person!(tx, fresh, account, new.since)),
                (None, Some(fresh)) => claimed_person!(tx, fresh, account, new.since),
                (None, None) => None,
            };
            match person {
                None if new.person.is_none() => Imported::Gone,
                None => Imported::Ambiguous,
                Some(person) if !lock_person!(&mut *tx, person) => Imported::Gone,
                Some(person) if !proven && has_working_link!(tx, person) => Imported::Unproven,
                Some(person) => {
                    let link = match &new.link {
                        Some(link) => bring_link!(tx, person, link, now),
                        None => LinkBrought::None,
                    };
                    let key = match &new.key {
                        Some(key) => bring_key!(tx, person, key, now),
                        None => KeyBrought::None,
                    };
                    if link == LinkBrought::Kept {
                        insert_revocation!(&mut *tx, Some(person.to_string()), None::<String>, now);
                    }
                    note_import!(&mut *tx, new.origin, new.status, new.tokens_at, now);
                    let event = AuditEvent { person: Some(person), ..new.event.clone() };
                    insert_audit!(&mut *tx, &event, now);
                    Imported::Kept { person, link, key }
                }
            }
        }))
    }
}
