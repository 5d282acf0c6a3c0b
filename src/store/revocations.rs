//! The numbered list of what was revoked, which every replica reads to drop what it remembers.
//!
//! What a person changed at Spotify stands in the same list, marked as content: it ends no credential, and makes the
//! other replicas drop remembered answers.

use super::{Db, GrantId, KeyId, PersonId, StoreError, in_transaction, on};
use crate::clock::Millis;

/// One entry: all of a person's credentials and links, one key, one client's grant, or a change of content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Its number; later entries have higher ones.
    pub seq: i64,
    /// The person of whom everything is to be forgotten.
    pub person: Option<PersonId>,
    /// The key that is to be forgotten.
    pub key: Option<KeyId>,
    /// The grant whose tokens are to be forgotten.
    pub grant: Option<GrantId>,
    /// What was changed at Spotify for that person; nothing was revoked then.
    pub content: Option<ContentChange>,
    /// When it was written.
    pub created_at: Millis,
}

/// A person's own write at Spotify.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentChange {
    /// The person.
    pub person: PersonId,
    /// The group of endpoints that was written to.
    pub bucket: String,
    /// The process that wrote, which has dropped what it remembered by itself.
    pub origin: String,
}

/// Appends an entry inside a transaction. The counter's row lock makes numbers appear in their order.
macro_rules! insert_revocation {
    ($executor:expr, grant $grant:expr, $now:expr) => {
        $crate::store::revocations::insert_revocation!(
            $executor,
            None::<String>,
            None::<String>,
            Some($grant.to_string()),
            $now
        )
    };
    ($executor:expr, $person:expr, $key:expr, $now:expr) => {
        $crate::store::revocations::insert_revocation!($executor, $person, $key, None::<String>, $now)
    };
    ($executor:expr, $person:expr, $key:expr, $grant:expr, $now:expr) => {{
        let seq: i64 = sqlx::query_scalar(
            "update counters set value = value + 1 where name = 'revocation' returning value",
        )
        .fetch_one($executor)
        .await?;
        sqlx::query(
            "insert into revocations (seq, person_id, key_id, grant_id, created_at) values ($1, $2, $3, $4, $5)",
        )
        .bind(seq)
        .bind($person)
        .bind($key)
        .bind($grant)
        .bind($now)
        .execute($executor)
        .await?;
    }};
}

pub(super) use insert_revocation;

impl Db {
    /// The number of the newest entry.
    pub async fn find_revocation_seq(&self) -> Result<i64, StoreError> {
        Ok(
            on!(self, pool => sqlx::query_scalar("select value from counters where name = 'revocation'")
            .fetch_one(pool).await?),
        )
    }

    /// Appends what people changed at Spotify.
    pub async fn insert_content_changes(
        &self,
        changes: &[ContentChange],
        now: Millis,
    ) -> Result<(), StoreError> {
        in_transaction!(self, tx => {
            for change in changes {
                let seq: i64 = sqlx::query_scalar(
                    "update counters set value = value + 1 where name = 'revocation' returning value",
                )
                .fetch_one(&mut *tx)
                .await?;
                sqlx::query(
                    "insert into revocations (seq, person_id, content, origin, created_at) values ($1, $2, $3, $4, $5)",
                )
                .bind(seq)
                .bind(change.person.to_string())
                .bind(&change.bucket)
                .bind(&change.origin)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            }
        });
        Ok(())
    }

    /// The entries after number `seq`, in order.
    pub async fn list_revocations(&self, seq: i64) -> Result<Vec<Revocation>, StoreError> {
        type Text = Option<String>;
        let rows: Vec<(i64, Text, Text, Text, Text, Text, Millis)> = on!(self, pool => sqlx::query_as(
            "select seq, person_id, key_id, grant_id, content, origin, created_at from revocations \
             where seq > $1 order by seq")
            .bind(seq).fetch_all(pool).await?);
        Ok(rows
            .into_iter()
            .map(|(seq, person, key, grant, content, origin, created_at)| {
                let person = person.as_deref().and_then(PersonId::parse);
                let content = person.zip(content).map(|(person, bucket)| ContentChange {
                    person,
                    bucket,
                    origin: origin.unwrap_or_default(),
                });
                Revocation {
                    seq,
                    person: person.filter(|_| content.is_none()),
                    key: key.as_deref().and_then(KeyId::parse),
                    grant: grant.as_deref().and_then(GrantId::parse),
                    content,
                    created_at,
                }
            })
            .collect())
    }
}
