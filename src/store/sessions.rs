//! Browsers that are signed in: only the hash of their cookie is kept, and when each was last here.

use super::{
    AuditEvent, Db, PersonId, SessionId, StoreError, audit::insert_audit, in_transaction, on,
};
use crate::{clock::Millis, crypto::SecretHash};

/// A browser that has just signed in.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its row.
    pub id: SessionId,
    /// Hash of its cookie.
    pub hash: SecretHash,
    /// When it ends unless it is used.
    pub expires_at: Millis,
}

/// A signed-in browser that was looked up by its cookie.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct FoundSession {
    /// Its row.
    #[sqlx(try_from = "String")]
    pub id: SessionId,
    /// Who is signed in.
    #[sqlx(try_from = "String")]
    pub person_id: PersonId,
    /// When it was last here, as exactly as it is noted.
    pub last_seen_at: Millis,
}

/// Part of the transaction that completes a login.
macro_rules! insert_session {
    ($executor:expr, $person:expr, $session:expr, $now:expr) => {{
        let session: &$crate::store::NewSession = $session;
        sqlx::query(
            "insert into sessions (hash, id, person_id, created_at, last_seen_at, expires_at) \
             values ($1, $2, $3, $4, $4, $5)",
        )
        .bind(session.hash.as_bytes())
        .bind(session.id.to_string())
        .bind($person.to_string())
        .bind($now)
        .bind(session.expires_at)
        .execute($executor)
        .await?;
    }};
}

pub(super) use insert_session;

impl Db {
    /// The session whose cookie has `hash`, if it has not ended.
    pub async fn find_session(
        &self,
        hash: &SecretHash,
        now: Millis,
    ) -> Result<Option<FoundSession>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select id, person_id, last_seen_at from sessions where hash = $1 and $2 < expires_at")
            .bind(hash.as_bytes()).bind(now).fetch_optional(pool).await?))
    }

    /// Notes that a session was here at `now` and from then on lasts until `expires_at`, unless it ended meanwhile
    /// or was here after `seen_before`.
    pub async fn update_session_seen(
        &self,
        id: SessionId,
        seen_before: Millis,
        expires_at: Millis,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(on!(self, pool => sqlx::query(
            "update sessions set last_seen_at = $2, expires_at = $3 \
             where id = $1 and last_seen_at <= $4 and $2 < expires_at")
            .bind(id.to_string()).bind(now).bind(expires_at).bind(seen_before)
            .execute(pool).await?.rows_affected() > 0))
    }

    /// Ends the session whose cookie has `hash`; `false` when there is none. The event is noted with its person.
    pub async fn delete_session(
        &self,
        hash: &SecretHash,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            let person: Option<String> =
                sqlx::query_scalar("delete from sessions where hash = $1 returning person_id")
                    .bind(hash.as_bytes()).fetch_optional(&mut *tx).await?;
            if let Some(person) = &person {
                let event = AuditEvent { person: PersonId::parse(person), ..event.clone() };
                insert_audit!(&mut *tx, &event, now);
            }
            person.is_some()
        }))
    }
}
