//! The database's own secrets, sealed by the operator's keyring: the key of every hash.

use super::{Db, StoreError, on};
use crate::clock::Millis;

impl Db {
    /// The sealed value named `name`.
    pub async fn find_sealed(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(
            on!(self, pool => sqlx::query_scalar("select sealed from vault where name = $1")
            .bind(name).fetch_optional(pool).await?),
        )
    }

    /// Keeps `sealed` under `name` unless there is one already, and gives what is kept.
    pub async fn insert_sealed(
        &self,
        name: &str,
        sealed: &[u8],
        now: Millis,
    ) -> Result<Vec<u8>, StoreError> {
        on!(self, pool => {
            sqlx::query(
                "insert into vault (name, sealed, created_at) values ($1, $2, $3) on conflict (name) do nothing",
            )
            .bind(name).bind(sealed).bind(now).execute(pool).await?;
        });
        self.find_sealed(name)
            .await?
            .ok_or(StoreError::Invalid("vault"))
    }
}
