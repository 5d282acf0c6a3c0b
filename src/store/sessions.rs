//! Browsers that are signed in: only the hash of their cookie is kept.

use super::SessionId;
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
