//! API keys and link keys: only their hashes, what they are limited to, and when they were used.

use super::{
    Db, KeyId, PersonId, StoreError, audit::insert_audit, in_transaction, on, people::lock_person,
    revocations::insert_revocation,
};
use crate::{
    clock::{MINUTE, Millis},
    crypto::{KeyKind, SecretHash},
    store::AuditEvent,
};

/// Keys that a person has at most.
pub const MAX_KEYS: i64 = 20;
/// How often at most a key's last use is written.
const TOUCH_EVERY: Millis = MINUTE;

/// A key about to be kept.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its row.
    pub id: KeyId,
    /// Which door it opens.
    pub kind: KeyKind,
    /// Its hash.
    pub hash: SecretHash,
    /// The owner's name for it.
    pub label: String,
    /// No tool that writes.
    pub read_only: bool,
    /// Only these toolsets, comma-separated; all when `None`.
    pub toolsets: Option<String>,
    /// Only these tools, comma-separated; as the toolsets say when `None`.
    pub tools: Option<String>,
    /// Never these tools, comma-separated.
    pub exclude_tools: Option<String>,
    /// When it ends, if ever.
    pub expires_at: Option<Millis>,
}

/// What became of a key that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKept {
    /// It is kept.
    Kept,
    /// There is no such person.
    NoPerson,
    /// The person has [`MAX_KEYS`] keys already.
    TooMany,
}

/// A key as its owner may see it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyRow {
    /// Its row.
    #[sqlx(try_from = "String")]
    pub id: KeyId,
    /// Whose it is.
    #[sqlx(try_from = "String")]
    pub person_id: PersonId,
    /// `api` or `link`.
    pub kind: String,
    /// The owner's name for it.
    pub label: String,
    /// No tool that writes.
    pub read_only: bool,
    /// Only these toolsets, comma-separated.
    pub toolsets: Option<String>,
    /// Only these tools, comma-separated.
    pub tools: Option<String>,
    /// Never these tools, comma-separated.
    pub exclude_tools: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Millis>,
    /// When it ends, if ever.
    pub expires_at: Option<Millis>,
}

/// A key that was looked up by its hash, with all that a request needs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FoundKey {
    /// Its row.
    #[sqlx(try_from = "String")]
    pub id: KeyId,
    /// Whose it is.
    #[sqlx(try_from = "String")]
    pub person_id: PersonId,
    /// No tool that writes.
    pub read_only: bool,
    /// Only these toolsets, comma-separated.
    pub toolsets: Option<String>,
    /// Only these tools, comma-separated.
    pub tools: Option<String>,
    /// Never these tools, comma-separated.
    pub exclude_tools: Option<String>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Millis>,
    /// When it ends, if ever.
    pub expires_at: Option<Millis>,
}

/// Shared by single keys and by logins, which make two.
macro_rules! insert_key {
    ($executor:expr, $person:expr, $key:expr, $now:expr) => {{
        let key: &$crate::store::NewKey = $key;
        sqlx::query(
            "insert into api_keys (id, person_id, kind, hash, label, read_only, toolsets, tools, exclude_tools, \
             created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(key.id.to_string())
        .bind($person.to_string())
        .bind(key.kind.as_str())
        .bind(key.hash.as_bytes())
        .bind(&key.label)
        .bind(key.read_only)
        .bind(&key.toolsets)
        .bind(&key.tools)
        .bind(&key.exclude_tools)
        .bind($now)
        .bind(key.expires_at)
        .execute($executor)
        .await?;
    }};
}

pub(super) use insert_key;

impl Db {
    /// The unexpired key with `hash`.
    pub async fn find_key(
        &self,
        hash: &SecretHash,
        now: Millis,
    ) -> Result<Option<FoundKey>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select id, person_id, read_only, toolsets, tools, exclude_tools, last_used_at, expires_at from api_keys \
             where hash = $1 and (expires_at is null or $2 < expires_at)")
            .bind(hash.as_bytes()).bind(now).fetch_optional(pool).await?))
    }

    /// Adds `key` for `person`, unless they have [`MAX_KEYS`] that have not ended.
    pub async fn insert_key(
        &self,
        person: PersonId,
        key: &NewKey,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<KeyKept, StoreError> {
        Ok(in_transaction!(self, tx => {
            let known = lock_person!(&mut *tx, person);
            let held: i64 = sqlx::query_scalar(
                "select count(*) from api_keys where person_id = $1 and (expires_at is null or $2 < expires_at)")
                .bind(person.to_string()).bind(now).fetch_one(&mut *tx).await?;
            if !known {
                KeyKept::NoPerson
            } else if held >= MAX_KEYS {
                KeyKept::TooMany
            } else {
                insert_key!(&mut *tx, person, key, now);
                insert_audit!(&mut *tx, event, now);
                KeyKept::Kept
            }
        }))
    }

    /// The keys of `person`, or of everybody, oldest first.
    pub async fn list_keys(&self, person: Option<PersonId>) -> Result<Vec<KeyRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select id, person_id, kind, label, read_only, toolsets, tools, exclude_tools, created_at, last_used_at, \
             expires_at \
             from api_keys where $1 is null or person_id = $1 order by created_at, id")
            .bind(person.map(|id| id.to_string())).fetch_all(pool).await?))
    }

    /// Ends a key at once, on every replica; `false` when there is none, or it is not `owner`'s where one is named.
    /// The event is noted with its owner.
    pub async fn delete_key(
        &self,
        id: KeyId,
        owner: Option<PersonId>,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            let person: Option<String> =
                sqlx::query_scalar(
                    "delete from api_keys where id = $1 and ($2 is null or person_id = $2) returning person_id")
                    .bind(id.to_string()).bind(owner.map(|owner| owner.to_string()))
                    .fetch_optional(&mut *tx).await?;
            if let Some(person) = &person {
                insert_revocation!(&mut *tx, None::<String>, Some(id.to_string()), now);
                let event = AuditEvent { person: PersonId::parse(person), ..event.clone() };
                insert_audit!(&mut *tx, &event, now);
            }
            person.is_some()
        }))
    }

    /// Notes that a key was used, at most once a minute.
    pub async fn update_key_used(&self, id: KeyId, now: Millis) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query(
                "update api_keys set last_used_at = $2 \
                 where id = $1 and (last_used_at is null or last_used_at <= $3)",
            )
            .bind(id.to_string()).bind(now).bind(now - TOUCH_EVERY).execute(pool).await?;
        });
        Ok(())
    }
}
