//! Machines on which one person works alone, without a server: each is known by the hash of a secret that lies in its
//! data folder, and is its person's until another one connects there.

use super::{Db, PersonId, StoreError, on};
use crate::{clock::Millis, crypto::SecretHash};

/// Whose a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MachineRow {
    /// Its person.
    #[sqlx(try_from = "String")]
    pub person_id: PersonId,
    /// When somebody last connected an account on it.
    pub linked_at: Millis,
}

/// Part of the transaction that completes a login.
macro_rules! put_machine {
    ($executor:expr, $person:expr, $machine:expr, $now:expr) => {{
        let machine: &$crate::crypto::SecretHash = $machine;
        sqlx::query(
            "insert into machines (secret_hash, person_id, linked_at) values ($1, $2, $3) \
             on conflict (secret_hash) do update set person_id = excluded.person_id, linked_at = excluded.linked_at",
        )
        .bind(machine.as_bytes())
        .bind($person.to_string())
        .bind($now)
        .execute($executor)
        .await?;
    }};
}

pub(super) use put_machine;

impl Db {
    /// Whose the machine is whose secret has `hash`; `None` before anybody connected there.
    pub async fn find_machine(&self, hash: &SecretHash) -> Result<Option<MachineRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select person_id, linked_at from machines where secret_hash = $1")
            .bind(hash.as_bytes()).fetch_optional(pool).await?))
    }
}
